"""Judge by when the report on an ended test is due."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from sandbox.domain.calendar import BusinessCalendar, Stop
from sandbox.domain.outcomes import (
    Consent,
    ReportStatus,
    final_report_due_on,
    is_issued,
    report_clock,
    report_due_on,
)
from sandbox.domain.packs import ClockSpec, ClockUnit
from tests.domain.tiny_pack import text, tiny_pack

FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("unit", "length", "expected"),
    [
        (ClockUnit.CALENDAR_DAYS, 60, date(2026, 5, 5)),
        (ClockUnit.MONTHS, 2, date(2026, 5, 6)),
        (ClockUnit.BUSINESS_DAYS, 6, date(2026, 3, 17)),
    ],
)
def test_report_is_due_after_the_term_of_the_pack(
    unit: ClockUnit, length: int, expected: date
) -> None:
    pack = tiny_pack()
    clock = ClockSpec("exit_report", text("Exit report"), unit, length)
    assert report_due_on(replace(pack, clocks=(*pack.clocks, clock)), FRIDAY) == expected


def test_report_without_a_term_is_never_due() -> None:
    pack = tiny_pack()
    others = tuple(clock for clock in pack.clocks if clock.key != "exit_report")
    assert report_due_on(replace(pack, clocks=others), FRIDAY) is None


@pytest.mark.parametrize(
    ("days", "ended_on", "has_run", "expected"),
    [
        (30, FRIDAY, True, date(2026, 4, 5)),
        (None, FRIDAY, True, None),
        (30, None, True, None),
        (30, FRIDAY, False, None),
    ],
)
def test_company_reports_on_what_has_run_and_ended(
    days: int | None, ended_on: date | None, has_run: bool, expected: date | None
) -> None:
    pack = replace(tiny_pack(), final_report_days=days)
    assert final_report_due_on(pack, ended_on, has_run=has_run) == expected


WINDOWS = (
    Stop(date(2026, 3, 4), date(2026, 3, 10), "", text("recess")),
    Stop(date(2026, 4, 1), date(2026, 4, 4), "", text("strike")),
)


def is_stopped(day: date) -> bool:
    return any(stop.started_on <= day < (stop.ended_on or date.max) for stop in WINDOWS)


@pytest.mark.parametrize("length", [1, 3, 20, 45])
@pytest.mark.parametrize("unit", [ClockUnit.CALENDAR_DAYS, ClockUnit.BUSINESS_DAYS])
def test_report_waits_for_every_day_on_which_the_law_stops_the_lead(
    unit: ClockUnit, length: int
) -> None:
    clock = ClockSpec("exit_report", text("Exit report"), unit, length)
    pack = replace(tiny_pack(), clocks=(clock,))
    calendar = BusinessCalendar.from_spec(pack.calendar)
    # The obvious model: walk day by day, and count those that no window takes.
    day, left = FRIDAY, length
    while left:
        day += timedelta(days=1)
        counts = unit is ClockUnit.CALENDAR_DAYS or calendar.is_business_day(day)
        left -= counts and not is_stopped(day)
    assert report_due_on(pack, FRIDAY, WINDOWS) == day
    reading = report_clock(pack, FRIDAY, WINDOWS, day)
    assert reading is not None
    assert (reading.due_on, reading.days_left, reading.grounds[0][0]) == (day, 0, text("recess"))


@pytest.mark.parametrize(("status", "consent"), [*product(ReportStatus, Consent)])
def test_report_is_issued_once_published_or_in_the_hands_of_the_company(
    status: ReportStatus, consent: Consent
) -> None:
    asked = status is ReportStatus.AWAITING_PUBLICATION and consent is not Consent.NOT_ASKED
    assert is_issued(status, consent) is (asked or status is ReportStatus.PUBLISHED)
