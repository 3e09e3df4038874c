"""Name who works on a case for an authority, and keep conflicts of interest away from it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.notices import officers as notices
from sandbox.coordination.services.receiving import note_receipt
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, ConflictDeclaration, OfficerAssignment, Person
from sandbox.models.coordination import AssignmentState


def name_officer(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    person_id: UUID,
    now: datetime,
    authority_id: UUID | None = None,
) -> None:
    """Name the officer who works on the case, in place of the one named before.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.OFFICER_NAME, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.NAME_OFFICER)
    mine = actor.head_of if authority_id is None else actor.head_of & {authority_id}
    assignment = queries.find_own_assignment(session, mine, application.id)
    if assignment is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    if assignment.state != AssignmentState.ACCEPTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    if queries.is_recused(session, application.id, person_id):
        raise NotPossible(Why.RECUSED)
    candidates = queries.list_candidates(session, application.id, assignment.authority_id)
    if person_id not in {candidate.id for candidate in candidates}:
        raise NotPossible(Why.WRONG_AUTHORITY)
    # Places of people who left the authority were never ended; should they return, they are not
    # to stand beside whoever is named now.
    places = queries.list_places(session, application.id, assignment.authority_id)
    if any(place.person_id == person_id for place in places):
        raise NotPossible(Why.ALREADY_DONE)

    for place in places:
        place.ended_at = now
    session.add(
        OfficerAssignment(
            application_id=application.id,
            authority_id=assignment.authority_id,
            person_id=person_id,
            named_by_id=actor.person_id,
            named_at=now,
        )
    )
    application.changed_at = now
    record(
        session,
        actor,
        Deed.OFFICER_NAMED,
        application,
        now=now,
        authority_id=assignment.authority_id,
        before=places[0].person_id if places else None,
        after=person_id,
    )
    notices.officer_named(session, application, session.get_one(Person, person_id), now)


def declare_conflict(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    has_conflict: bool,
    now: datetime,
    explanation: str = "",
) -> None:
    """Say whether one has a conflict of interest; whoever has one loses the case at once.

    Whoever declared to have none may have one later; nobody who is recused comes back. It is never
    too late: even of a closed case somebody may want to see nothing more.
    Raises: Denied, NotPossible.
    """
    require(session, actor, P.CONFLICT_DECLARE, application)
    # Two declarations of one person at once would otherwise both find none before them.
    queries.lock_application(session, application.id)
    assert actor.person_id is not None, "Only people have interests."
    before = queries.find_declaration(session, actor, application.id)
    if before is not None and (before.has_conflict or not has_conflict):
        raise NotPossible(Why.ALREADY_DECLARED)
    if has_conflict and not explanation.strip():
        raise NotPossible(Why.REASON_MISSING)
    assignment = queries.find_own_assignment(session, actor.officer_of, application.id)

    if assignment is not None:
        note_receipt(assignment, actor, now)
    declaration = before
    if declaration is None:
        declaration = ConflictDeclaration(application_id=application.id, person_id=actor.person_id)
        session.add(declaration)
    declaration.has_conflict = has_conflict
    declaration.explanation = explanation.strip() if has_conflict else ""
    declaration.declared_at = now
    ended = []
    if has_conflict:
        ended = list(queries.list_named(session, application.id, actor.person_id))
        for place in ended:
            place.ended_at = now
    record(
        session,
        actor,
        Deed.CONFLICT_DECLARED if has_conflict else Deed.CONFLICT_DENIED,
        application,
        now=now,
        authority_id=None if assignment is None else assignment.authority_id,
        before=None if before is None else "none",
        after="conflict" if has_conflict else "none",
        was_named=bool(ended),
    )
    if has_conflict:
        session.flush()
        _tell_heads(
            session, actor.person_id, application, {each.authority_id for each in ended}, now
        )
        stranded = queries.list_stranded(session, application.id)
        if assignment is not None and assignment.authority.code in stranded:
            notices.nobody_left(session, application, assignment.authority.code, now)


def _tell_heads(
    session: Session, person_id: UUID, application: Application, left: set[UUID], now: datetime
) -> None:
    """Tell authorities what a recusal leaves them to do, whether or not their place was `left`.

    Whoever took a position may have been followed by another officer since, or be a head.
    """
    spoken = set(queries.list_speaking(session, application.id, person_id))
    needing = left.intersection(queries.list_needing(session, application.id))
    for authority_id in sorted(spoken | needing):
        notices.officer_recused(
            session,
            application,
            authority_id,
            now,
            officer_missing=authority_id in needing,
            position_stands=authority_id in spoken,
        )
