"""What waits for somebody among trials, on both engines: the gravest first, and nothing hidden."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from sandbox.coordination import services as coordination
from sandbox.domain.packs import Ending, Who
from sandbox.domain.refusals import TransitionRefused
from sandbox.home import tasks as home
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.tasks import Task
from sandbox.models import Application, MonitoringReport, Organisation, Trial
from sandbox.trials import queries, services
from sandbox.trials.queries import waiting
from sandbox.trials.queries.urgency import select_urgent
from tests.factories import make_admitted, pack
from tests.trial_factories import (
    OPENED,
    OPENER,
    Cast,
    approve,
    enter_next,
    hand_in_report,
    make_trial,
    read,
    set_tier,
    work_the_gate,
)

TIERS = [tier.key for tier in pack().tiers if not tier.prohibited]


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Cast:
    return make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))


def run(session: Session, cast: Cast) -> Cast:
    """Lead a trial past its first gate."""
    work_the_gate(session, cast)
    enter_next(session, cast)
    return cast


def more_trials(session: Session, cast: Cast, count: int) -> list[Trial]:
    """Open other trials of the same company before the same authorities."""
    organisation = session.get_one(Organisation, cast.trial.organisation_id)
    found = []
    for _ in range(count):
        application = make_admitted(
            session,
            organisation,
            cast.company,
            cast.caseworker,
            lead=cast.lead,
            associates=(cast.associate,),
        )
        with unit_of_work(session):
            found.append(services.open_trial(session, OPENER, application, now=OPENED))
    return found


def beside(cast: Cast, trial: Trial) -> Cast:
    """Return the same people with another of their trials."""
    return replace(cast, trial=trial)


def trouble(session: Session, cast: Cast, trial: Trial, days: int = 0) -> None:
    """Open an incident so many days from now."""
    with unit_of_work(session):
        services.open_incident(
            session,
            cast.company,
            trial,
            class_key=pack().incident_classes[0].key,
            what_happened="Se cayó.",
            persons_affected=1,
            now=cast.now + timedelta(days=days),
        )


def suspend(session: Session, actor: Actor, cast: Cast) -> None:
    with unit_of_work(session):
        services.suspend(session, actor, cast.trial, reason="Falla.", now=cast.now)


def end_early(session: Session, cast: Cast) -> None:
    kind = pack().exits(Ending.EARLY)[0].code
    with unit_of_work(session):
        services.end_early(
            session, cast.lead.officer, cast.trial, exit_kind=kind, reason="Ya.", now=cast.now
        )


def send_back(session: Session, cast: Cast, report: MonitoringReport) -> None:
    with unit_of_work(session):
        services.judge_report(
            session,
            cast.lead.officer,
            cast.trial,
            report=report,
            accept=False,
            remark="Falta explicar una queja.",
            now=cast.now,
        )


def kinds(session: Session, actor: Actor, cast: Cast) -> set[str]:
    return {task.kind.removeprefix("trials.") for task in listed(session, actor, cast)}


def listed(session: Session, actor: Actor, cast: Cast) -> list[Task]:
    return queries.list_tasks(session, actor, cast.now)


# --- the gravest first ---------------------------------------------------------------------------


def test_the_most_urgent_tasks_are_listed_and_the_rest_is_spoken_of(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = more_trials(session, cast, 2)
    for trial, days in zip((cast.trial, *others), (30, 20, 10), strict=True):
        trouble(session, cast, trial, days)

    def found() -> list[tuple[str, str]]:
        return [(task.kind, task.reference) for task in listed(session, cast.lead.officer, cast)]

    urgent = [("trials.incident", trial.reference) for trial in (*reversed(others), cast.trial)]
    assert found() == urgent
    monkeypatch.setattr(waiting, "MOST_FILES", 2)
    assert found() == [*urgent[:2], ("trials.more", "")]


@pytest.mark.parametrize("grave", ["suspended", "incident", "report handed in", "report owed"])
def test_what_is_grave_is_read_before_what_has_only_been_quiet_for_long(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, grave: str
) -> None:
    more_trials(session, cast, 2)  # Untouched ever since they were opened.
    run(session, cast)
    cast.now += timedelta(days=1)
    if grave == "suspended":
        suspend(session, cast.company, cast)
    elif grave == "incident":
        trouble(session, cast, cast.trial)  # It falls due only tomorrow.
    elif grave == "report handed in":
        hand_in_report(session, cast)
    else:
        cast.now += timedelta(days=pack().tier(cast.trial.tier).stages[1].max_days)
        assert read(session, cast).reports_due
    monkeypatch.setattr(waiting, "MOST_FILES", 1)
    for actor in (cast.lead.officer, cast.company):
        first = session.scalars(select_urgent(actor, cast.now).limit(1)).one()
        assert first.id == cast.trial.id
        assert listed(session, actor, cast)[-1].kind == "trials.more"


def test_grounds_are_ranked_among_one_another(session: Session, cast: Cast) -> None:
    quiet, incident, reporting = (beside(cast, trial) for trial in more_trials(session, cast, 3))
    run(session, cast)
    suspend(session, cast.company, cast)
    run(session, reporting)
    hand_in_report(session, reporting)
    trouble(session, cast, incident.trial, days=40)
    order = session.scalars(select_urgent(cast.lead.officer, cast.now)).all()
    expected = [cast.trial, incident.trial, reporting.trial, quiet.trial]
    assert [trial.id for trial in order] == [trial.id for trial in expected]


def test_of_one_kind_the_most_urgent_are_shown_and_the_list_of_tests_holds_the_others(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_trials(session, cast, 2)
    assert home.list_tasks(session, cast.company, cast.now).cuts == []
    monkeypatch.setattr(home, "MOST_OF_A_KIND", 2)
    found = home.list_tasks(session, cast.company, cast.now)
    assert [task.kind for task in found.tasks] == ["trials.plan", "trials.plan"]
    [cut] = found.cuts
    assert (cut.kind, cut.values, cut.endpoint) == (
        "trials.plan",
        {"status": "preparing"},
        "trials.index",
    )


# --- the secretariat -----------------------------------------------------------------------------


def at_start_conditions(session: Session, cast: Cast) -> Cast:
    """Lead a trial of the highest tier to the gate that asks for its start conditions."""
    while not any(
        each.kind == "start_conditions"
        for each in read(session, cast).requirements_of(read(session, cast).next_gate)
    ):
        work_the_gate(session, cast)
        enter_next(session, cast)
    return cast


def test_the_secretariat_and_the_lead_have_tasks_for_what_is_theirs(
    session: Session, cast: Cast
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    at_start_conditions(session, cast)
    owners = {spec.owner for spec in pack().tier(TIERS[-1]).start_conditions}
    assert {Who.COMPANY, Who.LEAD, Who.SECRETARIAT} <= owners
    for actor in (cast.company, cast.lead.officer, cast.caseworker):
        assert [task.kind for task in listed(session, actor, cast)] == ["trials.gate"]


def test_the_secretariat_is_told_of_more_only_where_more_waits_for_it(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    for trial in more_trials(session, cast, 2):
        trouble(session, cast, trial)
    monkeypatch.setattr(waiting, "MOST_FILES", 1)
    assert listed(session, cast.caseworker, cast) == []
    at_start_conditions(session, cast)
    assert [task.kind for task in listed(session, cast.caseworker, cast)] == ["trials.gate"]
    spec = next(
        each for each in pack().tier(TIERS[-1]).start_conditions if each.owner is Who.SECRETARIAT
    )
    with unit_of_work(session):
        services.set_start_condition(
            session,
            cast.caseworker,
            cast.trial,
            key=spec.key,
            state="met",
            note="",
            now=cast.now,
        )
    assert session.scalars(select_urgent(cast.caseworker, cast.now)).all() == []


# --- what a suspension or the end does not put off -----------------------------------------------


def test_a_suspension_hides_neither_incidents_nor_reports(session: Session, cast: Cast) -> None:
    run(session, cast)
    hand_in_report(session, cast)
    trouble(session, cast, cast.trial)
    suspend(session, cast.company, cast)
    found = listed(session, cast.lead.officer, cast)
    assert {task.kind for task in found} == {"trials.resume", "trials.incident", "trials.judge"}
    assert next(task for task in found if task.kind == "trials.incident").due_on is not None
    assert kinds(session, cast.company, cast) == {"resume"}
    send_back(session, cast, read(session, cast).reports[0])
    assert kinds(session, cast.company, cast) == {"resume", "correct_report"}


def test_a_report_that_fell_due_before_a_suspension_stays_a_task(
    session: Session, cast: Cast
) -> None:
    run(session, cast)
    cast.now += timedelta(days=pack().tier(cast.trial.tier).stages[1].max_days)
    suspend(session, cast.lead.officer, cast)
    assert kinds(session, cast.company, cast) == {"report"}


def test_what_an_ended_trial_left_over_is_a_task_of_the_lead_alone(
    session: Session, cast: Cast
) -> None:
    run(session, cast)
    hand_in_report(session, cast)
    trouble(session, cast, cast.trial)
    end_early(session, cast)
    assert kinds(session, cast.lead.officer, cast) == {"incident", "judge"}
    for actor in (cast.company, cast.associate.officer, cast.caseworker):
        assert kinds(session, actor, cast) == set()


def test_an_ended_trial_that_left_nothing_over_is_nobodys_task(
    session: Session, cast: Cast
) -> None:
    run(session, cast)
    end_early(session, cast)
    for actor in (cast.company, cast.lead.officer, cast.associate.officer, cast.caseworker):
        assert kinds(session, actor, cast) == set()


def test_after_the_end_a_report_is_accepted_with_a_remark_and_never_returned(
    session: Session, cast: Cast
) -> None:
    run(session, cast)
    report = hand_in_report(session, cast)
    end_early(session, cast)
    with pytest.raises(TransitionRefused):
        send_back(session, cast, report)
    assert report.state == "submitted"
    with unit_of_work(session):
        services.judge_report(
            session,
            cast.lead.officer,
            cast.trial,
            report=report,
            accept=True,
            remark="Faltaba una queja.",
            now=cast.now,
        )
    assert (report.state, report.remark) == ("accepted", "Faltaba una queja.")
    assert kinds(session, cast.lead.officer, cast) == set()


# --- who is recused ------------------------------------------------------------------------------


def test_what_somebody_approved_before_declaring_a_conflict_opens_no_gate(
    session: Session, cast: Cast
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    work_the_gate(session, cast)
    file = read(session, cast)
    stage = file.next_gate
    assert file.gate(stage).is_open
    spec = next(each for each in file.requirements_of(stage) if each.kind == "approval")
    application = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        coordination.declare_conflict(
            session,
            cast.lead.officer,
            application,
            has_conflict=True,
            explanation="Parientes.",
            now=cast.now,
        )
    file = read(session, cast)
    given = [row for row in file.evidence if row.kind == "approval"]
    own = [row for row in given if row.person_id == cast.lead.officer.person_id]
    assert own
    assert all(row.is_recused is (row in own) for row in given)
    assert own[0] not in file.approvals_at(stage)
    assert not file.gate(stage).is_open
    approve_by_another(session, cast, stage, spec.key)
    assert read(session, cast).gate(stage).is_open


def approve_by_another(session: Session, cast: Cast, stage: str, requirement: str) -> None:
    """Let the lead's second officer approve in place of the one who is recused."""
    lead = replace(cast.lead, officer=cast.lead.second, second=cast.lead.head)
    approve(session, replace(cast, lead=lead), stage, requirement, Who.LEAD, 1)
