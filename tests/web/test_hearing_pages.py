"""The pages on which a company is heard before it is decided, as people use them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.coordination import letters, preliminary, queries, services
from sandbox.domain.deliberation import Stance
from sandbox.home.reminding import CAN_WAIT
from sandbox.kernel.actors import Actor, system_actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import Application, Decision, Person, PreliminaryResult
from sandbox.packs import active
from tests.factories import (
    REFUSED,
    Team,
    actor_for,
    make_assigned,
    make_company,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.packs.copies import announce_first, copy_of_mx
from tests.pages import JudgingClient

OpenWindow = Callable[[str], JudgingClient]
HEAR = system_actor("coordination.note_silence", "preliminary:close")
ANSWER = "El anexo dice cuánto tiempo se guarda cada mensaje."
REPLY = "Leímos el anexo y resuelve la duda."


@dataclass
class Case:
    """A case that is to be declined, with the windows of those who work on it."""

    session: Session
    application: Application
    lead: Team
    associate: Team
    company: JudgingClient
    officer: JudgingClient
    caseworker: JudgingClient

    def at(self, *parts: str) -> str:
        return "/".join(["/cases", str(self.application.id), *parts])

    def announce(self, remarks: str = "") -> None:
        now = utc_now()
        with unit_of_work(self.session):
            services.announce(
                self.session,
                self.lead.officer,
                self.application,
                remarks=remarks,
                codes=REFUSED,
                now=now,
            )
        self.session.rollback()

    def fall_silent(self) -> None:
        with unit_of_work(self.session):
            later = utc_now() + timedelta(days=60)
            assert services.note_silence(self.session, HEAR, now=later) == 1
        self.session.rollback()

    def change(self, stance: Stance) -> None:
        take_position(
            self.session,
            self.application,
            self.associate,
            stance,
            expected_version=1,
            now=utc_now(),
        )
        self.session.rollback()


@pytest.fixture
def case(app: Flask, session: Session, client_for: OpenWindow, tmp_path: Path) -> Iterator[Case]:
    announce_first(copy_of_mx(tmp_path), "declined")
    active.install(tmp_path, "mx")
    now = utc_now() - timedelta(days=2)
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead, associate = make_team(session, "INAI"), make_team(session, "IFT")
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(associate,), now=now
    )
    start_review(session, application, lead, associate, now=now)
    for team in (lead, associate):
        mark_criteria(session, application, team, now=now)
    take_position(session, application, lead, now=now)
    take_position(session, application, associate, Stance.OBJECT, now=now)
    with unit_of_work(session):
        services.open_deliberation(session, lead.officer, application, now=now)

    def window(actor: Actor) -> JudgingClient:
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    windows = (window(actor) for actor in (company, lead.officer, caseworker))
    yield Case(session, application, lead, associate, *windows)
    session.rollback()
    active.install(PACKS, "mx")


def test_lead_announces_where_it_would_decide(case: Case) -> None:
    page = case.officer.get(case.at())
    assert "resuelve o da a conocer a la empresa lo que se va a resolver" in page.text
    shown = case.officer.get(case.at("decision", "issue"))
    assert "se dé a conocer este resultado a la empresa" in shown.main
    typed = {"remarks": "Con gusto le escuchamos.", "codes": list(REFUSED)}
    back = case.officer.submit(shown, typed)
    assert back.request.path == case.at()
    case.session.rollback()
    assert case.application.status == "preliminary"
    # Meanwhile nobody decides, and each side reads for whom the case waits.
    assert case.officer.get(case.at("decision", "issue")).status_code == 409
    assert "La empresa responde al resultado preliminar, si quiere." in back.main
    page = case.company.get(case.at())
    [side] = page.tree.xpath("//section[@aria-labelledby='next-heading']")
    told = " ".join(side.text_content().split())
    for words in (
        "La empresa puede comentar el resultado preliminar. Después resuelve la autoridad",
        "Quién debe actuar: ",
        "El plazo está detenido.",
        "Responder a más tardar: ",
        "¿Por qué este día?",
    ):
        assert words in told, told


def test_announcement_on_changed_positions_is_shown_again(case: Case) -> None:
    opened = case.officer.get(case.at("decision", "issue"))
    case.change(Stance.ABSTAIN)
    shown = case.officer.submit(opened, {"remarks": "Adelante."})
    assert shown.status_code == 409
    assert "Adelante." in shown.main
    case.session.rollback()
    assert case.application.status == "deliberation"


def test_announcing_what_is_no_more_to_be_announced_is_refused(case: Case) -> None:
    opened = case.officer.get(case.at("preliminary", "announce"))
    case.announce()
    assert case.officer.submit(opened).status_code == 409


def test_company_reads_the_result_and_answers(case: Case) -> None:
    case.announce(remarks="Con gusto le escuchamos.")
    [task] = [
        link for text, link in case.company.get("/my-tasks").links.items() if "preliminar" in text
    ]
    assert task == case.at("preliminary", "answer")
    page = case.company.get(case.at("preliminary", "1"))
    assert "no se admitiría en el sandbox" in page.main
    assert "Con gusto le escuchamos." in page.main
    assert "Lo muestra la solicitud." in page.main
    letter = case.company.get(case.at("preliminary", "1.pdf"))
    assert letter.data.startswith(b"%PDF-1.7")
    assert case.company.get(case.at("preliminary", "2")).status_code == 404
    refused = case.company.submit(case.at("preliminary", "answer"), {"answer": "contests"})
    assert refused.status_code == 422
    assert "elija que no tiene nada que decir" in refused.main
    back = case.company.submit(refused, {"text": ANSWER})
    assert back.request.path == case.at()
    # It is said once, and both sides read it.
    assert case.company.get(case.at("preliminary", "answer")).status_code == 409
    for window in (case.company, case.officer, case.caseworker):
        assert ANSWER in window.get(case.at("preliminary", "1")).main


def test_lead_answers_a_company_that_contests(case: Case) -> None:
    case.announce()
    case.company.submit(case.at("preliminary", "answer"), {"answer": "contests", "text": ANSWER})
    case.change(Stance.CONCUR)
    shown = case.officer.get(case.at("decision", "issue"))
    assert ANSWER in shown.main
    refused = case.officer.submit(shown)
    assert refused.status_code == 422
    assert "Escriba qué responde" in refused.main
    assert case.officer.submit(refused, {"reply": REPLY}).request.path == case.at()
    page = case.company.get(case.at("decision"))
    for words in ("Cómo se escuchó a la empresa", "La empresa lo impugnó.", ANSWER, REPLY):
        assert words in page.main
    assert case.company.get(case.at("decision.pdf")).data.startswith(b"%PDF-1.7")


def test_lead_may_leave_a_comment_without_reply(case: Case) -> None:
    case.announce()
    case.company.submit(case.at("preliminary", "answer"), {"answer": "comments", "text": ANSWER})
    assert case.officer.submit(case.at("decision", "issue")).status_code == 200
    page = case.company.get(case.at("decision")).main
    assert "La empresa lo comentó." in page
    assert "Qué responde la autoridad coordinadora" not in page


def test_silence_is_told_as_silence_and_may_be_broken_late(case: Case) -> None:
    case.announce()
    case.fall_silent()
    assert (
        "dejó pasar su plazo en silencio, lo que no dice ni sí ni no"
        in case.officer.get(case.at()).main
    )
    page = case.company.get(case.at("preliminary", "answer"))
    assert "su respuesta se marca como tardía" in page.main
    opened = case.officer.get(case.at("decision", "issue"))
    case.company.submit(page, {"answer": "comments", "text": ANSWER})
    # The lead that had read the case without this answer reads it first.
    shown = case.officer.submit(opened)
    assert shown.status_code == 409
    assert ANSWER in shown.main
    case.officer.submit(shown)
    assert "se leyó de todos modos" not in case.company.get(case.at("preliminary", "1")).main
    assert ANSWER in case.company.get(case.at("decision")).main


def test_decision_after_silence_says_so(case: Case) -> None:
    case.announce()
    case.fall_silent()
    case.officer.submit(case.at("decision", "issue"))
    page = case.company.get(case.at("decision")).main
    assert "Dejó pasar este plazo en silencio, lo que no dice ni sí ni no." in page


@pytest.mark.parametrize(
    ("language", "marked", "wherein"),
    [
        ("es", "Resultado preliminar, no una decisión", "No es una decisión"),
        ("en", "Preliminary result, not a decision", "It is no decision"),
    ],
)
def test_letters_say_what_they_are(
    case: Case, app: Flask, language: str, marked: str, wherein: str
) -> None:
    case.announce()
    session, application = case.session, case.application
    application.language = language
    [result] = session.scalars(select(PreliminaryResult)).all()
    head = queries.get_letterhead(session, application.id)
    rules = active.current()
    with app.test_request_context(), force_locale(language):
        told = preliminary.preliminary_data(rules, application, result, head)
        assert told["labels"]["heading"] == marked
        assert wherein in told["opening"]
        assert told["outcome"]["label"].startswith("Preliminar")
        assert (told["appeals"], told["heard"]) == ("", [])
        assert preliminary.preliminary_pdf(rules, application, result, head)[:5] == b"%PDF-"
    session.rollback()
    case.company.submit(case.at("preliminary", "answer"), {"answer": "contests", "text": ANSWER})
    case.officer.submit(case.at("decision", "issue"), {"reply": REPLY})
    session.rollback()
    [decision] = session.scalars(select(Decision)).all()
    with app.test_request_context(), force_locale(language):
        [heard] = letters.letter_data(rules, application, decision, head)["heard"]
        assert (heard["text"], heard["reply"]) == (ANSWER, REPLY)
    session.rollback()


def test_every_mail_of_a_hearing_can_be_rendered(case: Case, app: Flask) -> None:
    case.announce()
    case.fall_silent()
    session = case.session
    case.company.submit(case.at("preliminary", "answer"), {"answer": "contests", "text": ANSWER})
    session.rollback()
    mails = session.scalars(
        select(OutboxMail).where(OutboxMail.template.startswith("coordination/preliminary"))
    ).all()
    templates = {mail.template for mail in mails}
    assert {each.partition("/")[2] for each in templates} == {
        "preliminary_announced",
        "preliminary_announced_for_authorities",
        "preliminary_answered",
        "preliminary_passed",
        "preliminary_silent",
    }
    # They begin a term or end it, so that none of them waits for a digest.
    assert not templates & CAN_WAIT
    with app.test_request_context():
        for mail in mails:
            spanish, english = (render_mail(mail, language) for language in ("es", "en"))
            assert spanish.subject.startswith("SBX-")
            assert spanish.subject != english.subject
            assert spanish.body != english.body
            assert f"/cases/{mail.application_id}" in spanish.body
    session.rollback()


def test_history_tells_of_each_step(case: Case) -> None:
    case.announce()
    case.fall_silent()
    case.company.submit(case.at("preliminary", "answer"), {"answer": "nothing"})
    for window in (case.company, case.officer, case.caseworker):
        page = window.get(case.at()).main
        for words in (
            "Resultado preliminar dado a conocer a la empresa",
            "Pasó el plazo para responder al resultado preliminar",
            "La empresa respondió al resultado preliminar",
        ):
            assert words in page
