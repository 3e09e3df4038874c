"""Answers that make a condition hold are found wherever there are any, and only then."""

import time
from itertools import combinations

import pytest
from hypothesis import given, settings

from sandbox.domain import conditions as conditions_module
from sandbox.domain.answers import walk
from sandbox.domain.conditions import holds
from sandbox.domain.packs import (
    AllOf,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.reach import Budget, TooIntricate, find_answers
from tests.domain.drawn_forms import every_way_to_answer, forms
from tests.domain.tiny_pack import option, question


@settings(max_examples=50, deadline=None)
@given(forms())
def test_answers_are_found_exactly_where_there_are_some(
    drawn: tuple[dict[str, QuestionSpec], Condition],
) -> None:
    form, condition = drawn
    found = find_answers(condition, form, Budget())

    if found is None:
        assert not any(holds(condition, answers) for answers in every_way_to_answer(form))
    else:
        assert any(holds(condition, answers) for answers in every_way_to_answer(form))
        assert holds(condition, found)
        asked = {each.key for each in walk(form.values(), found)}
        assert found.keys() <= asked


def is_(key: str, value: str) -> Compare:
    return Compare(key, Operator.EQUALS, value)


def test_question_that_other_answers_require_is_answered() -> None:
    form = {
        "sure": question("sure", QuestionKind.YES_NO),
        "why": question("why", required=False, required_if=is_("sure", "yes")),
    }
    empty = Not(Compare("why", Operator.ANSWERED))
    assert find_answers(AllOf((is_("sure", "no"), empty)), form, Budget()) is not None
    assert find_answers(AllOf((is_("sure", "yes"), empty)), form, Budget()) is None


def test_question_that_is_not_asked_is_not_answered() -> None:
    form = {
        "sure": question("sure", QuestionKind.YES_NO),
        "why": question("why", ask_if=is_("sure", "yes")),
    }
    told = Compare("why", Operator.ANSWERED, True)

    assert find_answers(told, form, Budget()) == {"sure": "yes", "why": "x"}
    assert find_answers(AllOf((told, is_("sure", "no"))), form, Budget()) is None


def test_required_question_is_answered_wherever_it_is_asked() -> None:
    untold = Compare("why", Operator.ANSWERED, False)

    assert find_answers(untold, {"why": question("why")}, Budget()) is None
    assert find_answers(untold, {"why": question("why", required=False)}, Budget()) == {}


def test_money_is_whole_cents() -> None:
    form = {"budget": question("budget", QuestionKind.MONEY)}

    def between(low: int, high: int) -> Condition:
        return AllOf(
            (
                Not(Compare("budget", Operator.AT_MOST, low)),
                Not(Compare("budget", Operator.AT_LEAST, high)),
            )
        )

    assert find_answers(between(1, 2), form, Budget()) is None
    assert find_answers(between(1, 4), form, Budget()) == {"budget": 2}


def test_days_before_between_and_after_are_told_apart() -> None:
    form = {"start": question("start", QuestionKind.DATE)}
    late = Compare("start", Operator.AT_LEAST, "2026-05-02")
    early = Compare("start", Operator.AT_MOST, "2026-05-01")

    assert find_answers(AllOf((late, early)), form, Budget()) is None
    assert find_answers(AllOf((Not(late), Not(early))), form, Budget()) is None
    assert find_answers(late, form, Budget()) is not None


def test_least_number_of_answers_is_kept() -> None:
    form = {
        "uses": question("uses", QuestionKind.MANY, options=tuple(map(option, "abcd")), minimum=3)
    }
    found = find_answers(Compare("uses", Operator.INCLUDES, "a"), form, Budget())

    assert found is not None
    assert len(found["uses"]) >= 3
    without = AllOf(tuple(Not(Compare("uses", Operator.INCLUDES, each)) for each in ("a", "b")))
    assert find_answers(without, form, Budget()) is None


def test_long_chain_is_given_up_at_once() -> None:
    form = {"q0": question("q0", QuestionKind.YES_NO)}
    for number in range(1, 3000):
        key = f"q{number}"
        form[key] = question(key, QuestionKind.YES_NO, ask_if=is_(f"q{number - 1}", "yes"))

    with pytest.raises(TooIntricate):
        find_answers(is_("q2999", "yes"), form, Budget())


def test_puzzle_that_would_take_for_ever_is_given_up_in_time() -> None:
    """Ask for ten answers out of nine, no two alike: there are none, and no short way to see it."""
    holes = tuple(map(option, "abcdefghi"))
    form = {
        f"q{each}": question(f"q{each}", QuestionKind.CHOICE, options=holes) for each in range(10)
    }
    apart = AllOf(
        tuple(
            Not(AllOf((is_(one, hole.value), is_(other, hole.value))))
            for one, other in combinations(form, 2)
            for hole in holes
        )
    )
    began = time.process_time()

    with pytest.raises(TooIntricate):
        find_answers(apart, form, Budget())
    assert time.process_time() - began < 5


def test_whatever_is_looked_at_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a short condition hang on a question that is asked under a very long one."""
    options = tuple(option(f"o{each}") for each in range(480))
    rare = tuple(is_("kind", f"o{each % 479}") for each in range(2_400))
    form = {
        "kind": question("kind", QuestionKind.CHOICE, options=options),
        "sure": question(
            "sure", QuestionKind.YES_NO, ask_if=AllOf((AnyOf(rare), Not(AnyOf(rare))))
        ),
    }
    looked: list[Compare] = []
    judge = conditions_module._compare

    def counted(compare: Compare, answer: AnswerValue | None) -> bool:
        looked.append(compare)
        return judge(compare, answer)

    monkeypatch.setattr(conditions_module, "_compare", counted)
    budget = Budget(3_000_000)
    given = budget.steps

    assert find_answers(is_("sure", "yes"), form, budget) is None
    assert 100_000 < len(looked) < given - budget.steps
    looked.clear()
    for _ in range(100):
        with pytest.raises(TooIntricate):
            find_answers(is_("sure", "yes"), form, Budget(0))
    assert not looked
