"""Whatever goes wrong ends on a page that says so, in both languages, with every protection on."""

import importlib
import os
import pkgutil
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Engine, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from config import MAX_FILE_BYTES, MEBIBYTE, PROJECT, Config
from sandbox import domain
from sandbox.access.guard import public
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.lifecycle import Lifecycle
from sandbox.domain.refusals import TransitionRefused
from sandbox.kernel.db import db
from sandbox.models import Application, Person
from sandbox.packs import active
from sandbox.web.refusals import explain, possible_actions
from tests.factories import (
    make_company,
    make_person,
    make_staff,
    make_submitted,
)
from tests.packs import copies
from tests.pages import JudgingClient, PageResponse, traffic
from tests.serving import end_group, free_port, server_command

Window = Callable[[str], JudgingClient]
LANGUAGES = ("es", "en")


def ask_for(client: JudgingClient, language: str) -> None:
    """Let a window read in a language from now on."""
    client.get(f"/language/{language}")


def token_of(client: JudgingClient, page: str = "/eligibility") -> str:
    return str(client.get(page).tree.xpath("//main//input[@name='csrf_token']/@value")[0])


@pytest.fixture
def newcomer(session: Session, client_for: Window) -> JudgingClient:
    return client_for(make_person(session).email)


# --- pages in both languages ---------------------------------------------------------------------


def in_both(client: JudgingClient, ask: Callable[[], Any], status: int) -> dict[str, PageResponse]:
    found = {}
    for language in LANGUAGES:
        ask_for(client, language)
        found[language] = ask()
        assert found[language].status_code == status
        assert found[language].language.startswith(language)
    assert found["es"].heading != found["en"].heading
    assert found["es"].title != found["en"].title
    return found


def test_absence_has_a_page(client: JudgingClient) -> None:
    pages = in_both(client, lambda: client.get("/nowhere"), 404)
    assert "/" in pages["es"].links.values()


def test_refusal_of_a_right_has_a_page(newcomer: JudgingClient) -> None:
    pages = in_both(newcomer, lambda: newcomer.get("/people"), 403)
    assert "/sign-in" not in pages["en"].main


def test_action_out_of_its_time_says_why_and_what_is_possible(
    session: Session, client_for: Window
) -> None:
    organisation, owner = make_company(session)
    application = make_submitted(session, organisation, owner)
    client = client_for(make_staff(session).email)
    pages = in_both(client, lambda: client.get(f"/cases/{application.id}/routing"), 409)
    assert "“Submitted”" in pages["en"].main
    assert "The secretariat checks whether the application is complete." in pages["en"].main
    assert "Who must act: The secretariat" in pages["en"].main
    assert "La secretaría revisa si la solicitud está completa." in pages["es"].main
    # The company reads the plainer names, as on the page of the case.
    person = session.get_one(Person, owner.person_id)
    page = client_for(person.email).get(f"/applications/{application.id}/sections/closing")
    assert "«Recibida»" in page.main


def test_refusal_has_a_page_where_the_rules_of_its_case_cannot_be_read(
    session: Session, client_for: Window
) -> None:
    organisation, owner = make_company(session)
    application = make_submitted(session, organisation, owner)
    client = client_for(make_staff(session).email)
    token = token_of(client)
    changes = {"status": ApplicationStatus.TRIAGE.value, "pack_version": "9.9.9"}
    session.execute(update(Application).values(**changes))
    session.commit()
    page = client.post(f"/applications/{application.id}/triage/start", data={"csrf_token": token})
    assert page.status_code == 409
    assert page.links["Volver al caso"] == f"/cases/{application.id}"


def lifecycles() -> list[Lifecycle[Any, Any]]:
    """Find whatever has a status, wherever the domain keeps it."""
    modules = (
        importlib.import_module(f"sandbox.domain.{info.name}")
        for info in pkgutil.iter_modules(domain.__path__)
    )
    found = (value for module in modules for value in vars(module).values())
    return list({id(value): value for value in found if isinstance(value, Lifecycle)}.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_deed_of_whatever_has_a_lifecycle_has_words(
    app: Flask, language: str
) -> None:
    assert len(lifecycles()) == 4
    for lifecycle in lifecycles():
        for status in type(lifecycle.statuses[0]):
            possible = lifecycle.possible(status)
            refusal = TransitionRefused(status, lifecycle.transitions[0].action, possible)
            with app.test_request_context(), force_locale(language):
                said = [explain(refusal), *possible_actions(refusal)]
            # What a case allows is said by its own page.
            is_case = isinstance(status, ApplicationStatus)
            assert len(said) == (1 if is_case else 1 + len(possible))
            assert not [text for text in said if "_" in text or text in possible]
            assert f"“{status.value}”" not in said[0]
            assert f"«{status.value}»" not in said[0]


def test_wrong_answers_come_back_with_a_summary(client: JudgingClient) -> None:
    def send() -> Any:
        return client.post("/eligibility", data={"csrf_token": token_of(client)})

    pages: dict[str, PageResponse] = {}
    for language in LANGUAGES:
        ask_for(client, language)
        pages[language] = send()
        assert pages[language].status_code == 422
        assert pages[language].error_summary
    assert pages["es"].error_summary != pages["en"].error_summary


def test_too_much_has_a_page(
    app: Flask, client: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2_000)
    token = token_of(client)

    def send() -> Any:
        return client.post("/eligibility", data={"csrf_token": token, "answer": "x" * 3_000})

    in_both(client, send, 413)


def test_visitor_may_not_send_as_much_as_a_form_with_files(client: JudgingClient) -> None:
    address = f"/applications/{uuid4()}/sections/closing"
    body = b"x" * (MAX_FILE_BYTES + 2 * MEBIBYTE)
    answer = client.post(address, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


def test_wrong_method_has_a_page_that_names_the_right_ones(client: JudgingClient) -> None:
    pages = in_both(client, lambda: client.delete("/register"), 405)
    assert "GET" in pages["es"].headers["Allow"]


def test_form_without_its_token_changes_nothing(session: Session, newcomer: JudgingClient) -> None:
    person = session.query(Person).one()
    before, version = person.name, person.version
    session.rollback()
    in_both(newcomer, lambda: newcomer.post("/account", data={"name": "Otra"}), 400)
    with traffic() as seen:
        newcomer.post("/account", data={"name": "Otra", "csrf_token": "forged"})
    assert seen.committed == []
    person = session.query(Person).one()
    assert (person.name, person.version) == (before, version)
    session.rollback()


# --- faults --------------------------------------------------------------------------------------

SECRET = "what nobody outside may read"


@public
def explode(*_: object, **__: object) -> NoReturn:
    raise RuntimeError(SECRET)


def test_fault_quotes_its_number_in_both_languages_and_nothing_else(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "register.trials", explode)
    answer = app.test_client().get("/register")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in text
    assert "Algo falló en el sitio" in text
    assert "Something went wrong" in text
    assert SECRET not in text
    assert "Traceback" not in text
    assert_protected(answer)


def test_fault_needs_neither_database_nor_person(
    app: Flask, newcomer: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = newcomer.get_cookie(name, domain="localhost")
    assert cookie is not None
    window.set_cookie(name, cookie.value, domain="localhost")
    assert window.get("/my-tasks").status_code == 200

    def away(*_: object, **__: object) -> NoReturn:
        raise OperationalError("connect", None, ConnectionError("the database is away"))

    monkeypatch.setattr(Engine, "connect", away)
    monkeypatch.setattr(Engine, "raw_connection", away)
    answer = window.get("/my-tasks")
    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)
    assert "database is away" not in answer.get_data(as_text=True)
    app.extensions["faults"].clear()


# --- machines ------------------------------------------------------------------------------------

MACHINE = {"Accept": "application/json"}


def test_machines_are_told_in_their_own_way(
    app: Flask, session: Session, newcomer: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        404: newcomer.get("/nowhere", headers=MACHINE),
        403: newcomer.get("/people", headers=MACHINE),
        405: newcomer.delete("/register", headers=MACHINE),
        400: newcomer.post("/account", headers=MACHINE),
    }
    monkeypatch.setitem(app.view_functions, "register.trials", explode)
    answers[500] = app.test_client().get("/register", headers=MACHINE)  # type: ignore[assignment]
    app.extensions["faults"].clear()
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.content_type == "application/problem+json"
        body = answer.get_json()
        assert body["status"] == status
        assert body["type"]
        assert body["title"]
        assert SECRET not in str(body)
        assert_protected(answer)


def test_machine_is_told_why_and_not_only_that(session: Session, client_for: Window) -> None:
    organisation, owner = make_company(session)
    application = make_submitted(session, organisation, owner)
    client = client_for(make_staff(session).email)
    answer = client.get(f"/cases/{application.id}/routing", headers=MACHINE)
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"] == "Esto no es posible mientras el estado sea «Enviada»."


def test_address_of_data_is_refused_as_data(client: JudgingClient) -> None:
    answer = client.get("/reports/none.json")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


# --- health --------------------------------------------------------------------------------------


def test_health_tells_machines_how_the_process_stands(
    client: JudgingClient, engine_name: str
) -> None:
    answer = client.get("/health")
    body = answer.get_json()
    assert answer.status_code == 200
    assert body["status"] == "ok"
    assert body["database"] == engine_name
    pack = active.current()
    assert body["pack"] == {"code": pack.code, "version": pack.version}
    if engine_name == "sqlite":
        assert (body["journal_mode"], body["foreign_keys"], body["durable"]) == ("wal", True, True)
    assert "Set-Cookie" not in answer.headers


def test_health_says_when_the_database_is_away(
    app: Flask, client: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> NoReturn:
        raise OperationalError("connect", None, ConnectionError("password of the database"))

    monkeypatch.setattr(Engine, "connect", away)
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "unavailable")
    assert "password" not in answer.get_data(as_text=True)


# --- a broken pack -------------------------------------------------------------------------------


def environment(tmp_path: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATA_FOLDER": str(tmp_path / "data"),
        "PACK_FOLDER": str(tmp_path / "packs"),
        "BASE_URL": f"http://127.0.0.1:{port}",
    }


def test_application_loads_on_a_sound_pack(tmp_path: Path) -> None:
    copies.copy_of_mx(tmp_path / "packs")
    loaded = subprocess.run(
        [sys.executable, "-c", "import wsgi; print('it serves')"],
        cwd=PROJECT,
        env=environment(tmp_path, 8000),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert loaded.stdout.endswith("it serves\n")


MESSAGE = "mx/1.0.0/tier-2-limited.toml:6: tiers[1].min_points: must be a whole number of 0 or more"


def test_server_refuses_a_broken_pack_and_names_file_key_and_reason(tmp_path: Path) -> None:
    pack = copies.copy_of_mx(tmp_path / "packs")
    copies.replace(pack / "tier-2-limited.toml", "min_points = 8", 'min_points = "eight"')
    port = free_port()
    log = tmp_path / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            server_command(port),
            cwd=PROJECT,
            env=environment(tmp_path, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        # It ends by itself, and with an error.
        assert server.wait(timeout=30) != 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    finally:
        end_group(server)
    # What the server says of itself begins with a bracket.
    said = [line for line in log.read_text().splitlines() if not line.startswith("[")]
    assert said == ["The platform cannot start.", MESSAGE]


# --- headers -------------------------------------------------------------------------------------

PROTECTIONS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def directives(answer: Any) -> dict[str, str]:
    policy = answer.headers["Content-Security-Policy"]
    return {
        name: value
        for name, _, value in (each.strip().partition(" ") for each in policy.split(";") if each)
    }


def assert_protected(answer: Any) -> None:
    for name, value in PROTECTIONS.items():
        assert answer.headers[name] == value, name
    found = directives(answer)
    assert found["default-src"] == "'self'"
    assert found["script-src"] == "'self'"
    assert found["object-src"] == found["base-uri"] == found["frame-ancestors"] == "'none'"
    assert found["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-Id"]
    assert "Werkzeug" not in answer.headers.get("Server", "")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/register.json", 200),
        ("/register.csv", 200),
        ("/register/reliefs.csv", 200),
        ("/health", 200),
        ("/static/css/app.css", 200),
        ("/my-tasks", 302),
        ("/language/en", 303),
        ("/nowhere", 404),
        ("/static/nowhere.css", 404),
        ("/reports/none.pdf", 404),
    ],
)
def test_every_kind_of_answer_is_protected(client: JudgingClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert_protected(answer)
    answer.close()


def test_streamed_table_gives_its_connection_back(app: Flask, client: JudgingClient) -> None:
    for path in ("/register.csv", "/register/reliefs.csv") * 3:
        assert client.get(path).get_data(as_text=True).count("\n") == 1
    with app.app_context():
        pool = db.engine.pool
        assert isinstance(pool, QueuePool)
        assert pool.checkedout() == 0


def test_what_somebody_sees_when_signed_in_is_kept_nowhere(newcomer: JudgingClient) -> None:
    for path in ("/my-tasks", "/account", "/register", "/nowhere", "/people"):
        assert newcomer.get(path).headers["Cache-Control"] == "no-store", path


def test_public_page_does_not_forbid_to_keep_it(client: JudgingClient) -> None:
    assert "no-store" not in client.get("/register").headers.get("Cache-Control", "")


def test_site_without_https_does_not_promise_it(client: JudgingClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


# --- the session's cookie ------------------------------------------------------------------------


def cookie_of(answer: Any, name: str) -> list[str]:
    (found,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{name}=")]
    return [part.strip() for part in found.split(";")[1:]]


def test_cookie_of_the_session_is_out_of_reach_of_scripts(client: JudgingClient) -> None:
    flags = cookie_of(client.get("/sign-in"), "session")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)


def test_public_pages_set_no_cookie(client: JudgingClient) -> None:
    for path in ("/", "/register", "/reports", "/round-tables", "/about"):
        assert "Set-Cookie" not in client.get(path).headers, path


def test_site_with_https_binds_cookie_and_browser_to_it(config: Config, tmp_path: Path) -> None:
    from sandbox.web.app import create_app

    app = create_app(replace(config, base_url="https://sandbox.example.org"))
    answer = app.test_client().get("/sign-in", base_url="https://sandbox.example.org")
    with app.app_context():
        db.engine.dispose()
    flags = cookie_of(answer, "__Host-session")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)
    seconds = re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])
    assert seconds is not None
    assert int(seconds[1]) >= 31_536_000
    assert_protected(answer)


@pytest.mark.parametrize("host", ["evil.example.org", "localhost.evil.example.org"])
def test_forged_host_is_refused(client: JudgingClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True) + str(answer.headers)
    assert_protected(answer)


@pytest.mark.parametrize("target", ["https://evil.example.org", "//evil.example.org", "/\\evil"])
def test_choice_of_language_leads_to_no_other_site(client: JudgingClient, target: str) -> None:
    answer = client.get("/language/en", query_string={"next": target})
    assert answer.headers["Location"] == "/"
