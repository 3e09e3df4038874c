"""Read whom to tell about a case."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.models import (
    AuthorityAssignment,
    AuthorityMembership,
    ConflictDeclaration,
    Membership,
    OfficerAssignment,
    Person,
    StaffGrant,
)
from sandbox.models.coordination import STANDING
from sandbox.models.people import AuthorityRole


@dataclass(frozen=True, slots=True)
class Reader:
    """Name a person to write to."""

    id: UUID
    email: str
    language: str


def list_members(session: Session, organisation_id: UUID) -> tuple[Reader, ...]:
    """List the people of an organisation who can be written to."""
    return _readers(
        session,
        _people().join(Membership).where(Membership.organisation_id == organisation_id),
    )


def list_caseworkers(session: Session, application_id: UUID) -> tuple[Reader, ...]:
    """List the caseworkers who may hear of a case: those without a conflict of interest in it."""
    return _readers(
        session,
        _people()
        .join(StaffGrant)
        .where(StaffGrant.role == "caseworker", ~has_conflict(application_id)),
    )


def has_conflict(application_id: Any, person_id: Any = Person.id) -> ColumnElement[bool]:
    """Tell whether a person has declared a conflict of interest in a case, and so is recused.

    Shape: each is an id, or a column of the statement around it.
    """
    recusal = aliased(ConflictDeclaration)
    return (
        exists()
        .where(
            recusal.application_id == application_id,
            recusal.person_id == person_id,
            recusal.has_conflict.is_(True),
        )
        .correlate_except(recusal)
    )


def holds_place(place: Any = OfficerAssignment) -> ColumnElement[bool]:
    """Tell whether an officer's place is filled now: not ended, and its officer still there.

    Whoever leaves the authority, or loses the account, is named no longer, though nobody has
    ended the place. Shape: `place` is the table or an alias of it.
    """
    still_there = (
        exists()
        .where(
            AuthorityMembership.person_id == place.person_id,
            AuthorityMembership.authority_id == place.authority_id,
            Person.id == place.person_id,
            Person.active.is_(True),
        )
        .correlate(place)
    )
    is_open: ColumnElement[bool] = place.ended_at.is_(None)
    return is_open & still_there


def list_case_officers(session: Session, application_id: UUID) -> tuple[Reader, ...]:
    """List who works on a case for an authority: the officers named for it, and the heads."""
    named = select(OfficerAssignment.person_id).where(
        OfficerAssignment.application_id == application_id, holds_place()
    )
    heads = (
        select(AuthorityMembership.person_id)
        .join(
            AuthorityAssignment,
            AuthorityAssignment.authority_id == AuthorityMembership.authority_id,
        )
        .where(
            AuthorityMembership.role == AuthorityRole.HEAD,
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.state.in_(STANDING),
        )
    )
    return _readers(
        session,
        _people().where(
            or_(Person.id.in_(named), Person.id.in_(heads)), ~has_conflict(application_id)
        ),
    )


def _people() -> Select[UUID, str, str]:
    return select(Person.id, Person.email, Person.language).where(
        Person.active, Person.confirmed_at.is_not(None)
    )


def _readers(session: Session, statement: Select[UUID, str, str]) -> tuple[Reader, ...]:
    rows = session.execute(statement.order_by(Person.email))
    return tuple(Reader(*row) for row in rows)
