"""A form opens where its deed is open, and nowhere else: who comes to it otherwise reads why."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask, url_for
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from sandbox.applications.queries import EDITABLE
from sandbox.coordination import services as coordination
from sandbox.coordination.actions import OPEN_IN, CoordinationAction
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
)
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import (
    OPEN_STATUSES,
    TrialAction,
    TrialStatus,
    TrialWork,
    possible,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, FinalReport, Incident, Person, Relief, Trial, TrialStage
from sandbox.trials import services
from tests.factories import pack
from tests.pages import JudgingClient
from tests.trial_factories import (
    Cast,
    enter_next,
    make_running_trial,
    make_trial,
    read,
    trouble,
    work_the_gate,
)

Open = Callable[[Actor], JudgingClient]
TIER = next(tier.key for tier in reversed(pack().tiers) if tier.start_conditions)

TRIALS: dict[str, tuple[TrialAction | TrialWork, str]] = {
    "suspend": (TrialAction.SUSPEND, "lead"),
    "complete": (TrialAction.COMPLETE, "lead"),
    "end_early": (TrialAction.END, "lead"),
    "start_condition": (TrialWork.SET_START_CONDITION, "lead"),
    "document": (TrialWork.DOCUMENT, "lead"),
    "approve": (TrialWork.APPROVE, "lead"),
    "refuse": (TrialWork.REFUSE, "lead"),
    "waive": (TrialWork.WAIVE, "lead"),
    "new_report": (TrialWork.REPORT, "company"),
    "new_incident": (TrialWork.OPEN_INCIDENT, "company"),
    "complete_incident": (TrialWork.COMPLETE_INCIDENT, "company"),
    "react_to_incident": (TrialWork.REACT_INCIDENT, "lead"),
    "close_incident": (TrialWork.CLOSE_INCIDENT, "lead"),
    "new_final_report": (TrialWork.FINAL_REPORT, "company"),
    "correct_final_report": (TrialWork.FINAL_REPORT, "company"),
    "new_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "edit_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "grant_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "refuse_relief": (TrialWork.GRANT_RELIEF, "lead"),
    "end_relief": (TrialWork.END_RELIEF, "lead"),
}
# They are read in every status, and show their form where it is open.
READ_OF_TRIALS = {"plan", "report"}

EDITING = "editing"
CASES: dict[str, tuple[ApplicationAction | CoordinationAction | str, str]] = {
    "applications.copy": (EDITING, "company"),
    "applications.check": (EDITING, "company"),
    "applications.section": (EDITING, "company"),
    "applications.withdraw": (ApplicationAction.WITHDRAW, "company"),
    "applications.redirect_": (ApplicationAction.REDIRECT, "caseworker"),
    "coordination.routing": (ApplicationAction.ASSIGN, "caseworker"),
    "coordination.change_routing": (ApplicationAction.ASSIGN, "caseworker"),
    "coordination.replacement": (CoordinationAction.REPLACE_AUTHORITY, "caseworker"),
    "coordination.associate": (CoordinationAction.CHANGE_ASSOCIATES, "caseworker"),
    "coordination.release": (CoordinationAction.CHANGE_ASSOCIATES, "caseworker"),
    "coordination.assignment": (CoordinationAction.ANSWER_ASSIGNMENT, "head"),
    "coordination.information_request": (ApplicationAction.REQUEST_INFORMATION, "lead"),
    "coordination.suggestions": (CoordinationAction.SUGGEST_QUESTION, "associate"),
    "coordination.leave_suggestion": (CoordinationAction.SUGGEST_QUESTION, "lead"),
    "coordination.issue": (ApplicationAction.DECIDE, "lead"),
    "coordination.announce": (ApplicationAction.ANNOUNCE, "lead"),
    "coordination.review": (CoordinationAction.REVIEW, "lead"),
    "coordination.position": (CoordinationAction.TAKE_POSITION, "lead"),
    "coordination.lead_offer": (CoordinationAction.HAND_OVER_LEAD, "head"),
    "coordination.lead_answer": (CoordinationAction.HAND_OVER_LEAD, "associate_head"),
    "coordination.officer": (CoordinationAction.NAME_OFFICER, "head"),
}
# The company reads what it was asked, and an authority its notes, whatever the status; an interest
# can arise at any time; advice stays open as long as a test runs, and rules move as they allow.
# Only a result that was announced can be answered, which the tests of hearings do.
# What is declined as prohibited has to be so, which the tests of such a case hold.
NOT_BY_STATUS = {
    "applications.decline",
    "applications.information",
    "coordination.notes",
    "coordination.conflict",
    "coordination.new_guidance",
    "coordination.correct_guidance",
    "coordination.answer_guidance",
    "coordination.preliminary_answer",
    "programme.move",
}


@pytest.fixture
def window(session: Session, client_for: Callable[[str], JudgingClient]) -> Open:
    def open_for(actor: Actor) -> JudgingClient:
        assert actor.person_id is not None
        email = session.get_one(Person, actor.person_id).email
        session.rollback()
        return client_for(email)

    return open_for


def test_every_form_page_of_a_case_or_a_test_is_in_the_tables(app: Flask) -> None:
    forms = [
        each for each in app.url_map.iter_rules() if {"GET", "POST"} <= (each.methods or set())
    ]
    of_trials = {each.endpoint for each in forms if each.endpoint.startswith("trials.")}
    assert of_trials == {f"trials.{name}" for name in {*TRIALS, *READ_OF_TRIALS}}
    of_cases = {each.endpoint for each in forms if "application_id" in each.arguments}
    # Three pages have a form that is sent to another address.
    elsewhere = {"applications.check", "applications.section", "coordination.routing"}
    assert of_cases | elsewhere == {*CASES} | NOT_BY_STATUS


def test_a_form_of_a_test_opens_where_its_deed_is_open(
    session: Session, app: Flask, window: Open
) -> None:
    cast = at_the_last_gate(session, app)
    tier, stage = read(session, cast).tier, read(session, cast).current.key
    windows = {"lead": window(cast.lead.officer), "company": window(cast.company)}

    def walk(*names: str) -> None:
        for status in TrialStatus:
            ended_at = None if status in OPEN_STATUSES else utc_now()
            session.execute(update(Trial).values(status=status.value, ended_at=ended_at))
            session.commit()
            open_now = possible(status, tier, stage)
            for name in names:
                deed, who = TRIALS[name]
                page = windows[who].get(addresses[name])
                expected = 200 if deed in open_now else 409
                assert page.status_code == expected, (name, status)
                if expected == 409:
                    assert url_show in page.links.values(), name
                    assert ("Ya terminó." in page.main) is (status not in OPEN_STATUSES)

    addresses = addresses_of(session, app, cast)
    url_show = f"/trials/{cast.trial.id}"
    before = ("complete", "new_final_report")
    walk(*before)
    file_final_report(session, cast)
    addresses |= troubled(session, app, cast)
    walk(*({*TRIALS} - {*before}))


def test_a_test_is_not_completed_in_the_middle_of_its_stages_nor_before_its_gate(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    lead, place = window(cast.lead.officer), f"/trials/{cast.trial.id}/complete"
    page = lead.get(place)
    assert (page.status_code, "La prueba sigue en marcha." in page.main) == (409, True)
    last = read(session, cast).tier.stages[-1].key
    session.rollback()
    while read(session, cast).current.key != last:
        work_the_gate(session, cast)
        enter_next(session, cast)
    session.rollback()
    page = lead.get(place)
    assert page.status_code == 409
    assert f"/trials/{cast.trial.id}" in page.links.values()


def test_a_form_of_a_case_opens_where_its_deed_is_open(
    session: Session, app: Flask, window: Open
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    case = cast.trial.application_id
    people = {
        "company": cast.company,
        "caseworker": cast.caseworker,
        "lead": cast.lead.officer,
        "head": cast.lead.head,
        "associate": cast.associate.officer,
        "associate_head": cast.associate.head,
    }
    windows = {name: window(actor) for name, actor in people.items()}
    set_status(session, case, ApplicationStatus.UNDER_REVIEW)
    with unit_of_work(session):
        suggestion = coordination.suggest_question(
            session,
            cast.associate.officer,
            session.get_one(Application, case),
            text="¿Quién revisa?",
            about=None,
            now=cast.now,
        )
    values = {
        "applications.section": {"section": pack().sections[0].key},
        "coordination.leave_suggestion": {"suggestion_id": suggestion.id},
    }
    with app.test_request_context():
        addresses = {
            name: url_for(name, application_id=case, **values.get(name, {})) for name in CASES
        }
    for status in ApplicationStatus:
        set_status(session, case, status)
        for name, (action, who) in CASES.items():
            page = windows[who].get(addresses[name])
            # Nobody but the company knows of a draft.
            closed = 404 if status is ApplicationStatus.DRAFT and who == "caseworker" else 409
            expected = 200 if is_open(action, status) else closed
            assert page.status_code == expected, (name, status)
            if expected == 409:
                assert f"/cases/{case}" in page.links.values(), name
                # It says what the case waits for, as its own page does.
                assert "Quién debe actuar:" in page.main


def is_open(
    action: ApplicationAction | CoordinationAction | str, status: ApplicationStatus
) -> bool:
    if isinstance(action, ApplicationAction):
        return LIFECYCLE.allows(status, action)
    return status in (OPEN_IN[action] if isinstance(action, CoordinationAction) else EDITABLE)


def set_status(session: Session, case: object, status: ApplicationStatus) -> None:
    outcome = DecisionOutcome.ADMITTED.value if status is ApplicationStatus.DECIDED else None
    values = {"status": status.value, "outcome": outcome}
    session.execute(update(Application).where(Application.id == case).values(**values))
    session.commit()


# --- a test on which every form has something to be about ----------------------------------------


def at_the_last_gate(session: Session, app: Flask) -> Cast:
    """Bring a test to the gate of completion and open it, with a relief granted and one drafted."""
    cast = make_running_trial(session, app.extensions["file_store"], tier=TIER)
    today, officer = cast.now.date(), cast.lead.officer
    wording = ReliefWording(
        "waiver", "LFPDPPP, artículo 9", "Avisar por mensaje.", "", "Otros lo piden.", today, today
    )
    with unit_of_work(session):
        services.draft_relief(session, officer, cast.trial, wording=wording, now=cast.now)
    given = {"number": 1, "expected_version": 1, "now": cast.now}
    with unit_of_work(session):
        services.grant_relief(session, officer, cast.trial, **given)
    with unit_of_work(session):
        services.draft_relief(session, officer, cast.trial, wording=wording, now=cast.now)
    while read(session, cast).upcoming is not None:
        work_the_gate(session, cast)
        enter_next(session, cast)
    work_the_gate(session, cast)
    # Pages are read today: the last stage has lasted until now, and the relief still holds.
    last, lasted = read(session, cast).current, cast.now - read(session, cast).current.entered_at
    session.execute(
        update(TrialStage).where(TrialStage.id == last.id).values(entered_at=utc_now() - lasted)
    )
    session.execute(update(Relief).values(ends_on=utc_now().date() + timedelta(days=90)))
    session.commit()
    return cast


def addresses_of(session: Session, app: Flask, cast: Cast) -> dict[str, str]:
    tier = read(session, cast).tier
    gate = {"stage": "completion", "requirement": tier.completion[0].key}
    values: dict[str, dict[str, object]] = {
        "start_condition": {"key": tier.start_conditions[0].key},
        **dict.fromkeys(("document", "approve", "refuse", "waive"), gate),
        **{key: {"number": 2} for key in ("edit_relief", "grant_relief", "refuse_relief")},
        "end_relief": {"number": 1},
    }
    of_incidents = {"complete_incident", "react_to_incident", "close_incident"}
    with app.test_request_context():
        return {
            name: url_for(f"trials.{name}", trial_id=cast.trial.id, **values.get(name, {}))
            for name in {*TRIALS} - of_incidents
        }


def troubled(session: Session, app: Flask, cast: Cast) -> dict[str, str]:
    """Report two incidents: of one the company owes the complete report."""
    set_running = update(Trial).values(status=TrialStatus.RUNNING.value, ended_at=None)
    session.execute(set_running)
    session.commit()
    closable, owed = (trouble(session, cast, cast.trial).id for _ in range(2))
    due = utc_now() + timedelta(days=3)
    session.execute(
        update(Incident)
        .where(Incident.id == owed)
        .values(complete_due_at=due, completed_at=None, completed_by_id=None)
    )
    session.commit()
    about = {
        "complete_incident": owed,
        "react_to_incident": closable,
        "close_incident": closable,
    }
    with app.test_request_context():
        return {
            name: url_for(f"trials.{name}", trial_id=cast.trial.id, incident_id=incident)
            for name, incident in about.items()
        }


def file_final_report(session: Session, cast: Cast) -> None:
    session.execute(
        insert(FinalReport).values(
            id=uuid4(),
            trial_id=cast.trial.id,
            number=1,
            text="Hecho.",
            submitted_by_id=cast.company.person_id,
            submitted_at=utc_now(),
        )
    )
    session.commit()
