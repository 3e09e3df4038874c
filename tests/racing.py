"""Let several people do the same thing at the same moment, each in a session of their own."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from sandbox.applications.queries import lock_application
from sandbox.domain.refusals import Refusal
from sandbox.kernel.db import unit_of_work
from sandbox.models import PackVersion, Trial


@contextmanager
def holding(engine: Engine, application_id: UUID) -> Iterator[None]:
    """Keep a case locked, so that those who come meet at its door; SQLite queues by itself."""
    if engine.dialect.name == "sqlite":
        yield
        return
    with Session(engine) as own:
        lock_application(own, application_id)
        # Whoever forgets to lock the case is stopped at last where a row refers to these.
        trials = select(Trial.id).where(Trial.application_id == application_id)
        own.execute(trials.with_for_update())
        yield


def wait_for_waiting(engine: Engine, number: int) -> None:
    """Wait until so many others stand before a lock, or a few seconds have passed."""
    if engine.dialect.name == "sqlite":
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with engine.connect() as connection:
        for _ in range(100):
            found = connection.scalar(waiting)
            connection.rollback()
            if found >= number:
                return
            time.sleep(0.05)


def race(engine: Engine, application_id: UUID, *runners: Callable[[Session], object]) -> list[str]:
    """Return what came of each runner: "done", or the name of what it raised."""
    return _race(engine, holding(engine, application_id), *runners)


def overtake(
    session: Session,
    engine: Engine,
    first: Callable[[Session], object],
    second: Callable[[Session], object],
) -> str:
    """Return what came of `second`, which begins before `first` is committed and ends after it."""
    results: list[str] = []
    thread = threading.Thread(target=_run, args=(engine, second, results))
    with unit_of_work(session):
        first(session)
        session.flush()
        thread.start()
        wait_for_waiting(engine, 1)
    thread.join()
    return results[0]


@contextmanager
def holding_versions(engine: Engine) -> Iterator[None]:
    """Keep the versions of the rules locked; SQLite queues by itself."""
    if engine.dialect.name == "sqlite":
        yield
        return
    with Session(engine) as own:
        own.execute(select(PackVersion.id).with_for_update())
        yield


def race_for_versions(engine: Engine, *runners: Callable[[Session], object]) -> list[str]:
    """Return what came of each runner that meets the others before the versions of the rules."""
    return _race(engine, holding_versions(engine), *runners)


def _race(
    engine: Engine, door: AbstractContextManager[None], *runners: Callable[[Session], object]
) -> list[str]:
    results: list[str] = []
    threads = [threading.Thread(target=_run, args=(engine, each, results)) for each in runners]
    with door:
        for thread in threads:
            thread.start()
        wait_for_waiting(engine, len(runners))
    for thread in threads:
        thread.join()
    return sorted(results)


def _run(engine: Engine, runner: Callable[[Session], object], results: list[str]) -> None:
    with Session(engine) as own:
        try:
            runner(own)
        except (Refusal, SQLAlchemyError) as error:
            results.append(type(error).__name__)
        else:
            results.append("done")
