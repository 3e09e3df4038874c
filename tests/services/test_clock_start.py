"""The term of the decision begins with the act that the pack names, and with no other."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.applications import services as applications
from sandbox.applications.queries import clock_of
from sandbox.coordination import services as coordination
from sandbox.home.queries import CasePage, get_case
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, Person
from sandbox.packs import active
from sandbox.programme import services as programme
from tests.factories import (
    NOW,
    actor_for,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
)
from tests.packs.copies import copy_of_mx, put_in_force, replace, ship
from tests.pages import JudgingClient

WAITS = ("coordination.toml", "length = 60 #", 'starts = "complete"\nlength = 60 #')
DAYS = timedelta(days=12)


@pytest.fixture
def caseworker(app: Flask, session: Session) -> Actor:
    return actor_for(session, make_staff(session))


@pytest.fixture
def waiting(app: Flask, session: Session, caseworker: Actor, tmp_path: Path) -> Iterator[None]:
    """Rules under which the term waits for a complete application."""
    replace(copy_of_mx(tmp_path) / WAITS[0], *WAITS[1:])
    active.install(tmp_path, "mx")
    yield
    active.install(PACKS, "mx")


def assign(session: Session, caseworker: Actor, application: Application) -> None:
    lead = make_team(session, "INAI").authority.code
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead=lead,
            associates=(),
            reason="Así se acordó.",
            now=NOW + DAYS,
        )


def page(session: Session, actor: Actor, application: Application) -> CasePage:
    return get_case(session, actor, application.id, NOW + DAYS)


def today() -> date:
    return local_day(NOW + DAYS, active.current().calendar.timezone)


@pytest.mark.usefixtures("waiting")
def test_term_that_waits_begins_when_authorities_are_asked(
    session: Session, app: Flask, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    application = make_in_triage(session, organisation, company, caseworker)
    shown = page(session, company, application)
    assert (shown.clock, shown.is_closed) == (None, False)
    reader = JudgingClient(app)
    reader.sign_in(session.get_one(Person, company.person_id).email)
    words = reader.get(f"/cases/{application.id}").words
    assert "empieza cuando la secretaría encuentra completa la solicitud" in words
    session.rollback()

    # What was corrected before the term began takes nothing from it, and adds nothing to it.
    with unit_of_work(session):
        applications.return_to_company(
            session, caseworker, application, reasons={}, general="Falta el anexo.", now=NOW
        )
    with unit_of_work(session):
        applications.submit(session, company, application, now=NOW + DAYS / 2)
    with unit_of_work(session):
        applications.start_triage(session, caseworker, application, now=NOW + DAYS / 2)
    assign(session, caseworker, application)
    shown = page(session, company, application)
    assert shown.clock is not None
    assert (shown.clock.started_on, shown.clock.day, shown.clock.length) == (today(), 0, 60)
    session.rollback()


def test_term_begins_with_the_submission_otherwise(session: Session, caseworker: Actor) -> None:
    organisation, company = make_company(session)
    application = make_in_triage(session, organisation, company, caseworker)
    assign(session, caseworker, application)
    clock = page(session, company, application).clock
    assert clock is not None
    assert clock.started_on == local_day(NOW, active.current().calendar.timezone)
    assert clock.day > 0
    session.rollback()


@pytest.mark.usefixtures("waiting")
def test_case_without_a_term_has_a_whole_one_from_the_day_on_which_it_is_moved(
    session: Session, caseworker: Actor, tmp_path: Path
) -> None:
    organisation, company = make_company(session)
    application = make_in_triage(session, organisation, company, caseworker)
    ship(tmp_path, "1.1.0")
    put_in_force(session, "1.1.0")
    with unit_of_work(session):
        programme.move_case(
            session, caseworker, application, to="1.1.0", reason="Así conviene.", now=NOW + DAYS
        )
    clock = clock_of(session, application, active.pack_of(application), today())
    assert clock is not None
    assert (clock.started_on, clock.day) == (today(), 0)
    session.rollback()
