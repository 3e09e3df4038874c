"""Let the lead ask and the company answer, and close what nobody answered."""

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
from sandbox.domain.applications import (
    ApplicationAction,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    InformationRequest,
)
from sandbox.packs import active


def request_information(
    session: Session, actor: Actor, application: Application, *, question: str, now: datetime
) -> InformationRequest:
    """Ask the company something in the name of the lead; the clock stands until it answers.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    # Whoever waits here while the lead passes on is asked for the right that is left afterwards.
    application = queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_REQUEST_INFORMATION, application)
    status = advance(application, ApplicationAction.REQUEST_INFORMATION)
    if not question.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority_id = queries.find_lead(session, application.id)
    if authority_id is None:
        raise NotPossible(Why.LEAD_MISSING)
    pack = active.pack_of(application)
    before = queries.list_requests(session, application.id)
    application.status = status
    due_on = ask_company(session, application, pack, queries.answer_term(pack), now)
    asked = InformationRequest(
        application_id=application.id,
        number=len(before) + 1,
        authority_id=authority_id,
        asked_by_id=person_of(actor),
        asked_at=now,
        question=question.strip(),
        due_on=due_on,
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
        due_on=due_on,
    )
    notices.information_requested(session, application, due_on=due_on, now=now)
    return asked


def answer_information(
    session: Session, actor: Actor, application: Application, *, answer: str, now: datetime
) -> None:
    """Answer the open request for information, so that the review goes on.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_ANSWER_INFORMATION, application)
    application = queries.lock_application(session, application.id)
    status = advance(application, ApplicationAction.ANSWER_INFORMATION)
    if not answer.strip():
        raise NotPossible(Why.REASON_MISSING)
    asked = queries.find_open_request(session, application.id)
    if asked is None:
        raise NotPossible(Why.ALREADY_DONE)
    asked.answer, asked.answered_at, asked.answered_by_id = answer.strip(), now, person_of(actor)
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
        # The list was cut by the day in UTC, which may be one ahead of the programme's own.
        if application.answer_due_on is None or application.answer_due_on >= today:
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
