"""Judge by when incidents are reported, completed and answered."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.domain.incidents import incident_terms
from sandbox.domain.packs import IncidentClassSpec
from tests.domain.tiny_pack import text

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


@pytest.mark.parametrize("complete", [None, 1, 15])
@pytest.mark.parametrize("reaction", [None, 1, 7])
def test_reports_are_due_from_learning_and_the_answer_from_the_report(
    complete: int | None, reaction: int | None
) -> None:
    terms = incident_terms(kind(complete, reaction), KNOWN, REPORTED)
    assert terms.first_report == KNOWN + timedelta(hours=24)
    expected = None if complete is None else KNOWN + timedelta(days=complete)
    assert terms.complete_report == expected
    expected = None if reaction is None else REPORTED + timedelta(days=reaction)
    assert terms.reaction == expected
