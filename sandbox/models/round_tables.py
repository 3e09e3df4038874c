"""Keep what the public register says of round tables that were held."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base


class RoundTable(Audited, Base):
    """Register that a round table was held; no person and no statement is kept here."""

    __tablename__ = "round_table"
    __table_args__ = (Index("ix_round_table_held_on", "held_on", "id"),)

    held_on: Mapped[date]
    slug: Mapped[str] = mapped_column(unique=True)
    host: Mapped[str]
    regime: Mapped[str | None]  # public, chatham_house, consultation…; None where not known
    title: Mapped[dict[str, Any]]
    purpose: Mapped[dict[str, Any]]
    audience: Mapped[dict[str, Any]]
    note: Mapped[dict[str, Any]]
    registered_at: Mapped[datetime]
