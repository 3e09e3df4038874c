"""List what waits for somebody among the trials: the open ones, and what ended ones left over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import GrantColumns, conceivable
from sandbox.access.permissions import P
from sandbox.domain.awaiting import lacks_report
from sandbox.domain.gates import MissingKind, RequirementState
from sandbox.domain.packs import (
    RequirementKind,
    RequirementSpec,
    Who,
)
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.tasks import Task
from sandbox.models import Incident, Trial
from sandbox.packs import active
from sandbox.trials.queries.facts import COMPLETION, TrialFile, has_approved
from sandbox.trials.queries.reading import read_files
from sandbox.trials.queries.records import COMPANY, Supervisor
from sandbox.trials.queries.reliefs import drafted_since, ends_soon_on
from sandbox.trials.queries.urgency import select_closed, select_urgent

MOST_FILES = 200  # so many trials are read to find the most urgent tasks

Wait = tuple[str, str, date | None]
"""Kind, endpoint and due day of what waits."""

_DEEDS: Mapping[str, P] = {
    "trials.plan": P.TRIAL_PLAN_EDIT,
    "trials.agree": P.TRIAL_PLAN_AGREE,
    "trials.report": P.MONITORING_REPORT_SUBMIT,
    "trials.correct_report": P.MONITORING_REPORT_SUBMIT,
    "trials.final_report": P.FINAL_REPORT_SUBMIT,
    "trials.judge": P.MONITORING_REPORT_JUDGE,
    "trials.approve": P.REQUIREMENT_APPROVE,
    "trials.enter": P.STAGE_ENTER,
    "trials.complete": P.TRIAL_COMPLETE,
    "trials.leave_stage": P.TRIAL_COMPLETE,
    "trials.resume": P.TRIAL_RESUME,
    "trials.incident": P.INCIDENT_CLOSE,
    "trials.complete_incident": P.INCIDENT_COMPLETE,
    "trials.react_incident": P.INCIDENT_REACT,
}
"""What a person must be granted on the trial to do what a task asks for."""

_BRINGS: Mapping[RequirementKind, P] = {
    RequirementKind.START_CONDITIONS: P.START_CONDITION_SET,
    RequirementKind.DOCUMENT: P.REQUIREMENT_DOCUMENT,
    RequirementKind.APPROVAL: P.REQUIREMENT_APPROVE,
}
"""What a person must be granted on the trial to bring what its gate waits for."""

# Who is told of another's refusal speaks with whoever refused, or waives what was refused.
_ASKED = (*_DEEDS.values(), *_BRINGS.values(), P.REQUIREMENT_WAIVE)


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """List what waits for the actor among the trials, the most urgent first.

    The files of many trials are read together, so that the number of statements is fixed. Where
    more trials can wait than are read, the last task says so and leads to the list of trials.
    """
    if not conceivable(actor, P.TRIAL_READ):
        return []
    today = local_day(now, active.current().calendar.timezone)
    asked = GrantColumns(actor, _ASKED)
    rows = session.execute(
        select_urgent(actor, now)
        .add_columns(drafted_since(actor), ends_soon_on(actor, today), *asked.columns)
        .limit(MOST_FILES + 1)
    ).all()
    trials = [row[0] for row in rows]
    declared = _closed_trials(session, actor)
    files = read_files(session, [*trials[:MOST_FILES], *declared], now)
    granted = {row[0].id: asked.of(row) for row in rows}
    found = [
        task
        for file in files
        for task in (
            _declaration_tasks(file, actor, declared[file.trial])
            if file.trial in declared
            else _waiting_tasks(file, actor, granted[file.trial.id])
        )
    ]
    for row in rows[:MOST_FILES]:
        found += _relief_tasks(row[0], actor, *row[1:3])
    found.sort(key=lambda task: (-task.gravity, task.due_on or date.max, task.since))
    return [*found, _more_tasks(now)] if len(trials) > MOST_FILES else found


def _closed_trials(session: Session, actor: Actor) -> dict[Trial, int]:
    """Map the trials that open to an officer with a declaration to how many have declared."""
    if not actor.officer_of:
        return {}
    rows = session.execute(select_closed(actor).limit(MOST_FILES)).all()
    return {row.Trial: row.declared for row in rows}


def _declaration_tasks(file: TrialFile, actor: Actor, declared: int) -> Iterator[Task]:
    """Ask for a declaration where the next stage needs more persons than have declared so far."""
    authority = file.acting(actor)
    if authority is None or file.open_suspension is not None:
        return
    wanted = (each.spec.persons for each in _to_approve(file, authority, actor))
    if max(wanted, default=0) > declared:
        trial = file.trial
        yield Task(
            kind="trials.declare",
            reference=trial.reference,
            title=trial.title,
            since=trial.changed_at,
            due_on=file.approvals_due(authority.code),
            endpoint="coordination.conflict",
            values={"application_id": str(trial.application_id)},
        )


def _relief_tasks(
    trial: Trial, actor: Actor, drafted_at: datetime | None, ends_on: date | None
) -> Iterator[Task]:
    """Return what the reliefs of a trial ask: the verdict on a draft, and care for an end.

    The company can only stop in time what a relief allows; the lead may extend it.
    """
    ends = "trials.relief_stops" if actor.member_of else "trials.relief_ends"
    waits = (("trials.decide_relief", drafted_at, None), (ends, ends_on, ends_on))
    for kind, found, due_on in waits:
        if found is not None:
            yield Task(
                kind=kind,
                reference=trial.reference,
                title=trial.title,
                since=drafted_at or trial.changed_at,
                due_on=due_on,
                endpoint="trials.reliefs",
                values={"trial_id": str(trial.id)},
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


def _waiting_tasks(file: TrialFile, actor: Actor, granted: frozenset[P]) -> list[Task]:
    """Return what a trial asks of the actor; what is urgent stands beside what else is."""
    return [_task(file, *each) for each in _waiting(file, actor, granted)]


def _task(file: TrialFile, kind: str, endpoint: str, due_on: date | None) -> Task:
    trial = file.trial
    values = {"trial_id": str(trial.id)}
    if endpoint == "trials.report" and file.unjudged_report is not None:
        values["report_id"] = str(file.unjudged_report.id)
    incidents = _incidents_of(file, kind)
    if incidents and kind in _ABOUT_ONE:
        values["incident_id"] = str(incidents[0].id)
    return Task(
        kind=kind,
        reference=trial.reference,
        title=trial.title,
        since=trial.changed_at,
        due_on=due_on,
        endpoint=endpoint,
        values=values,
        gravity=_gravity(file, incidents, due_on),
    )


_ABOUT_ONE = frozenset({"trials.complete_incident"})


def _incidents_of(file: TrialFile, kind: str) -> list[Incident]:
    """Return the incidents that a task is about, the one with the nearest end of a term first."""
    found = {
        "trials.incident": file.incidents_to_close,
        "trials.complete_incident": file.incidents_to_complete,
        "trials.react_incident": file.incidents_to_answer,
    }
    return found.get(kind, [])


def _gravity(file: TrialFile, incidents: list[Incident], due_on: date | None) -> int:
    """Say how grave it is that a term of an incident has passed; 0 while none has."""
    if due_on is None or due_on >= file.today or not incidents:
        return 0
    return 2 if any(each.serious for each in incidents) else 1


def _waiting(file: TrialFile, actor: Actor, granted: frozenset[P]) -> list[Wait]:
    """Return what is urgent; or, while nothing is, the first thing that brings the trial on.

    That a stage is over its limit stands beside either, since it can stay so for long. Nobody is
    asked for what the policy does not let them do.
    """
    if file.trial.organisation_id in actor.member_of:
        return _granted(_urgent_for_company(file), granted) or _next_for_company(file, granted)
    authority = file.acting(actor)
    if authority is None:
        owed = file.is_open and _owes(file, Who.SECRETARIAT, granted)
        return [("trials.gate", "trials.show", None)] if owed else []
    found = _granted(_urgent_for(file, authority), granted)
    found = found or _granted(_next_for(file, authority, actor, granted), granted)[:1]
    return [*found, *_granted(_over_limit(file, authority), granted)]


def _granted(waits: Iterable[Wait], granted: frozenset[P]) -> list[Wait]:
    return [wait for wait in waits if wait[0] not in _DEEDS or _DEEDS[wait[0]] in granted]


def _over_limit(file: TrialFile, authority: Supervisor) -> Iterator[Wait]:
    if authority.is_lead and file.outlasts and file.open_suspension is None:
        yield "trials.leave_stage", "trials.show", file.stage_due_on


def _owes(file: TrialFile, who: Who, granted: frozenset[P]) -> bool:
    """Tell whether the next gate waits for what this party alone, and this person, can bring."""
    if file.open_suspension is not None:
        return False
    return any(
        _BRINGS.get(requirement.spec.kind) in granted and _is_owed(file, requirement.spec, who)
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
            is_refused = Who.SECRETARIAT.value in file.refusers
            return spec.by is who is Who.SECRETARIAT and not is_refused
        case _:
            return False


def _urgent_for_company(file: TrialFile) -> list[Wait]:
    """Return what keeps its day even during a suspension, beside the suspension itself."""
    found: list[Wait] = []
    suspension = file.open_suspension
    if suspension is not None and suspension.by_company and not suspension.suspender_agreed_at:
        found.append(("trials.resume", "trials.show", None))
    if incidents := file.incidents_to_complete:
        due_on = file.day_of(incidents[0].complete_due_at or incidents[0].due_at)
        found.append(("trials.complete_incident", "trials.complete_incident", due_on))
    if file.final_report_due_on is not None and file.final_report is None:
        found.append(("trials.final_report", "trials.new_final_report", file.final_report_due_on))
    if not file.is_reporting:
        return found
    if any(report.state == "returned" for report in file.reports):
        found.append(("trials.correct_report", "trials.new_report", file.today))
    elif len(file.current_reports) < len(file.reports_due):
        found.append(("trials.report", "trials.new_report", file.next_report_due))
    return found


def _next_for_company(file: TrialFile, granted: frozenset[P]) -> list[Wait]:
    if not file.is_open:
        return []
    agreed = file.agreed_by
    if file.trial.status == TrialStatus.PREPARING and COMPANY not in agreed:
        return [("trials.plan", "trials.plan", None)]
    if file.refusers and file.open_suspension is None:
        return [("trials.refused", "trials.show", None)]
    if _owes(file, Who.COMPANY, granted):
        return [("trials.gate", "trials.show", file.next_report_due)]
    return [("trials.report", "trials.new_report", None)] if _owes_undated_report(file) else []


def _owes_undated_report(file: TrialFile) -> bool:
    """Tell whether the next gate waits for a report that falls due on no day by itself."""
    is_free = file.is_reporting and file.open_suspension is None and file.unjudged_report is None
    return is_free and file.next_report_due is None and lacks_report(file.gate(file.next_gate))


def _urgent_for(file: TrialFile, authority: Supervisor) -> list[Wait]:
    """Return what neither a suspension nor the end of the trial puts off."""
    found: list[Wait] = []
    suspension = file.open_suspension
    if suspension is not None:
        by_us = authority.answers_for(suspension.authority_id)
        wanted = (authority.is_lead and not suspension.lead_agreed_at) or (
            by_us and not suspension.suspender_agreed_at
        )
        if wanted and file.is_open:
            found.append(("trials.resume", "trials.show", None))
    if authority.is_lead and (unanswered := file.incidents_to_answer):
        due_on = file.day_of(unanswered[0].reaction_due_at or unanswered[0].due_at)
        found.append(("trials.react_incident", "trials.show", due_on))
    incidents = file.incidents_to_close
    if authority.is_lead and incidents:
        # It can be closed once the complete report is in, so that its term is the lead's as well.
        due_on = file.day_of(min(each.complete_due_at or each.due_at for each in incidents))
        found.append(("trials.incident", "trials.show", due_on))
    if authority.is_lead and file.unjudged_report is not None:
        found.append(("trials.judge", "trials.report", None))
    return found


def _next_for(
    file: TrialFile, authority: Supervisor, actor: Actor, granted: frozenset[P]
) -> Iterator[Wait]:
    """Return what brings the trial on, in the order in which it is done."""
    if not file.is_open or file.open_suspension is not None:
        return
    is_preparing = file.trial.status == TrialStatus.PREPARING
    agreed = file.agreed_by
    if is_preparing and COMPANY in agreed and authority.code not in agreed:
        yield "trials.agree", "trials.plan", None
    if authority.is_lead and file.gate(file.next_gate).is_open:
        is_last = file.next_gate == COMPLETION
        kind, page = ("complete", "complete") if is_last else ("enter", "show")
        yield f"trials.{kind}", f"trials.{page}", None
    if any(_owes(file, who, granted) for who in file.speaks_as(authority)):
        yield "trials.gate", "trials.show", None
    if _to_approve(file, authority, actor):
        yield "trials.approve", "trials.show", file.approvals_due(authority.code)
    # The lead speaks with the company and with whoever refused; of its own refusal it knows.
    is_told = authority.is_lead and P.REQUIREMENT_WAIVE in granted
    if is_told and file.refusers - {authority.code}:
        yield "trials.refused", "trials.show", None


def _to_approve(file: TrialFile, authority: Supervisor, actor: Actor) -> Sequence[RequirementState]:
    """List what this person may approve now: nothing while more than approvals is missing."""
    gate = file.gate(file.next_gate)
    mine = [
        requirement
        for requirement in gate.requirements
        if not requirement.holds
        and any(
            part.kind is MissingKind.APPROVAL and part.authority == authority.code
            for part in requirement.missing
        )
        and not has_approved(file, file.next_gate, requirement.spec.key, actor)
        and authority.code not in file.refused_by(file.next_gate, requirement)
    ]
    others = [each for each in gate.requirements if not each.holds and each not in mine]
    # An approval is asked for once there is something to approve: everything else is in place.
    is_rest = all(part.kind is MissingKind.APPROVAL for each in others for part in each.missing)
    return mine if is_rest else ()
