"""Keep enquiries: what was asked before any application, the messages, and fast answers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.kernel.db import Audited, Base, Versioned
from sandbox.models.applications import Application
from sandbox.models.people import Authority, Organisation, Person


class Enquiry(Audited, Versioned, Base):
    """Keep what an organisation asked before it applied, if it did."""

    __tablename__ = "enquiry"
    __table_args__ = (
        Index("ix_enquiry_organisation_id", "organisation_id", "changed_at"),
        Index("ix_enquiry_status", "status", "changed_at", "id"),
        Index("ix_enquiry_changed_at", "changed_at", "id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    pack_code: Mapped[str]
    pack_version: Mapped[str]
    kind: Mapped[str]  # domain.enquiries.EnquiryKind
    status: Mapped[str]  # domain.enquiries.EnquiryStatus
    subject: Mapped[str]
    text: Mapped[str]
    activity: Mapped[str]  # what the organisation does or plans, in its own words
    competences: Mapped[list[Any]]  # codes of the matters that it thinks are concerned
    start_key: Mapped[str] = mapped_column(unique=True)  # the form's idempotency key
    written_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    waits_since: Mapped[datetime | None]  # for a word of the secretariat
    invited_at: Mapped[datetime | None]  # when the secretariat invited it to apply
    closed_at: Mapped[datetime | None]
    # Not called after applications: what happens to an enquiry belongs to no case's history.
    became_id: Mapped[UUID | None] = mapped_column(ForeignKey("application.id"), unique=True)

    organisation: Mapped[Organisation] = relationship()
    became: Mapped[Application | None] = relationship()


class Side(StrEnum):
    COMPANY = "company"
    SECRETARIAT = "secretariat"


class EnquiryMessage(Audited, Base):
    """Keep one message about an enquiry, as it was sent."""

    __tablename__ = "enquiry_message"
    __table_args__ = (UniqueConstraint("enquiry_id", "number"),)

    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiry.id"))
    number: Mapped[int]
    side: Mapped[str]  # Side
    text: Mapped[str]
    sent_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]

    sent_by: Mapped[Person] = relationship()

    def audited_as(self) -> UUID:
        return self.enquiry_id


class FastAnswer(Audited, Versioned, Base):
    """Keep that an authority was asked whether any rule applies, and what came of it.

    Silence stands beside an answer that came late: neither takes the other's place.
    """

    __tablename__ = "fast_answer"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "authority_id"),
        Index("ix_fast_answer_authority_id", "authority_id", "due_on"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_is_dated"),
        CheckConstraint("(silence IS NULL) = (silent_at IS NULL)", name="silence_is_dated"),
    )

    enquiry_id: Mapped[UUID] = mapped_column(ForeignKey("enquiry.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    competences: Mapped[list[Any]]  # for which of the matters it is asked; none: chosen without
    asked_at: Mapped[datetime]
    asked_on: Mapped[date]
    due_on: Mapped[date]
    silence: Mapped[str | None]  # domain.packs.FastSilence, once the term has passed
    silent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when a succession ended the authority before it answered
    answer: Mapped[str | None]  # domain.enquiries.RuleAnswer
    provision: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    authority: Mapped[Authority] = relationship()

    def audited_as(self) -> UUID:
        return self.enquiry_id


class EnquiryCounter(Base):
    """Count the references that enquiries are given in a year; one row a year."""

    __tablename__ = "enquiry_counter"

    year: Mapped[int] = mapped_column(unique=True)
    last: Mapped[int] = mapped_column(default=0)
