"""Describe how a test runs: risk, tiers, stages, gates, metrics and incidents."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sandbox.domain.packs.conditions import Condition
from sandbox.domain.packs.programme import Silence
from sandbox.domain.packs.texts import Text


@dataclass(frozen=True, slots=True)
class HardRule:
    """Raise the tier to `at_least`, whatever the points say, where the condition holds."""

    key: str
    when: Condition
    at_least: str
    reason: Text


class RequirementKind(StrEnum):
    """Name what a gate can demand; each kind is judged by `sandbox.domain.gates`."""

    PLAN_AGREED = "plan_agreed"
    START_CONDITIONS = "start_conditions"
    DOCUMENT = "document"
    APPROVAL = "approval"
    REPORT_ACCEPTED = "report_accepted"
    METRICS_WITHIN = "metrics_within"
    NO_OPEN_INCIDENT = "no_open_incident"
    MINIMUM_DAYS = "minimum_days"


COMPLETION_NAME = "completion"
"""How the gate behind the last stage is called where others have the key of their stage."""


class Who(StrEnum):
    """Name a party to a trial as the pack does."""

    COMPANY = "company"
    LEAD = "lead"
    ASSOCIATES = "associates"
    EVERY_AUTHORITY = "every_authority"
    SECRETARIAT = "secretariat"
    PLATFORM = "platform"  # the facts themselves satisfy it


@dataclass(frozen=True, slots=True)
class RequirementSpec:
    """Demand one thing before a gate opens.

    Units: `days` are calendar days in the stage (MINIMUM_DAYS); `answer_days` are business days
    (APPROVAL), and `silence` is what it means when they have passed.
    Shape: `by` says whose acts satisfy it; `persons` is how many different persons of each
    authority must approve (APPROVAL).
    """

    key: str
    kind: RequirementKind
    label: Text
    by: Who
    persons: int = 1
    days: int = 0
    may_be_waived: bool = False
    answer_days: int | None = None
    silence: Silence = Silence.NONE


@dataclass(frozen=True, slots=True)
class StageSpec:
    """Describe a stage and the gate in front of it (the first stage's gate is empty).

    Units: the caps on amounts are cents of the pack's currency.
    """

    key: str
    name: Text
    purpose: Text
    max_days: int
    gate: tuple[RequirementSpec, ...] = ()
    participants_cap: int | None = None
    places_cap: int | None = None
    amount_per_person_cap: int | None = None
    amount_total_cap: int | None = None
    report_every_days: int | None = None
    live: bool = False  # real participants are exposed; a suspension stops it


@dataclass(frozen=True, slots=True)
class StartConditionSpec:
    """Name something that must be in place before participants are exposed, and who brings it."""

    key: str
    label: Text
    owner: Who


@dataclass(frozen=True, slots=True)
class TierSpec:
    """Give a risk tier its range of points and its stages; a prohibited tier has none.

    Shape: `max_points` is inclusive; None means no upper bound. Tiers are listed mildest first.
    """

    key: str
    name: Text
    summary: Text
    min_points: int | None
    max_points: int | None
    prohibited: bool = False
    stages: tuple[StageSpec, ...] = ()
    completion: tuple[RequirementSpec, ...] = ()
    start_conditions: tuple[StartConditionSpec, ...] = ()
    metrics: tuple[str, ...] = ()

    def stage(self, key: str) -> StageSpec:
        """Return the stage with this key. Raises: KeyError."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise KeyError(key)


class Suspender(StrEnum):
    """Name who stops a test, as the pack does."""

    COMPANY = "company"
    AUTHORITIES = "authorities"
    RULES = "rules"  # a reading in breach of a metric that suspends


@dataclass(frozen=True, slots=True)
class SuspensionGroundSpec:
    """Name a ground on which a test may be stopped, and by whom."""

    key: str
    name: Text
    by: tuple[Suspender, ...]


@dataclass(frozen=True, slots=True)
class ExtensionSpec:
    """Say how a test may go on beyond the end of its plan.

    Units: calendar days; `ask_days_before` is how long before the latest end it is asked for at the
    latest. Shape: without `most` there is no limit to how often, without `days` to how long.
    """

    ask_days_before: int
    approved_by: tuple[Who, ...]
    most: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class AmendmentSpec:
    """Say who must agree before the agreed plan of a test is changed."""

    agreed_by: tuple[Who, ...]


class Direction(StrEnum):
    """Say which way a metric is good."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """Measure one thing during a trial, with the values at which to warn and to stop."""

    key: str
    name: Text
    unit: Text
    direction: Direction
    target: Decimal
    warning: Decimal
    breach: Decimal
    breach_class: str | None = None  # the class of incident that a breach opens
    breach_suspends: bool = False


@dataclass(frozen=True, slots=True)
class PlanFieldSpec:
    """Ask for one part of a trial's plan."""

    key: str
    label: Text
    hint: Text
    required: bool = True


@dataclass(frozen=True, slots=True)
class IncidentClassSpec:
    """Name a class of incident with its terms.

    Units: hours, and calendar days. A class without `complete_report_days` is reported in full at
    once; one without `reaction_days` asks the lead for no answer.
    """

    key: str
    name: Text
    report_hours: int
    serious: bool
    complete_report_days: int | None = None
    reaction_days: int | None = None
