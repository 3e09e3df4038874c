"""Remind people in the morning, each in a job of their own: a fault in one stops no other."""

from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.home import reminding
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.jobs import enqueue, job, schedule
from sandbox.kernel.mail import list_people_with_held
from sandbox.models import Person
from sandbox.packs import active


@schedule("0 7 * * 1-5")
@job("home.remind_all")
def remind_all(session: Session, _actor: Actor) -> None:
    """Look at what everybody has to do, before the offices open."""
    today = local_day(utc_now(), active.current().calendar.timezone)
    for person_id in reminding.list_people_to_remind(session):
        enqueue(session, "home.remind", key=f"remind:{person_id}:{today}", person_id=person_id)
    for person_id in list_people_with_held(session):
        enqueue(session, "home.digest", key=f"digest:{person_id}:{today}", person_id=person_id)


@job("home.remind")
def remind(session: Session, _actor: Actor, *, person_id: str) -> None:
    """Remind one person."""
    reminding.remind(session, session.get_one(Person, UUID(person_id)), now=utc_now())


@job("home.digest")
def digest(session: Session, _actor: Actor, *, person_id: str) -> None:
    """Send one person what waited for them."""
    reminding.digest(session, session.get_one(Person, UUID(person_id)), now=utc_now())
