"""Say which version of the rules is in force, and change it: the life of a policy pack."""
