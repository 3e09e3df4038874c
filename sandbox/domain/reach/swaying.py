"""Find whether another answer to a question could ever change what a condition says."""

from collections.abc import Mapping
from itertools import chain

from sandbox.domain.conditions import holds
from sandbox.domain.packs import AllOf, AnyOf, Condition, Not, QuestionSpec
from sandbox.domain.reach.budget import Budget
from sandbox.domain.reach.kinds import each_comparison, representatives, values_of
from sandbox.domain.reach.remaining import remaining
from sandbox.domain.reach.searching import find_answers


def sways(
    question: QuestionSpec,
    condition: Condition,
    asked_before: Mapping[str, QuestionSpec],
    budget: Budget,
) -> bool:
    """Tell whether some answer to the question makes a condition say what another does not.

    Only a no is certain: beside a yes, those answers might not go together with the rest of the
    form. Raises: TooIntricate.
    """
    looking = [each for each in each_comparison(condition, budget) if each.question == question.key]
    always_answered = question.required and question.ask_if is None
    answers = chain(representatives(question, looking, budget), () if always_answered else (None,))
    cost = sum(len(values_of(each)) for each in looking)
    left: dict[tuple[bool, ...], Condition | bool] = {}
    for answer in answers:
        budget.spend(1 + cost * (len(answer) if isinstance(answer, list) else 1))
        given = {} if answer is None else {question.key: answer}
        told = tuple(holds(each, given) for each in looking)
        if told in left:
            continue
        mine = remaining(condition, question.key, answer, budget)
        if any(_differ(mine, other, asked_before, budget) for other in left.values()):
            return True
        left[told] = mine
    return False


def _differ(
    one: Condition | bool,
    other: Condition | bool,
    asked_before: Mapping[str, QuestionSpec],
    budget: Budget,
) -> bool:
    """Tell whether any answers make one of two conditions hold and the other not."""
    if one == other:
        return False
    if isinstance(one, bool) and isinstance(other, bool):
        return True
    first, second = _said(one), _said(other)
    apart = AnyOf((AllOf((first, Not(second))), AllOf((Not(first), second))))
    return find_answers(apart, asked_before, budget) is not None


def _said(condition: Condition | bool) -> Condition:
    if isinstance(condition, bool):
        return AllOf(()) if condition else AnyOf(())
    return condition
