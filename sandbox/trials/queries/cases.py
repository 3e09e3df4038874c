"""Find trials, and the parts of them that have addresses of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.applications.queries import read_marks
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.awaiting import Awaited
from sandbox.domain.packs import (
    PolicyPack,
    RequirementSpec,
    StartConditionSpec,
    Text,
)
from sandbox.domain.risk import TierReason
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus
from sandbox.domain.veiling import veil_tier
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.paging import Page, paged
from sandbox.models import (
    Application,
    ApprovalTerm,
    FinalReport,
    GateEvidence,
    Incident,
    MonitoringReport,
    Organisation,
    Submission,
    Suspension,
    Trial,
    TrialStage,
)
from sandbox.packs import active
from sandbox.trials.queries.awaiting import awaited_in
from sandbox.trials.queries.facts import COMPLETION, TrialFile
from sandbox.trials.queries.reliefs import ReliefLine, find_with_reliefs, lines_of
from sandbox.trials.queries.whole import find_whole

_T = TypeVar("_T")
ADMITTED = frozenset(
    {DecisionOutcome.ADMITTED.value, DecisionOutcome.ADMITTED_WITH_CONDITIONS.value}
)


def get_trial(
    session: Session, actor: Actor, trial_id: UUID, permission: P = P.TRIAL_READ
) -> Trial:
    """Return a trial that the actor may meet. Raises: NotFound."""
    found = session.scalar(select(Trial).where(Trial.id == trial_id, scope(actor, permission)))
    if found is None:
        raise NotFound
    return found


def get_trial_with_reliefs(
    session: Session, actor: Actor, trial_id: UUID, permission: P = P.TRIAL_READ
) -> tuple[Trial, Sequence[Any], str | None]:
    """Return a trial that the actor may meet, and its reliefs, in one statement. Raises: NotFound.

    Shape: the rows are what `lines_of` makes lines of; last the marks that `list_tier_reasons`
    reads.
    """
    which = and_(Trial.id == trial_id, scope(actor, permission))
    found = find_with_reliefs(session, which, actor)
    if found is None:
        raise NotFound
    return found


def find_trial_of(session: Session, application_id: UUID) -> Trial | None:
    """Return the trial that grew from an application, if one was opened."""
    return session.scalar(select(Trial).where(Trial.application_id == application_id))


def list_trials_with_terms(session: Session) -> Sequence[UUID]:
    """List the ids of the open trials whose rules ask for an approval within a term."""
    rules = {
        (pack.code, pack.version)
        for pack in active.registry()
        if any(
            spec.answer_days is not None
            for tier in pack.tiers
            for spec in (*tier.completion, *(each for stage in tier.stages for each in stage.gate))
        )
    }
    here = tuple_(Trial.pack_code, Trial.pack_version).in_(sorted(rules))
    statuses = [status.value for status in OPEN_STATUSES]
    return session.scalars(
        select(Trial.id).where(Trial.status.in_(statuses), here).order_by(Trial.id)
    ).all()


def list_terms_running(session: Session, trial_id: UUID) -> Sequence[ApprovalTerm]:
    """List the terms of approvals at gates that were not passed yet, without those settled."""
    passed = select(TrialStage.key).where(TrialStage.trial_id == trial_id)
    return session.scalars(
        select(ApprovalTerm).where(
            ApprovalTerm.trial_id == trial_id,
            ApprovalTerm.settled_at.is_(None),
            ApprovalTerm.stage.not_in(passed),
        )
    ).all()


def find_open_suspension(session: Session, trial_id: UUID) -> Suspension | None:
    """Return the suspension that stops a trial now."""
    return session.scalar(
        select(Suspension).where(Suspension.trial_id == trial_id, Suspension.resumed_at.is_(None))
    )


def find_end_reason(session: Session, trial: Trial) -> str:
    """Return why a trial ended before its plan was carried out; nothing where it did not.

    The reason stands on record with the deed, and nowhere else.
    """
    if trial.ended_at is None:
        return ""
    said = select(AuditEntry.details["reason"].as_string()).where(
        AuditEntry.subject_id == trial.id, AuditEntry.deed == Deed.TRIAL_ENDED_EARLY.value
    )
    return session.scalar(said) or ""


def find_stoppable(
    session: Session, actor: Actor, *, trial_id: UUID | None, application_id: UUID | None
) -> Trial | None:
    """Return a running trial that the actor may suspend, by its own id or by that of its case."""
    return session.scalar(
        select(Trial).where(
            or_(Trial.id == trial_id, Trial.application_id == application_id),
            Trial.status == TrialStatus.RUNNING.value,
            scope(actor, P.TRIAL_SUSPEND),
        )
    )


def get_last_submission(session: Session, application_id: UUID) -> Submission:
    """Return what the company submitted last. Raises: NotFound."""
    found = session.scalar(
        select(Submission)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def list_trials(
    session: Session,
    actor: Actor,
    *,
    tier: str | None = None,
    status: str | None = None,
    after: str | None = None,
) -> Page[Any]:
    """Page through the trials that the actor may know of, the latest changed first."""
    statement = (
        select(
            Trial.reference,
            Trial.title,
            Organisation.name.label("organisation"),
            Trial.tier,
            Trial.stage,
            Trial.status,
            Trial.pack_code,
            Trial.pack_version,
            Trial.opened_at,
            Trial.changed_at,
            Trial.id,
        )
        .join(Organisation, Organisation.id == Trial.organisation_id)
        .where(scope(actor, P.TRIAL_LIST))
    )
    if tier:
        statement = statement.where(Trial.tier == tier)
    if status:
        statement = statement.where(Trial.status == status)
    return paged(session, statement, (Trial.changed_at, Trial.id), (datetime, UUID), after)


@dataclass(frozen=True, slots=True)
class TrialPanel:
    """Hold the part of a case page that speaks of its trial; `file` is None while it is made."""

    file: TrialFile | None = None
    awaited: tuple[Awaited, ...] = ()
    reliefs: tuple[ReliefLine, ...] = ()

    @property
    def trial(self) -> Trial | None:
        """Return the trial."""
        return None if self.file is None else self.file.trial


def case_panel(
    session: Session,
    actor: Actor,
    application: Application,
    pack: PolicyPack,
    now: datetime,
) -> TrialPanel | None:
    """Gather the trial's part of the case page, in one statement at most."""
    if application.outcome not in ADMITTED:
        return None
    found = find_whole(session, actor, application, pack, now)
    if found is None:
        return TrialPanel()
    file, rows = found
    return TrialPanel(file, awaited_in(file), lines_of(rows, file.trial, pack, file.today))


def get_report(file: TrialFile, report_id: UUID) -> MonitoringReport:
    """Return a report of this trial. Raises: NotFound."""
    return _found(report for report in file.reports if report.id == report_id)


def get_incident(file: TrialFile, incident_id: UUID) -> Incident:
    """Return an incident of this trial. Raises: NotFound."""
    return _found(incident for incident in file.incidents if incident.id == incident_id)


def get_final_report(file: TrialFile, number: int | None = None) -> FinalReport:
    """Return a version of this trial's final report, or the one that counts. Raises: NotFound."""
    if number is None:
        return _found([] if file.final_report is None else [file.final_report])
    return _found(report for report in file.final_reports if report.number == number)


def find_final_report(session: Session, trial_id: UUID) -> FinalReport | None:
    """Return the last version of what the company handed in after the end of a trial, if any."""
    return session.scalar(
        select(FinalReport)
        .where(FinalReport.trial_id == trial_id)
        .order_by(FinalReport.number.desc())
        .limit(1)
    )


def find_report_made(session: Session, form_key: str | None) -> MonitoringReport | None:
    """Return the report that this form has already handed in."""
    if form_key is None:
        return None
    return session.scalar(select(MonitoringReport).where(MonitoringReport.form_key == form_key))


def find_incident_made(session: Session, form_key: str | None) -> Incident | None:
    """Return the incident that this form has already reported."""
    if form_key is None:
        return None
    return session.scalar(select(Incident).where(Incident.form_key == form_key))


def get_start_condition(file: TrialFile, key: str) -> StartConditionSpec:
    """Return a start condition of this trial's tier. Raises: NotFound."""
    return _found(spec for spec in file.tier.start_conditions if spec.key == key)


def get_requirement(file: TrialFile, stage: str, key: str) -> RequirementSpec:
    """Return a requirement of any gate, passed ones too. Raises: NotFound."""
    if stage not in (COMPLETION, *(each.key for each in file.tier.stages)):
        raise NotFound
    return _found(spec for spec in file.requirements_of(stage) if spec.key == key)


def list_documents(file: TrialFile, stage: str) -> list[tuple[Any, Text]]:
    """List the documents of a gate, each with the label of what it was handed in for."""
    return [
        (
            row,
            _found(
                spec.label for spec in file.requirements_of(stage) if spec.key == row.requirement
            ),
        )
        for row in file.documents_at(stage)
    ]


def get_document(session: Session, actor: Actor, trial_id: UUID, evidence_id: UUID) -> Any:
    """Return what is needed to give out a document. Raises: NotFound."""
    row = session.execute(
        select(GateEvidence.sha256, GateEvidence.filename, GateEvidence.content_type)
        .join(Trial, Trial.id == GateEvidence.trial_id)
        .where(
            GateEvidence.id == evidence_id,
            Trial.id == trial_id,
            GateEvidence.kind == "document",
            scope(actor, P.TRIAL_READ),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _found(candidates: Iterable[_T]) -> _T:
    for candidate in candidates:
        return candidate
    raise NotFound


def list_tier_reasons(actor: Actor, file: TrialFile, marks: str | None) -> tuple[TierReason, ...]:
    """List what counted for the tier of a test; of what is closed to the actor the question alone.

    It was frozen when the test was opened, or when its case moved to other rules.
    """
    trial = file.trial
    reasons = [
        TierReason(
            each["question"],
            Text(each["label"]),
            Text(each["answer"]) if each["answer"] else None,
            each["points"],
            each["raises_to"],
        )
        for each in trial.tiering["reasons"]
    ]
    is_own = trial.organisation_id in actor.member_of
    return veil_tier(file.pack, reasons, () if is_own else read_marks(marks))
