from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from sandbox.domain.awaiting import Awaited, Step, TrialNow, awaited, without_incidents
from sandbox.domain.gates import GateFacts, GateState, gate_state
from sandbox.domain.outcomes import Consent, ReportStatus
from sandbox.domain.packs import RequirementKind, RequirementSpec, Who
from sandbox.domain.trials import TrialStatus
from tests.domain.tiny_pack import requirement, stage

NEXT = stage("next")
EVERYBODY = frozenset({"company", "ONE", "TWO"})
DAY = date(2026, 3, 2)
PLAN = requirement("plan", RequirementKind.PLAN_AGREED, Who.EVERY_AUTHORITY)
START = requirement("start", RequirementKind.START_CONDITIONS, Who.COMPANY)
DAYS = requirement("days", RequirementKind.MINIMUM_DAYS, days=14)
REPORT = requirement("report", RequirementKind.REPORT_ACCEPTED, Who.LEAD)
INCIDENTS = requirement("incidents", RequirementKind.NO_OPEN_INCIDENT)


def document(by: Who = Who.COMPANY) -> RequirementSpec:
    return requirement("document", RequirementKind.DOCUMENT, by)


def approval(by: Who) -> RequirementSpec:
    return requirement("approval", RequirementKind.APPROVAL, by)


def gate(*specs: RequirementSpec, is_last: bool = False, **facts: Any) -> GateState:
    known = GateFacts(**{"lead": "ONE", "associates": ("TWO",), "days_in_stage": 11, **facts})
    return gate_state(specs, known, None if is_last else NEXT)


def steps(status: TrialStatus, **facts: Any) -> list[tuple[str, ...]]:
    """Return what is next as (step, party, …), for a test led by ONE with TWO beside it."""
    now = TrialNow(status, **{"lead": "ONE", "associates": ("TWO",), **facts})
    return [(each.step.value, *each.parties) for each in awaited(now)]


COMPANY_AND_ONE = frozenset({"company", "ONE"})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"gate": gate(PLAN)}, [("plan", "company")]),
        ({"gate": gate(PLAN), "agreed_by": {"company"}}, [("agree", "ONE", "TWO")]),
        ({"gate": gate(PLAN), "agreed_by": {"company", "TWO"}}, [("agree", "ONE")]),
        (
            {"gate": gate(PLAN, START, start_conditions_open=1), "open_conditions": (Who.LEAD,)},
            [("plan", "company"), ("bring", "ONE")],
        ),
        ({"gate": gate(), "agreed_by": EVERYBODY}, [("enter", "ONE")]),
        (
            {"gate": gate(), "agreed_by": EVERYBODY, "lead": None},
            [("agree", "lead"), ("enter", "lead")],
        ),
    ],
)  # fmt: skip
def test_preparing_names_who_writes_agrees_or_enters(
    facts: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert steps(TrialStatus.PREPARING, **facts) == expected


REFUSED = {"gate": gate(approval(Who.EVERY_AUTHORITY)), "refused": {"approval": {"TWO"}}}
OWN_REFUSAL = {"gate": gate(approval(Who.LEAD)), "refused": {"approval": frozenset({"ONE"})}}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"gate": gate()}, [("enter", "ONE")]),
        ({"gate": gate(is_last=True)}, [("complete", "ONE")]),
        ({"gate": gate(document())}, [("bring", "company")]),
        ({"gate": gate(document(Who.SECRETARIAT))}, [("bring", "secretariat")]),
        ({"gate": gate(document(Who.ASSOCIATES))}, [("bring", "TWO")]),
        ({"gate": gate(document(Who.ASSOCIATES)), "associates": ()}, [("bring", "ONE")]),
        ({"gate": gate(document(Who.EVERY_AUTHORITY))}, [("bring", "ONE", "TWO")]),
        (
            {"gate": gate(START, start_conditions_open=1), "open_conditions": (Who.SECRETARIAT,)},
            [("bring", "secretariat")],
        ),
        ({"gate": gate(approval(Who.EVERY_AUTHORITY))}, [("approve", "ONE", "TWO")]),
        ({"gate": gate(approval(Who.ASSOCIATES))}, [("approve", "TWO")]),
        # Nobody approves while there is something else to come: but the secretariat may at once.
        ({"gate": gate(approval(Who.LEAD), document())}, [("bring", "company")]),
        ({"gate": gate(approval(Who.LEAD), DAYS)}, [("wait_for_days",)]),
        ({"gate": gate(approval(Who.SECRETARIAT), DAYS)}, [("approve", "secretariat")]),
        (REFUSED, [("settle", "company", "ONE"), ("approve", "ONE")]),
        (OWN_REFUSAL, [("settle", "company")]),
        ({"gate": gate(DAYS)}, [("wait_for_days",)]),
        ({"gate": gate(REPORT), "next_report_on": DAY}, [("wait_for_report",)]),
        ({"gate": gate(REPORT)}, [("report", "company")]),
        ({"gate": gate(REPORT), "next_report_on": DAY, "reports_owed": 1}, [("report", "company")]),
        ({"gate": gate(REPORT), "is_report_returned": True}, [("correct_report", "company")]),
        ({"gate": gate(REPORT), "reports_to_judge": 1}, [("judge_report", "ONE")]),
        (
            {"gate": gate(document()), "reports_to_judge": 1},
            [("judge_report", "ONE"), ("bring", "company")],
        ),
        (
            {"gate": gate(INCIDENTS, open_serious_incidents=1), "incidents_to_close": 1},
            [("close_incident", "ONE")],
        ),
        (
            {"gate": gate(), "incidents_to_answer": 1, "incidents_to_complete": 1},
            [("answer_incident", "ONE"), ("complete_incident", "company"), ("enter", "ONE")],
        ),
        # Whoever waits for days or a report is told of the limit instead.
        ({"gate": gate(DAYS), "stage_overdue_since": DAY}, [("leave_stage", "ONE")]),
        (
            {"gate": gate(document()), "stage_overdue_since": DAY, "lead": None},
            [("leave_stage", "lead"), ("bring", "company")],
        ),
        (
            {"gate": gate(), "stage_overdue_since": DAY},
            [("leave_stage", "ONE"), ("enter", "ONE")],
        ),
    ],
)  # fmt: skip
def test_running_names_who_brings_what_is_missing_or_opens_the_way(
    facts: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert steps(TrialStatus.RUNNING, **facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_lead_asked": True, "suspenders": ("company",)}, [("resume", "ONE", "company")]),
        ({"is_lead_asked": True, "suspenders": ("TWO",)}, [("resume", "ONE", "TWO")]),
        ({"is_lead_asked": True, "suspenders": ("ONE",)}, [("resume", "ONE")]),
        ({"is_lead_asked": True}, [("resume", "ONE")]),
        ({"suspenders": ("company",)}, [("resume", "company")]),
        # What brings the next stage rests; what is owed for the time before does not.
        ({"suspenders": ("TWO",), "gate": gate(document())}, [("resume", "TWO")]),
        ({"suspenders": ("TWO",), "stage_overdue_since": DAY}, [("resume", "TWO")]),
        (
            {"is_lead_asked": True, "reports_owed": 1, "incidents_to_close": 1, "gate": gate()},
            [("resume", "ONE"), ("close_incident", "ONE"), ("report", "company")],
        ),
    ],
)
def test_suspended_names_whoever_has_not_agreed_to_go_on(
    facts: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert steps(TrialStatus.SUSPENDED, **facts) == expected


@pytest.mark.parametrize("status", [TrialStatus.COMPLETED, TrialStatus.ENDED_EARLY])
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, [("draft_outcome", "secretariat")]),
        ({"outcome": ReportStatus.DRAFT}, [("finish_outcome", "secretariat")]),
        ({"outcome": ReportStatus.AWAITING_PUBLICATION}, [("publish", "publisher")]),
        (
            {"outcome": ReportStatus.AWAITING_PUBLICATION, "consent": Consent.ASKED},
            [("consent", "company")],
        ),
        (
            {"outcome": ReportStatus.AWAITING_PUBLICATION, "consent": Consent.AGREED},
            [("publish", "publisher")],
        ),
        (
            {"outcome": ReportStatus.AWAITING_PUBLICATION, "consent": Consent.REFUSED},
            [("take_back",)],
        ),
        ({"outcome": ReportStatus.PUBLISHED}, [("over",)]),
        (
            {"outcome": ReportStatus.PUBLISHED, "is_final_report_owed": True},
            [("report_on_end", "company")],
        ),
        (
            {"is_final_report_owed": True},
            [("report_on_end", "company"), ("draft_outcome", "secretariat")],
        ),
        (
            {"outcome": ReportStatus.PUBLISHED, "incidents_to_close": 1},
            [("close_incident", "ONE")],
        ),
    ],
)
def test_after_the_end_the_reports_are_next_until_all_are_in(
    status: TrialStatus, facts: dict[str, Any], expected: list[tuple[str, ...]]
) -> None:
    assert steps(status, **facts) == expected


def test_whoever_waits_is_told_for_what() -> None:
    now = TrialNow(TrialStatus.RUNNING, gate=gate(DAYS))
    assert awaited(now) == (Awaited(Step.WAIT_FOR_DAYS, days=3),)
    now = replace(now, gate=gate(REPORT), next_report_on=DAY)
    assert awaited(now) == (Awaited(Step.WAIT_FOR_REPORT, on=DAY),)


@pytest.mark.parametrize(
    ("status", "outcome", "consent"), [*product(TrialStatus, [None, *ReportStatus], Consent)]
)
def test_something_is_always_said(
    status: TrialStatus, outcome: ReportStatus | None, consent: Consent
) -> None:
    assert awaited(TrialNow(status, outcome=outcome, consent=consent))


def test_whoever_has_still_to_declare_is_told_of_no_incident() -> None:
    steps = (
        Awaited(Step.CLOSE_INCIDENT, ("INAI",)),
        Awaited(Step.COMPLETE_INCIDENT, ("company",)),
        Awaited(Step.REPORT, ("company",)),
    )
    assert without_incidents(steps) == (
        Awaited(Step.SUPERVISE, ("INAI", "company")),
        Awaited(Step.REPORT, ("company",)),
    )
    assert without_incidents(steps[2:]) == steps[2:]
