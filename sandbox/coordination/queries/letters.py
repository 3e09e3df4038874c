"""Read what the letter of a decision says about the case besides the decision itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from sandbox.models import Application, Decision, Organisation, Person


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Hold to whom the letter goes and who answers for it."""

    organisation: str
    state: str | None
    applicant: str
    submitted_at: datetime | None
    decided_by: str


def get_letterhead(session: Session, application_id: UUID) -> Letterhead:
    """Gather the names of a decided case, in one statement."""
    applicant, decider = aliased(Person), aliased(Person)
    row = session.execute(
        select(
            Organisation.name,
            Organisation.state,
            applicant.name,
            Application.submitted_at,
            decider.name,
        )
        .select_from(Application)
        .join(Organisation, Organisation.id == Application.organisation_id)
        .join(applicant, applicant.id == Application.started_by_id)
        .join(Decision, Decision.application_id == Application.id)
        .join(decider, decider.id == Decision.decided_by_id)
        .where(Application.id == application_id)
    ).one()
    return Letterhead(*row)
