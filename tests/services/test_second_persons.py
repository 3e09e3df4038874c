"""Whose approval a gate needs beside that of the officer for the case is asked to declare first."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from sandbox.domain.packs import RequirementKind
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.trials import queries, services
from tests.trial_factories import (
    Cast,
    declare,
    enter_next,
    make_trial,
    read,
    recuse,
    work_the_gate,
)


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Cast:
    """A test of high risk before the gate that two persons of each authority open."""
    cast = make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"), tier="high")
    work_the_gate(session, cast)
    enter_next(session, cast)
    return cast


def approvals(session: Session, cast: Cast) -> tuple[str, list[str]]:
    file = read(session, cast)
    specs = file.requirements_of(file.next_gate)
    keys = [spec.key for spec in specs if spec.kind is RequirementKind.APPROVAL]
    assert [spec.persons for spec in specs if spec.key in keys] == [2]
    return file.next_gate, keys


def kinds(session: Session, cast: Cast, *actors: Actor) -> list[list[str]]:
    found = [queries.list_tasks(session, actor, cast.now) for actor in actors]
    session.rollback()
    return [[task.kind for task in tasks] for tasks in found]


def test_colleagues_are_asked_to_declare_until_enough_have(session: Session, cast: Cast) -> None:
    stage, keys = approvals(session, cast)
    officer, second, head = cast.lead.officer, cast.lead.second, cast.lead.head
    assert kinds(session, cast, second, head) == [[], []], "Nothing can be approved yet."
    work_the_gate(session, cast, but=keys)
    wanted, task = ["trials.approve"], ["trials.declare"]
    assert kinds(session, cast, officer, second, head) == [wanted, task, task]

    declare(session, cast, second)
    assert kinds(session, cast, officer, second, head) == [wanted, wanted, []]
    # Whoever has a conflict after all does not count, so that another is asked again.
    recuse(session, cast, second)
    assert kinds(session, cast, officer, second, head) == [wanted, [], task]
    declare(session, cast, head)
    assert kinds(session, cast, officer, head) == [wanted, wanted]
    for actor in (officer, head):
        with unit_of_work(session):
            services.approve_requirement(
                session,
                actor,
                cast.trial,
                stage=stage,
                requirement=keys[0],
                note="",
                now=cast.now,
            )
    assert kinds(session, cast, officer, head) == [[], []]
    assert kinds(session, cast, cast.associate.second) == [task]


def test_colleagues_are_not_asked_where_one_person_is_enough(
    session: Session, tmp_path: Path
) -> None:
    cast = make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"), tier="high")
    file = read(session, cast)
    specs = file.requirements_of(file.next_gate)
    keys = [spec.key for spec in specs if spec.kind is RequirementKind.APPROVAL]
    session.rollback()
    work_the_gate(session, cast, but=keys)
    tasks = kinds(session, cast, cast.lead.officer, cast.lead.second, cast.lead.head)
    assert tasks == [["trials.approve"], [], []]
