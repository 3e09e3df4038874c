"""Compiled templates are kept, so that only the first to render a page in a version waits."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment

from config import Config
from sandbox.kernel.db import db
from sandbox.web.app import create_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def kept(app: Flask, config: Config, folder: Path) -> Config:
    """The settings of `app`, with a folder for what can be made again."""
    return replace(config, cache_folder=folder)


def show(config: Config) -> int:
    app = create_app(config)
    try:
        return app.test_client().get("/").status_code
    finally:
        with app.app_context():
            db.engine.dispose()


def test_templates_are_compiled_once_for_all_workers_and_restarts(
    kept: Config, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert show(kept) == 200
    assert len(list(folder.glob("templates/*.cache"))) > 5

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("A template was compiled again.")

    monkeypatch.setattr(Environment, "compile", refuse)
    assert show(kept) == 200
    with pytest.raises(AssertionError, match="compiled again"):
        show(replace(kept, cache_folder=folder / "elsewhere"))


def test_pages_are_shown_where_nothing_can_be_kept(kept: Config, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    assert show(kept) == 200
    assert show(replace(kept, cache_folder=None)) == 200
