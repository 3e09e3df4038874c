"""Build small policy packs for the tests of the rules, by hand and without files."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sandbox.domain.packs import (
    AuthoritySpec,
    CalendarSpec,
    ClockSpec,
    ClockUnit,
    Compare,
    CompetenceSpec,
    CoordinationSpec,
    CriterionSpec,
    DecisionRule,
    Direction,
    EligibilitySpec,
    EligibilityVerdict,
    Ending,
    ExitKindSpec,
    HardRule,
    IncidentClassSpec,
    MetricSpec,
    NamedSpec,
    Operator,
    OptionSpec,
    PlanFieldSpec,
    PolicyPack,
    PrincipleSpec,
    ProgrammeSpec,
    ProhibitedUse,
    QuestionKind,
    QuestionSpec,
    ReliefKindSpec,
    ReportSectionSpec,
    RequirementKind,
    RequirementSpec,
    RubricSpec,
    SectionSpec,
    Silence,
    StageSpec,
    StartConditionSpec,
    Text,
    TierSpec,
    Who,
)


def text(words: str) -> Text:
    """Say the same in both languages, so that a test can tell texts apart by their words."""
    return Text({"es": words, "en": words})


def question(key: str, kind: QuestionKind = QuestionKind.TEXT, **changes: Any) -> QuestionSpec:
    return QuestionSpec(key=key, kind=kind, label=text(f"label of {key}"), **changes)


def option(value: str, points: int = 0, competences: tuple[str, ...] = ()) -> OptionSpec:
    return OptionSpec(
        value=value, label=text(f"option {value}"), points=points, competences=competences
    )


def section(key: str, *questions: QuestionSpec) -> SectionSpec:
    return SectionSpec(key=key, title=text(key), intro=text(key), questions=questions)


def is_yes(key: str) -> Compare:
    return Compare(key, Operator.EQUALS, "yes")


def requirement(
    key: str, kind: RequirementKind, by: Who = Who.PLATFORM, **changes: Any
) -> RequirementSpec:
    return RequirementSpec(key=key, kind=kind, label=text(key), by=by, **changes)


def gate_of_every_kind(prefix: str) -> tuple[RequirementSpec, ...]:
    """Demand one thing of each kind, as a pack would."""
    return (
        requirement(f"{prefix}-plan", RequirementKind.PLAN_AGREED, Who.EVERY_AUTHORITY),
        requirement(f"{prefix}-start", RequirementKind.START_CONDITIONS, Who.COMPANY),
        requirement(f"{prefix}-document", RequirementKind.DOCUMENT, Who.COMPANY),
        requirement(f"{prefix}-approval", RequirementKind.APPROVAL, Who.EVERY_AUTHORITY, persons=2),
        requirement(f"{prefix}-report", RequirementKind.REPORT_ACCEPTED, Who.LEAD),
        requirement(f"{prefix}-metrics", RequirementKind.METRICS_WITHIN),
        requirement(f"{prefix}-incidents", RequirementKind.NO_OPEN_INCIDENT),
        requirement(f"{prefix}-days", RequirementKind.MINIMUM_DAYS, days=14),
    )


def stage(key: str, max_days: int = 30, **changes: Any) -> StageSpec:
    return StageSpec(key=key, name=text(key), purpose=text(key), max_days=max_days, **changes)


def tier(key: str, least: int | None, most: int | None, *stages: StageSpec) -> TierSpec:
    is_prohibited = least is None
    return TierSpec(
        key=key,
        name=text(key),
        summary=text(key),
        min_points=least,
        max_points=most,
        prohibited=is_prohibited,
        stages=stages,
        completion=() if is_prohibited else gate_of_every_kind("completion"),
        start_conditions=()
        if is_prohibited
        else (StartConditionSpec("i", text("i"), Who.COMPANY),),
        metrics=() if is_prohibited else ("errors",),
    )


def gated_stages(*keys: str) -> tuple[StageSpec, ...]:
    """Put a gate of every kind in front of each stage but the first."""
    return tuple(
        stage(key, 30 * number, gate=gate_of_every_kind(key) if number > 1 else ())
        for number, key in enumerate(keys, start=1)
    )


COORDINATION = CoordinationSpec(
    answer_weight=2,
    relief_weight=3,
    reliefs_question="reliefs",
    acceptance_days=5,
    acceptance_silence=Silence.GRANTED,
    position_days=10,
    position_silence=Silence.NONE,
    decision_rule=DecisionRule.UNANIMITY,
    objection_opens_deliberation=True,
    returns_allowed=2,
    return_answer_days=10,
)

RELIEFS = question(
    "reliefs",
    QuestionKind.ROWS,
    required=False,
    columns=(
        question("provision"),
        question(
            "kind",
            QuestionKind.CHOICE,
            options=(option("waiver"), option("licence", competences=("spectrum",))),
        ),
        question(
            "field",
            QuestionKind.CHOICE,
            required=False,
            options=(
                option("data", competences=("privacy",)),
                option("prices", competences=("competition", "consumers")),
            ),
        ),
    ),
)

SECTIONS = (
    section(
        "about",
        question("title", is_title=True, max_words=5),
        question("summary", QuestionKind.LONG_TEXT, required=False, max_words=3),
        question("uses_data", QuestionKind.YES_NO, competences=("privacy",), points=2),
    ),
    section(
        "risk",
        question(
            "impact",
            QuestionKind.MANY,
            required=False,
            options=tuple(option(f"p{points}", points) for points in (1, 2, 4, 8)),
        ),
        question("biometric", QuestionKind.YES_NO, required=False),
        question("scores_people", QuestionKind.YES_NO, required=False),
    ),
    section("reliefs", RELIEFS),
)


def tiny_pack(**changes: Any) -> PolicyPack:
    """Build a programme with three authorities, four tiers and a form of three sections."""
    return replace(_TINY, **changes)


def form(*questions: QuestionSpec, **changes: Any) -> PolicyPack:
    """Build a programme whose form has one section, named "only", with these questions."""
    return tiny_pack(sections=(section("only", *questions),), **changes)


_TINY = PolicyPack(
    code="tiny",
    version="1",
    languages=("es", "en"),
    currency="MXN",
    programme=ProgrammeSpec(
        title=text("Tiny sandbox"),
        short_title=text("Tiny"),
        operator=text("Operator"),
        summary=text("Summary"),
        purpose=(text("Purpose"),),
        for_whom=(text("Anyone"),),
        not_for=(text("Nobody"),),
        how_it_works=(text("Well"),),
        tax_number=text("a number"),
        reference_prefix="TNY",
        appeals=text("Appeals"),
        no_endorsement=text("No endorsement"),
        privacy=text("Privacy"),
    ),
    competences=tuple(
        CompetenceSpec(code, text(code))
        for code in ("privacy", "spectrum", "competition", "consumers")
    ),
    authorities=(
        AuthoritySpec("ONE", text("One"), ("privacy",)),
        AuthoritySpec("TWO", text("Two"), ("spectrum",)),
        AuthoritySpec("THREE", text("Three"), ("competition", "consumers")),
    ),
    calendar=CalendarSpec(country="MX", timezone="America/Mexico_City", days_off={}),
    clocks=(
        ClockSpec(
            key="review",
            name=text("Review"),
            unit=ClockUnit.BUSINESS_DAYS,
            length=40,
            stops_in=("information_requested",),
        ),
    ),
    principles=(PrincipleSpec("P1", text("Fairness"), text("Is it fair?")),),
    sections=SECTIONS,
    eligibility=EligibilitySpec(
        intro=text("Check"),
        questions=(),
        rules=(),
        verdicts={verdict: text(f"verdict {verdict}") for verdict in EligibilityVerdict},
    ),
    criteria=(
        CriterionSpec("novel", text("Novel"), text("Is it new?"), (), ()),
        CriterionSpec(
            "safe",
            text("Safe"),
            text("Is it safe?"),
            (),
            (),
            must_be_met=True,
            rubric=RubricSpec(text("no harm"), text("little harm"), text("harm")),
        ),
    ),
    prohibited_uses=(ProhibitedUse("scoring", text("Scoring"), is_yes("scores_people")),),
    hard_rules=(
        HardRule("biometric", is_yes("biometric"), "high", text("Biometric")),
        HardRule("scoring", is_yes("scores_people"), "prohibited", text("Scoring")),
    ),
    tiers=(
        tier("minimal", 0, 4, *gated_stages("plan", "test")),
        tier("limited", 5, 9, *gated_stages("plan", "laboratory", "pilot")),
        tier("high", 10, None, *gated_stages("plan", "laboratory", "closed", "expansion")),
        tier("prohibited", None, None),
    ),
    metrics=(
        MetricSpec(
            key="errors",
            name=text("Errors"),
            unit=text("%"),
            direction=Direction.AT_MOST,
            target=Decimal(1),
            warning=Decimal(3),
            breach=Decimal(5),
        ),
    ),
    plan_fields=(PlanFieldSpec("hypothesis", text("Hypothesis"), text("What do you expect?")),),
    incident_classes=(IncidentClassSpec("severe", text("Severe"), 24, serious=True),),
    coordination=COORDINATION,
    relief_kinds=(ReliefKindSpec("waiver", text("Waiver")),),
    exit_kinds=(
        ExitKindSpec("completed", text("Completed"), Ending.COMPLETED),
        ExitKindSpec("discontinued", text("Discontinued"), Ending.EARLY),
    ),
    stakeholders=(NamedSpec("industry", text("Industry")),),
    report_sections=(ReportSectionSpec("findings", text("Findings"), text("What was found?")),),
    public_fields=("title",),
)
