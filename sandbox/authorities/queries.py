"""Read the authorities."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from sandbox.domain.packs import AuthoritySpec, PolicyPack
from sandbox.domain.succession import in_force
from sandbox.models import AppliedSuccession
from sandbox.models.people import Authority


def list_authorities(session: Session) -> Sequence[Row[Any]]:
    """List every authority by its code. Shape: rows of id, code, names (language → name)."""
    statement = select(Authority.id, Authority.code, Authority.names).order_by(Authority.code)
    return session.execute(statement).all()


def authority_codes(session: Session) -> Mapping[UUID, str]:
    """Map the id of each authority to the code by which the pack and the rules know it."""
    rows = session.execute(select(Authority.id, Authority.code))
    return {row.id: row.code for row in rows}


def authority_ids(session: Session) -> Mapping[str, UUID]:
    """Map the code of each authority to its id."""
    rows = session.execute(select(Authority.code, Authority.id))
    return {row.code: row.id for row in rows}


def find_authority(session: Session, code: str) -> Authority | None:
    """Return the authority with a code."""
    return session.scalar(select(Authority).where(Authority.code == code))


def applied_codes(session: Session, *, before: datetime | None = None) -> frozenset[str]:
    """Return the codes of the authorities whose succession was applied.

    Shape: with `before` only those applied until then, for what must say who was in force.
    """
    statement = select(Authority.code).join(
        AppliedSuccession, AppliedSuccession.authority_id == Authority.id
    )
    if before is not None:
        statement = statement.where(AppliedSuccession.applied_at <= before)
    return frozenset(session.scalars(statement))


def list_in_force(session: Session, pack: PolicyPack, today: date) -> tuple[AuthoritySpec, ...]:
    """List the authorities that may be asked for something on a day."""
    applied = applied_codes(session)
    return tuple(each for each in pack.authorities if in_force(pack, each, today, applied))


def share_authorities(session: Session, codes: Sequence[str]) -> None:
    """Hold authorities so that none of them ends before this transaction does.

    What is read afterwards tells whether one of them has ended before.
    """
    statement = select(Authority.id).where(Authority.code.in_(codes)).order_by(Authority.id)
    session.execute(statement.with_for_update(read=True)).all()
