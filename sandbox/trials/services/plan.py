"""Agree on the plan of a trial, and put in place what its start needs."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import StartConditionSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import WORK, TrialStatus, TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.models import (
    PlanAgreement,
    Trial,
)
from sandbox.trials import notices
from sandbox.trials.queries import TrialFile
from sandbox.trials.services.parts import (
    COMPANY,
    authority_of,
    person_of,
    plan_of,
    read,
    roles_of,
    start_work,
    touch,
)


def save_plan(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    fields: Mapping[str, str],
    expected_version: int,
    now: datetime,
) -> None:
    """Save the plan; a changed wording withdraws every agreement to the former one.

    Raises: Denied, Stale, TransitionRefused once the first gate was passed.
    """
    require(session, actor, P.TRIAL_PLAN_EDIT, trial)
    start_work(session, trial, TrialWork.SAVE_PLAN)
    plan = plan_of(session, trial)
    if plan.version != expected_version:
        raise Stale
    wording = {key: text.strip() for key, text in fields.items() if text and text.strip()}
    if wording == plan.fields:
        return
    plan.fields = wording
    plan.saved_by_id = person_of(actor)
    plan.saved_at = now
    session.execute(delete(PlanAgreement).where(PlanAgreement.trial_id == trial.id))
    trial.plan_agreed_at = None
    touch(trial, now)
    record(session, actor, Deed.TRIAL_PLAN_SAVED, trial, now=now)


def agree_plan(
    session: Session, actor: Actor, trial: Trial, *, expected_version: int, now: datetime
) -> None:
    """Agree to the plan for the company or for one's authority.

    Raises: Denied, TransitionRefused, NotPossible(PLAN_CHANGED, PLAN_INCOMPLETE, ALREADY_DONE).
    """
    require(session, actor, P.TRIAL_PLAN_AGREE, trial)
    start_work(session, trial, TrialWork.AGREE_PLAN)
    file = read(session, trial, now)
    if file.plan.version != expected_version:
        raise NotPossible(Why.PLAN_CHANGED)
    if missing_fields(file):
        raise NotPossible(Why.PLAN_INCOMPLETE)
    authority = authority_of(file, actor, trial)
    party = authority.code if authority else COMPANY
    if party in file.agreed_by:
        raise NotPossible(Why.ALREADY_DONE)
    session.add(
        PlanAgreement(
            trial_id=trial.id,
            party=party,
            plan_version=file.plan.version,
            agreed_by_id=person_of(actor),
            agreed_at=now,
        )
    )
    agreed = file.agreed_by | {party}
    if {COMPANY, *(each.code for each in file.supervisors)} <= agreed:
        trial.plan_agreed_at = now
    touch(trial, now)
    record(
        session,
        actor,
        Deed.TRIAL_PLAN_AGREED,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        party=party,
    )
    notices.tell_everybody(session, trial, "trials/plan_agreed", now, party=party)


def missing_fields(file: TrialFile) -> tuple[str, ...]:
    """Return the required parts of the plan that are still empty."""
    return tuple(
        spec.key
        for spec in file.pack.plan_fields
        if spec.required and not str(file.plan.fields.get(spec.key, "")).strip()
    )


def fields_to_write(file: TrialFile, actor: Actor) -> tuple[str, ...]:
    """Return the required parts that the actor could still write; nothing for who may not."""
    is_open = TrialWork.SAVE_PLAN in WORK[TrialStatus(file.trial.status)]
    may_write = is_open and file.trial.organisation_id in actor.member_of
    return missing_fields(file) if may_write else ()


def get_own_condition(file: TrialFile, actor: Actor, key: str) -> StartConditionSpec:
    """Return a start condition that is in the actor's hands. Raises: NotPossible."""
    spec = next((each for each in file.tier.start_conditions if each.key == key), None)
    if spec is None or spec.owner not in roles_of(file, actor):
        raise NotPossible(Why.WRONG_REQUIREMENT)
    return spec


def set_start_condition(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    key: str,
    state: str,
    note: str,
    now: datetime,
) -> None:
    """Say that a start condition is met, open, or blocked by a third party.

    Raises: Denied, TransitionRefused, NotPossible(WRONG_REQUIREMENT) unless it is the actor's,
    NotPossible(REASON_MISSING).
    """
    require(session, actor, P.START_CONDITION_SET, trial)
    start_work(session, trial, TrialWork.SET_START_CONDITION)
    file = read(session, trial, now)
    get_own_condition(file, actor, key)
    if state == "blocked_by_third_party" and not note.strip():
        raise NotPossible(Why.REASON_MISSING)
    condition = file.conditions[key]
    before = condition.state
    condition.state = state
    condition.note = note.strip()
    condition.set_by_id = person_of(actor)
    condition.set_at = now
    touch(trial, now)
    record(
        session,
        actor,
        Deed.START_CONDITION_SET,
        trial,
        now=now,
        condition=key,
        before=before,
        after=state,
    )
