"""Carry out the deeds of a trial; what opens a gate is judged by the domain, never here."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.monitoring import Level, judge
from sandbox.domain.packs import Answers, PolicyPack, RequirementKind, RequirementSpec, Who
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import Tiering, tiering
from sandbox.domain.trials import LIFECYCLE, OPEN_STATUSES, TrialAction, TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    GateEvidence,
    Incident,
    MonitoringReport,
    PlanAgreement,
    Reading,
    StartCondition,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.packs import active
from sandbox.trials import notices, queries
from sandbox.trials.queries import COMPLETION, Supervisor, TrialFile

REFERENCE_SUFFIX = "-P"  # "P" for prueba; the rest is the reference of the application
COMPANY = "company"
ADMITTED = frozenset({DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS})


# --- opening ---------------------------------------------------------------------------------------


def open_trial(session: Session, actor: Actor, application: Application, *, now: datetime) -> Trial:
    """Open the trial of an admitted application; opening it twice leads to the same one.

    Raises: Denied, NotPossible(NOT_ACCEPTED) unless admitted, NotPossible(PROHIBITED).
    """
    require(session, actor, P.TRIAL_OPEN, application)
    existing = queries.find_trial_of(session, application.id)
    if existing is not None:
        return existing
    if application.outcome is None or DecisionOutcome(application.outcome) not in ADMITTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    pack = active.pack_of(application)
    submission = queries.get_last_submission(session, application.id)
    answers: Answers = submission.content["answers"]
    found = tiering(pack, answers)
    tier = pack.tier(found.tier)
    if tier.prohibited:
        raise NotPossible(Why.PROHIBITED)
    trial = Trial(
        application_id=application.id,
        organisation_id=application.organisation_id,
        reference=f"{application.reference}{REFERENCE_SUFFIX}",
        title=application.title,
        pack_code=application.pack_code,
        pack_version=application.pack_version,
        tier=tier.key,
        tiering=as_json(found),
        status=TrialStatus.PREPARING.value,
        stage=tier.stages[0].key,
        stage_sequence=1,
        opened_at=now,
        changed_at=now,
        public_summary=public_part(pack, answers, submission.content.get("confidential", ())),
    )
    session.add(trial)
    session.flush()
    session.add(TrialStage(trial_id=trial.id, sequence=1, key=tier.stages[0].key, entered_at=now))
    session.add(
        TrialPlan(
            trial_id=trial.id,
            # Where the form asked for the same thing, the plan starts from that answer.
            fields={
                spec.key: answers[spec.key]
                for spec in pack.plan_fields
                if isinstance(answers.get(spec.key), str)
            },
            saved_by_id=submission.submitted_by_id,
            saved_at=now,
        )
    )
    for condition in tier.start_conditions:
        session.add(StartCondition(trial_id=trial.id, key=condition.key))
    record(session, actor, Deed.TRIAL_OPENED, trial, now=now, tier=tier.key, points=found.points)
    notices.tell_everybody(session, trial, "trials/opened", now)
    return trial


def as_json(found: Tiering) -> dict[str, Any]:
    """Return a tiering as plain JSON, with every reason in every language of the pack."""
    return {
        "points": found.points,
        "reasons": [
            {
                "question": reason.question,
                "label": dict(reason.label.by_language),
                "answer": dict(reason.answer.by_language) if reason.answer else None,
                "points": reason.points,
                "raises_to": reason.raises_to,
            }
            for reason in found.reasons
        ],
    }


def public_part(pack: PolicyPack, answers: Answers, confidential: Any) -> dict[str, Any]:
    """Return the answers that the pack lets the register show and nobody marked confidential."""
    hidden = set(confidential)
    return {key: answers[key] for key in pack.public_fields if key in answers and key not in hidden}


# --- plan and start conditions ---------------------------------------------------------------------


def save_plan(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    fields: Mapping[str, str],
    expected_version: int,
    now: datetime,
) -> None:
    """Save the plan; a changed wording withdraws every agreement to the former one.

    Raises: Denied, Stale, NotPossible(ALREADY_DONE) once the first gate was passed.
    """
    require(session, actor, P.TRIAL_PLAN_EDIT, trial)
    if TrialStatus(trial.status) is not TrialStatus.PREPARING:
        raise NotPossible(Why.ALREADY_DONE)
    plan = _plan(session, trial)
    if plan.version != expected_version:
        raise Stale
    wording = {key: text.strip() for key, text in fields.items() if text and text.strip()}
    if wording == plan.fields:
        return
    plan.fields = wording
    plan.saved_by_id = _person(actor)
    plan.saved_at = now
    session.execute(delete(PlanAgreement).where(PlanAgreement.trial_id == trial.id))
    trial.plan_agreed_at = None
    _touch(trial, now)
    record(session, actor, Deed.TRIAL_PLAN_SAVED, trial, now=now)


def agree_plan(
    session: Session, actor: Actor, trial: Trial, *, expected_version: int, now: datetime
) -> None:
    """Agree to the plan for the company or for one's authority.

    Raises: Denied, NotPossible(PLAN_CHANGED, PLAN_INCOMPLETE, ALREADY_DONE).
    """
    require(session, actor, P.TRIAL_PLAN_AGREE, trial)
    file = _file(session, trial, now)
    if TrialStatus(trial.status) is not TrialStatus.PREPARING:
        raise NotPossible(Why.ALREADY_DONE)
    if file.plan.version != expected_version:
        raise NotPossible(Why.PLAN_CHANGED)
    if missing_fields(file):
        raise NotPossible(Why.PLAN_INCOMPLETE)
    authority = _authority_of(file, actor, trial)
    party = authority.code if authority else COMPANY
    if any(row.party == party for row in file.agreements):
        raise NotPossible(Why.ALREADY_DONE)
    session.add(
        PlanAgreement(
            trial_id=trial.id,
            party=party,
            plan_version=file.plan.version,
            agreed_by_id=_person(actor),
            agreed_at=now,
        )
    )
    agreed = {row.party for row in file.agreements} | {party}
    if {COMPANY, *(each.code for each in file.supervisors)} <= agreed:
        trial.plan_agreed_at = now
    _touch(trial, now)
    record(
        session,
        actor,
        Deed.TRIAL_PLAN_AGREED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        party=party,
    )
    notices.tell_everybody(session, trial, "trials/plan_agreed", now, party=party)


def missing_fields(file: TrialFile) -> tuple[str, ...]:
    """Return the required parts of the plan that are still empty."""
    return tuple(
        spec.key
        for spec in file.pack.plan_fields
        if spec.required and not str(file.plan.fields.get(spec.key, "")).strip()
    )


def set_start_condition(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    key: str,
    state: str,
    note: str,
    now: datetime,
) -> None:
    """Say that a start condition is met, open, or blocked by a third party.

    Raises: Denied, NotPossible(WRONG_REQUIREMENT) unless it is the actor's, REASON_MISSING.
    """
    require(session, actor, P.START_CONDITION_SET, trial)
    _require_open(trial)
    file = _file(session, trial, now)
    spec = next((each for each in file.tier.start_conditions if each.key == key), None)
    if spec is None or spec.owner not in roles_of(file, actor):
        raise NotPossible(Why.WRONG_REQUIREMENT)
    if state == "blocked_by_third_party" and not note.strip():
        raise NotPossible(Why.REASON_MISSING)
    condition = file.conditions[key]
    before = condition.state
    condition.state = state
    condition.note = note.strip()
    condition.set_by_id = _person(actor)
    condition.set_at = now
    _touch(trial, now)
    record(
        session,
        actor,
        Deed.START_CONDITION_SET,
        trial,
        now=now,
        condition=key,
        before=before,
        after=state,
    )


# --- gates -----------------------------------------------------------------------------------------


def document_requirement(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    stage: str,
    requirement: str,
    file: Accepted,
    store: FileStore,
    now: datetime,
) -> GateEvidence:
    """Hand in the document that a requirement of the next gate asks for; a newer one replaces it.

    Raises: Denied, NotPossible(WRONG_REQUIREMENT, STILL_SUSPENDED).
    """
    require(session, actor, P.REQUIREMENT_DOCUMENT, trial)
    facts = _file(session, trial, now)
    spec = _requirement(facts, stage, requirement, RequirementKind.DOCUMENT)
    stored = store.put(file.content, file.content_type)
    session.execute(
        delete(GateEvidence).where(
            GateEvidence.trial_id == trial.id,
            GateEvidence.stage == stage,
            GateEvidence.requirement == spec.key,
            GateEvidence.kind == "document",
        )
    )
    evidence = GateEvidence(
        trial_id=trial.id,
        stage=stage,
        requirement=spec.key,
        kind="document",
        person_id=_person(actor),
        filename=file.name,
        content_type=stored.content_type,
        sha256=stored.sha256,
        size=stored.size,
        given_at=now,
    )
    session.add(evidence)
    _touch(trial, now)
    record(
        session,
        actor,
        Deed.REQUIREMENT_DOCUMENTED,
        trial,
        now=now,
        stage=stage,
        requirement=spec.key,
        sha256=stored.sha256,
    )
    return evidence


def approve_requirement(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    stage: str,
    requirement: str,
    note: str,
    now: datetime,
) -> None:
    """Approve a requirement of the next gate for one's authority; each person once.

    Raises: Denied, NotPossible(WRONG_REQUIREMENT, WRONG_AUTHORITY, ALREADY_DONE).
    """
    require(session, actor, P.REQUIREMENT_APPROVE, trial)
    file = _file(session, trial, now)
    spec = _requirement(file, stage, requirement, RequirementKind.APPROVAL)
    authority = file.acting(actor)
    if authority is None or not may_approve(spec, authority):
        raise NotPossible(Why.WRONG_AUTHORITY)
    _add_evidence(session, actor, file, stage, spec, "approval", note, authority, now)
    record(
        session,
        actor,
        Deed.REQUIREMENT_APPROVED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        stage=stage,
        requirement=spec.key,
    )


def may_approve(spec: RequirementSpec, authority: Supervisor) -> bool:
    """Tell whether this authority's approval is one that the requirement asks for."""
    if spec.by is Who.LEAD:
        return authority.is_lead
    if spec.by is Who.ASSOCIATES:
        return not authority.is_lead
    return spec.by in (Who.EVERY_AUTHORITY, Who.PLATFORM)


def waive_requirement(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    stage: str,
    requirement: str,
    reason: str,
    now: datetime,
) -> None:
    """Waive a requirement, where the pack allows it, with a reason that everybody can read.

    Raises: Denied, NotPossible(NOT_WAIVABLE, REASON_MISSING, WRONG_REQUIREMENT, ALREADY_DONE).
    """
    require(session, actor, P.REQUIREMENT_WAIVE, trial)
    file = _file(session, trial, now)
    spec = _requirement(file, stage, requirement, None)
    if not spec.may_be_waived:
        raise NotPossible(Why.NOT_WAIVABLE)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority = file.acting(actor)
    _add_evidence(session, actor, file, stage, spec, "waiver", reason, authority, now)
    record(
        session,
        actor,
        Deed.REQUIREMENT_WAIVED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        stage=stage,
        requirement=spec.key,
        reason=reason.strip(),
    )


def enter_stage(
    session: Session, actor: Actor, trial: Trial, *, stage: str, now: datetime
) -> TrialStage:
    """Enter the next stage, exactly once, when its gate is open.

    Raises: Denied, TransitionRefused, NotPossible(STAGE_MISSING, ALREADY_DONE, GATE_CLOSED).
    """
    require(session, actor, P.STAGE_ENTER, trial)
    _lock(session, trial)
    status = LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.ENTER_STAGE)
    file = _file(session, trial, now)
    if any(each.key == stage for each in file.stages):
        raise NotPossible(Why.ALREADY_DONE)
    upcoming = file.upcoming
    if upcoming is None or upcoming.key != stage:
        raise NotPossible(Why.STAGE_MISSING)
    if not file.gate(stage).is_open:
        raise NotPossible(Why.GATE_CLOSED, stage=stage)
    file.current.left_at = now
    entered = TrialStage(
        trial_id=trial.id, sequence=trial.stage_sequence + 1, key=stage, entered_at=now
    )
    session.add(entered)
    before = trial.stage
    trial.stage = stage
    trial.stage_sequence += 1
    trial.status = status.value
    _touch(trial, now)
    authority = file.acting(actor)
    record(
        session,
        actor,
        Deed.STAGE_ENTERED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        before=before,
        after=stage,
        sequence=trial.stage_sequence,
    )
    notices.tell_everybody(session, trial, "trials/stage_entered", now, stage=stage)
    return entered


# --- monitoring and incidents ----------------------------------------------------------------------


def submit_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    narrative: str,
    participants: int,
    readings: Mapping[str, Decimal],
    measured_on: date,
    now: datetime,
    correcting: MonitoringReport | None = None,
) -> MonitoringReport:
    """Hand in a report on the current stage with its readings, or correct a returned one.

    Every reading is judged on arrival; a breach opens an incident by itself and says so.
    Raises: Denied, TransitionRefused, NotPossible(READINGS_MISSING, REPORT_WAITING, ALREADY_DONE).
    """
    require(session, actor, P.MONITORING_REPORT_SUBMIT, trial)
    _require_open(trial)
    file = _file(session, trial, now)
    if set(file.tier.metrics) - set(readings):
        raise NotPossible(Why.READINGS_MISSING)
    report = correcting
    if report is None:
        report = MonitoringReport(
            trial_id=trial.id,
            stage_id=file.current.id,
            number=len(file.reports) + 1,
            due_on=file.next_report_due,
            narrative="",
            participants=0,
            state="submitted",
            submitted_by_id=_person(actor),
            submitted_at=now,
        )
        session.add(report)
    elif report.state != "returned" or report.trial_id != trial.id:
        raise NotPossible(Why.REPORT_WAITING)
    else:
        session.execute(delete(Reading).where(Reading.report_id == report.id))
    report.narrative = narrative.strip()
    report.participants = participants
    report.state = "submitted"
    report.submitted_by_id = _person(actor)
    report.submitted_at = now
    session.flush()
    taken = session.scalars(
        select(Reading.metric).where(
            Reading.trial_id == trial.id, Reading.measured_on == measured_on
        )
    )
    if set(taken) & set(readings):
        raise NotPossible(Why.ALREADY_DONE)
    breaches = _add_readings(session, file, report, readings, measured_on)
    _touch(trial, now)
    record(
        session,
        actor,
        Deed.MONITORING_REPORT_SUBMITTED,
        trial,
        now=now,
        number=report.number,
        breaches=len(breaches),
    )
    for metric in breaches:
        _open_breach(session, actor, file, metric, readings[metric], now)
    notices.tell_authorities(session, trial, "trials/report_submitted", now, number=report.number)
    return report


def judge_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    report: MonitoringReport,
    *,
    accept: bool,
    remark: str,
    now: datetime,
) -> None:
    """Accept a report, or return it with a remark.

    Raises: Denied, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    require(session, actor, P.MONITORING_REPORT_JUDGE, trial)
    if report.state != "submitted" or report.trial_id != trial.id:
        raise NotPossible(Why.ALREADY_DONE)
    if not accept and not remark.strip():
        raise NotPossible(Why.REASON_MISSING)
    report.state = "accepted" if accept else "returned"
    report.remark = remark.strip()
    report.judged_at = now
    _touch(trial, now)
    deed = Deed.MONITORING_REPORT_ACCEPTED if accept else Deed.MONITORING_REPORT_RETURNED
    authority = _acting(session, trial, actor)
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        number=report.number,
    )
    template = "trials/report_accepted" if accept else "trials/report_returned"
    notices.tell_company(session, trial, template, now, number=report.number, remark=report.remark)


def open_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    class_key: str,
    what_happened: str,
    persons_affected: int,
    now: datetime,
) -> Incident:
    """Report that something went wrong. Raises: Denied, NotPossible(REASON_MISSING)."""
    require(session, actor, P.INCIDENT_OPEN, trial)
    _require_open(trial)
    if not what_happened.strip():
        raise NotPossible(Why.REASON_MISSING)
    return _open_incident(
        session, actor, trial, class_key, what_happened.strip(), persons_affected, now
    )


def close_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    incident: Incident,
    *,
    correction: str,
    now: datetime,
) -> None:
    """Close an incident with what was corrected.

    Raises: Denied, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    require(session, actor, P.INCIDENT_CLOSE, trial)
    if incident.closed_at is not None or incident.trial_id != trial.id:
        raise NotPossible(Why.ALREADY_DONE)
    if not correction.strip():
        raise NotPossible(Why.REASON_MISSING)
    incident.correction = correction.strip()
    incident.closed_by_id = _person(actor)
    incident.closed_at = now
    _touch(trial, now)
    authority = _acting(session, trial, actor)
    record(
        session,
        actor,
        Deed.INCIDENT_CLOSED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        incident=incident.id,
    )
    notices.tell_company(session, trial, "trials/incident_closed", now)


# --- suspension and resumption ---------------------------------------------------------------------


def suspend(
    session: Session, actor: Actor, trial: Trial, *, reason: str, now: datetime
) -> Suspension:
    """Stop the trial at once; one reason is all it takes.

    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING).
    """
    require(session, actor, P.TRIAL_SUSPEND, trial)
    _lock(session, trial)
    status = LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.SUSPEND)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority = _acting(session, trial, actor)
    suspension = Suspension(
        trial_id=trial.id,
        authority_id=authority.authority_id if authority else None,
        by_company=authority is None,
        reason=reason.strip(),
        suspended_by_id=_person(actor),
        suspended_at=now,
    )
    session.add(suspension)
    trial.status = status.value
    _touch(trial, now)
    record(
        session,
        actor,
        Deed.TRIAL_SUSPENDED,
        trial,
        now=now,
        authority_id=suspension.authority_id,
        by_company=suspension.by_company,
    )
    notices.tell_everybody(session, trial, "trials/suspended", now, reason=suspension.reason)
    return suspension


def agree_to_resume(session: Session, actor: Actor, trial: Trial, *, now: datetime) -> bool:
    """Agree to go on, for the lead or for whoever suspended; both must. True once it goes on.

    Raises: Denied, TransitionRefused, NotPossible(NOT_THE_SUSPENDER, ALREADY_DONE).
    """
    require(session, actor, P.TRIAL_RESUME, trial)
    _lock(session, trial)
    status = LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.RESUME)
    suspension = session.scalars(
        select(Suspension).where(Suspension.trial_id == trial.id, Suspension.resumed_at.is_(None))
    ).one()
    authority = _acting(session, trial, actor)
    is_lead = authority is not None and authority.is_lead
    is_suspender = (
        suspension.by_company
        if authority is None
        else authority.authority_id == suspension.authority_id
    )
    if not (is_lead or is_suspender):
        raise NotPossible(Why.NOT_THE_SUSPENDER)
    if (not is_lead or suspension.lead_agreed_at) and (
        not is_suspender or suspension.suspender_agreed_at
    ):
        raise NotPossible(Why.ALREADY_DONE)
    if is_lead:
        suspension.lead_agreed_at = now
    if is_suspender:
        suspension.suspender_agreed_at = now
    _touch(trial, now)
    on_behalf = authority.authority_id if authority else None
    if not (suspension.lead_agreed_at and suspension.suspender_agreed_at):
        record(session, actor, Deed.RESUMPTION_AGREED, trial, now=now, authority_id=on_behalf)
        return False
    suspension.resumed_at = now
    trial.status = status.value
    record(session, actor, Deed.TRIAL_RESUMED, trial, now=now, authority_id=on_behalf)
    notices.tell_everybody(session, trial, "trials/resumed", now)
    return True


# --- exit ------------------------------------------------------------------------------------------


def complete(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, now: datetime
) -> None:
    """Complete the trial after its last stage, when the gate of completion is open.

    Raises: Denied, TransitionRefused, NotPossible(STILL_RUNNING, GATE_CLOSED).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    _lock(session, trial)
    status = LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.COMPLETE)
    file = _file(session, trial, now)
    if file.upcoming is not None:
        raise NotPossible(Why.STILL_RUNNING)
    if not file.gate(COMPLETION).is_open:
        raise NotPossible(Why.GATE_CLOSED, stage=COMPLETION)
    _end(session, actor, file, status, exit_kind, Deed.TRIAL_COMPLETED, now)


def end_early(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, reason: str, now: datetime
) -> None:
    """End the trial before its plan is carried out, with a reason.

    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    _lock(session, trial)
    status = LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.END)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    file = _file(session, trial, now)
    if file.open_suspension is not None:
        file.open_suspension.resumed_at = now
    _end(session, actor, file, status, exit_kind, Deed.TRIAL_ENDED_EARLY, now, reason.strip())


def _end(
    session: Session,
    actor: Actor,
    file: TrialFile,
    status: TrialStatus,
    exit_kind: str,
    deed: Deed,
    now: datetime,
    reason: str = "",
) -> None:
    if exit_kind not in {kind.code for kind in file.pack.exit_kinds}:
        raise NotPossible(Why.REASON_MISSING)
    trial = file.trial
    file.current.left_at = now
    trial.status = status.value
    trial.exit_kind = exit_kind
    trial.ended_at = now
    _touch(trial, now)
    authority = file.acting(actor)
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        exit_kind=exit_kind,
        reason=reason,
    )
    notices.tell_everybody(session, trial, "trials/ended", now, reason=reason)


# --- parts -----------------------------------------------------------------------------------------


def roles_of(file: TrialFile, actor: Actor) -> frozenset[Who]:
    """Return as which parties of the trial the actor may act."""
    found: set[Who] = set()
    if file.trial.organisation_id in actor.member_of:
        found.add(Who.COMPANY)
    if actor.staff:
        found.add(Who.SECRETARIAT)
    authority = file.acting(actor)
    if authority is not None:
        found.add(Who.EVERY_AUTHORITY)
        found.add(Who.LEAD if authority.is_lead else Who.ASSOCIATES)
    return frozenset(found)


def _file(session: Session, trial: Trial, now: datetime) -> TrialFile:
    return queries.read_file(session, trial, active.pack_of(trial), now)


def _plan(session: Session, trial: Trial) -> TrialPlan:
    return session.scalars(select(TrialPlan).where(TrialPlan.trial_id == trial.id)).one()


def _acting(session: Session, trial: Trial, actor: Actor) -> Supervisor | None:
    mine = [
        each
        for each in queries.list_supervisors(session, trial.application_id)
        if each.authority_id in actor.officer_of
    ]
    return min(mine, key=lambda each: not each.is_lead, default=None)


def _authority_of(file: TrialFile, actor: Actor, trial: Trial) -> Supervisor | None:
    """Return the authority that the actor speaks for; None where it is the company."""
    if trial.organisation_id in actor.member_of:
        return None
    return file.acting(actor)


def _requirement(
    file: TrialFile, stage: str, requirement: str, kind: RequirementKind | None
) -> RequirementSpec:
    """Return a requirement of the next gate. Raises: NotPossible(WRONG_REQUIREMENT)."""
    _require_open(file.trial)
    if stage != file.next_gate:
        raise NotPossible(Why.WRONG_REQUIREMENT)
    for spec in file.requirements_of(stage):
        if spec.key == requirement and kind in (None, spec.kind):
            return spec
    raise NotPossible(Why.WRONG_REQUIREMENT)


def _add_evidence(
    session: Session,
    actor: Actor,
    file: TrialFile,
    stage: str,
    spec: RequirementSpec,
    kind: str,
    note: str,
    authority: Supervisor | None,
    now: datetime,
) -> None:
    person_id = _person(actor)
    if any(
        row.stage == stage
        and row.requirement == spec.key
        and row.kind == kind
        and row.person_id == person_id
        for row in file.evidence
    ):
        raise NotPossible(Why.ALREADY_DONE)
    session.add(
        GateEvidence(
            trial_id=file.trial.id,
            stage=stage,
            requirement=spec.key,
            kind=kind,
            person_id=person_id,
            authority_id=authority.authority_id if authority else None,
            note=note.strip(),
            given_at=now,
        )
    )
    _touch(file.trial, now)


def _add_readings(
    session: Session,
    file: TrialFile,
    report: MonitoringReport,
    readings: Mapping[str, Decimal],
    measured_on: date,
) -> list[str]:
    """Store the readings, each with its level, and return the metrics in breach."""
    breaches = []
    for key in file.tier.metrics:
        level = judge(file.pack.metric(key), readings[key])
        session.add(
            Reading(
                trial_id=file.trial.id,
                report_id=report.id,
                metric=key,
                value=readings[key],
                measured_on=measured_on,
                level=level.value,
            )
        )
        if level is Level.BREACH:
            breaches.append(key)
    return breaches


def _open_breach(
    session: Session, actor: Actor, file: TrialFile, metric: str, value: Decimal, now: datetime
) -> None:
    """Open the incident that a breached threshold is, in the language of the case."""
    spec = file.pack.metric(metric)
    gravest = min(file.pack.incident_classes, key=lambda each: each.report_hours)
    language = file.pack.languages[0]
    explanation = (
        f"{spec.name.in_(language)}: {format(value.normalize(), 'f')} {spec.unit.in_(language)}"
        f" ({spec.direction.value} {format(spec.breach.normalize(), 'f')})"
    )
    _open_incident(session, actor, file.trial, gravest.key, explanation, 0, now)


def _open_incident(
    session: Session,
    actor: Actor,
    trial: Trial,
    class_key: str,
    what_happened: str,
    persons_affected: int,
    now: datetime,
) -> Incident:
    pack = active.pack_of(trial)
    spec = next((each for each in pack.incident_classes if each.key == class_key), None)
    if spec is None:
        raise NotPossible(Why.WRONG_REQUIREMENT)
    incident = Incident(
        trial_id=trial.id,
        class_key=spec.key,
        serious=spec.serious,
        what_happened=what_happened,
        persons_affected=persons_affected,
        opened_by_id=actor.person_id,
        opened_at=now,
        due_at=now + timedelta(hours=spec.report_hours),
    )
    session.add(incident)
    _touch(trial, now)
    authority = _acting(session, trial, actor)
    record(
        session,
        actor,
        Deed.INCIDENT_OPENED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        incident_class=spec.key,
        serious=spec.serious,
    )
    notices.tell_everybody(session, trial, "trials/incident_opened", now, what=what_happened)
    return incident


def _lock(session: Session, trial: Trial) -> None:
    """Take the trial's row, so that of two transitions at the same time one waits."""
    session.refresh(trial, with_for_update=True)


def _require_open(trial: Trial) -> None:
    if TrialStatus(trial.status) not in OPEN_STATUSES:
        raise NotPossible(Why.ALREADY_DONE)


def _touch(trial: Trial, now: datetime) -> None:
    trial.changed_at = now


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    return actor.person_id
