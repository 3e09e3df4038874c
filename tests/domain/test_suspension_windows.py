"""Days on which the law stops an authority's terms: which they are, and what they do to clocks."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.calendar import (
    BusinessCalendar,
    Stop,
    during,
    read_clock,
    suspensions_of,
)
from sandbox.domain.packs import (
    CalendarSpec,
    ClockSpec,
    ClockUnit,
    PolicyPack,
    SuspensionWindowSpec,
)
from tests.domain.tiny_pack import text, tiny_pack

MX = BusinessCalendar("MX", frozenset())
GROUND = text("transitory article")
BEGINNING = SuspensionWindowSpec("w", "ONE", GROUND, first_day=date(2025, 10, 17), business_days=15)
AGREED = SuspensionWindowSpec(
    "v", "ONE", text("agreement"), first_day=date(2025, 11, 7), last_day=date(2025, 11, 14)
)
SINGLE = SuspensionWindowSpec(
    "u", "TWO", GROUND, dates=(date(2025, 10, 17), date(2025, 10, 20), date(2025, 10, 21))
)


def mexican(*windows: SuspensionWindowSpec) -> PolicyPack:
    calendar = CalendarSpec("MX", "America/Mexico_City", {})
    return tiny_pack(calendar=calendar, suspension_windows=windows)


def clock(unit: ClockUnit, length: int) -> ClockSpec:
    return ClockSpec(key="decision", name=text("decision"), unit=unit, length=length)


def stopped_days(stops: tuple[Stop, ...]) -> set[date]:
    return {
        stop.started_on + timedelta(days=n)
        for stop in stops
        if stop.ended_on is not None
        for n in range((stop.ended_on - stop.started_on).days)
    }


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        # Fifteen business days of which the Friday itself is the first: until Thursday, 6 November.
        (BEGINNING, date(2025, 10, 17), date(2025, 11, 6)),
        (AGREED, date(2025, 11, 7), date(2025, 11, 14)),
        # A first day on which no office works is part of the window, but no business day of it.
        (
            SuspensionWindowSpec("s", "ONE", GROUND, first_day=date(2025, 11, 15), business_days=1),
            date(2025, 11, 15),
            date(2025, 11, 18),  # Monday the 17th is a holiday
        ),
    ],
)
def test_window_runs_from_its_first_day_to_its_last(
    window: SuspensionWindowSpec, first: date, last: date
) -> None:
    (stop,) = suspensions_of(mexican(window), "ONE")
    assert (stop.started_on, stop.ended_on, stop.ground) == (
        first,
        last + timedelta(days=1),
        window.ground,
    )


def test_window_of_single_days_leaves_the_days_between_alone() -> None:
    found = suspensions_of(mexican(SINGLE, BEGINNING), "TWO")
    assert stopped_days(found) == {date(2025, 10, 17), date(2025, 10, 20), date(2025, 10, 21)}
    assert suspensions_of(mexican(SINGLE), "THREE") == ()


def test_days_of_a_window_do_not_count_and_the_clock_says_why() -> None:
    stops = suspensions_of(mexican(BEGINNING, AGREED), "ONE")
    reading = read_clock(
        clock(ClockUnit.BUSINESS_DAYS, 10), MX, date(2025, 10, 13), stops, date(2025, 11, 18)
    )
    # 14, 15 and 16 October and 18 November count; 17 November is a holiday.
    assert (reading.day, reading.stopped_days) == (4, 21)
    assert [(ground.in_("en"), days) for ground, days in reading.grounds] == [
        ("transitory article", 15),
        ("agreement", 6),
    ]
    assert reading.due_on == date(2025, 11, 26)
    assert not reading.is_stopped


def test_term_that_begins_within_a_window_counts_from_the_day_after_it() -> None:
    stops = suspensions_of(mexican(BEGINNING), "ONE")
    spec = clock(ClockUnit.BUSINESS_DAYS, 3)
    reading = read_clock(spec, MX, date(2025, 10, 20), stops, date(2025, 10, 24))
    assert (reading.day, reading.is_stopped, reading.is_overdue) == (0, True, False)
    assert reading.due_on == MX.add_business_days(date(2025, 11, 6), 3)
    assert reading.grounds == ((GROUND, 4),)


def test_first_day_of_a_window_names_its_ground_before_any_day_has_passed() -> None:
    stops = suspensions_of(mexican(BEGINNING), "ONE")
    spec = clock(ClockUnit.BUSINESS_DAYS, 3)
    reading = read_clock(spec, MX, date(2025, 10, 17), stops, date(2025, 10, 17))
    assert (reading.is_stopped, reading.grounds) == (True, ((GROUND, 0),))


def test_future_window_is_counted_into_the_due_day() -> None:
    stops = suspensions_of(mexican(BEGINNING), "ONE")
    reading = read_clock(
        clock(ClockUnit.BUSINESS_DAYS, 5), MX, date(2025, 10, 13), stops, date(2025, 10, 14)
    )
    assert (reading.is_stopped, reading.grounds) == (False, ())
    assert reading.due_on == date(2025, 11, 10)  # 14, 15, 16 October, then 7 and 10 November


def test_day_that_the_company_stopped_as_well_is_stopped_once() -> None:
    asked = Stop(date(2025, 10, 15), date(2025, 10, 21), "information_requested")
    stops = (asked, *suspensions_of(mexican(BEGINNING), "ONE"))
    reading = read_clock(
        clock(ClockUnit.BUSINESS_DAYS, 10), MX, date(2025, 10, 13), stops, date(2025, 11, 7)
    )
    assert reading.stopped_days == 4 + 13  # 15, 16, 17, 20; then 21 October to 6 November
    assert reading.grounds == ((GROUND, 13),)


def test_term_of_months_is_moved_on_by_the_calendar_days_of_the_window() -> None:
    stops = suspensions_of(mexican(BEGINNING), "ONE")
    spec = clock(ClockUnit.MONTHS, 1)
    free = read_clock(spec, MX, date(2025, 10, 1), (), date(2025, 10, 2))
    reading = read_clock(spec, MX, date(2025, 10, 1), stops, date(2025, 10, 2))
    assert free.due_on == date(2025, 11, 3)  # the first is a Saturday
    assert reading.due_on == date(2025, 11, 24)  # 21 days after the first, a Saturday again


def test_windows_count_only_while_their_authority_led() -> None:
    stops = suspensions_of(mexican(BEGINNING), "ONE")
    led_later = during(stops, date(2025, 11, 3), None)
    assert [(each.started_on, each.ended_on) for each in led_later] == [
        (date(2025, 11, 3), date(2025, 11, 7))
    ]
    left = during(stops, date(2025, 1, 1), date(2025, 10, 20))
    assert [(each.started_on, each.ended_on) for each in left] == [
        (date(2025, 10, 17), date(2025, 10, 20))
    ]
    assert during(stops, date(2025, 11, 7), None) == ()
    assert during(stops, date(2025, 1, 1), date(2025, 10, 17)) == ()


DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))


@settings(max_examples=60, deadline=None)
@given(
    first=DAYS,
    length=st.integers(0, 40),
    started_on=DAYS,
    term=st.integers(1, 60),
    unit=st.sampled_from(ClockUnit),
    ahead=st.integers(0, 200),
)
def test_window_never_shortens_a_term_and_no_day_of_it_counts(
    first: date, length: int, started_on: date, term: int, unit: ClockUnit, ahead: int
) -> None:
    if unit is ClockUnit.MONTHS:
        term = min(term, 6)
    window = SuspensionWindowSpec(
        "w", "ONE", GROUND, first_day=first, last_day=first + timedelta(days=length)
    )
    stops = suspensions_of(mexican(window), "ONE")
    today = started_on + timedelta(days=ahead)
    spec = clock(unit, term)
    free = read_clock(spec, MX, started_on, (), today)
    reading = read_clock(spec, MX, started_on, stops, today)
    assert reading.due_on >= free.due_on
    assert reading.day + reading.stopped_days == free.day
    assert sum(days for _, days in reading.grounds) == reading.stopped_days
    assert reading.due_on not in stopped_days(stops) or reading.due_on == started_on
