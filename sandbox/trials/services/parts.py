"""Hold what the services of trials share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.packs import Who
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.models import (
    Trial,
    TrialPlan,
)
from sandbox.packs import active
from sandbox.trials import queries
from sandbox.trials.queries import Supervisor, TrialFile

COMPANY = "company"


def roles_of(file: TrialFile, actor: Actor) -> frozenset[Who]:
    """Return as which parties of the trial the actor may act."""
    found: set[Who] = set()
    if file.trial.organisation_id in actor.member_of:
        found.add(Who.COMPANY)
    if actor.staff:
        found.add(Who.SECRETARIAT)
    authority = file.acting(actor)
    if authority is not None:
        found.add(Who.EVERY_AUTHORITY)
        found.add(Who.LEAD if authority.is_lead else Who.ASSOCIATES)
    return frozenset(found)


def read(session: Session, trial: Trial, now: datetime) -> TrialFile:
    """Read every fact of a trial."""
    return queries.read_file(session, trial, active.pack_of(trial), now)


def plan_of(session: Session, trial: Trial) -> TrialPlan:
    """Return the plan of a trial."""
    return session.scalars(select(TrialPlan).where(TrialPlan.trial_id == trial.id)).one()


def acting(session: Session, trial: Trial, actor: Actor) -> Supervisor | None:
    """Return the supervising authority that the actor works for; the lead before others."""
    mine = [
        each
        for each in queries.list_supervisors(session, trial.application_id)
        if each.authority_id in actor.officer_of
    ]
    return min(mine, key=lambda each: not each.is_lead, default=None)


def authority_of(file: TrialFile, actor: Actor, trial: Trial) -> Supervisor | None:
    """Return the authority that the actor speaks for; None where it is the company."""
    if trial.organisation_id in actor.member_of:
        return None
    return file.acting(actor)


def lock(session: Session, trial: Trial) -> None:
    """Take the trial's row, so that of two transitions at the same time one waits."""
    session.refresh(trial, with_for_update=True)


def require_open(trial: Trial) -> None:
    """Make sure that a trial has not ended. Raises: NotPossible(ALREADY_DONE)."""
    if TrialStatus(trial.status) not in OPEN_STATUSES:
        raise NotPossible(Why.ALREADY_DONE)


def touch(trial: Trial, now: datetime) -> None:
    """Note when a trial was changed last."""
    trial.changed_at = now


def person_of(actor: Actor) -> UUID:
    """Return who acts; the deeds of trials are those of people."""
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    return actor.person_id
