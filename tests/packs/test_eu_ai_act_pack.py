"""Judge the pack of the AI Act's sandbox: terms and classes of the Act, a form that can be used."""

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.answers import (
    asked,
    problems,
    prohibited,
)
from sandbox.domain.calendar import BusinessCalendar, Stop, add_months, read_clock
from sandbox.domain.conditions import holds
from sandbox.domain.eligibility import check
from sandbox.domain.gates import gate_state
from sandbox.domain.monitoring import Level, judge
from sandbox.domain.packs import (
    Answers,
    ClockUnit,
    DecisionRule,
    EligibilityVerdict,
    Ending,
    QuestionKind,
    QuestionSpec,
    RequirementKind,
    Silence,
    TierSpec,
    Who,
)
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.packs.checking import each_text
from sandbox.packs.comparing import compare
from sandbox.packs.loading import DATA, load_packs, validate
from sandbox.trials.services.opening import first_wording, public_part
from tests.packs.gates import facts_of_everything, facts_of_nothing, gates_of

PACK = load_packs().current("eu-ai-act")
FORMER = load_packs().get("eu-ai-act", "1.0.0")
MADRID = BusinessCalendar.from_spec(PACK.calendar)
LIVE_TIERS = [tier for tier in PACK.tiers if not tier.prohibited]
FREE_TEXT = (QuestionKind.TEXT, QuestionKind.LONG_TEXT)
ON = date(2026, 3, 2)


def every_question() -> Iterator[QuestionSpec]:
    for question in (*PACK.questions.values(), *PACK.eligibility.questions):
        yield question
        yield from question.columns


def some_answer(question: QuestionSpec, chance: random.Random) -> object:
    options = [option.value for option in question.options]
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.LONG_TEXT:
            assert question.example is not None
            return question.example.in_("es")
        case QuestionKind.NUMBER:
            return str(question.maximum)
        case QuestionKind.MONEY:
            return 1_000_000_00
        case QuestionKind.DATE:
            return "2026-09-01"
        case QuestionKind.CHOICE:
            return chance.choice(options)
        case QuestionKind.YES_NO:
            return chance.choice(["yes", "no"])
        case QuestionKind.MANY:
            return [value for value in options if chance.random() < 0.5] or [options[-1]]
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


# --- the pack as a whole -------------------------------------------------------------------------


def test_pack_is_sound_and_nothing_in_it_is_odd():
    found = validate(DATA / "eu-ai-act" / PACK.version)
    assert (found.problems, found.warnings) == ((), ())
    assert len(found.proofs) == 8


def test_texts_are_whole_and_well_set_in_both_languages():
    found = [text for _, text in each_text(PACK)]
    assert len(found) > 500
    for text in found:
        assert set(text.by_language) == {"es", "en"}
        spanish, english = text.in_("es"), text.in_("en")
        # Names of people, places and firms are the same in both languages; sentences are not.
        assert spanish != english or len(spanish.split()) <= 9, spanish
        for words in (spanish, english):
            assert words == words.strip() != ""
            assert "  " not in words, words
            assert "\n" not in words, words
        assert ("¿" in spanish) == ("?" in spanish) == ("?" in english), spanish
        assert spanish.endswith(("?", ".")) == english.endswith(("?", ".")), spanish


def test_no_mexican_word_is_left():
    strange = re.compile(
        r"m[ée]xic|\b(rfc|pesos?|inai|ift|cofece|ania|lada|dependencias)\b", re.IGNORECASE
    )
    found = [
        words
        for _, text in each_text(PACK)
        for words in text.by_language.values()
        if strange.search(words)
    ]
    assert found == []


# --- the form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_form_can_be_filled_in(seed):
    assert problems(PACK, filled_in(seed)) == ()


def test_form_has_eight_sections_and_every_question_is_asked_of_somebody():
    assert len(PACK.sections) == 8
    assert 40 <= len(PACK.questions) <= 60
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


def test_requests_offer_the_kinds_of_relief_in_their_own_words():
    requests = PACK.questions[PACK.coordination.reliefs_question]
    kind = next(column for column in requests.columns if column.key == "kind")
    assert [(option.value, option.label) for option in kind.options] == [
        (relief.key, relief.name) for relief in PACK.relief_kinds
    ]


def test_only_what_cannot_be_confidential_is_public():
    public = [PACK.questions[key] for key in PACK.public_fields]
    assert [question.key for question in public if question.may_be_confidential] == []
    assert not {key for key in PACK.public_fields if key.startswith(("contact", "tax"))}


def test_what_may_be_marked_confidential_is_public_by_presumption_unless_it_is_marked():
    before, mexican = FORMER, load_packs().current("mx")
    for rules, is_presumed in ((PACK, True), (before, False), (mexican, False)):
        markable = {
            key: "x"
            for key, question in rules.questions.items()
            if question.may_be_confidential and question.kind is not QuestionKind.FILE
        }
        assert len(markable) > 3
        assert public_part(rules, markable, []) == (markable if is_presumed else {})
        assert public_part(rules, markable, list(markable)) == {}
        assert rules.disclosed_fields[: len(rules.public_fields)] == rules.public_fields
    files = {key for key, each in PACK.questions.items() if each.kind is QuestionKind.FILE}
    kept = {key for key in PACK.questions if key.startswith(("contact", "tax"))}
    assert files
    assert kept
    assert not set(PACK.disclosed_fields) & (files | kept)


def test_version_that_presumes_changes_nothing_else():
    assert (FORMER.version, PACK.version) == ("1.0.0", "1.1.0")
    assert [(each.path, each.after) for each in compare(FORMER, PACK)] == [
        ("disclosure_is_presumed", True),
    ]


def test_consent_and_safeguards_are_asked_for_testing_in_real_world_conditions():
    def keys(**answers: str) -> set[str]:
        return {question.key for question in asked(PACK, answers)}

    more = keys(real_world="yes") - keys(real_world="no")
    assert more == {
        "participants",
        "vulnerable_groups",
        "informed_consent",
        "reversibility",
        "real_world_plan",
    }


# --- the figures of the Act and of the draft -----------------------------------------------------


def test_decision_is_due_in_three_months_and_silence_means_nothing():
    clock = PACK.clock("decision")
    assert (clock.unit, clock.length, clock.silence) == (ClockUnit.MONTHS, 3, Silence.NONE)
    assert read_clock(clock, MADRID, ON, [], ON).due_on == date(2026, 6, 2)
    # What is asked of the company stops it: from the ninth to the nineteenth are ten days.
    stop = Stop(date(2026, 3, 9), date(2026, 3, 19), "returned")
    assert read_clock(clock, MADRID, ON, [stop], ON + timedelta(days=60)).due_on == date(
        2026, 6, 12
    )


def test_exit_report_is_due_in_two_months_for_which_the_last_stage_leaves_room():
    clock = PACK.clock("exit_report")
    assert (clock.unit, clock.length) == (ClockUnit.MONTHS, 2)
    for tier in LIVE_TIERS:
        assert (tier.stages[-1].key, tier.stages[-1].max_days) == ("exit", longest_term(2))
        report = next(each for each in tier.completion if each.key == "exit_report")
        assert (report.kind, report.by, report.may_be_waived) == (
            RequirementKind.DOCUMENT,
            Who.LEAD,
            False,
        )


def test_nothing_is_concluded_before_its_publication_was_agreed():
    for tier in LIVE_TIERS:
        agreed = next(each for each in tier.completion if each.key == "publication_agreed")
        assert (agreed.by, agreed.may_be_waived) == (Who.COMPANY, False)


def test_serious_incidents_are_reported_in_two_ten_or_fifteen_days():
    classes = {each.key: (each.report_hours, each.serious) for each in PACK.incident_classes}
    assert classes == {
        "widespread": (2 * 24, True),
        "death": (10 * 24, True),
        "serious": (15 * 24, True),
        "deviation": (30 * 24, False),
    }
    reactions = {each.key: each.reaction_days for each in PACK.incident_classes if each.serious}
    assert reactions == dict.fromkeys(("widespread", "death", "serious"), 7)


def test_admission_is_judged_by_the_five_criteria_of_the_draft():
    assert [criterion.key for criterion in PACK.criteria] == [
        "challenge",
        "learning",
        "public_interest",
        "maturity",
        "innovation",
    ]
    asked_about = {key for question in PACK.questions.values() for key in question.criteria}
    assert asked_about == {criterion.key for criterion in PACK.criteria}


def test_plan_has_the_fields_of_the_draft_and_real_world_testing_only_if_any():
    assert {field.key: field.required for field in PACK.plan_fields} == {
        "participant_and_system": True,
        "timeline": True,
        "objectives": True,
        "legal_requirements": True,
        "personal_data_plan": True,
        "risk_safeguards": True,
        "incident_procedure": True,
        "real_world_testing": False,
        "confidential_parts": True,
    }


def test_tests_end_early_on_the_three_grounds():
    assert [kind.code for kind in PACK.exits(Ending.EARLY)] == [
        "plan_breached",
        "risk_not_mitigable",
        "participant_request",
    ]


@pytest.mark.parametrize("language", PACK.languages)
def test_texts_repeat_the_figures(language):
    words = {"es": ("tres meses", "seis meses", "dos meses"), "en": ("three", "six", "two months")}
    steps = " ".join(step.in_(language) for step in PACK.programme.how_it_works)
    hint = PACK.questions["start_date"].hint
    procedure = PACK.questions["incident_procedure"].hint
    assert hint is not None
    assert procedure is not None
    assert all(figure in steps for figure in words[language])
    assert words[language][0] in hint.in_(language)
    days = [hours // 24 for hours in sorted(c.report_hours for c in PACK.incident_classes)[:3]]
    assert ("{}, {} o {}" if language == "es" else "{}, {} or {}").format(*days) in procedure.in_(
        language
    )


# --- classes of risk -----------------------------------------------------------------------------

NOTHING: dict[str, object] = {
    "practices": ["none"],
    "regulated_product": "none",
    "high_risk_areas": ["none"],
    "transparency_uses": ["none"],
}


@pytest.mark.parametrize(
    ("answers", "tier"),
    [
        ({}, "minimal"),
        ({"transparency_uses": ["interacts"]}, "limited"),
        ({"transparency_uses": ["deep_fakes", "generates"]}, "limited"),
        ({"regulated_product": "medical"}, "high"),
        ({"regulated_product": "machinery", "transparency_uses": ["interacts"]}, "high"),
        ({"high_risk_areas": ["employment"], "narrow_task": "none"}, "high"),
        # Article 6(3): a narrow task is excepted, and so is not one that profiles people.
        (
            {"high_risk_areas": ["education"], "narrow_task": "preparatory", "profiling": "no"},
            "limited",
        ),
        (
            {"high_risk_areas": ["education"], "narrow_task": "preparatory", "profiling": "yes"},
            "high",
        ),
        # An exception claimed for a product of Annex I changes nothing.
        (
            {
                "high_risk_areas": ["infrastructure"],
                "narrow_task": "procedural",
                "profiling": "no",
                "regulated_product": "vehicles",
            },
            "high",
        ),
        # The answer left behind by a change of mind raises nothing.
        ({"high_risk_areas": ["none"], "narrow_task": "none"}, "minimal"),
        ({"practices": ["emotions"], "regulated_product": "medical"}, "prohibited"),
    ],
)
def test_class_follows_the_logic_of_the_act(answers, tier):
    assert tiering(PACK, NOTHING | answers).tier == tier


@pytest.mark.parametrize("area", [o.value for o in PACK.questions["high_risk_areas"].options[:-1]])
def test_every_area_of_annex_three_is_high_unless_it_is_excepted(area):
    answers = NOTHING | {"high_risk_areas": [area]}
    assert tiering(PACK, answers | {"narrow_task": "none"}).tier == "high"
    for task in ("procedural", "improves", "patterns", "preparatory"):
        excepted = answers | {"narrow_task": task, "profiling": "no"}
        assert tiering(PACK, excepted).tier == "limited"


@pytest.mark.parametrize("use", PACK.prohibited_uses, ids=lambda use: use.key)
def test_every_practice_of_article_five_is_refused(use):
    answers = NOTHING | {"practices": [use.key]}
    assert prohibited(PACK, answers) == (use,)
    assert tiering(PACK, answers).tier == "prohibited"


def test_practices_are_the_eight_of_article_five():
    offered = [option.value for option in PACK.questions["practices"].options]
    assert offered == [*(use.key for use in PACK.prohibited_uses), "none"]
    assert len(PACK.prohibited_uses) == 8


@given(st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_any_answers_lead_to_one_class_by_rules_alone(seed):
    answers = filled_in(seed)
    found = tiering(PACK, answers)
    fired = {rule.at_least for rule in PACK.hard_rules if holds(rule.when, answers)}
    severest = [key for key in ("prohibited", "high", "limited") if key in fired] or ["minimal"]
    assert (found.tier, found.points) == (severest[0], 0)
    assert (found.tier == "prohibited") == bool(prohibited(PACK, answers))


# --- stages and gates ----------------------------------------------------------------------------


def requirements_of(tier: TierSpec) -> list:
    return [*(each for stage in tier.stages for each in stage.gate), *tier.completion]


def test_stage_plans_are_those_of_the_programme():
    assert {tier.key: [stage.key for stage in tier.stages] for tier in PACK.tiers} == {
        "minimal": ["plan", "supervised_test", "exit"],
        "limited": ["plan", "development", "supervised_test", "exit"],
        "high": ["plan", "development", "real_world_testing", "real_world_extension", "exit"],
        "prohibited": [],
    }


def test_gates_start_conditions_and_metrics_grow_with_the_tier():
    for measure in (requirements_of, lambda t: t.start_conditions, lambda t: t.metrics):
        counts = [len(measure(tier)) for tier in LIVE_TIERS]
        assert counts == sorted(set(counts))


def longest_term(months: int) -> int:
    """Return the most days that so many months can have."""
    days = [date(2027, 1, 1) + timedelta(days=each) for each in range(800)]
    return max((add_months(day, months) - day).days for day in days)


def test_real_world_testing_lasts_six_months_and_is_extended_by_six_at_most():
    high = PACK.tier("high")
    longest = longest_term(6)
    for key in ("real_world_testing", "real_world_extension"):
        stage = high.stage(key)
        assert (stage.live, stage.max_days) == (True, longest)


def test_people_are_exposed_only_after_consent_plan_and_two_persons_of_every_authority():
    gate = {each.key: each for each in PACK.tier("high").stage("real_world_testing").gate}
    for key in ("consent_of_participants", "real_world_plan", "technical_file"):
        assert gate[key].kind is RequirementKind.DOCUMENT
    # Nothing that concerns people can be waived without the authorities seeing it.
    approval = gate["real_world_authorities"]
    assert not approval.may_be_waived
    assert (approval.by, approval.persons) == (Who.EVERY_AUTHORITY, 2)
    assert gate["start_conditions"].kind is RequirementKind.START_CONDITIONS
    owned = {condition.key for condition in PACK.tier("high").start_conditions}
    assert {"union_database", "consent_forms", "liability_cover"} <= owned


def test_the_extension_is_asked_for_and_agreed_to_anew_or_passed_over():
    high = PACK.tier("high")
    gate = {each.key: each for each in high.stage("real_world_extension").gate}
    assert gate["extension_notice"].may_be_waived
    assert gate["extension_consent"].may_be_waived
    assert not gate["extension_lead"].may_be_waived
    left = {each.key: each for each in high.stage("exit").gate}
    assert left["extension_days"].may_be_waived
    assert left["extension_reports"].may_be_waived


NEEDS_A_TEST = {
    RequirementKind.START_CONDITIONS,
    RequirementKind.METRICS_WITHIN,
    RequirementKind.MINIMUM_DAYS,
}


@pytest.mark.parametrize("tier", LIVE_TIERS, ids=lambda tier: tier.key)
def test_what_only_a_test_with_people_can_satisfy_may_be_waived(tier):
    gates = [(stage, *place) for stage, *place in zip(tier.stages, tier.stages[1:], strict=False)]
    for before, after in gates:
        for each in after.gate:
            is_of_the_test = each.kind in NEEDS_A_TEST
            is_of_the_test |= before.live and each.kind is RequirementKind.REPORT_ACCEPTED
            assert each.may_be_waived or not is_of_the_test, each.key
            # Whoever waives it does not open the gate alone, and no incident is passed over.
            if each.kind in {RequirementKind.APPROVAL, RequirementKind.NO_OPEN_INCIDENT}:
                assert not each.may_be_waived, each.key


def test_no_test_with_people_begins_before_its_plan_and_start_conditions():
    for tier in LIVE_TIERS:
        place = next(index for index, stage in enumerate(tier.stages) if stage.live)
        before = {each.kind for stage in tier.stages[: place + 1] for each in stage.gate}
        assert {RequirementKind.PLAN_AGREED, RequirementKind.START_CONDITIONS} <= before


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


# --- coordination, calendar, eligibility ----------------------------------------------------------


@given(st.integers(0, 10**6), st.lists(st.sampled_from(["gdpr", "medical_devices"]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_competent_authority_leads_whatever_is_answered(seed, acts):
    row = {"provision": "9", "kind": "guidance", "asked": "a", "why": "b"}
    answers = {**filled_in(seed), "requests": [{**row, "act": act} for act in acts]}
    assert propose(PACK, answers, ON).lead == "AESIA"


@pytest.mark.parametrize(
    ("answers", "associates"),
    [
        ({}, ()),
        ({"personal_data": "yes"}, ("AEPD",)),
        ({"regulated_product": "medical"}, ("AEMPS",)),
        ({"personal_data": "yes", "regulated_product": "medical"}, ("AEPD", "AEMPS")),
    ],
)
def test_other_authorities_are_associated_where_the_answers_concern_them(answers, associates):
    found = propose(PACK, {"participant_role": "provider"} | answers, ON)
    assert (found.lead, found.associates) == ("AESIA", associates)


def test_competent_authority_decides():
    assert PACK.coordination.decision_rule is DecisionRule.LEAD_DECIDES


def test_every_competence_can_be_touched():
    touched = {code for question in every_question() for code in question.competences}
    touched |= {c for q in every_question() for option in q.options for c in option.competences}
    assert touched == {competence.code for competence in PACK.competences}


@pytest.mark.parametrize(
    ("day", "is_business"),
    [
        (date(2026, 10, 12), False),  # the national holiday of Spain
        (date(2026, 12, 8), False),
        (date(2026, 9, 16), True),  # a holiday elsewhere
        (date(2026, 2, 2), True),
    ],
)
def test_calendar_knows_spanish_days(day, is_business):
    assert MADRID.is_business_day(day) is is_business


GOOD = {
    "is_ai_system": "yes",
    "excluded_use": "no",
    "prohibited_practice": "no",
    "role": "provider",
    "stage_reached": "development",
    "challenge_kind": "unclear_rule",
}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, EligibilityVerdict.LIKELY),
        ({"challenge_kind": "real_world", "can_protect": "yes"}, EligibilityVerdict.LIKELY),
        ({"role": "deployer_with_provider"}, EligibilityVerdict.LIKELY),
        ({"is_ai_system": "no"}, EligibilityVerdict.GUIDANCE),
        ({"challenge_kind": "classification"}, EligibilityVerdict.GUIDANCE),
        ({"challenge_kind": "certificate"}, EligibilityVerdict.GUIDANCE),
        ({"stage_reached": "on_the_market"}, EligibilityVerdict.GUIDANCE),
        ({"stage_reached": "substantial_change"}, EligibilityVerdict.LIKELY),
        ({"stage_reached": "idea"}, EligibilityVerdict.NOT_YET),
        ({"role": "deployer_alone"}, EligibilityVerdict.NOT_YET),
        ({"challenge_kind": "real_world", "can_protect": "no"}, EligibilityVerdict.NOT_YET),
        ({"prohibited_practice": "yes"}, EligibilityVerdict.NOT_POSSIBLE),
        ({"excluded_use": "yes"}, EligibilityVerdict.NOT_POSSIBLE),
    ],
)
def test_eligibility_check_gives_its_verdict_with_a_reason(change, verdict):
    found = check(PACK.eligibility, GOOD | change)
    assert found.verdict is verdict
    assert found.reasons


def test_plan_takes_over_no_answer_that_the_company_marked_as_confidential():
    answers = {"risk_safeguards": "Un secreto", "objectives": "Aprender."}
    shared = {spec.key for spec in PACK.plan_fields} & set(answers)
    assert "risk_safeguards" in shared
    assert set(first_wording(PACK, answers, ())) == shared
    assert set(first_wording(PACK, answers, {"risk_safeguards"})) == shared - {"risk_safeguards"}
