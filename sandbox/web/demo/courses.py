"""Say how a sandbox test of a story goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.domain.monitoring import Level


@dataclass(frozen=True)
class Course:
    """Say how a test goes.

    Units: `days` is how long it is in its last stage by now, or ended how long ago.
    Shape: `reports` maps the number of a report to the level of its worst reading; `prepared` is
    the share of the next gate that is worked off. `ends` is "", completed or early.
    """

    stage: str
    days: int
    reports: Mapping[int, Level] = field(default_factory=dict)
    amiss: str = ""  # the metric of those readings; any, where the tier has no such
    prepared: float = 0.0
    waiting_report: bool = False
    overdue_report: bool = False
    returned_report: bool = False
    incidents: frozenset[int] = frozenset()  # numbers of the reports beside which one is told
    open_incident: bool = False
    suspended_days: int = 0
    ends: str = ""
    exit_kind: str = ""
    returned_once: bool = False  # the application came back once, and information was asked for
    pace: float = 0.7  # how much of the longest time a stage with reports usually takes
    extra_every: int | None = None  # hand in reports this often, where the pack asks for fewer
