"""Judge, requirement by requirement, whether the gate in front of a stage is open."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.domain.monitoring import Level
from sandbox.domain.packs import RequirementKind, RequirementSpec, Silence, StageSpec, Who


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Hold what is known about a sandbox test when its gate is judged.

    Shape: a party is "company", "secretariat" or an authority's code, in `plan_agreed_by`,
    `plan_needs` and the inner mapping of `approvals` alike. `plan_needs` names who must agree to
    the plan besides those whom the requirement names. `documents`, `approvals`, `waived` and
    `granted_by_silence` are keyed by requirement; the last names the parties that were silent.
    `metrics` lists those that must have been read.
    Units: `days_in_stage` are calendar days without those of suspension; the day of entry is 0.
    """

    lead: str | None
    associates: tuple[str, ...] = ()
    plan_agreed_by: frozenset[str] = frozenset()
    plan_needs: frozenset[str] = frozenset()
    start_conditions_open: int = 0
    start_conditions_total: int = 0
    documents: Mapping[str, str] = field(default_factory=dict)
    approvals: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    granted_by_silence: Mapping[str, frozenset[str]] = field(default_factory=dict)
    reports_due: int = 0
    reports_accepted: int = 0
    reports_submitted_waiting: int = 0
    metrics: tuple[str, ...] = ()
    worst_reading_by_metric: Mapping[str, Level] = field(default_factory=dict)
    open_incidents: int = 0
    open_serious_incidents: int = 0
    days_in_stage: int = 0
    waived: Mapping[str, str] = field(default_factory=dict)


class MissingKind(StrEnum):
    """Name what can still be missing at a gate."""

    AGREEMENT = "agreement"
    START_CONDITION = "start_condition"
    DOCUMENT = "document"
    APPROVAL = "approval"
    REPORT = "report"  # due, and not handed in
    REPORT_ACCEPTANCE = "report_acceptance"  # handed in, and not accepted
    READING = "reading"
    METRIC_IN_BREACH = "metric_in_breach"
    INCIDENT_CLOSURE = "incident_closure"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class MissingPart:
    """Say what is missing, how many of it, and who can bring it.

    Shape: `authority` is the code where one authority must act, `subject` the metric's key where
    the part is about a metric.
    """

    kind: MissingKind
    who: Who
    count: int = 1
    authority: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementState:
    """Hold one requirement with what it still lacks; a waiver leaves that to be seen."""

    spec: RequirementSpec
    is_satisfied: bool
    is_waived: bool
    missing: tuple[MissingPart, ...]

    @property
    def holds(self) -> bool:
        """Tell whether this requirement no longer keeps the gate closed."""
        return self.is_satisfied or self.is_waived

    @property
    def lacks_a_party(self) -> bool:
        """Tell whether somebody is asked who is not named yet: the lead of a case without one."""
        return any(part.who is Who.LEAD and part.authority is None for part in self.missing)

    @property
    def missing_parties(self) -> frozenset[str]:
        """Name the parties that have something to bring, as the facts of a gate name them."""
        return frozenset(part.authority or part.who.value for part in self.missing)

    def waits_for(self, authority: str) -> bool:
        """Tell whether a part of it is this authority's to bring."""
        return any(part.authority == authority for part in self.missing)


@dataclass(frozen=True, slots=True)
class GateState:
    """Hold every requirement of a gate; the gate without a stage is that of completion."""

    stage: StageSpec | None
    requirements: tuple[RequirementState, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether every requirement holds; a gate without requirements is open."""
        return all(requirement.holds for requirement in self.requirements)

    @property
    def awaited(self) -> tuple[RequirementState, ...]:
        """Return what waits for approvals once nothing else is missing; nothing before that."""
        missing = [each for each in self.requirements if not each.holds]
        if any(each.spec.kind is not RequirementKind.APPROVAL for each in missing):
            return ()
        return tuple(missing)

    @property
    def awaited_approvals(self) -> tuple[RequirementSpec, ...]:
        """Return the approvals that are missing once nothing else is; none before that."""
        return tuple(each.spec for each in self.awaited)

    @property
    def satisfied(self) -> int:
        """Count the requirements that hold, waived ones included."""
        return sum(requirement.holds for requirement in self.requirements)

    @property
    def total(self) -> int:
        """Count the requirements."""
        return len(self.requirements)


def gate_state(
    requirements: Sequence[RequirementSpec], facts: GateFacts, stage: StageSpec | None
) -> GateState:
    """Judge each requirement on the facts; a waiver counts only where the pack allows one."""
    return GateState(stage, tuple(_requirement_state(each, facts) for each in requirements))


def _requirement_state(spec: RequirementSpec, facts: GateFacts) -> RequirementState:
    missing = tuple(_MISSING[spec.kind](spec, facts))
    is_waived = spec.may_be_waived and bool(facts.waived.get(spec.key, "").strip())
    return RequirementState(spec, not missing, is_waived, missing)


def _missing_agreements(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    named = (_named(party, facts) for party in sorted(facts.plan_needs))
    for who, authority in dict.fromkeys((*_parties(spec.by, facts), *named)):
        if (authority or who.value) not in facts.plan_agreed_by:
            yield MissingPart(MissingKind.AGREEMENT, who, authority=authority)


def _missing_conditions(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    if facts.start_conditions_open > 0:
        yield MissingPart(MissingKind.START_CONDITION, spec.by, facts.start_conditions_open)


def _missing_document(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    if not facts.documents.get(spec.key):
        yield MissingPart(MissingKind.DOCUMENT, spec.by)


def _missing_approvals(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    # Asked of the rule itself, so that silence is never read as a word that the pack did not give.
    is_tacit = spec.silence is Silence.GRANTED
    silent = facts.granted_by_silence.get(spec.key, frozenset()) if is_tacit else frozenset()
    given = facts.approvals.get(spec.key, {})
    # Silence is the word of those who kept it: neither of a lead that is not named, nor of an
    # authority that refused or that came to the case afterwards.
    for who, authority in _parties(spec.by, facts):
        party = authority or who.value
        lacking = spec.persons - len(given.get(party, frozenset()))
        if lacking > 0 and party not in silent:
            yield MissingPart(MissingKind.APPROVAL, who, lacking, authority)


def _missing_reports(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    # A stage that was left before its first report fell due must still be accounted for.
    lacking = max(facts.reports_due, 1) - facts.reports_accepted
    waiting = max(0, min(lacking, facts.reports_submitted_waiting))
    if lacking > waiting:
        yield MissingPart(MissingKind.REPORT, Who.COMPANY, lacking - waiting)
    if waiting > 0:
        accepts = Who.LEAD if spec.by is Who.PLATFORM else spec.by
        yield MissingPart(MissingKind.REPORT_ACCEPTANCE, accepts, waiting)


def _missing_metrics(_spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    metrics = tuple(dict.fromkeys((*facts.metrics, *facts.worst_reading_by_metric)))
    if not metrics:
        # Nothing measured proves nothing, and a gate must not open because facts are wanting.
        yield MissingPart(MissingKind.READING, Who.COMPANY)
    for metric in metrics:
        level = facts.worst_reading_by_metric.get(metric)
        if level is None:
            yield MissingPart(MissingKind.READING, Who.COMPANY, subject=metric)
        elif level is Level.BREACH:
            yield MissingPart(MissingKind.METRIC_IN_BREACH, Who.COMPANY, subject=metric)


def _missing_closures(_spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    # An incident that is not serious is worked off beside the test and keeps no gate closed.
    count = facts.open_serious_incidents
    if count > 0:
        yield MissingPart(MissingKind.INCIDENT_CLOSURE, Who.LEAD, count, facts.lead)


def _missing_days(spec: RequirementSpec, facts: GateFacts) -> Iterator[MissingPart]:
    if facts.days_in_stage < spec.days:
        yield MissingPart(MissingKind.DAYS, Who.PLATFORM, spec.days - facts.days_in_stage)


_MISSING: Mapping[
    RequirementKind, Callable[[RequirementSpec, GateFacts], Iterator[MissingPart]]
] = {
    RequirementKind.PLAN_AGREED: _missing_agreements,
    RequirementKind.START_CONDITIONS: _missing_conditions,
    RequirementKind.DOCUMENT: _missing_document,
    RequirementKind.APPROVAL: _missing_approvals,
    RequirementKind.REPORT_ACCEPTED: _missing_reports,
    RequirementKind.METRICS_WITHIN: _missing_metrics,
    RequirementKind.NO_OPEN_INCIDENT: _missing_closures,
    RequirementKind.MINIMUM_DAYS: _missing_days,
}


def _parties(who: Who, facts: GateFacts) -> tuple[tuple[Who, str | None], ...]:
    """List who must act one by one; a lead that is not named yet still has to."""
    lead = ((Who.LEAD, facts.lead),)
    associates = tuple((Who.ASSOCIATES, code) for code in facts.associates)
    match who:
        case Who.COMPANY | Who.SECRETARIAT:
            return ((who, None),)
        case Who.LEAD:
            return lead
        case Who.ASSOCIATES:
            return associates
        case Who.EVERY_AUTHORITY:
            return (*lead, *associates)
        case Who.PLATFORM:
            # The platform itself never agrees or approves: what a pack leaves to it in such a
            # matter is asked of everybody, so that a slip in a pack can't open a gate.
            return ((Who.COMPANY, None), *lead, *associates)


def _named(party: str, facts: GateFacts) -> tuple[Who, str | None]:
    if party in {Who.COMPANY, Who.SECRETARIAT}:
        return Who(party), None
    return (Who.LEAD if party == facts.lead else Who.ASSOCIATES), party
