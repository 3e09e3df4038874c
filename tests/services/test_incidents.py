"""What happens to an incident between its first report and its end, on both engines."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.domain.packs import ClockUnit, SuspensionWindowSpec, Text
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialStatus
from sandbox.home.tasks import list_tasks
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Incident
from sandbox.outcomes.queries import due_days
from sandbox.outcomes.queries import list_tasks as outcome_tasks
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.trials import queries, services
from sandbox.trials.services.incidents import open_breach
from tests.factories import pack
from tests.trial_factories import (
    Cast,
    declare,
    end_early,
    good_readings,
    hand_in_report,
    make_running_trial,
    reach,
    read,
    send_back,
)


@pytest.fixture
def cast(session: Session, tmp_path: Path) -> Iterator[Cast]:
    assert pack().tier("high").stages[1].report_every_days == 30
    store = FileStore.from_url(f"file://{tmp_path / 'files'}")
    return make_running_trial(session, store, tier="high")


def told(
    session: Session,
    cast: Cast,
    *,
    actor: Actor | None = None,
    kind: str = "critical",
    is_complete: bool = False,
    hours_ago: int | None = None,
) -> Incident:
    known_at = None if hours_ago is None else cast.now - timedelta(hours=hours_ago)
    with unit_of_work(session):
        return services.open_incident(
            session,
            actor or cast.company,
            cast.trial,
            class_key=kind,
            what_happened="Se cayó.",
            persons_affected=1,
            known_at=known_at,
            is_complete=is_complete,
            now=cast.now,
        )


def complete(session: Session, cast: Cast, incident: Incident) -> None:
    with unit_of_work(session):
        services.complete_incident(
            session,
            cast.company,
            cast.trial,
            incident=incident,
            report=" Fue un cable. ",
            persons_affected=3,
            now=cast.now,
        )


def react(session: Session, cast: Cast, incident: Incident, actor: Actor | None = None) -> None:
    with unit_of_work(session):
        services.react_to_incident(
            session,
            actor or cast.lead.officer,
            cast.trial,
            incident=incident,
            reaction=" Cambien el cable. ",
            now=cast.now,
        )


def close(session: Session, cast: Cast, incident: Incident) -> None:
    with unit_of_work(session):
        services.close_incident(
            session,
            cast.lead.officer,
            cast.trial,
            incident=incident,
            correction="Se cambió.",
            now=cast.now,
        )


def kinds(session: Session, cast: Cast, actor: Actor) -> list[str]:
    found = queries.list_tasks(session, actor, cast.now)
    return [task.kind.removeprefix("trials.") for task in found]


def test_an_incident_is_reported_completed_answered_and_closed(
    session: Session, cast: Cast
) -> None:
    incident = told(session, cast)
    assert incident.due_at == cast.now + timedelta(hours=24)
    assert incident.complete_due_at == cast.now + timedelta(days=15)
    assert incident.reaction_due_at == cast.now + timedelta(days=3)
    assert "complete_incident" in kinds(session, cast, cast.company)
    declare(session, cast, cast.lead.second)
    # The policy lets the officer for the case answer, and no colleague is told to.
    assert queries.list_tasks(session, cast.lead.second, cast.now) == []
    (task, *_) = queries.list_tasks(session, cast.lead.officer, cast.now)
    assert (task.kind, task.endpoint) == ("trials.react_incident", "trials.show")
    assert kinds(session, cast, cast.lead.officer)[0] == "react_incident"
    react(session, cast, incident)
    assert kinds(session, cast, cast.lead.officer)[0] == "incident"
    complete(session, cast, incident)
    assert "complete_incident" not in kinds(session, cast, cast.company)
    close(session, cast, incident)
    assert "incident" not in kinds(session, cast, cast.lead.officer)
    assert (incident.complete_report, incident.persons_affected) == ("Fue un cable.", 3)
    assert incident.reaction == "Cambien el cable."
    deeds = session.scalars(
        select(AuditEntry.deed)
        .where(AuditEntry.subject_id == cast.trial.id, AuditEntry.deed.startswith("incident:"))
        .order_by(AuditEntry.tick)
    )
    assert set(deeds) == {
        Deed.INCIDENT_OPENED,
        Deed.INCIDENT_REACTED,
        Deed.INCIDENT_COMPLETED,
        Deed.INCIDENT_CLOSED,
    }
    templates = set(session.scalars(select(OutboxMail.template)))
    assert {"trials/incident_completed", "trials/incident_answered"} <= templates


def test_nothing_of_an_incident_is_done_twice_or_without_words(
    session: Session, cast: Cast
) -> None:
    incident = told(session, cast)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.complete_incident(
            session,
            cast.company,
            cast.trial,
            incident=incident,
            report=" ",
            persons_affected=1,
            now=cast.now,
        )
    assert refused.value.reason is Why.REASON_MISSING
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.react_to_incident(
            session, cast.lead.officer, cast.trial, incident=incident, reaction="", now=cast.now
        )
    assert refused.value.reason is Why.REASON_MISSING
    complete(session, cast, incident)
    react(session, cast, incident)
    for again in (complete, react):
        with pytest.raises(NotPossible) as refused:
            again(session, cast, incident)
        assert refused.value.reason is Why.ALREADY_DONE


def test_only_the_company_completes_and_only_the_lead_answers(session: Session, cast: Cast) -> None:
    incident = told(session, cast)
    for actor in (cast.company, cast.associate.officer, cast.caseworker):
        with pytest.raises(Denied):
            react(session, cast, incident, actor)
    for actor in (cast.lead.officer, cast.caseworker):
        with pytest.raises(Denied):
            complete(session, replace(cast, company=actor), incident)


def test_an_incident_is_not_closed_while_the_complete_report_is_owed(
    session: Session, cast: Cast
) -> None:
    incident = told(session, cast)
    with pytest.raises(NotPossible) as refused:
        close(session, cast, incident)
    assert refused.value.reason is Why.INCIDENT_NOT_COMPLETE
    complete(session, cast, incident)
    close(session, cast, incident)
    assert incident.closed_at == cast.now


def test_a_first_report_that_says_everything_leaves_nothing_to_complete(
    session: Session, cast: Cast
) -> None:
    incident = told(session, cast, is_complete=True)
    assert incident.completed_at == cast.now
    assert "complete_incident" not in kinds(session, cast, cast.company)
    close(session, cast, incident)
    with pytest.raises(NotPossible) as refused:
        complete(session, cast, incident)
    assert refused.value.reason is Why.ALREADY_DONE


def test_what_an_authority_reports_the_company_completes(session: Session, cast: Cast) -> None:
    incident = told(session, cast, actor=cast.associate.officer, is_complete=True)
    assert incident.completed_at is None
    assert "complete_incident" in kinds(session, cast, cast.company)


def test_a_class_without_a_second_report_is_told_in_full_at_once(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(NotPossible) as refused:
        told(session, cast, kind="minor")
    assert refused.value.reason is Why.INCIDENT_REPORTED_AT_ONCE
    incident = told(session, cast, kind="minor", is_complete=True)
    assert (incident.complete_due_at, incident.reaction_due_at) == (None, None)
    # Somebody at the company may still mend what was said; the rules ask nobody for it.
    with pytest.raises(NotPossible):
        complete(session, cast, incident)


def test_terms_run_from_when_the_company_knew(session: Session, cast: Cast) -> None:
    incident = told(session, cast, hours_ago=30)
    assert incident.due_at == cast.now - timedelta(hours=6)
    assert incident.complete_due_at == cast.now + timedelta(days=15) - timedelta(hours=30)
    assert incident.reaction_due_at == cast.now + timedelta(days=3)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == Deed.INCIDENT_OPENED)).one()
    assert entry.details["is_late"] is True
    with pytest.raises(NotPossible) as refused:
        told(session, cast, hours_ago=-1)
    assert refused.value.reason is Why.INCIDENT_NOT_YET


def test_what_is_overdue_of_a_grave_incident_stands_before_everything(
    session: Session, cast: Cast
) -> None:
    told(session, cast)
    found = list_tasks(session, cast.company, cast.now).tasks
    assert {task.gravity for task in found} == {0}
    cast.now += timedelta(days=40)
    found = list_tasks(session, cast.company, cast.now).tasks
    assert (found[0].kind, found[0].gravity) == ("trials.complete_incident", 2)
    # The monitoring report is overdue as well, and is no danger to anybody.
    assert "trials.report" in {task.kind for task in found[1:]}
    assert {task.gravity for task in found[1:]} == {0}
    (first, *_) = list_tasks(session, cast.lead.officer, cast.now).tasks
    assert (first.kind, first.gravity) == ("trials.react_incident", 2)


def test_the_complete_report_is_owed_beyond_the_end(session: Session, cast: Cast) -> None:
    incident = told(session, cast)
    end_early(session, cast)
    assert kinds(session, cast, cast.company) == ["complete_incident", "final_report"]
    complete(session, cast, incident)
    assert kinds(session, cast, cast.company) == ["final_report"]


def test_a_breach_does_what_the_pack_says(session: Session, cast: Cast) -> None:
    file = read(session, cast)
    metric = file.pack.metric(file.tier.metrics[0])

    def breach(**changes: object) -> None:
        metrics = tuple(
            replace(each, **changes) if each.key == metric.key else each  # type: ignore[arg-type]
            for each in file.pack.metrics
        )
        spoken = replace(file, pack=replace(file.pack, metrics=metrics))
        with unit_of_work(session):
            open_breach(
                session, cast.company, spoken, metric=metric.key, value=metric.breach, now=cast.now
            )

    breach(breach_class=None)
    assert session.scalar(select(func.count(Incident.id))) == 0
    breach(breach_class="minor")
    assert session.scalars(select(Incident.class_key)).all() == ["minor"]
    assert cast.trial.status == TrialStatus.RUNNING
    breach(breach_class="serious", breach_suspends=True)
    assert cast.trial.status == TrialStatus.SUSPENDED
    # While it is suspended there is nothing left to stop.
    breach(breach_class="serious", breach_suspends=True)
    assert len(read(session, cast).suspensions) == 1


def test_a_correction_that_turns_to_a_breach_does_what_the_pack_says(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = read(session, cast)
    first, second = (file.pack.metric(key) for key in file.tier.metrics[:2])
    metrics = tuple(replace(each, breach_suspends=True) for each in file.pack.metrics)
    changed = replace(file.pack, metrics=metrics)
    monkeypatch.setattr(active, "pack_of", lambda _row: changed)
    report = hand_in_report(session, cast)

    def correct(*in_breach: str) -> list[str]:
        send_back(session, cast, report)
        values = good_readings(file)
        values |= {key: file.pack.metric(key).breach for key in in_breach}
        with unit_of_work(session):
            services.submit_report(
                session,
                cast.company,
                cast.trial,
                narrative="Medido de nuevo.",
                reach=reach(file, 12),
                readings=values,
                measured_on=file.today,
                now=cast.now,
                correcting=report,
            )
        cast.now += timedelta(minutes=1)
        opened = session.scalars(select(Incident.what_happened).order_by(Incident.opened_at)).all()
        return [what.partition(":")[0] for what in opened]

    names = [metric.name.in_("es") for metric in (first, second)]
    assert correct() == []
    assert cast.trial.status == TrialStatus.RUNNING
    assert correct(first.key) == names[:1]
    assert cast.trial.status == TrialStatus.SUSPENDED
    # What was in breach before has its incident; what is new has none yet.
    assert correct(first.key, second.key) == names


def test_what_the_rules_suspend_goes_on_when_the_lead_agrees(session: Session, cast: Cast) -> None:
    file = read(session, cast)
    metric = replace(file.pack.metric(file.tier.metrics[0]), breach_suspends=True)
    spoken = replace(file, pack=replace(file.pack, metrics=(metric, *file.pack.metrics[1:])))
    with unit_of_work(session):
        open_breach(
            session, cast.company, spoken, metric=metric.key, value=metric.breach, now=cast.now
        )
    assert "resume" in kinds(session, cast, cast.lead.officer)
    for actor in (cast.company, cast.associate.officer):
        assert "resume" not in kinds(session, cast, actor)
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            services.agree_to_resume(session, actor, cast.trial, now=cast.now)
        assert refused.value.reason is Why.NOT_THE_SUSPENDER
    with unit_of_work(session):
        assert services.agree_to_resume(session, cast.lead.officer, cast.trial, now=cast.now)
    assert cast.trial.status == TrialStatus.RUNNING


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, date], None]:
    """Let the law stop the terms of an authority for the five days from a day on."""

    def stop(authority: str, first: date) -> None:
        ground = Text({"es": "Receso por ley", "en": "Recess by law"})
        window = SuspensionWindowSpec(
            "recess", authority, ground, first_day=first, last_day=first + timedelta(days=4)
        )
        rules = replace(pack(), suspension_windows=(window,))
        monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))

    return stop


@pytest.mark.parametrize("place", ["lead", "associate"])
def test_answer_to_an_incident_waits_for_the_windows_of_the_lead_alone(
    session: Session, cast: Cast, stopped: Callable[[str, date], None], place: str
) -> None:
    stopped(getattr(cast, place).authority.code, cast.now.date() + timedelta(days=2))
    incident = told(session, cast)
    days = 3 + 5 if place == "lead" else 3
    assert incident.reaction_due_at == cast.now + timedelta(days=days)
    # What the company owes knows no window of an authority.
    assert incident.complete_due_at == cast.now + timedelta(days=15)
    reading = read(session, cast).reaction_clock(incident)
    assert reading is not None
    assert reading.due_on == (cast.now + timedelta(days=days)).date()
    assert len(reading.stops) == (1 if place == "lead" else 0)


@pytest.mark.parametrize("place", ["lead", "associate"])
def test_outcome_report_waits_for_the_windows_of_the_lead_alone(
    session: Session, cast: Cast, stopped: Callable[[str, date], None], place: str
) -> None:
    end_early(session, cast)
    plain = read(session, cast).outcome_due_on
    assert plain is not None
    stopped(getattr(cast, place).authority.code, cast.now.date() + timedelta(days=7))
    file, trial = read(session, cast), cast.trial
    days = 5 if place == "lead" else 0
    reading = file.outcome_clock
    assert reading is not None
    assert reading.spec.unit is ClockUnit.CALENDAR_DAYS
    assert file.outcome_due_on == plain + timedelta(days=days)
    # The list, My tasks and the page of the case read the same day.
    assert due_days(session, [trial]) == {trial.application_id: file.outcome_due_on}
    [task] = [
        each.due_on
        for each in outcome_tasks(session, cast.caseworker, cast.now)
        if each.kind == "outcomes.draft"
    ]
    assert task == file.outcome_due_on
