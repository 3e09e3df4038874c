"""Stop a trial at once, and let it go on when both sides agree."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import PolicyPack, Suspender, Text
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import (
    LIFECYCLE,
    TrialAction,
    TrialStatus,
    ground_of_suspension,
    move,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import (
    Suspension,
    Trial,
)
from sandbox.packs import active
from sandbox.trials import notices
from sandbox.trials.services.parts import (
    acting,
    lock,
    person_of,
    place_of,
    read,
    start_move,
    touch,
)
from sandbox.trials.services.silence import end_running_terms, end_terms_without_rules


def suspend(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    reason: str,
    ground: str | None = None,
    now: datetime,
) -> Suspension:
    """Stop the trial at once; a reason, and a ground where the pack names any, is all it takes.

    Safety hangs on no rules: where this release can no longer read those of the trial, the reason
    says the ground in words.
    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING, GROUND_UNKNOWN).
    """
    require(session, actor, P.TRIAL_SUSPEND, trial)
    lock(session, trial)
    pack = active.find_pack_of(trial)
    status = require_stoppable(trial)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority = acting(session, trial, actor)
    by = Suspender.AUTHORITIES if authority else Suspender.COMPANY
    key = None if pack is None else ground_of_suspension(pack, by, ground)
    suspension = _suspension(trial, actor, ground=key, reason=reason.strip(), now=now)
    suspension.authority_id = authority.authority_id if authority else None
    suspension.by_company = authority is None
    if pack is None:
        end_terms_without_rules(session, actor, trial, now=now)
    else:
        end_running_terms(session, actor, read(session, trial, now), now=now)
    session.add(suspension)
    trial.status = status.value
    touch(trial, now)
    record(
        session,
        actor,
        Deed.TRIAL_SUSPENDED,
        trial,
        now=now,
        authority_id=suspension.authority_id,
        by_company=suspension.by_company,
        ground=suspension.ground,
    )
    _tell(session, trial, pack, suspension, now)
    return suspension


def require_stoppable(trial: Trial) -> TrialStatus:
    """Return the status that a test has once it is stopped. Raises: TransitionRefused."""
    if active.find_pack_of(trial) is None:
        return LIFECYCLE.advance(TrialStatus(trial.status), TrialAction.SUSPEND)
    return move(*place_of(trial), TrialAction.SUSPEND)


def suspend_by_rule(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    reason: str,
    now: datetime,
    words: Text | None = None,
) -> None:
    """Stop the trial because the pack says so of what the actor has just reported.

    Shape: `words` say the reason in every language of the rules, for the mails.

    Nobody has suspended, so that the lead alone decides when it goes on. The trial is locked by
    the report.
    Raises: TransitionRefused.
    """
    status = move(*place_of(trial), TrialAction.SUSPEND)
    pack = active.pack_of(trial)
    ground = ground_of_suspension(pack, Suspender.RULES, None)
    suspension = _suspension(trial, actor, ground=ground, reason=reason, now=now)
    suspension.suspender_agreed_at = now
    end_running_terms(session, actor, read(session, trial, now), now=now)
    session.add(suspension)
    trial.status = status.value
    touch(trial, now)
    record(
        session,
        actor,
        Deed.TRIAL_SUSPENDED,
        trial,
        now=now,
        by_company=False,
        by_rule=True,
        ground=suspension.ground,
    )
    _tell(session, trial, pack, suspension, now, words=words)


def _tell(
    session: Session,
    trial: Trial,
    pack: PolicyPack | None,
    suspension: Suspension,
    now: datetime,
    *,
    words: Text | None = None,
) -> None:
    ground = None if pack is None else pack.find_ground(suspension.ground)
    notices.tell_everybody(
        session,
        trial,
        "trials/suspended",
        now,
        reason=words or suspension.reason,
        ground=None if ground is None else ground.name,
    )


def _suspension(
    trial: Trial, actor: Actor, *, ground: str | None, reason: str, now: datetime
) -> Suspension:
    return Suspension(
        ground=ground,
        trial_id=trial.id,
        by_company=False,
        reason=reason,
        suspended_by_id=person_of(actor),
        suspended_at=now,
    )


def agree_to_resume(session: Session, actor: Actor, trial: Trial, *, now: datetime) -> bool:
    """Agree to go on, for the lead or for whoever suspended; both must. True once it goes on.

    Raises: Denied, TransitionRefused, NotPossible(NOT_THE_SUSPENDER, ALREADY_DONE).
    """
    require(session, actor, P.TRIAL_RESUME, trial)
    status = start_move(session, trial, TrialAction.RESUME)
    suspension = session.scalars(
        select(Suspension).where(Suspension.trial_id == trial.id, Suspension.resumed_at.is_(None))
    ).one()
    authority = acting(session, trial, actor)
    is_lead = authority is not None and authority.is_lead
    is_suspender = (
        suspension.by_company
        if authority is None
        else authority.answers_for(suspension.authority_id)
    )
    if not (is_lead or is_suspender):
        raise NotPossible(Why.NOT_THE_SUSPENDER)
    if (not is_lead or suspension.lead_agreed_at) and (
        not is_suspender or suspension.suspender_agreed_at
    ):
        raise NotPossible(Why.ALREADY_DONE)
    if is_lead:
        suspension.lead_agreed_at = now
    if is_suspender:
        suspension.suspender_agreed_at = now
    touch(trial, now)
    on_behalf = authority.authority_id if authority else None
    if not (suspension.lead_agreed_at and suspension.suspender_agreed_at):
        record(session, actor, Deed.RESUMPTION_AGREED, trial, now=now, authority_id=on_behalf)
        return False
    suspension.resumed_at = now
    trial.status = status.value
    record(session, actor, Deed.TRIAL_RESUMED, trial, now=now, authority_id=on_behalf)
    notices.tell_everybody(session, trial, "trials/resumed", now)
    return True
