"""Keep who advised a company on its case, on which question and when; nothing of it changes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sandbox.kernel.db import Audited, Base


class GuidanceEntry(Audited, Base):
    """Keep one piece of advice as it was put on record; a correction is an entry of its own."""

    __tablename__ = "guidance_entry"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("authority.id"))
    """Whose advice it is; the secretariat's where there is none."""
    given_on: Mapped[date]
    channel: Mapped[str]  # domain.guidance.Channel
    question: Mapped[str]
    question_key: Mapped[str | None]  # of the form, where the advice is about one of its questions
    provision: Mapped[str] = mapped_column(default="")
    advice: Mapped[str]
    is_binding: Mapped[bool]
    basis: Mapped[str] = mapped_column(default="")  # what makes it binding
    # One correction an entry: whoever corrects once more corrects what stands.
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("guidance_entry.id"), unique=True)
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id


class GuidanceReply(Audited, Base):
    """Keep how the company understood an entry, in its own words and once."""

    __tablename__ = "guidance_reply"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("guidance_entry.id"), unique=True)
    text: Mapped[str]
    replied_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id
