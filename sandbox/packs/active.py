"""Say which packs there are and which is in force, for code that has no application around it.

Packs stand on disk, where an operator put them, and in the database, where people uploaded and
activated them. This room knows no tables: a `Store` that is connected at start answers for those.
A pack never changes, so one that was read stays in memory; which of them is in force is asked
anew in every transaction, so that all servers and workers follow an activation at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.domain.content import content_hash
from sandbox.domain.packs import PolicyPack
from sandbox.packs.errors import Fault, PackProblem, PackUnusable
from sandbox.packs.files import FIRST_FILE
from sandbox.packs.loading import (
    PackRegistry,
    PackUnknown,
    Validation,
    load_packs,
    order_of,
    validate_files,
)
from sandbox.packs.saying import sentence as _l

MOST_IN_MEMORY = 64


class Pinned(Protocol):
    """Describe a row that keeps the version of the pack it began under."""

    @property
    def pack_code(self) -> str:
        """Name the pack."""
        ...

    @property
    def pack_version(self) -> str:
        """Name its version."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """Name a version that is or was in force, without its content; `digest` stands for that.

    Shape: `is_installed` for one whose files stand on disk, and not in the database.
    """

    code: str
    version: str
    digest: str
    is_active: bool
    is_installed: bool = False


class Store(Protocol):
    """Describe who keeps the versions that were activated on this platform."""

    def versions(self, row: object | None = None) -> Sequence[Stored] | None:
        """Return all that were ever activated, and those on disk under which something began.

        Shape: None where there is no database to ask; those on disk in the order in which they were
        first used; `row` is the case that is asked about, if any. It is asked often and must answer
        from one statement a transaction.
        """
        ...

    def files(self, stored: Stored, row: object | None = None) -> Mapping[str, bytes]:
        """Return the files of a version."""
        ...


class _Active:
    folder: Path | None = None
    registry: PackRegistry | None = None
    unrivalled: frozenset[tuple[str, str]] = frozenset()
    digests: Mapping[tuple[str, str], str] = {}
    code: str = ""
    store: Store | None = None
    last: PolicyPack | None = None


# By code, version and digest: packs are immutable, and a digest stands for one content alone.
_judged: dict[tuple[str, str, str], Validation] = {}


def install(folder: Path, code: str) -> PackRegistry:
    """Read every pack below `folder`; which is in force, `version_in_force` says.

    Raises: PackInvalid, PackUnknown: a server must not start on rules that are not sound.
    """
    registry = load_packs(folder)
    _Active.last = registry.current(code)
    _Active.folder, _Active.registry, _Active.code = folder, registry, code
    _Active.unrivalled = frozenset()
    _Active.digests = {
        (pack.code, pack.version): digest_of(installed_files(pack.code, pack.version))
        for pack in registry
    }
    return registry


def connect(store: Store | None) -> None:
    """Ask this store from now on which versions were activated."""
    _Active.store = store


def code() -> str:
    """Name the programme whose rules are in force here."""
    return _Active.code


def installed() -> PackRegistry:
    """Return the packs on disk. Raises: LookupError before `install`."""
    if _Active.registry is None:
        raise LookupError("No policy pack has been installed.")
    return _Active.registry


def installed_files(code: str, version: str) -> Mapping[str, bytes]:
    """Return the files of an installed version by name. Raises: PackUnknown."""
    assert _Active.folder is not None, "A version is known only once packs were installed."
    installed().get(code, version)
    place = _Active.folder / code / version
    return {file.name: file.read_bytes() for file in sorted(place.glob("*.toml"))}


def registry() -> PackRegistry:
    """Return every pack that a case may be pinned to, but those that can no longer be read."""
    stored = [_read(each, None) for each in _stored() if not each.is_installed]
    # Of two under one number, that which people put in force goes first.
    return PackRegistry([*installed(), *(found.pack for found in stored if found.pack)])


def version_in_force(stored: Sequence[Stored] | None = None) -> str:
    """Name the version under which new cases begin.

    It is the one that was activated; before that the one on disk under which cases began already,
    so that none comes into force by being installed; the newest on disk where nothing began yet.

    Shape: `stored` are the versions of the store, where the caller has read them itself.
    """
    among = [each for each in (_stored() if stored is None else stored) if each.code == code()]
    activated = [each.version for each in among if each.is_active]
    used = [each.version for each in among if each.is_installed]
    return next(iter(activated), None) or next(reversed(used), installed().current(code()).version)


def fingerprint_to_note(pack: PolicyPack, row: object | None = None) -> str | None:
    """Return the fingerprint of a version on disk that nobody has noted yet, else None.

    Shape: `row` is what begins under it.
    """
    known = {(each.code, each.version) for each in _stored(row)}
    key = (pack.code, pack.version)
    return None if key in known else fingerprint(*key)


def in_force(row: object | None = None) -> PolicyPack:
    """Return the pack under which new cases begin. Raises: PackUnusable.

    Shape: `row` is the case that is asked about, for whoever has no request or job around.
    """
    pack = _pinned(code(), version_in_force(_stored(row)), row)
    _Active.last = pack
    return pack


def programme_of(row: Pinned) -> PolicyPack:
    """Return the rules by which the programme of a case is run today, whatever the case's own.

    Those in force; where they belong to another programme or can no longer be read, the case's.
    Raises: PackUnusable where those cannot be read either.
    """
    try:
        pack = in_force(row)
    except PackUnusable:
        return pack_of(row)
    return pack if pack.code == row.pack_code else pack_of(row)


def current() -> PolicyPack:
    """Return the pack whose words the pages use: the one in force, or the newest readable one.

    No page hangs on a pack that a newer release of the platform can no longer read; only new
    cases do, which begin under nothing but what is in force.
    """
    try:
        return in_force()
    except PackUnusable:
        return registry().current(code())


def last_known() -> PolicyPack:
    """Return what this process last found in force, without asking: for the frame of a page."""
    return _Active.last or installed().current(code())


def pack_of(row: Pinned) -> PolicyPack:
    """Return the version that a case is pinned to. Raises: PackUnusable."""
    return _pinned(row.pack_code, row.pack_version, row)


def pack_then(row: Pinned, version: str) -> PolicyPack:
    """Return the version that something on record of a case was made under. Raises: PackUnusable.

    A case may have moved since; its letters, receipts and submissions never follow it.
    """
    return _pinned(row.pack_code, version, row)


def find_pack_then(row: Pinned, version: str) -> PolicyPack | None:
    """Return that version, None where it can no longer be read."""
    try:
        return pack_then(row, version)
    except PackUnusable:
        return None


def find_pack_of(row: Pinned) -> PolicyPack | None:
    """Return the version that a case is pinned to, None where it can no longer be read."""
    try:
        return pack_of(row)
    except PackUnusable:
        return None


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the fingerprint of a version, which stands for its content."""
    texts = {name: content.decode(errors="replace") for name, content in files.items()}
    return content_hash({"files": texts})


def judged(stored: Stored, files: Mapping[str, bytes]) -> Validation:
    """Judge a version from its files, once in this process.

    Files that are not those which were put in force are law for nobody, however sound they are.
    """
    key = (stored.code, stored.version, stored.digest)
    if digest_of(files) != stored.digest:
        return Validation(None, (_altered(stored),), (), ())
    found = _judged.get(key)
    if found is None:
        found = validate_files(f"{stored.code}/{stored.version}", files)
        while len(_judged) >= MOST_IN_MEMORY:
            _judged.pop(next(iter(_judged)), None)
        _judged[key] = found
    return found


def _altered(stored: Stored) -> PackProblem:
    return PackProblem(
        f"{stored.code}/{stored.version}/{FIRST_FILE}",
        1,
        "",
        _l("files with another fingerprint"),
        _l("the files with the fingerprint %(digest)s", digest=stored.digest),
        _l("the files are not those that were uploaded: their fingerprint is another"),
        Fault.INCONSISTENT,
    )


def is_readable(stored: Stored, files: Callable[[], Mapping[str, bytes]]) -> bool:
    """Tell whether this release of the platform can read a version; `files` are asked for late."""
    if stored.is_installed:
        return is_as_noted(stored)
    known = _judged.get((stored.code, stored.version, stored.digest))
    return (known or judged(stored, files())).pack is not None


def fingerprint(code: str, version: str) -> str | None:
    """Return the fingerprint of a version on disk, None for one that is not installed."""
    return _Active.digests.get((code, version))


def is_as_noted(stored: Stored) -> bool:
    """Tell whether the files on disk are those under which something began."""
    return fingerprint(stored.code, stored.version) == stored.digest


def is_newer(version: str, other: str) -> bool:
    """Tell whether the first of two versions comes after the second."""
    return order_of(version) > order_of(other)


def _pinned(code: str, version: str, row: object | None) -> PolicyPack:
    # What people put in force is not replaced by what somebody installs later under its number;
    # the other way round it cannot happen, so that the question is settled by asking once.
    if (code, version) not in _Active.unrivalled:
        stored = None if _Active.store is None else _Active.store.versions(row)
        for each in _of(stored, code, version, is_installed=False):
            pack = _read(each, row).pack
            if pack is None:
                raise PackUnusable(code=code, version=version)
            return pack
        if not all(map(is_as_noted, _of(stored, code, version, is_installed=True))):
            raise PackUnusable(code=code, version=version)
        if stored is not None and version in installed().versions(code):
            _Active.unrivalled |= {(code, version)}
    try:
        return installed().get(code, version)
    except PackUnknown:
        raise PackUnusable(code=code, version=version) from None


def _of(
    stored: Sequence[Stored] | None, code: str, version: str, *, is_installed: bool
) -> list[Stored]:
    return [
        each
        for each in stored or ()
        if (each.code, each.version, each.is_installed) == (code, version, is_installed)
    ]


def _stored(row: object | None = None) -> Sequence[Stored]:
    found = None if _Active.store is None else _Active.store.versions(row)
    return found or ()


def _read(stored: Stored, row: object | None) -> Validation:
    assert _Active.store is not None
    known = _judged.get((stored.code, stored.version, stored.digest))
    return known or judged(stored, _Active.store.files(stored, row))
