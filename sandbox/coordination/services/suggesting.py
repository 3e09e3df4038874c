"""Let associates suggest questions to the company, and the lead take or leave them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.services import request_information
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, InformationRequest, QuestionSuggestion
from sandbox.models.coordination import AssignmentState, SuggestionState
from sandbox.packs import active

Question = tuple[str, str | None]
"""A text, and the key of the question of the form that it is about."""


def suggest_question(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    text: str,
    about: str | None,
    now: datetime,
) -> QuestionSuggestion:
    """Tell the lead what an associate would ask the company, who never learns whose idea it was.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.QUESTION_SUGGEST, application)
    make_sure_open(application, CoordinationAction.SUGGEST_QUESTION)
    if not text.strip():
        raise NotPossible(Why.QUESTION_MISSING)
    place = queries.find_own_assignment(session, actor.officer_of, application.id)
    if place is None or place.state != AssignmentState.ACCEPTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    assert about is None or about in active.pack_of(application).questions
    assert actor.person_id is not None, "An authority speaks through a person."
    suggestion = QuestionSuggestion(
        application_id=application.id,
        authority_id=place.authority_id,
        suggested_by_id=actor.person_id,
        suggested_at=now,
        text=text.strip(),
        about=about,
        state=SuggestionState.OPEN,
    )
    session.add(suggestion)
    record(
        session,
        actor,
        Deed.QUESTION_SUGGESTED,
        application,
        now=now,
        authority_id=place.authority_id,
        suggestion=suggestion.id,
    )
    return suggestion


def ask_company(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    questions: Sequence[Question],
    taken: Mapping[UUID, Question],
    now: datetime,
) -> InformationRequest:
    """Ask the company the lead's own questions and those that it takes from its associates.

    Shape: `taken` are questions by the suggestion they come from, edited or not; they follow the
    lead's own, so that nothing tells them apart but their place.
    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE) where one is settled already.
    """
    asked = request_information(
        session, actor, application, questions=(*questions, *taken.values()), now=now
    )
    # The request holds the case's lock by now, so that what is open stays so.
    suggested = {each.id: each for each in queries.list_open_suggestions(session, application.id)}
    rows = asked.questions[len(questions) :]
    for (suggestion_id, _), question in zip(taken.items(), rows, strict=True):
        suggestion = suggested.get(suggestion_id)
        if suggestion is None:
            raise NotPossible(Why.ALREADY_DONE)
        suggestion.question, suggestion.state = question, SuggestionState.TAKEN
        _settle(session, actor, application, suggestion, now)
    return asked


def leave_suggestion(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    suggestion_id: UUID,
    reason: str,
    now: datetime,
) -> None:
    """Leave a suggested question unasked, and tell whoever suggested it why.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_REQUEST_INFORMATION, application)
    make_sure_open(application, CoordinationAction.SUGGEST_QUESTION)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    found = [
        each
        for each in queries.list_open_suggestions(session, application.id)
        if each.id == suggestion_id
    ]
    if not found:
        raise NotPossible(Why.ALREADY_DONE)
    found[0].reason, found[0].state = reason.strip(), SuggestionState.LEFT
    _settle(session, actor, application, found[0], now)


def _settle(
    session: Session,
    actor: Actor,
    application: Application,
    suggestion: QuestionSuggestion,
    now: datetime,
) -> None:
    place = queries.find_own_assignment(session, actor.officer_of, application.id)
    suggestion.settled_at, suggestion.settled_by_id = now, actor.person_id
    taken = suggestion.state == SuggestionState.TAKEN
    record(
        session,
        actor,
        Deed.SUGGESTION_TAKEN if taken else Deed.SUGGESTION_LEFT,
        application,
        now=now,
        authority_id=place.authority_id if place else None,
        suggestion=suggestion.id,
    )
