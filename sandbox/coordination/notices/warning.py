"""Tell that a term ends soon, or has passed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_caseworkers
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    Authority,
)


def term_ends(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    term: str,
    due_on: date,
) -> None:
    """Warn the heads of an authority that one of its terms ends."""
    for head in queries.list_heads(session, application.id, [authority_id]):
        tell(session, head, "term_ends", application, now, term=term, due_on=due_on)


def term_passed(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    term: str,
    due_on: date,
) -> None:
    """Tell the secretariat that an authority has let a term pass."""
    authority = session.get_one(Authority, authority_id).code
    for caseworker in list_caseworkers(session, application.id):
        tell(
            session,
            caseworker,
            "term_passed",
            application,
            now,
            term=term,
            authority=authority,
            due_on=due_on,
        )
