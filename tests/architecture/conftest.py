"""The application as the house law looks at it: once, on the embedded engine."""

import pytest
from flask import Flask

from config import Config
from tests.databases import Databases


@pytest.fixture(scope="session")
def house(databases: Databases) -> Flask:
    # Late, so that the rules about files are judged even while the application cannot be built.
    from sandbox.web.app import create_app

    store = databases.store("sqlite")
    store.reset()
    folder = store.folder / "house"
    folder.mkdir(exist_ok=True)
    return create_app(Config.for_tests(store.url, folder))
