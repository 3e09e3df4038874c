"""Find to which tiers answers lead, and how many points they give: exactly, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.domain.packs import (
    AnyOf,
    Condition,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    TierSpec,
)
from sandbox.domain.reach import Budget, TooIntricate, find_sums
from sandbox.packs.checking import form_questions, most_points
from sandbox.packs.proving.judging import Judgements


@dataclass(frozen=True, slots=True)
class Reach:
    """Hold the places of the tiers to which some answers lead, and of those nobody knows of.

    `least` and `most` bound the points of all answers together.
    """

    tiers: frozenset[int]
    unknown: frozenset[int]
    least: int
    most: int

    def is_only(self, place: int) -> bool:
        """Tell whether whatever anybody answers leads to this tier."""
        return not (self.tiers | self.unknown) - {place} and place in self.tiers | self.unknown


def reach_of(pack: PolicyPack, judged: Judgements) -> Reach:
    """Find to which tiers answers lead; what would cost too much is unknown, never guessed."""
    places = range(len(pack.tiers))
    # The severest tier first: of the tiers that hard rules name, that one stands.
    severest = tuple(reversed(places))
    raising = [_raising(pack, pack.tiers[place]) for place in severest]
    together = _find(pack, (), judged.budget)
    sums = 0 if together is None else together.get(None, 0)
    if not sums:
        sums = _bounded(pack)
    found = _find(pack, raising, judged.budget)
    if found is None:
        tiers = frozenset(_certain(pack, judged))
        unknown = frozenset(_possible(pack, judged, sums)) - tiers
    else:
        tiers, unknown = frozenset(_led(pack, severest, found)), frozenset()
    return Reach(tiers, unknown, (sums & -sums).bit_length() - 1, sums.bit_length() - 1)


def _raising(pack: PolicyPack, tier: TierSpec) -> Condition:
    return AnyOf(tuple(rule.when for rule in pack.hard_rules if rule.at_least == tier.key))


def _find(
    pack: PolicyPack, watched: Sequence[Condition], budget: Budget
) -> Mapping[int | None, int] | None:
    """Find the sums of points for half of what is left, or None if that is too little."""
    own = Budget(budget.steps // 2)
    budget.steps -= own.steps
    try:
        found = find_sums(watched, dict(pack.questions), own)
    except TooIntricate:
        return None
    budget.steps += own.steps
    return found


def _led(
    pack: PolicyPack, severest: Sequence[int], found: Mapping[int | None, int]
) -> Iterator[int]:
    for first, sums in found.items():
        raised = 0 if first is None else severest[first]
        for place, tier in enumerate(pack.tiers):
            if place == raised and (tier.prohibited or _lies_in(sums, 0, tier.max_points)):
                # Points of a milder tier do not lead below the one that a rule names.
                yield place
            elif (
                place > raised
                and not tier.prohibited
                and _lies_in(sums, tier.min_points or 0, tier.max_points)
            ):
                yield place


def _lies_in(sums: int, least: int, most: int | None) -> bool:
    inside = sums >> least
    if most is not None:
        inside &= (1 << (most - least + 1)) - 1
    return inside != 0


def _certain(pack: PolicyPack, judged: Judgements) -> Iterator[int]:
    """List the tier to which a rule leads that some answers meet, if none is severer."""
    last = len(pack.tiers) - 1
    for index, rule in enumerate(pack.hard_rules):
        if pack.tiers[last].key == rule.at_least and judged.can_hold(("hard_rules", index, "when")):
            yield last


def _possible(pack: PolicyPack, judged: Judgements, sums: int) -> Iterator[int]:
    """List the tiers of which it is not certain that no answers lead to them."""
    order = {tier.key: place for place, tier in enumerate(pack.tiers)}
    named = {order[rule.at_least] for rule in pack.hard_rules}
    always = (
        order[rule.at_least]
        for index, rule in enumerate(pack.hard_rules)
        if judged.can_fail(("hard_rules", index, "when")) is False
    )
    lowest = max(always, default=0)
    for place, tier in enumerate(pack.tiers):
        in_range = not tier.prohibited and _lies_in(sums, tier.min_points or 0, tier.max_points)
        if place >= lowest and (place in named or in_range):
            yield place


def _bounded(pack: PolicyPack) -> int:
    """Return all sums between the bounds that each question sets by itself."""
    least = sum(_least_points(question) for _, question in form_questions(pack))
    return (1 << (most_points(pack) + 1)) - (1 << least)


def _least_points(question: QuestionSpec) -> int:
    points = sorted(option.points for option in question.options)
    if question.ask_if is not None or not question.required:
        return 0
    if question.kind is QuestionKind.CHOICE:
        return points[0]
    if question.kind is QuestionKind.MANY:
        return sum(points[: max(question.minimum or 1, 1)])
    return 0
