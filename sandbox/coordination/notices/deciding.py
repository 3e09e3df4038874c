"""Tell that the authorities deliberate, and what was decided."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_members
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.domain.packs import PolicyPack
from sandbox.models import (
    Application,
)


def deliberation_opened(
    session: Session, application: Application, authorities: Iterable[UUID], now: datetime
) -> None:
    """Call the authorities on the case to deliberate."""
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "deliberation_opened", application, now)


def decided(
    session: Session,
    application: Application,
    authorities: Iterable[UUID],
    pack: PolicyPack,
    *,
    issuer: str | None,
    now: datetime,
) -> None:
    """Tell the company and the authorities how the case was decided, and by whom (a code)."""
    outcome = str(application.outcome)
    for person in list_members(session, application.organisation_id):
        tell(
            session,
            person,
            "decided_for_company",
            application,
            now,
            outcome=outcome,
            appeals=pack.remedy_against(issuer),
        )
    for person in queries.list_team(session, application.id, authorities):
        tell(session, person, "decided_for_authorities", application, now, outcome=outcome)
