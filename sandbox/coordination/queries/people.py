"""Read who works on a case for an authority, and who is told about it.

Nobody who is recused from a case is offered for it or told about it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import Reader, has_conflict, holds_place
from sandbox.coordination.queries.cases import OPEN, has_trial_work
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    AuthorityMembership,
    OfficerAssignment,
    Person,
    Position,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.models.people import AuthorityRole


def has_head(place: Any) -> ColumnElement[bool]:
    """Tell whether an authority has a head who may act on a case: at work, and not recused.

    Shape: `place` is the table of assignments or an alias of it.
    """
    # Under their own names the tables would be those of the query around it.
    person, member = aliased(Person), aliased(AuthorityMembership)
    return (
        exists()
        .where(
            member.authority_id == place.authority_id,
            member.role == AuthorityRole.HEAD,
            person.id == member.person_id,
            person.active.is_(True),
            ~has_conflict(place.application_id, member.person_id),
        )
        .correlate(place)
    )


def is_stranded(place: Any) -> ColumnElement[bool]:
    """Tell whether an authority must act on a case and has nobody who may.

    Without a head it cannot answer, nor name an officer; a named officer works on without one.
    Shape: `place` as in `has_trial_work`.
    """
    named = aliased(OfficerAssignment)
    is_manned = exists().where(
        named.application_id == place.application_id,
        named.authority_id == place.authority_id,
        holds_place(named),
    )
    must_answer = and_(place.state == AssignmentState.PROPOSED, Application.status.in_(OPEN))
    return and_(
        ~has_head(place),
        or_(must_answer, and_(needs_officer(place), ~is_manned.correlate(place))),
    )


def needs_officer(place: Any) -> ColumnElement[bool]:
    """Tell whether an authority that took a case still has work on it, or on its trial.

    An associate has nothing left to do between its position and the trial; the lead must decide.
    Shape: `place` as in `has_trial_work`.
    """
    position = aliased(Position)
    has_spoken = exists().where(
        position.application_id == place.application_id,
        position.authority_id == place.authority_id,
    )
    return and_(
        place.state == AssignmentState.ACCEPTED,
        or_(
            has_trial_work(place),
            and_(
                Application.status.in_(OPEN),
                or_(place.role == AssignmentRole.LEAD, ~has_spoken.correlate(place)),
            ),
        ),
    )


def is_by_recused() -> ColumnElement[bool]:
    """Tell of a position whether whoever took it has declared a conflict of interest since."""
    return has_conflict(Position.application_id, Position.taken_by_id)


def list_needing(session: Session, application_id: UUID) -> Sequence[UUID]:
    """List the authorities that have work for an officer on a case, or on its trial.

    One whose position was taken by somebody recused may still look at it again.
    """
    to_confirm = exists().where(
        Position.application_id == application_id,
        Position.authority_id == AuthorityAssignment.authority_id,
        is_by_recused(),
    )
    return session.scalars(
        select(AuthorityAssignment.authority_id)
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .where(
            Application.id == application_id,
            or_(
                needs_officer(AuthorityAssignment),
                and_(Application.status.in_(OPEN), to_confirm),
            ),
        )
    ).all()


def list_speaking(session: Session, application_id: UUID, person_id: UUID) -> Sequence[UUID]:
    """List the authorities whose position on an undecided case was taken by this person."""
    return session.scalars(
        select(Position.authority_id)
        .join(Application, Application.id == Position.application_id)
        .where(
            Application.id == application_id,
            Application.status.in_(OPEN),
            Position.taken_by_id == person_id,
        )
    ).all()


def list_stranded(session: Session, application_id: UUID) -> Sequence[str]:
    """List the codes of the authorities on a case that must act and have nobody who may."""
    return session.scalars(
        select(Authority.code)
        .join(AuthorityAssignment, AuthorityAssignment.authority_id == Authority.id)
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .where(
            Application.id == application_id,
            is_stranded(AuthorityAssignment),
        )
        .order_by(Authority.code)
    ).all()


def is_recused(session: Session, application_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person has declared a conflict of interest in a case."""
    return bool(session.scalar(select(has_conflict(application_id, person_id))))


def list_candidates(
    session: Session, application_id: UUID, authority_id: UUID
) -> Sequence[Row[UUID, str, str]]:
    """List whom an authority may name for a case: id, name and role, recused people left out."""
    return session.execute(
        select(Person.id, Person.name, AuthorityMembership.role)
        .join(AuthorityMembership, AuthorityMembership.person_id == Person.id)
        .where(
            AuthorityMembership.authority_id == authority_id,
            Person.active.is_(True),
            ~has_conflict(application_id),
        )
        .order_by(AuthorityMembership.role.desc(), Person.name, Person.id)
    ).all()


def find_named(
    session: Session, application_id: UUID, authority_id: UUID
) -> OfficerAssignment | None:
    """Return the officer's place that an authority has filled for a case, if it has."""
    return session.scalar(
        select(OfficerAssignment).where(
            OfficerAssignment.application_id == application_id,
            OfficerAssignment.authority_id == authority_id,
            holds_place(),
        )
    )


def list_places(
    session: Session, application_id: UUID, authority_id: UUID
) -> Sequence[OfficerAssignment]:
    """List an authority's places on a case that nobody has ended, by people who left included."""
    return session.scalars(
        select(OfficerAssignment)
        .where(
            OfficerAssignment.application_id == application_id,
            OfficerAssignment.authority_id == authority_id,
            OfficerAssignment.ended_at.is_(None),
        )
        .order_by(OfficerAssignment.named_at.desc(), OfficerAssignment.id)
    ).all()


def list_named(
    session: Session, application_id: UUID, person_id: UUID
) -> Sequence[OfficerAssignment]:
    """List the officer's places that a person holds on a case."""
    return session.scalars(
        select(OfficerAssignment).where(
            OfficerAssignment.application_id == application_id,
            OfficerAssignment.person_id == person_id,
            OfficerAssignment.ended_at.is_(None),
        )
    ).all()


def list_heads(session: Session, application_id: UUID, authorities: Iterable[UUID]) -> list[Reader]:
    """List the heads of authorities to whom a case may be mentioned."""
    statement = _people().join(AuthorityMembership, AuthorityMembership.person_id == Person.id)
    return _recipients(
        session,
        statement.where(
            AuthorityMembership.authority_id.in_(list(authorities)),
            AuthorityMembership.role == AuthorityRole.HEAD,
            ~has_conflict(application_id),
        ),
    )


def list_team(session: Session, application_id: UUID, authorities: Iterable[UUID]) -> list[Reader]:
    """List the heads of authorities and the officers they have named for a case, each once."""
    wanted = list(authorities)
    is_head = exists().where(
        AuthorityMembership.person_id == Person.id,
        AuthorityMembership.authority_id.in_(wanted),
        AuthorityMembership.role == AuthorityRole.HEAD,
    )
    is_named = exists().where(
        OfficerAssignment.person_id == Person.id,
        OfficerAssignment.application_id == application_id,
        OfficerAssignment.authority_id.in_(wanted),
        holds_place(),
    )
    return _recipients(session, _people().where(is_head | is_named, ~has_conflict(application_id)))


def _people() -> Select[UUID, str, str]:
    return select(Person.id, Person.email, Person.language).where(Person.active.is_(True))


def _recipients(session: Session, statement: Select[UUID, str, str]) -> list[Reader]:
    return [Reader(*row) for row in session.execute(statement.order_by(Person.email))]
