"""Run what nobody has to ask for: trials are opened, and terms of approvals and stages kept.

A trial is opened apart from the decision, so that neither can spoil the other.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import utc_now
from sandbox.kernel.jobs import enqueue, job, schedule
from sandbox.models import Application, Trial
from sandbox.trials import queries, services


@job("trials.open", grants=(P.TRIAL_OPEN.value,))
def open_trial(session: Session, actor: Actor, *, application_id: str) -> None:
    """Open the trial of an admitted application."""
    application = session.get_one(Application, UUID(application_id))
    services.open_trial(session, actor, application, now=utc_now())


@schedule("40 5 * * *")
@job("trials.watch_terms")
def watch_terms(session: Session, _actor: Actor) -> None:
    """Look after the terms of approvals before the offices open, each trial in a job of its own.

    So a trial that cannot be judged holds no other up, and no transaction grows with their number.
    """
    for trial_id in queries.list_trials_with_terms(session):
        enqueue(session, "trials.apply_silence", trial_id=trial_id)


@job("trials.apply_silence", grants=(P.REQUIREMENT_APPROVE.value,))
def apply_silence(session: Session, actor: Actor, *, trial_id: str) -> None:
    """Begin and settle the terms of a trial's approvals."""
    services.apply_silence(session, actor, session.get_one(Trial, UUID(trial_id)), now=utc_now())


@schedule("35 6 * * 1-5")
@job("trials.watch_stages")
def watch_stages(session: Session, _actor: Actor) -> None:
    """Look for stages that are near their limit or over it; of each somebody is told once."""
    for found in services.list_stage_warnings(session, utc_now()):
        enqueue(session, "trials.warn_of_stage", key=found.key, trial_id=found.trial_id)


@job("trials.warn_of_stage")
def warn_of_stage(session: Session, _actor: Actor, *, trial_id: str) -> None:
    """Tell of one stage."""
    services.warn_of_stage(session, session.get_one(Trial, UUID(trial_id)), now=utc_now())
