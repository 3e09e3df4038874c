"""Say what a new pack would change in the cases of this platform, and why."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sandbox.applications.wording import length_words, read
from sandbox.domain.calendar import Stop
from sandbox.domain.explaining import DayKind, Span
from sandbox.domain.packs import (
    ClockUnit,
    MetricSpec,
    PolicyPack,
    PrioritySpec,
    RequirementSpec,
    StageSpec,
)
from sandbox.domain.routing import RoutingReason
from sandbox.domain.simulation import Aspect, Cause, Effect, Reason, Why
from sandbox.kernel.formats import day, money, quoted, span
from sandbox.kernel.language import current_language
from sandbox.kernel.terms import stopped_words
from sandbox.programme.changes import change_sentence
from sandbox.programme.names import FIELD
from sandbox.programme.queries import Simulated
from sandbox.programme.words import part_words

_EFFECT: Mapping[Aspect, LazyString] = {
    Aspect.TIER: _l("Tier: %(before)s under its rules, %(after)s under the new ones."),
    Aspect.LEAD: _l("Lead: %(before)s under its rules, %(after)s under the new ones."),
    Aspect.ASSOCIATES: _l("Associates: %(before)s under its rules, %(after)s under the new ones."),
    Aspect.STAGES: _l("Stages: %(before)s under its rules, %(after)s under the new ones."),
    Aspect.GATES: _l("What the stages ask for and allow changes."),
    Aspect.DEADLINE: _l(
        "Last day for the decision: %(before)s under its rules, %(after)s under the new ones."
    ),
    Aspect.POSITIONS: _l(
        "Last day for positions: %(before)s under its rules, %(after)s under the new ones."
    ),
    Aspect.PRIORITY: _l("Priority: %(before)s under its rules, %(after)s under the new ones."),
}


MOST_CHANGES = 5
"""Rules that are told of each case; the difference of the two versions tells all of them once."""


def simulated_lines(new: PolicyPack, case: Simulated) -> Iterator[str]:
    """Say one case that would change: its name, then a sentence for each effect and change."""
    yield f"{case.reference} {case.title}"
    for sentence in simulated_sentences(new, case):
        yield f"  {sentence}"


def simulated_sentences(new: PolicyPack, case: Simulated, *, reasons: bool = True) -> Iterator[str]:
    """Say what would be different of one case, then by which rules it would be worked otherwise."""
    for effect in case.effects:
        # Which reasons for a priority hold is known from answers alone.
        if reasons or effect.aspect is not Aspect.PRIORITY:
            yield effect_sentence(case.rules, new, effect, reasons=reasons)
    for change in case.changes[:MOST_CHANGES]:
        yield change_sentence(case.rules, new, change)
    more = len(case.changes) - MOST_CHANGES
    if more > 0:
        yield ngettext(
            "%(num)d more difference between the versions bears on it.",
            "%(num)d more differences between the versions bear on it.",
            more,
        )


def effect_sentence(
    old: PolicyPack, new: PolicyPack, effect: Effect, *, reasons: bool = True
) -> str:
    """Say one effect, with the reasons that make it; each side in the words of its own rules.

    Both sides are what rules propose from the answers, today: whom the secretariat has assigned
    meanwhile plays no part. Without `reasons` nothing of an answer is told.
    """
    before, after = _said(old, effect, effect.before), _said(new, effect, effect.after)
    words = str(_EFFECT[effect.aspect]) % {"before": before, "after": after}
    gained = [_reason(each) for each in effect.gained if reasons]
    lost = [_reason(each) for each in effect.lost if reasons]
    if gained:
        words += " " + _("Because of: %(reasons)s.", reasons="; ".join(gained))
    if lost:
        words += " " + _("No longer counts: %(reasons)s.", reasons="; ".join(lost))
    # On which days a company was asked for something is told to those who read the case.
    causes = [_cause(old, new, each) for each in effect.why if reasons or not _is_of_the_case(each)]
    if causes:
        words += " " + _("Why: %(causes)s.", causes="; ".join(causes))
    return words


def _is_of_the_case(why: Why) -> bool:
    stop = why.before or why.after
    return isinstance(stop, Stop) and stop.ground is None


def _cause(old: PolicyPack, new: PolicyPack, why: Why) -> str:
    match why.cause:
        case Cause.LENGTH:
            return _(
                "the term was %(before)s and is now %(after)s",
                before=_term(why.before),
                after=_term(why.after),
            )
        case Cause.STOP | Cause.FREE_DAY:
            return _still(why)
        case Cause.OTHER_TIER:
            return _("the tier is another one")
        case Cause.ORDER:
            return _("the stages come in another order")
        case Cause.REQUIREMENT:
            return _requirement(why.before, why.after)
        case Cause.LIMIT:
            return _limit(old, new, why)
        case Cause.METRIC | Cause.START_CONDITION:
            return _demanded(why.before, why.after)
        case Cause.STAGE:
            return _stage(why.before, why.after)


def _still(why: Why) -> str:
    """Say a day on which a clock stands still under one of the rules alone."""
    if isinstance(why.after, date):
        return _("%(day)s is now no business day", day=day(why.after))
    if isinstance(why.before, date):
        return _("%(day)s is now a business day", day=day(why.before))
    if why.after is None:
        return _("the clock no longer stands still on %(days)s", days=_stop(why.before))
    return _("the clock stands still on %(days)s", days=_stop(why.after))


def _term(value: object) -> str:
    unit, length = value if isinstance(value, tuple) else (ClockUnit.BUSINESS_DAYS, 0)
    return length_words(unit, length)


def _stop(stop: object) -> str:
    if not isinstance(stop, Stop) or stop.ended_on is None:
        return ""
    last = max(stop.started_on, stop.ended_on - timedelta(days=1))
    days = Span(DayKind.STOPPED, stop.started_on, last, reason=stop.reason, ground=stop.ground)
    return f"{span(stop.started_on, last)} ({stopped_words(days, current_language())})"


def _requirement(before: object, after: object) -> str:
    if not isinstance(after, RequirementSpec):
        name = read(before.label) if isinstance(before, RequirementSpec) else ""
        return _("“%(requirement)s” is no longer asked for", requirement=name)
    if isinstance(before, RequirementSpec):
        return _("“%(requirement)s” is asked for otherwise", requirement=read(after.label))
    return _("“%(requirement)s” is asked for", requirement=read(after.label))


def _demanded(before: object, after: object) -> str:
    """Say a metric or a start condition that is new, is gone, or demands something else."""
    part = before if after is None else after
    name = part_words(part)
    if isinstance(part, MetricSpec):
        if before is None:
            return _("%(metric)s is measured", metric=name)
        if after is None:
            return _("%(metric)s is no longer measured", metric=name)
        return _("%(metric)s has other values", metric=name)
    if before is None:
        return _("%(condition)s is a condition of the start", condition=name)
    if after is None:
        return _("%(condition)s is no longer a condition of the start", condition=name)
    return _("%(condition)s is brought by somebody else", condition=name)


def _limit(old: PolicyPack, new: PolicyPack, why: Why) -> str:
    """Say a limit of a stage; each side is the stage, the name of its field and the number."""
    match why.before, why.after:
        case _, (StageSpec() as stage, "live", bool() as is_live):
            if is_live:
                return _("“%(stage)s” exposes real participants", stage=read(stage.name))
            return _("“%(stage)s” no longer exposes real participants", stage=read(stage.name))
        case (StageSpec(), str(), was), (StageSpec() as stage, str() as name, is_now):
            return _(
                "“%(stage)s”: %(limit)s %(after)s instead of %(before)s",
                stage=read(stage.name),
                limit=FIELD[name],
                before=_number(name, was, old.currency),
                after=_number(name, is_now, new.currency),
            )
        case _:
            return ""


def _number(name: str, value: object, currency: str) -> str:
    if not isinstance(value, int):
        return _("no limit") if name.endswith("_cap") else _("no reports by a fixed day")
    return money(value, currency) if name.startswith("amount") else str(value)


def _stage(before: object, after: object) -> str:
    if isinstance(before, StageSpec) and isinstance(after, StageSpec):
        return _(
            "“%(stage)s” may last %(after)s instead of %(before)s",
            stage=read(after.name),
            before=length_words(ClockUnit.CALENDAR_DAYS, before.max_days),
            after=length_words(ClockUnit.CALENDAR_DAYS, after.max_days),
        )
    if isinstance(after, StageSpec):
        return _("“%(stage)s” is new", stage=read(after.name))
    name = read(before.name) if isinstance(before, StageSpec) else ""
    return _("“%(stage)s” is gone", stage=name)


def _said(pack: PolicyPack, effect: Effect, value: object) -> str:
    match value:
        case None | ():
            return _("none")
        case date():
            return day(value)
        case _ if effect.aspect is Aspect.GATES:
            return ""  # what changes is said by its causes
        case tuple():
            return ", ".join(_part(each) for each in value)
        case _ if effect.aspect is Aspect.TIER:
            names = {tier.key: read(tier.name) for tier in pack.tiers}
            return names.get(str(value), str(value))
        case _:
            return str(value)


def _part(value: object) -> str:
    if isinstance(value, PrioritySpec):
        return part_words(value)
    if isinstance(value, tuple):
        code, due_on = value
        return f"{code} {day(due_on)}"
    if isinstance(value, StageSpec):
        return ngettext(
            "“%(stage)s” (%(num)d day)",
            "“%(stage)s” (%(num)d days)",
            value.max_days,
            stage=read(value.name),
        )
    return str(value)


def _reason(reason: Reason) -> str:
    said = quoted(read(reason.label))
    if reason.is_closed:
        said = _("%(question)s (confidential)", question=said)
    if reason.answer is not None:
        said += f" {quoted(read(reason.answer))}"
    if isinstance(reason, RoutingReason) and reason.leads:
        return _(
            "%(answer)s (preponderant activity: %(authority)s leads)",
            answer=said,
            authority=reason.authority,
        )
    if isinstance(reason, RoutingReason):
        return f"{said} ({reason.authority} +{reason.weight})"
    return said if reason.raises_to or reason.is_closed else f"{said} (+{reason.points})"
