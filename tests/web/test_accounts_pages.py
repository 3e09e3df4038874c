"""Sign-in, registration, organisations and the administration of roles, as people meet them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from sandbox.accounts import notices, queries, services
from sandbox.accounts.passwords import hash_password
from sandbox.kernel.actors import VISITOR, StaffRole
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import Organisation, Person
from tests.factories import NOW as THEN
from tests.factories import (
    actor_for,
    make_authority,
    make_organisation,
    make_person,
    make_staff,
)
from tests.pages import JudgingClient

PASSWORD = "puente rojo sobre papel"
HASHED = hash_password(PASSWORD)
SPANISH = {"Accept-Language": "es-MX"}


@pytest.fixture
def english(client: JudgingClient) -> JudgingClient:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def ana(session: Session) -> Person:
    """A confirmed person who knows her password."""
    person = make_person(session, language="en")
    set_password(session, person)
    return person


def set_password(session: Session, person: Person) -> None:
    person.password = HASHED
    session.flush()
    session.commit()
    session.info.clear()


def mails(session: Session) -> list[OutboxMail]:
    session.rollback()
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)))


def token_in(session: Session, template: str) -> str:
    """Return the token of the last mail made from a template."""
    found = [mail for mail in mails(session) if mail.template == f"accounts/{template}"]
    assert found, [mail.template for mail in mails(session)]
    assert found[-1].secrets is not None
    return str(found[-1].secrets["token"])


def deeds(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEntry.deed).order_by(AuditEntry.at, AuditEntry.tick)))


def sign_in(client: JudgingClient, email: str, password: str = PASSWORD) -> Any:
    return client.submit(
        "/sign-in", {"email": email, "password": password}, form=None, follow=False
    )


def is_signed_in(client: JudgingClient) -> bool:
    response = client.get("/account")
    return response.status_code == 200


# --- signing in and out ---------------------------------------------------------------------------


def test_person_signs_in_and_out(english: JudgingClient, ana: Person) -> None:
    assert not is_signed_in(english)
    response = sign_in(english, ana.email.upper())
    assert (response.status_code, response.location) == (302, "/my-tasks")
    page: Any = english.get("/account")
    assert page.heading == "Your account"
    assert ana.email in page.main
    english.submit(page, form="/sign-out", follow=False)
    assert not is_signed_in(english)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/register-account",
        "/reset-password",
        "/confirm",
    ],
)
def test_pages_of_visitors_speak_both_languages(
    client: JudgingClient, language: str, path: str
) -> None:
    page: Any = client.get(path, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert page.language.startswith(language)


def test_sign_in_leads_to_the_page_that_was_asked_for(english: JudgingClient, ana: Person) -> None:
    asked = english.get("/account?x=1")
    assert asked.status_code == 302
    page = english.get(asked.location)
    response = english.submit(page, {"email": ana.email, "password": PASSWORD}, follow=False)
    assert response.location == "/account?x=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.net/",
        "//evil.example.net",
        "\\\\evil.example.net",
        "/\\evil.example.net",
    ],
)
def test_sign_in_leads_to_no_other_site(english: JudgingClient, ana: Person, target: str) -> None:
    page = english.get("/sign-in", query_string={"next": target})
    response = english.submit(page, {"email": ana.email, "password": PASSWORD}, follow=False)
    location = response.headers.get("Location", "")
    assert "//evil" not in location.replace("\\", "/")


def test_wrong_password_unknown_address_and_closed_account_look_the_same(
    english: JudgingClient, session: Session, ana: Person
) -> None:
    closed = make_person(session, "Luis")
    set_password(session, closed)
    closed.active = False
    session.flush()
    session.commit()
    session.info.clear()
    nobody = make_person(session, "Eva")  # an account without a password
    answers = set()
    for email, password in [
        (ana.email, "not the password"),
        ("unknown@example.org", PASSWORD),
        (closed.email, PASSWORD),
        (nobody.email, PASSWORD),
        ("not an address", PASSWORD),
        (ana.email, ""),
    ]:
        page = sign_in(english, email, password)
        answers.add(
            (page.status_code, tuple(page.error_summary), page.title, page.main.replace(email, ""))
        )
    assert len(answers) == 1, answers
    assert answers.pop()[:2] == (
        422,
        ("The address or the password is wrong. Check both and try again.",),
    )
    assert not is_signed_in(english)


def test_unconfirmed_person_is_told_so_only_with_the_right_password(
    english: JudgingClient, session: Session
) -> None:
    with unit_of_work(session):
        services.register_person(
            session,
            VISITOR,
            email="eva@example.org",
            name="Eva",
            password_hash=HASHED,
            language="en",
            now=THEN,
        )
    right = sign_in(english, "eva@example.org")
    assert right.error_summary == ["Confirm your address first: open the link that we sent to it."]
    wrong = sign_in(english, "eva@example.org", "not the password")
    assert wrong.error_summary == [
        "The address or the password is wrong. Check both and try again."
    ]
    assert not is_signed_in(english)


def test_sign_in_begins_a_new_session(english: JudgingClient, ana: Person) -> None:
    english.get("/sign-in")
    with english.session_transaction() as before:
        before["planted"] = "by somebody else"
        token = before["csrf_token"]
    sign_in(english, ana.email)
    with english.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != token
        assert after["language"] == "en"
        assert after.permanent


def test_session_ends_after_half_an_hour_of_silence(english: JudgingClient, ana: Person) -> None:
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(english, ana.email)
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(english)
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(english)
        clock.shift(timedelta(minutes=31))
        assert not is_signed_in(english)


def test_session_ends_after_half_a_day(english: JudgingClient, ana: Person) -> None:
    start = datetime(2026, 3, 2, 6, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(english, ana.email)
        for _ in range(28):
            clock.shift(timedelta(minutes=25))
            assert is_signed_in(english)
        clock.shift(timedelta(minutes=25))
        assert not is_signed_in(english)


def test_closed_account_is_out_at_the_next_request(
    english: JudgingClient, session: Session, ana: Person
) -> None:
    sign_in(english, ana.email)
    assert is_signed_in(english)
    ana.active = False
    session.flush()
    session.commit()
    session.info.clear()
    assert not is_signed_in(english)


def test_nothing_remembers_a_person_beyond_the_session(english: JudgingClient, ana: Person) -> None:
    page = english.get("/sign-in")
    token = page.tree.xpath("//main//input[@name='csrf_token']/@value")[0]  # type: ignore[attr-defined]
    response = english.post(
        "/sign-in",
        data={"csrf_token": token, "email": ana.email, "password": PASSWORD, "remember": "y"},
    )
    assert response.status_code == 302
    cookies = {header.partition("=")[0] for header in response.headers.getlist("Set-Cookie")}
    assert cookies == {"session"}


def test_tokens_and_machines_get_nothing(client: JudgingClient, ana: Person) -> None:
    response = client.post(
        "/sign-in?include_auth_token",
        json={"email": ana.email, "password": PASSWORD},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 400
    assert b"auth" not in response.data.lower()
    for headers in ({"Authentication-Token": "x"}, {"Authorization": "Basic YTpi"}):
        assert client.get("/account", headers=headers).status_code == 302


def test_sign_out_needs_the_form(english: JudgingClient, ana: Person) -> None:
    sign_in(english, ana.email)
    assert english.get("/sign-out").status_code == 405
    assert english.post("/sign-out").status_code == 400
    assert is_signed_in(english)


def test_page_of_a_signed_in_person_asks_little(english: JudgingClient, ana: Person) -> None:
    sign_in(english, ana.email)
    english.get("/authority")
    selects = [s for s in english.statements if s.startswith("SELECT")]
    # The person, everything they belong to, and the page's own.
    assert len(selects) == 3, selects


# --- registering ----------------------------------------------------------------------------------

NEW = {"name": "Eva Ríos", "email": "Eva@Example.org", "password": PASSWORD, "language": "en"}


def test_person_registers_confirms_and_signs_in(english: JudgingClient, session: Session) -> None:
    page = english.submit("/register-account", NEW)
    assert "We have sent a mail to eva@example.org" in page.main
    person = queries.find_person(session, "eva@example.org")
    assert person is not None
    assert (person.name, person.language, person.confirmed_at) == ("Eva Ríos", "en", None)
    assert person.password is not None
    assert person.password.startswith("$argon2id$")
    assert deeds(session) == [Deed.PERSON_REGISTERED]
    assert sign_in(english, "eva@example.org").status_code == 422

    token = token_in(session, "confirm")
    page = english.get(f"/confirm/{token}")
    assert page.heading == "Confirm your address"
    # Programs that look at the links in mails have changed nothing.
    assert sign_in(english, "eva@example.org").status_code == 422
    page = english.submit(f"/confirm/{token}", {})
    assert "Your address is confirmed" in page.main
    assert deeds(session) == [Deed.PERSON_REGISTERED, Deed.PERSON_CONFIRMED]
    assert sign_in(english, "eva@example.org").status_code == 302
    assert is_signed_in(english)

    english.sign_out()
    again = english.get(f"/confirm/{token}", follow_redirects=True)
    assert "confirmed already" in again.main


def test_registered_address_gives_nothing_away(
    english: JudgingClient, session: Session, ana: Person
) -> None:
    fresh = english.submit("/register-account", NEW, follow=False)
    fresh_page = english.get(fresh.location)
    known = english.submit("/register-account", {**NEW, "email": ana.email}, follow=False)
    known_page = english.get(known.location)
    assert (fresh.status_code, fresh.location) == (known.status_code, known.location)
    assert fresh_page.main.replace("eva@example.org", "X") == known_page.main.replace(
        ana.email, "X"
    )
    assert [(mail.template, mail.address) for mail in mails(session)] == [
        ("accounts/confirm", "eva@example.org"),
        ("accounts/already_registered", ana.email),
    ]
    assert (ana.name, ana.password) == ("Ana López", HASHED)


def test_registering_again_before_the_confirmation_sends_the_link_again(
    english: JudgingClient, session: Session
) -> None:
    english.submit("/register-account", NEW)
    english.submit("/register-account", {**NEW, "name": "Somebody else"})
    assert [mail.template for mail in mails(session)] == ["accounts/confirm"] * 2
    person = queries.find_person(session, "eva@example.org")
    assert person is not None
    assert person.name == "Eva Ríos"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Complete this answer: Your name"),
        ("email", "eva", "Write an e-mail address such as name@example.org."),
        ("password", "short", "Choose a password of at least 12 characters."),
        ("password", "password1234", "This password is among the first"),
        ("password", "eva rios 2026", "does not consist of your name"),
    ],
)
def test_bad_registration_is_sent_back_with_everything_typed(
    english: JudgingClient, session: Session, field: str, value: str, message: str
) -> None:
    page = english.submit("/register-account", {**NEW, field: value})
    assert page.status_code == 422
    assert len(page.error_summary) == 1
    assert message in page.error_summary[0]
    assert page.title.startswith("Error:")
    typed = page.tree.xpath("//input[@name='name']/@value")
    assert typed == ["" if field == "name" else "Eva Ríos"]
    assert page.tree.xpath("//input[@name='password']/@value") == []
    assert mails(session) == []


def test_registration_cannot_set_more_than_it_asks(
    english: JudgingClient, session: Session
) -> None:
    page = english.get("/register-account")
    token = page.tree.xpath("//main//input[@name='csrf_token']/@value")[0]  # type: ignore[attr-defined]
    extra = {"confirmed_at": "2026-01-01", "active": "y", "id": "1", "fs_uniquifier": "known"}
    english.post("/register-account", data={**NEW, **extra, "csrf_token": token})
    person = queries.find_person(session, "eva@example.org")
    assert person is not None
    assert person.confirmed_at is None
    assert person.fs_uniquifier != "known"


@pytest.mark.parametrize("token", ["x", "WyJhIiwiYiJd.aaaa.bbbb"])
def test_wrong_link_leads_to_a_new_one(english: JudgingClient, token: str) -> None:
    for path in (f"/confirm/{token}", f"/reset-password/{token}"):
        page = english.get(path, follow_redirects=True)
        assert page.status_code == 200
        assert "This link is not valid" in page.main


def test_confirmation_link_is_valid_for_two_days(english: JudgingClient, session: Session) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as clock:
        english.submit("/register-account", NEW)
        token = token_in(session, "confirm")
        clock.shift(timedelta(days=2, seconds=1))
        page = english.get(f"/confirm/{token}", follow_redirects=True)
        assert "This link was valid for 2 days" in page.main
        english.submit(page, {"email": "eva@example.org"})
        token = token_in(session, "confirm")
        page = english.submit(f"/confirm/{token}", {})
        assert "Your address is confirmed" in page.main


# --- passwords ------------------------------------------------------------------------------------


def test_forgotten_password_is_replaced_once(
    english: JudgingClient,
    session: Session,
    ana: Person,
    client_for: Callable[[str], JudgingClient],
) -> None:
    elsewhere = client_for(ana.email)
    assert is_signed_in(elsewhere)
    english.submit("/reset-password", {"email": ana.email.upper()})
    token = token_in(session, "reset_password")
    page = english.submit(f"/reset-password/{token}", {"password": "password1234"})
    assert page.status_code == 422
    page = english.submit(f"/reset-password/{token}", {"password": "cuatro sillas verdes"})
    assert "Your new password is set" in page.main
    assert not is_signed_in(elsewhere)
    assert sign_in(english, ana.email).status_code == 422
    assert sign_in(english, ana.email, "cuatro sillas verdes").status_code == 302
    assert deeds(session)[-1] == Deed.PERSON_PASSWORD_CHANGED
    assert mails(session)[-1].template == "accounts/password_changed"
    english.sign_out()
    page = english.get(f"/reset-password/{token}", follow_redirects=True)
    assert "This link is not valid" in page.main


def test_forgotten_password_gives_nothing_away(
    english: JudgingClient, session: Session, ana: Person
) -> None:
    known = english.submit("/reset-password", {"email": ana.email})
    unknown = english.submit("/reset-password", {"email": "unknown@example.org"})
    assert known.main.replace(ana.email, "X") == unknown.main.replace("unknown@example.org", "X")
    assert [mail.address for mail in mails(session)] == [ana.email]
    for typed in ("", "no address"):
        page = english.submit("/reset-password", {"email": typed})
        assert page.status_code == 422
        assert len(page.error_summary) == 1


def test_confirmation_sent_again_gives_nothing_away(
    english: JudgingClient, session: Session, ana: Person
) -> None:
    english.submit("/register-account", NEW)
    texts = {
        english.submit("/confirm", {"email": email}).main.replace(email, "X")
        for email in (ana.email, "unknown@example.org", "eva@example.org")
    }
    assert len(texts) == 1
    assert [mail.address for mail in mails(session)] == ["eva@example.org"] * 2


def test_person_changes_the_password_and_stays_signed_in(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    here, elsewhere = client_for(ana.email), client_for(ana.email)
    wrong = here.submit(
        "/change-password", {"password": "wrong", "new_password": "cuatro sillas verdes"}
    )
    assert wrong.status_code == 422
    assert "This is not your present password." in wrong.error_summary[0]
    page = here.submit(
        "/change-password", {"password": PASSWORD, "new_password": "cuatro sillas verdes"}
    )
    assert page.heading == "Your account"
    assert "Your password is changed." in page.main
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert deeds(session)[-1] == Deed.PERSON_PASSWORD_CHANGED
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc())).first()
    assert entry is not None
    assert entry.person_id == ana.id


def test_visitors_change_no_password(client: JudgingClient) -> None:
    response = client.get("/change-password")
    assert response.status_code == 302
    assert response.location.startswith("/sign-in")


# --- one's own account ----------------------------------------------------------------------------


def test_profile_is_saved_and_the_language_changes(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    client = client_for(ana.email)
    page = client.submit("/account", {"name": "Ana L.", "language": "es"})
    assert page.language.startswith("es")
    session.rollback()
    assert (ana.name, ana.language) == ("Ana L.", "es")
    assert deeds(session)[-1] == Deed.PERSON_PROFILE_CHANGED


# --- organisations and invitations ----------------------------------------------------------------


def test_owner_creates_an_organisation_and_invites(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    owner = client_for(ana.email)
    assert "Begin with your organisation" in owner.get("/organisation").main
    page = owner.submit(
        "/organisations/new",
        {"name": "Río Claro", "kind": "company", "tax_id": "abc 010203-ab1", "state": "Jalisco"},
    )
    assert page.heading == "Río Claro"
    session.rollback()
    made = session.scalars(select(Organisation)).one()
    assert made.tax_id == "ABC010203AB1"
    assert owner.get("/organisation").location == f"/organisations/{made.id}"
    invited = owner.submit(
        f"/organisations/{made.id}/invite", {"email": "Eva@Example.org", "role": "member"}
    )
    assert "We have sent an invitation to eva@example.org." in invited.main
    assert "eva@example.org" in invited.main
    refused = owner.submit(
        f"/organisations/{made.id}/invite", {"email": ana.email, "role": "member"}
    )
    assert refused.status_code == 422
    assert "already a member" in refused.error_summary[0]


def test_taken_tax_number_keeps_what_was_typed(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    client = client_for(ana.email)
    form = {"name": "Uno", "kind": "company", "tax_id": "ABC010203AB1"}
    client.submit("/organisations/new", form)
    page = client.submit("/organisations/new", {**form, "name": "Dos"})
    assert page.status_code == 422
    assert "tax number is here already" in page.error_summary[0]
    assert page.tree.xpath("//input[@name='name']/@value") == ["Dos"]


@pytest.fixture
def invited(session: Session, ana: Person) -> tuple[Organisation, str]:
    """An organisation of Ana's and the token of an invitation to eva@example.org."""
    made = make_organisation(session, ana)
    actor = actor_for(session, ana)
    with unit_of_work(session):
        services.invite(session, actor, made, email="eva@example.org", now=datetime.now(UTC))
    return made, token_in(session, "invitation")


def test_invited_stranger_registers_joins_and_is_signed_in(
    english: JudgingClient, session: Session, invited: tuple[Organisation, str]
) -> None:
    _, token = invited
    page = english.get(f"/invitations/{token}")
    assert page.heading == "Join Río Claro"
    assert "Ana López" in page.main
    bad = english.submit(page, {"name": "Eva", "password": "short", "language": "en"})
    assert bad.status_code == 422
    assert len(bad.error_summary) == 1
    joined = english.submit(page, {"name": "Eva", "password": PASSWORD, "language": "en"})
    assert joined.heading == "Río Claro"
    assert "Eva" in joined.main
    session.rollback()
    eva = queries.find_person(session, "eva@example.org")
    assert eva is not None
    assert eva.confirmed_at is not None
    english.sign_out()
    assert sign_in(english, "eva@example.org").status_code == 302
    used = english.get(f"/invitations/{token}")
    assert used.status_code == 409
    assert "already been used" in used.main


def test_invited_person_with_an_account_signs_in_and_joins(
    english: JudgingClient, session: Session, invited: tuple[Organisation, str]
) -> None:
    made, token = invited
    with unit_of_work(session):
        services.register_person(
            session,
            VISITOR,
            email="eva@example.org",
            name="Eva",
            password_hash=HASHED,
            language="en",
            now=THEN,
        )
    eva = queries.find_person(session, "eva@example.org")
    assert eva is not None
    with unit_of_work(session):
        services.confirm_person(session, VISITOR, eva, now=THEN)
    page = english.get(f"/invitations/{token}")
    assert "Sign in as eva@example.org" in page.main
    back = english.submit(page.links["Sign in"], {"email": "eva@example.org", "password": PASSWORD})
    assert back.heading == "Join Río Claro"
    joined = english.submit(back, {}, form="/accept")
    assert joined.heading == "Río Claro"
    session.rollback()
    assert actor_for(session, eva).member_of == {made.id}


def test_invitation_is_of_no_use_to_anybody_else(
    session: Session,
    invited: tuple[Organisation, str],
    client_for: Callable[[str], JudgingClient],
) -> None:
    _, token = invited
    other = make_person(session, "Luis", language="en")
    client = client_for(other.email)
    page = client.get(f"/invitations/{token}")
    assert "The invitation is for eva@example.org" in page.main
    csrf = page.tree.xpath("//input[@name='csrf_token']/@value")[0]  # type: ignore[attr-defined]
    answer = client.post(f"/invitations/{token}/accept", data={"csrf_token": csrf})
    assert answer.status_code == 404
    session.rollback()
    assert actor_for(session, other).member_of == frozenset()


def test_guessed_invitation_is_not_found(client: JudgingClient) -> None:
    assert client.get("/invitations/guessed").status_code == 404


def test_members_see_members_and_only_owners_the_invitations(
    session: Session,
    ana: Person,
    client_for: Callable[[str], JudgingClient],
) -> None:
    eva = make_person(session, "Eva", language="en")
    made = make_organisation(session, ana, eva)
    actor = actor_for(session, ana)
    with unit_of_work(session):
        services.invite(session, actor, made, email="canary@example.org", now=datetime.now(UTC))
    path = f"/organisations/{made.id}"
    assert "canary@example.org" in client_for(ana.email).get(path).main
    member = client_for(eva.email).get(path)
    assert "canary@example.org" not in member.get_data(as_text=True)
    assert "Only an owner can invite" in member.main
    assert client_for(eva.email).get(f"{path}/invite").status_code in (403, 404)


def test_organisation_of_others_looks_as_if_it_did_not_exist(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    made = make_organisation(session, ana, name="Canary")
    luis = make_person(session, "Luis", language="en")
    make_organisation(session, luis, name="Own")
    client = client_for(luis.email)
    there = client.get(f"/organisations/{made.id}")
    nowhere = client.get("/organisations/00000000-0000-4000-8000-000000000000")
    assert there.status_code == nowhere.status_code == 404
    assert there.main == nowhere.main
    assert "Canary" not in there.get_data(as_text=True)
    assert client.get(f"/organisations/{made.id}/invite").status_code == 404


def test_owner_removes_a_member_who_is_out_at_once(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    eva = make_person(session, "Eva", language="en")
    made = make_organisation(session, ana, eva)
    owner, member = client_for(ana.email), client_for(eva.email)
    path = f"/organisations/{made.id}"
    assert member.get(path).status_code == 200
    place = queries.find_membership(session, eva.id, made.id)
    assert place is not None
    removed = owner.submit(path, {}, form=f"/members/{place.id}/remove")
    assert "The member is removed." in removed.main
    assert member.get(path).status_code in (403, 404)


def test_last_owner_is_told_why_they_cannot_leave(
    session: Session, ana: Person, client_for: Callable[[str], JudgingClient]
) -> None:
    made = make_organisation(session, ana)
    client = client_for(ana.email)
    page = client.submit(f"/organisations/{made.id}", {}, form="/remove")
    assert page.status_code == 409
    assert "An organisation needs at least one owner." in page.main


# --- administration -------------------------------------------------------------------------------


@pytest.fixture
def admin(session: Session, client_for: Callable[[str], JudgingClient]) -> JudgingClient:
    person = make_staff(session, StaffRole.ADMINISTRATOR, "Zoe Admin")
    person.language = "en"
    session.flush()
    session.commit()
    session.info.clear()
    return client_for(person.email)


def test_administrator_finds_people_page_by_page(
    session: Session, admin: JudgingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Beto Uno", "Carla Dos", "Diego Tres"):
        make_person(session, name)
    monkeypatch.setattr(
        "sandbox.kernel.paging.paged.__kwdefaults__", {"descending": True, "size": 2}
    )
    seen: list[str] = []
    path: str | None = "/people"
    while path:
        page: Any = admin.get(path)
        seen += [row[0] for row in page.rows]
        path = next((href for text, href in page.links.items() if "Next page" in text), None)
    assert seen == ["Beto Uno", "Carla Dos", "Diego Tres", "Zoe Admin"]
    found: Any = admin.get("/people?search=carla")
    assert [row[0] for row in found.rows] == ["Carla Dos"]
    assert "Nobody found" in admin.get("/people?search=100%25").main


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_people_asks_the_same_for_one_as_for_three(
    session: Session, admin: JudgingClient, count: int
) -> None:
    for number in range(count):
        person = make_person(session, f"Person {number}")
        make_organisation(session, person, name=f"Organisation {number}")
    admin.get("/people")
    assert len([s for s in admin.statements if s.startswith("SELECT")]) == 4


def test_administrator_grants_and_ends_roles(session: Session, admin: JudgingClient) -> None:
    ana = make_person(session)
    make_authority(session, "INAI")
    page: Any = admin.get(f"/people/{ana.id}")
    assert "No roles yet" in page.main
    assert admin.submit(f"/people/{ana.id}/roles/new", {}).status_code == 422
    page = admin.submit(f"/people/{ana.id}/roles/new", {"role": "publisher"})
    assert page.rows[0][0] == "Publisher"
    page = admin.submit(f"/people/{ana.id}/authorities/new", {"authority_role": "head"})
    assert "Head at INAI" in page.main
    session.rollback()
    actor = actor_for(session, ana)
    assert actor.staff == {StaffRole.PUBLISHER}
    assert len(actor.head_of) == 1
    page = admin.submit(page, {}, form="/roles/publisher/end")
    page = admin.submit(page, {}, form="/authorities/")
    assert "No roles yet" in page.main
    assert deeds(session)[-4:] == [
        Deed.ROLE_GRANTED,
        Deed.AUTHORITY_MEMBER_JOINED,
        Deed.ROLE_ENDED,
        Deed.ROLE_ENDED,
    ]


def test_administrator_cannot_reach_their_own_roles(session: Session, admin: JudgingClient) -> None:
    own = session.scalars(select(Person).where(Person.name == "Zoe Admin")).one()
    page: Any = admin.get(f"/people/{own.id}")
    assert "Nobody can change their own roles." in page.main
    assert page.tree.xpath("//main//form") == []
    answer = admin.submit(f"/people/{own.id}/roles/new", {"role": "auditor"})
    assert answer.status_code == 409
    session.rollback()
    assert actor_for(session, own).staff == {StaffRole.ADMINISTRATOR}


def test_administrator_opens_an_account_whose_owner_sets_the_password(
    session: Session, admin: JudgingClient, english: JudgingClient
) -> None:
    form = {"name": "Eva Ríos", "email": "eva@example.org", "language": "en"}
    page = admin.submit("/people/new", form)
    assert page.heading == "Eva Ríos"
    again = admin.submit("/people/new", form)
    assert again.status_code == 422
    token = token_in(session, "welcome")
    page = english.submit(f"/reset-password/{token}", {"password": PASSWORD})
    assert "Your new password is set" in page.main
    assert sign_in(english, "eva@example.org").status_code == 302


@pytest.mark.parametrize("role", [None, *(r for r in StaffRole if r != StaffRole.ADMINISTRATOR)])
def test_others_administer_nobody(
    session: Session, client_for: Callable[[str], JudgingClient], role: StaffRole | None
) -> None:
    person = make_staff(session, role) if role else make_person(session)
    client = client_for(person.email)
    for path in (
        "/people",
        "/people/new",
        f"/people/{person.id}",
        f"/people/{person.id}/roles/new",
    ):
        assert client.get(path).status_code == 403


def test_officer_sees_the_colleagues_of_their_own_authority(
    session: Session, client_for: Callable[[str], JudgingClient]
) -> None:
    eva, luis = make_person(session, "Eva", language="en"), make_person(session, "Canary")
    make_authority(session, "INAI", officers=(eva,))
    make_authority(session, "IFT", head=luis)
    page = client_for(eva.email).get("/authority")
    assert "Eva" in page.main
    assert "Canary" not in page.get_data(as_text=True)


# --- limits ---------------------------------------------------------------------------------------


@pytest.fixture
def limited(app: Flask, config: Config) -> Iterator[JudgingClient]:
    """The application once more, with its limits; `app` sees to the database."""
    from sandbox.web.app import create_app

    other = create_app(replace(config, rate_limits=True))
    yield JudgingClient(other)
    with other.app_context():
        db.engine.dispose()


def test_attempts_to_sign_in_are_limited(limited: JudgingClient, ana: Person) -> None:
    statuses = [sign_in(limited, ana.email, "wrong password").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    # Another address is free to try, and reading is not limited.
    assert sign_in(limited, "other@example.org").status_code == 422
    assert limited.get("/sign-in").status_code == 200


def test_registrations_and_resets_are_limited(limited: JudgingClient) -> None:
    for path in ("/register-account", "/reset-password", "/confirm"):
        form = {"email": "eva@example.org"}
        statuses = [limited.submit(path, form).status_code for _ in range(11)]
        assert statuses[-1] == 429
        assert 429 not in statuses[:10]


def test_tax_numbers_cannot_be_tried_by_the_hundred(
    limited: JudgingClient, ana: Person, session: Session
) -> None:
    form = {"name": "Uno", "kind": "company", "tax_id": "SEC010203XY1"}
    with unit_of_work(session):
        services.create_organisation(session, actor_for(session, ana), **form, now=THEN)
    sign_in(limited, ana.email)
    statuses = [limited.submit("/organisations/new", form).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]
    assert limited.get("/organisations/new").status_code == 200


# --- mails ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_mail_reads_well_and_shows_no_secret(
    app: Flask,
    session: Session,
    ana: Person,
    invited: tuple[Organisation, str],
    language: str,
) -> None:

    made, _ = invited
    with unit_of_work(session):
        notices.ask_to_confirm(session, ana, "SECRET", now=THEN)
        notices.already_registered(session, ana, now=THEN)
        notices.offer_reset(session, ana, "SECRET", now=THEN)
        notices.password_changed(session, ana, now=THEN)
        notices.welcome(session, ana, "SECRET", now=THEN)
        notices.roles_changed(session, VISITOR, ana, now=THEN)
        notices.member_removed(session, made, ana.id, now=THEN)
        notices.member_joined(session, made, make_unsaved(), now=THEN)
    with app.app_context():
        for mail in mails(session):
            rendered = render_mail(mail, language)
            assert rendered.subject
            assert "SECRET" not in rendered.body
            assert not re.search(r"[{}]|%\(|\n\n\n\n", rendered.body), mail.template
    assert len({mail.template for mail in mails(session)}) == 9


def make_unsaved() -> Person:
    return Person(
        email="luis@example.org",
        name="Luis",
        password=None,
        fs_uniquifier="x",
        confirmed_at=None,
        created_at=THEN,
    )
