"""People are reminded of what they have to do, once for each step, and choose how mails come."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.accounts import services
from sandbox.coordination import jobs as coordination_jobs
from sandbox.coordination import services as coordination
from sandbox.home import jobs, reminding
from sandbox.home.queries import list_mails
from sandbox.kernel.actors import system_actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.jobs import Job, run_next
from sandbox.kernel.mail import MailState, OutboxMail, post_to, render_mail
from sandbox.models import Application, Person
from sandbox.models.people import MailRhythm
from tests.factories import (
    NOW,
    SYSTEM,
    Team,
    actor_for,
    make_assigned,
    make_company,
    make_person,
    make_staff,
    make_team,
    start_review,
)


def morning(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 13, 0, tzinfo=UTC)


def assigned(session: Session) -> tuple[Application, Team]:
    """Ask INAI on 2 March to take a case; it has until the 9th to answer."""
    inai = make_team(session, "INAI")
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    return make_assigned(session, organisation, company, caseworker, lead=inai), inai


def told(session: Session, template: str) -> Sequence[OutboxMail]:
    statement = select(OutboxMail).where(OutboxMail.template == template)
    return session.scalars(statement.order_by(OutboxMail.created_at)).all()


def remind_head(session: Session, inai: Team, now: datetime) -> bool:
    with unit_of_work(session):
        return reminding.remind(session, person_of(session, inai), now=now)


def person_of(session: Session, team: Team) -> Person:
    return session.get_one(Person, team.head.person_id)


# --- reminders ------------------------------------------------------------------------------------


def test_a_person_is_reminded_at_each_step_and_of_what_is_over(
    session: Session, app: Flask
) -> None:
    application, inai = assigned(session)
    days = ((3, 3), (3, 4), (3, 5), (3, 6), (3, 9), (3, 10), (3, 11))
    assert [remind_head(session, inai, morning(*each)) for each in days] == [
        False, True, False, True, False, True, False,
    ]  # fmt: skip
    first, _, last = told(session, reminding.REMINDER)
    with app.test_request_context():
        soon, over = render_mail(first, "en"), render_mail(last, "en")
        spanish = render_mail(first, "es")
    assert soon.subject == "1 matter is due soon"
    assert over.subject == "1 matter is overdue or due soon"
    assert spanish.subject == "1 asunto está por vencer"
    line = f"- {application.reference}: Say whether your authority takes the case"
    assert f"{line} (due on 9 March 2026)" in soon.body
    # A reminder outlives a recusal in the inbox, so it holds nothing of the case but its number.
    assert application.title not in soon.body


def test_nobody_is_reminded_of_what_is_done_or_closed_to_them(session: Session) -> None:
    application, inai = assigned(session)
    with unit_of_work(session):
        coordination.declare_conflict(
            session,
            inai.head,
            application,
            has_conflict=True,
            explanation="Soy socia.",
            now=morning(3, 3),
        )
    assert not remind_head(session, inai, morning(3, 10))
    assert told(session, reminding.REMINDER) == []


def test_nobody_is_reminded_on_a_holiday_or_against_their_wish(session: Session) -> None:
    _, inai = assigned(session)
    assert not remind_head(session, inai, morning(3, 16))  # the birthday of Benito Juárez
    person_of(session, inai).wants_reminders = False
    session.flush()
    assert inai.head.person_id not in reminding.list_people_to_remind(session)
    assert inai.officer.person_id in reminding.list_people_to_remind(session)
    session.rollback()


def test_a_day_reminds_each_person_in_one_job(session: Session) -> None:
    assigned(session)
    people = set(map(str, reminding.list_people_to_remind(session)))
    session.rollback()
    for _ in range(2):
        with unit_of_work(session):
            jobs.remind_all(session, system_actor("home.remind_all"))
    found = session.scalars(select(Job.arguments).where(Job.name == "home.remind")).all()
    assert sorted(each["person_id"] for each in found) == sorted(people)


# --- terms of authorities -------------------------------------------------------------------------


def warned(session: Session, now: datetime) -> list[tuple[str, bool]]:
    return [(each.term.value, each.has_passed) for each in coordination.list_warnings(session, now)]


def test_heads_are_warned_before_a_term_ends_and_the_secretariat_after(session: Session) -> None:
    application, inai = assigned(session)
    assert warned(session, morning(3, 5)) == []
    assert warned(session, morning(3, 6)) == [("answer", False)]
    assert warned(session, morning(3, 10)) == [("answer", True)]
    start_review(session, application, inai)
    # Fifteen business days after the 2nd, one of which (the 16th) is a holiday: the 24th.
    assert warned(session, morning(3, 20)) == []
    assert warned(session, morning(3, 23)) == [("position", False)]
    assert warned(session, morning(3, 25)) == [("position", True)]
    # Sixty business days after the 2nd of March.
    assert ("decision", False) not in warned(session, morning(5, 19))
    assert ("decision", False) in warned(session, morning(5, 27))
    assert ("decision", True) in warned(session, morning(6, 15))
    # Once it is forgotten who was told of a term, nobody is told of it again.
    assert warned(session, morning(7, 31)) == []


def test_a_warning_is_given_once_to_whom_it_concerns(
    session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    application, inai = assigned(session)
    for day in ((3, 6), (3, 6), (3, 9), (3, 10), (3, 11)):
        monkeypatch.setattr(coordination_jobs, "utc_now", lambda day=day: morning(*day))
        with unit_of_work(session):
            coordination_jobs.warn_all(session, system_actor("coordination.warn_all"))
        run_jobs(session, app, "coordination.warn")
    [ends] = told(session, "coordination/term_ends")
    [passed] = told(session, "coordination/term_passed")
    assert ends.person_id == inai.head.person_id
    assert session.get_one(Person, passed.person_id).name == "Carmen Ruiz"
    with app.test_request_context():
        assert render_mail(ends, "en").subject == (
            f"{application.reference}: your authority has to answer by 9 March 2026"
        )
        assert render_mail(passed, "es").subject == (
            f"{application.reference}: INAI no respondió a tiempo"
        )


def run_jobs(session: Session, app: Flask, name: str) -> None:
    """Carry out the waiting jobs of one name; the others wait on."""
    others = session.scalars(select(Job).where(Job.name != name, Job.state == "waiting")).all()
    with unit_of_work(session):
        for job in others:
            session.get_one(Job, job.id).state = "aside"
    with app.app_context():
        while run_next(session):
            pass
    session.expire_all()


# --- the digest -----------------------------------------------------------------------------------


@pytest.fixture
def daily(session: Session) -> Person:
    person = make_person(session)
    with unit_of_work(session):
        services.change_profile(
            session,
            actor_for(session, person),
            person,
            name=person.name,
            language=person.language,
            mail_rhythm=MailRhythm.DAILY,
            wants_reminders=True,
            expected_version=person.version,
            now=morning(3, 2),
        )
    return person


Deliver = Callable[[], None]


@pytest.fixture
def deliver(session: Session, app: Flask) -> Deliver:
    def everything() -> None:
        with app.app_context():
            while run_next(session):
                pass
        session.expire_all()

    return everything


def tell(session: Session, person: Person, template: str, **params: str) -> None:
    with unit_of_work(session):
        post_to(session, person, template, morning(3, 3), **params)


def test_what_can_wait_comes_once_a_day_and_the_rest_at_once(
    session: Session, app: Flask, daily: Person, deliver: Deliver
) -> None:
    for version in ("1.1.0", "1.2.0"):
        tell(session, daily, "programme/in_force", rules=version, note="Nota.")
    tell(session, daily, "accounts/password_changed", name="Ana")
    deliver()
    states = [mail.state for mail in told(session, "programme/in_force")]
    assert states == [MailState.HELD, MailState.HELD]
    assert [mail.state for mail in told(session, "accounts/password_changed")] == [MailState.SENT]
    with unit_of_work(session), app.test_request_context():
        assert reminding.digest(session, daily, now=morning(3, 4)) == 2
    with unit_of_work(session), app.test_request_context():
        assert reminding.digest(session, daily, now=morning(3, 5)) == 0
    deliver()
    [summary] = told(session, reminding.DIGEST)
    assert summary.state == MailState.SENT
    assert {mail.state for mail in told(session, "programme/in_force")} == {MailState.SENT}
    with app.test_request_context():
        assert render_mail(summary, "en").subject == "2 messages of the last day"
        body = render_mail(summary, "es").body
        for mail in told(session, "programme/in_force"):
            assert f"- {render_mail(mail, daily.language).subject}" in body
    # The inbox holds each message itself, so the summary of them does not stand there too.
    rows = list_mails(session, actor_for(session, daily)).rows
    assert sorted(row.OutboxMail.template for row in rows) == [
        "accounts/password_changed",
        "programme/in_force",
        "programme/in_force",
    ]


def test_of_what_is_closed_to_them_by_now_nobody_is_told_in_a_digest(
    session: Session, app: Flask, deliver: Deliver
) -> None:
    application, inai = assigned(session)
    head = person_of(session, inai)
    with unit_of_work(session):
        head.mail_rhythm = MailRhythm.DAILY
        record(session, SYSTEM, Deed.PERSON_PROFILE_CHANGED, head, now=morning(3, 2))
    with unit_of_work(session):
        post_to(
            session,
            head,
            "applications/resubmitted",
            morning(3, 3),
            application_id=application.id,
            reference=application.reference,
            title="Oculto",
            number=2,
            submitted_at=morning(3, 3),
            content_hash="0" * 64,
        )
    deliver()
    with unit_of_work(session):
        coordination.declare_conflict(
            session, inai.head, application, has_conflict=True, explanation="Socia.", now=NOW
        )
    with unit_of_work(session), app.test_request_context():
        assert reminding.digest(session, head, now=morning(3, 4)) == 0
    assert told(session, reminding.DIGEST) == []
    assert {mail.state for mail in told(session, "applications/resubmitted")} == {MailState.SENT}


def test_whoever_wants_mails_at_once_has_them_at_once(session: Session, deliver: Deliver) -> None:
    person = make_person(session)
    tell(session, person, "programme/in_force", rules="1.1.0", note="Nota.")
    deliver()
    assert [mail.state for mail in told(session, "programme/in_force")] == [MailState.SENT]


def test_what_can_wait_is_a_mail_of_ours(app: Flask) -> None:
    for template in reminding.CAN_WAIT:
        assert app.jinja_env.get_template(f"emails/{template}.txt")
    assert not any(template.startswith(("accounts/", "home/")) for template in reminding.CAN_WAIT)
