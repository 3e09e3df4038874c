"""List what waits for somebody among the cases that authorities share."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import conceivable, scope
from sandbox.access.permissions import P
from sandbox.applications.queries import holds_place, priorities_of
from sandbox.coordination.actions import OPEN_IN, CoordinationAction
from sandbox.coordination.clocks import position_clock
from sandbox.coordination.queries.batches import list_broken_off
from sandbox.coordination.queries.cases import OPEN, has_trial_work
from sandbox.coordination.queries.people import is_by_recused, is_stranded
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import Stop
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    Batch,
    ClockStop,
    ConflictDeclaration,
    CriterionReview,
    LeadOffer,
    OfficerAssignment,
    Position,
)
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState, OfferState
from sandbox.packs import active

# A row of a query whose columns are named in the query itself.
Line = Row[*tuple[Any, ...]]

_NEVER = 1_000_000  # more authorities than any case has
_POSITIONS_OPEN = (ApplicationStatus.UNDER_REVIEW, ApplicationStatus.DELIBERATION)
_REVIEW_OPEN = (*_POSITIONS_OPEN, ApplicationStatus.INFORMATION_REQUESTED)
_JUDGING = ("coordination.review", "coordination.position")
# What each kind of task is done on; the page checks again whether it may be done.
_PAGES = {
    "coordination.answer": "coordination.assignment",
    "coordination.take_lead": "coordination.lead_answer",
    "coordination.name_officer": "coordination.officer",
    "coordination.declare": "coordination.conflict",
    "coordination.review": "coordination.review",
    "coordination.position": "coordination.position",
    "coordination.confirm": "coordination.position",
    "coordination.decide": "coordination.issue",
    "coordination.replace": "coordination.replacement",
    "coordination.nobody": "home.case",
}


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what the actor has to do for an authority, and what the secretariat must mend.

    Of each kind only the most urgent are read.
    """
    tasks: list[Task] = []
    if actor.officer_of:
        tasks += _authority_tasks(session, actor, now)
    if conceivable(actor, P.APPLICATION_ASSIGN):
        tasks += _secretariat_tasks(session, actor)
        tasks += (_batch_task(each) for each in list_broken_off(session, actor, now))
    return tasks


def _batch_task(batch: Batch) -> Task:
    """Lead to a deed on several cases that broke off."""
    return Task(
        kind="coordination.batch",
        reference="",
        title="",
        since=batch.begun_at,
        due_on=None,
        endpoint="batches.show",
        values={"batch_id": str(batch.id)},
    )


def _authority_tasks(session: Session, actor: Actor, now: datetime) -> Iterator[Task]:
    rows = _authority_rows(session, actor)
    for _, group in groupby(rows, key=attrgetter("assignment_id")):
        same = list(group)
        row = same[0]
        stops = tuple(
            Stop(each.started_on, each.ended_on, each.reason)
            for each in same
            if each.started_on is not None
        )
        if row.kind == "coordination.answer":
            yield _task(row.kind, row, row.since, row.respond_by)
        elif row.kind in _JUDGING:
            yield _task(row.kind, row, row.since, _positions_due(row, stops, now))
        else:
            yield _task(row.kind, row, row.since, None)


def _positions_due(row: Line, stops: Sequence[Stop], now: datetime) -> date | None:
    if row.status != ApplicationStatus.UNDER_REVIEW.value:
        return None
    pack = active.find_pack_of(row)
    if pack is None:
        # Nobody can say when a term ends under rules that this release cannot read.
        return None
    timezone = pack.calendar.timezone
    started_on = local_day(row.review_started_at, timezone)
    today = local_day(now, timezone)
    return position_clock(pack, started_on, stops, today, row.authority).due_on


def _authority_rows(session: Session, actor: Actor) -> Sequence[Line]:
    """Read the places on which something waits for the actor, of each kind the most urgent."""
    facts = _facts(actor)
    kinds = select(facts, _kind(facts, actor).label("kind")).subquery()
    since = {
        "coordination.answer": kinds.c.assigned_at,
        "coordination.take_lead": kinds.c.offered_at,
        "coordination.name_officer": kinds.c.responded_at,
        "coordination.declare": kinds.c.named_at,
        "coordination.confirm": kinds.c.last_position_at,
        "coordination.decide": kinds.c.last_position_at,
        **dict.fromkeys(_JUDGING, kinds.c.review_started_at),
    }
    waiting = (
        select(kinds, case(since, value=kinds.c.kind).label("since"))
        .where(kinds.c.kind.is_not(None))
        .subquery()
    )
    # Terms of one kind are equally long, so that whoever waits longest is due first.
    order = (waiting.c.since, waiting.c.assignment_id)
    rank = func.row_number().over(partition_by=waiting.c.kind, order_by=order)
    ranked = select(waiting, rank.label("rank")).subquery()
    return session.execute(
        select(ranked, ClockStop.started_on, ClockStop.ended_on, ClockStop.reason)
        .outerjoin(ClockStop, ClockStop.application_id == ranked.c.application_id)
        .where(ranked.c.rank <= MOST_OF_A_KIND + 1)
        .order_by(ranked.c.since, ranked.c.assignment_id)
    ).all()


def _kind(facts: Any, actor: Actor) -> ColumnElement[str | None]:
    """Say what waits for the actor on a place: one thing at most, or nothing."""
    place = facts.c
    is_head = place.authority_id.in_(actor.head_of)
    is_named = place.officer_id == actor.person_id
    is_accepted = place.state == AssignmentState.ACCEPTED
    is_decided = place.status == ApplicationStatus.DECIDED
    asks_for_answer = and_(
        place.state == AssignmentState.PROPOSED,
        place.status.in_(OPEN_IN[CoordinationAction.ANSWER_ASSIGNMENT]),
        is_head,
    )
    # Whoever leads works on after the position: without an officer only a head who has declared
    # can ask the company or decide.
    asks_for_officer = and_(
        is_accepted,
        is_head,
        place.officer_id.is_(None),
        or_(
            is_decided,
            place.own_positions == 0,
            and_(
                place.declared == 0,
                or_(place.role == AssignmentRole.LEAD, place.by_recused > 0),
            ),
        ),
    )
    asks_for_decision = and_(
        is_accepted,
        place.declared > 0,
        place.role == AssignmentRole.LEAD,
        place.status.in_(_POSITIONS_OPEN),
        or_(is_named, is_head),
        place.own_positions > 0,
        or_(place.positions >= place.standing, place.positions >= _quorum(place)),
    )
    asks_for_judgement = and_(
        is_accepted,
        place.declared > 0,
        is_named,
        place.own_positions == 0,
        place.status.in_(_REVIEW_OPEN),
    )
    asks_for_confirmation = and_(
        is_accepted,
        place.declared > 0,
        or_(is_named, and_(is_head, place.officer_id.is_(None))),
        place.by_recused > 0,
        place.status.in_(_POSITIONS_OPEN),
    )
    has_marked_all = place.marked >= _criteria(place)
    return case(
        (asks_for_answer, "coordination.answer"),
        # The answer changes what else there is to do.
        (and_(is_accepted, is_head, place.offered_at.is_not(None)), "coordination.take_lead"),
        (asks_for_officer, "coordination.name_officer"),
        (and_(is_accepted, is_named, place.declared == 0), "coordination.declare"),
        # A position stands whoever gave it; the authority looks at it again before it decides.
        (asks_for_confirmation, "coordination.confirm"),
        (asks_for_decision, "coordination.decide"),
        (and_(asks_for_judgement, ~has_marked_all), "coordination.review"),
        # Nobody takes a position while the company is being asked.
        (and_(asks_for_judgement, place.status.in_(_POSITIONS_OPEN)), "coordination.position"),
        else_=None,
    )


def _quorum(place: Any) -> ColumnElement[int]:
    """Say how many positions suffice under the pack to which a case is pinned; else too many."""
    numbers = [
        (
            and_(place.pack_code == pack.code, place.pack_version == pack.version),
            pack.coordination.quorum,
        )
        for pack in active.registry()
        if pack.coordination.quorum is not None
    ]
    return case(*numbers, else_=_NEVER) if numbers else literal(_NEVER)


def _criteria(place: Any) -> ColumnElement[int]:
    """Say how many criteria the pack has to which a case is pinned."""
    numbers = (
        (and_(place.pack_code == pack.code, place.pack_version == pack.version), len(pack.criteria))
        for pack in active.registry()
    )
    return case(*numbers, else_=0)


def _facts(actor: Actor) -> Any:
    """Say of each place of the actor's authorities what decides whether something waits there."""
    # The policy looks for assignments of its own: under the same name it would find this query's.
    place, other = aliased(AuthorityAssignment), aliased(AuthorityAssignment)
    named = aliased(OfficerAssignment)
    case_id = place.application_id
    own_position = Position.authority_id == place.authority_id
    counted = select(func.count())
    columns = {
        "declared": counted.where(
            ConflictDeclaration.application_id == case_id,
            ConflictDeclaration.person_id == actor.person_id,
            ConflictDeclaration.has_conflict.is_(False),
        ),
        "marked": counted.where(
            CriterionReview.application_id == case_id,
            CriterionReview.authority_id == place.authority_id,
        ),
        "own_positions": counted.where(Position.application_id == case_id, own_position),
        "by_recused": counted.where(
            Position.application_id == case_id, own_position, is_by_recused()
        ),
        "positions": counted.where(Position.application_id == case_id),
        "last_position_at": select(func.max(Position.taken_at)).where(
            Position.application_id == case_id
        ),
        "standing": counted.select_from(other).where(
            other.application_id == case_id, other.state.in_(STANDING)
        ),
        "offered_at": select(func.max(LeadOffer.offered_at)).where(
            LeadOffer.application_id == case_id,
            LeadOffer.to_authority_id == place.authority_id,
            LeadOffer.state == OfferState.OPEN,
        ),
    }
    return (
        select(
            Application.id.label("application_id"),
            Application.reference,
            Application.title,
            Application.status,
            Application.pack_code,
            Application.pack_version,
            Application.priority_codes,
            place.id.label("assignment_id"),
            place.authority_id,
            select(Authority.code)
            .where(Authority.id == place.authority_id)
            .correlate(place)
            .scalar_subquery()
            .label("authority"),
            place.role,
            place.state,
            place.assigned_at,
            place.respond_by,
            place.responded_at,
            # Whoever joined during the review has its whole term, as `position_began` says.
            case(
                (place.responded_at > Application.review_started_at, place.responded_at),
                else_=Application.review_started_at,
            ).label("review_started_at"),
            named.person_id.label("officer_id"),
            named.named_at,
            *(
                statement.correlate(place).scalar_subquery().label(name)
                for name, statement in columns.items()
            ),
        )
        .select_from(Application)
        .join(place, case_id == Application.id)
        .outerjoin(
            named,
            (named.application_id == case_id)
            & (named.authority_id == place.authority_id)
            & holds_place(named),
        )
        .where(
            scope(actor, P.APPLICATION_READ),
            or_(Application.status.in_(OPEN), has_trial_work(place)),
            place.authority_id.in_(actor.officer_of),
            place.state.in_(STANDING),
        )
        .subquery()
    )


def _secretariat_tasks(session: Session, actor: Actor) -> list[Task]:
    kinds = (_to_replace(actor), _stranded(actor))
    rows = session.execute(union_all(*(select(each.subquery()) for each in kinds)))
    return [_task(row.kind, row, row.since, row.due_on) for row in rows]


def _to_replace(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Choose the cases on which nobody was asked since an authority declined."""
    place, later = aliased(AuthorityAssignment), aliased(AuthorityAssignment)
    since = func.min(place.responded_at)
    never = func.min(place.respond_by).filter(false())
    statement = _cases("coordination.replace", place, since, due_on=never)
    return statement.where(
        scope(actor, P.APPLICATION_ASSIGN),
        Application.status == ApplicationStatus.ASSIGNED,
        place.state == AssignmentState.DECLINED,
        ~exists().where(
            later.application_id == Application.id,
            later.state.in_(STANDING),
            later.assigned_at >= place.responded_at,
        ),
    )


def _stranded(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Choose the cases on which an authority must act and has nobody who may."""
    place = aliased(AuthorityAssignment)
    since = func.min(func.coalesce(place.responded_at, place.assigned_at))
    due_on = func.min(place.respond_by).filter(place.state == AssignmentState.PROPOSED)
    return _cases("coordination.nobody", place, since, due_on=due_on).where(
        scope(actor, P.APPLICATION_ASSIGN), is_stranded(place)
    )


def _cases(kind: str, place: Any, since: Any, *, due_on: Any) -> Select[*tuple[Any, ...]]:
    """Choose cases by the places of authorities on them, those that wait longest first."""
    return (
        select(
            literal(kind).label("kind"),
            Application.id.label("application_id"),
            Application.reference,
            Application.title,
            Application.pack_code,
            Application.pack_version,
            Application.priority_codes,
            since.label("since"),
            due_on.label("due_on"),
        )
        .join(place, place.application_id == Application.id)
        .group_by(
            Application.id,
            Application.reference,
            Application.title,
            Application.pack_code,
            Application.pack_version,
            Application.priority_codes,
        )
        .order_by(since, Application.id)
        .limit(MOST_OF_A_KIND + 1)
    )


def _task(kind: str, row: Line, since: datetime, due_on: date | None) -> Task:
    return Task(
        kind=kind,
        reference=row.reference or "",
        title=row.title,
        since=since,
        due_on=due_on,
        endpoint=_PAGES[kind],
        values={"application_id": str(row.application_id)},
        priorities=priorities_of(row),
    )
