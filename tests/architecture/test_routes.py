"""Every address declares who may ask for it, reads well, and is served by a thin view."""

import ast
import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from tests.architecture.reading import functions, modules_named, place, tree_of
from tests.pages import JudgingClient

MOST_LINES = 15
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.(json|pdf|csv|xlsx|xml|txt))?")
OPEN_BY_NATURE = frozenset({"static"})
"""Style sheets, scripts, fonts and icons; nothing of a person is ever among them."""
LIBRARY_BLUEPRINTS = ("security.",)
"""Libraries whose views we cannot decorate; `PUBLIC_ENDPOINTS` lists those that are served."""


def rules(house: Flask) -> list[Rule]:
    found = list(house.url_map.iter_rules())
    assert len(found) > 20, "The application has hardly any routes."
    return found


def test_every_endpoint_declares_a_permission_or_is_public(house: Flask) -> None:
    from sandbox.access.permissions import P
    from sandbox.accounts.setup import PUBLIC_ENDPOINTS

    undeclared = set()
    for rule in rules(house):
        view = house.view_functions[rule.endpoint]
        needs, public = getattr(view, "_needs", None), getattr(view, "_public", None)
        if needs is not None:
            assert isinstance(needs, P), f"{rule.endpoint} needs {needs!r}, which is no permission"
            assert public is None, f"{rule.endpoint} is public and needs {needs}"
        elif public is not True:
            undeclared.add(rule.endpoint)
    assert undeclared - PUBLIC_ENDPOINTS - OPEN_BY_NATURE == set()


def test_list_of_library_endpoints_holds_nothing_of_ours(house: Flask) -> None:
    from sandbox.accounts.setup import PUBLIC_ENDPOINTS

    ours = {name for name in PUBLIC_ENDPOINTS if not name.startswith(LIBRARY_BLUEPRINTS)}
    assert ours - OPEN_BY_NATURE == set()
    assert PUBLIC_ENDPOINTS - set(house.view_functions) == set(), "These do not exist."


def test_endpoint_without_declaration_is_not_served(house: Flask) -> None:
    from config import Config
    from sandbox.web.app import create_app

    config: Config = house.extensions["config"]
    app = create_app(config)
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 404
    assert "a secret" not in answer.get_data(as_text=True)


def test_addresses_are_kebab_case(house: Flask) -> None:
    def bad_segments(rule: Rule) -> Iterator[str]:
        for segment in rule.rule.strip("/").split("/"):
            fixed = re.sub(r"<[^>]+>", "x", segment)
            if fixed and not KEBAB.fullmatch(fixed):
                yield segment

    found = {rule.rule: list(bad_segments(rule)) for rule in rules(house)}
    assert {rule: bad for rule, bad in found.items() if bad} == {}


def test_addresses_do_not_end_in_a_slash(house: Flask) -> None:
    assert [r.rule for r in rules(house) if r.rule != "/" and r.rule.endswith("/")] == []


def is_view(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in node.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute) and target.attr in {"get", "post", "route"}:
            return True
    return False


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body
    if ast.get_docstring(node, clean=False) is not None:
        body = body[1:]
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_views_are_at_most_fifteen_lines() -> None:
    found = {
        place(path, node.lineno): body_lines(node)
        for path in modules_named("views")
        for node in functions(path)
        if is_view(node)
    }
    assert found, "No view was found."
    assert {where: lines for where, lines in found.items() if lines > MOST_LINES} == {}


def test_views_catch_nothing() -> None:
    # A refusal becomes a page in one place, web/errors.py, and in no other.
    tries = [
        place(path, node.lineno)
        for path in modules_named("views")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Try)
    ]
    assert tries == []


def test_pages_without_arguments_are_sound_for_visitors(house: Flask) -> None:
    # The client judges each page and refuses any write of a GET.
    seen = {}
    for rule in rules(house):
        if "GET" in (rule.methods or set()) and not rule.arguments and rule.endpoint != "static":
            for language in ("es", "en"):
                client = JudgingClient(house)
                answer = client.get(rule.rule, headers={"Accept-Language": language})
                seen[rule.rule, language] = answer.status_code
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    assert answer.language.startswith(language), rule.rule  # type: ignore[attr-defined]
    assert {200, 302} <= set(seen.values())
    assert {k: v for k, v in seen.items() if v not in {200, 302, 303, 404}} == {}
