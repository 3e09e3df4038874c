"""Warn of terms of authorities that are about to pass, and tell who did not keep one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.applications.queries import clock_of
from sandbox.coordination import queries
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.coordination.notices import warning as notices
from sandbox.domain.calendar import BusinessCalendar
from sandbox.kernel.clock import local_day
from sandbox.kernel.jobs import KEEP_DONE
from sandbox.models import Application, AuthorityAssignment
from sandbox.packs import active


class Term(StrEnum):
    """Name the terms of an authority on a case."""

    ANSWER = "answer"
    POSITION = "position"
    DECISION = "decision"


WARNED_BEFORE = {Term.ANSWER: 1, Term.POSITION: 1, Term.DECISION: 5}
"""How many business days before the end the heads are told; afterwards the secretariat is."""


LATEST = KEEP_DONE - timedelta(days=1)
"""A term that passed longer ago is told no more: who was told of it is forgotten by then."""


@dataclass(frozen=True, slots=True)
class TermWarning:
    """Say whose term ends or has passed, and on which day.

    Shape: `has_passed` tells to whom it goes: the secretariat, or the heads of the authority.
    """

    application_id: UUID
    authority_id: UUID
    term: Term
    due_on: date
    has_passed: bool

    @property
    def key(self) -> str:
        """Name the warning, so that each is given once."""
        stage = "passed" if self.has_passed else "ends"
        case = f"{self.application_id}:{self.authority_id}"
        return f"warn:{stage}:{self.term}:{case}:{self.due_on}"


def list_warnings(session: Session, now: datetime) -> Iterator[TermWarning]:
    """List the terms of which somebody is to be warned today, of every case."""
    for application, assignment in queries.list_silent_assignments(session):
        due_on = assignment.respond_by
        yield from _warning(application, assignment.authority_id, Term.ANSWER, due_on, now)
    for application, assignment in queries.list_silent_reviews(session):
        position_due = _position_due(session, application, assignment, now)
        if position_due is not None:
            authority_id = assignment.authority_id
            yield from _warning(application, authority_id, Term.POSITION, position_due, now)
    for application, authority_id in queries.list_undecided(session):
        decision_due = _decision_due(session, application, now)
        if decision_due is not None:
            yield from _warning(application, authority_id, Term.DECISION, decision_due, now)


def warn(
    session: Session,
    application: Application,
    *,
    authority_id: UUID,
    term: Term,
    due_on: date,
    has_passed: bool,
    now: datetime,
) -> None:
    """Tell the heads of an authority that its term ends, or the secretariat that it has passed."""
    if has_passed:
        notices.term_passed(session, application, authority_id, now, term=term.value, due_on=due_on)
    else:
        notices.term_ends(session, application, authority_id, now, term=term.value, due_on=due_on)


def _warning(
    application: Application, authority_id: UUID, term: Term, due_on: date, now: datetime
) -> Iterator[TermWarning]:
    pack = active.find_pack_of(application)
    if pack is None:
        return  # Under rules that can no longer be read, no term is known.
    calendar = BusinessCalendar.from_spec(pack.calendar)
    today = local_day(now, pack.calendar.timezone)
    if today - due_on > LATEST:
        return
    if calendar.business_days_between(today, due_on) <= WARNED_BEFORE[term]:
        yield TermWarning(application.id, authority_id, term, due_on, today > due_on)


def _position_due(
    session: Session, application: Application, assignment: AuthorityAssignment, now: datetime
) -> date | None:
    pack = active.find_pack_of(application)
    started_at = position_began(application.review_started_at, assignment.responded_at)
    if pack is None or started_at is None:
        return None
    zone = pack.calendar.timezone
    stops = queries.list_stops(session, application.id)
    started_on, today = local_day(started_at, zone), local_day(now, zone)
    return position_clock(pack, started_on, stops, today, assignment.authority.code).due_on


def _decision_due(session: Session, application: Application, now: datetime) -> date | None:
    pack = active.find_pack_of(application)
    if pack is None:
        return None
    reading = clock_of(session, application, pack, local_day(now, pack.calendar.timezone))
    # While the clock stands still the day moves on by itself, and nobody can be late.
    return None if reading is None or reading.is_stopped else reading.due_on
