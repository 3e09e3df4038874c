"""Say what a dossier of a case is: an index that names each of its entries by size and hash.

A dossier is one archive. Its first entry is the index, in canonical JSON, and the others follow in
the order of their paths. Whoever holds the index can tell of every byte whether it is the one that
was exported; its root hash names the whole.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import rfc8785

from sandbox.domain.content import content_hash
from sandbox.domain.refusals import Refusal

FORMAT = "sandbox-dossier"
FORMAT_VERSION = 1
INDEX = "index.json"
MEBIBYTE = 1024 * 1024
MAX_INDEX_BYTES = 16 * MEBIBYTE
MAX_ENTRIES = 20_000
MAX_BYTES = 3 * 1024 * MEBIBYTE
"""What an archive may hold altogether: more would need another form of it."""
LONGEST_PATH = 200

_PATH = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CASE = ("reference", "title", "organisation", "language", "status")
_ORIGIN = ("programme", "operator", "address")


class ReaderKind(StrEnum):
    """Name for whom a dossier was made: it holds what such a reader may read, and nothing else."""

    COMPANY = "company"
    AUTHORITY = "authority"
    SECRETARIAT = "secretariat"


class DossierFault(StrEnum):
    """Name what can be wrong with an archive that claims to be a dossier."""

    NOT_A_DOSSIER = "not_a_dossier"
    FORMAT_UNKNOWN = "format_unknown"
    INDEX_ALTERED = "index_altered"
    TOO_LARGE = "too_large"
    CUT_OFF = "cut_off"
    PATH_REFUSED = "path_refused"
    NAMED_TWICE = "named_twice"
    OUT_OF_ORDER = "out_of_order"
    MISSING = "missing"
    NOT_IN_INDEX = "not_in_index"
    SIZE_DIFFERS = "size_differs"
    ALTERED = "altered"
    WRAPPING_ALTERED = "wrapping_altered"


class DossierRefused(Refusal):
    """Refuse an archive. Shape: details fault, entry; the entry is empty for the whole."""

    code = "dossier-refused"

    def __init__(self, fault: DossierFault, entry: str = "") -> None:
        super().__init__(fault=fault.value, entry=entry)
        self.fault = fault
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Entry:
    """Name one entry of a dossier. Shape: `name` is what people call a file, if they do."""

    path: str
    size: int
    sha256: str
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the index holds it."""
        found: dict[str, Any] = {"path": self.path, "size": self.size, "sha256": self.sha256}
        return {**found, "name": self.name} if self.name else found


@dataclass(frozen=True, slots=True)
class DossierIndex:
    """Hold what the index of a dossier says.

    Shape: `case` has reference, title, organisation, language and status; `origin` has programme,
    operator and address; `rules` has code, version and, where known, the fingerprint; `reader` is
    a ReaderKind, and `authorities` are the codes of those for which it was made; `as_of` is the
    instant of the last deed in it.
    """

    case: Mapping[str, Any]
    origin: Mapping[str, Any]
    rules: Mapping[str, Any]
    reader: str
    authorities: Sequence[str]
    as_of: str
    entries: tuple[Entry, ...]

    def content(self) -> dict[str, Any]:
        """Return all that the root hash is taken of."""
        return {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "case": dict(self.case),
            "origin": dict(self.origin),
            "rules": dict(self.rules),
            "reader": {"kind": self.reader, "authorities": list(self.authorities)},
            "as_of": self.as_of,
            "entries": [entry.as_json() for entry in self.entries],
        }

    @property
    def root(self) -> str:
        """Return the hash that names the whole dossier."""
        return content_hash(self.content())

    def encoded(self) -> bytes:
        """Return the index as it stands in the archive."""
        return rfc8785.dumps({**self.content(), "root": self.root})


def entry_of(path: str, content: bytes, name: str = "") -> Entry:
    """Name an entry whose content is at hand."""
    return Entry(path, len(content), hashlib.sha256(content).hexdigest(), name)


def check_entries(entries: Sequence[Entry], packed: int | None = None) -> None:
    """Make sure that the entries can stand in one archive. Raises: DossierRefused.

    Shape: `packed` is the size of the archive, where there is one: nothing in it is compressed.
    """
    if len(entries) > MAX_ENTRIES:
        raise DossierRefused(DossierFault.TOO_LARGE)
    before = ""
    total = 0
    for entry in entries:
        if not is_path(entry.path):
            raise DossierRefused(DossierFault.PATH_REFUSED, entry.path)
        if entry.path == before:
            raise DossierRefused(DossierFault.NAMED_TWICE, entry.path)
        if entry.path < before:
            raise DossierRefused(DossierFault.OUT_OF_ORDER, entry.path)
        total += entry.size
        if entry.size < 0 or total > MAX_BYTES:
            raise DossierRefused(DossierFault.TOO_LARGE, entry.path)
        if packed is not None and total > packed:
            raise DossierRefused(DossierFault.CUT_OFF, entry.path)
        before = entry.path


def is_path(path: str) -> bool:
    """Tell whether a path can stand in a dossier: plain words, and none that leads out of it."""
    return (
        len(path) <= LONGEST_PATH
        and path != INDEX
        and _PATH.fullmatch(path) is not None
        and not any(part.endswith(".") for part in path.split("/"))
    )


def read_index(encoded: bytes, packed: int | None = None) -> DossierIndex:
    """Read an index, which must be exactly what this format writes. Raises: DossierRefused."""
    given = _parsed(encoded)
    if given.get("format") != FORMAT:
        raise DossierRefused(DossierFault.NOT_A_DOSSIER)
    if given.get("version") != FORMAT_VERSION:
        raise DossierRefused(DossierFault.FORMAT_UNKNOWN)
    try:
        index = _index_of(given)
        is_same = index.encoded() == encoded
    except (KeyError, TypeError, ValueError, rfc8785.CanonicalizationError) as error:
        raise DossierRefused(DossierFault.INDEX_ALTERED, INDEX) from error
    check_entries(index.entries, packed)
    if not is_same:
        raise DossierRefused(DossierFault.INDEX_ALTERED, INDEX)
    return index


def _parsed(encoded: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise DossierRefused(DossierFault.INDEX_ALTERED, INDEX) from error
    if not isinstance(given, dict):
        raise DossierRefused(DossierFault.INDEX_ALTERED, INDEX)
    return given


def _index_of(given: Mapping[str, Any]) -> DossierIndex:
    reader = given["reader"]
    return DossierIndex(
        case=_texts(given["case"], _CASE),
        origin=_texts(given["origin"], _ORIGIN),
        rules=_texts(given["rules"], ("code", "version", "fingerprint")),
        reader=ReaderKind(reader["kind"]).value,
        authorities=[_text(code) for code in reader["authorities"]],
        as_of=_text(given["as_of"]),
        entries=tuple(_entry(each) for each in given["entries"]),
    )


def _entry(given: Mapping[str, Any]) -> Entry:
    size, sha256 = given["size"], _text(given["sha256"])
    if type(size) is not int or not _SHA256.fullmatch(sha256):
        raise ValueError(sha256)
    return Entry(_text(given["path"]), size, sha256, _text(given.get("name", "")))


def _texts(given: Mapping[str, Any], keys: Sequence[str]) -> dict[str, str]:
    return {key: _text(given[key]) for key in keys}


def _text(given: Any) -> str:
    # A database takes no NUL, and a line of a page no half of a character.
    if not isinstance(given, str) or "\0" in given:
        raise TypeError(given)
    given.encode()
    return given
