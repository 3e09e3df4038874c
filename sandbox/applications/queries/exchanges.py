"""Read what was asked of the company, and the clocks that stood still meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from sandbox.access.checks import NotFound
from sandbox.domain.applications import OPEN_STATUSES, ApplicationStatus
from sandbox.domain.calendar import (
    BusinessCalendar,
    ClockReading,
    Stop,
    during,
    last_taken,
    read_clock,
    returned_until,
    suspensions_of,
)
from sandbox.domain.packs import (
    COMMENT_CLOCK,
    ClockSpec,
    PolicyPack,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ApplicationReturn,
    Authority,
    AuthorityAssignment,
    ClockStop,
    InformationRequest,
    LeadTerm,
    Submission,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.packs import active


def find_return(session: Session, application_id: UUID) -> ApplicationReturn | None:
    """Return the latest return of an application to its company."""
    return session.scalars(
        select(ApplicationReturn)
        .where(ApplicationReturn.application_id == application_id)
        .order_by(ApplicationReturn.number.desc())
        .limit(1)
    ).one_or_none()


def list_returns(session: Session, application_id: UUID) -> Sequence[ApplicationReturn]:
    """List the returns of an application to its company, oldest first."""
    return session.scalars(
        select(ApplicationReturn)
        .where(ApplicationReturn.application_id == application_id)
        .order_by(ApplicationReturn.number)
    ).all()


def list_requests(session: Session, application_id: UUID) -> Sequence[InformationRequest]:
    """List the requests for information on a case, oldest first."""
    rows = session.scalars(
        select(InformationRequest)
        .options(joinedload(InformationRequest.questions))
        .where(InformationRequest.application_id == application_id)
        .order_by(InformationRequest.number)
    )
    return rows.unique().all()


def find_open_request(session: Session, application_id: UUID) -> InformationRequest | None:
    """Return the request for information that the company has not answered yet."""
    rows = session.scalars(
        select(InformationRequest)
        .options(joinedload(InformationRequest.questions))
        .where(
            InformationRequest.application_id == application_id,
            InformationRequest.answered_at.is_(None),
        )
        .order_by(InformationRequest.number.desc())
    )
    return rows.unique().first()


_SAVES = 1_000_000
"""More often than this nobody saves the answers to one request."""


def request_version(asked: InformationRequest) -> int:
    """Return the number that grows whenever somebody saves an answer to a request.

    No two requests of a case ever share it, so that an old page cannot answer a new request.
    """
    return asked.number * _SAVES + sum(question.version for question in asked.questions)


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
    spec = pack.decision_clock
    if stops is None:
        stops = list_stops(session, application.id)
    ended_at = application.decided_at
    if ended_at is None and application.status not in OPEN_STATUSES:
        ended_at = application.changed_at
    by_status = tuple(stop for stop in stops if stop.reason in spec.stops_in)
    return read_clock(
        spec,
        BusinessCalendar.from_spec(pack.calendar),
        application.clock_started_on,
        (*by_status, *_suspensions(session, application, pack)),
        today,
        ended_on=local_day(ended_at, pack.calendar.timezone) if ended_at else None,
    )


def get_silence(
    session: Session, application: Application, pack: PolicyPack, now: datetime
) -> tuple[ClockReading, str]:
    """Return the decision's term that passed without one, and the hash of what was sent last.

    Raises: NotFound where it has not passed, or was kept.
    """
    reading = clock_of(session, application, pack, local_day(now, pack.calendar.timezone))
    digest = session.scalar(
        select(Submission.content_hash)
        .where(Submission.application_id == application.id)
        .order_by(Submission.number.desc())
        .limit(1)
    )
    if reading is None or digest is None or not reading.is_overdue:
        raise NotFound(application_id=application.id)
    return reading, digest


def answer_term(pack: PolicyPack) -> ClockSpec:
    """Return the term in which the company answers a request for information."""
    return pack.find_clock("information_answer") or pack.clock("return_answer")


def _owed_term(pack: PolicyPack, status: str) -> ClockSpec | None:
    """Return the term of what the company owes in a status; None where these rules have none."""
    if status == ApplicationStatus.PRELIMINARY:
        return pack.find_clock(COMMENT_CLOCK)
    return (
        pack.clock("return_answer") if status == ApplicationStatus.RETURNED else answer_term(pack)
    )


def answer_clock(
    application: Application, pack: PolicyPack, stops: Sequence[Stop], today: date
) -> ClockReading | None:
    """Read the term in which the company owes an answer; None while it owes none.

    None as well where the case has been moved to rules that would give another day.
    """
    asked = next((stop for stop in stops if stop.ended_on is None), None)
    if asked is None or application.answer_due_on is None:
        return None
    spec = _owed_term(pack, application.status)
    if spec is None:
        return None
    calendar = BusinessCalendar.from_spec(pack.calendar)
    reading = read_clock(spec, calendar, asked.started_on, (), today)
    return reading if reading.due_on == application.answer_due_on else None


def taken_until(application: Application, pack: PolicyPack) -> date | None:
    """Return the last day on which a correction, or an answer to a request, is taken, be it late.

    None while neither is owed; what a company says to a preliminary result is taken until the
    decision, whatever day that is.
    """
    due_on, spec = application.answer_due_on, _owed_term(pack, application.status)
    if due_on is None or spec is None or application.status == ApplicationStatus.PRELIMINARY:
        return None
    return last_taken(spec, BusinessCalendar.from_spec(pack.calendar), due_on)


def returned_until_of(application: Application, pack: PolicyPack) -> date | None:
    """Return the last day on which a case may be given back; None where the rules set none."""
    if application.submitted_at is None:
        return None
    sent_on = local_day(application.submitted_at, pack.calendar.timezone)
    return returned_until(pack, sent_on)


def is_in_time(application: Application, pack: PolicyPack, now: datetime) -> bool:
    """Tell whether a correction or an answer would be taken now; True while neither is owed."""
    until = taken_until(application, pack)
    return until is None or local_day(now, pack.calendar.timezone) <= until


def require_in_time(application: Application, now: datetime) -> None:
    """Refuse a correction, or an answer to a request, after the last day on which it is taken.

    The case is closed by a daily job, which may be still to come: nothing is taken meanwhile.
    Raises: NotPossible with the day until which it was taken.
    """
    pack = active.pack_of(application)
    if not is_in_time(application, pack, now):
        raise NotPossible(Why.ANSWER_TOO_LATE, until=taken_until(application, pack))


def _suspensions(session: Session, application: Application, pack: PolicyPack) -> tuple[Stop, ...]:
    """List the windows that stop the clock of the decision.

    The decision is the lead's to take, so its windows stop the clock and those of associates do
    not.
    """
    if application.clock_started_on is None:
        return ()
    since = {application.id: (pack, application.clock_started_on)}
    return map_lead_stops(session, since).get(application.id, ())


def map_lead_stops(
    session: Session, since: Mapping[UUID, tuple[PolicyPack, date]]
) -> dict[UUID, tuple[Stop, ...]]:
    """Map cases to the windows in which the law stopped the terms of whoever led them at the time.

    What has stopped a clock once stays counted when another authority leads.
    Shape: `since` gives for each case its rules and the day from which windows matter; a case that
    has none after it is left out. Units: one statement at most, however many cases there are.
    """
    late = {case: pack for case, (pack, day) in since.items() if _has_window_after(pack, day)}
    if not late:  # most cases began after every window, and cost no statement
        return {}
    rows = session.execute(
        select(LeadTerm.application_id, Authority.code, LeadTerm.began_at, LeadTerm.ended_at)
        .join(Authority, Authority.id == LeadTerm.authority_id)
        .where(LeadTerm.application_id.in_(late))
        .order_by(LeadTerm.began_at, LeadTerm.id)
    )
    found: dict[UUID, tuple[Stop, ...]] = {}
    for row in rows:
        pack = late[row.application_id]
        zone = pack.calendar.timezone
        stops = during(
            suspensions_of(pack, row.code),
            local_day(row.began_at, zone),
            local_day(row.ended_at, zone) if row.ended_at else None,
        )
        found[row.application_id] = (*found.get(row.application_id, ()), *stops)
    return found


def _has_window_after(pack: PolicyPack, day: date) -> bool:
    return any(
        stop.ended_on is not None and stop.ended_on > day
        for window in pack.suspension_windows
        for stop in suspensions_of(pack, window.authority)
    )
