"""Prove that every term ends, whatever stands still on the way."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sandbox.domain.calendar import BusinessCalendar, spans
from sandbox.domain.packs import COUNTED_CLOCKS, PolicyPack
from sandbox.packs.checking import ENDED_BY, Finding, among
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import Proof, Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l

_LONGEST_STILL = 366  # days out of twice as many; a window may last a year, its last day included
_LONGEST_SHUT = _LONGEST_STILL + 60
"""The same with the days off: of those left, weekends and holidays never take all."""
_Span = tuple[date, date, int]


def prove_terms_end(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Prove that no term can stand still for ever; warn of those that nothing counts."""
    keys = {clock.key for clock in pack.clocks}
    yield from _long_still(pack)
    for index, clock in enumerate(pack.clocks):
        if clock.key not in COUNTED_CLOCKS:
            message = _l('nothing counts the term "%(clock)s"', clock=clock.key)
            finding = Finding(("clocks", index, "key"), Fault.ODD, message, listed(*COUNTED_CLOCKS))
            yield Warned(finding)
        for place, status in enumerate(clock.stops_in):
            path: Path = ("clocks", index, "stops_in", place)
            if not any(key in keys for key in ENDED_BY.get(status, ())):
                yield Finding(
                    path,
                    Fault.UNREACHABLE,
                    _l(
                        'could stand still for ever: no term ends the status "%(status)s"',
                        status=status,
                    ),
                    among(each for each, ends in ENDED_BY.items() if keys.intersection(ends)),
                )
    yield Proof(
        _l("Every term ends."),
        _l(
            "Each of the %(clocks)s terms has a length and stands still only while an "
            "answer of the company is awaited, which has a term of its own that never "
            "stands still, and in the windows of an authority, which of any two years "
            "take one at most. The days off leave business days in any two years.",
            clocks=sum(clock.key in COUNTED_CLOCKS for clock in pack.clocks),
        ),
    )


def _long_still(pack: PolicyPack) -> Iterator[Finding]:
    """Find windows and days off with which terms stand still for most of two years."""
    calendar = BusinessCalendar.from_spec(pack.calendar)
    days_off = sorted(pack.calendar.days_off)
    off = [(day, day, 0) for day in days_off if not calendar.is_weekend(day)]
    if _too_long(off, _LONGEST_STILL) is not None:
        yield Finding(
            ("calendar", "days_off"),
            Fault.TOO_LARGE,
            _l("are more than one year out of two"),
            _l("at most %(days)s days outside the weekend in any two years", days=_LONGEST_STILL),
        )
        off = []
    found: dict[str, list[_Span]] = {}
    for index, window in enumerate(pack.suspension_windows):
        for first, last in spans(calendar, window):
            found.setdefault(window.authority, []).append((first, last, index))
    for authority, windows in found.items():
        long = _too_long(sorted(windows), _LONGEST_STILL)
        if long is not None:
            yield Finding(
                ("suspension_windows", long),
                Fault.TOO_LARGE,
                _l(
                    'with the windows before it, the terms of "%(authority)s" stand still '
                    "for more than one year out of two",
                    authority=authority,
                ),
                _l("windows of at most %(days)s days in any two years", days=_LONGEST_STILL),
            )
        elif _too_long(sorted([*windows, *_near(off, windows)]), _LONGEST_SHUT) is not None:
            yield Finding(
                ("calendar", "days_off"),
                Fault.TOO_LARGE,
                _l(
                    'leave too few days on which a term of "%(authority)s" runs, with its windows',
                    authority=authority,
                ),
                _l("at most %(days)s days of both in any two years", days=_LONGEST_SHUT),
            )


def _near(off: Sequence[_Span], windows: Sequence[_Span]) -> Sequence[_Span]:
    """Return the days off that share any two years with the windows; a pack may have thousands."""
    reach = timedelta(days=2 * _LONGEST_STILL)
    first = min(each[0] for each in windows) - reach
    last = max(each[1] for each in windows) + reach
    return off[bisect_left(off, (first, first, 0)) : bisect_left(off, (last, last, 0))]


def _too_long(stops: Sequence[_Span], most: int) -> int | None:
    """Return the number of the span with which more than `most` days of two years are covered."""
    still: deque[tuple[date, date]] = deque()
    days, covered = 0, date.min
    for first, last, index in stops:
        begins = max(first, covered + timedelta(days=1))
        if last < begins:
            continue
        covered = last
        still.append((begins, last))
        days += (last - begins).days + 1
        # Every two years that hold most of them end with the last day of one of them.
        since = last - timedelta(days=2 * _LONGEST_STILL - 1)
        while still[0][1] < since:
            gone = still.popleft()
            days -= (gone[1] - gone[0]).days + 1
        outside = max((since - still[0][0]).days, 0)
        if days - outside > most:
            return index
    return None
