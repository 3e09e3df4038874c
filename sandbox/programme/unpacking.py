"""Take the files of a pack out of what somebody sends: one archive, or the files themselves.

Nothing is written to disk, no name leads anywhere, and no more is unpacked than a pack may hold:
what an archive says of itself is checked first, and what comes out of it is counted all the same.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import IO

from sandbox.packs.files import MOST_FILES

MOST_SENT = 5 * 1024 * 1024
"""Bytes: so much may be sent, and so much may come out of it."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.toml")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# All that the library raises on what is no archive: numbers in it may be of any size.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OSError,
    OverflowError,
    RuntimeError,
)
# What the end of an archive says: it stands within these last bytes, with the number of entries.
_END, _LONGEST_END = b"PK\x05\x06", 22 + 0xFFFF


class Fault(StrEnum):
    """Name what can be wrong with what was sent, before any of it is read as a pack."""

    NOTHING = "nothing"
    MIXED = "mixed"
    NOT_A_ZIP = "not_a_zip"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    NAME = "name"
    LINK = "link"
    TWICE = "twice"


class NotUnpacked(ValueError):
    """Say why nothing was unpacked; `name` is the file it is about, if it is about one."""

    def __init__(self, fault: Fault, name: str = "") -> None:
        super().__init__(fault, name)
        self.fault = fault
        self.name = name[:80]


def unpack(sent: Sequence[tuple[str, IO[bytes]]]) -> dict[str, bytes]:
    """Return the files of a pack by their names. Raises: NotUnpacked."""
    if not sent:
        raise NotUnpacked(Fault.NOTHING)
    archives = [(name, stream) for name, stream in sent if name.lower().endswith(".zip")]
    if not archives:
        return _plain(sent)
    if len(sent) > 1:
        raise NotUnpacked(Fault.MIXED)
    return _unzipped(*archives[0])


def _plain(sent: Sequence[tuple[str, IO[bytes]]]) -> dict[str, bytes]:
    if len(sent) > MOST_FILES:
        raise NotUnpacked(Fault.TOO_MANY)
    found: dict[str, bytes] = {}
    left = MOST_SENT
    for name, stream in sent:
        _check_name(name, found)
        found[name] = stream.read(left + 1)
        left -= len(found[name])
        if left < 0:
            raise NotUnpacked(Fault.TOO_LARGE, name)
    return found


def _unzipped(name: str, stream: IO[bytes]) -> dict[str, bytes]:
    stream.seek(0, 2)
    size = stream.tell()
    if size > MOST_SENT:
        raise NotUnpacked(Fault.TOO_LARGE, name)
    _count_entries(stream, size, name)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _members(archive)
    except _BROKEN as error:
        if isinstance(error, NotUnpacked):
            raise
        raise NotUnpacked(Fault.NOT_A_ZIP, name) from error


def _count_entries(stream: IO[bytes], size: int, name: str) -> None:
    """Refuse an archive of many thousand entries before all of them are listed.

    The number at its end may lie; then the list is read, and refused by its length.
    """
    stream.seek(max(0, size - _LONGEST_END))
    end = stream.read()
    at = end.rfind(_END)
    if at < 0:
        raise NotUnpacked(Fault.NOT_A_ZIP, name)
    if int.from_bytes(end[at + 10 : at + 12], "little") > MOST_FILES:
        raise NotUnpacked(Fault.TOO_MANY, name)


def _members(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise NotUnpacked(Fault.TOO_MANY)
    found: dict[str, bytes] = {}
    left = MOST_SENT
    for entry in entries:
        _check_entry(entry, found)
        if entry.file_size > left:
            raise NotUnpacked(Fault.TOO_LARGE, entry.filename)
        with archive.open(entry) as content:
            found[entry.filename] = content.read(left + 1)
        left -= len(found[entry.filename])
        if left < 0:
            raise NotUnpacked(Fault.TOO_LARGE, entry.filename)
    return found


def _check_entry(entry: zipfile.ZipInfo, found: dict[str, bytes]) -> None:
    # The library cuts a name at a NUL; what was written is what is judged.
    _check_name(entry.orig_filename, found)
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise NotUnpacked(Fault.LINK, entry.filename)
    if entry.flag_bits & _ENCRYPTED:
        raise NotUnpacked(Fault.ENCRYPTED, entry.filename)
    if entry.compress_type not in _METHODS:
        raise NotUnpacked(Fault.NOT_A_ZIP, entry.filename)


def _check_name(name: str, found: dict[str, bytes]) -> None:
    if not _NAME.fullmatch(name):
        raise NotUnpacked(Fault.NAME, name)
    if name in found:
        raise NotUnpacked(Fault.TWICE, name)
