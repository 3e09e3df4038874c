"""Record every deed in its own transaction; a change without a record is not committed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from sandbox.kernel.actors import Actor
from sandbox.kernel.db import Base

Scalar = str | int | bool | None | date | datetime | UUID


class Deed(StrEnum):
    """Name everything that can be done, as `subject:verb` in the past tense."""

    PERSON_REGISTERED = "person:registered"
    PERSON_CONFIRMED = "person:confirmed"
    PERSON_PASSWORD_CHANGED = "person:password_changed"  # noqa: S105 - a deed's name
    PERSON_PROFILE_CHANGED = "person:profile_changed"
    ROLE_GRANTED = "role:granted"
    ROLE_ENDED = "role:ended"
    ORGANISATION_CREATED = "organisation:created"
    MEMBER_INVITED = "member:invited"
    MEMBER_JOINED = "member:joined"
    MEMBER_REMOVED = "member:removed"
    AUTHORITY_CREATED = "authority:created"
    AUTHORITY_MEMBER_JOINED = "authority_member:joined"
    ENQUIRY_WRITTEN = "enquiry:written"
    ENQUIRY_CONTINUED = "enquiry:continued"  # by the organisation, with another message
    ENQUIRY_ANSWERED = "enquiry:answered"
    ENQUIRY_INVITED = "enquiry:invited"  # the organisation may apply with one click
    ENQUIRY_CLOSED = "enquiry:closed"
    ENQUIRY_APPLIED = "enquiry:applied"  # an application was started from it
    FAST_ANSWER_ASKED = "fast_answer:asked"
    FAST_ANSWER_GIVEN = "fast_answer:given"
    FAST_ANSWER_WITHHELD = "fast_answer:withheld"  # the term passed in silence
    FAST_ANSWER_PASSED_ON = "fast_answer:passed_on"  # to those that follow an ended authority
    FAST_ANSWER_CLOSED = "fast_answer:closed"  # who was silent has ended
    APPLICATION_STARTED = "application:started"
    APPLICATION_SECTION_SAVED = "application:section_saved"
    APPLICATION_ANSWERS_COPIED = "application:answers_copied"
    APPLICATION_FILE_ATTACHED = "application:file_attached"
    APPLICATION_FILE_REMOVED = "application:file_removed"
    APPLICATION_SUBMITTED = "application:submitted"
    APPLICATION_TRIAGE_STARTED = "application:triage_started"
    APPLICATION_RETURNED = "application:returned"
    APPLICATION_RESUBMITTED = "application:resubmitted"
    APPLICATION_ASSIGNED = "application:assigned"
    APPLICATION_REVIEW_STARTED = "application:review_started"
    APPLICATION_INFORMATION_REQUESTED = "application:information_requested"
    CONFIDENTIAL_OPENED = "confidential:opened"  # by a reader who is not of the company
    APPLICATION_INFORMATION_SAVED = "application:information_saved"  # by the company, not sent
    APPLICATION_INFORMATION_ANSWERED = "application:information_answered"
    APPLICATION_DELIBERATION_OPENED = "application:deliberation_opened"
    PRELIMINARY_ANNOUNCED = "preliminary:announced"
    PRELIMINARY_ANSWERED = "preliminary:answered"  # by the company
    PRELIMINARY_SILENT = "preliminary:silent"  # the term for an answer passed
    APPLICATION_DECIDED = "application:decided"
    APPLICATION_REDIRECTED = "application:redirected"
    APPLICATION_WITHDRAWN = "application:withdrawn"
    APPLICATION_LAPSED = "application:lapsed"
    GUIDANCE_GIVEN = "guidance:given"
    GUIDANCE_CORRECTED = "guidance:corrected"  # by a further entry
    GUIDANCE_ANSWERED = "guidance:answered"  # by the company
    RECEIPT_CONFIRMED = "receipt:confirmed"
    ASSIGNMENT_ACCEPTED = "assignment:accepted"
    ASSIGNMENT_DECLINED = "assignment:declined"
    OFFICER_NAMED = "officer:named"
    CONFLICT_DENIED = "conflict:denied"  # the officer declared to have none
    CONFLICT_DECLARED = "conflict:declared"  # the officer is recused
    REVIEW_SAVED = "review:saved"
    POSITION_TAKEN = "position:taken"
    TRIAL_OPENED = "trial:opened"
    TRIAL_PLAN_SAVED = "trial:plan_saved"
    TRIAL_PLAN_AGREED = "trial:plan_agreed"
    START_CONDITION_SET = "start_condition:set"
    REQUIREMENT_DOCUMENTED = "requirement:documented"
    REQUIREMENT_APPROVED = "requirement:approved"
    REQUIREMENT_REFUSED = "requirement:refused"  # the approval that was asked for
    REQUIREMENT_WAIVED = "requirement:waived"
    APPROVAL_ASKED = "approval:asked"  # the term for it runs
    APPROVAL_TERM_ENDED = "approval:term_ended"  # something else is missing again
    APPROVAL_GRANTED_BY_SILENCE = "approval:granted_by_silence"
    APPROVAL_DENIED_BY_SILENCE = "approval:denied_by_silence"
    APPROVALS_WITHDRAWN = "approvals:withdrawn"  # a document changed after they were given
    STAGE_ENTERED = "stage:entered"
    MONITORING_REPORT_SUBMITTED = "monitoring_report:submitted"
    MONITORING_REPORT_ACCEPTED = "monitoring_report:accepted"
    MONITORING_REPORT_RETURNED = "monitoring_report:returned"
    FINAL_REPORT_SUBMITTED = "final_report:submitted"
    FINAL_REPORT_CORRECTED = "final_report:corrected"  # as a further version
    INCIDENT_OPENED = "incident:opened"
    INCIDENT_COMPLETED = "incident:completed"
    INCIDENT_REACTED = "incident:reacted"
    INCIDENT_CLOSED = "incident:closed"
    TRIAL_SUSPENDED = "trial:suspended"
    RESUMPTION_AGREED = "resumption:agreed"
    TRIAL_RESUMED = "trial:resumed"
    TRIAL_COMPLETED = "trial:completed"
    TRIAL_ENDED_EARLY = "trial:ended_early"
    RELIEF_DRAFTED = "relief:drafted"
    RELIEF_DISCARDED = "relief:discarded"
    RELIEF_GRANTED = "relief:granted"
    RELIEF_EXTENDED = "relief:extended"  # by a further one that names it
    RELIEF_REFUSED = "relief:refused"
    RELIEF_ENDED = "relief:ended"  # before its day
    OUTCOME_DRAFTED = "outcome:drafted"
    OUTCOME_SAVED = "outcome:saved"
    OUTCOME_SENT_FOR_PUBLICATION = "outcome:sent_for_publication"
    OUTCOME_CONSENTED = "outcome:consented"  # the company agrees to its publication
    OUTCOME_CONSENT_REFUSED = "outcome:consent_refused"
    OUTCOME_RETURNED = "outcome:returned"
    OUTCOME_PUBLISHED = "outcome:published"
    ROUND_TABLE_REGISTERED = "round_table:registered"
    PACK_UPLOADED = "pack:uploaded"
    PACK_ACTIVATED = "pack:activated"
    PACK_RETIRED = "pack:retired"
    PACK_DISCARDED = "pack:discarded"
    PACK_ADOPTED = "pack:adopted"
    APPLICATION_MOVED = "application:moved"  # to a newer version of the rules
    DOSSIER_ASKED = "dossier:asked"
    DOSSIER_MADE = "dossier:made"
    DOSSIER_RECEIVED = "dossier:received"  # of another installation, to be checked
    DOSSIER_IMPORTED = "dossier:imported"  # it is what it claims to be
    DOSSIER_REFUSED = "dossier:refused"
    LEAD_OFFERED = "lead:offered"
    LEAD_OFFER_WITHDRAWN = "lead_offer:withdrawn"
    LEAD_OFFER_DECLINED = "lead_offer:declined"
    LEAD_PASSED = "lead:passed"  # another authority on the case leads it from now on
    NOTE_WRITTEN = "note:written"  # its text stands nowhere but in the note
    QUESTION_SUGGESTED = "question:suggested"  # to the lead, for the company
    SUGGESTION_TAKEN = "suggestion:taken"
    SUGGESTION_LEFT = "suggestion:left"
    ASSOCIATE_ADDED = "associate:added"  # during the review
    ASSOCIATE_RELEASED = "associate:released"
    AUTHORITY_REPLACED = "authority:replaced"  # asked in place of one that declined
    AUTHORITY_ENDED = "authority:ended"  # a succession was applied, for the whole programme
    AUTHORITY_SUCCEEDED = "authority:succeeded"  # a case went to those that follow


class AuditEntry(Base):
    """Keep one deed: who did what to which subject, when; nothing is ever changed here."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_at", "at", "tick", "id"),
        Index("ix_audit_entry_application_id_at", "application_id", "at", "tick"),
        Index("ix_audit_entry_subject_id_at", "subject_id", "at", "tick"),
    )

    at: Mapped[datetime]
    tick: Mapped[int]  # the order of several deeds within one transaction
    deed: Mapped[str]
    actor_kind: Mapped[str]
    person_id: Mapped[UUID | None]
    authority_id: Mapped[UUID | None]  # on whose behalf, where it is an authority's deed
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    application_id: Mapped[UUID | None]  # the case whose history this belongs to
    details: Mapped[dict[str, Any]]


class Subject(Protocol):
    """Describe what a deed can be done to: any row."""

    @property
    def id(self) -> UUID:
        """Return the key of the row."""
        ...


def record(
    session: Session,
    actor: Actor,
    deed: Deed,
    subject: Subject,
    *,
    now: datetime,
    authority_id: UUID | None = None,
    also: tuple[Subject, ...] = (),
    **details: Scalar,
) -> AuditEntry:
    """Append a deed in its own transaction and explain the changes of `subject` and `also`.

    Shape: details are scalars, never secrets; days, instants and ids are stored as text.
    """
    tick = session.info.get("tick", 0) + 1
    session.info["tick"] = tick % 1_000_000
    explained: set[UUID] = session.info.setdefault("explained", set())
    explained.update(explained_ids(subject))
    for other in also:
        explained.update(explained_ids(other))
    entry = AuditEntry(
        at=now,
        tick=tick,
        deed=deed.value,
        actor_kind=actor.kind,
        person_id=actor.person_id,
        authority_id=authority_id,
        subject_type=type(subject).__name__,
        subject_id=subject.id,
        application_id=case_of(subject),
        details={key: plain(value) for key, value in details.items()},
    )
    session.add(entry)
    return entry


def explained_ids(subject: Subject) -> set[UUID]:
    """Return the ids whose changes a record about this subject explains."""
    audited_as = getattr(subject, "audited_as", None)
    return {subject.id} if audited_as is None else {subject.id, audited_as()}


def case_of(subject: Subject) -> UUID | None:
    """Return the application whose history a deed on this subject belongs to."""
    found: UUID | None = getattr(subject, "application_id", None)
    if found is None and type(subject).__name__ == "Application":
        found = subject.id
    return found


def plain(value: Scalar) -> str | int | bool | None:
    """Return a detail as JSON can hold it."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
