"""Say what becomes of a case under other rules, and which of its answers make the difference."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sandbox.domain.answers import priorities
from sandbox.domain.calendar import BusinessCalendar, ClockReading
from sandbox.domain.packs import (
    Answers,
    CalendarSpec,
    ClockUnit,
    MetricSpec,
    PolicyPack,
    PrioritySpec,
    RequirementSpec,
    StageSpec,
    StartConditionSpec,
    Text,
)
from sandbox.domain.risk import TierReason, tiering
from sandbox.domain.routing import RoutingReason, propose

LIMITS = (
    "participants_cap",
    "places_cap",
    "amount_per_person_cap",
    "amount_total_cap",
    "report_every_days",
    "live",
)
"""What a stage allows and asks for all the time, beside the gate before it."""


class Aspect(StrEnum):
    """Name what of a case may turn out differently."""

    TIER = "tier"
    LEAD = "lead"
    ASSOCIATES = "associates"
    STAGES = "stages"
    GATES = "gates"  # what the same stages ask for and allow, and what the test measures
    DEADLINE = "deadline"
    POSITIONS = "positions"  # the last days for the positions of authorities
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Fate:
    """Hold what the rules make of one case.

    Shape: `plan` are the stages of the tier; `clock` is the term of the decision, None where it has
    been taken; `completion` is the last gate; `positions` has the last day of each authority whose
    position is awaited; `priorities` are the reasons for which the case comes before others.
    """

    tier: str
    points: int
    lead: str | None
    associates: tuple[str, ...]
    plan: tuple[StageSpec, ...]
    completion: tuple[RequirementSpec, ...]
    metrics: tuple[MetricSpec, ...]
    start_conditions: tuple[StartConditionSpec, ...]
    priorities: tuple[PrioritySpec, ...]
    positions: tuple[tuple[str, date], ...]
    clock: ClockReading | None
    calendar: CalendarSpec
    tier_reasons: tuple[TierReason, ...]
    routing_reasons: tuple[RoutingReason, ...]

    @property
    def due_on(self) -> date | None:
        """Return the last day for the decision."""
        return None if self.clock is None else self.clock.due_on


class Cause(StrEnum):
    """Name what in the rules makes another deadline or another plan of stages."""

    LENGTH = "length"  # of the term; its unit and its number
    STOP = "stop"  # a stop of the clock that only one of the rules knows
    FREE_DAY = "free_day"  # a day that is a business day under one of the rules alone
    OTHER_TIER = "other_tier"
    STAGE = "stage"  # that is new, is gone, or lasts longer or shorter
    ORDER = "order"  # of stages that are otherwise the same
    REQUIREMENT = "requirement"  # of a gate that is new, is gone, or is satisfied otherwise
    LIMIT = "limit"  # of a stage: its stage, its field and the number
    METRIC = "metric"  # that is new, is gone, or has other thresholds
    START_CONDITION = "start_condition"  # that is new, is gone, or is somebody else's


@dataclass(frozen=True, slots=True)
class Why:
    """Say one cause, with what it was and what it would be; None where there is none."""

    cause: Cause
    before: object = None
    after: object = None


Reason = TierReason | RoutingReason


@dataclass(frozen=True, slots=True)
class Effect:
    """Say one difference: what it was, what it would be, and the reasons that are new or gone.

    Shape: `before` and `after` are keys and codes, for STAGES stages (only those that
    differ), for GATES what each of `why` holds, for DEADLINE days. The reasons are answers; of
    a changed deadline and of changed stages and gates `why` says what in the rules makes the
    difference.
    """

    aspect: Aspect
    before: object
    after: object
    gained: tuple[Reason, ...]
    lost: tuple[Reason, ...]
    why: tuple[Why, ...] = ()


def fate(
    pack: PolicyPack,
    answers: Answers,
    on: date,
    clock: ClockReading | None,
    applied: Collection[str] = (),
    *,
    positions: Mapping[str, date] | None = None,
) -> Fate:
    """Return what a pack makes of these answers on a day.

    Shape: `applied` are the codes of the authorities whose succession has been applied; `positions`
    maps those whose position is awaited to their last day.
    """
    tiered, routed = tiering(pack, answers), propose(pack, answers, on, applied)
    tier = pack.tier(tiered.tier)
    return Fate(
        tier=tiered.tier,
        points=tiered.points,
        lead=routed.lead,
        associates=tuple(sorted(routed.associates)),
        plan=tier.stages,
        completion=tier.completion,
        metrics=tuple(each for each in pack.metrics if each.key in tier.metrics),
        start_conditions=tier.start_conditions,
        priorities=priorities(pack, answers),
        positions=tuple(sorted((positions or {}).items())),
        clock=clock,
        calendar=pack.calendar,
        tier_reasons=tiered.reasons,
        routing_reasons=routed.reasons,
    )


def effects(old: Fate, new: Fate) -> tuple[Effect, ...]:
    """List what would be different, the weightiest first."""
    risk = _apart(old.tier_reasons, new.tier_reasons)
    routing = _apart(old.routing_reasons, new.routing_reasons)
    none: tuple[tuple[Reason, ...], tuple[Reason, ...]] = ((), ())
    compared = (
        (Aspect.TIER, old.tier, new.tier, risk),
        (Aspect.LEAD, old.lead, new.lead, routing),
        (Aspect.ASSOCIATES, old.associates, new.associates, routing),
        (Aspect.STAGES, *_differing(old.plan, new.plan), none),
        (Aspect.GATES, *_differing_gates(old, new), none),
        (Aspect.DEADLINE, old.due_on, new.due_on, none),
        (Aspect.POSITIONS, *_only_differing(old.positions, new.positions), none),
        (Aspect.PRIORITY, *_other_priorities(old.priorities, new.priorities), none),
    )
    causes = {
        Aspect.STAGES: _why_stages,
        Aspect.GATES: _why_gates,
        Aspect.DEADLINE: _why_deadline,
    }
    return tuple(
        Effect(
            aspect,
            before,
            after,
            *reasons,
            why=tuple(causes[aspect](old, new)) if aspect in causes else (),
        )
        for aspect, before, after, reasons in compared
        if before != after
    )


def _why_stages(old: Fate, new: Fate) -> Iterator[Why]:
    if old.tier != new.tier:
        yield Why(Cause.OTHER_TIER)
        return
    before, after = ({each.key: each for each in fate.plan} for fate in (old, new))
    for key in dict.fromkeys((*after, *before)):
        was, is_now = before.get(key), after.get(key)
        if was is None or is_now is None or was.max_days != is_now.max_days:
            yield Why(Cause.STAGE, was, is_now)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield Why(Cause.ORDER)


def _differing_gates(old: Fate, new: Fate) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what the rules ask for or allow otherwise, on either side."""
    causes = tuple(_why_gates(old, new))
    return tuple(why.before for why in causes), tuple(why.after for why in causes)


def _why_gates(old: Fate, new: Fate) -> Iterator[Why]:
    """Compare what the stages ask for and allow that both plans have."""
    if old.tier != new.tier:
        return
    before, after = ({each.key: each for each in fate.plan} for fate in (old, new))
    for key, was in before.items():
        if key in after:
            yield from _why_limits(was, after[key])
            yield from _why_gate(was.gate, after[key].gate)
    yield from _why_gate(old.completion, new.completion)
    yield from _why_parts(Cause.METRIC, old.metrics, new.metrics)
    yield from _why_parts(Cause.START_CONDITION, old.start_conditions, new.start_conditions)


Demanding = RequirementSpec | MetricSpec | StartConditionSpec


def _why_limits(was: StageSpec, is_now: StageSpec) -> Iterator[Why]:
    for name in LIMITS:
        before, after = getattr(was, name), getattr(is_now, name)
        if before != after:
            yield Why(Cause.LIMIT, (is_now, name, before), (is_now, name, after))


def _why_gate(was: Sequence[RequirementSpec], is_now: Sequence[RequirementSpec]) -> Iterator[Why]:
    return _why_parts(Cause.REQUIREMENT, was, is_now)


def _why_parts(
    cause: Cause, was: Sequence[Demanding], is_now: Sequence[Demanding]
) -> Iterator[Why]:
    """Compare parts by their keys; what they are called demands nothing."""
    before, after = ({each.key: each for each in parts} for parts in (was, is_now))
    for key in dict.fromkeys((*after, *before)):
        if _demand(before.get(key)) != _demand(after.get(key)):
            yield Why(cause, before.get(key), after.get(key))


def _demand(spec: Demanding | None) -> Demanding | None:
    """Leave out what a part is called."""
    if spec is None:
        return None
    if isinstance(spec, MetricSpec):
        return replace(spec, name=Text({}))
    return replace(spec, label=Text({}))


def _only_differing(
    old: tuple[tuple[str, date], ...], new: tuple[tuple[str, date], ...]
) -> tuple[tuple[tuple[str, date], ...], tuple[tuple[str, date], ...]]:
    """Return the days that only one of the rules sets."""
    before = tuple(each for each in old if each not in new)
    return before, tuple(each for each in new if each not in old)


def _other_priorities(
    old: tuple[PrioritySpec, ...], new: tuple[PrioritySpec, ...]
) -> tuple[tuple[PrioritySpec, ...], tuple[PrioritySpec, ...]]:
    """Return the reasons on both sides where they are not the same ones by their codes."""
    was, is_now = ([each.code for each in found] for found in (old, new))
    return ((), ()) if was == is_now else (old, new)


def _why_deadline(old: Fate, new: Fate) -> Iterator[Why]:
    if old.clock is None or new.clock is None:
        return
    was, is_now = old.clock.spec, new.clock.spec
    if (was.unit, was.length) != (is_now.unit, is_now.length):
        yield Why(Cause.LENGTH, (was.unit, was.length), (is_now.unit, is_now.length))
    last = max(old.clock.due_on, new.clock.due_on)
    for stop in old.clock.stops:
        if stop not in new.clock.stops and stop.started_on <= last:
            yield Why(Cause.STOP, before=stop)
    for stop in new.clock.stops:
        if stop not in old.clock.stops and stop.started_on <= last:
            yield Why(Cause.STOP, after=stop)
    yield from _free_days(old, new, old.clock, new.clock)


def _free_days(old: Fate, new: Fate, was: ClockReading, is_now: ClockReading) -> Iterator[Why]:
    """Find the days of the term that only one of the calendars keeps free."""
    units = {was.spec.unit, is_now.spec.unit}
    if units == {ClockUnit.CALENDAR_DAYS}:
        return
    last = max(was.due_on, is_now.due_on)
    # On a term of months only the days at its end must be business days.
    day = was.started_on if ClockUnit.BUSINESS_DAYS in units else min(was.due_on, is_now.due_on)
    before, after = (BusinessCalendar.from_spec(fate.calendar) for fate in (old, new))
    while day <= last:
        worked = before.is_business_day(day)
        if worked is not after.is_business_day(day):
            yield Why(Cause.FREE_DAY, *((None, day) if worked else (day, None)))
        day += timedelta(days=1)


def _differing(
    old: tuple[StageSpec, ...], new: tuple[StageSpec, ...]
) -> tuple[tuple[StageSpec, ...], tuple[StageSpec, ...]]:
    """Return the stages that only one of two plans has, or both plans where the order differs.

    A stage is the same where its key and its most days are.
    """
    was, is_now = ([(each.key, each.max_days) for each in plan] for plan in (old, new))
    if was == is_now:
        return (), ()
    before = tuple(each for each in old if (each.key, each.max_days) not in is_now)
    after = tuple(each for each in new if (each.key, each.max_days) not in was)
    return (before, after) if before or after else (old, new)


def _apart(
    old: Sequence[Reason], new: Sequence[Reason]
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return the reasons that only the new rules, and that only the old rules have.

    The wording of a question may change without changing what it decides, so it does not count.
    """
    before, after = {_mark(each) for each in old}, {_mark(each) for each in new}
    gained = tuple(each for each in new if _mark(each) not in before)
    return gained, tuple(each for each in old if _mark(each) not in after)


def _mark(reason: Reason) -> tuple[object, ...]:
    answer = None if reason.answer is None else tuple(reason.answer.by_language.items())
    if isinstance(reason, RoutingReason):
        return (
            reason.authority,
            reason.competence,
            reason.question,
            answer,
            reason.weight,
            reason.leads,
        )
    # A hard rule is known by its reason alone: it may look at several questions.
    said = tuple(reason.label.by_language.items()) if reason.raises_to else ()
    return (reason.question, answer, reason.points, reason.raises_to, said)
