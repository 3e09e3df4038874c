"""Apply what the pack says of an authority that lets a term pass."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.coordination.services.assigning import answer
from sandbox.domain.deliberation import Stance
from sandbox.domain.packs import Silence
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, AuthorityAssignment, Position
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active

_ANSWER = {Silence.GRANTED: AssignmentState.ACCEPTED, Silence.DENIED: AssignmentState.DECLINED}
_STANCE = {Silence.GRANTED: Stance.CONCUR, Silence.DENIED: Stance.OBJECT}


def apply_silence(session: Session, actor: Actor, *, now: datetime) -> int:
    """Answer for every authority whose term has passed, where its pack gives silence a meaning.

    Returns the number of answers and positions written. Raises: Denied.
    """
    answered = sum(
        _answer_for(session, actor, application, assignment, now)
        for application, assignment in queries.list_silent_assignments(session)
    )
    taken = sum(
        _take_position_for(session, actor, application, assignment, now)
        for application, assignment in queries.list_silent_reviews(session)
    )
    return answered + taken


def _answer_for(
    session: Session,
    actor: Actor,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
) -> bool:
    pack = active.find_pack_of(application)
    if pack is None:
        # Of rules that can no longer be read nobody knows what silence means.
        return False
    state = _ANSWER.get(pack.coordination.acceptance_silence)
    if state is None or local_day(now, pack.calendar.timezone) <= assignment.respond_by:
        return False
    require(session, actor, P.ASSIGNMENT_ANSWER, application)
    answer(session, actor, application, assignment=assignment, state=state, now=now, tacit=True)
    return True


def _take_position_for(
    session: Session,
    actor: Actor,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
) -> bool:
    pack = active.find_pack_of(application)
    if pack is None:
        return False
    stance = _STANCE.get(pack.coordination.position_silence)
    if stance is None or not _is_overdue(session, application, assignment, now):
        return False
    require(session, actor, P.POSITION_TAKE, application)
    _keep_tacit(session, application, assignment.authority_id, stance, now)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.POSITION_TAKEN,
        application,
        now=now,
        authority_id=assignment.authority_id,
        before=None,
        after=stance,
        tacit=True,
    )
    return True


def _is_overdue(
    session: Session, application: Application, assignment: AuthorityAssignment, now: datetime
) -> bool:
    pack = active.pack_of(application)
    timezone = pack.calendar.timezone
    started_at = position_began(application.review_started_at, assignment.responded_at)
    if started_at is None:
        return False
    clock = position_clock(
        pack,
        local_day(started_at, timezone),
        queries.list_stops(session, application.id),
        local_day(now, timezone),
        assignment.authority.code,
    )
    return clock.is_overdue


def _keep_tacit(
    session: Session, application: Application, authority_id: UUID, stance: Stance, now: datetime
) -> None:
    session.add(
        Position(
            application_id=application.id,
            authority_id=authority_id,
            stance=stance,
            reasons="",
            conditions=[],
            tacit=True,
            taken_by_id=None,
            taken_at=now,
        )
    )
