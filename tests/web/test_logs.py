"""A line of the log is data, and tells of a request neither what was typed nor who it was."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from sandbox.access.guard import public
from sandbox.kernel.db import db
from sandbox.models import Person
from sandbox.web.logs import configure_logs
from tests.factories import make_person
from tests.pages import JudgingClient

TYPED = "Palabras-que-nadie-debe-leer"
TOKEN = "prenda-que-nadie-debe-leer"
REQUEST = {"event", "level", "timestamp", "request_id", "method", "route", "status", "ms"}

Window = Callable[[str], JudgingClient]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Write the log as a server does that others can reach; read what was written since."""
    usual = structlog.get_config()
    configure_logs(as_json=True)

    def read() -> list[dict[str, Any]]:
        written = capsys.readouterr()
        assert written.out == "", "Logs belong to standard error."
        for secret in (TYPED, TOKEN):
            assert secret not in written.err
        return [json.loads(line) for line in written.err.splitlines()]

    yield read
    structlog.configure(**usual)


def test_request_is_one_line_without_what_was_typed(
    session: Session,
    client: JudgingClient,
    client_for: Window,
    lines: Lines,
) -> None:
    person = make_person(session, TYPED)
    window = client_for(person.email)
    lines()
    page = window.get("/account", query_string={"note": TYPED})
    answers = [
        (page, "GET", "/account", 200),
        (window.submit(page, {"name": f"{TYPED} 2"}, follow=False), "POST", "/account", 303),
        (client.get(f"/invitations/{TOKEN}"), "GET", "/invitations/<token>", 404),
        (client.get(f"/{TYPED}"), "GET", "(no route)", 404),
        (client.post("/sign-in", data={"email": f"{TYPED}@example.org", "password": TOKEN}),
         "POST", "/sign-in", 400),
    ]  # fmt: skip
    cookie = window.get_cookie(window.application.config["SESSION_COOKIE_NAME"], domain="localhost")
    assert cookie is not None
    written = lines()
    for line, (answer, method, route, status) in zip(written, answers, strict=True):
        assert set(line) == REQUEST
        assert line["request_id"] == answer.headers["X-Request-Id"]
        assert (line["event"], line["method"], line["route"]) == ("request", method, route)
        assert line["status"] == answer.status_code == status
        assert line["ms"] >= 0
        assert cookie.value not in str(line)
        assert person.email not in str(line)
        assert page.tree.xpath("//input[@name='csrf_token']/@value")[0] not in str(line)
    session.rollback()


@public
def explode(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("the disk is full")


def test_number_on_the_page_of_a_fault_leads_to_its_lines(
    app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "register.trials", explode)
    window = app.test_client()
    window.set_cookie("session", TOKEN, domain="localhost")
    answer = window.get("/register", query_string={"q": TYPED})
    app.extensions["faults"].clear()
    fault, request = lines()
    assert fault["event"] == "fault"
    assert fault["level"] == "error"
    assert fault["endpoint"] == "register.trials"
    assert "the disk is full" in fault["exception"]
    assert set(request) == REQUEST
    assert request["status"] == answer.status_code == 500
    assert fault["request_id"] == request["request_id"]
    assert fault["request_id"] in answer.get_data(as_text=True)


@public
def write_twice(*_: object, **__: object) -> NoReturn:
    for _number in range(2):
        db.session.add(Person(email=f"{TYPED}@example.org", name="Ana\n[SQL]", language="es"))
    db.session.flush()
    raise AssertionError("The database has taken one address twice.")


def test_what_the_database_refuses_is_told_without_its_values(
    app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "register.trials", write_twice)
    assert app.test_client().get("/register").status_code == 500
    app.extensions["faults"].clear()
    fault, _request = lines()
    assert "IntegrityError" in fault["exception"]
