"""Reliefs are drafted, granted or refused, ended early and extended; and nothing stored twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound
from sandbox.coordination import services as coordination
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.domain.reliefs import ReliefState, ReliefWording
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.tasks import Task
from sandbox.models import Application, InheritedPlace, Person, Relief, Trial
from sandbox.packs import active
from sandbox.trials import queries, services
from tests.factories import SYSTEM, make_admitted, make_company
from tests.racing import race
from tests.trial_factories import GROUND, OPENED, OPENER, Cast, make_running_trial, make_trial

WORDING = ReliefWording(
    "waiver", "LFPDPPP, artículo 9", "Consentir por mensaje.", "", "Otros pueden pedirla."
)


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Cast:
    return make_running_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))


def today_of(cast: Cast) -> date:
    return cast.now.date()


def within(cast: Cast, first: int = 0, last: int = 20, **more: Any) -> ReliefWording:
    """Return a wording whose days are so many after today."""
    today = today_of(cast)
    days = {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=last)}
    return replace(WORDING, **(days | more))


def do(session: Session, service: Callable[..., Any], actor: Actor, cast: Cast, **more: Any) -> Any:
    now = more.pop("now", cast.now)
    with unit_of_work(session):
        return service(session, actor, cast.trial, now=now, **more)


def drafted(session: Session, cast: Cast, actor: Actor | None = None, **more: Any) -> int:
    more.setdefault("wording", within(cast))
    return int(do(session, services.draft_relief, actor or cast.lead.officer, cast, **more).number)


def granted(session: Session, cast: Cast, **more: Any) -> int:
    number = drafted(session, cast, **more)
    do(
        session,
        services.grant_relief,
        more.get("actor") or cast.lead.officer,
        cast,
        number=number,
        expected_version=1,
    )
    return number


def refusal(
    session: Session, service: Callable[..., Any], actor: Actor, *rest: Any, **more: Any
) -> Why:
    with pytest.raises(NotPossible) as refused:
        do(session, service, actor, *rest, **more)
    session.rollback()
    return refused.value.reason


def seen(session: Session, cast: Cast, actor: Actor | None, day: date | None = None) -> list[Any]:
    trial = session.get_one(Trial, cast.trial.id)
    lines = queries.list_reliefs(
        session, trial, active.pack_of(trial), day or today_of(cast), actor=actor
    )
    return [(line.relief.number, line.state.value) for line in lines]


def told(session: Session, template: str) -> set[str]:
    return set(
        session.scalars(
            select(Person.name)
            .join(OutboxMail, OutboxMail.person_id == Person.id)
            .where(OutboxMail.template == f"trials/{template}")
        )
    )


def relief_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what waits for somebody on account of reliefs."""
    return [task for task in queries.list_tasks(session, actor, now) if "relief" in task.kind]


def deeds(session: Session, cast: Cast) -> list[str]:
    return list(
        session.scalars(
            select(AuditEntry.deed)
            .where(
                AuditEntry.application_id == cast.trial.application_id,
                AuditEntry.deed.startswith("relief:"),
            )
            .order_by(AuditEntry.at, AuditEntry.tick)
        )
    )


def test_draft_is_the_authorities_own_until_it_is_granted_exactly_as_it_was_read(
    session: Session, cast: Cast
) -> None:
    lead, head = cast.lead.officer, cast.lead.head
    number = drafted(session, cast, sought=1)
    assert (
        refusal(session, services.draft_relief, lead, cast, wording=within(cast, 1), sought=1)
        is Why.ALREADY_DONE
    )
    assert seen(session, cast, cast.company) == seen(session, cast, None) == []
    assert seen(session, cast, cast.associate.officer) == [(1, "draft")]
    do(
        session,
        services.redraft_relief,
        lead,
        cast,
        number=number,
        wording=within(cast, scope="Solo en dos estados."),
        expected_version=1,
    )
    with pytest.raises(Stale):
        do(session, services.grant_relief, lead, cast, number=number, expected_version=1)
    session.rollback()
    other = cast.associate.officer
    with pytest.raises(NotFound):
        do(session, services.grant_relief, other, cast, number=number, expected_version=2)
    session.rollback()
    for other in (cast.company, cast.caseworker, cast.lead.second, head):
        with pytest.raises(Denied):
            do(session, services.grant_relief, other, cast, number=number, expected_version=2)
        session.rollback()
    case = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        coordination.declare_conflict(session, head, case, has_conflict=False, now=cast.now)
    do(session, services.grant_relief, head, cast, number=number, expected_version=2)
    assert (
        refusal(
            session,
            services.redraft_relief,
            lead,
            cast,
            number=number,
            wording=within(cast),
            expected_version=3,
        )
        is Why.ALREADY_DONE
    )
    assert seen(session, cast, None) == seen(session, cast, cast.company) == [(1, "in_force")]
    assert told(session, "relief_granted") >= {"Ana López", "Jefa INAI", "Jefa IFT"}
    assert deeds(session, cast) == [Deed.RELIEF_DRAFTED, Deed.RELIEF_DRAFTED, Deed.RELIEF_GRANTED]


def test_authority_answers_only_what_it_is_competent_for_and_only_rows_that_exist(
    session: Session, cast: Cast
) -> None:
    other = cast.associate.officer
    assert (
        refusal(session, services.draft_relief, other, cast, wording=within(cast), sought=1)
        is Why.NOT_COMPETENT
    )
    with pytest.raises(NotFound):
        drafted(session, cast, sought=2)
    session.rollback()
    # Of its own motion it may offer what no row asks for.
    assert drafted(session, cast, other) == 1


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"first": -1}, Why.RELIEF_PAST),
        ({"last": 4000}, Why.RELIEF_TOO_LONG),
        ({"neutrality": ""}, Why.RELIEF_NOT_NEUTRAL),
        ({"ends_on": None}, Why.RELIEF_INCOMPLETE),
    ],
)
def test_grant_is_refused_and_the_draft_stays(
    session: Session, cast: Cast, days: dict[str, Any], why: Why
) -> None:
    number = drafted(session, cast, wording=within(cast, **days))
    given = {"number": number, "expected_version": 1}
    assert refusal(session, services.grant_relief, cast.lead.officer, cast, **given) is why
    assert seen(session, cast, cast.lead.officer) == [(number, "draft")]


def test_refusal_is_recorded_with_its_reason_and_is_not_public(
    session: Session, cast: Cast
) -> None:
    lead, number = cast.lead.officer, drafted(session, cast, sought=1, wording=WORDING)
    given = {"number": number, "expected_version": 1}
    assert (
        refusal(session, services.refuse_relief, lead, cast, reason=" ", **given)
        is Why.REASON_MISSING
    )
    do(session, services.refuse_relief, lead, cast, reason="Basta una orientación.", **given)
    assert seen(session, cast, None) == []
    assert seen(session, cast, cast.company) == seen(session, cast, cast.caseworker)
    assert seen(session, cast, cast.company) == [(1, "refused")]
    assert told(session, "relief_refused") >= {"Ana López", "Jefa INAI", "Jefa IFT"}
    assert drafted(session, cast, sought=1) == 2  # what was refused can be answered again


def test_relief_is_extended_by_a_further_one_and_ended_before_its_day(
    session: Session, cast: Cast
) -> None:
    lead, today = cast.lead.officer, today_of(cast)
    first = granted(session, cast, sought=1)
    further = within(cast, 0, 40, starts_on=None)
    with pytest.raises(NotFound):
        drafted(session, cast, cast.associate.officer, wording=further, extends=first)
    session.rollback()
    second = granted(session, cast, wording=further, extends=first)
    relief = queries.find_relief(session, cast.trial.id, second)
    assert relief is not None
    assert (relief.starts_on, relief.sought) == (today + timedelta(days=21), 1)
    assert (
        refusal(session, services.draft_relief, lead, cast, wording=further, extends=first)
        is Why.ALREADY_DONE
    )
    trial = session.get_one(Trial, cast.trial.id)
    lines = queries.list_reliefs(session, trial, active.pack_of(trial), today)
    assert [(line.extends, line.extended_by, line.state.value) for line in lines] == [
        (None, 2, "in_force"),
        (1, None, "ahead"),
    ]
    end: dict[str, Any] = {"number": second, "reason": "Cambió la ley."}
    with pytest.raises(NotFound):
        do(session, services.end_relief, cast.associate.officer, cast, ended_on=today, **end)
    session.rollback()
    yesterday = today - timedelta(days=1)
    assert (
        refusal(session, services.end_relief, lead, cast, ended_on=yesterday, **end)
        is Why.RELIEF_PAST
    )
    for days in (35, 30):  # an end that was announced is brought forward
        do(session, services.end_relief, lead, cast, ended_on=today + timedelta(days=days), **end)
    later = today + timedelta(days=31)
    assert refusal(session, services.end_relief, lead, cast, ended_on=later, **end) is (
        Why.ALREADY_DONE
    )
    assert seen(session, cast, None, today + timedelta(days=29)) == [(1, "ended"), (2, "in_force")]
    assert seen(session, cast, None, today + timedelta(days=30)) == [(1, "ended"), (2, "ended")]
    assert told(session, "relief_ended") >= {"Ana López", "Jefa INAI", "Jefa IFT"}
    assert deeds(session, cast)[1:4:2] == [Deed.RELIEF_GRANTED, Deed.RELIEF_EXTENDED]
    assert deeds(session, cast)[-1] == Deed.RELIEF_ENDED


def test_end_of_a_relief_ends_what_extends_it(session: Session, cast: Cast) -> None:
    lead, today = cast.lead.officer, today_of(cast)
    first = granted(session, cast)
    second = granted(session, cast, wording=within(cast, 0, 40, starts_on=None), extends=first)
    granted(session, cast, wording=within(cast, 0, 60, starts_on=None), extends=second)
    other = granted(session, cast, wording=within(cast, 0, 60, scope="Otra cosa."))
    do(session, services.end_relief, lead, cast, number=first, ended_on=today, reason="Riesgo.")
    for day in (0, 25, 50):
        states = dict(seen(session, cast, None, today + timedelta(days=day)))
        assert states == {1: "ended", 2: "ended", 3: "ended", other: "in_force"}
    assert deeds(session, cast).count(Deed.RELIEF_ENDED) == 3


def test_a_draft_is_thrown_away_as_it_was_read_and_its_number_collides_with_none(
    session: Session, cast: Cast
) -> None:
    lead = cast.lead.officer
    number = drafted(session, cast, sought=1)
    other = drafted(session, cast, wording=within(cast, scope="Otra cosa."))
    away: dict[str, Any] = {"number": number, "expected_version": 1}
    with pytest.raises(NotFound):
        do(session, services.discard_relief, cast.associate.officer, cast, **away)
    session.rollback()
    with pytest.raises(Stale):
        do(session, services.discard_relief, lead, cast, **away | {"expected_version": 2})
    session.rollback()
    do(session, services.discard_relief, lead, cast, **away)
    assert queries.find_relief(session, cast.trial.id, number) is None
    session.rollback()
    assert drafted(session, cast, sought=1) == other + 1
    do(session, services.grant_relief, lead, cast, number=other, expected_version=1)
    assert (
        refusal(session, services.discard_relief, lead, cast, **away | {"number": other})
        is Why.ALREADY_DONE
    )
    assert Deed.RELIEF_DISCARDED in deeds(session, cast)


def test_suspension_stops_every_relief_and_nothing_is_granted_until_the_test_goes_on(
    session: Session, cast: Cast
) -> None:
    number, lead = granted(session, cast), cast.lead.officer
    draft = drafted(session, cast, wording=within(cast, scope="Otra cosa."))
    given = {"reason": "Hay una fuga de datos.", "ground": GROUND}
    do(session, services.suspend, cast.associate.officer, cast, **given)
    assert seen(session, cast, cast.company) == [(number, "stopped")]
    with pytest.raises(TransitionRefused):
        do(session, services.grant_relief, lead, cast, number=draft, expected_version=1)
    session.rollback()
    ends = {"number": number, "ended_on": today_of(cast), "reason": "Ya no."}
    do(session, services.end_relief, lead, cast, **ends)
    assert seen(session, cast, cast.company) == [(number, "ended")]


def test_of_two_people_who_grant_the_same_draft_one_does(
    session: Session, engine: Engine, cast: Cast
) -> None:
    number = drafted(session, cast)
    trial_id, actor = cast.trial.id, cast.lead.officer

    def grant(own: Session) -> None:
        with unit_of_work(own):
            services.grant_relief(
                own,
                actor,
                own.get_one(Trial, trial_id),
                number=number,
                expected_version=1,
                now=cast.now,
            )

    assert race(engine, cast.trial.application_id, grant, grant) == ["NotPossible", "done"]
    session.rollback()
    # Each session counts its own ticks, so that the order says nothing here.
    assert sorted(deeds(session, cast)) == [Deed.RELIEF_DRAFTED, Deed.RELIEF_GRANTED]


def test_register_filters_by_what_the_domain_computes(session: Session, cast: Cast) -> None:
    today = today_of(cast)
    around = (-2, -1, 0, 1, 2)
    terms = [
        [None if n is None else today + timedelta(days=n) for n in (first, last, ended)]
        for first, last, ended in product(around, around, (None, *around))
        if last >= first and (ended is None or ended <= last)
    ]
    number = len(terms)
    with unit_of_work(session):
        session.add_all(_granted_row(cast, n, *term) for n, term in enumerate(terms, start=1))
        record(session, SYSTEM, Deed.RELIEF_GRANTED, cast.trial, now=cast.now)
    for status in (TrialStatus.RUNNING, TrialStatus.SUSPENDED, TrialStatus.COMPLETED):
        with unit_of_work(session):
            cast.trial.status = status.value
            record(session, SYSTEM, Deed.RELIEF_GRANTED, cast.trial, now=cast.now)
        computed = dict(seen(session, cast, None))
        assert len(computed) == number
        for state in queries.LISTED:
            page = queries.list_register(session, today, state=state.value)
            wanted = [key for key, value in computed.items() if value == state.value]
            # A page holds so many; the keyset leads to the rest.
            found = [row.number for row in page.rows]
            while page.next_key:
                page = queries.list_register(session, today, state=state.value, after=page.next_key)
                found += [row.number for row in page.rows]
            assert sorted(found) == wanted, state
            assert all(row.state == state for row in page.rows)
    assert ReliefState.DRAFT not in queries.LISTED


def _granted_row(
    cast: Cast, number: int, starts_on: date | None, ends_on: date | None, ended_on: date | None
) -> Relief:
    return Relief(
        trial_id=cast.trial.id,
        number=number,
        authority_id=cast.lead.authority.id,
        kind="waiver",
        provision="Artículo 9",
        scope="Consentir por mensaje.",
        neutrality="Otros pueden pedirla.",
        starts_on=starts_on,
        ends_on=ends_on,
        ended_on=ended_on,
        drafted_by_id=cast.lead.officer.person_id,
        drafted_at=cast.now,
        verdict="granted",
        decided_by_id=cast.lead.officer.person_id,
        decided_at=cast.now + timedelta(minutes=number),
    )


def test_successor_answers_for_what_its_predecessor_granted(session: Session, cast: Cast) -> None:
    number, today = granted(session, cast), today_of(cast)
    place = InheritedPlace(
        application_id=cast.trial.application_id,
        authority_id=cast.associate.authority.id,
        predecessor_id=cast.lead.authority.id,
    )
    with unit_of_work(session):
        session.add(place)
        case = session.get_one(Application, cast.trial.application_id)
        record(session, SYSTEM, Deed.AUTHORITY_SUCCEEDED, case, now=cast.now)
    heir = cast.associate.officer
    for code in ("INAI", "IFT"):
        rows = queries.list_register(session, today, authority=code).rows
        assert [row.authority for row in rows] == ["INAI"]
    assert queries.list_register(session, today, authority="COFECE").rows == []
    later = cast.now + timedelta(days=10)
    assert [task.kind for task in relief_tasks(session, heir, later)] == ["trials.relief_ends"]
    ends = {"number": number, "ended_on": today, "reason": "Ya no hace falta."}
    do(session, services.end_relief, heir, cast, **ends)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.deed == Deed.RELIEF_ENDED.value)
    ).one()
    assert entry.authority_id == cast.associate.authority.id


def test_company_and_authority_are_reminded_until_something_takes_its_place(
    session: Session, cast: Cast
) -> None:
    def kinds(actor: Actor, now: datetime) -> list[Any]:
        tasks = relief_tasks(session, actor, now)
        return [(task.kind.removeprefix("trials."), task.due_on) for task in tasks]

    lead, last = cast.lead.officer, today_of(cast) + timedelta(days=60)
    number = drafted(session, cast, wording=within(cast, 0, 60))
    assert kinds(lead, cast.now) == [("decide_relief", None)]
    assert kinds(cast.company, cast.now) == kinds(cast.associate.officer, cast.now) == []
    do(session, services.grant_relief, lead, cast, number=number, expected_version=1)
    assert kinds(lead, cast.now) == kinds(cast.company, cast.now) == []
    near = cast.now + timedelta(days=31)
    # The company cannot extend it, and is not asked to.
    for actor, kind in ((lead, "relief_ends"), (cast.company, "relief_stops")):
        assert kinds(actor, near) == [(kind, last)]
        assert kinds(actor, near + timedelta(days=30)) == []
    assert kinds(cast.associate.officer, near) == kinds(cast.caseworker, near) == []
    granted(session, cast, wording=within(cast, 0, 90, starts_on=None), extends=number)
    assert kinds(lead, near) == kinds(cast.company, near) == []


def test_what_somebody_is_on_another_case_changes_nothing_on_this_one(
    session: Session, cast: Cast
) -> None:
    number = drafted(session, cast)
    organisation, company = make_company(session, "Otra")
    other = make_admitted(session, organisation, company, cast.caseworker, lead=cast.lead)
    officer, colleague = cast.lead.officer, cast.lead.second
    with unit_of_work(session):
        services.open_trial(session, OPENER, other, now=OPENED)
    with unit_of_work(session):
        assert colleague.person_id is not None
        coordination.name_officer(
            session, cast.lead.head, other, person_id=colleague.person_id, now=cast.now
        )
    for actor, application, has_conflict in (
        (officer, other, True),
        (colleague, other, False),
        (colleague, session.get_one(Application, cast.trial.application_id), False),
    ):
        with unit_of_work(session):
            coordination.declare_conflict(
                session,
                actor,
                application,
                has_conflict=has_conflict,
                explanation="Es de mi hermana." if has_conflict else "",
                now=cast.now,
            )
    # Recused there, and still to decide here; named there, and nothing to decide here.
    assert [task.kind for task in relief_tasks(session, officer, cast.now)] == [
        "trials.decide_relief"
    ]
    assert relief_tasks(session, colleague, cast.now) == []
    with pytest.raises(Denied):
        do(session, services.grant_relief, colleague, cast, number=number, expected_version=1)


def test_relief_is_granted_while_the_test_is_prepared_and_no_longer_once_it_has_ended(
    session: Session, tmp_path: Path
) -> None:
    cast = make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))
    assert granted(session, cast) == 1
    kind = active.pack_of(cast.trial).exit_kinds
    early = next(each.code for each in kind if each.ends == "early")
    given = {"exit_kind": early, "reason": "Ya no."}
    do(session, services.end_early, cast.lead.officer, cast, **given)
    assert seen(session, cast, cast.company) == [(1, "ended")]
    with pytest.raises(TransitionRefused):
        drafted(session, cast)
