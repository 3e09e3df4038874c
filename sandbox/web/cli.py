"""Offer the commands of an operator."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from sandbox.accounts.addresses import BadAddress
from sandbox.domain.refusals import Refusal
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.kernel.language import FIRST_LANGUAGE, LANGUAGES
from sandbox.web import beginning
from sandbox.web.dossier_commands import dossier
from sandbox.web.pack_commands import adopt_installed, packs
from sandbox.web.refusals import explain
from sandbox.web.worker import run_worker

PROJECT = Path(__file__).resolve().parents[2]


def register_commands(app: Flask) -> None:
    """Add `flask begin`, `flask worker`, `flask demo …`, `flask dossier …`, `flask packs …`."""
    app.cli.add_command(packs)
    app.cli.add_command(dossier)
    app.cli.add_command(demo)

    @app.cli.command("worker")
    @click.option("--once", is_flag=True, help="Do what is due and stop.")
    def worker(once: bool) -> None:
        """Carry out durable jobs: mail, reminders, deadlines."""
        run_worker(app, once=once)

    @app.cli.command("begin")
    @click.argument("email")
    @click.option("--name", required=True, help="The person's name.")
    @click.option("--language", type=click.Choice(LANGUAGES), default=FIRST_LANGUAGE)
    def begin(email: str, name: str, language: str) -> None:
        """Enter the pack's authorities, and make EMAIL an administrator who lets others in."""
        if not name.strip():
            raise click.BadParameter("A name is needed.", param_hint="--name")
        try:
            address = beginning.begin(
                db.session(), email=email, name=name.strip(), language=language, now=utc_now()
            )
        except BadAddress as error:
            raise click.ClickException(
                f"{email} is not an address to which mail can go."
            ) from error
        except Refusal as error:
            raise click.ClickException(explain(error)) from error
        click.echo("Set the password within a day at this address, which works once:")
        click.echo(address)


def migrate() -> None:
    """Bring the database to the newest schema, as `alembic upgrade head` does."""
    from alembic import command  # Servers and workers need no migrations.
    from alembic.config import Config

    settings = Config(toml_file=PROJECT / "pyproject.toml")
    settings.attributes["engine"] = db.engine
    command.upgrade(settings, "head")


demo = AppGroup("demo", help="The demonstration programme.")


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing where there is data already.")
@click.option("--applications", type=click.IntRange(0, 100_000), default=None)
@click.option("--seed", type=int, default=1)
def load(if_empty: bool, applications: int | None, seed: int) -> None:
    """Load the Mexican programme, or generate N believable cases."""
    from sandbox.web.demo import loading  # Only this command needs the generators.

    migrate()
    for line in loading.load(
        if_empty=if_empty, applications=applications, seed=seed, now=utc_now()
    ):
        click.echo(line)


@demo.command("run")
@click.option("--port", type=click.IntRange(1024, 65535), default=8000)
def run(port: int) -> None:
    """Serve the demonstration with the production server, jobs included.

    Tables and data are made first where they are missing: one process for everything starts in
    half the time of three.
    """
    from sandbox.web.demo import accounts, loading  # As above.

    migrate()
    for line in loading.load(if_empty=True, applications=None, seed=1, now=utc_now()):
        click.echo(line)
    # A newer release may show the same cases under rules that it has mended.
    for line in adopt_installed(db.session(), "The demonstration follows its release."):
        click.echo(line)
    # Whoever ends this process means all three; by default the other two would stay behind.
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    click.echo(accounts.sheet(port))
    granian = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    granian += ["--no-ws", "--blocking-threads", "4"]  # Two cores gain nothing from more.
    # Every word is ours; the port is a checked number.
    commands = (["flask", "--app", "wsgi", "worker"], [*granian, "wsgi:app"])
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            words = [sys.executable, "-m", *command]
            processes.append(subprocess.Popen(words, start_new_session=True))  # noqa: S603 - as above
        sys.exit(processes[-1].wait())
    finally:
        click.echo("Stopping.")
        for process in processes:
            end(process)


def stop(*_: object) -> None:
    """Leave once: `make` and a terminal both tell the same process, and the second would cut in."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and its children to stop, and insist where they do not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return
