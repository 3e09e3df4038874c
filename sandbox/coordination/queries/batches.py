"""Read the cases that somebody chose for one deed, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.coordination.refused import read
from sandbox.domain.refusals import Refusal
from sandbox.kernel.actors import Actor
from sandbox.models import Application, Batch, Organisation

AT_WORK = timedelta(minutes=5)
MOST_LOOKED_THROUGH = 20


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Hold what came of the deed on one case; neither done nor refused: it was not tried yet."""

    id: UUID
    reference: str | None
    title: str
    organisation: str
    is_done: bool
    refusal: Refusal | None


def list_chosen(
    session: Session, actor: Actor, permission: P, chosen: Collection[UUID]
) -> Sequence[Application]:
    """List those of the chosen cases on which this is granted, by reference."""
    return session.scalars(
        select(Application)
        .options(joinedload(Application.organisation))
        .where(Application.id.in_(chosen), scope(actor, permission))
        .order_by(Application.reference)
    ).all()


def find_batch(session: Session, person_id: UUID, key: str) -> Batch | None:
    """Return what this person's form has begun already."""
    return session.scalar(select(Batch).where(Batch.person_id == person_id, Batch.key == key))


def get_batch(session: Session, actor: Actor, batch_id: UUID) -> Batch:
    """Return what the actor has begun; nobody else reads it. Raises: NotFound."""
    return _own(session, actor, batch_id, is_held=False)


def lock_batch(session: Session, actor: Actor, batch_id: UUID) -> Batch:
    """Read a batch again and hold it until the transaction ends. Raises: NotFound."""
    return _own(session, actor, batch_id, is_held=True)


def _own(session: Session, actor: Actor, batch_id: UUID, *, is_held: bool) -> Batch:
    statement = select(Batch).where(Batch.id == batch_id, Batch.person_id == actor.person_id)
    if is_held:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def list_broken_off(session: Session, actor: Actor, now: datetime) -> Sequence[Batch]:
    """List the batches of the actor that were left in the middle, of the latest ones.

    Whoever carries one out is done with it in seconds, so that a younger one is still at work.
    """
    latest = session.scalars(
        select(Batch)
        .where(Batch.person_id == actor.person_id, Batch.begun_at < now - AT_WORK)
        .order_by(Batch.begun_at.desc())
        .limit(MOST_LOOKED_THROUGH)
    )
    return [batch for batch in latest if any("result" not in each for each in batch.cases)]


def list_batch(session: Session, actor: Actor, batch: Batch) -> Sequence[BatchRow]:
    """List what came of each case that the actor may still read, by reference."""
    results: dict[UUID, Any] = {UUID(each["id"]): each.get("result") for each in batch.cases}
    rows = session.execute(
        select(
            Application.id,
            Application.reference,
            Application.title,
            Organisation.name.label("organisation"),
        )
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(Application.id.in_(results), scope(actor, P.APPLICATION_READ))
        .order_by(Application.reference)
    )
    return [
        BatchRow(
            *row,
            is_done=results[row.id] == {},
            refusal=read(results[row.id]) if results[row.id] else None,
        )
        for row in rows
    ]
