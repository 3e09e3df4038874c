"""Describe a policy pack: everything that differs from one sandbox to the next, as values.

A pack is read from TOML by `sandbox.packs`; the rules of `sandbox.domain` take it as an argument.
Nothing in these classes knows a particular country, authority, tier or question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one text in every language that its pack declares."""

    by_language: Mapping[str, str]

    def in_(self, language: str) -> str:
        """Return the text in `language`, or in the pack's first language if it has no such text."""
        found = self.by_language.get(language)
        return found if found is not None else next(iter(self.by_language.values()), "")


# --- conditions: a closed vocabulary, never code -------------------------------------------------


class Operator(StrEnum):
    """Name the comparisons that a condition may make between an answer and a value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    ONE_OF = "one_of"
    INCLUDES = "includes"  # the answer is a list that contains the value
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Compare:
    """Hold when the answer to `question` stands in relation `operator` to `value`."""

    question: str
    operator: Operator
    value: str | bool | int | tuple[str, ...] = True


@dataclass(frozen=True, slots=True)
class AllOf:
    """Hold when every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Hold when at least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Hold when the part does not."""

    part: "Condition"


Condition = Compare | AllOf | AnyOf | Not


# --- programme, authorities, calendar ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    """Present the programme to people who have never heard of it."""

    title: Text
    short_title: Text
    operator: Text
    summary: Text
    purpose: tuple[Text, ...]
    for_whom: tuple[Text, ...]
    not_for: tuple[Text, ...]
    how_it_works: tuple[Text, ...]
    tax_number: Text  # the hint beside the organisation's tax number
    reference_prefix: str
    appeals: Text
    no_endorsement: Text
    privacy: Text


@dataclass(frozen=True, slots=True)
class CompetenceSpec:
    """Name a matter that authorities are competent for."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class RegisteredPostSpec:
    """Name a post whose meetings with regulated companies the law orders to be registered."""

    code: str
    name: Text
    provision: Text
    published: bool = False  # the register of meetings is open to everybody
    recorded: bool = False  # the meeting itself is recorded


@dataclass(frozen=True, slots=True)
class AuthoritySpec:
    """Name an authority, what it is competent for, and when it exists.

    An authority that a succession ends works until a person applies the succession; its successor
    takes over then, whatever the day. `domain.succession` answers who is in force.
    """

    code: str
    name: Text
    competences: tuple[str, ...]
    valid_from: date | None = None
    valid_until: date | None = None
    parent: Text | None = None  # the body that it belongs to
    posts: tuple[RegisteredPostSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class SuspensionWindowSpec:
    """Suspend the terms of an authority for some days; filings are received all the same.

    Shape: either `first_day` with `last_day`, both part of the window; or `first_day` with
    `business_days`, of which the first day is one if it is a business day; or `dates`.
    """

    key: str
    authority: str
    ground: Text
    first_day: date | None = None
    last_day: date | None = None
    business_days: int | None = None
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class SuccessorSpec:
    """Name an authority that takes over competences of one that ends."""

    code: str
    competences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuccessionSpec:
    """Say to whom the competences of an authority pass, and from which day on.

    Shape: `ended` are the competences that pass to nobody; `open_cases` is the rule that open
    cases follow, in words.
    """

    key: str
    authority: str
    on: date
    successors: tuple[SuccessorSpec, ...]
    open_cases: Text
    provision: Text
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipleSpec:
    """State a principle of the programme and what it asks of a test."""

    code: str
    name: Text
    asks: Text


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Say which days are business days: a country's holidays plus the pack's own days off."""

    country: str
    timezone: str
    days_off: Mapping[date, Text]


class ClockUnit(StrEnum):
    """Name what a term is counted in."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


class Silence(StrEnum):
    """Name what a passed deadline without an act means."""

    GRANTED = "granted"
    DENIED = "denied"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ClockSpec:
    """Give a term its length and say in which statuses it stands still."""

    key: str
    name: Text
    unit: ClockUnit
    length: int
    stops_in: tuple[str, ...] = ()
    silence: Silence = Silence.NONE


# --- the application form ------------------------------------------------------------------------


class QuestionKind(StrEnum):
    """Name the kinds of answer; see `AnswerValue` for the value each of them holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes_no"
    ROWS = "rows"
    FILE = "file"


# The value an answer holds, by kind: TEXT, LONG_TEXT: str; NUMBER: a decimal as str ("12.5");
# MONEY: cents of the pack's currency as int; DATE: ISO day as str; CHOICE: an option's value;
# MANY: list of options' values; YES_NO: "yes" or "no"; ROWS: list of {column key: value};
# FILE: list of attachment ids as str. An unanswered question has no key in the answers.
AnswerValue = str | int | list[str] | list[dict[str, str]]
Answers = Mapping[str, AnswerValue]


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """Offer one answer; `points` count towards the risk tier, `competences` towards routing."""

    value: str
    label: Text
    hint: Text | None = None
    points: int = 0
    competences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """Ask one thing. `competences` count towards routing when it is answered (a yes, if yes/no)."""

    key: str
    kind: QuestionKind
    label: Text
    hint: Text | None = None
    example: Text | None = None
    required: bool = True
    ask_if: Condition | None = None
    options: tuple[OptionSpec, ...] = ()
    columns: tuple["QuestionSpec", ...] = ()
    max_words: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_rows: int = 20
    unit: Text | None = None
    competences: tuple[str, ...] = ()
    points: int = 0  # risk points of a "yes"; options carry their own
    may_be_confidential: bool = False
    is_title: bool = False  # this answer names the case in every list
    criteria: tuple[str, ...] = ()  # keys of the criteria for which the answer is evidence
    information: bool = False  # nothing hangs on the answer; it is there to be read

    def option(self, value: str) -> OptionSpec | None:
        """Return the option with this value, or None."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """Group questions that a person thinks about together; one entry of the task list."""

    key: str
    title: Text
    intro: Text
    questions: tuple[QuestionSpec, ...]


# --- eligibility, criteria, prohibited uses ------------------------------------------------------


class EligibilityVerdict(StrEnum):
    """Name the honest answers of the anonymous check."""

    LIKELY = "likely"
    GUIDANCE = "guidance"  # ordinary guidance would serve better
    NOT_YET = "not_yet"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """Give one reason with the verdict it speaks for, where its condition holds."""

    key: str
    when: Condition
    verdict: EligibilityVerdict
    reason: Text


@dataclass(frozen=True, slots=True)
class EligibilitySpec:
    """Ask a visitor a few questions and hold the rules that answer them."""

    intro: Text
    questions: tuple[QuestionSpec, ...]
    rules: tuple[EligibilityRule, ...]
    verdicts: Mapping[EligibilityVerdict, Text]


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """State one criterion of admission with the indicators that speak for and against it."""

    key: str
    name: Text
    key_question: Text
    positive: tuple[Text, ...]
    negative: tuple[Text, ...]
    must_be_met: bool = False  # not met by any authority: the pack's rule declines


@dataclass(frozen=True, slots=True)
class ProhibitedUse:
    """Describe a use that the programme never admits, and the answers that reveal it."""

    key: str
    name: Text
    when: Condition


# --- risk, tiers, stages, gates ------------------------------------------------------------------


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
    """Describe a stage and the gate in front of it (the first stage's gate is empty)."""

    key: str
    name: Text
    purpose: Text
    max_days: int
    gate: tuple[RequirementSpec, ...] = ()
    participants_cap: int | None = None
    places_cap: int | None = None
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


# --- coordination --------------------------------------------------------------------------------


class DecisionRule(StrEnum):
    """Name how positions become a decision."""

    UNANIMITY = "unanimity"
    LEAD_DECIDES = "lead_decides"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class CoordinationSpec:
    """Say how the lead is found, how authorities answer, and how positions become a decision.

    Units: days are business days of the pack's calendar.
    """

    answer_weight: int
    relief_weight: int
    reliefs_question: str  # key of the rows question that lists the reliefs sought
    acceptance_days: int
    acceptance_silence: Silence
    position_days: int
    position_silence: Silence
    decision_rule: DecisionRule
    objection_opens_deliberation: bool
    returns_allowed: int
    return_answer_days: int


@dataclass(frozen=True, slots=True)
class ReliefKindSpec:
    """Name a kind of regulatory relief."""

    key: str
    name: Text


# --- what is learned -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReportSectionSpec:
    """Ask the drafter of an outcome report for one part of it."""

    key: str
    title: Text
    help: Text
    required: bool = True


class Ending(StrEnum):
    """Name the two ways in which a test ends: after its whole plan, or before."""

    COMPLETED = "completed"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class ExitKindSpec:
    """Name what came of a test, and which way of ending it belongs to."""

    code: str
    name: Text
    ends: Ending


@dataclass(frozen=True, slots=True)
class NamedSpec:
    """Name a thing of the programme that has no more to it than a code and a name."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class TermSpec:
    """Explain a word that the programme uses in a sense of its own."""

    key: str
    term: Text
    meaning: Text


@dataclass(frozen=True)
class PolicyPack:
    """Hold one version of a programme's rules; every case is pinned to the one it began under."""

    code: str
    version: str
    languages: tuple[str, ...]
    currency: str
    programme: ProgrammeSpec
    competences: tuple[CompetenceSpec, ...]
    authorities: tuple[AuthoritySpec, ...]
    calendar: CalendarSpec
    clocks: tuple[ClockSpec, ...]
    principles: tuple[PrincipleSpec, ...]
    sections: tuple[SectionSpec, ...]
    eligibility: EligibilitySpec
    criteria: tuple[CriterionSpec, ...]
    prohibited_uses: tuple[ProhibitedUse, ...]
    hard_rules: tuple[HardRule, ...]
    tiers: tuple[TierSpec, ...]
    metrics: tuple[MetricSpec, ...]
    plan_fields: tuple[PlanFieldSpec, ...]
    incident_classes: tuple[IncidentClassSpec, ...]
    coordination: CoordinationSpec
    relief_kinds: tuple[ReliefKindSpec, ...]
    exit_kinds: tuple[ExitKindSpec, ...]
    stakeholders: tuple[NamedSpec, ...]
    report_sections: tuple[ReportSectionSpec, ...]
    public_fields: tuple[str, ...]  # question keys whose answers the public register shows
    conditions_are_public: bool = False  # those of the decision, in register and outcome report
    suspension_windows: tuple[SuspensionWindowSpec, ...] = ()
    successions: tuple[SuccessionSpec, ...] = ()
    glossary: tuple[TermSpec, ...] = ()

    @cached_property
    def questions(self) -> Mapping[str, QuestionSpec]:
        """Map every question's key to the question, in the order of the form."""
        return {question.key: question for question in self._each_question()}

    @cached_property
    def title_question(self) -> str:
        """Return the key of the question whose answer names a case."""
        return next(question.key for question in self._each_question() if question.is_title)

    def _each_question(self) -> Iterator[QuestionSpec]:
        for section in self.sections:
            yield from section.questions

    def section(self, key: str) -> SectionSpec:
        """Return the section with this key. Raises: KeyError."""
        return _by(self.sections, "key", key)

    def tier(self, key: str) -> TierSpec:
        """Return the tier with this key. Raises: KeyError."""
        return _by(self.tiers, "key", key)

    def clock(self, key: str) -> ClockSpec:
        """Return the clock with this key. Raises: KeyError."""
        return _by(self.clocks, "key", key)

    def incident_class(self, key: str) -> IncidentClassSpec:
        """Return the class of incident with this key. Raises: KeyError."""
        return _by(self.incident_classes, "key", key)

    def metric(self, key: str) -> MetricSpec:
        """Return the metric with this key. Raises: KeyError."""
        return _by(self.metrics, "key", key)

    def authority(self, code: str) -> AuthoritySpec:
        """Return the authority with this code. Raises: KeyError."""
        return _by(self.authorities, "code", code)

    def succession(self, key: str) -> SuccessionSpec:
        """Return the succession with this key. Raises: KeyError."""
        return _by(self.successions, "key", key)

    def competence(self, code: str) -> CompetenceSpec:
        """Return the competence with this code. Raises: KeyError."""
        return _by(self.competences, "code", code)

    def exits(self, ends: Ending) -> tuple[ExitKindSpec, ...]:
        """List the kinds of exit that belong to one way of ending."""
        return tuple(kind for kind in self.exit_kinds if kind.ends is ends)

    def criterion(self, key: str) -> CriterionSpec:
        """Return the criterion with this key. Raises: KeyError."""
        return _by(self.criteria, "key", key)


def _by(items: tuple[_T, ...], attribute: str, value: str) -> _T:
    for item in items:
        if getattr(item, attribute) == value:
            return item
    raise KeyError(value)
