"""Note who leads a case, and let the lead pass its role to another authority on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.notices import leading as notices
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, AuthorityAssignment, LeadOffer, LeadTerm
from sandbox.models.coordination import AssignmentRole, AssignmentState, OfferState


def begin_lead(session: Session, application_id: UUID, authority_id: UUID, now: datetime) -> None:
    """Note that an authority leads a case from now on; the caller records the deed."""
    session.add(LeadTerm(application_id=application_id, authority_id=authority_id, began_at=now))


def end_lead(session: Session, application_id: UUID, now: datetime) -> None:
    """Note that whoever led a case leads it no more; the caller records the deed."""
    for term in queries.list_open_leads(session, application_id):
        term.ended_at = now


def make_sure_of_work(session: Session, application: Application) -> None:
    """Refuse where the lead has nothing left to do. Raises: TransitionRefused, NotPossible."""
    make_sure_open(application, CoordinationAction.HAND_OVER_LEAD)
    is_decided = application.status == ApplicationStatus.DECIDED
    if is_decided and not queries.has_work_for_lead(session, application.id):
        raise NotPossible(Why.NOTHING_LEFT)


def offer_lead(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    to: str,
    reason: str,
    now: datetime,
) -> None:
    """Offer the lead of a case to another authority that has taken it, with a reason.

    Any authority that stands on the case may take over, whatever weighs more in the answers: the
    secretariat put it there because it has a part in the matter, and both heads have to agree.
    Raises: Denied, TransitionRefused,
    NotPossible(REASON_MISSING, NOTHING_LEFT, OFFER_OPEN, NOT_ASSIGNED, NOT_ACCEPTED).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.LEAD_OFFER, application)
    make_sure_of_work(session, application)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    if queries.find_open_offer(session, application.id) is not None:
        raise NotPossible(Why.OFFER_OPEN)
    places = {
        each.authority.code: each for each in queries.list_assignments(session, application.id)
    }
    lead = next(each for each in places.values() if _leads(each))
    chosen = places.get(to)
    if chosen is None or chosen is lead:
        raise NotPossible(Why.NOT_ASSIGNED, authority=to)
    if chosen.state != AssignmentState.ACCEPTED:
        raise NotPossible(Why.NOT_ACCEPTED, authority=to)
    session.add(
        LeadOffer(
            application_id=application.id,
            from_authority_id=lead.authority_id,
            to_authority_id=chosen.authority_id,
            reason=reason.strip(),
            offered_by_id=actor.person_id,
            offered_at=now,
            state=OfferState.OPEN,
        )
    )
    application.changed_at = now
    record(
        session,
        actor,
        Deed.LEAD_OFFERED,
        application,
        now=now,
        authority_id=lead.authority_id,
        before=lead.authority.code,
        after=to,
        reason=reason.strip(),
    )
    notices.lead_offered(session, application, lead, chosen, reason=reason.strip(), now=now)


def withdraw_offer(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Take back the offer of the lead before it is answered.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.LEAD_OFFER, application)
    make_sure_open(application, CoordinationAction.HAND_OVER_LEAD)
    offer, lead, chosen = _open_offer(session, application)
    _close(offer, OfferState.WITHDRAWN, actor, now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.LEAD_OFFER_WITHDRAWN,
        application,
        now=now,
        authority_id=lead.authority_id,
        after=chosen.authority.code,
    )
    notices.lead_offer_withdrawn(session, application, lead, chosen, now)


def accept_lead(session: Session, actor: Actor, application: Application, *, now: datetime) -> None:
    """Take over the lead that was offered to one's authority; the former lead stays an associate.

    Every date and every request to the company stays as it is; what the lead is asked for from
    now on, approvals in a trial included, the new one is asked for.
    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, NOTHING_LEFT).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.LEAD_ANSWER, application)
    make_sure_of_work(session, application)
    offer, lead, chosen = _offer_to(session, actor, application)
    _close(offer, OfferState.ACCEPTED, actor, now)
    lead.role, chosen.role = AssignmentRole.ASSOCIATE, AssignmentRole.LEAD
    end_lead(session, application.id, now)
    begin_lead(session, application.id, chosen.authority_id, now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.LEAD_PASSED,
        application,
        now=now,
        authority_id=chosen.authority_id,
        before=lead.authority.code,
        after=chosen.authority.code,
        reason=offer.reason,
    )
    session.flush()
    notices.lead_passed(session, application, lead, chosen, now)


def decline_lead(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> None:
    """Leave the lead with the authority that offers it, with a reason.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, NOTHING_LEFT, REASON_MISSING).
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.LEAD_ANSWER, application)
    make_sure_of_work(session, application)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    offer, lead, chosen = _offer_to(session, actor, application)
    _close(offer, OfferState.DECLINED, actor, now)
    offer.answer = reason.strip()
    application.changed_at = now
    record(
        session,
        actor,
        Deed.LEAD_OFFER_DECLINED,
        application,
        now=now,
        authority_id=chosen.authority_id,
        before=lead.authority.code,
        after=chosen.authority.code,
        reason=reason.strip(),
    )
    notices.lead_declined(session, application, lead, chosen, reason=reason.strip(), now=now)


def lapse_offers(session: Session, application_id: UUID, authority_id: UUID, now: datetime) -> None:
    """End the offer of the lead to an authority that leaves the case; the caller records it."""
    offer = queries.find_open_offer(session, application_id)
    if offer is not None and offer.to_authority_id == authority_id:
        offer.state, offer.answered_at = OfferState.LAPSED, now


def _open_offer(
    session: Session, application: Application
) -> tuple[LeadOffer, AuthorityAssignment, AuthorityAssignment]:
    offer = queries.find_open_offer(session, application.id)
    if offer is None:
        raise NotPossible(Why.ALREADY_DONE)
    places = {each.authority_id: each for each in queries.list_assignments(session, application.id)}
    return offer, places[offer.from_authority_id], places[offer.to_authority_id]


def _offer_to(
    session: Session, actor: Actor, application: Application
) -> tuple[LeadOffer, AuthorityAssignment, AuthorityAssignment]:
    """Return the offer that waits for the actor, with the places of both authorities."""
    found = _open_offer(session, application)
    if found[0].to_authority_id not in actor.head_of:
        # An offer to somebody else is nothing to this head.
        raise NotPossible(Why.ALREADY_DONE)
    return found


def _close(offer: LeadOffer, state: OfferState, actor: Actor, now: datetime) -> None:
    offer.state = state
    offer.answered_at, offer.answered_by_id = now, actor.person_id


def _leads(place: AuthorityAssignment) -> bool:
    return place.role == AssignmentRole.LEAD and place.state == AssignmentState.ACCEPTED
