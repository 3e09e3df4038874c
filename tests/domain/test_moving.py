"""A case goes on under other rules only if they know everything that is on its record."""

from dataclasses import replace

import pytest

from sandbox.domain.moving import Obstacle, Standing, obstacles
from tests.domain.tiny_pack import tiny_pack

PACK = tiny_pack()
TIER = PACK.tiers[0]


def standing(**values: object) -> Standing:
    return replace(Standing(answers={}), **values)  # type: ignore[arg-type]


def test_case_without_record_meets_nothing() -> None:
    assert obstacles(PACK, standing()) == ()


def test_what_the_rules_know_is_no_obstacle() -> None:
    known = standing(
        authorities=frozenset({PACK.authorities[0].code}),
        stages=tuple(stage.key for stage in TIER.stages),
        evidence=frozenset((stage.key, each.key) for stage in TIER.stages for each in stage.gate)
        | {("", each.key) for each in TIER.completion},
        start_conditions=frozenset(each.key for each in TIER.start_conditions),
    )
    assert obstacles(PACK, known) == ()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"answers": {"gone": "1"}}, (Obstacle.QUESTION, "gone")),
        ({"authorities": frozenset({"GONE"})}, (Obstacle.AUTHORITY, "GONE")),
        ({"criteria": frozenset({"gone"})}, (Obstacle.CRITERION, "gone")),
        ({"stages": ("gone",)}, (Obstacle.STAGE, "gone")),
        ({"evidence": frozenset({("", "gone")})}, (Obstacle.REQUIREMENT, "gone")),
        ({"start_conditions": frozenset({"gone"})}, (Obstacle.START_CONDITION, "gone")),
        ({"plan_fields": frozenset({"gone"})}, (Obstacle.PLAN_FIELD, "gone")),
        ({"metrics": frozenset({"gone"})}, (Obstacle.METRIC, "gone")),
        ({"incident_classes": frozenset({"gone"})}, (Obstacle.INCIDENT_CLASS, "gone")),
    ],
)
def test_what_the_rules_do_not_know_is_named(
    record: dict[str, object], expected: tuple[Obstacle, str]
) -> None:
    assert obstacles(PACK, standing(**record)) == (expected,)


def test_tier_that_is_prohibited_now_is_an_obstacle() -> None:
    closed = replace(PACK, tiers=(replace(TIER, prohibited=True), *PACK.tiers[1:]))
    assert (Obstacle.PROHIBITED, TIER.key) in obstacles(closed, standing())
