"""Another associate comes to a review that is going on, or leaves it, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, grants
from sandbox.access.permissions import P
from sandbox.coordination import queries, services
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import Silence
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, LeadOffer
from tests.factories import mark_criteria, pack, take_position
from tests.racing import race
from tests.services import test_coordination as shared
from tests.services.test_coordination import (
    CLOCK,
    NOW,
    World,
    assigned_case,
    case_under_review,
    kinds,
    mailed,
    name,
    states,
    with_silence,
)

world = shared.world
JOINED = datetime(2026, 3, 6, 18, tzinfo=UTC)  # a Friday, four business days into the review


def add(session: Session, world: World, application: Application, code: str = "COFECE") -> None:
    with unit_of_work(session):
        services.add_associate(
            session,
            world.caseworker,
            application,
            authority=code,
            reason="Toca su competencia.",
            now=JOINED,
        )


def release(session: Session, world: World, application: Application, code: str) -> None:
    with unit_of_work(session):
        services.release_associate(
            session, world.caseworker, application, authority=code, reason="Ya no.", now=JOINED
        )


def test_associate_joins_with_terms_of_its_own_and_is_waited_for(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    assert kinds(session, world.inai.officer) == ["coordination.decide"]
    before = queries.case_panel(session, world.inai.officer, application, pack(), JOINED)
    add(session, world, application)
    assert states(session, application)["COFECE"] == ("associate", "proposed")
    assert application.status == ApplicationStatus.UNDER_REVIEW
    assert mailed(session, "associate_added") == [
        "Jefa IFT",
        "Jefa INAI",
        "Oficial IFT",
        "Oficial INAI",
    ]
    assert kinds(session, world.inai.officer, JOINED) == []
    (task,) = queries.list_tasks(session, world.cofece.head, JOINED)
    assert (task.kind, task.due_on) == ("coordination.answer", date(2026, 3, 13))
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=JOINED)
    assert refused.value.reason is Why.POSITION_MISSING
    with unit_of_work(session):
        services.accept_assignment(session, world.cofece.head, application, now=JOINED)
    assert application.status == ApplicationStatus.UNDER_REVIEW
    assert "Jefa COFECE" in mailed(session, "review_started")
    name(session, world.cofece, application, world.cofece.officer)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.cofece.officer, application, has_conflict=False, now=JOINED
        )
    # The others' terms stay where they were; the newcomer's begins with its answer.
    (task,) = queries.list_tasks(session, world.cofece.officer, JOINED)
    own = queries.case_panel(session, world.cofece.officer, application, pack(), JOINED)
    after = queries.case_panel(session, world.inai.officer, application, pack(), JOINED)
    assert before is not None
    assert before.position_clock is not None
    assert own is not None
    assert own.position_clock is not None
    assert after is not None
    assert after.position_clock is not None
    assert after.position_clock.due_on == before.position_clock.due_on
    assert own.position_clock.due_on > after.position_clock.due_on
    assert (own.position_clock.day, task.due_on) == (0, own.position_clock.due_on)
    mark_criteria(session, application, world.cofece)
    take_position(session, application, world.cofece)
    with unit_of_work(session):
        decision = services.decide(session, world.inai.officer, application, now=JOINED)
    assert len(decision.positions) == 3


def test_silence_of_an_associate_that_joined_counts_from_its_own_days(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_silence(monkeypatch, acceptance_silence=Silence.GRANTED, position_silence=Silence.GRANTED)
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    add(session, world, application)
    # The last day is the 13th of March; the night after, silence has accepted.
    with unit_of_work(session):
        assert services.apply_silence(session, CLOCK, now=JOINED + timedelta(days=7)) == 0
    accepted = JOINED + timedelta(days=8)
    with unit_of_work(session):
        assert services.apply_silence(session, CLOCK, now=accepted) == 1
    assert states(session, application)["COFECE"] == ("associate", "accepted")
    days = pack().clock("position").length
    with unit_of_work(session):
        assert services.apply_silence(session, CLOCK, now=NOW + timedelta(days=days + 4)) == 0
    with unit_of_work(session):
        assert services.apply_silence(session, CLOCK, now=accepted + timedelta(days=60)) == 1


def test_associate_leaves_with_its_officers_and_marks_and_may_come_back(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift, world.cofece)
    mark_criteria(session, application, world.cofece)
    with unit_of_work(session):
        services.offer_lead(
            session, world.inai.head, application, to="COFECE", reason="Cabe.", now=NOW
        )
    release(session, world, application, "COFECE")
    assert states(session, application)["COFECE"] == ("associate", "released")
    assert mailed(session, "associate_released") == ["Jefa COFECE", "Oficial COFECE"]
    assert len(mailed(session, "associate_left")) == 4
    for actor in (world.cofece.officer, world.cofece.head):
        assert grants(session, actor, (P.APPLICATION_READ,), application) == set()
        assert kinds(session, actor, JOINED) == []
    assert queries.find_named(session, application.id, world.cofece.authority.id) is None
    assert session.scalars(select(LeadOffer.state)).all() == ["lapsed"]
    seen = queries.case_panel(session, world.company, application, pack(), JOINED)
    assert seen is not None
    assert [line.code for line in seen.lines] == ["INAI", "IFT"]
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    assert {mark.authority for mark in queries.get_bench(session, application.id).marks} == {
        "INAI",
        "IFT",
    }
    add(session, world, application)
    assert states(session, application)["COFECE"] == ("associate", "proposed")
    with unit_of_work(session):
        services.decline_assignment(
            session, world.cofece.head, application, reason="No es nuestro.", now=JOINED
        )
    assert kinds(session, world.caseworker, JOINED) == []
    with unit_of_work(session):
        decision = services.decide(session, world.inai.officer, application, now=JOINED)
    assert {each["authority"] for each in decision.marks} == {"INAI", "IFT"}


def test_changing_associates_refuses_what_makes_no_sense(session: Session, world: World) -> None:
    early = assigned_case(session, world)
    with pytest.raises(TransitionRefused):
        add(session, world, early)
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.ift)
    take_position(session, application, world.ift)
    for actor in (world.inai.head, world.company):
        with pytest.raises(Denied), unit_of_work(session):
            services.add_associate(
                session, actor, application, authority="COFECE", reason="x", now=JOINED
            )
    for code, why in (("IFT", Why.ALREADY_ASSIGNED), ("PROFECO", Why.NOT_COMPETENT)):
        with pytest.raises(NotPossible) as refused:
            add(session, world, application, code)
        assert refused.value.reason is why
    for code, why in (
        ("INAI", Why.LEAD_STAYS),
        ("IFT", Why.POSITION_ON_RECORD),
        ("COFECE", Why.NOT_ASSIGNED),
    ):
        with pytest.raises(NotPossible) as refused:
            release(session, world, application, code)
        assert refused.value.reason is why


def test_position_and_release_at_once_leave_one_of_them(
    session: Session, engine: Engine, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.ift)
    case_id = application.id
    session.rollback()

    def speaks(own: Session) -> None:
        take_position(own, own.get_one(Application, case_id), world.ift)

    def releases(own: Session) -> None:
        release(own, world, own.get_one(Application, case_id), "IFT")

    results = race(engine, case_id, speaks, releases)
    assert results.count("done") == 1
    session.expire_all()
    has_spoken = queries.find_position(session, case_id, world.ift.authority.id) is not None
    state = states(session, session.get_one(Application, case_id))["IFT"][1]
    assert state == ("accepted" if has_spoken else "released")
