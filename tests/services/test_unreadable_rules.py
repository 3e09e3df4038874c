"""Rules that can no longer be read stop the cases under them, and no others, on both engines."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound
from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.domain.trials import TrialStatus
from sandbox.home import tasks
from sandbox.kernel.actors import system_actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Application, ApprovalTerm, Suspension, Trial
from sandbox.packs.errors import PackUnusable
from sandbox.trials import services as trials
from tests.factories import NOW, actor_for, make_assigned, make_company, make_staff, make_team
from tests.trial_factories import end_early, make_running_trial, read

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


def lose_the_rules(session: Session) -> None:
    """Pin every case to a version that nobody can read."""
    session.execute(update(Trial).values(pack_version="9.9.9"))
    session.execute(update(Application).values(pack_version="9.9.9"))
    session.commit()


@pytest.mark.parametrize("by", ["company", "associate"])
def test_running_test_under_them_can_be_stopped_at_once(
    session: Session, app: Flask, by: str
) -> None:
    cast = make_running_trial(session, app.extensions["file_store"], tier="limited")
    term = {"trial_id": cast.trial.id, "requirement": "pilot_lead", "asked_on": cast.now.date()}
    passed = read(session, cast).current.key
    for stage in (passed, read(session, cast).next_gate):
        session.add(ApprovalTerm(**term, stage=stage, due_on=cast.now.date()))
    record(session, CLOCK, Deed.APPROVAL_ASKED, cast.trial, now=cast.now)
    session.commit()
    lose_the_rules(session)
    actor = cast.company if by == "company" else cast.associate.second

    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        trials.suspend(session, actor, cast.trial, reason=" ", now=cast.now)
    assert refused.value.reason is Why.REASON_MISSING
    with unit_of_work(session):
        trials.suspend(session, actor, cast.trial, reason="Hay un riesgo.", now=cast.now)

    assert cast.trial.status == TrialStatus.SUSPENDED
    suspension = session.scalars(select(Suspension)).one()
    own = None if by == "company" else cast.associate.authority.id
    assert (suspension.authority_id, suspension.by_company) == (own, own is None)
    assert (suspension.ground, suspension.reason) == (None, "Hay un riesgo.")
    # What was asked for at the next gate is asked anew; what a passed gate left is a trace.
    assert session.scalars(select(ApprovalTerm.stage)).all() == [passed]
    told = set(
        session.scalars(
            select(OutboxMail.person_id).where(OutboxMail.template == "trials/suspended")
        )
    )
    heads = (cast.lead.head, cast.associate.head)
    assert told >= {each.person_id for each in (cast.company, cast.caseworker, *heads)}
    with pytest.raises(TransitionRefused), unit_of_work(session):
        trials.suspend(session, actor, cast.trial, reason="Otra vez.", now=cast.now)
    with pytest.raises(PackUnusable), unit_of_work(session):
        trials.agree_to_resume(session, cast.lead.officer, cast.trial, now=cast.now)


def test_nobody_else_stops_a_test_under_them(session: Session, app: Flask) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    _, stranger = make_company(session, "Otra empresa")
    lose_the_rules(session)
    for actor in (stranger, cast.caseworker):
        with pytest.raises((Denied, NotFound)), unit_of_work(session):
            trials.suspend(session, actor, cast.trial, reason="Riesgo.", now=cast.now)
    assert cast.trial.status == TrialStatus.RUNNING
