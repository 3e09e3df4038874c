"""Of an answer that is closed to a reader its reasons tell the question alone."""

from dataclasses import replace
from datetime import date

from sandbox.domain.packs import AllOf, Answers, HardRule, OptionSpec, PolicyPack, QuestionKind
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.domain.simulation import Aspect, effects, fate
from sandbox.domain.veiling import veil_effect, veil_routing, veil_tier
from tests.domain.tiny_pack import form, is_yes, option, question, text

ON = date(2026, 3, 2)
BOTH = HardRule("both", AllOf((is_yes("alone"), is_yes("open"))), "limited", text("Both at once"))
ANSWERS: Answers = {"secret": ["one", "two"], "alone": "yes", "open": "yes"}


def rules(*options: OptionSpec, hard_rules: tuple[HardRule, ...] = (BOTH,)) -> PolicyPack:
    return form(
        question("secret", QuestionKind.MANY, options=options),
        question("alone", QuestionKind.YES_NO, points=1),
        question("open", QuestionKind.YES_NO, points=1, competences=("privacy",)),
        hard_rules=hard_rules,
    )


PACK = rules(option("one", 1, ("privacy",)), option("two", 1, ("consumers",)))


def test_tier_tells_a_closed_question_once_without_what_its_answers_count() -> None:
    found = tiering(PACK, ANSWERS).reasons
    assert veil_tier(PACK, found, ()) == found
    veiled = veil_tier(PACK, found, {"secret", "alone"})
    told = [
        (each.label.in_("en"), each.answer, each.points, each.raises_to, each.is_closed)
        for each in veiled
    ]
    assert told == [
        ("label of secret", None, 0, None, True),
        ("label of alone", None, 0, None, True),
        ("label of open", None, 1, None, False),
        # What the rule says would tell the answer to the closed one of its questions.
        ("label of alone", None, 0, "limited", True),
    ]


def test_routing_tells_a_closed_question_without_its_answer() -> None:
    found = propose(PACK, ANSWERS, ON).reasons
    assert {each.question for each in found} == {"secret", "open"}
    assert veil_routing(found, ()) == found
    for before, after in zip(found, veil_routing(found, {"secret"}), strict=True):
        is_closed = before.question == "secret"
        assert after == (replace(before, answer=None, is_closed=True) if is_closed else before)


def test_what_other_rules_change_tells_no_closed_answer_of_either_side() -> None:
    other = rules(option("one", 12, ("spectrum",)), option("two", 1, ("spectrum",)), hard_rules=())
    found = {
        each.aspect: veil_effect(each, PACK, other, {"secret", "alone"})
        for each in effects(*(fate(pack, ANSWERS, ON, None) for pack in (PACK, other)))
    }
    tier, lead = found[Aspect.TIER], found[Aspect.LEAD]
    assert (tier.before, tier.after) == ("limited", "high")
    assert [(each.question, each.points, each.answer) for each in tier.gained] == [
        ("secret", 0, None)
    ]
    assert [(each.question, each.label.in_("en"), each.points) for each in tier.lost] == [
        ("secret", "label of secret", 0),
        ("alone", "label of alone", 0),
    ]
    assert {each.answer for each in (*lead.gained, *lead.lost)} == {None}
    assert {each.is_closed for each in (*lead.gained, *lead.lost)} == {True}
