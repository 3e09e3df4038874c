"""Tell what is announced to the company, and what it answers."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_members
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    PreliminaryResult,
)


def preliminary_announced(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell the company what is to be decided and until when it may answer, and the authorities."""
    told = {"outcome": result.outcome, "due_on": result.due_on}
    for person in list_members(session, application.organisation_id):
        tell(session, person, "preliminary_announced", application, now, **told)
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "preliminary_announced_for_authorities", application, now, **told)


def preliminary_answered(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell the authorities what the company says, so that they may change their positions."""
    told = {"answer": result.answer, "late": result.late, "number": result.number}
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "preliminary_answered", application, now, **told)


def preliminary_silent(
    session: Session,
    application: Application,
    result: PreliminaryResult,
    authorities: Iterable[UUID],
    now: datetime,
) -> None:
    """Tell both sides that the term has passed: now the lead may decide."""
    for person in list_members(session, application.organisation_id):
        tell(session, person, "preliminary_passed", application, now, due_on=result.due_on)
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "preliminary_silent", application, now, due_on=result.due_on)
