"""Read the files of one pack into one tree of values that knows where each of them stands."""

import re
import tomllib
from codecs import BOM_UTF8
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.packs.errors import Fault
from sandbox.packs.fields import LARGEST_NUMBER, MOST_DECIMALS
from sandbox.packs.files import (
    FIRST_FILE,
    MOST_BYTES,
    MOST_BYTES_A_FILE,
    MOST_FILES,
    Files,
    Unreadable,
)
from sandbox.packs.positions import Path, Scanned, TooComplex, Unfit, scan
from sandbox.packs.saying import ABSENT, listed
from sandbox.packs.saying import sentence as _l
from sandbox.packs.showing import shortened, shown
from sandbox.packs.source import Source
from sandbox.packs.syntax import explained

MOST_VALUES = 20_000
MOST_LEVELS = 24

# A plain name in the pack's own folder: nothing in it can lead to a file anywhere else.
_PART_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.toml")


def read(files: Files) -> Source:
    """Read `pack.toml` and the parts it names, in its order.

    A list of tables may go on from one part to the next; any other key stands in one file only.
    """
    source = Source(files.name)
    values, size = _read_file(source, files, FIRST_FILE, MOST_BYTES)
    if values is None:
        return source
    parts = values.pop("parts", [])
    source.places |= {("parts",): source.places.get(("parts",), (FIRST_FILE, 1))}
    source.values = values
    left = MOST_BYTES - size
    for name in _part_names(source, files, parts):
        part, size = _read_file(source, files, name, left)
        left -= size
        if part is not None:
            _merge(source, name, part)
    return source


def _part_names(source: Source, files: Files, parts: object) -> list[str]:
    if not isinstance(parts, list) or len(parts) >= MOST_FILES:
        allowed = _l("a list of at most %(most)s file names", most=MOST_FILES - 1)
        source.refuse(
            ("parts",),
            Fault.WRONG_TYPE,
            _l("must be %(allowed)s", allowed=allowed),
            found=shown(parts),
            allowed=allowed,
        )
        return []
    names: list[str] = []
    for index, name in enumerate(parts):
        path: Path = ("parts", index)
        if not isinstance(name, str) or not _PART_NAME.fullmatch(name) or name == FIRST_FILE:
            source.refuse(
                path,
                Fault.NOT_ALLOWED,
                _l("must name a .toml file in the pack's own folder, in small letters"),
                found=shown(name),
                allowed=_l("for instance questions.toml"),
            )
        elif name in names:
            source.refuse(
                path,
                Fault.DUPLICATE,
                _l('"%(name)s" is named twice', name=name),
                found=shown(name),
                allowed=_l("each file once, so remove this one"),
            )
        else:
            names.append(name)
    for stray in files.names():
        if stray not in names and stray != FIRST_FILE:
            source.refuse(
                ("parts",),
                Fault.MISSING,
                _l('the folder holds "%(stray)s", which is not among the parts', stray=stray),
                found=shown(stray),
                allowed=_l("only files that are among the parts, so name it there or take it out"),
            )
    return names


def _read_file(
    source: Source, files: Files, name: str, left: int
) -> tuple[dict[str, Any] | None, int]:
    """Return a file's values and the bytes that were read, having noted the place of each value.

    A file that is refused has cost its bytes as well: a pack of refused files must not be larger.
    """
    content = _content(source, files, name, min(left, MOST_BYTES_A_FILE))
    if content is None:
        return None, 0
    return _values(source, name, content), len(content)


def _values(source: Source, name: str, content: bytes) -> dict[str, Any] | None:
    # Some editors begin a file with this mark, which says that it is UTF-8 and means nothing else.
    content = content.removeprefix(BOM_UTF8)
    try:
        text = content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        source.refuse(
            (),
            Fault.UNREADABLE,
            _l("is not UTF-8 text"),
            found=_l("the byte %(byte)s", byte=f"0x{content[fault.start]:02x}"),
            allowed=_l("a text file saved as UTF-8"),
            place=(name, line),
        )
        return None
    scanned = Scanned({})
    try:
        scanned = scan(text, deepest=MOST_LEVELS, most=MOST_VALUES - len(source.places))
        values = tomllib.loads(text, parse_float=Decimal)
    except TooComplex as fault:
        source.refuse(
            (),
            Fault.TOO_LARGE,
            fault.what,
            found=fault.what,
            allowed=_l(
                "%(values)s values a pack, %(levels)s levels",
                values=MOST_VALUES,
                levels=MOST_LEVELS,
            ),
            place=(name, fault.line),
        )
        return None
    except Unfit as fault:
        source.refuse(
            _moved(source, fault.path),
            Fault.TOO_LARGE,
            _l("is a number larger, or with more decimals, than any key takes"),
            found=listed(shortened(fault.written)),
            allowed=_l(
                "a number up to %(most)s with at most %(decimals)s decimals",
                most=LARGEST_NUMBER,
                decimals=MOST_DECIMALS,
            ),
            place=(name, fault.line),
        )
        return None
    except (ValueError, ArithmeticError) as fault:
        # Not only TOMLDecodeError: what Python itself cannot convert is a plain ValueError.
        message, at = explained(fault)
        last = text.count("\n") + 1
        line = at or last
        source.refuse(
            _moved(source, scanned.path_at(line)),
            Fault.SYNTAX,
            message,
            found=listed(shortened(text.split("\n")[line - 1].strip())) or ABSENT,
            allowed=_l('lines of TOML, such as [table], [[table of a list]] or key = "text"'),
            place=(name, line),
        )
        return None
    for path, line in scanned.lines.items():
        if len(path) == 1:
            source.tops[name, str(path[0])] = line
        source.places.setdefault(_moved(source, path), (name, line))
    return values


def _moved(source: Source, path: Path) -> Path:
    """Return the path in the whole pack: a list goes on from where an earlier part left it."""
    if len(path) > 1 and isinstance(path[1], int):
        before = source.values.get(str(path[0]))
        if isinstance(before, list):
            return (path[0], path[1] + len(before), *path[2:])
    return path


def _content(source: Source, files: Files, name: str, most: int) -> bytes | None:
    """Return the bytes of a file of bounded size; what cannot be had is a problem of the source."""
    try:
        content = files.content(name, most)
    except Unreadable as fault:
        source.refuse(
            (),
            Fault.UNREADABLE,
            fault.why,
            found=fault.found,
            allowed=_l("a plain text file of this name in the folder of the pack"),
            place=(name, 1),
        )
        return None
    if len(content) > most:
        source.refuse(
            (),
            Fault.TOO_LARGE,
            _l("is too large"),
            found=_l("more than %(most)s bytes", most=most),
            allowed=_l(
                "%(file)s bytes a file and %(pack)s a pack",
                file=MOST_BYTES_A_FILE,
                pack=MOST_BYTES,
            ),
            place=(name, 1),
        )
        return None
    return content


def _merge(source: Source, name: str, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key == "parts":
            source.refuse(
                (key,),
                Fault.NOT_ALLOWED,
                _l("names parts of the pack, which %(first)s alone may", first=FIRST_FILE),
                found=shown(value),
                allowed=_l("all parts named in %(first)s, and none here", first=FIRST_FILE),
                place=(name, source.tops[name, key]),
            )
        elif key not in source.values:
            source.values[key] = value
        elif _are_tables(source.values[key]) and _are_tables(value):
            source.values[key].extend(value)
        else:
            first, line = source.place((key,))
            source.refuse(
                (key,),
                Fault.DUPLICATE,
                _l(
                    "stands in %(name)s and already in %(first)s, line %(line)s",
                    name=name,
                    first=first,
                    line=line,
                ),
                found=shown(value),
                allowed=_l("each key in one file alone; only lists of tables may go on in another"),
                place=(name, source.tops[name, key]),
            )


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
