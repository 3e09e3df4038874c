"""Bring what a gate asks for, and pass it; what opens it is judged by the domain."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementKind, RequirementSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialAction, TrialWork, move
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    GateEvidence,
    Trial,
    TrialStage,
)
from sandbox.trials import notices
from sandbox.trials.queries import TrialFile
from sandbox.trials.services.approvals import withdraw_approvals
from sandbox.trials.services.evidence import add_evidence, require_unsaid, requirement_of
from sandbox.trials.services.parts import (
    lock,
    person_of,
    place_of,
    read,
    roles_of,
    start_work,
    touch,
)


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
    spec = get_documentable(facts, actor, stage, requirement)
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
        withdraw_approvals(session, actor, facts, stage=stage, spec=spec, now=now)
    return evidence


def get_documentable(
    file: TrialFile, actor: Actor, stage: str, requirement: str
) -> RequirementSpec:
    """Return the requirement of the next gate whose document is this person's to bring.

    Raises: NotPossible(WRONG_REQUIREMENT).
    """
    spec = requirement_of(file, stage, requirement, RequirementKind.DOCUMENT)
    if spec.by not in roles_of(file, actor):
        raise NotPossible(Why.WRONG_REQUIREMENT)
    return spec


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
    spec = get_waivable(file, actor, stage, requirement)
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


def get_waivable(file: TrialFile, actor: Actor, stage: str, requirement: str) -> RequirementSpec:
    """Return the requirement of the next gate that this person may waive.

    Raises: NotPossible(WRONG_REQUIREMENT, NOT_WAIVABLE, ALREADY_DONE).
    """
    spec = requirement_of(file, stage, requirement, None)
    if not spec.may_be_waived:
        raise NotPossible(Why.NOT_WAIVABLE)
    require_unsaid(file, actor, stage=stage, spec=spec, kind="waiver")
    return spec


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
