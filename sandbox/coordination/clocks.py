"""Read the terms that run while authorities work on a case."""

from collections.abc import Sequence
from datetime import date, datetime

from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock, suspensions_of
from sandbox.domain.packs import PolicyPack

ACCEPTANCE = "acceptance"
POSITION = "position"


def position_began(review: datetime | None, answered: datetime | None) -> datetime | None:
    """Return when an authority's term for its position began; None before the review.

    Whoever joins while the review goes on has its whole term from its answer on.
    """
    if review is None:
        return None
    return review if answered is None else max(review, answered)


def position_clock(
    pack: PolicyPack, started_on: date, stops: Sequence[Stop], today: date, authority: str
) -> ClockReading:
    """Read an authority's term for its position.

    It stands still in the statuses that the pack names, and in the authority's own suspension
    windows: where the law stops its terms nobody may hold its silence against it.
    """
    calendar, clock = BusinessCalendar.from_spec(pack.calendar), pack.clock(POSITION)
    by_status = (stop for stop in stops if stop.reason in clock.stops_in)
    standing_still = (*by_status, *suspensions_of(pack, authority))
    return read_clock(clock, calendar, started_on, standing_still, today)


def answer_by(pack: PolicyPack, today: date, authority: str) -> date:
    """Return the last day on which an authority that is asked today may answer."""
    calendar = BusinessCalendar.from_spec(pack.calendar)
    still = suspensions_of(pack, authority)
    return read_clock(pack.clock(ACCEPTANCE), calendar, today, still, today).due_on
