"""Read reliefs: those of one trial, those that end soon, and the register of all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, exists, false, func, null, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import scope
from sandbox.access.permissions import P
from sandbox.applications.queries import closed_marks
from sandbox.domain.packs import PolicyPack, Text
from sandbox.domain.reliefs import (
    REMINDED_DAYS,
    ReliefState,
    ReliefTerm,
    Verdict,
    relief_state,
)
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.paging import Page, paged
from sandbox.models import (
    Authority,
    AuthorityAssignment,
    InheritedPlace,
    Organisation,
    Relief,
    Trial,
)
from sandbox.models.coordination import AssignmentState

LISTED = (ReliefState.IN_FORCE, ReliefState.STOPPED, ReliefState.AHEAD, ReliefState.ENDED)
"""The states by which the register of all reliefs is filtered."""
_OPEN = [status.value for status in OPEN_STATUSES]


@dataclass(frozen=True, slots=True)
class ReliefLine:
    """Hold a relief as a page shows it. Shape: `extends` and `extended_by` are numbers."""

    relief: Relief
    authority: str
    state: ReliefState
    kind: Text | None
    extends: int | None
    extended_by: int | None


def list_reliefs(
    session: Session,
    trial: Any,
    pack: PolicyPack,
    today: date,
    *,
    actor: Actor | None = None,
) -> tuple[ReliefLine, ...]:
    """List the reliefs of a trial that a reader may know of, by number, in one statement.

    What is granted is public, so that `actor` may be missing.
    """
    found = find_with_reliefs(session, Trial.id == trial.id, actor)
    return () if found is None else lines_of(found[1], trial, pack, today)


def find_with_reliefs(
    session: Session,
    which: ColumnElement[bool],
    actor: Actor | None,
) -> tuple[Trial, Sequence[Any], str | None] | None:
    """Return a trial with the reliefs that a reader may know of, in one statement.

    Shape: the rows are what `lines_of` makes lines of; last what `read_marks` reads.
    """
    marks = null() if actor is None else closed_marks(actor, Trial.application_id)
    former = aliased(Relief)
    own = and_(Relief.trial_id == Trial.id, _is_visible(actor))
    rows = session.execute(
        select(Trial, Relief, Authority.code, former.number, marks.label("marks"))
        .select_from(Trial)
        .outerjoin(Relief, own)
        .outerjoin(Authority, Authority.id == Relief.authority_id)
        .outerjoin(former, former.id == Relief.extends_id)
        .where(which)
        .order_by(Relief.number)
    ).all()
    if not rows:
        return None
    return rows[0].Trial, [row for row in rows if row.Relief is not None], rows[0].marks


def lines_of(
    rows: Sequence[Any], trial: Any, pack: PolicyPack, today: date
) -> tuple[ReliefLine, ...]:
    """Say of each relief that was read where it stands on a day."""
    heirs = {row.number: row.Relief.number for row in rows if is_granted(row.Relief)}
    kinds = {kind.key: kind.name for kind in pack.relief_kinds}
    return tuple(
        ReliefLine(
            relief=row.Relief,
            authority=row.code,
            state=state_of(row.Relief, trial.status, today),
            kind=kinds.get(row.Relief.kind),
            extends=row.number,
            extended_by=heirs.get(row.Relief.number),
        )
        for row in rows
    )


def _is_visible(actor: Actor | None) -> ColumnElement[bool]:
    """Tell what a reader may know of: what is granted is public.

    That something was refused is for those who read the trial, and a draft is the authorities'
    until it is decided.
    """
    granted = Relief.verdict == Verdict.GRANTED.value
    if actor is None:
        return granted
    refused = Relief.verdict == Verdict.REFUSED.value
    return or_(
        granted,
        and_(refused, scope(actor, P.TRIAL_READ)),
        and_(Relief.verdict.is_(None), scope(actor, P.RELIEF_DRAFT)),
    )


def knowing(actor: Actor, trial: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Tell whether a reader may know that a relief was refused, and that one is drafted.

    Shape: the columns `may_read` and `may_draft`, for a statement that reads trials by an alias.
    """
    read, draft = (within(actor, each, trial) for each in (P.TRIAL_READ, P.RELIEF_DRAFT))
    return read.label("may_read"), draft.label("may_draft")


def within(actor: Actor, permission: P, trial: Any) -> ColumnElement[bool]:
    """Tell whether a trial that a statement reads by an alias is in the actor's scope."""
    granted = select(Trial.id).where(scope(actor, permission)).correlate(None)
    found: ColumnElement[bool] = trial.id.in_(granted)
    return found


def is_granted(relief: Relief) -> bool:
    """Tell whether an authority has granted a relief, be it in force or not."""
    return relief.verdict == Verdict.GRANTED.value


def term_of(relief: Relief) -> ReliefTerm | None:
    """Return the term of a relief that is granted."""
    if not is_granted(relief) or relief.starts_on is None or relief.ends_on is None:
        return None
    return ReliefTerm(relief.starts_on, relief.ends_on, relief.ended_on)


def state_of(relief: Relief, status: str, today: date) -> ReliefState:
    """Say where a relief stands on a day."""
    verdict = Verdict(relief.verdict) if relief.verdict else None
    return relief_state(verdict, term_of(relief), TrialStatus(status), today)


def find_relief(session: Session, trial_id: UUID, number: int) -> Relief | None:
    """Return a relief of a trial by its number."""
    return session.scalar(
        select(Relief).where(Relief.trial_id == trial_id, Relief.number == number)
    )


def last_number(session: Session, trial_id: UUID) -> int:
    """Return the number of the last relief of a trial, in whatever state; 0 for none."""
    return session.scalar(select(func.max(Relief.number)).where(Relief.trial_id == trial_id)) or 0


def has_open_draft(session: Session, relief: Relief) -> bool:
    """Tell whether the same authority drafts the same already: a form sent twice, or a colleague.

    The same is an answer to the same row, an extension of the same relief, or the same text.
    """
    if relief.extends_id is not None:
        same = Relief.extends_id == relief.extends_id
    elif relief.sought is not None:
        same = and_(Relief.sought == relief.sought, Relief.extends_id.is_(None))
    else:
        same = and_(Relief.provision == relief.provision, Relief.scope == relief.scope)
    found = exists().where(
        Relief.trial_id == relief.trial_id,
        Relief.authority_id == relief.authority_id,
        Relief.verdict.is_(None),
        same,
    )
    return bool(session.scalar(select(found)))


def is_extended(session: Session, relief_id: UUID) -> bool:
    """Tell whether a later relief was granted that extends this one."""
    found = exists().where(Relief.extends_id == relief_id, Relief.verdict == Verdict.GRANTED.value)
    return bool(session.scalar(select(found)))


def list_following(session: Session, relief: Relief) -> Sequence[Relief]:
    """List the granted reliefs that extend this one, the nearest first."""
    rows = session.scalars(
        select(Relief)
        .where(Relief.trial_id == relief.trial_id, Relief.verdict == Verdict.GRANTED.value)
        .order_by(Relief.number)
    )
    found: dict[UUID, Relief] = {relief.id: relief}
    for row in rows:
        if row.extends_id in found:
            found[row.id] = row
    return [row for row in found.values() if row is not relief]


# --- the register of all -------------------------------------------------------------------------


def list_register(
    session: Session,
    today: date,
    *,
    state: str | None = None,
    authority: str | None = None,
    after: str | None = None,
) -> Page[Row[*tuple[Any, ...]]]:
    """Page through the reliefs that were granted, the latest first; each row has its state.

    One of an authority that has ended is found under whoever stands on the case in its place.
    """
    found = _register(today)
    if state:
        found = found.where(_state(today) == state)
    if authority:
        found = found.where(_is_of(authority))
    key = (Relief.decided_at, Relief.id)
    return paged(session, found, key, (datetime, UUID), after)


EXPORT_CHUNK = 500


def list_granted(
    session: Session, trials: Sequence[UUID], today: date
) -> Mapping[UUID, Sequence[Row[*tuple[Any, ...]]]]:
    """List the reliefs that were granted for some trials, each with its state, by trial."""
    found: dict[UUID, list[Row[*tuple[Any, ...]]]] = {}
    statement = (
        _whole(today).where(Relief.trial_id.in_(trials)).order_by(Relief.trial_id, Relief.number)
    )
    for row in session.execute(statement):
        found.setdefault(row.trial_id, []).append(row)
    return found


def each_granted(session: Session, today: date) -> Iterator[Row[*tuple[Any, ...]]]:
    """Give every relief that was granted, the latest first, in pieces: memory stays constant."""
    after: str | None = None
    while True:
        key = (Relief.decided_at, Relief.id)
        page = paged(session, _whole(today), key, (datetime, UUID), after, size=EXPORT_CHUNK)
        yield from page.rows
        if page.next_key is None:
            return
        after = page.next_key


def _whole(today: date) -> Select[*tuple[Any, ...]]:
    """Read all of a granted relief that is public."""
    former = aliased(Relief)
    return (
        _register(today)
        .add_columns(Relief.scope, Relief.neutrality, former.number.label("extends"))
        .outerjoin(former, former.id == Relief.extends_id)
    )


def _register(today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Relief.number,
            Relief.kind,
            Relief.provision,
            Relief.starts_on,
            Relief.ends_on,
            Relief.ended_on,
            Authority.code.label("authority"),
            Organisation.name.label("organisation"),
            Trial.id.label("trial_id"),
            Trial.reference,
            Trial.title,
            Trial.pack_code,
            Trial.pack_version,
            _state(today).label("state"),
            Relief.decided_at,
            Relief.id,
        )
        .join(Trial, Trial.id == Relief.trial_id)
        .join(Organisation, Organisation.id == Trial.organisation_id)
        .join(Authority, Authority.id == Relief.authority_id)
        .where(Relief.verdict == Verdict.GRANTED.value)
    )


def _state(today: date) -> ColumnElement[Any]:
    """Say in SQL what `domain.reliefs.relief_state` says of what is granted."""
    is_over = or_(
        Trial.status.not_in(_OPEN),
        Relief.ends_on < today,
        and_(Relief.ended_on.is_not(None), Relief.ended_on <= today),
    )
    return case(
        (is_over, ReliefState.ENDED.value),
        (Relief.starts_on > today, ReliefState.AHEAD.value),
        (Trial.status == TrialStatus.SUSPENDED.value, ReliefState.STOPPED.value),
        else_=ReliefState.IN_FORCE.value,
    )


def _is_of(code: str) -> ColumnElement[bool]:
    heir = aliased(Authority)
    inherited = exists().where(
        InheritedPlace.application_id == Trial.application_id,
        InheritedPlace.predecessor_id == Relief.authority_id,
        InheritedPlace.authority_id == heir.id,
        heir.code == code,
    )
    return or_(Authority.code == code, inherited)


# --- what waits ----------------------------------------------------------------------------------


def drafted_since(actor: Actor) -> ColumnElement[Any]:
    """Tell since when a draft of the trial waits for a verdict that the actor may give.

    Shape: a column for statements that read trials; while the test is suspended nothing waits.
    """
    return _first(
        Relief.drafted_at,
        Relief.verdict.is_(None),
        Trial.status != TrialStatus.SUSPENDED.value,
        _acts_for(actor),
    )


def ends_soon_on(actor: Actor, today: date) -> ColumnElement[Any]:
    """Tell on which day the next relief ends of which the actor has to know.

    The company and the authority are told, until something takes the relief's place.
    Shape: a column for statements that read trials.
    """
    later = aliased(Relief)
    is_extended = (
        exists()
        .where(
            later.trial_id == Relief.trial_id,
            later.extends_id == Relief.id,
            later.verdict == Verdict.GRANTED.value,
        )
        .correlate(Relief)
    )
    return _first(
        Relief.ends_on,
        Relief.verdict == Verdict.GRANTED.value,
        Relief.starts_on <= today,
        Relief.ends_on.between(today, today + timedelta(days=REMINDED_DAYS)),
        Relief.ended_on.is_(None),
        ~is_extended,
        or_(_acts_for(actor), Trial.organisation_id.in_(actor.member_of)),
    )


def _first(column: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(func.min(column))
        .where(Relief.trial_id == Trial.id, Trial.status.in_(_OPEN), *conditions)
        .correlate(Trial)
        .scalar_subquery()
    )


def _acts_for(actor: Actor) -> ColumnElement[bool]:
    """Tell whether the actor works for the authority of a relief, or for whoever follows it.

    Among the columns of a statement nothing is tied to its tables but what says so: a condition
    that is not would hold over all trials.
    """
    if not actor.officer_of:
        return false()
    follows = exists().where(
        InheritedPlace.application_id == Trial.application_id,
        InheritedPlace.predecessor_id == Relief.authority_id,
        InheritedPlace.authority_id.in_(actor.officer_of),
    )
    stands = exists().where(
        AuthorityAssignment.application_id == Trial.application_id,
        AuthorityAssignment.authority_id == Relief.authority_id,
        AuthorityAssignment.authority_id.in_(actor.officer_of),
        AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
    )
    own = select(Trial.id).where(scope(actor, P.RELIEF_GRANT)).correlate(None)
    ties = [each.correlate(Trial, Relief) for each in (stands, follows)]
    return and_(or_(*ties), Relief.trial_id.in_(own))
