"""Say what Python's parser of TOML complains of, in sentences that can be translated."""

import re
from collections.abc import Mapping

from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

_PLACED = re.compile(r"(?P<remark>.+) \(at line (?P<line>\d+), column (?P<column>\d+)\)", re.DOTALL)
_AT_END = re.compile(r"(?P<remark>.+) \(at end of document\)", re.DOTALL)

REMARKS: tuple[Sentence, ...] = (
    _l("Invalid statement"),
    _l("Expected newline or end of document after a statement"),
    _l("Expected ']' at the end of a table declaration"),
    _l("Expected ']]' at the end of an array declaration"),
    _l("Expected '=' after a key in a key/value pair"),
    _l("Expected %(what)s"),
    _l("Found invalid character %(what)s"),
    _l("Illegal character %(what)s"),
    _l("Cannot declare %(what)s twice"),
    _l("Cannot mutate immutable namespace %(what)s"),
    _l("Cannot redefine namespace %(what)s"),
    _l("Cannot overwrite a value"),
    _l("Duplicate inline table key %(what)s"),
    _l("Invalid initial character for a key part"),
    _l("Unclosed array"),
    _l("Unclosed inline table"),
    _l("Unescaped '\\' in a string"),
    _l("Escaped character is not a Unicode scalar value"),
    _l("Unterminated string"),
    _l("Invalid hex value"),
    _l("Invalid date or datetime"),
    _l("Invalid value"),
)
"""What the parser says, each as a template; the first one that fits is taken."""

_PATTERNS: Mapping[Sentence, re.Pattern[str]] = {
    remark: re.compile("(?P<what>.+)".join(map(re.escape, remark.split("%(what)s"))), re.DOTALL)
    for remark in REMARKS
}


def explained(fault: Exception) -> tuple[Sentence, int | None]:
    """Return what is wrong with a text that is not TOML, and the line if the parser named one."""
    said = str(fault)
    if placed := _PLACED.fullmatch(said):
        line, column = int(placed["line"]), int(placed["column"])
        return _l(
            "is not TOML: %(remark)s (at line %(line)s, column %(column)s)",
            remark=known(placed["remark"]),
            line=line,
            column=column,
        ), line
    if ended := _AT_END.fullmatch(said):
        remark = known(ended["remark"])
        return _l("is not TOML: %(remark)s (at end of document)", remark=remark), None
    # Not only the parser complains: a number may be beyond what Python converts.
    return _l("is not TOML: %(remark)s", remark=listed(said)), None


def known(remark: str) -> Sentence:
    """Return the remark as a sentence; one that nobody knows stays in the parser's words."""
    for template, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(remark):
            return Sentence(template, **match.groupdict())
    return listed(remark)
