"""Run what nobody has to ask for: trials are opened, and the terms of approvals are kept.

A trial is opened apart from the decision, so that neither can spoil the other.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import job, schedule
from sandbox.models import Application
from sandbox.trials import services


@job("trials.open", grants=(P.TRIAL_OPEN.value,))
def open_trial(session: Session, actor: Actor, *, application_id: str) -> None:
    """Open the trial of an admitted application."""
    application = session.get_one(Application, UUID(application_id))
    services.open_trial(session, actor, application, now=utc_now())


@schedule("40 5 * * *")
@job("trials.apply_silence", grants=(P.REQUIREMENT_APPROVE.value,))
def apply_silence(session: Session, actor: Actor) -> None:
    """Begin and settle the terms of approvals, before the offices open."""
    services.apply_silence(session, actor, now=utc_now())
