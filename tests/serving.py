"""The production server that the stories in a browser talk to, and its mails."""

import contextlib
import contextvars
import email
import email.policy
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from flask import Flask, session
from flask_security import login_user
from sqlalchemy import func, select

from config import PROJECT, Config
from sandbox.kernel.db import Base, db
from sandbox.kernel.jobs import Job
from tests.databases import PostgresqlStore, connect, migrate


@dataclass
class LiveServer:
    """The production server on a port of its own, with a database and mails of its own.

    `app` is the same application over the same data in this process: by it tests prepare what a
    story begins with, sign people in and carry out the jobs that a worker would. Without a `store`
    the data is in a file of the folder.
    """

    url: str
    folder: Path
    app: Flask = field(repr=False)
    store: PostgresqlStore | None = None

    @property
    def database(self) -> Path:
        return self.folder / "sandbox.sqlite3"

    def empty(self) -> None:
        """Forget every row, file and mail, so that a story begins with what it makes itself."""
        if self.store is None:
            self._empty_file()
        else:
            self.store.reset()
        for name in ("mail", "files"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def count_rows(self) -> int:
        """Return how much the platform remembers."""
        with self.app.app_context():
            counts = [
                select(func.count()).select_from(each) for each in Base.metadata.sorted_tables
            ]
            return sum(db.session.scalars(count).one() for count in counts)

    def _empty_file(self) -> None:
        # The server goes on with the same file, which therefore cannot be exchanged.
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as rows:
            rows.execute("BEGIN IMMEDIATE")
            tables = rows.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'alembic_version'"
            )
            for (name,) in tables.fetchall():
                rows.execute(f'DELETE FROM "{name}"')
            rows.execute("COMMIT")

    def run_jobs(self) -> None:
        """Carry out every job that is due: mails, the opening of trials."""
        # The kit of the domain's tests must not load what runs the platform.
        from sandbox.web.worker import run_worker

        run_worker(self.app, once=True)
        with self.app.app_context():
            failed = select(Job.name, Job.last_error).where(Job.last_error.is_not(None))
            assert db.session.execute(failed).all() == []

    def newest_mail(self, address: str, subject: str) -> EmailMessage:
        """Return the last mail to `address` whose subject contains `subject`."""
        self.run_jobs()
        paths = sorted((self.folder / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime)
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in paths
        ]
        own = [mail for mail in mails if address in str(mail["To"])]
        found = [mail for mail in own if subject in str(mail["Subject"])]
        assert found, f"No mail {subject!r} to {address}, but {[str(m['Subject']) for m in own]}"
        return found[-1]

    def session_cookie(self, address: str, language: str) -> dict[str, str]:
        """Sign somebody in without the pages for it, which have stories of their own."""
        app = self.app

        def sign_in_elsewhere() -> str:
            with app.test_request_context(base_url=self.url):
                account = app.extensions["security"].datastore.find_user(email=address)
                assert account is not None, f"Nobody has the address {address}."
                assert login_user(account, authn_via=["password"]), f"{address} may not sign in."
                session["language"] = language
                response = app.response_class()
                app.session_interface.save_session(app, session, response)  # type: ignore[arg-type]
                return response.headers["Set-Cookie"]

        cookie = contextvars.Context().run(sign_in_elsewhere)
        name, _, value = cookie.partition(";")[0].partition("=")
        return {"name": name, "value": value, "url": self.url}


def link_in(message: EmailMessage, part: str) -> str:
    """Return the address in a mail that contains `part`."""
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    found = [link for link in re.findall(r"https?://\S+", text) if part in link]
    assert len(found) == 1, f"The mail has {len(found)} such addresses:\n{text}"
    return found[0]


@contextlib.contextmanager
def serve(
    folder: Path, store: PostgresqlStore | None = None, **settings: str
) -> Iterator[LiveServer]:
    """Run the production server on a free port, over a store or an empty database in `folder`.

    `settings` are further variables of its environment.
    """
    if store is not None:
        settings["DATABASE_URL"] = store.url
    # The kit of the domain's tests must not load what runs the platform.
    from sandbox.web.app import create_app

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATA_FOLDER": str(folder),
        "CACHE_FOLDER": str(PROJECT / "var" / "cache"),
        "BASE_URL": url,
        **settings,
    }
    config = Config.from_env(environ)
    engine = connect(config.database_url)
    migrate(engine)
    engine.dispose()
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            server_command(port),
            cwd=PROJECT,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        app = create_app(config)
        wait_until_healthy(url, process, log)
        yield LiveServer(url, folder, app, store)
        with app.app_context():
            db.engine.dispose()
    finally:
        end_group(process)


def server_command(port: int) -> list[str]:
    """Return how the production server is started."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    return [*granian, "--host", "127.0.0.1", "--port", str(port), "wsgi:app"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, f"The server ended:\n{log.read_text()}"
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(f"{url}/health", timeout=5),
        ):
            return
        time.sleep(0.1)
    raise AssertionError(f"The server did not come up:\n{log.read_text()}")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End the server with its workers; whoever does not go is killed."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            if sign is signal.SIGTERM:
                continue
        return
