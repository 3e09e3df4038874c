"""What a company, the secretariat and an authority meet on the pages of enquiries."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from sandbox.access.permissions import P
from sandbox.domain.enquiries import EnquiryKind, RuleAnswer
from sandbox.domain.packs import FastSilence
from sandbox.enquiries import queries, services
from sandbox.kernel.actors import system_actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import Enquiry, Organisation, Person
from sandbox.packs import active
from sandbox.web.app import create_app
from tests.factories import Team, actor_for, make_organisation, make_person, make_staff, make_team
from tests.pages import JudgingClient

OpenWindow = Callable[[str], JudgingClient]
WORDS = {
    "subject": "Recordatorios de citas",
    "activity": "Enviamos recordatorios a pacientes.",
    "text": "¿Aplica alguna regla?",
}
WATCH = system_actor("enquiries.watch_terms", P.FAST_ANSWER_WATCH.value)


@pytest.fixture
def ana(app: Flask, session: Session) -> Person:
    return make_person(session, "Ana López")


@pytest.fixture
def company(ana: Person, session: Session) -> Organisation:
    return make_organisation(session, ana)


@pytest.fixture
def carmen(app: Flask, session: Session) -> Person:
    return make_staff(session)


@pytest.fixture
def inai(app: Flask, session: Session) -> Team:
    return make_team(session, "INAI")


def address_of(session: Session, team: Team) -> str:
    found = session.get_one(Person, team.officer.person_id).email
    session.rollback()
    return found


def send(client: JudgingClient, kind: EnquiryKind, **words: str) -> str:
    page = client.submit("/enquiries/new", {**WORDS, "kind": kind.value, **words})
    assert page.status_code == 200, page.error_summary
    return str(page.request.path)


def test_enquiry_is_written_answered_and_becomes_an_application(
    company: Organisation, ana: Person, carmen: Person, client_for: OpenWindow
) -> None:
    client = client_for(ana.email)
    assert "Todavía no hay consultas" in client.get("/enquiries").main
    wrong = client.submit("/enquiries/new", {"subject": "", "kind": "interest"})
    assert wrong.status_code == 422
    assert len(wrong.error_summary) == 3
    here = send(client, EnquiryKind.INTEREST)
    page = client.get(here)
    assert page.heading == "Recordatorios de citas"
    assert re.search(r"ENQ-\d{4}-00001 · Río Claro", page.main)
    assert "Espera a la secretaría" in page.main
    assert client.submit(here, {"text": ""}, form="reply").status_code == 422
    said = client.submit(here, {"text": "También por voz."}, form="reply")
    assert "También por voz." in said.main

    office = client_for(carmen.email)
    task = next(href for text, href in office.get("/my-tasks").links.items() if "consulta" in text)
    assert task == f"{here}/answer"
    answered = office.submit(task, {"text": "Sí les sirve.", "then": "invite"})
    assert "Se invitó a la organización" in answered.main

    page = client.get(here)
    assert "Sí les sirve." in page.main
    assert "Carmen" not in page.main
    assert "Inicie la solicitud a la que se le invita" in client.get("/my-tasks").main
    stale = client.get(here)
    started = client.submit(stale, form="apply")
    assert started.request.path.startswith("/applications/")
    assert client.submit(stale, form="apply").request.path == started.request.path
    case = client.get(started.request.path.replace("/applications/", "/cases/"))
    assert here in case.links.values()
    assert client.get(here).links["Borrador"] == case.request.path
    # The secretariat reads no draft, nor where it is.
    assert case.request.path not in office.get(here).links.values()
    assert "La organización inició una solicitud" in office.get(here).main


def test_fast_answers_are_asked_given_and_read_together(
    company: Organisation,
    ana: Person,
    carmen: Person,
    inai: Team,
    session: Session,
    client_for: OpenWindow,
) -> None:
    make_team(session, "IFT")
    client, office = client_for(ana.email), client_for(carmen.email)
    here = send(client, EnquiryKind.FAST_ANSWER, competences="personal_data")
    page = office.get(f"{here}/authorities")
    chosen = page.tree.xpath("//input[@name='authorities'][@checked]/@value")
    assert chosen == ["INAI"]
    assert office.submit(f"{here}/authorities", {"authorities": []}).status_code == 422
    assert office.submit(f"{here}/authorities", {"authorities": ["INAI", "IFT"]}).status_code == 200
    assert "Todavía no. Tiene hasta el" in client.get(here).main

    officer = client_for(address_of(session, inai))
    task = next(h for t, h in officer.get("/my-tasks").links.items() if "alguna regla" in t)
    wrong = officer.submit(task, {"answer": "applies", "text": "Sí."})
    assert wrong.status_code == 422
    assert wrong.error_summary == ["Qué disposición: Indique la disposición que aplica."]
    given = {"answer": "applies", "provision": "LFPDPPP, artículo 8", "text": "Pida el aviso."}
    assert "Pida el aviso." in officer.submit(task, given).main
    assert officer.get(task).status_code == 409

    session.rollback()
    enquiry = session.scalars(select(Enquiry)).one()
    with unit_of_work(session):
        services.watch_terms(session, WATCH, enquiry, now=utc_now() + timedelta(days=40))
    main = client.get(here).main
    text = active.current().fast_answer
    assert text is not None
    for words in (
        "Aplica una regla",
        "LFPDPPP, artículo 8",
        "Pida el aviso.",
        "la autoridad no contestó a más tardar",
        "el silencio no significa nada",
        "Una respuesta obliga solo en los términos que dicen las reglas del programa:",
        text.text.in_("es"),
    ):
        assert words.lower() in main.lower()
    client.get("/language/en")
    english = client.get(here).main
    assert "silence means nothing" in english
    assert text.text.in_("en") in english


def test_silence_that_counts_is_said_to_be_no_answer(
    company: Organisation,
    ana: Person,
    carmen: Person,
    inai: Team,
    session: Session,
    client_for: OpenWindow,
) -> None:
    client, office = client_for(ana.email), client_for(carmen.email)
    here = send(client, EnquiryKind.FAST_ANSWER, competences="personal_data")
    office.submit(f"{here}/authorities", {"authorities": ["INAI"]})
    session.rollback()
    enquiry = session.scalars(select(Enquiry)).one()
    with unit_of_work(session):
        services.watch_terms(session, WATCH, enquiry, now=utc_now() + timedelta(days=40))
        [row] = queries.list_answers(session, enquiry.id)
        row.silence = FastSilence.NO_RULE.value
    main = client.get(here).main
    assert "eso cuenta como si no aplicara ninguna regla suya" in main
    assert "No es una respuesta de la autoridad." in main
    assert "No aplica ninguna regla de esta autoridad" not in main


def test_form_that_comes_again_with_other_words_is_shown_again(
    company: Organisation, ana: Person, client_for: OpenWindow, session: Session
) -> None:
    client = client_for(ana.email)
    form = client.get("/enquiries/new")
    [key] = form.tree.xpath("//input[@name='start_key']/@value")
    words = {**WORDS, "kind": "question", "start_key": key}
    first = client.submit("/enquiries/new", words)
    assert client.submit("/enquiries/new", words).request.path == first.request.path
    other = client.submit("/enquiries/new", {**words, "text": "Otra cosa."})
    assert other.status_code == 422
    assert "ya se envió, con otras palabras" in other.error_summary[0]
    assert "Otra cosa." in other.get_data(as_text=True)
    assert client.submit("/enquiries/new", {**WORDS, "kind": "question"}).status_code == 200
    session.rollback()
    assert len(session.scalars(select(Enquiry)).all()) == 2


def test_rules_without_a_fast_answer_offer_none(
    company: Organisation, ana: Person, client_for: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(ana.email)
    assert "respuesta rápida" in client.get("/enquiries/new").main
    rules = replace(active.current(), fast_answer=None)
    monkeypatch.setattr(active, "current", lambda: rules)
    page = client.get("/enquiries/new")
    assert "respuesta rápida" not in page.main
    assert client.submit("/enquiries/new", {**WORDS, "kind": "fast_answer"}).status_code == 422


def test_list_is_narrowed_by_status_in_the_address(
    company: Organisation, ana: Person, carmen: Person, client_for: OpenWindow
) -> None:
    client = client_for(ana.email)
    here = send(client, EnquiryKind.QUESTION)
    client.submit(here, form="close")
    office = client_for(carmen.email)
    assert len(office.get("/enquiries?status=closed").rows) == 1
    assert "Ninguna consulta está en este estado" in office.get("/enquiries?status=open").main
    assert len(office.get("/enquiries?status=nonsense").rows) == 1


def test_enquiries_cannot_be_written_by_the_hundred(
    config: Config, company: Organisation, ana: Person
) -> None:
    app = create_app(replace(config, rate_limits=True))
    limited = JudgingClient(app)
    limited.sign_in(ana.email)
    form = {**WORDS, "kind": "question", "subject": ""}
    statuses = [limited.submit("/enquiries/new", form).status_code for _ in range(21)]
    with app.app_context():
        db.engine.dispose()
    assert statuses == [422] * 20 + [429]


def test_every_mail_renders_in_both_languages(
    app: Flask, company: Organisation, ana: Person, carmen: Person, inai: Team, session: Session
) -> None:
    owner, office = actor_for(session, ana), actor_for(session, carmen)
    ift = make_team(session, "IFT")
    now = utc_now()
    with unit_of_work(session):
        enquiry = services.write_enquiry(
            session,
            owner,
            company,
            kind=EnquiryKind.FAST_ANSWER,
            start_key="0123456789",
            now=now,
            **WORDS,
        )
    with unit_of_work(session):
        services.continue_enquiry(session, owner, enquiry, text="Más.", now=now)
        services.answer_enquiry(session, office, enquiry, text="Sí.", invites=True, now=now)
        services.ask_authorities(session, office, enquiry, authorities=["INAI", "IFT"], now=now)
    with unit_of_work(session):
        services.watch_terms(session, WATCH, enquiry, now=now + timedelta(days=40))
    with unit_of_work(session):
        services.give_fast_answer(
            session,
            ift.officer,
            enquiry,
            answer=RuleAnswer.NO_RULE,
            text="No.",
            now=now + timedelta(days=41),
        )
        services.close_enquiry(session, office, enquiry, now=now + timedelta(days=42))
    mails = session.scalars(select(OutboxMail)).all()
    assert {mail.template.partition("/")[2] for mail in mails} == {
        "received",
        "arrived",
        "continued",
        "answered",
        "asked",
        "silent",
        "complete",
        "late",
        "closed",
    }
    with app.app_context():
        for mail in mails:
            read = {language: render_mail(mail, language) for language in ("es", "en")}
            assert read["es"].subject != read["en"].subject
            assert all(each.subject.startswith(enquiry.reference) for each in read.values())
            assert f"/enquiries/{enquiry.id}" in read["es"].body
            assert "%(" not in read["es"].body + read["en"].body
    session.rollback()
