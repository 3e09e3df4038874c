"""Do what nobody presses a button for."""

from sqlalchemy.orm import Session

from sandbox.applications import services
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import job, schedule


@schedule("30 6 * * *")
@job("applications.lapse_overdue", grants=("application:lapse",))
def lapse_overdue(session: Session, actor: Actor) -> None:
    services.lapse_overdue(session, actor, now=utc_now())
