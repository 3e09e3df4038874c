"""Check what becomes of authorities in time: who follows whom, and when their terms stand still."""

from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.domain.packs import PolicyPack, SuccessionSpec, SuspensionWindowSpec
from sandbox.domain.succession import exists
from sandbox.packs.checking.findings import Finding, duplicates, repeated, unknown_names
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

LONGEST_WINDOW = timedelta(days=365)
"""The longest a window may last, so that every term that it stops ends."""
_WAYS = _l("first_day with last_day, first_day with business_days, or dates")


def judge_successions(pack: PolicyPack) -> Iterator[Finding]:
    """Find successions that lose a competence, or do not agree with who exists when."""
    known = {authority.code: authority for authority in pack.authorities}
    ending: set[str] = set()
    for index, succession in enumerate(pack.successions):
        path: Path = ("successions", index)
        unknown = tuple(unknown_names(path, (succession.authority,), set(known)))
        if unknown:
            yield Finding(
                (*path, "authority"), unknown[0].fault, unknown[0].message, unknown[0].allowed
            )
            continue
        if succession.authority in ending:
            yield Finding(
                (*path, "authority"),
                Fault.DUPLICATE,
                _l('"%(authority)s" ends more than once', authority=succession.authority),
                _l("one succession for each authority, with all its successors"),
            )
        ending.add(succession.authority)
        until = known[succession.authority].valid_until
        day_before = succession.on - timedelta(days=1)
        if until != day_before:
            yield Finding(
                (*path, "on"),
                Fault.INCONSISTENT,
                _l(
                    '"%(authority)s" must end the day before, by its valid_until',
                    authority=succession.authority,
                ),
                _fitting(succession, until),
            )
        yield from _successors(pack, path, succession)
        yield from _passed(pack, path, succession)
    yield from _cycles(pack)


def _fitting(succession: SuccessionSpec, until: date | None) -> Sentence:
    """Say by which day, here or of the authority, a succession and its last day agree."""
    ends = _l(
        'valid_until = %(day)s for "%(authority)s"',
        day=(succession.on - timedelta(days=1)).isoformat(),
        authority=succession.authority,
    )
    if until is None:
        return ends
    return _l("%(day)s, or %(ends)s", day=(until + timedelta(days=1)).isoformat(), ends=ends)


def _successors(pack: PolicyPack, path: Path, succession: SuccessionSpec) -> Iterator[Finding]:
    known = {authority.code: authority for authority in pack.authorities}
    yield from duplicates((*path, "successors"), succession.successors, "code")
    for place, successor in enumerate(succession.successors):
        here: Path = (*path, "successors", place)
        if successor.code not in known:
            yield Finding(
                (*here, "code"),
                Fault.UNKNOWN_REFERENCE,
                _l('the pack has no "%(name)s"', name=successor.code),
                listed(*sorted(known)),
            )
            continue
        authority = known[successor.code]
        if not exists(authority, succession.on):
            yield Finding(
                (*here, "code"),
                Fault.INCONSISTENT,
                _l(
                    '"%(successor)s" is not in force on %(day)s',
                    successor=successor.code,
                    day=succession.on.isoformat(),
                ),
                _l("an authority in force on that day, by its valid_from and valid_until"),
            )
        yield from unknown_names(
            (*here, "competences"), successor.competences, {*authority.competences}
        )


def _passed(pack: PolicyPack, path: Path, succession: SuccessionSpec) -> Iterator[Finding]:
    """Find competences that pass to nobody or to two, and those that there are not to pass on."""
    own = next(each.competences for each in pack.authorities if each.code == succession.authority)
    seen: set[str] = set()
    lists: list[tuple[Path, tuple[str, ...]]] = [
        ((*path, "successors", place, "competences"), each.competences)
        for place, each in enumerate(succession.successors)
    ]
    for here, competences in (*lists, ((*path, "ended"), succession.ended)):
        for place, competence in enumerate(competences):
            if competence not in own:
                yield Finding(
                    (*here, place),
                    Fault.UNKNOWN_REFERENCE,
                    _l(
                        '"%(authority)s" has no competence "%(competence)s" to pass on',
                        authority=succession.authority,
                        competence=competence,
                    ),
                    listed(*own),
                )
            elif competence in seen:
                yield Finding(
                    (*here, place),
                    Fault.DUPLICATE,
                    _l('"%(competence)s" passes on more than once', competence=competence),
                    _l("each competence to one successor or among those ended, so remove it here"),
                )
            seen.add(competence)
    for competence in own:
        if competence not in seen:
            yield Finding(
                (*path, "successors"),
                Fault.MISSING,
                _l(
                    'nobody takes over "%(competence)s", and it is not among those ended',
                    competence=competence,
                ),
                _l(
                    '"%(competence)s" among the competences of one successor, or in ended = […]',
                    competence=competence,
                ),
            )


def _cycles(pack: PolicyPack) -> Iterator[Finding]:
    """Find authorities that would come back as a successor of themselves."""
    heirs = {
        each.authority: {successor.code for successor in each.successors}
        for each in pack.successions
    }
    for index, succession in enumerate(pack.successions):
        reached: set[str] = set()
        ahead = {*heirs[succession.authority]}
        while ahead:
            code = ahead.pop()
            reached.add(code)
            ahead |= heirs.get(code, set()) - reached
        if succession.authority in reached:
            yield Finding(
                ("successions", index, "successors"),
                Fault.INCONSISTENT,
                _l('"%(authority)s" would follow itself', authority=succession.authority),
                _l("successors whose own successions do not lead back here"),
            )


def judge_windows(pack: PolicyPack) -> Iterator[Finding]:
    """Find windows of nobody, without an end, or outside the life of their authority."""
    known = {authority.code: authority for authority in pack.authorities}
    for index, window in enumerate(pack.suspension_windows):
        path: Path = ("suspension_windows", index)
        if window.authority not in known:
            yield Finding(
                (*path, "authority"),
                Fault.UNKNOWN_REFERENCE,
                _l('the pack has no "%(name)s"', name=window.authority),
                listed(*sorted(known)),
            )
        yield from repeated((*path, "dates"), [each.isoformat() for each in window.dates])
        if not _is_one_way(window):
            yield Finding(path, Fault.INCONSISTENT, _l("must say its days in one way"), _WAYS)
            continue
        first, last = _span(window)
        if last < first:
            yield Finding(
                (*path, "last_day"),
                Fault.INCONSISTENT,
                _l("is before first_day"),
                _l("%(day)s or later", day=first.isoformat()),
            )
        elif last - first > LONGEST_WINDOW:
            yield Finding(
                (*path, "last_day" if window.last_day else "dates"),
                Fault.TOO_LARGE,
                _l("makes the window longer than a year"),
                _l("at most %(days)s days", days=LONGEST_WINDOW.days),
            )
        authority = known.get(window.authority)
        if authority is not None and not (exists(authority, first) and exists(authority, last)):
            yield Finding(
                (*path, "authority"),
                Fault.INCONSISTENT,
                _l(
                    '"%(authority)s" is not in force during the whole window',
                    authority=window.authority,
                ),
                _l(
                    "an authority in force from %(first)s to %(last)s, or other days",
                    first=first.isoformat(),
                    last=last.isoformat(),
                ),
            )


def _is_one_way(window: SuspensionWindowSpec) -> bool:
    said = (
        window.first_day is not None,
        window.last_day is not None,
        window.business_days is not None,
        bool(window.dates),
    )
    return said in (
        (True, True, False, False),
        (True, False, True, False),
        (False, False, False, True),
    )


def _span(window: SuspensionWindowSpec) -> tuple[date, date]:
    if window.dates:
        return min(window.dates), max(window.dates)
    assert window.first_day is not None
    return window.first_day, window.last_day or window.first_day
