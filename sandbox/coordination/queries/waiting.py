"""List what waits for somebody among the cases that authorities share."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import conceivable, scope
from sandbox.access.permissions import P
from sandbox.applications.queries import holds_place
from sandbox.coordination.clocks import position_clock
from sandbox.coordination.queries.people import is_stranded
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import Stop
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.tasks import Task
from sandbox.models import (
    Application,
    AuthorityAssignment,
    ClockStop,
    ConflictDeclaration,
    CriterionReview,
    OfficerAssignment,
    Position,
    Trial,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.packs import active

# A row of a query whose columns are named in the query itself.
Line = Row[*tuple[Any, ...]]

_OPEN = (
    ApplicationStatus.ASSIGNED,
    ApplicationStatus.UNDER_REVIEW,
    ApplicationStatus.INFORMATION_REQUESTED,
    ApplicationStatus.DELIBERATION,
)
_POSITIONS_OPEN = frozenset({ApplicationStatus.UNDER_REVIEW, ApplicationStatus.DELIBERATION})
_ADMITTED = (DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS)
# What each kind of task is done on; the page checks again whether it may be done.
_PAGES = {
    "coordination.answer": "coordination.assignment",
    "coordination.name_officer": "coordination.officer",
    "coordination.declare": "coordination.conflict",
    "coordination.review": "coordination.review",
    "coordination.position": "coordination.position",
    "coordination.decide": "coordination.issue",
    "coordination.replace": "coordination.replacement",
    "coordination.nobody": "home.case",
}


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what the actor has to do for an authority, and what the secretariat must mend."""
    tasks: list[Task] = []
    if actor.officer_of:
        tasks += _authority_tasks(session, actor, now)
    if conceivable(actor, P.APPLICATION_ASSIGN):
        tasks += _replacement_tasks(session, actor)
        tasks += _stranded_tasks(session, actor)
    return tasks


def _authority_tasks(session: Session, actor: Actor, now: datetime) -> Iterator[Task]:
    rows = _authority_rows(session, actor)
    for _, group in groupby(rows, key=attrgetter("assignment_id")):
        same = list(group)
        row = same[0]
        stops = tuple(
            Stop(each.started_on, each.ended_on, "") for each in same if each.started_on is not None
        )
        for kind, since, due_on in _kinds(row, actor, stops, now):
            yield _task(kind, row, since, due_on)


def _kinds(
    row: Line, actor: Actor, stops: Sequence[Stop], now: datetime
) -> Iterator[tuple[str, datetime, date | None]]:
    is_head = row.authority_id in actor.head_of
    is_named = row.officer_id == actor.person_id
    if row.state == AssignmentState.PROPOSED.value:
        if is_head and row.status == ApplicationStatus.ASSIGNED.value:
            yield "coordination.answer", row.assigned_at, row.respond_by
        return
    is_decided = row.status == ApplicationStatus.DECIDED.value
    if is_head and row.officer_id is None and (is_decided or not row.own_positions):
        yield "coordination.name_officer", row.responded_at, None
    if is_named and not row.declared:
        yield "coordination.declare", row.named_at, None
    if row.declared and not is_decided:
        yield from _judging_kinds(row, stops, now, is_named=is_named, is_head=is_head)


def _judging_kinds(
    row: Line, stops: Sequence[Stop], now: datetime, *, is_named: bool, is_head: bool
) -> Iterator[tuple[str, datetime, date | None]]:
    takes_positions = row.status in _POSITIONS_OPEN
    is_marked = row.marked >= len(active.pack_of(row).criteria)
    if is_named and not row.own_positions and row.status != ApplicationStatus.ASSIGNED.value:
        due_on = _positions_due(row, stops, now)
        if not is_marked:
            yield "coordination.review", row.review_started_at, due_on
        elif takes_positions:
            yield "coordination.position", row.review_started_at, due_on
    is_lead = row.role == AssignmentRole.LEAD.value
    if is_lead and takes_positions and (is_named or is_head) and row.positions >= row.standing:
        yield "coordination.decide", row.last_position_at, None


def _positions_due(row: Line, stops: Sequence[Stop], now: datetime) -> date | None:
    if row.status != ApplicationStatus.UNDER_REVIEW.value:
        return None
    pack = active.pack_of(row)
    timezone = pack.calendar.timezone
    started_on = local_day(row.review_started_at, timezone)
    return position_clock(pack, started_on, stops, local_day(now, timezone)).due_on


def _authority_rows(session: Session, actor: Actor) -> Sequence[Line]:
    # The policy looks for assignments of its own: under the same name it would find this query's.
    place, other = aliased(AuthorityAssignment), aliased(AuthorityAssignment)
    named = aliased(OfficerAssignment)
    case = place.application_id
    own_position = Position.authority_id == place.authority_id
    counted = select(func.count())
    columns = {
        "declared": counted.where(
            ConflictDeclaration.application_id == case,
            ConflictDeclaration.person_id == actor.person_id,
            ConflictDeclaration.has_conflict.is_(False),
        ),
        "marked": counted.where(
            CriterionReview.application_id == case,
            CriterionReview.authority_id == place.authority_id,
        ),
        "own_positions": counted.where(Position.application_id == case, own_position),
        "positions": counted.where(Position.application_id == case),
        "last_position_at": select(func.max(Position.taken_at)).where(
            Position.application_id == case
        ),
        "standing": counted.select_from(other).where(
            other.application_id == case, other.state != AssignmentState.DECLINED
        ),
        "review_started_at": select(func.max(other.responded_at)).where(
            other.application_id == case
        ),
    }
    return session.execute(
        select(
            Application.id.label("application_id"),
            Application.reference,
            Application.title,
            Application.status,
            Application.pack_code,
            Application.pack_version,
            place.id.label("assignment_id"),
            place.authority_id,
            place.role,
            place.state,
            place.assigned_at,
            place.respond_by,
            place.responded_at,
            named.person_id.label("officer_id"),
            named.named_at,
            ClockStop.started_on,
            ClockStop.ended_on,
            *(
                statement.correlate(place).scalar_subquery().label(name)
                for name, statement in columns.items()
            ),
        )
        .select_from(Application)
        .join(place, case == Application.id)
        .outerjoin(
            named,
            (named.application_id == case)
            & (named.authority_id == place.authority_id)
            & holds_place(named),
        )
        .outerjoin(ClockStop, ClockStop.application_id == Application.id)
        .where(
            scope(actor, P.APPLICATION_READ),
            or_(Application.status.in_(_OPEN), _has_trial_ahead()),
            place.authority_id.in_(actor.officer_of),
            place.state != AssignmentState.DECLINED,
        )
        .order_by(Application.changed_at, place.id)
    ).all()


def _has_trial_ahead() -> ColumnElement[bool]:
    """Keep admitted cases until their trial has ended: it needs officers as the review did."""
    has_ended = exists().where(Trial.application_id == Application.id, Trial.ended_at.is_not(None))
    return and_(Application.outcome.in_(_ADMITTED), ~has_ended)


def _replacement_tasks(session: Session, actor: Actor) -> list[Task]:
    place, later = aliased(AuthorityAssignment), aliased(AuthorityAssignment)
    rows = session.execute(
        select(
            Application.id.label("application_id"),
            Application.reference,
            Application.title,
            func.min(place.responded_at).label("since"),
        )
        .join(place, place.application_id == Application.id)
        .where(
            scope(actor, P.APPLICATION_ASSIGN),
            Application.status == ApplicationStatus.ASSIGNED,
            place.state == AssignmentState.DECLINED,
            ~exists().where(
                later.application_id == Application.id,
                later.state != AssignmentState.DECLINED,
                later.assigned_at >= place.responded_at,
            ),
        )
        .group_by(Application.id, Application.reference, Application.title)
        .order_by(func.min(place.responded_at), Application.id)
    )
    return [_task("coordination.replace", row, row.since, None) for row in rows]


def _stranded_tasks(session: Session, actor: Actor) -> list[Task]:
    """List the cases on which an authority must act and has nobody who may."""
    place = aliased(AuthorityAssignment)
    since = func.min(func.coalesce(place.responded_at, place.assigned_at))
    rows = session.execute(
        select(
            Application.id.label("application_id"),
            Application.reference,
            Application.title,
            since.label("since"),
            func.min(place.respond_by).filter(place.state == AssignmentState.PROPOSED).label("due"),
        )
        .join(place, place.application_id == Application.id)
        .where(
            scope(actor, P.APPLICATION_ASSIGN),
            Application.status.in_(_OPEN),
            is_stranded(place),
        )
        .group_by(Application.id, Application.reference, Application.title)
        .order_by(since, Application.id)
    )
    return [_task("coordination.nobody", row, row.since, row.due) for row in rows]


def _task(kind: str, row: Line, since: datetime, due_on: date | None) -> Task:
    return Task(
        kind=kind,
        reference=row.reference or "",
        title=row.title,
        since=since,
        due_on=due_on,
        endpoint=_PAGES[kind],
        values={"application_id": str(row.application_id)},
    )
