"""Bring the numbers by which tax offices know organisations to one form."""

import re

_TYPED = re.compile(r"[A-Z0-9Ñ&][A-Z0-9Ñ& -]{3,19}")
_BETWEEN = re.compile(r"[ -]")


def tax_number(typed: str) -> str | None:
    """Return the number in capitals without blanks and hyphens; None for what cannot be one.

    Countries differ too much to ask for more than letters and digits.
    """
    capitals = typed.strip().upper()
    return _BETWEEN.sub("", capitals) if _TYPED.fullmatch(capitals) else None
