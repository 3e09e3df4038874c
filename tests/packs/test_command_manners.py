"""The commands answer what cannot be done with a sentence and an exit code, never a traceback."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from config import PACKS, Config
from sandbox.kernel.db import db
from sandbox.packs import active


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Flask]:
    """A platform whose database has no tables yet."""
    # Late, so that the module is read whatever state the rooms are in.
    from sandbox.web.app import create_app

    try:
        app = create_app(Config.for_tests(f"sqlite:///{tmp_path / 'new.db'}", tmp_path))
        yield app
        with app.app_context():
            db.engine.dispose()
    finally:
        active.install(PACKS, "mx")


def told(app: Flask, *command: str) -> Result:
    result = app.test_cli_runner().invoke(args=["packs", *command])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize(
    "command", [("simulate", "mx"), ("adopt", "mx@1.0.0", "--reason", "Corrige una errata.")]
)
def test_database_without_tables_is_named_with_what_helps(
    bare: Flask, command: tuple[str, ...]
) -> None:
    result = told(bare, *command)
    assert result.exit_code == 1
    [line] = result.output.splitlines()
    assert line.startswith("Error: The database cannot be read (no such table: ")
    assert line.endswith("). If it is new: alembic upgrade head")


UNKNOWN = "mx@9.9.9"


@pytest.mark.parametrize(
    "command",
    [
        ("show", UNKNOWN),
        ("diff", "mx", UNKNOWN),
        ("diff", UNKNOWN, "mx"),
        ("diagram", UNKNOWN, "-o", "x.svg"),
        ("simulate", UNKNOWN),
    ],
)
def test_version_that_is_not_there_is_named_where_there_are_no_tables(
    bare: Flask, command: tuple[str, ...]
) -> None:
    # `flask` reads the arguments with the application around them, as here.
    with bare.app_context():
        result = told(bare, *command)
    assert result.exit_code == 2
    line = result.output.splitlines()[-1]
    told_of_it = "mx@9.9.9 is no folder and no installed pack (eu-ai-act@1.0.0, "
    assert told_of_it in line
    assert "), and the database cannot be read (no such table: " in line
    assert line.endswith("). If it is new: alembic upgrade head")


@pytest.mark.parametrize("command", [("diagram", "mx"), ("reference",)])
def test_file_that_cannot_be_written_is_named(
    bare: Flask, tmp_path: Path, command: tuple[str, ...]
) -> None:
    output = tmp_path / "nowhere" / "out.svg"
    result = told(bare, *command, "-o", str(output))
    assert result.exit_code == 1
    expected = f"Error: {output} cannot be written: No such file or directory."
    assert result.output.splitlines() == [expected]
