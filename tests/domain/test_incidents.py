"""Judge by when incidents are reported, completed and answered."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.domain.calendar import ClockReading, Stop
from sandbox.domain.incidents import incident_terms, reaction_clock
from sandbox.domain.packs import IncidentClassSpec
from tests.domain.tiny_pack import text, tiny_pack

KNOWN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REPORTED = KNOWN + timedelta(hours=30)


def kind(complete: int | None, reaction: int | None) -> IncidentClassSpec:
    return IncidentClassSpec(
        "any",
        text("Any"),
        24,
        serious=True,
        complete_report_days=complete,
        reaction_days=reaction,
    )


def clock_of(spec: IncidentClassSpec, *stops: Stop) -> ClockReading | None:
    return reaction_clock(tiny_pack(), spec, REPORTED.date(), stops, REPORTED.date())


@pytest.mark.parametrize("complete", [None, 1, 15])
@pytest.mark.parametrize("reaction", [None, 1, 7])
def test_reports_are_due_from_learning_and_the_answer_from_the_report(
    complete: int | None, reaction: int | None
) -> None:
    spec = kind(complete, reaction)
    terms = incident_terms(spec, KNOWN, REPORTED, clock_of(spec))
    assert terms.first_report == KNOWN + timedelta(hours=24)
    expected = None if complete is None else KNOWN + timedelta(days=complete)
    assert terms.complete_report == expected
    expected = None if reaction is None else REPORTED + timedelta(days=reaction)
    assert terms.reaction == expected


@pytest.mark.parametrize("days", [1, 2, 5, 9])
def test_answer_waits_for_every_day_on_which_the_law_stops_the_lead(days: int) -> None:
    windows = (
        Stop(date(2026, 3, 1), date(2026, 3, 5), "", text("recess")),
        Stop(date(2026, 3, 8), date(2026, 3, 9), "", text("strike")),
    )
    taken = {date(2026, 3, day) for day in (1, 2, 3, 4, 8)}
    # The obvious model: walk day by day from the report, and count those that no window takes.
    due_at, left = REPORTED, days
    while left:
        due_at += timedelta(days=1)
        left -= due_at.date() not in taken
    spec = kind(3, days)
    terms = incident_terms(spec, KNOWN, REPORTED, clock_of(spec, *windows))
    assert terms.reaction == due_at
    # The company's own terms know no windows.
    assert terms.complete_report == KNOWN + timedelta(days=3)
