"""Say by when an approval is given, and what silence means after that."""

from collections.abc import Sequence
from datetime import date

from sandbox.domain.calendar import BusinessCalendar, Stop, read_clock
from sandbox.domain.packs import ClockSpec, ClockUnit, RequirementSpec, Silence, Text


def approve_by(
    spec: RequirementSpec,
    calendar: BusinessCalendar,
    asked_on: date,
    stops: Sequence[Sequence[Stop]] = (),
) -> date | None:
    """Return the last day of the term, or None where the pack has no term for it.

    Shape: `stops` has one entry for each authority that is asked: its own suspension windows. The
    term is that of whoever has the longest, so that the silence of nobody counts too early.
    """
    if spec.answer_days is None:
        return None
    clock = ClockSpec(
        key=spec.key, name=Text({}), unit=ClockUnit.BUSINESS_DAYS, length=spec.answer_days
    )
    return max(
        read_clock(clock, calendar, asked_on, standing_still, asked_on).due_on
        for standing_still in (stops or ((),))
    )


def meaning_of_silence(spec: RequirementSpec, due_on: date, today: date) -> Silence:
    """Say what silence means today; it means nothing until the day after the last of the term."""
    return spec.silence if today > due_on else Silence.NONE
