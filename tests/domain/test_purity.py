import ast
import sys
from pathlib import Path

import pytest

import sandbox.domain

FOLDER = Path(sandbox.domain.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
LIBRARIES = {"ahocorasick_rs", "anyascii", "holidays", "rapidfuzz", "rfc8785"}
# A rule that looks at the clock, at files or at chance can't be repeated to explain a decision.
IMPURE = {"today", "now", "utcnow", "time", "open", "read_text", "write_text", "environ", "print"}


def imports_of(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def is_allowed(module: str) -> bool:
    first = module.split(".", maxsplit=1)[0]
    return (
        module.startswith("sandbox.domain.")
        or first in LIBRARIES
        or (first in sys.stdlib_module_names and first not in {"os", "random", "time", "socket"})
    )


def calls_of(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                names.add(function.attr)
            elif isinstance(function, ast.Name):
                names.add(function.id)
    return names


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_rules_import_only_rules_and_pure_libraries(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert {module for module in imports_of(tree) if not is_allowed(module)} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_rules_look_at_no_clock_and_no_file(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert calls_of(tree) & IMPURE == set()


def test_checks_above_would_see_what_they_look_for() -> None:
    planted = ast.parse("import flask\nfrom os import path\nx = date.today()\nopen('y')")
    assert {module for module in imports_of(planted) if not is_allowed(module)} == {"flask", "os"}
    assert calls_of(planted) & IMPURE == {"today", "open"}
    assert len(FILES) >= 14
