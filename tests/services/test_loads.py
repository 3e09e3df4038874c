"""What authorities and officers have to do now, as it stands beside a choice, on both engines."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.coordination.queries import Load
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application
from tests.factories import make_assigned, mark_criteria, take_position
from tests.services import test_coordination as shared
from tests.services.test_coordination import NOW, World, case_under_review, name
from tests.trial_factories import make_running_trial

world = shared.world
CODES = ("INAI", "IFT", "COFECE")
PAST = NOW + timedelta(days=90)


def loads(session: Session, now: object = NOW) -> dict[str, tuple[int, int]]:
    found = queries.map_loads(session, CODES, now)  # type: ignore[arg-type]
    return {code: (load.cases, load.overdue) for code, load in found.items()}


def assigned(session: Session, world: World) -> None:
    make_assigned(
        session,
        world.organisation,
        world.company,
        world.caseworker,
        lead=world.inai,
        associates=(world.ift,),
    )


def test_load_counts_open_cases_and_what_is_overdue(session: Session, world: World) -> None:
    assert loads(session) == dict.fromkeys(CODES, (0, 0))
    application = case_under_review(session, world, world.ift)
    assigned(session, world)
    assert loads(session) == {"INAI": (2, 0), "IFT": (2, 0), "COFECE": (0, 0)}
    # Long after, both answers and both positions are overdue.
    assert loads(session, PAST) == {"INAI": (2, 2), "IFT": (2, 2), "COFECE": (0, 0)}
    mark_criteria(session, application, world.ift)
    take_position(session, application, world.ift)
    assert loads(session, PAST)["IFT"] == (2, 1)
    # While the company is asked nobody is late.
    with unit_of_work(session):
        applications.request_information(
            session, world.inai.officer, application, questions=[("¿Dónde?", None)], now=NOW
        )
    assert loads(session, PAST)["INAI"] == (2, 1)
    # Its own term is as long as it takes.
    session.execute(update(Application).values(answer_due_on=PAST.date()))
    session.commit()
    with unit_of_work(session):
        applications.answer_information(
            session, world.company, application, answers={1: "Aquí."}, now=PAST
        )
    assert loads(session, PAST)["INAI"] == (2, 1)
    # A case that an authority has left is none of its own.
    left = case_under_review(session, world, world.ift)
    assert loads(session)["IFT"] == (3, 0)
    with unit_of_work(session):
        services.release_associate(
            session, world.caseworker, left, authority="IFT", reason="Ya no.", now=NOW
        )
    assert loads(session)["IFT"] == (2, 0)


def test_load_of_officers_is_that_of_whoever_is_named_now(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    people = [world.inai.officer.person_id, world.inai.second.person_id]
    inai = world.inai.authority.id

    def found(now: object = NOW) -> list[Load]:
        return list(
            queries.map_officer_loads(session, inai, people, now).values()  # type: ignore[arg-type]
        )

    assert found() == [Load(1, 0), Load(0, 0)]
    assert found(PAST) == [Load(1, 1), Load(0, 0)]
    name(session, world.inai, application, world.inai.second)
    assert found(PAST) == [Load(0, 0), Load(1, 1)]


def test_trial_that_runs_is_an_open_case(session: Session, tmp_path: Path) -> None:
    make_running_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))
    assert loads(session, PAST) == {"INAI": (1, 0), "IFT": (1, 0), "COFECE": (0, 0)}


def test_loads_take_two_statements_for_one_case_and_for_three(
    session: Session, engine: Engine, world: World
) -> None:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def number(read: Callable[[], object]) -> int:
        session.rollback()
        seen.clear()
        read()
        return sum(each.startswith("SELECT") for each in seen)

    counts = []
    for _ in range(2):
        case_under_review(session, world, world.ift)
        assigned(session, world)
        counts.append(number(lambda: loads(session, PAST)))
    assert counts == [2, 2]
