"""Whatever sound pack is written, it is accepted, and a whole case runs under it to its report."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.permissions import P
from sandbox.coordination import services as coordination
from sandbox.coordination.queries import list_assignments
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.calls import OUTSIDE
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import (
    ClockUnit,
    Direction,
    PolicyPack,
    Silence,
    Suspender,
    SuspensionWindowSpec,
)
from sandbox.domain.routing import propose
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor, system_actor
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, Incident
from sandbox.packs import active
from sandbox.packs.loading import validate
from sandbox.trials import services as trials
from tests.databases import Store
from tests.factories import (
    NOW,
    actor_for,
    complete_answers,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.packs.generating import Table, packs, write
from tests.trial_factories import (
    OPENED,
    OPENER,
    Cast,
    accept_report,
    approve,
    assert_open,
    enter_next,
    hand_in_report,
    publish_report,
    read,
    run_to_completion,
    set_tier,
    work_the_gate,
)

CLOCK = system_actor("trials.apply_silence", P.REQUIREMENT_APPROVE.value)
ONE_DAY = timedelta(days=1)

HOW: dict[str, Any] = {
    "deadline": None,
    # A pack of a hundred tables shrinks for minutes; it is printed as it was drawn.
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
IS_LONG = settings.get_current_profile_name() == "long"
EXAMPLES = settings(max_examples=settings().max_examples if IS_LONG else 8, **HOW)


@pytest.fixture(autouse=True)
def mexican_pack_afterwards() -> Iterator[None]:
    yield
    active.install(PACKS, "mx")


@EXAMPLES
@given(tables=packs())
def test_whole_case_runs_under_any_sound_pack(store: Store, engine: Engine, tables: Table) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        found = validate(write(tables, place / "packs"))
        assert found.problems == ()
        active.install(place / "packs", "drawn")
        files = FileStore.from_url(f"file://{place / 'files'}")
        for tier in active.current().tiers:
            if not tier.prohibited:
                store.reset()
                with Session(engine) as session:
                    carry_through(session, active.current(), files, tier.key)
                engine.dispose()


def carry_through(session: Session, pack: PolicyPack, files: FileStore, tier: str) -> None:
    """Carry a case from its application to its published report, in this tier."""
    # Where applications may be sent in both ways, those of one tier are sent outside the calls.
    outside = pack.outside_calls and tier == pack.tiers[0].key
    cast = admit(session, pack, files, outside=outside)
    if cast.trial.tier != tier:
        cast.trial = set_tier(session, cast.trial, tier)
    pass_first_gate_in_silence(session, pack, cast)
    meet_trouble(session, pack, cast)
    run_to_completion(session, cast)
    assert cast.trial.status == TrialStatus.COMPLETED
    report_on_the_test(session, pack, cast)
    assert publish_report(session, cast).status == ReportStatus.PUBLISHED


def admit(session: Session, pack: PolicyPack, files: FileStore, *, outside: bool) -> Cast:
    """Let the authorities that the pack proposes, or its first, admit a case, and open its test."""
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker, outside=outside)
    assert (application.call_key == OUTSIDE) is outside
    assert (application.call_key is None) is (not pack.calls)
    proposed = propose(pack, complete_answers(pack), NOW.date())
    # A succession is only prepared: until a person applies it, nobody has followed anybody.
    heirs = {each.code for succession in pack.successions for each in succession.successors}
    assert not heirs & {proposed.lead, *proposed.associates}
    lead = proposed.lead or pack.authorities[0].code
    associates = [code for code in proposed.associates if code != lead][:1]
    teams = [make_team(session, code) for code in (lead, *associates)]
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead=lead,
            associates=associates,
            reason="Así se acordó.",
            now=NOW + timedelta(hours=2),
        )
    for row in list_assignments(session, application.id):
        term = pack.clock("acceptance")
        due_on = day_after(pack, row.authority.code, NOW.date(), term.length, term.unit)
        assert row.respond_by == due_on
    start_review(session, application, *teams)
    for team in teams:
        mark_criteria(session, application, team, now=NOW + timedelta(hours=4))
        take_position(session, application, team, now=NOW + timedelta(hours=5))
    first = pack.preliminary_result
    if first is not None and DecisionOutcome.ADMITTED in first.outcomes:
        hear(session, company, teams[0].officer, application)
    with unit_of_work(session):
        coordination.decide(session, teams[0].officer, application, now=NOW + timedelta(hours=8))
    assert application.status == ApplicationStatus.DECIDED
    with unit_of_work(session):
        trial = trials.open_trial(session, OPENER, application, now=OPENED)
    begins = OPENED + timedelta(hours=1)
    return Cast(company, caseworker, teams[0], teams[-1], trial, files, begins)


def hear(session: Session, company: Actor, lead: Actor, application: Application) -> None:
    """Let the lead announce what it is going to decide, to which the company has nothing to say."""
    with unit_of_work(session):
        coordination.announce(session, lead, application, now=NOW + timedelta(hours=6))
    with unit_of_work(session):
        coordination.answer_preliminary(
            session,
            company,
            application,
            answer=CompanyAnswer.NOTHING,
            now=NOW + timedelta(hours=7),
        )


# --- what the rules say of time -------------------------------------------------------------------


def day_after(
    pack: PolicyPack,
    authority: str | None,
    begun: date,
    length: int,
    unit: ClockUnit = ClockUnit.BUSINESS_DAYS,
) -> date:
    """Count days one by one, without those on which the terms of an authority stand still.

    Kept apart from the platform's own way of counting, which it judges.
    """
    calendar = BusinessCalendar.from_spec(pack.calendar)
    still = {
        day
        for window in pack.suspension_windows
        if window.authority == authority
        for day in days_of(window, calendar)
    }
    day, days = begun, length
    if unit is ClockUnit.MONTHS:
        years, month = divmod(begun.month - 1 + length, 12)
        last = monthrange(begun.year + years, month + 1)[1]
        days = (date(begun.year + years, month + 1, min(begun.day, last)) - begun).days
    while days:
        day += ONE_DAY
        counts = unit is not ClockUnit.BUSINESS_DAYS or calendar.is_business_day(day)
        days -= counts and day not in still
    while unit is ClockUnit.MONTHS and (not calendar.is_business_day(day) or day in still):
        day += ONE_DAY
    return day


def days_of(window: SuspensionWindowSpec, calendar: BusinessCalendar) -> list[date]:
    if window.first_day is None:
        return list(window.dates)
    if window.last_day is not None:
        length = (window.last_day - window.first_day).days + 1
        return [window.first_day + ONE_DAY * number for number in range(length)]
    found: list[date] = []
    while sum(map(calendar.is_business_day, found)) < (window.business_days or 0):
        found.append(window.first_day + ONE_DAY * len(found))
    return found


def pass_first_gate_in_silence(session: Session, pack: PolicyPack, cast: Cast) -> None:
    """Let the terms of the first gate's approvals pass, and approve what silence did not grant."""
    stage = read(session, cast).next_gate
    within = {
        spec.key: spec
        for spec in read(session, cast).requirements_of(stage)
        if spec.answer_days is not None
    }
    work_the_gate(session, cast, but=within)
    gate = read(session, cast).gate(stage)
    missing = {
        each.spec.key: {part.authority for part in each.missing}
        for each in gate.requirements
        if not each.holds
    }
    settle(session, cast)
    asked_on = read(session, cast).today
    terms = {key: read(session, cast).terms_of(stage, key) for key in missing}
    for key, authorities in missing.items():
        days = within[key].answer_days or 0
        ends = max(day_after(pack, each, asked_on, days) for each in authorities)
        assert (key, [term.due_on for term in terms[key]]) == (key, [ends])
        cast.now += max(timedelta(), ends + ONE_DAY - read(session, cast).today)
    settle(session, cast)
    holding = {each.spec.key for each in read(session, cast).gate(stage).requirements if each.holds}
    granted = {key for key in missing if within[key].silence is Silence.GRANTED}
    assert holding & {*missing} == granted
    for key in {*missing} - granted:
        approve(session, cast, stage, key, within[key].by, within[key].persons)
    assert_open(session, cast)
    enter_next(session, cast)
    cast.now += timedelta(hours=1)


def settle(session: Session, cast: Cast) -> None:
    with unit_of_work(session):
        trials.apply_silence(session, CLOCK, cast.trial, now=cast.now)


# --- what goes wrong ------------------------------------------------------------------------------


def meet_trouble(session: Session, pack: PolicyPack, cast: Cast) -> None:
    """Let every class of incident occur and every metric be breached, and put it all right."""
    for spec in pack.incident_classes:
        with unit_of_work(session):
            trials.open_incident(
                session,
                cast.company,
                cast.trial,
                class_key=spec.key,
                what_happened="Se cayó.",
                persons_affected=1,
                is_complete=spec.complete_report_days is None,
                now=cast.now,
            )
    for actor, by in (
        (cast.company, Suspender.COMPANY),
        (cast.lead.officer, Suspender.AUTHORITIES),
    ):
        stop_and_resume(session, pack, cast, actor, by)
    measured = [pack.metric(key) for key in read(session, cast).tier.metrics]
    beyond = {
        metric.key: metric.breach + (1 if metric.direction is Direction.AT_MOST else -1)
        for metric in measured
    }
    accept_report(session, cast, hand_in_report(session, cast, beyond))
    opened = session.scalars(select(Incident).where(Incident.trial_id == cast.trial.id)).all()
    classes = [
        *(spec.key for spec in pack.incident_classes),
        *(metric.breach_class for metric in measured if metric.breach_class),
    ]
    assert sorted(each.class_key for each in opened) == sorted(classes)
    if any(metric.breach_suspends for metric in measured):
        assert cast.trial.status == TrialStatus.SUSPENDED
        with unit_of_work(session):
            assert trials.agree_to_resume(session, cast.lead.officer, cast.trial, now=cast.now)
    assert cast.trial.status == TrialStatus.RUNNING
    for incident in opened:
        answer_incident(session, pack, cast, incident)
    cast.now += ONE_DAY
    accept_report(session, cast, hand_in_report(session, cast))
    cast.now += ONE_DAY  # A metric is read once a day.


def stop_and_resume(
    session: Session, pack: PolicyPack, cast: Cast, actor: Actor, by: Suspender
) -> None:
    """Let somebody stop the test on a ground of theirs, and go on with the lead's consent."""
    grounds = pack.grounds_of(by)
    ground = grounds[-1].key if grounds else None
    with unit_of_work(session):
        stopped = trials.suspend(
            session, actor, cast.trial, reason="Así conviene.", ground=ground, now=cast.now
        )
    assert (cast.trial.status, stopped.ground) == (TrialStatus.SUSPENDED, ground)
    for each in dict.fromkeys((actor, cast.lead.officer)):
        with unit_of_work(session):
            trials.agree_to_resume(session, each, cast.trial, now=cast.now)
    assert cast.trial.status == TrialStatus.RUNNING


def answer_incident(session: Session, pack: PolicyPack, cast: Cast, incident: Incident) -> None:
    """Complete what is known of an incident, answer it and close it, as its class asks."""
    spec = pack.incident_class(incident.class_key)
    case = {"session": session, "trial": cast.trial, "incident": incident, "now": cast.now}
    assert (incident.complete_due_at is None) == (spec.complete_report_days is None)
    assert (incident.reaction_due_at is None) == (spec.reaction_days is None)
    if spec.complete_report_days is not None:
        assert incident.complete_due_at == incident.known_at + spec.complete_report_days * ONE_DAY
        with unit_of_work(session):
            trials.complete_incident(actor=cast.company, report="Ya.", persons_affected=2, **case)
    if spec.reaction_days is not None:
        with unit_of_work(session):
            trials.react_to_incident(actor=cast.lead.officer, reaction="Avise.", **case)
    with unit_of_work(session):
        trials.close_incident(actor=cast.lead.officer, correction="Se corrigió.", **case)


# --- what was learned -----------------------------------------------------------------------------


def report_on_the_test(session: Session, pack: PolicyPack, cast: Cast) -> None:
    """Let the company report on its test, where the rules ask for it."""
    file = read(session, cast)
    if pack.final_report_days is None:
        assert file.final_report_due_on is None
        return
    assert file.final_report_due_on == file.today + pack.final_report_days * ONE_DAY
    with unit_of_work(session):
        trials.hand_in_final_report(
            session,
            cast.company,
            cast.trial,
            text="Así fue.",
            file=None,
            store=cast.store,
            now=cast.now,
        )
