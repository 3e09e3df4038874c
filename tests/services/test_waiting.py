"""Moving what is stored into the past is waiting, as far as the platform can tell."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sandbox.applications.queries import clock_of
from sandbox.kernel.clock import local_day
from sandbox.kernel.files import FileStore
from sandbox.models import Reading
from tests.factories import NOW, actor_for, make_company, make_in_triage, make_staff, pack
from tests.trial_factories import hand_in_report, make_running_trial, read
from tests.waiting import WEEK, days_pass


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore.from_url(f"file://{tmp_path / 'files'}")


def test_term_reads_after_passed_days_as_after_waiting(session: Session, engine: Engine) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker)

    def term(day: date) -> tuple[int, int]:
        clock = clock_of(session, application, pack(), day)
        assert clock is not None
        return clock.day, clock.days_left

    today = local_day(NOW, pack().calendar.timezone)
    fresh, waited = term(today), term(today + timedelta(days=WEEK))
    session.rollback()
    days_pass(engine, WEEK)
    assert term(today) == waited == (fresh[0] + 5, fresh[1] - 5)
    session.rollback()


def test_test_owes_after_passed_days_what_it_owes_after_waiting(
    session: Session, engine: Engine, files: FileStore
) -> None:
    cast = make_running_trial(session, files, tier="limited")
    # Of one day there is one reading, and the second stands where the first is moved to.
    for _ in range(2):
        hand_in_report(session, cast)
        cast.now += timedelta(days=WEEK)
    measured = list(session.scalars(select(Reading.measured_on).order_by(Reading.measured_on)))

    def owed() -> tuple[object, ...]:
        file = read(session, cast)
        gate = file.gate(file.next_gate)
        days = (file.today - file.entered_on).days
        return days, len(file.reports_due), [each.missing for each in gate.requirements]

    fresh = owed()
    cast.now += timedelta(days=9 * WEEK)
    waited = owed()
    cast.now -= timedelta(days=9 * WEEK)
    session.rollback()
    days_pass(engine, 9 * WEEK)
    assert owed() == waited != fresh
    moved = list(session.scalars(select(Reading.measured_on).order_by(Reading.measured_on)))
    assert moved == [day - timedelta(days=9 * WEEK) for day in measured]
    days_pass(engine, WEEK)
    session.rollback()


def test_days_pass_in_whole_weeks_alone(engine: Engine) -> None:
    with pytest.raises(AssertionError, match="Whole weeks"):
        days_pass(engine, 30)
