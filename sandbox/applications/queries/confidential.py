"""Tell which readers have opened the confidential parts of a case: the record of it is the key."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.models import AuthorityAssignment


def has_opened(session: Session, actor: Actor, application_id: UUID, organisation_id: UUID) -> bool:
    """Tell whether somebody has opened the confidential parts of a case, or is of its company."""
    if organisation_id in actor.member_of:
        return True
    opened = select(AuditEntry.id).where(
        AuditEntry.application_id == application_id,
        AuditEntry.deed == Deed.CONFIDENTIAL_OPENED.value,
        AuditEntry.person_id == actor.person_id,
    )
    return session.scalar(opened.limit(1)) is not None


def authority_of(session: Session, actor: Actor, application_id: UUID) -> UUID | None:
    """Return the authority on a case for which somebody reads it; None for the secretariat."""
    place = select(AuthorityAssignment.authority_id).where(
        AuthorityAssignment.application_id == application_id,
        AuthorityAssignment.authority_id.in_(actor.officer_of),
    )
    return session.scalar(place.order_by(AuthorityAssignment.assigned_at).limit(1))
