"""Hold every fact that the page of a trial shows and that its gates are judged on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sandbox.domain.calendar import ClockReading, Stop, suspensions_of
from sandbox.domain.gates import GateFacts, GateState, RequirementState, gate_state
from sandbox.domain.incidents import reaction_clock
from sandbox.domain.monitoring import (
    Cap,
    Level,
    Reach,
    exceeded_caps,
    next_report_due,
    read_breach,
    reports_due,
)
from sandbox.domain.outcomes import (
    Consent,
    ReportStatus,
    final_report_due_on,
    is_issued,
    report_clock,
)
from sandbox.domain.packs import (
    PolicyPack,
    RequirementSpec,
    Silence,
    StageSpec,
    Text,
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
    days_suspended,
    latest_end,
    next_stage,
    stage_due_on,
    stage_plan,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.models import (
    ApprovalTerm,
    FinalReport,
    Incident,
    MonitoringReport,
    Reading,
    StartCondition,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)

COMPLETION = ""  # the gate behind the last stage
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Name an authority that supervises a trial.

    Shape: `predecessors` are the authorities for which it stands on the case since they ended, by
    id; what they agreed to, approved or suspended counts as its own.
    """

    authority_id: UUID
    code: str
    names: Mapping[str, str]
    is_lead: bool
    predecessors: Mapping[UUID, str] = field(default_factory=dict)

    def answers_for(self, authority_id: UUID | None) -> bool:
        """Tell whether a deed of this authority counts as one of the supervisor's own."""
        return authority_id == self.authority_id or authority_id in self.predecessors


@dataclass(frozen=True)
class TrialFile:
    """Hold every fact of a trial, read with a fixed number of statements."""

    trial: Trial
    pack: PolicyPack
    now: datetime
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
    terms: Sequence[ApprovalTerm]
    final_reports: Sequence[FinalReport]
    is_outcome_published: bool
    outcome: str | None  # the status of the last edition of the outcome report
    consent: str | None  # what the company has said of it
    lead_stops: Sequence[Stop] = ()  # the windows of whoever led it, where it has ended

    def in_words(self, said: str) -> Text | str:
        """Return what the rules said of a breach in every language, and anything else as it is.

        Incidents and suspensions keep that sentence in the first language of the rules.
        """
        found = read_breach(self.pack.metrics, said, self.pack.languages[0])
        return said if found is None else found

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
    def open_incidents(self) -> list[Incident]:
        """Return the incidents that are not closed, the gravest first."""
        found = [each for each in self.incidents if each.closed_at is None]
        return sorted(found, key=lambda each: (not each.serious, each.due_at))

    @property
    def incidents_to_complete(self) -> list[Incident]:
        """Return the incidents of which the company owes the complete report, soonest first."""
        return sorted(
            (
                each
                for each in self.open_incidents
                if _is_owed(each.complete_due_at, each.completed_at)
            ),
            key=lambda each: each.complete_due_at or each.due_at,
        )

    @property
    def incidents_to_answer(self) -> list[Incident]:
        """Return the incidents of which the lead owes an answer, soonest first."""
        return sorted(
            (
                each
                for each in self.open_incidents
                if _is_owed(each.reaction_due_at, each.reacted_at)
            ),
            key=lambda each: each.reaction_due_at or each.due_at,
        )

    @property
    def incidents_to_close(self) -> list[Incident]:
        """Return the open incidents that ask something else of the lead than an answer."""
        return [each for each in self.open_incidents if each not in self.incidents_to_answer]

    @property
    def unjudged_report(self) -> MonitoringReport | None:
        """Return the report that waits longest for the lead's word."""
        return next((report for report in self.reports if report.state == "submitted"), None)

    def speakers(self, party: str) -> tuple[str, ...]:
        """Return as whose word that of a party counts now: its own, or that of its successors."""
        heirs = tuple(
            each.code
            for each in self.supervisors
            if each.code == party or party in each.predecessors.values()
        )
        return heirs or (party,)

    @property
    def agreed_by(self) -> frozenset[str]:
        """Return the parties that are bound by an agreement to the plan."""
        return frozenset(code for row in self.agreements for code in self.speakers(row.party))

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
        stops = (
            (
                self.day_of(each.suspended_at),
                self.day_of(each.resumed_at) if each.resumed_at else None,
            )
            for each in self.suspensions
        )
        return days_suspended(stops, self.entered_on, self.today)

    @property
    def stage_due_on(self) -> date:
        """Return the last day of the current stage; while the test is suspended it moves on."""
        return stage_due_on(self.current_spec, self.entered_on, self.suspended_days)

    @property
    def outlasts(self) -> bool:
        """Tell whether the test is in its stage for longer than the rules allow."""
        return self.is_open and self.today > self.stage_due_on

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
        return self.report_due_in(self.current_spec)

    def report_due_in(self, spec: StageSpec) -> date | None:
        """Return that day as it would be if the current stage had this cadence."""
        if not self.is_reporting:
            return None
        handed_in = len(self.current_reports)
        since = (self.entered_on, self.today, self.suspended_days)
        due = reports_due(spec, *since)
        return due[handed_in] if handed_in < len(due) else next_report_due(spec, *since)

    @property
    def latest_end(self) -> date:
        """Return the last day of the test if each stage that is left takes its longest time."""
        key = self.current.key
        return latest_end(self.tier, key, self.entered_on, self.suspended_days)

    @property
    def extension_asked_until(self) -> date | None:
        """Return the last day for asking for an extension; None where the rules know none."""
        spec = self.pack.extension
        if spec is None or self.trial.status == TrialStatus.PREPARING or not self.is_open:
            return None
        return self.latest_end - timedelta(days=spec.ask_days_before)

    def spec_of(self, report: MonitoringReport | None) -> StageSpec:
        """Return the stage that a report is about; one that is to be written is about this one."""
        of = self.current.id if report is None else report.stage_id
        key = next((stage.key for stage in self.stages if stage.id == of), self.current.key)
        return self.tier.stage(key)

    def caps_exceeded(self, report: MonitoringReport) -> tuple[Cap, ...]:
        """List the limits of its stage beyond which a report tells that the test is."""
        return exceeded_caps(self.spec_of(report), reach_of(report))

    @property
    def final_report_due_on(self) -> date | None:
        """Return the day by which the final report is due, or was; None where none is asked for."""
        ended_at = self.trial.ended_at
        ended_on = None if ended_at is None else self.day_of(ended_at)
        return final_report_due_on(self.pack, ended_on, has_run=len(self.stages) > 1)

    @property
    def outcome_clock(self) -> ClockReading | None:
        """Read the term of the outcome report of a test that has ended, where the pack has one."""
        ended_at = self.trial.ended_at
        if ended_at is None:
            return None
        return report_clock(self.pack, self.day_of(ended_at), self.lead_stops, self.today)

    @property
    def outcome_due_on(self) -> date | None:
        """Return the day by which the outcome report is due."""
        reading = self.outcome_clock
        return None if reading is None else reading.due_on

    @property
    def is_outcome_issued(self) -> bool:
        """Tell whether the term of the outcome report is met."""
        if self.is_outcome_published or self.outcome is None:
            return self.is_outcome_published
        consent = Consent.NOT_ASKED if self.consent is None else Consent(self.consent)
        return is_issued(ReportStatus(self.outcome), consent)

    def reaction_clock(self, incident: Incident) -> ClockReading | None:
        """Read the term of the lead's answer; None where its day came about in another way.

        The day was set when the incident was reported: by the rules of then, and for the lead of
        then.
        """
        if incident.reaction_due_at is None or self.lead is None:
            return None
        spec = next((x for x in self.pack.incident_classes if x.key == incident.class_key), None)
        stops = suspensions_of(self.pack, self.lead.code)
        reported_on = self.day_of(incident.opened_at)
        reading = spec and reaction_clock(self.pack, spec, reported_on, stops, self.today)
        due_on = self.day_of(incident.reaction_due_at)
        return reading if reading and reading.due_on == due_on else None

    @property
    def final_report(self) -> FinalReport | None:
        """Return the version of the final report that counts: the last one."""
        return self.final_reports[-1] if self.final_reports else None

    @property
    def is_final_report_open(self) -> bool:
        """Tell whether a final report that was handed in may still be corrected.

        Nobody accepts it; what the programme makes of it is the outcome report. Once that is
        published, the report on which it stands no longer changes.
        """
        return self.final_report is not None and not self.is_outcome_published

    @property
    def is_final_report_late(self) -> bool:
        """Tell whether the final report came after its day, or has not come by now."""
        due_on, reports = self.final_report_due_on, self.final_reports
        # A correction does not make late what came in time.
        come_on = self.day_of(reports[0].submitted_at) if reports else self.today
        return due_on is not None and come_on > due_on

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
            if row.kind == "approval" and not row.is_recused:
                given = approvals.setdefault(row.requirement, {})
                for party in self.speakers(row.authority or Who.SECRETARIAT.value):
                    given[party] = given.get(party, frozenset()) | {str(row.person_id)}
        reports = self.current_reports
        serious = [each for each in self.incidents if each.serious and each.closed_at is None]
        return GateFacts(
            lead=self.lead.code if self.lead else None,
            associates=tuple(each.code for each in self.supervisors if not each.is_lead),
            # An agreement is the authority's and stands, as its position does, though whoever gave
            # it is recused since; approvals and waivers are one person's word.
            plan_agreed_by=self.agreed_by,
            start_conditions_open=sum(each.state != "met" for each in self.conditions.values()),
            start_conditions_total=len(self.conditions),
            documents={row.requirement: row.filename for row in evidence if row.kind == "document"},
            approvals=approvals,
            granted_by_silence=self._granted_by_silence(stage),
            reports_due=len(self.reports_due),
            reports_accepted=sum(report.state == "accepted" for report in reports),
            reports_submitted_waiting=sum(report.state == "submitted" for report in reports),
            metrics=self.tier.metrics,
            worst_reading_by_metric=self.latest_levels,
            open_incidents=sum(each.closed_at is None for each in self.incidents),
            open_serious_incidents=len(serious),
            days_in_stage=max(0, (self.today - self.entered_on).days - self.suspended_days),
            waived={
                row.requirement: row.note
                for row in evidence
                if row.kind == "waiver" and not row.is_recused
            },
        )

    def _granted_by_silence(self, stage: str) -> dict[str, frozenset[str]]:
        """Map each approval to those whose silence counts, and to those who stand for them now.

        What silence granted stands for whoever was silent. An authority that came to the case
        afterwards with a competence of its own (by a handover or as another associate) was not
        silent: it is asked within a full term, unless the gate was passed before. A successor is
        no newcomer: it takes over what the authority before it let happen.
        """
        found: dict[str, frozenset[str]] = {}
        for term in self.terms:
            if term.stage == stage and term.silence == Silence.GRANTED.value:
                before = found.get(term.requirement, frozenset())
                found[term.requirement] = before | self.asked_in(term)
        return found

    def terms_of(self, stage: str, requirement: str) -> list[ApprovalTerm]:
        """List the terms that run, or ran, for an approval, the first one first."""
        here = (stage, requirement)
        return [term for term in self.terms if (term.stage, term.requirement) == here]

    def asked_in(self, term: ApprovalTerm) -> frozenset[str]:
        """Return those of whom a term asks an approval, as they are called now."""
        return frozenset(code for party in term.parties for code in self.speakers(party))

    def refused_by(self, stage: str, state: RequirementState) -> frozenset[str]:
        """Return the parties whose refusal stands.

        One person is enough to refuse for an authority, be two asked to approve. It stands until
        that person approves after all, or as many others of the authority as the rules ask for;
        a changed document withdraws it, since it spoke of the former one.
        """
        here = [
            row
            for row in self.evidence
            if (row.stage, row.requirement) == (stage, state.spec.key) and not row.is_recused
        ]
        approved = {row.person_id for row in here if row.kind == "approval"}
        said = {
            party
            for row in here
            if row.kind == "refusal" and row.person_id not in approved
            for party in self.speakers(row.authority or Who.SECRETARIAT.value)
        }
        return state.missing_parties & said

    @property
    def refusers(self) -> frozenset[str]:
        """Return the parties that have refused something which the next gate asks for."""
        if not self.is_open:
            return frozenset()
        gate = self.gate(self.next_gate)
        refused = (self.refused_by(self.next_gate, each) for each in gate.requirements)
        return frozenset[str]().union(*refused)

    def approvals_due(self, authority: str) -> date | None:
        """Return the day by which the next approval that this authority owes is due."""
        gate = self.gate(self.next_gate)
        missing = {each.spec.key for each in gate.awaited if each.waits_for(authority)}
        due = (
            term.due_on
            for term in self.terms
            if term.stage == self.next_gate
            and term.requirement in missing
            and authority in self.asked_in(term)
        )
        return min(due, default=None)

    def documents_at(self, stage: str) -> list[Any]:
        """Return the documents that were handed in for a gate."""
        return [row for row in self.evidence if row.stage == stage and row.kind == "document"]

    def approvals_at(self, stage: str) -> list[Any]:
        """Return the approvals that count at a gate; withdrawn ones are another kind.

        What somebody approved before declaring a conflict of interest counts no longer.
        """
        return [
            row
            for row in self.evidence
            if row.stage == stage and row.kind == "approval" and not row.is_recused
        ]

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
        return stage_plan(
            self.tier,
            visits,
            self.today,
            suspended,
            not self.is_open,
            suspended_days=self.suspended_days,
        )

    def speaks_as(self, authority: Supervisor) -> frozenset[Who]:
        """Return as which parties an authority acts.

        Who leads alone stands for the associates too: what the pack asks of them must not be left
        to nobody.
        """
        if not authority.is_lead:
            return frozenset({Who.ASSOCIATES, Who.EVERY_AUTHORITY})
        is_alone = all(each.is_lead for each in self.supervisors)
        also = {Who.ASSOCIATES} if is_alone else set()
        return frozenset({Who.LEAD, Who.EVERY_AUTHORITY, *also})

    def acting(self, actor: Actor) -> Supervisor | None:
        """Return the supervising authority that the actor works for; the lead before others."""
        mine = [each for each in self.supervisors if each.authority_id in actor.officer_of]
        return min(mine, key=lambda each: not each.is_lead, default=None)


def reach_of(report: MonitoringReport) -> Reach:
    """Return how far a report tells that the test has reached."""
    return Reach(report.participants, report.places, report.amount_each, report.amount_total)


def _is_owed(due_at: datetime | None, done_at: datetime | None) -> bool:
    return due_at is not None and done_at is None


def has_approved(file: TrialFile, stage: str, requirement: str, actor: Actor) -> bool:
    """Tell whether this person has already approved a requirement."""
    return any(
        row.stage == stage
        and row.requirement == requirement
        and row.kind == "approval"
        and row.person_id == actor.person_id
        for row in file.evidence
    )
