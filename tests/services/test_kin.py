"""The secretariat is shown the cases that may belong to the one it checks."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from sandbox.applications import queries
from sandbox.applications.queries.kin import MOST_SHOWN
from sandbox.domain.kinship import Kin
from sandbox.kernel.actors import Actor
from sandbox.models import Application, Attachment, Person
from tests.factories import (
    NOW,
    actor_for,
    make_company,
    make_draft,
    make_staff,
    make_submitted,
    make_team,
)
from tests.pages import JudgingClient

NAME = "Asistente de citas médicas"


@pytest.fixture
def caseworker(app: Flask, session: Session) -> Actor:
    return actor_for(session, make_staff(session))


def sent(session: Session, name: str, *, days_ago: int = 0, of: object = None) -> Application:
    company = of or make_company(session)
    at = NOW - timedelta(days=days_ago)
    return make_submitted(session, *company, now=at, innovation_name=name)  # type: ignore[misc]


def attach(session: Session, case: Application, sha256: str, *, removed: bool = False) -> None:
    values = {
        "id": uuid4(),
        "application_id": case.id,
        "question": "technical_documents",
        "filename": "ficha.pdf",
        "content_type": "application/pdf",
        "size": 1,
        "sha256": sha256,
        "uploaded_by_id": case.started_by_id,
        "uploaded_at": NOW,
        "removed_at": NOW if removed else None,
    }
    session.execute(insert(Attachment).values(values))
    session.commit()


def kin(session: Session, actor: Actor, application: Application) -> list[tuple[object, ...]]:
    found = queries.list_kin(session, actor, application)
    session.rollback()
    return [(each.id, each.kin) for each in found]


def test_file_name_and_organisation_bring_cases_together(
    session: Session, caseworker: Actor
) -> None:
    company = make_company(session)
    this = sent(session, NAME, of=company)
    own = sent(session, "Alerta de incendios", days_ago=3, of=company)
    named = sent(session, "Asistente para citas médicas", days_ago=2)
    filed = sent(session, "Inventario de almacenes", days_ago=1)
    stranger, gone = sent(session, "Poda de jardines"), sent(session, "Riego por goteo")
    sent(session, "Asistente de trámites")
    for case in (this, filed):
        attach(session, case, "a" * 64)
    attach(session, stranger, "b" * 64)
    attach(session, gone, "a" * 64, removed=True)
    assert kin(session, caseworker, this) == [
        (filed.id, (Kin.FILE,)),
        (named.id, (Kin.NAME,)),
        (own.id, (Kin.ORGANISATION,)),
    ]


def test_page_of_the_check_shows_them(
    session: Session, caseworker: Actor, client_for: Callable[[str], JudgingClient]
) -> None:
    this, other = sent(session, NAME), sent(session, "Asistente para citas médicas")
    email = session.get_one(Person, caseworker.person_id).email
    here, reference = f"/applications/{this.id}/triage", other.reference
    session.rollback()
    page = client_for(email).get(here)
    assert f"{reference} Asistente para citas médicas" in page.links
    assert "un nombre parecido" in page.main
    alone = sent(session, "Riego por goteo").id
    session.rollback()
    assert "relacionados" not in client_for(email).get(f"/applications/{alone}/triage").main


def test_drafts_and_what_the_reader_may_not_read_stay_unknown(
    session: Session, caseworker: Actor
) -> None:
    company = make_company(session)
    this = sent(session, NAME, of=company)
    make_draft(session, *make_company(session), innovation_name=NAME)
    other = sent(session, NAME)
    assert kin(session, caseworker, this) == [(other.id, (Kin.NAME,))]
    assert kin(session, make_team(session, "INAI").officer, this) == []


def test_the_closest_stand_first_and_few_are_shown(session: Session, caseworker: Actor) -> None:
    this = sent(session, NAME)
    others = [sent(session, NAME, days_ago=day) for day in range(MOST_SHOWN + 2)]
    wanted = [(case.id, (Kin.NAME,)) for case in others[:MOST_SHOWN]]
    assert kin(session, caseworker, this) == wanted
