"""A case goes on under other rules only if they know everything that is on its record."""

from dataclasses import replace
from datetime import date

import pytest

from sandbox.domain.moving import Obstacle, Promise, Standing, broken_promises, obstacles
from sandbox.domain.packs import Compare, Operator, QuestionKind, Silence
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
        ({"returned": frozenset({"gone"})}, (Obstacle.RETURNED, "gone")),
        ({"sections": frozenset({"gone"})}, (Obstacle.SECTION, "gone")),
        ({"authorities": frozenset({"GONE"})}, (Obstacle.AUTHORITY, "GONE")),
        ({"criteria": frozenset({"gone"})}, (Obstacle.CRITERION, "gone")),
        ({"calls": frozenset({"gone"})}, (Obstacle.CALL, "gone")),
        ({"stages": ("gone",)}, (Obstacle.STAGE, "gone")),
        ({"evidence": frozenset({("", "gone")})}, (Obstacle.REQUIREMENT, "gone")),
        ({"start_conditions": frozenset({"gone"})}, (Obstacle.START_CONDITION, "gone")),
        ({"plan_fields": frozenset({"gone"})}, (Obstacle.PLAN_FIELD, "gone")),
        ({"metrics": frozenset({"gone"})}, (Obstacle.METRIC, "gone")),
        ({"incident_classes": frozenset({"gone"})}, (Obstacle.INCIDENT_CLASS, "gone")),
        ({"grounds": frozenset({"gone"})}, (Obstacle.GROUND, "gone")),
        ({"relief_kinds": frozenset({"gone"})}, (Obstacle.RELIEF_KIND, "gone")),
    ],
)
def test_what_the_rules_do_not_know_is_named(
    record: dict[str, object], expected: tuple[Obstacle, str]
) -> None:
    assert obstacles(PACK, standing(**record)) == (expected,)


def test_tier_that_is_prohibited_now_is_an_obstacle() -> None:
    closed = replace(PACK, tiers=(replace(TIER, prohibited=True), *PACK.tiers[1:]))
    assert (Obstacle.PROHIBITED, TIER.key) in obstacles(closed, standing())


def test_answer_to_a_question_that_is_asked_no_longer_is_an_obstacle() -> None:
    section = PACK.sections[0]
    first, second, *others = section.questions
    never = replace(second, ask_if=Compare(first.key, Operator.EQUALS, "never"))
    changed = replace(section, questions=(first, never, *others))
    pack = replace(PACK, sections=(changed, *PACK.sections[1:]))
    given = standing(answers={second.key: "yes"})
    assert (Obstacle.QUESTION, second.key) not in obstacles(PACK, given)
    assert (Obstacle.QUESTION, second.key) in obstacles(pack, given)


def test_answer_of_another_kind_is_an_obstacle_and_none_at_all_is_not() -> None:
    section = PACK.sections[0]
    first, *others = section.questions
    for kind in (QuestionKind.ORGANISATION, QuestionKind.ROWS, QuestionKind.FILE):
        asked = replace(section, questions=(replace(first, kind=kind, options=()), *others))
        pack = replace(PACK, sections=(asked, *PACK.sections[1:]))
        given = standing(answers={first.key: "Acme"})
        assert obstacles(pack, given) == ((Obstacle.ANSWER, first.key),)
        assert obstacles(pack, standing()) == ()


EARLY, LATE = date(2026, 3, 2), date(2026, 3, 9)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (Promise(LATE), Promise(EARLY), Obstacle.TERM),
        (Promise(EARLY), Promise(LATE), None),
        (Promise(EARLY), Promise(EARLY), None),
        (None, Promise(LATE), Obstacle.TERM),
        (Promise(EARLY), None, None),
        (Promise(EARLY, Silence.NONE), Promise(EARLY, Silence.GRANTED), Obstacle.SILENCE),
        (Promise(EARLY, Silence.GRANTED), Promise(EARLY, Silence.GRANTED), None),
        (Promise(EARLY, Silence.GRANTED), Promise(EARLY, Silence.NONE), None),
        (Promise(EARLY, Silence.GRANTED), Promise(LATE), None),
    ],
)
def test_promise_is_kept_or_named(
    old: Promise | None, new: Promise | None, expected: Obstacle | None
) -> None:
    before, after = ({"term": each} if each else {} for each in (old, new))
    assert broken_promises(before, after) == (((expected, "term"),) if expected else ())
