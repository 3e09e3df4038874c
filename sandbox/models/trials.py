"""Keep trials: plans, stages, what opens their gates, monitoring, incidents, suspensions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sandbox.kernel.db import Audited, Base, Versioned
from sandbox.models.applications import Application
from sandbox.models.people import Organisation


class Trial(Audited, Versioned, Base):
    """Keep one sandbox test; who may see it follows from its application."""

    __tablename__ = "trial"
    __table_args__ = (
        Index("ix_trial_status", "status", "changed_at", "id"),
        Index("ix_trial_organisation_id", "organisation_id"),
        Index("ix_trial_changed_at", "changed_at", "id"),
    )

    application_id: Mapped[UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    pack_code: Mapped[str]
    pack_version: Mapped[str]
    tier: Mapped[str]
    tiering: Mapped[dict[str, Any]]  # {"points", "reasons": [...]}, as it was computed
    status: Mapped[str]  # domain.trials.TrialStatus
    stage: Mapped[str | None]  # key of the current stage
    stage_sequence: Mapped[int] = mapped_column(default=0)
    plan_agreed_at: Mapped[datetime | None]
    exit_kind: Mapped[str | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    public_summary: Mapped[dict[str, Any]]  # answers that the pack lets the register show

    application: Mapped[Application] = relationship()
    organisation: Mapped[Organisation] = relationship()


class TrialPlan(Audited, Versioned, Base):
    """Keep the plan of a trial; who agreed to its wording stands in PlanAgreement."""

    __tablename__ = "trial_plan"

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"), unique=True)
    fields: Mapped[dict[str, Any]]
    saved_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.trial_id


class PlanAgreement(Audited, Base):
    """Keep that one party agreed to a wording of the plan; a change of it withdraws them all."""

    __tablename__ = "plan_agreement"
    __table_args__ = (UniqueConstraint("trial_id", "party"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    party: Mapped[str]  # "company", or the code of an authority
    plan_version: Mapped[int]
    agreed_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.trial_id


class StartCondition(Audited, Versioned, Base):
    """Keep the state of one thing that must be in place before participants are exposed."""

    __tablename__ = "start_condition"
    __table_args__ = (UniqueConstraint("trial_id", "key"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    key: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")  # open, met, blocked_by_third_party
    note: Mapped[str] = mapped_column(default="")
    set_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime | None]

    def audited_as(self) -> UUID:
        return self.trial_id


class TrialStage(Audited, Base):
    """Keep a stage that was entered; the unique sequence makes a transition happen once."""

    __tablename__ = "trial_stage"
    __table_args__ = (UniqueConstraint("trial_id", "sequence"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    sequence: Mapped[int]
    key: Mapped[str]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    def audited_as(self) -> UUID:
        return self.trial_id


class GateEvidence(Audited, Base):
    """Keep a document, an approval, a refusal or a waiver that speaks of a requirement of a gate.

    An approval or a refusal that a changed document has withdrawn stays as a trace and speaks for
    nothing; so does an approval that somebody of the same authority overtook with a refusal.
    """

    __tablename__ = "gate_evidence"
    __table_args__ = (
        Index("ix_gate_evidence_trial_id", "trial_id", "stage"),
        UniqueConstraint("trial_id", "stage", "requirement", "kind", "person_id"),
    )

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    stage: Mapped[str]  # the stage behind the gate; "" for completion
    requirement: Mapped[str]
    # document, approval, refusal, waiver; withdrawn and refusal_withdrawn by another document;
    # overtaken by a refusal
    kind: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("authority.id"))
    note: Mapped[str] = mapped_column(default="")
    filename: Mapped[str | None]
    content_type: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    given_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.trial_id


class ApprovalTerm(Audited, Base):
    """Keep of whom an approval is asked since a day, by when, and what silence came to mean.

    Whoever comes to the case later is asked within a term of its own.
    """

    __tablename__ = "approval_term"
    __table_args__ = (UniqueConstraint("trial_id", "stage", "requirement", "asked_on"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    stage: Mapped[str]  # the stage behind the gate; "" for completion
    requirement: Mapped[str]
    asked_on: Mapped[date]
    due_on: Mapped[date]
    silence: Mapped[str] = mapped_column(default="none")  # domain.packs.Silence, once it counts
    settled_at: Mapped[datetime | None]
    # Codes of authorities, or "secretariat": who is asked; once it is settled, who was silent.
    parties: Mapped[list[Any]] = mapped_column(default=list)

    def audited_as(self) -> UUID:
        return self.trial_id


class MonitoringReport(Audited, Versioned, Base):
    """Keep a company's periodic report on a stage."""

    __tablename__ = "monitoring_report"
    __table_args__ = (UniqueConstraint("trial_id", "number"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("trial_stage.id"))
    number: Mapped[int]
    due_on: Mapped[date | None]
    narrative: Mapped[str]
    participants: Mapped[int]
    # Only where the stage limits them; amounts are cents of the pack's currency.
    places: Mapped[int | None]
    amount_each: Mapped[int | None] = mapped_column(BigInteger)
    amount_total: Mapped[int | None] = mapped_column(BigInteger)
    # submitted, accepted, returned; lapsed where the trial ended before it was corrected
    state: Mapped[str]
    remark: Mapped[str] = mapped_column(default="")
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    judged_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(
        index=True, unique=True
    )  # the form's idempotency key

    def audited_as(self) -> UUID:
        return self.trial_id


class Reading(Audited, Base):
    """Keep one measured value of a metric."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("trial_id", "metric", "measured_on"),
        Index("ix_reading_report_id", "report_id"),
    )

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("monitoring_report.id"))
    metric: Mapped[str]
    value: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    measured_on: Mapped[date]
    level: Mapped[str]  # domain.monitoring.Level, judged when it came in

    def audited_as(self) -> UUID:
        return self.trial_id


class Incident(Audited, Versioned, Base):
    """Keep something that went wrong during a trial until the lead closes it."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_trial_id", "trial_id", "closed_at"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    class_key: Mapped[str]
    serious: Mapped[bool]
    what_happened: Mapped[str]
    persons_affected: Mapped[int]
    opened_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    known_at: Mapped[datetime]  # when the company learned of it
    opened_at: Mapped[datetime]  # the first report
    due_at: Mapped[datetime]  # of the first report
    complete_due_at: Mapped[datetime | None]  # None: the first report must say everything
    complete_report: Mapped[str] = mapped_column(default="")
    completed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    completed_at: Mapped[datetime | None]
    reaction_due_at: Mapped[datetime | None]  # None: the lead is asked for no answer
    reaction: Mapped[str] = mapped_column(default="")
    reacted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reacted_at: Mapped[datetime | None]
    correction: Mapped[str] = mapped_column(default="")
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    form_key: Mapped[str | None] = mapped_column(
        index=True, unique=True
    )  # the form's idempotency key

    def audited_as(self) -> UUID:
        return self.trial_id


class FinalReport(Audited, Base):
    """Keep a version of what a company reports once its trial has ended; the last one counts."""

    __tablename__ = "trial_final_report"
    __table_args__ = (UniqueConstraint("trial_id", "number"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    number: Mapped[int] = mapped_column(default=1)
    text: Mapped[str]
    filename: Mapped[str | None]
    content_type: Mapped[str | None]
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    submitted_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]

    def audited_as(self) -> UUID:
        return self.trial_id


class Suspension(Audited, Versioned, Base):
    """Keep a stop of a trial; resuming needs the lead and whoever suspended.

    Where it is neither the company's nor an authority's, the pack's own rule suspended.
    """

    __tablename__ = "suspension"
    __table_args__ = (Index("ix_suspension_trial_id", "trial_id", "resumed_at"),)

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial.id"))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("authority.id"))
    by_company: Mapped[bool]
    ground: Mapped[str | None]  # a key of the pack's; None where it names no grounds
    reason: Mapped[str]
    suspended_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    suspended_at: Mapped[datetime]
    lead_agreed_at: Mapped[datetime | None]
    suspender_agreed_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]

    @property
    def is_by_rule(self) -> bool:
        """Tell whether the pack's own rule suspended, so that the lead alone lets it go on."""
        return self.authority_id is None and not self.by_company

    def audited_as(self) -> UUID:
        return self.trial_id
