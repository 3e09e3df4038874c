"""Describe how an application moves, whose turn it is and what it is called."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sandbox.domain.lifecycle import Lifecycle, Transition


class ApplicationStatus(StrEnum):
    """Name where an application stands, as staff see it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TRIAGE = "triage"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    UNDER_REVIEW = "under_review"
    INFORMATION_REQUESTED = "information_requested"
    DELIBERATION = "deliberation"
    PRELIMINARY = "preliminary"  # the company may say what it thinks of the result announced
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class DecisionOutcome(StrEnum):
    """Name how an application was decided."""

    ADMITTED = "admitted"
    ADMITTED_WITH_CONDITIONS = "admitted_with_conditions"
    DECLINED = "declined"
    REDIRECTED = "redirected"


class ApplicationAction(StrEnum):
    """Name what moves an application from one status to another."""

    SUBMIT = "submit"
    START_TRIAGE = "start_triage"
    RETURN = "return"
    RESUBMIT = "resubmit"
    ASSIGN = "assign"
    DECLINE_PROHIBITED = "decline_prohibited"
    REDIRECT = "redirect"
    START_REVIEW = "start_review"
    REQUEST_INFORMATION = "request_information"
    ANSWER_INFORMATION = "answer_information"
    OPEN_DELIBERATION = "open_deliberation"
    ANNOUNCE = "announce"
    ANSWER_PRELIMINARY = "answer_preliminary"
    NOTE_SILENCE = "note_silence"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


class PublicStatus(StrEnum):
    """Name where an application stands, in the fewer words that its company reads."""

    PREPARING = "preparing"
    RECEIVED = "received"
    BEING_CHECKED = "being_checked"
    NEEDS_YOUR_ANSWER = "needs_your_answer"
    BEING_REVIEWED = "being_reviewed"
    DECIDED = "decided"
    CLOSED = "closed"


class Party(StrEnum):
    """Name who has to act next."""

    COMPANY = "company"
    SECRETARIAT = "secretariat"
    AUTHORITIES = "authorities"
    NOBODY = "nobody"


_S = ApplicationStatus


_A = ApplicationAction


CLOSED_STATUSES = frozenset({_S.DECIDED, _S.WITHDRAWN, _S.LAPSED})


OPEN_STATUSES = frozenset(_S) - CLOSED_STATUSES


LIFECYCLE: Lifecycle[ApplicationStatus, ApplicationAction] = Lifecycle(
    (
        Transition(_S.DRAFT, _A.SUBMIT, _S.SUBMITTED),
        Transition(_S.SUBMITTED, _A.START_TRIAGE, _S.TRIAGE),
        Transition(_S.TRIAGE, _A.RETURN, _S.RETURNED),
        Transition(_S.TRIAGE, _A.ASSIGN, _S.ASSIGNED),
        Transition(_S.TRIAGE, _A.DECLINE_PROHIBITED, _S.DECIDED),
        Transition(_S.TRIAGE, _A.REDIRECT, _S.DECIDED),
        Transition(_S.RETURNED, _A.RESUBMIT, _S.SUBMITTED),
        Transition(_S.RETURNED, _A.LAPSE, _S.LAPSED),
        Transition(_S.ASSIGNED, _A.START_REVIEW, _S.UNDER_REVIEW),
        Transition(_S.UNDER_REVIEW, _A.REQUEST_INFORMATION, _S.INFORMATION_REQUESTED),
        Transition(_S.UNDER_REVIEW, _A.OPEN_DELIBERATION, _S.DELIBERATION),
        Transition(_S.UNDER_REVIEW, _A.DECIDE, _S.DECIDED),
        Transition(_S.INFORMATION_REQUESTED, _A.ANSWER_INFORMATION, _S.UNDER_REVIEW),
        Transition(_S.INFORMATION_REQUESTED, _A.LAPSE, _S.LAPSED),
        Transition(_S.DELIBERATION, _A.DECIDE, _S.DECIDED),
        # Once the company was heard, the authorities deliberate on what it said.
        Transition(_S.UNDER_REVIEW, _A.ANNOUNCE, _S.PRELIMINARY),
        Transition(_S.DELIBERATION, _A.ANNOUNCE, _S.PRELIMINARY),
        Transition(_S.PRELIMINARY, _A.ANSWER_PRELIMINARY, _S.DELIBERATION),
        Transition(_S.PRELIMINARY, _A.NOTE_SILENCE, _S.DELIBERATION),
        *(
            Transition(status, _A.WITHDRAW, _S.WITHDRAWN)
            for status in _S
            if status in OPEN_STATUSES
        ),
    )
)


PUBLIC_STATUS: Mapping[ApplicationStatus, PublicStatus] = MappingProxyType(
    {
        _S.DRAFT: PublicStatus.PREPARING,
        _S.SUBMITTED: PublicStatus.RECEIVED,
        _S.TRIAGE: PublicStatus.BEING_CHECKED,
        _S.RETURNED: PublicStatus.NEEDS_YOUR_ANSWER,
        _S.ASSIGNED: PublicStatus.BEING_REVIEWED,
        _S.UNDER_REVIEW: PublicStatus.BEING_REVIEWED,
        _S.INFORMATION_REQUESTED: PublicStatus.NEEDS_YOUR_ANSWER,
        _S.DELIBERATION: PublicStatus.BEING_REVIEWED,
        _S.PRELIMINARY: PublicStatus.NEEDS_YOUR_ANSWER,
        _S.DECIDED: PublicStatus.DECIDED,
        _S.WITHDRAWN: PublicStatus.CLOSED,
        _S.LAPSED: PublicStatus.CLOSED,
    }
)


NEXT_ACTOR: Mapping[ApplicationStatus, Party] = MappingProxyType(
    {
        _S.DRAFT: Party.COMPANY,
        _S.SUBMITTED: Party.SECRETARIAT,
        _S.TRIAGE: Party.SECRETARIAT,
        _S.RETURNED: Party.COMPANY,
        _S.ASSIGNED: Party.AUTHORITIES,
        _S.UNDER_REVIEW: Party.AUTHORITIES,
        _S.INFORMATION_REQUESTED: Party.COMPANY,
        _S.DELIBERATION: Party.AUTHORITIES,
        _S.PRELIMINARY: Party.COMPANY,
        _S.DECIDED: Party.NOBODY,
        _S.WITHDRAWN: Party.NOBODY,
        _S.LAPSED: Party.NOBODY,
    }
)


def reference(prefix: str, year: int, number: int) -> str:
    """Write a case's public reference, such as SBX-2026-00017.

    Raises: ValueError for a number below 1.
    """
    if number < 1:
        raise ValueError(f"a reference counts from 1, not {number}")
    return f"{prefix}-{year:04d}-{number:05d}"
