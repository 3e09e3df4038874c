"""Read every case that was submitted, to see what other rules would make of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from sandbox.applications.queries import all_marks, clock_of, read_marks
from sandbox.authorities.queries import applied_codes
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.domain.applications import OPEN_STATUSES
from sandbox.domain.calendar import Stop
from sandbox.domain.packs import DECISION_CLOCK, Answers, PolicyPack
from sandbox.domain.simulation import Aspect, Effect, Fate, effects, fate
from sandbox.domain.trials import OPEN_STATUSES as OPEN_TRIALS
from sandbox.domain.veiling import veil_effect
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    ClockStop,
    Position,
    Submission,
    Trial,
)
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active
from sandbox.packs.bearing import bears_on_phase
from sandbox.packs.comparing import Change, compare

CHUNK = 200
Row = tuple[Application, Submission, str | None, Collection[str]]
"""A case, what it sent last, the status of its test, if it has one, and what it ever marked."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Hold one case that other rules would change, and the rules it is under.

    Shape: `changes` are differences of the rules that bear on whatever is done with it next.
    """

    application_id: UUID
    reference: str
    title: str
    rules: PolicyPack
    effects: tuple[Effect, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class SimulatedPage:
    """Hold what other rules would change among some cases; `after` leads to the next of them."""

    examined: int
    changed: tuple[Simulated, ...]
    after: UUID | None


def each_simulated(session: Session, new: PolicyPack, today: date) -> Iterator[Simulated | None]:
    """Give each submitted case that the pack would change, None for each that it would not.

    Cases are read in pieces, so that memory stays constant whatever their number: the session holds
    what nobody has changed only as long as somebody else does. Cases of other programmes are left
    out.
    """
    after: UUID | None = None
    while chunk := _chunk(session, new.code, after, CHUNK):
        yield from _simulate(session, chunk, new, today)
        after = chunk[-1][0].id


def simulate_page(
    session: Session,
    new: PolicyPack,
    today: date,
    *,
    among: ColumnElement[bool],
    after: UUID | None,
    size: int,
) -> SimulatedPage:
    """Try the pack on the next cases after one, so that nobody waits for all of them at once."""
    found = _chunk(session, new.code, after, size + 1, among)
    chunk = found[:size]
    changed = tuple(case for case in _simulate(session, chunk, new, today) if case is not None)
    return SimulatedPage(len(chunk), changed, chunk[-1][0].id if len(found) > size else None)


def simulate_case(session: Session, row: Row, new: PolicyPack, today: date) -> Simulated | None:
    """Try the pack on one case; None where it changes nothing."""
    return next(_simulate(session, [row], new, today))


def _simulate(
    session: Session,
    chunk: Sequence[Row],
    new: PolicyPack,
    today: date,
) -> Iterator[Simulated | None]:
    applied = applied_codes(session)
    ids = [row[0].id for row in chunk]
    stops, awaited = _stops(session, ids), _awaited(session, ids)
    changes = _Changes(new)
    for application, submission, trial_status, marked in chunk:
        old = active.find_pack_of(application)
        if old is None:
            # Under rules that cannot be read there is nothing that could be compared.
            yield None
            continue
        case = _Case(application, submission.content["answers"], stops[application.id])
        case.awaited.update(awaited[application.id])
        before, after = (_fate(session, case, today, applied, pack) for pack in (old, new))
        # What a company marked as confidential is told to nobody here.
        found = tuple(veil_effect(each, old, new, marked) for each in effects(before, after))
        is_tried = trial_status in OPEN_TRIALS
        told = {each.aspect for each in found}
        others = changes.bearing(old, told, is_open=case.is_open, is_tried=is_tried)
        if not found and not others:
            yield None
            continue
        reference = application.reference or ""
        yield Simulated(application.id, reference, application.title, old, found, others)


@dataclass(slots=True)
class _Case:
    """Hold what is read of one case; `awaited` maps authorities to when their term began."""

    application: Application
    answers: Answers
    stops: Sequence[Stop]
    awaited: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.application.status in OPEN_STATUSES


class _Changes:
    """Compare the new rules with each of the older ones once, however many cases there are."""

    def __init__(self, new: PolicyPack) -> None:
        self.new = new
        self._all: dict[str, tuple[Change, ...]] = {}
        self._bearing: dict[tuple[str, bool, bool], tuple[Change, ...]] = {}

    def bearing(
        self, old: PolicyPack, told: Collection[Aspect], *, is_open: bool, is_tried: bool
    ) -> tuple[Change, ...]:
        """List what bears on a case in its phase, but for what its effects tell already."""
        if old.version not in self._all:
            self._all[old.version] = tuple(compare(old, self.new))
        phase = (old.version, is_open, is_tried)
        if phase not in self._bearing:
            self._bearing[phase] = tuple(
                change
                for change in self._all[old.version]
                if bears_on_phase(change, is_open=is_open, is_tried=is_tried)
            )
        is_told = Aspect.DEADLINE in told
        return tuple(
            change
            for change in self._bearing[phase]
            if not (is_told and _is_length_of(DECISION_CLOCK, change))
        )


def _is_length_of(clock: str, change: Change) -> bool:
    """Tell whether a difference is the length of one term."""
    is_of_clock = any(each.field == "clocks" and each.name == clock for each in change.trail)
    return is_of_clock and change.field in ("unit", "length")


def _chunk(
    session: Session, code: str, after: UUID | None, size: int, *conditions: ColumnElement[bool]
) -> Sequence[Row]:
    numbers = aliased(Submission)
    latest = (
        select(func.max(numbers.number))
        .where(numbers.application_id == Application.id)
        .correlate(Application)
        .scalar_subquery()
    )
    statement = (
        select(Application, Submission, Trial.status, all_marks(Application.id))
        .join(Submission, Submission.application_id == Application.id)
        .outerjoin(Trial, Trial.application_id == Application.id)
        .where(Submission.number == latest, Application.pack_code == code, *conditions)
        .order_by(Application.id)
        .limit(size)
    )
    if after is not None:
        statement = statement.where(Application.id > after)
    return [(*row[:3], read_marks(row[3])) for row in session.execute(statement)]


def _stops(session: Session, ids: Sequence[UUID]) -> defaultdict[UUID, list[Stop]]:
    found: defaultdict[UUID, list[Stop]] = defaultdict(list)
    rows = session.execute(
        select(ClockStop.application_id, ClockStop.started_on, ClockStop.ended_on, ClockStop.reason)
        .where(ClockStop.application_id.in_(ids))
        .order_by(ClockStop.started_on)
    )
    for application_id, started_on, ended_on, reason in rows:
        found[application_id].append(Stop(started_on, ended_on, reason))
    return found


def _awaited(session: Session, ids: Sequence[UUID]) -> defaultdict[UUID, dict[str, datetime]]:
    """Read by case which authorities have yet to take a position, and when their term began."""
    found: defaultdict[UUID, dict[str, datetime]] = defaultdict(dict)
    taken = (
        select(Position.id)
        .where(
            Position.application_id == AuthorityAssignment.application_id,
            Position.authority_id == AuthorityAssignment.authority_id,
        )
        .exists()
    )
    rows = session.execute(
        select(
            AuthorityAssignment.application_id,
            Authority.code,
            Application.review_started_at,
            AuthorityAssignment.responded_at,
        )
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .where(
            AuthorityAssignment.application_id.in_(ids),
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
            Application.status.in_(OPEN_STATUSES),
            ~taken,
        )
    )
    for application_id, code, review, answered in rows:
        began = position_began(review, answered)
        if began is not None:
            found[application_id][code] = began
    return found


def _fate(
    session: Session, case: _Case, today: date, applied: Collection[str], pack: PolicyPack
) -> Fate:
    clock = None
    if case.is_open:
        clock = clock_of(session, case.application, pack, today, stops=case.stops)
    zone = pack.calendar.timezone
    positions = {
        code: position_clock(pack, local_day(at, zone), case.stops, today, code).due_on
        for code, at in case.awaited.items()
    }
    return fate(pack, case.answers, today, clock, applied, positions=positions)
