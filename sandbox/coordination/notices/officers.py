"""Tell officers and heads who works on a case, and that nobody is left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader, list_caseworkers
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    Person,
)


def officer_named(
    session: Session, application: Application, person: Person, now: datetime
) -> None:
    """Ask the officer who was named to declare about conflicts of interest first."""
    to = Reader(person.id, person.email, person.language)
    tell(session, to, "officer_named", application, now)


def officer_recused(
    session: Session,
    application: Application,
    authority_id: UUID,
    now: datetime,
    *,
    officer_missing: bool,
    position_stands: bool,
) -> None:
    """Tell the heads of an authority who of it is recused; not why, which is personal.

    Shape: `officer_missing` where another officer is to be named; `position_stands` where the
    authority's position is that of whoever is recused.
    """
    for head in queries.list_heads(session, application.id, [authority_id]):
        tell(
            session,
            head,
            "officer_recused",
            application,
            now,
            officer_missing=officer_missing,
            position_stands=position_stands,
        )


def nobody_left(session: Session, application: Application, authority: str, now: datetime) -> None:
    """Tell the secretariat that nobody of an authority may act on a case any more."""
    for caseworker in list_caseworkers(session, application.id):
        tell(session, caseworker, "nobody_left", application, now, authority=authority)
