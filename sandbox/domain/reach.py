"""Find answers that make a condition hold, or prove that no answers do.

A condition compares answers with values, so answers between two values it names are all the same
to it. Each question is therefore represented by a few answers, one for each way in which the
conditions at hand can tell answers apart; trying all of those decides the matter for all answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, islice, pairwise

from sandbox.domain.conditions import NO, YES, as_day, holds, is_required
from sandbox.domain.packs import (
    ORGANISATION_NAME,
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    QuestionKind,
    QuestionSpec,
)

_LONG_AGO, _FAR_AHEAD = date(1900, 1, 1), date(2200, 1, 1)
_MOST_QUESTIONS = 100  # on which one condition may hang
_PASSED_IN_A_STEP = 10  # questions on which nothing hangs; that is quicker seen than a value
_MOST_CLASSES = 12  # of options that conditions tell apart; 2**12 choices of them are tried at most


class TooIntricate(Exception):
    """Say that a condition hangs on more answers than can be tried one by one."""


@dataclass(slots=True)
class Budget:
    """Bound the work of proofs, because a hostile pack could ask for more than there is time.

    Whatever is done once for each part of a pack is spent before it is done, so a budget that is
    used up costs the proofs that are left nothing either.
    Units: `steps` are values looked at.
    """

    steps: int = 500_000

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises: TooIntricate when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooIntricate


def find_answers(
    condition: Condition | None, asked_before: Mapping[str, QuestionSpec], budget: Budget
) -> Answers | None:
    """Return answers under which the condition holds, as few as decide it; None if there are none.

    `asked_before` holds the questions that the condition may look at, in the order of the form.
    A question is answered wherever it is asked and required; one that is not asked is not answered.
    The proof is whole: None means that no person can ever give such answers. Raises: TooIntricate.
    """
    needed, comparisons = _closure(condition, asked_before, budget)
    offered = {
        question.key: tuple(_representatives(question, comparisons[question.key], budget))
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


def _closure(
    condition: Condition | None, asked_before: Mapping[str, QuestionSpec], budget: Budget
) -> tuple[tuple[QuestionSpec, ...], Mapping[str, Sequence[Compare]]]:
    """List the questions on which the condition hangs, directly or through what is asked when.

    Shape: the questions in their order, and by key every comparison that looks at one.
    """
    comparisons: dict[str, list[Compare]] = {}
    for each in _comparisons(condition, budget):
        comparisons.setdefault(each.question, []).append(each)
    # Conditions look back only, so one walk from the end meets every question after all that
    # look at it.
    found: list[QuestionSpec] = []
    budget.spend(len(asked_before) // _PASSED_IN_A_STEP)
    for question in reversed(list(asked_before.values())):
        if question.key not in comparisons:
            continue
        if len(found) == _MOST_QUESTIONS:
            raise TooIntricate
        found.append(question)
        for own in (question.ask_if, question.required_if):
            for each in _comparisons(own, budget):
                comparisons.setdefault(each.question, []).append(each)
    return tuple(reversed(found)), comparisons


def _comparisons(condition: Condition | None, budget: Budget) -> Iterator[Compare]:
    budget.spend()
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _comparisons(part, budget)
        case Not(part):
            yield from _comparisons(part, budget)
        case Compare():
            budget.spend(len(_values(condition)))
            yield condition


def _cost(condition: Condition | None, longest: Mapping[str, int], budget: Budget) -> int:
    """Return the most values that are looked at where the condition is judged once.

    Shape: `longest` is, by question, how many values one answer to it has at most.
    """
    return sum(
        len(_values(each)) * longest.get(each.question, 1)
        for each in _comparisons(condition, budget)
    )


def _values(compare: Compare) -> Sequence[str | bool | int]:
    return compare.value if isinstance(compare.value, tuple) else (compare.value,)


# --- one answer for each way to tell answers apart -----------------------------------------------


def _representatives(
    question: QuestionSpec, mine: Sequence[Compare], budget: Budget
) -> Iterator[AnswerValue]:
    match question.kind:
        case QuestionKind.YES_NO:
            yield from (YES, NO)
        case QuestionKind.CHOICE:
            yield from (values[0] for values in _classes(question, mine, budget))
        case QuestionKind.MANY:
            yield from _choices(question, _classes(question, mine, budget), budget)
        case QuestionKind.NUMBER | QuestionKind.MONEY:
            yield from _amounts(question, mine)
        case QuestionKind.DATE:
            yield from _days(mine)
        case QuestionKind.ROWS:
            yield [{column.key: "x" for column in question.columns[:1]}]
        case QuestionKind.FILE:
            yield ["x"]
        case QuestionKind.ORGANISATION:
            yield [{ORGANISATION_NAME: "x"}]
        case _:
            yield "x"


def _classes(question: QuestionSpec, mine: Sequence[Compare], budget: Budget) -> list[list[str]]:
    """Group the options that no comparison tells apart."""
    budget.spend(len(question.options))
    named: dict[str | bool | int, list[int]] = {}
    for index, each in enumerate(mine):
        for value in _values(each):
            named.setdefault(value, []).append(index)
    groups: dict[tuple[int, ...], list[str]] = {}
    for option in question.options:
        groups.setdefault(tuple(named.get(option.value, ())), []).append(option.value)
    return list(groups.values())


def _choices(
    question: QuestionSpec, classes: Sequence[Sequence[str]], budget: Budget
) -> Iterator[list[str]]:
    """Choose from every set of classes, as often as the bounds on the number of answers ask."""
    if len(classes) > _MOST_CLASSES:
        raise TooIntricate
    least = max(question.minimum or 1, 1)
    most = len(question.options) if question.maximum is None else question.maximum
    for size in range(1, len(classes) + 1):
        for chosen in combinations(classes, size):
            budget.spend(1 + max(size, least))
            values = [values[0] for values in chosen]
            more = chain.from_iterable(values[1:] for values in chosen)
            values += islice(more, max(least - size, 0))
            if least <= len(values) <= most:
                yield values


def _amounts(question: QuestionSpec, mine: Sequence[Compare]) -> Iterator[AnswerValue]:
    steps = {Decimal(each.value) for each in mine if isinstance(each.value, int)}
    ends = {Decimal(end) for end in (question.minimum, question.maximum) if end is not None}
    marks = sorted(steps | ends)
    # Money is whole cents; of other numbers there are some between any two.
    whole = question.kind is QuestionKind.MONEY
    between = {low + 1 if whole else (low + high) / 2 for low, high in pairwise(marks)}
    beyond = {marks[0] - 1, marks[-1] + 1} if marks else {Decimal(1)}
    for value in sorted({*marks, *between, *beyond}):
        low = question.minimum is None or value >= question.minimum
        high = question.maximum is None or value <= question.maximum
        if not (low and high):
            continue
        yield int(value) if whole else format(value, "f")


def _days(mine: Sequence[Compare]) -> Iterator[AnswerValue]:
    marks = sorted({day for each in mine if (day := as_day(each.value)) is not None})
    if not marks:
        yield _LONG_AGO.isoformat()
        return
    beside = {day + timedelta(days=by) for day in marks for by in (-1, 1)}
    for day in sorted({_LONG_AGO, *marks, *beside, _FAR_AHEAD}):
        yield day.isoformat()
