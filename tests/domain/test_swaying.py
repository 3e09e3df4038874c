"""A question sways a condition only where another answer to it could change what that says."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.conditions import holds
from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.reach import Budget, TooIntricate, sways
from tests.domain.drawn_forms import ORDER, every_way_to_answer, forms
from tests.domain.tiny_pack import option, question

SURE = question("sure", QuestionKind.YES_NO)
KIND = question("kind", QuestionKind.CHOICE, options=tuple(map(option, "abc")))
FORM = {"sure": SURE, "kind": KIND}


def is_(key: str, value: str) -> Compare:
    return Compare(key, Operator.EQUALS, value)


@settings(max_examples=24, deadline=None)
@given(forms(), st.sampled_from(ORDER))
def test_question_that_sways_nothing_changes_nothing(
    drawn: tuple[dict[str, QuestionSpec], Condition], key: str
) -> None:
    form, condition = drawn
    if sways(form[key], condition, form, Budget()):
        return
    said = defaultdict(set)
    for answers in every_way_to_answer(form):
        others = tuple((each, str(answers[each])) for each in answers if each != key)
        said[others].add(holds(condition, answers))
    assert all(len(verdicts) == 1 for verdicts in said.values())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (is_("sure", "yes"), True),
        (AnyOf((is_("kind", "a"), is_("sure", "yes"))), True),
        (AnyOf((is_("sure", "yes"), is_("sure", "no"))), False),
        (AnyOf((is_("kind", "a"), AllOf((is_("sure", "yes"), is_("sure", "no"))))), False),
        (AllOf((is_("kind", "a"), Compare("sure", Operator.ANSWERED))), False),
        (AllOf((is_("sure", "yes"), is_("kind", "a"), is_("kind", "b"))), False),
        (AnyOf((AllOf((is_("sure", "yes"), is_("kind", "a"))), Not(is_("kind", "b")))), False),
    ],
    ids=[
        "alone",
        "beside another",
        "whatever it is",
        "never both",
        "always answered",
        "with what cannot be",
        "with what decides by itself",
    ],
)
def test_what_is_looked_at_need_not_sway(condition: Condition, *, expected: bool) -> None:
    assert sways(SURE, condition, FORM, Budget()) is expected


def test_answer_that_may_be_left_out_sways_by_that() -> None:
    told = Compare("sure", Operator.ANSWERED)
    optional = question("sure", QuestionKind.YES_NO, required=False)

    assert sways(optional, told, {"sure": optional}, Budget()) is True


def test_what_costs_too_much_is_not_guessed() -> None:
    with pytest.raises(TooIntricate):
        sways(SURE, AllOf((is_("sure", "yes"), is_("kind", "a"))), FORM, Budget(5))
