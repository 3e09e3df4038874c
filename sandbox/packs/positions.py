"""Find the line of every key in a TOML document, and refuse documents built to exhaust a parser.

The standard library's parser gives values without places. This scan walks the same text and notes
where each key and each array element stands. It accepts everything that is TOML and more: where it
cannot go on, the text is not TOML, and the parser, which runs afterwards, says why. It takes time
in proportion to the text, whatever the text is, so it may meet a hostile file before the parser.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
# The optional tail is the time of day of a date written with a space in the middle.
_SCALAR = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")
# Far above what any key of a pack takes, and far below what takes time to convert or to compare.
_LONGEST_NUMBER = 100
_HUGE = re.compile(
    rf"[+-]?[0-9][^\s]{{{_LONGEST_NUMBER},}}|[+-]?(?!0x)[0-9._]+[eE][+-]?[0-9_]{{7,}}.*", re.DOTALL
)


class TooComplex(Exception):
    """Refuse a document that nests deeper, or holds more, than any honest pack needs."""

    def __init__(self, line: int, what: Sentence) -> None:
        self.line = line
        self.what = what
        super().__init__(line, what)


class Unfit(Exception):
    """Refuse a number that no key of a pack takes, before anybody converts it."""

    def __init__(self, path: Path, line: int, written: str) -> None:
        self.path = path
        self.line = line
        self.written = written
        super().__init__(path, line)


class _NotToml(Exception):
    """End the scan; the parser will name the fault."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """Hold the line (from 1) of each key and array element, by its path.

    Shape: a path holds table keys as str and array indices as int. Where the text stops being
    TOML, `lines` is what was found before, `broken_at` the line on which the statement begins that
    cannot be read, and `broken` the path of what it says, () where it says nothing.
    """

    lines: Mapping[Path, int]
    broken_at: int | None = None
    broken: Path = ()

    def path_at(self, line: int) -> Path:
        """Return what the parser complains of on a line; it may stop before the scan does."""
        if self.broken_at is not None and line >= self.broken_at:
            return self.broken
        last: Path = ()
        for path, at in self.lines.items():
            if self.lines.get(last, 0) <= at <= line:
                last = path
        return last


def scan(text: str, *, deepest: int = 24, most: int = 50_000) -> Scanned:
    """Find the line of each key and array element. Raises: TooComplex, Unfit."""
    found = _Scan(text, deepest, most)
    try:
        found.document()
    except _NotToml:
        return Scanned(found.lines, found.began, found.here)
    return Scanned(found.lines)


class _Scan:
    def __init__(self, text: str, deepest: int, most: int) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.began = 1  # the line of the present statement
        self.here: Path = ()  # what it says, as far as it was read
        self._deepest = deepest
        self._most = most
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._lengths: dict[Path, int] = {}  # of arrays of tables
        self._tables: set[Path] = set()  # that have had their header
        self._unquoted: dict[str, str] = {}

    def document(self) -> None:
        table: Path = ()
        ended = 0
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return
            line = self._line()
            # What stands behind a statement on its line belongs to that, whatever it looks like.
            if line == ended:
                raise _NotToml
            self.began, self.here = line, ()
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            ended = self._line()

    def _header(self) -> Path:
        line = self._line()
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = self._dotted_key()
        self._expect("]]" if is_array else "]")
        path: Path = ()
        for key in keys[:-1]:
            path = self._latest((*path, key))
            self._note(path, line, again=False)
        path = (*path, keys[-1])
        self.here = path
        if not is_array:
            path = self._latest(path)
            # What stands twice is not counted, so that a scan of nothing but repeats must end.
            if path in self._tables:
                raise _NotToml
            self._tables.add(path)
            self._note(path, line)
            return path
        index = self._lengths.get(path, 0)
        self._lengths[path] = index + 1
        self._note(path, line, again=False)
        path = (*path, index)
        self._note(path, line)
        return path

    def _latest(self, path: Path) -> Path:
        """Return the path of the last element, where `path` is that of an array of tables."""
        length = self._lengths.get(path)
        return path if length is None else (*path, length - 1)

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        keys = self._dotted_key()
        self.here = (*table, *keys)
        if self.here in self.lines:
            raise _NotToml
        for key in keys:
            path = (*path, key)
            self._note(path, line, again=False)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)
        self.here = path

    def _value(self, path: Path) -> None:
        start = self.text[self.at : self.at + 1]
        if start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        elif start in ('"', "'") and start:
            self._string()
        else:
            line, written = self._line(), self._match(_SCALAR)
            if _HUGE.fullmatch(written):
                raise Unfit(path, line, written)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(_BLANK)
            if self._accept("]"):
                return
            element = (*path, index)
            self.here = element
            self._note(element, self._line())
            self._value(element)
            index += 1
            self._skip(_BLANK)
            if not self._accept(","):
                self._expect("]")
                return

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self._accept("}"):
                return
            self._pair(path)
            self._skip(_BLANK)
            if not self._accept(","):
                self._expect("}")
                return

    def _dotted_key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            if self.text[self.at : self.at + 1] in ('"', "'"):
                keys.append(self._quoted_key())
            else:
                keys.append(self._match(_BARE_KEY))
            if len(keys) > self._deepest:
                raise TooComplex(self._line(), _l("holds too many levels for one pack"))
            self._skip(_SPACE)
            if not self._accept("."):
                return keys

    def _quoted_key(self) -> str:
        """Return what the quotes hold; only escapes are worth a parser, and each key only once."""
        quoted = self._string()
        if quoted.startswith(('"""', "'''")):
            raise _NotToml
        if quoted.startswith("'") or "\\" not in quoted:
            return quoted[1:-1]
        if quoted not in self._unquoted:
            try:
                self._unquoted[quoted] = tomllib.loads(f"key = {quoted}")["key"]
            except tomllib.TOMLDecodeError as fault:
                raise _NotToml from fault
        return self._unquoted[quoted]

    def _string(self) -> str:
        return self._match(_STRING)

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise _NotToml
        self.at = match.end()
        return match.group()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _accept(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def _expect(self, token: str) -> None:
        self._skip(_SPACE)
        if not self._accept(token):
            raise _NotToml

    def _line(self) -> int:
        return bisect_left(self._newlines, self.at) + 1

    def _note(self, path: Path, line: int, *, again: bool = True) -> None:
        if len(path) > self._deepest:
            raise TooComplex(line, _l("holds too many levels for one pack"))
        if again:
            self.lines[path] = line
        else:
            self.lines.setdefault(path, line)
        if len(self.lines) > self._most:
            raise TooComplex(line, _l("holds too many values for one pack"))
