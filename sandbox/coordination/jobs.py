"""Run what nobody has to ask for: the terms that authorities let pass."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.coordination import services
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import enqueue, job, schedule
from sandbox.models import Application


@schedule("30 5 * * *")
@job("coordination.apply_silence", grants=("assignment:answer", "position:take"))
def apply_silence(session: Session, actor: Actor) -> None:
    """Answer for authorities whose term has passed, before the offices open."""
    services.apply_silence(session, actor, now=utc_now())


@schedule("30 5 * * *")
@job("coordination.note_silence", grants=("preliminary:close",))
def note_silence(session: Session, actor: Actor) -> None:
    """Put on record which companies had nothing to say, so that their cases can be decided."""
    services.note_silence(session, actor, now=utc_now())


@schedule("30 6 * * 1-5")
@job("coordination.warn_all")
def warn_all(session: Session, _actor: Actor) -> None:
    """Look for terms of authorities that end or have passed; of each somebody is told once."""
    for found in services.list_warnings(session, utc_now()):
        enqueue(
            session,
            "coordination.warn",
            key=found.key,
            application_id=found.application_id,
            authority_id=found.authority_id,
            term=found.term.value,
            due_on=found.due_on.isoformat(),
            has_passed=int(found.has_passed),
        )


@job("coordination.warn")
def warn(
    session: Session,
    _actor: Actor,
    *,
    application_id: str,
    authority_id: str,
    term: str,
    due_on: str,
    has_passed: int,
) -> None:
    """Warn of one term."""
    services.warn(
        session,
        session.get_one(Application, UUID(application_id)),
        authority_id=UUID(authority_id),
        term=services.Term(term),
        due_on=date.fromisoformat(due_on),
        has_passed=bool(has_passed),
        now=utc_now(),
    )
