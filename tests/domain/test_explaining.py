"""Every day of a term is accounted for: the count of the explanation is that of the clock."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.calendar import BusinessCalendar, Stop, read_clock
from sandbox.domain.explaining import DayKind, Span, explain, holiday_name
from sandbox.domain.packs import CalendarSpec, ClockSpec, ClockUnit
from tests.domain.tiny_pack import text

CHRISTMAS_EVE = date(2024, 12, 24)
MEXICO = CalendarSpec("MX", "America/Mexico_City", {CHRISTMAS_EVE: text("Christmas Eve")})
BUSINESS = ClockSpec("review", text("Review"), ClockUnit.BUSINESS_DAYS, 10)
MONTHLY = ClockSpec("decision", text("Decision"), ClockUnit.MONTHS, 1)


def explained(clock: ClockSpec, start: date, *stops: Stop) -> tuple[Span, ...]:
    calendar = BusinessCalendar.from_spec(MEXICO)
    return explain(read_clock(clock, calendar, start, stops, start), MEXICO)


def test_weekends_holidays_and_days_off_are_told_apart() -> None:
    spans = explained(BUSINESS, date(2024, 12, 19))
    assert spans[:6] == (
        Span(DayKind.COUNTED, date(2024, 12, 20), date(2024, 12, 20), (1, 1)),
        Span(DayKind.WEEKEND, date(2024, 12, 21), date(2024, 12, 22)),
        Span(DayKind.COUNTED, date(2024, 12, 23), date(2024, 12, 23), (2, 2)),
        Span(DayKind.DAY_OFF, CHRISTMAS_EVE, CHRISTMAS_EVE, name=text("Christmas Eve")),
        Span(DayKind.HOLIDAY, date(2024, 12, 25), date(2024, 12, 25)),
        Span(DayKind.COUNTED, date(2024, 12, 26), date(2024, 12, 27), (3, 4)),
    )


def test_weekend_is_told_on_the_days_of_the_country() -> None:
    egypt = CalendarSpec("EG", "Africa/Cairo", {})
    calendar, start = BusinessCalendar.from_spec(egypt), date(2027, 2, 3)
    spans = explain(read_clock(BUSINESS, calendar, start, (), start), egypt)
    assert spans[:3] == (
        Span(DayKind.COUNTED, date(2027, 2, 4), date(2027, 2, 4), (1, 1)),
        Span(DayKind.WEEKEND, date(2027, 2, 5), date(2027, 2, 6)),
        Span(DayKind.COUNTED, date(2027, 2, 7), date(2027, 2, 11), (2, 6)),
    )


def test_a_stop_is_told_with_its_reason_and_its_law() -> None:
    returned = Stop(date(2026, 3, 3), date(2026, 3, 5), "returned")
    window = Stop(date(2026, 3, 5), date(2026, 3, 7), "", text("Article 20"))
    spans = explained(BUSINESS, date(2026, 3, 2), returned, window)
    assert spans[0] == Span(DayKind.STOPPED, date(2026, 3, 3), date(2026, 3, 4), reason="returned")
    assert spans[1] == Span(
        DayKind.STOPPED, date(2026, 3, 5), date(2026, 3, 6), ground=text("Article 20")
    )


def test_a_term_of_months_says_that_it_moved_to_a_business_day() -> None:
    spans = explained(MONTHLY, date(2026, 1, 31))
    assert spans[-1] == Span(DayKind.MOVED, date(2026, 3, 1), date(2026, 3, 2), (29, 30))


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Benito Juárez's birthday"), ("es", "Natalicio de Benito Juárez"), ("qu", None)],
)
def test_a_holiday_has_its_name_in_the_readers_language(language: str, name: str | None) -> None:
    own = holiday_name("MX", date(2026, 3, 16), "es")
    assert holiday_name("MX", date(2026, 3, 16), language) == (name or own)
    assert holiday_name("MX", date(2026, 3, 17), language) == ""


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2023, 1, 1), date(2028, 12, 31)),
    st.sampled_from(ClockUnit),
    st.integers(1, 40),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15)), max_size=3),
)
def test_every_day_of_a_term_is_told_once_and_the_count_is_the_clocks(
    start: date, unit: ClockUnit, length: int, stands: list[tuple[int, int]]
) -> None:
    clock = ClockSpec("any", text("Any"), unit, min(length, 6) if unit == "months" else length)
    stops = [
        Stop(start + timedelta(days=after), start + timedelta(days=after + days), "returned")
        for after, days in stands
    ]
    reading = read_clock(clock, BusinessCalendar.from_spec(MEXICO), start, stops, start)
    spans = explain(reading, MEXICO)
    days = [
        span.first + timedelta(days=each)
        for span in spans
        for each in range((span.last - span.first).days + 1)
    ]
    assert days == [
        start + timedelta(days=each) for each in range(1, (reading.due_on - start).days + 1)
    ]
    assert sum(last - first + 1 for first, last in (s.counted for s in spans if s.counted)) == (
        reading.length
    )
