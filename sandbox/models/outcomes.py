"""Keep outcome reports; what was published never changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.kernel.db import Audited, Base, Versioned
from sandbox.models.trials import Trial


class OutcomeReport(Audited, Versioned, Base):
    """Keep one edition of a report on a trial; a correction is a further edition."""

    __tablename__ = "outcome_report"
    __table_args__ = (
        UniqueConstraint("trial_id", "edition"),
        UniqueConstraint("slug", "edition"),
        Index("ix_outcome_report_status", "status", "changed_at", "id"),
    )

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    edition: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str]
    title: Mapped[str]
    language: Mapped[str] = mapped_column(default="es")
    status: Mapped[str]  # draft, awaiting_publication, published
    sections: Mapped[dict[str, Any]]  # section key -> text written by people
    lessons: Mapped[dict[str, Any]]  # principle code -> text
    recommendations: Mapped[dict[str, Any]]  # stakeholder code -> text
    facts: Mapped[dict[str, Any] | None]  # frozen when the company agrees, or at publication
    return_reason: Mapped[str] = mapped_column(default="")
    consent: Mapped[str] = mapped_column(default="not_asked")  # domain.outcomes.Consent
    consent_reason: Mapped[str] = mapped_column(default="")
    consent_hash: Mapped[str | None]  # of the wording and facts that the company agreed to
    consent_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    consent_at: Mapped[datetime | None]
    drafted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    content_hash: Mapped[str | None]

    trial: Mapped[Trial] = relationship()
