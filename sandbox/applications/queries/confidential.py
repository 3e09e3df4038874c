"""Tell which readers have opened the confidential parts of a case: the record of it is the key."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.models import Application, AuthorityAssignment, Submission


def list_marked(session: Session, application_id: UUID) -> frozenset[str]:
    """Name the questions that the company marked as confidential in anything that it sent.

    What was marked once is closed in what was sent before and afterwards too: it is the same
    matter, and a mark that came late is to close what it can.
    """
    marks = session.scalars(
        select(Submission.content["confidential"]).where(
            Submission.application_id == application_id
        )
    )
    return frozenset(key for marked in marks for key in marked)


def list_closed(session: Session, actor: Actor, application: Application) -> frozenset[str]:
    """Name the questions of which somebody does not read the answers before opening them.

    To the company nothing of its own is closed. Units: two statements, one where nothing is marked.
    """
    if application.organisation_id in actor.member_of:
        return frozenset()
    marked = list_marked(session, application.id)
    return frozenset() if not marked or has_opened(session, actor, application.id) else marked


def closed_marks(actor: Actor, case: Any) -> ColumnElement[str | None]:
    """Ask the same within a statement that reads a case already; `read_marks` reads the column.

    Shape: `case` is the column with the id of the application. Whoever uses it sees to it that to
    the company nothing is closed.
    """
    opened = _opened(actor).where(AuditEntry.application_id == case).correlate_except(AuditEntry)
    return all_marks(case, ~opened.exists())


def all_marks(case: Any, *conditions: ColumnElement[bool]) -> ColumnElement[str | None]:
    """Ask what `list_marked` returns within a statement that reads a case already."""
    sent = aliased(Submission)
    return (
        select(func.aggregate_strings(cast(sent.content["confidential"], String), ","))
        .where(sent.application_id == case, *conditions)
        .correlate_except(sent)
        .scalar_subquery()
    )


def read_marks(column: str | None) -> frozenset[str]:
    """Return the questions of such a column, which holds a list for each submission."""
    return frozenset(key for marked in json.loads(f"[{column or ''}]") for key in marked)


def has_opened(session: Session, actor: Actor, application_id: UUID) -> bool:
    """Tell whether somebody has opened the confidential parts of a case."""
    opened = _opened(actor).where(AuditEntry.application_id == application_id)
    return session.scalar(opened.limit(1)) is not None


def _opened(actor: Actor) -> Select[UUID]:
    return select(AuditEntry.id).where(
        AuditEntry.deed == Deed.CONFIDENTIAL_OPENED.value,
        AuditEntry.person_id == actor.person_id,
    )


def authority_of(session: Session, actor: Actor, application_id: UUID) -> UUID | None:
    """Return the authority on a case for which somebody reads it; None for the secretariat."""
    place = select(AuthorityAssignment.authority_id).where(
        AuthorityAssignment.application_id == application_id,
        AuthorityAssignment.authority_id.in_(actor.officer_of),
    )
    return session.scalar(place.order_by(AuthorityAssignment.assigned_at).limit(1))
