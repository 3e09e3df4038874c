"""Judge by when the report on an ended test is due."""

from dataclasses import replace
from datetime import date

import pytest

from sandbox.domain.outcomes import final_report_due_on, report_due_on
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
