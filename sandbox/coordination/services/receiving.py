"""Note once when an authority received a case, and who of its people did."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, AuthorityAssignment


def confirm_receipt(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Confirm that one's authority received the case; it is noted once, for the first of them.

    Reading a page writes nothing, so that a receipt is an act: this one, or whatever is done first.
    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE).
    """
    require(session, actor, P.RECEIPT_CONFIRM, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.CONFIRM_RECEIPT)
    place = queries.find_own_assignment(session, actor.officer_of, application.id)
    if place is None or place.received_at is not None:
        raise NotPossible(Why.ALREADY_DONE)
    note_receipt(place, actor, now)
    record(
        session,
        actor,
        Deed.RECEIPT_CONFIRMED,
        application,
        now=now,
        authority_id=place.authority_id,
    )


def note_receipt(place: AuthorityAssignment, actor: Actor, now: datetime) -> None:
    """Note the first act of an authority's people as its receipt; the caller records the deed.

    The platform, which answers for those who are silent, receives nothing for them.
    """
    if place.received_at is None and actor.person_id is not None:
        place.received_at, place.received_by_id = now, actor.person_id
