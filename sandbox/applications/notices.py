"""Tell people what happened to an application: few mails, each of which asks or confirms."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from sandbox.applications import queries
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import Text
from sandbox.domain.refusing import list_in_words
from sandbox.kernel.mail import post_to
from sandbox.models import Application, Submission
from sandbox.packs import active

Param = str | int | date | datetime | Text


def submitted(
    session: Session, application: Application, submission: Submission, *, now: datetime
) -> None:
    """Give the company its receipt, and tell the secretariat that there is something to check."""
    template = "submitted" if submission.number == 1 else "resubmitted"
    _tell(
        session,
        queries.list_members(session, application.organisation_id),
        template,
        application,
        now,
        number=submission.number,
        content_hash=submission.content_hash,
        submitted_at=submission.submitted_at,
    )
    readers = queries.list_caseworkers(session, application.id)
    _tell(session, readers, "arrived", application, now, number=submission.number)


def returned(
    session: Session, application: Application, *, due_on: date, until: date, now: datetime
) -> None:
    """Ask the company to correct its application.

    Shape: `until` is the last day on which a correction is taken, be it late.
    """
    readers = queries.list_members(session, application.organisation_id)
    _tell(session, readers, "returned", application, now, due_on=due_on, until=until)


def decided_at_triage(
    session: Session,
    application: Application,
    *,
    reason: str,
    codes: Collection[str],
    now: datetime,
) -> None:
    """Tell the company that the secretariat has closed its application, and why.

    Shape: `codes` are the reasons of the case's rules that were chosen beside the words.
    """
    readers = queries.list_members(session, application.organisation_id)
    if application.outcome == DecisionOutcome.REDIRECTED:
        _tell(session, readers, "redirected", application, now, reason=reason)
        return
    pack = active.pack_of(application)
    chosen = [each for each in pack.refusal_reasons if each.code in codes]
    named = {"refused_for": list_in_words(chosen, pack.languages)} if chosen else {}
    _tell(session, readers, "declined", application, now, reason=reason, **named)


def withdrawn(session: Session, application: Application, *, reason: str, now: datetime) -> None:
    """Tell those who work on the case that it is over."""
    readers = (
        *queries.list_caseworkers(session, application.id),
        *queries.list_case_officers(session, application.id),
    )
    _tell(session, readers, "withdrawn", application, now, reason=reason)


def information_requested(
    session: Session, application: Application, *, due_on: date, until: date, now: datetime
) -> None:
    """Ask the company to answer the lead authority.

    Shape: `until` is the last day on which an answer is taken, be it late.
    """
    readers = queries.list_members(session, application.organisation_id)
    asked = {"due_on": due_on, "until": until}
    _tell(session, readers, "information_requested", application, now, **asked)


def information_answered(session: Session, application: Application, *, now: datetime) -> None:
    """Tell the officers on the case that the answer is there."""
    readers = queries.list_case_officers(session, application.id)
    _tell(session, readers, "information_answered", application, now)


def lapsed(session: Session, application: Application, *, now: datetime) -> None:
    """Tell the company that its term has passed."""
    readers = queries.list_members(session, application.organisation_id)
    _tell(session, readers, "lapsed", application, now)


def _tell(
    session: Session,
    readers: Iterable[queries.Reader],
    template: str,
    application: Application,
    now: datetime,
    **params: Param,
) -> None:
    for reader in {reader.id: reader for reader in readers}.values():
        post_to(
            session,
            reader,
            f"applications/{template}",
            now,
            application_id=application.id,
            reference=application.reference or "",
            title=application.title,
            secrets=None,
            **params,
        )
