"""Bring another associate to a review that is going on, or take one off it again."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.clocks import answer_by
from sandbox.coordination.notices import joining as notices
from sandbox.coordination.notices.assigning import authority_asked
from sandbox.coordination.services.assigning import existing
from sandbox.coordination.services.leading import lapse_offers
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, AuthorityAssignment
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState
from sandbox.packs import active


def add_associate(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    authority: str,
    reason: str,
    now: datetime,
) -> None:
    """Ask one more authority to take part; it answers and is heard within terms of its own.

    Nothing is decided before it has declined or taken its position.
    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING, NOT_COMPETENT, ALREADY_ASSIGNED).
    """
    require(session, actor, P.APPLICATION_ASSIGN, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.CHANGE_ASSOCIATES)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    pack = active.pack_of(application)
    today = local_day(now, pack.calendar.timezone)
    ids = existing(session, pack, (authority,), today)
    place = _place_of(session, application, authority)
    if place is None:
        place = AuthorityAssignment(application_id=application.id, authority_id=ids[authority])
        session.add(place)
    elif place.state in STANDING:
        raise NotPossible(Why.ALREADY_ASSIGNED, authority=authority)
    place.role = AssignmentRole.ASSOCIATE
    place.state = AssignmentState.PROPOSED
    place.assigned_at = now
    place.respond_by = answer_by(pack, today, authority)
    place.responded_at = None
    place.reason, place.tacit = "", False
    place.received_at = place.received_by_id = None
    application.changed_at = now
    record(
        session,
        actor,
        Deed.ASSOCIATE_ADDED,
        application,
        now=now,
        authority=authority,
        reason=reason.strip(),
    )
    session.flush()
    authority_asked(session, application, place, now, reason=reason.strip())
    notices.associate_added(session, application, place, reason=reason.strip(), now=now)


def release_associate(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    authority: str,
    reason: str,
    now: datetime,
) -> None:
    """Take an associate that has not spoken off the case; its people see it no more.

    Raises: Denied, TransitionRefused,
    NotPossible(REASON_MISSING, NOT_ASSIGNED, LEAD_STAYS, POSITION_ON_RECORD).
    """
    require(session, actor, P.APPLICATION_ASSIGN, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.CHANGE_ASSOCIATES)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    place = _place_of(session, application, authority)
    if place is None or place.state not in STANDING:
        raise NotPossible(Why.NOT_ASSIGNED, authority=authority)
    if place.role == AssignmentRole.LEAD:
        raise NotPossible(Why.LEAD_STAYS, authority=authority)
    if queries.find_position(session, application.id, place.authority_id) is not None:
        raise NotPossible(Why.POSITION_ON_RECORD, authority=authority)
    # Its people are told while it is still known who of them worked on the case.
    notices.associate_released(session, application, place, reason=reason.strip(), now=now)
    place.state = AssignmentState.RELEASED
    place.reason = reason.strip()
    for officer in queries.list_places(session, application.id, place.authority_id):
        officer.ended_at = now
    lapse_offers(session, application.id, place.authority_id, now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.ASSOCIATE_RELEASED,
        application,
        now=now,
        authority=authority,
        reason=reason.strip(),
    )


def _place_of(
    session: Session, application: Application, authority: str
) -> AuthorityAssignment | None:
    places = queries.list_assignments(session, application.id)
    return next((each for each in places if each.authority.code == authority), None)
