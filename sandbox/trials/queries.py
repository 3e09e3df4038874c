"""Read trials; a trial's file holds every fact that its page shows and its gates are judged on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, conceivable, scope
from sandbox.access.permissions import P
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.gates import GateFacts, GateState, MissingKind, gate_state
from sandbox.domain.monitoring import Level, next_report_due, reports_due
from sandbox.domain.packs import (
    PolicyPack,
    RequirementKind,
    RequirementSpec,
    StageSpec,
    StartConditionSpec,
    TierSpec,
    Who,
)
from sandbox.domain.trials import (
    OPEN_STATUSES,
    WORK,
    StageProgress,
    StageVisit,
    TrialStatus,
    TrialWork,
    next_stage,
    stage_plan,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.paging import Page, paged
from sandbox.kernel.tasks import Task
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    GateEvidence,
    Incident,
    MonitoringReport,
    Organisation,
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
from sandbox.packs import active

_T = TypeVar("_T")
COMPLETION = ""  # the gate behind the last stage
COMPANY = "company"
MOST_TASKS = 50
MOST_FILES = 200  # so many trials are read to find the most urgent tasks
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
    def is_completed(self) -> bool:
        """Tell whether the trial has passed its last gate."""
        return TrialStatus(self.trial.status) is TrialStatus.COMPLETED

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

    @property
    def unjudged_report(self) -> MonitoringReport | None:
        """Return the report that waits longest for the lead's word."""
        return next((report for report in self.reports if report.state == "submitted"), None)

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
    def is_reporting(self) -> bool:
        """Tell whether a report could be handed in now; where it could not, none is due."""
        return TrialWork.REPORT in WORK[TrialStatus(self.trial.status)]

    @property
    def reports_due(self) -> tuple[date, ...]:
        """List the days on which reports on the current stage have fallen due."""
        if not self.is_reporting:
            return ()
        return reports_due(self.current_spec, self.entered_on, self.today, self.suspended_days)

    @property
    def next_report_due(self) -> date | None:
        """Return the day of the first report that was not handed in yet, overdue ones first."""
        if not self.is_reporting:
            return None
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
                party = row.authority or Who.SECRETARIAT.value
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

    def documents_at(self, stage: str) -> list[Any]:
        """Return the documents that were handed in for a gate."""
        return [row for row in self.evidence if row.stage == stage and row.kind == "document"]

    def approvals_at(self, stage: str) -> list[Any]:
        """Return the approvals that stand at a gate; withdrawn ones are another kind."""
        return [row for row in self.evidence if row.stage == stage and row.kind == "approval"]

    def documents_mark(self, stage: str) -> str:
        """Name the documents of a gate by their contents, so that an approval says what it saw."""
        parts = sorted(f"{row.requirement}:{row.sha256}" for row in self.documents_at(stage))
        return sha256("\n".join(parts).encode()).hexdigest()

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
    """Read every fact of a trial. Source: the pack is the one that the trial is pinned to."""
    return next(_files(session, [trial], {trial.id: pack}, now))


def read_files(session: Session, trials: Sequence[Trial], now: datetime) -> list[TrialFile]:
    """Read the facts of several trials with the same eight statements as those of one."""
    if not trials:
        return []
    packs = {trial.id: active.pack_of(trial) for trial in trials}
    return list(_files(session, trials, packs, now))


def _files(
    session: Session, trials: Sequence[Trial], packs: Mapping[UUID, PolicyPack], now: datetime
) -> Iterator[TrialFile]:
    ids = [trial.id for trial in trials]
    plans = _grouped(session.execute(_plans(ids)))
    conditions = _grouped(
        session.scalars(select(StartCondition).where(StartCondition.trial_id.in_(ids)))
    )
    stages = _grouped(
        session.scalars(
            select(TrialStage).where(TrialStage.trial_id.in_(ids)).order_by(TrialStage.sequence)
        )
    )
    evidence = _grouped(session.execute(_evidence(ids)))
    reports = _grouped(session.execute(_reports(ids)))
    incidents = _grouped(
        session.scalars(
            select(Incident).where(Incident.trial_id.in_(ids)).order_by(Incident.opened_at)
        )
    )
    suspensions = _grouped(
        session.scalars(
            select(Suspension).where(Suspension.trial_id.in_(ids)).order_by(Suspension.suspended_at)
        )
    )
    supervisors = _supervisors(session, [trial.application_id for trial in trials])
    for trial in trials:
        pack = packs[trial.id]
        yield TrialFile(
            trial=trial,
            pack=pack,
            today=local_day(now, pack.calendar.timezone),
            supervisors=tuple(supervisors.get(trial.application_id, ())),
            plan=plans[trial.id][0].TrialPlan,
            agreements=[row for row in plans[trial.id] if row.party is not None],
            conditions={row.key: row for row in conditions.get(trial.id, [])},
            stages=stages[trial.id],
            evidence=evidence.get(trial.id, []),
            reports=_reports_of(reports.get(trial.id, [])),
            readings=_readings_of(reports.get(trial.id, [])),
            incidents=incidents.get(trial.id, []),
            suspensions=suspensions.get(trial.id, []),
        )


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.trial_id, []).append(row)
    return found


def _plans(ids: Sequence[UUID]) -> Any:
    """Select each plan, once for each party that agrees to it."""
    return (
        select(TrialPlan.trial_id, TrialPlan, PlanAgreement.party, PlanAgreement.agreed_at)
        .outerjoin(PlanAgreement, PlanAgreement.trial_id == TrialPlan.trial_id)
        .where(TrialPlan.trial_id.in_(ids))
        .order_by(PlanAgreement.agreed_at)
    )


def _reports(ids: Sequence[UUID]) -> Any:
    """Select each report, once for each of its readings."""
    return (
        select(MonitoringReport.trial_id, MonitoringReport, Reading)
        .outerjoin(Reading, Reading.report_id == MonitoringReport.id)
        .where(MonitoringReport.trial_id.in_(ids))
        .order_by(MonitoringReport.number, Reading.measured_on, Reading.metric)
    )


def _reports_of(rows: Sequence[Any]) -> list[MonitoringReport]:
    return list({row.MonitoringReport.id: row.MonitoringReport for row in rows}.values())


def _readings_of(rows: Sequence[Any]) -> list[Reading]:
    found = (row.Reading for row in rows if row.Reading is not None)
    return sorted(found, key=lambda reading: (reading.measured_on, reading.metric))


def _evidence(ids: Sequence[UUID]) -> Any:
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
        )
        .join(Person, Person.id == GateEvidence.person_id)
        .outerjoin(Authority, Authority.id == GateEvidence.authority_id)
        .where(GateEvidence.trial_id.in_(ids))
        .order_by(GateEvidence.given_at, GateEvidence.id)
    )


def list_supervisors(session: Session, application_id: UUID) -> tuple[Supervisor, ...]:
    """List the authorities that accepted a case, the lead first."""
    return tuple(_supervisors(session, [application_id]).get(application_id, ()))


def _supervisors(session: Session, cases: Sequence[UUID]) -> dict[UUID, list[Supervisor]]:
    rows = session.execute(
        select(
            AuthorityAssignment.application_id,
            AuthorityAssignment.authority_id,
            AuthorityAssignment.role,
            Authority.code,
            Authority.names,
        )
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id.in_(cases),
            AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    )
    found: dict[UUID, list[Supervisor]] = {}
    for row in rows:
        is_lead = row.role == AssignmentRole.LEAD.value
        supervisor = Supervisor(row.authority_id, row.code, row.names, is_lead)
        found.setdefault(row.application_id, []).append(supervisor)
    return found


# --- lists, the case's panel, what waits ---------------------------------------------------------


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
    """Hold the part of a case page that speaks of its trial; `trial` is None while it is made."""

    trial: Trial | None
    tier: TierSpec | None
    stage: StageSpec | None


def case_panel(
    session: Session,
    actor: Actor,
    application: Application,
    pack: PolicyPack,
    now: datetime,  # noqa: ARG001 - every slice's panel takes it
) -> TrialPanel | None:
    """Gather the trial's part of the case page, in one statement at most."""
    if application.outcome not in ADMITTED:
        return None
    trial = session.scalar(
        select(Trial).where(Trial.application_id == application.id, scope(actor, P.TRIAL_LIST))
    )
    if trial is None:
        return TrialPanel(None, None, None)
    tier = pack.tier(trial.tier)
    return TrialPanel(trial, tier, tier.stage(trial.stage) if trial.stage else None)


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what waits for the actor among the open trials, the most urgent first.

    The files of many trials are read together, so that the number of statements is fixed. Where
    more waits than is listed, the last task says so and leads to the list of trials.
    """
    if not conceivable(actor, P.TRIAL_READ):
        return []
    trials = session.scalars(
        select(Trial)
        .where(Trial.status.in_([each.value for each in OPEN_STATUSES]), scope(actor, P.TRIAL_READ))
        .order_by(func.coalesce(*_pressing()), Trial.id)
        .limit(MOST_FILES + 1)
    ).all()
    found = [
        task
        for file in read_files(session, trials[:MOST_FILES], now)
        if (task := waiting_task(file, actor)) is not None
    ]
    found.sort(key=lambda task: (task.due_on or date.max, task.since))
    if len(found) > MOST_TASKS or len(trials) > MOST_FILES:
        return [*found[:MOST_TASKS], _more_tasks(now)]
    return found


def _pressing() -> tuple[Any, ...]:
    """Say since, or until, when a trial has needed somebody, the gravest ground first."""
    incidents = select(func.min(Incident.due_at)).where(
        Incident.trial_id == Trial.id, Incident.closed_at.is_(None)
    )
    reports = select(func.min(MonitoringReport.submitted_at)).where(
        MonitoringReport.trial_id == Trial.id, MonitoringReport.state.in_(["submitted", "returned"])
    )
    return (
        incidents.correlate(Trial).scalar_subquery(),
        reports.correlate(Trial).scalar_subquery(),
        Trial.changed_at,
    )


def _more_tasks(now: datetime) -> Task:
    """Lead to the list of trials; as the youngest and undated it stands last."""
    return Task(
        kind="trials.more",
        reference="",
        title="",
        since=now,
        due_on=None,
        endpoint="trials.index",
    )


def waiting_task(file: TrialFile, actor: Actor) -> Task | None:
    """Return the most urgent thing that a trial asks of the actor."""
    trial = file.trial
    kind, endpoint, due_on = _waiting(file, actor)
    if kind is None:
        return None
    values = {"trial_id": str(trial.id)}
    if endpoint == "trials.report" and file.unjudged_report is not None:
        values["report_id"] = str(file.unjudged_report.id)
    return Task(
        kind=kind,
        reference=trial.reference,
        title=trial.title,
        since=trial.changed_at,
        due_on=due_on,
        endpoint=endpoint,
        values=values,
    )


def _waiting(file: TrialFile, actor: Actor) -> tuple[str | None, str, date | None]:
    """Return kind, endpoint and due day of what waits; the first that holds is the most urgent."""
    if file.trial.organisation_id in actor.member_of:
        return _waiting_for_company(file)
    authority = file.acting(actor)
    if authority is None:
        return ("trials.gate" if owes(file, Who.SECRETARIAT) else None), "trials.show", None
    return _waiting_for(file, authority, actor)


def owes(file: TrialFile, who: Who) -> bool:
    """Tell whether the next gate waits for something that this party alone can bring."""
    if file.open_suspension is not None:
        return False
    return any(
        _is_owed(file, requirement.spec, who)
        for requirement in file.gate(file.next_gate).requirements
        if not requirement.holds
    )


def _is_owed(file: TrialFile, spec: RequirementSpec, who: Who) -> bool:
    match spec.kind:
        case RequirementKind.START_CONDITIONS:
            return any(
                condition.owner is who and file.conditions[condition.key].state != "met"
                for condition in file.tier.start_conditions
            )
        case RequirementKind.DOCUMENT:
            return spec.by is who
        case RequirementKind.APPROVAL:
            return spec.by is who is Who.SECRETARIAT
        case _:
            return False


def _waiting_for_company(file: TrialFile) -> tuple[str | None, str, date | None]:
    page = "trials.show"
    agreed = {row.party for row in file.agreements}
    if file.open_suspension is not None:
        wanted = file.open_suspension.by_company and not file.open_suspension.suspender_agreed_at
        return ("trials.resume" if wanted else None), page, None
    if any(report.state == "returned" for report in file.reports):
        return "trials.correct_report", "trials.new_report", file.today
    if file.reports_due and len(file.current_reports) < len(file.reports_due):
        return "trials.report", "trials.new_report", file.next_report_due
    if file.trial.status == TrialStatus.PREPARING and COMPANY not in agreed:
        return "trials.plan", "trials.plan", None
    return ("trials.gate" if owes(file, Who.COMPANY) else None), page, file.next_report_due


def _waiting_for(
    file: TrialFile, authority: Supervisor, actor: Actor
) -> tuple[str | None, str, date | None]:
    page = "trials.show"
    suspension = file.open_suspension
    if suspension is not None:
        by_us = suspension.authority_id == authority.authority_id
        wanted = (authority.is_lead and not suspension.lead_agreed_at) or (
            by_us and not suspension.suspender_agreed_at
        )
        return ("trials.resume" if wanted else None), page, None
    incidents = [each for each in file.incidents if each.closed_at is None]
    if authority.is_lead and incidents:
        return "trials.incident", page, file.day_of(min(each.due_at for each in incidents))
    if authority.is_lead and file.unjudged_report is not None:
        return "trials.judge", "trials.report", None
    is_preparing = file.trial.status == TrialStatus.PREPARING
    agreed = {row.party for row in file.agreements}
    if is_preparing and COMPANY in agreed and authority.code not in agreed:
        return "trials.agree", "trials.plan", None
    gate = file.gate(file.next_gate)
    if authority.is_lead and gate.is_open:
        is_last = file.next_gate == COMPLETION
        return (
            ("trials.complete", "trials.complete", None)
            if is_last
            else ("trials.enter", page, None)
        )
    if authority.is_lead and owes(file, Who.LEAD):
        return "trials.gate", page, None
    mine = [
        requirement
        for requirement in gate.requirements
        if not requirement.holds
        and any(
            part.kind is MissingKind.APPROVAL and part.authority == authority.code
            for part in requirement.missing
        )
        and not has_approved(file, file.next_gate, requirement.spec.key, actor)
    ]
    others = [each for each in gate.requirements if not each.holds and each not in mine]
    only_approvals = all(
        part.kind is MissingKind.APPROVAL for each in others for part in each.missing
    )
    # An approval is asked for once there is something to approve: everything else is in place.
    return ("trials.approve" if mine and only_approvals else None), page, None


def has_approved(file: TrialFile, stage: str, requirement: str, actor: Actor) -> bool:
    """Tell whether this person has already approved a requirement."""
    return any(
        row.stage == stage
        and row.requirement == requirement
        and row.kind == "approval"
        and row.person_id == actor.person_id
        for row in file.evidence
    )


# --- parts of a file, by their addresses ---------------------------------------------------------


def get_report(file: TrialFile, report_id: UUID) -> MonitoringReport:
    """Return a report of this trial. Raises: NotFound."""
    return _found(report for report in file.reports if report.id == report_id)


def get_incident(file: TrialFile, incident_id: UUID) -> Incident:
    """Return an incident of this trial. Raises: NotFound."""
    return _found(incident for incident in file.incidents if incident.id == incident_id)


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
    """Return a requirement of the next gate. Raises: NotFound."""
    if stage != file.next_gate:
        raise NotFound
    return _found(spec for spec in file.requirements_of(stage) if spec.key == key)


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


def report_data(file: TrialFile, report: MonitoringReport | None) -> dict[str, object]:
    """Return what the form of a report starts from: today, or what came back."""
    if report is None:
        return {"measured_on": file.today}
    readings = [each for each in file.readings if each.report_id == report.id]
    return {
        "measured_on": readings[0].measured_on if readings else file.today,
        "participants": report.participants,
        "narrative": report.narrative,
        **{f"metric-{each.metric}": format(each.value.normalize(), "f") for each in readings},
    }


def _found(candidates: Iterable[_T]) -> _T:
    for candidate in candidates:
        return candidate
    raise NotFound
