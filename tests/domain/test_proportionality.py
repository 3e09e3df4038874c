"""Offer standard conditions by an authority's own marks, and ask it whether they go too far."""

from dataclasses import replace

import pytest

from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import ProportionalitySpec, StandardConditionSpec
from sandbox.domain.proportionality import (
    answers_in_order,
    join_answers,
    offered_conditions,
    settle_proportionality,
)
from sandbox.domain.refusals import NotPossible, Why
from tests.domain.tiny_pack import text, tiny_pack

FIRST, SECOND, THIRD = (
    StandardConditionSpec(code, text(code), text(f"Do {code}."), text("Safe."), criterion)
    for code, criterion in (("first", "need"), ("second", "safety"), ("third", None))
)
MILDER, COST = (ProportionalitySpec(key, text(f"{key}?")) for key in ("milder", "cost"))
PACK = replace(
    tiny_pack(), standard_conditions=(FIRST, SECOND, THIRD), proportionality=(MILDER, COST)
)
CONDITIONS = Stance.CONCUR_WITH_CONDITIONS


@pytest.mark.parametrize(
    ("marks", "offered"),
    [
        ({}, [(FIRST, False), (SECOND, False), (THIRD, False)]),
        ({"safety": CriterionMark.MET}, [(FIRST, False), (SECOND, False), (THIRD, False)]),
        ({"safety": CriterionMark.PARTLY}, [(SECOND, True), (FIRST, False), (THIRD, False)]),
        (
            {"need": CriterionMark.NOT_MET, "safety": CriterionMark.NOT_MET},
            [(FIRST, True), (SECOND, True), (THIRD, False)],
        ),
    ],
)
def test_conditions_that_own_marks_call_for_come_first(
    marks: dict[str, CriterionMark], offered: list[tuple[StandardConditionSpec, bool]]
) -> None:
    assert list(offered_conditions(PACK, marks)) == offered


def test_answers_are_kept_in_the_order_of_the_rules_and_no_others() -> None:
    said = {"cost": " It can. ", "milder": "None protects.", "other": "x"}
    kept = settle_proportionality(PACK, CONDITIONS, said)
    assert list(kept.items()) == [("milder", "None protects."), ("cost", "It can.")]


@pytest.mark.parametrize("said", [{}, {"milder": "None."}, {"milder": "None.", "cost": "  "}])
def test_conditions_without_every_answer_are_refused(said: dict[str, str]) -> None:
    with pytest.raises(NotPossible) as refused:
        settle_proportionality(PACK, CONDITIONS, said)
    assert refused.value.reason is Why.PROPORTIONALITY_MISSING


@pytest.mark.parametrize("stance", [each for each in Stance if each is not CONDITIONS])
def test_nothing_is_asked_where_no_condition_is_set(stance: Stance) -> None:
    assert settle_proportionality(PACK, stance, {"milder": "left over"}) == {}


def test_rules_without_questions_ask_nothing() -> None:
    assert settle_proportionality(tiny_pack(), CONDITIONS, {}) == {}


def test_answers_are_read_in_the_order_of_the_rules_and_those_dropped_come_last() -> None:
    said = {"cost": "It can.", "was": "Gone.", "milder": "None."}
    assert answers_in_order(PACK, said) == (
        ("milder", MILDER, "None."),
        ("cost", COST, "It can."),
        ("was", None, "Gone."),
    )


def test_answers_of_two_authorities_stand_under_their_codes() -> None:
    one, two = {"milder": "None.", "cost": "Low."}, {"milder": "Tried."}
    assert join_answers([("ONE", one), ("TWO", two)]) == (
        ("milder", "ONE: None.\nTWO: Tried."),
        ("cost", "ONE: Low."),
    )
    assert join_answers([("ONE", {}), ("TWO", two)]) == (("milder", "Tried."),)
    assert join_answers([("ONE", {}), ("TWO", {})]) == ()
