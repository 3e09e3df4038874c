"""Write, check and publish what was learned from a trial."""
