from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from sandbox.domain.packs import (
    Moment,
    PolicyPack,
    PublicLaterSpec,
    StageSpec,
    Suspender,
    SuspensionGroundSpec,
    TierSpec,
)
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.domain.trials import (
    LIFECYCLE,
    OPEN_STATUSES,
    StageProgress,
    StageState,
    StageVisit,
    TrialAction,
    TrialStatus,
    days_suspended,
    ground_of_suspension,
    is_published,
    is_shown_sooner,
    latest_end,
    move,
    next_stage,
    possible,
    require_work,
    stage_due_on,
    stage_plan,
)
from tests.domain.tiny_pack import text, tiny_pack
from tests.factories import pack
from tests.trial_table import EVERYTHING, EXPECTED, What, position_of, statuses_at

EXPECTED_MOVES: dict[str, dict[str, str]] = {
    "preparing": {"enter_stage": "running", "end": "ended_early"},
    "running": {
        "enter_stage": "running",
        "suspend": "suspended",
        "complete": "completed",
        "end": "ended_early",
    },
    "suspended": {"resume": "running", "end": "ended_early"},
    "completed": {},
    "ended_early": {},
}


@pytest.mark.parametrize(("status", "action"), list(product(TrialStatus, TrialAction)), ids=str)
def test_trial_moves_exactly_as_expected(status: TrialStatus, action: TrialAction) -> None:
    expected = EXPECTED_MOVES[status].get(action)
    assert LIFECYCLE.allows(status, action) is (expected is not None)
    if expected is not None:
        assert LIFECYCLE.advance(status, action) == expected
    else:
        with pytest.raises(TransitionRefused) as refused:
            LIFECYCLE.advance(status, action)
        assert set(refused.value.possible) == set(EXPECTED_MOVES[status])


def test_every_status_and_action_is_used() -> None:
    assert set(LIFECYCLE.statuses) == set(TrialStatus) == set(EXPECTED_MOVES)
    assert {each.action for each in LIFECYCLE.transitions} == set(TrialAction)
    assert {status for status in TrialStatus if LIFECYCLE.possible(status)} == OPEN_STATUSES


PACK = tiny_pack()
TIERS = [tier for tier in PACK.tiers if tier.stages]
HIGH = PACK.tier("high")
START = date(2024, 1, 1)


GROUNDS = tuple(
    SuspensionGroundSpec(key, text(key), by)
    for key, by in (
        ("danger", (Suspender.COMPANY, Suspender.AUTHORITIES)),
        ("breach", (Suspender.AUTHORITIES, Suspender.RULES)),
        ("wish", (Suspender.COMPANY,)),
    )
)


@pytest.mark.parametrize(
    ("by", "given", "expected"),
    [
        (Suspender.COMPANY, "wish", "wish"),
        (Suspender.COMPANY, "danger", "danger"),
        (Suspender.AUTHORITIES, "danger", "danger"),
        (Suspender.RULES, None, "breach"),
    ],
)
def test_ground_of_a_suspension_is_one_of_its_party(
    by: Suspender, given: str | None, expected: str
) -> None:
    rules = replace(PACK, suspension_grounds=GROUNDS)
    assert ground_of_suspension(rules, by, given) == expected


@pytest.mark.parametrize(
    ("by", "given"),
    [
        (Suspender.COMPANY, None),
        (Suspender.COMPANY, "breach"),
        (Suspender.AUTHORITIES, "wish"),
        (Suspender.AUTHORITIES, "unheard_of"),
    ],
)
def test_another_partys_ground_or_none_is_refused(by: Suspender, given: str | None) -> None:
    rules = replace(PACK, suspension_grounds=GROUNDS)
    with pytest.raises(NotPossible) as refused:
        ground_of_suspension(rules, by, given)
    assert refused.value.reason is Why.GROUND_UNKNOWN


def test_rules_without_grounds_ask_for_none() -> None:
    rules = replace(PACK, suspension_grounds=())
    assert [ground_of_suspension(rules, by, None) for by in Suspender] == [None] * 3
    with pytest.raises(NotPossible):
        ground_of_suspension(rules, Suspender.COMPANY, "wish")


@pytest.mark.parametrize("suspended", [0, 9])
def test_test_ends_at_the_latest_after_the_longest_time_in_each_stage_that_is_left(
    suspended: int,
) -> None:
    lengths = [stage.max_days for stage in HIGH.stages]
    for place, stage in enumerate(HIGH.stages):
        ends_on = latest_end(HIGH, stage.key, START, suspended)
        assert (ends_on - START).days == sum(lengths[place:]) + suspended


@pytest.mark.parametrize(
    ("since", "shown"),
    [
        (None, set(TrialStatus)),
        (Moment.STARTED, set(TrialStatus) - {TrialStatus.PREPARING}),
        (Moment.ENDED, {TrialStatus.COMPLETED, TrialStatus.ENDED_EARLY}),
    ],
)
def test_public_answer_is_shown_from_its_moment_on(
    since: Moment | None, shown: set[TrialStatus]
) -> None:
    rules = publishing(since)
    assert {status for status in TrialStatus if is_published(rules, "title", status)} == shown
    later = {None: 0, Moment.STARTED: 1, Moment.ENDED: 2}
    for other, place in later.items():
        sooner = is_shown_sooner(rules, publishing(other), "title")
        assert sooner is (place < later[since])


def publishing(since: Moment | None) -> PolicyPack:
    held = () if since is None else (PublicLaterSpec("title", since),)
    return replace(PACK, public_later=held)


# --- every tier, stage, status and action ---------------------------------------------------------

PLACES = [
    (rules, tier, stage.key, status)
    for rules in (pack(), PACK)
    for tier in rules.tiers
    for stage in tier.stages
    for status in statuses_at(position_of(tier, stage.key))
]


def name_of(part: object) -> str:
    return str(getattr(part, "code", getattr(part, "key", part)))


def outcome(status: TrialStatus, tier: TierSpec, stage: str, what: What) -> str:
    """Try it, and name what came of it as the table does."""
    try:
        if isinstance(what, TrialAction):
            move(status, tier, stage, what)
        else:
            require_work(status, tier, stage, what)
    except TransitionRefused as refused:
        said = (refused.status, refused.action, refused.possible)
        is_true = said == (status, what, possible(status, tier, stage))
        return "status" if is_true else f"status, with {said}"
    except NotPossible as refused:
        return refused.reason
    return "ok"


@pytest.mark.parametrize(("rules", "tier", "stage", "status"), PLACES, ids=name_of)
def test_every_action_in_every_stage_of_every_tier_is_answered_as_the_table_says(
    rules: PolicyPack,
    tier: TierSpec,
    stage: str,
    status: TrialStatus,
) -> None:
    place = (position_of(tier, stage), status)
    answers = {what: outcome(status, tier, stage, what) for what in EVERYTHING}
    assert answers == {what: EXPECTED[place, what] for what in EVERYTHING}
    named = possible(status, tier, stage)
    assert len(named) == len(set(named))
    assert set(named) == {what for what in EVERYTHING if EXPECTED[place, what] == "ok"}


@pytest.mark.parametrize("rules", [pack(), PACK], ids=name_of)
def test_the_table_knows_every_place_that_a_test_can_come_to_and_no_other(
    rules: PolicyPack,
) -> None:
    for tier in (tier for tier in rules.tiers if tier.stages):
        seen: set[tuple[str, TrialStatus]] = set()
        waiting = [(tier.stages[0].key, TrialStatus.PREPARING)]
        while waiting:
            stage, status = waiting.pop()
            if (stage, status) in seen:
                continue
            seen.add((stage, status))
            for action in TrialAction:
                if action not in possible(status, tier, stage):
                    continue
                after = next_stage(tier, stage) if action is TrialAction.ENTER_STAGE else None
                waiting.append((after.key if after else stage, move(status, tier, stage, action)))
        assert seen == {
            (stage.key, status)
            for stage in tier.stages
            for status in statuses_at(position_of(tier, stage.key))
        }


def test_a_stage_of_another_tier_opens_nothing() -> None:
    with pytest.raises(KeyError):
        possible(TrialStatus.RUNNING, PACK.tier("minimal"), "laboratory")


@pytest.mark.parametrize("tier", PACK.tiers, ids=lambda tier: tier.key)
def test_next_stage_walks_through_every_stage_of_the_tier(tier: TierSpec) -> None:
    walked = []
    stage = next_stage(tier, None)
    while stage is not None:
        walked.append(stage)
        stage = next_stage(tier, stage.key)
    assert tuple(walked) == tier.stages


def test_next_stage_refuses_a_stage_of_another_tier() -> None:
    with pytest.raises(KeyError):
        next_stage(PACK.tier("minimal"), "laboratory")


def days(number: int) -> date:
    return START + timedelta(days=number)


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.key)
@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize("ended", [False, True])
def test_stage_plan_places_today_in_every_stage_of_every_tier(
    tier: TierSpec, suspended: bool, ended: bool
) -> None:
    # Each stage is left after ten days, the last visited one is still going on after four.
    for reached in range(len(tier.stages)):
        visits = [
            StageVisit(stage.key, days(10 * n), days(10 * n + 10) if n < reached else None)
            for n, stage in enumerate(tier.stages[: reached + 1])
        ]
        plan = stage_plan(tier, visits, days(10 * reached + 4), suspended, ended)
        here = StageState.SUSPENDED if suspended else StageState.CURRENT
        expected = ["done"] * reached
        expected += ["done" if ended else here]
        expected += ["later" if ended else "next", "later", "later", "later"]
        assert [each.state for each in plan] == expected[: len(tier.stages)]
        assert [each.spec for each in plan] == list(tier.stages)
        assert [each.days for each in plan] == (
            [10] * reached + [4] + [0] * (len(tier.stages) - reached - 1)
        )
        left = [None] * len(tier.stages)
        assert [each.days_left for each in plan[:reached]] == left[:reached]
        assert plan[reached].days_left == (None if ended else tier.stages[reached].max_days - 4)
        assert [each.entered_on for each in plan] == [
            days(10 * n) if n <= reached else None for n in range(len(tier.stages))
        ]


@pytest.mark.parametrize("tier", TIERS, ids=lambda tier: tier.key)
def test_stage_plan_before_the_first_stage_has_it_next(tier: TierSpec) -> None:
    plan = stage_plan(tier, [], START, suspended=False, ended=False)
    assert [each.state for each in plan] == ["next", *["later"] * (len(tier.stages) - 1)]


def test_stage_plan_between_two_stages_has_the_following_one_next() -> None:
    visits = [StageVisit("plan", days(0), days(5))]
    plan = stage_plan(HIGH, visits, days(9), suspended=False, ended=False)
    assert [each.state for each in plan] == ["done", "next", "later", "later"]
    assert plan[0] == StageProgress(
        HIGH.stages[0], StageState.DONE, days(0), days(5), days=5, days_left=None
    )


def test_stage_plan_of_a_completed_trial_is_all_done() -> None:
    visits = [
        StageVisit(stage.key, days(10 * n), days(10 * n + 10))
        for n, stage in enumerate(HIGH.stages)
    ]
    plan = stage_plan(HIGH, visits, days(99), suspended=False, ended=True)
    assert {each.state for each in plan} == {StageState.DONE}


def test_days_left_is_negative_once_the_stage_overstays() -> None:
    visits = [StageVisit("plan", days(0))]
    limit = HIGH.stages[0].max_days
    at = {
        each: stage_plan(HIGH, visits, days(each), suspended=False, ended=False)[0].days_left
        for each in (0, limit, limit + 1)
    }
    assert at == {0: limit, limit: 0, limit + 1: -1}


def test_days_of_suspension_take_nothing_from_the_days_left() -> None:
    visits = [StageVisit("plan", days(0))]
    limit = HIGH.stages[0].max_days

    def left(today: int, suspended_days: int) -> int | None:
        return stage_plan(
            HIGH,
            visits,
            days(today),
            suspended=False,
            ended=False,
            suspended_days=suspended_days,
        )[0].days_left

    assert [left(limit + 1, stopped) for stopped in (0, 1, 5)] == [-1, 0, 4]


@pytest.mark.parametrize("stopped", [0, 1, 40])
@pytest.mark.parametrize("stage", HIGH.stages, ids=lambda stage: stage.key)
def test_stage_is_to_be_left_on_the_last_day_that_leaves_none(
    stage: StageSpec, stopped: int
) -> None:
    due_on = stage_due_on(stage, START, stopped)
    assert (due_on - START).days - stopped == stage.max_days


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([], 0),
        ([(3, 5)], 2),
        ([(3, 5), (8, None)], 4),
        ([(-9, 2)], 2),
        ([(-9, -2)], 0),
        ([(4, 4)], 0),
    ],
)
def test_suspended_days_are_those_since_the_stage_was_entered(
    stops: list[tuple[int, int | None]], expected: int
) -> None:
    spans = [(days(begin), None if end is None else days(end)) for begin, end in stops]
    assert days_suspended(spans, START, days(10)) == expected


def test_second_visit_to_a_stage_adds_up() -> None:
    visits = [
        StageVisit("plan", days(0), days(5)),
        StageVisit("laboratory", days(5), days(9)),
        StageVisit("plan", days(9)),
    ]
    plan = stage_plan(HIGH, visits, days(12), suspended=False, ended=False)
    assert (plan[0].state, plan[0].days, plan[0].entered_on) == ("current", 8, days(0))
    assert (plan[1].state, plan[2].state) == ("done", "next")


def test_visits_to_stages_of_a_former_tier_leave_no_trace() -> None:
    visits = [StageVisit("plan", days(0), days(5)), StageVisit("pilot", days(5))]
    plan = stage_plan(HIGH, visits, days(6), suspended=False, ended=False)
    assert [each.state for each in plan] == ["done", "next", "later", "later"]
