"""Say what is wrong with a policy pack, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.refusals import Refusal
from sandbox.packs.saying import Sentence


class Fault(StrEnum):
    """Name the kinds of fault, so that a page can explain each of them in the reader's language."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    SYNTAX = "syntax"
    MISSING = "missing"
    UNKNOWN_KEY = "unknown_key"
    WRONG_TYPE = "wrong_type"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_REFERENCE = "unknown_reference"
    DUPLICATE = "duplicate"
    LANGUAGE = "language"
    INCONSISTENT = "inconsistent"
    UNREACHABLE = "unreachable"
    USELESS = "useless"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class PackProblem:
    """Point at one fault: which file, line and key, what was found there, what would be allowed.

    Shape: `file` is relative to the folder of all packs ("mx/1.0.0/tiers.toml"); `key` is the path
    of the value ("tiers[1].stages[0].max_days"), empty where a file could not be read at all.
    """

    file: str
    line: int
    key: str
    found: Sentence
    allowed: Sentence
    message: Sentence
    fault: Fault

    def __str__(self) -> str:
        """Return the problem as compilers print theirs, so that editors can jump to it."""
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class PackInvalid(Exception):
    """Refuse a pack; `problems` holds all that was found, in the order of the files."""

    code = "pack-invalid"

    def __init__(self, problems: Sequence[PackProblem]) -> None:
        self.problems: tuple[PackProblem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return one line a problem."""
        return "\n".join(str(problem) for problem in self.problems)


class PackUnusable(Refusal):
    """Refuse what needs a version of a pack that this release of the platform cannot read."""

    code = "pack-unusable"
