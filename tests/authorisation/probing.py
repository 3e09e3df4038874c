"""Send probes as every kind of actor and say what came of them."""

import contextvars
import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, session
from flask.testing import FlaskClient
from flask_security import login_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from sandbox.kernel.db import db
from sandbox.models import Person
from tests.authorisation.keeping import keep
from tests.authorisation.world import PEOPLE, Builder, World
from tests.databases import Store, connect
from tests.handing import once
from tests.pages import PageResponse, traffic
from tests.snapshots import NamedRows, put_back_by_name, rows_by_name

HERE = Path(__file__).parent
ACTORS = ("visitor", *PEOPLE)
VERDICTS = frozenset({"ok", "sign-in", "403", "404"})
READS = ("GET", "HEAD", "OPTIONS")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
LET_IN = frozenset({200, 204, 302, 303, 304, 409, 413, 415, 422})
"""A page, an onward journey, or a refusal that speaks of the matter itself: the door was open."""

# What a form must hold so that nothing but the right to send it decides.
BODIES: Mapping[str, Mapping[str, str]] = {
    "outcomes.give_back": {"reason": "Falta algo."},
    "trials.report": {"verdict": "accept", "remark": "Bien."},
    "trials.plan": {"version": "2"},
    "coordination.conflict": {"answer": "none"},
    "batches.send": {"deed": "return"},
}


# --- what is expected ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expectation:
    """Hold one line of the table: a door, what stands behind it, and who is let in."""

    method: str
    rule: str
    subject: str
    verdicts: Mapping[str, str]

    @property
    def door(self) -> tuple[str, str]:
        return self.method, self.rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule} {self.subject}".strip()


def read_table(name: str) -> list[dict[str, str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(io.StringIO("\n".join(lines)), skipinitialspace=True)
    return [{key.strip(): (value or "").strip() for key, value in row.items()} for row in reader]


def read_expectations() -> list[Expectation]:
    """Read the table that is kept by hand."""
    return [
        Expectation(row.pop("method"), row.pop("route").replace("|", ","), row.pop("subject"), row)
        for row in read_table("expectations.csv")
    ]


def read_sight() -> dict[str, frozenset[str]]:
    """Read which kinds of secrets each actor may see; nothing else may ever reach them."""
    return {
        row.pop("actor"): frozenset(kind for kind, sees in row.items() if sees == "sees")
        for row in read_table("sight.csv")
    }


# --- a probe -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what came of one probe."""

    verdict: str
    status: int
    text: str
    headers: str


class Asker(FlaskClient):
    """Ask without judging the pages, which tests of their own do: here thousands are asked for."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with traffic() as seen:
            # Each request has a context of its own, else the next one would share its person.
            # What is streamed needs that context too, so that it is read there.
            response = contextvars.Context().run(super().open, *args, buffered=True, **kwargs)
        where = f"{response.request.method} {response.request.path}"
        faults = self.application.extensions["faults"]
        if response.status_code >= 500 and faults:
            raise AssertionError(where) from faults.pop()
        if response.request.method in READS:
            assert seen.committed == [], f"{where} wrote: {seen.committed}"
        return response


class Prober:
    """Ask at every door as everybody, from the same world each time."""

    def __init__(self, app: Flask, store: Store, shared: Path) -> None:
        self.app = app
        self.store = store
        self.client = Asker(app, PageResponse, use_cookies=True)
        self.rules: dict[tuple[str, str], Rule] = {
            (method, rule.rule): rule
            for rule in app.url_map.iter_rules()
            for method in rule.methods or ()
        }
        engine = connect(store.url)
        with Session(engine) as own:
            self.world = self.enter_world(own, shared / f"world-{engine.dialect.name}")
        self.cookies = {name: self.open_session(name) for name in ACTORS}
        with engine.begin() as connection:
            # Both have a session from before: rights are read anew in every request.
            for name, change in {
                "disabled": {"active": False},
                "unconfirmed": {"confirmed_at": None},
            }.items():
                person = Person.email == self.world.emails[name]
                connection.execute(update(Person).where(person).values(**change))
        engine.dispose()
        folder = app.extensions["config"].files_folder
        self.kept = keep(store, folder, self.let_go)
        self.was_changed, self.restore = self.kept.was_changed, self.kept.restore

    def enter_world(self, session: Session, path: Path) -> World:
        """Build the world, or put back the rows and files of the one that another worker built."""
        folder = self.app.extensions["config"].files_folder
        files = path.with_suffix(".files")

        def build() -> tuple[World, NamedRows]:
            world = Builder(session, self.app.extensions["file_store"]).build()
            shutil.copytree(folder, files)
            return world, rows_by_name(session)

        (world, rows), is_new = once(path, build)
        if not is_new:
            put_back_by_name(session, rows)
            shutil.copytree(files, folder, dirs_exist_ok=True)
        return world

    def open_session(self, name: str) -> tuple[str, str]:
        """Return the cookie of an actor who is signed in, and the token for the actor's forms."""

        def elsewhere() -> tuple[str, str]:
            app = self.app
            with app.test_request_context():
                if name != "visitor":
                    datastore = app.extensions["security"].datastore
                    account = datastore.find_user(email=self.world.emails[name])
                    assert login_user(account, authn_via=["password"])
                token = generate_csrf()
                response = app.response_class()
                app.session_interface.save_session(app, session, response)  # type: ignore[arg-type]
                cookie = response.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
                return cookie, token

        return contextvars.Context().run(elsewhere)

    # --- the database ----------------------------------------------------------------------------

    def let_go(self) -> None:
        """Close the application's connections, so that the file below them can be exchanged."""
        with self.app.app_context():
            db.engine.dispose()

    # --- asking ----------------------------------------------------------------------------------

    def endpoint(self, expectation: Expectation) -> str:
        """Name the view behind a door."""
        return str(self.rules[expectation.door].endpoint)

    def address(self, expectation: Expectation, values: Mapping[str, Any]) -> str:
        """Fill in an address; a value that is missing is a mistake in the table."""
        rule = self.rules[expectation.door]
        built = rule.build({name: values[name] for name in rule.arguments})
        assert built is not None, f"{expectation} cannot be built from {values}."
        return built[1]

    def values(self, subject: str) -> dict[str, Any]:
        return {**FIXED, **self.world.subjects.get(subject, {})}

    def send(
        self, actor: str, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> TestResponse:
        cookie, token = self.cookies[actor]
        name = self.app.config["SESSION_COOKIE_NAME"]
        self.client.set_cookie(name, cookie, domain="localhost")
        data = {"csrf_token": token, **(body or {})} if method in WRITES else None
        return self.client.open(path, method=method, data=data)

    def ask(
        self, actor: str, expectation: Expectation, values: Mapping[str, Any] | None = None
    ) -> Finding:
        """Ask at one door as one actor."""
        known = self.values(expectation.subject) if values is None else values
        path, body = self.address(expectation, known), BODIES.get(self.endpoint(expectation))
        return self.finding(self.send(actor, expectation.method, path, body))

    @staticmethod
    def finding(answer: TestResponse) -> Finding:
        text = answer.get_data().decode("utf-8", errors="replace")
        return Finding(verdict_of(answer), answer.status_code, text, str(answer.headers))

    def methods_at(self, path: str) -> set[str]:
        """Return the methods that are served at an address."""
        adapter = self.app.url_map.bind("localhost")
        return set(adapter.allowed_methods(path))

    def leaks(self, actor: str, finding: Finding, asked: Mapping[str, Any]) -> list[str]:
        """List the marks that this actor should not see; what was asked for is no news."""
        own = {str(value) for value in asked.values()}
        sees = SIGHT[actor]
        return [
            f"{kind}: {mark}"
            for kind, marks in self.world.marks.items()
            if kind not in sees
            for mark in marks
            if mark not in own and (mark in finding.text or mark in finding.headers)
        ]

    def seen(self, finding: Finding, asked: Mapping[str, Any]) -> set[str]:
        """Name the kinds of secrets that an answer shows beside what was asked for."""
        own = {str(value) for value in asked.values()}
        return {
            kind
            for kind, marks in self.world.marks.items()
            if any(mark in finding.text for mark in marks if mark not in own)
        }


FIXED: Mapping[str, Any] = {
    "name": "about",
    "code": "en",
    "filename": "css/app.css",
    "key": "inai_2025",
    "slug": "mesa",
    "token": "nobody-has-this-token",
    "view_id": UUID(int=7),  # each person has views of their own, and nobody this one
}
SIGHT = read_sight()


def verdict_of(answer: TestResponse) -> str:
    """Say what an answer means for whoever asked."""
    where = answer.headers.get("Location", "").partition("?")[0]
    if answer.status_code == 302 and where == "/sign-in":
        return "sign-in"
    return "ok" if answer.status_code in LET_IN else str(answer.status_code)


def strangers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Put ids that belong to nothing in place of all ids."""
    return {name: uuid4() if isinstance(value, UUID) else value for name, value in values.items()}
