"""A stage that outlasts its longest time is somebody's task, and is told once before and after."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.calendar import BusinessCalendar
from sandbox.kernel.actors import system_actor
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.jobs import Job
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.trials import jobs, queries, services
from sandbox.trials.queries import awaited_in
from tests.factories import pack
from tests.services.test_reminding import run_jobs
from tests.trial_factories import GROUND, Cast, end_early, make_trial, pass_first_gate
from tests.trial_factories import read as read_file

ONE_DAY = timedelta(days=1)


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Cast:
    """A test in its second stage, with a lead and an associate."""
    cast = make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))
    return pass_first_gate(session, cast)


def last_day(session: Session, cast: Cast) -> datetime:
    """Return the present hour of the last day of the stage."""
    file = read_file(session, cast)
    return cast.now + (file.stage_due_on - file.today)


def tasks(session: Session, cast: Cast, now: datetime) -> list[tuple[str, str, date | None]]:
    """List who has the task of leading the test out of its stage, and its day."""
    people = {"lead": cast.lead.officer, "associate": cast.associate.officer, "firm": cast.company}
    return [
        (name, task.kind, task.due_on)
        for name, actor in people.items()
        for task in queries.list_tasks(session, actor, now)
        if task.kind == "trials.leave_stage"
    ]


def warnings(session: Session, now: datetime) -> list[tuple[date, bool]]:
    return [(each.due_on, each.has_passed) for each in services.list_stage_warnings(session, now)]


def suspend(session: Session, cast: Cast, now: datetime) -> None:
    with unit_of_work(session):
        services.suspend(session, cast.company, cast.trial, reason="Falla.", ground=GROUND, now=now)


def resume(session: Session, cast: Cast, now: datetime) -> None:
    for actor in (cast.company, cast.lead.officer):
        with unit_of_work(session):
            services.agree_to_resume(session, actor, cast.trial, now=now)


def test_lead_alone_has_a_task_from_the_day_after_the_last(session: Session, cast: Cast) -> None:
    last = last_day(session, cast)
    due_on = read_file(session, cast).stage_due_on
    assert tasks(session, cast, last) == []
    assert tasks(session, cast, last + ONE_DAY) == [("lead", "trials.leave_stage", due_on)]
    cast.now = last + ONE_DAY
    steps = [
        (each.step.value, each.parties, each.on) for each in awaited_in(read_file(session, cast))
    ]
    assert ("leave_stage", (cast.lead.authority.code,), due_on) in steps
    end_early(session, cast)
    assert tasks(session, cast, last + ONE_DAY) == []


def test_time_of_a_suspension_is_not_counted(session: Session, cast: Cast) -> None:
    last = last_day(session, cast)
    suspend(session, cast, last - ONE_DAY)
    # However long it is stopped, its stage is not outlasted and nobody is told so.
    assert tasks(session, cast, last + 9 * ONE_DAY) == []
    assert warnings(session, last + 9 * ONE_DAY) == []
    resume(session, cast, last + 9 * ONE_DAY)
    assert tasks(session, cast, last + 10 * ONE_DAY) == []
    [(_, _, due_on)] = tasks(session, cast, last + 11 * ONE_DAY)
    cast.now = last + 11 * ONE_DAY
    assert due_on == cast.now.date() - ONE_DAY == read_file(session, cast).stage_due_on


def test_company_and_lead_are_told_once_before_the_last_day_and_once_after(
    session: Session, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, due_on = last_day(session, cast), read_file(session, cast).stage_due_on
    calendar = BusinessCalendar.from_spec(pack().calendar)
    for days in range(-30, 31):
        now = last + days * ONE_DAY
        left = calendar.business_days_between(now.date(), due_on)
        expected = [(due_on, days > 0)] if left <= 5 and days < 30 else []
        assert warnings(session, now) == expected, days
        session.rollback()
        if days % 3 == 0:
            monkeypatch.setattr(jobs, "utc_now", lambda now=now: now)
            with unit_of_work(session):
                jobs.watch_stages(session, system_actor("trials.watch_stages"))
            run_jobs(session, app, "trials.warn_of_stage")
    company, lead = cast.company.person_id, {cast.lead.head.person_id, cast.lead.officer.person_id}
    for template, words in (("stage_ends", "has to end by"), ("stage_over", "is over its limit")):
        mails = mails_of(session, f"trials/{template}")
        people = [mail.person_id for mail in mails]
        assert len(people) == len(set(people))
        assert company in people
        assert set(people) - {company} <= lead
        assert set(people) & lead
        with app.test_request_context():
            assert words in render_mail(mails[0], "en").subject
            stage = pack().tier(cast.trial.tier).stages[1]
            assert stage.name.in_("en") in render_mail(mails[0], "en").body


def mails_of(session: Session, template: str) -> Sequence[OutboxMail]:
    return session.scalars(select(OutboxMail).where(OutboxMail.template == template)).all()


def test_who_has_left_the_stage_meanwhile_is_not_told(session: Session, cast: Cast) -> None:
    last = last_day(session, cast)
    assert len(warnings(session, last)) == 1
    end_early(session, cast)
    with unit_of_work(session):
        services.warn_of_stage(session, cast.trial, now=last)
    assert mails_of(session, "trials/stage_ends") == []
    assert session.scalars(select(Job).where(Job.name == "trials.warn_of_stage")).all() == []


def test_list_tells_since_when_a_test_is_over_its_limit(session: Session, cast: Cast) -> None:
    last, ids = last_day(session, cast), [cast.trial.id]
    due_on = read_file(session, cast).stage_due_on
    assert queries.map_over_limit(session, ids, last) == {}
    assert queries.map_over_limit(session, ids, last + ONE_DAY) == {cast.trial.id: due_on}
    assert queries.map_over_limit(session, [], last + ONE_DAY) == {}
    suspend(session, cast, last)
    assert queries.map_over_limit(session, ids, last + 5 * ONE_DAY) == {}
