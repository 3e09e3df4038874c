"""Hold one version of a programme's rules as a whole."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from sandbox.domain.packs.coordination import (
    CoordinationSpec,
    PreliminaryResultSpec,
    ProportionalitySpec,
    RefusalReasonSpec,
    ReliefKindSpec,
    StandardConditionSpec,
)
from sandbox.domain.packs.dialogue import ConsultationSpec, RoundTableSpec
from sandbox.domain.packs.outcomes import (
    Ending,
    ExitKindSpec,
    Moment,
    NamedSpec,
    PublicLaterSpec,
    ReportSectionSpec,
    RetentionSpec,
    TermSpec,
)
from sandbox.domain.packs.programme import (
    DECISION_CLOCK,
    AuthoritySpec,
    CalendarSpec,
    CallSpec,
    ClockSpec,
    CompetenceSpec,
    FastAnswerSpec,
    PrincipleSpec,
    ProgrammeSpec,
    SuccessionSpec,
    SuspensionWindowSpec,
)
from sandbox.domain.packs.questions import (
    CriterionSpec,
    EligibilitySpec,
    PrioritySpec,
    ProhibitedUse,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
)
from sandbox.domain.packs.texts import Text
from sandbox.domain.packs.trials import (
    AmendmentSpec,
    ExtensionSpec,
    HardRule,
    IncidentClassSpec,
    MetricSpec,
    PlanFieldSpec,
    Suspender,
    SuspensionGroundSpec,
    TierSpec,
)

_T = TypeVar("_T")


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
    disclosure_is_presumed: bool = False  # what may be marked confidential is public unless it is
    conditions_are_public: bool = False  # those of the decision, in register and outcome report
    public_later: tuple[PublicLaterSpec, ...] = ()  # of the public fields, those not shown at once
    retention: tuple[RetentionSpec, ...] = ()
    report_needs_consent: bool = False  # the company agrees before its outcome report is public
    final_report_days: int | None = None  # the company reports on a test that ended; calendar days
    extension: ExtensionSpec | None = None  # none: a test ends when its plan does
    amendment: AmendmentSpec | None = None
    suspension_grounds: tuple[SuspensionGroundSpec, ...] = ()  # none: a reason in words is enough
    suspension_windows: tuple[SuspensionWindowSpec, ...] = ()
    successions: tuple[SuccessionSpec, ...] = ()
    glossary: tuple[TermSpec, ...] = ()
    calls: tuple[CallSpec, ...] = ()  # none: applications may be sent at any time
    outside_calls: bool = False  # they may be sent at any time beside the calls, without a place
    round_tables: RoundTableSpec | None = None  # none: the programme holds no round tables
    consultations: ConsultationSpec | None = None  # none: it asks the public nothing
    fast_answer: FastAnswerSpec | None = None  # none: nobody is asked whether any rule applies
    preliminary_result: PreliminaryResultSpec | None = None  # none: what is decided comes at once
    priorities: tuple[PrioritySpec, ...] = ()  # none: no application comes before another
    refusal_reasons: tuple[RefusalReasonSpec, ...] = ()  # none: a refusal is reasoned in words
    standard_conditions: tuple[StandardConditionSpec, ...] = ()  # none: each is written anew
    proportionality: tuple[ProportionalitySpec, ...] = ()  # none: conditions need no such answers

    @cached_property
    def questions(self) -> Mapping[str, QuestionSpec]:
        """Map every question's key to the question, in the order of the form."""
        return {question.key: question for question in self._each_question()}

    @cached_property
    def title_question(self) -> str:
        """Return the key of the question whose answer names a case."""
        return next(question.key for question in self._each_question() if question.is_title)

    @cached_property
    def disclosed_fields(self) -> tuple[str, ...]:
        """Return the keys of the questions whose answers the register shows, if nobody marks them.

        Where disclosure is presumed these are the public fields and whatever the company could
        have marked as confidential. An answer that it cannot mark is public only by name, so that
        nothing is shown against which it had no means. Files are never shown.
        """
        presumed = (
            question.key
            for question in self._each_question()
            if self.disclosure_is_presumed
            and question.may_be_confidential
            and question.kind is not QuestionKind.FILE
        )
        return tuple(dict.fromkeys((*self.public_fields, *presumed)))

    def _each_question(self) -> Iterator[QuestionSpec]:
        for section in self.sections:
            yield from section.questions

    def section(self, key: str) -> SectionSpec:
        """Return the section with this key. Raises: KeyError."""
        return _by(self.sections, "key", key)

    def tier(self, key: str) -> TierSpec:
        """Return the tier with this key. Raises: KeyError."""
        return _by(self.tiers, "key", key)

    def prohibits(self, tier: str | None) -> bool:
        """Tell whether what is in a tier is never tested."""
        return tier is not None and self.tier(tier).prohibited

    def clock(self, key: str) -> ClockSpec:
        """Return the clock with this key. Raises: KeyError."""
        return _by(self.clocks, "key", key)

    def find_clock(self, key: str) -> ClockSpec | None:
        """Return the clock with this key, if these rules have it."""
        return next((clock for clock in self.clocks if clock.key == key), None)

    @property
    def decision_clock(self) -> ClockSpec:
        """Return the term within which an application is decided."""
        return self.clock(DECISION_CLOCK)

    def incident_class(self, key: str) -> IncidentClassSpec:
        """Return the class of incident with this key. Raises: KeyError."""
        return _by(self.incident_classes, "key", key)

    def metric(self, key: str) -> MetricSpec:
        """Return the metric with this key. Raises: KeyError."""
        return _by(self.metrics, "key", key)

    def authority(self, code: str) -> AuthoritySpec:
        """Return the authority with this code. Raises: KeyError."""
        return _by(self.authorities, "code", code)

    def remedy_against(self, code: str | None) -> Text:
        """Return how a decision of an authority can be challenged; None: nobody's in particular."""
        spec = next((each for each in self.authorities if each.code == code), None)
        own = None if spec is None else spec.remedy
        return self.programme.appeals if own is None else own

    def succession(self, key: str) -> SuccessionSpec:
        """Return the succession with this key. Raises: KeyError."""
        return _by(self.successions, "key", key)

    def competence(self, code: str) -> CompetenceSpec:
        """Return the competence with this code. Raises: KeyError."""
        return _by(self.competences, "code", code)

    def exits(self, ends: Ending) -> tuple[ExitKindSpec, ...]:
        """List the kinds of exit that belong to one way of ending."""
        return tuple(kind for kind in self.exit_kinds if kind.ends is ends)

    def grounds_of(self, by: Suspender) -> tuple[SuspensionGroundSpec, ...]:
        """List the grounds on which a party may stop a test."""
        return tuple(ground for ground in self.suspension_grounds if by in ground.by)

    def find_ground(self, key: str | None) -> SuspensionGroundSpec | None:
        """Return the ground with this key, if these rules have it."""
        return next((ground for ground in self.suspension_grounds if ground.key == key), None)

    def priorities_among(self, codes: Collection[str]) -> tuple[PrioritySpec, ...]:
        """List the priorities with these codes that these rules know."""
        return tuple(each for each in self.priorities if each.code in codes)

    def find_refusal_reason(self, code: str) -> RefusalReasonSpec | None:
        """Return the reason for refusals with this code, if these rules know it."""
        return next((each for each in self.refusal_reasons if each.code == code), None)

    def find_exit(self, code: str | None) -> ExitKindSpec | None:
        """Return what can come of a test under this code, if these rules know it."""
        return next((kind for kind in self.exit_kinds if kind.code == code), None)

    def published_since(self, question: str) -> Moment | None:
        """Return from when on the register shows a public answer; None from the admission on."""
        return next((each.since for each in self.public_later if each.key == question), None)

    def criterion(self, key: str) -> CriterionSpec:
        """Return the criterion with this key. Raises: KeyError."""
        return _by(self.criteria, "key", key)


def _by(items: tuple[_T, ...], attribute: str, value: str) -> _T:
    for item in items:
        if getattr(item, attribute) == value:
            return item
    raise KeyError(value)
