"""Other rules change a case exactly where they make something else of it, and say why."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.domain.calendar import BusinessCalendar, Stop, read_clock
from sandbox.domain.packs import (
    Answers,
    CalendarSpec,
    ClockSpec,
    ClockUnit,
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    StageSpec,
)
from sandbox.domain.simulation import Aspect, Cause, Effect, Fate, effects, fate
from tests.domain.tiny_pack import is_yes, option, question, text, tiny_pack

TODAY = date(2026, 5, 4)
OLD = tiny_pack()


def asking(*questions: QuestionSpec, **changes: Any) -> PolicyPack:
    first = replace(OLD.sections[0], questions=questions)
    return tiny_pack(sections=(first,), hard_rules=(), prohibited_uses=(), **changes)


def apart(old: PolicyPack, new: PolicyPack, answers: Answers) -> dict[Aspect, Effect]:
    found = effects(fate(old, answers, TODAY, None), fate(new, answers, TODAY, None))
    return {each.aspect: each for each in found}


def choice(*options: OptionSpec) -> QuestionSpec:
    return question("risk", QuestionKind.CHOICE, options=options)


def test_same_rules_change_nothing() -> None:
    for answers in ({}, {"risk": "high"}):
        assert apart(OLD, replace(OLD, version="2"), answers) == {}


def test_points_raise_the_tier_and_name_the_answer() -> None:
    top = next(tier for tier in OLD.tiers if tier.max_points is None and not tier.prohibited)
    old = asking(choice(option("a"), option("b")))
    new = asking(choice(option("a"), option("b", top.min_points or 0)))

    assert apart(old, new, {"risk": "a"}) == {}
    effect = apart(old, new, {"risk": "b"})[Aspect.TIER]
    assert (effect.before, effect.after) == (OLD.tiers[0].key, top.key)
    assert [(each.question, each.answer) for each in effect.gained] == [("risk", text("option b"))]
    assert effect.lost == ()


def test_hard_rule_that_no_longer_fires_is_named() -> None:
    sure = question("sure", QuestionKind.YES_NO)
    rule = replace(OLD.hard_rules[0], when=is_yes("sure"), at_least=OLD.tiers[1].key)
    old = replace(asking(sure), hard_rules=(rule,))
    effect = apart(old, asking(sure), {"sure": "yes"})[Aspect.TIER]

    assert [each.label for each in effect.lost] == [rule.reason]
    assert effect.gained == ()


def test_other_wording_is_no_reason() -> None:
    old = asking(choice(option("a", 1)))
    new = asking(replace(choice(option("a", 1)), label=text("Said in another way")))

    assert apart(old, new, {"risk": "a"}) == {}


def test_competence_moves_the_lead_with_its_reason() -> None:
    first, second = OLD.authorities[:2]
    old = asking(choice(option("a", 0, (first.competences[0],))))
    new = asking(choice(option("a", 0, (second.competences[0],))))
    effect = apart(old, new, {"risk": "a"})[Aspect.LEAD]

    assert (effect.before, effect.after) == (first.code, second.code)
    assert [each.question for each in (*effect.gained, *effect.lost)] == ["risk", "risk"]


def test_only_the_stages_that_differ_are_named() -> None:
    tier = OLD.tiers[0]
    last = replace(tier.stages[-1], max_days=tier.stages[-1].max_days + 1)
    new = tiny_pack(tiers=(replace(tier, stages=(*tier.stages[:-1], last)), *OLD.tiers[1:]))
    effect = apart(OLD, new, {})[Aspect.STAGES]

    assert (effect.before, effect.after) == ((tier.stages[-1],), (last,))

    [why] = effect.why
    assert (why.cause, why.before, why.after) == (Cause.STAGE, tier.stages[-1], last)


def test_stages_that_come_and_go_are_named_unless_the_whole_tier_is_another() -> None:
    tier = OLD.tiers[0]
    first, second, *rest = tier.stages
    other = replace(second, key="other", name=text("Other"))

    def why(*stages: StageSpec) -> list[tuple[object, ...]]:
        new = tiny_pack(tiers=(replace(tier, stages=stages), *OLD.tiers[1:]))
        found = apart(OLD, new, {})[Aspect.STAGES].why
        return [(each.cause, each.before, each.after) for each in found]

    assert why(first, other, *rest) == [
        (Cause.STAGE, None, other),
        (Cause.STAGE, second, None),
    ]
    assert why(second, first, *rest) == [(Cause.ORDER, None, None)]
    top = next(each for each in OLD.tiers if each.max_points is None and not each.prohibited)
    risen = asking(choice(option("b", top.min_points or 0)))
    [effect] = [
        each
        for each in apart(asking(choice(option("b"))), risen, {"risk": "b"}).values()
        if each.aspect is Aspect.STAGES
    ]
    assert [each.cause for each in effect.why] == [Cause.OTHER_TIER]


def test_gates_and_limits_of_the_same_stages_are_compared_whatever_they_are_called() -> None:
    tier = next(each for each in OLD.tiers if len(each.stages) > 1 and each.stages[1].gate)
    first, second, *rest = tier.stages
    asked = second.gate[0]

    def why(stage: StageSpec, **changes: Any) -> list[tuple[object, ...]]:
        other = replace(tier, stages=(first, stage, *rest), **changes)
        new = tiny_pack(tiers=tuple(other if each is tier else each for each in OLD.tiers))
        was, is_now = (
            replace(fate(rules, {}, TODAY, None), tier=tier.key, plan=plan, completion=end)
            for rules, plan, end in (
                (OLD, tier.stages, tier.completion),
                (new, other.stages, other.completion),
            )
        )
        found = {each.aspect: each for each in effects(was, is_now)}
        assert found.keys() <= {Aspect.GATES}
        return [(w.cause, w.before, w.after) for each in found.values() for w in each.why]

    renamed = replace(asked, label=text("Called otherwise"))
    assert why(replace(second, gate=(renamed, *second.gate[1:]), name=text("Other"))) == []
    waivable = replace(asked, may_be_waived=not asked.may_be_waived)
    assert why(replace(second, gate=(waivable, *second.gate[1:]))) == [
        (Cause.REQUIREMENT, asked, waivable)
    ]
    assert why(replace(second, gate=second.gate[1:])) == [(Cause.REQUIREMENT, asked, None)]
    more = replace(asked, key="more")
    assert why(second, completion=(*tier.completion, more)) == [(Cause.REQUIREMENT, None, more)]
    fewer = replace(second, participants_cap=7)
    assert why(fewer) == [
        (
            Cause.LIMIT,
            (fewer, "participants_cap", second.participants_cap),
            (fewer, "participants_cap", 7),
        )
    ]


CLOCK = OLD.clocks[0]
STOP = Stop(date(2026, 5, 11), date(2026, 5, 13), "returned")


def deadline(
    clock: ClockSpec, stops: tuple[Stop, ...] = (), days_off: tuple[date, ...] = ()
) -> Fate:
    rules = tiny_pack(calendar=CalendarSpec("MX", "UTC", {day: text("Off") for day in days_off}))
    calendar = BusinessCalendar.from_spec(rules.calendar)
    return fate(rules, {}, TODAY, read_clock(clock, calendar, TODAY, stops, TODAY))


@pytest.mark.parametrize(
    ("new", "days", "why"),
    [
        (
            deadline(replace(CLOCK, length=41)),
            1,
            [(Cause.LENGTH, (CLOCK.unit, 40), (CLOCK.unit, 41))],
        ),
        (
            deadline(replace(CLOCK, unit=ClockUnit.CALENDAR_DAYS)),
            -16,
            [(Cause.LENGTH, (CLOCK.unit, 40), (ClockUnit.CALENDAR_DAYS, 40))],
        ),
        (deadline(CLOCK, (STOP,)), 2, [(Cause.STOP, None, STOP)]),
        (
            deadline(CLOCK, (), (date(2026, 6, 1), date(2026, 6, 6), date(2027, 1, 4))),
            1,
            [(Cause.FREE_DAY, None, date(2026, 6, 1))],
        ),
    ],
    ids=["longer", "of other days", "stopped", "with a day off"],
)
def test_deadline_is_compared_by_its_day_and_says_what_moves_it(
    new: Fate, days: int, why: list[tuple[object, ...]]
) -> None:
    old = deadline(CLOCK)
    assert effects(old, old) == ()
    [effect] = effects(old, new)
    assert (effect.aspect, effect.before, effect.after) == (Aspect.DEADLINE, old.due_on, new.due_on)
    assert old.due_on is not None
    assert new.due_on == old.due_on + timedelta(days=days)
    assert [(each.cause, each.before, each.after) for each in effect.why] == why
    [back] = effects(new, old)
    assert [(each.cause, each.after, each.before) for each in back.why] == why
