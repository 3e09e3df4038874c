"""Tell people about outcome reports."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from sandbox.applications.queries import has_conflict
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.mail import post_to
from sandbox.models import Membership, OutcomeReport, Person, StaffGrant


def tell_publishers(session: Session, report: OutcomeReport, now: datetime) -> None:
    """Ask those who may publish to read the report; never its drafter, or who is recused."""
    people = session.scalars(
        select(Person)
        .join(StaffGrant, StaffGrant.person_id == Person.id)
        .where(
            StaffGrant.role == StaffRole.PUBLISHER.value,
            Person.active.is_(True),
            Person.id != report.drafted_by_id,
            ~has_conflict(report.trial.application_id),
        )
    )
    for person in people:
        _post(session, person, "outcomes/to_publish", report, now)


def ask_company(session: Session, report: OutcomeReport, now: datetime) -> None:
    """Ask everybody at the company whether the report may become public."""
    for person in session.scalars(_members(report)):
        _post(session, person, "outcomes/consent_asked", report, now)


def tell_drafter(session: Session, report: OutcomeReport, now: datetime) -> None:
    """Say that the report came back, and why."""
    person = session.get_one(Person, report.drafted_by_id)
    _post(session, person, "outcomes/returned", report, now)


def tell_company(session: Session, report: OutcomeReport, now: datetime) -> None:
    """Say to everybody at the company that the report is public."""
    for person in session.scalars(_members(report)):
        _post(session, person, "outcomes/published", report, now)


def _members(report: OutcomeReport) -> Select[Person]:
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == report.trial.organisation_id, Person.active.is_(True))
    )


def _post(
    session: Session, person: Person, template: str, report: OutcomeReport, now: datetime
) -> None:
    post_to(
        session,
        person,
        template,
        now,
        application_id=report.trial.application_id,
        reference=report.trial.reference,
        title=report.title,
        slug=report.slug,
        report_id=report.id,
        reason=report.return_reason,
        consent=report.consent,
        consent_reason=report.consent_reason,
    )
