"""Run what nobody has to ask for: the terms within which authorities give fast answers."""

from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.enquiries import queries, services
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import enqueue, job, schedule
from sandbox.models import Enquiry


@schedule("50 5 * * *")
@job("enquiries.watch")
def watch(session: Session, _actor: Actor) -> None:
    """Look after each enquiry in a job of its own, so that none holds another up."""
    for enquiry_id in queries.list_with_terms(session):
        enqueue(session, "enquiries.watch_terms", enquiry_id=enquiry_id)


@job("enquiries.watch_terms", grants=(P.FAST_ANSWER_WATCH.value,))
def watch_terms(session: Session, actor: Actor, *, enquiry_id: str) -> None:
    """Note silence, and follow authorities that ended."""
    enquiry = session.get_one(Enquiry, UUID(enquiry_id))
    services.watch_terms(session, actor, enquiry, now=utc_now())
