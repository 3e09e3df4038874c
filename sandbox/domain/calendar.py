"""Count business days and read the clocks that run on them."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from holidays.registry import COUNTRIES

from sandbox.domain.packs import (
    CalendarSpec,
    ClockSpec,
    ClockUnit,
    PolicyPack,
    SuspensionWindowSpec,
    Text,
    Weekday,
)

_ONE_DAY = timedelta(days=1)
SATURDAY_AND_SUNDAY = frozenset({5, 6})


@lru_cache(maxsize=512)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    # A holidays object fills itself in as it is asked and marks a year as known before it is, which
    # another thread could see; a finished set per year can be shared. The neighbouring years are
    # asked as well because a holiday on the first or last of January may be kept in the other year.
    found = holidays.country_holidays(country, years=(year - 1, year, year + 1))
    return frozenset(day for day in found if day.year == year)


def is_known(country: str) -> bool:
    """Tell whether the holidays of a country are known; the registry loads none to say so."""
    return any(country in names for names in COUNTRIES.values())


@lru_cache(maxsize=512)
def weekend_of(country: str) -> frozenset[int]:
    """Return the days of the week on which nobody works in a country: 0 is Monday.

    Saturday and Sunday where the country, or its weekend, is not known.
    """
    # A pack with a country that nobody knows is judged to its end: its other faults are told too.
    known = holidays.country_holidays(country).weekend if is_known(country) else ()
    return frozenset(known) or SATURDAY_AND_SUNDAY


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Know the business days of a country: those outside its weekend, less holidays and days off.

    Shape: `weekend` holds days of the week, of which 0 is Monday.
    """

    country: str
    days_off: frozenset[date]
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY

    @staticmethod
    def from_spec(spec: CalendarSpec) -> "BusinessCalendar":
        """Build the calendar of a pack; calendars of the same content share what they learn."""
        own = frozenset(list(Weekday).index(day) for day in spec.weekend)
        weekend = own or weekend_of(spec.country)
        return BusinessCalendar(spec.country, frozenset(spec.days_off), weekend)

    def is_weekend(self, day: date) -> bool:
        """Tell whether nobody works on this day in any week."""
        return day.weekday() in self.weekend

    def is_business_day(self, day: date) -> bool:
        """Tell whether the offices work on this day."""
        return (
            not self.is_weekend(day)
            and day not in self.days_off
            and day not in _holidays_of(self.country, day.year)
        )

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th business day after `day`, or `day` itself for none.

        Raises: ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"business days are added, not taken away: {count}")
        while count > 0:
            day += _ONE_DAY
            count -= self.is_business_day(day)
        return day

    def business_days_between(self, start: date, end: date) -> int:
        """Count the business days after `start` up to and including `end`.

        The count is negative if `end` comes first, so that it says by how many days a term is over.
        """
        if end < start:
            return -self.business_days_between(end, start)
        return sum(self.is_business_day(day) for day in _days(start + _ONE_DAY, end))


@dataclass(frozen=True, slots=True)
class Stop:
    """Stand a clock still from a day to another; without `ended_on` it still stands.

    Shape: the first day is part of the stop, the day on which it ended is not; `ground` is the
    legal ground of a suspension window, which has no other reason.
    """

    started_on: date
    ended_on: date | None
    reason: str
    ground: Text | None = None


def suspensions_of(pack: PolicyPack, authority: str) -> tuple[Stop, ...]:
    """List the days on which the terms of an authority stand still by law, as stops of a clock.

    Filings are received on these days all the same; the term that they start or continue counts
    from the first day after the window.
    """
    calendar = BusinessCalendar.from_spec(pack.calendar)
    return tuple(
        Stop(first, last + _ONE_DAY, "", window.ground)
        for window in pack.suspension_windows
        if window.authority == authority
        for first, last in spans(calendar, window)
    )


def during(stops: Sequence[Stop], first: date, last: date | None) -> tuple[Stop, ...]:
    """Keep of each stop what lies within a time; without `last` the time has not ended.

    Shape: as with a stop, the last day is not part of the time.
    """
    kept = []
    for stop in stops:
        begin = max(stop.started_on, first)
        end = min((day for day in (stop.ended_on, last) if day is not None), default=None)
        if end is None or begin < end:
            kept.append(Stop(begin, end, stop.reason, stop.ground))
    return tuple(kept)


def spans(calendar: BusinessCalendar, window: SuspensionWindowSpec) -> Iterator[tuple[date, date]]:
    """List the first and the last day of each time for which a window stops terms."""
    if window.dates:
        yield from ((day, day) for day in window.dates)
    elif window.first_day is not None and window.last_day is not None:
        yield window.first_day, window.last_day
    elif window.first_day is not None and window.business_days is not None:
        before = window.first_day - _ONE_DAY
        yield window.first_day, calendar.add_business_days(before, window.business_days)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Say how far a term has run.

    Units: `day`, `length`, `stopped_days` and `days_left` are days of the clock's own unit; those
    of a clock of months are calendar days.
    Shape: `days_left` is `length - day`, negative once the term is over by as many days; `grounds`
    are the legal grounds among the stops, each with the days that it took so far, of which one
    counts once whatever else stopped it; `stops` are those the reading was made with, one that
    still lasts as if it ended on the day of the reading.
    """

    spec: ClockSpec
    started_on: date
    day: int
    length: int
    stopped_days: int
    due_on: date
    is_stopped: bool
    is_overdue: bool
    days_left: int
    grounds: tuple[tuple[Text, int], ...] = ()
    stops: tuple[Stop, ...] = ()


def read_clock(
    spec: ClockSpec,
    calendar: BusinessCalendar,
    started_on: date,
    stops: Sequence[Stop],
    today: date,
    *,
    ended_on: date | None = None,
) -> ClockReading:
    """Read a clock on a day.

    The day on which it starts is day 0 and day n is the n-th day after it that counts. On a clock
    of business days only those count. The days of a stop do not count, from its first day to the
    day before the one on which it ended; while it lasts today does not count either, so that a
    stopped clock shows the same day until it runs again. The term is due on the day that is
    `length`; while the clock stands, `due_on` is the day that would be if the stop ended today,
    and moves on with it. A term is overdue on the day after it was due. Once the clock has ended
    (`ended_on`) it is read as on that day forever, and says whether the end came in time.

    A term of months ends on the day of the same number, or on the last day of a month that has none
    such; it is moved on by the days it stood still, and from there to the next business day. Its
    `length` is the number of days that this makes.

    Source: Regulation (EEC, Euratom) 1182/71, article 3, for the end of a term of months.
    """
    at = today if ended_on is None else min(today, ended_on)

    elapsed = [day for day in _days(started_on + _ONE_DAY, at) if _counts(spec, calendar, day)]
    stopped_days = sum(any(covers(stop, day) for stop in stops) for day in elapsed)
    day_number = len(elapsed) - stopped_days
    grounds = _grounds(stops, elapsed, at)
    closed = [_closed(stop, at) for stop in stops]
    due_on = _due_on(spec, calendar, started_on, closed)
    length = spec.length
    if spec.unit is ClockUnit.MONTHS:
        term = _days(started_on + _ONE_DAY, due_on)
        length = sum(not any(covers(stop, day) for stop in closed) for day in term)
    return ClockReading(
        spec=spec,
        started_on=started_on,
        day=day_number,
        length=length,
        stopped_days=stopped_days,
        due_on=due_on,
        is_stopped=ended_on is None and any(covers(stop, at) for stop in stops),
        is_overdue=at > due_on,
        days_left=length - day_number,
        grounds=grounds,
        stops=tuple(closed),
    )


def last_taken(spec: ClockSpec, calendar: BusinessCalendar, due_on: date) -> date:
    """Return the last day on which what is owed is taken, although it comes after its term.

    Units: the late days are those of the clock; those of a clock of months are calendar days.
    """
    if spec.unit is ClockUnit.BUSINESS_DAYS:
        return calendar.add_business_days(due_on, spec.late_days)
    return due_on + timedelta(days=spec.late_days)


def returned_until(pack: PolicyPack, sent_on: date) -> date | None:
    """Return the last day on which an application may be returned; None where there is no limit.

    Shape: `sent_on` is the day on which it was first sent.
    """
    days = pack.coordination.returns_within_days
    if days is None:
        return None
    return BusinessCalendar.from_spec(pack.calendar).add_business_days(sent_on, days)


def came_late(at: datetime | None, due_on: date, timezone: str) -> bool:
    """Tell whether what was owed came after its last day, as the days are where the programme runs.

    Shape: `at` is None while it is still missing, which is another matter.
    """
    return at is not None and at.astimezone(ZoneInfo(timezone)).date() > due_on


def add_months(day: date, count: int) -> date:
    """Return the day of the same number so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _counts(spec: ClockSpec, calendar: BusinessCalendar, day: date) -> bool:
    return spec.unit is not ClockUnit.BUSINESS_DAYS or calendar.is_business_day(day)


def _due_on(
    spec: ClockSpec, calendar: BusinessCalendar, started_on: date, stops: Sequence[Stop]
) -> date:
    day, remaining = started_on, spec.length
    in_months = spec.unit is ClockUnit.MONTHS
    if in_months:
        remaining = (add_months(started_on, spec.length) - started_on).days
    while remaining > 0:
        day += _ONE_DAY
        is_counted = _counts(spec, calendar, day)
        remaining -= is_counted and not any(covers(stop, day) for stop in stops)
    while in_months and not (
        calendar.is_business_day(day) and not any(covers(stop, day) for stop in stops)
    ):
        day += _ONE_DAY
    return day


def _grounds(
    stops: Sequence[Stop], elapsed: Sequence[date], at: date
) -> tuple[tuple[Text, int], ...]:
    """Count the days that each legal ground took, and keep one that stops the clock now."""
    taken: dict[int, int] = {}
    for day in elapsed:
        first = next((place for place, stop in enumerate(stops) if covers(stop, day)), None)
        if first is not None:
            taken[first] = taken.get(first, 0) + 1
    found: list[tuple[Text, int]] = []
    for place, stop in enumerate(stops):
        if stop.ground is not None and (place in taken or covers(stop, at)):
            days = taken.get(place, 0)
            # A window of single days is several stops with one ground.
            before = next((n for n, (ground, _) in enumerate(found) if ground == stop.ground), None)
            if before is None:
                found.append((stop.ground, days))
            else:
                found[before] = (stop.ground, found[before][1] + days)
    return tuple(found)


def _closed(stop: Stop, at: date) -> Stop:
    return (
        stop if stop.ended_on is not None else Stop(stop.started_on, at, stop.reason, stop.ground)
    )


def covers(stop: Stop, day: date) -> bool:
    """Tell whether a clock stands still on a day."""
    return stop.started_on <= day and (stop.ended_on is None or day < stop.ended_on)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=each) for each in range((last - first).days + 1))
