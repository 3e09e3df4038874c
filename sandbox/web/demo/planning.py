"""Plan many cases in the proportions in which sandboxes really run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from sandbox.domain.packs import PolicyPack
from sandbox.web.demo.facts import projects, read

DAYS_A_YEAR = 365
LONGEST_SPAN_DAYS = 2800
FIRST_END_DAYS = 12
YEAR_FILLED = 0.85  # of what a year takes at most, since not every year has as many
VARIETIES = 2
STOPPED_EVERY = 6  # so many live tests are there for each that is suspended
TIERS = (0.44, 0.40, 0.16)  # shares of the mildest tiers; a pack may have fewer or more
TRIAL_TIERS = (0.53, 0.37, 0.10)


class Kind(StrEnum):
    """Name how far a generated case comes."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TRIAGE = "triage"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    UNDER_REVIEW = "under_review"
    INFORMATION_REQUESTED = "information_requested"
    DELIBERATION = "deliberation"
    REDIRECTED = "redirected"
    PROHIBITED = "prohibited"
    WITHDRAWN_EARLY = "withdrawn_early"
    WITHDRAWN_LATE = "withdrawn_late"
    LAPSED = "lapsed"
    DECLINED = "declined"
    NOT_STARTED = "not_started"
    LIVE = "live"
    ENDED_EARLY = "ended_early"
    COMPLETED = "completed"


# Shares of the applications that are not admitted.
REFUSED: Mapping[Kind, float] = {
    Kind.REDIRECTED: 0.26,
    Kind.LAPSED: 0.19,
    Kind.DECLINED: 0.24,
    Kind.WITHDRAWN_EARLY: 0.08,
    Kind.WITHDRAWN_LATE: 0.05,
    Kind.PROHIBITED: 0.03,
    Kind.DRAFT: 0.03,
    Kind.SUBMITTED: 0.02,
    Kind.TRIAGE: 0.02,
    Kind.RETURNED: 0.015,
    Kind.ASSIGNED: 0.01,
    Kind.UNDER_REVIEW: 0.02,
    Kind.INFORMATION_REQUESTED: 0.01,
    Kind.DELIBERATION: 0.005,
}
TRIALS = frozenset({Kind.NOT_STARTED, Kind.LIVE, Kind.ENDED_EARLY, Kind.COMPLETED})
# How long ago the last deed of an open case may be, so that its terms still run. Units: days.
OPEN: Mapping[Kind, tuple[int, int]] = {
    Kind.DRAFT: (1, 40),
    Kind.SUBMITTED: (0, 6),
    Kind.TRIAGE: (0, 12),
    Kind.RETURNED: (1, 8),
    Kind.ASSIGNED: (0, 3),
    Kind.UNDER_REVIEW: (1, 10),
    Kind.INFORMATION_REQUESTED: (1, 8),
    Kind.DELIBERATION: (0, 10),
    Kind.LIVE: (9, 75),
}
# However long the past is, no more are open than come in within the terms.
OPEN_AT_MOST: Mapping[Kind, int] = {
    Kind.DRAFT: 14,
    Kind.SUBMITTED: 6,
    Kind.TRIAGE: 8,
    Kind.RETURNED: 6,
    Kind.ASSIGNED: 5,
    Kind.UNDER_REVIEW: 8,
    Kind.INFORMATION_REQUESTED: 5,
    Kind.DELIBERATION: 3,
}
# About how long a case takes from its submission to its end. Units: days.
USUAL: Mapping[Kind, int] = {
    Kind.RETURNED: 6,
    Kind.ASSIGNED: 8,
    Kind.UNDER_REVIEW: 14,
    Kind.INFORMATION_REQUESTED: 22,
    Kind.DELIBERATION: 30,
    Kind.REDIRECTED: 7,
    Kind.PROHIBITED: 8,
    Kind.WITHDRAWN_EARLY: 9,
    Kind.WITHDRAWN_LATE: 22,
    Kind.LAPSED: 31,
    Kind.DECLINED: 30,
    Kind.NOT_STARTED: 58,
    Kind.ENDED_EARLY: 110,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan one case.

    Units: `ends` is how many days ago its last deed was. Shape: `tier` is a tier's key, `stage`
    the key of the stage in which a test is or ended.
    """

    number: int
    kind: Kind
    tier: str
    stage: str
    project: Mapping[str, Any]
    applicant: str  # the kind of organisation
    ends: int
    begins: int
    variety: int = 0  # tests of one kind go in several ways
    is_stopped: bool = False  # a live test that is suspended

    @property
    def is_open(self) -> bool:
        """Tell whether it still goes on, so that its dates have to be its own."""
        return self.kind in OPEN

    @property
    def plot(self) -> tuple[str, ...]:
        """Return what two cases have in common that are told alike."""
        return (self.kind, self.tier, self.stage, str(self.variety))


def make_plans(pack: PolicyPack, count: int, seed: int) -> Sequence[Plan]:
    """Plan cases, the earliest first; the same seed gives the same plans."""
    rng = Random(f"plans-{seed}")  # noqa: S311 - stories, not secrets
    scale = read("mexico")["scale"]
    kinds = [kind for kind, number in _shares(rng, count, scale).items() for _ in range(number)]
    rng.shuffle(kinds)
    per_year = scale["applications_per_year"][1]
    days = int(DAYS_A_YEAR * count / (per_year * YEAR_FILLED))
    span = min(LONGEST_SPAN_DAYS, max(DAYS_A_YEAR, days))
    past = span - FIRST_END_DAYS
    plans = [
        # Those that are over lie evenly in the past, so that no year has far more than another.
        _plan(rng, pack, place, kind, FIRST_END_DAYS + int(past * (place + rng.random()) / count))
        for place, kind in enumerate(kinds)
    ]
    return sorted(plans, key=lambda plan: (-plan.begins, plan.number))


def _shares(rng: Random, count: int, scale: Mapping[str, Any]) -> dict[Kind, int]:
    """Say how many cases come how far. Source: "scale" of the facts."""
    least, most = scale["accepted_fraction"]
    accepted = round(count * rng.uniform(least + 0.02, least + (most - least) / 3))
    fewest, many = scale["live_trials"]
    live = min(accepted, max(min(fewest, accepted // 2), min(many, accepted // 14)))
    rarely, often = scale["not_started_or_lapsed_fraction"]
    idle = round(accepted * rng.uniform(rarely + 0.05, (rarely + often) / 2))
    idle = min(idle, accepted - live)
    early = (accepted - live - idle) // 7
    shares = {
        Kind.LIVE: live,
        Kind.NOT_STARTED: idle,
        Kind.ENDED_EARLY: early,
        Kind.COMPLETED: accepted - live - idle - early,
    }
    refused = count - accepted
    total = sum(REFUSED.values())
    exact = {
        kind: min(share * refused / total, OPEN_AT_MOST.get(kind, refused))
        for kind, share in REFUSED.items()
    }
    shares |= {kind: int(number) for kind, number in exact.items()}
    closed = [kind for kind in REFUSED if kind not in OPEN_AT_MOST]
    while (missing := count - sum(shares.values())) > 0:
        for kind in closed[:missing]:
            shares[kind] += 1
    return shares


def _plan(rng: Random, pack: PolicyPack, number: int, kind: Kind, over: int) -> Plan:
    tier = _tier(rng, pack, kind)
    stages = [stage.key for stage in tier.stages]
    stage = ""
    if kind is Kind.LIVE:
        stage = rng.choice(stages)
    elif kind is Kind.NOT_STARTED:
        stage = stages[0]
    elif kind is Kind.ENDED_EARLY:
        stage = rng.choice(stages[1:-1] or stages)
    elif kind is Kind.COMPLETED:
        stage = stages[-1]
    days = OPEN.get(kind)
    ends = rng.randint(*days) if days else over
    if kind is Kind.COMPLETED or kind is Kind.LIVE:
        usual = 60 + sum(min(each.max_days, 90) for each in tier.stages)
    else:
        usual = USUAL.get(kind, 0)
    applicants = ("company", "company", "startup", "startup", "public_body", "academia")
    return Plan(
        number=number,
        kind=kind,
        tier=tier.key,
        stage=stage,
        project=rng.choice(projects()),
        applicant=rng.choice((*applicants, "civil_society")),
        ends=ends,
        begins=ends + usual,
        variety=number % VARIETIES if kind in TRIALS else 0,
        is_stopped=kind is Kind.LIVE and stage != stages[0] and number % STOPPED_EVERY == 0,
    )


def _tier(rng: Random, pack: PolicyPack, kind: Kind) -> Any:
    allowed = [tier for tier in pack.tiers if not tier.prohibited]
    if kind is Kind.PROHIBITED:
        return next((tier for tier in pack.tiers if tier.prohibited), allowed[-1])
    weights = [*(TRIAL_TIERS if kind in TRIALS else TIERS), *(0.05 for _ in allowed)]
    return rng.choices(allowed, weights[: len(allowed)])[0]
