"""Supervise sandbox tests from their plan through stages and gates to their exit."""
