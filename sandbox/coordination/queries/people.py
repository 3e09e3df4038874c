"""Read who works on a case for an authority, and who is told about it.

Nobody who is recused from a case is offered for it or told about it.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import Reader, holds_place
from sandbox.models import (
    AuthorityMembership,
    ConflictDeclaration,
    OfficerAssignment,
    Person,
)
from sandbox.models.people import AuthorityRole


def _not_recused(application_id: UUID) -> ColumnElement[bool]:
    return ~exists().where(
        ConflictDeclaration.application_id == application_id,
        ConflictDeclaration.person_id == Person.id,
        ConflictDeclaration.has_conflict.is_(True),
    )


def is_recused(session: Session, application_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person has declared a conflict of interest in a case."""
    found = session.scalar(
        select(ConflictDeclaration.id).where(
            ConflictDeclaration.application_id == application_id,
            ConflictDeclaration.person_id == person_id,
            ConflictDeclaration.has_conflict.is_(True),
        )
    )
    return found is not None


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
            _not_recused(application_id),
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
            _not_recused(application_id),
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
    return _recipients(session, _people().where(is_head | is_named, _not_recused(application_id)))


def _people() -> Select[UUID, str, str]:
    return select(Person.id, Person.email, Person.language).where(Person.active.is_(True))


def _recipients(session: Session, statement: Select[UUID, str, str]) -> list[Reader]:
    return [Reader(*row) for row in session.execute(statement.order_by(Person.email))]
