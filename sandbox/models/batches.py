"""Keep what a person of the secretariat asked of several cases at once, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Base


class Batch(Base):
    """Keep one deed on several cases; it belongs to whoever asked for it, and is no deed itself.

    Shape: `words` hold the reason and the authorities that were chosen; `cases` are mappings of an
    `id`, the `version` that was seen and, once tried, the `result`: empty where the deed was done,
    else the refusal as `coordination.refused` writes it.
    """

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]  # of the form: sent twice, it is one batch
    deed: Mapped[str]  # domain.applications.ApplicationAction
    words: Mapped[dict[str, Any]]
    cases: Mapped[list[Any]]
    begun_at: Mapped[datetime]
