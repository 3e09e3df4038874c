"""Read outcome reports: drafts for staff, published ones for everybody."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import NotFound, conceivable, scope
from sandbox.access.permissions import P
from sandbox.applications.queries import map_lead_stops
from sandbox.domain.outcomes import Consent, ReportStatus, is_issued, report_due_on
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.clock import local_day
from sandbox.kernel.paging import Page, paged
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.models import Decision, Organisation, OutcomeReport, Trial
from sandbox.packs import active


def get_report(
    session: Session, actor: Actor, report_id: UUID, permission: P = P.OUTCOME_READ
) -> OutcomeReport:
    """Return a report that the actor may read. Raises: NotFound."""
    row = session.scalar(
        select(OutcomeReport).where(OutcomeReport.id == report_id, scope(actor, permission))
    )
    if row is None:
        raise NotFound
    return row


def get_trial_to_report(session: Session, actor: Actor, trial_id: UUID) -> Trial:
    """Return a trial of which the actor may draft a report. Raises: NotFound."""
    row = session.scalar(select(Trial).where(Trial.id == trial_id, scope(actor, P.OUTCOME_DRAFT)))
    if row is None:
        raise NotFound
    return row


def find_report_of(session: Session, trial_id: UUID) -> OutcomeReport | None:
    """Return the newest edition of a trial's report, if one was begun."""
    return session.scalar(
        select(OutcomeReport)
        .where(OutcomeReport.trial_id == trial_id)
        .order_by(OutcomeReport.edition.desc())
        .limit(1)
    )


def list_authors(session: Session, report: OutcomeReport) -> frozenset[UUID | None]:
    """Return everybody who drafted this report or saved a word of it."""
    writing = (Deed.OUTCOME_DRAFTED.value, Deed.OUTCOME_SAVED.value)
    found = session.scalars(
        select(AuditEntry.person_id).where(
            AuditEntry.subject_id == report.id, AuditEntry.deed.in_(writing)
        )
    )
    return frozenset({report.drafted_by_id, *found})


def list_reports(session: Session, actor: Actor, after: str | None) -> Page[Row[Any]]:
    """List reports in every state for those who write and publish them, newest change first."""
    statement = (
        select(
            OutcomeReport.title,
            OutcomeReport.status,
            OutcomeReport.consent,
            OutcomeReport.edition,
            OutcomeReport.slug,
            Trial.reference,
            OutcomeReport.changed_at,
            OutcomeReport.id,
        )
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .where(scope(actor, P.OUTCOME_READ))
    )
    key = (OutcomeReport.changed_at, OutcomeReport.id)
    return paged(session, statement, key, (datetime, UUID), after)


def list_trials_without_report(session: Session, actor: Actor, most: int) -> Sequence[Any]:
    """List ended trials of which no report was begun, those first that ended first."""
    return session.execute(
        select(
            Trial.id,
            Trial.application_id,
            Trial.reference,
            Trial.title,
            Trial.ended_at,
            Trial.pack_code,
            Trial.pack_version,
        )
        .outerjoin(OutcomeReport, OutcomeReport.trial_id == Trial.id)
        .where(
            scope(actor, P.OUTCOME_DRAFT),
            Trial.status.in_((TrialStatus.COMPLETED.value, TrialStatus.ENDED_EARLY.value)),
            OutcomeReport.id.is_(None),
        )
        .order_by(Trial.ended_at, Trial.id)
        .limit(most)
    ).all()


def find_consent(session: Session, actor: Actor, application_id: UUID) -> UUID | None:
    """Return the report of a case on which the actor's company is asked, or has answered."""
    return session.scalar(
        select(OutcomeReport.id)
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .where(
            Trial.application_id == application_id,
            OutcomeReport.consent != Consent.NOT_ASKED.value,
            scope(actor, P.OUTCOME_CONSENT),
        )
        .order_by(OutcomeReport.edition.desc())
        .limit(1)
    )


def needs_consent(session: Session, trial: Trial) -> bool:
    """Tell whether a report on this trial is published only if the company agrees.

    A move to other rules takes nothing from what the company was promised when it was admitted.
    """
    if active.pack_of(trial).report_needs_consent:
        return True
    version = session.scalar(
        select(Decision.pack_version).where(Decision.application_id == trial.application_id)
    )
    if version in (None, trial.pack_version):
        return False
    then = active.find_pack_then(trial, version)
    return then is None or then.report_needs_consent


def due_days(session: Session, rows: Iterable[Any]) -> dict[UUID, date | None]:
    """Map cases whose tests have ended to the day by which the report is due.

    Shape: each row has the case and the pack of a trial, and the instant of its end; None stands
    too where its pack can no longer be read. Units: one statement at most.
    """
    packs = {row.application_id: active.find_pack_of(row) for row in rows}
    since = {
        row.application_id: (pack, local_day(row.ended_at, pack.calendar.timezone))
        for row in rows
        if (pack := packs[row.application_id]) is not None
    }
    stops = map_lead_stops(session, since)
    return {
        case: report_due_on(*since[case], stops.get(case, ())) if case in since else None
        for case in packs
    }


def get_published(session: Session, slug: str) -> Any:
    """Return the newest published edition at an address. Raises: NotFound."""
    row = session.execute(
        select(
            OutcomeReport.slug,
            OutcomeReport.edition,
            OutcomeReport.title,
            OutcomeReport.language,
            OutcomeReport.sections,
            OutcomeReport.lessons,
            OutcomeReport.recommendations,
            OutcomeReport.facts,
            OutcomeReport.published_at,
            OutcomeReport.content_hash,
            Trial.pack_code,
            Trial.pack_version,
        )
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .where(OutcomeReport.slug == slug, OutcomeReport.status == ReportStatus.PUBLISHED.value)
        .order_by(OutcomeReport.edition.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def list_published(session: Session, after: str | None) -> Page[Row[Any]]:
    """List published reports for everybody, newest first."""
    statement = (
        select(
            OutcomeReport.slug,
            OutcomeReport.title,
            OutcomeReport.language,
            OutcomeReport.edition,
            OutcomeReport.published_at,
            Organisation.name.label("organisation"),
            Trial.tier,
            Trial.pack_code,
            Trial.pack_version,
            OutcomeReport.changed_at,
            OutcomeReport.id,
        )
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .join(Organisation, Organisation.id == Trial.organisation_id)
        .where(OutcomeReport.status == ReportStatus.PUBLISHED.value)
    )
    key = (OutcomeReport.changed_at, OutcomeReport.id)
    return paged(session, statement, key, (datetime, UUID), after)


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:  # noqa: ARG001
    """List reports to draft, to finish or to publish, for the people who may."""
    tasks: list[Task] = []
    if conceivable(actor, P.OUTCOME_DRAFT):
        rows = list_trials_without_report(session, actor, MOST_OF_A_KIND + 1)
        due = due_days(session, rows)
        tasks += [
            Task(
                kind="outcomes.draft",
                reference=row.reference,
                title=row.title,
                since=row.ended_at,
                due_on=due[row.application_id],
                endpoint="outcomes.begin",
                values={"trial_id": str(row.id)},
            )
            for row in rows
        ]
    if conceivable(actor, P.OUTCOME_EDIT):
        is_mine = OutcomeReport.drafted_by_id == actor.person_id
        to_finish = and_(is_mine, scope(actor, P.OUTCOME_EDIT))
        tasks += _tasks(session, ReportStatus.DRAFT, to_finish, "outcomes.finish")
    if conceivable(actor, P.OUTCOME_CONSENT):
        to_answer = and_(
            OutcomeReport.consent == Consent.ASKED.value, scope(actor, P.OUTCOME_CONSENT)
        )
        tasks += _tasks(session, ReportStatus.AWAITING_PUBLICATION, to_answer, "outcomes.consent")
    if conceivable(actor, P.OUTCOME_PUBLISH):
        # While the company reads, or once it has refused, a publisher can only take it back.
        stands_free = OutcomeReport.consent.not_in((Consent.ASKED.value, Consent.REFUSED.value))
        to_publish = and_(stands_free, scope(actor, P.OUTCOME_PUBLISH))
        tasks += _tasks(session, ReportStatus.AWAITING_PUBLICATION, to_publish, "outcomes.publish")
    return tasks


PAGES = {
    "outcomes.consent": "outcomes.consent",
    "outcomes.finish": "outcomes.edit",
    "outcomes.publish": "outcomes.show",
}
"""The page on which each kind of task is done."""


def _tasks(
    session: Session, status: ReportStatus, condition: ColumnElement[bool], kind: str
) -> list[Task]:
    """Make tasks of the reports in a status that have waited longest."""
    rows = session.execute(
        select(
            OutcomeReport.id,
            OutcomeReport.title,
            OutcomeReport.changed_at,
            OutcomeReport.consent,
            Trial.reference,
            Trial.application_id,
            Trial.ended_at,
            Trial.pack_code,
            Trial.pack_version,
        )
        .join(Trial, Trial.id == OutcomeReport.trial_id)
        .where(OutcomeReport.status == status.value, condition)
        .order_by(OutcomeReport.changed_at, OutcomeReport.id)
        .limit(MOST_OF_A_KIND + 1)
    ).all()
    # The term of the report is the programme's, and met once the company has the report.
    due = due_days(session, [row for row in rows if not is_issued(status, Consent(row.consent))])
    return [_task(row, kind, due.get(row.application_id)) for row in rows]


def _task(row: Row[*tuple[Any, ...]], kind: str, due_on: date | None) -> Task:
    return Task(
        kind=kind,
        reference=row.reference,
        title=row.title,
        since=row.changed_at,
        due_on=due_on,
        endpoint=PAGES[kind],
        values={"report_id": str(row.id)},
    )
