"""Prove that every combination of answers leads to exactly one tier."""

from collections.abc import Iterator

from sandbox.domain.packs import PolicyPack, ProhibitedUse
from sandbox.packs.checking import Finding, most_points
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import (
    NO_PRIORITY,
    NO_RULE,
    NO_USE,
    Proof,
    Shown,
    Warned,
    always,
    fires,
    intricate,
)
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.proving.reached import Reach, reach_of
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
        path: Path = ("priorities", index, "when")
        yield from fires(path, judged, NO_PRIORITY)
        if judged.can_hold(path):
            odd = _l("always holds, so that it puts nobody before anybody else")
            yield from always(path, judged, odd, _l("a condition that some answers do not meet"))
    most = most_points(pack)
    if most > MOST_POINTS:
        yield Finding(
            ("sections",),
            Fault.TOO_LARGE,
            _l("the answers can give %(most)s points", most=most),
            _l("at most %(most)s points in all", most=MOST_POINTS),
        )
        return
    reach = reach_of(pack, judged)
    yield from _odd_tiers(pack, reach)
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
            "All answers together never give less than %(least)s points or more than "
            "%(most)s, whatever is asked; the ranges (%(ranges)s) follow one another without "
            "gap or overlap over all of them, so the points name one tier. The "
            "%(hard_rules)s hard rules only raise it, and of the tiers they name the severest "
            "stands. No answers meet one of the %(uses)s prohibited uses without a rule that "
            "leads to the prohibited tier.",
            least=reach.least,
            most=reach.most,
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


def _odd_tiers(pack: PolicyPack, reach: Reach) -> Iterator[Warned]:
    """Warn of tiers to which no answers lead, and of one that bars everybody."""
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        if reach.is_only(index) and tier.prohibited:
            message = _l("all answers lead to this tier, so that nobody is ever admitted")
            allowed = _l("hard rules that some answers do not meet")
            yield Warned(Finding(path, Fault.ODD, message, allowed))
            return
    for index in range(len(pack.tiers)):
        if index in reach.tiers:
            continue
        if index in reach.unknown:
            message = _l("hangs on so many answers that nobody could say whether any lead to it")
            allowed = _l("fewer questions, options or comparisons")
        else:
            message = _l("no answers lead to this tier")
            allowed = _l("points or a hard rule that lead to it, or no such tier")
        yield Warned(Finding(("tiers", index), Fault.ODD, message, allowed))
