"""Say on which days somebody is reminded of what they have to do."""

from datetime import date

from sandbox.domain.calendar import BusinessCalendar

EARLY_DAYS = 3
LATE_DAYS = 1
"""So many business days before the last day a person is reminded, and once more when it is over."""


def is_to_be_told(
    calendar: BusinessCalendar, due_on: date, today: date, told_on: date | None
) -> bool:
    """Tell whether a term has come nearer, by one of the steps, since the last reminder.

    Shape: `told_on` is the day of that reminder, None where there was none: then everything that
    is near or over is told. Days on which nothing could be sent lose no step.
    """
    left = calendar.business_days_between(today, due_on)
    if told_on is None:
        return left <= EARLY_DAYS
    before = calendar.business_days_between(told_on, due_on)
    is_nearer = any(left <= step < before for step in (EARLY_DAYS, LATE_DAYS))
    return is_nearer or told_on <= due_on < today
