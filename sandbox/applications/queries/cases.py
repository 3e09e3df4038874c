"""Read single applications and lists of them, filtered by what the actor may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session, contains_eager

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.applications.queries.exchanges import require_in_time
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.refusals import TransitionRefused
from sandbox.kernel.actors import Actor
from sandbox.models import (
    Application,
    ApplicationSection,
    Organisation,
)

EDITABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})


def get_application(
    session: Session, actor: Actor, application_id: UUID, permission: P = P.APPLICATION_READ
) -> Application:
    """Return an application with its organisation. Raises: NotFound."""
    statement = (
        select(Application)
        .join(Application.organisation)
        .options(contains_eager(Application.organisation))
        .where(Application.id == application_id, scope(actor, permission))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(application_id=application_id)
    return found


def lock_application(session: Session, application_id: UUID) -> Application:
    """Read an application again and hold it until the transaction ends.

    On SQLite the unit of work already holds the only place to write; PostgreSQL locks the row.
    """
    statement = (
        select(Application)
        .where(Application.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def find_started(session: Session, start_key: str) -> Application | None:
    """Return the application that this start form has already made."""
    return session.scalars(
        select(Application).where(Application.start_key == start_key)
    ).one_or_none()


def lock_organisation(session: Session, organisation_id: UUID) -> None:
    """Hold an organisation, so that its applications are started one after the other."""
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    )


def list_organisations(session: Session, actor: Actor) -> Sequence[Row[UUID, str]]:
    """List the organisations for which the actor may start an application, as (id, name)."""
    if not actor.member_of:
        return ()
    return session.execute(
        select(Organisation.id, Organisation.name)
        .where(scope(actor, P.APPLICATION_START))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def get_organisation(session: Session, actor: Actor, organisation_id: UUID) -> Organisation:
    """Return an organisation for which the actor may apply. Raises: NotFound."""
    found = session.scalars(
        select(Organisation).where(
            Organisation.id == organisation_id, scope(actor, P.APPLICATION_START)
        )
    ).one_or_none()
    if found is None:
        raise NotFound(organisation_id=organisation_id)
    return found


def get_editable(
    session: Session, actor: Actor, application_id: UUID, now: datetime
) -> Application:
    """Return an application whose answers may be changed now, and could still be sent.

    Raises: NotFound, TransitionRefused, NotPossible.
    """
    application = get_application(session, actor, application_id, P.APPLICATION_EDIT)
    status = ApplicationStatus(application.status)
    if status not in EDITABLE:
        raise TransitionRefused(status, ApplicationAction.SUBMIT, LIFECYCLE.possible(status))
    require_in_time(application, now)
    return application


def list_sources(
    session: Session, actor: Actor, application: Application, limit: int = 25
) -> Sequence[Row[*tuple[Any, ...]]]:
    """List the organisation's other applications whose answers one may take over, latest first."""
    return session.execute(
        select(Application.id, Application.reference, Application.title, Application.changed_at)
        .where(
            Application.organisation_id == application.organisation_id,
            Application.id != application.id,
            exists().where(ApplicationSection.application_id == Application.id),
            scope(actor, P.APPLICATION_READ_ANSWERS),
        )
        .order_by(Application.changed_at.desc(), Application.id)
        .limit(limit)
    ).all()


def list_overdue(session: Session, actor: Actor, before: date) -> Sequence[Application]:
    """List the applications whose company owed an answer before a day."""
    return session.scalars(
        select(Application)
        .where(
            Application.status.in_(
                (ApplicationStatus.RETURNED, ApplicationStatus.INFORMATION_REQUESTED)
            ),
            Application.answer_due_on < before,
            scope(actor, P.APPLICATION_LAPSE),
        )
        .order_by(Application.answer_due_on, Application.id)
    ).all()


def known_organisations(
    session: Session, actor: Actor, tax_numbers: Collection[str]
) -> Mapping[str, str] | None:
    """Return the names of the organisations here that have these numbers, by number.

    Which organisations have an account is not public: companies are told nothing, which is None.
    Only whoever reads the case for the programme or for an authority is told, and of these nobody
    who belongs to an organisation.
    """
    if actor.member_of or not (actor.staff or actor.officer_of):
        return None
    if not tax_numbers:
        return {}
    statement = select(Organisation.tax_id, Organisation.name).where(
        Organisation.tax_id.in_(tax_numbers)
    )
    return {number: name for number, name in session.execute(statement) if number}
