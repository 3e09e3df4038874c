"""Tell on which questions conditions hang: to be looked at is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.domain.conditions import questions_of
from sandbox.domain.packs import QuestionSpec
from sandbox.domain.reach import Budget, TooIntricate, sways
from sandbox.packs.proving.judging import RULES, SHARE, Judgements, Posed


class Sway(Enum):
    """Name what the answer to a question does to conditions."""

    UNSEEN = auto()  # none looks at it
    NONE = auto()  # none of those that look at it ever says something else for it
    UNKNOWN = auto()
    SOME = auto()


@dataclass(slots=True)
class Swaying:
    """Hold the conditions that say different things to different people, by what they look at.

    Shape: beside each condition stands whether all say the same there; `left` is how many questions
    are still to be tried, each with its fair share of the budget.
    """

    conditions: Mapping[str, Sequence[tuple[Posed, bool]]]
    budget: Budget
    left: int

    def of(self, question: QuestionSpec) -> Sway:
        """Tell what the answer to a question does, for its share of the budget."""
        share = min(self.budget.steps // max(self.left, 1), SHARE)
        self.left -= 1
        # In a row the columns before stand for the questions of the same name.
        looking = [
            each
            for each in self.conditions.get(question.key, ())
            if each[0].asked.get(question.key) is question
        ]
        found = Sway.NONE if looking else Sway.UNSEEN
        for place, (posed, is_idle) in enumerate(looking):
            own = Budget(share // (len(looking) - place))
            given = own.steps
            try:
                if not is_idle and sways(question, posed.condition, posed.asked, own):
                    return Sway.SOME
            except TooIntricate:
                found = Sway.UNKNOWN
            finally:
                spent = given - max(own.steps, 0)
                share -= spent
                self.budget.steps -= spent
        return found

    def give_back(self, judged: Judgements) -> None:
        """Leave what was not needed to the proofs that follow."""
        judged.budget.steps += self.budget.steps
        self.budget.steps = 0


def swaying(judged: Judgements, questions: int) -> Swaying:
    """Lay out the conditions of a pack by what they look at; so many questions will be tried."""
    conditions: dict[str, list[tuple[Posed, bool]]] = {}
    for path, posed in judged.conditions.items():
        if path[:2] == RULES and not isinstance(path[2], int):
            continue  # It is made of the conditions of rules that are here by themselves.
        is_idle = judged.can_hold(path) is False or judged.can_fail(path) is False
        for key in questions_of(posed.condition):
            conditions.setdefault(key, []).append((posed, is_idle))
    budget = Budget(judged.budget.steps // 2)
    judged.budget.steps -= budget.steps
    return Swaying(conditions, budget, questions)
