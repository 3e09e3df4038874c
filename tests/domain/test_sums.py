"""The sums of points that answers can give are those that somebody could give, and no others."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.conditions import YES, holds
from sandbox.domain.packs import (
    AllOf,
    Answers,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.reach import Budget, TooIntricate, find_sums
from sandbox.domain.risk import chosen
from tests.domain.drawn_forms import ORDER, conditions, every_way_to_answer, forms
from tests.domain.tiny_pack import option, question


def points_of(form: dict[str, QuestionSpec], answers: Answers) -> int:
    return sum(
        question.points * (answers[key] == YES)
        + sum(each.points for each in chosen(question, answers[key]))
        for key, question in form.items()
        if key in answers
    )


def read(sums: int) -> set[int]:
    return {each for each in range(sums.bit_length()) if sums >> each & 1}


@settings(max_examples=24, deadline=None)
@given(forms(), st.lists(conditions(ORDER), max_size=2))
def test_sums_are_those_of_somebody(
    drawn: tuple[dict[str, QuestionSpec], Condition], more: list[Condition]
) -> None:
    form, condition = drawn
    watched = [condition, *more]
    expected: dict[int | None, set[int]] = {}
    for answers in every_way_to_answer(form):
        firsts = (place for place, each in enumerate(watched) if holds(each, answers))
        expected.setdefault(next(firsts, None), set()).add(points_of(form, answers))

    found = find_sums(watched, form, Budget())

    assert {first: read(sums) for first, sums in found.items()} == expected


def test_form_that_nobody_could_try_out_is_followed_whole() -> None:
    """Ask eighty questions of three answers each, of which only the tenth is ever looked at."""
    options = (option("a"), option("b", 1), option("c", 2))
    form = {
        f"q{each}": question(f"q{each}", QuestionKind.CHOICE, options=options) for each in range(80)
    }
    mild = Compare("q9", Operator.EQUALS, "a")

    found = find_sums([mild], form, Budget())

    assert {first: read(sums) for first, sums in found.items()} == {
        0: set(range(159)),
        None: set(range(1, 161)),
    }


@pytest.mark.parametrize("when", [AllOf(()), AnyOf(()), Not(AnyOf(()))])
def test_condition_that_looks_at_nothing_is_known_at_once(when: Condition) -> None:
    assert find_sums([when], {}, Budget()) == {0 if holds(when, {}) else None: 1}


def test_bounds_on_how_many_are_chosen_are_kept() -> None:
    options = tuple(option(each, 2**place) for place, each in enumerate("abcd"))
    form = {
        "uses": question("uses", QuestionKind.MANY, options=options, minimum=2, maximum=3),
    }
    with_a = Compare("uses", Operator.INCLUDES, "a")

    found = find_sums([with_a], form, Budget())

    assert {first: read(sums) for first, sums in found.items()} == {
        0: {3, 5, 9, 7, 11, 13},
        None: {6, 10, 12, 14},
    }


def test_form_of_too_many_states_is_given_up_in_time() -> None:
    """Let conditions tell apart every choice of every question, and look at them all at the end."""
    options = tuple(map(option, "abcdefghij"))
    form = {
        f"q{each}": question(f"q{each}", QuestionKind.MANY, options=options) for each in range(30)
    }
    watched = [
        AnyOf(
            tuple(
                AllOf(tuple(Compare(key, Operator.INCLUDES, value) for key in form))
                for value in "abcdefghij"
            )
        )
    ]
    began = time.process_time()

    with pytest.raises(TooIntricate):
        find_sums(watched, form, Budget())
    assert time.process_time() - began < 2
