"""The Mexican succession of 2025, applied to the demonstration programme."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import grants
from sandbox.access.permissions import P
from sandbox.accounts.queries import actor_of, find_person
from sandbox.coordination import queries, services
from sandbox.coordination.letters import letter_pdf
from sandbox.domain.applications import ApplicationStatus
from sandbox.home.tasks import list_tasks
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.models import (
    Application,
    AppliedSuccession,
    Authority,
    AuthorityAssignment,
    AuthorityMembership,
    Decision,
    Person,
    StaffGrant,
    Trial,
)
from sandbox.models.coordination import STANDING
from sandbox.packs import active
from sandbox.register.queries import get_trial, list_authorities, list_trials
from sandbox.trials.queries import read_file
from tests.demonstration import tell

ENDED = ("INAI", "IFT", "COFECE")
KEYS = ("inai_2025", "ift_2025", "cofece_2025")


@pytest.fixture
def demo(app: Flask, shared: Path) -> Iterator[Session]:
    """A loaded demonstration, within the application that runs it."""
    with app.app_context():
        session = db.session()
        tell(session, shared)
        yield session
        session.rollback()


def people_of(session: Session, *codes: str) -> list[Actor]:
    found = session.scalars(
        select(Person)
        .join(AuthorityMembership, AuthorityMembership.person_id == Person.id)
        .join(Authority, Authority.id == AuthorityMembership.authority_id)
        .where(Authority.code.in_(codes))
        .order_by(Person.email)
    )
    return [actor_of(session, person) for person in found.unique()]


def administrator_of(session: Session) -> Actor:
    person = session.scalars(
        select(Person)
        .join(StaffGrant, StaffGrant.person_id == Person.id)
        .where(StaffGrant.role == StaffRole.ADMINISTRATOR.value)
    ).first()
    assert person is not None
    return actor_of(session, person)


def letters_of(app: Flask, session: Session) -> dict[UUID, bytes]:
    found = {}
    for decision in session.scalars(select(Decision).order_by(Decision.id).limit(3)).all():
        application = session.get_one(Application, decision.application_id)
        head = queries.get_letterhead(session, application.id)
        with app.test_request_context():
            pack = active.pack_of(application)
            found[application.id] = letter_pdf(pack, application, decision, head)
    return found


def standing(session: Session) -> dict[UUID, list[tuple[str, str]]]:
    rows = session.execute(
        select(AuthorityAssignment.application_id, Authority.code, AuthorityAssignment.role)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(AuthorityAssignment.state.in_(STANDING))
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for case_id, code, role in rows:
        found.setdefault(case_id, []).append((code, role))
    return found


def test_succession_of_2025_moves_every_open_case_of_the_demonstration(
    app: Flask, demo: Session
) -> None:
    administrator = administrator_of(demo)
    before = standing(demo)
    ids = {code: demo.scalar(select(Authority.id).where(Authority.code == code)) for code in ENDED}
    counted = queries.count_moving(demo, list(ids.values()))
    expected = {code: sum(counted[ids[code]]) for code in ENDED}
    assert all(expected.values())
    letters = letters_of(app, demo)
    gates = {
        trial.id: _gate(demo, trial)
        for trial in demo.scalars(select(Trial).where(Trial.ended_at.is_(None))).all()
    }
    former = [person.person_id for person in people_of(demo, *ENDED)]

    for key in KEYS:
        with unit_of_work(demo):
            services.apply_succession(demo, administrator, key=key, now=utc_now())

    # Every open case moved, each has one lead as before, and nothing else moved.
    assert (
        dict(
            demo.execute(
                select(Authority.code, AppliedSuccession.moved).join(
                    Authority, Authority.id == AppliedSuccession.authority_id
                )
            ).all()
        )
        == expected
    )
    after = standing(demo)
    assert set(after) == set(before)
    assert not any(queries.count_moving(demo, list(ids.values())).values())
    for case_id, seats in after.items():
        leads = Counter(role for _, role in seats)["lead"]
        assert leads == Counter(role for _, role in before[case_id])["lead"]
        case = demo.get_one(Application, case_id)
        if case.status in queries.OPEN:
            assert not {code for code, _ in seats} & set(ENDED), case.reference
        if case.status not in (*queries.OPEN, ApplicationStatus.DECIDED):
            assert sorted(seats) == sorted(before[case_id])

    # Whoever worked for an authority that ended has nothing to do, and sees no case that moved.
    moved = set(
        demo.scalars(
            select(AuditEntry.application_id).where(
                AuditEntry.deed == Deed.AUTHORITY_SUCCEEDED.value
            )
        )
    )
    assert moved
    for person_id in former:
        actor = actor_of(demo, demo.get_one(Person, person_id))
        assert list_tasks(demo, actor, utc_now()).tasks == []
        for case_id in sorted(moved)[:5]:
            case = demo.get_one(Application, case_id)
            assert grants(demo, actor, (P.APPLICATION_READ, P.APPLICATION_REVIEW), case) == set()
    heirs = people_of(demo, "SABG", "TPP", "CRT", "CNA")
    assert any(list_tasks(demo, actor, utc_now()).tasks for actor in heirs)

    # What was signed stays: the letters to the byte, and what the gates had.
    assert letters_of(app, demo) == letters
    for trial_id, holds in gates.items():
        assert _gate(demo, demo.get_one(Trial, trial_id)) >= holds

    # The public register names those that supervise now.
    row = list_trials(demo, tier=None, status="running", after=None).rows[0]
    shown = {
        each.code for each in list_authorities(demo, get_trial(demo, row.reference).application_id)
    }
    assert shown
    assert not shown & set(ENDED)


def test_successor_with_nobody_is_a_task_of_the_secretariat(app: Flask, demo: Session) -> None:
    administrator = administrator_of(demo)
    with unit_of_work(demo):
        for membership in demo.scalars(
            select(AuthorityMembership)
            .join(Authority, Authority.id == AuthorityMembership.authority_id)
            .where(Authority.code == "CRT")
        ).all():
            demo.delete(membership)
            person = demo.get_one(Person, membership.person_id)
            _explain(demo, administrator, membership, person)
    with unit_of_work(demo):
        services.apply_succession(demo, administrator, key="ift_2025", now=utc_now())
    crt = demo.scalar(select(Authority.id).where(Authority.code == "CRT"))
    assert queries.count_stranded(demo, [crt]) > 0
    caseworker = find_person(
        demo,
        demo.scalars(
            select(Person.email)
            .join(StaffGrant, StaffGrant.person_id == Person.id)
            .where(StaffGrant.role == StaffRole.CASEWORKER.value)
        ).first()
        or "",
    )
    assert caseworker is not None
    kinds = {each.kind for each in list_tasks(demo, actor_of(demo, caseworker), utc_now()).tasks}
    assert "coordination.nobody" in kinds
    assert demo.scalar(select(func.count()).select_from(AppliedSuccession)) == 1


def _gate(session: Session, trial: Trial) -> set[str]:
    file = read_file(session, trial, active.pack_of(trial), utc_now())
    return {each.spec.key for each in file.gate(file.next_gate).requirements if each.holds}


def _explain(
    session: Session, actor: Actor, membership: AuthorityMembership, person: Person
) -> None:
    record(
        session, actor, Deed.ROLE_ENDED, membership, now=utc_now(), also=(person,), role="officer"
    )
