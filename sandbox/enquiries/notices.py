"""Tell people what happened to an enquiry: few mails, each of which asks or answers."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import Reader
from sandbox.enquiries import queries
from sandbox.kernel.mail import post_to
from sandbox.models import Enquiry

Param = str | int | bool | None | date | datetime


def written(session: Session, enquiry: Enquiry, *, now: datetime) -> None:
    """Give the organisation its number, and tell the secretariat that it is asked."""
    company = queries.list_members(session, enquiry.organisation_id)
    _tell(session, company, "received", enquiry, now)
    secretariat = queries.list_secretariat(session)
    _tell(session, secretariat, "arrived", enquiry, now, kind=enquiry.kind)


def continued(session: Session, enquiry: Enquiry, *, now: datetime) -> None:
    """Tell the secretariat that the organisation has written again."""
    _tell(session, queries.list_secretariat(session), "continued", enquiry, now)


def answered(
    session: Session, enquiry: Enquiry, *, invites: bool, closes: bool, now: datetime
) -> None:
    """Tell the organisation that the secretariat has answered, and what follows from it."""
    company = queries.list_members(session, enquiry.organisation_id)
    _tell(session, company, "answered", enquiry, now, invites=invites, closes=closes)


def closed(session: Session, enquiry: Enquiry, *, by_company: bool, now: datetime) -> None:
    """Tell the other side that an enquiry is closed."""
    readers = (
        queries.list_secretariat(session)
        if by_company
        else queries.list_members(session, enquiry.organisation_id)
    )
    _tell(session, readers, "closed", enquiry, now, by_company=by_company)


def authority_asked(
    session: Session, enquiry: Enquiry, authority_id: UUID, *, due_on: date, now: datetime
) -> None:
    """Ask the people of an authority whether any rule applies."""
    people = queries.list_people_of(session, authority_id)
    _tell(session, people, "asked", enquiry, now, due_on=due_on)


def authority_silent(
    session: Session,
    enquiry: Enquiry,
    authority_id: UUID,
    *,
    authority: str,
    due_on: date,
    now: datetime,
) -> None:
    """Tell an authority and the secretariat that its term passed in silence."""
    people = (
        *queries.list_people_of(session, authority_id),
        *queries.list_secretariat(session),
    )
    _tell(session, people, "silent", enquiry, now, authority=authority, due_on=due_on)


def answers_complete(session: Session, enquiry: Enquiry, *, silent: int, now: datetime) -> None:
    """Tell the organisation and the secretariat that no answer is awaited any more."""
    readers = (
        *queries.list_members(session, enquiry.organisation_id),
        *queries.list_secretariat(session),
    )
    _tell(session, readers, "complete", enquiry, now, silent=silent)


def answered_late(session: Session, enquiry: Enquiry, *, authority: str, now: datetime) -> None:
    """Tell the organisation that an authority has answered after its term."""
    company = queries.list_members(session, enquiry.organisation_id)
    _tell(session, company, "late", enquiry, now, authority=authority)


def _tell(
    session: Session,
    readers: Iterable[Reader],
    template: str,
    enquiry: Enquiry,
    now: datetime,
    **params: Param,
) -> None:
    for reader in {reader.id: reader for reader in readers}.values():
        post_to(
            session,
            reader,
            f"enquiries/{template}",
            now,
            enquiry_id=enquiry.id,
            reference=enquiry.reference,
            subject=enquiry.subject,
            **params,
        )
