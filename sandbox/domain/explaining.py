"""Say of every day of a term whether it counts, and if not, why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

from sandbox.domain.calendar import BusinessCalendar, ClockReading, add_months, covers
from sandbox.domain.packs import CalendarSpec, ClockUnit, Text

_ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """Name what a day does to a term."""

    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    STOPPED = "stopped"
    MOVED = "moved"  # after a term of months whose last day is no business day


@dataclass(frozen=True, slots=True)
class Span:
    """Hold days that follow one another and do the same to a term.

    Shape: `counted` are the numbers of the first and the last day, where they count; `reason` is
    the status in which the clock stood still, `ground` the law that stopped it, `name` what the
    programme calls a day off.
    """

    kind: DayKind
    first: date
    last: date
    counted: tuple[int, int] | None = None
    reason: str = ""
    ground: Text | None = None
    name: Text | None = None


def explain(reading: ClockReading, spec: CalendarSpec) -> tuple[Span, ...]:
    """Return the days of a term from its first to the one on which it is due.

    What is still to come is told as if nothing else stopped the clock.
    """
    spans: list[Span] = []
    for day in _days_of(reading, spec):
        before = spans[-1] if spans else None
        if before is not None and _goes_on(before, day):
            spans[-1] = _joined(before, day)
        else:
            spans.append(day)
    return tuple(spans)


def holiday_name(country: str, day: date, language: str) -> str:
    """Return what a holiday is called: in the reader's language, or in the country's own."""
    return _names_of(country, day.year, language).get(day, "")


def _days_of(reading: ClockReading, spec: CalendarSpec) -> Iterator[Span]:
    clock, day, number = reading.spec, reading.started_on, 0
    calendar = BusinessCalendar.from_spec(spec)
    nominal = clock.length
    if clock.unit is ClockUnit.MONTHS:
        nominal = (add_months(day, clock.length) - day).days
    while day < reading.due_on:
        day += _ONE_DAY
        stop = next((each for each in reading.stops if covers(each, day)), None)
        if stop is not None:
            yield Span(DayKind.STOPPED, day, day, reason=stop.reason, ground=stop.ground)
        elif clock.unit is ClockUnit.BUSINESS_DAYS and not calendar.is_business_day(day):
            yield _free(calendar, spec, day)
        else:
            number += 1
            kind = DayKind.COUNTED if number <= nominal else DayKind.MOVED
            yield Span(kind, day, day, counted=(number, number))


def _free(calendar: BusinessCalendar, spec: CalendarSpec, day: date) -> Span:
    if calendar.is_weekend(day):
        return Span(DayKind.WEEKEND, day, day)
    if day in spec.days_off:
        return Span(DayKind.DAY_OFF, day, day, name=spec.days_off[day])
    return Span(DayKind.HOLIDAY, day, day)


def _goes_on(before: Span, day: Span) -> bool:
    same = (before.kind, before.reason, before.ground, before.name) == (
        day.kind,
        day.reason,
        day.ground,
        day.name,
    )
    # Each holiday has a name of its own.
    return same and before.kind is not DayKind.HOLIDAY


def _joined(before: Span, day: Span) -> Span:
    counted = before.counted
    if counted is not None and day.counted is not None:
        counted = (counted[0], day.counted[1])
    return replace(before, last=day.last, counted=counted)


@lru_cache(maxsize=256)
def _names_of(country: str, year: int, language: str) -> dict[date, str]:
    known = holidays.country_holidays(country).supported_languages
    own = holidays.country_holidays(country).default_language
    # Named in each case: the library would else take the language of the server's own settings.
    spoken = next((each for each in known if each.split("_")[0] == language), own)
    return dict(holidays.country_holidays(country, years=year, language=spoken).items())
