"""Keep how authorities share a case: assignments, officers, conflicts, reviews, positions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.kernel.db import Audited, Base, Versioned
from sandbox.models.applications import InformationQuestion
from sandbox.models.people import Authority, Person


class AssignmentRole(StrEnum):
    LEAD = "lead"
    ASSOCIATE = "associate"


class AssignmentState(StrEnum):
    PROPOSED = "proposed"  # waits for the authority's answer
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUCCEEDED = "succeeded"  # the authority ended, and others took its place
    RELEASED = "released"  # the secretariat took it off the case


STANDING = (AssignmentState.PROPOSED, AssignmentState.ACCEPTED)
"""In these states an authority is on a case; only then do its people see it."""


class AuthorityAssignment(Audited, Versioned, Base):
    """Put an authority on a case, as its lead or as an associate."""

    __tablename__ = "authority_assignment"
    __table_args__ = (
        UniqueConstraint("application_id", "authority_id"),
        Index("ix_authority_assignment_authority_id", "authority_id", "state"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    role: Mapped[str]  # AssignmentRole
    state: Mapped[str]  # AssignmentState
    assigned_at: Mapped[datetime]
    respond_by: Mapped[date]
    responded_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # why it declined
    tacit: Mapped[bool] = mapped_column(default=False)
    succeeded_at: Mapped[datetime | None]  # when a succession took the case from the authority
    received_at: Mapped[datetime | None]  # when its people first opened or confirmed the case
    received_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    authority: Mapped[Authority] = relationship()

    def audited_as(self) -> UUID:
        return self.application_id


class LeadTerm(Audited, Base):
    """Keep from when to when an authority led a case; whoever leads now has no end.

    An assignment knows only who leads now, and forgets it when the authority is asked again.
    """

    __tablename__ = "lead_term"
    __table_args__ = (Index("ix_lead_term_application_id", "application_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def audited_as(self) -> UUID:
        return self.application_id


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the lead that made it
    LAPSED = "lapsed"  # one of the two authorities left the case


class LeadOffer(Audited, Base):
    """Keep that the lead of a case offered its role to another authority, and what came of it."""

    __tablename__ = "lead_offer"
    __table_args__ = (Index("ix_lead_offer_application_id", "application_id", "state"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    from_authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    to_authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    reason: Mapped[str]
    offered_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    state: Mapped[str]  # OfferState
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(default="")  # why it was declined

    def audited_as(self) -> UUID:
        return self.application_id


class OfficerAssignment(Audited, Base):
    """Name the officer who works on a case for an authority; ended, never deleted."""

    __tablename__ = "officer_assignment"
    __table_args__ = (
        Index("ix_officer_assignment_person_id", "person_id", "ended_at"),
        Index("ix_officer_assignment_application_id", "application_id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    named_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    def audited_as(self) -> UUID:
        return self.application_id


class ConflictDeclaration(Audited, Base):
    """Keep what a person declared about a case; with a conflict it denies them everything of it."""

    __tablename__ = "conflict_declaration"
    __table_args__ = (
        UniqueConstraint("application_id", "person_id"),
        Index("ix_conflict_declaration_person_id", "person_id", "has_conflict"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    has_conflict: Mapped[bool]
    explanation: Mapped[str] = mapped_column(default="")
    declared_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id


class CriterionReview(Audited, Versioned, Base):
    """Keep an authority's mark on one criterion, with the note behind it."""

    __tablename__ = "criterion_review"
    __table_args__ = (UniqueConstraint("application_id", "authority_id", "criterion"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    criterion: Mapped[str]
    mark: Mapped[str]  # domain.deliberation.CriterionMark
    note: Mapped[str] = mapped_column(default="")
    reviewed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reviewed_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id


class CaseNote(Audited, Base):
    """Keep what an authority noted on a case for itself, or for all that are assigned to it.

    Neither the company nor the secretariat reads it.
    """

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_application_id", "application_id", "written_at"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    written_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    criterion: Mapped[str | None]  # None: on the case as a whole
    is_shared: Mapped[bool]
    text: Mapped[str]

    authority: Mapped[Authority] = relationship()
    written_by: Mapped[Person] = relationship()

    def audited_as(self) -> UUID:
        return self.application_id


class SuggestionState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"  # into a request to the company, as it was or edited
    LEFT = "left"


class QuestionSuggestion(Audited, Base):
    """Keep a question to the company that an associate suggested to the lead."""

    __tablename__ = "question_suggestion"
    __table_args__ = (Index("ix_question_suggestion_application_id", "application_id", "state"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    suggested_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    suggested_at: Mapped[datetime]
    text: Mapped[str]
    about: Mapped[str | None]  # the key of a question of the form
    state: Mapped[str]  # SuggestionState
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")  # why the lead left it
    question_id: Mapped[UUID | None] = mapped_column(ForeignKey("information_question.id"))

    authority: Mapped[Authority] = relationship()
    question: Mapped[InformationQuestion | None] = relationship()

    def audited_as(self) -> UUID:
        return self.application_id


class Position(Audited, Versioned, Base):
    """Keep where an authority stands on a case."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("application_id", "authority_id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("authority.id"))
    stance: Mapped[str]  # domain.deliberation.Stance
    reasons: Mapped[str]
    conditions: Mapped[list[Any]]
    # {key of a question of the rules: what the authority answers about its conditions}
    proportionality: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tacit: Mapped[bool] = mapped_column(default=False)
    taken_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    inherited_from: Mapped[str | None]  # the code of the authority that took it, where it ended

    authority: Mapped[Authority] = relationship()

    def audited_as(self) -> UUID:
        return self.application_id


class PreliminaryResult(Audited, Base):
    """Keep what a company was told to expect, and what it answered before it was decided.

    What was announced never changes. Of the rest each is written once: that the term passed in
    silence, the answer, and what the lead replied to it when it announced again or decided.
    """

    __tablename__ = "preliminary_result"
    __table_args__ = (UniqueConstraint("application_id", "number"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int]
    outcome: Mapped[str]
    rule: Mapped[str]
    pack_version: Mapped[str]  # which the case was under then; it may move to another later
    grounds: Mapped[list[Any]]  # all of these as in a decision
    conditions: Mapped[list[Any]]
    dissent: Mapped[list[Any]]
    positions: Mapped[list[Any]]
    marks: Mapped[list[Any]]
    remarks: Mapped[str] = mapped_column(default="")
    refusal_codes: Mapped[list[Any]] = mapped_column(default=list)  # of the rules' own reasons
    announced_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    announced_at: Mapped[datetime]
    due_on: Mapped[date]
    silent_at: Mapped[datetime | None]  # when it was put on record that the term passed in silence
    answer: Mapped[str | None]  # domain.hearing.CompanyAnswer; an answer may still come late
    text: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)  # answered after the last day
    reply: Mapped[str] = mapped_column(default="")

    def audited_as(self) -> UUID:
        return self.application_id


class Decision(Audited, Base):
    """Keep the decision on a case: one, with its grounds, conditions, dissent and rule."""

    __tablename__ = "decision"

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    outcome: Mapped[str]
    rule: Mapped[str]
    pack_version: Mapped[str]  # which the case was under then; it may move to another later
    grounds: Mapped[list[Any]]  # [{"kind": …, "params": {…}}]
    conditions: Mapped[list[Any]]
    dissent: Mapped[list[Any]]  # codes of authorities
    positions: Mapped[list[Any]]  # [{"authority", "stance", "reasons"}], as they stood
    marks: Mapped[list[Any]]  # [{"authority", "criterion", "mark", "note"}], as they stood
    remarks: Mapped[str] = mapped_column(default="")
    # [{"outcome", "announced_at", "due_on", "answer", …}]: what the company was heard on before
    hearings: Mapped[list[Any]] = mapped_column(default=list)
    refusal_codes: Mapped[list[Any]] = mapped_column(default=list)  # of the rules' own reasons
    decided_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.application_id
