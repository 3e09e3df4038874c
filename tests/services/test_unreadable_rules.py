"""Rules that can no longer be read stop the cases under them, and no others, on both engines."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.domain.applications import ApplicationStatus
from sandbox.home import tasks
from sandbox.kernel.actors import system_actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, Trial
from tests.factories import NOW, actor_for, make_assigned, make_company, make_staff, make_team
from tests.trial_factories import end_early, make_running_trial

CLOCK = system_actor("coordination.apply_silence", "assignment:answer", "position:take")
LAPSER = system_actor("applications.lapse_overdue", "application:lapse")
MUCH_LATER = NOW + timedelta(days=60)


def test_silence_is_applied_to_every_other_case(session: Session) -> None:
    organisation, company = make_company(session)
    caseworker, lead = actor_for(session, make_staff(session)), make_team(session, "INAI")
    unreadable, readable = (
        make_assigned(session, organisation, company, caseworker, lead=lead) for _ in range(2)
    )
    session.execute(
        update(Application).where(Application.id == unreadable.id).values(pack_version="9.9.9")
    )
    session.commit()

    with unit_of_work(session):
        services.apply_silence(session, CLOCK, now=MUCH_LATER)

    assert [each.state for each in queries.list_assignments(session, readable.id)] == ["accepted"]
    assert [each.state for each in queries.list_assignments(session, unreadable.id)] == ["proposed"]


def test_lapsing_passes_over_a_case_whose_term_nobody_can_read(session: Session) -> None:
    organisation, company = make_company(session)
    caseworker, lead = actor_for(session, make_staff(session)), make_team(session, "INAI")
    unreadable, readable = (
        make_assigned(session, organisation, company, caseworker, lead=lead) for _ in range(2)
    )
    due = {"status": ApplicationStatus.RETURNED.value, "answer_due_on": NOW.date()}
    session.execute(update(Application).values(**due))
    session.execute(
        update(Application).where(Application.id == unreadable.id).values(pack_version="9.9.9")
    )
    session.commit()

    with unit_of_work(session):
        assert applications.lapse_overdue(session, LAPSER, now=MUCH_LATER) == 1
    assert readable.status == ApplicationStatus.LAPSED
    assert unreadable.status == ApplicationStatus.RETURNED


def test_ended_test_under_them_keeps_nobody_from_their_tasks(session: Session, app: Flask) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    end_early(session, cast)
    session.execute(update(Trial).values(pack_version="9.9.9"))
    session.execute(update(Application).values(pack_version="9.9.9"))
    session.commit()

    waiting = tasks.list_tasks(session, cast.caseworker, cast.now)
    assert [(task.kind, task.due_on) for task in waiting.tasks] == [("outcomes.draft", None)]
