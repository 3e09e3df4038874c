from itertools import product

import pytest

from sandbox.domain.packs import AllOf, Answers, HardRule, QuestionKind
from sandbox.domain.risk import TierReason, tiering
from tests.domain.tiny_pack import form, is_yes, option, question, text, tier, tiny_pack

PACK = tiny_pack()
ORDER = ("minimal", "limited", "high", "prohibited")
# The tiny pack's ranges, written out: 0 to 4, 5 to 9, 10 and more.
BY_POINTS = ["minimal"] * 5 + ["limited"] * 5 + ["high"] * 6


def worth(points: int) -> list[str]:
    """Choose the options whose points add up to this many."""
    return [f"p{bit}" for bit in (1, 2, 4, 8) if points & bit]


@pytest.mark.parametrize("points", range(16))
def test_points_lead_to_the_tier_in_whose_range_they_lie(points: int) -> None:
    result = tiering(PACK, {"impact": worth(points)})
    assert (result.tier, result.points) == (BY_POINTS[points], points)


@pytest.mark.parametrize("points", range(16))
@pytest.mark.parametrize(("biometric", "scoring"), list(product(("yes", "no"), repeat=2)))
def test_hard_rules_raise_the_tier_and_never_lower_it(
    points: int, biometric: str, scoring: str
) -> None:
    answers: Answers = {
        "impact": worth(points),
        "biometric": biometric,
        "scores_people": scoring,
    }
    expected = BY_POINTS[points]
    if biometric == "yes":
        expected = max(expected, "high", key=ORDER.index)
    if scoring == "yes":
        expected = "prohibited"
    result = tiering(PACK, answers)
    assert (result.tier, result.points) == (expected, points)


def test_rule_for_a_mild_tier_leaves_a_severe_one_alone() -> None:
    mild = HardRule("mild", is_yes("biometric"), "limited", text("Mild"))
    pack = tiny_pack(hard_rules=(mild,))
    assert tiering(pack, {"biometric": "yes"}).tier == "limited"
    result = tiering(pack, {"biometric": "yes", "impact": worth(10)})
    assert result.tier == "high"
    assert result.reasons[-1].raises_to == "limited"


def test_no_points_reach_the_prohibited_tier() -> None:
    heavy = form(question("q", QuestionKind.MANY, options=(option("much", 10_000),)))
    assert tiering(heavy, {"q": ["much"]}).tier == "high"


def test_every_contributing_answer_and_rule_is_named_in_the_order_of_the_form() -> None:
    pack = tiny_pack()
    impact = pack.questions["impact"]
    answers: Answers = {
        "uses_data": "yes",
        "impact": ["p4", "p1"],
        "biometric": "yes",
        "scores_people": "no",
    }
    result = tiering(pack, answers)
    assert result.points == 7
    assert result.reasons == (
        TierReason("uses_data", pack.questions["uses_data"].label, None, 2, None),
        TierReason("impact", impact.label, text("option p1"), 1, None),
        TierReason("impact", impact.label, text("option p4"), 4, None),
        TierReason("biometric", text("Biometric"), None, 0, "high"),
    )


def test_points_are_the_sum_of_the_reasons() -> None:
    for points, uses_data in product(range(16), ("yes", "no")):
        result = tiering(PACK, {"impact": worth(points), "uses_data": uses_data})
        assert result.points == sum(reason.points for reason in result.reasons)
        assert result.points == points + (2 if uses_data == "yes" else 0)


def test_rule_on_several_questions_names_none_of_them() -> None:
    both = HardRule("both", AllOf((is_yes("biometric"), is_yes("uses_data"))), "high", text("Both"))
    result = tiering(tiny_pack(hard_rules=(both,)), {"biometric": "yes", "uses_data": "yes"})
    assert result.reasons[-1] == TierReason(None, text("Both"), None, 0, "high")


def test_choice_counts_the_option_chosen_only() -> None:
    pack = form(question("q", QuestionKind.CHOICE, options=(option("a", 5), option("b", 10))))
    assert tiering(pack, {"q": "a"}).tier == "limited"
    assert tiering(pack, {"q": "b"}).tier == "high"
    assert tiering(pack, {"q": "c"}).points == 0


def test_option_chosen_twice_counts_once() -> None:
    assert tiering(PACK, {"impact": ["p4", "p4"]}).points == 4


def test_answer_that_is_not_asked_counts_nothing() -> None:
    pack = form(
        question("a", QuestionKind.YES_NO),
        question("q", QuestionKind.YES_NO, ask_if=is_yes("a"), points=10),
        question("biometric", QuestionKind.YES_NO, ask_if=is_yes("a")),
    )
    left_behind: Answers = {"a": "no", "q": "yes", "biometric": "yes"}
    assert tiering(pack, left_behind).tier == "minimal"
    assert tiering(pack, left_behind).reasons == ()
    assert tiering(pack, {**left_behind, "a": "yes"}).tier == "high"


def test_points_below_every_range_belong_to_the_mildest_tier() -> None:
    pack = tiny_pack(tiers=(tier("low", 3, 5), tier("top", 6, None)), hard_rules=())
    assert tiering(pack, {}).tier == "low"
    assert tiering(pack, {"impact": worth(6)}).tier == "top"
