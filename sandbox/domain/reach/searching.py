"""Find answers that make a condition hold, or prove that no answers do.

Trying all representatives of the answers decides the matter for all answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.domain.conditions import holds, is_required
from sandbox.domain.packs import (
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    QuestionSpec,
)
from sandbox.domain.reach.budget import Budget, TooIntricate
from sandbox.domain.reach.kinds import closure_of, each_comparison, representatives, values_of

MOST_QUESTIONS = 100  # on which one condition may hang


def find_answers(
    condition: Condition | None, asked_before: Mapping[str, QuestionSpec], budget: Budget
) -> Answers | None:
    """Return answers under which the condition holds, as few as decide it; None if there are none.

    `asked_before` holds the questions that the condition may look at, in the order of the form.
    A question is answered wherever it is asked and required; one that is not asked is not answered.
    The proof is whole: None means that no person can ever give such answers. Raises: TooIntricate.
    """
    needed, comparisons = closure_of([condition], asked_before, budget)
    if len(needed) > MOST_QUESTIONS:
        raise TooIntricate
    offered = {
        question.key: tuple(representatives(question, comparisons[question.key], budget))
        for question in needed
    }
    known = [frozenset[str]()]
    for question in needed:
        known.append(known[-1] | {question.key})
    longest = {
        key: max((len(each) for each in answers if isinstance(each, list)), default=1)
        for key, answers in offered.items()
    }
    conditions = (condition, *(question.ask_if for question in needed))
    own, *costs = (_cost(each, longest, budget) for each in conditions)
    costs = [
        cost + _cost(question.required_if, longest, budget)
        for cost, question in zip(costs, needed, strict=True)
    ]
    return _search(_Search(condition, own, needed, costs, offered, known, budget), {}, 0)


@dataclass(frozen=True, slots=True)
class _Search:
    condition: Condition | None
    cost: int
    questions: Sequence[QuestionSpec]
    costs: Sequence[int]
    offered: Mapping[str, Sequence[AnswerValue]]
    known: Sequence[frozenset[str]]
    budget: Budget


def _search(search: _Search, answers: dict[str, AnswerValue], depth: int) -> Answers | None:
    search.budget.spend(1 + search.cost)
    verdict = _settled(search.condition, answers, search.known[depth])
    if verdict is False:
        return None
    if depth == len(search.questions):
        return dict(answers)
    question = search.questions[depth]
    search.budget.spend(search.costs[depth])
    if not holds(question.ask_if, answers):
        return _search(search, answers, depth + 1)
    for answer in search.offered[question.key]:
        answers[question.key] = answer
        found = _search(search, answers, depth + 1)
        del answers[question.key]
        if found is not None:
            return found
    return None if is_required(question, answers) else _search(search, answers, depth + 1)


def _settled(condition: Condition | None, answers: Answers, known: frozenset[str]) -> bool | None:
    """Judge a condition while some answers are open; None if those could still change it."""
    match condition:
        case AllOf(parts):
            verdicts = [_settled(part, answers, known) for part in parts]
            if False in verdicts:
                return False
            return None if None in verdicts else True
        case AnyOf(parts):
            verdicts = [_settled(part, answers, known) for part in parts]
            if True in verdicts:
                return True
            return None if None in verdicts else False
        case Not(part):
            verdict = _settled(part, answers, known)
            return None if verdict is None else not verdict
        case Compare(question=question) if question not in known:
            return None
        case _:
            return holds(condition, answers)


def _cost(condition: Condition | None, longest: Mapping[str, int], budget: Budget) -> int:
    """Return the most values that are looked at where the condition is judged once.

    Shape: `longest` is, by question, how many values one answer to it has at most.
    """
    return sum(
        len(values_of(each)) * longest.get(each.question, 1)
        for each in each_comparison(condition, budget)
    )
