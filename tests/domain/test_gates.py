from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from sandbox.domain.gates import GateFacts, MissingKind, MissingPart, gate_state
from sandbox.domain.monitoring import Level
from sandbox.domain.packs import RequirementKind, RequirementSpec, StageSpec, Who
from tests.domain.tiny_pack import requirement, tiny_pack

TIERS = [tier for tier in tiny_pack().tiers if tier.stages]
# Every gate that the tiny pack knows: one in front of each stage but the first, one at the end.
GATES: list[tuple[str, StageSpec | None, tuple[RequirementSpec, ...]]] = [
    *((tier.key, stage, stage.gate) for tier in TIERS for stage in tier.stages[1:]),
    *((tier.key, None, tier.completion) for tier in TIERS),
]
BOTH = frozenset({"ana", "luis"})


def facts_for(requirements: tuple[RequirementSpec, ...], **changes: Any) -> GateFacts:
    """Satisfy every requirement, but for what the changes take back."""
    satisfied = GateFacts(
        lead="ONE",
        associates=("TWO", "THREE"),
        plan_agreed_by=frozenset({"company", "ONE", "TWO", "THREE"}),
        start_conditions_open=0,
        start_conditions_total=3,
        documents={each.key: "evidence.pdf" for each in requirements},
        approvals={each.key: {"ONE": BOTH, "TWO": BOTH, "THREE": BOTH} for each in requirements},
        reports_due=2,
        reports_accepted=2,
        metrics=("errors",),
        worst_reading_by_metric={"errors": Level.WARNING},
        days_in_stage=14,
    )
    return replace(satisfied, **changes)


# What takes each kind's satisfaction away, and what is then missing.
BREAKS: dict[RequirementKind, tuple[dict[str, Any], MissingPart]] = {
    RequirementKind.PLAN_AGREED: (
        {"plan_agreed_by": frozenset({"company", "ONE", "THREE"})},
        MissingPart(MissingKind.AGREEMENT, Who.ASSOCIATES, 1, "TWO"),
    ),
    RequirementKind.START_CONDITIONS: (
        {"start_conditions_open": 2},
        MissingPart(MissingKind.START_CONDITION, Who.COMPANY, 2),
    ),
    RequirementKind.DOCUMENT: (
        {"documents": {"another": "evidence.pdf"}},
        MissingPart(MissingKind.DOCUMENT, Who.COMPANY),
    ),
    RequirementKind.REPORT_ACCEPTED: (
        {"reports_accepted": 1},
        MissingPart(MissingKind.REPORT, Who.COMPANY, 1),
    ),
    RequirementKind.METRICS_WITHIN: (
        {"worst_reading_by_metric": {"errors": Level.BREACH}},
        MissingPart(MissingKind.METRIC_IN_BREACH, Who.COMPANY, 1, subject="errors"),
    ),
    RequirementKind.NO_OPEN_INCIDENT: (
        {"open_serious_incidents": 1},
        MissingPart(MissingKind.INCIDENT_CLOSURE, Who.LEAD, 1, "ONE"),
    ),
    RequirementKind.MINIMUM_DAYS: (
        {"days_in_stage": 13},
        MissingPart(MissingKind.DAYS, Who.PLATFORM, 1),
    ),
}


@pytest.mark.parametrize(
    ("gate", "kind"),
    list(product(GATES, RequirementKind)),
    ids=lambda part: (
        part.value
        if isinstance(part, RequirementKind)
        else f"{part[0]}-{part[1].key if part[1] else 'completion'}"
    ),
)
def test_each_kind_of_requirement_closes_each_gate_of_each_tier_alone(
    gate: tuple[str, StageSpec | None, tuple[RequirementSpec, ...]], kind: RequirementKind
) -> None:
    _, stage, requirements = gate
    [spec] = [each for each in requirements if each.kind is kind]
    if kind is RequirementKind.APPROVAL:
        given = {"ONE": BOTH, "TWO": frozenset({"ana"}), "THREE": BOTH}
        changes: dict[str, Any] = {"approvals": {spec.key: given}}
        missing = MissingPart(MissingKind.APPROVAL, Who.ASSOCIATES, 1, "TWO")
    else:
        changes, missing = BREAKS[kind]

    opened = gate_state(requirements, facts_for(requirements), stage)
    assert opened.is_open
    assert (opened.stage, opened.satisfied, opened.total) == (stage, 8, 8)

    closed = gate_state(requirements, facts_for(requirements, **changes), stage)
    assert not closed.is_open
    assert (closed.satisfied, closed.total) == (7, 8)
    assert {each.spec.kind: each.missing for each in closed.requirements if each.missing} == {
        kind: (missing,)
    }


def test_gate_without_requirements_is_open() -> None:
    state = gate_state((), facts_for(()), None)
    assert (state.is_open, state.satisfied, state.total) == (True, 0, 0)


def missing_parts(spec: RequirementSpec, **changes: Any) -> tuple[MissingPart, ...]:
    [state] = gate_state((spec,), facts_for((spec,), **changes), None).requirements
    assert state.is_satisfied is (not state.missing)
    return state.missing


@pytest.mark.parametrize("kind", RequirementKind)
@pytest.mark.parametrize("may_be_waived", [False, True])
@pytest.mark.parametrize("reason", [None, "  ", "The lead has seen enough"])
def test_waiver_opens_only_where_the_pack_allows_it_and_a_reason_is_given(
    kind: RequirementKind, may_be_waived: bool, reason: str | None
) -> None:
    spec = requirement("r", kind, Who.LEAD, days=14, may_be_waived=may_be_waived)
    nothing = GateFacts(lead="ONE", start_conditions_open=1, open_serious_incidents=1)
    facts = replace(nothing, waived={} if reason is None else {"r": reason, "other": "x"})
    state = gate_state((spec,), facts, None)
    is_waived = may_be_waived and reason == "The lead has seen enough"
    assert state.is_open is is_waived
    assert state.satisfied == int(is_waived)
    assert state.requirements[0].is_waived is is_waived
    assert state.requirements[0].is_satisfied is False
    assert state.requirements[0].missing != ()


def test_waiver_of_one_requirement_leaves_the_others() -> None:
    specs = (
        requirement("a", RequirementKind.DOCUMENT, Who.COMPANY, may_be_waived=True),
        requirement("b", RequirementKind.DOCUMENT, Who.COMPANY, may_be_waived=True),
    )
    facts = facts_for(specs, documents={}, waived={"a": "Known already"})
    state = gate_state(specs, facts, None)
    assert [each.holds for each in state.requirements] == [True, False]
    assert not state.is_open


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Who.COMPANY, [(Who.COMPANY, None)]),
        (Who.SECRETARIAT, [(Who.SECRETARIAT, None)]),
        (Who.LEAD, [(Who.LEAD, "ONE")]),
        (Who.ASSOCIATES, [(Who.ASSOCIATES, "TWO"), (Who.ASSOCIATES, "THREE")]),
        (
            Who.EVERY_AUTHORITY,
            [(Who.LEAD, "ONE"), (Who.ASSOCIATES, "TWO"), (Who.ASSOCIATES, "THREE")],
        ),
        (
            Who.PLATFORM,
            [
                (Who.COMPANY, None),
                (Who.LEAD, "ONE"),
                (Who.ASSOCIATES, "TWO"),
                (Who.ASSOCIATES, "THREE"),
            ],
        ),
    ],
)
def test_agreement_and_approval_are_asked_of_each_party_named(
    by: Who, expected: list[tuple[Who, str | None]]
) -> None:
    plan = requirement("r", RequirementKind.PLAN_AGREED, by)
    found = missing_parts(plan, plan_agreed_by=frozenset())
    assert [(each.who, each.authority) for each in found] == expected
    approval = requirement("r", RequirementKind.APPROVAL, by, persons=2)
    found = missing_parts(approval, approvals={})
    assert [(each.who, each.authority, each.count) for each in found] == [
        (who, authority, 2) for who, authority in expected
    ]
    given = {authority or who.value: BOTH for who, authority in expected}
    assert missing_parts(approval, approvals={"r": given}) == ()
    assert missing_parts(plan, plan_agreed_by=frozenset(given)) == ()


def test_plan_may_need_parties_besides_those_of_the_requirement() -> None:
    plan = requirement("r", RequirementKind.PLAN_AGREED, Who.LEAD)
    found = missing_parts(
        plan, plan_needs=frozenset({"company", "ONE", "TWO"}), plan_agreed_by=frozenset({"TWO"})
    )
    assert found == (
        MissingPart(MissingKind.AGREEMENT, Who.LEAD, 1, "ONE"),
        MissingPart(MissingKind.AGREEMENT, Who.COMPANY),
    )


def test_approval_counts_persons_of_each_authority_apart() -> None:
    approval = requirement("r", RequirementKind.APPROVAL, Who.EVERY_AUTHORITY, persons=2)
    given = {"ONE": frozenset({"a", "b", "c"}), "TWO": frozenset({"d"}), "OTHER": BOTH}
    assert missing_parts(approval, approvals={"r": given}) == (
        MissingPart(MissingKind.APPROVAL, Who.ASSOCIATES, 1, "TWO"),
        MissingPart(MissingKind.APPROVAL, Who.ASSOCIATES, 2, "THREE"),
    )


def test_approval_of_another_requirement_does_not_count() -> None:
    approval = requirement("r", RequirementKind.APPROVAL, Who.LEAD)
    assert missing_parts(approval, approvals={"other": {"ONE": BOTH}}) == (
        MissingPart(MissingKind.APPROVAL, Who.LEAD, 1, "ONE"),
    )


def test_missing_lead_keeps_the_gate_closed_and_no_associates_do_not() -> None:
    by_lead = requirement("r", RequirementKind.APPROVAL, Who.LEAD)
    assert missing_parts(by_lead, lead=None) == (MissingPart(MissingKind.APPROVAL, Who.LEAD),)
    by_associates = requirement("r", RequirementKind.APPROVAL, Who.ASSOCIATES)
    assert missing_parts(by_associates, associates=(), approvals={}) == ()


@pytest.mark.parametrize(
    ("due", "accepted", "waiting", "to_submit", "to_accept"),
    [
        (0, 0, 0, 1, 0),
        (0, 0, 1, 0, 1),
        (0, 1, 0, 0, 0),
        (1, 0, 0, 1, 0),
        (2, 0, 1, 1, 1),
        (2, 1, 1, 0, 1),
        (2, 1, 2, 0, 1),
        (2, 2, 0, 0, 0),
        (2, 3, 1, 0, 0),
        (3, 0, 0, 3, 0),
    ],
)
def test_every_report_due_and_one_at_least_must_be_accepted(
    due: int, accepted: int, waiting: int, to_submit: int, to_accept: int
) -> None:
    spec = requirement("r", RequirementKind.REPORT_ACCEPTED, Who.SECRETARIAT)
    found = missing_parts(
        spec, reports_due=due, reports_accepted=accepted, reports_submitted_waiting=waiting
    )
    expected = []
    if to_submit:
        expected.append(MissingPart(MissingKind.REPORT, Who.COMPANY, to_submit))
    if to_accept:
        expected.append(MissingPart(MissingKind.REPORT_ACCEPTANCE, Who.SECRETARIAT, to_accept))
    assert found == tuple(expected)


def test_report_left_to_the_platform_is_accepted_by_the_lead() -> None:
    spec = requirement("r", RequirementKind.REPORT_ACCEPTED, Who.PLATFORM)
    found = missing_parts(spec, reports_due=1, reports_accepted=0, reports_submitted_waiting=1)
    assert found == (MissingPart(MissingKind.REPORT_ACCEPTANCE, Who.LEAD),)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ({"a": Level.WITHIN, "b": Level.WARNING}, []),
        ({"a": Level.BREACH, "b": Level.WITHIN}, [("metric_in_breach", "a")]),
        ({"a": Level.WITHIN}, [("reading", "b")]),
        ({}, [("reading", "a"), ("reading", "b")]),
        (
            {"a": Level.WITHIN, "b": Level.WITHIN, "c": Level.BREACH},
            [("metric_in_breach", "c")],
        ),
    ],
)
def test_metrics_must_be_read_and_not_in_breach(
    readings: dict[str, Level], expected: list[tuple[str, str]]
) -> None:
    spec = requirement("r", RequirementKind.METRICS_WITHIN)
    found = missing_parts(spec, metrics=("a", "b"), worst_reading_by_metric=readings)
    assert [(each.kind, each.subject) for each in found] == expected


def test_metrics_never_measured_keep_the_gate_closed() -> None:
    spec = requirement("r", RequirementKind.METRICS_WITHIN)
    found = missing_parts(spec, metrics=(), worst_reading_by_metric={})
    assert found == (MissingPart(MissingKind.READING, Who.COMPANY),)


def test_incident_that_is_not_serious_keeps_no_gate_closed() -> None:
    spec = requirement("r", RequirementKind.NO_OPEN_INCIDENT)
    assert missing_parts(spec, open_incidents=3, open_serious_incidents=0) == ()
    assert missing_parts(spec, open_incidents=3, open_serious_incidents=2)[0].count == 2


def test_document_without_a_name_is_none() -> None:
    spec = requirement("r", RequirementKind.DOCUMENT, Who.COMPANY)
    assert missing_parts(spec, documents={"r": ""}) != ()
