"""Follow all answers through a form at once, and keep which sums of points they can give.

After each question, answers that leave the same conditions open in the same way are one state: what
they were no longer matters, only what they have given so far. Thus all combinations are looked at
without being counted out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.domain.conditions import YES
from sandbox.domain.packs import (
    AllOf,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    OptionSpec,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.reach.budget import Budget, TooIntricate
from sandbox.domain.reach.kinds import (
    MOST_CLASSES,
    closure_of,
    each_comparison,
    representatives,
    told_apart,
)
from sandbox.domain.reach.remaining import remaining

_NOTHING = 1
"""The sum of nothing: bit 0 of a number whose bits are the sums that can be given."""
_State = tuple[int, ...]


def find_sums(
    watched: Sequence[Condition], form: Mapping[str, QuestionSpec], budget: Budget
) -> Mapping[int | None, int]:
    """Find which sums of points whole answers to a form can give, and what holds of them.

    Shape: the sums, as the bits of a number, by the place of the first of the watched conditions
    that holds, None where none does; a place at which no answers come out is left out.
    Raises: TooIntricate.
    """
    weighing = [question.key for question in form.values() if _weighs(question)]
    questions, compared = closure_of(watched, form, budget, weighing)
    known = _Known(budget, len(watched))
    conditions = [*watched]
    for question in questions:
        conditions += [question.ask_if or AllOf(()), question.required_if or _always(question)]
    looking: dict[str, dict[int, None]] = {}
    for index, condition in enumerate(conditions):
        for each in each_comparison(condition, budget):
            looking.setdefault(each.question, {})[index] = None
    states: dict[_State, int] = {known.begun(conditions): _NOTHING}
    for place, question in enumerate(questions):
        answers = list(_answers(question, compared[question.key], budget))
        # Conditions look back only, so those of questions before this one never look at it.
        seen_by = [*looking.get(question.key, ())]
        followed: dict[_State, int] = {}
        for state, sums in states.items():
            for after, more in known.follow(state, question, place, answers, seen_by):
                followed[after] = followed.get(after, 0) | _added(sums, more, budget)
        states = followed
    found: dict[int | None, int] = {}
    for state, sums in states.items():
        first = known.first(state)
        found[first] = found.get(first, 0) | sums
    return found


@dataclass(frozen=True, slots=True)
class _Answer:
    """Stand for answers that no condition tells apart, with the sums that they can give."""

    value: AnswerValue | None
    sums: int


_UNANSWERED = _Answer(None, _NOTHING)
_TRUE, _FALSE = 0, 1


@dataclass(slots=True)
class _Known:
    """Number the conditions that are left once some answers are known, so that none is held twice.

    Shape: a state has the numbers of the watched conditions, then of each question's `ask_if` and
    of what makes it required; of questions that are done, both count as true.
    """

    budget: Budget
    watched: int
    numbers: dict[Condition | bool, int] = field(default_factory=lambda: {True: 0, False: 1})
    conditions: list[Condition | bool] = field(default_factory=lambda: [True, False])
    left: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def begun(self, conditions: Sequence[Condition]) -> _State:
        """Return the state before any answer."""
        numbers = [self._number(remaining(each, "", None, self.budget)) for each in conditions]
        return self._settled(numbers)

    def _number(self, condition: Condition | bool) -> int:
        number = self.numbers.setdefault(condition, len(self.conditions))
        if number == len(self.conditions):
            self.conditions.append(condition)
        return number

    def follow(
        self,
        state: _State,
        question: QuestionSpec,
        place: int,
        answers: Sequence[_Answer],
        looking: Sequence[int],
    ) -> Iterator[tuple[_State, int]]:
        """Yield the state after each answer that may be given in this one, with its sums."""
        own = self.watched + 2 * place
        # Whatever these two look at is among the questions before, so they are settled by now.
        asks, requires = state[own] == _TRUE, state[own + 1] == _TRUE
        given = answers if asks else ()
        unanswered = () if asks and requires else (_UNANSWERED,)
        for index, answer in enumerate((*given, *unanswered)):
            self.budget.spend(2 + len(state) // 10 + len(looking))
            after = [*state]
            after[own] = after[own + 1] = _TRUE
            kind = index if index < len(given) else -1
            for each in looking:
                after[each] = self._after(state[each], question.key, place, kind, answer.value)
            yield self._settled(after), answer.sums

    def first(self, state: _State) -> int | None:
        """Return the place of the first watched condition that holds for sure."""
        return next((place for place in range(self.watched) if state[place] == _TRUE), None)

    def _settled(self, state: list[int]) -> _State:
        """Forget the watched conditions after the first that holds: they change nothing."""
        for place in range(self.watched):
            if state[place] == _TRUE:
                state[place + 1 : self.watched] = [_FALSE] * (self.watched - place - 1)
                break
        return tuple(state)

    def _after(
        self, number: int, key: str, place: int, kind: int, value: AnswerValue | None
    ) -> int:
        if number in (_TRUE, _FALSE):
            return number
        known = (number, place, kind)
        found = self.left.get(known)
        if found is None:
            left = remaining(self.conditions[number], key, value, self.budget)
            found = self.left[known] = self._number(left)
        return found


def _always(question: QuestionSpec) -> Condition:
    return AllOf(()) if question.required else AnyOf(())


# --- points --------------------------------------------------------------------------------------


def _weighs(question: QuestionSpec) -> bool:
    return bool(question.points) or any(option.points for option in question.options)


def _answers(question: QuestionSpec, mine: Sequence[Compare], budget: Budget) -> Iterator[_Answer]:
    match question.kind:
        case QuestionKind.YES_NO:
            for value in representatives(question, mine, budget):
                yield _Answer(value, 1 << question.points if value == YES else _NOTHING)
        case QuestionKind.CHOICE:
            for kind in _classes(question, mine, budget):
                sums = 0
                for option in kind:
                    sums |= 1 << option.points
                yield _Answer(kind[0].value, sums)
        case QuestionKind.MANY:
            yield from _choices(question, _classes(question, mine, budget), budget)
        case _:
            for value in representatives(question, mine, budget):
                yield _Answer(value, _NOTHING)


def _classes(
    question: QuestionSpec, mine: Sequence[Compare], budget: Budget
) -> list[list[OptionSpec]]:
    by_value = {option.value: option for option in question.options}
    return [[by_value[value] for value in kind] for kind in told_apart(question, mine, budget)]


def _choices(
    question: QuestionSpec, classes: Sequence[Sequence[OptionSpec]], budget: Budget
) -> Iterator[_Answer]:
    """Choose from every set of classes, with the sums of as many options as may be chosen."""
    if len(classes) > MOST_CLASSES:
        raise TooIntricate
    least = max(question.minimum or 1, 1)
    most = len(question.options) if question.maximum is None else question.maximum
    chosen: list[tuple[list[AnswerValue], list[int]]] = [([], [_NOTHING])]
    for kind in classes:
        by_count = _by_count(kind, budget)
        chosen += [
            ([*values, kind[0].value], _counted_together(sums, by_count, budget))
            for values, sums in chosen
        ]
    for values, sums in chosen:
        found = 0
        for some in sums[least : most + 1]:
            found |= some
        if values and found:
            yield _Answer([str(value) for value in values], found)


def _by_count(kind: Sequence[OptionSpec], budget: Budget) -> list[int]:
    """List the sums that one option or more of a class give, by how many are chosen."""
    sums = [_NOTHING, *[0] * len(kind)]
    for option in kind:
        budget.spend(len(kind))
        for count in range(len(kind), 0, -1):
            sums[count] |= sums[count - 1] << option.points
    return [0, *sums[1:]]


def _counted_together(one: Sequence[int], other: Sequence[int], budget: Budget) -> list[int]:
    sums = [0] * (len(one) + len(other) - 1)
    for first, some in enumerate(one):
        for second, more in enumerate(other):
            if some and more:
                sums[first + second] |= _added(some, more, budget)
    return sums


def _added(some: int, more: int, budget: Budget) -> int:
    """Return the sums of one of each."""
    if more == _NOTHING:
        return some
    budget.spend(more.bit_count())
    found = 0
    while more:
        lowest = more & -more
        found |= some << (lowest.bit_length() - 1)
        more ^= lowest
    return found
