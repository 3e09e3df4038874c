"""What comes before others is computed as it is sent, and shown to those who work on it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from sandbox.applications import queries as applications
from sandbox.applications.queries import CaseFilter
from sandbox.home import tasks
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application
from sandbox.programme.queries import get_move
from sandbox.programme.services import move_case
from tests.factories import (
    NOW,
    actor_for,
    make_assigned,
    make_company,
    make_in_triage,
    make_staff,
    make_submitted,
    make_team,
    start_review,
)
from tests.packs.copies import (
    PRIORITY,
    copy_of_mx,
    put_in_force,
    put_start_ups_first,
    rules_in,
    ship,
)
from tests.services.test_coordination import recuse

LATER = NOW + timedelta(days=1)
YOUNG = {"organisation_kind": "startup"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Rules in force under which start-ups come first."""
    put_start_ups_first(copy_of_mx(tmp_path))
    with rules_in(tmp_path):
        yield tmp_path


def shown(session: Session, actor: Actor) -> dict[str, list[str]]:
    """Return of each of a person's tasks what it says of priorities."""
    found = tasks.list_tasks(session, actor, LATER).tasks
    return {task.kind: [each.code for each in task.priorities] for task in found}


def test_priority_is_found_as_the_application_is_sent(session: Session, folder: Path) -> None:
    organisation, company = make_company(session)
    first = make_submitted(session, organisation, company, **YOUNG)
    other = make_submitted(session, organisation, company, organisation_kind="company")
    assert (first.priority_codes, other.priority_codes) == (["young"], [])


def test_rules_without_priorities_find_none(session: Session) -> None:
    organisation, company = make_company(session)
    assert make_submitted(session, organisation, company, **YOUNG).priority_codes == []


def test_those_who_work_on_it_read_it_beside_their_tasks(session: Session, folder: Path) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    make_in_triage(session, organisation, company, caseworker, **YOUNG)
    assert shown(session, caseworker) == {"applications.decide_completeness": ["young"]}
    team = make_team(session, "INAI")
    application = make_assigned(session, organisation, company, caseworker, lead=team, **YOUNG)
    assert shown(session, team.head) == {"coordination.answer": ["young"]}
    start_review(session, application, team)
    assert shown(session, team.officer) == {"coordination.review": ["young"]}
    assert shown(session, company) == {}


def test_case_on_which_nobody_may_act_keeps_its_priority(session: Session, folder: Path) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    team = make_team(session, "INAI")
    application = make_assigned(session, organisation, company, caseworker, lead=team, **YOUNG)
    recuse(session, application, team.head)
    assert shown(session, caseworker) == {"coordination.nobody": ["young"]}


def test_list_is_narrowed_to_a_priority(session: Session, folder: Path) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    first = make_submitted(session, organisation, company, **YOUNG)
    make_submitted(session, organisation, company)

    def found(code: str) -> list[Application]:
        rows = applications.list_applications(session, caseworker, CaseFilter(priority=code)).rows
        return [session.get_one(Application, row.id) for row in rows]

    assert found("young") == [first]
    for code in ("youn", "y_ung", "%", "YOUNG", "Young"):
        assert found(code) == []
    assert len(found("")) == 2


def test_list_is_narrowed_to_a_priority_for_whoever_may_read_the_answers_alone(
    session: Session, folder: Path
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    team = make_team(session, "INAI")
    application = make_assigned(session, organisation, company, caseworker, lead=team, **YOUNG)

    def found(actor: Actor) -> list[str]:
        wanted = CaseFilter(priority="young")
        return [row.id for row in applications.list_applications(session, actor, wanted).rows]

    assert found(caseworker) == [application.id]
    assert found(team.head) == []  # nobody has declared anything yet
    start_review(session, application, team)
    assert found(team.officer) == [application.id]


def test_case_that_moves_has_the_priorities_of_its_new_rules(
    session: Session, tmp_path: Path
) -> None:
    copy_of_mx(tmp_path)
    with rules_in(tmp_path):
        organisation, company = make_company(session)
        caseworker = actor_for(session, make_staff(session))
        application = make_submitted(session, organisation, company, **YOUNG)
        end = "[fast_answer]\nlength = 30"
        ship(tmp_path, "1.1.0", ("coordination.toml", end, f"{PRIORITY}\n{end}"))
        put_in_force(session, "1.1.0")
        found = get_move(session, application, LATER)
        assert [each.trail[0].field for each in found.changes] == ["priorities"]
        with unit_of_work(session):
            move_case(session, caseworker, application, to="1.1.0", reason="Se pidió.", now=LATER)
        assert application.priority_codes == ["young"]
