"""Applications are sent in calls, which have so many places and no more."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.applications import services
from sandbox.coordination import queries
from sandbox.coordination import services as coordination
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.deliberation import Stance
from sandbox.domain.moving import Obstacle
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application, Decision, Submission
from sandbox.packs import active
from sandbox.programme.queries import get_move
from tests.factories import (
    NOW,
    REFUSED,
    Team,
    actor_for,
    make_admitted,
    make_assigned,
    make_company,
    make_draft,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.packs.copies import add_calls, copy_of_mx, put_in_force, replace, take_outside_calls
from tests.racing import overtake

Install = Callable[..., None]
BEGIN = NOW.date() + timedelta(days=10)
LATER = NOW + timedelta(days=10)
FIRST = f'key = "first"\nfirst_day = {BEGIN}\nlast_day = {BEGIN + timedelta(days=4)}'
ONE_PLACE = f'key = "now"\nfirst_day = {NOW.date()}\nplaces = 1'
TWO_PLACES = ONE_PLACE.replace("places = 1", "places = 2")
DECIDED = NOW + timedelta(hours=6)


@pytest.fixture
def install(app: Flask, session: Session, tmp_path: Path) -> Iterator[Install]:
    """Put rules in force that take applications in these calls, or keep the older beside them."""

    def put(*calls: str, version: str = "1.0.0", outside: bool = False) -> None:
        folder = tmp_path / "packs"
        place = folder / "mx" / version
        copy_of_mx(tmp_path / version).rename(_made(place))
        if version != "1.0.0":
            replace(place / "pack.toml", 'version = "1.0.0"', f'version = "{version}"')
        add_calls(place, *calls)
        if outside:
            take_outside_calls(place)
        active.install(folder, "mx")
        if version != "1.0.0":  # cases have begun, so that it does not come by itself
            put_in_force(session, version)

    yield put
    active.install(PACKS, "mx")


def _made(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


@pytest.fixture
def caseworker(session: Session) -> Actor:
    return actor_for(session, make_staff(session))


def submit(session: Session, actor: Actor, application: Application, now: datetime) -> Submission:
    with unit_of_work(session):
        return services.submit(session, actor, application, now=now)


def closed(session: Session, actor: Actor, application: Application, now: datetime) -> date | None:
    with pytest.raises(NotPossible) as refused:
        submit(session, actor, application, now)
    assert refused.value.reason is Why.CALLS_CLOSED
    opens = refused.value.details["opens"]
    assert opens is None or isinstance(opens, date)
    return opens


def test_application_is_sent_while_a_call_is_open_and_stays_in_it(
    session: Session, install: Install, caseworker: Actor
) -> None:
    install(FIRST)
    organisation, actor = make_company(session)
    application = make_draft(session, organisation, actor)
    assert closed(session, actor, application, NOW) == BEGIN
    assert (application.status, application.call_key) == (ApplicationStatus.DRAFT, None)
    assert session.scalar(select(func.count()).select_from(Submission)) == 0
    assert closed(session, actor, application, LATER + timedelta(days=5)) is None
    submit(session, actor, application, LATER)
    assert application.call_key == "first"
    # Sent again after a return it stays in its call, although that is over.
    with unit_of_work(session):
        services.start_triage(session, caseworker, application, now=LATER)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, application, reasons={}, general="Falta.", now=LATER
        )
    submit(session, actor, application, LATER + timedelta(days=6))
    assert (application.status, application.call_key) == (ApplicationStatus.SUBMITTED, "first")


def test_draft_follows_the_calls_of_the_rules_in_force(session: Session, install: Install) -> None:
    install()
    organisation, actor = make_company(session)
    early, late = (make_draft(session, organisation, actor) for _ in range(2))
    submit(session, actor, early, NOW)
    assert early.call_key is None
    install(FIRST, version="1.1.0")
    assert closed(session, actor, late, NOW) == BEGIN
    submit(session, actor, late, LATER)
    assert (late.pack_version, late.call_key) == ("1.0.0", "first")


@pytest.fixture
def three(session: Session, install: Install, caseworker: Actor) -> tuple[Team, list[Application]]:
    """Three cases of one call with one place, ready for their decisions; the last is objected."""
    install(ONE_PLACE)
    organisation, company = make_company(session)
    team = make_team(session, "IFT")
    cases = []
    for stance in (Stance.CONCUR, Stance.CONCUR, Stance.OBJECT):
        application = make_assigned(session, organisation, company, caseworker, lead=team)
        start_review(session, application, team)
        mark_criteria(session, application, team, now=NOW + timedelta(hours=4))
        take_position(session, application, team, stance, now=NOW + timedelta(hours=5))
        cases.append(application)
    return team, cases


def decide(session: Session, team: Team, application: Application) -> str:
    with unit_of_work(session):
        return coordination.decide(
            session, team.officer, application, codes=REFUSED, now=DECIDED
        ).outcome


def test_no_more_are_admitted_than_the_call_has_places(
    session: Session, install: Install, three: tuple[Team, list[Application]]
) -> None:
    team, (first, second, third) = three
    assert decide(session, team, first) == "admitted"
    with pytest.raises(NotPossible) as refused:
        decide(session, team, second)
    assert refused.value.reason is Why.CALL_FULL
    assert (refused.value.details["places"], refused.value.details["taken"]) == (1, 1)
    assert second.status == ApplicationStatus.UNDER_REVIEW
    assert session.scalar(select(func.count()).select_from(Decision)) == 1
    # Whoever is not admitted needs no place.
    with unit_of_work(session):
        coordination.open_deliberation(session, team.officer, third, now=DECIDED)
    assert decide(session, team, third) == "declined"
    # Rules that no longer name the call leave it the places that the case's own give it.
    install(FIRST, version="1.1.0")
    with pytest.raises(NotPossible):
        decide(session, team, second)
    install(TWO_PLACES, version="1.2.0")
    assert decide(session, team, second) == "admitted"
    places = queries.read_places(session, second)
    assert places is not None
    assert (places.total, places.taken) == (2, 2)


def test_two_decisions_at_once_never_give_one_place_twice(
    session: Session, engine: Engine, three: tuple[Team, list[Application]]
) -> None:
    team, (first, second, _) = three
    other = second.id

    def lose(own: Session) -> None:
        with unit_of_work(own):
            application = own.get_one(Application, other)
            coordination.decide(own, team.officer, application, now=DECIDED)

    def win(own: Session) -> None:
        coordination.decide(own, team.officer, first, now=DECIDED)

    assert overtake(session, engine, win, lose) == "NotPossible"
    session.expire_all()
    assert {first.status, second.status} == {"decided", "under_review"}


def test_undecided_case_does_not_move_to_rules_without_its_call(
    session: Session, install: Install, three: tuple[Team, list[Application]]
) -> None:
    team, (first, second, _) = three
    decide(session, team, first)
    install(FIRST, version="1.1.0")
    found = get_move(session, second, DECIDED).obstacles
    assert (Obstacle.CALL, "now") in found
    install(TWO_PLACES, version="1.2.0")
    assert get_move(session, second, DECIDED).obstacles == ()


def test_call_without_places_admits_everybody(
    session: Session, install: Install, caseworker: Actor
) -> None:
    install(f'key = "now"\nfirst_day = {NOW.date()}')
    organisation, company = make_company(session)
    team = make_team(session, "IFT")
    for _ in range(2):
        application = make_admitted(session, organisation, company, caseworker, lead=team)
        assert application.call_key == "now"
        assert queries.read_places(session, application) is None


def test_company_sends_in_the_call_or_outside_and_only_the_call_counts_places(
    session: Session, install: Install, caseworker: Actor
) -> None:
    install(ONE_PLACE, outside=True)
    organisation, company = make_company(session)
    team = make_team(session, "IFT")

    def admit(*, outside: bool) -> Application:
        application = make_assigned(
            session, organisation, company, caseworker, lead=team, outside=outside
        )
        start_review(session, application, team)
        mark_criteria(session, application, team, now=NOW + timedelta(hours=4))
        take_position(session, application, team, now=NOW + timedelta(hours=5))
        decide(session, team, application)
        return application

    inside = admit(outside=False)
    others = [admit(outside=True) for _ in range(2)]
    assert (inside.call_key, inside.outcome) == ("now", "admitted")
    assert [(each.call_key, each.outcome) for each in others] == [("-", "admitted")] * 2
    places = queries.read_places(session, inside)
    assert places is not None
    assert (places.total, places.taken) == (1, 1)
    assert queries.read_places(session, others[0]) is None
    with pytest.raises(NotPossible) as refused:
        admit(outside=False)
    assert refused.value.reason is Why.CALL_FULL


def test_who_chose_the_call_is_refused_once_it_is_over_and_may_then_send_outside(
    session: Session, install: Install
) -> None:
    install(FIRST, outside=True)
    organisation, actor = make_company(session)
    application = make_draft(session, organisation, actor)
    late = LATER + timedelta(days=5)
    assert closed(session, actor, application, late) is None
    with unit_of_work(session):
        services.submit(session, actor, application, outside=True, now=late)
    assert (application.status, application.call_key) == (ApplicationStatus.SUBMITTED, "-")
    # It holds no place, so that rules without any calls keep nothing from it.
    install(version="1.1.0")
    assert get_move(session, application, late).obstacles == ()


def test_nothing_is_sent_outside_where_the_rules_in_force_know_calls_alone(
    session: Session, install: Install
) -> None:
    install(FIRST)
    organisation, actor = make_company(session)
    application = make_draft(session, organisation, actor)
    for now in (NOW, LATER):
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            services.submit(session, actor, application, outside=True, now=now)
        assert refused.value.reason is Why.CALLS_ONLY
    assert application.status == ApplicationStatus.DRAFT
