"""The pages on which authorities and the secretariat share a case, as people use them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.applications import services as applications
from sandbox.coordination import letters, queries, services
from sandbox.coordination.queries import waiting
from sandbox.domain.answers import asked as asked_by
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import QuestionKind
from sandbox.domain.succession import in_force
from sandbox.home import tasks
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import (
    Application,
    ApplicationSection,
    CriterionReview,
    Decision,
    Organisation,
    Person,
    Position,
    Submission,
)
from tests.factories import (
    NOW,
    REFUSED,
    SHARED_ANSWERS,
    Team,
    actor_for,
    attach,
    make_admitted,
    make_assigned,
    make_company,
    make_draft,
    make_in_triage,
    make_staff,
    make_submitted,
    make_team,
    mark_criteria,
    pack,
    start_review,
    take_position,
)
from tests.pages import JudgingClient
from tests.snapshots import here, remembered

OpenWindow = Callable[[str], JudgingClient]


@dataclass
class World:
    """A company, a caseworker and three authorities; each person has a window."""

    session: Session
    open_window: OpenWindow
    organisation: Organisation
    company: Actor
    caseworker: Actor
    inai: Team
    ift: Team
    cofece: Team
    windows: dict[UUID, JudgingClient] = field(default_factory=dict)

    def window(self, actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        if actor.person_id not in self.windows:
            person = self.session.get_one(Person, actor.person_id)
            email = person.email
            self.session.rollback()
            self.windows[actor.person_id] = self.open_window(email)
        return self.windows[actor.person_id]

    def in_triage(self) -> Application:
        def build() -> Application:
            return make_in_triage(
                self.session, self.organisation, self.company, self.caseworker, **SHARED_ANSWERS
            )

        return self._remembered("in triage", (), build)

    def assigned(self, *associates: Team) -> Application:
        def build() -> Application:
            return make_assigned(
                self.session,
                self.organisation,
                self.company,
                self.caseworker,
                lead=self.inai,
                associates=associates,
            )

        return self._remembered("assigned", associates, build)

    def under_review(self, *associates: Team) -> Application:
        def build() -> Application:
            application = self.assigned(*associates)
            start_review(self.session, application, self.inai, *associates)
            return application

        return self._remembered("under review", associates, build)

    def _remembered(
        self, what: str, associates: tuple[Team, ...], build: Callable[[], Application]
    ) -> Application:
        key = (what, *(team.authority.code for team in associates))
        return remembered(self.session, key, build, lambda made: here(self.session, made))


@pytest.fixture
def world(app: Flask, session: Session, client_for: OpenWindow) -> Iterator[World]:
    def build() -> tuple[Organisation, Actor, Actor, list[Team]]:
        organisation, company = make_company(session)
        caseworker = actor_for(session, make_staff(session))
        teams = [make_team(session, code) for code in ("INAI", "IFT", "COFECE")]
        return organisation, company, caseworker, teams

    def again(
        made: tuple[Organisation, Actor, Actor, list[Team]],
    ) -> tuple[Organisation, Actor, Actor, list[Team]]:
        organisation, company, caseworker, teams = made
        teams = [replace(team, authority=here(session, team.authority)) for team in teams]
        return here(session, organisation), company, caseworker, teams

    organisation, company, caseworker, teams = remembered(session, "world of pages", build, again)
    yield World(session, client_for, organisation, company, caseworker, *teams)
    session.rollback()


def address(application: Application, *parts: str) -> str:
    return "/".join(["/cases", str(application.id), *parts])


def status_of(session: Session, application: Application) -> str:
    session.rollback()
    return application.status


def marks_as_typed(**given: str) -> dict[str, str]:
    """Mark every criterion as met, but for `given`."""
    typed: dict[str, str] = {}
    for criterion in pack().criteria:
        typed[f"mark_{criterion.key}"] = given.get(criterion.key, "met")
        typed[f"note_{criterion.key}"] = "Consta en la solicitud."
    return typed


# --- which authorities ---------------------------------------------------------------------------


def test_the_proposal_is_explained_and_confirmed(session: Session, world: World) -> None:
    application = world.in_triage()
    caseworker = world.window(world.caseworker)
    case = caseworker.get(address(application))
    assert address(application, "routing") in case.links.values()
    page = caseworker.get(address(application, "routing"))
    assert page.status_code == 200
    for authority in pack().authorities:
        takes_part = in_force(pack(), authority, NOW.date())
        assert (authority.name.in_("es") in page.main) is takes_part
    answer = pack().questions["network_uses"].option("public_network")
    assert answer is not None
    assert answer.label.in_("es") in page.main
    done = caseworker.submit(page)
    assert done.request.path == address(application)
    assert status_of(session, application) == ApplicationStatus.ASSIGNED
    roles = {
        place.authority.code: place.role
        for place in queries.list_assignments(session, application.id)
    }
    assert roles == {"INAI": "lead", "IFT": "associate", "COFECE": "associate"}


def test_the_proposal_reads_in_english(session: Session, world: World) -> None:
    application = world.in_triage()
    caseworker = world.window(world.caseworker)
    caseworker.get("/language/en")
    page = caseworker.get(address(application, "routing"))
    assert page.heading == "Proposed authorities"
    assert "which is a matter of Protection of personal data" in page.main


def test_other_authorities_need_a_reason(session: Session, world: World) -> None:
    application = world.in_triage()
    caseworker = world.window(world.caseworker)
    path = address(application, "routing", "change")
    refused = caseworker.submit(path, {"lead": "IFT", "associates": ["INAI"]})
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    assert status_of(session, application) == ApplicationStatus.TRIAGE
    twice = caseworker.submit(path, {"lead": "IFT", "associates": ["IFT"], "reason": "Sí."})
    assert twice.status_code == 422
    done = caseworker.submit(
        path, {"lead": "IFT", "associates": ["INAI"], "reason": "Trata de la red."}
    )
    assert done.status_code == 200
    assert status_of(session, application) == ApplicationStatus.ASSIGNED


def test_the_proposal_and_why_it_was_not_followed_stay_on_the_case(
    session: Session, world: World, app: Flask
) -> None:
    application = world.in_triage()
    caseworker = world.window(world.caseworker)
    proposed = caseworker.get(address(application, "routing"))
    option = pack().questions["network_uses"].option("public_network")
    assert option is not None
    assert option.label.in_("es") in proposed.main
    why, chosen = "Trata de la red.", {"lead": "IFT", "associates": ["INAI"]}
    caseworker.submit(address(application, "routing", "change"), chosen | {"reason": why})
    competence = pack().competence("personal_data").name
    for actor, reads_answers in (
        (world.caseworker, True),
        (world.ift.head, False),
        (world.inai.head, False),
    ):
        page = world.window(actor).get(address(application)).main
        assert page.count(why) == 2, "In the panel, and in the history."
        assert "COFECE" in page
        assert (option.label.in_("es") in page) is reads_answers
        assert reads_answers or competence.in_("es") in page
    company = world.window(world.company).get(address(application)).main
    assert why not in company
    assert "COFECE" not in company
    mails = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "coordination/assigned")
    )
    with app.test_request_context():
        for mail in mails.all():
            assert why in render_mail(mail, "es").body
    session.rollback()


def test_routing_says_why_it_is_not_possible_in_another_status(
    session: Session, world: World
) -> None:
    application = make_submitted(session, world.organisation, world.company)
    page = world.window(world.caseworker).get(address(application, "routing"))
    assert page.status_code == 409


def test_a_head_accepts_and_names_an_officer(session: Session, world: World) -> None:
    application = world.assigned()
    head = world.window(world.inai.head)
    page = head.get(address(application, "assignment"))
    # The answers of the company stay closed until the head has declared.
    relief = pack().questions["reliefs"].label.in_("es")
    assert relief not in page.main
    assert pack().competence("personal_data").name.in_("es") in page.main
    done = head.submit(page, {"answer": "accept"})
    assert done.request.path == address(application)
    assert status_of(session, application) == ApplicationStatus.UNDER_REVIEW
    named = head.submit(
        address(application, "officer"), {"person": str(world.inai.officer.person_id)}
    )
    assert "Oficial INAI" in named.main


def test_a_head_declines_with_a_reason_and_leaves_the_case(session: Session, world: World) -> None:
    application = world.assigned(world.ift)
    head = world.window(world.inai.head)
    refused = head.submit(address(application, "assignment"), {"answer": "decline"})
    assert refused.status_code == 422
    done = head.submit(
        address(application, "assignment"), {"answer": "decline", "reason": "No nos toca."}
    )
    assert done.request.path == "/my-tasks"
    assert head.get(address(application)).status_code == 404
    caseworker = world.window(world.caseworker)
    tasks = caseworker.get("/my-tasks")
    assert address(application, "routing", "replacement") in tasks.links.values()
    page = caseworker.get(address(application, "routing", "replacement"))
    assert "No nos toca." in page.main
    again = caseworker.submit(
        page, {"declined": "INAI", "replacement": "INAI", "reason": "Otra vez."}
    )
    assert again.status_code == 422
    done = caseworker.submit(
        page, {"declined": "INAI", "replacement": "COFECE", "reason": "Es la siguiente."}
    )
    assert done.status_code == 200
    assert "COFECE" in done.main


# --- conflicts of interest -----------------------------------------------------------------------


def test_a_recused_officer_loses_every_page_and_file(
    session: Session, world: World, app: Flask
) -> None:
    application = make_in_triage(
        session, world.organisation, world.company, world.caseworker, **SHARED_ANSWERS
    )
    with unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=(),
            reason="Basta.",
            now=NOW,
        )
    start_review(session, application, world.inai)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    with unit_of_work(session):
        services.name_officer(
            session, world.inai.head, application, person_id=_id(world.inai.second), now=NOW
        )
    second = world.window(world.inai.second)
    reference = application.reference
    assert reference is not None
    # Before: the case is in the list and on its page; the officer has only to declare.
    assert second.get(address(application)).status_code == 200
    for path in ("/applications", "/my-tasks", "/inbox"):
        assert reference in second.get(path).main, path
    refused = second.submit(address(application, "conflict"), {"answer": "conflict"})
    assert refused.status_code == 422
    left = second.submit(
        address(application, "conflict"),
        {"answer": "conflict", "explanation": "Trabajé ahí."},
    )
    assert left.request.path == "/my-tasks"
    for path in (
        address(application),
        address(application, "decision"),
        address(application, "decision.pdf"),
        address(application, "review"),
        address(application, "position"),
        address(application, "conflict"),
        f"/applications/{application.id}/submissions/1",
        f"/applications/{application.id}/submissions/1/receipt.pdf",
    ):
        assert second.get(path).status_code == 404, path
    for path in ("/applications", "/my-tasks", "/inbox", "/trials"):
        assert reference not in second.get(path).main, path
    # Somebody without a conflict still sees all of it.
    officer = world.window(world.inai.officer)
    assert officer.get(address(application, "decision.pdf")).status_code == 200
    assert reference in officer.get("/applications").main


def test_a_recused_officer_loses_attached_files(session: Session, world: World, app: Flask) -> None:
    application = make_draft(session, world.organisation, world.company, **SHARED_ANSWERS)
    question = next(
        question.key for question in pack().questions.values() if question.kind.value == "file"
    )
    store = app.extensions["file_store"]
    attached = attach(session, application, world.company, store, question)
    path = f"/applications/{application.id}/files/{attached.id}"
    with unit_of_work(session):
        applications.submit(session, world.company, application, now=NOW)
    with unit_of_work(session):
        applications.start_triage(session, world.caseworker, application, now=NOW)
    with unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=(),
            reason="Basta.",
            now=NOW,
        )
    start_review(session, application, world.inai)
    assert world.window(world.inai.officer).get(path).status_code == 200
    second = world.window(world.inai.second)
    # Not before the declaration, and never after a conflict.
    assert second.get(path).status_code == 404
    second.submit(
        address(application, "conflict"), {"answer": "conflict", "explanation": "Soy socia."}
    )
    assert second.get(path).status_code == 404


@pytest.mark.parametrize("is_marked", [False, True])
def test_an_officer_is_told_whom_to_compare_with(
    session: Session, world: World, *, is_marked: bool
) -> None:
    provider = "Modelos del Norte"
    application = make_draft(
        session, world.organisation, world.company, model_provider=[{"name": provider}]
    )
    section = next(
        section
        for section in pack().sections
        if "model_provider" in {question.key for question in section.questions}
    )
    saved = session.scalars(
        select(ApplicationSection).where(
            ApplicationSection.application_id == application.id,
            ApplicationSection.section == section.key,
        )
    ).one()
    with unit_of_work(session):
        applications.save_section(
            session,
            world.company,
            application,
            section=section.key,
            answers=saved.answers,
            confidential=["model_provider"] if is_marked else [],
            expected_version=1,
            now=NOW,
        )
    with unit_of_work(session):
        applications.submit(session, world.company, application, now=NOW)
    with unit_of_work(session):
        applications.start_triage(session, world.caseworker, application, now=NOW)
    with unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=(),
            reason="Basta.",
            now=NOW,
        )
    page = world.window(world.inai.officer).get(address(application, "conflict"))
    assert world.organisation.name in page.main
    assert world.company.name in page.main
    assert (provider in page.main) is not is_marked
    assert ("marcada como confidencial" in page.main) is is_marked


def test_declaring_no_conflict_opens_the_answers(session: Session, world: World) -> None:
    application = world.assigned()
    officer = world.window(world.inai.officer)
    answers = f"/applications/{application.id}/submissions/1"
    assert officer.get(answers).status_code == 404
    done = officer.submit(address(application, "conflict"), {"answer": "none"})
    assert done.request.path == address(application)
    assert officer.get(answers).status_code == 200
    again = officer.submit(
        officer.get(address(application, "conflict")), {"answer": "none"}, follow=True
    )
    assert again.status_code == 409


def test_a_conflict_that_arises_later_closes_the_case_everywhere(
    session: Session, world: World, app: Flask
) -> None:
    application = world.under_review()
    reference = application.reference
    assert reference is not None
    officer = world.window(world.inai.officer)
    page = officer.get(address(application))
    assert "Ahora tengo un conflicto de interés" in page.main
    assert f'href="{address(application, "conflict")}"' in page.get_data(as_text=True)
    for path in ("/applications", "/my-tasks", "/inbox"):
        assert reference in officer.get(path).main, path
    form = officer.get(address(application, "conflict"))
    assert "No, no tengo" not in form.main
    refused = officer.submit(form, {"explanation": ""})
    assert refused.status_code == 422
    left = officer.submit(
        address(application, "conflict"), {"explanation": "Mi hermana entró a la empresa."}
    )
    assert left.request.path == "/my-tasks"
    for path in (
        address(application),
        address(application, "review"),
        address(application, "position"),
        address(application, "conflict"),
        f"/applications/{application.id}/submissions/1",
        f"/applications/{application.id}/submissions/1/receipt.pdf",
    ):
        assert officer.get(path).status_code == 404, path
    for path in ("/applications", "/my-tasks", "/inbox", "/trials"):
        assert reference not in officer.get(path).main, path
    # Whoever has not declared yet is asked the whole question.
    assert (
        "Ahora tengo un conflicto"
        not in world.window(world.inai.second).get(address(application)).main
    )


def test_of_tasks_in_cases_of_every_status_no_list_is_offered(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tasks, waiting):
        monkeypatch.setattr(module, "MOST_OF_A_KIND", 1)
    words = "En cuanto termine uno, aparece aquí el siguiente."
    head = world.window(world.inai.head)
    for number in (1, 2):
        application = world.assigned()
        with unit_of_work(session):
            services.accept_assignment(session, world.inai.head, application, now=NOW)
        page = head.get("/my-tasks")
        assert page.main.count(words) == number - 1
        assert not [to for to in page.links.values() if to.startswith("/applications?")]
    assert len(page.tree.xpath("//li[contains(@class, 'app-tasks__item')]")) == 1


def test_a_conflict_can_be_declared_whatever_became_of_the_case(
    session: Session, world: World
) -> None:
    words = "Ahora tengo un conflicto de interés"
    admitted, declined = (
        with_positions(session, world, stance) for stance in (Stance.CONCUR, Stance.OBJECT)
    )
    with unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, declined, now=NOW)
    for application in (admitted, declined):
        with unit_of_work(session):
            services.decide(session, world.inai.officer, application, codes=REFUSED, now=NOW)
    officer = world.window(world.inai.officer)
    for application in (admitted, declined):
        page = officer.get(address(application))
        assert page.links[words] == address(application, "conflict")
        assert officer.get(address(application, "conflict")).status_code == 200


def test_a_position_of_somebody_recused_is_marked_for_authorities_alone(
    session: Session, world: World, app: Flask
) -> None:
    application = with_positions(session, world, Stance.CONCUR)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
        services.declare_conflict(
            session,
            world.inai.officer,
            application,
            has_conflict=True,
            explanation="Soy socia.",
            now=NOW,
        )
    told = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "coordination/officer_recused")
    ).one()
    with app.test_request_context():
        body = render_mail(told, "es").body
    assert "sigue en pie" in body
    assert "\n\n\n" not in body
    for beginning in ("La postura que", "Designe a otra persona:"):
        assert f"\n\n{beginning}" in body
    words = "está excusada del caso. La postura sigue en pie"
    head = world.window(world.inai.head)
    page = head.get(address(application))
    assert words in page.main
    for reader, is_told in ((world.caseworker, True), (world.company, False)):
        assert (words in world.window(reader).get(address(application)).main) is is_told
    task = "Confirmar o cambiar la postura de su autoridad: quien la tomó está excusado del caso"
    assert head.get(head.get("/my-tasks").links[task]).request.path == address(
        application, "position"
    )


# --- review and positions ------------------------------------------------------------------------


def test_an_officer_reviews_and_takes_the_position(session: Session, world: World) -> None:
    application = world.under_review()
    officer = world.window(world.inai.officer)
    page = officer.get(address(application, "review"))
    for criterion in pack().criteria:
        assert criterion.key_question.in_("es") in page.main
        assert criterion.positive[0].in_("es") in page.main
        assert criterion.negative[0].in_("es") in page.main
        # Each mark says, as the hint of its radio, when it is given.
        for mark in ("met", "partly", "not_met"):
            [radio] = page.tree.xpath(f"//input[@name='mark_{criterion.key}'][@value='{mark}']")
            [hint] = page.tree.xpath(f"//*[@id='{radio.get('aria-describedby')}']")
            assert hint.text_content().strip() == criterion.rubric.of(mark).in_("es")
    assert f"/applications/{application.id}/submissions/1" in page.links.values()
    half = officer.submit(page, {"mark_need": "met"})
    assert half.request.path == address(application)
    early = officer.get(address(application, "position"))
    assert early.status_code == 200
    assert not early.tree.xpath("//main//form")
    full = officer.submit(address(application, "review"), marks_as_typed(need="partly"))
    assert full.request.path == address(application, "position")
    refused = officer.submit(
        full, {"stance": "concur_with_conditions", "reasons": "Conviene.", "conditions": " \n "}
    )
    assert refused.status_code == 422
    done = officer.submit(
        full,
        {
            "stance": "concur_with_conditions",
            "reasons": "Conviene probarlo.",
            "conditions": "Un seguro\r\n\r\nUn informe cada mes",
            **{f"asked_{each.key}": "Lo mínimo." for each in pack().proportionality},
        },
    )
    assert done.request.path == address(application)
    session.rollback()
    position = session.scalars(select(Position)).one()
    assert (position.stance, position.conditions) == (
        "concur_with_conditions",
        ["Un seguro", "Un informe cada mes"],
    )
    assert "Conviene probarlo." in done.main


def test_conditions_are_chosen_from_the_rules_and_answered_for(
    app: Flask, session: Session, world: World
) -> None:
    application = world.under_review()
    officer = world.window(world.inai.officer)
    officer.submit(address(application, "review"), marks_as_typed(readiness="partly"))
    page = officer.get(address(application, "position"))
    standard = {each.code: each for each in pack().standard_conditions}
    ticks = page.tree.xpath("//input[@name='standard']")
    # What the authority's own marks call for comes first, and says so.
    texts = [tick.get("value") for tick in ticks]
    assert texts[0] == standard["means_to_repair"].text.in_("es")
    assert sorted(texts) == sorted(each.text.in_("es") for each in standard.values())
    hints = [page.tree.get_element_by_id(tick.get("aria-describedby")) for tick in ticks]
    said = [hint.text_content().strip() for hint in hints]
    named = {
        code: f"{each.name.in_('es')}. {each.purpose.in_('es')}" for code, each in standard.items()
    }
    purpose = named["means_to_repair"]
    assert said[0] == f"Su autoridad consideró que su criterio no se cumple del todo. {purpose}"
    assert said[1] == named[pack().standard_conditions[0].code]

    typed = {
        "stance": "concur_with_conditions",
        "reasons": "Conviene probarlo.",
        "standard": [texts[0]],
        "conditions": "Un informe cada mes",
    }
    refused = officer.submit(page, typed)
    assert refused.status_code == 422
    for each in pack().proportionality:
        [words] = refused.tree.xpath(f"//*[@id='asked_{each.key}-error']")
        assert "Responda esta pregunta sobre las condiciones." in words.text_content()
    forged = officer.submit(page, typed | {"standard": ["Lo que sea"]})
    assert forged.status_code == 422
    answers = {f"asked_{each.key}": f"Sobre {each.key}." for each in pack().proportionality}
    done = officer.submit(refused, typed | answers)
    assert done.request.path == address(application)
    session.rollback()
    position = session.scalars(select(Position)).one()
    assert position.conditions == [texts[0], "Un informe cada mes"]
    assert position.proportionality == {
        each.key: f"Sobre {each.key}." for each in pack().proportionality
    }
    for each in pack().proportionality:
        assert each.question.in_("es") in done.main
        assert f"Sobre {each.key}." in done.main

    # Opened again, the form tells what was ticked from what was written.
    again = officer.get(address(application, "position"))
    assert again.tree.xpath("//input[@name='standard'][@checked]/@value") == [texts[0]]
    [own] = again.tree.xpath("//textarea[@name='conditions']")
    assert own.text_content().strip() == "Un informe cada mes"

    # What was answered is decided with, told to the company and printed in its letter.
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    decision = session.scalars(select(Decision)).one()
    [voice] = decision.positions
    assert voice["proportionality"] == position.proportionality
    shown = world.window(world.company).get(address(application, "decision"))
    head = queries.get_letterhead(session, application.id)
    with app.test_request_context():
        data = letters.letter_data(pack(), application, decision, head)
    [printed] = data["proportionality"]
    assert printed["answers"] == [
        {"question": each.question.in_("es"), "answer": f"Sobre {each.key}."}
        for each in pack().proportionality
    ]
    for each in pack().proportionality:
        assert f"Sobre {each.key}." in shown.main


def test_notes_stand_beside_their_criterion_for_those_who_may_read_them(
    session: Session, world: World
) -> None:
    application = world.under_review(world.ift)
    officer, lead = world.window(world.ift.officer), world.window(world.inai.officer)
    here = address(application, "notes")
    assert here in officer.get(address(application)).links.values()
    key = pack().criteria[1].key
    page = officer.get(f"{here}?criterion={key}")
    assert page.tree.xpath("//option[@selected]/@value") == [key]
    assert officer.submit(page).status_code == 422
    kept = officer.submit(page, {"text": "Solo para nosotras."})
    assert "Solo para nosotras." in kept.main
    officer.submit(kept, {"text": "Para todas.", "readers": "shared", "criterion": key})
    reviews = {
        who: window.get(address(application, "review"))
        for who, window in (("associate", officer), ("lead", lead))
    }
    for who, text, seen in (
        ("associate", "Solo para nosotras.", True),
        ("associate", "Para todas.", True),
        ("lead", "Solo para nosotras.", False),
        ("lead", "Para todas.", True),
    ):
        [part] = reviews[who].tree.xpath(f"//section[@aria-labelledby='criterion-{key}']")
        assert (text in part.text_content()) == seen
        assert (text in reviews[who].main) == seen
    for actor in (world.company, world.caseworker):
        case = world.window(actor).get(address(application))
        assert here not in case.links.values()
        assert "Para todas." not in case.main
    # Whoever declares a conflict loses the notes with everything else, at once.
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.ift.officer,
            application,
            has_conflict=True,
            explanation="Trabajé ahí.",
            now=NOW,
        )
    assert officer.get(here).status_code == 404


def test_the_lead_merges_what_associates_suggest_into_one_request(
    session: Session, world: World
) -> None:
    application = world.under_review(world.ift)
    officer, lead = world.window(world.ift.officer), world.window(world.inai.officer)
    company = world.window(world.company)
    about = pack().title_question
    here = address(application, "suggestions")
    assert here in officer.get(address(application)).links.values()
    assert here not in lead.get(address(application)).links.values()
    assert officer.submit(here).status_code == 422
    for text in ("¿Quién supervisa?", "¿Cuánto cuesta?"):
        sent = officer.submit(here, {"text": text, "about": about})
    assert sent.request.path == here
    assert sent.main.count("Espera a la coordinadora") == 2
    assert "2 preguntas" in lead.get(address(application)).main
    page = lead.get(address(application, "information-request"))
    assert lead.submit(page).status_code == 422
    leave = next(to for to in page.links.values() if to.endswith("/leave"))
    assert lead.submit(leave).status_code == 422
    left = lead.submit(leave, {"reason": "Ya consta."})
    assert left.request.path == address(application)
    # An old page that takes it says so, and gives back what was typed into it.
    gone = leave.split("/")[-2]
    late = lead.submit(
        page, {f"take_{gone}": "y", f"text_{gone}": "¿Quién la supervisa de verdad?"}
    )
    assert late.status_code == 409
    assert "¿Quién la supervisa de verdad?" in late.main
    page = lead.get(address(application, "information-request"))
    [take] = page.tree.xpath("//input[@type='checkbox']/@name")
    key = take.removeprefix("take_")
    assert page.tree.xpath(f"//select[@name='about_{key}']/option[@selected]/@value") == [about]
    more = lead.submit(page, {"text_1": "¿Dónde están los datos?", "more": "1"})
    assert [each.get("name") for each in more.tree.xpath("//textarea")] == [
        f"text_{key}",
        "text_1",
        "text_2",
    ]
    empty = lead.submit(more, {take: "y", f"text_{key}": ""})
    assert len(empty.error_summary) == 1
    lead.submit(more, {take: "y", f"text_{key}": "¿Quién vigila?", "text_2": "¿Desde cuándo?"})
    answering = company.get(f"/applications/{application.id}/information")
    asked = [each.text_content() for each in answering.tree.xpath("//*[@class='app-reason']")]
    assert [text.strip() for text in asked] == [
        "¿Dónde están los datos?",
        "¿Desde cuándo?",
        "¿Quién vigila?",
    ]
    became = officer.get(here).main
    for text in ("¿Quién vigila?", "Ya consta.", "Se preguntó", "No se preguntó"):
        assert text in became
    # What the authorities do among themselves is not told to the company.
    seen = answering.main + company.get(address(application)).main
    for text in ("¿Cuánto cuesta?", "Ya consta.", "propuso", "propuesta"):
        assert text not in seen


def test_the_answers_that_bear_on_a_criterion_stand_beside_its_marks(
    session: Session, world: World
) -> None:
    application = world.under_review()
    officer = world.window(world.inai.officer)
    submitted = session.scalars(
        select(Submission).where(Submission.application_id == application.id)
    ).one()
    answers = submitted.content["answers"]
    shown = [q for q in asked_by(pack(), answers) if q.criteria]
    text = next(q for q in shown if q.kind is QuestionKind.LONG_TEXT and q.key in answers)
    file = next(q for q in shown if q.kind is QuestionKind.FILE)
    with unit_of_work(session):
        # What a company sends never changes; here the marks are planted.
        submitted.content = {
            **submitted.content,
            "confidential": [text.key],
            "attachments": [
                {
                    "id": str(submitted.id),
                    "question": file.key,
                    "name": "estudio.pdf",
                    "content_type": "application/pdf",
                    "size": 2048,
                    "sha256": "0" * 64,
                }
            ],
            "answers": {**answers, text.key: "rio-secreto", file.key: [str(submitted.id)]},
        }
        record(session, world.company, Deed.APPLICATION_SUBMITTED, application, now=NOW)
    closed = officer.get(address(application, "review"))
    assert "rio-secreto" not in closed.get_data(as_text=True)
    page = officer.submit(closed, form="confidential")
    assert page.request.path == address(application, "review")
    assert "INAI" in world.window(world.company).get(address(application)).main
    for criterion in pack().criteria:
        [part] = page.tree.xpath(f"//section[@aria-labelledby='criterion-{criterion.key}']")
        terms = part.xpath(".//dl[not(ancestor::dl)]/div/dt")
        labels = {q.label.in_("es") for q in shown if criterion.key in q.criteria}
        assert {"".join(each.xpath("./text()")).strip() for each in terms} == labels
        marked = [each for each in terms if "Confidencial" in each.text_content()]
        assert len(marked) == (criterion.key in text.criteria)
        assert ("rio-secreto" in part.text_content()) == (criterion.key in text.criteria)
        linked = any("/files/" in to for to in part.xpath(".//a/@href"))
        assert linked == (criterion.key in file.criteria)


def test_a_mark_against_the_company_needs_a_note(session: Session, world: World) -> None:
    application = world.under_review()
    officer = world.window(world.inai.officer)
    refused = officer.submit(
        address(application, "review"), {**marks_as_typed(need="not_met"), "note_need": ""}
    )
    assert refused.status_code == 422
    assert len(refused.error_summary) == 1
    # What was typed elsewhere is still there.
    kept = refused.tree.xpath("//textarea[@name='note_benefit']")[0].text
    assert kept.strip() == "Consta en la solicitud."


def test_the_second_to_save_a_review_sees_the_difference(session: Session, world: World) -> None:
    application = world.under_review()
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    officer, head = world.window(world.inai.officer), world.window(world.inai.head)
    opened = officer.get(address(application, "review"))
    head.submit(
        address(application, "review"), {"mark_need": "not_met", "note_need": "No cita la regla."}
    )
    shown = officer.submit(opened, {"mark_need": "met", "note_need": "Sí la cita."})
    assert shown.status_code == 409
    assert "No cita la regla." in shown.main
    assert "Jefa INAI" in shown.main
    assert shown.tree.xpath("//textarea[@name='note_need']")[0].text.strip() == "Sí la cita."
    session.rollback()
    assert session.scalars(select(CriterionReview.note)).all() == ["No cita la regla."]
    # Knowing the difference, the officer may save what was typed.
    saved = officer.submit(shown)
    assert saved.status_code == 200
    session.rollback()
    assert session.scalars(select(CriterionReview.note)).all() == ["Sí la cita."]


def test_the_second_to_take_a_position_sees_the_first(session: Session, world: World) -> None:
    application = world.under_review()
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    mark_criteria(session, application, world.inai)
    officer, head = world.window(world.inai.officer), world.window(world.inai.head)
    opened = officer.get(address(application, "position"))
    head.submit(
        address(application, "position"), {"stance": "object", "reasons": "Falta lo principal."}
    )
    shown = officer.submit(opened, {"stance": "concur", "reasons": "Está completo."})
    assert shown.status_code == 409
    assert "Falta lo principal." in shown.main
    assert "Está completo." in shown.main
    assert officer.submit(shown).status_code == 200
    session.rollback()
    assert session.scalars(select(Position.stance)).all() == ["concur"]


def test_the_lead_asks_the_company(session: Session, world: World) -> None:
    application = world.under_review()
    done = world.window(world.inai.officer).submit(
        address(application, "information-request"), {"text_1": "¿Dónde se guardan los datos?"}
    )
    assert done.request.path == address(application)
    assert status_of(session, application) == ApplicationStatus.INFORMATION_REQUESTED
    asked = world.window(world.company).get(f"/applications/{application.id}/information")
    assert "¿Dónde se guardan los datos?" in asked.main


def test_a_term_that_passed_without_a_decision_is_certified(session: Session, world: World) -> None:
    late = world.under_review()
    company, certificate = world.window(world.company), f"/applications/{late.id}/silence.pdf"
    # The case is of March 2026, and it is later now than its term.
    assert company.get(address(late)).links["Constancia de silencio (PDF)"] == certificate
    first, again = (company.get(certificate) for _ in range(2))
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert first.data == again.data
    _, stranger = make_company(session, "Otra")
    assert world.window(stranger).get(certificate).status_code == 404


def test_a_term_that_was_kept_has_no_certificate(session: Session, world: World) -> None:
    kept = with_positions(session, world)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, kept, now=NOW)
    company = world.window(world.company)
    assert "Constancia de silencio (PDF)" not in company.get(address(kept)).links
    assert company.get(f"/applications/{kept.id}/silence.pdf").status_code == 404


def test_every_day_of_a_term_is_accounted_for(session: Session, world: World) -> None:
    application = world.under_review()
    page = world.window(world.company).get(address(application)).main
    assert "¿Por qué este día?" in page
    assert "Día festivo: Natalicio de Benito Juárez" in page
    assert re.search(rf"(día|a) {pack().decision_clock.length}\b", page)
    officer = world.window(world.inai.officer)
    officer.submit(address(application, "information-request"), {"text_1": "¿Dónde?"})
    asked = world.window(world.company).get(address(application)).main
    # The company's own term to answer is explained beside that of the decision.
    assert asked.count("¿Por qué este día?") == 2


# --- the decision --------------------------------------------------------------------------------


def with_positions(
    session: Session, world: World, associate: Stance = Stance.CONCUR
) -> Application:
    application = world.under_review(world.ift)
    for team, stance in ((world.inai, Stance.CONCUR), (world.ift, associate)):
        mark_criteria(session, application, team)
        take_position(session, application, team, stance)
    return application


def test_the_lead_reads_the_grounds_and_issues_the_decision(session: Session, world: World) -> None:
    application = with_positions(session, world)
    lead = world.window(world.inai.officer)
    page = lead.get(address(application, "decision", "issue"))
    assert "IFT está de acuerdo: Lo muestra la solicitud." in page.main
    done = lead.submit(page, {"remarks": "Se agradece la claridad."})
    assert done.request.path == address(application)
    session.rollback()
    assert application.outcome == DecisionOutcome.ADMITTED
    company = world.window(world.company)
    decision = company.get(address(application, "decision"))
    assert "Se agradece la claridad." in decision.main
    for criterion in pack().criteria:
        assert criterion.name.in_("es") in decision.main
    remedy = pack().authority("INAI").remedy
    assert remedy is not None
    assert " ".join(remedy.in_("es").split()) in " ".join(decision.main.split())
    [told] = [
        mail
        for mail in session.scalars(select(OutboxMail))
        if mail.template == "coordination/decided_for_company"
    ]
    assert told.params["appeals"] == dict(remedy.by_language)
    session.rollback()
    document = company.get(address(application, "decision.pdf"))
    assert document.mimetype == "application/pdf"
    assert document.get_data().startswith(b"%PDF-")
    assert company.get(address(application, "decision.pdf")).get_data() == document.get_data()
    assert address(application, "decision") in company.get(address(application)).links.values()


def test_the_decision_is_the_main_button_only_when_it_is_due(
    session: Session, world: World
) -> None:
    application = world.under_review()
    officer = world.window(world.inai.officer)

    def main_buttons() -> list[str]:
        found = officer.get(address(application)).tree.xpath(
            "//main//a[contains(@class, 'govuk-button')"
            " and not(contains(@class, 'govuk-button--secondary'))]"
        )
        return [each.text_content().strip() for each in found]

    assert main_buttons() == ["Revise los criterios"]
    mark_criteria(session, application, world.inai)
    assert main_buttons() == ["Fijar la postura"]
    take_position(session, application, world.inai)
    assert main_buttons() == ["Ver la propuesta de decisión"]


def test_a_decision_waits_for_missing_positions(session: Session, world: World) -> None:
    application = world.under_review(world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    page = world.window(world.inai.officer).get(address(application, "decision", "issue"))
    assert page.status_code == 200
    assert "IFT" in page.tree.xpath("//main//*[contains(@class, 'govuk-inset-text')]")[0].text
    assert not page.tree.xpath("//main//form")
    assert world.window(world.company).get(address(application, "decision")).status_code == 404


def test_an_objection_leads_through_a_deliberation(session: Session, world: World) -> None:
    application = with_positions(session, world, Stance.OBJECT)
    lead = world.window(world.inai.officer)
    opened = lead.submit(address(application, "decision", "issue"))
    assert opened.request.path == address(application)
    assert status_of(session, application) == ApplicationStatus.DELIBERATION
    associate = world.window(world.ift.officer)
    associate.submit(address(application, "position"), {"stance": "concur", "reasons": "Ya no."})
    lead.submit(address(application, "decision", "issue"))
    session.rollback()
    assert application.outcome == DecisionOutcome.ADMITTED


def test_a_decision_on_changed_positions_is_shown_again(session: Session, world: World) -> None:
    application = with_positions(session, world)
    lead = world.window(world.inai.officer)
    opened = lead.get(address(application, "decision", "issue"))
    take_position(
        session,
        application,
        world.ift,
        Stance.CONCUR_WITH_CONDITIONS,
        conditions=("Un seguro vigente",),
        expected_version=1,
    )
    shown = lead.submit(opened, {"remarks": "Adelante."})
    assert shown.status_code == 409
    assert "Un seguro vigente" in shown.main
    assert "Adelante." in shown.main
    assert status_of(session, application) == ApplicationStatus.UNDER_REVIEW
    lead.submit(shown)
    session.rollback()
    assert application.outcome == DecisionOutcome.ADMITTED_WITH_CONDITIONS


def test_deciding_twice_says_that_it_is_decided(session: Session, world: World) -> None:
    application = with_positions(session, world)
    lead = world.window(world.inai.officer)
    opened = lead.get(address(application, "decision", "issue"))
    assert lead.submit(opened).status_code == 200
    assert lead.submit(opened).status_code == 409


def test_an_application_sent_elsewhere_has_its_letter(session: Session, world: World) -> None:
    application = world.in_triage()
    with unit_of_work(session):
        applications.redirect_elsewhere(
            session, world.caseworker, application, reason="Pida orientación a la CRT.", now=NOW
        )
    company = world.window(world.company)
    page = company.get(address(application, "decision"))
    assert "Pida orientación a la CRT." in page.main
    # No authority decided it: the programme's own text says whom to ask.
    assert " ".join(pack().programme.appeals.in_("es").split()) in " ".join(page.main.split())
    assert company.get(address(application, "decision.pdf")).mimetype == "application/pdf"


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_letter_is_in_the_language_of_the_application(
    session: Session, world: World, app: Flask, language: str
) -> None:
    application = make_admitted(
        session,
        world.organisation,
        world.company,
        world.caseworker,
        lead=world.inai,
        associates=(world.ift,),
    )
    with app.test_request_context(headers={"Accept-Language": "es"}):
        application.language = language
        found = queries.find_decision(session, application.id)
        assert found is not None
        head = queries.get_letterhead(session, application.id)
        with force_locale("es_MX" if language == "es" else "en"):
            data = letters.letter_data(pack(), application, found, head)
        session.rollback()
    assert data["participants"][0]["authority"] == pack().authority("INAI").name.in_(language)
    assert data["outcome"]["tone"] == "positive"
    assert data["labels"]["conditions"] == ("Condiciones" if language == "es" else "Conditions")
    assert [row["criterion"] for row in data["reasons"]] == [
        criterion.name.in_(language) for criterion in pack().criteria
    ]
    # INAI led and issued it: the letter says its remedy, not that of another authority.
    remedy = pack().authority("INAI").remedy
    assert remedy is not None
    assert data["appeals"] == remedy.in_(language)
    # The authority signs; nobody's name is in it but that of the person who applied.
    assert data["signatory"]["name"] == pack().authority("INAI").name.in_(language)
    assert data["signatory"]["position"] == (
        "Autoridad coordinadora" if language == "es" else "Lead authority"
    )
    people = {person.name for person in session.scalars(select(Person))}
    session.rollback()
    assert [name for name in people if name in str(data)] == [data["addressee"]["name"]]
    assert data["verify_url"] == ""
    assert "Ciudad de México" not in str(data)


# --- who meets what ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "routing",
        "routing/change",
        "routing/replacement",
        "routing/associate",
        "routing/release",
        "assignment",
        "lead/offer",
        "lead/answer",
        "officer",
        "conflict",
        "review",
        "position",
        "information-request",
        "decision",
        "decision/issue",
        "decision.pdf",
    ],
)
def test_a_stranger_finds_nothing(session: Session, world: World, path: str) -> None:
    application = world.under_review()
    stranger = world.window(world.ift.officer)
    other_head = world.window(world.ift.head)
    _, rival = make_company(session, "Otra empresa")
    for window in (stranger, other_head, world.window(rival)):
        assert window.get(address(application, path)).status_code in (403, 404)
    for window in (stranger, other_head):
        assert window.get(address(application)).status_code == 404


def test_the_company_does_not_see_positions_before_the_decision(
    session: Session, world: World
) -> None:
    application = with_positions(session, world, Stance.OBJECT)
    page = world.window(world.company).get(address(application))
    assert pack().authority("IFT").name.in_("es") in page.main
    for hidden in ("Lo muestra la solicitud.", "Se opone", "Oficial IFT"):
        assert hidden not in page.main
    inside = world.window(world.ift.officer).get(address(application))
    assert "Lo muestra la solicitud." in inside.main


def test_prohibited_use_is_led_to_its_end_and_nowhere_else(session: Session, world: World) -> None:
    prohibited, harmless = (
        make_in_triage(session, world.organisation, world.company, world.caseworker, **answers)
        for answers in ({"prohibited_practices": ["social_scoring"]}, {})
    )
    client = world.window(world.caseworker)
    decline = f"/applications/{prohibited.id}/decline"
    told = "La secretaría la rechaza o la devuelve"
    page = client.get(address(prohibited))
    assert told in page.main
    assert told not in world.window(world.company).get(address(prohibited)).main
    assert page.links["Rechazar la solicitud"] == decline
    assert address(prohibited, "routing") not in page.links.values()
    triage = client.get(f"/applications/{prohibited.id}/triage")
    assert "Por un uso prohibido no se pregunta a ninguna autoridad" in triage.main
    assert "pase a las autoridades" not in triage.main
    for path in ("routing", "routing/change"):
        refused = client.get(address(prohibited, path))
        assert refused.status_code == 409
        assert refused.links["Rechazar la solicitud"] == decline
    form = client.get(decline)
    assert form.status_code == 200
    code = pack().refusal_reasons[0].code
    client.submit(form, {"reason": "No se permite.", "codes": [code]})
    assert client.get(decline).status_code == 409
    # What is harmless goes the other way alone, and the company reads nothing of either.
    assert client.get(f"/applications/{harmless.id}/decline").status_code == 409
    assert "uso prohibido" not in client.get(address(harmless)).main
    assert address(harmless, "routing") in client.get(address(harmless)).links.values()


def test_buttons_are_those_that_would_work(session: Session, world: World) -> None:
    application = world.under_review(world.ift)

    def offered(actor: Actor) -> set[str]:
        page = world.window(actor).get(address(application))
        prefix = address(application) + "/"
        return {
            href.removeprefix(prefix) for href in page.links.values() if href.startswith(prefix)
        }

    assert offered(world.inai.officer) == {
        "review",
        "decision/issue",
        "information-request",
        "conflict",
        "notes",
        "guidance/new",
        "dossier",
    }
    assert offered(world.ift.officer) == {
        "review",
        "conflict",
        "notes",
        "suggestions",
        "guidance/new",
        "dossier",
    }
    assert offered(world.inai.head) == {"officer", "conflict", "lead/offer"}
    assert offered(world.inai.second) == {"conflict"}
    assert offered(world.caseworker) == {
        "routing/associate",
        "routing/release",
        "guidance/new",
        "dossier",
    }
    assert offered(world.company) == {"dossier"}


def test_the_secretariat_finds_the_case_of_an_authority_without_a_head(
    session: Session, world: World
) -> None:
    application = world.assigned()
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.inai.head,
            application,
            has_conflict=True,
            explanation="Soy socia.",
            now=NOW,
        )
    window = world.window(world.caseworker)
    task = "Atender a una autoridad que no tiene a nadie que pueda actuar"
    assert task in window.get("/my-tasks").main
    page = window.get(window.get("/my-tasks").links[task])
    assert page.request.path == address(application)
    assert "INAI no tiene a nadie que pueda actuar en este caso" in page.main


def test_each_authority_confirms_its_receipt_on_the_case_page(
    session: Session, world: World
) -> None:
    application = world.assigned(world.ift)
    officer = world.window(world.inai.officer)
    assert "Sin confirmar todavía" in officer.get(address(application)).main
    done = officer.submit(address(application), form="receipt")
    assert "La recepción quedó registrada." in done.main
    assert "por Oficial INAI" in done.main
    assert "Confirmar la recepción" not in done.main
    other = world.window(world.ift.head).get(address(application)).main
    assert "Recibido el" in other
    assert "por Oficial INAI" not in other
    assert "Recibido el" not in world.window(world.company).get(address(application)).main


def test_advice_is_put_on_record_read_answered_and_corrected_on_pages(
    session: Session, world: World, app: Flask
) -> None:
    application = world.under_review(world.ift)
    officer, company = world.window(world.inai.officer), world.window(world.company)
    sent: dict[str, Any] = {
        "given_on-day": "2",
        "given_on-month": "3",
        "given_on-year": "2026",
        "channel": "call",
        "question": "¿Basta el aviso corto?",
        "advice": "Sí, con liga al completo.",
        "binds": "no",
    }
    late = officer.submit(address(application, "guidance/new"), {**sent, "given_on-year": "2999"})
    assert "después de hoy" in late.main
    basis = officer.submit(address(application, "guidance/new"), {**sent, "binds": "yes"})
    assert "qué disposición hace vinculante" in basis.main
    done = officer.submit(address(application, "guidance/new"), sent)
    assert "La orientación quedó registrada." in done.main
    assert "Oficial INAI" in done.main
    assert "¿Basta el aviso corto?" in company.get(address(application)).main
    read = company.get(address(application, "guidance")).main
    assert "Orientación 1: INAI, 2 de marzo de 2026" in read
    assert "Oficial INAI" not in read
    assert "Registrar una orientación" not in read
    told = company.submit(address(application, "guidance/1/answer"), {"text": "Lo pondremos."})
    assert "Lo pondremos." in told.main
    assert "Diga cómo entendió" not in told.main
    fixed = officer.submit(address(application, "guidance/1/correct"), {"advice": "No basta."})
    assert "La orientación 2 la sustituye." in fixed.main
    assert "Sí, con liga al completo." in fixed.main
    session.rollback()  # What was read before does not know the mails.
    mails = session.scalars(
        select(OutboxMail).where(OutboxMail.template.startswith("coordination/advice_"))
    ).all()
    assert len({mail.template for mail in mails}) == 3
    with app.test_request_context():
        for mail in mails:
            spanish, english = (render_mail(mail, language) for language in ("es", "en"))
            assert spanish.subject.startswith("SBX-")
            assert spanish.subject != english.subject
            assert "No basta." not in spanish.body
            assert f"/cases/{mail.application_id}" in spanish.body
    session.rollback()


def test_load_stands_beside_every_choice(session: Session, world: World) -> None:
    application = world.under_review(world.ift)
    load = "Casos abiertos: 1. Respuestas y posturas vencidas: 1."
    head, caseworker = world.window(world.inai.head), world.window(world.caseworker)
    for window, path, times in (
        (head, "officer", 1),
        (head, "lead/offer", 1),
        (caseworker, "routing/associate", 0),
    ):
        page = window.get(address(application, path)).main
        assert page.count(load) == times
        assert "Casos abiertos: 0. Respuestas y posturas vencidas: 0." in page or times == 1
    fresh = world.in_triage()
    assert caseworker.get(address(fresh, "routing")).main.count(load) == 2
    assert caseworker.get(address(fresh, "routing", "change")).main.count(load) == 4


def test_the_secretariat_brings_and_takes_off_an_associate(session: Session, world: World) -> None:
    application = world.under_review(world.ift)
    caseworker = world.window(world.caseworker)
    page = caseworker.get(address(application))
    assert address(application, "routing", "associate") in page.links.values()
    path = address(application, "routing", "associate")
    assert caseworker.submit(path, {"authority": "COFECE"}).status_code == 422
    assert "IFT –" not in caseworker.get(path).main
    done = caseworker.submit(path, {"authority": "COFECE", "reason": "Toca su materia."})
    assert "COFECE" in done.main
    task = "Responda si su autoridad acepta el caso"
    head = world.window(world.cofece.head)
    answer = head.get(head.get("/my-tasks").links[task])
    assert answer.request.path == address(application, "assignment")
    path = address(application, "routing", "release")
    done = caseworker.submit(path, {"authority": "COFECE", "reason": "Ya no hace falta."})
    assert "Retirada del caso" in done.main
    assert "Ya no hace falta." in done.main
    assert "COFECE" not in world.window(world.company).get(address(application)).main
    assert head.get(address(application)).status_code == 404


def test_the_lead_passes_from_head_to_head(session: Session, world: World) -> None:
    application = world.under_review(world.ift)
    lead, other = world.window(world.inai.head), world.window(world.ift.head)
    case = lead.get(address(application))
    assert address(application, "lead", "offer") in case.links.values()
    assert (
        address(application, "lead", "offer") not in other.get(address(application)).links.values()
    )
    assert lead.submit(address(application, "lead", "offer"), {}).status_code == 422
    typed = {"authority": "IFT", "reason": "Lo que falta es de la red."}
    lead.submit(address(application, "lead", "offer"), typed)
    assert "Lo que falta es de la red." in lead.get(address(application)).main
    assert "Retirar el ofrecimiento" in lead.get(address(application, "lead", "offer")).main
    task = "Diga si su autoridad asume la coordinación"
    page = other.get(other.get("/my-tasks").links[task])
    assert page.request.path == address(application, "lead", "answer")
    assert "Lo que falta es de la red." in page.main
    refused = other.submit(address(application, "lead", "answer"), {"answer": "decline"})
    assert refused.status_code == 422
    after = other.submit(address(application, "lead", "answer"), {"answer": "accept"})
    assert "Su autoridad coordina ahora el caso." in after.main
    assert address(application, "lead", "offer") in other.get(address(application)).links.values()
    assert task not in other.get("/my-tasks").main
    company = world.window(world.company).get(address(application)).main
    assert "Coordinación traspasada a otra autoridad" in company
    assert "Lo que falta es de la red." not in company
    assert "Nadie ofrece" in other.get(address(application, "lead", "answer")).main


def test_every_mail_renders_in_both_languages(session: Session, world: World, app: Flask) -> None:
    first = world.assigned(world.ift)
    with unit_of_work(session):
        services.decline_assignment(session, world.ift.head, first, reason="No.", now=NOW)
    application = with_positions(session, world, Stance.OBJECT)
    with unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, application, now=NOW)
    with unit_of_work(session):
        services.name_officer(
            session,
            world.ift.head,
            application,
            person_id=_id(world.ift.second),
            now=NOW,
        )
    # The head is asked to look at the position again, and then to name another officer for it.
    for actor in (world.ift.officer, world.ift.second):
        with unit_of_work(session):
            services.declare_conflict(
                session,
                actor,
                application,
                has_conflict=True,
                explanation="Soy socia.",
                now=NOW,
            )
    joined = world.under_review(world.ift)
    for deed in (services.add_associate, services.release_associate):
        with unit_of_work(session):
            deed(session, world.caseworker, joined, authority="COFECE", reason="Toca.", now=NOW)
    for asked in (False, True):
        with unit_of_work(session):
            services.offer_lead(
                session, world.inai.head, application, to="IFT", reason="Es de redes.", now=NOW
            )
        with unit_of_work(session):
            if asked:
                services.accept_lead(session, world.ift.head, application, now=NOW)
            else:
                services.withdraw_offer(session, world.inai.head, application, now=NOW)
    with unit_of_work(session):
        services.offer_lead(
            session, world.ift.head, application, to="INAI", reason="Es de datos.", now=NOW
        )
    with unit_of_work(session):
        services.decline_lead(session, world.inai.head, application, reason="No.", now=NOW)
    with unit_of_work(session):
        services.offer_lead(
            session, world.ift.head, application, to="INAI", reason="Es de datos.", now=NOW
        )
    with unit_of_work(session):
        services.accept_lead(session, world.inai.head, application, now=NOW)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, codes=REFUSED, now=NOW)
    make_admitted(session, world.organisation, world.company, world.caseworker, lead=world.cofece)
    stranded = world.assigned()
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.inai.head,
            stranded,
            has_conflict=True,
            explanation="Soy socia.",
            now=NOW,
        )
    mails = session.scalars(
        select(OutboxMail).where(OutboxMail.template.startswith("coordination/"))
    ).all()
    assert {mail.template.partition("/")[2] for mail in mails} == {
        "assigned",
        "associate_added",
        "associate_left",
        "associate_released",
        "decided_for_authorities",
        "decided_for_company",
        "declined",
        "deliberation_opened",
        "lead_declined",
        "lead_offer_withdrawn",
        "lead_offered",
        "lead_passed",
        "lead_passed_for_company",
        "nobody_left",
        "officer_named",
        "officer_recused",
        "review_started",
    }
    recusals = [mail for mail in mails if mail.template == "coordination/officer_recused"]
    assert sorted(mail.params["officer_missing"] for mail in recusals) == [False, True]
    with app.test_request_context():
        for mail in mails:
            spanish, english = (render_mail(mail, language) for language in ("es", "en"))
            assert spanish.subject.startswith("SBX-")
            assert spanish.subject != english.subject
            assert spanish.body != english.body
            # Whoever has left a case is led to a page that is open to them.
            has_left = mail.template == "coordination/associate_released"
            assert ("/my-tasks" if has_left else f"/cases/{mail.application_id}") in spanish.body
            assert has_left or "/my-tasks" not in spanish.body
    session.rollback()


def _id(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def test_every_page_is_held_by_a_permission(app: Flask) -> None:
    held: dict[str, Any] = {
        endpoint: getattr(view, "_needs", None)
        for endpoint, view in app.view_functions.items()
        if endpoint.startswith("coordination.")
    }
    assert held == {
        "coordination.routing": P.APPLICATION_ASSIGN,
        "coordination.confirm_routing": P.APPLICATION_ASSIGN,
        "coordination.change_routing": P.APPLICATION_ASSIGN,
        "coordination.replacement": P.APPLICATION_ASSIGN,
        "coordination.associate": P.APPLICATION_ASSIGN,
        "coordination.release": P.APPLICATION_ASSIGN,
        "coordination.guidance": P.GUIDANCE_READ,
        "coordination.new_guidance": P.GUIDANCE_GIVE,
        "coordination.correct_guidance": P.GUIDANCE_GIVE,
        "coordination.answer_guidance": P.GUIDANCE_ANSWER,
        "coordination.receipt": P.RECEIPT_CONFIRM,
        "coordination.assignment": P.ASSIGNMENT_ANSWER,
        "coordination.lead_offer": P.LEAD_OFFER,
        "coordination.withdraw_lead_offer": P.LEAD_OFFER,
        "coordination.lead_answer": P.LEAD_ANSWER,
        "coordination.officer": P.OFFICER_NAME,
        "coordination.conflict": P.CONFLICT_DECLARE,
        "coordination.review": P.APPLICATION_REVIEW,
        "coordination.position": P.POSITION_TAKE,
        "coordination.information_request": P.APPLICATION_REQUEST_INFORMATION,
        "coordination.leave_suggestion": P.APPLICATION_REQUEST_INFORMATION,
        "coordination.suggestions": P.QUESTION_SUGGEST,
        "coordination.notes": P.NOTE_KEEP,
        "coordination.issue": P.APPLICATION_DECIDE,
        "coordination.deliberation": P.APPLICATION_DECIDE,
        "coordination.decision": P.APPLICATION_READ_ANSWERS,
        "coordination.letter": P.APPLICATION_READ_ANSWERS,
        "coordination.announce": P.APPLICATION_DECIDE,
        "coordination.preliminary_answer": P.PRELIMINARY_ANSWER,
        "coordination.preliminary_result": P.APPLICATION_READ_ANSWERS,
        "coordination.preliminary_letter": P.APPLICATION_READ_ANSWERS,
    }


def test_the_marks_of_one_authority_are_its_own(session: Session, world: World) -> None:
    application = world.under_review(world.ift)
    mark_criteria(session, application, world.inai, need=CriterionMark.PARTLY)
    page = world.window(world.ift.officer).get(address(application, "review"))
    assert not page.tree.xpath("//input[@checked]")
