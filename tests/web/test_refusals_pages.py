"""Whoever refuses an application chooses reasons of the rules; the company and the staff read them.

What may be chosen is tested in tests/domain and tests/services.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.coordination import queries, services
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, Decision, Person
from sandbox.packs import active
from tests.factories import NOW, REFUSED, pack
from tests.pages import JudgingClient
from tests.services.test_hearing import Case, judged

NAME = "Las personas no quedarían protegidas"
OTHER = "La ley no permite la facilidad que se pide"
OpenWindow = Callable[[str], JudgingClient]


@dataclass(frozen=True)
class Windows:
    """A case that is to be refused, with the windows of those who work on it."""

    case: Case
    company: JudgingClient
    lead: JudgingClient
    caseworker: JudgingClient

    def at(self, *parts: str) -> str:
        return "/".join(["/cases", str(self.case.application.id), *parts])


@pytest.fixture
def windows(session: Session, client_for: OpenWindow) -> Windows:
    active.install(PACKS, "mx")
    case = judged(session, Stance.OBJECT)

    def window(person_id: object) -> JudgingClient:
        email = session.get_one(Person, person_id).email
        session.rollback()
        return client_for(email)

    actors = (case.company, case.lead.officer, case.caseworker)
    return Windows(case, *(window(actor.person_id) for actor in actors))


def ticked(page: object) -> list[str]:
    return page.tree.xpath("//input[@name='codes'][@checked]/@value")  # type: ignore[attr-defined, no-any-return]


def test_lead_chooses_why_it_refuses_and_everybody_reads_it(windows: Windows) -> None:
    shown = windows.lead.get(windows.at("decision", "issue"))
    assert shown.tree.xpath("//input[@name='codes']/@value") == [
        each.code for each in pack().refusal_reasons
    ]
    assert ticked(shown) == []
    refused = windows.lead.submit(shown)
    assert refused.status_code == 422
    [link] = refused.tree.xpath("//div[@class='govuk-error-summary']//a")
    assert link.text_content().endswith("Elija al menos un motivo de la negativa.")
    assert refused.tree.xpath(f"//*[@id='{link.get('href')[1:]}'][@name='codes']")
    back = windows.lead.submit(refused, {"codes": list(REFUSED)})
    assert back.request.path == windows.at()

    for window in (windows.company, windows.lead, windows.caseworker):
        page = window.get(windows.at("decision"))
        assert "Motivos de la negativa" in page.main
        assert NAME in page.main
        assert "Queda un riesgo importante sin una medida que lo atienda." in page.main
        [history] = window.get(windows.at()).tree.xpath(
            "//section[@aria-labelledby='history-heading']"
        )
        assert f"{NAME}; {OTHER}" in history.text_content()
    windows.company.get("/language/en?next=/")
    assert "People would not be protected" in windows.company.get(windows.at("decision")).main
    assert windows.company.get(windows.at("decision.pdf")).data.startswith(b"%PDF-1.7")


def test_reason_of_a_criterion_that_is_not_met_is_ticked(
    session: Session, client_for: OpenWindow
) -> None:
    case = judged(session, Stance.CONCUR)
    email = session.get_one(Person, case.lead.officer.person_id).email
    page = f"/cases/{case.application.id}/decision/issue"
    session.rollback()
    lead = client_for(email)
    # Nothing is refused yet, so that nothing is asked.
    assert lead.get(page).tree.xpath("//input[@name='codes']") == []
    own = case.associate.authority.id
    with unit_of_work(session):
        services.save_review(
            session,
            case.associate.officer,
            case.application,
            marks={"need": (CriterionMark.NOT_MET, "Basta una consulta.")},
            expected_version=queries.review_version(session, case.application.id, own),
            now=NOW,
        )
    session.rollback()
    shown = lead.get(page)
    assert ticked(shown) == ["no_need"]
    lead.submit(shown)
    session.rollback()
    assert session.scalars(select(Decision.refusal_codes)).one() == ["no_need"]
    assert session.scalars(select(Application.outcome)).one() == "declined"


def test_what_was_ticked_stays_ticked_where_something_else_is_wrong(windows: Windows) -> None:
    shown = windows.lead.submit(
        windows.at("decision", "issue"),
        {"codes": list(REFUSED), "remarks": "palabra " * 2_000},
    )
    assert shown.status_code == 422
    assert ticked(shown) == list(REFUSED)


def test_code_that_is_not_offered_is_refused(windows: Windows) -> None:
    shown = windows.lead.submit(windows.at("decision", "issue"), {"codes": ["mood"]})
    assert shown.status_code == 422


def test_staff_find_and_count_the_refusals_of_a_reason(windows: Windows) -> None:
    empty = windows.caseworker.get("/applications/refusals")
    assert "0 en total" in empty.main
    windows.lead.submit(windows.at("decision", "issue"), {"codes": list(REFUSED)})
    inbox = windows.caseworker.get("/applications")
    assert inbox.links["Por qué motivos no se admitieron solicitudes"] == "/applications/refusals"
    page = windows.caseworker.get("/applications/refusals")
    assert "1 en total" in page.main
    rows = {
        row.xpath("string(./*[1])").strip(): row.xpath("string(./*[3])").split()[0]
        for row in page.tree.xpath("//tbody/tr")
    }
    assert {name: number for name, number in rows.items() if number != "0"} == {
        NAME: "1",
        OTHER: "1",
    }
    assert len(rows) == len(pack().refusal_reasons)
    [way] = {href for text, href in page.links.items() if NAME in text}
    assert way == f"/applications?refused_for={REFUSED[0]}"
    reference = windows.case.application.reference
    windows.case.session.rollback()
    assert reference in windows.caseworker.get(way).main
    other = windows.caseworker.get("/applications?refused_for=no_need")
    assert reference not in other.main
    assert "Ninguna solicitud así" in other.main
    # A code that the rules do not name narrows nothing, and a company has no such filter.
    assert reference in windows.caseworker.get("/applications?refused_for=mood").main
    assert reference in windows.company.get("/applications?refused_for=no_need").main
    assert windows.company.get("/applications").tree.xpath("//*[@id='refused_for']") == []
    assert windows.company.get("/applications/refusals").status_code == 403
