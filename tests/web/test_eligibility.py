"""The eligibility check is anonymous: nothing of what is answered stays anywhere."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.kernel.db import Base
from sandbox.packs import active
from tests.databases import Store
from tests.pages import JudgingClient

TYPED = "Respuesta-que-nadie-guarda"


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
    sound = {each.key: each.options[-1].value if each.options else "yes" for each in questions}
    token = page.tree.xpath("//main//input[@name='csrf_token']/@value")[0]
    for status, answers in (
        (200, sound),
        (422, dict.fromkeys(sound, TYPED)),
        (422, sound | {questions[0].key: TYPED}),
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
            assert f'name="{question.key}"' in answer.get_data(as_text=True)
