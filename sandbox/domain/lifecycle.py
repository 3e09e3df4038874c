"""Hold one state machine, driven by a table, for everything that has a status."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from sandbox.domain.refusals import TransitionRefused

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transition(Generic[S, A]):
    """Lead from one status to another by one action."""

    source: S
    action: A
    target: S


class Lifecycle(Generic[S, A]):
    """Answer from a table of transitions what may happen next.

    Raises: ValueError if the table lets one action lead from one status to two.
    """

    def __init__(self, transitions: Iterable[Transition[S, A]]) -> None:
        self.transitions = tuple(transitions)
        self._targets: dict[tuple[S, A], S] = {}
        for transition in self.transitions:
            if (transition.source, transition.action) in self._targets:
                raise ValueError(f"{transition.action} leads from {transition.source} twice")
            self._targets[transition.source, transition.action] = transition.target

    @property
    def statuses(self) -> tuple[S, ...]:
        """List every status that the table mentions, in order of first mention."""
        ends = ((each.source, each.target) for each in self.transitions)
        return tuple(dict.fromkeys(status for pair in ends for status in pair))

    def advance(self, status: S, action: A) -> S:
        """Return the status that the action leads to. Raises: TransitionRefused."""
        target = self._targets.get((status, action))
        if target is None:
            raise TransitionRefused(status, action, self.possible(status))
        return target

    def allows(self, status: S, action: A) -> bool:
        """Tell whether the action may happen in this status."""
        return (status, action) in self._targets

    def possible(self, status: S) -> tuple[A, ...]:
        """List the actions that this status allows, in the order of the table."""
        return tuple(action for source, action in self._targets if source == status)
