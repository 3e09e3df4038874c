"""Put on record what a company was advised on its case, and how it understood that."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.notices import guiding as notices
from sandbox.coordination.services.receiving import note_receipt
from sandbox.domain.guidance import Guidance
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, GuidanceEntry, GuidanceReply
from sandbox.packs import active


def give_guidance(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    given: Guidance,
    corrects: int | None = None,
    now: datetime,
) -> GuidanceEntry:
    """Put advice on record, for the actor's authority or the secretariat, and tell the company.

    With `corrects` it takes the place of an earlier entry, which stays as it was.
    Raises: Denied, NotFound,
    NotPossible(GUIDANCE_CLOSED, GUIDANCE_NOT_YET, GUIDANCE_INCOMPLETE, ALREADY_DONE).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.GUIDANCE_GIVE, application)
    if not queries.takes_guidance(session, application):
        raise NotPossible(Why.GUIDANCE_CLOSED)
    _make_sure_of(application, given, now)
    if queries.has_same_guidance(session, actor, application.id, given):
        raise NotPossible(Why.ALREADY_DONE)
    corrected = None
    if corrects is not None:
        corrected = get_correctable(session, actor, application, corrects)
    place = queries.find_own_assignment(session, actor.officer_of, application.id)
    if place is not None:
        note_receipt(place, actor, now)
    entry = GuidanceEntry(
        application_id=application.id,
        number=queries.count_guidance(session, application.id) + 1,
        authority_id=None if place is None else place.authority_id,
        given_on=given.given_on,
        channel=given.channel,
        question=given.question.strip(),
        question_key=given.question_key,
        provision=given.provision.strip(),
        advice=given.advice.strip(),
        is_binding=given.is_binding,
        basis=given.basis.strip(),
        corrects_id=None if corrected is None else corrected.id,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(entry)
    record(
        session,
        actor,
        Deed.GUIDANCE_GIVEN if corrected is None else Deed.GUIDANCE_CORRECTED,
        entry,
        now=now,
        authority_id=entry.authority_id,
        number=entry.number,
        corrects=corrects,
    )
    code = None if place is None else place.authority.code
    notices.guidance_given(session, application, entry, authority=code, corrects=corrects, now=now)
    return entry


def get_correctable(
    session: Session, actor: Actor, application: Application, number: int
) -> GuidanceEntry:
    """Return the entry that the actor may correct. Raises: NotFound, NotPossible(ALREADY_DONE)."""
    entry = queries.find_entry(session, application.id, number)
    owners = queries.list_correctable(session, actor, application.id)
    if entry is None or entry.authority_id not in owners:
        raise NotFound(application_id=application.id, number=number)
    if queries.is_corrected(session, entry.id):
        raise NotPossible(Why.ALREADY_DONE)
    return entry


def _make_sure_of(application: Application, given: Guidance, now: datetime) -> None:
    pack = active.pack_of(application)
    if given.given_on > local_day(now, pack.calendar.timezone):
        raise NotPossible(Why.GUIDANCE_NOT_YET)
    knows_question = given.question_key is None or given.question_key in pack.questions
    if not given.is_complete or not knows_question:
        raise NotPossible(Why.GUIDANCE_INCOMPLETE)


def answer_guidance(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    number: int,
    text: str,
    now: datetime,
) -> None:
    """Say once, for the company, how it understood an entry; also after the trial has ended.

    Raises: Denied, NotFound, NotPossible(REASON_MISSING, ALREADY_DONE).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.GUIDANCE_ANSWER, application)
    if not text.strip():
        raise NotPossible(Why.REASON_MISSING)
    entry = get_answerable(session, application, number)
    reply = GuidanceReply(
        application_id=application.id,
        entry_id=entry.id,
        text=text.strip(),
        replied_by_id=actor.person_id,
        replied_at=now,
    )
    session.add(reply)
    record(session, actor, Deed.GUIDANCE_ANSWERED, reply, now=now, number=number)
    notices.guidance_answered(session, application, entry, now=now)


def get_answerable(session: Session, application: Application, number: int) -> GuidanceEntry:
    """Return an entry without an answer. Raises: NotFound, NotPossible(ALREADY_DONE)."""
    entry = queries.find_entry(session, application.id, number)
    if entry is None:
        raise NotFound(application_id=application.id, number=number)
    if queries.has_reply(session, entry.id):
        raise NotPossible(Why.ALREADY_DONE)
    return entry
