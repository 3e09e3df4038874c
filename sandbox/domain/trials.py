"""Describe how a sandbox test moves: its statuses, and its place in its tier's plan of stages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sandbox.domain.lifecycle import Lifecycle, Transition
from sandbox.domain.packs import Moment, PolicyPack, StageSpec, Suspender, TierSpec
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why


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


class TrialWork(StrEnum):
    """Name what people do for a sandbox test without moving it to another status."""

    SAVE_PLAN = "save_plan"
    AGREE_PLAN = "agree_plan"
    SET_START_CONDITION = "set_start_condition"
    DOCUMENT = "document"
    APPROVE = "approve"
    REFUSE = "refuse"
    WAIVE = "waive"
    REPORT = "report"
    ACCEPT_REPORT = "accept_report"
    RETURN_REPORT = "return_report"
    OPEN_INCIDENT = "open_incident"
    COMPLETE_INCIDENT = "complete_incident"
    REACT_INCIDENT = "react_incident"
    CLOSE_INCIDENT = "close_incident"
    FINAL_REPORT = "report_on_end"
    GRANT_RELIEF = "grant_relief"
    END_RELIEF = "end_relief"


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

# Reports that were handed in and incidents that were opened are worked off even after the end. No
# report is returned then: nobody could correct it any more.
_LEFT_OVER = frozenset(
    {
        TrialWork.ACCEPT_REPORT,
        TrialWork.COMPLETE_INCIDENT,
        TrialWork.REACT_INCIDENT,
        TrialWork.CLOSE_INCIDENT,
    }
)
_AT_THE_END = frozenset({TrialWork.FINAL_REPORT})
_REPORTING = frozenset({TrialWork.REPORT, TrialWork.ACCEPT_REPORT, TrialWork.RETURN_REPORT})
# What opens a gate. It rests during a suspension: nobody prepares the next stage of a test that
# perhaps never goes on, and what stopped it may change what the gate has to ask for.
_GATE_WORK = frozenset({TrialWork.DOCUMENT, TrialWork.APPROVE, TrialWork.REFUSE, TrialWork.WAIVE})

WORK: Mapping[TrialStatus, frozenset[TrialWork]] = {
    # Nothing runs while the plan is made, so that there is nothing to report on.
    TrialStatus.PREPARING: frozenset(TrialWork) - _REPORTING - _AT_THE_END,
    TrialStatus.RUNNING: frozenset(TrialWork)
    - {TrialWork.SAVE_PLAN, TrialWork.AGREE_PLAN}
    - _AT_THE_END,
    # A report on what ran until the stop stays owed, and what stopped the test can be put right.
    TrialStatus.SUSPENDED: frozenset(
        {
            TrialWork.SET_START_CONDITION,
            TrialWork.OPEN_INCIDENT,
            # What is stopped with the test can be ended for good; nothing new is granted.
            TrialWork.END_RELIEF,
            *_REPORTING,
            *_LEFT_OVER,
        }
    ),
    TrialStatus.COMPLETED: _LEFT_OVER | _AT_THE_END,
    TrialStatus.ENDED_EARLY: _LEFT_OVER | _AT_THE_END,
}
"""The kinds of work that are open in each status; what is not named here is refused."""


def possible(
    status: TrialStatus, tier: TierSpec, stage: str
) -> tuple[TrialAction | TrialWork, ...]:
    """List everything that is open to a sandbox test in a stage of its tier; moves come first.

    Raises: KeyError if the tier has no stage of that key.
    """
    is_last = next_stage(tier, stage) is None
    beyond = TrialAction.ENTER_STAGE if is_last else TrialAction.COMPLETE
    moves = (action for action in LIFECYCLE.possible(status) if action is not beyond)
    return (*moves, *(work for work in TrialWork if work in WORK[status]))


def move(status: TrialStatus, tier: TierSpec, stage: str, action: TrialAction) -> TrialStatus:
    """Return the status to which an action leads from a stage of the tier.

    Raises: TransitionRefused; NotPossible(STAGE_MISSING) where there is no stage left to enter,
    NotPossible(STILL_RUNNING) where stages remain before completion; KeyError for another
    tier's stage.
    """
    open_now = possible(status, tier, stage)
    if not LIFECYCLE.allows(status, action):
        raise TransitionRefused(status, action, open_now)
    if action not in open_now:
        is_entry = action is TrialAction.ENTER_STAGE
        raise NotPossible(Why.STAGE_MISSING if is_entry else Why.STILL_RUNNING)
    return LIFECYCLE.advance(status, action)


def require_work(status: TrialStatus, tier: TierSpec, stage: str, work: TrialWork) -> None:
    """Make sure that a kind of work is open in this status. Raises: TransitionRefused."""
    if work not in WORK[status]:
        raise TransitionRefused(status, work, possible(status, tier, stage))


def require_open(
    status: TrialStatus, tier: TierSpec, stage: str, deed: TrialAction | TrialWork
) -> None:
    """Make sure that a move or a kind of work is open to a sandbox test in a stage of its tier.

    Raises: as `move` and `require_work`.
    """
    if isinstance(deed, TrialAction):
        move(status, tier, stage, deed)
    else:
        require_work(status, tier, stage, deed)


def latest_end(tier: TierSpec, stage: str, entered_on: date, suspended_days: int) -> date:
    """Return the last day of a test that takes the longest time in its stage and in those after it.

    Units: `suspended_days` are calendar days within the stage, which do not count.
    Raises: KeyError if the tier has no stage of that key.
    """
    left = tier.stages[tier.stages.index(tier.stage(stage)) :]
    return entered_on + timedelta(days=suspended_days + sum(each.max_days for each in left))


def stage_due_on(stage: StageSpec, entered_on: date, suspended_days: int) -> date:
    """Return the last day on which a test may be in a stage without being over its limit.

    Units: `suspended_days` are calendar days within the stage, which do not count.
    """
    return entered_on + timedelta(days=stage.max_days + suspended_days)


def days_suspended(stops: Iterable[tuple[date, date | None]], entered_on: date, today: date) -> int:
    """Count the days since a stage was entered on which the test was suspended.

    Units: calendar days. Shape: `stops` are first and last days; without a last one it goes on.
    """
    spans = ((max(begin, entered_on), end or today) for begin, end in stops)
    return sum(max(0, (end - begin).days) for begin, end in spans)


def is_published(pack: PolicyPack, question: str, status: TrialStatus) -> bool:
    """Tell whether the register shows a public answer in this status of the test."""
    match pack.published_since(question):
        case Moment.STARTED:
            return status is not TrialStatus.PREPARING
        case Moment.ENDED:
            return status not in OPEN_STATUSES
        case _:
            return True


def is_shown_sooner(old: PolicyPack, new: PolicyPack, question: str) -> bool:
    """Tell whether other rules would show an answer in a status in which the old ones hide it."""
    return any(
        is_published(new, question, status) and not is_published(old, question, status)
        for status in TrialStatus
    )


def ground_of_suspension(pack: PolicyPack, by: Suspender, given: str | None) -> str | None:
    """Return the key of the ground on which a party stops a test; None where the pack has none.

    Where a party has but one, it need not name it.
    Raises: NotPossible(GROUND_UNKNOWN) for a ground that is not this party's, or for none at all.
    """
    allowed = [ground.key for ground in pack.grounds_of(by)]
    if given is None and len(allowed) <= 1:
        return allowed[0] if allowed else None
    if given not in allowed:
        raise NotPossible(Why.GROUND_UNKNOWN)
    return given


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

    Units: `days` and `days_left` are calendar days; the day of entry is day 0. What a suspension
    takes is part of `days`, and takes nothing from `days_left`.
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
    tier: TierSpec,
    entered: Sequence[StageVisit],
    today: date,
    suspended: bool,
    ended: bool,
    *,
    suspended_days: int = 0,
) -> tuple[StageProgress, ...]:
    """Lay out every stage of the tier with its state, its dates and the time that is left in it.

    Visits to stages that the tier does not have (it was changed) leave no trace here. Once the
    test has ended, no stage is current and none is next.
    Units: `suspended_days` are those in the stage where the test is.
    """
    keys = [stage.key for stage in tier.stages]
    reached = max((keys.index(visit.key) for visit in entered if visit.key in keys), default=-1)
    plan = []
    for position, stage in enumerate(tier.stages):
        visits = [visit for visit in entered if visit.key == stage.key]
        if visits:
            plan.append(
                _visited(stage, visits, today, suspended, ended, suspended_days=suspended_days)
            )
        else:
            is_next = position == reached + 1 and not ended
            state = StageState.NEXT if is_next else StageState.LATER
            plan.append(StageProgress(stage, state, None, None, 0, None))
    return tuple(plan)


def _visited(
    stage: StageSpec,
    visits: Sequence[StageVisit],
    today: date,
    suspended: bool,
    ended: bool,
    *,
    suspended_days: int,
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
        days_left=stage.max_days + suspended_days - days if is_here else None,
    )
