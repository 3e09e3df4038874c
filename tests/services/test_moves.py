"""A case that moves publishes nothing, rewrites nothing, and breaks no promise."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sandbox.applications import services as applications
from sandbox.coordination import services as coordination
from sandbox.domain.moving import Obstacle
from sandbox.domain.refusals import Why
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.db import unit_of_work
from sandbox.models import (
    Application,
    ApplicationReturn,
    ApplicationSection,
    Authority,
    AuthorityAssignment,
    Decision,
    Submission,
    Trial,
)
from sandbox.outcomes import queries as outcome_queries
from sandbox.outcomes.facts import compute_facts
from sandbox.packs import active
from sandbox.programme import queries
from sandbox.trials import services as trials
from tests.factories import (
    NOW,
    SHARED_ANSWERS,
    actor_for,
    make_admitted,
    make_assigned,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
    start_review,
)
from tests.pages import JudgingClient
from tests.services.test_programme import LATER, activate, follow, move, refused, upload
from tests.trial_factories import GROUND, OPENER, make_running_trial, make_trial

POSITION = (
    ("coordination.toml", "position_days = 15", "position_days = {}"),
    (
        "coordination.toml",
        'length = 15\nstops_in = ["information_requested"]',
        'length = {}\nstops_in = ["information_requested"]',
    ),
)
SHORTER = ("coordination.toml", "length = 60 #", "length = 59 #")
DENIES = (
    ("coordination.toml", 'position_silence = "granted"', 'position_silence = "denied"'),
    (
        "coordination.toml",
        'stops_in = ["information_requested"]\nsilence = "granted"',
        'stops_in = ["information_requested"]\nsilence = "denied"',
    ),
)
GRANTS = ("coordination.toml", 'silence = "denied"', 'silence = "granted"')
"""Silence on the decision itself, which stands first among the terms."""
MORE_PUBLIC = ("pack.toml", '  "duration_months",\n', '  "duration_months",\n  "tax_id",\n')
LESS_PUBLIC = ("pack.toml", '  "duration_months",\n', "")
LATER_PUBLIC = (
    "pack.toml",
    "conditions_are_public = true",
    'conditions_are_public = true\npublic_later = [{key = "hypothesis", since = "ended"}]',
)
CONSENT = (
    "pack.toml",
    "conditions_are_public = true",
    "conditions_are_public = true\nreport_needs_consent = true",
)
SECRET = ("pack.toml", "conditions_are_public = true", "conditions_are_public = false")
NEW_AUTHORITY = (
    "authorities.toml",
    '[[authorities]]\ncode = "SABG"',
    (
        '[[authorities]]\ncode = "NUEVA"\nname = {es = "Comisión Nueva", en = "New Commission"}\n'
        'competences = ["personal_data"]\n\n[[authorities]]\ncode = "SABG"'
    ),
)


@pytest.fixture
def people(app: Flask, session: Session) -> tuple[Actor, Actor]:
    """Two administrators."""
    return tuple(  # type: ignore[return-value]
        actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name))
        for name in ("Adela", "Bruno")
    )


# --- what is public -------------------------------------------------------------------------------


def test_moved_case_publishes_no_answer_that_was_not_public_before(
    session: Session, app: Flask, people: tuple[Actor, Actor]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    before = dict(cast.trial.public_summary)
    application = session.get_one(Application, cast.trial.application_id)
    follow(session, people, MORE_PUBLIC)
    shown = queries.get_move(session, application, LATER)
    assert [change.path for change in shown.changes] == ["public_fields"]
    assert "tax_id" in shown.submission.content["answers"]

    move(session, cast.caseworker, application)
    assert session.get_one(Trial, cast.trial.id).public_summary == before
    session.rollback()


@pytest.mark.parametrize(
    ("change", "sent_under", "rules", "hidden"),
    [
        (MORE_PUBLIC, "1.0.0", "1.1.0", "tax_id"),
        (LATER_PUBLIC, "1.1.0", "1.0.0", "hypothesis"),
        (LATER_PUBLIC, "9.9.9", "1.0.0", "hypothesis"),
    ],
)
def test_case_that_moved_before_its_decision_publishes_what_its_submission_was_told(
    session: Session,
    people: tuple[Actor, Actor],
    change: tuple[str, str, str],
    sent_under: str,
    rules: str,
    hidden: str,
) -> None:
    organisation, company = make_company(session)
    caseworker, lead = actor_for(session, make_staff(session)), make_team(session, "INAI")
    application = make_admitted(session, organisation, company, caseworker, lead=lead)
    follow(session, people, change)
    sent = session.scalars(select(Submission)).one()
    assert hidden in sent.content["answers"]
    written = {**sent.content, "pack": {**sent.content["pack"], "version": sent_under}}
    session.execute(update(Submission).values(content=written))
    session.execute(update(Application).values(pack_version=rules))
    session.commit()
    with unit_of_work(session):
        trial = trials.open_trial(session, OPENER, application, now=LATER)
    assert hidden not in trial.public_summary
    # Rules that nobody can read any more promised nothing that could be kept.
    assert bool(trial.public_summary) is (sent_under != "9.9.9")
    session.rollback()


def test_moved_case_hides_what_the_new_rules_do_not_publish(
    session: Session, app: Flask, people: tuple[Actor, Actor]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    before = dict(cast.trial.public_summary)
    application = session.get_one(Application, cast.trial.application_id)
    follow(session, people, LESS_PUBLIC)
    move(session, cast.caseworker, application)
    after = session.get_one(Trial, cast.trial.id).public_summary
    assert after == {key: before[key] for key in before if key != "duration_months"}
    assert "duration_months" in before
    session.rollback()


def test_moved_case_publishes_no_conditions_that_were_secret_when_it_was_decided(
    session: Session, app: Flask, client: JudgingClient, people: tuple[Actor, Actor]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    application = session.get_one(Application, cast.trial.application_id)
    follow(session, people, SECRET)
    # The case was decided under rules that keep conditions to those of the case.
    condition = "Avisar antes de ampliar."
    session.execute(update(Decision).values(conditions=[condition], pack_version="1.1.0"))
    for table in (Application, Trial):
        session.execute(update(table).values(pack_version="1.1.0"))
    session.commit()
    activate(session, people[1], upload(session, people[0], "1.2.0"), "1.1.0")
    paths = [each.path for each in queries.get_move(session, application, LATER).changes]
    assert paths == ["conditions_are_public"]
    move(session, cast.caseworker, application, to="1.2.0")

    trial = session.get_one(Trial, cast.trial.id)
    facts = compute_facts(session, trial, active.pack_of(trial))
    reference = trial.reference
    session.rollback()
    assert facts["decision"]["conditions"] == []
    assert condition not in client.get(f"/register/{reference}").main


def test_moved_case_shows_no_answer_sooner_than_was_promised(
    session: Session, app: Flask, people: tuple[Actor, Actor]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    application = session.get_one(Application, cast.trial.application_id)
    follow(session, people, LATER_PUBLIC)
    for table in (Application, Trial):
        session.execute(update(table).values(pack_version="1.1.0"))
    session.commit()
    before = dict(session.get_one(Trial, cast.trial.id).public_summary)
    assert "hypothesis" in before
    activate(session, people[1], upload(session, people[0], "1.2.0"), "1.1.0")
    move(session, cast.caseworker, application, to="1.2.0")
    after = session.get_one(Trial, cast.trial.id).public_summary
    assert after == {key: before[key] for key in before if key != "hypothesis"}
    session.rollback()


def test_moved_case_keeps_the_promise_that_the_company_is_asked(
    session: Session, app: Flask, people: tuple[Actor, Actor]
) -> None:
    cast = make_trial(session, app.extensions["file_store"])
    follow(session, people, CONSENT)
    session.execute(update(Decision).values(pack_version="1.1.0"))
    session.commit()
    # The case is under rules that ask nobody; it was admitted under some that do.
    assert outcome_queries.needs_consent(session, cast.trial)
    session.execute(update(Decision).values(pack_version="1.0.0"))
    session.commit()
    assert not outcome_queries.needs_consent(session, cast.trial)
    session.rollback()


# --- who can be asked -----------------------------------------------------------------------------


def test_authority_that_a_version_brings_can_be_asked(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker, **SHARED_ANSWERS)
    lead = make_team(session, "INAI")
    follow(session, people, NEW_AUTHORITY)
    move(session, caseworker, application)
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead=lead.authority.code,
            associates=["NUEVA"],
            reason="Es de su competencia.",
            now=LATER + timedelta(hours=1),
        )
    asked = session.scalars(
        select(Authority.code)
        .join(AuthorityAssignment, AuthorityAssignment.authority_id == Authority.id)
        .order_by(Authority.code)
    ).all()
    assert asked == ["INAI", "NUEVA"]
    session.rollback()


# --- what was promised ----------------------------------------------------------------------------


def positions_within(days: int) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, old, new.replace("{}", str(days))) for name, old, new in POSITION)


@pytest.mark.parametrize(
    ("changes", "days", "expected"),
    [
        (positions_within(14), 1, ((Obstacle.TERM, "position INAI"),)),
        (positions_within(16), 1, ()),
        ((SHORTER,), 1, ((Obstacle.TERM, "decision"),)),
        (DENIES, 1, ()),
        (DENIES, 40, ((Obstacle.SILENCE, "position INAI"),)),
        ((GRANTS,), 1, ()),
        ((GRANTS,), 130, ((Obstacle.SILENCE, "decision"),)),
    ],
)
def test_case_under_review_keeps_the_terms_that_run(
    session: Session,
    people: tuple[Actor, Actor],
    changes: tuple[tuple[str, str, str], ...],
    days: int,
    expected: tuple[tuple[Obstacle, str], ...],
) -> None:
    organisation, company = make_company(session)
    caseworker, lead = actor_for(session, make_staff(session)), make_team(session, "INAI")
    application = make_assigned(session, organisation, company, caseworker, lead=lead)
    start_review(session, application, lead)
    follow(session, people, *changes)
    now = NOW + timedelta(days=days)
    shown = queries.get_move(session, application, now)
    assert shown.obstacles == expected
    assert {each.trail[0].field for each in shown.changes} <= {"coordination", "clocks"}
    assert shown.changes
    if expected:
        assert refused(lambda: move(session, caseworker, application, now=now)) is (
            Why.CASE_CANNOT_MOVE
        )


@pytest.mark.parametrize(("days", "expected"), [(50, True), (70, False)])
def test_running_test_keeps_the_day_of_its_next_report(
    session: Session, app: Flask, people: tuple[Actor, Actor], days: int, expected: bool
) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    application = session.get_one(Application, cast.trial.application_id)
    stage = cast.trial.stage
    every = ("report_every_days = 60", f"report_every_days = {days}")
    follow(session, people, ("tier-1-minimal.toml", *every))
    found = queries.get_move(session, application, cast.now).obstacles
    assert found == (((Obstacle.TERM, f"report {stage}"),) if expected else ())
    session.rollback()


def test_suspended_test_keeps_the_ground_on_which_it_was_suspended(
    session: Session, app: Flask, people: tuple[Actor, Actor]
) -> None:
    cast = make_running_trial(session, app.extensions["file_store"])
    application = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        trials.suspend(
            session, cast.lead.officer, cast.trial, reason="Falla.", ground=GROUND, now=cast.now
        )
    follow(session, people, ("outcomes.toml", f'key = "{GROUND}"', 'key = "renamed"'))
    found = queries.get_move(session, application, cast.now).obstacles
    # Nobody would read any more why it stands still.
    assert found == ((Obstacle.GROUND, GROUND),)
    session.rollback()


# --- what the form must still know ----------------------------------------------------------------


def test_open_return_and_saved_parts_of_the_form_must_exist_under_the_new_rules(
    session: Session, people: tuple[Actor, Actor]
) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker)
    with unit_of_work(session):
        applications.return_to_company(
            session, caseworker, application, reasons={"tax_id": "Falta."}, general="", now=NOW
        )
    session.execute(update(ApplicationReturn).values(reasons={"gone": "Falta."}))
    session.execute(
        update(ApplicationSection)
        .where(ApplicationSection.section == "organisation")
        .values(section="gone")
    )
    session.commit()
    follow(session, people)
    assert queries.get_move(session, application, LATER).obstacles == (
        (Obstacle.RETURNED, "gone"),
        (Obstacle.SECTION, "gone"),
    )
    session.rollback()
