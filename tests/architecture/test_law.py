"""The house law that can be read off the code alone."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from config import PROJECT
from tests.architecture.reading import (
    SANDBOX,
    functions,
    modules,
    modules_named,
    place,
    tracked_texts,
    tree_of,
)

PURE_LIBRARIES = frozenset({"ahocorasick_rs", "anyascii", "holidays", "rapidfuzz", "rfc8785"})
COMMITTER = SANDBOX / "kernel" / "db.py"
BORROWERS = {SANDBOX / "accounts" / "security.py"}
"""Flask-Security asks its datastore to commit, which passes that on to the one who may."""
READERS_OF_ENVIRONMENT = {"config.py", "wsgi.py", "migrations/env.py"}
CODE = ("sandbox/", "templates/", "tests/", "migrations/", "config.py", "wsgi.py")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def test_import_contracts_are_kept() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run(
        [program, "--no-logo"], cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


def test_domain_imports_only_listed_libraries() -> None:
    allowed = sys.stdlib_module_names | PURE_LIBRARIES
    strangers = {
        place(path): name
        for path in modules(SANDBOX / "domain")
        for name in imported(path)
        if not name.startswith("sandbox.domain") and name.partition(".")[0] not in allowed
    }
    assert strangers == {}


def test_domain_reads_no_clock_and_no_file() -> None:
    # Time and contents are arguments, so that every rule can be tested at every moment.
    impure = {"now", "today", "utcnow", "open", "read_text", "read_bytes", "urandom", "uuid4"}
    calls = [
        place(path, node.lineno)
        for path in modules(SANDBOX / "domain")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and called(node) in impure
    ]
    assert calls == []


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_only_the_unit_of_work_commits() -> None:
    commits, borrowed = set(), set()
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and called(node) == "commit":
                (commits if isinstance(node.func, ast.Attribute) else borrowed).add(path)
    assert commits == {COMMITTER}
    assert borrowed - {COMMITTER} <= BORROWERS


def test_environment_is_read_in_one_place() -> None:
    readers = {
        name
        for name, text in tracked_texts().items()
        if name.endswith(".py")
        and not name.startswith(("tests/", ".ci/"))
        and re.search(r"\bos\.(environ|getenv)\b", text)
    }
    assert readers == READERS_OF_ENVIRONMENT - {"config.py"}


def test_late_imports_have_a_written_reason() -> None:
    silent = []
    for path in modules():
        lines = path.read_text().splitlines()
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    around = lines[max(0, node.lineno - 3) : node.lineno]
                    if not any("#" in line for line in around):
                        silent.append(place(path, node.lineno))
    assert silent == []


def test_services_take_session_then_actor_and_keywords() -> None:
    # Some helpers of a service need no actor; a deed, which records, always has one.
    wrong = []
    deeds = 0
    for path in modules_named("services"):
        for node in tree_of(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            names = [argument.arg for argument in node.args.args]
            records = any(
                isinstance(part, ast.Call) and called(part) == "record" for part in ast.walk(node)
            )
            deeds += records
            if records and (names[:2] != ["session", "actor"] or len(names) > 3):
                wrong.append(f"{place(path, node.lineno)} {node.name}({', '.join(names)})")
    assert deeds > 0, "No service records a deed."
    assert wrong == []


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(
        r"raise NotImplemente[d]|TOD[O]\b|FIXM[E]\b|\bXX[X]\b|lorem [i]psum|coming [s]oon"
        r"|próximament[e]|assert Tru[e]\b|pytest\.mark\.(ski[p]|xfai[l])|pytest\.ski[p]\("
    )
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in tracked_texts().items()
        if name.startswith(CODE)
        for number, line in enumerate(text.splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_files_name_no_machine_and_no_registry() -> None:
    machine = re.compile(
        r"(^|[^A-Za-z0-9_.])/(wor[k]|far[m]|roo[t]|User[s])/|" + re.escape(f"{PROJECT}/")
    )
    registry = re.compile(
        r"pypi\.or[g]|pythonhosted\.or[g]|npmjs\.(or[g]|co[m])|deb\.debian\.or[g]|yarnpkg\.co[m]"
    )
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line) or registry.search(line)
    ]
    assert found == []


def test_requirements_are_locked_with_hashes() -> None:
    for name in ("requirements", "requirements-dev", "requirements-bootstrap"):
        wanted = {
            re.split(r"[\[<>=~! ]", line)[0].lower().replace("_", "-")
            for line in (PROJECT / f"{name}.in").read_text().splitlines()
            if line and not line.startswith(("#", "-"))
        }
        entries = re.split(r"\n(?=\S)", (PROJECT / f"{name}.txt").read_text().strip())
        locked = {entry.partition("==")[0] for entry in entries}
        assert wanted - locked == set(), f"{name}.txt is older than {name}.in: make lock"
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == [], name
