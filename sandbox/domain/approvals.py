"""Say by when an approval is given, and what silence means after that."""

from datetime import date

from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.packs import RequirementSpec, Silence


def approve_by(spec: RequirementSpec, calendar: BusinessCalendar, asked_on: date) -> date | None:
    """Return the last day of the term, or None where the pack has no term for it."""
    if spec.answer_days is None:
        return None
    return calendar.add_business_days(asked_on, spec.answer_days)


def meaning_of_silence(spec: RequirementSpec, due_on: date, today: date) -> Silence:
    """Say what silence means today; it means nothing until the day after the last of the term."""
    return spec.silence if today > due_on else Silence.NONE
