"""Tell in words how the day came about on which a term is due."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import ClockReading
from sandbox.domain.explaining import DayKind, Span, explain, holiday_name
from sandbox.domain.packs import ClockUnit, PolicyPack
from sandbox.kernel.formats import span
from sandbox.kernel.language import current_language


@dataclass(frozen=True, slots=True)
class TermRow:
    """Hold days that follow one another, what they are, and which of the term's days they make.

    Shape: `counts` is empty where the days do not count.
    """

    days: str
    what: str
    counts: str


def days_of_term(reading: ClockReading, pack: PolicyPack) -> list[TermRow]:
    """Account for every day of a term, from the one after its start to the one when it is due."""
    return [
        TermRow(_days(each.first, each.last), _what(each, reading, pack), _counts(each))
        for each in explain(reading, pack.calendar)
    ]


def _days(first: date, last: date) -> str:
    return span(first, last)


def _what(days: Span, reading: ClockReading, pack: PolicyPack) -> str:
    language = current_language()
    match days.kind:
        case DayKind.COUNTED if reading.spec.unit is ClockUnit.BUSINESS_DAYS:
            return _("Business days") if days.first != days.last else _("Business day")
        case DayKind.COUNTED:
            return _("Days of the term")
        case DayKind.MOVED:
            return _("On to the next business day, since the last day of the term is none")
        case DayKind.WEEKEND:
            return _("Weekend")
        case DayKind.HOLIDAY:
            name = holiday_name(pack.calendar.country, days.first, language)
            return _("Public holiday: %(name)s", name=name)
        case DayKind.DAY_OFF if days.name is not None:
            return _("Day off: %(name)s", name=days.name.in_(language))
        case _:
            return stopped_words(days, language)


def stopped_words(days: Span, language: str) -> str:
    """Say why a clock stood still on some days."""
    if days.ground is not None:
        return _("Stopped by law: %(ground)s", ground=days.ground.in_(language))
    if days.reason == ApplicationStatus.RETURNED:
        return _("Stopped: the company was asked to correct the application")
    if days.reason == ApplicationStatus.INFORMATION_REQUESTED:
        return _("Stopped: the company was asked for information")
    if days.reason == ApplicationStatus.PRELIMINARY:
        return _("Stopped: the company was told a preliminary result")
    return _("Stopped")


def _counts(days: Span) -> str:
    if days.counted is None:
        return ""
    first, last = days.counted
    if first == last:
        return _("day %(number)s", number=first)
    return _("days %(first)s to %(last)s", first=first, last=last)
