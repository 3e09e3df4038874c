"""The pages of the rules: read by everybody who works by them, changed by two."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.kernel.actors import StaffRole
from sandbox.models import Application, PackFile, Person
from sandbox.packs import active
from tests.factories import (
    make_company,
    make_staff,
    make_submitted,
    make_team,
    pack,
)
from tests.packs.copies import copy_of_mx, files_of, replace, ship
from tests.pages import JudgingClient, PageResponse, words

READERS = ("caseworker", "publisher", "administrator", "auditor", "officer")
Window = Callable[[str], JudgingClient]


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def people(app: Flask, session: Session) -> dict[str, str]:
    """The addresses of one of each kind, and of a second administrator."""
    staff = {role.value: make_staff(session, role, role.value) for role in StaffRole}
    staff["second"] = make_staff(session, StaffRole.ADMINISTRATOR, "second")
    found = {name: person.email for name, person in staff.items()}
    team = make_team(session, pack().authorities[0].code)
    found["officer"] = session.get_one(Person, team.officer.person_id).email
    session.rollback()
    return found


def send(client: JudgingClient, content: bytes, name: str = "reglas.zip") -> PageResponse:
    fields = {"note": NOTE, "files": (io.BytesIO(content), name)}
    answer: PageResponse = client.submit("/rules/upload", fields)
    return answer


NOTE = "Las facilidades pesan más."
LONGER = ("coordination.toml", "length = 60 #", "length = 61 #")
CHANGE = ("coordination.toml", "relief_weight = 3", "relief_weight = 4")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_reader_reads_the_rules(
    people: dict[str, str], client_for: Window, reader: str, language: str
) -> None:
    client = client_for(people[reader])
    client.get(f"/language/{language}")
    assert "1.0.0" in client.get("/rules").main
    for page in ("", "/words", "/plan", "/difference"):
        answer = client.get(f"/rules/1.0.0{page}")
        assert answer.status_code == 200
        assert answer.language.startswith(language)
        assert answer.tree.xpath("//main//@lang") == []
    words = client.get("/rules/1.0.0/words").main
    for authority in pack().authorities:
        assert authority.name.in_(language) in words
    drawing = client.get("/rules/1.0.0/plan/high")
    assert (drawing.status_code, drawing.mimetype) == (200, "image/svg+xml")
    assert "style=" not in drawing.get_data(as_text=True)
    assert client.get("/rules/1.0.0/plan/prohibited").status_code == 404
    assert client.get("/rules/9.9.9").status_code == 404


def test_faults_are_shown_with_file_line_key_found_and_allowed(
    people: dict[str, str], client_for: Window
) -> None:
    client = client_for(people["administrator"])
    spoilt = files_of("1.1.0", ("monitoring.toml", "target = 5", "target = true"))
    answer = send(client, zipped(spoilt))
    assert answer.status_code == 422
    place, told, found, allowed = (words(part) for part in answer.tree.xpath("//dl/dt|//dl/dd"))
    line = spoilt["monitoring.toml"].split(b"target = true")[0].count(b"\n") + 1
    assert place == f"monitoring.toml:{line} metrics[0].target"
    assert told.startswith("El valor es de otro tipo.")
    assert found == "Encontrado: true"
    assert allowed == "Permitido: un número de hasta 1000000000000000 con 6 decimales como máximo"
    assert "Al corregirlo puede salir a la luz algo más." in answer.main
    assert NOTE in answer.get_data(as_text=True)
    assert "1.1.0" not in client.get("/rules").main


def test_text_that_changed_in_english_alone_is_told_to_who_reads_spanish(
    people: dict[str, str], client_for: Window
) -> None:
    client = client_for(people["administrator"])
    text = ("authorities.toml", 'en = "Free competition"', 'en = "Fair competition"')
    send(client, zipped(files_of("1.1.0", text)))
    assert (
        "Competencia «Libre competencia»: nombre en inglés pasa de «Free competition» "
        "a «Fair competition»."
    ) in client.get("/rules/1.1.0/difference").main


def test_page_of_the_rules_speaks_the_language_of_its_reader_alone(
    people: dict[str, str], client_for: Window
) -> None:
    client = client_for(people["administrator"])
    weight = ("coordination.toml", "answer_weight = 1", "answer_weight = {}")
    key = ("form-1-organisation.toml", "max_words = 30", "max_wrods = 30")
    syntax = ("risk.toml", 'key = "subliminal"', "key = subliminal")
    cap = ("tier-3-high.toml", "places_cap = 8", "places_cap = 1")
    spoilt = send(client, zipped(files_of("1.1.0", weight, key)))
    unread = send(client, zipped(files_of("1.1.0", syntax)))
    send(client, zipped(files_of("1.1.0", cap)))
    kept = client.get("/rules/1.1.0")
    for page, expected in (
        (spoilt, "(debe ser un número entero de 0 a 1000)"),
        (spoilt, "Encontrado: una tabla vacía"),
        (spoilt, "; ¿quiso decir «max_words»?)"),
        (unread, "(no es TOML: el valor no es válido; ¿le faltan las comillas? (línea "),
        (kept, "(es menor que el de una etapa anterior con personas reales ("),
        (kept, "Cada competencia tiene una autoridad en toda fecha."),
        (kept, "Se pusieron uno tras otro los periodos de las autoridades"),
    ):
        assert expected in page.main
        assert page.tree.xpath("//main//@lang") == []
    client.get("/language/en")
    kept = client.get("/rules/1.1.0")
    assert "(is smaller than that of an earlier live stage (" in kept.main
    assert "Every competence has an authority on every date." in kept.main


def test_version_goes_from_upload_to_force(
    people: dict[str, str], client_for: Window, session: Session
) -> None:
    organisation, company = make_company(session)
    waiting = make_submitted(session, organisation, company)
    reference, title = waiting.reference or "", waiting.title
    session.rollback()
    first, second = client_for(people["administrator"]), client_for(people["second"])
    shown = send(first, zipped(files_of("1.1.0", CHANGE, LONGER)))
    assert (shown.status_code, shown.request.path) == (200, "/rules/1.1.0")
    assert "otra persona que administre" in shown.main
    assert "Ponerla en vigor" not in shown.main
    own = first.get("/rules/1.1.0/activate")
    assert own.status_code == 409

    task = second.get("/my-tasks")
    assert task.links["Examine una nueva versión de las reglas"] == "/rules/1.1.0"
    difference = second.get("/rules/1.1.0/difference").main
    assert "Cambian 2 cosas:" in difference
    page = second.get("/rules/1.1.0/activate")
    # An administrator reads no case: its number and the effect are told, its title is not.
    assert reference in page.main
    assert title not in page.main
    unread = second.submit("/rules/1.1.0/activate", {"is_read": None})
    assert unread.status_code == 422
    done = second.submit("/rules/1.1.0/activate", {"is_read": "y"})
    assert done.request.path == "/rules/1.1.0"
    assert "En vigor" in done.main
    assert "1.1.0" in second.get("/rules").main
    assert second.get("/my-tasks").links.get("Examine una nueva versión de las reglas") is None
    inbox = client_for(people["officer"]).get("/rules").main
    assert "los casos nuevos comienzan con la versión 1.1.0" in inbox.lower()

    # A company that begins now begins under it, without any restart.
    email = session.get_one(Person, company.person_id).email
    session.rollback()
    applicant = client_for(email)
    begun = applicant.submit("/applications/new")
    assert begun.status_code == 200
    pinned = session.scalars(
        select(Application.pack_version).order_by(Application.started_at.desc())
    ).first()
    assert pinned == "1.1.0"
    session.rollback()


def test_caseworker_reads_titles_of_the_cases_that_would_change(
    people: dict[str, str], client_for: Window, session: Session
) -> None:
    organisation, company = make_company(session)
    title = make_submitted(session, organisation, company).title
    session.rollback()
    caseworker = client_for(people["caseworker"])
    send(caseworker, zipped(files_of("1.1.0", LONGER)))
    tried = caseworker.get("/rules/1.1.0/simulation").main
    assert title in tried
    assert "Cambiaría 1." in tried
    assert client_for(people["officer"]).get("/rules/1.1.0/simulation").status_code == 403


def test_discarded_version_is_gone_for_good(people: dict[str, str], client_for: Window) -> None:
    client = client_for(people["administrator"])
    shown = send(client, zipped(files_of("1.1.0", CHANGE)))
    gone = client.submit(shown, form="discard")
    assert "Descartada" in gone.main
    again = send(client, zipped(files_of("1.1.0", CHANGE)))
    assert again.status_code == 409
    assert "dé a la nueva un número propio" in again.main


def test_version_that_came_with_the_platform_is_proposed_to_a_second_person(
    people: dict[str, str], client_for: Window, tmp_path: Path
) -> None:
    first, second = client_for(people["administrator"]), client_for(people["second"])
    send(first, zipped(files_of("1.1.0", LONGER)))
    second.submit("/rules/1.1.0/activate", {"is_read": "y"})
    copy_of_mx(tmp_path)
    try:
        ship(tmp_path, "1.2.0")
        assert "Proponer esta versión" not in client_for(people["auditor"]).get("/rules/1.2.0").main
        page = first.get("/rules/1.2.0")
        assert "no surte efecto por sí sola" in page.main.lower()
        proposed = first.submit(page)
        assert (proposed.status_code, proposed.request.path) == (200, "/rules/1.2.0")
        assert "Proponer esta versión" not in proposed.main
        done = second.submit("/rules/1.2.0/activate", {"is_read": "y"})
        assert done.request.path == "/rules/1.2.0"
        assert "La versión está en vigor" in done.text
    finally:
        active.install(PACKS, "mx")


def test_files_may_be_sent_one_by_one(people: dict[str, str], client_for: Window) -> None:
    client = client_for(people["administrator"])
    page = client.get("/rules/upload")
    token = page.tree.xpath("//input[@name='csrf_token']/@value")[0]
    files = [(io.BytesIO(content), name) for name, content in files_of("1.1.0", CHANGE).items()]
    data = {"csrf_token": token, "note": NOTE, "files": files}
    answer = client.post("/rules/upload", data=data, content_type="multipart/form-data")
    assert answer.headers["Location"] == "/rules/1.1.0"


def test_version_that_cannot_be_read_any_more_is_marked(
    people: dict[str, str], client_for: Window, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, company = make_company(session)
    case = make_submitted(session, organisation, company).id
    session.rollback()
    first, second = client_for(people["administrator"]), client_for(people["second"])
    send(first, zipped(files_of("1.1.0", CHANGE)))
    second.submit("/rules/1.1.0/activate", {"is_read": "y"})
    session.execute(update(PackFile).where(PackFile.name == "pack.toml").values(content="alt = 1"))
    session.execute(update(Application).values(pack_version="1.1.0"))
    session.commit()
    monkeypatch.setattr(active, "_judged", {})

    for page in ("/", "/rules", "/my-tasks", "/operations", "/health"):
        assert first.get(page).status_code == 200, page
    assert "No se puede leer" in first.get("/rules").main
    assert "ya no puede leer" in first.get("/rules/1.1.0").main
    caseworker = client_for(people["caseworker"])
    assert caseworker.get("/applications").status_code == 200
    assert caseworker.get("/my-tasks").status_code == 200
    stopped = caseworker.get(f"/cases/{case}")
    assert stopped.status_code == 409
    assert "mx 1.1.0" in stopped.main
    applicant = client_for(session.get_one(Person, company.person_id).email)
    session.rollback()
    refused = applicant.submit("/applications/new")
    assert refused.status_code == 409


@pytest.mark.parametrize("language", ["es", "en"])
def test_caseworker_moves_a_case_on_the_page_that_shows_what_changes(
    people: dict[str, str], client_for: Window, session: Session, language: str
) -> None:
    organisation, company = make_company(session)
    application = make_submitted(session, organisation, company)
    session.rollback()
    caseworker = client_for(people["caseworker"])
    caseworker.get(f"/language/{language}")
    case = f"/cases/{application.id}"
    session.rollback()
    assert caseworker.get(f"{case}/rules").status_code == 409
    assert f"{case}/rules" not in caseworker.get(case).links.values()
    send(client_for(people["administrator"]), zipped(files_of("1.1.0", LONGER)))
    client_for(people["second"]).submit("/rules/1.1.0/activate", {"is_read": "y"})

    assert f"{case}/rules" in caseworker.get(case).links.values()
    page = caseworker.get(f"{case}/rules")
    assert {"es": "según sus reglas", "en": "under its rules"}[language] in page.main
    assert caseworker.submit(page, {"reason": ""}).status_code == 422
    done = caseworker.submit(page, {"reason": "La empresa lo pidió."})
    assert done.request.path == case
    assert {"es": "versión 1.1.0", "en": "version 1.1.0"}[language] in done.main
    assert "La empresa lo pidió." in done.main
    applicant = client_for(session.get_one(Person, company.person_id).email)
    session.rollback()
    assert "1.1.0" in applicant.get(case).main
    assert "La empresa lo pidió." in applicant.get("/inbox").main


def test_files_that_were_changed_on_disk_are_marked_and_stop_their_cases(
    session: Session, people: dict[str, str], client_for: Window, tmp_path: Path
) -> None:
    organisation, company = make_company(session)
    case = make_submitted(session, organisation, company).id
    session.rollback()
    client, caseworker = client_for(people["administrator"]), client_for(people["caseworker"])
    warned = "Los archivos instalados de la versión 1.0.0 no son aquellos"
    assert warned not in client.get("/rules").main
    place = copy_of_mx(tmp_path)
    replace(place / "coordination.toml", "length = 60 #", "length = 61 #")
    try:
        active.install(tmp_path, "mx")
        assert warned in client.get("/rules").main
        for page in ("/", "/eligibility", "/my-tasks", "/health", "/rules/1.0.0"):
            assert client.get(page).status_code == 200, page
        stopped = caseworker.get(f"/cases/{case}")
        assert (stopped.status_code, "mx 1.0.0" in stopped.main) == (409, True)
        applicant = client_for(session.get_one(Person, company.person_id).email)
        session.rollback()
        assert applicant.submit("/applications/new").status_code == 409
    finally:
        active.install(PACKS, "mx")
    assert caseworker.get(f"/cases/{case}").status_code == 200
