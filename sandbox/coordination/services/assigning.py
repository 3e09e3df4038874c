"""Put authorities on a case and take their answers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_assignable, make_sure_open
from sandbox.coordination.clocks import answer_by, position_clock
from sandbox.coordination.notices import assigning as notices
from sandbox.coordination.services.leading import begin_lead, end_lead
from sandbox.coordination.services.receiving import note_receipt
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, AuthorityAssignment
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState
from sandbox.packs import active


def assign(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    lead: str,
    associates: Sequence[str],
    now: datetime,
    reason: str = "",
) -> None:
    """Ask a lead and associates to take the case, as proposed or otherwise with a reason.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_ASSIGN, application)
    queries.lock_application(session, application.id)
    pack = active.pack_of(application)
    status = make_sure_assignable(application, pack)
    today = local_day(now, pack.calendar.timezone)
    proposal = queries.routing_of(session, application, pack, today)
    associates = tuple(dict.fromkeys(associates))
    if lead in associates:
        raise NotPossible(Why.SAME_AUTHORITY, authority=lead)
    is_proposal = lead == proposal.lead and set(associates) == set(proposal.associates)
    if not is_proposal and not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    ids = existing(session, pack, (lead, *associates), today)

    assignments = [
        AuthorityAssignment(
            application_id=application.id,
            authority_id=ids[code],
            role=AssignmentRole.LEAD if code == lead else AssignmentRole.ASSOCIATE,
            state=AssignmentState.PROPOSED,
            assigned_at=now,
            respond_by=answer_by(pack, today, code),
        )
        for code in (lead, *associates)
    ]
    session.add_all(assignments)
    begin_lead(session, application.id, ids[lead], now)
    application.status = status
    application.changed_at = now
    # Where the term waits for a complete application, this is the day.
    application.clock_started_on = application.clock_started_on or today
    record(
        session,
        actor,
        Deed.APPLICATION_ASSIGNED,
        application,
        now=now,
        lead=lead,
        associates=", ".join(associates),
        proposed_lead=proposal.lead,
        proposed_associates=", ".join(proposal.associates),
        reason=reason.strip(),
    )
    for assignment in assignments:
        notices.authority_asked(session, application, assignment, now, reason=reason.strip())


def accept_assignment(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime,
    authority_id: UUID | None = None,
) -> None:
    """Take the case for one's authority; when all have done so the review begins.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.ASSIGNMENT_ANSWER, application)
    queries.lock_application(session, application.id)
    assignment = get_to_answer(session, actor, application, authority_id)
    answer(
        session,
        actor,
        application,
        assignment=assignment,
        state=AssignmentState.ACCEPTED,
        now=now,
    )


def decline_assignment(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    reason: str,
    now: datetime,
    authority_id: UUID | None = None,
) -> None:
    """Refuse the case for one's authority, with a reason; the secretariat looks for another.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.ASSIGNMENT_ANSWER, application)
    queries.lock_application(session, application.id)
    assignment = get_to_answer(session, actor, application, authority_id)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    answer(
        session,
        actor,
        application,
        assignment=assignment,
        state=AssignmentState.DECLINED,
        reason=reason.strip(),
        now=now,
    )


def replace_authority(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    declined: str,
    replacement: str,
    reason: str,
    now: datetime,
) -> None:
    """Ask another authority in place of one that declined; an associate may be asked to lead.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_ASSIGN, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.REPLACE_AUTHORITY)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    pack = active.pack_of(application)
    today = local_day(now, pack.calendar.timezone)
    assignments = queries.list_assignments(session, application.id)
    role = next(
        (
            AssignmentRole(each.role)
            for each in queries.declined_authorities(assignments)
            if each.authority.code == declined
        ),
        None,
    )
    if role is None:
        raise NotPossible(Why.ALREADY_DONE, authority=declined)
    ids = existing(session, pack, (replacement,), today)
    place = next((each for each in assignments if each.authority.code == replacement), None)
    if place is None:
        place = AuthorityAssignment(
            application_id=application.id, authority_id=ids[replacement], role=role
        )
        session.add(place)
    elif place.state in STANDING and role is AssignmentRole.ASSOCIATE:
        raise NotPossible(Why.ALREADY_ASSIGNED, authority=replacement)
    # Whoever is asked to lead answers again, even if it had accepted to be an associate.
    place.role = role
    place.state = AssignmentState.PROPOSED
    place.assigned_at = now
    place.respond_by = answer_by(pack, today, replacement)
    place.responded_at = None
    place.reason = ""
    place.tacit = False
    place.received_at = place.received_by_id = None
    if role is AssignmentRole.LEAD:
        begin_lead(session, application.id, ids[replacement], now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.AUTHORITY_REPLACED,
        application,
        now=now,
        before=declined,
        after=replacement,
        role=role,
        reason=reason.strip(),
    )
    session.flush()
    notices.authority_asked(session, application, place, now, reason=reason.strip())


def answer(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    assignment: AuthorityAssignment,
    state: AssignmentState,
    now: datetime,
    reason: str = "",
    tacit: bool = False,
) -> None:
    """Write down an authority's answer; the caller has checked who gives it.

    Raises: NotPossible when the authority has already answered.
    """
    make_sure_unanswered(assignment)
    is_accepted = state is AssignmentState.ACCEPTED
    note_receipt(assignment, actor, now)
    assignment.state = state
    assignment.responded_at = now
    assignment.reason = reason
    assignment.tacit = tacit
    if not is_accepted and assignment.role == AssignmentRole.LEAD:
        end_lead(session, application.id, now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.ASSIGNMENT_ACCEPTED if is_accepted else Deed.ASSIGNMENT_DECLINED,
        application,
        now=now,
        authority_id=assignment.authority_id,
        authority=assignment.authority.code,
        role=assignment.role,
        tacit=tacit,
    )
    begins = start_review_if_complete(session, actor, application, now=now)
    if is_accepted and not begins:
        _join_review(session, application, assignment, now)
    if not is_accepted:
        notices.authority_declined(session, application, assignment, now, review_begins=begins)


def start_review_if_complete(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> bool:
    """Begin the review once nobody's answer is missing; tell whether it begins."""
    if application.status != ApplicationStatus.ASSIGNED:
        return False
    standing = [
        each for each in queries.list_assignments(session, application.id) if each.state in STANDING
    ]
    has_lead = any(each.role == AssignmentRole.LEAD for each in standing)
    if not has_lead or any(each.state != AssignmentState.ACCEPTED for each in standing):
        return False
    application.status = LIFECYCLE.advance(
        ApplicationStatus(application.status), ApplicationAction.START_REVIEW
    )
    application.review_started_at = now
    record(session, actor, Deed.APPLICATION_REVIEW_STARTED, application, now=now)
    pack = active.pack_of(application)
    today = local_day(now, pack.calendar.timezone)
    due: dict[date, list[UUID]] = {}
    for each in standing:
        clock = position_clock(pack, today, (), today, each.authority.code)
        due.setdefault(clock.due_on, []).append(each.authority_id)
    for due_on, authorities in due.items():
        notices.review_started(session, application, authorities, due_on, now)
    return True


def _join_review(
    session: Session, application: Application, assignment: AuthorityAssignment, now: datetime
) -> None:
    """Tell an authority that comes to a review that is going on how long it has."""
    if application.review_started_at is None:
        return
    pack = active.pack_of(application)
    today = local_day(now, pack.calendar.timezone)
    stops = queries.list_stops(session, application.id)
    clock = position_clock(pack, today, stops, today, assignment.authority.code)
    notices.review_started(session, application, [assignment.authority_id], clock.due_on, now)


def get_to_answer(
    session: Session, actor: Actor, application: Application, authority_id: UUID | None = None
) -> AuthorityAssignment:
    """Return the place that waits for the answer of one's authority.

    Raises: TransitionRefused, NotPossible(NOT_ASSIGNED, ALREADY_DONE).
    """
    make_sure_open(application, CoordinationAction.ANSWER_ASSIGNMENT)
    mine = actor.head_of if authority_id is None else actor.head_of & {authority_id}
    assignment = queries.find_own_assignment(session, mine, application.id)
    if assignment is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    make_sure_unanswered(assignment)
    return assignment


def make_sure_unanswered(assignment: AuthorityAssignment) -> None:
    """Refuse a second answer of an authority. Raises: NotPossible(ALREADY_DONE)."""
    if assignment.state != AssignmentState.PROPOSED:
        raise NotPossible(Why.ALREADY_DONE)


def existing(
    session: Session, pack: PolicyPack, codes: Sequence[str], today: date
) -> dict[str, UUID]:
    """Map authorities that may be asked today to their ids, and hold them against successions.

    Raises: NotPossible(NOT_COMPETENT).
    """
    queries.share_authorities(session, codes)
    known = {spec.code for spec in queries.list_in_force(session, pack, today)}
    ids = dict(queries.map_authorities(session, codes))
    for code in codes:
        if code not in known or code not in ids:
            raise NotPossible(Why.NOT_COMPETENT, authority=code)
    return ids
