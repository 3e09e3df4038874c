"""Tell who is asked to take a case, who does not, and that its review begins."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_caseworkers
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    AuthorityAssignment,
)


def authority_asked(
    session: Session,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
    *,
    reason: str,
) -> None:
    """Ask the heads of an authority whether it takes the case, with the reason if one was due."""
    for head in queries.list_heads(session, application.id, [assignment.authority_id]):
        tell(
            session,
            head,
            "assigned",
            application,
            now,
            role=assignment.role,
            respond_by=assignment.respond_by,
            reason=reason,
        )


def authority_declined(
    session: Session,
    application: Application,
    assignment: AuthorityAssignment,
    now: datetime,
    *,
    review_begins: bool,
) -> None:
    """Tell the secretariat that an authority does not take the case, and why."""
    for caseworker in list_caseworkers(session, application.id):
        tell(
            session,
            caseworker,
            "declined",
            application,
            now,
            authority=assignment.authority.code,
            role=assignment.role,
            reason=assignment.reason,
            review_begins=review_begins,
        )


def review_started(
    session: Session,
    application: Application,
    authorities: Iterable[UUID],
    due_on: date,
    now: datetime,
) -> None:
    """Tell everybody who works on the case that the review begins, and until when."""
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "review_started", application, now, due_on=due_on)
