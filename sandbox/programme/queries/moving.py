"""Read what a case has on record and what it was promised, and what other rules make of both."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.applications.queries import clock_of, get_reasons, list_marked, list_stops
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.domain.applications import OPEN_STATUSES, ApplicationStatus
from sandbox.domain.calls import OUTSIDE
from sandbox.domain.moving import Obstacle, Promise, Standing, broken_promises, obstacles
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import tiering
from sandbox.domain.simulation import Effect
from sandbox.domain.trials import OPEN_STATUSES as OPEN_TRIALS
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ApplicationSection,
    Authority,
    AuthorityAssignment,
    CriterionReview,
    GateEvidence,
    Incident,
    Position,
    Reading,
    Relief,
    StartCondition,
    Submission,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active
from sandbox.packs.bearing import bears_on_cases
from sandbox.packs.comparing import Change, compare
from sandbox.programme.queries.simulating import simulate_case
from sandbox.trials.queries import find_trial_of, get_last_submission, read_file


@dataclass(frozen=True, slots=True)
class Move:
    """Hold what a case would be under the rules in force, and what stands in its way."""

    application: Application
    trial: Trial | None
    submission: Submission
    old: PolicyPack
    new: PolicyPack
    effects: tuple[Effect, ...]
    changes: tuple[Change, ...]
    obstacles: tuple[tuple[Obstacle, str], ...]


def get_move(session: Session, application: Application, now: datetime) -> Move:
    """Compare the rules of a case that runs with those in force, as they bear on this case.

    Raises: NotPossible(PACK_NOT_ACTIVE) where it has ended or is under these rules; PackUnusable.
    """
    trial = find_trial_of(session, application.id)
    runs = application.status in OPEN_STATUSES - {ApplicationStatus.DRAFT}
    if not runs and (trial is None or TrialStatus(trial.status) not in OPEN_TRIALS):
        raise NotPossible(Why.PACK_NOT_ACTIVE)
    old, new = active.pack_of(application), active.in_force(application)
    if old.code != new.code or not active.is_newer(new.version, old.version):
        raise NotPossible(Why.PACK_NOT_ACTIVE)
    submission = get_last_submission(session, application.id)
    today = local_day(now, new.calendar.timezone)
    marked = list_marked(session, application.id)
    row = (application, submission, None if trial is None else trial.status, marked)
    simulated = simulate_case(session, row, new, today)
    standing = standing_of(session, application, trial, submission)
    return Move(
        application=application,
        trial=trial,
        submission=submission,
        old=old,
        new=new,
        effects=simulated.effects if simulated else (),
        changes=_changes_for(old, new, submission.content["answers"]),
        obstacles=(
            *obstacles(new, standing),
            *broken_promises(
                running_terms(session, application, trial, submission, old, now=now),
                running_terms(session, application, trial, submission, new, now=now),
            ),
        ),
    )


def _changes_for(old: PolicyPack, new: PolicyPack, answers: Answers) -> tuple[Change, ...]:
    """Keep of all changes those that bear on a case that runs, in its tier or in that to come."""
    tiers = {tiering(pack, answers).tier for pack in (old, new)}
    return tuple(change for change in compare(old, new) if bears_on_cases(change, tiers))


def standing_of(
    session: Session, application: Application, trial: Trial | None, submission: Submission
) -> Standing:
    """Return what a case has on record, by the keys of its rules."""
    assigned = (
        select(Authority.code)
        .join(AuthorityAssignment, AuthorityAssignment.authority_id == Authority.id)
        .where(
            AuthorityAssignment.application_id == application.id,
            AuthorityAssignment.state != AssignmentState.DECLINED,
        )
    )
    reviewed = select(CriterionReview.criterion).where(
        CriterionReview.application_id == application.id
    )
    sections = select(ApplicationSection.section).where(
        ApplicationSection.application_id == application.id
    )
    standing = Standing(
        answers=submission.content["answers"],
        returned=frozenset(get_reasons(session, application)),
        sections=frozenset(session.scalars(sections)),
        authorities=frozenset(session.scalars(assigned)),
        criteria=frozenset(session.scalars(reviewed)),
        calls=_calls_of(application),
    )
    return standing if trial is None else _with_trial(session, standing, trial)


def _calls_of(application: Application) -> frozenset[str]:
    is_open = ApplicationStatus(application.status) in OPEN_STATUSES
    key = application.call_key
    return frozenset([key] if is_open and key is not None and key != OUTSIDE else [])


def _with_trial(session: Session, standing: Standing, trial: Trial) -> Standing:
    def kept(column: Any) -> frozenset[str]:
        return frozenset(session.scalars(select(column).where(column.class_.trial_id == trial.id)))

    plan = session.scalar(select(TrialPlan.fields).where(TrialPlan.trial_id == trial.id)) or {}
    evidence = session.execute(
        select(GateEvidence.stage, GateEvidence.requirement)
        .where(GateEvidence.trial_id == trial.id)
        .distinct()
    )
    return replace(
        standing,
        stages=tuple(sorted(kept(TrialStage.key))),
        evidence=frozenset((stage, requirement) for stage, requirement in evidence),
        start_conditions=kept(StartCondition.key),
        plan_fields=frozenset(key for key, text in plan.items() if text),
        metrics=kept(Reading.metric),
        incident_classes=kept(Incident.class_key),
        # Whoever suspended under rules without grounds named none.
        grounds=frozenset(filter(None, kept(Suspension.ground))),
        relief_kinds=kept(Relief.kind),
    )


def start_conditions_of(session: Session, trial: Trial) -> frozenset[str]:
    """Return the keys of the start conditions that a test keeps the state of."""
    keys = select(StartCondition.key).where(StartCondition.trial_id == trial.id)
    return frozenset(session.scalars(keys))


# --- terms that run -------------------------------------------------------------------------------


def running_terms(
    session: Session,
    application: Application,
    trial: Trial | None,
    submission: Submission,
    pack: PolicyPack,
    *,
    now: datetime,
) -> dict[str, Promise]:
    """Return the terms of a case that run now, by key, as a pack would read them.

    Terms whose last day is on record (of a return, a proposal, an incident) are not among them: no
    rules change those days. Neither are those of approvals, which a move ends: they are asked for
    anew, with a whole term.
    """
    today = local_day(now, pack.calendar.timezone)
    found: dict[str, Promise] = {}
    if ApplicationStatus(application.status) in OPEN_STATUSES:
        clock = clock_of(session, application, pack, today)
        if clock is not None:
            silence = clock.spec.silence if clock.is_overdue else None
            found["decision"] = Promise(clock.due_on, silence)
        found |= _answers_due(session, application, pack, today)
        found |= _positions_due(session, application, pack, today)
    if trial is not None:
        found |= _stage_due(session, trial, submission, pack, now)
    return found


def _answers_due(
    session: Session, application: Application, pack: PolicyPack, today: date
) -> dict[str, Promise]:
    """Keep what silence means once the day is past on which an authority was to answer."""
    rows = session.execute(
        select(Authority.code, AuthorityAssignment.respond_by)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id == application.id,
            AuthorityAssignment.state == AssignmentState.PROPOSED,
        )
    )
    silence = pack.coordination.acceptance_silence
    return {
        f"acceptance {code}": Promise(due, silence if today > due else None) for code, due in rows
    }


def _positions_due(
    session: Session, application: Application, pack: PolicyPack, today: date
) -> dict[str, Promise]:
    """Read the term of each authority that has taken no position on a case under review."""
    taken = select(Position.authority_id).where(Position.application_id == application.id)
    rows = session.execute(
        select(Authority.code, AuthorityAssignment.responded_at)
        .join(AuthorityAssignment, AuthorityAssignment.authority_id == Authority.id)
        .where(
            AuthorityAssignment.application_id == application.id,
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
            Authority.id.not_in(taken),
        )
    )
    began = {code: position_began(application.review_started_at, at) for code, at in rows}
    stops = list_stops(session, application.id)
    clocks = {
        code: position_clock(pack, local_day(at, pack.calendar.timezone), stops, today, code)
        for code, at in began.items()
        if at is not None
    }
    return {
        f"position {code}": Promise(clock.due_on, clock.spec.silence if clock.is_overdue else None)
        for code, clock in clocks.items()
    }


def _stage_due(
    session: Session, trial: Trial, submission: Submission, pack: PolicyPack, now: datetime
) -> dict[str, Promise]:
    """Read what runs in the current stage; a stage that the pack lacks is an obstacle by itself."""
    file = read_file(session, trial, active.pack_of(trial), now)
    key = trial.tier
    if pack.version != trial.pack_version:
        key = tiering(pack, submission.content["answers"]).tier
    spec = next((each for each in pack.tier(key).stages if each.key == file.current.key), None)
    if spec is None or not file.is_open:
        return {}
    found = {f"stage {spec.key}": Promise(file.entered_on + timedelta(days=spec.max_days))}
    due = file.report_due_in(spec)
    return found if due is None else found | {f"report {spec.key}": Promise(due)}
