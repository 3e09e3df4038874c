"""Describe what is asked: the form, the eligibility check, and what its answers are held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.packs.conditions import Condition
from sandbox.domain.packs.texts import Text


class QuestionKind(StrEnum):
    """Name the kinds of answer; see `AnswerValue` for the value each of them holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    MANY = "many"
    YES_NO = "yes_no"
    ROWS = "rows"
    FILE = "file"
    ORGANISATION = "organisation"


class TextFormat(StrEnum):
    """Name what a short text has to look like, so that somebody can be reached by it."""

    EMAIL = "email"
    TELEPHONE = "telephone"


# The value an answer holds, by kind: TEXT, LONG_TEXT: str; NUMBER: a decimal as str ("12.5");
# MONEY: cents of the pack's currency as int; DATE: ISO day as str; CHOICE: an option's value;
# MANY: list of options' values; YES_NO: "yes" or "no"; ROWS: list of {column key: value};
# FILE: list of attachment ids as str; ORGANISATION: a single row with ORGANISATION_PARTS as keys,
# of which the number may be absent. An unanswered question has no key in the answers.
AnswerValue = str | int | list[str] | list[dict[str, str]]
Answers = Mapping[str, AnswerValue]
MOST_FILES = 10
"""The most files of an answer, also where a question sets no maximum: it is no store of files."""
ORGANISATION_NAME, ORGANISATION_NUMBER = ORGANISATION_PARTS = ("name", "tax_number")


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """Offer one answer; `points` count towards the risk tier, `competences` towards routing."""

    value: str
    label: Text
    hint: Text | None = None
    points: int = 0
    competences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """Ask one thing. `competences` count towards routing when it is answered (a yes, if yes/no)."""

    key: str
    kind: QuestionKind
    label: Text
    hint: Text | None = None
    example: Text | None = None
    required: bool = True
    required_if: Condition | None = None  # instead of `required`: only where it holds
    ask_if: Condition | None = None
    options: tuple[OptionSpec, ...] = ()
    columns: tuple["QuestionSpec", ...] = ()
    max_words: int | None = None
    format: TextFormat | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_rows: int = 20
    unit: Text | None = None
    competences: tuple[str, ...] = ()
    points: int = 0  # risk points of a "yes"; options carry their own
    may_be_confidential: bool = False
    is_title: bool = False  # this answer names the case in every list
    criteria: tuple[str, ...] = ()  # keys of the criteria for which the answer is evidence
    information: bool = False  # nothing hangs on the answer; it is there to be read

    @property
    def is_optional(self) -> bool:
        """Tell whether no answers ever make it required."""
        return not self.required and self.required_if is None

    def option(self, value: str) -> OptionSpec | None:
        """Return the option with this value, or None."""
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """Group questions that a person thinks about together; one entry of the task list."""

    key: str
    title: Text
    intro: Text
    questions: tuple[QuestionSpec, ...]


class EligibilityVerdict(StrEnum):
    """Name the honest answers of the anonymous check."""

    LIKELY = "likely"
    GUIDANCE = "guidance"  # ordinary guidance would serve better
    NOT_YET = "not_yet"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """Give one reason with the verdict it speaks for, where its condition holds."""

    key: str
    when: Condition
    verdict: EligibilityVerdict
    reason: Text


@dataclass(frozen=True, slots=True)
class EligibilitySpec:
    """Ask a visitor a few questions and hold the rules that answer them."""

    intro: Text
    questions: tuple[QuestionSpec, ...]
    rules: tuple[EligibilityRule, ...]
    verdicts: Mapping[EligibilityVerdict, Text]


@dataclass(frozen=True, slots=True)
class RubricSpec:
    """Say when a reviewer gives each mark; the fields are the marks of `domain.deliberation`."""

    met: Text
    partly: Text
    not_met: Text

    def of(self, mark: str) -> Text:
        """Return what a mark asks for. Raises: KeyError."""
        return {"met": self.met, "partly": self.partly, "not_met": self.not_met}[mark]


@dataclass(frozen=True, slots=True)
class CriterionSpec:
    """State one criterion of admission with the indicators that speak for and against it."""

    key: str
    name: Text
    key_question: Text
    positive: tuple[Text, ...]
    negative: tuple[Text, ...]
    must_be_met: bool = False  # not met by any authority: the pack's rule declines
    rubric: RubricSpec | None = None


@dataclass(frozen=True, slots=True)
class PrioritySpec:
    """Let applications with certain answers come before others, for a reason that is shown."""

    code: str
    name: Text
    reason: Text
    when: Condition


@dataclass(frozen=True, slots=True)
class ProhibitedUse:
    """Describe a use that the programme never admits, and the answers that reveal it."""

    key: str
    name: Text
    when: Condition
