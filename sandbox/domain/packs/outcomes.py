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


class Moment(StrEnum):
    """Name from when on the register shows an answer that it does not show at once."""

    STARTED = "started"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PublicLaterSpec:
    """Hold back a public answer until its test has started or ended; `key` is the question's."""

    key: str
    since: Moment


class RecordKind(StrEnum):
    """Name the kinds of records that a programme keeps for some time."""

    DRAFTS = "drafts"
    DECLINED = "declined_cases"
    TRIALS = "cases_with_a_test"
    ENQUIRIES = "enquiries"
    ACCOUNTS = "accounts"
    MESSAGES = "messages"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class RetentionSpec:
    """Say how long records of one kind are kept, from their last use on, and by which provision."""

    key: RecordKind
    months: int
    provision: Text | None = None


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
