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

    def run(runner: Callable[[Session], object]) -> None:
        with Session(engine) as own:
            try:
                runner(own)
            except (Refusal, SQLAlchemyError) as error:
                results.append(type(error).__name__)
            else:
                results.append("done")

    threads = [threading.Thread(target=run, args=(runner,)) for runner in runners]
    with door:
        for thread in threads:
            thread.start()
        wait_for_waiting(engine, len(runners))
    for thread in threads:
        thread.join()
    return sorted(results)
