"""The pages on which companies apply and the secretariat checks, as people use them."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from config import MAX_FILE_BYTES, PROJECT
from sandbox.applications import queries, receipts, services
from sandbox.applications.queries import CaseFilter
from sandbox.applications.services import MOST_VIEWS, save_view
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.content import content_hash
from sandbox.domain.glossary import terms_of
from sandbox.domain.packs import Compare, QuestionKind, QuestionSpec, SectionSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import VISITOR, Actor, system_actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail, post, render_mail
from sandbox.kernel.paging import PAGE_SIZE
from sandbox.kernel.pdf import render_pdf
from sandbox.kernel.tasks import MOST_OF_A_KIND
from sandbox.models import (
    Application,
    Attachment,
    Decision,
    InformationRequest,
    Organisation,
    Person,
    SavedView,
    Submission,
    UnsavedSection,
)
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.web.words import answer_text
from tests.factories import (
    NOW,
    REFUSED,
    actor_for,
    complete_answers,
    make_assigned,
    make_draft,
    make_in_triage,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    make_under_review,
    pack,
)
from tests.pages import JudgingClient, filled_fields, find_form

OpenWindow = Callable[[str], JudgingClient]


class Company:
    """A company of two colleagues, each at a window."""

    def __init__(self, session: Session, client_for: OpenWindow) -> None:
        self.people = [make_person(session, "Ana López"), make_person(session, "Beto Gil")]
        self.organisation: Organisation = make_organisation(session, *self.people)
        self.actors: list[Actor] = [actor_for(session, person) for person in self.people]
        emails = [person.email for person in self.people]
        session.rollback()
        self.ana, self.beto = (client_for(email) for email in emails)


@pytest.fixture
def company(app: Flask, session: Session, client_for: OpenWindow) -> Company:
    return Company(session, client_for)


@pytest.fixture
def staff(app: Flask, session: Session) -> Person:
    return make_staff(session)


@pytest.fixture
def caseworker(session: Session, staff: Person, client_for: OpenWindow) -> JudgingClient:
    return client_for(staff.email)


def draft(session: Session, company: Company, **answers: Any) -> Application:
    application = make_draft(session, company.organisation, company.actors[0], **answers)
    assert application.id is not None
    return application


def address(application: Application, *parts: object) -> str:
    return "/".join(["/applications", str(application.id), *(str(part) for part in parts)])


def section_of(kind: QuestionKind) -> tuple[SectionSpec, QuestionSpec]:
    return next(
        (section, question)
        for section in pack().sections
        for question in section.questions
        if question.kind is kind and question.ask_if is None
    )


def saved(session: Session, application: Application, section: SectionSpec) -> Any:
    session.rollback()
    return queries.get_draft(session, application.id).section(section.key)


# --- starting ------------------------------------------------------------------------------------


def test_a_blank_application_begins_with_the_answers_of_an_earlier_one(
    session: Session, company: Company
) -> None:
    earlier = make_submitted(session, company.organisation, company.actors[0])
    session.rollback()
    page = company.ana.submit("/applications/new")
    here = page.request.path
    copying = company.ana.get(page.links["Empezar con las respuestas de una solicitud anterior"])
    assert str(earlier.reference) in copying.main
    after = company.ana.submit(copying, {"source": str(earlier.id)})
    assert after.request.path == here
    assert "Revise cada una antes de enviarlas." in after.main
    assert "Empezar con las respuestas de una solicitud anterior" not in after.links
    session.rollback()
    blank = session.get_one(Application, UUID(here.rpartition("/")[2]))
    before, now = (queries.get_draft(session, each.id) for each in (earlier, blank))
    assert now.answers == before.answers
    assert blank.title == earlier.title
    session.rollback()
    # An old page cannot take answers over twice.
    assert "ya tiene respuestas" in company.ana.submit(copying, {"source": str(earlier.id)}).main


def test_of_nothing_earlier_nothing_is_taken_over(company: Company) -> None:
    here = company.ana.submit("/applications/new").request.path
    page = company.ana.get(f"{here}/copy")
    assert "no tiene solicitudes anteriores" in page.main
    assert page.tree.xpath("//main//form") == []


def test_starting_leads_to_the_task_list(session: Session, company: Company) -> None:
    page = company.ana.submit("/applications/new")
    assert page.status_code == 200
    for section in pack().sections:
        assert section.title.in_("es") in page.links
    assert session.scalar(select(func.count()).select_from(Application)) == 1


def test_sending_the_start_form_twice_begins_one_application(
    session: Session, company: Company
) -> None:
    page = company.ana.get("/applications/new")
    first = company.ana.submit(page, follow=False)
    second = company.ana.submit(page, follow=False)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Application)) == 1


def test_a_person_without_organisation_is_led_to_create_one(
    session: Session, client_for: OpenWindow, app: Flask
) -> None:
    client = client_for(make_person(session).email)
    response = client.get("/applications/new")
    assert response.status_code == 303
    assert response.location == "/organisations/new"


def test_a_person_of_two_organisations_chooses(session: Session, company: Company) -> None:
    second = make_organisation(session, company.people[0], name="Otra Empresa")
    refused = company.ana.submit("/applications/new")
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    company.ana.submit(refused, {"organisation_id": str(second.id)})
    session.rollback()
    assert session.scalars(select(Application.organisation_id)).all() == [second.id]


# --- every kind of question ----------------------------------------------------------------------


def test_a_person_of_two_organisations_tells_their_applications_apart(
    session: Session, company: Company
) -> None:
    make_draft(session, company.organisation, company.actors[0])
    assert company.organisation.name not in company.ana.get("/applications").main
    second = make_organisation(session, company.people[0], name="Segunda Casa")
    make_draft(session, second, actor_for(session, company.people[0]))
    page = company.ana.get("/applications")
    names = (company.organisation.name, "Segunda Casa")
    found = [name for name in names for row in page.rows if name in row]
    assert found == list(names)
    # The colleague belongs to one of them only.
    assert company.organisation.name not in company.beto.get("/applications").main


def test_a_number_stands_beside_its_unit_whatever_the_number(
    session: Session, company: Company
) -> None:
    question = next(
        spec for spec in pack().questions.values() if spec.unit and spec.kind is QuestionKind.NUMBER
    )
    assert question.unit is not None
    application = make_submitted(
        session, company.organisation, company.actors[0], **{question.key: "1"}
    )
    page = company.ana.get(address(application, "submissions", 1))
    assert f"1 ({question.unit.in_('es')})" in page.main


def test_sections_explain_the_words_that_occur_in_them(session: Session, company: Company) -> None:
    application = draft(session, company)
    occurring = {each.key: terms_of(pack(), each, "es") for each in pack().sections}
    assert {len(found) for found in occurring.values()} > {0, 1}
    for key, found in occurring.items():
        page = company.ana.get(address(application, "sections", key))
        shown = [each for each in pack().glossary if each.meaning.in_("es") in page.main]
        assert shown == list(found)


def test_words_of_the_programme_are_explained_to_everybody(client: JudgingClient) -> None:
    page = client.get("/glossary")
    for each in pack().glossary:
        assert f"{each.term.in_('es')} {each.meaning.in_('es')}" in page.main


def test_all_that_is_asked_can_be_read_before_starting(client: JudgingClient) -> None:
    page = client.get("/questions").main
    questions = pack().questions.values()
    for question in questions:
        assert " ".join(question.label.in_("es").split()) in page
    criteria = [question for question in questions if question.criteria]
    assert page.count("Las autoridades evalúan con ella: ") == len(criteria) > 0
    is_public = "La respuesta de una solicitud admitida se publica"
    assert page.count(is_public) == len(pack().public_fields) > 0
    conditional = [question for question in questions if question.ask_if is not None]
    assert page.count("Se pregunta si ") >= len(conditional) > 0


@pytest.mark.parametrize("key", [section.key for section in pack().sections])
def test_every_section_comes_back_as_it_was_saved(
    session: Session, company: Company, key: str
) -> None:
    application = draft(session, company)
    section = pack().section(key)
    before = saved(session, application, section)
    page = company.ana.get(address(application, "sections", key))
    for question in queries.asked_in(pack(), section, complete_answers(pack())):
        assert question.label.in_("es") in page.main
    response = company.ana.submit(page, follow=False)
    assert response.status_code == 303
    after = saved(session, application, section)
    assert dict(after.answers) == dict(before.answers)
    assert after.version == before.version


def test_missing_answers_are_saved_for_later(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.LONG_TEXT)
    page = company.ana.get(address(application, "sections", section.key))
    listed = company.ana.submit(page, {f"q_{question.key}": ""}, button="later")
    assert "En proceso" in listed.main
    assert question.key not in saved(session, application, section).answers


def test_a_wrong_number_is_refused_with_everything_typed_kept(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    other = next(q for q in section.questions if q.kind is QuestionKind.LONG_TEXT)
    page = company.ana.get(address(application, "sections", section.key))
    refused = company.ana.submit(
        page, {f"q_{number.key}": "muchos", f"q_{other.key}": "Texto nuevo"}
    )
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    assert refused.tree.xpath(f"//input[@name='q_{number.key}']/@value") == ["muchos"]
    assert "Texto nuevo" in refused.tree.xpath(f"//textarea[@name='q_{other.key}']/text()")[0]
    assert saved(session, application, section).version == 1


def test_a_text_that_is_too_long_is_refused(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.LONG_TEXT)
    assert question.max_words is not None
    refused = company.ana.submit(
        address(application, "sections", section.key),
        {f"q_{question.key}": "palabra " * (question.max_words + 1)},
    )
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1


def test_dates_numbers_and_amounts_are_read_as_people_write_them(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, day = section_of(QuestionKind.DATE)
    kinds = {q.kind: q.key for q in section.questions}
    fields: dict[str, Any] = {
        f"q_{day.key}-day": "1",
        f"q_{day.key}-month": "septiembre",
        f"q_{day.key}-year": "2027",
        f"q_{kinds[QuestionKind.MONEY]}": "$1,250.50",
    }
    company.ana.submit(address(application, "sections", section.key), fields)
    answers = saved(session, application, section).answers
    assert answers[day.key] == "2027-09-01"
    assert answers[kinds[QuestionKind.MONEY]] == 125_050


def test_an_answer_is_marked_as_confidential(session: Session, company: Company) -> None:
    application = draft(session, company)
    section = next(s for s in pack().sections if any(q.may_be_confidential for q in s.questions))
    question = next(q for q in section.questions if q.may_be_confidential)
    company.ana.submit(address(application, "sections", section.key), {f"c_{question.key}": "y"})
    assert saved(session, application, section).confidential == {question.key}
    page = company.ana.get(address(application, "check"))
    assert "Confidencial" in page.main


@pytest.mark.parametrize("is_presumed", [True, False])
def test_mark_says_that_the_answer_is_published_without_it(
    session: Session, company: Company, monkeypatch: pytest.MonkeyPatch, is_presumed: bool
) -> None:
    application = draft(session, company)
    rules = replace(pack(), disclosure_is_presumed=is_presumed)
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    section = next(s for s in rules.sections if any(q.may_be_confidential for q in s.questions))
    told = [q for q in section.questions if q.key in rules.disclosed_fields]
    marks = [q for q in told if q.may_be_confidential]
    assert bool(marks) is is_presumed
    page = company.ana.get(address(application, "sections", section.key)).main
    assert page.count("Si no la marca, la respuesta se publica") == len(marks)
    before = company.ana.get("/questions").main
    assert ("Marque la respuesta como confidencial si no debe publicarse." in before) is is_presumed


# --- conditional questions -----------------------------------------------------------------------


def revealed() -> tuple[SectionSpec, QuestionSpec, QuestionSpec]:
    """Return a question that one answer to another of its section reveals."""
    for section in pack().sections:
        by_key = {question.key: question for question in section.questions}
        for question in section.questions:
            condition = question.ask_if
            if isinstance(condition, Compare) and condition.value == "yes":
                parent = by_key.get(condition.question)
                if parent is not None and parent.kind is QuestionKind.YES_NO:
                    return section, parent, question
    raise AssertionError("The pack has no such question.")


def test_a_question_behind_an_option_stands_on_the_page_and_counts_once_asked(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, parent, child = revealed()
    here = address(application, "sections", section.key)
    page = company.ana.get(here)
    inside = page.tree.xpath(f"//*[contains(@class, '__conditional')]//*[@name='q_{child.key}']")
    assert len(inside) == 1
    fields = {f"q_{parent.key}": "yes", f"q_{child.key}": "Así se hace."}
    company.ana.submit(page, fields)
    assert saved(session, application, section).answers[child.key] == "Así se hace."
    company.ana.submit(here, {f"q_{parent.key}": "no"})
    kept = saved(session, application, section).answers
    assert kept[child.key] == "Así se hace."
    assert "Así se hace." not in company.ana.get(address(application, "check")).main


def newly_asked() -> tuple[SectionSpec, QuestionSpec, QuestionSpec, str]:
    """Return a question that several options of another ask, so that none can reveal it."""
    for section in pack().sections:
        by_key = {question.key: question for question in section.questions}
        for question in section.questions:
            condition = question.ask_if
            if isinstance(condition, Compare) and isinstance(condition.value, tuple):
                parent = by_key.get(condition.question)
                if parent is not None and parent.kind is QuestionKind.MANY:
                    return section, parent, question, condition.value[0]
    raise AssertionError("The pack has no such question.")


def test_saving_shows_the_section_again_when_it_asks_more(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, parent, child, option = newly_asked()
    page = company.ana.get(address(application, "sections", section.key))
    assert f"q_{child.key}" not in page.get_data(as_text=True)
    again = company.ana.submit(page, {f"q_{parent.key}": [option]}, follow=False)
    assert again.status_code == 303
    assert again.location.endswith(f"/sections/{section.key}#q_{child.key}")
    page = company.ana.get(again.location)
    assert page.tree.xpath(f"//*[@name='q_{child.key}']")
    onward = company.ana.submit(page, {f"q_{child.key}": "Texto."}, follow=False)
    assert f"/sections/{section.key}" not in onward.location
    assert saved(session, application, section).answers[child.key] == "Texto."


# --- rows ----------------------------------------------------------------------------------------


def text_column(question: QuestionSpec) -> QuestionSpec:
    return next(column for column in question.columns if column.kind is QuestionKind.TEXT)


def test_rows_are_added_and_removed_without_losing_what_was_typed(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ROWS)
    column = text_column(question)
    other = next(q for q in section.questions if q.kind is QuestionKind.LONG_TEXT)

    def cell(row: int) -> str:
        return f"q_{question.key}-{row}-q_{column.key}"

    page = company.ana.get(address(application, "sections", section.key))
    typed = {cell(0): "Primera", f"q_{other.key}": "Escrito a medias"}
    page = company.ana.submit(page, typed, button="add_row")
    assert page.status_code == 200
    assert page.tree.xpath(f"//*[@name='{cell(0)}']/@value") == ["Primera"]
    assert page.tree.xpath(f"//*[@name='{cell(1)}']")
    assert "Escrito a medias" in page.tree.xpath(f"//textarea[@name='q_{other.key}']/text()")[0]
    assert saved(session, application, section).version == 1
    page = company.ana.submit(page, {cell(1): "Segunda"}, button=f"{question.key}:0")
    assert page.tree.xpath(f"//*[@name='{cell(1)}']/@value") == ["Segunda"]
    assert not page.tree.xpath(f"//*[@name='{cell(0)}']")
    company.ana.submit(page)
    rows = saved(session, application, section).answers[question.key]
    assert [row.get(column.key) for row in rows] == ["Segunda"]


def test_blank_rows_are_not_saved(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ROWS)
    here = address(application, "sections", section.key)
    before = saved(session, application, section).answers[question.key]
    page = company.ana.submit(here, button="add_row")
    company.ana.submit(page)
    assert saved(session, application, section).answers[question.key] == before


# --- files ---------------------------------------------------------------------------------------


def test_files_are_uploaded_opened_and_removed(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.FILE)
    here = address(application, "sections", section.key)
    file = (io.BytesIO(b"Dictamen favorable.\n"), "dictamen.txt")
    page = company.ana.submit(here, {f"q_{question.key}": file}, button="upload")
    assert page.status_code == 200
    opened = company.ana.get(page.links["dictamen.txt"])
    assert opened.get_data() == b"Dictamen favorable.\n"
    assert opened.headers["Content-Disposition"].startswith("attachment")
    page = company.ana.submit(page, button="remove_file")
    assert "dictamen.txt" not in page.main
    assert queries.get_draft(session, application.id).files == ()


def test_a_file_of_a_wrong_kind_leaves_the_draft_untouched(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.FILE)
    here = address(application, "sections", section.key)
    program = (io.BytesIO(b"MZ\x90\x00"), "programa.exe")
    refused = company.ana.submit(here, {f"q_{question.key}": program})
    assert refused.status_code == 422
    assert "programa.exe" in refused.error_summary[0]
    assert saved(session, application, section).version == 1
    assert queries.get_draft(session, application.id).files == ()


@pytest.mark.parametrize(
    ("language", "message"),
    [("es", "«vacío.pdf» está vacío: no"), ("en", "“vacío.pdf” is empty: it has no content.")],
)
def test_a_file_without_content_is_said_to_be_empty(
    session: Session, company: Company, language: str, message: str
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.FILE)
    company.ana.get(f"/language/{language}")
    here = address(application, "sections", section.key)
    refused = company.ana.submit(here, {f"q_{question.key}": (io.BytesIO(), "vacío.pdf")})
    assert (refused.status_code, len(refused.error_summary)) == (422, 1)
    assert message in refused.error_summary[0]


def test_files_too_large_together_or_alone_are_named_and_lose_nothing(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.FILE)
    here = address(application, "sections", section.key)
    large, small = b"x" * (MAX_FILE_BYTES + 1), b"y" * (MAX_FILE_BYTES - 1)
    files = [
        FileStorage(io.BytesIO(large), "grande.txt"),
        FileStorage(io.BytesIO(small), "apenas.txt"),
    ]
    page = company.ana.get(here)
    hidden = {
        field: page.tree.xpath(f"//main//input[@name='{field}']/@value")[0]
        for field in ("csrf_token", "version", "on_page")
    }
    # Written out here, as the client would leave a temporary file of this size open.
    border, body = encode_multipart({**hidden, f"q_{question.key}": files})
    kind = f'multipart/form-data; boundary="{border}"'
    refused = company.ana.post(here, data=body, content_type=kind)
    assert refused.status_code == 422
    assert ["grande.txt" in error for error in refused.error_summary] == [True]
    session.rollback()
    kept = [file.filename for file in queries.get_draft(session, application.id).files]
    assert kept == ["apenas.txt"]


def test_a_good_file_is_kept_when_another_answer_is_wrong(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.FILE)
    here = address(application, "sections", section.key)
    files = [(io.BytesIO(b"Uno.\n"), "uno.txt"), (io.BytesIO(b"MZ\x90\x00"), "dos.exe")]
    page = company.ana.get(here)
    token = page.tree.xpath("//main//input[@name='csrf_token']/@value")[0]
    on_page = page.tree.xpath("//input[@name='on_page']/@value")[0]
    refused = company.ana.post(
        here,
        data={
            "csrf_token": token,
            "version": "1",
            "on_page": on_page,
            f"q_{question.key}": files,
        },
        content_type="multipart/form-data",
    )
    assert refused.status_code == 422
    session.rollback()
    assert [file.filename for file in queries.get_draft(session, application.id).files] == [
        "uno.txt"
    ]


# --- organisations -------------------------------------------------------------------------------


def name_provider(company: Company, application: Application, name: str, number: str) -> Any:
    section, question = section_of(QuestionKind.ORGANISATION)
    cell = f"q_{question.key}-0-q_"
    here = address(application, "sections", section.key)
    return company.ana.submit(here, {f"{cell}name": name, f"{cell}tax_number": number})


def know(session: Session, organisation: Organisation, **facts: Any) -> None:
    session.rollback()
    session.execute(update(Organisation).where(Organisation.id == organisation.id).values(**facts))
    session.commit()


def test_a_wrong_tax_number_is_refused_with_everything_typed_kept(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ORGANISATION)
    refused = name_provider(company, application, "", "¿cuál?")
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    typed = refused.tree.xpath(f"//input[@name='q_{question.key}-0-q_tax_number']")
    assert [each.get("value") for each in typed] == ["¿cuál?"]
    assert saved(session, application, section).version == 1
    # A name that is missing may follow later; the application cannot be sent before.
    assert name_provider(company, application, "", "mav-150310 qk4").status_code == 200
    assert saved(session, application, section).answers[question.key] == [
        {"tax_number": "MAV150310QK4"}
    ]
    check = company.ana.get(address(application, "check"))
    assert "Escriba el nombre de la organización." in check.main
    name_provider(company, application, "", "")
    assert question.key not in saved(session, application, section).answers


def test_an_organisation_without_a_tax_number_is_read_everywhere(
    session: Session, company: Company, caseworker: JudgingClient
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ORGANISATION)
    here = address(application, "sections", section.key)
    mine = company.ana.get(here)
    name_provider(company, application, "Acme Inc.", "")
    conflict = company.ana.submit(mine, {f"q_{question.key}-0-q_name": "Otra Inc."})
    assert conflict.status_code == 409
    assert "Acme Inc." in conflict.main
    assert "Otra Inc." in conflict.main
    company.ana.submit(conflict, {f"keep_{question.key}": "theirs"})
    company.ana.submit(address(application, "check"), form="submit")
    caseworker.submit(address(application, "triage"), form="start")
    for client, page in (
        (company.ana, address(application, "submissions", 1)),
        (caseworker, address(application, "submissions", 1)),
        (caseworker, address(application, "triage")),
    ):
        shown = client.get(page)
        assert shown.status_code == 200
        assert "Acme Inc." in shown.main
        assert "Clave fiscal:" not in shown.main


def test_an_organisation_gets_no_second_row(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ORGANISATION)
    page = company.ana.get(address(application, "sections", section.key))
    pressing = ("add_row", question.key), ("remove_row", f"{question.key}:0"), ("add_row", "none")
    for button, value in pressing:
        sent = {**filled_fields(find_form(page.tree, None)), button: value}
        shown = company.ana.post(address(application, "sections", section.key), data=sent)
        assert shown.status_code == 200
        names = shown.tree.xpath(f"//input[starts-with(@name, 'q_{question.key}-')]/@name")
        assert names == [f"q_{question.key}-0-q_name", f"q_{question.key}-0-q_tax_number"]


def test_only_those_who_judge_are_told_whether_an_organisation_is_known_here(
    session: Session, company: Company, caseworker: JudgingClient, client_for: OpenWindow
) -> None:
    other = make_organisation(session, make_person(session, "Eva"), name="Secreta, S. A.")
    know(session, other, tax_id="SEC010203XY1")
    application = draft(session, company)
    _, question = section_of(QuestionKind.ORGANISATION)
    name_provider(company, application, "La otra", "sec 010203-xy1")
    assert "Secreta" not in company.ana.get(address(application, "check")).main
    company.ana.submit(address(application, "check"), form="submit")
    here = address(application, "submissions", 1)

    def told(client: JudgingClient, page: str = here) -> str:
        [row] = client.get(page).tree.xpath(f"//*[@id='answer-{question.key}']")
        return " ".join(row.text_content().split())

    seen = told(company.ana)
    assert "La otra" in seen
    assert "SEC010203XY1" in seen
    assert "Secreta" not in seen
    assert "conoce" not in seen
    assert "se conoce aquí a «Secreta, S. A.»" in told(caseworker)
    know(session, other, name="La otra")
    assert "Aquí se conoce a una organización con esta clave fiscal." in told(caseworker)
    know(session, other, tax_id=None)
    assert "Aquí no se conoce a ninguna organización con esta clave fiscal." in told(caseworker)
    assert "conoce" not in told(company.ana)
    caseworker.submit(address(application, "triage"), form="start")
    assert "Aquí no se conoce a ninguna" in caseworker.get(address(application, "triage")).main


def test_the_public_is_told_the_name_of_an_organisation_alone(app: Flask) -> None:
    _, question = section_of(QuestionKind.ORGANISATION)
    with app.test_request_context():
        named = [{"name": "La otra", "tax_number": "LOTR010203XY1"}]
        assert answer_text(question, named) == "La otra"


def test_whoever_belongs_to_an_organisation_is_not_told_who_else_is_here(
    session: Session, company: Company
) -> None:
    numbers = {"SEC010203XY1"}
    staff = actor_for(session, make_staff(session))
    assert queries.known_organisations(session, staff, numbers) == {}
    torn = replace(staff, member_of=company.actors[0].member_of)
    for actor in (company.actors[0], VISITOR, torn):
        assert queries.known_organisations(session, actor, numbers) is None


# --- two colleagues at once ----------------------------------------------------------------------


def typed(page: Any, **values: str) -> dict[str, str]:
    """Return what the script of a section's page sends while somebody types."""
    return {**filled_fields(find_form(page.tree, "section-form")), **values}


def test_what_was_typed_is_there_after_a_crash_for_whoever_typed_it(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    here, name = address(application, "sections", section.key), f"q_{number.key}"
    before = saved(session, application, section)
    for value in ("7", "77 y media"):
        kept = company.ana.post(f"{here}/typed", data=typed(company.ana.get(here), **{name: value}))
        assert kept.status_code == 204
    page = company.ana.get(here)
    # Also what could not be saved comes back as it was typed.
    assert page.tree.xpath(f"//input[@name='{name}']/@value") == ["77 y media"]
    assert "y no lo guardó" in page.main
    assert "Escrito sin guardar" in company.ana.get(address(application)).main
    assert "Escrito sin guardar" not in company.beto.get(address(application)).main
    assert "y no lo guardó" not in company.beto.get(here).main
    assert saved(session, application, section) == before

    company.ana.submit(page, {name: "77"}, form="section-form")
    assert saved(session, application, section).answers[number.key] == "77"
    assert "y no lo guardó" not in company.ana.get(here).main


def test_what_is_still_on_its_way_while_one_saves_is_not_kept(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    here, name = address(application, "sections", section.key), f"q_{number.key}"
    page = company.ana.get(here)
    company.ana.submit(page, {name: "5"}, form="section-form")
    company.ana.post(f"{here}/typed", data=typed(page, **{name: "5"}))
    assert "y no lo guardó" not in company.ana.get(here).main
    # A sign that no database takes harms nothing.
    odd = typed(company.ana.get(here), **{name: "6\0"})
    assert company.ana.post(f"{here}/typed", data=odd).status_code == 204


def test_what_was_typed_can_be_thrown_away(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    here, name = address(application, "sections", section.key), f"q_{number.key}"
    company.ana.post(f"{here}/typed", data=typed(company.ana.get(here), **{name: "5"}))
    page = company.ana.submit(company.ana.get(here), {"discard": "1"}, form="/typed")
    assert page.request.path == here
    assert page.tree.xpath(f"//input[@name='{name}']/@value") != ["5"]
    assert session.scalar(select(func.count()).select_from(UnsavedSection)) == 0


def test_what_was_typed_meets_what_a_colleague_saved_meanwhile(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    here, name = address(application, "sections", section.key), f"q_{number.key}"
    company.ana.post(f"{here}/typed", data=typed(company.ana.get(here), **{name: "5"}))
    company.beto.submit(company.beto.get(here), {name: "6"})
    conflict = company.ana.submit(company.ana.get(here), form="section-form")
    assert conflict.status_code == 409


def test_no_more_is_kept_than_a_section_can_hold(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    here = address(application, "sections", section.key)
    page = company.ana.get(here)
    too_long = typed(page, **{f"q_{number.key}": "9" * (services.LONGEST_TYPED + 1)})
    assert company.ana.post(f"{here}/typed", data=too_long).status_code in {409, 413, 422}
    gone = address(application, "sections", "nowhere", "typed")
    assert company.ana.post(gone, data=typed(page)).status_code == 404
    assert session.scalar(select(func.count()).select_from(UnsavedSection)) == 0


def test_the_second_to_save_chooses_field_by_field_and_loses_nothing(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    texts = [q.key for q in section.questions if q.kind is QuestionKind.LONG_TEXT][:3]
    here = address(application, "sections", section.key)
    mine, theirs = company.ana.get(here), company.beto.get(here)
    company.beto.submit(theirs, {f"q_{texts[0]}": "De Beto", f"q_{texts[1]}": "También Beto"})
    conflict = company.ana.submit(mine, {f"q_{texts[1]}": "De Ana", f"q_{number.key}": "77"})
    assert conflict.status_code == 409
    assert "De Beto" in conflict.main
    assert "De Ana" in conflict.main
    suggested = set(conflict.tree.xpath("//input[@type='radio'][@checked]/@id"))
    only_beto, both, only_ana = texts[0], texts[1], number.key
    # Of what Ana alone changed there is nothing to choose: it is no answer of Beto's.
    assert suggested == {f"keep_{only_beto}-theirs", f"keep_{both}-mine"}
    assert not conflict.tree.xpath(f"//input[@name='keep_{only_ana}']")
    assert saved(session, application, section).version == 2
    company.ana.submit(conflict)
    after = saved(session, application, section)
    assert after.version == 3
    assert after.answers[texts[0]] == "De Beto"
    assert after.answers[texts[1]] == "De Ana"
    assert after.answers[number.key] == "77"


def test_a_conflict_can_be_settled_for_the_colleague(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.ROWS)
    column = text_column(question)
    cell = f"q_{question.key}-0-q_{column.key}"
    here = address(application, "sections", section.key)
    mine, theirs = company.ana.get(here), company.beto.get(here)
    company.beto.submit(theirs, {cell: "De Beto"})
    conflict = company.ana.submit(mine, {cell: "De Ana"})
    assert conflict.status_code == 409
    company.ana.submit(conflict, {f"keep_{question.key}": "theirs"})
    rows = saved(session, application, section).answers[question.key]
    assert [row[column.key] for row in rows] == ["De Beto"]


def test_changes_of_different_questions_ask_only_about_those_of_the_colleague(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, number = section_of(QuestionKind.NUMBER)
    text = next(q.key for q in section.questions if q.kind is QuestionKind.LONG_TEXT)
    here = address(application, "sections", section.key)
    company.ana.submit(here, {f"q_{number.key}": "5", f"q_{text}": "De las dos"})
    mine, theirs = company.ana.get(here), company.beto.get(here)
    company.beto.submit(theirs, {f"q_{text}": "De Beto"})
    # Ana takes an answer away; what Beto wrote stays hers to choose.
    conflict = company.ana.submit(mine, {f"q_{number.key}": ""})
    names = conflict.tree.xpath("//input[@type='radio']/@name")
    assert (conflict.status_code, {*names}) == (409, {f"keep_{text}"})
    company.ana.submit(conflict)
    after = saved(session, application, section)
    assert (after.answers.get(number.key), after.answers[text]) == (None, "De Beto")


def test_changes_that_agree_are_no_conflict(session: Session, company: Company) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.LONG_TEXT)
    here = address(application, "sections", section.key)
    mine, theirs = company.ana.get(here), company.beto.get(here)
    for client, page in ((company.beto, theirs), (company.ana, mine)):
        response = client.submit(page, {f"q_{question.key}": "Lo mismo"}, follow=False)
        assert response.status_code == 303


# --- checking and sending ------------------------------------------------------------------------


def test_the_check_page_names_what_is_missing(session: Session, company: Company) -> None:
    company.ana.submit("/applications/new")
    application = session.scalars(select(Application)).one()
    page = company.ana.get(address(application, "check"))
    required = [q for q in pack().questions.values() if q.required and q.ask_if is None]
    assert len(page.error_summary) == len(required)
    assert not page.tree.xpath("//form[contains(@action, '/submit')]")


def test_a_forced_submission_of_an_unfinished_application_is_422(
    session: Session, company: Company
) -> None:
    page = company.ana.submit("/applications/new")
    application = session.scalars(select(Application)).one()
    token = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    refused = company.ana.post(address(application, "submit"), data={"csrf_token": token})
    assert refused.status_code == 422
    assert refused.error_summary


def test_an_answer_required_by_another_is_named_on_the_form_and_refused_without(
    session: Session, company: Company
) -> None:
    effect = pack().questions["market_effects"].option("exclusive_data")
    assert effect is not None
    reason = f"incluye «{effect.label.in_('es')}»"
    application = draft(session, company, market_effects=["large_share"])
    assert "rivals" in queries.get_draft(session, application.id).answers
    form = company.ana.get(address(application, "sections", "rules"))
    assert "Obligatoria si " in form.main
    assert reason in form.main
    company.ana.submit(form, {"q_rivals": ""}, button="later")
    page = company.ana.get(address(application, "check"))
    [missing] = page.error_summary
    assert "es obligatoria si " in missing
    assert reason in missing
    token = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    refused = company.ana.post(address(application, "submit"), data={"csrf_token": token})
    assert (refused.status_code, refused.error_summary) == (422, page.error_summary)
    # Whoever does not hold the market may leave it empty.
    other = draft(session, company)
    assert "rivals" not in queries.get_draft(session, other.id).answers
    assert not company.ana.get(address(other, "check")).error_summary


def test_sending_gives_a_receipt_and_sending_again_the_same(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    page = company.ana.get(address(application, "check"))
    first = company.ana.submit(page, form="submit")
    second = company.ana.submit(page, form="submit")
    assert first.request.path == second.request.path
    assert first.main == second.main
    session.rollback()
    reference = session.scalars(select(Application.reference)).one()
    assert reference is not None
    assert re.fullmatch(r"SBX-\d{4}-00001", reference)
    submission = session.scalars(select(Submission)).one()
    assert reference in first.main
    assert submission.content_hash in first.main


def test_answers_that_changed_after_the_check_are_not_sent(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section, question = section_of(QuestionKind.LONG_TEXT)
    page = company.ana.get(address(application, "check"))
    company.beto.submit(
        address(application, "sections", section.key), {f"q_{question.key}": "Otra cosa"}
    )
    refused = company.ana.submit(page, form="submit")
    assert refused.status_code == 409
    assert session.scalar(select(func.count()).select_from(Submission)) == 0


def test_the_receipt_is_a_document(
    session: Session, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_in_type: list[Any] = []

    def note(template: str, data: Any, **options: Any) -> bytes:
        set_in_type.append((template, data, options))
        return render_pdf(template, data, **options)

    monkeypatch.setattr(receipts, "render_pdf", note)
    application = make_submitted(session, company.organisation, company.actors[0])
    reference = application.reference
    submission = session.scalars(select(Submission)).one()
    response = company.ana.get(address(application, "submissions", 1, "receipt.pdf"))
    assert response.status_code == 200
    assert response.mimetype == "application/pdf"
    assert response.get_data().startswith(b"%PDF-")
    assert f"{reference}-1.pdf" in response.headers["Content-Disposition"]
    ((template, data, options),) = set_in_type
    assert template == "receipt"
    assert options == {"language": "es", "timestamp": submission.submitted_at}
    assert (data["reference"], data["title"]) == (reference, application.title)
    assert data["organisation"] == company.organisation.name
    # The fingerprint is that of what was sent, and stands on the page of the receipt as well.
    assert data["content_hash"] == submission.content_hash == content_hash(submission.content)
    page = company.ana.get(address(application, "submissions", 1, "receipt"))
    assert data["content_hash"] in page.main
    assert data["reference"] in page.main
    assert data["verify_url"].endswith(page.request.path)
    assert data["answers"] == str(len(submission.content["answers"]))
    session.rollback()


def test_after_sending_the_sections_are_closed(session: Session, company: Company) -> None:
    application = make_submitted(session, company.organisation, company.actors[0])
    section = pack().sections[0].key
    assert company.ana.get(address(application, "sections", section)).status_code == 409
    assert company.ana.get(address(application, "check")).status_code == 409
    shown = company.ana.get(address(application))
    assert shown.status_code == 303
    assert shown.location == f"/cases/{application.id}"


def test_others_find_nothing(
    session: Session, company: Company, client_for: OpenWindow, caseworker: JudgingClient
) -> None:
    stranger = make_person(session, "Rita Sol")
    make_organisation(session, stranger, name="Otra")
    window = client_for(stranger.email)
    application = make_submitted(session, company.organisation, company.actors[0])
    mine = draft(session, company)
    pages = ("", "/check", "/withdraw", "/information", f"/sections/{pack().sections[0].key}")
    for page in (*pages, "/submissions/1", "/submissions/1/receipt", "/submissions/1/receipt.pdf"):
        assert window.get(address(application) + page).status_code == 404
    assert window.get(address(application) + "/triage").status_code == 403
    for page in ("/submissions/1", "/triage"):
        assert caseworker.get(address(mine) + page).status_code == 404


# --- the secretariat -----------------------------------------------------------------------------


def test_return_with_reasons_reaches_the_company_beside_the_question(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    application = make_submitted(session, company.organisation, company.actors[0], now=utc_now())
    section, question = section_of(QuestionKind.LONG_TEXT)
    page = caseworker.submit(address(application, "triage"))
    refused = caseworker.submit(page, form="/return")
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    done = caseworker.submit(refused, {f"r_{question.key}": "Diga cómo."}, form="/return")
    assert done.request.path == f"/cases/{application.id}"
    listed = company.ana.get(address(application))
    assert "Por corregir" in listed.main
    here = address(application, "sections", section.key)
    assert "Diga cómo." in company.ana.get(here).main
    company.ana.submit(here, {f"q_{question.key}": "Así se hace ahora."})
    receipt = company.ana.submit(address(application, "check"), form="submit")
    assert receipt.request.path.endswith("/submissions/2/receipt")
    # What was asked stays on the case for whoever reads it later.
    for window in (company.ana, caseworker):
        case = window.get(f"/cases/{application.id}").main
        assert "Devuelta para corregir el" in case
        assert "Diga cómo." in case
        assert "Enviada de nuevo el" in case
    changes = caseworker.get(address(application, "submissions", 2, "changes"))
    added = [" ".join(ins.text_content().split()) for ins in changes.tree.xpath("//ins")]
    assert added == ["[agregado: Así se hace ahora.]"]
    assert len(changes.tree.xpath("//section[contains(@class, 'app-change')]")) == 1


def test_the_triage_page_flags_prohibited_uses(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    use = pack().prohibited_uses[0]
    assert isinstance(use.when, Compare)
    value = use.when.value[0] if isinstance(use.when.value, tuple) else str(use.when.value)
    application = make_in_triage(
        session,
        company.organisation,
        company.actors[0],
        actor_for(session, staff),
        **{use.when.question: [value]},
    )
    page = caseworker.get(address(application, "triage"))
    assert use.name.in_("es") in page.main
    form = caseworker.get(address(application, "decline"))
    assert caseworker.submit(form).status_code == 422
    refused = caseworker.submit(form, {"reason": "Uso prohibido."})
    assert refused.status_code == 422
    assert "Elija al menos un motivo de la negativa." in refused.main
    caseworker.submit(refused, {"codes": ["prohibited_use"]})
    session.rollback()
    assert session.scalars(select(Application.outcome)).one() == "declined"
    assert session.scalars(select(Decision.refusal_codes)).one() == ["prohibited_use"]


def test_redirecting_elsewhere_needs_a_reason(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    application = make_in_triage(
        session, company.organisation, company.actors[0], actor_for(session, staff)
    )
    here = address(application, "redirect")
    assert caseworker.submit(here).status_code == 422
    done = caseworker.submit(here, {"reason": "Basta una orientación."})
    assert done.request.path == f"/cases/{application.id}"
    assert caseworker.get(here).status_code == 409


def test_withdrawing_asks_once_more(session: Session, company: Company) -> None:
    application = make_submitted(session, company.organisation, company.actors[0])
    done = company.ana.submit(address(application, "withdraw"), {"reason": "Sin recursos."})
    assert done.request.path == f"/cases/{application.id}"
    session.rollback()
    assert session.scalars(select(Application.status)).one() == ApplicationStatus.WITHDRAWN
    assert company.ana.get(address(application, "withdraw")).status_code == 409


def test_who_reads_a_case_reads_why_it_was_withdrawn(
    session: Session, company: Company, caseworker: JudgingClient
) -> None:
    application = make_submitted(session, company.organisation, company.actors[0])
    company.ana.submit(address(application, "withdraw"), {"reason": "Sin recursos."})
    session.rollback()
    for reader in (company.ana, caseworker):
        assert "Sin recursos." in reader.get(f"/cases/{application.id}").main


def test_confidential_answers_are_marked_for_those_who_review(
    session: Session, company: Company, caseworker: JudgingClient
) -> None:
    application = draft(session, company)
    section = next(s for s in pack().sections if any(q.may_be_confidential for q in s.questions))
    question = next(q for q in section.questions if q.may_be_confidential)
    company.ana.submit(
        address(application, "sections", section.key),
        {f"q_{question.key}": "Un secreto", f"c_{question.key}": "y"},
    )
    company.ana.submit(address(application, "check"), form="submit")
    here = address(application, "submissions", 1)

    def shown(client: JudgingClient) -> str:
        return client.get(here).tree.xpath(f"//*[@id='answer-{question.key}']")[0].text_content()

    closed = caseworker.get(here)
    assert "Confidencial" in shown(caseworker)
    assert "Un secreto" not in closed.get_data(as_text=True)
    assert "Abrir las partes confidenciales" not in company.ana.get(here).main
    assert "Un secreto" in shown(company.ana)
    opened = caseworker.submit(closed, form="confidential")
    assert opened.request.path == here
    assert "Un secreto" in shown(caseworker)
    assert "Abrir las partes confidenciales" not in caseworker.get(here).main
    told = "Partes confidenciales de la solicitud abiertas"
    for reader in (caseworker, company.ana):
        assert reader.get(f"/cases/{application.id}").main.count(told) == 1
    # Whoever sends an address of another site along is not led there.
    away = caseworker.post(
        address(application, "confidential"),
        data={**filled_fields(find_form(closed.tree, "confidential")), "back": "//example.org"},
    )
    assert away.location == f"/cases/{application.id}"
    assert caseworker.get(f"/cases/{application.id}").main.count(told) == 1


def test_contact_that_reaches_nobody_is_refused_with_what_to_write(
    session: Session, company: Company
) -> None:
    application = draft(session, company)
    section = next(s for s in pack().sections if any(q.format for q in s.questions))
    here = address(application, "sections", section.key)
    page = company.ana.get(here)
    found = {
        each.get("type"): each.get("autocomplete")
        for each in page.tree.xpath("//main//input[@type='email' or @type='tel']")
    }
    assert found == {"email": "email", "tel": "tel"}
    nonsense = {"q_contact_email": "no es correo", "q_contact_phone": "☃"}
    refused = company.ana.submit(page, nonsense)
    assert refused.status_code == 422
    assert refused.error_summary == [
        "Escriba un correo electrónico, por ejemplo nombre@empresa.org.",
        "Escriba un teléfono con su lada, en cifras.",
    ]
    typed = {
        each.get("name"): each.get("value")
        for each in refused.tree.xpath("//main//input[@type='email' or @type='tel']")
    }
    assert typed == nonsense


def test_confidential_file_is_named_and_handed_over_to_whoever_has_opened_it(
    session: Session,
    company: Company,
    caseworker: JudgingClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = draft(session, company)
    section, question = next(
        (section, question)
        for section in pack().sections
        for question in section.questions
        if question.kind is QuestionKind.FILE and question.may_be_confidential
    )
    here = address(application, "sections", section.key)
    file = (io.BytesIO(b"Un secreto.\n"), "secreto.txt")
    page = company.ana.submit(here, {f"q_{question.key}": file}, button="upload")
    company.ana.submit(page, {f"c_{question.key}": "y"})
    company.ana.submit(address(application, "check"), form="submit")
    session.rollback()
    [attached] = session.scalars(select(Attachment.id).where(Attachment.filename == "secreto.txt"))
    told: list[Any] = []

    def note(template: str, data: Any, **options: Any) -> bytes:
        told.append([each["name"] for each in data["attachments"]])
        return render_pdf(template, data, **options)

    monkeypatch.setattr(receipts, "render_pdf", note)
    for reader in (company.ana, caseworker):
        assert reader.get(address(application, "submissions", 1, "receipt.pdf")).status_code == 200
    assert told == [["secreto.txt"], ["Confidencial"]]
    there = address(application, "files", attached)
    assert company.ana.get(there).status_code == 200
    refused = caseworker.get(there)
    assert refused.status_code == 409
    assert "Abra primero las partes confidenciales" in refused.main
    caseworker.submit(address(application, "submissions", 1), form="confidential")
    assert caseworker.get(there).status_code == 200


def corrected(
    session: Session, company: Company, staff: Person, *sent: tuple[str, str | None]
) -> tuple[Application, QuestionSpec]:
    """Send an application once for each answer to one question, with its mark, after a return."""
    application = draft(session, company)
    section = next(s for s in pack().sections if any(q.may_be_confidential for q in s.questions))
    question = next(q for q in section.questions if q.may_be_confidential)
    here = address(application, "sections", section.key)
    for number, (answer, mark) in enumerate(sent):
        if number:
            worker = actor_for(session, staff)
            with unit_of_work(session):
                services.start_triage(session, worker, application, now=utc_now())
                services.return_to_company(
                    session, worker, application, reasons={}, general="Más.", now=utc_now()
                )
        company.ana.submit(here, {f"q_{question.key}": answer, f"c_{question.key}": mark})
        company.ana.submit(address(application, "check"), form="submit")
    return application, question


def test_change_of_a_confidential_answer_is_named_and_not_shown(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    application, question = corrected(
        session, company, staff, ("Un secreto", "y"), ("Otro secreto", None)
    )
    changed = caseworker.get(address(application, "submissions", 2, "changes"))
    assert question.label.in_("es") in changed.main
    assert "secreto" not in changed.main
    caseworker.submit(changed, form="confidential")
    assert "Otro" in caseworker.get(address(application, "submissions", 2, "changes")).main


@pytest.mark.parametrize("marks", [(None, "y"), ("y", None)])
def test_what_was_marked_once_is_closed_in_every_version(
    session: Session,
    company: Company,
    caseworker: JudgingClient,
    staff: Person,
    marks: tuple[str | None, str | None],
) -> None:
    application, _ = corrected(
        session, company, staff, ("Un secreto", marks[0]), ("Otro secreto", marks[1])
    )
    for number in (1, 2):
        page = caseworker.get(address(application, "submissions", number))
        assert "secreto" not in page.get_data(as_text=True)
    caseworker.submit(page, form="confidential")
    for number in (1, 2):
        assert "secreto" in caseworker.get(address(application, "submissions", number)).main


# --- lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["company", "caseworker"])
def test_the_list_asks_the_database_as_often_for_three_rows_as_for_one(
    session: Session, company: Company, caseworker: JudgingClient, who: str
) -> None:
    client = company.ana if who == "company" else caseworker
    counts = []
    for number in (1, 2):
        for _ in range(number):
            make_submitted(session, company.organisation, company.actors[0])
        page = client.get("/applications")
        counts.append((len(page.rows), len(client.statements)))
    assert [rows for rows, _ in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]
    assert counts[0][1] <= 8


def test_my_tasks_shows_the_most_urgent_and_leads_to_the_rest(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    for _ in range(MOST_OF_A_KIND):
        make_draft(session, company.organisation, company.actors[0])
    window = company.ana
    page = window.get("/my-tasks")
    assert f"{MOST_OF_A_KIND} asuntos le esperan" in page.main
    returned = make_in_triage(
        session, company.organisation, company.actors[0], actor_for(session, staff), now=utc_now()
    )
    with unit_of_work(session):
        services.return_to_company(
            session, actor_for(session, staff), returned, reasons={}, general="Más.", now=utc_now()
        )
    make_draft(session, company.organisation, company.actors[0])
    page = window.get("/my-tasks")
    tasks = page.tree.xpath("//li[contains(@class, 'app-tasks__item')]")
    # The correction has a term, so that it stands first; of the drafts one is left out.
    assert len(tasks) == MOST_OF_A_KIND + 1
    assert returned.reference in tasks[0].text_content()
    assert f"Más de {MOST_OF_A_KIND + 1} asuntos le esperan" in page.main
    (link,) = [href for href in page.links.values() if href.startswith("/applications?")]
    assert len(window.get(link).rows) == MOST_OF_A_KIND + 1


def test_the_inbox_pages_through_everything_and_names_each_case(
    session: Session, company: Company
) -> None:
    case = make_submitted(session, company.organisation, company.actors[0])
    with unit_of_work(session):
        for number in range(PAGE_SIZE):
            post(
                session,
                to=company.actors[0].person_id,
                address=company.people[0].email,
                language="es",
                template="applications/returned",
                now=NOW + timedelta(days=1, minutes=number),
                application_id=case.id,
                reference=case.reference or "",
                title=f"Mensaje {number}",
                due_on=date(2026, 3, 9),
            )
    first = company.ana.get("/inbox")
    assert "Mensaje 49" in first.main
    assert f"3 mar 2026 · {case.reference} · {case.title}" in first.main
    assert "Mensajes más recientes" not in first.main
    assert first.main.count("Sin leer") == PAGE_SIZE
    second = company.ana.get(first.links["Mensajes anteriores →"])
    subjects = [
        len(page.tree.xpath("//details[contains(@class, 'govuk-details')]"))
        for page in (first, second)
    ]
    assert subjects == [PAGE_SIZE, 1]
    assert "Mensaje 0" not in second.main
    assert "Mensajes anteriores" not in second.main
    assert second.links["← Mensajes más recientes"] == "/inbox"
    # What comes after the page was opened stays unread, and colleagues read for themselves.
    with unit_of_work(session):
        for person in company.people:
            post(
                session,
                to=person.id,
                address=person.email,
                language="es",
                template="applications/lapsed",
                now=NOW + timedelta(days=2),
                application_id=case.id,
                reference=case.reference or "",
                title="Mensaje nuevo",
            )
    read = company.ana.submit(first, form="/inbox/read")
    assert read.request.path == "/inbox"
    assert read.main.count("Sin leer") == 1
    assert "Sin leer · 4 mar 2026" in read.main
    # What stands on other pages has not been shown, and is marked where it stands.
    older = company.ana.get(first.links["Mensajes anteriores →"])
    assert older.main.count("Sin leer") == 1
    read = company.ana.submit(older, form="/inbox/read")
    assert read.request.full_path == older.request.full_path
    assert "Sin leer" not in read.main
    assert company.ana.get("/inbox").main.count("Sin leer") == 1
    assert "Sin leer" not in company.ana.submit("/inbox", form="/inbox/read").main
    assert "Sin leer" in company.beto.get("/inbox").main


def test_the_inbox_is_filtered_by_status_in_the_address(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    worker = actor_for(session, staff)
    make_submitted(session, company.organisation, company.actors[0])
    make_in_triage(session, company.organisation, company.actors[0], worker)
    assert len(caseworker.get("/applications").rows) == 2
    page = caseworker.submit("/applications", {"status": "triage"}, form="/applications")
    assert "status=triage" in page.request.query_string.decode().split("&")
    assert len(page.rows) == 1
    assert caseworker.get("/applications?status=nonsense").status_code == 200


def test_the_inbox_is_narrowed_by_words_tier_authority_and_lateness(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    worker = actor_for(session, staff)
    plain = make_submitted(
        session, company.organisation, company.actors[0], innovation_name="Una guía al 100 %_"
    )
    team, _ = make_team(session, "INAI"), make_team(session, "IFT")
    asked = make_assigned(session, company.organisation, company.actors[0], worker, lead=team)

    def found(query: str) -> set[str | None]:
        page = caseworker.get(f"/applications?{query}")
        references = (plain.reference, asked.reference)
        return {each for each in references if each is not None and each in page.main}

    assert found("") == {plain.reference, asked.reference}
    assert found("text=100+%25_") == {plain.reference}
    assert found("text=GUIA") == found("text=GU%C3%8DA") == {plain.reference}
    assert found(f"text={str(asked.reference).lower()}") == {asked.reference}
    assert found(f"text={company.organisation.name[:4]}") == {plain.reference, asked.reference}
    assert found("text=%25") == {plain.reference}  # a sign that a database reads as anything
    assert found("authority=INAI") == {asked.reference}
    assert found("authority=IFT") == set()
    assert found(f"tier={asked.tier}&text=100") == {plain.reference}
    assert found("tier=prohibited") == set()
    # The answer that the authority owes was due in March, long before today.
    assert found("late=yes") == {asked.reference}
    with unit_of_work(session):
        services.withdraw(session, company.actors[0], asked, reason="", now=NOW)
    assert found("late=yes") == set()  # of a case that has ended nobody owes an answer
    # A word that stands for nothing narrows nothing.
    assert found("authority=NADIE&late=") == {plain.reference, asked.reference}
    # Nothing of this is offered to a company, whose list is short and all its own.
    own = company.ana.get("/applications?authority=INAI")
    assert plain.reference is not None
    assert plain.reference in own.main
    assert 'name="authority"' not in own.get_data(as_text=True)
    start = filled_fields(find_form(company.ana.get("/account").tree, "/sign-out"))
    assert company.ana.post("/applications/views?late=yes", data=start).status_code == 404


def test_a_view_is_saved_replaced_and_removed_by_whom_it_belongs_to(
    session: Session, company: Company, caseworker: JudgingClient, client_for: OpenWindow
) -> None:
    make_submitted(session, company.organisation, company.actors[0])
    narrowed = "/applications?status=submitted&late=yes"
    nameless = caseworker.submit(narrowed, {"name": " "}, form="/applications/views?")
    assert nameless.status_code == 422
    assert "Nombre de la vista" in nameless.main
    saved = caseworker.submit(narrowed, {"name": "Lo urgente"}, form="/applications/views?")
    assert saved.request.query_string == b"status=submitted&late=yes"
    assert "Lo urgente" in caseworker.get("/applications").main
    # The same name again stands for what it was given last.
    caseworker.submit(
        "/applications?tier=high", {"name": "Lo urgente"}, form="/applications/views?"
    )
    [view] = session.scalars(select(SavedView))
    assert view.filters == {"tier": "high"}
    assert "ya no corresponde a las reglas" not in caseworker.get("/applications").main
    view.filters = {"tier": "of other rules"}
    session.commit()
    assert "ya no corresponde a las reglas" in caseworker.get("/applications").main
    session.rollback()
    other = client_for(make_staff(session).email)
    assert "Lo urgente" not in other.get("/applications").main
    removal = f"/applications/views/{view.id}/remove"
    own = other.submit("/applications?late=yes", {"name": "Mía"}, form="/applications/views?")
    token = filled_fields(find_form(other.get("/applications").tree, "/remove"))
    assert own.status_code == 200
    assert other.post(removal, data=token).status_code == 404
    removed = caseworker.submit("/applications", {}, form=removal)
    assert "La vista está quitada" in removed.get_data(as_text=True)
    assert "Lo urgente" not in caseworker.get("/applications").main


def test_views_are_few_and_narrow_something(
    session: Session, company: Company, staff: Person
) -> None:
    worker = actor_for(session, staff)
    for number in range(MOST_VIEWS):
        with unit_of_work(session):
            save_view(session, worker, CaseFilter(tier="high"), name=str(number), now=NOW)
    refused = [
        ("one more", CaseFilter(tier="high"), Why.TOO_MANY_VIEWS),
        ("0", CaseFilter(), Why.NOT_ACCEPTED),
    ]
    for name, wanted, why in refused:
        with pytest.raises(NotPossible) as refusal, unit_of_work(session):
            save_view(session, worker, wanted, name=name, now=NOW)
        assert refusal.value.reason is why
    with unit_of_work(session):
        save_view(session, worker, CaseFilter(tier="low"), name="0", now=NOW)
    assert len(session.scalars(select(SavedView)).all()) == MOST_VIEWS


def test_an_information_request_is_answered_on_its_page(
    session: Session, company: Company, staff: Person
) -> None:
    application, lead = make_under_review(
        session, company.organisation, company.actors[0], actor_for(session, staff)
    )
    with unit_of_work(session):
        services.request_information(
            session,
            lead,
            application,
            questions=[("¿Dónde están los datos?", None), ("¿Por qué?", pack().title_question)],
            now=utc_now(),
        )
    here = address(application, "information")
    page = company.ana.get(here)
    assert "¿Dónde están los datos?" in page.main
    assert pack().questions[pack().title_question].label.in_("es") in page.main
    assert len(company.ana.submit(page).error_summary) == 2
    opened = company.beto.get(here)
    kept = company.ana.submit(page, {"a_1": "En Querétaro, cifrados.", "save": "1"})
    assert kept.request.path == here
    assert kept.tree.xpath("//textarea[@name='a_1']")[0].text.strip() == "En Querétaro, cifrados."
    # A colleague who opened the page before sees what was saved meanwhile; nothing is lost.
    conflict = company.beto.submit(opened, {"a_1": "En Guadalajara.", "a_2": "Por costumbre."})
    assert conflict.status_code == 409
    assert "En Querétaro, cifrados." in conflict.main
    typed = [each.text.strip() for each in conflict.tree.xpath("//textarea")]
    assert typed == ["En Guadalajara.", "Por costumbre."]
    company.beto.submit(conflict)
    session.rollback()
    assert session.scalars(select(Application.status)).one() == ApplicationStatus.UNDER_REVIEW
    assert "En Guadalajara." in company.ana.get(here).main
    assert "Por costumbre." in company.ana.get(f"/cases/{application.id}").main


def test_an_answer_that_comes_after_the_case_lapsed_is_given_back(
    session: Session, company: Company, staff: Person
) -> None:
    application, lead = make_under_review(
        session, company.organisation, company.actors[0], actor_for(session, staff)
    )
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("¿Dónde?", None)], now=utc_now()
        )
    page = company.ana.get(address(application, "information"))
    with unit_of_work(session):
        job = system_actor("lapse", "application:lapse")
        assert services.lapse_overdue(session, job, now=utc_now() + timedelta(days=60)) == 1
    text = "En dos servidores de Querétaro, cifrados."
    refused = company.ana.submit(page, {"a_1": text})
    assert refused.status_code == 409
    assert text in refused.main
    assert "No sigue nada más: la respuesta no llegó a tiempo." in refused.main
    # Even what could not be sent as it is comes back.
    assert company.ana.submit(page, {"a_1": ""}).status_code == 409


def test_an_answer_after_the_days_on_which_it_is_taken_is_given_back(
    session: Session, company: Company, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, lead = make_under_review(
        session, company.organisation, company.actors[0], actor_for(session, staff)
    )
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("¿Dónde?", None)], now=utc_now()
        )
    here, case = address(application, "information"), f"/cases/{application.id}"
    page = company.ana.get(here)
    assert "respuesta tardía" not in page.main
    passed = utc_now().date() - timedelta(days=3)
    session.execute(update(Application).values(answer_due_on=passed))
    session.execute(update(InformationRequest).values(due_on=passed))
    session.commit()
    text = "En dos servidores de Querétaro, cifrados."
    refused = company.ana.submit(page, {"a_1": text})
    assert refused.status_code == 409
    assert "Se pudo responder hasta el" in refused.main
    assert text in refused.main
    rules = active.current()
    lenient = replace(rules, clocks=tuple(replace(each, late_days=20) for each in rules.clocks))
    monkeypatch.setattr(active, "pack_of", lambda _: lenient)
    for shown in (here, case):
        assert "Una respuesta tardía se recibe hasta el" in company.ana.get(shown).main
    company.ana.submit(here, {"a_1": text})
    assert ", fuera del plazo" in company.ana.get(case).main


def test_check_says_until_when_an_application_may_be_returned(
    session: Session, company: Company, caseworker: JudgingClient, staff: Person
) -> None:
    given = (session, company.organisation, company.actors[0], actor_for(session, staff))
    late, fresh = make_in_triage(*given), make_in_triage(*given, now=utc_now())
    waiting = make_submitted(*given[:3], now=utc_now())
    assert "Se puede devolver hasta el" in caseworker.get(f"/applications/{waiting.id}/triage").main
    page = caseworker.get(f"/applications/{fresh.id}/triage")
    assert "Se puede devolver hasta el" in page.main
    assert page.tree.xpath("//form[contains(@action, '/return')]")
    closed = caseworker.get(f"/applications/{late.id}/triage")
    assert "La solicitud se podía devolver hasta el 31 de marzo de 2026." in closed.main
    assert not closed.tree.xpath("//form[contains(@action, '/return')]")


def test_forms_close_after_the_last_day_on_which_anything_is_taken_and_the_pages_say_why(
    session: Session, company: Company, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, owner = actor_for(session, staff), company.actors[0]
    returned = make_in_triage(session, company.organisation, owner, worker, now=utc_now())
    asked, lead = make_under_review(session, company.organisation, owner, worker)
    with unit_of_work(session):
        services.return_to_company(
            session, worker, returned, reasons={}, general="Más.", now=utc_now()
        )
        services.request_information(
            session, lead, asked, questions=[("¿Dónde?", None)], now=utc_now()
        )
    section = pack().sections[0].key
    forms = {
        here: address(returned, *path)
        for here, path in (("section", ("sections", section)), ("check", ("check",)))
    }
    show, information = f"/applications/{returned.id}", address(asked, "information")
    offers = {show: returned, information: asked}

    def opened() -> list[bool]:
        found = [company.ana.get(place).status_code == 200 for place in forms.values()]
        found.append(bool(company.ana.get(information).tree.xpath("//textarea")))
        found.append(company.ana.get(show).status_code == 200)
        for place, case in offers.items():
            found.append(place in company.ana.get(f"/cases/{case.id}").links.values())
        return found

    assert opened() == [True] * 6
    pages = {name: company.ana.get(place) for name, place in forms.items()}
    passed = utc_now().date() - timedelta(days=2)
    session.execute(update(Application).values(answer_due_on=passed))
    session.execute(update(InformationRequest).values(due_on=passed))
    session.commit()
    assert opened() == [False] * 6
    why = "Se pudo responder hasta el"
    for place in (*forms.values(), information, f"/cases/{returned.id}", f"/cases/{asked.id}"):
        assert company.ana.get(place).main.count(why) == 1, place
    saved = company.ana.submit(pages["section"], {}, button="Guardar y continuar")
    assert (saved.status_code, why in saved.main) == (409, True)
    rules = active.current()
    lenient = replace(rules, clocks=tuple(replace(each, late_days=20) for each in rules.clocks))
    monkeypatch.setattr(active, "pack_of", lambda _: lenient)
    assert opened() == [True] * 6


# --- mails ---------------------------------------------------------------------------------------


def test_every_mail_names_the_case_and_leads_to_a_page_its_reader_may_open(
    app: Flask, session: Session, company: Company, staff: Person, client_for: OpenWindow
) -> None:
    worker, owner = actor_for(session, staff), company.actors[0]
    now = utc_now()
    returned = make_in_triage(session, company.organisation, owner, worker, now=now)
    declined = make_in_triage(
        session,
        company.organisation,
        owner,
        worker,
        now=now,
        prohibited_practices=["social_scoring"],
    )
    redirected = make_in_triage(session, company.organisation, owner, worker, now=now)
    withdrawn = make_submitted(session, company.organisation, owner, now=now)
    lapsing = make_in_triage(session, company.organisation, owner, worker, now=now)
    asked, lead = make_under_review(session, company.organisation, owner, worker)
    with unit_of_work(session):
        for each in (returned, lapsing):
            services.return_to_company(session, worker, each, reasons={}, general="Más.", now=now)
        services.submit(session, owner, returned, now=now)
        services.decline_prohibited(
            session, worker, declined, reason="No se permite.", codes=REFUSED, now=now
        )
        services.redirect_elsewhere(session, worker, redirected, reason="Pregunte.", now=now)
        services.withdraw(session, owner, withdrawn, reason="Sin recursos.", now=now)
        services.request_information(session, lead, asked, questions=[("¿Dónde?", None)], now=now)
        services.answer_information(session, owner, asked, answers={1: "Aquí."}, now=now)
        job = system_actor("lapse", "application:lapse")
        services.lapse_overdue(session, job, now=now + timedelta(days=60))
    templates = {path.stem for path in (PROJECT / "templates/emails/applications").glob("*.txt")}
    posted = session.scalars(select(OutboxMail)).all()
    assert {mail.template for mail in posted} == {f"applications/{name}" for name in templates}
    links = set()
    for mail in posted:
        for language in ("es", "en"):
            with app.app_context():
                read = render_mail(mail, language)
            assert read.subject.startswith(mail.params["reference"] + ":")
            assert mail.params["title"] in read.body
            links |= {(mail.address, link) for link in re.findall(r"https?://\S+", read.body)}
    session.rollback()
    windows = {email: client_for(email) for email, _ in links}
    for email, link in links:
        path = urlsplit(link).path
        assert windows[email].get(path).status_code in {200, 303, 409}, (email, path)
