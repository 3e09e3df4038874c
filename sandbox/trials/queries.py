"""Read trials; a trial's file holds every fact that its page shows and its gates are judged on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.domain.gates import GateFacts, GateState, gate_state
from sandbox.domain.monitoring import Level, next_report_due, reports_due
from sandbox.domain.packs import PolicyPack, RequirementSpec, StageSpec, TierSpec
from sandbox.domain.trials import (
    OPEN_STATUSES,
    StageProgress,
    StageVisit,
    TrialStatus,
    next_stage,
    stage_plan,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Authority,
    AuthorityAssignment,
    GateEvidence,
    Incident,
    MonitoringReport,
    Person,
    PlanAgreement,
    Reading,
    StartCondition,
    Submission,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState

COMPLETION = ""  # the gate behind the last stage


def get_trial(
    session: Session, actor: Actor, trial_id: UUID, permission: P = P.TRIAL_READ
) -> Trial:
    """Return a trial that the actor may meet. Raises: NotFound."""
    found = session.scalar(select(Trial).where(Trial.id == trial_id, scope(actor, permission)))
    if found is None:
        raise NotFound
    return found


def find_trial_of(session: Session, application_id: UUID) -> Trial | None:
    """Return the trial that grew from an application, if one was opened."""
    return session.scalar(select(Trial).where(Trial.application_id == application_id))


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


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Name an authority that supervises a trial."""

    authority_id: UUID
    code: str
    names: Mapping[str, str]
    is_lead: bool


@dataclass(frozen=True)
class TrialFile:
    """Hold every fact of a trial, read with a fixed number of statements."""

    trial: Trial
    pack: PolicyPack
    today: date
    supervisors: tuple[Supervisor, ...]
    plan: TrialPlan
    agreements: Sequence[Any]
    conditions: Mapping[str, StartCondition]
    stages: Sequence[TrialStage]
    evidence: Sequence[Any]
    reports: Sequence[MonitoringReport]
    readings: Sequence[Reading]
    incidents: Sequence[Incident]
    suspensions: Sequence[Suspension]

    @property
    def tier(self) -> TierSpec:
        """Return the trial's risk tier."""
        return self.pack.tier(self.trial.tier)

    @property
    def lead(self) -> Supervisor | None:
        """Return the lead authority."""
        return next((each for each in self.supervisors if each.is_lead), None)

    @property
    def is_open(self) -> bool:
        """Tell whether the trial has not ended."""
        return TrialStatus(self.trial.status) in OPEN_STATUSES

    @property
    def current(self) -> TrialStage:
        """Return the stage that was entered last."""
        return self.stages[-1]

    @property
    def current_spec(self) -> StageSpec:
        """Return what the pack says of the current stage."""
        return self.tier.stage(self.current.key)

    @property
    def upcoming(self) -> StageSpec | None:
        """Return the stage behind the next gate; None before completion."""
        return next_stage(self.tier, self.current.key)

    @property
    def open_suspension(self) -> Suspension | None:
        """Return the suspension that stops the trial now."""
        return next((each for each in self.suspensions if each.resumed_at is None), None)

    @property
    def current_reports(self) -> list[MonitoringReport]:
        """Return the reports on the current stage."""
        return [report for report in self.reports if report.stage_id == self.current.id]

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return local_day(instant, self.pack.calendar.timezone)

    @property
    def entered_on(self) -> date:
        """Return the day on which the current stage was entered."""
        return self.day_of(self.current.entered_at)

    @property
    def suspended_days(self) -> int:
        """Count the days of suspension within the current stage. Units: calendar days."""
        total = 0
        for each in self.suspensions:
            begin = max(self.day_of(each.suspended_at), self.entered_on)
            end = self.day_of(each.resumed_at) if each.resumed_at else self.today
            total += max(0, (end - begin).days)
        return total

    @property
    def reports_due(self) -> tuple[date, ...]:
        """List the days on which reports on the current stage have fallen due."""
        return reports_due(self.current_spec, self.entered_on, self.today, self.suspended_days)

    @property
    def next_report_due(self) -> date | None:
        """Return the day of the first report that was not handed in yet, overdue ones first."""
        handed_in = len(self.current_reports)
        due = self.reports_due
        if handed_in < len(due):
            return due[handed_in]
        return next_report_due(self.current_spec, self.entered_on, self.today, self.suspended_days)

    def requirements_of(self, stage: str) -> tuple[RequirementSpec, ...]:
        """Return the requirements of the gate in front of a stage. Raises: KeyError."""
        return self.tier.completion if stage == COMPLETION else self.tier.stage(stage).gate

    @property
    def next_gate(self) -> str:
        """Return the key of the stage behind the next gate; that of completion has none."""
        return self.upcoming.key if self.upcoming else COMPLETION

    def gate(self, stage: str) -> GateState:
        """Judge the gate in front of a stage, on the facts of the current one."""
        spec = None if stage == COMPLETION else self.tier.stage(stage)
        return gate_state(self.requirements_of(stage), self.facts(stage), spec)

    def facts(self, stage: str) -> GateFacts:
        """Gather what is known for the gate in front of `stage`."""
        evidence = [row for row in self.evidence if row.stage == stage]
        approvals: dict[str, dict[str, frozenset[str]]] = {}
        for row in evidence:
            if row.kind == "approval":
                given = approvals.setdefault(row.requirement, {})
                party = row.authority or "company"
                given[party] = given.get(party, frozenset()) | {str(row.person_id)}
        reports = self.current_reports
        serious = [each for each in self.incidents if each.serious and each.closed_at is None]
        return GateFacts(
            lead=self.lead.code if self.lead else None,
            associates=tuple(each.code for each in self.supervisors if not each.is_lead),
            plan_agreed_by=frozenset(row.party for row in self.agreements),
            start_conditions_open=sum(each.state != "met" for each in self.conditions.values()),
            start_conditions_total=len(self.conditions),
            documents={row.requirement: row.filename for row in evidence if row.kind == "document"},
            approvals=approvals,
            reports_due=len(self.reports_due),
            reports_accepted=sum(report.state == "accepted" for report in reports),
            reports_submitted_waiting=sum(report.state == "submitted" for report in reports),
            metrics=self.tier.metrics,
            worst_reading_by_metric=self.latest_levels,
            open_incidents=sum(each.closed_at is None for each in self.incidents),
            open_serious_incidents=len(serious),
            days_in_stage=max(0, (self.today - self.entered_on).days - self.suspended_days),
            waived={row.requirement: row.note for row in evidence if row.kind == "waiver"},
        )

    @property
    def latest_levels(self) -> dict[str, Level]:
        """Map each metric to the level of its latest reading in the current stage.

        The latest counts, not the worst: a breach that was put right must not close the gate for
        ever; it stays visible in the readings and as an incident.
        """
        ours = {report.id for report in self.current_reports}
        return {
            reading.metric: Level(reading.level)
            for reading in self.readings
            if reading.report_id in ours
        }

    @property
    def progress(self) -> tuple[StageProgress, ...]:
        """Lay out the plan of stages with today's place in it."""
        visits = [
            StageVisit(
                stage.key,
                self.day_of(stage.entered_at),
                self.day_of(stage.left_at) if stage.left_at else None,
            )
            for stage in self.stages
        ]
        suspended = self.trial.status == TrialStatus.SUSPENDED
        return stage_plan(self.tier, visits, self.today, suspended, not self.is_open)

    def acting(self, actor: Actor) -> Supervisor | None:
        """Return the supervising authority that the actor works for; the lead before others."""
        mine = [each for each in self.supervisors if each.authority_id in actor.officer_of]
        return min(mine, key=lambda each: not each.is_lead, default=None)


def read_file(session: Session, trial: Trial, pack: PolicyPack, now: datetime) -> TrialFile:
    """Read every fact of a trial with ten statements, whatever its length."""
    of_trial = trial.id
    plan = session.scalars(select(TrialPlan).where(TrialPlan.trial_id == of_trial)).one()
    return TrialFile(
        trial=trial,
        pack=pack,
        today=local_day(now, pack.calendar.timezone),
        supervisors=list_supervisors(session, trial.application_id),
        plan=plan,
        agreements=session.execute(
            select(PlanAgreement.party, PlanAgreement.agreed_at)
            .where(PlanAgreement.trial_id == of_trial)
            .order_by(PlanAgreement.agreed_at)
        ).all(),
        conditions={
            row.key: row
            for row in session.scalars(
                select(StartCondition).where(StartCondition.trial_id == of_trial)
            )
        },
        stages=session.scalars(
            select(TrialStage).where(TrialStage.trial_id == of_trial).order_by(TrialStage.sequence)
        ).all(),
        evidence=session.execute(
            select(
                GateEvidence.id,
                GateEvidence.stage,
                GateEvidence.requirement,
                GateEvidence.kind,
                GateEvidence.person_id,
                GateEvidence.note,
                GateEvidence.filename,
                GateEvidence.given_at,
                Authority.code.label("authority"),
                Person.name.label("person"),
            )
            .join(Person, Person.id == GateEvidence.person_id)
            .outerjoin(Authority, Authority.id == GateEvidence.authority_id)
            .where(GateEvidence.trial_id == of_trial)
            .order_by(GateEvidence.given_at, GateEvidence.id)
        ).all(),
        reports=session.scalars(
            select(MonitoringReport)
            .where(MonitoringReport.trial_id == of_trial)
            .order_by(MonitoringReport.number)
        ).all(),
        readings=session.scalars(
            select(Reading)
            .where(Reading.trial_id == of_trial)
            .order_by(Reading.measured_on, Reading.metric)
        ).all(),
        incidents=session.scalars(
            select(Incident).where(Incident.trial_id == of_trial).order_by(Incident.opened_at)
        ).all(),
        suspensions=session.scalars(
            select(Suspension)
            .where(Suspension.trial_id == of_trial)
            .order_by(Suspension.suspended_at)
        ).all(),
    )


def list_supervisors(session: Session, application_id: UUID) -> tuple[Supervisor, ...]:
    """List the authorities that accepted a case, the lead first."""
    rows = session.execute(
        select(
            AuthorityAssignment.authority_id,
            AuthorityAssignment.role,
            Authority.code,
            Authority.names,
        )
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    )
    return tuple(
        Supervisor(row.authority_id, row.code, row.names, row.role == AssignmentRole.LEAD.value)
        for row in rows
    )
