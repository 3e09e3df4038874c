"""Judge the Mexican pack as a whole: that its form can be filled in and every risk has its tier."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.answers import (
    asked,
    problems,
    prohibited,
)
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.conditions import holds
from sandbox.domain.eligibility import check
from sandbox.domain.gates import gate_state
from sandbox.domain.monitoring import Level, judge
from sandbox.domain.packs import (
    Answers,
    EligibilityVerdict,
    QuestionKind,
    QuestionSpec,
    RequirementKind,
    Text,
    TierSpec,
    Who,
)
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.packs.checking import most_points
from sandbox.packs.loading import load_packs
from tests.packs.gates import facts_of_everything, facts_of_nothing, gates_of

PACK = load_packs().current("mx")
ORDER = [tier.key for tier in PACK.tiers]
LIVE_TIERS = [tier for tier in PACK.tiers if not tier.prohibited]
FREE_TEXT = (QuestionKind.TEXT, QuestionKind.LONG_TEXT)


def every_question() -> Iterator[QuestionSpec]:
    for question in (*PACK.questions.values(), *PACK.eligibility.questions):
        yield question
        yield from question.columns


def some_answer(question: QuestionSpec, chance: random.Random) -> object:
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            assert question.example is not None
            return question.example.in_("es")
        case QuestionKind.NUMBER:
            return str(question.maximum)
        case QuestionKind.MONEY:
            return 1_000_000_00
        case QuestionKind.DATE:
            return "2024-02-05"
        case QuestionKind.CHOICE | QuestionKind.YES_NO:
            return chance.choice([option.value for option in question.options] or ["yes", "no"])
        case QuestionKind.MANY:
            if question.minimum:
                return [option.value for option in question.options]
            return [option.value for option in question.options if chance.random() < 0.5] or [
                question.options[-1].value
            ]
        case QuestionKind.ROWS:
            return [{column.key: some_answer(column, chance) for column in question.columns}]
        case QuestionKind.FILE:
            return ["0b0e9f5e-4c0f-4d4e-8f3e-1f6a3c2d7b11"]
        case QuestionKind.ORGANISATION:
            return [{"name": "Río Claro", "tax_number": "RCL010203XY1"}]


def filled_in(seed: int) -> Answers:
    """Answer question after question as a person would: only what is asked."""
    chance = random.Random(seed)
    answers: dict[str, object] = {}
    for question in PACK.questions.values():
        if holds(question.ask_if, answers):
            answers[question.key] = some_answer(question, chance)
    return answers


# --- the form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_form_can_be_filled_in(seed):
    assert problems(PACK, filled_in(seed)) == ()


def test_every_question_is_asked_of_somebody():
    seen = {question.key for seed in range(60) for question in asked(PACK, filled_in(seed))}
    assert seen == set(PACK.questions)


def test_empty_form_is_not_complete():
    required = {
        question.key
        for question in PACK.questions.values()
        if question.required and question.ask_if is None
    }
    assert {problem.question for problem in problems(PACK, {})} == required


MOST_WORDS_OF_FORMAT = 4


def test_every_free_text_has_an_example_within_its_limit():
    for question in every_question():
        if question.kind in FREE_TEXT:
            assert question.example is not None, question.key
            assert (question.max_words is None) is (question.format is not None), question.key
            for language in PACK.languages:
                example = question.example.in_(language)
                assert len(example.split()) <= (question.max_words or MOST_WORDS_OF_FORMAT)


def test_every_principle_is_asked_about_in_its_own_words():
    for principle in PACK.principles:
        question = PACK.questions[f"principle_{principle.code.lower()}"]
        assert question.label == principle.name
        assert question.hint == principle.asks


def test_reliefs_offer_the_kinds_of_relief_in_their_own_words():
    reliefs = PACK.questions[PACK.coordination.reliefs_question]
    kind = next(column for column in reliefs.columns if column.key == "kind")
    assert [(option.value, option.label) for option in kind.options] == [
        (relief.key, relief.name) for relief in PACK.relief_kinds
    ]


def test_places_are_the_states_of_mexico():
    assert len(PACK.questions["places"].options) == 32


def test_sector_opens_a_short_module_and_whoever_is_in_none_goes_on():
    section = PACK.section("sectors")
    asked_of = {
        option.value: len(
            [q for q in asked(PACK, {"sectors": [option.value]}) if q in section.questions]
        )
        for option in PACK.questions["sectors"].options
    }
    assert asked_of.pop("none") == 1
    assert all(3 <= number <= 6 for number in asked_of.values()), asked_of


def test_whoever_keeps_the_data_in_mexico_answers_two_questions_on_sovereignty():
    section = PACK.section("sovereignty")
    at_home = {"personal_data": "yes", "data_places": ["own"], "foreign_dependence": "no"}
    abroad = at_home | {"data_places": ["europe"]}
    shown = [
        [q.key for q in asked(PACK, each) if q in section.questions] for each in (at_home, abroad)
    ]
    assert shown[0] == ["data_places", "foreign_dependence"]
    assert set(shown[1]) - set(shown[0]) == {"transfer_basis", "foreign_access"}


def test_public_body_undertakes_everything_and_publishes_the_record_of_its_system():
    answers = {"sectors": ["public_administration"]}
    duties = [option.value for option in PACK.questions["public_duties"].options]
    assert "public_duties" in {
        p.question for p in problems(PACK, answers | {"public_duties": duties[:3]})
    }
    assert "public_duties" not in {
        p.question for p in problems(PACK, answers | {"public_duties": duties})
    }
    assert "algorithm_record" in PACK.public_fields


@pytest.mark.parametrize(
    "answers",
    [
        {"sectors": ["public_security"], "security_uses": ["public_space"]},
        {"sectors": ["public_security"], "security_uses": ["predicts_places"]},
        {"sectors": ["health"], "health_use": "acts"},
        {"sectors": ["energy"], "energy_control": "grid"},
        {"sectors": ["telecommunications"], "communications_read": "content"},
        {"sectors": ["public_administration"], "denies_unsigned": "yes"},
    ],
    ids=lambda answers: list(answers.values())[1],
)
def test_grave_use_of_a_sector_is_high_at_least(answers):
    assert tiering(PACK, answers).tier == "high"
    # What was answered for a sector that is no longer chosen raises nothing.
    assert tiering(PACK, answers | {"sectors": ["none"]}).tier == "minimal"


def test_no_contact_detail_is_public():
    assert not {key for key in PACK.public_fields if key.startswith(("contact", "tax"))}


def texts(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from texts(getattr(value, part.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)


def test_texts_are_translated_and_well_set():
    found = list(texts(PACK))
    assert len(found) > 700
    for text in found:
        spanish, english = text.in_("es"), text.in_("en")
        # Names of people, states and firms are the same in both languages; sentences are not.
        assert spanish != english or len(spanish.split()) <= 9, spanish
        for words in (spanish, english):
            assert "  " not in words, words
            assert "\n" not in words, words
        assert ("¿" in spanish) == ("?" in spanish), spanish
        assert spanish.endswith(("?", ".")) == english.endswith(("?", ".")), spanish


# --- risk ----------------------------------------------------------------------------------------


def test_every_number_of_points_has_exactly_one_tier():
    for points in range(most_points(PACK) + 1):
        fitting = [
            tier.key
            for tier in PACK.tiers
            if tier.min_points is not None
            and tier.min_points <= points
            and (tier.max_points is None or points <= tier.max_points)
        ]
        assert len(fitting) == 1, points


def tier_expected(answers: Answers) -> tuple[int, str]:
    """Find the tier another way: from sums and rules, not from the reasons."""
    counting = {question.key: answers.get(question.key) for question in asked(PACK, answers)}
    counting = {key: value for key, value in counting.items() if value}
    points = 0
    for key, value in counting.items():
        question = PACK.questions[key]
        chosen = value if isinstance(value, list) else [value]
        points += sum(option.points for option in question.options if option.value in chosen)
        if question.kind is QuestionKind.YES_NO and value == "yes":
            points += question.points
    [by_points] = [
        ORDER.index(tier.key)
        for tier in PACK.tiers
        if tier.min_points is not None
        and tier.min_points <= points <= (10**6 if tier.max_points is None else tier.max_points)
    ]
    raised = [ORDER.index(r.at_least) for r in PACK.hard_rules if holds(r.when, counting)]
    return points, ORDER[max([by_points, *raised])]


def risk_answers() -> st.SearchStrategy[dict[str, object]]:
    """Any combination of answers that counts, complete or not, sensible or not."""
    values: dict[str, st.SearchStrategy[object]] = {}
    for question in PACK.questions.values():
        if question.kind is QuestionKind.CHOICE:
            values[question.key] = st.sampled_from([option.value for option in question.options])
        elif question.kind is QuestionKind.MANY:
            options = [option.value for option in question.options]
            values[question.key] = st.lists(st.sampled_from(options), unique=True)
        elif question.kind is QuestionKind.YES_NO:
            values[question.key] = st.sampled_from(["yes", "no"])
    return st.fixed_dictionaries({}, optional=values)


@given(risk_answers())
@settings(max_examples=200, deadline=None)
def test_any_answers_lead_to_one_tier_with_its_reasons(answers):
    found = tiering(PACK, answers)
    assert (found.points, found.tier) == tier_expected(answers)
    assert found.points == sum(reason.points for reason in found.reasons)
    assert (found.tier == "prohibited") == bool(prohibited(PACK, answers))


def test_every_combination_that_a_hard_rule_looks_at_resolves():
    areas = ["health", "justice", "education", "none"]
    autonomies = [option.value for option in PACK.questions["autonomy"].options]
    scales = ["up_to_100", "more"]
    reversibilities = ["easily", "not"]
    systems = ["none", "critical"]
    minors = ["minors", "none"]
    biometrics = [(None, None), ("verification", None), ("analysis", None)]
    biometrics += [("identification", "no"), ("identification", "yes")]
    reached = set()
    for area, autonomy, scale, reversibility, system, minor, (use, public) in product(
        areas, autonomies, scales, reversibilities, systems, minors, biometrics
    ):
        answers: dict[str, object] = {
            "decision_areas": [area],
            "autonomy": autonomy,
            "people_affected": scale,
            "reversibility": reversibility,
            "physical_systems": system,
            "vulnerable_groups": [minor],
            "personal_data": "yes" if use else "no",
            "prohibited_practices": ["none"],
        }
        if use is not None:
            answers |= {"sensitive_data": ["biometric"], "biometric_use": use}
        if public is not None:
            answers["biometric_public_space"] = public
        found = tiering(PACK, answers).tier
        assert found == tier_expected(answers)[1]
        reached.add(found)
    assert reached == {"minimal", "limited", "high"}


@pytest.mark.parametrize("use", PACK.prohibited_uses, ids=lambda use: use.key)
def test_prohibited_use_is_flagged_and_leads_to_the_prohibited_tier(use):
    answers = {"prohibited_practices": [use.key]}
    assert prohibited(PACK, answers) == (use,)
    assert tiering(PACK, answers).tier == "prohibited"


def test_none_is_never_prohibited_and_never_counts():
    answers = {
        key: ["none"]
        for key, question in PACK.questions.items()
        if question.kind is QuestionKind.MANY and question.option("none")
    }
    assert len(answers) >= 5
    assert tiering(PACK, answers).tier == "minimal"
    assert tiering(PACK, answers).points == 0


def test_identification_in_public_is_high_at_least():
    answers = {
        "personal_data": "yes",
        "sensitive_data": ["biometric"],
        "biometric_use": "identification",
        "biometric_public_space": "yes",
    }
    assert tiering(PACK, answers).tier == "high"
    # The answer left behind by a change of mind raises nothing.
    assert tiering(PACK, answers | {"personal_data": "no"}).tier == "minimal"


# --- stages and gates ----------------------------------------------------------------------------


def requirements_of(tier: TierSpec) -> list:
    return [
        *(requirement for stage in tier.stages for requirement in stage.gate),
        *tier.completion,
    ]


def test_stage_plans_are_those_of_the_programme():
    assert {tier.key: [stage.key for stage in tier.stages] for tier in PACK.tiers} == {
        "minimal": ["plan", "controlled_test", "exit"],
        "limited": ["plan", "laboratory", "limited_pilot", "exit"],
        "high": ["plan", "laboratory", "closed_pilot", "staged_expansion", "exit", "follow_up"],
        "prohibited": [],
    }


def test_gates_grow_with_the_tier():
    counts = [len(requirements_of(tier)) for tier in LIVE_TIERS]
    conditions = [len(tier.start_conditions) for tier in LIVE_TIERS]
    metrics = [len(tier.metrics) for tier in LIVE_TIERS]
    assert counts == sorted(set(counts))
    assert conditions == sorted(set(conditions))
    assert metrics == sorted(set(metrics))


def test_approvals_widen_with_the_tier():
    by = {
        tier.key: {r.by for r in requirements_of(tier) if r.kind is RequirementKind.APPROVAL}
        for tier in LIVE_TIERS
    }
    assert by["minimal"] == {Who.LEAD}
    assert by["limited"] == {Who.LEAD, Who.ASSOCIATES}
    assert Who.EVERY_AUTHORITY in by["high"]


def test_live_stages_of_high_risk_need_two_persons_of_every_authority():
    live = [stage for stage in PACK.tier("high").stages if stage.live]
    assert [stage.key for stage in live] == ["closed_pilot", "staged_expansion"]
    for stage in live:
        approvals = [r for r in stage.gate if r.kind is RequirementKind.APPROVAL]
        assert [(r.by, r.persons) for r in approvals] == [(Who.EVERY_AUTHORITY, 2)]


def test_no_test_with_people_begins_before_its_start_conditions():
    for tier in LIVE_TIERS:
        first_live = next(stage for stage in tier.stages if stage.live)
        assert RequirementKind.START_CONDITIONS in {r.kind for r in first_live.gate}


def test_every_live_stage_is_left_only_with_reports_and_without_serious_incidents():
    for tier in LIVE_TIERS:
        for left, entered in zip(tier.stages, tier.stages[1:], strict=False):
            if left.live:
                kinds = {requirement.kind for requirement in entered.gate}
                assert {
                    RequirementKind.REPORT_ACCEPTED,
                    RequirementKind.METRICS_WITHIN,
                    RequirementKind.NO_OPEN_INCIDENT,
                    RequirementKind.MINIMUM_DAYS,
                } <= kinds


@pytest.mark.parametrize("tier", LIVE_TIERS, ids=lambda tier: tier.key)
def test_every_gate_is_closed_at_first_and_can_be_opened(tier):
    nothing = facts_of_nothing(PACK, tier)
    for stage, gate in gates_of(tier):
        assert not any(state.holds for state in gate_state(gate, nothing, stage).requirements)
        assert gate_state(gate, facts_of_everything(PACK, tier, gate), stage).is_open


def test_metrics_judge_their_own_thresholds():
    for metric in PACK.metrics:
        assert judge(metric, metric.target) is Level.WITHIN
        assert judge(metric, metric.warning) is Level.WARNING
        assert judge(metric, metric.breach) is Level.BREACH
    assert PACK.metric("availability").warning == Decimal("97.5")


# --- coordination, calendar, eligibility ---------------------------------------------------------


def relief(law: str) -> dict[str, object]:
    row = {"law": law, "provision": "9", "kind": "waiver", "asked": "a", "why": "b"}
    return {"reliefs": [row]}


@pytest.mark.parametrize(
    ("law", "lead"),
    [
        ("lfpdppp", "INAI"),
        ("lgpdppso", "INAI"),
        ("lgtaip", "INAI"),
        ("lftr", "IFT"),
        ("lfce", "COFECE"),
        ("lfpc", "COFECE"),
        ("other", None),
    ],
)
def test_relief_leads_to_the_authority_of_its_law(law, lead):
    assert propose(PACK, relief(law), date(2024, 2, 5)).lead == lead


def test_relief_outweighs_an_answer():
    answers = relief("lftr") | {"personal_data": "yes", "market_effects": ["ranks_offers"]}
    found = propose(PACK, answers, date(2024, 2, 5))
    assert (found.lead, found.associates) == ("IFT", ("INAI", "COFECE"))


def test_every_competence_can_be_touched():
    touched = {code for question in every_question() for code in question.competences}
    touched |= {c for q in every_question() for option in q.options for c in option.competences}
    assert touched == {competence.code for competence in PACK.competences}


@pytest.mark.parametrize(
    ("day", "is_business"),
    [
        (date(2024, 2, 5), False),  # Constitution Day, kept on the first Monday of February
        (date(2024, 3, 28), False),  # a day off of the programme's own
        (date(2024, 3, 27), True),
        (date(2024, 9, 16), False),
    ],
)
def test_calendar_knows_mexican_days(day, is_business):
    assert BusinessCalendar.from_spec(PACK.calendar).is_business_day(day) is is_business


GOOD = {
    "uses_ai": "yes",
    "in_mexico": "yes",
    "harmful_practice": "no",
    "stage_reached": "prototype",
    "obstacle": "forbidden",
    "whose_rule": "programme",
    "can_be_limited": "yes",
    "can_compensate": "yes",
}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, EligibilityVerdict.LIKELY),
        ({"obstacle": "no_rule"}, EligibilityVerdict.LIKELY),
        ({"whose_rule": "partly"}, EligibilityVerdict.LIKELY),
        ({"uses_ai": "no"}, EligibilityVerdict.GUIDANCE),
        ({"obstacle": "question"}, EligibilityVerdict.GUIDANCE),
        ({"obstacle": "nothing"}, EligibilityVerdict.GUIDANCE),
        ({"whose_rule": "other"}, EligibilityVerdict.GUIDANCE),
        ({"stage_reached": "on_the_market"}, EligibilityVerdict.GUIDANCE),
        ({"stage_reached": "idea"}, EligibilityVerdict.NOT_YET),
        ({"can_be_limited": "no"}, EligibilityVerdict.NOT_YET),
        ({"can_compensate": "no"}, EligibilityVerdict.NOT_YET),
        ({"harmful_practice": "yes"}, EligibilityVerdict.NOT_POSSIBLE),
        ({"in_mexico": "no"}, EligibilityVerdict.NOT_POSSIBLE),
    ],
)
def test_eligibility_check_gives_its_verdict_with_a_reason(change, verdict):
    found = check(PACK.eligibility, GOOD | change)
    assert found.verdict is verdict
    assert found.reasons


def test_every_way_through_the_eligibility_check_ends_with_a_reason():
    questions = PACK.eligibility.questions
    ways = product(
        *([option.value for option in question.options] or ["yes", "no"] for question in questions)
    )
    for way in ways:
        answers = dict(zip([question.key for question in questions], way, strict=True))
        assert check(PACK.eligibility, answers).reasons, answers


# --- numbers that texts repeat -------------------------------------------------------------------


@pytest.mark.parametrize("language", PACK.languages)
def test_texts_repeat_the_length_of_the_decision_clock(language):
    days = f" {PACK.clock('decision').length} "
    hint = PACK.questions["start_date"].hint
    steps = [step.in_(language) for step in PACK.programme.how_it_works]
    assert hint is not None
    assert days in hint.in_(language)
    assert [days in step for step in steps].count(True) == 1


def test_incidents_are_reported_within_a_day_three_days_or_fifteen():
    classes = [(each.key, each.report_hours, each.serious) for each in PACK.incident_classes]
    assert classes == [
        ("critical", 24, True),
        ("serious", 72, True),
        ("minor", 15 * 24, False),
    ]
