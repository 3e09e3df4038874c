"""Keep applications: drafts by section, frozen submissions, attachments, returns, clock stops."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.domain.calendar import came_late
from sandbox.kernel.db import Audited, Base, Versioned
from sandbox.models.people import Organisation


class Application(Audited, Versioned, Base):
    """Keep one request to enter the sandbox; long texts stand in tables of their own."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_organisation_id", "organisation_id", "changed_at"),
        Index("ix_application_status", "status", "changed_at", "id"),
        Index("ix_application_changed_at", "changed_at", "id"),
        Index("ix_application_call_key", "call_key"),
        CheckConstraint("(status = 'decided') = (outcome IS NOT NULL)", name="outcome_if_decided"),
    )

    reference: Mapped[str | None] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    pack_code: Mapped[str]
    pack_version: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="es")
    status: Mapped[str]  # domain.applications.ApplicationStatus
    outcome: Mapped[str | None]  # domain.applications.DecisionOutcome
    tier: Mapped[str | None]  # computed at submission, shown in lists
    start_key: Mapped[str] = mapped_column(unique=True)  # the form's idempotency key
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    clock_started_on: Mapped[date | None]  # when the decision clock began to run
    review_started_at: Mapped[datetime | None]  # when nobody's answer was missing any more
    answer_due_on: Mapped[date | None]  # while returned or asked for information
    returns_used: Mapped[int] = mapped_column(default=0)
    priority_codes: Mapped[list[Any]] = mapped_column(default=list)  # computed at submission
    call_key: Mapped[str | None]  # in which it was first sent, or OUTSIDE of all

    organisation: Mapped[Organisation] = relationship()


class ApplicationSection(Audited, Versioned, Base):
    """Keep the answers to one section; the version is that which a form was opened with."""

    __tablename__ = "application_section"
    __table_args__ = (UniqueConstraint("application_id", "section"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    section: Mapped[str]
    answers: Mapped[dict[str, Any]]
    confidential: Mapped[list[Any]]  # keys of the questions marked confidential
    saved_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id


class UnsavedSection(Base):
    """Keep what one person typed into a section and has not saved; it belongs to no case yet.

    Shape: `inputs` are pairs of an input's name and what stood in it, as a form sends them.
    """

    __tablename__ = "unsaved_section"
    __table_args__ = (UniqueConstraint("application_id", "person_id", "section"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    section: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    inputs: Mapped[list[Any]]
    kept_at: Mapped[datetime]


class SavedView(Base):
    """Keep what one person narrows the list of applications to, under a name of their own.

    Shape: `filters` are the words of the list's address, by their names.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Attachment(Audited, Base):
    """Keep what is known of an uploaded file; its bytes stand in the file store by their hash."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_application_id", "application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    question: Mapped[str]
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    confidential: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    def audited_as(self) -> UUID:
        return self.application_id


class Submission(Audited, Base):
    """Keep what was sent, as it was sent; a correction is another row."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]  # answers, confidential marks, attachments, pack
    content_hash: Mapped[str]
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id


class ApplicationReturn(Audited, Base):
    """Keep why an application went back to the company, question by question."""

    __tablename__ = "application_return"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    reasons: Mapped[dict[str, Any]]  # question key -> what is missing
    general: Mapped[str]
    returned_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]

    def is_late(self, zone: str) -> bool:
        """Tell whether the answer came after its term, by the days of a time zone."""
        return came_late(self.answered_at, self.due_on, zone)

    def audited_as(self) -> UUID:
        return self.application_id


class InformationRequest(Audited, Base):
    """Keep that the lead authority asked the company something during the review, until when."""

    __tablename__ = "information_request"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]

    def is_late(self, zone: str) -> bool:
        """Tell whether the answer came after its term, by the days of a time zone."""
        return came_late(self.answered_at, self.due_on, zone)

    questions: Mapped[list["InformationQuestion"]] = relationship(
        order_by="InformationQuestion.number", lazy="raise"
    )

    def audited_as(self) -> UUID:
        return self.application_id


class InformationQuestion(Audited, Versioned, Base):
    """Keep one question of a request for information, and what the company answered to it.

    What was typed stands apart from the answer: before it is sent nobody but the company reads it.
    """

    __tablename__ = "information_question"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        Index("ix_information_question_application_id", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("information_request.id"))
    number: Mapped[int]
    text: Mapped[str]
    about: Mapped[str | None]  # the key of a question of the form
    typed: Mapped[str] = mapped_column(default="")  # not sent yet
    answer: Mapped[str | None]

    def audited_as(self) -> UUID:
        return self.application_id


class ClockStop(Audited, Base):
    """Keep a span during which the decision clock stood still, and why."""

    __tablename__ = "clock_stop"
    __table_args__ = (Index("ix_clock_stop_application_id", "application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    reason: Mapped[str]  # the status that stopped it

    def audited_as(self) -> UUID:
        return self.application_id


class ReferenceCounter(Base):
    """Count the references given in a year; one row a year, taken under its lock."""

    __tablename__ = "reference_counter"

    year: Mapped[int] = mapped_column(unique=True)
    last: Mapped[int] = mapped_column(default=0)
