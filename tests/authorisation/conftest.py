"""One world per engine, copied by each worker, since making it takes as long as its probes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import Config
from tests.authorisation.probing import ACTORS, Prober
from tests.databases import ENGINES, Databases, PostgresqlStore, SqliteStore, Store
from tests.pages import remember_faults


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that asks as one actor do so as all of them, on each engine."""
    if "actor" in metafunc.fixturenames and "world_engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("engine")
        engines = ENGINES if chosen == "both" else (chosen,)
        pairs = [(engine, actor) for engine in engines for actor in ACTORS]
        metafunc.parametrize(("world_engine", "actor"), pairs)


@pytest.fixture(scope="session")
def probers(databases: Databases) -> Iterator[dict[str, Prober]]:
    # The server of the databases has to outlive ours.
    found: dict[str, Prober] = {}
    yield found
    for prober in found.values():
        prober.kept.close()
        prober.let_go()
        prober.store.close()


@pytest.fixture
def world_engine() -> str:
    """Most tests of the doors need a world that can be put back at once: a file."""
    return "sqlite"


@pytest.fixture
def prober(
    world_engine: str,
    probers: dict[str, Prober],
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    shared: Path,
) -> Prober:
    """Everybody who may ask, in the world as it was built."""
    from sandbox.web.app import create_app

    if world_engine not in probers:
        folder = tmp_path_factory.mktemp(f"authorisation-{world_engine}")
        store = make_store(world_engine, databases, folder / "store")
        data = folder / "data"
        data.mkdir()
        app = create_app(Config.for_tests(store.url, data))
        remember_faults(app)
        probers[world_engine] = Prober(app, store, shared)
    return probers[world_engine]


def make_store(engine_name: str, databases: Databases, folder: Path) -> Store:
    """Make a database of the matrix' own: that of the other tests is emptied before each."""
    store: Store
    if engine_name == "sqlite":
        store = SqliteStore(folder)
    else:
        shared = databases.store(engine_name)
        assert isinstance(shared, PostgresqlStore)
        store = PostgresqlStore(folder, shared.server)
    store.reset()
    return store
