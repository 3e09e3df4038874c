"""Show each role its start page, its tasks and its cases; reads every slice and owns no table."""
