"""Do what several deeds on an application have in common."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sandbox.applications import queries
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.calendar import BusinessCalendar, read_clock
from sandbox.domain.packs import ClockSpec, PolicyPack
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ClockStop,
    UnsavedSection,
)
from sandbox.packs import active


def advance(application: Application, action: ApplicationAction) -> ApplicationStatus:
    """Return the status that an action leads to. Raises: TransitionRefused."""
    return LIFECYCLE.advance(ApplicationStatus(application.status), action)


def require_editable(application: Application, now: datetime) -> None:
    """Make sure that answers may be changed now, and could still be sent.

    Raises: TransitionRefused, NotPossible.
    """
    status = ApplicationStatus(application.status)
    if status not in queries.EDITABLE:
        raise TransitionRefused(status, ApplicationAction.SUBMIT, LIFECYCLE.possible(status))
    queries.require_in_time(application, now)


def person_of(actor: Actor) -> UUID:
    """Return who acts, for deeds that only a person can do. Raises: NotPossible."""
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ACCEPTED)
    return actor.person_id


def ask_company(
    session: Session, application: Application, pack: PolicyPack, term: ClockSpec, now: datetime
) -> date:
    """Stop the clocks, give the company a term and return the last day of it."""
    today = local_day(now, pack.calendar.timezone)
    due_on = read_clock(term, BusinessCalendar.from_spec(pack.calendar), today, (), today).due_on
    session.add(
        ClockStop(application_id=application.id, started_on=today, reason=application.status)
    )
    application.answer_due_on = due_on
    application.changed_at = now
    return due_on


def restart_clocks(session: Session, application: Application, today: date) -> None:
    """Let every clock of a case run again; the day itself counts."""
    for stop in queries.list_open_stops(session, application.id):
        stop.ended_on = today


def forget_typed(
    session: Session,
    application_id: UUID,
    *,
    person_id: UUID | None = None,
    section: str | None = None,
) -> None:
    """Delete what was typed into an application: of one person and section, or altogether."""
    statement = delete(UnsavedSection).where(UnsavedSection.application_id == application_id)
    if person_id is not None:
        statement = statement.where(
            UnsavedSection.person_id == person_id, UnsavedSection.section == section
        )
    session.execute(statement.execution_options(synchronize_session=False))


def close(session: Session, application: Application, *, now: datetime) -> None:
    """End what an open application leaves running."""
    pack = active.pack_of(application)
    restart_clocks(session, application, local_day(now, pack.calendar.timezone))
    forget_typed(session, application.id)
    application.answer_due_on = None
    application.changed_at = now
