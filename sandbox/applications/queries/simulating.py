"""Read every case that was submitted, to see what other rules would make of it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from sandbox.applications.queries.exchanges import clock_of
from sandbox.authorities.queries import applied_codes
from sandbox.domain.applications import OPEN_STATUSES
from sandbox.domain.calendar import ClockReading, Stop
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.simulation import Effect, Fate, effects, fate
from sandbox.models.applications import Application, ClockStop, Submission
from sandbox.packs import active

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Simulated:
    """Hold one case that other rules would change."""

    application_id: UUID
    reference: str
    title: str
    effects: tuple[Effect, ...]


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


def simulate_case(
    session: Session, application: Application, submission: Submission, new: PolicyPack, today: date
) -> Simulated | None:
    """Try the pack on one case; None where it changes nothing."""
    return next(_simulate(session, [(application, submission)], new, today))


def _simulate(
    session: Session,
    chunk: Sequence[tuple[Application, Submission]],
    new: PolicyPack,
    today: date,
) -> Iterator[Simulated | None]:
    applied = applied_codes(session)
    stops = _stops(session, [application.id for application, _ in chunk])
    for application, submission in chunk:
        clock = partial(_clock, session, application, stops[application.id], today)
        fate_under = partial(_fate, submission.content["answers"], today, applied, clock)
        yield _simulated(application, new, fate_under)


def _chunk(
    session: Session, code: str, after: UUID | None, size: int, *conditions: ColumnElement[bool]
) -> Sequence[tuple[Application, Submission]]:
    numbers = aliased(Submission)
    latest = (
        select(func.max(numbers.number))
        .where(numbers.application_id == Application.id)
        .correlate(Application)
        .scalar_subquery()
    )
    statement = (
        select(Application, Submission)
        .join(Submission, Submission.application_id == Application.id)
        .where(Submission.number == latest, Application.pack_code == code, *conditions)
        .order_by(Application.id)
        .limit(size)
    )
    if after is not None:
        statement = statement.where(Application.id > after)
    return [(row[0], row[1]) for row in session.execute(statement)]


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


def _clock(
    session: Session,
    application: Application,
    stops: Sequence[Stop],
    today: date,
    pack: PolicyPack,
) -> ClockReading | None:
    if application.status not in OPEN_STATUSES:
        return None
    return clock_of(session, application, pack, today, stops=stops)


def _fate(
    answers: Answers,
    today: date,
    applied: Collection[str],
    clock: Callable[[PolicyPack], ClockReading | None],
    pack: PolicyPack,
) -> Fate:
    return fate(pack, answers, today, clock(pack), applied)


def _simulated(
    application: Application, new: PolicyPack, fate_under: Callable[[PolicyPack], Fate]
) -> Simulated | None:
    old = active.find_pack_of(application)
    if old is None:
        # Under rules that cannot be read there is nothing that could be compared.
        return None
    found = effects(fate_under(old), fate_under(new))
    if not found:
        return None
    return Simulated(application.id, application.reference or "", application.title, found)
