"""Jobs keep to the transaction, survive the death of a worker and happen once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from config import PROJECT
from sandbox.kernel import jobs
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.clock import utc_now
from sandbox.kernel.cron import Cron
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.jobs import (
    MAX_ATTEMPTS,
    Job,
    JobState,
    count_waiting,
    delay_after,
    enqueue,
    enqueue_scheduled,
    job,
    list_dead_letters,
    retry,
    run_next,
    schedule,
)

MEXICO = "America/Mexico_City"


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test register handlers of its own."""
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "SCHEDULES", {})


def note(session: Session, actor: Actor, number: int) -> None:
    """Leave a trace in the database, in the transaction of the job."""
    subject = session.scalars(select(Job).limit(1)).one()
    record(session, actor, Deed.TRIAL_OPENED, subject, now=utc_now(), number=number)


def traces(session: Session) -> list[int]:
    found = session.scalars(select(AuditEntry.details)).all()
    session.rollback()
    return sorted(details["number"] for details in found)


def drain(session: Session, now: datetime | None = None) -> int:
    done = 0
    while run_next(session, now):
        done += 1
    return done


# --- in the transaction ---------------------------------------------------------------------------


def test_rollback_leaves_no_job(session: Session) -> None:
    def failing_deed() -> None:
        with unit_of_work(session):
            enqueue(session, "test.note", number=1)
            enqueue(session, "test.note", key="once", number=2)
            session.flush()
            assert count_waiting(session) == 2
            raise RuntimeError("the deed failed after all")

    with pytest.raises(RuntimeError):
        failing_deed()
    assert count_waiting(session) == 0


def test_committed_job_runs_once_as_its_own_actor(session: Session) -> None:
    seen: list[tuple[Actor, UUID, int, str]] = []

    @job("test.see", grants=("application:read",))
    def see(_session: Session, actor: Actor, *, case: UUID, number: int, code: str) -> None:
        seen.append((actor, case, number, code))

    case = uuid4()
    with unit_of_work(session):
        enqueue(session, "test.see", case=case, number=7, code="mx")
    assert drain(session) == 1
    actor, *ids = seen[0]
    assert ids == [case, 7, "mx"]
    assert (actor.system, actor.kind, actor.grants) == (
        "test.see",
        "system",
        frozenset({"application:read"}),
    )
    assert drain(session) == 0
    assert len(seen) == 1


def test_job_waits_for_its_time(session: Session) -> None:
    @job("test.note")
    def later(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    now = utc_now()
    with unit_of_work(session):
        enqueue(session, "test.note", run_after=now + timedelta(hours=1), number=1)
    assert drain(session, now + timedelta(minutes=59)) == 0
    assert drain(session, now + timedelta(minutes=61)) == 1
    assert traces(session) == [1]


def test_key_enqueues_one_job_even_after_it_ran(session: Session) -> None:
    @job("test.note")
    def once(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    for number in range(3):
        with unit_of_work(session):
            enqueue(session, "test.note", key="daily-2026-01-31", number=number)
        drain(session)
    assert traces(session) == [0]


# --- failing --------------------------------------------------------------------------------------


def test_failed_handler_leaves_nothing_and_is_tried_again(session: Session) -> None:
    failures = iter([True, False])

    @job("test.note")
    def flaky(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)
        session.flush()
        if next(failures):
            raise OSError("away for a moment")

    with unit_of_work(session):
        enqueue(session, "test.note", number=1)
    now = utc_now()
    assert drain(session, now) == 1
    assert traces(session) == []
    waiting = session.scalars(select(Job)).one()
    assert (waiting.state, waiting.attempts) == (JobState.WAITING, 1)
    assert waiting.last_error == "OSError: away for a moment"
    session.rollback()
    assert drain(session, now + timedelta(seconds=5)) == 0
    assert drain(session, now + timedelta(seconds=15)) == 1
    assert traces(session) == [1]


def test_hopeless_job_becomes_a_dead_letter_that_can_be_tried_again(session: Session) -> None:
    broken = True

    @job("test.note")
    def hopeless(session: Session, actor: Actor, *, number: int) -> None:
        if broken:
            raise ValueError("never")
        note(session, actor, number)

    with unit_of_work(session):
        enqueue(session, "test.note", number=1)
    now = utc_now()
    tries = 0
    while count_waiting(session):
        now += timedelta(hours=7)
        tries += drain(session, now)
    assert tries == MAX_ATTEMPTS
    [letter] = list_dead_letters(session)
    assert (letter.name, letter.last_error, letter.attempts) == (
        "test.note",
        "ValueError: never",
        MAX_ATTEMPTS,
    )
    dead = letter.id
    broken = False
    with unit_of_work(session):
        assert retry(session, dead, now=now)
    assert drain(session, now) == 1
    assert (traces(session), list(list_dead_letters(session))) == ([1], [])


def test_job_without_handler_waits_for_a_release_that_has_one(session: Session) -> None:
    with unit_of_work(session):
        enqueue(session, "test.future")
    assert drain(session) == 1
    waiting = session.scalars(select(Job)).one()
    assert (waiting.state, waiting.last_error) == (JobState.WAITING, "UnknownJob: test.future")


def test_failing_jobs_hold_nobody_up(session: Session) -> None:
    @job("test.note")
    def sometimes(session: Session, actor: Actor, *, number: int) -> None:
        if number < 5:
            raise OSError("no")
        note(session, actor, number)

    with unit_of_work(session):
        for number in range(7):
            enqueue(session, "test.note", number=number)
    assert drain(session) == 7
    assert traces(session) == [5, 6]


def test_delays_grow_up_to_a_limit() -> None:
    delays = [delay_after(n) for n in range(1, MAX_ATTEMPTS)]
    assert delays[:3] == [timedelta(seconds=s) for s in (10, 40, 160)]
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=6)


# --- dying ----------------------------------------------------------------------------------------

WORKER = """
import os, sys, time
from pathlib import Path
from sqlalchemy.orm import Session
from sandbox.kernel.jobs import job, run_next
from tests.databases import connect
from tests.services.test_jobs import note

marker = Path(sys.argv[2])

@job("test.note")
def slow(session, actor, *, number: int):
    note(session, actor, number)
    session.flush()
    marker.write_text(str(os.getpid()))
    time.sleep(60)

with Session(connect(sys.argv[1])) as session:
    run_next(session)
"""


@pytest.fixture
def dying_worker(engine: Engine, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is in the middle of a handler, with its change flushed and not committed."""
    with Session(engine) as session, unit_of_work(session):
        enqueue(session, "test.note", number=1)
    marker = tmp_path / "started"
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(marker)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.DEVNULL,
    ) as worker:
        try:
            for _ in range(200):
                if marker.exists():
                    break
                time.sleep(0.1)
            assert marker.exists(), "The worker never began."
            yield worker
        finally:
            worker.kill()


def test_job_of_a_killed_worker_is_taken_over_and_happens_once(
    engine: Engine, dying_worker: subprocess.Popen[bytes]
) -> None:
    @job("test.note")
    def quick(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    dying_worker.send_signal(signal.SIGKILL)
    dying_worker.wait()
    with Session(engine) as session:
        assert traces(session) == []
        claimed = session.scalars(select(Job)).one()
        assert (claimed.state, claimed.attempts) == (JobState.WAITING, 1)
        session.rollback()
        # The lease of the dead worker still holds; after it, anybody may go on.
        assert drain(session) == 0
        assert drain(session, utc_now() + timedelta(seconds=61)) == 1
        assert traces(session) == [1]
        assert session.scalars(select(Job.state)).all() == [JobState.DONE]


def test_job_that_kills_every_worker_is_buried(session: Session) -> None:
    @job("test.note")
    def never_reached(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    with unit_of_work(session):
        enqueue(session, "test.note", number=1)
    with unit_of_work(session):
        session.execute(update(Job).values(attempts=MAX_ATTEMPTS, claim=uuid4()))
    assert drain(session) == 1
    assert traces(session) == []
    [letter] = list_dead_letters(session)
    assert letter.last_error is not None
    assert letter.last_error.startswith("WorkersDied")


def test_worker_whose_lease_ran_out_changes_nothing(engine: Engine) -> None:
    @job("test.note", lease_seconds=1)
    def overtaken(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    with Session(engine) as session:
        with unit_of_work(session):
            enqueue(session, "test.note", number=1)
        claimed = jobs._claim(session, utc_now())
        assert claimed is not None
        with Session(engine) as other:
            assert drain(other, utc_now() + timedelta(seconds=5)) == 1
        with pytest.raises(jobs.LeaseLost):
            jobs._run(session, claimed)
        assert traces(session) == [1]


def test_many_workers_run_each_job_once(engine: Engine) -> None:
    @job("test.note")
    def counted(session: Session, actor: Actor, *, number: int) -> None:
        note(session, actor, number)

    with Session(engine) as session, unit_of_work(session):
        for number in range(40):
            enqueue(session, "test.note", number=number)
    ran: Counter[int] = Counter()

    def work(index: int) -> None:
        with Session(engine) as own:
            while count_waiting(own):
                own.rollback()
                ran[index] += run_next(own)
            own.rollback()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with Session(engine) as session:
        assert traces(session) == list(range(40))
        assert set(session.scalars(select(Job.state))) == {JobState.DONE}
        assert set(session.scalars(select(Job.attempts))) == {1}


def test_handler_with_own_transactions_holds_none_open(engine: Engine, session: Session) -> None:
    @job("test.outside", own_transactions=True)
    def outside(session: Session, _actor: Actor) -> None:
        # Another writer comes through at once while this one talks to the outside.
        with Session(engine) as other, unit_of_work(other):
            enqueue(other, "test.other")
        assert not session.in_transaction()

    with unit_of_work(session):
        enqueue(session, "test.outside")
    assert run_next(session)
    states = dict(session.execute(select(Job.name, Job.state)).all())
    assert states == {"test.outside": JobState.DONE, "test.other": JobState.WAITING}


# --- schedules ------------------------------------------------------------------------------------


def test_schedule_enqueues_once_per_time_in_the_programmes_zone(session: Session) -> None:
    @schedule("0 7 * * *")
    @job("test.daily")
    def daily(session: Session, actor: Actor) -> None:
        note(session, actor, 1)

    at_seven = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
    before = at_seven - timedelta(minutes=1)
    assert enqueue_scheduled(session, before - timedelta(hours=26), MEXICO) == 1
    assert enqueue_scheduled(session, before, MEXICO) == 1
    assert enqueue_scheduled(session, at_seven, MEXICO) == 1
    assert enqueue_scheduled(session, at_seven + timedelta(minutes=5), MEXICO) == 0
    assert session.scalars(select(Job.key).order_by(Job.key)).all() == [
        "test.daily@2026-03-01T07:00",
        "test.daily@2026-03-02T07:00",
        "test.daily@2026-03-03T07:00",
    ]


@pytest.mark.parametrize(
    ("expression", "matching", "other"),
    [
        ("0 7 * * *", "2026-03-03T07:00", "2026-03-03T07:01"),
        ("*/15 8-10 * * 1-5", "2026-03-02T09:45", "2026-03-01T09:45"),
        ("5,35 0 1 1,7 *", "2026-07-01T00:35", "2026-06-01T00:35"),
        ("30 6 * * 0", "2026-03-01T06:30", "2026-03-02T06:30"),
    ],
)
def test_cron_matches(expression: str, matching: str, other: str) -> None:
    cron = Cron.parse(expression)
    found = [cron.matches(datetime.fromisoformat(minute)) for minute in (matching, other)]
    assert found == [True, False]


@pytest.mark.parametrize(
    "wrong", ["0 7 * *", "60 * * * *", "* 24 * * *", "5-1 * * * *", "x * * * *"]
)
def test_cron_refuses_what_it_cannot_read(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Cron.parse(wrong)


def test_two_handlers_cannot_share_a_name() -> None:
    @job("test.same")
    def first(session: Session, actor: Actor) -> None: ...

    with pytest.raises(ValueError, match="Two handlers"):

        @job("test.same")
        def second(session: Session, actor: Actor) -> None: ...
