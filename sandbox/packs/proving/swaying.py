"""Tell on which questions conditions hang: to be looked at is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.domain.conditions import questions_of
from sandbox.domain.packs import PolicyPack, QuestionSpec
from sandbox.domain.reach import Budget, TooIntricate, sways
from sandbox.packs.checking import all_questions
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

    Each question has a fair share of the budget, as it would be known of all of them.
    """

    conditions: Mapping[str, Sequence[tuple[Posed, bool]]]
    budget: Budget
    left: int

    def of(self, question: QuestionSpec) -> Sway:
        """Tell what the answer to a question does; to be asked of each question once at most."""
        own = Budget(min(self.budget.steps // max(self.left, 1), SHARE))
        given = own.steps
        found = self._of(question, own)
        self.budget.steps -= given - max(own.steps, 0)
        self.left -= 1
        return found

    def give_back(self, judged: Judgements) -> None:
        """Leave what was not needed to the proofs that follow."""
        judged.budget.steps += self.budget.steps
        self.budget.steps = 0

    def _of(self, question: QuestionSpec, budget: Budget) -> Sway:
        found = Sway.UNSEEN
        for posed, is_idle in self.conditions.get(question.key, ()):
            # In a row the columns before stand for the questions of the same name.
            if posed.asked.get(question.key) is not question:
                continue
            try:
                if not is_idle and sways(question, posed.condition, posed.asked, budget):
                    return Sway.SOME
            except TooIntricate:
                found = Sway.UNKNOWN
            if found is Sway.UNSEEN:
                found = Sway.NONE
        return found


def swaying(pack: PolicyPack, judged: Judgements) -> Swaying:
    """Lay out the conditions of a pack by the questions that they look at."""
    conditions: dict[str, list[tuple[Posed, bool]]] = {}
    for path, posed in judged.conditions.items():
        if path[:2] == RULES and not isinstance(path[2], int):
            continue  # It is made of the conditions of rules that are here by themselves.
        is_idle = judged.can_hold(path) is False or judged.can_fail(path) is False
        for key in questions_of(posed.condition):
            conditions.setdefault(key, []).append((posed, is_idle))
    budget = Budget(judged.budget.steps // 2)
    judged.budget.steps -= budget.steps
    return Swaying(conditions, budget, sum(1 for _ in all_questions(pack)))
