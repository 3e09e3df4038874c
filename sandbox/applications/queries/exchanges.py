"""Read what was asked of the company, and the clocks that stood still meanwhile."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.applications import (
    OPEN_STATUSES,
)
from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.packs import (
    PolicyPack,
)
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ApplicationReturn,
    AuthorityAssignment,
    ClockStop,
    InformationRequest,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState

DECISION_CLOCK = "decision"


def find_return(session: Session, application_id: UUID) -> ApplicationReturn | None:
    """Return the latest return of an application to its company."""
    return session.scalars(
        select(ApplicationReturn)
        .where(ApplicationReturn.application_id == application_id)
        .order_by(ApplicationReturn.number.desc())
        .limit(1)
    ).one_or_none()


def list_requests(session: Session, application_id: UUID) -> Sequence[InformationRequest]:
    """List the requests for information on a case, oldest first."""
    return session.scalars(
        select(InformationRequest)
        .where(InformationRequest.application_id == application_id)
        .order_by(InformationRequest.number)
    ).all()


def find_open_request(session: Session, application_id: UUID) -> InformationRequest | None:
    """Return the request for information that the company has not answered yet."""
    return session.scalars(
        select(InformationRequest)
        .where(
            InformationRequest.application_id == application_id,
            InformationRequest.answered_at.is_(None),
        )
        .order_by(InformationRequest.number.desc())
        .limit(1)
    ).one_or_none()


def find_lead(session: Session, application_id: UUID) -> UUID | None:
    """Return the authority that leads the case, once it has accepted."""
    return session.scalars(
        select(AuthorityAssignment.authority_id).where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.role == AssignmentRole.LEAD,
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
        )
    ).one_or_none()


def list_open_stops(session: Session, application_id: UUID) -> Sequence[ClockStop]:
    """List the stops of the clocks that have not ended."""
    return session.scalars(
        select(ClockStop).where(
            ClockStop.application_id == application_id, ClockStop.ended_on.is_(None)
        )
    ).all()


def list_stops(session: Session, application_id: UUID) -> tuple[Stop, ...]:
    """List all stops of a case; which of them stop a clock is said by the clock itself."""
    rows = session.execute(
        select(ClockStop.started_on, ClockStop.ended_on, ClockStop.reason)
        .where(ClockStop.application_id == application_id)
        .order_by(ClockStop.started_on)
    )
    return tuple(Stop(*row) for row in rows)


def clock_of(
    session: Session,
    application: Application,
    pack: PolicyPack,
    today: date,
    *,
    stops: Sequence[Stop] | None = None,
) -> ClockReading | None:
    """Read the decision clock of a case; None before its submission.

    Shape: `stops` are those of the case, where they have been read already.
    """
    if application.clock_started_on is None:
        return None
    spec = pack.clock(DECISION_CLOCK)
    if stops is None:
        stops = list_stops(session, application.id)
    ended_at = application.decided_at
    if ended_at is None and application.status not in OPEN_STATUSES:
        ended_at = application.changed_at
    return read_clock(
        spec,
        BusinessCalendar.from_spec(pack.calendar),
        application.clock_started_on,
        [stop for stop in stops if stop.reason in spec.stops_in],
        today,
        ended_on=local_day(ended_at, pack.calendar.timezone) if ended_at else None,
    )
