"""Regulatory sandbox platform. Importing this package, or its domain, loads no framework."""
