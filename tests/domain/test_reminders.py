"""A term that comes nearer is told at each step once, whatever days were missed."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.packs import CalendarSpec
from sandbox.domain.reminders import is_to_be_told

MEXICO = BusinessCalendar.from_spec(CalendarSpec("MX", "America/Mexico_City", {}))
FRIDAY = date(2026, 3, 13)  # the Monday after it is a holiday


@pytest.mark.parametrize(
    ("today", "told_on", "told"),
    [
        (date(2026, 3, 9), None, False),
        (date(2026, 3, 10), None, True),
        (date(2026, 3, 10), date(2026, 3, 9), True),
        (date(2026, 3, 11), date(2026, 3, 10), False),
        (date(2026, 3, 12), date(2026, 3, 11), True),
        (FRIDAY, date(2026, 3, 12), False),
        (date(2026, 3, 17), FRIDAY, True),
        (date(2026, 3, 18), date(2026, 3, 17), False),
        (date(2026, 4, 1), None, True),
    ],
)
def test_a_term_is_told_three_days_before_one_before_and_once_it_is_over(
    today: date, told_on: date | None, told: bool
) -> None:
    assert is_to_be_told(MEXICO, FRIDAY, today, told_on) is told


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2027, 12, 31)), st.sets(st.integers(-12, 12), min_size=1))
def test_each_step_is_told_once_and_the_end_never_missed(due: date, mornings: set[int]) -> None:
    told: list[date] = []
    told_on: date | None = due - timedelta(days=30)
    for morning in sorted(mornings):
        today = due + timedelta(days=morning)
        if is_to_be_told(MEXICO, due, today, told_on):
            told.append(today)
            told_on = today
    assert len(told) <= 3
    # Whoever is looked at after the end has been told of it then, or is told now.
    assert (max(mornings) > 0) == any(day > due for day in told)
