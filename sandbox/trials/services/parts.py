"""Hold what the services of trials share."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.packs import TierSpec, Who
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialAction, TrialStatus, TrialWork, move, require_work
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
        found |= file.speaks_as(authority)
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


def start_work(session: Session, trial: Trial, work: TrialWork) -> None:
    """Take the trial's row for a kind of work that is open to it. Raises: TransitionRefused."""
    lock(session, trial)
    require_work(*place_of(trial), work)


def start_move(session: Session, trial: Trial, action: TrialAction) -> TrialStatus:
    """Take the trial's row and return the status that the action leads to.

    Raises: TransitionRefused, NotPossible(STAGE_MISSING, STILL_RUNNING).
    """
    lock(session, trial)
    return move(*place_of(trial), action)


def place_of(trial: Trial) -> tuple[TrialStatus, TierSpec, str]:
    """Return what decides what is open to a trial: its status, its tier and its stage."""
    tier = active.pack_of(trial).tier(trial.tier)
    return TrialStatus(trial.status), tier, trial.stage or tier.stages[0].key


def key_of(actor: Actor, trial: Trial, form_key: str | None) -> str | None:
    """Make a form's key this person's and this trial's own; it must never lead to another's."""
    return f"{actor.person_id}:{trial.id}:{form_key}" if form_key else None


def touch(trial: Trial, now: datetime) -> None:
    """Note when a trial was changed last."""
    trial.changed_at = now


def person_of(actor: Actor) -> UUID:
    """Return who acts; the deeds of trials are those of people."""
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    return actor.person_id
