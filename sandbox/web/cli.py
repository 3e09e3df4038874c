"""Offer the commands of an operator."""

import signal
import subprocess
import sys

import click
from flask import Flask
from flask.cli import AppGroup

from sandbox.web.worker import run_worker


def register_commands(app: Flask) -> None:
    """Add `flask worker`, `flask demo …`."""
    app.cli.add_command(demo)

    @app.cli.command("worker")
    @click.option("--once", is_flag=True, help="Do what is due and stop.")
    def worker(once: bool) -> None:
        """Carry out durable jobs: mail, reminders, deadlines."""
        run_worker(app, once=once)


demo = AppGroup("demo", help="The demonstration programme.")


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing where there is data already.")
@click.option("--applications", type=click.IntRange(0, 100_000), default=None)
@click.option("--seed", type=int, default=1)
def load(if_empty: bool, applications: int | None, seed: int) -> None:
    """Load the Mexican programme, or generate N believable cases."""
    from sandbox.web.demo import loading  # Only this command needs the generators.

    for line in loading.load(if_empty=if_empty, applications=applications, seed=seed):
        click.echo(line)


@demo.command("run")
@click.option("--port", type=click.IntRange(1024, 65535), default=8000)
def run(port: int) -> None:
    """Serve the demonstration with the production server, jobs included."""
    from sandbox.web.demo import accounts  # As above.

    # Whoever ends this process means all three; by default the other two would stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    click.echo(accounts.sheet(port))
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "worker"])
    server = subprocess.Popen(  # noqa: S603 - every word is ours; the port is a checked number
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-ws",
            "wsgi:app",
        ]
    )
    try:
        sys.exit(server.wait())
    except KeyboardInterrupt:
        pass
    finally:
        for process in (server, worker):
            process.terminate()
        for process in (server, worker):
            process.wait(timeout=20)
