"""Describe what waits for a person, so that every slice can add its part to My tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sandbox.domain.packs import PrioritySpec

MOST_OF_A_KIND = 25
"""So many tasks of one kind are shown at most, the most urgent; a list shows the others.

Whoever lists tasks stops at one more than that, so that My tasks knows that there are more.
"""


@dataclass(frozen=True, slots=True)
class Task:
    """Name one thing that waits for the actor.

    Shape: `kind` is a key of `sandbox.home.tasks.TASK_SENTENCES`; `endpoint` and `values` give the
    address of the page on which it is done; `gravity` puts what is overdue and grave before
    everything else, the gravest first, and is 0 for all other tasks; `priorities` are shown
    to those who work on an application that the rules put before others, and change no order.
    """

    kind: str
    reference: str
    title: str
    since: datetime
    due_on: date | None
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)
    gravity: int = 0
    priorities: tuple[PrioritySpec, ...] = ()
