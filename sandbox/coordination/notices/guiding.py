"""Tell of advice to the company, and of what it says to it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader, list_caseworkers, list_members
from sandbox.coordination import queries
from sandbox.coordination.notices.posting import tell
from sandbox.models import (
    Application,
    GuidanceEntry,
)


def guidance_given(
    session: Session,
    application: Application,
    entry: GuidanceEntry,
    *,
    authority: str | None,
    corrects: int | None,
    now: datetime,
) -> None:
    """Tell the company that advice to it is on record, or corrected."""
    template = "advice_recorded" if corrects is None else "advice_corrected"
    for person in list_members(session, application.organisation_id):
        tell(
            session,
            person,
            template,
            application,
            now,
            authority=authority or "",
            given_on=entry.given_on,
            number=entry.number,
            corrects=corrects,
        )


def guidance_answered(
    session: Session, application: Application, entry: GuidanceEntry, *, now: datetime
) -> None:
    """Tell those who stand by an entry that the company said how it understood it.

    What it said stays on the page: whoever has not declared yet must not read it in a mail.
    """
    if entry.authority_id is None:
        told: Iterable[Reader] = list_caseworkers(session, application.id)
    else:
        answering = queries.list_answering(session, application.id, entry.authority_id)
        told = queries.list_team(session, application.id, answering)
    for person in told:
        tell(session, person, "advice_answered", application, now, number=entry.number)
