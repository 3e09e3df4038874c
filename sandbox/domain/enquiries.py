"""Describe how an enquiry moves, who is asked whether any rule applies, and until when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.lifecycle import Lifecycle, Transition
from sandbox.domain.packs import ClockSpec, FastAnswerSpec, PolicyPack, Text
from sandbox.domain.routing import competent
from sandbox.domain.succession import successors_of

ENQUIRY_PREFIX = "ENQ"
"""The letters before the number of an enquiry; no programme gives them to its applications."""


class EnquiryKind(StrEnum):
    """Name what a company wants to hear before it applies, if it does."""

    QUESTION = "question"
    INTEREST = "interest"
    FAST_ANSWER = "fast_answer"  # does any rule apply?


class EnquiryStatus(StrEnum):
    """Name where an enquiry stands."""

    OPEN = "open"  # it waits for the secretariat
    ASKED = "asked"  # authorities have been asked, and one of them has still to answer
    ANSWERED = "answered"
    CLOSED = "closed"


class EnquiryAction(StrEnum):
    """Name what moves an enquiry from one status to another."""

    WRITE = "write"
    ANSWER = "answer"
    ASK = "ask"
    COMPLETE = "complete"
    CLOSE = "close"


class RuleAnswer(StrEnum):
    """Name what an authority can answer to the question whether any rule applies."""

    APPLIES = "applies"
    NO_RULE = "no_rule"
    NOT_COMPETENT = "not_competent"


_S = EnquiryStatus
_A = EnquiryAction

# Whoever was asked was promised time to answer, so nobody closes an enquiry over them.
LIFECYCLE: Lifecycle[EnquiryStatus, EnquiryAction] = Lifecycle(
    (
        Transition(_S.OPEN, _A.WRITE, _S.OPEN),
        Transition(_S.OPEN, _A.ANSWER, _S.ANSWERED),
        Transition(_S.OPEN, _A.ASK, _S.ASKED),
        Transition(_S.OPEN, _A.CLOSE, _S.CLOSED),
        Transition(_S.ASKED, _A.WRITE, _S.ASKED),
        Transition(_S.ASKED, _A.ANSWER, _S.ASKED),
        Transition(_S.ASKED, _A.ASK, _S.ASKED),
        Transition(_S.ASKED, _A.COMPLETE, _S.ANSWERED),
        Transition(_S.ANSWERED, _A.WRITE, _S.OPEN),
        Transition(_S.ANSWERED, _A.ANSWER, _S.ANSWERED),
        Transition(_S.ANSWERED, _A.ASK, _S.ASKED),
        Transition(_S.ANSWERED, _A.CLOSE, _S.CLOSED),
    )
)


@dataclass(frozen=True, slots=True)
class Addressed:
    """Name an authority that is asked, and for which of the matters."""

    authority: str
    competences: tuple[str, ...]


def propose_addressed(
    pack: PolicyPack, competences: Collection[str], on: date, applied: Collection[str] = ()
) -> tuple[Addressed, ...]:
    """List who is competent for the matters on a day, in the pack's order, each with its own.

    Shape: `applied` are the codes of the authorities whose succession has been applied.
    """
    holding: dict[str, list[str]] = {}
    for each in pack.competences:
        if each.code in competences:
            for authority in competent(pack, each.code, on, applied):
                holding.setdefault(authority.code, []).append(each.code)
    return tuple(
        Addressed(authority.code, tuple(holding[authority.code]))
        for authority in pack.authorities
        if authority.code in holding
    )


def follow(pack: PolicyPack, ended: Addressed, applied: Collection[str]) -> tuple[Addressed, ...]:
    """List who is to be asked in place of an authority that ended, each for what passed to it.

    Where no matter was named, whoever took over anything is asked.
    """
    passed: Mapping[str, tuple[str, ...]] = dict(successors_of(pack, ended.authority, applied))
    found = (
        Addressed(code, tuple(each for each in ended.competences if each in received))
        for code, received in passed.items()
    )
    return tuple(each for each in found if each.competences or not ended.competences)


def read_term(
    spec: FastAnswerSpec,
    calendar: BusinessCalendar,
    asked_on: date,
    today: date,
    stops: Sequence[Stop] = (),
) -> ClockReading:
    """Read the term of an authority that was asked on a day; its last day is the one due.

    Shape: `stops` are the authority's own suspension windows.
    """
    clock = ClockSpec(key="fast_answer", name=Text({}), unit=spec.unit, length=spec.length)
    return read_clock(clock, calendar, asked_on, stops, today)


def is_over(due_on: date, today: date) -> bool:
    """Tell whether a term has ended; its last day is part of it."""
    return today > due_on
