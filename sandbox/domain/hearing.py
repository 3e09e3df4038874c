"""Say what a company is told before it is decided, and what its answer asks of the decision."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import PolicyPack


class CompanyAnswer(StrEnum):
    """Name what a company says to a preliminary result; that it lets the term pass is none."""

    COMMENTS = "comments"
    CONTESTS = "contests"
    NOTHING = "nothing"  # it says that it has nothing to say


@dataclass(frozen=True, slots=True)
class Announced:
    """Hold what a company was told to expect."""

    outcome: DecisionOutcome
    conditions: tuple[str, ...]


def is_announced_first(
    pack: PolicyPack,
    outcome: DecisionOutcome,
    conditions: Collection[str],
    announced: Iterable[Announced],
) -> bool:
    """Tell whether the company is still to be heard on an outcome before it is decided.

    It was heard on what was announced to it, whatever it answered: on the same outcome, and on no
    condition that is new to it.
    """
    rules = pack.preliminary_result
    if rules is None or outcome.value not in rules.outcomes:
        return False
    return not any(
        outcome is each.outcome and set(conditions) <= set(each.conditions) for each in announced
    )


def needs_text(answer: CompanyAnswer) -> bool:
    """Tell whether an answer says nothing without words."""
    return answer is not CompanyAnswer.NOTHING


def needs_reply(answer: CompanyAnswer | None) -> bool:
    """Tell whether the authorities must say in writing what they make of an answer."""
    return answer is CompanyAnswer.CONTESTS
