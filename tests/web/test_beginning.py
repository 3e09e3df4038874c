"""An empty installation is opened by one command, and by pages from then on."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.kernel.actors import StaffRole
from sandbox.models import Authority, Person, StaffGrant
from tests.factories import make_company, pack
from tests.pages import JudgingClient

ADDRESS = "ana@example.org"
PASSWORD = "un faro sobre la niebla 47"
KNOWN = "una barca en la laguna 31"


def begin(app: Flask, email: str = ADDRESS) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["begin", email, "--name", "Ana Ruiz"])
    return done.exit_code, done.output


def test_administrator_sets_a_password_and_lets_others_in(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    code, output = begin(app)
    assert code == 0, output
    assert session.scalar(select(func.count(Authority.id))) == len(pack().authorities)
    session.rollback()
    link = output.strip().splitlines()[-1].partition("http://localhost")[2]
    assert link.startswith("/reset-password/")
    done = client.submit(link, {"password": PASSWORD})
    assert done.status_code == 200
    client.get("/sign-out")
    client.submit("/sign-in", {"email": ADDRESS, "password": PASSWORD})
    people = client.get("/people")
    assert people.status_code == 200
    assert "Ana Ruiz" in people.main


def test_second_call_makes_nobody_twice(app: Flask, session: Session) -> None:
    first, second = begin(app), begin(app, "ANA@example.org")
    assert (first[0], second[0]) == (0, 0)
    roles = session.execute(
        select(Person.email, StaffGrant.role).join(StaffGrant, StaffGrant.person_id == Person.id)
    ).all()
    assert [tuple(row) for row in roles] == [(ADDRESS, StaffRole.ADMINISTRATOR.value)]


def test_password_of_whoever_registered_the_address_without_confirming_it_is_worth_nothing(
    app: Flask, session: Session, client: JudgingClient
) -> None:
    stranger = {"name": "Nadie", "email": ADDRESS, "password": KNOWN}
    assert client.submit("/register-account", stranger).status_code == 200
    assert session.scalars(select(Person.password)).one() is not None
    session.rollback()
    code, output = begin(app)
    assert code == 0, output
    refused = client.submit("/sign-in", {"email": ADDRESS, "password": KNOWN})
    assert refused.status_code == 422
    link = output.strip().splitlines()[-1].partition("http://localhost")[2]
    client.submit(link, {"password": PASSWORD})
    client.submit("/sign-in", {"email": ADDRESS, "password": PASSWORD})
    assert client.get("/people").status_code == 200


@pytest.mark.parametrize("email", ["nobody", "a b@example.org", ""])
def test_what_is_no_address_is_refused(app: Flask, session: Session, email: str) -> None:
    code, output = begin(app, email)
    assert code == 1
    assert "not an address" in output
    assert session.scalar(select(func.count(Person.id))) == 0


def test_whoever_has_no_name_is_refused(app: Flask, session: Session) -> None:
    result = app.test_cli_runner().invoke(args=["begin", ADDRESS, "--name", "  "])
    assert result.exit_code == 2
    assert "A name is needed." in result.output
    assert session.scalar(select(func.count(Person.id))) == 0


def test_applicants_do_not_decide(app: Flask, session: Session) -> None:
    _organisation, company = make_company(session)
    assert company.person_id is not None
    email = session.get_one(Person, company.person_id).email
    session.rollback()
    code, output = begin(app, email)
    assert code == 1
    assert output.startswith("Error: ")
    assert session.scalar(select(func.count(StaffGrant.id))) == 0
