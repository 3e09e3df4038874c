"""Register the round tables at which regulators, companies and legislators meet."""
