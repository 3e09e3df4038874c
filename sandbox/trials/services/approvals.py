"""Answer what a gate asks an authority to approve, and withdraw what was said before."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementKind, RequirementSpec, Silence, Who
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import ApprovalTerm, GateEvidence, Trial
from sandbox.trials import notices
from sandbox.trials.queries import Supervisor, TrialFile
from sandbox.trials.services.evidence import add_evidence, require_unsaid, requirement_of
from sandbox.trials.services.parts import person_of, read, start_work, touch

# The kinds of evidence that what was said of a requirement becomes once something overtakes it.
BY_DOCUMENT = {"approval": "withdrawn", "refusal": "refusal_withdrawn"}
BY_REFUSAL = "overtaken"


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
    spec = get_approvable(file, actor, stage, requirement)
    authority = file.acting(actor)
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


def refuse_requirement(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    stage: str,
    requirement: str,
    reason: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """Refuse, with a reason, an approval that is asked of one's authority.

    One person refuses for the authority, be it one of the two whom the rules ask or its head: what
    a colleague had approved is overtaken, and silence counts no longer. The authority may approve
    after all, by new acts. Whose approval is complete, or was granted by silence, is asked no more.
    Shape: `seen` as for an approval.
    Raises: Denied, TransitionRefused, NotPossible(WRONG_REQUIREMENT, WRONG_AUTHORITY,
    REASON_MISSING, ALREADY_DONE, DOCUMENTS_CHANGED).
    """
    require(session, actor, P.REQUIREMENT_APPROVE, trial)
    start_work(session, trial, TrialWork.REFUSE)
    file = read(session, trial, now)
    spec = get_refusable(file, actor, stage, requirement)
    authority = file.acting(actor)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    if seen is not None and seen != file.documents_mark(stage):
        raise NotPossible(Why.DOCUMENTS_CHANGED)
    _overtake(session, actor, file, stage=stage, spec=spec, authority=authority)
    session.add(
        GateEvidence(
            trial_id=trial.id,
            stage=stage,
            requirement=spec.key,
            kind="refusal",
            person_id=person_of(actor),
            authority_id=authority.authority_id if authority else None,
            note=reason.strip(),
            given_at=now,
        )
    )
    touch(trial, now)
    record(
        session,
        actor,
        Deed.REQUIREMENT_REFUSED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        stage=stage,
        requirement=spec.key,
        reason=reason.strip(),
        documents=file.documents_mark(stage),
    )
    party, said = party_of(authority), reason.strip()
    _tell_refused(session, file, spec, by=party, reason=said, now=now)


def get_approvable(file: TrialFile, actor: Actor, stage: str, requirement: str) -> RequirementSpec:
    """Return the requirement of the next gate that waits for this person's approval.

    Raises: NotPossible(WRONG_REQUIREMENT, WRONG_AUTHORITY, ALREADY_DONE).
    """
    spec = _asked_of(file, actor, stage, requirement)
    require_unsaid(file, actor, stage=stage, spec=spec, kind="approval")
    return spec


def get_refusable(file: TrialFile, actor: Actor, stage: str, requirement: str) -> RequirementSpec:
    """Return the requirement of the next gate of which this person's authority may still say no.

    Raises: NotPossible(WRONG_REQUIREMENT, WRONG_AUTHORITY, ALREADY_DONE).
    """
    spec = _asked_of(file, actor, stage, requirement)
    state = next(each for each in file.gate(stage).requirements if each.spec is spec)
    waiting = state.missing_parties - file.refused_by(stage, state)
    if party_of(file.acting(actor)) not in waiting:
        raise NotPossible(Why.ALREADY_DONE)
    return spec


def _asked_of(file: TrialFile, actor: Actor, stage: str, requirement: str) -> RequirementSpec:
    spec = requirement_of(file, stage, requirement, RequirementKind.APPROVAL)
    if not may_approve(spec, file.acting(actor)):
        raise NotPossible(Why.WRONG_AUTHORITY)
    return spec


def may_approve(spec: RequirementSpec, authority: Supervisor | None) -> bool:
    """Tell whether the requirement asks for this authority's approval; None is the secretariat."""
    if authority is None:
        return spec.by is Who.SECRETARIAT
    if spec.by is Who.LEAD:
        return authority.is_lead
    if spec.by is Who.ASSOCIATES:
        return not authority.is_lead
    return spec.by in (Who.EVERY_AUTHORITY, Who.PLATFORM)


def party_of(authority: Supervisor | None) -> str:
    """Name the party that an authority is at a gate; None is the secretariat."""
    return Who.SECRETARIAT.value if authority is None else authority.code


def _overtake(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    stage: str,
    spec: RequirementSpec,
    authority: Supervisor | None,
) -> None:
    """Let a refusal overtake what the authority had said of the requirement before."""
    at_requirement = (
        GateEvidence.trial_id == file.trial.id,
        GateEvidence.stage == stage,
        GateEvidence.requirement == spec.key,
    )
    said = session.scalars(
        select(GateEvidence).where(*at_requirement, GateEvidence.kind == "approval")
    )
    for row in said.all():
        is_own = (
            row.authority_id is None
            if authority is None
            else authority.answers_for(row.authority_id)
        )
        if is_own:
            _turn(session, row, BY_REFUSAL)
    # The same person may have refused before and approved since.
    session.execute(
        delete(GateEvidence).where(
            *at_requirement,
            GateEvidence.kind == "refusal",
            GateEvidence.person_id == person_of(actor),
        )
    )


def _tell_refused(
    session: Session, file: TrialFile, spec: RequirementSpec, *, by: str, reason: str, now: datetime
) -> None:
    """Tell the company and the lead, who have to act next."""
    params = {"requirement": spec.label, "party": by, "reason": reason}
    template = "trials/approval_refused"
    notices.tell_company(session, file.trial, template, now, **params)
    if file.lead is not None and file.lead.code != by:
        lead = [file.lead.authority_id]
        notices.tell_authorities(session, file.trial, template, now, among=lead, **params)


def withdraw_approvals(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    stage: str,
    spec: RequirementSpec,
    now: datetime,
) -> None:
    """Withdraw what was said before a document changed, and tell those who said it.

    A refusal is withdrawn as well: whoever refused is asked what it says of the new document.
    """
    trial = file.trial
    at_gate = (GateEvidence.trial_id == trial.id, GateEvidence.stage == stage)
    said = session.scalars(
        select(GateEvidence).where(*at_gate, GateEvidence.kind.in_(BY_DOCUMENT))
    ).all()
    given = [row for row in said if row.kind == "approval"]
    refused = {row.person_id for row in said if row.kind == "refusal"}
    # Silence spoke of the former documents as well: the terms of the gate begin anew.
    tacit = sum(
        term.stage == stage and term.silence == Silence.GRANTED.value for term in file.terms
    )
    session.execute(
        delete(ApprovalTerm).where(ApprovalTerm.trial_id == trial.id, ApprovalTerm.stage == stage)
    )
    for row in said:
        _turn(session, row, BY_DOCUMENT[row.kind])
        row.given_at = now
    notices.tell_approvers(session, trial, refused, "trials/refusal_withdrawn", now)
    if not given and not tacit:
        return
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


def _turn(session: Session, row: GateEvidence, kind: str) -> None:
    """Leave a trace of what was said; each person keeps the last one of a kind and requirement."""
    session.execute(
        delete(GateEvidence).where(
            GateEvidence.trial_id == row.trial_id,
            GateEvidence.stage == row.stage,
            GateEvidence.requirement == row.requirement,
            GateEvidence.person_id == row.person_id,
            GateEvidence.kind == kind,
        )
    )
    row.kind = kind
