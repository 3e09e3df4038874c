"""Let the lead ask and the company answer, and close what nobody answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import notices, queries
from sandbox.applications.services.shared import (
    advance,
    ask_company,
    close,
    person_of,
    restart_clocks,
)
from sandbox.domain.applications import ApplicationAction
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import (
    Application,
    InformationQuestion,
    InformationRequest,
)
from sandbox.packs import active


def request_information(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    questions: Sequence[tuple[str, str | None]],
    now: datetime,
) -> InformationRequest:
    """Ask the company in the name of the lead; the clock stands until it has answered everything.

    Shape: each question is a text and the key of the question of the form that it is about.
    Raises: Denied, TransitionRefused, NotPossible.
    """
    # Whoever waits here while the lead passes on is asked for the right that is left afterwards.
    application = queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_REQUEST_INFORMATION, application)
    status = advance(application, ApplicationAction.REQUEST_INFORMATION)
    if not questions or not all(text.strip() for text, _ in questions):
        raise NotPossible(Why.QUESTION_MISSING)
    authority_id = queries.find_lead(session, application.id)
    if authority_id is None:
        raise NotPossible(Why.LEAD_MISSING)
    pack = active.pack_of(application)
    before = queries.list_requests(session, application.id)
    for about in (about for _, about in questions if about is not None):
        assert about in pack.questions, "A request names only questions of the form."
    application.status = status
    due_on = ask_company(session, application, pack, queries.answer_term(pack), now)
    asked = InformationRequest(
        application_id=application.id,
        number=len(before) + 1,
        authority_id=authority_id,
        asked_by_id=person_of(actor),
        asked_at=now,
        due_on=due_on,
        questions=[
            InformationQuestion(
                application_id=application.id, number=number, text=text.strip(), about=about
            )
            for number, (text, about) in enumerate(questions, start=1)
        ],
    )
    session.add(asked)
    record(
        session,
        actor,
        Deed.APPLICATION_INFORMATION_REQUESTED,
        application,
        now=now,
        authority_id=authority_id,
        number=asked.number,
        questions=len(questions),
        due_on=due_on,
    )
    until = queries.taken_until(application, pack) or due_on
    notices.information_requested(session, application, due_on=due_on, until=until, now=now)
    return asked


def keep_answers(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    answers: Mapping[int, str],
    expected_version: int,
    now: datetime,
) -> None:
    """Keep what the company has typed so far; nothing is sent, and nobody else reads it.

    Shape: answers by the number of the question; `expected_version` is `queries.request_version`
    as the writer saw it.
    Raises: Denied, TransitionRefused, NotPossible, Stale.
    """
    require(session, actor, P.APPLICATION_ANSWER_INFORMATION, application)
    application = queries.lock_application(session, application.id)
    advance(application, ApplicationAction.ANSWER_INFORMATION)
    asked = _open_request(session, application, expected_version)
    queries.require_in_time(application, now)
    for question in asked.questions:
        question.typed = answers.get(question.number, question.typed).strip()
    record(
        session,
        actor,
        Deed.APPLICATION_INFORMATION_SAVED,
        application,
        now=now,
        number=asked.number,
    )


def answer_information(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    answers: Mapping[int, str],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Answer every question of the open request, so that the review goes on.

    Shape: answers by the number of the question.
    Raises: Denied, TransitionRefused; NotPossible, also where the days have passed on which these
    rules take an answer that is late; Stale where a colleague has saved something
    after `expected_version`.
    """
    require(session, actor, P.APPLICATION_ANSWER_INFORMATION, application)
    application = queries.lock_application(session, application.id)
    status = advance(application, ApplicationAction.ANSWER_INFORMATION)
    asked = _open_request(session, application, expected_version)
    queries.require_in_time(application, now)
    if not all(answers.get(each.number, "").strip() for each in asked.questions):
        raise NotPossible(Why.ANSWER_MISSING)
    for question in asked.questions:
        question.answer, question.typed = answers[question.number].strip(), ""
    asked.answered_at, asked.answered_by_id = now, person_of(actor)
    application.status = status
    application.answer_due_on = None
    application.changed_at = now
    pack = active.pack_of(application)
    restart_clocks(session, application, local_day(now, pack.calendar.timezone))
    record(
        session,
        actor,
        Deed.APPLICATION_INFORMATION_ANSWERED,
        application,
        now=now,
        number=asked.number,
    )
    notices.information_answered(session, application, now=now)


def _open_request(
    session: Session, application: Application, expected_version: int | None
) -> InformationRequest:
    asked = queries.find_open_request(session, application.id)
    if asked is None:
        raise NotPossible(Why.ALREADY_DONE)
    if expected_version is not None and queries.request_version(asked) != expected_version:
        raise Stale
    return asked


def lapse_overdue(session: Session, actor: Actor, *, now: datetime) -> int:
    """Close every application whose company let its term for an answer pass; return how many.

    Raises: Denied.
    """
    lapsed = 0
    for found in queries.list_overdue(session, actor, now.date()):
        application = queries.lock_application(session, found.id)
        pack = active.find_pack_of(application)
        if pack is None:
            # Whoever mends the rules of this case must not find it closed; the others go on.
            continue
        today = local_day(now, pack.calendar.timezone)
        # The list was cut by the day in UTC, which may be one ahead of the programme's own, and
        # knows nothing of the days on which what is late is taken.
        until = queries.taken_until(application, pack)
        if until is None or until >= today:
            continue
        was, due_on = application.status, application.answer_due_on
        application.status = advance(application, ApplicationAction.LAPSE)
        close(session, application, now=now)
        record(
            session,
            actor,
            Deed.APPLICATION_LAPSED,
            application,
            now=now,
            before=was,
            due_on=due_on,
        )
        notices.lapsed(session, application, now=now)
        lapsed += 1
    return lapsed
