"""Do later, once and surely, what a deed must not wait for: a table of jobs, claimed by lease.

A job is a row written in the deed's own transaction: a roll-back leaves nothing, a commit loses
nothing. A worker claims it for a limited time; if the worker dies, the claim runs out and another
takes over. What a handler writes is committed together with the end of its job, so that it
happens exactly once however often the handler was started.
"""

import functools
import typing
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Index, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from sandbox.kernel.actors import system_actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.cron import Cron
from sandbox.kernel.db import Base, unit_of_work

MAX_ATTEMPTS = 10
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)
DEFAULT_LEASE_SECONDS = 60
KEEP_DONE = timedelta(days=30)
_LONGEST_ERROR = 1000

log = structlog.get_logger("jobs")
Handler = Callable[..., None]


class JobState(StrEnum):
    """Name where a job stands; a claimed job is a waiting one whose time was moved on."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """Keep one thing to do, until long after it is done."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state_run_after", "state", "run_after"),
        Index("ix_job_state_finished_at", "state", "finished_at"),
    )

    name: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)  # the same key is never enqueued twice
    state: Mapped[str] = mapped_column(default=JobState.WAITING.value)
    run_after: Mapped[datetime]  # of a claimed job: when its claim runs out
    claim: Mapped[UUID | None]  # proves at the end that nobody else has taken over
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class LeaseLost(RuntimeError):
    """Give up a job that took longer than its lease and was taken over by another worker."""


class UnknownJob(LookupError):
    """Report a job without a handler, such as one of a newer release: it waits for that one."""


class WorkersDied(RuntimeError):
    """Bury a job that was claimed as often as it may be and never came back."""


# --- enqueueing -----------------------------------------------------------------------------------


def enqueue(
    session: Session,
    name: str,
    /,
    *,
    run_after: datetime | None = None,
    key: str | None = None,
    **ids: UUID | str | int,
) -> None:
    """Add a job to the present transaction; where `key` was used before, add nothing.

    Shape: ids only. What the job needs it reads when it runs, under the rules that then hold.
    """
    aside: list[Aside] | None = session.info.get("jobs_aside")
    if aside is not None:
        aside.append(Aside(name, ids))
        return
    # Operating time, not the deed's: a deed recorded for yesterday is still carried out now.
    now = utc_now()
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "name": name,
        "arguments": {each: str(i) if isinstance(i, UUID) else i for each, i in ids.items()},
        "key": key,
        "state": JobState.WAITING.value,
        "run_after": run_after or now,
        "attempts": 0,
        "created_at": now,
    }
    if key is None:
        session.add(Job(**values))
        return
    insert = sqlite.insert if _dialect(session) == "sqlite" else postgresql.insert
    session.execute(insert(Job).values(**values).on_conflict_do_nothing(index_elements=["key"]))


@dataclass(frozen=True, slots=True)
class Aside:
    """Hold a job that was kept from the workers."""

    name: str
    ids: Mapping[str, UUID | str | int]


@contextmanager
def set_aside(session: Session) -> Iterator[list[Aside]]:
    """Hand the jobs that are enqueued inside to the caller, who answers for them, not to workers.

    Whoever replays the past carries out what belongs to it at that time; a worker would do it now.
    """
    aside: list[Aside] = []
    session.info["jobs_aside"] = aside
    try:
        yield aside
    finally:
        del session.info["jobs_aside"]


# --- registering ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    """Hold a handler with what it may do and how it wants to be run."""

    name: str
    handler: Handler
    grants: tuple[str, ...]
    own_transactions: bool
    lease: timedelta


HANDLERS: dict[str, Registered] = {}
SCHEDULES: dict[str, "Cron"] = {}


def job(
    name: str,
    *,
    grants: Iterable[str] = (),
    own_transactions: bool = False,
    lease_seconds: int = DEFAULT_LEASE_SECONDS,
) -> Callable[[Handler], Handler]:
    """Register a handler, called as `handler(session, actor, **ids)` in a unit of work.

    Shape: the actor is a system actor of this name with exactly these grants. With
    `own_transactions` the handler opens its units of work itself, so that none stays open while
    it talks to the outside; it must then bear being started twice.
    """

    def register(handler: Handler) -> Handler:
        present = HANDLERS.get(name)
        if present is not None and present.handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"Two handlers are registered for the job {name!r}.")
        HANDLERS[name] = Registered(
            name,
            handler,
            tuple(str(grant) for grant in grants),
            own_transactions,
            timedelta(seconds=lease_seconds),
        )
        return handler

    return register


def schedule(expression: str) -> Callable[[Handler], Handler]:
    """Run a registered job without ids whenever the clock of the programme matches.

    Shape: five fields as in crontab: minute, hour, day of month, month, day of week (0 = Sunday).
    """
    cron = Cron.parse(expression)

    def register(handler: Handler) -> Handler:
        for registered in HANDLERS.values():
            if registered.handler is handler:
                SCHEDULES[registered.name] = cron
                return handler
        raise ValueError("@schedule stands above @job, which gives the job its name.")

    return register


# --- running --------------------------------------------------------------------------------------


def has_due(session: Session, now: datetime) -> bool:
    """Tell whether a job waits, without taking a place among the writers."""
    due = select(Job.id).where(Job.state == JobState.WAITING, Job.run_after <= now).limit(1)
    found = session.execute(due).first() is not None
    session.rollback()
    return found


def run_next(session: Session, now: datetime | None = None) -> bool:
    """Claim the job that is due longest and run it; return False where none is due."""
    now = now or utc_now()
    if not has_due(session, now):
        return False
    claimed = _claim(session, now)
    if claimed is None:
        return False
    began = utc_now()
    try:
        _run(session, claimed)
    except LeaseLost:
        log.warning("job_taken_over", job=claimed.name, id=str(claimed.id))
    except Exception as error:
        session.rollback()
        state = _postpone(session, claimed, error, utc_now())
        log.warning("job_failed", job=claimed.name, id=str(claimed.id), state=state, exc_info=error)
    else:
        elapsed = round((utc_now() - began).total_seconds() * 1000, 1)
        log.info("job", job=claimed.name, id=str(claimed.id), ms=elapsed)
    return True


def enqueue_scheduled(session: Session, now: datetime, timezone: str) -> int:
    """Enqueue each scheduled job whose time has come; of several missed times only the last."""
    local = now.astimezone(ZoneInfo(timezone)).replace(second=0, microsecond=0, tzinfo=None)
    keys = {}
    for name, cron in SCHEDULES.items():
        last = cron.last_before(local)
        if last is not None:
            keys[f"{name}@{last.isoformat(timespec='minutes')}"] = name
    if not keys:
        return 0
    known = set(session.scalars(select(Job.key).where(Job.key.in_(keys))))
    session.rollback()
    missing = {key: name for key, name in keys.items() if key not in known}
    if missing:
        with unit_of_work(session):
            for key, name in missing.items():
                enqueue(session, name, key=key)
    return len(missing)


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: UUID
    name: str
    arguments: dict[str, Any]
    attempts: int
    claim: UUID


def _claim(session: Session, now: datetime) -> _Claimed | None:
    """Take the job that is due longest; the try counts from here, for the worker may die of it."""
    next_one = (
        select(Job.id, Job.name)
        .where(Job.state == JobState.WAITING, Job.run_after <= now)
        .order_by(Job.run_after, Job.id)
        .limit(1)
        # Two workers on PostgreSQL take two jobs; on SQLite the writers queue up anyway.
        .with_for_update(skip_locked=True)
    )
    with unit_of_work(session):
        row = session.execute(next_one).first()
        if row is None:
            return None
        registered = HANDLERS.get(row.name)
        lease = registered.lease if registered else timedelta(seconds=DEFAULT_LEASE_SECONDS)
        claim = uuid.uuid4()
        taken = session.execute(
            update(Job)
            .where(Job.id == row.id)
            .values(claim=claim, run_after=now + lease, attempts=Job.attempts + 1)
            .returning(Job.id, Job.name, Job.arguments, Job.attempts)
            .execution_options(synchronize_session=False)
        ).one()
    return _Claimed(taken.id, taken.name, taken.arguments, taken.attempts, claim)


def _run(session: Session, claimed: _Claimed) -> None:
    if claimed.attempts > MAX_ATTEMPTS:
        raise WorkersDied("Every worker that ran this job ended before the job did.")
    registered = HANDLERS.get(claimed.name)
    if registered is None:
        raise UnknownJob(claimed.name)
    actor = system_actor(registered.name, *registered.grants)
    ids = _revived(registered.handler, claimed.arguments)
    if registered.own_transactions:
        registered.handler(session, actor, **ids)
        with unit_of_work(session):
            _finish(session, claimed, utc_now())
        return
    with unit_of_work(session):
        registered.handler(session, actor, **ids)
        _finish(session, claimed, utc_now())


def _finish(session: Session, claimed: _Claimed, now: datetime) -> None:
    """End a job that is still ours; the condition makes its effect happen once.

    Raises: LeaseLost.
    """
    ended = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.claim == claimed.claim)
        .values(state=JobState.DONE.value, claim=None, finished_at=now)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is None:
        raise LeaseLost


def _postpone(session: Session, claimed: _Claimed, error: Exception, now: datetime) -> str:
    """Let a failed job wait for its next try, longer each time, or bury it after the last."""
    dead = claimed.attempts >= MAX_ATTEMPTS
    values: dict[str, Any] = {
        "claim": None,
        "last_error": f"{type(error).__name__}: {error}"[:_LONGEST_ERROR],
        "state": (JobState.DEAD if dead else JobState.WAITING).value,
        "run_after": now + delay_after(claimed.attempts),
        "finished_at": now if dead else None,
    }
    with unit_of_work(session):
        session.execute(
            update(Job)
            .where(Job.id == claimed.id, Job.claim == claimed.claim)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
    return str(values["state"])


def delay_after(attempts: int) -> timedelta:
    """Return how long a job waits after so many failed attempts: four times longer each time."""
    factor: int = 4 ** max(attempts - 1, 0)
    return min(FIRST_DELAY * factor, LONGEST_DELAY)


def _revived(handler: Handler, arguments: dict[str, Any]) -> dict[str, Any]:
    """Give a handler real keys where it asks for them: JSON holds them as text."""
    wants = _wanted(handler)
    return {
        name: UUID(value) if wants.get(name) is UUID else value for name, value in arguments.items()
    }


@functools.cache
def _wanted(handler: Handler) -> dict[str, Any]:
    return typing.get_type_hints(handler)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


# --- looking after --------------------------------------------------------------------------------


def list_dead_letters(session: Session, limit: int = 100) -> Sequence[Job]:
    """List the jobs that were given up, the latest first."""
    given_up = select(Job).where(Job.state == JobState.DEAD)
    return session.scalars(given_up.order_by(Job.finished_at.desc(), Job.id).limit(limit)).all()


def count_waiting(session: Session) -> int:
    """Count what is still to do, jobs that wait for another try included."""
    waiting = select(func.count()).select_from(Job).where(Job.state == JobState.WAITING)
    return session.execute(waiting).scalar_one()


def retry(session: Session, job_id: UUID, *, now: datetime) -> bool:
    """Give a dead letter all its tries again, in the caller's unit of work."""
    revived = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.WAITING.value, attempts=0, run_after=now, finished_at=None)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).first()
    return revived is not None


@schedule("40 3 * * *")
@job("jobs.tidy")
def tidy(session: Session, _actor: object) -> None:
    """Forget the jobs that were done long ago; dead letters stay until somebody looks at them."""
    long_ago = utc_now() - KEEP_DONE
    session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < long_ago))
