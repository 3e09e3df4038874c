"""The eligibility check is anonymous: nothing of what is answered stays anywhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.applications.forms import input_name
from sandbox.kernel.db import Base
from sandbox.kernel.forms import PlatformForm
from sandbox.packs import active
from tests.databases import Store
from tests.packs.copies import copy_of_mx, install_over
from tests.pages import JudgingClient

TYPED = "Respuesta-que-nadie-guarda"

NAMES = sorted(
    {"csrf_token", "meta", *filter(re.compile(r"[a-z][a-z0-9_]*").fullmatch, dir(PlatformForm))}
)
"""The keys of questions that are names of the form's own parts."""


@pytest.fixture
def check_of_names(app: Flask, session: Session, tmp_path: Path) -> Iterator[None]:
    """Put rules in force whose check asks one question under each of the form's own names."""
    pack = copy_of_mx(tmp_path)
    words = '{{es = "¿Pregunta {0}?", en = "Question {0}?"}}'
    with (pack / "eligibility.toml").open("a", encoding="utf-8") as file:
        for name in NAMES:
            file.write(
                f'\n[[eligibility.questions]]\nkey = "{name}"\nkind = "yes_no"\n'
                f"label = {words.format(name)}\n"
            )
        asked = ", ".join(f'{{question = "{name}", equals = "no"}}' for name in NAMES)
        file.write(
            f'\n[[eligibility.rules]]\nkey = "names"\nwhen = {{any = [{asked}]}}\n'
            'verdict = "not_yet"\nreason = {es = "Algo es que no.", en = "Something is not so."}\n'
        )
    install_over(session, tmp_path)
    yield
    active.install(PACKS, "mx")


def rows(session: Session) -> dict[str, list[Any]]:
    found = {
        table.name: list(session.execute(select(table)).all())
        for table in Base.metadata.sorted_tables
    }
    session.rollback()
    return found


def content_of(client: JudgingClient) -> dict[str, Any]:
    """Return what the only cookie of a window says; it is signed, and not secret."""
    app = client.application
    (cookie,) = client._cookies.values()
    assert cookie.key == app.config["SESSION_COOKIE_NAME"]
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return dict(serializer.loads(cookie.value))


def test_answers_stay_nowhere(
    session: Session,
    app: Flask,
    client: JudgingClient,
    store: Store,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = rows(session)
    questions = active.current().eligibility.questions
    page = client.get("/eligibility")
    sound = {
        input_name(each.key): each.options[-1].value if each.options else "yes"
        for each in questions
    }
    token = page.tree.xpath("//main//input[@name='csrf_token']/@value")[0]
    for status, answers in (
        (200, sound),
        (422, dict.fromkeys(sound, TYPED)),
        (422, sound | {input_name(questions[0].key): TYPED}),
    ):
        data = {**answers, "csrf_token": token, "remark": TYPED}
        assert client.post("/eligibility", data=data).status_code == status

    assert rows(session) == before
    logged = "".join(capfd.readouterr())
    assert "/eligibility" in logged
    files = [path.read_bytes() for path in store.folder.rglob("*") if path.is_file()]
    for answer in {TYPED, *(each.options[-1].value for each in questions if each.options)}:
        assert answer not in logged
        assert answer not in str(content_of(client))
    assert not any(TYPED.encode() in content for content in files)
    # The cookie is there so that the form can be sent from this site alone, and for that only.
    assert set(content_of(client)) <= {"csrf_token", "_fresh"}


def test_check_can_be_read_without_any_cookie(app: Flask) -> None:
    window = app.test_client(use_cookies=False)
    for _ in range(2):
        answer = window.get("/eligibility")
        assert answer.status_code == 200
        for question in active.current().eligibility.questions:
            assert f'name="{input_name(question.key)}"' in answer.get_data(as_text=True)


@pytest.mark.usefixtures("check_of_names")
def test_question_may_have_the_name_of_any_part_of_a_form(client: JudgingClient) -> None:
    assert {"csrf_token", "data", "errors", "is_submitted", "meta", "process"} <= set(NAMES)
    page = client.get("/eligibility")
    for name in NAMES:
        assert f"¿Pregunta {name}?" in page.main
    refused = client.submit(page, {})
    assert refused.status_code == 422
    linked = refused.tree.xpath("//*[contains(@class, 'govuk-error-summary')]//a/@href")
    assert {f"#{input_name(name)}" for name in NAMES} <= {
        link.removesuffix("-0") for link in linked
    }
    questions = active.current().eligibility.questions
    answers = {each.key: each.options[-1].value if each.options else "yes" for each in questions}
    result = client.submit(page, {input_name(key): value for key, value in answers.items()})
    assert result.status_code == 200
    assert result.heading in {
        text.in_("es") for text in active.current().eligibility.verdicts.values()
    }
