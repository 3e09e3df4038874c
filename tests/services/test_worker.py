"""The worker does what is due, in a process of its own, and stops when it is asked to."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import PROJECT, Config
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.jobs import HANDLERS, SCHEDULES, Job, JobState, enqueue
from sandbox.kernel.mail import MailState, OutboxMail, post
from sandbox.web.worker import load_handlers, run_worker

WORKER = """
import sys
from pathlib import Path
from config import Config
from sandbox.web.app import create_app
from sandbox.web.worker import run_worker

run_worker(create_app(Config.for_tests(sys.argv[1], Path(sys.argv[2]))))
"""


def post_one(session: Session, address: str = "ana@example.org") -> None:
    with unit_of_work(session):
        post(
            session,
            to=None,
            address=address,
            language="es",
            template="accounts/password_changed",
            now=utc_now(),
            name="Ana",
            organisation="",
        )


def test_every_slice_registers_its_handlers() -> None:
    load_handlers()
    slices = {path.parent.name for path in (PROJECT / "sandbox").glob("*/jobs.py")}
    registered = {registered.handler.__module__.split(".")[1] for registered in HANDLERS.values()}
    assert slices <= registered
    assert "mail.deliver" in HANDLERS
    assert set(SCHEDULES) <= set(HANDLERS)


def test_once_drains_what_is_due_and_leaves_no_context(
    app: Flask, session: Session, config: Config
) -> None:
    for number in range(3):
        post_one(session, f"p{number}@example.org")
    assert run_worker(app, once=True) == 3
    assert run_worker(app, once=True) == 0
    assert len(list(config.mail_folder.glob("*.eml"))) == 3
    assert set(session.scalars(select(OutboxMail.state))) == {MailState.SENT}
    with app.app_context():
        assert not db.session().in_transaction()


def test_once_survives_a_job_that_fails(app: Flask, session: Session) -> None:
    with unit_of_work(session):
        enqueue(session, "test.of_a_later_release")
    post_one(session)
    assert run_worker(app, once=True) == 2
    assert set(session.scalars(select(OutboxMail.state))) == {MailState.SENT}
    assert set(session.scalars(select(Job.state))) == {JobState.WAITING, JobState.DONE}


def test_process_serves_until_it_is_asked_to_stop(
    engine: Engine, session: Session, config: Config, tmp_path: Path
) -> None:
    post_one(session)
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, url, str(config.data_folder)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as worker:
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                states = session.scalars(select(OutboxMail.state)).all()
                session.rollback()
                if states == [MailState.SENT]:
                    break
                time.sleep(0.2)
            assert states == [MailState.SENT]
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=15) == 0
        finally:
            worker.kill()
