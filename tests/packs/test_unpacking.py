"""What is sent as a pack is unpacked within bounds, or refused at once with the reason."""

import io
import stat
import struct
import time
import warnings
import zipfile
from collections.abc import Callable

import pytest

from sandbox.packs.loading import validate_files
from sandbox.programme.unpacking import MOST_SENT, Fault, NotUnpacked, unpack
from tests.packs.copies import files_of

TEXT = b'code = "mx"\n'
MOST_SECONDS = 1.0


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")
        for name, content in entries:
            made.writestr(name, content)
    return buffer.getvalue()


def link() -> bytes:
    entry = zipfile.ZipInfo("pack.toml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return archive((entry, b"/etc/passwd"))


def encrypted() -> bytes:
    made = bytearray(archive(("pack.toml", TEXT)))
    at = made.index(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


def lying() -> bytes:
    """An archive whose entry says that it holds ten bytes, and holds far more."""
    made = archive(("pack.toml", b" " * (MOST_SENT + 10)))
    size = struct.pack("<I", MOST_SENT + 10)
    assert size in made
    return made.replace(size, struct.pack("<I", 10))


def far_away() -> bytes:
    """An archive whose entry says in the long format that it begins beyond any file."""
    made = bytearray(archive(("pack.toml", TEXT)))
    entry, end = made.index(b"PK\x01\x02"), made.index(b"PK\x05\x06")
    name = struct.unpack_from("<H", made, entry + 28)[0]
    longer = struct.pack("<HHQ", 1, 8, 2**63)
    struct.pack_into("<H", made, entry + 30, len(longer))
    struct.pack_into("<I", made, entry + 42, 0xFFFFFFFF)
    struct.pack_into("<I", made, end + 12, end - entry + len(longer))
    made[entry + 46 + name : entry + 46 + name] = longer
    return bytes(made)


def lzma() -> bytes:
    entry = zipfile.ZipInfo("pack.toml")
    entry.compress_type = zipfile.ZIP_LZMA
    return archive((entry, TEXT))


def reason(content: bytes, name: str = "reglas.zip") -> Fault:
    began = time.monotonic()
    with pytest.raises(NotUnpacked) as refused:
        unpack([(name, io.BytesIO(content))])
    assert time.monotonic() - began < MOST_SECONDS
    return refused.value.fault


def test_archive_and_plain_files_give_the_same() -> None:
    files = files_of("1.1.0")
    one = unpack([("reglas.zip", io.BytesIO(archive(*files.items())))])
    each = unpack([(name, io.BytesIO(content)) for name, content in files.items()])
    assert one == each == files


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (lambda: b"not a zip", Fault.NOT_A_ZIP),
        (lambda: archive(("pack.toml", TEXT * 50))[:-40], Fault.NOT_A_ZIP),
        (lzma, Fault.NOT_A_ZIP),
        (far_away, Fault.NOT_A_ZIP),
        (encrypted, Fault.ENCRYPTED),
        (link, Fault.LINK),
        (lambda: archive(("../pack.toml", TEXT)), Fault.NAME),
        (lambda: archive(("/etc/pack.toml", TEXT)), Fault.NAME),
        (lambda: archive(("a/pack.toml", TEXT)), Fault.NAME),
        (lambda: archive(("a\\pack.toml", TEXT)), Fault.NAME),
        (lambda: archive(("folder/", b"")), Fault.NAME),
        (lambda: archive(("inner.zip", archive(("pack.toml", TEXT)))), Fault.NAME),
        (lambda: archive(("pack.py", TEXT)), Fault.NAME),
        (lambda: archive(("PACK.TOML", TEXT)), Fault.NAME),
        (lambda: archive(("pack.toml", TEXT), ("pack.toml", TEXT)), Fault.TWICE),
        (lambda: archive(*((f"a{n}.toml", TEXT) for n in range(41))), Fault.TOO_MANY),
        (lambda: archive(*((f"a{n}.toml", b"") for n in range(20_000))), Fault.TOO_MANY),
        (lambda: archive(("pack.toml", b" " * (MOST_SENT + 1))), Fault.TOO_LARGE),
        (
            lambda: archive(*((f"a{n}.toml", b" " * 2**20) for n in range(6))),
            Fault.TOO_LARGE,
        ),
        (lambda: b"PK" + b"\0" * MOST_SENT, Fault.TOO_LARGE),
        (lying, Fault.NOT_A_ZIP),
    ],
)
def test_bad_archive_is_refused_at_once(content: Callable[[], bytes], fault: Fault) -> None:
    assert reason(content()) is fault


def test_archive_at_the_limit_is_unpacked() -> None:
    full = archive(*((f"a{n}.toml", b" " * (MOST_SENT // 5)) for n in range(5)))
    assert sum(map(len, unpack([("reglas.zip", io.BytesIO(full))]).values())) == MOST_SENT


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([], Fault.NOTHING),
        ([("a.zip", archive(("pack.toml", TEXT))), ("pack.toml", TEXT)], Fault.MIXED),
        ([("../pack.toml", TEXT)], Fault.NAME),
        ([("pack.toml", TEXT), ("pack.toml", TEXT)], Fault.TWICE),
        ([("pack.toml", b" " * (MOST_SENT + 1))], Fault.TOO_LARGE),
        ([(f"a{n}.toml", TEXT) for n in range(41)], Fault.TOO_MANY),
    ],
)
def test_bad_files_are_refused(sent: list[tuple[str, bytes]], fault: Fault) -> None:
    with pytest.raises(NotUnpacked) as refused:
        unpack([(name, io.BytesIO(content)) for name, content in sent])
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\xff\xfe", "unreadable"),
        (b"this is no toml", "syntax"),
        (b"a = " + b"[" * 100 + b"]" * 100, "too_large"),
        (b"a = [" + b"1," * 500_000 + b"]", "too_large"),
        (b"# " + b"x" * (4 * 1024 * 1024), "too_large"),
    ],
)
def test_bad_content_is_refused_at_once(content: bytes, fault: str) -> None:
    began = time.monotonic()
    found = validate_files("mx", {"pack.toml": content})
    assert time.monotonic() - began < MOST_SECONDS
    assert found.pack is None
    assert found.problems[0].fault == fault
    assert found.problems[0].file == "mx/pack.toml"
