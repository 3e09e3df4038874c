"""Tell who is offered the lead of a case, and what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.applications.queries import list_caseworkers, list_members
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    AuthorityAssignment,
)
from sandbox.models.coordination import STANDING


def lead_offered(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Ask the heads of an authority whether it takes over the lead of the case."""
    for head in queries.list_heads(session, application.id, [chosen.authority_id]):
        tell(
            session,
            head,
            "lead_offered",
            application,
            now,
            authority=lead.authority.code,
            reason=reason,
        )


def lead_offer_withdrawn(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    now: datetime,
) -> None:
    """Tell the heads who were asked that they need not answer any more."""
    for head in queries.list_heads(session, application.id, [chosen.authority_id]):
        tell(
            session,
            head,
            "lead_offer_withdrawn",
            application,
            now,
            authority=lead.authority.code,
        )


def lead_declined(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Tell the heads of the lead that it stays the lead, and why."""
    for head in queries.list_heads(session, application.id, [lead.authority_id]):
        tell(
            session,
            head,
            "lead_declined",
            application,
            now,
            authority=chosen.authority.code,
            reason=reason,
        )


def lead_passed(
    session: Session,
    application: Application,
    lead: AuthorityAssignment,
    chosen: AuthorityAssignment,
    now: datetime,
) -> None:
    """Tell everybody on the case who leads it from now on."""
    authorities = [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING
    ]
    names = {"before": lead.authority.code, "after": chosen.authority.code}
    inside = [
        *queries.list_team(session, application.id, authorities),
        *list_caseworkers(session, application.id),
    ]
    for person in inside:
        tell(session, person, "lead_passed", application, now, **names)
    for person in list_members(session, application.organisation_id):
        tell(session, person, "lead_passed_for_company", application, now, **names)
