"""Say what becomes of a case under other rules, and which of its answers make the difference."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.risk import TierReason, tiering
from sandbox.domain.routing import RoutingReason, propose


class Aspect(StrEnum):
    """Name what of a case may turn out differently."""

    TIER = "tier"
    LEAD = "lead"
    ASSOCIATES = "associates"
    STAGES = "stages"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Fate:
    """Hold what the rules make of one case.

    Shape: `stages` are the key and most days of each stage of the tier; `due_on` is the last day
    for the decision, None where it has been taken.
    """

    tier: str
    points: int
    lead: str | None
    associates: tuple[str, ...]
    stages: tuple[tuple[str, int], ...]
    due_on: date | None
    tier_reasons: tuple[TierReason, ...]
    routing_reasons: tuple[RoutingReason, ...]


Reason = TierReason | RoutingReason


@dataclass(frozen=True, slots=True)
class Effect:
    """Say one difference: what it was, what it would be, and the reasons that are new or gone.

    Shape: `before` and `after` are keys and codes, for STAGES pairs of key and days (only those
    that differ), for DEADLINE days. A changed deadline has no reasons: they are the terms.
    """

    aspect: Aspect
    before: object
    after: object
    gained: tuple[Reason, ...]
    lost: tuple[Reason, ...]


def fate(
    pack: PolicyPack,
    answers: Answers,
    on: date,
    due_on: date | None,
    applied: Collection[str] = (),
) -> Fate:
    """Return what a pack makes of these answers on a day.

    Shape: `applied` are the codes of the authorities whose succession has been applied.
    """
    tiered, routed = tiering(pack, answers), propose(pack, answers, on, applied)
    return Fate(
        tier=tiered.tier,
        points=tiered.points,
        lead=routed.lead,
        associates=tuple(sorted(routed.associates)),
        stages=tuple((stage.key, stage.max_days) for stage in pack.tier(tiered.tier).stages),
        due_on=due_on,
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
        (Aspect.STAGES, *_differing(old.stages, new.stages), none),
        (Aspect.DEADLINE, old.due_on, new.due_on, none),
    )
    return tuple(
        Effect(aspect, before, after, *reasons)
        for aspect, before, after, reasons in compared
        if before != after
    )


def _differing(
    old: tuple[tuple[str, int], ...], new: tuple[tuple[str, int], ...]
) -> tuple[object, object]:
    """Return the stages that only one of two plans has, or both plans where the order differs."""
    before = tuple(each for each in old if each not in new)
    after = tuple(each for each in new if each not in old)
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
