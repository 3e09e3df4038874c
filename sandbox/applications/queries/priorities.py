"""Say for which reasons of its rules an application comes before others."""

from typing import Any

from sandbox.domain.packs import PrioritySpec
from sandbox.packs import active


def priorities_of(row: Any) -> tuple[PrioritySpec, ...]:
    """Return what the rules of a row say of the priorities that it was found to have.

    Shape: the row has `priority_codes` beside what pins it to its rules.
    """
    pack = active.find_pack_of(row) if row.priority_codes else None
    return () if pack is None else pack.priorities_among(row.priority_codes)
