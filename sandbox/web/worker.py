"""Run the jobs in a process of their own, beside the servers that answer people."""

import importlib
import importlib.util
import pkgutil
import signal
from datetime import timedelta
from threading import Event

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

import sandbox
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.kernel.jobs import enqueue_scheduled, run_next
from sandbox.packs import active

IDLE = timedelta(seconds=1)
"""How long a worker without work waits before it looks again; so long may a mail be late."""
AFTER_TROUBLE = timedelta(seconds=5)

log = structlog.get_logger("worker")


def load_handlers() -> None:
    """Import every slice's jobs, so that each handler is registered."""
    importlib.import_module("sandbox.kernel.mail")
    for package in pkgutil.iter_modules(sandbox.__path__, "sandbox."):
        name = f"{package.name}.jobs"
        if package.ispkg and importlib.util.find_spec(name):
            importlib.import_module(name)


def run_worker(app: Flask, *, once: bool = False) -> int:
    """Run due jobs until asked to stop; with `once`, until none is due. Return their number.

    A job is finished before the worker stops; one that is cut off all the same, by SIGKILL or a
    power cut, is taken up again when its lease has run out.
    """
    load_handlers()
    if once:
        done = 0
        while run_one(app):
            done += 1
        return done
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker_started")
    done = serve(app, stop)
    log.info("worker_stopped", jobs=done)
    return done


def serve(app: Flask, stop: Event) -> int:
    """Look for due jobs and schedules until `stop` is set; survive a database that is away."""
    done = 0
    last_minute = ""
    while not stop.is_set():
        try:
            minute = utc_now().isoformat(timespec="minutes")
            if minute != last_minute:
                with app.app_context():
                    timezone = active.current().calendar.timezone
                    enqueue_scheduled(db.session(), utc_now(), timezone)
                last_minute = minute
            if run_one(app):
                done += 1
            else:
                stop.wait(IDLE.total_seconds())
        except SQLAlchemyError:
            log.exception("worker_database_trouble")
            stop.wait(AFTER_TROUBLE.total_seconds())
    return done


def run_one(app: Flask) -> bool:
    """Run one due job in a context of its own, so that nothing of it stays for the next."""
    with app.app_context():
        return run_next(db.session())
