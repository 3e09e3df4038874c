"""Why a tier and why these authorities: of an answer that is closed the question alone is told."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sandbox.domain.packs import AnswerValue, Text
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.kernel.actors import Actor
from sandbox.models import Person, Submission, Trial
from sandbox.trials.services.opening import as_json
from tests.factories import (
    actor_for,
    complete_answers,
    make_assigned,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
    pack,
    start_review,
)
from tests.pages import JudgingClient
from tests.trial_factories import make_trial

OpenWindow = Callable[[str], JudgingClient]
SCORED: dict[str, AnswerValue] = {"sectors": ["health"], "health_use": "supports"}
"""Answers that count for the tier."""


def window(session: Session, client_for: OpenWindow, actor: Actor) -> JudgingClient:
    email = session.get_one(Person, actor.person_id).email
    session.rollback()
    return client_for(email)


def mark(session: Session, question: str | None) -> None:
    """Let the company have marked one answer as confidential when it sent it."""
    content = session.scalars(select(Submission.content)).one()
    session.execute(update(Submission).values(content={**content, "confidential": [question]}))
    session.commit()


def routed(session: Session) -> tuple[str, Text]:
    """Return a question and the option of its answer for which an authority is asked."""
    answers = session.scalars(select(Submission.content)).one()["answers"]
    reasons = propose(pack(), answers, date(2026, 3, 2)).reasons
    return next((each.question, each.answer) for each in reasons if each.answer is not None)


def open_parts(client: JudgingClient, application_id: object) -> None:
    client.submit(f"/applications/{application_id}/submissions/1", form="confidential")


def test_proposal_of_authorities_tells_no_closed_answer(
    session: Session, client_for: OpenWindow
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    case = make_in_triage(session, organisation, company, caseworker).id
    question, answer = routed(session)
    said, label = f"«{answer.in_('es')}»", pack().questions[question].label.in_("es")
    for authority in pack().authorities:
        make_team(session, authority.code)
    session.commit()
    staff, page = window(session, client_for, caseworker), f"/cases/{case}/routing"
    assert said in staff.get(page).main
    mark(session, question)
    closed = staff.get(page).main
    assert said not in closed
    assert f"La respuesta a «{label}», que es confidencial, es materia de" in closed
    open_parts(staff, case)
    assert said in staff.get(page).main


def test_page_of_a_case_tells_no_closed_answer_for_which_authorities_were_asked(
    session: Session, client_for: OpenWindow
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead, other = make_team(session, "INAI"), make_team(session, "IFT")
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(other,)
    )
    start_review(session, application, lead, other)
    case, (question, answer) = application.id, routed(session)
    said, page = f"«{answer.in_('es')}»", f"/cases/{case}"
    readers = [window(session, client_for, each) for each in (lead.officer, caseworker)]
    for reader in readers:
        assert said in reader.get(page).main
    mark(session, question)
    for reader in readers:
        closed = reader.get(page).main
        assert (said in closed, "que es confidencial, es materia de" in closed) == (False, True)
    open_parts(readers[0], case)
    assert [said in reader.get(page).main for reader in readers] == [True, False]


def test_reasons_of_a_tier_tell_no_closed_answer_at_the_check(
    session: Session, client_for: OpenWindow
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    case = make_in_triage(session, organisation, company, caseworker, **SCORED).id
    answers = session.scalars(select(Submission.content)).one()["answers"]
    scored = next(each for each in tiering(pack(), answers).reasons if each.answer is not None)
    assert scored.answer is not None
    label = scored.label.in_("es")
    said, veiled = f"{label}: {scored.answer.in_('es')} — ", f"{label} (confidencial)"
    staff, page = window(session, client_for, caseworker), f"/applications/{case}/triage"

    def shown() -> tuple[bool, bool]:
        main = staff.get(page).main
        return said in main, veiled in main

    assert shown() == (True, False)
    mark(session, scored.question)
    assert shown() == (False, True)
    open_parts(staff, case)
    assert shown() == (True, False)


def test_page_of_a_test_tells_no_closed_answer_that_counted_for_its_tier(
    session: Session, app: Flask, client_for: OpenWindow
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    trial, case = cast.trial.id, cast.trial.application_id
    found = tiering(pack(), complete_answers(pack(), **SCORED))
    frozen = as_json(found)
    session.execute(update(Trial).values(tiering=frozen))
    session.commit()
    scored = next(each for each in frozen["reasons"] if each["answer"])
    readers = {
        name: window(session, client_for, actor)
        for name, actor in (("lead", cast.lead.officer), ("company", cast.company))
    }

    def answers_told(name: str) -> list[str]:
        page = readers[name].get(f"/trials/{trial}")
        rows = [
            [cell.text_content().strip() for cell in row.xpath("./*")]
            for row in page.tree.xpath("//tr")
        ]
        return [row[1] for row in rows if row[0] == scored["label"]["es"]]

    before = answers_told("lead")
    assert scored["answer"]["es"] in before
    mark(session, scored["question"])
    assert (answers_told("lead"), answers_told("company")) == (["Confidencial"], before)
    open_parts(readers["lead"], case)
    assert answers_told("lead") == before
