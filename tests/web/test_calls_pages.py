"""What everybody reads of the calls, and what a company and the lead meet at their doors."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.formats import day
from sandbox.models import Application, Person
from sandbox.packs import active
from sandbox.web.refusals import explain
from tests.factories import (
    actor_for,
    make_assigned,
    make_company,
    make_draft,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.packs.copies import add_calls, copy_of_mx, install_over, take_outside_calls
from tests.pages import JudgingClient

TODAY = local_day(utc_now(), "America/Mexico_City")
OpenWindow = Callable[[str], JudgingClient]
Install = Callable[..., None]


def lines(key: str, first: int, last: int | None = None, places: int | None = None) -> str:
    """Say a call by how many days from today it begins and ends."""
    said = [f'key = "{key}"', f"first_day = {TODAY + timedelta(days=first)}"]
    said += [] if last is None else [f"last_day = {TODAY + timedelta(days=last)}"]
    said += [] if places is None else [f"places = {places}"]
    return "\n".join(said)


def told(app: Flask, days: int) -> str:
    with app.test_request_context(), force_locale("es"):
        return day(TODAY + timedelta(days=days))


@pytest.fixture
def install(app: Flask, session: Session, tmp_path: Path) -> Iterator[Install]:
    def put(*calls: str, outside: bool = False) -> None:
        folder = tmp_path / f"packs{len(list(tmp_path.iterdir()))}"
        place = copy_of_mx(folder)
        add_calls(place, *calls)
        if outside:
            take_outside_calls(place)
        install_over(session, folder)

    yield put
    active.install(PACKS, "mx")


# --- everybody -----------------------------------------------------------------------------------


def test_start_page_and_check_say_which_call_is_open(
    app: Flask, client: JudgingClient, install: Install
) -> None:
    assert "onvocatoria" not in client.get("/").main
    install(lines("ahora", -5, 9, 1), lines("luego", 20))
    for page in ("/", "/eligibility"):
        main = client.get(page).main
        assert f"«Convocatoria ahora» está abierta hasta el {told(app, 9)}." in main
        assert "Tiene 1 lugar." in main
        assert "luego" not in main


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ((lines("ahora", -5),), "«Convocatoria ahora» está abierta."),
        ((lines("antes", -9, -1), lines("luego", 3)), "«Convocatoria luego» abre el {day}."),
        ((lines("antes", -9, -1),), "Ahora no hay ninguna convocatoria abierta ni anunciada."),
    ],
)
def test_start_page_says_when_the_next_call_opens(
    app: Flask, client: JudgingClient, install: Install, calls: tuple[str, ...], words: str
) -> None:
    install(*calls)
    main = client.get("/").main
    assert words.format(day=told(app, 3)) in main
    assert ("puede escribirse en cualquier momento" in main) is ("está abierta" not in words)


# --- companies -----------------------------------------------------------------------------------


def test_finished_draft_waits_for_the_call_and_nothing_is_lost(
    app: Flask, session: Session, client_for: OpenWindow, install: Install
) -> None:
    person = make_person(session, "Ana López")
    organisation = make_organisation(session, person)
    draft = make_draft(session, organisation, actor_for(session, person))
    client = client_for(person.email)
    here = f"/applications/{draft.id}"
    ready = client.get(f"{here}/check")
    install(lines("luego", 3))
    waits = client.get(f"{here}/check")
    assert f"«Convocatoria luego» abre el {told(app, 3)}." in waits.main
    assert not waits.tree.xpath("//main//form")
    # Whoever opened the page before the call closed is told the same, and may go on writing.
    refused = client.submit(ready, form="submit")
    assert refused.status_code == 409
    assert f"La siguiente abre el {told(app, 3)}." in refused.main
    assert client.get(here).status_code == 200
    install(lines("ahora", 0))
    sent = client.submit(client.get(f"{here}/check"), form="submit")
    assert sent.status_code == 200
    case = client.get(f"/cases/{draft.id}")
    assert "Convocatoria ahora" in case.tree.text_content()


def test_company_chooses_the_call_or_sends_outside_and_the_pages_say_which(
    app: Flask, session: Session, client_for: OpenWindow, install: Install
) -> None:
    person = make_person(session, "Ana López")
    organisation = make_organisation(session, person)
    drafts = [make_draft(session, organisation, actor_for(session, person)) for _ in range(3)]
    inside, outside, between = (draft.id for draft in drafts)
    install(lines("ahora", -5, 9, 1), outside=True)
    client = client_for(person.email)
    assert "o, en cualquier momento, fuera de las convocatorias" in client.get("/").main
    page = client.get(f"/applications/{inside}/check")
    [kind] = page.tree.xpath("//main//fieldset[.//input[@name='way']]")
    assert [" ".join(each.text_content().split()) for each in kind.xpath(".//label")] == [
        "En la convocatoria «Convocatoria ahora»",
        "Fuera de las convocatorias: no se cuentan lugares",
    ]
    # Neither way is taken for granted.
    unsaid = client.submit(page, form="submit")
    assert unsaid.status_code == 422
    assert unsaid.tree.xpath("//a[@href='#way']")
    client.submit(page, {"way": "ahora"}, form="submit")
    client.submit(client.get(f"/applications/{outside}/check"), {"way": "-"}, form="submit")
    said = [client.get(f"/cases/{each}").tree.text_content() for each in (inside, outside)]
    assert ["Convocatoria: Convocatoria ahora" in each for each in said] == [True, False]
    assert ["ninguna, se envió fuera de las convocatorias" in each for each in said] == [
        False,
        True,
    ]
    # Where no call is open there is nothing to choose.
    install(lines("ahora", -9, -1), lines("luego", 3), outside=True)
    page = client.get(f"/applications/{between}/check")
    assert "Una solicitud puede enviarse ahora, fuera de las convocatorias" in page.main
    assert not page.tree.xpath("//input[@type='radio']")
    assert client.submit(page, form="submit").status_code == 200
    session.rollback()
    assert [
        session.get_one(Application, draft).call_key for draft in (inside, outside, between)
    ] == [
        "ahora",
        "-",
        "-",
    ]


# --- those who judge -----------------------------------------------------------------------------


def test_list_is_narrowed_to_a_call(
    app: Flask, session: Session, client_for: OpenWindow, install: Install
) -> None:
    organisation, company = make_company(session)
    staff = make_staff(session)
    make_submitted(session, organisation, company)
    install(lines("ahora", -999))
    called = make_submitted(session, organisation, company).reference
    client = client_for(staff.email)
    everything = client.get("/applications")
    assert len(everything.tree.xpath("//main//tbody/tr")) == 2
    narrowed = client.get("/applications?call=ahora")
    [row] = narrowed.tree.xpath("//main//tbody/tr")
    assert called in row.text_content()
    [chosen] = narrowed.tree.xpath("//select[@name='call']/option[@selected]/@value")
    assert chosen == "ahora"
    assert len(client.get("/applications?call=nada").tree.xpath("//main//tbody/tr")) == 2
    # Where calls are the only way, nothing is asked for by having been sent in none.
    assert len(client.get("/applications?call=-").tree.xpath("//main//tbody/tr")) == 2
    empty = client.get("/applications?call=ahora&status=decided")
    assert "Ninguna solicitud así" in empty.main


def test_list_is_narrowed_to_what_was_sent_outside_the_calls(
    app: Flask, session: Session, client_for: OpenWindow, install: Install
) -> None:
    organisation, company = make_company(session)
    staff = make_staff(session)
    install(lines("ahora", -999), outside=True)
    make_submitted(session, organisation, company)
    make_draft(session, organisation, company)
    outside = make_submitted(session, organisation, company, outside=True).reference
    narrowed = client_for(staff.email).get("/applications?call=-")
    [row] = narrowed.tree.xpath("//main//tbody/tr")
    assert outside in row.text_content()
    [chosen] = narrowed.tree.xpath("//select[@name='call']/option[@selected]")
    assert chosen.text_content().strip() == "Fuera de las convocatorias"


def test_lead_reads_how_many_places_are_taken_and_is_refused_one_too_many(
    app: Flask, session: Session, client_for: OpenWindow, install: Install
) -> None:
    install(lines("ahora", -999, places=1))
    organisation, company = make_company(session)
    caseworker, team = actor_for(session, make_staff(session)), make_team(session, "IFT")
    addresses = []
    for _ in range(2):
        application = make_assigned(session, organisation, company, caseworker, lead=team)
        start_review(session, application, team)
        mark_criteria(session, application, team)
        take_position(session, application, team)
        addresses.append(f"/cases/{application.id}/decision/issue")
    email = session.get_one(Person, team.officer.person_id).email
    session.rollback()
    lead = client_for(email)
    first, second = (lead.get(each) for each in addresses)
    assert "«Convocatoria ahora»: 0 de 1 lugares ocupados." in first.main
    assert lead.submit(first).status_code == 200
    refused = lead.submit(second)
    assert refused.status_code == 409
    assert "La convocatoria tiene 1 lugar y hay 1 ocupado." in refused.main
    assert "ya no le quedan lugares (1 en total)" in lead.get(addresses[1]).main


def test_refusals_of_calls_are_said_even_without_their_facts(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert explain(NotPossible(Why.CALL_FULL)) == "The call has no place left."
        assert "The call has 3 places, and 3 are taken." in explain(
            NotPossible(Why.CALL_FULL, places=3, taken=3)
        )
        assert explain(NotPossible(Why.CALLS_CLOSED, opens=None)).startswith("No call is open now.")
