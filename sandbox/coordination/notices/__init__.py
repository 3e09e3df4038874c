"""Tell people what happened to a case that they share; nobody recused from it hears of it.

The rooms have the names of the services whose deeds they tell of.
"""
