"""Judge the gates of a trial on every fact that its page shows."""

from datetime import date
from hashlib import sha256
from typing import Any

from sandbox.domain.gates import GateFacts, GateState, RequirementState, gate_state
from sandbox.domain.monitoring import (
    Level,
)
from sandbox.domain.packs import (
    RequirementSpec,
    Silence,
    Who,
)
from sandbox.kernel.actors import Actor
from sandbox.models import (
    ApprovalTerm,
)
from sandbox.trials.queries.course import TrialCourse

COMPLETION = ""  # the gate behind the last stage


class TrialFile(TrialCourse):
    """Hold every fact of a trial: its rows, its days, its gates."""

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


def has_approved(file: TrialFile, stage: str, requirement: str, actor: Actor) -> bool:
    """Tell whether this person has already approved a requirement."""
    return any(
        row.stage == stage
        and row.requirement == requirement
        and row.kind == "approval"
        and row.person_id == actor.person_id
        for row in file.evidence
    )
