"""Read the terms that run while authorities work on a case."""

from collections.abc import Sequence
from datetime import date

from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.packs import ClockSpec, ClockUnit, PolicyPack, Text

POSITION = "position"


def position_clock(
    pack: PolicyPack, started_on: date, stops: Sequence[Stop], today: date
) -> ClockReading:
    """Read the term for positions, which stands still while the company is asked for something."""
    named = next((clock for clock in pack.clocks if clock.key == POSITION), None)
    spec = ClockSpec(
        key=POSITION,
        name=named.name if named else Text({}),
        unit=ClockUnit.BUSINESS_DAYS,
        length=pack.coordination.position_days,
        silence=pack.coordination.position_silence,
    )
    return read_clock(spec, BusinessCalendar.from_spec(pack.calendar), started_on, stops, today)


def answer_by(pack: PolicyPack, today: date) -> date:
    """Return the last day on which an authority that is asked today may answer."""
    calendar = BusinessCalendar.from_spec(pack.calendar)
    return calendar.add_business_days(today, pack.coordination.acceptance_days)
