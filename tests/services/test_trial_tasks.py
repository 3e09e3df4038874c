"""What waits for somebody among trials, on both engines: the gravest first, and nothing hidden."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.coordination import queries as coordination_queries
from sandbox.coordination import services as coordination
from sandbox.coordination.queries import WaitingKind
from sandbox.domain.packs import RequirementKind, Who
from sandbox.domain.refusals import TransitionRefused
from sandbox.home import tasks as home
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.tasks import Task
from sandbox.models import Application, GateEvidence, Organisation, Trial
from sandbox.trials import queries, services
from sandbox.trials.queries import waiting
from sandbox.trials.queries.urgency import select_urgent
from tests.factories import make_admitted, pack
from tests.trial_factories import (
    GROUND,
    OPENED,
    OPENER,
    Cast,
    accept_report,
    agree_on_plan,
    approve,
    declare,
    end_early,
    enter_next,
    hand_in_report,
    make_trial,
    pass_first_gate,
    read,
    recuse,
    send_back,
    set_tier,
    trouble,
    work_the_gate,
)

TIERS = [tier.key for tier in pack().tiers if not tier.prohibited]


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Cast:
    return make_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))


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


def suspend(session: Session, actor: Actor, cast: Cast) -> None:
    with unit_of_work(session):
        services.suspend(
            session,
            actor,
            cast.trial,
            reason="Falla.",
            ground=GROUND,
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
    pass_first_gate(session, cast)
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
    pass_first_gate(session, cast)
    suspend(session, cast.company, cast)
    pass_first_gate(session, reporting)
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


def test_the_list_of_owed_reports_is_of_suspended_tests_too(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    (other,) = (beside(cast, trial) for trial in more_trials(session, cast, 1))
    for each in (cast, other):
        pass_first_gate(session, each)
    cast.now = other.now = cast.now + timedelta(
        days=pack().tier(cast.trial.tier).stages[1].max_days
    )
    suspend(session, cast.lead.officer, other)
    monkeypatch.setattr(home, "MOST_OF_A_KIND", 1)
    [cut] = home.list_tasks(session, cast.company, cast.now).cuts
    assert (cut.kind, cut.values, cut.endpoint) == ("trials.report", {}, "trials.index")


# --- colleagues of the officer for the case -------------------------------------------------------


def test_what_the_officer_for_the_case_alone_may_do_is_no_task_of_a_colleague(
    session: Session, cast: Cast
) -> None:
    colleague = cast.lead.second
    declare(session, cast, colleague)
    pass_first_gate(session, cast)
    hand_in_report(session, cast)
    trouble(session, cast, cast.trial)
    assert kinds(session, cast.lead.officer, cast) == {"judge", "incident"}
    assert kinds(session, colleague, cast) == set()
    suspend(session, cast.lead.officer, cast)
    # Whoever has declared may let a test go on, be they named or not.
    assert kinds(session, colleague, cast) == {"resume"}
    end_early(session, cast)
    assert kinds(session, cast.lead.officer, cast) == {"judge", "incident"}
    assert kinds(session, colleague, cast) == set()
    assert session.scalars(select_urgent(colleague, cast.now)).all() == []


def test_plan_and_gate_are_tasks_of_the_officer_for_the_case_and_of_a_head_who_has_declared(
    session: Session, cast: Cast
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    lead = cast.lead
    for actor in (lead.second, lead.head):
        declare(session, cast, actor)
    write_plan(session, cast)
    for actor, expected in (
        (lead.officer, {"agree"}),
        (lead.head, {"agree"}),
        (lead.second, set()),
    ):
        assert kinds(session, actor, cast) == expected
    while read(session, cast).upcoming is not None:
        work_the_gate(session, cast)
        for actor in (lead.officer, lead.head):
            assert kinds(session, actor, cast) == {"enter"}
        assert kinds(session, lead.second, cast) == set()
        enter_next(session, cast)
    work_the_gate(session, cast)
    assert kinds(session, lead.officer, cast) == {"complete"}
    assert kinds(session, lead.second, cast) == set()


def write_plan(session: Session, cast: Cast) -> None:
    """Write a first wording of the whole plan and let the company agree to it."""
    fields = {spec.key: f"Borrador de {spec.key}." for spec in pack().plan_fields}
    with unit_of_work(session):
        services.save_plan(
            session, cast.company, cast.trial, fields=fields, expected_version=1, now=cast.now
        )
    version = read(session, cast).plan.version
    with unit_of_work(session):
        services.agree_plan(
            session, cast.company, cast.trial, expected_version=version, now=cast.now
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
    pass_first_gate(session, cast)
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
    pass_first_gate(session, cast)
    cast.now += timedelta(days=pack().tier(cast.trial.tier).stages[1].max_days)
    suspend(session, cast.lead.officer, cast)
    assert kinds(session, cast.company, cast) == {"report"}


def test_what_an_ended_trial_left_over_is_a_task_of_the_lead_alone(
    session: Session, cast: Cast
) -> None:
    pass_first_gate(session, cast)
    hand_in_report(session, cast)
    trouble(session, cast, cast.trial)
    end_early(session, cast)
    assert kinds(session, cast.lead.officer, cast) == {"incident", "judge"}
    for actor in (cast.associate.officer, cast.caseworker):
        assert kinds(session, actor, cast) == set()
    # Nothing of what was left over: the rules ask the company for its final report.
    assert kinds(session, cast.company, cast) == {"final_report"}


def test_an_ended_trial_that_left_nothing_over_is_nobodys_task(
    session: Session, cast: Cast
) -> None:
    pass_first_gate(session, cast)
    end_early(session, cast)
    with unit_of_work(session):
        services.hand_in_final_report(
            session,
            cast.company,
            cast.trial,
            text="Hecho.",
            file=None,
            store=cast.store,
            now=cast.now,
        )
    for actor in (cast.company, cast.lead.officer, cast.associate.officer, cast.caseworker):
        assert kinds(session, actor, cast) == set()


def of_cases(session: Session, actor: Actor, cast: Cast) -> list[str]:
    return [task.kind for task in coordination_queries.list_tasks(session, actor, cast.now)]


@pytest.mark.parametrize("left_over", ["incident", "report"])
def test_what_an_ended_trial_left_over_passes_to_another_when_its_officer_is_recused(
    session: Session, cast: Cast, left_over: str
) -> None:
    pass_first_gate(session, cast)
    if left_over == "incident":
        incident = trouble(session, cast, cast.trial)
    else:
        report = hand_in_report(session, cast)
    end_early(session, cast)
    application = session.get_one(Application, cast.trial.application_id)
    recuse(session, cast, cast.lead.officer)
    (told,) = mails(session, "officer_recused")
    assert told.person_id == cast.lead.head.person_id
    assert of_cases(session, cast.lead.head, cast) == ["coordination.name_officer"]
    panel = coordination_queries.case_panel(session, cast.lead.head, application, pack(), cast.now)
    assert panel is not None
    assert panel.is_open
    assert [(each.kind, each.authority) for each in panel.waiting] == [
        (WaitingKind.NAME_OFFICER, "INAI")
    ]
    assert cast.lead.second.person_id is not None
    with unit_of_work(session):
        coordination.name_officer(
            session,
            cast.lead.head,
            application,
            person_id=cast.lead.second.person_id,
            now=cast.now,
        )
    assert of_cases(session, cast.lead.second, cast) == ["coordination.declare"]
    declare(session, cast, cast.lead.second)
    lead = replace(cast, lead=replace(cast.lead, officer=cast.lead.second))
    if left_over == "incident":
        assert kinds(session, cast.lead.second, cast) == {"incident"}
        with unit_of_work(session):
            services.close_incident(
                session,
                cast.lead.second,
                cast.trial,
                incident=incident,
                correction="Se reparó.",
                now=cast.now,
            )
    else:
        assert kinds(session, cast.lead.second, cast) == {"judge"}
        accept_report(session, lead, report)
    # With that the last is done, and nobody has to be named any more.
    recuse(session, cast, cast.lead.second)
    assert of_cases(session, cast.lead.head, cast) == []
    assert len(mails(session, "officer_recused")) == 1
    panel = coordination_queries.case_panel(session, cast.lead.head, application, pack(), cast.now)
    assert panel is not None
    assert (panel.is_open, panel.waiting) == (False, ())


def test_what_an_ended_trial_left_over_troubles_the_secretariat_where_the_lead_has_nobody(
    session: Session, cast: Cast
) -> None:
    pass_first_gate(session, cast)
    trouble(session, cast, cast.trial)
    end_early(session, cast)
    # An associate has nothing to do after the end: nobody misses its people.
    for actor in (cast.associate.head, cast.associate.officer):
        recuse(session, cast, actor)
    assert of_cases(session, cast.caseworker, cast) == []
    recuse(session, cast, cast.lead.head)
    assert of_cases(session, cast.caseworker, cast) == []
    recuse(session, cast, cast.lead.officer)
    assert coordination_queries.list_stranded(session, cast.trial.application_id) == ["INAI"]
    assert of_cases(session, cast.caseworker, cast) == ["coordination.nobody"]
    assert [mail.person_id for mail in mails(session, "nobody_left")] == [cast.caseworker.person_id]
    assert mails(session, "officer_recused") == []


def mails(session: Session, template: str) -> list[OutboxMail]:
    return list(
        session.scalars(select(OutboxMail).where(OutboxMail.template == f"coordination/{template}"))
    )


def test_after_the_end_a_report_is_accepted_with_a_remark_and_never_returned(
    session: Session, cast: Cast
) -> None:
    pass_first_gate(session, cast)
    report = hand_in_report(session, cast)
    end_early(session, cast)
    with pytest.raises(TransitionRefused):
        send_back(session, cast, report)
    assert report.state == "submitted"
    accept_report(session, cast, report, "Faltaba una queja.")
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
    recuse(session, cast, cast.lead.officer)
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


def waive(session: Session, cast: Cast, actor: Actor, stage: str, requirement: str) -> None:
    with unit_of_work(session):
        services.waive_requirement(
            session,
            actor,
            cast.trial,
            stage=stage,
            requirement=requirement,
            reason="El comité ya opinó.",
            now=cast.now,
        )


def test_what_somebody_waived_before_declaring_a_conflict_opens_no_gate(
    session: Session, cast: Cast
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    file = read(session, cast)
    stage = file.next_gate
    key = next(each.key for each in file.requirements_of(stage) if each.may_be_waived)

    def is_waived() -> bool:
        gate = read(session, cast).gate(stage)
        return next(each for each in gate.requirements if each.spec.key == key).is_waived

    waive(session, cast, cast.lead.officer, stage, key)
    assert is_waived()
    recuse(session, cast, cast.lead.officer)
    assert not is_waived()
    declare(session, cast, cast.lead.head)
    waive(session, cast, cast.lead.head, stage, key)
    assert is_waived()


def test_what_somebody_recused_waived_waits_for_the_secretariat_again(
    session: Session, cast: Cast
) -> None:
    set_tier(session, cast.trial, TIERS[-1])
    at_start_conditions(session, cast)
    file = read(session, cast)
    owed = select_urgent(cast.caseworker, cast.now)
    assert session.scalars(owed).all() == [cast.trial]
    for spec in file.requirements_of(file.next_gate):
        evidence = GateEvidence(
            trial_id=cast.trial.id,
            stage=file.next_gate,
            requirement=spec.key,
            kind="waiver",
            person_id=cast.lead.officer.person_id,
            authority_id=cast.lead.authority.id,
            note="El comité ya opinó.",
            given_at=cast.now,
        )
        with unit_of_work(session):
            session.add(evidence)
            record(session, OPENER, Deed.REQUIREMENT_WAIVED, cast.trial, now=cast.now)
    assert session.scalars(owed).all() == []
    recuse(session, cast, cast.lead.officer)
    assert session.scalars(owed).all() == [cast.trial]


def test_an_agreement_to_the_plan_outlives_whoever_gave_it(session: Session, cast: Cast) -> None:
    agree_on_plan(session, cast)
    file = read(session, cast)
    key = next(
        each.key
        for each in file.requirements_of(file.next_gate)
        if each.kind is RequirementKind.PLAN_AGREED
    )
    recuse(session, cast, cast.lead.officer)
    gate = read(session, cast).gate(file.next_gate)
    assert next(each for each in gate.requirements if each.spec.key == key).is_satisfied
