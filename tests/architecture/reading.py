"""Read the project's own files, for the tests that hold it to the house law."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from config import PROJECT

SANDBOX = PROJECT / "sandbox"
TEMPLATES = PROJECT / "templates"


@cache
def modules(folder: Path = SANDBOX) -> tuple[Path, ...]:
    """Return every Python file below a folder; none at all would make each rule hold idly."""
    found = tuple(sorted(folder.rglob("*.py")))
    assert found, f"There is no code in {folder}."
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def modules_named(name: str) -> list[Path]:
    """Return each slice's file of that name, or the files of the package it has become."""
    found = [*SANDBOX.glob(f"*/{name}.py"), *SANDBOX.glob(f"*/{name}/**/*.py")]
    assert found, f"There is no {name}.py in any slice."
    return sorted(found)


def place(path: Path, line: int | None = None) -> str:
    """Name a file and line as an editor opens them."""
    return f"{path.relative_to(PROJECT)}" + (f":{line}" if line else "")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def templates() -> list[Path]:
    """Return the templates of pages and mails; those of documents are Typst's, and get data."""
    found = sorted(
        path
        for path in TEMPLATES.rglob("*")
        if path.suffix in {".html", ".txt", ".xml"} and TEMPLATES / "pdf" not in path.parents
    )
    assert found, "There are no templates."
    return found


@cache
def tracked_texts() -> dict[str, str]:
    """Return the text of every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    texts = {}
    for name in listed.stdout.splitlines():
        path = PROJECT / name
        if not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            texts[name] = content.decode(errors="replace")
    assert "config.py" in texts
    return texts
