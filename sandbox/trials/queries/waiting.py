"""List what waits for somebody among the open trials."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import conceivable, scope
from sandbox.access.permissions import P
from sandbox.domain.gates import MissingKind
from sandbox.domain.packs import (
    RequirementKind,
    RequirementSpec,
    Who,
)
from sandbox.domain.trials import (
    OPEN_STATUSES,
    TrialStatus,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.tasks import Task
from sandbox.models import (
    Incident,
    MonitoringReport,
    Trial,
)
from sandbox.trials.queries.facts import COMPANY, COMPLETION, Supervisor, TrialFile, has_approved
from sandbox.trials.queries.reading import read_files

MOST_TASKS = 50
MOST_FILES = 200  # so many trials are read to find the most urgent tasks


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what waits for the actor among the open trials, the most urgent first.

    The files of many trials are read together, so that the number of statements is fixed. Where
    more waits than is listed, the last task says so and leads to the list of trials.
    """
    if not conceivable(actor, P.TRIAL_READ):
        return []
    trials = session.scalars(
        select(Trial)
        .where(Trial.status.in_([each.value for each in OPEN_STATUSES]), scope(actor, P.TRIAL_READ))
        .order_by(func.coalesce(*_pressing()), Trial.id)
        .limit(MOST_FILES + 1)
    ).all()
    found = [
        task
        for file in read_files(session, trials[:MOST_FILES], now)
        if (task := waiting_task(file, actor)) is not None
    ]
    found.sort(key=lambda task: (task.due_on or date.max, task.since))
    if len(found) > MOST_TASKS or len(trials) > MOST_FILES:
        return [*found[:MOST_TASKS], _more_tasks(now)]
    return found


def _pressing() -> tuple[Any, ...]:
    """Say since, or until, when a trial has needed somebody, the gravest ground first."""
    incidents = select(func.min(Incident.due_at)).where(
        Incident.trial_id == Trial.id, Incident.closed_at.is_(None)
    )
    reports = select(func.min(MonitoringReport.submitted_at)).where(
        MonitoringReport.trial_id == Trial.id, MonitoringReport.state.in_(["submitted", "returned"])
    )
    return (
        incidents.correlate(Trial).scalar_subquery(),
        reports.correlate(Trial).scalar_subquery(),
        Trial.changed_at,
    )


def _more_tasks(now: datetime) -> Task:
    """Lead to the list of trials; as the youngest and undated it stands last."""
    return Task(
        kind="trials.more",
        reference="",
        title="",
        since=now,
        due_on=None,
        endpoint="trials.index",
    )


def waiting_task(file: TrialFile, actor: Actor) -> Task | None:
    """Return the most urgent thing that a trial asks of the actor."""
    trial = file.trial
    kind, endpoint, due_on = _waiting(file, actor)
    if kind is None:
        return None
    values = {"trial_id": str(trial.id)}
    if endpoint == "trials.report" and file.unjudged_report is not None:
        values["report_id"] = str(file.unjudged_report.id)
    return Task(
        kind=kind,
        reference=trial.reference,
        title=trial.title,
        since=trial.changed_at,
        due_on=due_on,
        endpoint=endpoint,
        values=values,
    )


def _waiting(file: TrialFile, actor: Actor) -> tuple[str | None, str, date | None]:
    """Return kind, endpoint and due day of what waits; the first that holds is the most urgent."""
    if file.trial.organisation_id in actor.member_of:
        return _waiting_for_company(file)
    authority = file.acting(actor)
    if authority is None:
        return ("trials.gate" if owes(file, Who.SECRETARIAT) else None), "trials.show", None
    return _waiting_for(file, authority, actor)


def owes(file: TrialFile, who: Who) -> bool:
    """Tell whether the next gate waits for something that this party alone can bring."""
    if file.open_suspension is not None:
        return False
    return any(
        _is_owed(file, requirement.spec, who)
        for requirement in file.gate(file.next_gate).requirements
        if not requirement.holds
    )


def _is_owed(file: TrialFile, spec: RequirementSpec, who: Who) -> bool:
    match spec.kind:
        case RequirementKind.START_CONDITIONS:
            return any(
                condition.owner is who and file.conditions[condition.key].state != "met"
                for condition in file.tier.start_conditions
            )
        case RequirementKind.DOCUMENT:
            return spec.by is who
        case RequirementKind.APPROVAL:
            return spec.by is who is Who.SECRETARIAT
        case _:
            return False


def _waiting_for_company(file: TrialFile) -> tuple[str | None, str, date | None]:
    page = "trials.show"
    agreed = {row.party for row in file.agreements}
    if file.open_suspension is not None:
        wanted = file.open_suspension.by_company and not file.open_suspension.suspender_agreed_at
        return ("trials.resume" if wanted else None), page, None
    if any(report.state == "returned" for report in file.reports):
        return "trials.correct_report", "trials.new_report", file.today
    if file.reports_due and len(file.current_reports) < len(file.reports_due):
        return "trials.report", "trials.new_report", file.next_report_due
    if file.trial.status == TrialStatus.PREPARING and COMPANY not in agreed:
        return "trials.plan", "trials.plan", None
    return ("trials.gate" if owes(file, Who.COMPANY) else None), page, file.next_report_due


def _waiting_for(
    file: TrialFile, authority: Supervisor, actor: Actor
) -> tuple[str | None, str, date | None]:
    page = "trials.show"
    suspension = file.open_suspension
    if suspension is not None:
        by_us = suspension.authority_id == authority.authority_id
        wanted = (authority.is_lead and not suspension.lead_agreed_at) or (
            by_us and not suspension.suspender_agreed_at
        )
        return ("trials.resume" if wanted else None), page, None
    incidents = [each for each in file.incidents if each.closed_at is None]
    if authority.is_lead and incidents:
        return "trials.incident", page, file.day_of(min(each.due_at for each in incidents))
    if authority.is_lead and file.unjudged_report is not None:
        return "trials.judge", "trials.report", None
    is_preparing = file.trial.status == TrialStatus.PREPARING
    agreed = {row.party for row in file.agreements}
    if is_preparing and COMPANY in agreed and authority.code not in agreed:
        return "trials.agree", "trials.plan", None
    gate = file.gate(file.next_gate)
    if authority.is_lead and gate.is_open:
        is_last = file.next_gate == COMPLETION
        return (
            ("trials.complete", "trials.complete", None)
            if is_last
            else ("trials.enter", page, None)
        )
    if authority.is_lead and owes(file, Who.LEAD):
        return "trials.gate", page, None
    mine = [
        requirement
        for requirement in gate.requirements
        if not requirement.holds
        and any(
            part.kind is MissingKind.APPROVAL and part.authority == authority.code
            for part in requirement.missing
        )
        and not has_approved(file, file.next_gate, requirement.spec.key, actor)
    ]
    others = [each for each in gate.requirements if not each.holds and each not in mine]
    only_approvals = all(
        part.kind is MissingKind.APPROVAL for each in others for part in each.missing
    )
    # An approval is asked for once there is something to approve: everything else is in place.
    return ("trials.approve" if mine and only_approvals else None), page, None
