"""Supervise sandbox tests: plan, stages and their gates, monitoring, incidents, suspension, exit."""
