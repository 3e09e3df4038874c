"""Each case page says its timeline, what is next, who must act, and the clock in words."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import Session

from sandbox.access.checks import scope
from sandbox.access.permissions import P
from sandbox.accounts.queries import actor_of
from sandbox.coordination.queries import Panel, case_panel
from sandbox.domain.applications import NEXT_ACTOR, ApplicationStatus, Party
from sandbox.domain.awaiting import PUBLISHER
from sandbox.domain.packs import Who
from sandbox.domain.reliefs import Verdict
from sandbox.domain.trials import TrialStatus
from sandbox.home.tasks import list_tasks
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.tasks import Task
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    ConflictDeclaration,
    Incident,
    InheritedPlace,
    OfficerAssignment,
    Person,
    Relief,
    Trial,
)
from sandbox.models.coordination import STANDING, AssignmentRole
from sandbox.packs import active
from sandbox.trials.queries import TrialFile, awaited_in, read_file
from sandbox.trials.queries.reliefs import find_with_reliefs
from sandbox.trials.queries.whole import Evidence, find_whole
from sandbox.trials.sentences import party_words, step_sentence
from tests.demonstration import tell
from tests.pages import JudgingClient, words

CLOCK = {
    "case": (
        "Día hábil ",
        "Resuelta en el día hábil",
        "Cerrada en el día hábil",
        "No corre ningún plazo",
        "El plazo para decidir empieza cuando la empresa envía la solicitud",
    ),
    "test": ("Etapa «", "La prueba terminó el "),
}
TIMELINE = "//*[@class='app-timeline__entry']"
PLAN = "//*[@class='app-case__picture']//*[contains(@class, 'app-plan')]"
ASSOCIATE = AuthorityAssignment.role == AssignmentRole.ASSOCIATE.value
SIDE = "//*[@class='app-case__side']"


@pytest.fixture
def demo(app: Flask, shared: Path) -> Iterator[Session]:
    """The demonstration programme, within the application that shows it."""
    with app.app_context():
        tell(db.session(), shared)
        yield db.session()
        db.session().rollback()


def crowd(session: Session) -> list[Actor]:
    return [actor_of(session, person) for person in session.scalars(select(Person))]


def parties_of(actor: Actor, codes: Mapping[Any, str]) -> set[str]:
    """Name the parties for which somebody acts, but for the company."""
    staff = {StaffRole.CASEWORKER: Who.SECRETARIAT.value, StaffRole.PUBLISHER: PUBLISHER}
    found = {name for role, name in staff.items() if role in actor.staff}
    return found | {codes[authority] for authority in actor.officer_of}


def is_about(task: Task, application: Application, trial: Trial | None) -> bool:
    known = {application.reference, None if trial is None else trial.reference} - {None, ""}
    return task.reference in known or task.values.get("application_id") == str(application.id)


def test_whoever_is_named_has_a_task_and_whoever_has_a_task_is_named(demo: Session) -> None:
    now, codes = utc_now(), {each.id: each.code for each in demo.scalars(select(Authority))}
    trials = {each.application_id: each for each in demo.scalars(select(Trial))}
    asked: dict[Any, set[str]] = defaultdict(set)  # by case: the parties that have a task
    of_trials: dict[Any, set[str]] = defaultdict(set)
    told: set[str] = set()
    of_authorities: dict[Any, set[str]] = defaultdict(set)
    applications = demo.scalars(select(Application)).all()
    for actor in crowd(demo):
        own = parties_of(actor, codes)
        for task in list_tasks(demo, actor, now).tasks:
            for case in applications:
                if not is_about(task, case, trials.get(case.id)):
                    continue
                mine = own | ({"company"} if case.organisation_id in actor.member_of else set())
                asked[case.id] |= mine
                if task.kind.startswith("trials.") and "relief" not in task.kind:
                    of_trials[case.id] |= mine
                if task.kind.startswith("coordination."):
                    of_authorities[case.id] |= mine
    for case in applications:
        trial = trials.get(case.id)
        if trial is None:
            party = NEXT_ACTOR[ApplicationStatus(case.status)]
            wanted = {party.value} - {Party.NOBODY.value}
            if party is Party.AUTHORITIES:
                wanted = set(panel_of(demo, case).acting)
                assert wanted == of_authorities[case.id], case.title
                told.add(case.status)
            assert wanted <= asked[case.id], case.title
            continue
        awaited = awaited_in(read_file(demo, trial, active.pack_of(trial), now))
        named = {party for each in awaited for party in each.parties}
        assert named <= asked[case.id], (trial.reference, awaited)
        assert of_trials[case.id] <= named, (trial.reference, awaited)
    assert {"company", "secretariat"} <= set().union(*asked.values())
    assert told == {status for status, party in NEXT_ACTOR.items() if party is Party.AUTHORITIES}


def panel_of(session: Session, case: Application) -> Panel:
    """Read the authorities' part of a case as the secretariat does."""
    reader = next(each for each in crowd(session) if StaffRole.CASEWORKER in each.staff)
    panel = case_panel(session, reader, case, active.pack_of(case), utc_now())
    assert panel is not None
    return panel


def test_case_page_names_the_authorities_whose_turn_it_is(
    demo: Session, client_for: Callable[[str], JudgingClient]
) -> None:
    staff = next(
        each.email
        for each in demo.scalars(select(Person))
        if StaffRole.CASEWORKER in actor_of(demo, each).staff
    )
    narrower = False
    waiting = [status for status, party in NEXT_ACTOR.items() if party is Party.AUTHORITIES]
    for case in demo.scalars(select(Application).where(Application.status.in_(waiting))):
        panel = panel_of(demo, case)
        everybody = [line.code for line in panel.lines if line.state in STANDING]
        for email, named in ((staff, panel.acting), (reader_of(demo, case), everybody)):
            page = client_for(email).get(f"/cases/{case.id}")
            side = words(page.tree.xpath(SIDE)[0])
            if case.status == ApplicationStatus.DELIBERATION:
                assert "abre una deliberación" not in page.main
            assert f"Quién debe actuar: {', '.join(named)} El plazo" in side, side
        narrower |= set(panel.acting) < set(everybody)
    assert narrower, "Somewhere only some of the authorities are waited for."


def test_one_statement_reads_what_eight_do(demo: Session) -> None:
    now, actors = utc_now(), crowd(demo)
    caseworker = next(each for each in actors if StaffRole.CASEWORKER in each.staff)
    statuses = set()
    for trial in demo.scalars(select(Trial)).all():
        pack = active.pack_of(trial)
        application = demo.get_one(Application, trial.application_id)
        whole = find_whole(demo, caseworker, application, pack, now)
        assert whole is not None
        assert laid_out(whole[0]) == laid_out(read_file(demo, trial, pack, now))
        statuses.add(trial.status)
    assert statuses == {status.value for status in TrialStatus}
    # An authority that declined supervises nothing; one that succeeded another answers for it.
    case = (AuthorityAssignment.application_id == trial.application_id, ASSOCIATE)
    supervisors = laid_out(whole[0])["supervisors"]
    demo.execute(update(AuthorityAssignment).where(*case).values(state="declined"))
    heir = {"application_id": application.id, "authority_id": supervisors[0].authority_id}
    former = {"predecessor_id": supervisors[-1].authority_id}
    demo.execute(insert(InheritedPlace).values(id=uuid4(), **heir, **former))
    changed = find_whole(demo, caseworker, application, pack, now)
    assert changed is not None
    found = laid_out(changed[0])["supervisors"]
    assert found == laid_out(read_file(demo, trial, pack, now))["supervisors"]
    assert (len(found), len(found[0].predecessors)) == (1, 1)


def test_that_statement_shows_everybody_the_reliefs_that_they_may_know_of(demo: Session) -> None:
    seen, now = set(), utc_now()
    for verdict in (None, Verdict.REFUSED.value):
        own = select(Trial).join(Relief, Relief.trial_id == Trial.id)
        trial = demo.scalars(own.where(Relief.verdict == verdict)).first()
        assert trial is not None, verdict
        application, pack = demo.get_one(Application, trial.application_id), active.pack_of(trial)
        for actor in crowd(demo):
            known = and_(Trial.id == trial.id, scope(actor, P.TRIAL_LIST))
            alone = find_with_reliefs(demo, known, actor)
            whole = find_whole(demo, actor, application, pack, now)
            assert (whole is None) == (alone is None)
            if whole is not None and alone is not None:
                found = [tuple(row) for row in whole[1]]
                assert found == [(row.Relief, row.code, row.number) for row in alone[1]]
                seen.add((verdict, any(row.Relief.verdict == verdict for row in whole[1])))
    assert len(seen) == len([None, Verdict.REFUSED]) * 2, "Some see it, and some do not."


def laid_out(file: TrialFile) -> dict[str, Any]:
    found = {each.name: getattr(file, each.name) for each in fields(file)}
    for name, shape in (("evidence", Evidence._fields), ("agreements", ("party", "agreed_at"))):
        found[name] = [tuple(getattr(row, key) for key in shape) for row in found[name]]
    return found


def test_each_case_page_shows_timeline_what_is_next_who_must_act_and_the_clock(
    demo: Session, app: Flask, client_for: Callable[[str], JudgingClient]
) -> None:
    pages = {(case.status, case.outcome): case for case in demo.scalars(select(Application))}
    # The demonstration hears nobody before a decision; test_hearing_pages shows the page of a
    # case under rules that do.
    assert active.current().preliminary_result is None
    statuses = {status.value for status in ApplicationStatus}
    assert {status for status, _ in pages} == statuses - {ApplicationStatus.PRELIMINARY.value}
    trials = {each.status: each for each in demo.scalars(select(Trial))}
    assert set(trials) == {status.value for status in TrialStatus}
    windows: dict[str, JudgingClient] = {}

    def open_page(case: Application, path: str) -> Any:
        email = reader_of(demo, case)
        if email not in windows:
            windows[email] = client_for(email)
        page = windows[email].get(path)
        assert page.status_code == 200, path
        return page

    for case in pages.values():
        page = open_page(case, f"/cases/{case.id}")
        assert page.tree.xpath(TIMELINE), case.title
        side = words(page.tree.xpath(SIDE)[0])
        assert "Qué sigue" in side
        assert "Quién debe actuar: " in side
        assert any(clock in side for clock in CLOCK["case"]), side
    for trial in trials.values():
        case = demo.get_one(Application, trial.application_id)
        for path in (f"/cases/{case.id}", f"/trials/{trial.id}"):
            page = open_page(case, path)
            assert page.tree.xpath(TIMELINE if "cases" in path else PLAN), path
            side = words(page.tree.xpath(SIDE)[0])
            assert any(clock in side for clock in CLOCK["test"]), side
            for next_line in lines_of(app, demo, trial):
                assert next_line in side, side


def lines_of(app: Flask, session: Session, trial: Trial) -> list[str]:
    file = read_file(session, trial, active.pack_of(trial), utc_now())
    with app.test_request_context(headers={"Accept-Language": "es"}):
        return [
            f"{step_sentence(each)} Quién debe actuar: {party_words(each)}"
            for each in awaited_in(file)
        ]


def reader_of(session: Session, case: Application) -> str:
    """Return the address of somebody of the company: nobody else reads a draft."""
    for person in session.scalars(select(Person).where(Person.active)):
        if case.organisation_id in actor_of(session, person).member_of:
            return person.email
    raise AssertionError(case.title)


def test_officer_who_has_still_to_declare_reads_of_no_incident(
    demo: Session, client_for: Callable[[str], JudgingClient]
) -> None:
    trial = demo.scalars(
        select(Trial)
        .join(Incident, Incident.trial_id == Trial.id)
        .where(Incident.closed_at.is_(None))
    ).first()
    assert trial is not None
    place = (
        OfficerAssignment.application_id == trial.application_id,
        OfficerAssignment.ended_at.is_(None),
    )
    officer = demo.scalars(select(OfficerAssignment).where(*place)).first()
    assert officer is not None
    email = demo.get_one(Person, officer.person_id).email
    pages = (f"/cases/{trial.application_id}", f"/trials/{trial.id}")
    for path in pages:
        side = words(client_for(email).get(path).tree.xpath(SIDE)[0])
        assert "incidente" in side, path
    own = (
        ConflictDeclaration.application_id == trial.application_id,
        ConflictDeclaration.person_id == officer.person_id,
    )
    demo.execute(delete(ConflictDeclaration).where(*own))
    demo.commit()
    for path in pages:
        page = client_for(email).get(path)
        assert "incidente" not in page.main, path
        assert "La prueba está bajo supervisión." in page.main, path


def test_everybody_of_the_demonstration_reads_their_inbox(
    demo: Session, client_for: Callable[[str], JudgingClient]
) -> None:
    told = select(OutboxMail.person_id).distinct()
    people = demo.scalars(select(Person).where(Person.id.in_(told), Person.active)).all()
    assert people
    for person in people:
        assert client_for(person.email).get("/inbox").status_code == 200, person.email
