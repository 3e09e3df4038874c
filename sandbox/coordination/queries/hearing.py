"""Read what a company was told before it was decided, and what it answered."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.domain.applications import ApplicationStatus
from sandbox.models import Application, PreliminaryResult

_ANSWERABLE = (ApplicationStatus.PRELIMINARY, ApplicationStatus.DELIBERATION)


def list_preliminary_results(session: Session, application_id: UUID) -> Sequence[PreliminaryResult]:
    """List what was announced to the company of a case, oldest first."""
    return session.scalars(
        select(PreliminaryResult)
        .where(PreliminaryResult.application_id == application_id)
        .order_by(PreliminaryResult.number)
    ).all()


def get_preliminary_result(
    session: Session, application_id: UUID, number: int
) -> PreliminaryResult:
    """Return one announcement on a case. Raises: NotFound."""
    found = session.scalar(
        select(PreliminaryResult).where(
            PreliminaryResult.application_id == application_id, PreliminaryResult.number == number
        )
    )
    if found is None:
        raise NotFound(application_id=application_id)
    return found


def find_answerable(session: Session, application: Application) -> PreliminaryResult | None:
    """Return the announcement to which the company may answer still: the last, once."""
    last = session.scalar(
        select(PreliminaryResult)
        .where(PreliminaryResult.application_id == application.id)
        .order_by(PreliminaryResult.number.desc())
        .limit(1)
    )
    return last if last is not None and is_answerable(last, application) else None


def is_answerable(last: PreliminaryResult, application: Application) -> bool:
    """Tell whether the company may answer to the last announcement: once, until the decision."""
    return last.answer is None and application.status in _ANSWERABLE


def list_unanswered(session: Session, before: date) -> Sequence[Application]:
    """List the cases whose company had its last day for an answer before a day."""
    return session.scalars(
        select(Application)
        .where(
            Application.status == ApplicationStatus.PRELIMINARY,
            Application.answer_due_on < before,
        )
        .order_by(Application.answer_due_on, Application.id)
    ).all()
