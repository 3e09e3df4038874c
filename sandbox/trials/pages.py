"""Prepare what the page of a trial shows to one reader: facts, and the deeds open to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from sandbox.access.checks import grants
from sandbox.access.permissions import P
from sandbox.domain.gates import GateState, RequirementState
from sandbox.domain.packs import RequirementKind, Who
from sandbox.domain.trials import (
    LIFECYCLE,
    StageProgress,
    TrialAction,
    TrialStatus,
    TrialWork,
    possible,
)
from sandbox.kernel.actors import Actor
from sandbox.models import ApprovalTerm, Reading, Suspension, Trial
from sandbox.trials.queries import (
    COMPLETION,
    Supervisor,
    TrialFile,
    find_open_suspension,
    has_approved,
    list_supervisors,
)
from sandbox.trials.services import may_approve, missing_fields, party_of, roles_of

TRIAL_PERMISSIONS = (
    P.TRIAL_READ,
    P.TRIAL_PLAN_EDIT,
    P.TRIAL_PLAN_AGREE,
    P.START_CONDITION_SET,
    P.REQUIREMENT_DOCUMENT,
    P.REQUIREMENT_APPROVE,
    P.REQUIREMENT_WAIVE,
    P.STAGE_ENTER,
    P.MONITORING_REPORT_SUBMIT,
    P.MONITORING_REPORT_JUDGE,
    P.FINAL_REPORT_SUBMIT,
    P.RELIEF_DRAFT,
    P.RELIEF_GRANT,
    P.INCIDENT_OPEN,
    P.INCIDENT_COMPLETE,
    P.INCIDENT_REACT,
    P.INCIDENT_CLOSE,
    P.TRIAL_SUSPEND,
    P.TRIAL_RESUME,
    P.TRIAL_COMPLETE,
)


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """Show one requirement of the next gate, with what this reader may do about it."""

    state: RequirementState
    evidence: Sequence[Any]
    terms: Sequence[ApprovalTerm]
    refused_by: frozenset[str]
    may_document: bool
    may_approve: bool
    may_refuse: bool
    may_waive: bool


@dataclass(frozen=True, slots=True)
class TrialPage:
    """Hold the page of a trial for one reader.

    Shape: `is_for_company` where the reader learns what counts no longer, but not who is recused.
    """

    file: TrialFile
    granted: frozenset[P]
    is_for_company: bool
    progress: tuple[StageProgress, ...]
    gates: Mapping[str, GateState]
    next_gate: str
    gate: GateState | None
    requirements: tuple[RequirementLine, ...]
    missing_plan: tuple[str, ...]
    may_agree: bool
    may_enter: bool
    may_complete: bool
    may_suspend: bool
    may_resume: bool
    may_end: bool
    may_write_plan: bool
    may_report: bool
    may_judge: bool
    may_hand_in_final_report: bool
    may_correct_final_report: bool
    may_open_incident: bool
    may_complete_incident: bool
    may_react_to_incident: bool
    may_close_incident: bool
    own_conditions: frozenset[str]
    readings: Mapping[str, Sequence[Reading]]


def page_of(session: Session, actor: Actor, file: TrialFile) -> TrialPage:
    """Judge everything once, so that the page only prints."""
    granted = grants(session, actor, TRIAL_PERMISSIONS, file.trial)
    status = TrialStatus(file.trial.status)
    open_now = frozenset(possible(status, file.tier, file.current.key))
    next_gate = file.next_gate
    gate = file.gate(next_gate) if file.is_open else None
    roles = roles_of(file, actor)
    return TrialPage(
        file=file,
        granted=granted,
        is_for_company=file.trial.organisation_id in actor.member_of,
        progress=file.progress,
        gates=_gates(file),
        next_gate=next_gate,
        gate=gate,
        requirements=() if gate is None else _lines(file, actor, gate, granted, open_now),
        missing_plan=missing_fields(file),
        may_agree=TrialWork.AGREE_PLAN in open_now and _may_agree(file, actor, granted),
        may_enter=TrialAction.ENTER_STAGE in open_now and _is_ready(gate, granted, P.STAGE_ENTER),
        may_complete=TrialAction.COMPLETE in open_now
        and _is_ready(gate, granted, P.TRIAL_COMPLETE),
        may_suspend=TrialAction.SUSPEND in open_now and P.TRIAL_SUSPEND in granted,
        may_resume=TrialAction.RESUME in open_now and _may_resume(file, actor, granted),
        may_end=TrialAction.END in open_now and P.TRIAL_COMPLETE in granted,
        may_write_plan=TrialWork.SAVE_PLAN in open_now and P.TRIAL_PLAN_EDIT in granted,
        may_report=TrialWork.REPORT in open_now and P.MONITORING_REPORT_SUBMIT in granted,
        may_judge=TrialWork.ACCEPT_REPORT in open_now and P.MONITORING_REPORT_JUDGE in granted,
        may_hand_in_final_report=TrialWork.FINAL_REPORT in open_now
        and P.FINAL_REPORT_SUBMIT in granted,
        may_correct_final_report=TrialWork.FINAL_REPORT in open_now
        and file.is_final_report_open
        and P.FINAL_REPORT_SUBMIT in granted,
        may_open_incident=TrialWork.OPEN_INCIDENT in open_now and P.INCIDENT_OPEN in granted,
        may_complete_incident=TrialWork.COMPLETE_INCIDENT in open_now
        and P.INCIDENT_COMPLETE in granted,
        may_react_to_incident=TrialWork.REACT_INCIDENT in open_now and P.INCIDENT_REACT in granted,
        may_close_incident=TrialWork.CLOSE_INCIDENT in open_now and P.INCIDENT_CLOSE in granted,
        own_conditions=frozenset(
            spec.key
            for spec in file.tier.start_conditions
            if TrialWork.SET_START_CONDITION in open_now
            and P.START_CONDITION_SET in granted
            and spec.owner in roles
        ),
        readings=_series(file.readings),
    )


@dataclass(frozen=True, slots=True)
class PageWithoutRules:
    """Hold what is known of a trial whose rules cannot be read.

    Shape: `suspension` is the open one, for those who may read the trial.
    """

    supervisors: Sequence[Supervisor]
    suspension: Suspension | None
    may_suspend: bool


def page_without_rules(session: Session, actor: Actor, trial: Trial) -> PageWithoutRules:
    """Judge what can be said and done without any rules: nothing but to stop the trial."""
    granted = grants(session, actor, (P.TRIAL_READ, P.TRIAL_SUSPEND), trial)
    status = TrialStatus(trial.status)
    return PageWithoutRules(
        supervisors=list_supervisors(session, trial.application_id),
        suspension=find_open_suspension(session, trial.id) if P.TRIAL_READ in granted else None,
        may_suspend=LIFECYCLE.allows(status, TrialAction.SUSPEND) and P.TRIAL_SUSPEND in granted,
    )


def _gates(file: TrialFile) -> dict[str, GateState]:
    """Lay out every gate: passed ones met in full, the next one judged, later ones not yet."""
    entered = {stage.key for stage in file.stages}
    places = [*(spec.key for spec in file.tier.stages), COMPLETION]
    return {
        key: file.gate(key)
        if file.is_open and key == file.next_gate
        else _settled(file, key, is_passed=key in entered or file.is_completed)
        for key in places
    }


def _settled(file: TrialFile, key: str, *, is_passed: bool) -> GateState:
    """Describe a gate that today's facts say nothing about."""
    return GateState(
        stage=None if key == COMPLETION else file.tier.stage(key),
        requirements=tuple(
            RequirementState(spec, is_satisfied=is_passed, is_waived=False, missing=())
            for spec in file.requirements_of(key)
        ),
    )


def _is_ready(gate: GateState | None, granted: frozenset[P], permission: P) -> bool:
    return gate is not None and gate.is_open and permission in granted


def _lines(
    file: TrialFile,
    actor: Actor,
    gate: GateState,
    granted: frozenset[P],
    open_now: frozenset[TrialAction | TrialWork],
) -> tuple[RequirementLine, ...]:
    authority = file.acting(actor)
    roles = roles_of(file, actor)
    found = []
    for state in gate.requirements:
        spec = state.spec
        refused = file.refused_by(file.next_gate, state)
        may_answer = (
            spec.kind is RequirementKind.APPROVAL
            and P.REQUIREMENT_APPROVE in granted
            and may_approve(spec, authority)
        )
        found.append(
            RequirementLine(
                state=state,
                evidence=[
                    row
                    for row in file.evidence
                    if row.stage == file.next_gate and row.requirement == spec.key
                ],
                terms=_terms_that_matter(file, state),
                refused_by=refused,
                may_document=TrialWork.DOCUMENT in open_now
                and spec.kind is RequirementKind.DOCUMENT
                and P.REQUIREMENT_DOCUMENT in granted
                and spec.by in roles,
                may_approve=TrialWork.APPROVE in open_now
                and may_answer
                and not has_approved(file, file.next_gate, spec.key, actor),
                may_refuse=TrialWork.REFUSE in open_now
                and may_answer
                and party_of(authority) in state.missing_parties - refused,
                may_waive=TrialWork.WAIVE in open_now
                and spec.may_be_waived
                and not state.holds
                and P.REQUIREMENT_WAIVE in granted,
            )
        )
    return tuple(found)


def _terms_that_matter(file: TrialFile, state: RequirementState) -> list[ApprovalTerm]:
    """Return what silence came to mean, and the terms in which somebody has still to answer."""
    waiting = state.missing_parties - file.refused_by(file.next_gate, state)
    return [
        term
        for term in file.terms_of(file.next_gate, state.spec.key)
        if term.settled_at is not None or file.asked_in(term) & waiting
    ]


def _may_agree(file: TrialFile, actor: Actor, granted: frozenset[P]) -> bool:
    if P.TRIAL_PLAN_AGREE not in granted:
        return False
    authority = file.acting(actor)
    party = authority.code if authority else Who.COMPANY.value
    return not missing_fields(file) and party not in file.agreed_by


def _may_resume(file: TrialFile, actor: Actor, granted: frozenset[P]) -> bool:
    suspension = file.open_suspension
    if suspension is None or P.TRIAL_RESUME not in granted:
        return False
    authority = file.acting(actor)
    if authority is None:
        return suspension.by_company and suspension.suspender_agreed_at is None
    if authority.is_lead and suspension.lead_agreed_at is None:
        return True
    is_suspender = authority.answers_for(suspension.authority_id)
    return is_suspender and suspension.suspender_agreed_at is None


def _series(readings: Sequence[Reading]) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        found.setdefault(reading.metric, []).append(reading)
    return found
