"""A dossier is asked for on the page of its case, found again there, and taken in by others."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.dossiers import services
from sandbox.kernel.actors import StaffRole, system_actor
from sandbox.kernel.archives import check_archive
from sandbox.kernel.db import Base, unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, ImportedDossier, Person
from sandbox.models.dossiers import ImportState
from sandbox.web.worker import run_worker
from tests.databases import connect
from tests.factories import (
    NOW as NOON,
)
from tests.factories import (
    actor_for,
    make_assigned,
    make_company,
    make_staff,
    make_team,
    start_review,
)
from tests.pages import JudgingClient, words

Window = Callable[[str], JudgingClient]


@pytest.fixture
def people(app: Flask, session: Session) -> dict[str, str]:
    """The addresses of who reads one case under review, and the case's own as `case`."""
    organisation, company = make_company(session)
    caseworker = make_staff(session)
    administrator = make_staff(session, StaffRole.ADMINISTRATOR, "Ada Gil")
    lead = make_team(session, "INAI")
    worker = actor_for(session, caseworker)
    application = make_assigned(session, organisation, company, worker, lead=lead)
    start_review(session, application, lead)
    found = {
        "company": session.get_one(Person, company.person_id).email,
        "officer": session.get_one(Person, lead.officer.person_id).email,
        "caseworker": caseworker.email,
        "administrator": administrator.email,
        "case": f"/cases/{application.id}",
    }
    session.rollback()
    return found


def ask(client: JudgingClient, app: Flask, case: str) -> bytes:
    """Ask for a dossier from the page of the case, wait for the worker, and download it."""
    page = client.get(case)
    link = next(href for text, href in page.links.items() if text.startswith("Expediente del caso"))
    waiting = client.submit(link)
    assert "En espera" in waiting.words
    assert "Ver de nuevo cuánto falta" in waiting.links
    run_worker(app, once=True)
    ready = client.get(link)
    assert "Listo" in ready.words
    file = next(href for text, href in ready.links.items() if text.startswith("Descargar"))
    answer = client.get(file)
    content = answer.get_data()
    assert answer.mimetype == "application/zip"
    assert answer.content_length == len(content)
    assert "expediente.zip" in answer.headers["Content-Disposition"]
    root = check_archive(io.BytesIO(content)).index.root
    assert root in ready.words
    return content


def take_in(client: JudgingClient, app: Flask, content: bytes) -> Any:
    sent = client.submit(
        "/imported-dossiers/upload", {"archive": (io.BytesIO(content), "ajeno.zip")}
    )
    assert "se está comprobando" in sent.words
    run_worker(app, once=True)
    return client.get("/imported-dossiers")


@pytest.mark.parametrize("reader", ["company", "officer", "caseworker"])
def test_dossier_is_asked_for_and_downloaded(
    app: Flask, client_for: Window, people: dict[str, str], reader: str
) -> None:
    client = client_for(people[reader])
    content = ask(client, app, people["case"])
    index = check_archive(io.BytesIO(content)).index
    names = {"company": "company", "officer": "authority", "caseworker": "secretariat"}
    assert index.reader == names[reader]


def test_dossier_of_one_is_given_to_no_colleague(
    app: Flask, client_for: Window, people: dict[str, str], session: Session
) -> None:
    client = client_for(people["caseworker"])
    ask(client, app, people["case"])
    page = client.get(f"{people['case']}/dossier")
    file = next(href for text, href in page.links.items() if text.startswith("Descargar"))
    other = make_staff(session, name="Otra Persona")
    colleague = client_for(other.email)
    assert colleague.get(file).status_code == 404
    assert "Lo que usted pidió" not in colleague.get(f"{people['case']}/dossier").words


def test_dossier_is_taken_in_read_and_refused_a_second_time(
    app: Flask, client_for: Window, people: dict[str, str]
) -> None:
    client = client_for(people["caseworker"])
    content = ask(client, app, people["case"])
    listed = take_in(client, app, content)
    assert "Comprobado y conservado" in listed.words
    reference = check_archive(io.BytesIO(content)).index.case["reference"]
    page = client.get(listed.links[reference])
    assert "caso de otra instalación" in page.words
    texts = [href for text, href in page.links.items() if text == "Leer case.json"]
    shown = client.get(texts[0])
    assert json.loads(shown.tree.xpath("//pre")[0].text)["reference"] == reference
    downloads = {text: href for text, href in page.links.items() if text.startswith("Descargar ")}
    answer = client.get(downloads["Descargar case.json"])
    assert json.loads(answer.get_data())["reference"] == reference
    whole = client.get(page.links["Descargar el expediente"])
    assert whole.get_data() == content
    again = take_in(client, app, content)
    assert "Este mismo expediente ya está aquí." in again.words


def test_altered_dossier_is_refused_on_the_list_with_its_entry(
    app: Flask, client_for: Window, people: dict[str, str]
) -> None:
    content = ask(client_for(people["caseworker"]), app, people["case"])
    cut = content.replace(b'"role": "lead"', b'"role": "leed"')
    administrator = client_for(people["administrator"])
    for wrong, said in (
        (cut, "authorities.json: Su contenido no es el que se exportó."),
        (b"PK", "El archivo no es el expediente de un caso."),
    ):
        assert said in take_in(administrator, app, wrong).words


def test_administrator_takes_dossiers_in_and_reads_none(
    app: Flask, client_for: Window, people: dict[str, str], session: Session
) -> None:
    content = ask(client_for(people["caseworker"]), app, people["case"])
    client = client_for(people["administrator"])
    listed = take_in(client, app, content)
    assert "Comprobado y conservado" in listed.words
    dossier = session.scalars(select(ImportedDossier.id)).one()
    session.rollback()
    assert client.get(f"/imported-dossiers/{dossier}").status_code == 403
    assert not [href for href in listed.links.values() if str(dossier) in href]


def test_imported_dossiers_are_sought_by_what_they_are_about(
    app: Flask, client_for: Window, people: dict[str, str]
) -> None:
    client = client_for(people["caseworker"])
    take_in(client, app, ask(client, app, people["case"]))
    assert "Comprobado y conservado" in client.get("/imported-dossiers?q=RIO%20claro").words
    for text in ("Mar Adentro", "%25", "_"):
        found = client.get(f"/imported-dossiers?q={text}").words
        assert "No hay aquí ningún expediente" in found


def test_upload_without_a_file_says_so(client_for: Window, people: dict[str, str]) -> None:
    answer = client_for(people["caseworker"]).submit("/imported-dossiers/upload")
    assert answer.status_code == 422
    assert answer.error_summary == ["Elija el archivo del expediente."]


def test_page_in_the_dossier_tells_it_in_words_without_the_platform(
    app: Flask, client_for: Window, people: dict[str, str]
) -> None:
    from zipfile import ZipFile

    from lxml import html

    content = ask(client_for(people["company"]), app, people["case"])
    with ZipFile(io.BytesIO(content)) as opened:
        tree = html.document_fromstring(opened.read("index.html").decode())
        names = set(opened.namelist())
    assert tree.get("lang") == "es-MX"
    assert words(tree.xpath("//h1")[0]).startswith("Expediente del caso")
    links = {each.get("href") for each in tree.xpath("//a")}
    assert {href for href in links if not href.startswith("#")} <= names
    assert {href[1:] for href in links if href.startswith("#")} <= set(tree.xpath("//@id"))
    assert tree.xpath("//script | //link | //style | //img | //@style") == []
    assert "Ejemplo" in words(tree)


# --- by command, in another installation ----------------------------------------------------------


def run(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["dossier", *args])
    return result.exit_code, result.output


def test_commands_check_and_import_a_dossier(
    app: Flask, client_for: Window, people: dict[str, str], tmp_path: Path, session: Session
) -> None:
    content = ask(client_for(people["caseworker"]), app, people["case"])
    sound, altered = tmp_path / "sound.zip", tmp_path / "altered.zip"
    sound.write_bytes(content)
    altered.write_bytes(content.replace(b'"role": "lead"', b'"role": "leed"'))
    root = check_archive(io.BytesIO(content)).index.root
    code, output = run(app, "check", str(sound))
    assert code == 0
    assert "whole and unaltered" in output
    assert root in output
    code, output = run(app, "check", str(sound), "--json")
    assert (code, json.loads(output)["root"], json.loads(output)["sound"]) == (0, root, True)
    code, output = run(app, "check", str(altered), "--json")
    expected = {"sound": False, "fault": "altered", "entry": "authorities.json"}
    assert (code, json.loads(output)) == (1, expected)
    for command in ("check", "import"):
        code, output = run(app, command, str(altered), "--language", "es")
        assert (code, output) == (1, "authorities.json: Su contenido no es el que se exportó.\n")
    code, output = run(app, "import", str(sound))
    assert (code, root in output) == (0, True)
    code, output = run(app, "import", str(sound))
    assert (code, output) == (1, "The very same dossier is here already.\n")
    states = session.scalars(select(ImportedDossier.state)).all()
    assert sorted(states) == [ImportState.KEPT.value, ImportState.REFUSED.value]
    session.rollback()


def test_dossier_of_one_installation_is_taken_in_by_another(
    app: Flask, client_for: Window, people: dict[str, str], tmp_path: Path
) -> None:
    content = ask(client_for(people["caseworker"]), app, people["case"])
    store = FileStore.from_url(f"file://{tmp_path / 'files'}")
    engine = connect(f"sqlite:///{tmp_path / 'other.db'}")
    Base.metadata.create_all(engine)
    actor = system_actor("tests", P.DOSSIER_IMPORT.value)
    with Session(engine) as other:
        stored = store.put_stream(io.BytesIO(content), "application/zip")
        with store.opened(stored.sha256) as archive:
            index = check_archive(archive).index
        with unit_of_work(other):
            kept = services.import_dossier(
                other, actor, filename="a.zip", stored=stored, index=index, now=NOON
            )
        assert kept.state == ImportState.KEPT.value
        assert store.open(kept.sha256) == content
        assert other.scalar(select(func.count()).select_from(Application)) == 0
    engine.dispose()
