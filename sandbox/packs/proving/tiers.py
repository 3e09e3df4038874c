"""Prove that every combination of answers leads to exactly one tier."""

from collections.abc import Iterator

from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Condition,
    HardRule,
    Not,
    PolicyPack,
    QuestionKind,
    TierSpec,
)
from sandbox.domain.reach import Budget
from sandbox.packs.checking import Finding, form_questions, most_points
from sandbox.packs.errors import Fault
from sandbox.packs.proving.claims import Proof, Shown, Warned, can_hold, fires

MOST_POINTS = 1_000
"""The most points that all answers together may give, so that every sum can be looked at."""


def prove_one_tier(pack: PolicyPack, budget: Budget) -> Iterator[Shown]:
    """Prove that any answers lead to one tier; warn of a tier to which none lead."""
    asked = dict(pack.questions)
    for index, rule in enumerate(pack.hard_rules):
        yield from fires(("hard_rules", index, "when"), rule.when, asked, budget, "rule")
    for index, use in enumerate(pack.prohibited_uses):
        yield from fires(("prohibited_uses", index, "when"), use.when, asked, budget, "use")
    most = most_points(pack)
    if most > MOST_POINTS:
        yield Finding(
            ("sections",),
            Fault.TOO_LARGE,
            f"the answers can give {most} points",
            f"at most {MOST_POINTS} points in all",
        )
        return
    sums = _sums(pack)
    for index, tier in enumerate(pack.tiers):
        if not _is_reached(pack, tier, sums, budget):
            yield Warned(Finding(("tiers", index), Fault.ODD, "no answers lead to this tier"))
    ranges = ", ".join(
        f"{tier.key} {tier.min_points} to {tier.max_points if tier.max_points is not None else '…'}"
        for tier in pack.tiers
        if not tier.prohibited
    )
    yield Proof(
        "Every combination of answers leads to exactly one tier.",
        f"All answers together give between 0 and {most} points, whatever is asked; the ranges "
        f"({ranges}) follow one another without gap or overlap over all of them, so the points "
        f"name one tier. The {len(pack.hard_rules)} hard rules only raise it, and of the tiers "
        "they name the severest stands.",
    )


def _sums(pack: PolicyPack) -> int:
    """Return the sums of points that answers can give, as the bits of one number.

    Conditions are left out of the account, so a sum that is missing can certainly not be reached.
    """
    sums = 1
    for _, question in form_questions(pack):
        if question.kind is QuestionKind.YES_NO:
            sums |= sums << question.points
        elif question.kind is QuestionKind.CHOICE:
            chosen = sums
            for option in question.options:
                chosen |= sums << option.points
            sums = chosen
        elif question.kind is QuestionKind.MANY:
            for option in question.options:
                sums |= sums << option.points
    return sums


def _is_reached(pack: PolicyPack, tier: TierSpec, sums: int, budget: Budget) -> bool:
    """Tell whether answers may lead to a tier; only a certain no is a no."""
    order = [each.key for each in pack.tiers]
    place = order.index(tier.key)
    above = [rule.when for rule in pack.hard_rules if order.index(rule.at_least) > place]
    spared: tuple[Condition, ...] = (Not(AnyOf(tuple(above))),) if above else ()
    asked = dict(pack.questions)
    if _lies_in(sums, tier) and can_hold(AllOf(spared), asked, budget) is not False:
        return True
    raising: list[HardRule] = [rule for rule in pack.hard_rules if rule.at_least == tier.key]
    return any(
        can_hold(AllOf((rule.when, *spared)), asked, budget) is not False for rule in raising
    )


def _lies_in(sums: int, tier: TierSpec) -> bool:
    if tier.min_points is None:
        return False
    inside = sums >> tier.min_points
    if tier.max_points is not None:
        inside &= (1 << (tier.max_points - tier.min_points + 1)) - 1
    return inside != 0
