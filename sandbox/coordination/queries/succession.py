"""Read what moves when an authority ends, in pieces, each with a fixed number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import NotFound
from sandbox.applications.queries import Reader, map_answers
from sandbox.coordination.queries.cases import OPEN, has_trial_work
from sandbox.coordination.queries.people import is_stranded
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import Answers, PolicyPack, SuccessionSpec
from sandbox.domain.succession import is_first
from sandbox.kernel.paging import Page, paged
from sandbox.models import (
    Application,
    AppliedSuccession,
    Authority,
    AuthorityAssignment,
    AuthorityMembership,
    CriterionReview,
    InheritedPlace,
    Membership,
    OfficerAssignment,
    PackVersion,
    Person,
    Position,
    StaffGrant,
)
from sandbox.models.coordination import STANDING, AssignmentState
from sandbox.models.people import AuthorityRole
from sandbox.models.programme import PackState
from sandbox.packs import active

CHUNK = 250
Plain = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Moving:
    """Hold some cases that move, with everything of them that a succession touches.

    Shape: every mapping is by the id of the case. What the successors have is there to be changed;
    all that are seated, and what the authority that ends leaves, are plain rows: they are many.
    """

    applications: Sequence[Application]
    seated: Mapping[UUID, list[Plain]]
    answers: Mapping[UUID, Answers]
    left_positions: Mapping[UUID, list[Plain]]
    left_reviews: Mapping[UUID, list[Plain]]
    places: Mapping[UUID, list[AuthorityAssignment]]
    positions: Mapping[UUID, list[Position]]
    reviews: Mapping[UUID, list[CriterionReview]]
    officers: Mapping[UUID, list[OfficerAssignment]]
    inherited: Mapping[UUID, list[InheritedPlace]]


def lock_authority(session: Session, code: str) -> Authority | None:
    """Take the row of an authority, so that it ends once and nobody asks it meanwhile."""
    return session.scalar(select(Authority).where(Authority.code == code).with_for_update())


def is_overtaken(session: Session, pack: PolicyPack) -> bool:
    """Tell whether people have put other rules in force since this transaction asked for them."""
    chosen = session.scalar(
        select(PackVersion.semver).where(
            PackVersion.code == pack.code, PackVersion.state == PackState.ACTIVE.value
        )
    )
    return chosen is not None and chosen != active.version_in_force()


def _is_moving(place: Any) -> ColumnElement[bool]:
    """Tell whether a case is open to an authority: undecided, or its trial still needs it."""
    is_on: ColumnElement[bool] = place.state.in_(STANDING)
    return is_on & or_(Application.status.in_(OPEN), has_trial_work(place))


def read_moving(
    session: Session, authority_id: UUID, heirs: Sequence[UUID], after: UUID | None
) -> Moving | None:
    """Take the next open cases of an authority; None once there are no more."""
    statement = (
        select(Application)
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .where(
            AuthorityAssignment.authority_id == authority_id,
            _is_moving(AuthorityAssignment),
        )
        .order_by(Application.id)
        .limit(CHUNK)
        .with_for_update(of=Application)
    )
    if after is not None:
        statement = statement.where(Application.id > after)
    applications = session.scalars(statement).all()
    if not applications:
        return None
    ids = [each.id for each in applications]
    return Moving(
        applications=applications,
        seated=_plain(session, _SEAT, ids),
        answers=map_answers(session, ids),
        left_positions=_plain(session, _WORD, ids, Position.authority_id == authority_id),
        left_reviews=_plain(session, _MARK, ids, CriterionReview.authority_id == authority_id),
        places=_by_case(
            session, AuthorityAssignment, ids, AuthorityAssignment.authority_id.in_(heirs)
        ),
        positions=_by_case(session, Position, ids, Position.authority_id.in_(heirs)),
        reviews=_by_case(session, CriterionReview, ids, CriterionReview.authority_id.in_(heirs)),
        officers=_by_case(session, OfficerAssignment, ids, OfficerAssignment.ended_at.is_(None)),
        inherited=_by_case(session, InheritedPlace, ids),
    )


_SEAT = (
    AuthorityAssignment.application_id,
    AuthorityAssignment.authority_id,
    AuthorityAssignment.role,
    AuthorityAssignment.state,
    AuthorityAssignment.assigned_at,
    AuthorityAssignment.respond_by,
    AuthorityAssignment.responded_at,
    AuthorityAssignment.tacit,
)
_WORD = (
    Position.application_id,
    Position.stance,
    Position.reasons,
    Position.conditions,
    Position.tacit,
    Position.proportionality,
    Position.taken_by_id,
    Position.taken_at,
    Position.inherited_from,
)
_MARK = (
    CriterionReview.application_id,
    CriterionReview.criterion,
    CriterionReview.mark,
    CriterionReview.note,
    CriterionReview.reviewed_by_id,
    CriterionReview.reviewed_at,
)


def _plain(
    session: Session,
    columns: tuple[Any, ...],
    ids: Sequence[UUID],
    *conditions: ColumnElement[bool],
) -> dict[UUID, list[Plain]]:
    """Read columns of a table by the case, which is the first of them."""
    found: defaultdict[UUID, list[Plain]] = defaultdict(list)
    order = columns[0].class_.id
    for row in session.execute(
        select(*columns).where(columns[0].in_(ids), *conditions).order_by(order)
    ):
        found[row.application_id].append(row)
    return found


def _by_case(
    session: Session, model: Any, ids: Sequence[UUID], *conditions: ColumnElement[bool]
) -> dict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in session.scalars(
        select(model).where(model.application_id.in_(ids), *conditions).order_by(model.id)
    ):
        found[row.application_id].append(row)
    return found


def list_answered(session: Session, ids: Sequence[UUID]) -> Sequence[Application]:
    """List which of these cases wait for the answers of authorities although none is missing."""
    missing = select(AuthorityAssignment.id).where(
        AuthorityAssignment.application_id == Application.id,
        AuthorityAssignment.state == AssignmentState.PROPOSED,
    )
    return session.scalars(
        select(Application)
        .where(
            Application.id.in_(ids),
            Application.status == ApplicationStatus.ASSIGNED,
            ~missing.exists(),
        )
        .order_by(Application.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Prepared:
    """Hold a succession of the pack with what it would move, or has moved.

    Shape: `applied_at` and `moved` where it was applied; `undecided` and `trials` count the open
    cases of the authority; `is_due` tells whether it may be applied now.
    """

    spec: SuccessionSpec
    authority_id: UUID | None
    applied_at: datetime | None
    moved: int
    undecided: int
    trials: int
    is_due: bool


def list_successions(session: Session, pack: PolicyPack, today: date) -> Sequence[Prepared]:
    """List the successions that a pack prepares, in two statements."""
    rows = session.execute(
        select(Authority.code, Authority.id, AppliedSuccession.applied_at, AppliedSuccession.moved)
        .outerjoin(AppliedSuccession, AppliedSuccession.authority_id == Authority.id)
        .where(Authority.code.in_([each.authority for each in pack.successions]))
    )
    known = {row.code: row for row in rows}
    applied = {code for code, row in known.items() if row.applied_at is not None}
    counts = count_moving(session, [row.id for row in known.values()])
    found = []
    for spec in pack.successions:
        row = known.get(spec.authority)
        undecided, trials = (0, 0) if row is None else counts.get(row.id, (0, 0))
        found.append(
            Prepared(
                spec=spec,
                authority_id=None if row is None else row.id,
                applied_at=None if row is None else row.applied_at,
                moved=0 if row is None else row.moved or 0,
                undecided=undecided,
                trials=trials,
                is_due=spec.on <= today
                and spec.authority not in applied
                and is_first(pack, spec, applied),
            )
        )
    return found


def get_succession(session: Session, pack: PolicyPack, key: str, today: date) -> Prepared:
    """Return one succession of a pack. Raises: NotFound."""
    for each in list_successions(session, pack, today):
        if each.spec.key == key:
            return each
    raise NotFound(succession=key)


def count_moving(session: Session, authority_ids: Sequence[UUID]) -> Mapping[UUID, tuple[int, int]]:
    """Count the open cases of authorities. Shape: undecided ones, and those with a trial."""
    undecided = func.sum(case((Application.status.in_(OPEN), 1), else_=0))
    rows = session.execute(
        select(
            AuthorityAssignment.authority_id,
            func.coalesce(undecided, 0).label("undecided"),
            func.count().label("every"),
        )
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .where(
            AuthorityAssignment.authority_id.in_(authority_ids),
            _is_moving(AuthorityAssignment),
        )
        .group_by(AuthorityAssignment.authority_id)
    )
    return {row.authority_id: (row.undecided, row.every - row.undecided) for row in rows}


def list_moving(
    session: Session, authority_id: UUID | None, after: str | None
) -> Page[Row[*tuple[Any, ...]]]:
    """Page through the open cases of an authority by their references.

    Shape: an administrator reads no content: rows of reference, status and role.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(
            Application.status,
            AuthorityAssignment.role,
            Application.reference,
        )
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .where(
            AuthorityAssignment.authority_id == authority_id,
            _is_moving(AuthorityAssignment),
        )
    )
    return paged(session, statement, (Application.reference,), (str,), after, descending=False)


def list_memberships(
    session: Session, authority_ids: Sequence[UUID]
) -> Mapping[UUID, frozenset[UUID]]:
    """Map authorities to the people who act for them now."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    rows = session.execute(
        select(AuthorityMembership.authority_id, AuthorityMembership.person_id)
        .join(Person, Person.id == AuthorityMembership.person_id)
        .where(AuthorityMembership.authority_id.in_(authority_ids), Person.active.is_(True))
    )
    for row in rows:
        found[row.authority_id].add(row.person_id)
    return {authority: frozenset(people) for authority, people in found.items()}


def list_companies(
    session: Session, organisations: Sequence[UUID]
) -> Mapping[UUID, Sequence[Reader]]:
    """Map organisations to their people who can be written to."""
    found: defaultdict[UUID, list[Reader]] = defaultdict(list)
    rows = session.execute(
        select(Membership.organisation_id, Person.id, Person.email, Person.language)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id.in_(organisations),
            Person.active.is_(True),
            Person.confirmed_at.is_not(None),
        )
        .order_by(Person.email)
    )
    for row in rows:
        found[row.organisation_id].append(Reader(row.id, row.email, row.language))
    return found


def list_concerned(session: Session, former: UUID, successors: Sequence[UUID]) -> Sequence[Reader]:
    """List whom the end of an authority concerns as such, each once.

    Everybody of the authority that ends, the heads of its successors, and the secretariat.
    """
    own = select(AuthorityMembership.person_id).where(AuthorityMembership.authority_id == former)
    heads = select(AuthorityMembership.person_id).where(
        AuthorityMembership.authority_id.in_(successors),
        AuthorityMembership.role == AuthorityRole.HEAD,
    )
    secretariat = select(StaffGrant.person_id).where(StaffGrant.role == "caseworker")
    rows = session.execute(
        select(Person.id, Person.email, Person.language)
        .where(
            Person.active.is_(True),
            Person.confirmed_at.is_not(None),
            or_(Person.id.in_(own), Person.id.in_(heads), Person.id.in_(secretariat)),
        )
        .order_by(Person.email)
    )
    return [Reader(*row) for row in rows]


def count_stranded(session: Session, authority_ids: Sequence[UUID]) -> int:
    """Count the cases on which one of these authorities must act and has nobody who may."""
    place = aliased(AuthorityAssignment)
    statement = (
        select(func.count(Application.id.distinct()))
        .join(place, place.application_id == Application.id)
        .where(place.authority_id.in_(authority_ids), is_stranded(place))
    )
    return session.scalar(statement) or 0
