"""Whoever types what the tutorial says gets what it promises, the deliberate mistake included."""

import email
import email.policy
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.error import URLError

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS, PROJECT, Config
from sandbox.applications.forms import input_name
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.kernel.db import db
from sandbox.models import Submission
from sandbox.packs import active
from sandbox.packs.loading import load_packs, validate
from sandbox.web.worker import run_worker
from tests.databases import Databases, connect
from tests.factories import make_company, make_organisation, make_person, make_submitted
from tests.packs.handbook import TUTORIAL, Block, blocks, edit, tutorial_pack, write
from tests.pages import JudgingClient, remember_faults

PATIENCE = 60
LANGUAGES = ("en", "es")


class Reader:
    """Somebody who follows the tutorial from its first line to its last, in a terminal."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.pack = home / "packs" / "harbour"
        self.exports: list[str] = []
        self.printed: list[str] = []
        self.ended_with: list[int] = []
        self.server: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.typed: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        settings = ("PACK_", "DATA", "BASE_URL", "SECRET_KEY", "SMTP", "DEMO", "LIMITS", "LOG_")
        kept = {name: word for name, word in os.environ.items() if not name.startswith(settings)}
        return kept | {
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            # Before the tutorial names a data folder, that of the checkout must stay untouched.
            "DATA_FOLDER": str(self.home / "unnamed"),
            "GRANIAN_PORT": str(self.port),
        }

    def follow(self, block: Block) -> None:
        match block.language:
            case "toml":
                write(self.pack, block)
            case "diff":
                edit(self.pack, block)
            case "sh":
                self.printed, self.ended_with = [], []
                for line in block.lines:
                    self.type(line)
            case "text":
                self.compare(block.lines)
            case language:
                raise AssertionError(f"What is a reader to do with {language}?")

    def type(self, line: str) -> None:
        self.typed.append(line)
        script = "\n".join([*self.exports, f"exec {line}" if self.is_server(line) else line])
        if line.startswith("export "):
            self.exports.append(line)
        elif self.is_server(line):
            self.server = subprocess.Popen(
                ["bash", "-c", script],
                cwd=PROJECT,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        else:
            done = subprocess.run(
                ["bash", "-c", script],
                cwd=PROJECT,
                env=self.environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
            self.printed += done.stdout.splitlines()
            self.ended_with.append(done.returncode)
            assert done.returncode in (0, 1), f"{line}\n{done.stderr}"
            assert done.stdout or not done.returncode, f"{line}\n{done.stderr}"

    @staticmethod
    def is_server(line: str) -> bool:
        return shlex.split(line)[0] == "granian"

    def compare(self, lines: list[str]) -> None:
        """Find the lines in what was printed, in their order; `…` stands for anything."""
        rest = iter(self.printed)
        for line in lines:
            if line != "…":
                assert any(matches(line, printed) for printed in rest), (line, self.printed)
        assert matches(lines[-1], self.printed[-1]), "The text leaves out how it ends."
        expected = 1 if lines[-1].startswith("Not sound") else 0
        assert self.ended_with[-1] == expected

    def ask(self, path: str, language: str = "en") -> str:
        """Ask the server that the tutorial has started."""
        address = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(address, headers={"Accept-Language": language})
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                    text: str = answer.read().decode()
                    return text
            except URLError:
                assert time.monotonic() < until, "The server does not answer."
                assert self.server is not None
                assert self.server.poll() is None, "The server has ended."
                time.sleep(0.1)

    def close(self) -> None:
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGTERM)
            self.server.wait(timeout=PATIENCE)


def matches(expected: str, printed: str) -> bool:
    return printed.endswith(expected[1:]) if expected[:1] == "…" else printed == expected


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


def test_every_step_does_what_the_text_says(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for block in blocks(TUTORIAL):
            reader.follow(block)
        health = json.loads(reader.ask("/health"))
        assert health["pack"] == {"code": "harbour", "version": "1.1.0"}
        assert "Boat sandbox of Puerto Claro" in reader.ask("/", "en")
        assert "Espacio de pruebas de barcos" in reader.ask("/", "es")
    finally:
        reader.close()

    drawing = etree.parse(tmp_path / "harbour.svg").getroot()
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert "At least 20 days" in " ".join(drawing.itertext())
    commands = [shlex.split(line) for line in reader.typed]
    used = {tuple(words[3:5]) for words in commands if words[0] == "flask"}
    assert used >= {("packs", "validate"), ("packs", "diagram"), ("packs", "diff")}


def test_tutorial_pack_is_sound_without_a_warning(tmp_path: Path) -> None:
    found = validate(tutorial_pack(tmp_path))
    assert found.problems == ()
    assert found.warnings == ()
    assert len(found.proofs) == 8


def test_text_quotes_every_proof(tmp_path: Path) -> None:
    told = "\n".join(block.text for block in blocks(TUTORIAL) if block.language == "text")
    for proof in validate(tutorial_pack(tmp_path)).proofs:
        assert f"Proved: {proof.claim}\n" in told


# --- the platform under the pack of the tutorial -------------------------------------------------


@dataclass(frozen=True)
class Platform:
    """The platform under the tutorial's pack, with a session beside it."""

    app: Flask
    session: Session


@pytest.fixture
def platform(databases: Databases, tmp_path: Path) -> Iterator[Platform]:
    # Late, so that the tests of the text alone run whatever state the rooms are in.
    from sandbox.web.app import create_app

    tutorial_pack(tmp_path / "packs")
    store = databases.store("sqlite")
    store.reset()
    config = replace(
        Config.for_tests(store.url, tmp_path / "data"),
        pack_folder=tmp_path / "packs",
        pack_code="harbour",
    )
    engine = connect(store.url)
    try:
        app = create_app(config)
        remember_faults(app)
        with Session(engine) as session:
            yield Platform(app, session)
        with app.app_context():
            db.engine.dispose()
    finally:
        engine.dispose()
        # The packs are those of the process: the tests that follow need theirs again.
        active.install(PACKS, "mx")


@pytest.fixture
def client(platform: Platform) -> JudgingClient:
    """Somebody signed in who acts for a company."""
    person = make_person(platform.session)
    make_organisation(platform.session, person)
    client = JudgingClient(platform.app)
    client.sign_in(person.email)
    return client


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_page_says_what_the_pack_says(client: JudgingClient, language: str) -> None:
    client.get(f"/language/{language}")
    page = client.get("/")
    programme = active.current().programme
    assert page.heading == programme.title.in_(language)
    for text in (*programme.purpose, *programme.for_whom, *programme.how_it_works):
        assert text.in_(language) in page.main


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"floats": "yes", "obstacle": "rule"}, "likely"),
        ({"floats": "yes", "obstacle": "nothing"}, "guidance"),
        ({"floats": "no", "obstacle": "rule"}, "not_yet"),
        ({"floats": "no", "obstacle": "nothing"}, "guidance"),
    ],
)
def test_check_answers_by_the_rules_of_the_pack(
    client: JudgingClient, language: str, answers: dict[str, str], verdict: str
) -> None:
    client.get(f"/language/{language}")
    eligibility = active.current().eligibility
    page = client.get("/eligibility")
    for question in eligibility.questions:
        assert question.label.in_(language) in page.main
    typed = {input_name(key): value for key, value in answers.items()}
    result = client.submit(page, typed)
    words = {word.value: text.in_(language) for word, text in eligibility.verdicts.items()}
    assert result.heading == words[verdict]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_of_the_form_opens(client: JudgingClient, language: str) -> None:
    client.get(f"/language/{language}")
    tasks = client.submit("/applications/new")
    assert tasks.status_code == 200
    for section in active.current().sections:
        page = client.get(tasks.links[section.title.in_(language)])
        assert page.heading == section.title.in_(language)
        for question in section.questions:
            if question.ask_if is None:
                assert question.label.in_(language) in page.main
            for column in question.columns:
                assert column.label.in_(language) in page.main


@pytest.mark.parametrize("language", LANGUAGES)
def test_account_is_confirmed_by_the_mail_in_the_folder(platform: Platform, language: str) -> None:
    client = JudgingClient(platform.app)
    client.get(f"/language/{language}")
    start = client.get("/")
    [apply] = [address for address in start.links.values() if address == "/register-account"]
    new = {"name": "Eva Ríos", "email": "eva@example.org", "password": "a tall ship and a star"}
    client.submit(apply, {**new, "language": language})
    run_worker(platform.app, once=True)
    [mail] = platform.app.extensions["config"].mail_folder.glob("*.eml")
    message = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://localhost(/confirm/\S+)", body.get_content())
    assert found
    client.submit(found[1], {})
    client.submit("/sign-in", {"email": new["email"], "password": new["password"]})
    page = client.get("/applications/new")
    assert page.location == "/organisations/new"


def test_application_is_sent_and_its_case_has_authorities(platform: Platform) -> None:
    organisation, actor = make_company(platform.session)
    application = make_submitted(
        platform.session, organisation, actor, area="harbour", passengers="yes", cameras="people"
    )
    assert str(application.reference).startswith("BOAT-")
    assert (application.pack_code, application.pack_version) == ("harbour", "1.0.0")
    rules = active.pack_of(application)
    submission = platform.session.scalars(select(Submission)).one()
    answers = submission.content["answers"]
    assert tiering(rules, answers).tier == "careful"
    routing = propose(rules, answers, date(2027, 3, 1))
    assert (routing.lead, routing.associates) == ("PORT", ("DATA",))


def test_both_versions_of_the_tutorial_stand_beside_each_other(tmp_path: Path) -> None:
    first = tutorial_pack(tmp_path)
    second = first.parent / "1.1.0"
    second.mkdir()
    for file in first.iterdir():
        (second / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    for block in blocks(TUTORIAL):
        if block.language == "diff" and block.file.startswith("1.1.0/"):
            edit(first.parent, block)
    registry = load_packs(tmp_path)
    assert registry.versions("harbour") == ("1.0.0", "1.1.0")
    assert registry.current("harbour").version == "1.1.0"
