"""Bring what a gate asks for, and pass it; what opens it is judged by the domain."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementKind, RequirementSpec, Silence, Who
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialAction, TrialWork, move
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    ApprovalTerm,
    GateEvidence,
    Trial,
    TrialStage,
)
from sandbox.trials import notices
from sandbox.trials.queries import Supervisor, TrialFile
from sandbox.trials.services.parts import (
    lock,
    person_of,
    place_of,
    read,
    roles_of,
    start_work,
    touch,
)

WITHDRAWN = "withdrawn"  # the kind of evidence that an approval becomes


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

    Approvals speak of the documents that were seen: another document withdraws those of its gate.
    Raises: Denied, TransitionRefused, NotPossible(WRONG_REQUIREMENT) unless it is the actor's to
    bring.
    """
    require(session, actor, P.REQUIREMENT_DOCUMENT, trial)
    start_work(session, trial, TrialWork.DOCUMENT)
    facts = read(session, trial, now)
    spec = requirement_of(facts, stage, requirement, RequirementKind.DOCUMENT)
    if spec.by not in roles_of(facts, actor):
        raise NotPossible(Why.WRONG_REQUIREMENT)
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
        person_id=person_of(actor),
        filename=file.name,
        content_type=stored.content_type,
        sha256=stored.sha256,
        size=stored.size,
        given_at=now,
    )
    session.add(evidence)
    touch(trial, now)
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
    former = {row.sha256 for row in facts.documents_at(stage) if row.requirement == spec.key}
    if former != {stored.sha256}:
        _withdraw_approvals(session, actor, facts, stage=stage, spec=spec, now=now)
    return evidence


def _withdraw_approvals(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    stage: str,
    spec: RequirementSpec,
    now: datetime,
) -> None:
    """Withdraw what was approved before a document changed, and tell those who approved it."""
    trial = file.trial
    at_gate = (GateEvidence.trial_id == trial.id, GateEvidence.stage == stage)
    given = session.scalars(
        select(GateEvidence).where(*at_gate, GateEvidence.kind == "approval")
    ).all()
    # Silence spoke of the former documents as well: the terms of the gate begin anew.
    tacit = sum(
        term.stage == stage and term.silence == Silence.GRANTED.value for term in file.terms
    )
    session.execute(
        delete(ApprovalTerm).where(ApprovalTerm.trial_id == trial.id, ApprovalTerm.stage == stage)
    )
    if not given and not tacit:
        return
    # Each person keeps one trace of a requirement: that of the approval withdrawn last.
    session.execute(
        delete(GateEvidence).where(
            *at_gate,
            GateEvidence.kind == WITHDRAWN,
            tuple_(GateEvidence.requirement, GateEvidence.person_id).in_(
                [(row.requirement, row.person_id) for row in given]
            ),
        )
    )
    for row in given:
        row.kind = WITHDRAWN
        row.given_at = now
    record(
        session,
        actor,
        Deed.APPROVALS_WITHDRAWN,
        trial,
        now=now,
        stage=stage,
        requirement=spec.key,
        approvals=len(given) + tacit,
    )
    if tacit:
        # Nobody in particular was silent, so that all of them learn that they are asked anew.
        notices.tell_authorities(session, trial, "trials/approvals_withdrawn", now)
        return
    people = {row.person_id for row in given}
    notices.tell_approvers(session, trial, people, "trials/approvals_withdrawn", now)


def approve_requirement(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    stage: str,
    requirement: str,
    note: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Approve a requirement of the next gate for one's authority; each person once.

    Shape: `seen` is the mark of the documents that the page showed, as `documents_mark` gives it.
    Raises: Denied, TransitionRefused,
    NotPossible(WRONG_REQUIREMENT, WRONG_AUTHORITY, ALREADY_DONE, DOCUMENTS_CHANGED).
    """
    require(session, actor, P.REQUIREMENT_APPROVE, trial)
    start_work(session, trial, TrialWork.APPROVE)
    file = read(session, trial, now)
    spec = requirement_of(file, stage, requirement, RequirementKind.APPROVAL)
    authority = file.acting(actor)
    if not may_approve(spec, authority):
        raise NotPossible(Why.WRONG_AUTHORITY)
    if seen is not None and seen != file.documents_mark(stage):
        raise NotPossible(Why.DOCUMENTS_CHANGED)
    add_evidence(
        session,
        actor,
        file,
        stage=stage,
        spec=spec,
        kind="approval",
        note=note,
        authority=authority,
        now=now,
    )
    record(
        session,
        actor,
        Deed.REQUIREMENT_APPROVED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        stage=stage,
        requirement=spec.key,
        documents=file.documents_mark(stage),
    )


def may_approve(spec: RequirementSpec, authority: Supervisor | None) -> bool:
    """Tell whether the requirement asks for this authority's approval; None is the secretariat."""
    if authority is None:
        return spec.by is Who.SECRETARIAT
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

    Raises: Denied, TransitionRefused,
    NotPossible(NOT_WAIVABLE, REASON_MISSING, WRONG_REQUIREMENT, ALREADY_DONE).
    """
    require(session, actor, P.REQUIREMENT_WAIVE, trial)
    start_work(session, trial, TrialWork.WAIVE)
    file = read(session, trial, now)
    spec = requirement_of(file, stage, requirement, None)
    if not spec.may_be_waived:
        raise NotPossible(Why.NOT_WAIVABLE)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority = file.acting(actor)
    add_evidence(
        session,
        actor,
        file,
        stage=stage,
        spec=spec,
        kind="waiver",
        note=reason,
        authority=authority,
        now=now,
    )
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
    lock(session, trial)
    file = read(session, trial, now)
    # Said before anything else, so that a second press of the button names what the first did.
    if file.is_open and any(each.key == stage for each in file.stages):
        raise NotPossible(Why.ALREADY_DONE)
    status = move(*place_of(trial), TrialAction.ENTER_STAGE)
    if stage != file.next_gate:
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
    touch(trial, now)
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


def add_evidence(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    stage: str,
    spec: RequirementSpec,
    kind: str,
    note: str,
    authority: Supervisor | None,
    now: datetime,
) -> None:
    """Add what one person says of one requirement; nobody says the same thing twice."""
    person_id = person_of(actor)
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
    touch(file.trial, now)


def requirement_of(
    file: TrialFile, stage: str, requirement: str, kind: RequirementKind | None
) -> RequirementSpec:
    """Return a requirement of the next gate. Raises: NotPossible(WRONG_REQUIREMENT)."""
    if stage != file.next_gate:
        raise NotPossible(Why.WRONG_REQUIREMENT)
    for spec in file.requirements_of(stage):
        if spec.key == requirement and kind in (None, spec.kind):
            return spec
    raise NotPossible(Why.WRONG_REQUIREMENT)
