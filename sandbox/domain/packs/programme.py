"""Describe the programme: who takes part, on which days, and within which terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.packs.texts import Text


@dataclass(frozen=True, slots=True)
class ProgrammeSpec:
    """Present the programme to people who have never heard of it."""

    title: Text
    short_title: Text
    operator: Text
    summary: Text
    purpose: tuple[Text, ...]
    for_whom: tuple[Text, ...]
    not_for: tuple[Text, ...]
    how_it_works: tuple[Text, ...]
    tax_number: Text  # the hint beside the organisation's tax number
    reference_prefix: str
    appeals: Text
    no_endorsement: Text
    privacy: Text


@dataclass(frozen=True, slots=True)
class CallSpec:
    """Say from when until when applications may be sent, and how many can be admitted.

    Shape: both days are part of the call; without `last_day` it has no end, without `places` no
    limit.
    """

    key: str
    name: Text
    text: Text
    first_day: date
    last_day: date | None = None
    places: int | None = None


@dataclass(frozen=True, slots=True)
class CompetenceSpec:
    """Name a matter that authorities are competent for.

    Shape: the weights are those of answers and reliefs that touch it, where they are not those of
    the coordination.
    """

    code: str
    name: Text
    answer_weight: int | None = None
    relief_weight: int | None = None


@dataclass(frozen=True, slots=True)
class RegisteredPostSpec:
    """Name a post whose meetings with regulated companies the law orders to be registered."""

    code: str
    name: Text
    provision: Text
    published: bool = False  # the register of meetings is open to everybody
    recorded: bool = False  # the meeting itself is recorded


@dataclass(frozen=True, slots=True)
class AuthoritySpec:
    """Name an authority, what it is competent for, and when it exists.

    An authority that a succession ends works until a person applies the succession; its successor
    takes over then, whatever the day. `domain.succession` answers who is in force.
    """

    code: str
    name: Text
    competences: tuple[str, ...]
    valid_from: date | None = None
    valid_until: date | None = None
    parent: Text | None = None  # the body that it belongs to
    posts: tuple[RegisteredPostSpec, ...] = ()
    remedy: Text | None = None  # against its decisions; without it, what the programme says


@dataclass(frozen=True, slots=True)
class SuspensionWindowSpec:
    """Suspend the terms of an authority for some days; filings are received all the same.

    Shape: either `first_day` with `last_day`, both part of the window; or `first_day` with
    `business_days`, of which the first day is one if it is a business day; or `dates`.
    """

    key: str
    authority: str
    ground: Text
    first_day: date | None = None
    last_day: date | None = None
    business_days: int | None = None
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class SuccessorSpec:
    """Name an authority that takes over competences of one that ends."""

    code: str
    competences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuccessionSpec:
    """Say to whom the competences of an authority pass, and from which day on.

    Shape: `ended` are the competences that pass to nobody; `open_cases` is the rule that open
    cases follow, in words.
    """

    key: str
    authority: str
    on: date
    successors: tuple[SuccessorSpec, ...]
    open_cases: Text
    provision: Text
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipleSpec:
    """State a principle of the programme and what it asks of a test."""

    code: str
    name: Text
    asks: Text


class Weekday(StrEnum):
    """Name the days of a week, in their order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Say which days are business days: a country's holidays plus the pack's own days off.

    Shape: without `weekend` it is that of the country.
    """

    country: str
    timezone: str
    days_off: Mapping[date, Text]
    weekend: tuple[Weekday, ...] = ()


class ClockUnit(StrEnum):
    """Name what a term is counted in."""

    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


class Silence(StrEnum):
    """Name what a passed deadline without an act means."""

    GRANTED = "granted"
    DENIED = "denied"
    NONE = "none"


class FastSilence(StrEnum):
    """Name what it means that an authority lets its term for a fast answer pass."""

    NONE = "none"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class FastAnswerSpec:
    """Let companies ask every competent authority whether any rule applies to what they plan.

    Shape: `text` says what an answer is worth, and to whom; `length` counts from the day on which
    an authority is asked.
    """

    length: int
    unit: ClockUnit
    text: Text
    silence: FastSilence = FastSilence.NONE


DECISION_CLOCK = "decision"
"""The key of the term within which an application is decided; every sound pack has it."""
COMMENT_CLOCK = "comment"
"""The key of the term within which a company answers to a preliminary result."""
COUNTED_CLOCKS = (
    DECISION_CLOCK,
    "acceptance",
    "position",
    "return_answer",
    "information_answer",
    COMMENT_CLOCK,
    "exit_report",
)
"""The terms that the platform counts; any other is a name that nothing asks for."""


class ClockStart(StrEnum):
    """Name the day on which the term of the decision begins."""

    SUBMITTED = "submitted"
    COMPLETE = "complete"  # found complete, and authorities asked to take it


@dataclass(frozen=True, slots=True)
class ClockSpec:
    """Give a term its length and say in which statuses it stands still.

    Shape: `starts` belongs to the decision alone; the others begin with the act that they answer.
    For `late_days` of its unit after the term what the company owes is still taken.
    """

    key: str
    name: Text
    unit: ClockUnit
    length: int
    stops_in: tuple[str, ...] = ()
    silence: Silence = Silence.NONE
    starts: ClockStart = ClockStart.SUBMITTED
    late_days: int = 0
