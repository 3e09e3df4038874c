"""Describe what is learned: reports, ways to end, and the words of the programme."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.packs.texts import Text


@dataclass(frozen=True, slots=True)
class ReportSectionSpec:
    """Ask the drafter of an outcome report for one part of it."""

    key: str
    title: Text
    help: Text
    required: bool = True


class Ending(StrEnum):
    """Name the two ways in which a test ends: after its whole plan, or before."""

    COMPLETED = "completed"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class ExitKindSpec:
    """Name what came of a test, and which way of ending it belongs to."""

    code: str
    name: Text
    ends: Ending


@dataclass(frozen=True, slots=True)
class NamedSpec:
    """Name a thing of the programme that has no more to it than a code and a name."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class TermSpec:
    """Explain a word that the programme uses in a sense of its own."""

    key: str
    term: Text
    meaning: Text
