"""Decide who may do what: one policy table, used for objects, lists, buttons and routes."""
