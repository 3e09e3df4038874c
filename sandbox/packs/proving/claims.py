"""Hold what a proof states, and decide for proofs whether any answers meet a condition."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sandbox.domain.packs import Condition, PolicyPack, QuestionSpec
from sandbox.domain.reach import Budget, TooIntricate, find_answers
from sandbox.packs.checking import Finding
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l


@dataclass(frozen=True, slots=True)
class Proof:
    """State what holds of a pack, and how that is known."""

    claim: Sentence
    how: Sentence


@dataclass(frozen=True, slots=True)
class Warned:
    """Say what is lawful but odd."""

    finding: Finding


Shown = Finding | Warned | Proof
Prover = Callable[[PolicyPack, Budget], Iterator[Shown]]


NO_RULE = _l("no answers ever meet this rule")
NO_USE = _l("no answers ever meet this use")
NO_PRIORITY = _l("no answers ever have this priority")
SHARE = 200_000
"""The most comparisons that the proof of one condition may cost."""


def can_hold(
    condition: Condition | None, asked_before: Mapping[str, QuestionSpec], budget: Budget
) -> bool | None:
    """Tell whether any answers make the condition hold; None if that is too intricate to tell.

    Each condition has a share of its own, so that one that is costly refuses no other.
    """
    share = Budget(min(budget.steps, SHARE))
    given = share.steps
    try:
        return find_answers(condition, asked_before, share) is not None
    except TooIntricate:
        return None
    finally:
        budget.steps -= given - max(share.steps, 0)


def intricate(path: Path) -> Finding:
    """Say that nobody could tell when a condition holds."""
    return Finding(
        path,
        Fault.TOO_LARGE,
        _l("hangs on so many answers that nobody could say when it holds"),
        _l("fewer questions, options or comparisons"),
    )


def fires(
    path: Path, when: Condition, asked: Mapping[str, QuestionSpec], budget: Budget, never: Sentence
) -> Iterator[Shown]:
    """Find whether any answers meet a condition; `never` says of what it is, if none do."""
    can = can_hold(when, asked, budget)
    if can is None:
        yield intricate(path)
    elif not can:
        yield Finding(
            path,
            Fault.UNREACHABLE,
            never,
            _l("a condition that some answers meet, or no such entry"),
        )
