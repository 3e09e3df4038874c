"""Keep attachments by the hash of their content, after looking into what was sent.

The name and type that a browser gives are claims: the kind is read from the content, and what
can act by itself (macros, scripts, programs to be started) or unpacks without end is refused.
These checks keep out the common dangers; they do not replace the virus scanner of an operator.
"""

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast
from urllib.parse import quote, unquote, urlsplit

import obstore
import puremagic
from obstore.store import ObjectStore, from_url

from sandbox.domain.refusals import Refusal

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 25 * MEBIBYTE
MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 100 * MEBIBYTE
MAX_RATIO = 100
MAX_NAME_LENGTH = 120
_LONGEST_ENDING = 10
_PIECE = 256 * 1024
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": DOCX,
    "xlsx": XLSX,
    "csv": "text/csv",
    "txt": "text/plain",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileTooLarge(Refusal):
    """Refuse a file above the limit. Shape: details name, limit_bytes."""

    code = "file-too-large"


class FileTypeRefused(Refusal):
    """Refuse a kind of file that is not on the list. Shape: details name, allowed."""

    code = "file-type-refused"


class FileSuspicious(Refusal):
    """Refuse a file that could act by itself or unpack without end. Shape: details name, why."""

    code = "file-suspicious"


class FileDamaged(RuntimeError):
    """Report a stored file whose content no longer has the hash it is stored under."""


class FileMissing(LookupError):
    """Report a hash under which nothing is stored."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Hold a file that passed every check, with a name that is safe to show."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Name what was stored: the hash is the address."""

    sha256: str
    size: int
    content_type: str


# --- looking into what was sent -------------------------------------------------------------------


def accept(name: str | None, content: bytes | BinaryIO, limit: int = MAX_FILE_BYTES) -> Accepted:
    """Read an uploaded file and check it. Raises: FileTooLarge, FileTypeRefused, FileSuspicious."""
    shown = clean_filename(name or "")
    data = content if isinstance(content, bytes) else content.read(limit + 1)
    if len(data) > limit:
        raise FileTooLarge(name=shown, limit_bytes=limit)
    content_type = sniff(shown, data)
    check = _CHECKS.get(content_type)
    if check is not None:
        try:
            check(data)
        except _Suspicion as found:
            raise FileSuspicious(name=shown, why=str(found)) from found
    return Accepted(shown, data, content_type)


def sniff(name: str, content: bytes) -> str:
    """Return the type of the content, which must be on the list and agree with the name's ending.

    Raises: FileTypeRefused.
    """
    claimed = CONTENT_TYPES.get(PurePosixPath(name).suffix.lower().removeprefix("."))
    if claimed is None or not content or not _IS_OF_TYPE[claimed](content):
        raise FileTypeRefused(name=name, allowed=tuple(CONTENT_TYPES))
    return claimed


def _has_signature(*types: str) -> Callable[[bytes], bool]:
    """Compare with the signatures at the start; a signature further in proves nothing."""

    def check(content: bytes) -> bool:
        try:
            found = puremagic.magic_string(content[:4096])
        except (puremagic.PureError, ValueError):
            return False
        return any(each.mime_type in types and each.offset == 0 for each in found)

    return check


def _is_office(content_type: str) -> Callable[[bytes], bool]:
    main_part = f"{content_type}.main+xml".encode()

    def check(content: bytes) -> bool:
        # Part names and types stand in one small member; a document with macros declares others.
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with (
                zipfile.ZipFile(BytesIO(content)) as archive,
                archive.open("[Content_Types].xml") as member,
            ):
                return main_part in member.read(MEBIBYTE)
        except (KeyError, *_BROKEN_ZIP):
            return False

    return check


def _is_text(content: bytes) -> bool:
    """Accept UTF-8 and what many spreadsheets still export: Windows-1252."""
    if _CONTROLS.search(content):
        return False
    for encoding in ("utf-8", "cp1252"):
        with contextlib.suppress(UnicodeDecodeError):
            content.decode(encoding)
            return True
    return False


_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
# All that `zipfile` raises for an archive it cannot read; RuntimeError is also what it raises for
# a way of packing that it does not know.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_IS_OF_TYPE: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": lambda content: content.startswith(b"%PDF-"),
    DOCX: _is_office(DOCX),
    XLSX: _is_office(XLSX),
    "text/csv": _is_text,
    "text/plain": _is_text,
    "image/png": _has_signature("image/png"),
    "image/jpeg": _has_signature("image/jpeg", "image/jpg"),
}


class _Suspicion(Exception):
    """Carry what was found from a check to the refusal."""


_ACTIVE_PARTS = re.compile(
    r"vba(?:project|data)|macrosheets|dialogsheets|activex|ctrlprops|\.bin$|\.(?:exe|dll|js|vbs|docm|xlsm|xlam|ole)$",
    re.IGNORECASE,
)
_PRINTER_SETTINGS = re.compile(r"(?:^|/)printerSettings/printerSettings\d+\.bin$", re.IGNORECASE)
_OUTSIDE_TEMPLATE = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode\s*=\s*[\"']External)"
    rb"(?=[^>]*/(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath)[\"'])",
    re.IGNORECASE,
)
_NESTED = (".docx", ".xlsx")


def _check_office(content: bytes, depth: int = 0) -> None:
    """Look for bombs, macros, embedded programs and templates fetched from elsewhere."""
    unpacked = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _Suspicion("too-many-entries")
            for entry in entries:
                _check_entry(entry)
                with archive.open(entry) as member:
                    # Sizes in a directory are claims as well: what counts is what comes out.
                    part, unpacked = _unpack(member, unpacked, len(content))
                _check_part(entry.filename, part, depth)
    except _BROKEN_ZIP as error:
        raise _Suspicion("damaged-archive") from error


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise _Suspicion("path-outside-archive")
    if entry.flag_bits & 0x1:
        raise _Suspicion("encrypted")
    if _ACTIVE_PARTS.search(entry.filename) and not _PRINTER_SETTINGS.search(entry.filename):
        raise _Suspicion("macros")


def _unpack(member: IO[bytes], before: int, packed: int) -> tuple[bytes, int]:
    """Read one member, but no more than the whole archive may hold."""
    allowed = min(MAX_UNPACKED_BYTES, MAX_RATIO * packed) - before
    part = member.read(allowed + 1)
    if len(part) > allowed:
        raise _Suspicion("unpacks-too-large")
    return part, before + len(part)


def _check_part(name: str, part: bytes, depth: int) -> None:
    lowered = name.lower()
    if lowered.endswith((".xml", ".rels", ".vml")):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise _Suspicion("entities")
        if b"macroEnabled" in part[:MEBIBYTE] or b"<ddeLink" in part:
            raise _Suspicion("macros")
        if lowered.endswith(".rels") and _OUTSIDE_TEMPLATE.search(part):
            raise _Suspicion("outside-template")
    elif part.startswith(b"PK\x03\x04"):
        # Charts carry their table as a workbook; anything deeper is no document people write.
        if depth or not lowered.endswith(_NESTED):
            raise _Suspicion("nested-archive")
        _check_office(part, depth + 1)


_PDF_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_ACTIONS = re.compile(rb"/(?:JavaScript|Launch|ImportData|SubmitForm|RichMedia|Rendition)\b")
_PDF_STREAM = re.compile(rb"stream\r?\n")
_OBJECT_STREAM = re.compile(rb"\s*\d+\s+\d+\s")
_OTHER_FILTER = re.compile(rb"/(?:LZWDecode|ASCIIHexDecode|ASCII85Decode|RunLengthDecode|Crypt)\b")
_DICTIONARY_BYTES = 512
_CHUNK = 64 * 1024


def _check_pdf(content: bytes) -> None:
    """Look for scripts and actions, in plain view, behind escapes and in packed objects."""
    _check_pdf_names(content)
    if re.search(rb"/Encrypt\b", _plain_names(content)):
        raise _Suspicion("encrypted")
    unpacked = 0
    for found in _PDF_STREAM.finditer(content):
        before = _plain_names(content[max(0, found.start() - _DICTIONARY_BYTES) : found.start()])
        own = before[before.rfind(b"endobj") + 1 :]
        if b"/ObjStm" in own and _OTHER_FILTER.search(own):
            raise _Suspicion("packed-objects")
        packed = zlib.decompressobj()
        try:
            head = packed.decompress(content[found.end() : found.end() + 256], 64)
        except zlib.error:
            continue
        # Objects packed into a stream begin with pairs of numbers; pictures and pages are skipped.
        if _OBJECT_STREAM.match(head):
            objects = _inflated(content, found.end(), MAX_UNPACKED_BYTES - unpacked)
            unpacked += len(objects)
            _check_pdf_names(objects)


def _inflated(content: bytes, start: int, allowed: int) -> bytes:
    """Unpack a stream to its own end, whatever its dictionary or the words in it claim."""
    packed = zlib.decompressobj()
    view = memoryview(content)
    parts: list[bytes] = []
    size = 0
    for at in range(start, len(content), _CHUNK):
        try:
            parts.append(packed.decompress(view[at : at + _CHUNK], allowed - size + 1))
        except zlib.error:
            break
        size += len(parts[-1])
        if size > allowed:
            raise _Suspicion("unpacks-too-large")
        if packed.eof:
            break
    return b"".join(parts)


def _plain_names(content: bytes) -> bytes:
    return _PDF_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), content)


def _check_pdf_names(content: bytes) -> None:
    if _PDF_ACTIONS.search(content) or _PDF_ACTIONS.search(_plain_names(content)):
        raise _Suspicion("scripts")


_CHECKS: dict[str, Callable[[bytes], None]] = {
    "application/pdf": _check_pdf,
    DOCX: _check_office,
    XLSX: _check_office,
}


# --- names ----------------------------------------------------------------------------------------


def clean_filename(name: str) -> str:
    """Return a name that is safe to show and to send: no path, no controls, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    # Category C holds controls and the marks that turn the reading direction ("fdp.exe").
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    tidy = " ".join(kept.split()).strip(". ")
    if not tidy:
        return "file"
    stem, dot, ending = tidy.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return tidy[:MAX_NAME_LENGTH]
    return f"{stem[: MAX_NAME_LENGTH - len(ending) - 1].rstrip()}.{ending}"


def content_disposition(name: str) -> str:
    """Return the header that makes a browser save a file instead of showing it."""
    cleaned = clean_filename(name)
    folded = unicodedata.normalize("NFKD", cleaned).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", folded) or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(cleaned, safe='')}"


# --- storing --------------------------------------------------------------------------------------


class FileStore:
    """Store files once under the hash of their content, outside anything the server serves."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def from_url(cls, url: str) -> "FileStore":
        """Open the store at `file:///folder`, `s3://bucket/prefix`, `gs://…` or `az://…`."""
        parts = urlsplit(url)
        if parts.scheme != "file":
            return cls(from_url(url))
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return cls(from_url(folder.as_uri()), folder)

    def put(self, content: bytes | BinaryIO, content_type: str) -> StoredFile:
        """Store the content durably and return its hash; do this before the row is committed."""
        data = content if isinstance(content, bytes) else content.read()
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.exists(sha256):
            if self._folder is None:
                obstore.put(self._store, _path(sha256), data)
            else:
                _write_durably(self._folder / _path(sha256), data)
        return StoredFile(sha256, len(data), content_type)

    def open(self, sha256: str) -> bytes:
        """Read a file and make sure that it is still what was stored.

        Raises: FileMissing, FileDamaged.
        """
        try:
            data = obstore.get(self._store, _path(sha256)).bytes().to_bytes()
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileDamaged(sha256)
        return data

    def put_stream(self, content: BinaryIO, content_type: str) -> StoredFile:
        """Store what a file holds durably, however large, with little memory."""
        sha256, size = _measured(content)
        if not self.exists(sha256):
            content.seek(0)
            if self._folder is None:
                obstore.put(self._store, _path(sha256), content)
            else:
                _copy_durably(self._folder / _path(sha256), content)
        return StoredFile(sha256, size, content_type)

    def stream(self, sha256: str) -> Iterator[bytes]:
        """Read a file in pieces and make sure at its end that it is still what was stored.

        Raises: FileMissing, FileDamaged.
        """
        try:
            found = obstore.get(self._store, _path(sha256))
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        digest = hashlib.sha256()
        for piece in found.stream(min_chunk_size=_PIECE):
            digest.update(piece)
            yield bytes(piece)
        if digest.hexdigest() != sha256:
            raise FileDamaged(sha256)

    @contextlib.contextmanager
    def draft(self) -> Iterator[BinaryIO]:
        """Give room for a large file that is being written, where there is room for all files."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder) as file:
            yield cast("BinaryIO", file)

    @contextlib.contextmanager
    def opened(self, sha256: str) -> Iterator[BinaryIO]:
        """Open a large file to be read here and there, without judging it. Raises: FileMissing."""
        path = _path(sha256)
        if self._folder is None:
            with self.draft() as file:
                for piece in self.stream(sha256):
                    file.write(piece)
                file.seek(0)
                yield file
            return
        if not (self._folder / path).is_file():
            raise FileMissing(sha256)
        with (self._folder / path).open("rb") as stored:
            yield stored

    def exists(self, sha256: str) -> bool:
        """Tell whether a file is stored under this hash."""
        try:
            obstore.head(self._store, _path(sha256))
        except FileNotFoundError:
            return False
        return True

    def sweep(self, known: Container[str], older_than: datetime) -> int:
        """Delete what no row knows and what is old enough not to be awaiting its row; count it."""
        swept = 0
        for path in list(self._orphans(known, older_than)):
            obstore.delete(self._store, path)
            swept += 1
        return swept

    def _orphans(self, known: Container[str], older_than: datetime) -> Iterator[str]:
        for page in obstore.list(self._store):
            for each in page:
                name = PurePosixPath(each["path"]).name
                if each["last_modified"] < older_than and name not in known:
                    yield each["path"]


def _path(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise FileMissing(sha256)
    return f"{sha256[:2]}/{sha256}"


def _measured(content: BinaryIO) -> tuple[str, int]:
    """Return the hash and the size of what a file holds."""
    content.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := content.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _write_durably(path: Path, data: bytes) -> None:
    _copy_durably(path, BytesIO(data))


def _copy_durably(path: Path, content: BinaryIO) -> None:
    """Write, fsync, rename, fsync the folder: after that a power cut cannot take the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file, _PIECE)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
