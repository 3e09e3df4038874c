"""An administrator sees what a succession would move, applies it, and old names say who follows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from sandbox.coordination.services import apply_succession
from sandbox.domain.succession import succession_of
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, Person
from sandbox.packs import active
from tests.factories import NOW as SUBMITTED
from tests.factories import (
    actor_for,
    make_admitted,
    make_assigned,
    make_company,
    make_staff,
    make_team,
    start_review,
)
from tests.pages import JudgingClient
from tests.trial_factories import make_completed_trial, publish_report

NOW = SUBMITTED + timedelta(days=3)
ClientFor = Callable[[str], JudgingClient]


@pytest.fixture
def administrator(session: Session, client_for: ClientFor) -> JudgingClient:
    return client_for(make_staff(session, StaffRole.ADMINISTRATOR, name="Administra").email)


def test_succession_is_seen_confirmed_and_applied_once(
    session: Session, administrator: JudgingClient
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead = make_team(session, "IFT")
    application = make_assigned(session, organisation, company, caseworker, lead=lead)
    reference, title = str(application.reference), application.title

    page = administrator.get("/successions")
    assert "/successions/ift_2025" in page.links.values()
    page = administrator.get("/successions/ift_2025")
    assert reference in page.main
    assert title not in page.main  # an administrator reads nothing of the case itself
    assert "Comisión Reguladora de Telecomunicaciones" in page.main
    done = administrator.submit(page)
    assert done.request.path == "/successions"
    assert "La sucesión quedó aplicada" in done.text
    page = administrator.get("/successions/ift_2025")
    assert "Aplicar la sucesión" not in page.main
    assert reference not in page.main
    again = administrator.get("/successions/nobody_2025")
    assert again.status_code == 404


@pytest.mark.parametrize("language", ["es", "en"])
def test_old_names_say_who_follows(session: Session, client_for: ClientFor, language: str) -> None:
    organisation, company = make_company(session)
    caseworker = make_staff(session)
    email, staff = caseworker.email, actor_for(session, caseworker)
    lead, inai = make_team(session, "IFT"), make_team(session, "INAI")
    application = make_assigned(
        session, organisation, company, staff, lead=lead, associates=(inai,)
    )
    start_review(session, application, lead, inai)
    case_id = application.id
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name="Admin"))
    with unit_of_work(session):
        apply_succession(session, administrator, key="ift_2025", now=NOW)
    client = client_for(email)
    client.get(f"/language/{language}")
    page = client.get(f"/cases/{case_id}")
    now = {"es": "IFT (ahora: CRT, CNA)", "en": "IFT (now: CRT, CNA)"}[language]
    assert now in page.main  # beside what it did, in the history
    ended = {"es": "Extinta; otras la suceden", "en": "Ended; others follow it"}[language]
    assert ended in page.main
    assert "INAI (ahora" not in page.main
    assert "INAI (now" not in page.main


def test_register_names_whoever_follows_beside_a_closed_case(
    session: Session, client: JudgingClient
) -> None:
    assert "IFT" in client.get("/about").main
    organisation, company = make_company(session)
    staff = actor_for(session, make_staff(session))
    lead = make_team(session, "COFECE")
    made = make_admitted(session, organisation, company, staff, lead=lead)
    assert session.get_one(Application, made.id)
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name="Admin"))
    with unit_of_work(session):
        apply_succession(session, administrator, key="cofece_2025", now=NOW)
    page = client.get("/about")
    assert "Autoridades anteriores" in page.main
    assert "Ahora: CNA" in page.main


@pytest.mark.parametrize("language", ["es", "en"])
def test_decision_and_report_keep_old_names_and_say_who_follows(
    session: Session, app: Flask, client_for: ClientFor, language: str
) -> None:
    cast = make_completed_trial(session, app.extensions["file_store"], tier="minimal")
    code = cast.lead.authority.code
    succession = succession_of(active.current(), code)
    assert succession is not None
    report = publish_report(session, cast)
    pages = (f"/cases/{cast.trial.application_id}/decision", f"/reports/{report.slug}")
    letter = f"/cases/{cast.trial.application_id}/decision.pdf"
    assert cast.company.person_id is not None
    window = client_for(session.get_one(Person, cast.company.person_id).email)
    window.get(f"/language/{language}")
    heirs = ", ".join(heir.code for heir in succession.successors)
    now = {"es": f"{code} (ahora: {heirs})", "en": f"{code} (now: {heirs})"}[language]
    for page in pages:
        assert now not in window.get(page).main
    before = window.get(letter).get_data()
    tag = window.get(pages[1]).headers["ETag"]
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name="Admin"))
    with unit_of_work(session):
        apply_succession(session, administrator, key=succession.key, now=cast.now)
    for page in pages:
        assert now in window.get(page).main
    assert window.get(letter).get_data() == before
    # Whoever keeps a copy of the page does not keep it past the succession.
    assert window.get(pages[1], headers={"If-None-Match": tag}).status_code == 200
