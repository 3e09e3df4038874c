"""End a trial, at the end of its plan or before."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.packs import Ending
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialAction, TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import (
    Trial,
)
from sandbox.trials import notices
from sandbox.trials.queries import COMPLETION, TrialFile
from sandbox.trials.services.parts import (
    read,
    start_move,
    touch,
)


def complete(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, now: datetime
) -> None:
    """Complete the trial after its last stage, when the gate of completion is open.

    Raises: Denied, TransitionRefused, NotPossible(STILL_RUNNING, GATE_CLOSED, EXIT_UNKNOWN).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    status = start_move(session, trial, TrialAction.COMPLETE)
    file = read(session, trial, now)
    if not file.gate(COMPLETION).is_open:
        raise NotPossible(Why.GATE_CLOSED, stage=COMPLETION)
    _end(
        session,
        actor,
        file,
        status=status,
        exit_kind=exit_kind,
        ends=Ending.COMPLETED,
        deed=Deed.TRIAL_COMPLETED,
        now=now,
    )


def end_early(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, reason: str, now: datetime
) -> None:
    """End the trial before its plan is carried out, with a reason.

    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING, EXIT_UNKNOWN).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    status = start_move(session, trial, TrialAction.END)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    file = read(session, trial, now)
    if file.open_suspension is not None:
        file.open_suspension.resumed_at = now
    _end(
        session,
        actor,
        file,
        status=status,
        exit_kind=exit_kind,
        ends=Ending.EARLY,
        deed=Deed.TRIAL_ENDED_EARLY,
        now=now,
        reason=reason.strip(),
    )


def _end(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    status: TrialStatus,
    exit_kind: str,
    ends: Ending,
    deed: Deed,
    now: datetime,
    reason: str = "",
) -> None:
    if exit_kind not in {kind.code for kind in file.pack.exits(ends)}:
        raise NotPossible(Why.EXIT_UNKNOWN)
    trial = file.trial
    file.current.left_at = now
    trial.status = status.value
    trial.exit_kind = exit_kind
    trial.ended_at = now
    touch(trial, now)
    authority = file.acting(actor)
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        exit_kind=exit_kind,
        reason=reason,
    )
    notices.tell_everybody(session, trial, "trials/ended", now, reason=reason)
