"""What tests ask for: both database engines, the application, a judging client, a browser."""

import os
import runpy
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config import PROJECT, Config
from sandbox.kernel.db import db
from sandbox.kernel.memory import settle
from tests.databases import ENGINES, Databases, Store, connect
from tests.mails import read_mails
from tests.pages import JudgingClient, remember_faults

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3

if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
    # Databases, files and profiles of browsers live for seconds, and a disk that keeps its word
    # makes every one of them wait: a third of the time of tests that write files.
    tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)

# What is green once is green again: new packs and answers are sought by `make test-long` alone.
settings.register_profile("short", derandomize=True)
settings.register_profile("long", max_examples=400)
settings.load_profile("short")

# --- the engines ---------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=(*ENGINES, "both"),
        default="both",
        help="the database engine that tests run on, each test on both by default",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("engine")
        metafunc.parametrize("engine_name", ENGINES if chosen == "both" else (chosen,))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    databases = Databases(tmp_path_factory.mktemp("stores"))
    yield databases
    databases.close()


@pytest.fixture
def store(databases: Databases, engine_name: str) -> Store:
    """An empty database with the newest schema."""
    store = databases.store(engine_name)
    store.reset()
    return store


@pytest.fixture
def database_url(store: Store) -> str:
    return store.url


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, Engine]]:
    """The engine of each database; compiling statements anew takes a quarter of a test's time."""
    engines: dict[str, Engine] = {}
    yield engines
    for engine in engines.values():
        engine.dispose()


@pytest.fixture
def engine(store: Store, engines: dict[str, Engine]) -> Iterator[Engine]:
    """An engine beside the application's, with connections and listeners of the test's own."""
    if store.url not in engines:
        engines[store.url] = connect(store.url)
    engine = engines[store.url].execution_options()
    yield engine
    if store.url.startswith("sqlite"):
        engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session that knows no request; whatever a test leaves half-done in it is a mistake."""
    with Session(engine) as session:
        yield session
        left = [*session.new, *session.dirty, *session.deleted]
        session.rollback()
    assert left == [], "The test changed rows and neither committed nor rolled back."


# --- the application -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def applications(databases: Databases) -> Iterator[dict[str, Flask]]:
    """The application of each engine: made once, since making it takes longer than most tests."""
    applications: dict[str, Flask] = {}
    yield applications
    for app in applications.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def config(store: Store) -> Config:
    folder = store.folder / "data"
    # A thread of the last test may still store a file while its folder is being removed.
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Config.for_tests(store.url, folder)


@pytest.fixture
def app(store: Store, config: Config, applications: dict[str, Flask]) -> Iterator[Flask]:
    # Tests of the domain must run, and fast, whatever state the rooms above it are in.
    from sandbox.web.app import create_app

    if store.url not in applications:
        applications[store.url] = create_app(config)
        remember_faults(applications[store.url])
    app = applications[store.url]
    yield app
    if store.url.startswith("sqlite"):
        with app.app_context():
            # An idle connection would keep the old file alive when the next test restores it.
            db.engine.dispose()
    read_mails(app)


@pytest.fixture
def client(app: Flask) -> JudgingClient:
    return JudgingClient(app)


@pytest.fixture
def client_for(app: Flask) -> Callable[[str], JudgingClient]:
    """Open a window for each of several people: `client_for("ana@example.org")`."""

    def open_window(email: str) -> JudgingClient:
        client = JudgingClient(app)
        client.sign_in(email)
        return client

    return open_window


# --- the process ---------------------------------------------------------------------------------


def pytest_collection_finish() -> None:
    """Leave the tests and all that they loaded out of the searches for cycles of objects."""
    settle()


# --- the order -----------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stories in the browser: each is long, and none should be waited for last."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


# --- the browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    path = runpy.run_path(str(PROJECT / ".ci" / "bootstrap.py"))["find_browser"]()
    assert path, "There is no Chromium on the path: python3 .ci/bootstrap.py --dev --browser"
    quiet = ("background-networking", "component-update", "sync", "gpu", "quic")
    return {
        "executable_path": path,
        "args": [
            # The sandbox of the browser cannot start as root; the pages are our own.
            "--no-sandbox",
            "--no-first-run",
            # A page lives for a second: its scripts are done before compiling them well pays.
            "--js-flags=--no-opt,--no-maglev",
            *(f"--disable-{name}" for name in quiet),
        ],
    }


@pytest.fixture(scope="session")
def base_url() -> None:
    """Every window is told its address; the plugin's own way is about to stop working."""


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT
