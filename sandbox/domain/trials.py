"""Describe how a sandbox test moves: its statuses, and its place in its tier's plan of stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.lifecycle import Lifecycle, Transition
from sandbox.domain.packs import StageSpec, TierSpec


class TrialStatus(StrEnum):
    """Name where a sandbox test stands; a new one is in its first stage, preparing."""

    PREPARING = "preparing"
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


class TrialAction(StrEnum):
    """Name what moves a sandbox test from one status to another."""

    ENTER_STAGE = "enter_stage"
    SUSPEND = "suspend"
    RESUME = "resume"
    COMPLETE = "complete"
    END = "end"


LIFECYCLE: Lifecycle[TrialStatus, TrialAction] = Lifecycle(
    (
        Transition(TrialStatus.PREPARING, TrialAction.ENTER_STAGE, TrialStatus.RUNNING),
        Transition(TrialStatus.PREPARING, TrialAction.END, TrialStatus.ENDED_EARLY),
        Transition(TrialStatus.RUNNING, TrialAction.ENTER_STAGE, TrialStatus.RUNNING),
        Transition(TrialStatus.RUNNING, TrialAction.SUSPEND, TrialStatus.SUSPENDED),
        Transition(TrialStatus.RUNNING, TrialAction.COMPLETE, TrialStatus.COMPLETED),
        Transition(TrialStatus.RUNNING, TrialAction.END, TrialStatus.ENDED_EARLY),
        Transition(TrialStatus.SUSPENDED, TrialAction.RESUME, TrialStatus.RUNNING),
        Transition(TrialStatus.SUSPENDED, TrialAction.END, TrialStatus.ENDED_EARLY),
    )
)

OPEN_STATUSES = frozenset({TrialStatus.PREPARING, TrialStatus.RUNNING, TrialStatus.SUSPENDED})


class StageState(StrEnum):
    """Name how a stage of the plan relates to today."""

    DONE = "done"
    CURRENT = "current"
    SUSPENDED = "suspended"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class StageVisit:
    """Say when a sandbox test was in a stage; without `left_on` it still is."""

    key: str
    entered_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Place one stage of the plan in time.

    Units: `days` and `days_left` are calendar days; the day of entry is day 0.
    Shape: `days_left` is None unless the test is in the stage, negative once it overstays.
    """

    spec: StageSpec
    state: StageState
    entered_on: date | None
    left_on: date | None
    days: int
    days_left: int | None


def next_stage(tier: TierSpec, current: str | None) -> StageSpec | None:
    """Return the stage after `current`, the first if there is none, None after the last.

    Raises: KeyError if the tier has no stage of that key.
    """
    if current is None:
        return tier.stages[0] if tier.stages else None
    after = tier.stages.index(tier.stage(current)) + 1
    return tier.stages[after] if after < len(tier.stages) else None


def stage_plan(
    tier: TierSpec, entered: Sequence[StageVisit], today: date, suspended: bool, ended: bool
) -> tuple[StageProgress, ...]:
    """Lay out every stage of the tier with its state, its dates and the time that is left in it.

    Visits to stages that the tier does not have (it was changed) leave no trace here. Once the
    test has ended, no stage is current and none is next.
    """
    keys = [stage.key for stage in tier.stages]
    reached = max((keys.index(visit.key) for visit in entered if visit.key in keys), default=-1)
    plan = []
    for position, stage in enumerate(tier.stages):
        visits = [visit for visit in entered if visit.key == stage.key]
        if visits:
            plan.append(_visited(stage, visits, today, suspended, ended))
        else:
            is_next = position == reached + 1 and not ended
            state = StageState.NEXT if is_next else StageState.LATER
            plan.append(StageProgress(stage, state, None, None, 0, None))
    return tuple(plan)


def _visited(
    stage: StageSpec, visits: Sequence[StageVisit], today: date, suspended: bool, ended: bool
) -> StageProgress:
    days = sum(((visit.left_on or today) - visit.entered_on).days for visit in visits)
    is_here = not ended and visits[-1].left_on is None
    if not is_here:
        state = StageState.DONE
    else:
        state = StageState.SUSPENDED if suspended else StageState.CURRENT
    return StageProgress(
        spec=stage,
        state=state,
        entered_on=visits[0].entered_on,
        left_on=visits[-1].left_on,
        days=days,
        days_left=stage.max_days - days if is_here else None,
    )
