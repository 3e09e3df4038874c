"""Read what the letter of a decision says about the case besides the decision itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.models import Application, Organisation, Person


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Hold to whom the letter goes, and since when the case is there."""

    organisation: str
    state: str | None
    applicant: str
    submitted_at: datetime | None


def get_letterhead(session: Session, application_id: UUID) -> Letterhead:
    """Gather the names of a decided case, in one statement."""
    row = session.execute(
        select(
            Organisation.name,
            Organisation.state,
            Person.name,
            Application.submitted_at,
        )
        .select_from(Application)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .join(Person, Person.id == Application.started_by_id)
        .where(Application.id == application_id)
    ).one()
    return Letterhead(*row)
