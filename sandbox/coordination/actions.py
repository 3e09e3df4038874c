"""Say in which statuses of an application the authorities' own work on it may go on."""

from enum import StrEnum

from sandbox.domain.applications import LIFECYCLE, ApplicationAction, ApplicationStatus
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.models import Application


class CoordinationAction(StrEnum):
    """Name what is done on a case without moving it to another status."""

    ANSWER_ASSIGNMENT = "answer_assignment"
    CONFIRM_RECEIPT = "confirm_receipt"
    CHANGE_ASSOCIATES = "change_associates"
    REPLACE_AUTHORITY = "replace_authority"
    HAND_OVER_LEAD = "hand_over_lead"
    NAME_OFFICER = "name_officer"
    REVIEW = "review"
    TAKE_POSITION = "take_position"
    SUGGEST_QUESTION = "suggest_question"
    WRITE_NOTE = "write_note"


_S = ApplicationStatus
OPEN_IN: dict[CoordinationAction, frozenset[ApplicationStatus]] = {
    # During the review another associate may be asked, and answers as those before it did.
    CoordinationAction.ANSWER_ASSIGNMENT: frozenset(
        {_S.ASSIGNED, _S.UNDER_REVIEW, _S.INFORMATION_REQUESTED}
    ),
    CoordinationAction.CONFIRM_RECEIPT: frozenset(
        {
            _S.ASSIGNED,
            _S.UNDER_REVIEW,
            _S.INFORMATION_REQUESTED,
            _S.DELIBERATION,
            _S.PRELIMINARY,
        }
    ),
    CoordinationAction.CHANGE_ASSOCIATES: frozenset({_S.UNDER_REVIEW, _S.INFORMATION_REQUESTED}),
    CoordinationAction.REPLACE_AUTHORITY: frozenset({_S.ASSIGNED}),
    # The lead passes on as long as it has anything to do, a trial included.
    CoordinationAction.HAND_OVER_LEAD: frozenset(
        {_S.UNDER_REVIEW, _S.INFORMATION_REQUESTED, _S.DELIBERATION, _S.PRELIMINARY, _S.DECIDED}
    ),
    # Officers are named and replaced as long as there is anything to do, a trial included.
    CoordinationAction.NAME_OFFICER: frozenset(
        {
            _S.ASSIGNED,
            _S.UNDER_REVIEW,
            _S.INFORMATION_REQUESTED,
            _S.DELIBERATION,
            _S.PRELIMINARY,
            _S.DECIDED,
        }
    ),
    # While the company is being asked, marks can be prepared, but nobody takes a position yet.
    CoordinationAction.REVIEW: frozenset(
        {_S.UNDER_REVIEW, _S.INFORMATION_REQUESTED, _S.DELIBERATION}
    ),
    # What was announced to the company stands until it has answered, or its term has passed.
    CoordinationAction.TAKE_POSITION: frozenset({_S.UNDER_REVIEW, _S.DELIBERATION}),
    CoordinationAction.WRITE_NOTE: frozenset(
        {
            _S.ASSIGNED,
            _S.UNDER_REVIEW,
            _S.INFORMATION_REQUESTED,
            _S.DELIBERATION,
            _S.PRELIMINARY,
            _S.DECIDED,
        }
    ),
    # What is suggested while the company answers is for the next request.
    CoordinationAction.SUGGEST_QUESTION: frozenset({_S.UNDER_REVIEW, _S.INFORMATION_REQUESTED}),
}


def make_sure_assignable(application: Application, pack: PolicyPack) -> ApplicationStatus:
    """Return the status in which authorities are asked to take a case.

    Raises: TransitionRefused; NotPossible for a use that the rules prohibit.
    """
    status = LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.ASSIGN)
    if pack.prohibits(application.tier):
        raise NotPossible(Why.PROHIBITED)
    return status


def is_open(application: Application, action: CoordinationAction) -> bool:
    """Tell whether the status of a case lets this work go on."""
    return application.status in OPEN_IN[action]


def make_sure_open(application: Application, action: CoordinationAction) -> None:
    """Refuse work that the status of a case does not let go on. Raises: TransitionRefused."""
    if not is_open(application, action):
        status = ApplicationStatus(application.status)
        raise TransitionRefused(status, action, LIFECYCLE.possible(status))
