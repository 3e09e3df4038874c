"""Read the register of round tables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.models import RoundTable

COLUMNS = (
    RoundTable.id,
    RoundTable.held_on,
    RoundTable.slug,
    RoundTable.host,
    RoundTable.regime,
    RoundTable.title,
    RoundTable.purpose,
    RoundTable.audience,
    RoundTable.note,
)
MOST_SHOWN = 200


def list_round_tables(session: Session) -> Sequence[Any]:
    """List the round tables that were held, the latest first."""
    statement = select(*COLUMNS).order_by(RoundTable.held_on.desc(), RoundTable.id.desc())
    return session.execute(statement.limit(MOST_SHOWN)).all()


def get_round_table(session: Session, slug: str) -> Any:
    """Return one round table by its address. Raises: NotFound."""
    row = session.execute(select(*COLUMNS).where(RoundTable.slug == slug)).one_or_none()
    if row is None:
        raise NotFound
    return row
