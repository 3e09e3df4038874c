"""Choose whose reasons the readers of a case's history read."""

from collections.abc import Mapping
from enum import StrEnum

from sandbox.kernel.audit import Deed


class Readers(StrEnum):
    """Name those who read the reason that was given for a deed."""

    ALL = "all"  # whoever reads the case
    KNOWING = "knowing"  # whoever reads what the company wrote: after the declaration
    INSIDE = "inside"  # the authorities and the secretariat
    NOBODY = "nobody"  # it belongs to no case


# Every deed that keeps a reason has its line; what is not named here is never printed.
REASONS: Mapping[Deed, Readers] = {
    Deed.APPLICATION_WITHDRAWN: Readers.ALL,
    Deed.APPLICATION_MOVED: Readers.ALL,
    Deed.TRIAL_ENDED_EARLY: Readers.KNOWING,
    Deed.TRIAL_COMPLETED: Readers.KNOWING,
    Deed.REQUIREMENT_REFUSED: Readers.KNOWING,
    Deed.REQUIREMENT_WAIVED: Readers.KNOWING,
    Deed.APPLICATION_ASSIGNED: Readers.INSIDE,
    Deed.AUTHORITY_REPLACED: Readers.INSIDE,
    Deed.ASSOCIATE_ADDED: Readers.INSIDE,
    Deed.ASSOCIATE_RELEASED: Readers.INSIDE,
    Deed.LEAD_OFFERED: Readers.INSIDE,
    Deed.LEAD_OFFER_DECLINED: Readers.INSIDE,
    Deed.LEAD_PASSED: Readers.INSIDE,
    Deed.PACK_ADOPTED: Readers.NOBODY,
}


def reasons_read(*, is_inside: bool, is_knowing: bool) -> frozenset[str]:
    """Name the deeds whose reasons one reader of a case reads in its history."""
    kinds = {Readers.ALL}
    if is_inside:
        kinds.add(Readers.INSIDE)
    if is_knowing:
        kinds.add(Readers.KNOWING)
    return frozenset(deed.value for deed, readers in REASONS.items() if readers in kinds)
