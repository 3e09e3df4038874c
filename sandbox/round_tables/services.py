"""Enter round tables into the register."""

from collections.abc import Mapping
from datetime import date, datetime

from anyascii import anyascii
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import RoundTable


def register_round_table(
    session: Session,
    actor: Actor,
    *,
    held_on: date,
    host: str,
    regime: str | None,
    title: Mapping[str, str],
    purpose: Mapping[str, str],
    audience: Mapping[str, str],
    note: Mapping[str, str],
    now: datetime,
) -> RoundTable:
    """Enter that a round table was held; nobody who took part is named anywhere.

    Shape: the texts are keyed by language; `regime` is None where it is not known how far the
    table was open. Raises: Denied.
    """
    require(session, actor, P.ROUND_TABLE_REGISTER)
    table = RoundTable(
        held_on=held_on,
        slug=f"{held_on.isoformat()}-{slug(host)}",
        host=host,
        regime=regime,
        title=dict(title),
        purpose=dict(purpose),
        audience=dict(audience),
        note=dict(note),
        registered_at=now,
    )
    session.add(table)
    record(session, actor, Deed.ROUND_TABLE_REGISTERED, table, now=now, held_on=held_on)
    return table


def slug(text: str) -> str:
    """Return a text as a part of an address: lower case, plain letters, hyphens."""
    plain = "".join(c if c.isalnum() else " " for c in anyascii(text).lower())
    return "-".join(plain.split())
