"""The application as the house law looks at it: once, on the embedded engine."""

import pytest
from flask import Flask

from config import Config
from tests.databases import Databases, SqliteStore


@pytest.fixture(scope="session")
def house(databases: Databases) -> Flask:
    # Late, so that the rules about files are judged even while the application cannot be built.
    from sandbox.web.app import create_app

    store = SqliteStore(databases.folder / "house")
    store.reset()
    return create_app(Config.for_tests(store.url, store.folder))
