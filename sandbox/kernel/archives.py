"""Write and check the archive of a dossier: a ZIP of one exact form, byte for byte.

Nothing in it is compressed, every time is the same, the index comes first and the rest in order.
So the same entries give the same bytes, and whoever reads an archive from its beginning to its end
meets no byte that is not foreseen: no second entry of a name, no path that leads elsewhere, nothing
before, between or behind, and nothing that unpacks to more than it is. Any program opens it.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sandbox.domain.dossiers import (
    INDEX,
    MAX_BYTES,
    MAX_INDEX_BYTES,
    DossierFault,
    DossierIndex,
    DossierRefused,
    Entry,
    check_entries,
    is_path,
    read_index,
)

CHUNK = 256 * 1024
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 20
_UTF8 = 0x800
_MIDNIGHT = (0, (1 << 5) | 1)  # the first of January 1980, as far back as the format can say
_READABLE = 0o100644 << 16
_UNIX = 3 << 8
Content = Callable[[], Iterator[bytes]]


class EntryDiffers(ValueError):
    """Report that what was to be written is not what the index says. Shape: the entry's path."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold where an entry stands in the archive. Shape: `start` is where its content begins."""

    entry: Entry
    crc: int
    offset: int

    @property
    def start(self) -> int:
        """Return where the content begins."""
        return self.offset + _LOCAL.size + len(self.entry.path)


def write_archive(
    target: BinaryIO,
    index: DossierIndex,
    contents: Callable[[Entry], Iterator[bytes]],
    progress: Callable[[int], None] = lambda _done: None,
) -> None:
    """Write an archive, each content in pieces as it comes.

    Raises: DossierRefused for what cannot stand in one; EntryDiffers where a content is not what
    the index says.
    """
    check_entries(index.entries)
    encoded = index.encoded()
    if len(encoded) > MAX_INDEX_BYTES:
        raise DossierRefused(DossierFault.TOO_LARGE, INDEX)
    placed = [_write(target, _index_entry(encoded), iter((encoded,)))]
    for done, entry in enumerate(index.entries, start=1):
        placed.append(_write(target, entry, contents(entry)))
        progress(done)
    offset = target.tell()
    target.writelines(_central(each) for each in placed)
    target.write(_end(placed, target.tell() - offset, offset))


def _write(target: BinaryIO, entry: Entry, pieces: Iterator[bytes]) -> Placed:
    offset = target.tell()
    target.write(_local(entry, 0))
    crc, size, digest = 0, 0, hashlib.sha256()
    for piece in pieces:
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        digest.update(piece)
        target.write(piece)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise EntryDiffers(entry.path)
    end = target.tell()
    target.seek(offset)
    target.write(_local(entry, crc))
    target.seek(end)
    return Placed(entry, crc, offset)


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold an archive that is exactly what it claims to be: its index, and where all stands."""

    index: DossierIndex
    placed: tuple[Placed, ...]

    def find(self, path: str) -> Placed | None:
        """Return where an entry stands."""
        return next((each for each in self.placed if each.entry.path == path), None)


def check_archive(source: BinaryIO) -> Checked:
    """Read an archive once from beginning to end. Raises: DossierRefused for any other byte."""
    packed = source.seek(0, 2)
    source.seek(0)
    if packed > MAX_BYTES:
        raise DossierRefused(DossierFault.TOO_LARGE)
    index, first = _read_first(source, packed)
    names = {entry.path for entry in index.entries}
    placed = [first, *(_read(source, entry, names) for entry in index.entries)]
    _refuse_more(source, names)
    offset = source.tell()
    directory = b"".join(_central(each) for each in placed)
    expected = directory + _end(placed, len(directory), offset)
    if source.read(len(expected) + 1) != expected:
        raise DossierRefused(DossierFault.WRAPPING_ALTERED)
    return Checked(index, tuple(placed))


def open_index(source: BinaryIO) -> DossierIndex:
    """Read the index of an archive that was checked before. Raises: DossierRefused."""
    packed = source.seek(0, 2)
    source.seek(0)
    return _read_first(source, packed)[0]


def places_of(index: DossierIndex) -> Iterator[tuple[Entry, int]]:
    """Say where each content of an archive that was checked before begins."""
    at = _LOCAL.size + len(INDEX) + len(index.encoded())
    for entry in index.entries:
        at += _LOCAL.size + len(entry.path)
        yield entry, at
        at += entry.size


def _read_first(source: BinaryIO, packed: int) -> tuple[DossierIndex, Placed]:
    header = source.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise DossierRefused(DossierFault.NOT_A_DOSSIER)
    _, size, length = _claims(header)
    if source.read(length) != INDEX.encode():
        raise DossierRefused(DossierFault.NOT_A_DOSSIER)
    if size > MAX_INDEX_BYTES:
        raise DossierRefused(DossierFault.TOO_LARGE, INDEX)
    if size > packed:
        raise DossierRefused(DossierFault.CUT_OFF, INDEX)
    encoded = source.read(size)
    index = read_index(encoded, packed)
    crc = zlib.crc32(encoded)
    entry = _index_entry(encoded)
    if header + INDEX.encode() != _local(entry, crc):
        raise DossierRefused(DossierFault.WRAPPING_ALTERED, INDEX)
    return index, Placed(entry, crc, 0)


def _read(source: BinaryIO, entry: Entry, names: set[str]) -> Placed:
    offset = source.tell()
    header = source.read(_LOCAL.size)
    if header[:4] != b"PK\x03\x04" or len(header) < _LOCAL.size:
        ends = header[:4] == b"PK\x01\x02"
        fault = DossierFault.MISSING if ends or not header else DossierFault.WRAPPING_ALTERED
        raise DossierRefused(fault, entry.path)
    crc, size, length = _claims(header)
    name = source.read(min(length, 4 * CHUNK))
    if name != entry.path.encode():
        raise _wrong_name(name, entry, names)
    if size != entry.size:
        raise DossierRefused(DossierFault.SIZE_DIFFERS, entry.path)
    found = _hashed(source, entry)
    if header + name != _local(entry, found):
        raise DossierRefused(DossierFault.WRAPPING_ALTERED, entry.path)
    return Placed(entry, crc, offset)


def _hashed(source: BinaryIO, entry: Entry) -> int:
    left, crc, digest = entry.size, 0, hashlib.sha256()
    while left:
        piece = source.read(min(left, CHUNK))
        if not piece:
            raise DossierRefused(DossierFault.SIZE_DIFFERS, entry.path)
        left, crc = left - len(piece), zlib.crc32(piece, crc)
        digest.update(piece)
    if digest.hexdigest() != entry.sha256:
        raise DossierRefused(DossierFault.ALTERED, entry.path)
    return crc


def _wrong_name(name: bytes, entry: Entry, names: set[str]) -> DossierRefused:
    """Say what is wrong where another name stands: an entry too many, or one too few."""
    said = name.decode("utf-8", errors="replace")
    if said in names:
        fault = DossierFault.MISSING if said > entry.path else DossierFault.NAMED_TWICE
        return DossierRefused(fault, min(said, entry.path))
    fault = DossierFault.NOT_IN_INDEX if is_path(said) else DossierFault.PATH_REFUSED
    return DossierRefused(fault, said)


def _refuse_more(source: BinaryIO, names: set[str]) -> None:
    """Make sure that no further entry stands behind the last one of the index."""
    at = source.tell()
    header = source.read(_LOCAL.size)
    if header[:4] == b"PK\x03\x04" and len(header) == _LOCAL.size:
        name = source.read(_claims(header)[2]).decode("utf-8", errors="replace")
        twice = name in names or name == INDEX
        fault = DossierFault.NAMED_TWICE if twice else DossierFault.NOT_IN_INDEX
        raise DossierRefused(fault, name)
    source.seek(at)


def _index_entry(encoded: bytes) -> Entry:
    return Entry(INDEX, len(encoded), hashlib.sha256(encoded).hexdigest())


def _claims(header: bytes) -> tuple[int, int, int]:
    """Return what a local header says: checksum, size, length of the name."""
    parts = _LOCAL.unpack(header)
    return parts[6], parts[8], parts[9]


def _local(entry: Entry, crc: int) -> bytes:
    name = entry.path.encode()
    fields = (b"PK\x03\x04", _VERSION, _UTF8, 0, *_MIDNIGHT, crc, entry.size, entry.size)
    return _LOCAL.pack(*fields, len(name), 0) + name


def _central(placed: Placed) -> bytes:
    entry, name = placed.entry, placed.entry.path.encode()
    fields = (b"PK\x01\x02", _UNIX | _VERSION, _VERSION, _UTF8, 0, *_MIDNIGHT)
    sizes = (placed.crc, entry.size, entry.size, len(name), 0, 0, 0, 0)
    return _CENTRAL.pack(*fields, *sizes, _READABLE, placed.offset) + name


def _end(placed: Sequence[Placed], size: int, offset: int) -> bytes:
    count = len(placed)
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
