"""An application that comes before others says so, and why, wherever people choose what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from sandbox.kernel.actors import Actor
from sandbox.models import Person
from tests.factories import actor_for, make_assigned, make_company, make_staff, make_team
from tests.packs.copies import copy_of_mx, put_start_ups_first, rules_in
from tests.pages import JudgingClient

NAME, REASON = "Antes: empresa emergente", "Así lo acordó el consejo."
OpenWindow = Callable[[str], JudgingClient]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Rules in force under which start-ups come first."""
    put_start_ups_first(copy_of_mx(tmp_path))
    with rules_in(tmp_path):
        yield tmp_path


def test_priority_stands_with_its_reason_in_lists_tasks_and_on_the_case(
    session: Session, client_for: OpenWindow, folder: Path
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    team = make_team(session, "INAI")
    first, other = (
        make_assigned(session, organisation, company, caseworker, lead=team, organisation_kind=kind)
        for kind in ("startup", "company")
    )
    reference, address = str(other.reference), f"/cases/{first.id}"
    plain = f"/cases/{other.id}"

    def window(actor: Actor) -> JudgingClient:
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    staff, head, own = window(caseworker), window(team.head), window(company)
    for page in (own.get(address), own.get("/applications"), own.get("/my-tasks")):
        assert NAME not in page.main
        assert REASON not in page.main
    for page in (staff.get("/applications"), head.get("/applications"), head.get("/my-tasks")):
        assert page.main.count(REASON) == 1
    for page in (staff.get(address), head.get(address)):
        assert NAME in page.main
        assert page.main.count(REASON) == 1
        assert REASON not in staff.get(plain).main
    narrowed = staff.get("/applications?priority=young")
    assert NAME in narrowed.main
    assert reference not in narrowed.main
    assert reference in staff.get("/applications?priority=old").main
    staff.get("/language/en?next=/")
    assert "So the council agreed." in staff.get(address).main
    assert "First: start-up" in staff.get("/applications").main
