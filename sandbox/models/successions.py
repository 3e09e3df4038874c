"""Keep which successions of authorities were applied, and whose word binds whom on a case."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base


class AppliedSuccession(Audited, Base):
    """Keep that an authority has ended; one row an authority, so that it ends once."""

    __tablename__ = "applied_succession"

    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"), unique=True)
    key: Mapped[str]  # of the succession, in the version of the pack that was applied
    pack_code: Mapped[str]
    pack_version: Mapped[str]
    moved: Mapped[int]  # open cases that went to the successors
    applied_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime]


class InheritedPlace(Audited, Base):
    """Keep that an authority stands on a case for one that ended, and is bound by what it did.

    A predecessor's predecessors have rows of their own, so that nobody walks a chain.
    """

    __tablename__ = "inherited_place"
    __table_args__ = (UniqueConstraint("application_id", "authority_id", "predecessor_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))

    def audited_as(self) -> UUID:
        return self.application_id
