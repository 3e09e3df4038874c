"""What a story asks for: the server, emptied; people at their windows; a language."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy.orm import Session

from tests.browsing import COLOURED, LiveServer, serve
from tests.databases import connect
from tests.journeys.story import Story


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[LiveServer]:
    """The production server, shared by a worker's stories."""
    COLOURED.folder = shared / "coloured"
    folder = tmp_path_factory.mktemp("live")
    with serve(folder) as server:
        yield server


@pytest.fixture(params=["es", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Each story is lived through in both languages."""
    return str(request.param)


@pytest.fixture
def story(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    language: str,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Story]:
    """An empty platform in one language; the module's `STORY` numbers its pictures."""
    live_server.empty()
    tests = [name for name in vars(request.module) if name.startswith("test_")]
    letter = "abcdefghij"[tests.index(request.function.__name__)]
    engine = connect(live_server.app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session:
        yield Story(live_server, language, session, new_context, f"{request.module.STORY}{letter}")
    engine.dispose()
