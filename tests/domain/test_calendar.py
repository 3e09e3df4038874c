from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.calendar import BusinessCalendar, Stop, came_late, read_clock
from sandbox.domain.packs import CalendarSpec, ClockSpec, ClockUnit, Weekday
from tests.domain.tiny_pack import text

DAYS_OFF = (date(2024, 12, 24), date(2025, 7, 21))
MEXICO = BusinessCalendar.from_spec(
    CalendarSpec("MX", "America/Mexico_City", {day: text("Day off") for day in DAYS_OFF})
)
BUSINESS = ClockSpec("review", text("Review"), ClockUnit.BUSINESS_DAYS, 40)
DAILY = ClockSpec("answer", text("Answer"), ClockUnit.CALENDAR_DAYS, 40)
MONTHLY = ClockSpec("decision", text("Decision"), ClockUnit.MONTHS, 3)
SPAIN = BusinessCalendar.from_spec(CalendarSpec("ES", "Europe/Madrid", {}))


def is_mexican_holiday(day: date) -> bool:
    """Read article 74 of the Federal Labour Law anew, without a library's help."""
    fixed = {(1, 1), (5, 1), (9, 16), (12, 25)}
    mondays = {2: 1, 3: 3, 11: 3}  # month: which of its Mondays
    if (day.month, day.day) in fixed:
        return True
    if day.month in mondays and day.weekday() == 0:
        return (day.day - 1) // 7 + 1 == mondays[day.month]
    # The federal executive changes hands every six years, on the first of October since 2024.
    return day == date(2024, 10, 1)


def works(day: date) -> bool:
    return day.weekday() < 5 and not is_mexican_holiday(day) and day not in DAYS_OFF


@pytest.mark.parametrize("year", range(2023, 2029))
def test_business_days_are_those_of_the_law(year: int) -> None:
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = [date(year, 1, 1) + timedelta(days=each) for each in range(length)]
    assert [MEXICO.is_business_day(day) for day in days] == [works(day) for day in days]


FRIDAY, SATURDAY, SUNDAY = (date(2027, 2, day) for day in (5, 6, 7))


@pytest.mark.parametrize(
    ("country", "free"),
    [
        ("IL", [FRIDAY, SATURDAY]),
        ("SA", [FRIDAY, SATURDAY]),
        ("EG", [FRIDAY, SATURDAY]),
        ("PY", [SUNDAY]),
        ("ES", [SATURDAY, SUNDAY]),
        ("XX", [SATURDAY, SUNDAY]),
    ],
)
def test_weekend_is_that_of_the_country(country: str, free: list[date]) -> None:
    calendar = BusinessCalendar.from_spec(CalendarSpec(country, "UTC", {}))
    assert [day for day in (FRIDAY, SATURDAY, SUNDAY) if calendar.is_weekend(day)] == free


def test_business_days_go_around_the_weekend_of_the_country() -> None:
    egypt = BusinessCalendar.from_spec(CalendarSpec("EG", "Africa/Cairo", {}))
    thursday = date(2027, 2, 4)
    assert egypt.add_business_days(thursday, 1) == SUNDAY
    assert not egypt.is_business_day(FRIDAY)
    assert SPAIN.add_business_days(thursday, 1) == FRIDAY
    own = BusinessCalendar("ES", frozenset(), weekend=frozenset({0}))
    assert own.is_business_day(SUNDAY)


def test_calendars_of_the_same_content_are_the_same() -> None:
    again = BusinessCalendar.from_spec(
        CalendarSpec("MX", "America/Mexico_City", {day: text("Other words") for day in DAYS_OFF})
    )
    assert again == MEXICO
    assert hash(again) == hash(MEXICO)


DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


@settings(max_examples=50, deadline=None)
@given(DAYS, st.integers(0, 60))
def test_add_business_days_lands_on_the_nth_working_day(start: date, count: int) -> None:
    after = (start + timedelta(days=each) for each in range(1, 400))
    expected = [start, *(day for day in after if works(day))][count]
    assert MEXICO.add_business_days(start, count) == expected


def test_add_business_days_refuses_to_go_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        MEXICO.add_business_days(date(2024, 1, 2), -1)


@settings(max_examples=50, deadline=None)
@given(DAYS, st.integers(-90, 90))
def test_business_days_between_counts_and_has_a_sign(start: date, distance: int) -> None:
    end = start + timedelta(days=distance)
    first, last = sorted((start, end))
    count = sum(works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert MEXICO.business_days_between(start, end) == (count if distance >= 0 else -count)


def slow_reading(
    clock: ClockSpec, start: date, stops: Sequence[Stop], today: date
) -> tuple[int, int, date]:
    """Live through the term day by day with a list in hand: day, days stopped, day it is due."""

    def counts(day: date) -> bool:
        return clock.unit is ClockUnit.CALENDAR_DAYS or works(day)

    def days_of(stop: Stop, open_until: date) -> set[date]:
        until = open_until if stop.ended_on is None else stop.ended_on
        length = max(0, (until - stop.started_on).days)
        return {stop.started_on + timedelta(days=each) for each in range(length)}

    until_tomorrow = set[date]().union(*(days_of(s, today + timedelta(days=1)) for s in stops))
    until_today = set[date]().union(*(days_of(s, today) for s in stops))
    day_number = stopped = 0
    day = start
    while day < today:
        day += timedelta(days=1)
        if counts(day):
            day_number += day not in until_tomorrow
            stopped += day in until_tomorrow
    term = [start]
    day = start
    while len(term) <= clock.length:
        day += timedelta(days=1)
        if counts(day) and day not in until_today:
            term.append(day)
    return day_number, stopped, term[clock.length]


@st.composite
def terms(draw: st.DrawFn) -> tuple[date, list[Stop], date]:
    start = draw(DAYS)
    today = start + timedelta(days=draw(st.integers(-3, 90)))
    stops = []
    for _ in range(draw(st.integers(0, 3))):
        first = start + timedelta(days=draw(st.integers(-5, 80)))
        length = draw(st.none() | st.integers(0, 30))
        is_open = length is None and first <= today
        last = None if is_open else first + timedelta(days=length or 0)
        stops.append(Stop(first, last, "request"))
    return start, stops, today


@settings(max_examples=100, deadline=None)
@given(terms(), st.sampled_from([BUSINESS, DAILY]), st.integers(0, 45))
def test_clock_agrees_with_living_through_it(
    term: tuple[date, list[Stop], date], kind: ClockSpec, length: int
) -> None:
    start, stops, today = term
    clock = ClockSpec("c", text("Clock"), kind.unit, length)
    reading = read_clock(clock, MEXICO, start, stops, today)
    expected = slow_reading(clock, start, stops, today)
    assert (reading.day, reading.stopped_days, reading.due_on) == expected
    assert reading.days_left == length - reading.day
    assert reading.is_overdue is (today > reading.due_on)
    assert reading.is_stopped is any(
        stop.started_on <= today and (stop.ended_on is None or today < stop.ended_on)
        for stop in stops
    )


@settings(max_examples=50, deadline=None)
@given(terms(), st.integers(0, 40))
def test_clock_that_ended_is_read_as_on_its_last_day(
    term: tuple[date, list[Stop], date], later: int
) -> None:
    start, stops, end = term
    at_end = read_clock(BUSINESS, MEXICO, start, stops, end, ended_on=end)
    afterwards = read_clock(
        BUSINESS, MEXICO, start, stops, end + timedelta(days=later), ended_on=end
    )
    assert afterwards == at_end
    assert at_end.is_stopped is False


def test_clock_reads_as_the_design_tells_it() -> None:
    # From Monday 8 January 2024; a request from Monday 15 to Tuesday 23 stops six business days.
    start = date(2024, 1, 8)
    request = Stop(date(2024, 1, 15), date(2024, 1, 23), "request 2")
    reading = read_clock(BUSINESS, MEXICO, start, [request], date(2024, 2, 1))
    assert (reading.day, reading.length, reading.stopped_days) == (12, 40, 6)
    assert reading.days_left == 28
    # Two holidays lie ahead: 5 February and 18 March.
    assert reading.due_on == date(2024, 3, 13)
    assert (reading.is_stopped, reading.is_overdue) == (False, False)


def test_stopped_clock_shows_the_same_day_until_it_runs_again() -> None:
    start = date(2024, 1, 8)
    stop = Stop(date(2024, 1, 10), None, "request 1")
    readings = [
        read_clock(BUSINESS, MEXICO, start, [stop], date(2024, 1, 10) + timedelta(days=each))
        for each in range(10)
    ]
    assert {reading.day for reading in readings} == {1}
    assert all(reading.is_stopped for reading in readings)
    due = [reading.due_on for reading in readings]
    assert due == sorted(due)
    assert due[-1] > due[0]


def test_day_on_which_a_stop_ends_counts_again() -> None:
    start = date(2024, 1, 8)
    stop = Stop(date(2024, 1, 9), date(2024, 1, 11), "request 1")
    days = [
        read_clock(BUSINESS, MEXICO, start, [stop], date(2024, 1, number)).day
        for number in (8, 9, 10, 11, 12)
    ]
    assert days == [0, 0, 0, 1, 2]


def test_term_is_overdue_on_the_day_after_it_was_due() -> None:
    short = ClockSpec("c", text("Clock"), ClockUnit.BUSINESS_DAYS, 4)
    start = date(2024, 1, 8)
    friday = read_clock(short, MEXICO, start, [], date(2024, 1, 12))
    saturday = read_clock(short, MEXICO, start, [], date(2024, 1, 13))
    monday = read_clock(short, MEXICO, start, [], date(2024, 1, 15))
    assert friday.due_on == saturday.due_on == monday.due_on == date(2024, 1, 12)
    assert [each.is_overdue for each in (friday, saturday, monday)] == [False, True, True]
    assert [each.days_left for each in (friday, saturday, monday)] == [0, 0, -1]


def test_clock_that_ended_late_stays_overdue_and_one_in_time_never_is() -> None:
    short = ClockSpec("c", text("Clock"), ClockUnit.BUSINESS_DAYS, 4)
    start, today = date(2024, 1, 8), date(2024, 6, 1)
    in_time = read_clock(short, MEXICO, start, [], today, ended_on=date(2024, 1, 12))
    late = read_clock(short, MEXICO, start, [], today, ended_on=date(2024, 1, 15))
    assert (in_time.is_overdue, late.is_overdue) == (False, True)


# --- terms of months -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 3, 2), 3, date(2026, 6, 2)),
        (date(2026, 1, 31), 1, date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2023, 11, 29), 3, date(2024, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 3, 2)),  # a shorter month, and its last a Saturday
        (date(2026, 10, 25), 2, date(2026, 12, 28)),  # Christmas, a Friday, and a weekend after it
        (date(2026, 2, 1), 3, date(2026, 5, 4)),  # 1 May, a Friday
    ],
)
def test_term_of_months_ends_on_the_same_day_or_the_next_that_works(start, months, due):
    clock = ClockSpec("c", text("Clock"), ClockUnit.MONTHS, months)
    reading = read_clock(clock, SPAIN, start, [], start)
    assert reading.due_on == due
    assert (reading.day, reading.length) == (0, (due - start).days)


def slow_months(start: date, months: int, stops: Sequence[Stop], today: date) -> tuple[date, int]:
    """Find the end of a term of months by looking at every day: due day and its number."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    same = [
        date(year, month, 1) + timedelta(days=each)
        for each in range(31)
        if (date(year, month, 1) + timedelta(days=each)).month == month
    ]
    nominal = max(day for day in same if day.day <= start.day)
    stopped = {
        stop.started_on + timedelta(days=each)
        for stop in stops
        for each in range(((stop.ended_on or today) - stop.started_on).days)
    }
    runs, day = 0, start
    while runs < (nominal - start).days or day in stopped or not works(day):
        day += timedelta(days=1)
        runs += day not in stopped
    return day, runs


@settings(max_examples=200, deadline=None)
@given(terms(), st.integers(1, 24))
def test_term_of_months_agrees_with_living_through_it(
    term: tuple[date, list[Stop], date], months: int
) -> None:
    start, stops, today = term
    clock = ClockSpec("c", text("Clock"), ClockUnit.MONTHS, months)
    reading = read_clock(clock, MEXICO, start, stops, today)
    due_on, length = slow_months(start, months, stops, today)
    assert (reading.due_on, reading.length) == (due_on, length)
    assert reading.days_left == length - reading.day
    assert reading.is_overdue is (today > due_on)


@settings(max_examples=100, deadline=None)
@given(terms())
def test_term_of_months_has_no_day_left_on_the_day_it_is_due(
    term: tuple[date, list[Stop], date],
) -> None:
    start, stops, _ = term
    ended = [stop for stop in stops if stop.ended_on is not None]
    due_on = read_clock(MONTHLY, MEXICO, start, ended, start).due_on
    reading = read_clock(MONTHLY, MEXICO, start, ended, due_on)
    assert (reading.days_left, reading.is_overdue) == (0, False)
    next_day = read_clock(MONTHLY, MEXICO, start, ended, due_on + timedelta(days=1))
    assert next_day.is_overdue is True


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (None, False),  # still missing
        (datetime(2026, 3, 9, 18, tzinfo=UTC), False),
        (datetime(2026, 3, 10, 5, 59, tzinfo=UTC), False),  # the last minute in Mexico City
        (datetime(2026, 3, 10, 6, tzinfo=UTC), True),
    ],
)
def test_what_comes_on_the_last_day_is_not_late_where_the_programme_runs(
    at: datetime | None, is_late: bool
) -> None:
    assert came_late(at, date(2026, 3, 9), "America/Mexico_City") is is_late


def test_pack_may_have_a_weekend_of_its_own() -> None:
    own = CalendarSpec("HK", "Asia/Hong_Kong", {}, (Weekday.SATURDAY, Weekday.SUNDAY))
    saturday = date(2026, 5, 9)
    assert BusinessCalendar.from_spec(replace(own, weekend=())).is_business_day(saturday)
    assert not BusinessCalendar.from_spec(own).is_business_day(saturday)
    friday = replace(own, country="MX", weekend=(Weekday.FRIDAY,))
    assert [
        BusinessCalendar.from_spec(friday).is_business_day(date(2026, 5, each)) for each in (8, 9)
    ] == [False, True]
