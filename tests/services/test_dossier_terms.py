"""By when a company had to answer, and that it answered later, stands in the dossier."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from sandbox.applications import services
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import ApplicationReturn, InformationRequest
from tests.factories import (
    actor_for,
    make_company,
    make_in_triage,
    make_staff,
    make_under_review,
    pack,
)
from tests.services.test_coordination import LATER
from tests.services.test_dossiers import archive_for, entries, files, told
from tests.services.test_hearing import PASSED, Hear, hear, judged

__all__ = ["files", "hear"]  # fixtures of those modules, used here by their names

TODAY = LATER.astimezone(ZoneInfo(pack().calendar.timezone)).date()
BEFORE = date(2026, 3, 2)
AFTER = ", después del plazo"


@pytest.mark.parametrize(("due_on", "is_late"), [(TODAY, False), (BEFORE, True)])
def test_correction_after_its_term_is_told_as_such(
    app: Flask, session: Session, files: FileStore, due_on: date, is_late: bool
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, application, reasons={}, general="Más.", now=LATER
        )
        services.submit(session, company, application, now=LATER)
    session.execute(update(ApplicationReturn).values(due_on=due_on))
    session.commit()
    content = archive_for(app, session, files, company, application)
    [returned] = told(content, "correspondence/returns.json")
    assert (returned["due_on"], returned["late"]) == (due_on.isoformat(), is_late)
    assert (AFTER in entries(content)["index.html"].decode()) is is_late


@pytest.mark.parametrize(("due_on", "is_late"), [(TODAY, False), (BEFORE, True)])
def test_answer_after_its_term_is_told_as_such(
    app: Flask, session: Session, files: FileStore, due_on: date, is_late: bool
) -> None:
    organisation, company = make_company(session)
    application, lead = make_under_review(
        session, organisation, company, actor_for(session, make_staff(session))
    )
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("¿Dónde?", None)], now=LATER
        )
        services.answer_information(session, company, application, answers={1: "Aquí."}, now=LATER)
    session.execute(update(InformationRequest).values(due_on=due_on))
    session.commit()
    content = archive_for(app, session, files, company, application)
    [asked] = told(content, "correspondence/requests.json")
    assert (asked["due_on"], asked["late"]) == (due_on.isoformat(), is_late)
    page = entries(content)["index.html"].decode()
    _, told_by = page.split("Responder a más tardar:")
    assert f"{due_on.day} de marzo de 2026" in told_by[:100]
    assert (AFTER in page) is is_late


def test_answer_to_a_preliminary_result_after_its_term_is_told_as_such(
    app: Flask, session: Session, files: FileStore, hear: Hear
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.answer(CompanyAnswer.COMMENTS, now=PASSED)
    content = archive_for(app, session, files, case.company, case.application)
    assert AFTER in entries(content)["index.html"].decode()
