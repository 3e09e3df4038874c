"""Hold what the forms of the slice share: how long a text may be, and what a choice is."""

from typing import Any

LONGEST_TEXT_WORDS = 500
Choice = tuple[Any, ...]
"""A value and its label, and what stands beside it."""
