"""Run what nobody has to ask for: the terms that authorities let pass."""

from sqlalchemy.orm import Session

from sandbox.coordination import services
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import job, schedule


@schedule("30 5 * * *")
@job("coordination.apply_silence", grants=("assignment:answer", "position:take"))
def apply_silence(session: Session, actor: Actor) -> None:
    """Answer for authorities whose term has passed, before the offices open."""
    services.apply_silence(session, actor, now=utc_now())
