"""What a story asks for: the server, emptied; people at their windows; a language."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.packs import active
from tests.databases import Databases, PostgresqlStore, connect
from tests.journeys.story import Story
from tests.scanning import COLOURED, SCANNED
from tests.serving import LiveServer, serve

PROGRAMME = "mx"
ENGINE_OF = {"es": "sqlite", "en": "postgresql"}
"""Each story is lived through in both languages, and so on both engines in the same time."""


Servers = Callable[[str, str], LiveServer]


@pytest.fixture(scope="session")
def live_servers(
    tmp_path_factory: pytest.TempPathFactory, shared: Path, databases: Databases
) -> Iterator[Servers]:
    """The production servers that a worker's stories share: one for each engine and regime."""
    SCANNED.folder, COLOURED.folder = shared / "scanned", shared / "coloured"
    with contextlib.ExitStack() as opened:
        running: dict[tuple[str, str], LiveServer] = {}

        def server_on(engine_name: str, regime: str) -> LiveServer:
            if (engine_name, regime) not in running:
                store = databases.store(engine_name) if engine_name == "postgresql" else None
                assert store is None or isinstance(store, PostgresqlStore)
                folder = tmp_path_factory.mktemp(f"live-{engine_name}-{regime}")
                server = opened.enter_context(serve(folder, store, PACK_CODE=regime))
                running[engine_name, regime] = server
            return running[engine_name, regime]

        yield server_on


@pytest.fixture
def regime() -> str:
    """The regime whose rules are in force; most stories are about the first programme."""
    return PROGRAMME


@pytest.fixture(params=sorted(ENGINE_OF))
def language(request: pytest.FixtureRequest) -> str:
    """Each story is lived through in both languages."""
    return str(request.param)


@pytest.fixture
def story(
    request: pytest.FixtureRequest,
    live_servers: Servers,
    language: str,
    regime: str,
    new_context: Callable[..., BrowserContext],
) -> Iterator[Story]:
    """An empty platform in one language; the module's `STORY` numbers its pictures."""
    tests = [name for name in vars(request.module) if name.startswith("test_")]
    letter = "abcdefghij"[tests.index(request.function.__name__)]
    with rules_of(regime):
        server = live_servers(ENGINE_OF[language], regime)
        server.empty()
        engine = connect(server.app.config["SQLALCHEMY_DATABASE_URI"])
        with Session(engine) as session:
            yield Story(server, language, session, new_context, f"{request.module.STORY}{letter}")
        engine.dispose()


@contextlib.contextmanager
def rules_of(regime: str) -> Iterator[None]:
    """Let this process read the rules of a regime, as the server does that it talks to."""
    if active.code() != regime:
        active.install(PACKS, regime)
    try:
        yield
    finally:
        if regime != PROGRAMME:
            active.install(PACKS, PROGRAMME)
