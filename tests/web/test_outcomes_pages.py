"""Outcome reports and the public register, from the draft to the permanent address."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.home import tasks
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.pdf import render_pdf
from sandbox.models import (
    Application,
    Decision,
    Organisation,
    OutcomeReport,
    Person,
    StaffGrant,
    Trial,
)
from sandbox.outcomes import documents, queries, services, views
from sandbox.outcomes.facts import compute_facts
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.register.exports import safe_cell
from sandbox.trials import services as trials
from tests.factories import actor_for, make_admitted, make_staff, pack
from tests.pages import JudgingClient
from tests.racing import race
from tests.trial_factories import OPENER, Cast, make_completed_trial, make_trial

OpenWindow = Callable[[str], JudgingClient]
Open = Callable[[Actor], JudgingClient]
MINIMAL = pack().tiers[0].key
SECTIONS = {spec.key: f"Texto de {spec.key}." for spec in pack().report_sections}


@pytest.fixture
def cast(session: Session, app: Flask) -> Cast:
    found = make_completed_trial(session, app.extensions["file_store"], tier=MINIMAL)
    found.now += timedelta(days=1)
    return found


@pytest.fixture
def publisher(session: Session) -> Actor:
    return actor_for(session, make_staff(session, StaffRole.PUBLISHER))


@pytest.fixture
def window(session: Session, client_for: OpenWindow) -> Open:
    def open_for(actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    return open_for


def drafted(session: Session, cast: Cast) -> OutcomeReport:
    with unit_of_work(session):
        report = services.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
    with unit_of_work(session):
        services.save_report(
            session,
            cast.caseworker,
            report,
            title="Lo que enseñó la prueba",
            sections=SECTIONS,
            lessons={pack().principles[0].code: "Una lección."},
            recommendations={pack().stakeholders[0].code: "Una recomendación."},
            expected_version=report.version,
            now=cast.now,
        )
    return report


def sent(session: Session, cast: Cast) -> OutcomeReport:
    report = drafted(session, cast)
    with unit_of_work(session):
        services.send_for_publication(session, cast.caseworker, report, now=cast.now)
    return report


def published(session: Session, cast: Cast, publisher: Actor) -> OutcomeReport:
    report = sent(session, cast)
    with unit_of_work(session):
        services.publish(session, publisher, report, now=cast.now)
    session.rollback()
    return report


# --- deeds ---------------------------------------------------------------------------------------


def test_a_running_trial_has_no_report(session: Session, app: Flask) -> None:
    cast = make_trial(session, app.extensions["file_store"], tier=MINIMAL)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.draft_report(session, cast.caseworker, cast.trial, language="es", now=cast.now)
    assert refused.value.reason is Why.STILL_RUNNING


def test_beginning_twice_leads_to_the_same_draft(session: Session, cast: Cast) -> None:
    first = drafted(session, cast)
    with unit_of_work(session):
        again = services.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
    assert again.id == first.id


def test_two_who_begin_at_once_get_the_same_draft(
    session: Session, engine: Engine, cast: Cast
) -> None:
    trial_id, case_id, caseworker = cast.trial.id, cast.trial.application_id, cast.caseworker
    session.rollback()

    def draft(own: Session) -> None:
        trial = own.get_one(Trial, trial_id)
        with unit_of_work(own):
            services.draft_report(own, caseworker, trial, language="es", now=cast.now)

    assert race(engine, case_id, draft, draft) == ["done", "done"]
    assert len(session.scalars(select(OutcomeReport)).all()) == 1


def test_an_unfinished_report_is_not_sent(session: Session, cast: Cast) -> None:
    with unit_of_work(session):
        report = services.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.send_for_publication(session, cast.caseworker, report, now=cast.now)
    assert refused.value.reason is Why.REPORT_INCOMPLETE


def test_an_unfinished_report_comes_back_with_a_link_to_each_empty_part(
    session: Session, cast: Cast, window: Open
) -> None:
    report = drafted(session, cast)
    empty = [spec.key for spec in pack().report_sections if spec.required][:2]
    with unit_of_work(session):
        report.sections = {key: text for key, text in SECTIONS.items() if key not in empty}
        record(session, cast.caseworker, Deed.OUTCOME_SAVED, report, now=cast.now)
    address = f"/outcomes/{report.id}"
    session.rollback()
    drafter = window(cast.caseworker)
    refused = drafter.submit(address, form="/send")
    assert refused.status_code == 422
    assert refused.error_links == [f"#section-{key}" for key in empty]
    for key, text in SECTIONS.items():
        shown = refused.tree.xpath(f"//textarea[@name='section-{key}']")[0].text or ""
        assert shown.strip() == ("" if key in empty else text)
    assert session.get_one(OutcomeReport, report.id).status == "draft"
    session.rollback()
    saved = drafter.submit(refused, {f"section-{key}": "Ya." for key in empty})
    assert drafter.submit(saved, form="/send").status_code == 200
    assert session.get_one(OutcomeReport, report.id).status == "awaiting_publication"


def test_nobody_publishes_their_own_draft(session: Session, cast: Cast) -> None:
    person = session.get_one(Person, cast.caseworker.person_id)
    with unit_of_work(session):
        session.add(
            StaffGrant(person_id=person.id, role=StaffRole.PUBLISHER.value, granted_at=cast.now)
        )
        record(session, cast.caseworker, Deed.ROLE_GRANTED, person, now=cast.now)
    both = actor_for(session, person)
    report = sent(session, cast)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.publish(session, both, report, now=cast.now)
    assert refused.value.reason is Why.FOUR_EYES
    assert report.status == ReportStatus.AWAITING_PUBLICATION


def test_a_published_report_cannot_be_changed(
    session: Session, cast: Cast, publisher: Actor
) -> None:
    report = published(session, cast, publisher)
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.save_report(
            session,
            cast.caseworker,
            report,
            title="Otro título",
            sections={},
            lessons={},
            recommendations={},
            expected_version=report.version,
            now=cast.now,
        )
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.publish(session, publisher, report, now=cast.now)


def test_the_second_to_save_a_report_overwrites_nothing(session: Session, cast: Cast) -> None:
    report = drafted(session, cast)
    with pytest.raises(Stale), unit_of_work(session):
        services.save_report(
            session,
            cast.caseworker,
            report,
            title="Otro título",
            sections={},
            lessons={},
            recommendations={},
            expected_version=report.version - 1,
            now=cast.now,
        )
    assert report.title == "Lo que enseñó la prueba"


def test_facts_fill_themselves_in(session: Session, cast: Cast, publisher: Actor) -> None:
    facts = published(session, cast, publisher).facts
    assert facts is not None
    stages = [stage.key for stage in pack().tier(MINIMAL).stages]
    assert [stage["key"] for stage in facts["stages"]] == stages
    assert all(stage["days"] is not None for stage in facts["stages"])
    assert {entry["code"] for entry in facts["authorities"]} == {"INAI", "IFT"}
    assert facts["participants"] == 12
    assert all(metric["level"] == "within" for metric in facts["metrics"])


# --- pages ---------------------------------------------------------------------------------------


def test_a_report_is_drafted_sent_and_published_through_pages(
    session: Session, cast: Cast, publisher: Actor, window: Open
) -> None:
    drafter, reader = window(cast.caseworker), window(publisher)
    assert cast.trial.reference in drafter.get("/my-tasks").main
    edit = drafter.submit(f"/outcomes/begin/{cast.trial.id}")
    typed = {f"section-{key}": text for key, text in SECTIONS.items()}
    shown = drafter.submit(edit, typed)
    drafter.submit(shown, form="/send")
    session.rollback()
    report = session.scalars(select(OutcomeReport)).one()
    assert cast.trial.reference in reader.get("/my-tasks").main
    page = reader.submit(f"/outcomes/{report.id}", form="/publish")
    assert page.request.path == f"/reports/{report.slug}"
    for text in SECTIONS.values():
        assert text in page.main


def another_ended(session: Session, cast: Cast) -> Trial:
    """Open another trial of the same company and let it have ended at once."""
    organisation = session.get_one(Organisation, cast.trial.organisation_id)
    application = make_admitted(
        session, organisation, cast.company, cast.caseworker, lead=cast.lead, now=cast.now
    )
    with unit_of_work(session):
        trial = trials.open_trial(session, OPENER, application, now=cast.now)
    with unit_of_work(session):
        trial.status = "completed"
        trial.ended_at = cast.now
        trial.exit_kind = cast.trial.exit_kind
        record(session, OPENER, Deed.TRIAL_COMPLETED, trial, now=cast.now)
    return trial


def test_of_each_kind_of_report_the_oldest_are_tasks_and_the_rest_is_in_the_list(
    session: Session,
    cast: Cast,
    publisher: Actor,
    window: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (queries, tasks):
        monkeypatch.setattr(module, "MOST_OF_A_KIND", 1)
    ended = [cast.trial, *(another_ended(session, cast) for _ in range(5))]
    for number, trial in enumerate(ended[:4]):
        with unit_of_work(session):
            report = services.draft_report(
                session, cast.caseworker, trial, language="es", now=cast.now
            )
        if number < 2:
            with unit_of_work(session):
                report.status = ReportStatus.AWAITING_PUBLICATION.value
                record(
                    session,
                    cast.caseworker,
                    Deed.OUTCOME_SENT_FOR_PUBLICATION,
                    report,
                    now=cast.now,
                )
    for actor, kinds in (
        (cast.caseworker, ["outcomes.draft", "outcomes.finish"]),
        (publisher, ["outcomes.publish"]),
    ):
        waiting = tasks.list_tasks(session, actor, cast.now)
        assert sorted(task.kind for task in waiting.tasks) == kinds
        assert [cut.kind for cut in waiting.cuts] == kinds
        page = window(actor).get("/my-tasks")
        assert page.main.count("Ver la lista de informes") == len(kinds)
        assert "/outcomes" in page.links.values()


def test_the_term_for_the_report_stands_in_tasks_lists_and_on_its_page(
    session: Session, cast: Cast, publisher: Actor, window: Open
) -> None:
    ended_at = cast.trial.ended_at
    assert ended_at is not None
    due_on = ended_at.date() + timedelta(days=60)
    session.rollback()

    def due(actor: Actor) -> list[tuple[str, object]]:
        found = tasks.list_tasks(session, actor, cast.now).tasks
        session.rollback()
        return [(task.kind, task.due_on) for task in found]

    assert due(cast.caseworker) == [("outcomes.draft", due_on)]
    assert "Informe a más tardar el" in window(cast.caseworker).get("/outcomes").main
    report = sent(session, cast)
    session.rollback()
    assert due(publisher) == [("outcomes.publish", due_on)]
    assert "Informe a más tardar el" in window(publisher).get(f"/outcomes/{report.id}").main


def test_ended_tests_without_a_report_are_counted_where_not_all_are_shown(
    session: Session, cast: Cast, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    drafter, words = window(cast.caseworker), "Se muestran las que terminaron primero"
    assert words not in drafter.get("/outcomes").main
    later = another_ended(session, cast)
    page = drafter.get("/outcomes")
    assert words in page.main
    assert cast.trial.reference in page.main
    assert later.reference not in page.main


def test_a_returned_report_says_why(
    session: Session, cast: Cast, publisher: Actor, window: Open
) -> None:
    report = sent(session, cast)
    session.rollback()
    reader = window(publisher)
    place = f"/outcomes/{report.id}"
    assert reader.submit(place, {"reason": ""}, form="/return").status_code == 422
    reader.submit(place, {"reason": "Falta un dato."}, form="/return")
    assert "Falta un dato." in window(cast.caseworker).get(place).main


def test_the_second_to_save_sees_both_texts(session: Session, cast: Cast, window: Open) -> None:
    report = drafted(session, cast)
    session.rollback()
    first, second = window(cast.caseworker), window(cast.caseworker)
    place = f"/outcomes/{report.id}/edit"
    late = second.get(place)
    first.submit(place, {"title": "Título de la primera"})
    page = second.submit(late, {"title": "Título de la segunda"})
    assert page.status_code == 409
    assert "Título de la primera" in page.main
    assert "Título de la segunda" in page.main


def test_a_draft_is_public_nowhere(session: Session, cast: Cast, client: JudgingClient) -> None:
    report = sent(session, cast)
    session.rollback()
    for ending in ("", ".json", ".pdf"):
        assert client.get(f"/reports/{report.slug}{ending}").status_code == 404
    assert "Lo que enseñó la prueba" not in client.get("/reports").main


def test_the_public_address_serves_page_pdf_and_json(
    session: Session,
    cast: Cast,
    publisher: Actor,
    client: JudgingClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_in_type: list[Any] = []

    def note(template: str, data: Any, **options: Any) -> bytes:
        set_in_type.append((template, data, options["language"]))
        return render_pdf(template, data, **options)

    monkeypatch.setattr(documents, "render_pdf", note)
    report = published(session, cast, publisher)
    page = client.get(f"/reports/{report.slug}")
    assert "Una lección." in page.main
    assert "Una recomendación." in page.main
    document = client.get(f"/reports/{report.slug}.pdf")
    assert document.data.startswith(b"%PDF")
    data = json.loads(client.get(f"/reports/{report.slug}.json").data)
    covered = {
        key: data[key]
        for key in (
            "slug",
            "edition",
            "title",
            "language",
            "facts",
            "sections",
            "lessons",
            "recommendations",
        )
    }
    # Anybody can recompute the fingerprint from the data alone.
    assert hashlib.sha256(rfc8785.dumps(covered)).hexdigest() == data["content_hash"]
    assert data["content_hash"] in page.main
    # The document says the same as the page and the data.
    ((template, printed, language),) = set_in_type
    assert (template, language) == ("outcome", "es")
    for key in ("title", "content_hash"):
        assert printed[key] == data[key]
    assert printed["reference"] == data["facts"]["reference"] == cast.trial.reference
    assert printed["version"] == str(data["edition"])
    assert printed["verify_url"].endswith(page.request.path)
    assert [part["text"] for part in printed["sections"]] == list(SECTIONS.values())
    assert [each["text"] for each in printed["lessons"]] == ["Una lección."]
    assert [each["text"] for each in printed["recommendations"]] == ["Una recomendación."]
    assert len(printed["stages"]) == len(data["facts"]["stages"])
    for stage in printed["stages"]:
        assert stage["name"] in page.main
    for fact in printed["facts"]:
        assert " ".join(fact["value"].split()) in page.main


def test_report_that_was_sent_in_another_window_says_so_and_is_found_again(
    session: Session, cast: Cast, window: Open
) -> None:
    here = f"/outcomes/{drafted(session, cast).id}"
    client = window(cast.caseworker)
    page = client.get(here)
    assert client.submit(page, form="send").status_code == 200
    for language, status, deed, back in (
        ("es", "«En espera de publicación»", "devolverlo a quien lo redactó", "Volver al informe"),
        ("en", "“Waiting for publication”", "return it to its drafter", "Back to the report"),
    ):
        client.get(f"/language/{language}")
        again = client.submit(page, form="send")
        assert again.status_code == 409
        assert status in again.main
        assert deed in again.main
        assert again.links[back] == here


def test_an_unchanged_report_is_not_sent_twice(
    session: Session, cast: Cast, publisher: Actor, client: JudgingClient
) -> None:
    report = published(session, cast, publisher)
    for ending in ("", ".json", ".pdf"):
        first = client.get(f"/reports/{report.slug}{ending}")
        tag = first.headers["ETag"]
        again = client.get(f"/reports/{report.slug}{ending}", headers={"If-None-Match": tag})
        assert again.status_code == 304


@pytest.mark.parametrize("is_public", [True, False])
def test_conditions_are_public_only_where_the_pack_says_so(
    session: Session,
    cast: Cast,
    client: JudgingClient,
    monkeypatch: pytest.MonkeyPatch,
    is_public: bool,
) -> None:
    rules = replace(pack(), conditions_are_public=is_public)
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    condition = "Avisar antes de ampliar."
    session.execute(update(Decision).values(conditions=[condition]))
    session.commit()

    facts = compute_facts(session, cast.trial, rules)
    reference = cast.trial.reference
    session.rollback()
    assert (condition in client.get(f"/register/{reference}").main) is is_public
    assert facts["decision"]["conditions"] == ([condition] if is_public else [])


def test_titles_and_the_pdf_say_in_which_language_they_are_written(
    session: Session, cast: Cast, publisher: Actor, client: JudgingClient
) -> None:
    reference, report = cast.trial.reference, published(session, cast, publisher)
    slug, title = report.slug, cast.trial.title
    addresses = {
        "/": f"//main//a[@href='/register/{reference}']",
        "/register": f"//main//a[@href='/register/{reference}']",
        f"/register/{reference}": "//h1",
        "/reports": f"//*[@lang][a[@href='/reports/{slug}']]",
        f"/reports/{slug}": "//h1",
    }
    # The application was written in Spanish, and so was the report.
    for language in ("es", "en"):
        client.get(f"/language/{language}")
        for place, where in addresses.items():
            found = client.get(place).tree.xpath(where)
            assert [each.get("lang") for each in found] == ["es"], (place, language)
    register = client.get("/register").tree
    hidden = register.xpath(f"//a[@href='/reports/{slug}']/span")
    assert [(each.get("lang"), each.text_content().strip()) for each in hidden] == [("es", title)]
    for written, language, text in (
        ("es", "es", "Descargar en PDF"),
        ("es", "en", "Download as PDF (written in Spanish)"),
        ("en", "en", "Download as PDF"),
        ("en", "es", "Descargar en PDF (escrito en inglés)"),
    ):
        for table in (OutcomeReport, Application):
            session.execute(update(table).values(language=written))
        session.commit()
        client.get(f"/language/{language}")
        links = client.get(f"/reports/{slug}").links
        assert [name for name in links if "PDF" in name] == [text]
        heading = client.get(f"/register/{reference}").tree.xpath("//h1/@lang")
        assert heading == [written]


def test_the_register_shows_the_trial_and_its_report(
    session: Session, cast: Cast, publisher: Actor, client: JudgingClient
) -> None:
    report = published(session, cast, publisher)
    reference = cast.trial.reference
    session.rollback()
    assert reference in client.get("/register").main
    assert f"/reports/{report.slug}" in client.get(f"/register/{reference}").links.values()
    rows = json.loads(client.get("/register.json").data)["trials"]
    assert [row["reference"] for row in rows] == [reference]
    assert reference in client.get("/register.csv").get_data(as_text=True)
    assert client.get("/register", query_string={"status": "suspended"}).main.count(reference) == 0


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_whoever_rewrote_a_draft_cannot_publish_it(session: Session, cast: Cast) -> None:
    person = make_staff(session, StaffRole.CASEWORKER, "Segunda Persona")
    with unit_of_work(session):
        session.add(
            StaffGrant(person_id=person.id, role=StaffRole.PUBLISHER.value, granted_at=cast.now)
        )
        record(session, cast.caseworker, Deed.ROLE_GRANTED, person, now=cast.now)
    second = actor_for(session, person)
    report = drafted(session, cast)
    with unit_of_work(session):
        services.save_report(
            session,
            second,
            report,
            title="Otra cosa",
            sections=SECTIONS,
            lessons={},
            recommendations={},
            expected_version=report.version,
            now=cast.now,
        )
    with unit_of_work(session):
        services.send_for_publication(session, cast.caseworker, report, now=cast.now)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.publish(session, second, report, now=cast.now)
    assert refused.value.reason is Why.FOUR_EYES


def test_only_what_was_read_is_published(
    session: Session, cast: Cast, publisher: Actor, window: Open
) -> None:
    report = sent(session, cast)
    session.rollback()
    reader = window(publisher)
    stale = reader.get(f"/outcomes/{report.id}")
    with unit_of_work(session):
        services.return_to_drafter(session, publisher, report, reason="Falta.", now=cast.now)
    with unit_of_work(session):
        services.send_for_publication(session, cast.caseworker, report, now=cast.now)
    session.rollback()
    page = reader.submit(stale, form="/publish")
    assert page.status_code == 409
    session.rollback()
    assert report.status == ReportStatus.AWAITING_PUBLICATION


@pytest.mark.parametrize(
    "path", ["/register?tier=%00", "/register/%00", "/reports/%00", "/round-tables/%00"]
)
def test_an_address_with_a_nul_is_refused(client: JudgingClient, path: str) -> None:
    assert client.get(path).status_code == 400
