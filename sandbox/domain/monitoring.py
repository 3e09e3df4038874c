"""Judge readings against a metric's thresholds, and say when reports fall due."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from sandbox.domain.packs import Direction, MetricSpec, StageSpec, Text

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Level(StrEnum):
    """Name how a reading stands to its metric's thresholds, from good to bad."""

    WITHIN = "within"
    WARNING = "warning"
    BREACH = "breach"


def judge(metric: MetricSpec, value: Decimal) -> Level:
    """Judge one reading: a threshold is passed as soon as it is reached.

    A reading that meets the target is within whatever the thresholds say, so that a pack may put
    the warning at the target itself.
    """
    sign = 1 if metric.direction is Direction.AT_MOST else -1
    if sign * value <= sign * metric.target:
        return Level.WITHIN
    if sign * value >= sign * metric.breach:
        return Level.BREACH
    if sign * value >= sign * metric.warning:
        return Level.WARNING
    return Level.WITHIN


# A metric that must stay below its target is in breach from the threshold upwards.
_BREACH_SIGNS = {Direction.AT_MOST: "≥", Direction.AT_LEAST: "≤"}


def breach_words(metric: MetricSpec, value: Decimal) -> Text:
    """Say a value in breach, and from where on it is one, in every language of the metric."""
    return Text(
        {
            language: f"{name}: {format(value.normalize(), 'f')}{_threshold(metric, language)}"
            for language, name in metric.name.by_language.items()
        }
    )


def read_breach(metrics: Iterable[MetricSpec], said: str, language: str) -> Text | None:
    """Recognise what `breach_words` once said in one language, to say it in the others.

    None where it was said by somebody, or of metrics that are called otherwise now.
    """
    for metric in metrics:
        before, after = f"{metric.name.in_(language)}: ", _threshold(metric, language)
        if not (said.startswith(before) and said.endswith(after)):
            continue
        value = said.removeprefix(before).removesuffix(after)
        if _PLAIN.fullmatch(value):
            return breach_words(metric, Decimal(value))
    return None


def _threshold(metric: MetricSpec, language: str) -> str:
    breach = format(metric.breach.normalize(), "f")
    return f" {metric.unit.in_(language)} ({_BREACH_SIGNS[metric.direction]} {breach})"


class Cap(StrEnum):
    """Name what a stage can limit."""

    PARTICIPANTS = "participants"
    PLACES = "places"
    AMOUNT_EACH = "amount_each"
    AMOUNT_TOTAL = "amount_total"


@dataclass(frozen=True, slots=True)
class Reach:
    """Say how far a test has reached, in what a stage can limit; None where nobody was asked.

    Units: the amounts are cents of the pack's currency.
    """

    participants: int
    places: int | None = None
    amount_each: int | None = None
    amount_total: int | None = None

    def of(self, cap: Cap) -> int | None:
        """Return how far the test has reached in one respect."""
        return {
            Cap.PARTICIPANTS: self.participants,
            Cap.PLACES: self.places,
            Cap.AMOUNT_EACH: self.amount_each,
            Cap.AMOUNT_TOTAL: self.amount_total,
        }[cap]


def caps_of(stage: StageSpec) -> dict[Cap, int]:
    """Return the limits of a stage, without those that it does not have."""
    limits = {
        Cap.PARTICIPANTS: stage.participants_cap,
        Cap.PLACES: stage.places_cap,
        Cap.AMOUNT_EACH: stage.amount_per_person_cap,
        Cap.AMOUNT_TOTAL: stage.amount_total_cap,
    }
    return {cap: limit for cap, limit in limits.items() if limit is not None}


def exceeded_caps(stage: StageSpec, reach: Reach) -> tuple[Cap, ...]:
    """List the limits of the stage that the test is beyond."""
    return tuple(cap for cap, limit in caps_of(stage).items() if (reach.of(cap) or 0) > limit)


def untold_caps(stage: StageSpec, reach: Reach) -> tuple[Cap, ...]:
    """List the limits of the stage of which a report does not say how far the test has reached."""
    return tuple(cap for cap in caps_of(stage) if reach.of(cap) is None)


def worst(levels: Iterable[Level]) -> Level:
    """Return the worst of the levels; nothing read is nothing wrong."""
    order = list(Level)
    return max(levels, key=order.index, default=Level.WITHIN)


def reports_due(
    stage: StageSpec, entered_on: date, today: date, suspended_days: int
) -> tuple[date, ...]:
    """List the days on which reports have fallen due in the stage, today included.

    Days of suspension do not count towards the cadence: they put every due day off by as many.
    """
    if stage.report_every_days is None:
        return ()
    running_days = (today - entered_on).days - suspended_days
    count = running_days // stage.report_every_days
    return tuple(
        _due(stage.report_every_days, entered_on, suspended_days, n + 1) for n in range(count)
    )


def next_report_due(
    stage: StageSpec, entered_on: date, today: date, suspended_days: int
) -> date | None:
    """Return the first day after today on which a report falls due, if the stage asks for any."""
    if stage.report_every_days is None:
        return None
    count = len(reports_due(stage, entered_on, today, suspended_days))
    return _due(stage.report_every_days, entered_on, suspended_days, count + 1)


def _due(every_days: int, entered_on: date, suspended_days: int, number: int) -> date:
    return entered_on + timedelta(days=number * every_days + suspended_days)
