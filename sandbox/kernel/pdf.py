"""Typeset letters and reports as PDF/A-2a and PDF/UA-1, byte for byte the same for the same data.

The typesetter runs in a child process with limits on time and memory: what people type decides
how much there is to set. The data enters as one JSON text, never as markup. This file is both
sides: imported, it is the parent; run as a program, it is the child, which imports nothing of
ours.
"""

import functools
import json
import re
import resource
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "pdf"
FONTS = FOLDER / "fonts"
TIME_LIMIT_SECONDS = 20
MEMORY_LIMIT_BYTES = 1024**3
# Each thread reserves tens of megabytes of addresses that it never uses, and the limit counts
# addresses: with a thread per processor, one of 64 spends it all before the first word.
_ONE_THREAD = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_TEMPLATE_NAME = re.compile(r"[a-z][a-z_]*")
_REFUSED = 3
_SIMPLE_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "FEMININE", "MASCULINE", "MICRO")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


class PdfFailed(RuntimeError):
    """Report a document that could not be typeset: a defect of template or data, or a limit."""


def render_pdf(
    template: str, data: Mapping[str, Any], *, language: str, timestamp: datetime
) -> bytes:
    """Typeset `templates/pdf/<template>.typ` with the data.

    Shape: texts, lists and mappings of texts, as the template says; `timestamp` is aware and part
    of the document, so pass an instant of the case, never the present one.
    Raises: PdfFailed.
    """
    path = FOLDER / f"{template}.typ"
    if not _TEMPLATE_NAME.fullmatch(template) or not path.is_file():
        raise PdfFailed(f"There is no template {template!r}.")
    if timestamp.tzinfo is None:
        raise PdfFailed("A document needs an instant with its time zone.")
    order = {
        "template": path.name,
        "data": json.dumps(printable(data), ensure_ascii=False, sort_keys=True),
        "language": language,
        "timestamp": int(timestamp.timestamp()),
    }
    try:
        child = subprocess.run(  # noqa: S603 - our own file, no shell, input through the pipe
            [sys.executable, "-I", __file__, str(TIME_LIMIT_SECONDS), str(MEMORY_LIMIT_BYTES)],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
            env=_ONE_THREAD,
            cwd=FOLDER,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfFailed("Typesetting took too long.") from error
    if child.returncode != 0:
        reason = child.stderr.decode(errors="replace").strip()[-2000:]
        raise PdfFailed(reason or f"The typesetter ended with {child.returncode}.")
    return child.stdout


# --- what the fonts can show ----------------------------------------------------------------------


def printable(value: Any) -> Any:
    """Return the data with every sign that no font of ours has written in signs that they have.

    A single missing glyph would fail the whole document, and with it a person's receipt.
    """
    if isinstance(value, str):
        return _printable_text(value)
    if isinstance(value, Mapping):
        return {str(key): printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [printable(each) for each in value]
    if value is None or isinstance(value, bool | int):
        return value
    raise PdfFailed(f"A document takes texts, not {type(value).__name__}.")


def _printable_text(text: str) -> str:
    known = covered()
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        sign if sign == "\n" or ord(sign) in known else _rewritten(sign) for sign in composed
    )


def _rewritten(sign: str) -> str:
    # Loaded here because the child, which is this same file, must not depend on it.
    from anyascii import anyascii

    if unicodedata.category(sign)[0] in "CM":
        return " " if sign == "\t" else ""
    return anyascii(sign) or _UNKNOWN


@functools.cache
def covered() -> frozenset[int]:
    """Return the code points for which both the upright and the bold face have a glyph."""
    regular, bold = (
        {
            point
            for font in FONTS.glob(f"*{weight}.ttf")
            for point in _code_points(font.read_bytes())
        }
        for weight in ("[rs]", "Bold")
    )
    return frozenset(point for point in regular & bold if _stands_alone(chr(point)))


def _stands_alone(sign: str) -> bool:
    """Tell whether a sign looks the same beside any other: joined scripts need glyphs of pairs."""
    kind = unicodedata.category(sign)[0]
    if kind == "L":
        return unicodedata.name(sign, "").startswith(_SIMPLE_SCRIPTS)
    return kind in "NPSZ" and unicodedata.bidirectional(sign) not in {"R", "AL", "AN"}


def _code_points(font: bytes) -> Iterator[int]:
    """Read the character map of a TrueType font: formats 4 and 12 are all that ours have."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(12, 12 + 16 * count, 16)
    }
    start = tables[b"cmap"]
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    for index in range(subtables):
        (offset,) = struct.unpack_from(">I", font, start + 8 + 8 * index)
        at = start + offset
        (form,) = struct.unpack_from(">H", font, at)
        if form == 4:  # noqa: PLR2004 - the format's own number
            (double,) = struct.unpack_from(">H", font, at + 6)
            shape = f">{double // 2}H"
            ends, starts, deltas, ranges = (
                struct.unpack_from(shape, font, at + 14 + skip)
                for skip in (0, double + 2, 2 * double + 2, 3 * double + 2)
            )
            for segment, (first, last) in enumerate(zip(starts, ends, strict=True)):
                glyphs = at + 16 + 3 * double + 2 * segment + ranges[segment]
                for point in range(first, min(last, 0xFFFE) + 1):
                    glyph = point + deltas[segment]
                    if ranges[segment]:
                        (glyph,) = struct.unpack_from(">H", font, glyphs + 2 * (point - first))
                    # A segment may span signs that the font does not have; those map to glyph 0.
                    if glyph & 0xFFFF:
                        yield point
        elif form == 12:  # noqa: PLR2004
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last = struct.unpack_from(">II", font, at + 16 + 12 * group)
                yield from range(first, last + 1)


# --- the child ------------------------------------------------------------------------------------


def _child(seconds: int, memory: int) -> int:
    """Typeset one order from standard input to standard output, within limits."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # Loaded here, under the limits, because the parent never needs it.
    import typst

    order = json.load(sys.stdin)
    try:
        document = typst.compile(
            str(FOLDER / order["template"]),
            root=str(FOLDER),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": order["data"], "language": order["language"]},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=order["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write(f"{error.message}\n{error.diagnostic}\n")
        return _REFUSED
    sys.stdout.buffer.write(document)
    return 0


if __name__ == "__main__":
    sys.exit(_child(int(sys.argv[1]), int(sys.argv[2])))
