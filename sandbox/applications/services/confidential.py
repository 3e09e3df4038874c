"""Let a reader open the confidential parts of a case, which is recorded."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import queries
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application


def open_confidential(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Open what the company marked as confidential to one reader, once; the case's history says so.

    Raises: Denied.
    """
    require(session, actor, P.APPLICATION_READ_ANSWERS, application)
    # Two windows of one person at the same second leave one line.
    application = queries.lock_application(session, application.id)
    if not queries.list_closed(session, actor, application):
        return
    record(
        session,
        actor,
        Deed.CONFIDENTIAL_OPENED,
        application,
        now=now,
        authority_id=queries.authority_of(session, actor, application.id),
    )
