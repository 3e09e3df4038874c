"""Tell who joins a case during its review, and who is taken off it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    AuthorityAssignment,
)
from sandbox.models.coordination import STANDING


def associate_added(
    session: Session,
    application: Application,
    place: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell whoever works on the case already that one more authority is asked."""
    told = _others(session, application, place)
    for person in queries.list_team(session, application.id, told):
        tell(
            session,
            person,
            "associate_added",
            application,
            now,
            authority=place.authority.code,
            reason=reason,
        )


def associate_released(
    session: Session,
    application: Application,
    place: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell the people of an authority that it leaves the case, and those who stay."""
    params = {"authority": place.authority.code, "reason": reason}
    for person in queries.list_team(session, application.id, [place.authority_id]):
        tell(session, person, "associate_released", application, now, **params)
    told = _others(session, application, place)
    for person in queries.list_team(session, application.id, told):
        tell(session, person, "associate_left", application, now, **params)


def _others(session: Session, application: Application, place: AuthorityAssignment) -> list[UUID]:
    return [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING and each.authority_id != place.authority_id
    ]
