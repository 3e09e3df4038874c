"""Leave of the reasons for a tier or a routing the question alone where its answer is closed."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from sandbox.domain.conditions import questions_of
from sandbox.domain.packs import PolicyPack
from sandbox.domain.risk import TierReason
from sandbox.domain.routing import RoutingReason
from sandbox.domain.simulation import Effect, Reason

Kind = TypeVar("Kind")


def veil_routing(
    reasons: Iterable[RoutingReason], closed: Collection[str]
) -> tuple[RoutingReason, ...]:
    """Take the answers to closed questions out of the reasons for which authorities are asked."""
    return tuple(
        replace(each, answer=None, is_closed=True) if each.question in closed else each
        for each in reasons
    )


def veil_tier(
    pack: PolicyPack, reasons: Iterable[TierReason], closed: Collection[str]
) -> tuple[TierReason, ...]:
    """Take the answers to closed questions out of the reasons for a tier; each is named once.

    What an option counts tells which one was chosen, and what a hard rule says tells the answer:
    of both the question alone is left.
    """
    return _once(_veiled_tier(pack, each, closed) for each in reasons)


def veil_effect(
    effect: Effect, old: PolicyPack, new: PolicyPack, closed: Collection[str]
) -> Effect:
    """Take the answers to closed questions out of what other rules would change."""
    return replace(
        effect,
        gained=_veiled(new, effect.gained, closed),
        lost=_veiled(old, effect.lost, closed),
    )


def _veiled(
    pack: PolicyPack, reasons: Iterable[Reason], closed: Collection[str]
) -> tuple[Reason, ...]:
    return _once(
        _veiled_tier(pack, each, closed)
        if isinstance(each, TierReason)
        else veil_routing((each,), closed)[0]
        for each in reasons
    )


def _once(reasons: Iterable[Kind]) -> tuple[Kind, ...]:
    """Leave out what stands there already: several answers to one question look alike now."""
    kept: list[Kind] = []
    for each in reasons:
        if each not in kept:
            kept.append(each)
    return tuple(kept)


def _veiled_tier(pack: PolicyPack, reason: TierReason, closed: Collection[str]) -> TierReason:
    looked_at = {reason.question}
    if reason.raises_to is not None:
        rules = (rule for rule in pack.hard_rules if rule.reason == reason.label)
        looked_at |= frozenset().union(*(questions_of(rule.when) for rule in rules))
    hidden = [key for key in pack.questions if key in looked_at and key in closed]
    if not hidden:
        return reason
    label = pack.questions[hidden[0]].label
    return replace(reason, question=hidden[0], label=label, answer=None, points=0, is_closed=True)
