"""Look into what was sent before it is kept.

The name and type that a browser gives are claims: the kind is read from the content, and what
can act by itself (macros, scripts, programs to be started) or unpacks without end is refused.
These checks keep out the common dangers; they do not replace the virus scanner of an operator.
"""

import contextlib
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, BinaryIO

import puremagic

from sandbox.domain.refusals import Refusal
from sandbox.kernel.files.names import clean_filename

MEBIBYTE = 1024 * 1024
MAX_FILE_BYTES = 25 * MEBIBYTE
MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 100 * MEBIBYTE
MAX_RATIO = 100
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


class FileTooLarge(Refusal):
    """Refuse a file above the limit. Shape: details name, limit_bytes."""

    code = "file-too-large"


class FileEmpty(Refusal):
    """Refuse a file without any content, whatever its name promises. Shape: details name."""

    code = "file-empty"


class FileTypeRefused(Refusal):
    """Refuse a kind of file that is not on the list. Shape: details name, allowed."""

    code = "file-type-refused"


class FileSuspicious(Refusal):
    """Refuse a file that could act by itself or unpack without end. Shape: details name, why."""

    code = "file-suspicious"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Hold a file that passed every check, with a name that is safe to show."""

    name: str
    content: bytes
    content_type: str


def accept(name: str | None, content: bytes | BinaryIO, limit: int = MAX_FILE_BYTES) -> Accepted:
    """Read an uploaded file and check it.

    Raises: FileTooLarge, FileEmpty, FileTypeRefused, FileSuspicious.
    """
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

    Raises: FileTypeRefused, FileEmpty for what could be of its kind if anything were in it.
    """
    claimed = CONTENT_TYPES.get(PurePosixPath(name).suffix.lower().removeprefix("."))
    if claimed is not None and not content:
        raise FileEmpty(name=name)
    if claimed is None or not _IS_OF_TYPE[claimed](content):
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
