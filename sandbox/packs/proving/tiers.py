"""Prove that every combination of answers leads to exactly one tier."""

from collections.abc import Iterator

from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Condition,
    HardRule,
    Not,
    PolicyPack,
    ProhibitedUse,
    QuestionKind,
    TierSpec,
)
from sandbox.domain.reach import Budget
from sandbox.packs.checking import Finding, form_questions, most_points
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import (
    NO_PRIORITY,
    NO_RULE,
    NO_USE,
    Proof,
    Shown,
    Warned,
    fires,
    intricate,
)
from sandbox.packs.proving.judging import SHARE, Judgements, can_hold
from sandbox.packs.saying import sentence as _l

MOST_POINTS = 1_000
"""The most points that all answers together may give, so that every sum can be looked at."""


def prove_one_tier(pack: PolicyPack, judged: Judgements) -> Iterator[Shown]:
    """Prove that any answers lead to one tier; warn of a tier to which none lead."""
    for index in range(len(pack.hard_rules)):
        yield from fires(("hard_rules", index, "when"), judged, NO_RULE)
    for index, use in enumerate(pack.prohibited_uses):
        yield from fires(("prohibited_uses", index, "when"), judged, NO_USE)
        yield from _barred(index, use, judged)
    for index in range(len(pack.priorities)):
        yield from fires(("priorities", index, "when"), judged, NO_PRIORITY)
    most = most_points(pack)
    if most > MOST_POINTS:
        yield Finding(
            ("sections",),
            Fault.TOO_LARGE,
            _l("the answers can give %(most)s points", most=most),
            _l("at most %(most)s points in all", most=MOST_POINTS),
        )
        return
    sums = _sums(pack)
    for index, tier in enumerate(pack.tiers):
        if not _is_reached(pack, tier, sums, judged.budget):
            yield Warned(
                Finding(
                    ("tiers", index),
                    Fault.ODD,
                    _l("no answers lead to this tier"),
                    _l("points or a hard rule that lead to it, or no such tier"),
                )
            )
    ranges = tuple(
        _l(
            "%(tier)s %(least)s to %(most)s",
            tier=tier.key,
            least=tier.min_points or 0,
            most="…" if tier.max_points is None else tier.max_points,
        )
        for tier in pack.tiers
        if not tier.prohibited
    )
    yield Proof(
        _l("Every combination of answers leads to exactly one tier."),
        _l(
            "All answers together give between 0 and %(most)s points, whatever is asked; "
            "the ranges (%(ranges)s) follow one another without gap or overlap over all "
            "of them, so the points name one tier. The %(hard_rules)s hard rules only "
            "raise it, and of the tiers they name the severest stands. No answers meet one "
            "of the %(uses)s prohibited uses without a rule that leads to the prohibited tier.",
            most=most,
            uses=len(pack.prohibited_uses),
            ranges=ranges,
            hard_rules=len(pack.hard_rules),
        ),
    )


def _barred(index: int, use: ProhibitedUse, judged: Judgements) -> Iterator[Shown]:
    """Find a prohibited use that some answers meet without being raised to the prohibited tier."""
    path: Path = ("prohibited_uses", index, "when")
    can = judged.can_escape(path)
    if can is None:
        yield intricate(path)
    elif can:
        yield Finding(
            path,
            Fault.INCONSISTENT,
            _l(
                'answers that mean "%(use)s" can lead to another tier than the prohibited one',
                use=use.key,
            ),
            _l("a hard rule to the prohibited tier with the same condition"),
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
    order = {each.key: place for place, each in enumerate(pack.tiers)}
    place = order[tier.key]
    above = [rule.when for rule in pack.hard_rules if order[rule.at_least] > place]
    spared: tuple[Condition, ...] = (Not(AnyOf(tuple(above))),) if above else ()
    asked = dict(pack.questions)
    if _lies_in(sums, tier) and can_hold(AllOf(spared), asked, budget, SHARE) is not False:
        return True
    raising: list[HardRule] = [rule for rule in pack.hard_rules if rule.at_least == tier.key]
    return any(
        can_hold(AllOf((rule.when, *spared)), asked, budget, SHARE) is not False for rule in raising
    )


def _lies_in(sums: int, tier: TierSpec) -> bool:
    if tier.min_points is None:
        return False
    inside = sums >> tier.min_points
    if tier.max_points is not None:
        inside &= (1 << (tier.max_points - tier.min_points + 1)) - 1
    return inside != 0
