"""Watch the terms of fast answers: note silence, and follow authorities that ended."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.authorities.queries import applied_codes, authority_ids
from sandbox.domain.enquiries import Addressed, follow, is_over
from sandbox.domain.packs import PolicyPack
from sandbox.enquiries import queries
from sandbox.enquiries.services.asking import address, complete, keep_silence
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Authority, Enquiry, FastAnswer
from sandbox.packs import active


def watch_terms(session: Session, actor: Actor, enquiry: Enquiry, *, now: datetime) -> None:
    """Do for every authority that has still to answer what its term asks for on this day.

    Nothing is done under rules that can no longer be read: nobody knows what silence means there.
    Raises: Denied.
    """
    require(session, actor, P.FAST_ANSWER_WATCH, enquiry)
    enquiry = queries.lock_enquiry(session, enquiry.id)
    pack = active.find_pack_of(enquiry)
    if pack is None:
        return
    applied = applied_codes(session)
    today = local_day(now, pack.calendar.timezone)
    for row in queries.list_answers(session, enquiry.id):
        if row.answered_at is not None or row.silent_at is not None or row.ended_at is not None:
            continue
        if row.authority.code in applied:
            _pass_on(session, actor, enquiry, row, pack=pack, applied=applied, now=now)
        elif is_over(row.due_on, today):
            keep_silence(session, actor, enquiry, row=row, pack=pack, now=now)
    complete(session, enquiry, now=now)


def follow_succession(
    session: Session, actor: Actor, authority: Authority, *, now: datetime
) -> None:
    """Ask those that follow an authority that has just ended; the caller has checked who ends it.

    Enquiries whose rules can no longer be read wait until they can; a silence ends all the same.
    """
    for enquiry_id in queries.list_unanswered(session, authority.id):
        enquiry = queries.lock_enquiry(session, enquiry_id)
        pack = active.find_pack_of(enquiry)
        applied = applied_codes(session)
        for row in queries.list_answers(session, enquiry_id):
            # It may have answered while this waited for the enquiry.
            if row.authority_id != authority.id or row.answered_at or row.ended_at:
                continue
            if row.silent_at is not None:
                _close(session, actor, enquiry, row, now=now)
            elif pack is not None:
                _pass_on(session, actor, enquiry, row, pack=pack, applied=applied, now=now)
        complete(session, enquiry, now=now)


def _close(
    session: Session, actor: Actor, enquiry: Enquiry, row: FastAnswer, *, now: datetime
) -> None:
    """Keep a silence as it is: who ended says nothing late, and nobody is asked in its place."""
    row.ended_at = enquiry.changed_at = now
    record(
        session,
        actor,
        Deed.FAST_ANSWER_CLOSED,
        enquiry,
        now=now,
        authority_id=row.authority_id,
    )


def _pass_on(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    row: FastAnswer,
    *,
    pack: PolicyPack,
    applied: Collection[str],
    now: datetime,
) -> None:
    """Ask those that follow an authority, each with a whole term; who ended is not silent."""
    row.ended_at = enquiry.changed_at = now
    code = row.authority.code
    record(
        session,
        actor,
        Deed.FAST_ANSWER_PASSED_ON,
        enquiry,
        now=now,
        authority_id=row.authority_id,
    )
    asked = {each.authority.code for each in queries.list_answers(session, enquiry.id)}
    known = authority_ids(session)
    following = [
        each
        for each in follow(pack, Addressed(code, tuple(row.competences)), applied)
        if each.authority in known and each.authority not in asked
    ]
    if pack.fast_answer is not None:
        address(
            session, actor, enquiry, addressed=following, pack=pack, spec=pack.fast_answer, now=now
        )
