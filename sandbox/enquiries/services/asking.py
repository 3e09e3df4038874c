"""Let authorities be asked whether any rule applies, and answer."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.services.shared import person_of
from sandbox.authorities.queries import authority_ids, list_in_force, share_authorities
from sandbox.domain.calendar import BusinessCalendar, suspensions_of
from sandbox.domain.enquiries import (
    Addressed,
    EnquiryAction,
    EnquiryKind,
    EnquiryStatus,
    RuleAnswer,
    is_over,
    read_term,
)
from sandbox.domain.packs import FastAnswerSpec, PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.enquiries import notices, queries
from sandbox.enquiries.services.conversing import advance
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Enquiry, FastAnswer
from sandbox.packs import active


def ask_authorities(
    session: Session, actor: Actor, enquiry: Enquiry, *, authorities: Sequence[str], now: datetime
) -> None:
    """Ask authorities in force whether any rule applies, each within the term of the pack.

    More may be asked later, none of them twice.
    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.ENQUIRY_HANDLE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    status = advance(enquiry, EnquiryAction.ASK)
    pack = active.pack_of(enquiry)
    if enquiry.kind != EnquiryKind.FAST_ANSWER or pack.fast_answer is None:
        raise NotPossible(Why.NO_FAST_ANSWER)
    if not authorities:
        raise NotPossible(Why.AUTHORITY_MISSING)
    share_authorities(session, authorities)
    today = local_day(now, pack.calendar.timezone)
    in_force = {each.code: each for each in list_in_force(session, pack, today)}
    known = authority_ids(session)
    asked = {each.authority.code for each in queries.list_answers(session, enquiry.id)}
    for code in authorities:
        if code not in in_force or code not in known:
            raise NotPossible(Why.NOT_COMPETENT, authority=code)
        if code in asked:
            raise NotPossible(Why.ALREADY_ASKED, authority=code)
    addressed = [
        Addressed(
            code, tuple(each for each in enquiry.competences if each in in_force[code].competences)
        )
        for code in dict.fromkeys(authorities)
    ]
    enquiry.status, enquiry.changed_at, enquiry.waits_since = status.value, now, None
    address(session, actor, enquiry, addressed=addressed, pack=pack, spec=pack.fast_answer, now=now)


def address(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    *,
    addressed: Iterable[Addressed],
    pack: PolicyPack,
    spec: FastAnswerSpec,
    now: datetime,
) -> None:
    """Begin the term of each authority and tell its people; the caller has checked who asks."""
    ids = authority_ids(session)
    today = local_day(now, pack.calendar.timezone)
    calendar = BusinessCalendar.from_spec(pack.calendar)
    for each in addressed:
        row = FastAnswer(
            enquiry_id=enquiry.id,
            authority_id=ids[each.authority],
            competences=list(each.competences),
            asked_at=now,
            asked_on=today,
            due_on=read_term(
                spec, calendar, today, today, suspensions_of(pack, each.authority)
            ).due_on,
        )
        session.add(row)
        record(
            session,
            actor,
            Deed.FAST_ANSWER_ASKED,
            enquiry,
            now=now,
            authority_id=row.authority_id,
            due_on=row.due_on,
        )
        notices.authority_asked(session, enquiry, row.authority_id, due_on=row.due_on, now=now)
    session.flush()


def give_fast_answer(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    *,
    answer: RuleAnswer,
    text: str,
    now: datetime,
    provision: str = "",
    authority_id: UUID | None = None,
) -> None:
    """Answer for one's authority whether any rule applies, once; after the term too, beside it.

    Raises: Denied, NotPossible; TransitionRefused once the enquiry is closed.
    """
    require(session, actor, P.FAST_ANSWER_GIVE, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    # Whatever may still be said about an enquiry may be answered.
    advance(enquiry, EnquiryAction.WRITE)
    row = _to_answer(session, enquiry, _mine(actor, authority_id))
    if not text.strip():
        raise NotPossible(Why.REASON_MISSING)
    if answer is RuleAnswer.APPLIES and not provision.strip():
        raise NotPossible(Why.PROVISION_MISSING)
    pack = active.pack_of(enquiry)
    if is_over(row.due_on, local_day(now, pack.calendar.timezone)) and row.silent_at is None:
        # The night that would have said so has not come; an answer must not cover the silence.
        keep_silence(session, actor, enquiry, row=row, pack=pack, now=now)
    is_late = row.silent_at is not None
    row.answer, row.answered_at, row.answered_by_id = answer.value, now, person_of(actor)
    row.text = text.strip()
    row.provision = provision.strip() if answer is RuleAnswer.APPLIES else ""
    enquiry.changed_at = now
    record(
        session,
        actor,
        Deed.FAST_ANSWER_GIVEN,
        enquiry,
        now=now,
        authority_id=row.authority_id,
        answer=answer,
        late=is_late,
    )
    if is_late:
        notices.answered_late(session, enquiry, authority=row.authority.code, now=now)
    complete(session, enquiry, now=now)


def keep_silence(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    *,
    row: FastAnswer,
    pack: PolicyPack,
    now: datetime,
) -> None:
    """Write down that a term has passed without an answer, and what the pack says that means.

    Raises: NotPossible where the rules know no fast answer.
    """
    if pack.fast_answer is None:
        raise NotPossible(Why.NO_FAST_ANSWER)
    row.silence, row.silent_at = pack.fast_answer.silence.value, now
    enquiry.changed_at = now
    record(
        session,
        actor,
        Deed.FAST_ANSWER_WITHHELD,
        enquiry,
        now=now,
        authority_id=row.authority_id,
        due_on=row.due_on,
        silence=row.silence,
    )
    code = row.authority.code
    notices.authority_silent(
        session, enquiry, row.authority_id, authority=code, due_on=row.due_on, now=now
    )


def complete(session: Session, enquiry: Enquiry, *, now: datetime) -> None:
    """Take the enquiry as answered once nobody is awaited any more, and say so."""
    session.flush()
    rows = queries.list_answers(session, enquiry.id)
    awaited = [
        each
        for each in rows
        if each.answered_at is None and each.silent_at is None and each.ended_at is None
    ]
    # A late answer comes to an enquiry that was complete before.
    if awaited or enquiry.status != EnquiryStatus.ASKED:
        return
    enquiry.status = advance(enquiry, EnquiryAction.COMPLETE).value
    silent = sum(each.answered_at is None and each.silent_at is not None for each in rows)
    notices.answers_complete(session, enquiry, silent=silent, now=now)


def _mine(actor: Actor, authority_id: UUID | None) -> Collection[UUID]:
    return actor.officer_of if authority_id is None else actor.officer_of & {authority_id}


def _to_answer(session: Session, enquiry: Enquiry, mine: Collection[UUID]) -> FastAnswer:
    rows = [each for each in queries.list_answers(session, enquiry.id) if each.authority_id in mine]
    if not rows:
        raise NotPossible(Why.WRONG_AUTHORITY)
    for each in rows:
        if each.answered_at is None and each.ended_at is None:
            return each
    raise NotPossible(Why.ALREADY_DONE)
