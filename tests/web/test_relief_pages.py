"""A relief on its way through the pages: drafted, granted, read by everybody, ended, refused."""

import csv
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.clock import local_day, utc_now
from sandbox.models import Person, Trial, TrialStage
from tests.factories import actor_for, make_staff, pack
from tests.pages import JudgingClient
from tests.trial_factories import Cast, make_trial

OpenWindow = Callable[[str], JudgingClient]


@pytest.fixture
def cast(session: Session, app: Flask) -> Cast:
    """A trial that is prepared now: pages live today, and no relief begins in the past."""
    made = make_trial(session, app.extensions["file_store"])
    session.execute(update(Trial).values(opened_at=utc_now()))
    session.execute(update(TrialStage).values(entered_at=utc_now()))
    session.commit()
    return made


@pytest.fixture
def window(session: Session, client_for: OpenWindow) -> Callable[[Actor], JudgingClient]:
    def open_for(actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    return open_for


def test_relief_is_drafted_granted_shown_to_everybody_and_ended_on_its_pages(
    session: Session, app: Flask, cast: Cast, window: Callable[[Actor], JudgingClient]
) -> None:
    officer, company = window(cast.lead.officer), window(cast.company)
    base = f"/trials/{cast.trial.id}/reliefs"
    reference, case = cast.trial.reference, cast.trial.application_id
    new = f"{base}/new?sought=1"
    assert new in officer.get(base).links.values()
    assert new not in window(cast.associate.officer).get(base).links.values()
    assert not any("/reliefs/new" in link for link in company.get(base).links.values())
    form = officer.get(new)
    assert "Ejemplo" in form.main  # what the row asks for, which the rules do not publish
    [scope] = form.tree.xpath("//textarea[@name='scope']")
    assert not scope.text_content().strip()
    for word in ("3000000000", "9" * 30, "-1", "²"):
        assert officer.get(f"{base}/new?extends={word}").status_code == 200, word
    late = officer.submit(new, {"ends_on-year": "2999"})
    assert late.status_code == 422
    assert "Ninguna facilidad dura más" in late.main
    texts = {"neutrality": "Cualquiera puede pedir lo mismo.", "scope": "Consentir por mensaje."}
    assert officer.submit(new, texts).status_code == 200
    assert f"{base}/1/grant" not in company.get(base).links.values()
    assert "Consentir por mensaje." not in company.get(base).main
    changed = officer.submit(f"{base}/1/edit", {"conditions": "Avise cada mes."})
    assert "Avise cada mes." in changed.main
    # In another window the draft stood open as it was before.
    stale = officer.submit(f"{base}/1/grant", {"version": "1"})
    assert stale.status_code == 409
    assert stale.links["Ábralo de nuevo como está ahora"] == f"{base}/1/grant"
    granted = officer.submit(f"{base}/1/grant", {}).main
    assert "La facilidad queda otorgada." in granted
    for reader, where in (
        (company, base),
        (company, f"/trials/{cast.trial.id}"),
        (company, f"/cases/{case}"),
        (window(cast.caseworker), f"/cases/{case}"),
        (JudgingClient(app), f"/register/{reference}"),
    ):
        page = reader.get(where).main
        assert "Facilidad 1" in page, where
        assert "En vigor" in page, where
    public = JudgingClient(app).get(f"/register/{reference}").main
    assert "Cualquiera puede pedir lo mismo." in public
    assert "Avise cada mes." not in public
    data = JudgingClient(app).get("/register.json").get_json()["trials"]
    assert [each["reliefs"][0]["scope"] for each in data] == ["Consentir por mensaje."]
    assert "Avise" not in str(data)
    ended = officer.submit(f"{base}/1/end", {"reason": "Cambió la ley."})
    assert "Ya no está en vigor" in ended.main
    assert "Cambió la ley." in company.get(base).main
    auditor = window(actor_for(session, make_staff(session, StaffRole.AUDITOR, "auditora")))
    assert reference in auditor.get("/reliefs?state=ended&authority=INAI").main
    for nothing in ("state=in_force", "authority=IFT", "state=nonsense"):
        assert reference not in auditor.get(f"/reliefs?{nothing}").main


def test_extension_begins_where_the_former_ends_and_a_refusal_tells_the_company_why(
    session: Session, cast: Cast, window: Callable[[Actor], JudgingClient]
) -> None:
    officer, company = window(cast.lead.officer), window(cast.company)
    base = f"/trials/{cast.trial.id}/reliefs"
    soon = local_day(utc_now(), pack().calendar.timezone) + timedelta(days=5)
    days = {f"ends_on-{part}": str(getattr(soon, part)) for part in ("day", "month", "year")}
    texts = {"scope": "Consentir por mensaje.", "neutrality": "Es igual para todos."}
    officer.submit(f"{base}/new?sought=1", texts | days)
    officer.submit(f"{base}/1/grant", {})
    table = list(csv.DictReader(company.get("/register/reliefs.csv").text.splitlines()))
    assert [(row["number"], row["scope"], row["extends"]) for row in table] == [
        ("1", "Consentir por mensaje.", "")
    ]
    assert table[0]["ends_on"] == soon.isoformat()
    assert "conditions" not in table[0]
    extension = officer.get(f"{base}/new?extends=1")
    assert "starts_on-day" not in extension.text
    assert officer.submit(f"{base}/new?extends=1", {}).status_code == 200
    assert "Prorroga la facilidad 1." in officer.get(base).main
    assert officer.submit(f"{base}/2/refuse", {"reason": ""}).status_code == 422
    officer.submit(f"{base}/2/refuse", {"reason": "Basta con lo otorgado."})
    assert "Basta con lo otorgado." in company.get(base).main
    assert company.get("/reliefs").status_code == 403
    officer.submit(f"{base}/new?extends=1", {})
    away = officer.submit(base, {}, form="/3/discard")
    assert "El borrador está desechado." in away.get_data(as_text=True)
    assert "Facilidad 3" not in officer.get(base).main
