"""Keep the reliefs of trials: drafted, granted or refused, and ended before their day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base, Versioned


class Relief(Audited, Versioned, Base):
    """Keep one relief; once granted its wording never changes, and an extension is a further row.

    Where it stands on a day follows from these facts and the trial's status (domain.reliefs).
    """

    __tablename__ = "relief"
    __table_args__ = (
        UniqueConstraint("trial_id", "number"),
        Index("ix_relief_decided_at", "decided_at", "id"),
    )

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    number: Mapped[int]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    sought: Mapped[int | None]  # which row of the application it answers, from 1
    extends_id: Mapped[UUID | None] = mapped_column(ForeignKey("relief.id"))
    kind: Mapped[str]  # key of a relief kind of the pack
    provision: Mapped[str]
    scope: Mapped[str]
    conditions: Mapped[str] = mapped_column(default="")
    neutrality: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]  # the last day
    drafted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    verdict: Mapped[str | None]  # domain.reliefs.Verdict; None while it is a draft
    reason: Mapped[str] = mapped_column(default="")  # of a refusal
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]  # the first day on which it no longer holds
    end_reason: Mapped[str] = mapped_column(default="")
    ended_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    def audited_as(self) -> UUID:
        return self.trial_id
