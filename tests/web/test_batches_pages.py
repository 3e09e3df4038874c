"""The pages on which the secretariat does one deed on several cases, as people use them."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.domain.applications import ApplicationAction, ApplicationStatus, DecisionOutcome
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import begin_write, unit_of_work
from sandbox.models import (
    Application,
    ApplicationReturn,
    Batch,
    ConflictDeclaration,
    Decision,
    Organisation,
    Person,
)
from tests.factories import (
    NOW,
    SHARED_ANSWERS,
    actor_for,
    make_company,
    make_draft,
    make_in_triage,
    make_staff,
    make_submitted,
    make_team,
    pack,
)
from tests.pages import JudgingClient, PageResponse

OpenWindow = Callable[[str], JudgingClient]
PLACE = "/cases/at-once"
REASON = "Falta el convenio con la entidad que custodia los datos."


@dataclass
class Office:
    """A caseworker with a window, and a company that sends applications."""

    session: Session
    organisation: Organisation
    company: Actor
    caseworker: Actor
    window: JudgingClient

    def submitted(self) -> Application:
        return make_submitted(self.session, self.organisation, self.company)

    def in_triage(self) -> Application:
        # Only what was sent a short while ago may be returned.
        given = (self.session, self.organisation, self.company, self.caseworker)
        made = make_in_triage(*given, now=utc_now(), **SHARED_ANSWERS)
        self.session.rollback()
        return made

    def choose(self, deed: str, *cases: Application | str, **words: str) -> PageResponse:
        """Choose cases in the list, and press the button of a deed."""
        ids = [each if isinstance(each, str) else str(each.id) for each in cases]
        self.session.rollback()
        page: PageResponse = self.window.get(
            PLACE, query_string={"deed": deed, "case": ids, **words}
        )
        return page

    def status(self, *cases: Application) -> list[str]:
        self.session.rollback()
        found = [each.status for each in cases]
        self.session.rollback()
        return found


@pytest.fixture
def office(session: Session, client_for: OpenWindow) -> Office:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    email = session.get_one(Person, caseworker.person_id).email
    session.rollback()
    return Office(session, organisation, company, caseworker, client_for(email))


def reference(session: Session, application: Application) -> str:
    found = application.reference
    session.rollback()
    assert found is not None
    return found


def test_list_offers_its_rows_and_the_deeds(session: Session, office: Office) -> None:
    first, second = office.in_triage(), office.in_triage()
    page = office.window.get("/applications?status=triage")
    boxes = page.tree.xpath('//form[@id="at-once"]//input[@name="case"]')
    assert {box.get("value") for box in boxes} == {str(first.id), str(second.id)}
    labels = page.tree.xpath('//form[@id="at-once"]//td//label')
    session.rollback()
    assert {label.text_content().strip() for label in labels} == {
        f"Elegir {reference(session, first)}",
        f"Elegir {reference(session, second)}",
    }
    deeds = page.tree.xpath('//form[@id="at-once"]//button[@name="deed"]/@value')
    assert deeds == ["start_triage", "assign", "return", "redirect", "decline_prohibited"]
    chosen = office.window.submit(
        page, {"case": str(first.id)}, form="at-once", button="Devolver a la empresa"
    )
    assert chosen.status_code == 200
    assert chosen.tree.xpath('//input[@name="status"]/@value') == ["triage"]
    back = chosen.tree.xpath('//a[normalize-space()="Volver a la lista"]/@href')
    assert back == ["/applications?status=triage"]


def test_nobody_else_is_offered_to_choose(
    session: Session, office: Office, client_for: OpenWindow
) -> None:
    office.in_triage()
    person = session.get_one(Person, office.company.person_id).email
    session.rollback()
    company = client_for(person)
    assert 'name="case"' not in company.get("/applications").get_data(as_text=True)
    assert company.get(PLACE).status_code == 403


def test_several_cases_are_returned_with_one_reason(session: Session, office: Office) -> None:
    first, second, sent = office.in_triage(), office.in_triage(), office.submitted()
    page = office.choose("return", first, second, sent)
    assert page.status_code == 200
    assert reference(session, sent) in page.main
    assert page.main.count("Esto no es posible mientras el estado sea «Enviada».") == 1
    assert "Proceder con 2 solicitudes" in page.main
    done = office.window.submit(page, {"reason": REASON})
    assert done.status_code == 200
    assert done.request.path.startswith(f"{PLACE}/")
    assert "Hecho con 2 solicitudes" in done.main
    assert "No fue posible con 1 solicitud" in done.main
    for each in (first, second, sent):
        assert reference(session, each) in done.main
    assert REASON in done.main
    assert "Esto no es posible mientras el estado sea «Enviada»." in done.main
    assert office.status(first, second, sent) == ["returned", "returned", "submitted"]
    reasons = session.scalars(select(ApplicationReturn.general)).all()
    assert reasons == [REASON, REASON]
    session.rollback()
    # The address of what came of it can be kept, and reads in the other language too.
    office.window.get("/language/en")
    again = office.window.get(done.request.path)
    assert "Done for 2 applications" in again.main
    assert "This is not possible while the status is “Submitted”." in again.main


def test_reason_is_asked_for_once(session: Session, office: Office) -> None:
    case = office.in_triage()
    refused = office.window.submit(office.choose("redirect", case), {"reason": "  "})
    assert refused.status_code == 422
    assert "Escriba la razón. Es la misma para todas." in refused.main
    assert refused.tree.xpath('//*[@class="govuk-error-summary"]//a/@href') == ["#reason"]
    assert office.status(case) == ["triage"]
    done = office.window.submit(refused, {"reason": REASON})
    assert "Hecho con 1 solicitud" in done.main
    decision = session.scalars(select(Decision)).one()
    assert (decision.outcome, decision.remarks) == (DecisionOutcome.REDIRECTED, REASON)
    session.rollback()


def test_check_begins_on_several_without_a_reason(office: Office) -> None:
    first, second = office.submitted(), office.submitted()
    page = office.choose("start_triage", first, second)
    assert page.tree.xpath('//*[@name="reason"]') == []
    office.window.submit(page)
    assert office.status(first, second) == ["triage", "triage"]


def test_prohibited_uses_alone_are_declined(session: Session, office: Office) -> None:
    case = office.in_triage()
    page = office.choose("decline_prohibited", case)
    assert "Esto no es posible con ninguna de ellas." in page.main
    assert "La solicitud no describe ningún uso prohibido." in page.main
    assert page.tree.xpath('//main//form[@method="post"]') == []


def test_prohibited_uses_are_declined_for_the_same_coded_reasons(
    session: Session, office: Office
) -> None:
    cases = [office.in_triage(), office.in_triage()]
    tier = next(each.key for each in pack().tiers if each.prohibited)
    begin_write(session)
    session.execute(update(Application).values(tier=tier))
    session.commit()
    page = office.choose("decline_prohibited", *cases)
    refused = office.window.submit(page, {"reason": REASON})
    assert refused.status_code == 422
    assert refused.tree.xpath('//*[@class="govuk-error-summary"]//a/@href') == ["#codes"]
    assert office.status(*cases) == ["triage", "triage"]
    code = pack().refusal_reasons[0].code
    done = office.window.submit(page, {"reason": REASON, "codes": [code]})
    assert "Hecho con 2 solicitudes" in done.main
    decisions = session.execute(select(Decision.outcome, Decision.refusal_codes)).all()
    session.rollback()
    assert decisions == [(DecisionOutcome.DECLINED, [code])] * 2


def test_authorities_are_asked_as_proposed(session: Session, office: Office) -> None:
    for code in ("INAI", "IFT", "COFECE"):
        make_team(session, code)
    first, second = office.in_triage(), office.in_triage()
    page = office.choose("assign", first, second)
    assert page.main.count("INAI, IFT, COFECE") == 2
    done = office.window.submit(page)
    assert "varias solicitudes" not in office.window.get("/my-tasks").main
    assert "Hecho con 2 solicitudes" in done.main
    for case in (first, second):
        places = queries.list_assignments(session, case.id)
        assert {each.authority.code for each in places} == {"INAI", "IFT", "COFECE"}
    session.rollback()


def test_other_authorities_need_a_lead_and_a_reason(session: Session, office: Office) -> None:
    for code in ("INAI", "IFT"):
        make_team(session, code)
    case = office.in_triage()
    page = office.choose("assign", case)
    for typed, message in (
        ({"associates": ["IFT"]}, "Elija también la autoridad que coordina"),
        ({"lead": "IFT"}, "Escriba la razón. Es la misma para todas."),
        (
            {"lead": "IFT", "associates": ["IFT"], "reason": REASON},
            "La autoridad coordinadora no puede ser también",
        ),
    ):
        refused = office.window.submit(page, typed)
        assert refused.status_code == 422
        assert message in refused.main
    typed = {"lead": "IFT", "associates": ["INAI"], "reason": REASON}
    office.window.submit(page, typed)
    places = queries.list_assignments(session, case.id)
    assert [each.authority.code for each in places] == ["IFT", "INAI"]
    session.rollback()


@pytest.mark.parametrize("chosen", [[], ["nonsense"], ["", "';--", "7"]])
def test_whoever_chooses_nothing_is_told_so(office: Office, chosen: list[str]) -> None:
    page = office.choose("return", *chosen, status="triage")
    assert page.status_code == 422
    assert "Elija al menos una solicitud." in page.main
    link = page.tree.xpath('//*[@id="case"]/@href')
    assert link == ["/applications?status=triage"]


def test_more_than_the_most_are_refused(session: Session, office: Office) -> None:
    case = office.in_triage()
    ids = [str(uuid4()) for _ in range(50)]
    page = office.choose("return", case, *ids[1:])
    assert page.status_code == 200
    assert "No se encontraron 49 de las elegidas." in page.main
    page = office.choose("return", case, *ids)
    assert page.status_code == 422
    assert "Elija como máximo 50 solicitudes a la vez." in page.main
    sent = office.window.submit(
        office.choose("return", case), {"reason": REASON, "case": [*ids, f"{case.id}:1"]}
    )
    assert sent.status_code == 422
    assert office.status(case) == ["triage"]


def test_deed_that_is_never_done_on_several_is_none(session: Session, office: Office) -> None:
    case = office.in_triage()
    for deed in ("decide", "announce", "withdraw", "nonsense", ""):
        page = office.choose(deed, case)
        assert (page.status_code, page.location) == (303, "/applications")
        page = office.choose("return", case)
        token = page.tree.xpath('//main//input[@name="csrf_token"]/@value')[0]
        data = {"csrf_token": token, "deed": deed, "case": f"{case.id}:1", "reason": REASON}
        assert office.window.post(PLACE, data=data).status_code == 404
    assert office.status(case) == ["triage"]


def test_case_that_may_not_be_seen_is_never_named(session: Session, office: Office) -> None:
    seen, draft = office.in_triage(), make_draft(session, office.organisation, office.company)
    title = draft.title
    begin = office.choose("redirect", seen, draft, str(uuid4()), "nonsense")
    assert "No se encontraron 3 de las elegidas." in begin.main
    versions = [f"{seen.id}:{seen.version}", f"{draft.id}:{draft.version}", f"{uuid4()}:1"]
    session.rollback()
    done = office.window.submit(begin, {"reason": REASON, "case": versions})
    assert "Hecho con 1 solicitud" in done.main
    assert "No se encontraron 2 de las elegidas." in done.main
    for page in (begin, done):
        known = page.tree.xpath("//main//@href | //main//@value")
        session.rollback()
        assert [each for each in known if str(draft.id) in each] == []
    assert title in done.main  # that of the other case, which is called the same
    assert done.main.count(title) == 1
    assert office.status(draft) == ["draft"]


def test_case_of_which_one_is_recused_is_never_named(session: Session, office: Office) -> None:
    seen, closed = office.in_triage(), office.in_triage()
    number, chosen = reference(session, closed), office.choose("redirect", seen, closed)
    begin_write(session)
    declaration = {"has_conflict": True, "declared_at": NOW}
    session.add(
        ConflictDeclaration(
            application_id=closed.id, person_id=office.caseworker.person_id, **declaration
        )
    )
    session.commit()
    page = office.choose("redirect", seen, closed)
    assert number not in page.main
    assert "No se encontró 1 de las elegidas." in page.main
    done = office.window.submit(chosen, {"reason": REASON})
    assert number not in done.main
    assert "No se encontró 1 de las elegidas." in done.main
    assert office.status(seen, closed) == ["decided", "triage"]


def test_form_sent_twice_does_nothing_twice(session: Session, office: Office) -> None:
    first, second = office.in_triage(), office.in_triage()
    page = office.choose("return", first, second)
    done = office.window.submit(page, {"reason": REASON})
    again = office.window.submit(page, {"reason": REASON})
    assert again.request.path == done.request.path
    assert again.main == done.main
    # Whoever goes back and corrects reads that it was not done, and keeps what was typed.
    other = office.window.submit(page, {"reason": "Otro motivo, que es más largo."})
    assert other.status_code == 409
    assert "Otro motivo, que es más largo." in other.main
    for each in (first, second):
        found = session.scalar(
            select(func.count()).where(
                AuditEntry.application_id == each.id, AuditEntry.deed == Deed.APPLICATION_RETURNED
            )
        )
        assert found == 1
    assert session.scalar(select(func.count()).select_from(Batch)) == 1
    session.rollback()


def test_each_further_case_asks_as_much_as_the_one_before(office: Office) -> None:
    counts = []
    for number in (1, 2, 3, 4):
        page = office.choose("return", *(office.in_triage() for _ in range(number)))
        office.window.submit(page, {"reason": REASON}, follow=False)
        counts.append(len(office.window.statements))
    # The first form fills what the application keeps in memory.
    _, two, three, four = counts
    assert four - three == three - two


def test_one_that_changed_meanwhile_is_named(session: Session, office: Office) -> None:
    first, second = office.in_triage(), office.in_triage()
    page = office.choose("redirect", first, second)
    with unit_of_work(session):
        applications.return_to_company(
            session, office.caseworker, first, reasons={}, general="Falta algo.", now=NOW
        )
    done = office.window.submit(page, {"reason": REASON})
    assert "Otra persona" in done.main
    refused = done.tree.xpath('//section[@aria-labelledby="refused-heading"]')[0]
    assert reference(session, first) in refused.text_content()
    assert reference(session, second) not in refused.text_content()
    assert office.status(first, second) == ["returned", "decided"]


def begun(office: Office, *cases: Application) -> UUID:
    seen = {each.id: each.version for each in cases}
    office.session.rollback()
    with unit_of_work(office.session):
        return services.begin_batch(
            office.session,
            office.caseworker,
            ApplicationAction.RETURN,
            cases=seen,
            words={"reason": REASON},
            key=uuid4().hex,
            now=NOW,
        )


def test_what_broke_off_can_be_gone_on_with(session: Session, office: Office) -> None:
    first, second = office.in_triage(), office.in_triage()
    batch_id = begun(office, first, second)
    with unit_of_work(session):
        services.go_on_with_batch(session, office.caseworker, batch_id, now=NOW)
    tasks = office.window.get("/my-tasks")
    page = office.window.get(
        tasks.links["Continúe con varias solicitudes: algunas no se atendieron"]
    )
    assert page.request.path == f"{PLACE}/{batch_id}"
    assert "Hecho con 1 solicitud" in page.main
    assert "Aún sin atender: 1 solicitud" in page.main
    done = office.window.submit(page)
    assert "Hecho con 2 solicitudes" in done.main
    assert office.status(first, second) == ["returned", "returned"]


def test_result_is_nobody_elses(session: Session, office: Office, client_for: OpenWindow) -> None:
    case = office.in_triage()
    batch_id = begun(office, case)
    person = make_staff(session, name="Otra").email
    session.rollback()
    colleague = client_for(person)
    assert colleague.get(f"{PLACE}/{batch_id}").status_code == 404
    assert office.window.get(f"{PLACE}/{uuid4()}").status_code == 404
    page = office.window.get(f"{PLACE}/{batch_id}")
    assert page.status_code == 200
    assert office.status(case) == [ApplicationStatus.TRIAGE]
