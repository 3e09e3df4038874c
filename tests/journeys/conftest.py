"""What a story asks for: the server, emptied; people at their windows; a language."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy.orm import Session

from tests.browsing import COLOURED, LiveServer, serve
from tests.databases import Databases, PostgresqlStore, connect
from tests.journeys.story import Story

ENGINE_OF = {"es": "sqlite", "en": "postgresql"}
"""Each story is lived through in both languages, and so on both engines in the same time."""


@pytest.fixture(scope="session")
def live_servers(
    tmp_path_factory: pytest.TempPathFactory, shared: Path, databases: Databases
) -> Iterator[Callable[[str], LiveServer]]:
    """The production servers that a worker's stories share, one for each engine."""
    COLOURED.folder = shared / "coloured"
    with contextlib.ExitStack() as opened:
        running: dict[str, LiveServer] = {}

        def server_on(engine_name: str) -> LiveServer:
            if engine_name not in running:
                store = databases.store(engine_name) if engine_name == "postgresql" else None
                assert store is None or isinstance(store, PostgresqlStore)
                folder = tmp_path_factory.mktemp(f"live-{engine_name}")
                running[engine_name] = opened.enter_context(serve(folder, store))
            return running[engine_name]

        yield server_on


@pytest.fixture(params=sorted(ENGINE_OF))
def language(request: pytest.FixtureRequest) -> str:
    """Each story is lived through in both languages."""
    return str(request.param)


@pytest.fixture
def story(
    request: pytest.FixtureRequest,
    live_servers: Callable[[str], LiveServer],
    language: str,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Story]:
    """An empty platform in one language; the module's `STORY` numbers its pictures."""
    server = live_servers(ENGINE_OF[language])
    server.empty()
    tests = [name for name in vars(request.module) if name.startswith("test_")]
    letter = "abcdefghij"[tests.index(request.function.__name__)]
    engine = connect(server.app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session:
        yield Story(server, language, session, new_context, f"{request.module.STORY}{letter}")
    engine.dispose()
