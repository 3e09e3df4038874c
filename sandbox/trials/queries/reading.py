"""Read the facts of one trial or of many, with the same few statements.

Every page and every deed of a trial reads them. Building a statement takes longer than running it,
so each is built once, and takes the ids when it is run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import has_conflict, map_lead_stops
from sandbox.domain.calendar import Stop
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import (
    PolicyPack,
)
from sandbox.kernel.clock import local_day
from sandbox.models import (
    ApprovalTerm,
    Authority,
    AuthorityAssignment,
    FinalReport,
    GateEvidence,
    Incident,
    InheritedPlace,
    MonitoringReport,
    OutcomeReport,
    Person,
    PlanAgreement,
    Reading,
    StartCondition,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.packs import active
from sandbox.trials.queries.facts import TrialFile
from sandbox.trials.queries.records import Supervisor

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
"""The ids that a statement is run with."""


def read_file(session: Session, trial: Trial, pack: PolicyPack, now: datetime) -> TrialFile:
    """Read every fact of a trial. Source: the pack is the one that the trial is pinned to."""
    return next(_files(session, [trial], {trial.id: pack}, now))


def read_files(session: Session, trials: Sequence[Trial], now: datetime) -> list[TrialFile]:
    """Read the facts of several trials with the same eight statements as those of one.

    A trial under rules that this release of the platform cannot read stands still, and is left out.
    """
    found = {trial.id: active.find_pack_of(trial) for trial in trials}
    packs = {trial_id: pack for trial_id, pack in found.items() if pack is not None}
    readable = [trial for trial in trials if trial.id in packs]
    return list(_files(session, readable, packs, now)) if readable else []


def _files(
    session: Session, trials: Sequence[Trial], packs: Mapping[UUID, PolicyPack], now: datetime
) -> Iterator[TrialFile]:
    ids = {"ids": [trial.id for trial in trials]}
    plans = _grouped(session.execute(_plans(), ids))
    conditions = _grouped(session.scalars(_conditions(), ids))
    stages = _grouped(session.execute(_stages(), ids))
    evidence = _grouped(session.execute(_evidence(), ids))
    reports = _grouped(session.execute(_reports(), ids))
    incidents = _grouped(session.scalars(_incidents(), ids))
    suspensions = _grouped(session.scalars(_suspensions(), ids))
    supervisors = _supervisors(session, [trial.application_id for trial in trials])
    stops = stops_after_end(session, trials, packs)
    for trial in trials:
        pack = packs[trial.id]
        yield TrialFile(
            trial=trial,
            pack=pack,
            now=now,
            today=local_day(now, pack.calendar.timezone),
            supervisors=tuple(supervisors.get(trial.application_id, ())),
            plan=plans[trial.id][0].TrialPlan,
            agreements=_agreements_of(plans[trial.id]),
            conditions={row.key: row for row in conditions.get(trial.id, [])},
            stages=list({row.TrialStage.id: row.TrialStage for row in stages[trial.id]}.values()),
            evidence=evidence.get(trial.id, []),
            reports=_reports_of(reports.get(trial.id, [])),
            readings=_readings_of(reports.get(trial.id, [])),
            incidents=incidents.get(trial.id, []),
            suspensions=suspensions.get(trial.id, []),
            terms=_terms_of(stages[trial.id]),
            final_reports=_final_reports_of(plans[trial.id]),
            is_outcome_published=plans[trial.id][0].is_outcome_published,
            outcome=plans[trial.id][0].outcome,
            consent=plans[trial.id][0].consent,
            lead_stops=stops.get(trial.application_id, ()),
        )


def stops_after_end(
    session: Session, trials: Iterable[Trial], packs: Mapping[UUID, PolicyPack]
) -> dict[UUID, tuple[Stop, ...]]:
    """Map the cases of trials that have ended to the windows of their leads since then."""
    since = {
        trial.application_id: (
            packs[trial.id],
            local_day(trial.ended_at, packs[trial.id].calendar.timezone),
        )
        for trial in trials
        if trial.ended_at is not None
    }
    return map_lead_stops(session, since)


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.trial_id, []).append(row)
    return found


@cache
def _plans() -> Any:
    """Select each plan once for each party that agrees to it and version of the final report."""
    return (
        select(
            TrialPlan.trial_id,
            TrialPlan,
            FinalReport,
            PlanAgreement.party,
            PlanAgreement.agreed_at,
            *outcome_columns(TrialPlan.trial_id),
        )
        .outerjoin(FinalReport, FinalReport.trial_id == TrialPlan.trial_id)
        .outerjoin(PlanAgreement, PlanAgreement.trial_id == TrialPlan.trial_id)
        .where(TrialPlan.trial_id.in_(IDS))
        .order_by(PlanAgreement.agreed_at, FinalReport.number)
    )


def outcome_columns(trial_id: Any) -> tuple[ColumnElement[Any], ...]:
    """Say of the outcome report of a trial whether any edition is published, and how the last is.

    Shape: the columns `is_outcome_published`, `outcome` and `consent`; `trial_id` is a column of
    the statement around them.
    """
    report = aliased(OutcomeReport)
    own = report.trial_id == trial_id
    published = exists().where(own, report.status == ReportStatus.PUBLISHED.value)
    last = select(report).where(own).order_by(report.edition.desc()).limit(1)
    outcome, consent = (
        last.with_only_columns(column).correlate_except(report).scalar_subquery()
        for column in (report.status, report.consent)
    )
    return (
        published.correlate_except(report).label("is_outcome_published"),
        outcome.label("outcome"),
        consent.label("consent"),
    )


def _agreements_of(rows: Sequence[Any]) -> list[Any]:
    return list({row.party: row for row in rows if row.party is not None}.values())


def _final_reports_of(rows: Sequence[Any]) -> list[FinalReport]:
    found = (row.FinalReport for row in rows if row.FinalReport is not None)
    return list({report.id: report for report in found}.values())


@cache
def _stages() -> Any:
    """Select each stage that was entered, once for each term of an approval in the trial."""
    return (
        select(TrialStage.trial_id, TrialStage, ApprovalTerm)
        .outerjoin(ApprovalTerm, ApprovalTerm.trial_id == TrialStage.trial_id)
        .where(TrialStage.trial_id.in_(IDS))
        .order_by(TrialStage.sequence, ApprovalTerm.asked_on, ApprovalTerm.id)
    )


def _terms_of(rows: Sequence[Any]) -> list[ApprovalTerm]:
    found = (row.ApprovalTerm for row in rows if row.ApprovalTerm is not None)
    return list({term.id: term for term in found}.values())


@cache
def _conditions() -> Select[StartCondition]:
    return select(StartCondition).where(StartCondition.trial_id.in_(IDS))


@cache
def _incidents() -> Select[Incident]:
    return select(Incident).where(Incident.trial_id.in_(IDS)).order_by(Incident.opened_at)


@cache
def _suspensions() -> Select[Suspension]:
    return select(Suspension).where(Suspension.trial_id.in_(IDS)).order_by(Suspension.suspended_at)


@cache
def _reports() -> Any:
    """Select each report, once for each of its readings."""
    return (
        select(MonitoringReport.trial_id, MonitoringReport, Reading)
        .outerjoin(Reading, Reading.report_id == MonitoringReport.id)
        .where(MonitoringReport.trial_id.in_(IDS))
        .order_by(MonitoringReport.number, Reading.measured_on, Reading.metric)
    )


def _reports_of(rows: Sequence[Any]) -> list[MonitoringReport]:
    return list({row.MonitoringReport.id: row.MonitoringReport for row in rows}.values())


def _readings_of(rows: Sequence[Any]) -> list[Reading]:
    found = (row.Reading for row in rows if row.Reading is not None)
    return sorted(found, key=lambda reading: (reading.measured_on, reading.metric))


@cache
def _evidence() -> Any:
    return (
        select(
            GateEvidence.trial_id,
            GateEvidence.id,
            GateEvidence.stage,
            GateEvidence.requirement,
            GateEvidence.kind,
            GateEvidence.person_id,
            GateEvidence.note,
            GateEvidence.filename,
            GateEvidence.sha256,
            GateEvidence.given_at,
            Authority.code.label("authority"),
            Person.name.label("person"),
            is_by_recused().label("is_recused"),
        )
        .join(Trial, Trial.id == GateEvidence.trial_id)
        .join(Person, Person.id == GateEvidence.person_id)
        .outerjoin(Authority, Authority.id == GateEvidence.authority_id)
        .where(GateEvidence.trial_id.in_(IDS))
        .order_by(GateEvidence.given_at, GateEvidence.id)
    )


def is_by_recused() -> ColumnElement[bool]:
    """Tell whether whoever gave a piece of evidence has a conflict of interest in the case now.

    Shape: in a statement that also reads the trial.
    """
    return has_conflict(Trial.application_id, GateEvidence.person_id)


def list_supervisors(session: Session, application_id: UUID) -> tuple[Supervisor, ...]:
    """List the authorities that accepted a case, the lead first."""
    return tuple(_supervisors(session, [application_id]).get(application_id, ()))


def _supervisors(session: Session, cases: Sequence[UUID]) -> dict[UUID, list[Supervisor]]:
    return supervisors_of(session.execute(_supervisors_of_cases(), {"ids": cases}))


def supervisors_of(rows: Iterable[Any]) -> dict[UUID, list[Supervisor]]:
    """Gather the supervisors of cases from one row for each authority that they stand for."""
    found: dict[UUID, dict[UUID, Supervisor]] = {}
    for row in rows:
        of_case = found.setdefault(row.application_id, {})
        is_lead = row.role == AssignmentRole.LEAD.value
        before = of_case.get(row.authority_id)
        predecessors = {} if before is None else dict(before.predecessors)
        if row.former_id is not None:
            predecessors[row.former_id] = row.former_code
        of_case[row.authority_id] = Supervisor(
            row.authority_id, row.code, row.names, is_lead, predecessors
        )
    return {case: list(of_case.values()) for case, of_case in found.items()}


@cache
def _supervisors_of_cases() -> Any:
    former = aliased(Authority)
    return (
        select(
            AuthorityAssignment.application_id,
            AuthorityAssignment.authority_id,
            AuthorityAssignment.role,
            Authority.code,
            Authority.names,
            former.id.label("former_id"),
            former.code.label("former_code"),
        )
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .outerjoin(
            InheritedPlace,
            (InheritedPlace.application_id == AuthorityAssignment.application_id)
            & (InheritedPlace.authority_id == AuthorityAssignment.authority_id),
        )
        .outerjoin(former, former.id == InheritedPlace.predecessor_id)
        .where(
            AuthorityAssignment.application_id.in_(IDS),
            AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    )
