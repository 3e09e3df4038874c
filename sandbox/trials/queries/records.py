"""Hold the rows of a trial, and what they say without a day or a gate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sandbox.domain.calendar import Stop
from sandbox.domain.monitoring import (
    Cap,
    Reach,
    exceeded_caps,
    read_breach,
)
from sandbox.domain.packs import (
    PolicyPack,
    StageSpec,
    Text,
    TierSpec,
    Who,
)
from sandbox.domain.trials import (
    OPEN_STATUSES,
    TrialStatus,
    next_stage,
)
from sandbox.kernel.actors import Actor
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
class TrialRecords:
    """Hold every row of a trial, read with a fixed number of statements."""

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
        return self._owed(lambda each: (each.complete_due_at, each.completed_at))

    @property
    def incidents_to_answer(self) -> list[Incident]:
        """Return the incidents of which the lead owes an answer, soonest first."""
        return self._owed(lambda each: (each.reaction_due_at, each.reacted_at))

    def _owed(
        self, days: Callable[[Incident], tuple[datetime | None, datetime | None]]
    ) -> list[Incident]:
        """List the open incidents that have a day for something not done yet, soonest first."""
        found = [
            (due_at, each)
            for each in self.open_incidents
            for due_at, done_at in [days(each)]
            if due_at is not None and done_at is None
        ]
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]

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

    def spec_of(self, report: MonitoringReport | None) -> StageSpec:
        """Return the stage that a report is about; one that is to be written is about this one."""
        of = self.current.id if report is None else report.stage_id
        key = next((stage.key for stage in self.stages if stage.id == of), self.current.key)
        return self.tier.stage(key)

    def caps_exceeded(self, report: MonitoringReport) -> tuple[Cap, ...]:
        """List the limits of its stage beyond which a report tells that the test is."""
        return exceeded_caps(self.spec_of(report), reach_of(report))

    @property
    def final_report(self) -> FinalReport | None:
        """Return the version of the final report that counts: the last one."""
        return self.final_reports[-1] if self.final_reports else None


def reach_of(report: MonitoringReport) -> Reach:
    """Return how far a report tells that the test has reached."""
    return Reach(report.participants, report.places, report.amount_each, report.amount_total)
