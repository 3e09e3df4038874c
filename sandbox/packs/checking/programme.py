"""Check authorities, calendar, terms and how authorities are brought together."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from zoneinfo import available_timezones

from babel.numbers import list_currencies

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import is_known
from sandbox.domain.enquiries import ENQUIRY_PREFIX
from sandbox.domain.packs import (
    COMMENT_CLOCK,
    ClockSpec,
    ClockStart,
    ClockUnit,
    PolicyPack,
    Silence,
)
from sandbox.packs.checking.findings import Finding, repeated, unknown_names
from sandbox.packs.checking.questions import all_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l

# The services of the platform read these terms by name; a pack without one could not be run.
NEEDED_CLOCKS = ("decision", "acceptance", "position", "return_answer")


def judge_competences(pack: PolicyPack) -> Iterator[Finding]:
    """Find competences that nobody has, and names of competences that there are not."""
    known = {competence.code for competence in pack.competences}
    for index, authority in enumerate(pack.authorities):
        yield from unknown_names(
            ("authorities", index, "competences"), authority.competences, known
        )
    served = {code for authority in pack.authorities for code in authority.competences}
    for index, competence in enumerate(pack.competences):
        if competence.code not in served:
            yield Finding(
                ("competences", index, "code"),
                Fault.INCONSISTENT,
                _l('no authority has the competence "%(competence)s"', competence=competence.code),
                _l("a competence of at least one authority, so add it there or remove it here"),
            )
    for path, question in all_questions(pack):
        yield from unknown_names((*path, "competences"), question.competences, known)
        yield from repeated((*path, "competences"), question.competences)
        for index, option in enumerate(question.options):
            yield from unknown_names(
                (*path, "options", index, "competences"), option.competences, known
            )
            yield from repeated((*path, "options", index, "competences"), option.competences)


def judge_validity(pack: PolicyPack) -> Iterator[Finding]:
    """Find authorities that end before they begin."""
    for index, authority in enumerate(pack.authorities):
        first = authority.valid_from or date.min
        if authority.valid_until is not None and authority.valid_until < first:
            yield Finding(
                ("authorities", index, "valid_until"),
                Fault.INCONSISTENT,
                _l("is before valid_from"),
                _l("%(day)s or later", day=first.isoformat()),
            )


def judge_prefix(pack: PolicyPack) -> Iterator[Finding]:
    """Find letters before the references of applications that are those of enquiries."""
    if pack.programme.reference_prefix == ENQUIRY_PREFIX:
        yield Finding(
            ("programme", "reference_prefix"),
            Fault.NOT_ALLOWED,
            _l('"%(prefix)s" stands before the numbers of enquiries', prefix=ENQUIRY_PREFIX),
            _l('two to eight capital letters other than "%(prefix)s"', prefix=ENQUIRY_PREFIX),
        )


def judge_calls(pack: PolicyPack) -> Iterator[Finding]:
    """Find calls that end before they begin or overlap, and leave to send outside of none."""
    if pack.outside_calls and not pack.calls:
        yield Finding(
            ("outside_calls",),
            Fault.INCONSISTENT,
            _l("there are no calls, so applications may be sent at any time anyway"),
            _l("calls, or this key left out"),
        )
    for index, call in enumerate(pack.calls):
        if call.last_day is not None and call.last_day < call.first_day:
            yield Finding(
                ("calls", index, "last_day"),
                Fault.INCONSISTENT,
                _l("is before the first day"),
                _l("%(day)s or later", day=call.first_day.isoformat()),
            )
    ordered = sorted(enumerate(pack.calls), key=lambda found: found[1].first_day)
    for (_, call), (index, following) in pairwise(ordered):
        if call.last_day is None or call.last_day >= following.first_day:
            yield Finding(
                ("calls", index, "first_day"),
                Fault.INCONSISTENT,
                _l('the call "%(call)s" is still open on this day', call=call.key),
                _l("a day after the last day of every call before it"),
            )


LONGEST_WEEKEND = 2
"""Days of a week; with more of them days off and windows could leave none for work."""


def judge_calendar(pack: PolicyPack) -> Iterator[Finding]:
    """Find a country without known holidays, a week without work, a time zone that is none."""
    weekend = pack.calendar.weekend
    yield from repeated(("calendar", "weekend"), weekend)
    if len(set(weekend)) > LONGEST_WEEKEND:
        yield Finding(
            ("calendar", "weekend"),
            Fault.TOO_LARGE,
            _l("leaves too few days for work"),
            _l("at most %(most)s", most=LONGEST_WEEKEND),
        )
    if not is_known(pack.calendar.country):
        yield Finding(
            ("calendar", "country"),
            Fault.UNKNOWN_REFERENCE,
            _l("is a country whose holidays are not known"),
            _l("the two capital letters of a country (ISO 3166-1), such as MX, ES or BR"),
        )
    zone = pack.calendar.timezone
    # Of the others some are what a machine has set, and some have no summer time or no place.
    is_of_a_place = "/" in zone or zone == "UTC"
    if not is_of_a_place or zone not in available_timezones():
        yield Finding(
            ("calendar", "timezone"),
            Fault.UNKNOWN_REFERENCE,
            _l("is no time zone of a place"),
            _l("Area/Place of the IANA time zone database, such as America/Mexico_City, or UTC"),
        )


_NO_MONEY = {"XTS", 3 * "X"}
"""Codes of the standard for tests and for where there is no currency."""


def judge_currency(pack: PolicyPack) -> Iterator[Finding]:
    """Find letters that name no currency, in which no amount could be written."""
    if pack.currency not in list_currencies() - _NO_MONEY:
        yield Finding(
            ("currency",),
            Fault.UNKNOWN_REFERENCE,
            _l("is no currency"),
            _l("the three capital letters of a currency (ISO 4217), such as MXN, EUR or BRL"),
        )


# A term may stand still only in a status that a term of its own brings to an end; where the pack
# has none for a request, that of a return ends it.
ENDED_BY: Mapping[str, tuple[str, ...]] = {
    ApplicationStatus.RETURNED.value: ("return_answer",),
    ApplicationStatus.INFORMATION_REQUESTED.value: ("information_answer", "return_answer"),
    ApplicationStatus.PRELIMINARY.value: (COMMENT_CLOCK,),
}
ASKING = ApplicationStatus.INFORMATION_REQUESTED.value
STANDING_STILL = ("decision", "position")
"""The terms that run on while the company is asked for something, unless the pack stops them."""
LAPSING = ("return_answer", "information_answer")
"""The terms that end a case where the company lets them pass."""
SILENCES: Mapping[str, Sequence[Silence]] = {
    # What the company does not answer lapses: nothing is granted by it.
    "return_answer": (Silence.DENIED, Silence.NONE),
    "information_answer": (Silence.DENIED, Silence.NONE),
    # Whoever says nothing to what was announced has not agreed to it.
    COMMENT_CLOCK: (Silence.NONE,),
    # The duty to report remains.
    "exit_report": (Silence.NONE,),
}


def _silent_while_asking(pack: PolicyPack, path: Path, clock: ClockSpec) -> Iterator[Finding]:
    """Find a silence that would speak for an authority that may not: it waits for the company."""
    means = pack.coordination.position_silence
    if clock.key != "position" or means is Silence.NONE or ASKING in clock.stops_in:
        return
    yield Finding(
        (*path, "stops_in"),
        Fault.INCONSISTENT,
        _l(
            'lacks "%(status)s": silence would mean "%(silence)s" while nobody may take a position',
            status=ASKING,
            silence=means,
        ),
        _l(
            'a list with "%(status)s", or position_silence = "%(silence)s"',
            status=ASKING,
            silence=Silence.NONE,
        ),
    )


def _without_effect(path: Path, clock: ClockSpec) -> Iterator[Finding]:
    """Find what a term says of itself and nothing would keep."""
    if clock.stops_in and clock.key not in STANDING_STILL:
        yield Finding(
            (*path, "stops_in"),
            Fault.NOT_ALLOWED,
            _l('the clock "%(clock)s" never stands still', clock=clock.key),
            _l(
                "nothing here, so remove the key; only these clocks have it: %(clocks)s",
                clocks=STANDING_STILL,
            ),
        )
    if clock.late_days and clock.key not in LAPSING:
        yield Finding(
            (*path, "late_days"),
            Fault.NOT_ALLOWED,
            _l('nothing lapses with the clock "%(clock)s"', clock=clock.key),
            _l(
                "nothing here, so remove the key; only these clocks have it: %(clocks)s",
                clocks=LAPSING,
            ),
        )
    allowed = SILENCES.get(clock.key, tuple(Silence))
    if clock.silence not in allowed:
        yield Finding(
            (*path, "silence"),
            Fault.NOT_ALLOWED,
            _l(
                'silence cannot mean "%(silence)s" for the clock "%(clock)s"',
                silence=clock.silence,
                clock=clock.key,
            ),
            listed(*allowed),
        )


def judge_clocks(pack: PolicyPack) -> Iterator[Finding]:
    """Find terms that are missing, and those that contradict the rules of coordination."""
    by_key = {clock.key: index for index, clock in reversed(list(enumerate(pack.clocks)))}
    for needed in NEEDED_CLOCKS:
        if needed not in by_key:
            yield Finding(
                ("clocks",),
                Fault.MISSING,
                _l('the clock "%(clock)s" is missing', clock=needed),
                _l("all of: %(names)s", names=NEEDED_CLOCKS),
            )
    statuses = {status.value for status in ApplicationStatus}
    for index, clock in enumerate(pack.clocks):
        stops_in: Path = ("clocks", index, "stops_in")
        yield from unknown_names(stops_in, clock.stops_in, statuses, allowed=sorted(ENDED_BY))
        yield from repeated(stops_in, clock.stops_in)
        yield from _without_effect(("clocks", index), clock)
        yield from _silent_while_asking(pack, ("clocks", index), clock)
        if clock.starts is not ClockStart.SUBMITTED and clock.key != NEEDED_CLOCKS[0]:
            yield Finding(
                ("clocks", index, "starts"),
                Fault.INCONSISTENT,
                _l(
                    'only the clock "%(clock)s" has a start of its own',
                    clock=NEEDED_CLOCKS[0],
                ),
                listed(ClockStart.SUBMITTED),
            )
    rules = pack.coordination
    for key, days, silence in (
        ("acceptance", rules.acceptance_days, rules.acceptance_silence),
        ("position", rules.position_days, rules.position_silence),
        ("return_answer", rules.return_answer_days, None),
    ):
        if key not in by_key:
            continue
        clock = pack.clocks[by_key[key]]
        path: Path = ("clocks", by_key[key])
        if days is not None and clock.unit is ClockUnit.MONTHS:
            yield Finding(
                (*path, "unit"),
                Fault.INCONSISTENT,
                _l("must be days, because the coordination rules have %(key)s_days", key=key),
                listed(ClockUnit.BUSINESS_DAYS, ClockUnit.CALENDAR_DAYS),
            )
        elif days not in (None, clock.length):
            yield Finding(
                (*path, "length"),
                Fault.INCONSISTENT,
                _l(
                    "must be %(days)s, as %(key)s_days in the coordination rules",
                    days=days,
                    key=key,
                ),
                listed(str(days)),
            )
        if silence is not None and clock.silence is not silence:
            yield Finding(
                (*path, "silence"),
                Fault.INCONSISTENT,
                _l(
                    'must be "%(silence)s", as %(key)s_silence in the coordination rules',
                    silence=silence,
                    key=key,
                ),
                listed(silence),
            )
