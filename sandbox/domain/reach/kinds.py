"""Represent the answers to each question by one for each way in which conditions tell them apart.

Answers between two values that a condition names are all the same to it, so a few of them stand for
all that anybody could give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, islice, pairwise

from sandbox.domain.conditions import NO, YES, as_day
from sandbox.domain.packs import (
    ORGANISATION_NAME,
    AllOf,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.reach.budget import Budget, TooIntricate

_LONG_AGO, _FAR_AHEAD = date(1900, 1, 1), date(2200, 1, 1)
_PASSED_IN_A_STEP = 10  # questions on which nothing hangs; that is quicker seen than a value
MOST_CLASSES = 12  # of options that conditions tell apart; 2**12 choices of them are tried at most


def closure_of(
    conditions: Iterable[Condition | None],
    asked_before: Mapping[str, QuestionSpec],
    budget: Budget,
    weighing: Iterable[str] = (),
) -> tuple[tuple[QuestionSpec, ...], Mapping[str, Sequence[Compare]]]:
    """List the questions on which conditions hang, directly or through what is asked when.

    `weighing` are further questions that count, whether or not a condition looks at them.
    Shape: the questions in their order, and by key every comparison that looks at one.
    """
    compared: dict[str, list[Compare]] = {key: [] for key in weighing}
    for condition in conditions:
        for each in each_comparison(condition, budget):
            compared.setdefault(each.question, []).append(each)
    # Conditions look back only, so one walk from the end meets every question after all that
    # look at it.
    found: list[QuestionSpec] = []
    budget.spend(len(asked_before) // _PASSED_IN_A_STEP)
    for question in reversed(list(asked_before.values())):
        if question.key not in compared:
            continue
        found.append(question)
        for own in (question.ask_if, question.required_if):
            for each in each_comparison(own, budget):
                compared.setdefault(each.question, []).append(each)
    return tuple(reversed(found)), compared


def each_comparison(condition: Condition | None, budget: Budget) -> Iterator[Compare]:
    """Walk over the comparisons of a condition."""
    budget.spend()
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from each_comparison(part, budget)
        case Not(part):
            yield from each_comparison(part, budget)
        case Compare():
            budget.spend(len(values_of(condition)))
            yield condition


def values_of(compare: Compare) -> Sequence[str | bool | int]:
    """Return the values with which an answer is compared."""
    return compare.value if isinstance(compare.value, tuple) else (compare.value,)


def representatives(
    question: QuestionSpec, mine: Sequence[Compare], budget: Budget
) -> Iterator[AnswerValue]:
    """Yield one answer for each way in which the comparisons with a question tell them apart."""
    match question.kind:
        case QuestionKind.YES_NO:
            yield from (YES, NO)
        case QuestionKind.CHOICE:
            yield from (values[0] for values in told_apart(question, mine, budget))
        case QuestionKind.MANY:
            yield from _choices(question, told_apart(question, mine, budget), budget)
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


def told_apart(question: QuestionSpec, mine: Sequence[Compare], budget: Budget) -> list[list[str]]:
    """Group the options that no comparison tells apart."""
    budget.spend(len(question.options))
    named: dict[str | bool | int, list[int]] = {}
    for index, each in enumerate(mine):
        for value in values_of(each):
            named.setdefault(value, []).append(index)
    groups: dict[tuple[int, ...], list[str]] = {}
    for option in question.options:
        groups.setdefault(tuple(named.get(option.value, ())), []).append(option.value)
    return list(groups.values())


def _choices(
    question: QuestionSpec, classes: Sequence[Sequence[str]], budget: Budget
) -> Iterator[list[str]]:
    """Choose from every set of classes, as often as the bounds on the number of answers ask."""
    if len(classes) > MOST_CLASSES:
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
