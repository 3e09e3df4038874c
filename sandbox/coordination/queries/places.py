"""Read how many places of a call are taken, and let decisions on it come one after the other."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.calls import find_call
from sandbox.domain.packs import CallSpec
from sandbox.models import Application
from sandbox.packs import active

_ADMITTED = (DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS)


@dataclass(frozen=True, slots=True)
class Places:
    """Say how many applications of a call may be admitted, and how many have been."""

    call: CallSpec
    total: int
    taken: int


def lock_call(session: Session, application: Application) -> None:
    """Hold the call of a case until the commit; who waits sees afterwards what was decided.

    A call is no row, so there is none to lock. SQLite lets only one unit of work write at a time.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    name = f"call {application.pack_code} {application.call_key}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))


def read_places(session: Session, application: Application) -> Places | None:
    """Return how many places the call of a case has, as the rules in force say; None: no limit.

    A call that those no longer name is read from the rules of the case. A place stays taken
    whatever becomes of the application that was admitted.
    """
    call = find_call(
        application.call_key, active.programme_of(application), active.pack_of(application)
    )
    if call is None or call.places is None:
        return None
    statement = select(func.count()).where(
        Application.pack_code == application.pack_code,
        Application.call_key == application.call_key,
        Application.outcome.in_(_ADMITTED),
    )
    return Places(call, call.places, session.scalars(statement).one())
