"""Read what the public may see; nothing here depends on who asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.paging import Page, paged
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    Decision,
    Organisation,
    OutcomeReport,
    Trial,
    TrialStage,
)

EXPORT_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """Count what the start page shows."""

    applications: int
    trials: int
    running: int
    reports: int


def count_figures(session: Session) -> Figures:
    """Count applications received, trials admitted, trials running and reports published."""
    # A draft that was withdrawn before it was sent was never received.
    received = select(func.count()).where(Application.submitted_at.is_not(None))
    running = select(func.count()).where(Trial.status == TrialStatus.RUNNING.value)
    reports = select(func.count()).where(OutcomeReport.status == ReportStatus.PUBLISHED.value)
    row = session.execute(
        select(
            received.scalar_subquery(),
            select(func.count(Trial.id)).scalar_subquery(),
            running.scalar_subquery(),
            reports.scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def list_latest(session: Session, limit: int) -> Sequence[Any]:
    """List the trials that were opened last."""
    return session.execute(
        select(
            Trial.reference,
            Trial.title,
            Application.language,
            Trial.opened_at,
            Organisation.name.label("organisation"),
        )
        .join(Organisation, Organisation.id == Trial.organisation_id)
        .join(Application, Application.id == Trial.application_id)
        .order_by(Trial.opened_at.desc(), Trial.id.desc())
        .limit(limit)
    ).all()


def list_trials(
    session: Session, *, tier: str | None, status: str | None, after: str | None
) -> Page[Row[Any]]:
    """List admitted trials for everybody, the latest change first."""
    statement = _filtered(_trials(), tier, status)
    key = (Trial.changed_at, Trial.id)
    return paged(session, statement, key, (datetime, UUID), after)


def each_trial(session: Session) -> Iterator[Row[Any]]:
    """Give every trial of the register, read in pieces so that memory stays constant."""
    after: str | None = None
    while True:
        page = paged(
            session,
            _trials(),
            (Trial.changed_at, Trial.id),
            (datetime, UUID),
            after,
            size=EXPORT_CHUNK,
        )
        yield from page.rows
        if page.next_key is None:
            return
        after = page.next_key


def get_trial(session: Session, reference: str) -> Any:
    """Return a trial by its reference. Raises: NotFound."""
    row = session.execute(
        _trials()
        .add_columns(
            Trial.public_summary,
            Trial.application_id,
            Decision.conditions,
            Decision.decided_at,
            Decision.pack_version.label("decided_under"),
        )
        .outerjoin(Decision, Decision.application_id == Trial.application_id)
        .where(Trial.reference == reference)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def list_stages(session: Session, trial_id: UUID) -> Sequence[Any]:
    """List the stages that a trial has entered, in order."""
    return session.execute(
        select(TrialStage.key, TrialStage.entered_at, TrialStage.left_at)
        .where(TrialStage.trial_id == trial_id)
        .order_by(TrialStage.sequence)
    ).all()


def list_authorities(session: Session, application_id: UUID) -> Sequence[Any]:
    """List the authorities that supervise a trial, the lead first."""
    return session.execute(
        select(Authority.code, Authority.names, AuthorityAssignment.role)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.state == "accepted",
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    ).all()


def _trials() -> Any:
    report = (
        select(func.max(OutcomeReport.slug))
        .where(
            OutcomeReport.trial_id == Trial.id,
            OutcomeReport.status == ReportStatus.PUBLISHED.value,
        )
        .correlate(Trial)
        .scalar_subquery()
    )
    return (
        select(
            Trial.reference,
            Trial.title,
            Application.language,  # in which the title is written
            Organisation.name.label("organisation"),
            Trial.tier,
            Trial.status,
            Trial.stage,
            Trial.pack_code,
            Trial.pack_version,
            Trial.opened_at,
            Trial.ended_at,
            Trial.exit_kind,
            report.label("report"),
            Trial.changed_at,
            Trial.id,
        )
        .join(Organisation, Organisation.id == Trial.organisation_id)
        .join(Application, Application.id == Trial.application_id)
    )


def _filtered(statement: Any, tier: str | None, status: str | None) -> Any:
    if tier:
        statement = statement.where(Trial.tier == tier)
    return statement.where(Trial.status == status) if status else statement
