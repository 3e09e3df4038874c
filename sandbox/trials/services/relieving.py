"""Draft, grant and refuse the reliefs of a trial, and end one before its day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.reliefs import (
    ReliefWording,
    Verdict,
    check_end,
    check_grant,
    check_wording,
)
from sandbox.domain.trials import TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import Relief, Trial
from sandbox.packs import active
from sandbox.trials import notices, queries
from sandbox.trials.queries import Supervisor
from sandbox.trials.services.parts import lock, person_of, read, start_work, touch


def draft_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    wording: ReliefWording,
    sought: int | None = None,
    extends: int | None = None,
    now: datetime,
) -> Relief:
    """Draft a relief for the actor's authority, as the answer to a row of the application or not.

    With `extends` it follows on a relief that was granted, from the day after its last.
    Raises: Denied, TransitionRefused, NotFound,
    NotPossible(NOT_COMPETENT, RELIEF_INCOMPLETE, RELIEF_BACKWARDS, RELIEF_OVER, ALREADY_DONE).
    """
    require(session, actor, P.RELIEF_DRAFT, trial)
    start_work(session, trial, TrialWork.GRANT_RELIEF)
    former = None if extends is None else get_extendable(session, actor, trial, extends, now=now)
    authority = _speaker(session, actor, trial, sought=sought, former=former, now=now)
    relief = Relief(
        trial_id=trial.id,
        number=queries.last_number(session, trial.id) + 1,
        authority_id=authority.authority_id,
        sought=former.sought if former is not None else sought,
        extends_id=None if former is None else former.id,
    )
    _write(relief, actor, trial, _following(wording, former), now)
    if queries.has_open_draft(session, relief):
        raise NotPossible(Why.ALREADY_DONE)
    session.add(relief)
    record(
        session,
        actor,
        Deed.RELIEF_DRAFTED,
        trial,
        now=now,
        authority_id=relief.authority_id,
        number=relief.number,
    )
    return relief


def redraft_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    number: int,
    wording: ReliefWording,
    expected_version: int,
    now: datetime,
) -> Relief:
    """Change a draft. Raises: as drafting does, and Stale."""
    require(session, actor, P.RELIEF_DRAFT, trial)
    start_work(session, trial, TrialWork.GRANT_RELIEF)
    relief, authority = _own_draft(session, actor, trial, number, expected_version)
    former = session.get(Relief, relief.extends_id) if relief.extends_id else None
    _write(relief, actor, trial, _following(wording, former), now)
    record(
        session,
        actor,
        Deed.RELIEF_DRAFTED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        number=number,
    )
    return relief


def discard_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    number: int,
    expected_version: int,
    now: datetime,
) -> None:
    """Throw a draft away, whatever became of the test; nobody but the authorities knew of it.

    Raises: Denied, NotFound, Stale, NotPossible(ALREADY_DONE).
    """
    require(session, actor, P.RELIEF_DRAFT, trial)
    lock(session, trial)
    relief, authority = _own_draft(session, actor, trial, number, expected_version)
    session.delete(relief)
    record(
        session,
        actor,
        Deed.RELIEF_DISCARDED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        number=number,
    )


def grant_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    number: int,
    expected_version: int,
    now: datetime,
) -> Relief:
    """Grant exactly the draft that was read; from then on its wording never changes.

    Raises: Denied, TransitionRefused, NotFound, Stale, NotPossible(RELIEF_INCOMPLETE,
    RELIEF_BACKWARDS, RELIEF_NOT_NEUTRAL, RELIEF_PAST, RELIEF_TOO_LONG, RELIEF_OVER, ALREADY_DONE).
    """
    require(session, actor, P.RELIEF_GRANT, trial)
    start_work(session, trial, TrialWork.GRANT_RELIEF)
    relief, authority = _own_draft(session, actor, trial, number, expected_version)
    file = read(session, trial, now)
    check_grant(wording_of(relief), file.pack, file.today, file.latest_end)
    former = session.get(Relief, relief.extends_id) if relief.extends_id else None
    if former is not None:
        get_extendable(session, actor, trial, former.number, now=now)
    relief.verdict = Verdict.GRANTED.value
    relief.decided_by_id = person_of(actor)
    relief.decided_at = now
    touch(trial, now)
    record(
        session,
        actor,
        Deed.RELIEF_GRANTED if former is None else Deed.RELIEF_EXTENDED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        number=number,
        extends=None if former is None else former.number,
    )
    notices.tell_of_relief(
        session,
        trial,
        "trials/relief_granted",
        now,
        authority=authority.code,
        number=number,
        starts_on=relief.starts_on,
        ends_on=relief.ends_on,
        extends=None if former is None else former.number,
    )
    return relief


def refuse_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    number: int,
    expected_version: int,
    reason: str,
    now: datetime,
) -> Relief:
    """Refuse what a draft is about, with the reason that the company reads.

    Raises: Denied, TransitionRefused, NotFound, Stale, NotPossible(REASON_MISSING, ALREADY_DONE).
    """
    require(session, actor, P.RELIEF_GRANT, trial)
    start_work(session, trial, TrialWork.GRANT_RELIEF)
    relief, authority = _own_draft(session, actor, trial, number, expected_version)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    relief.verdict = Verdict.REFUSED.value
    relief.reason = reason.strip()
    relief.decided_by_id = person_of(actor)
    relief.decided_at = now
    touch(trial, now)
    record(
        session,
        actor,
        Deed.RELIEF_REFUSED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        number=number,
    )
    notices.tell_of_relief(
        session,
        trial,
        "trials/relief_refused",
        now,
        authority=authority.code,
        number=number,
    )
    return relief


def end_relief(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    number: int,
    ended_on: date,
    reason: str,
    now: datetime,
) -> Relief:
    """End a relief before its day, with whatever extends it, from a day on that has not passed.

    An end that was announced can be brought forward, and nothing else: what turns dangerous in
    the meantime must not wait for it.
    Raises: Denied, TransitionRefused, NotFound,
    NotPossible(REASON_MISSING, RELIEF_PAST, RELIEF_OVER, ALREADY_DONE).
    """
    require(session, actor, P.RELIEF_GRANT, trial)
    start_work(session, trial, TrialWork.END_RELIEF)
    relief, authority = get_granted(session, actor, trial, number)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    term = queries.term_of(relief)
    announced = relief.ended_on
    if term is None or (announced is not None and ended_on >= announced):
        raise NotPossible(Why.ALREADY_DONE)
    check_end(term, ended_on, _today(trial, now))
    # Whatever was to follow on it would otherwise bring back what had to stop.
    chain = [relief, *queries.list_following(session, relief)]
    for each in chain:
        if each.ended_on is None or ended_on < each.ended_on:
            _end(session, actor, trial, each, authority, ended_on=ended_on, reason=reason, now=now)
    touch(trial, now)
    return relief


def _end(
    session: Session,
    actor: Actor,
    trial: Trial,
    relief: Relief,
    authority: Supervisor,
    *,
    ended_on: date,
    reason: str,
    now: datetime,
) -> None:
    relief.ended_on = ended_on
    relief.end_reason = reason.strip()
    relief.ended_by_id = person_of(actor)
    record(
        session,
        actor,
        Deed.RELIEF_ENDED,
        trial,
        now=now,
        authority_id=authority.authority_id,
        number=relief.number,
        ended_on=ended_on,
    )
    notices.tell_of_relief(
        session,
        trial,
        "trials/relief_ended",
        now,
        authority=authority.code,
        number=relief.number,
        ended_on=ended_on,
    )


def wording_of(relief: Relief) -> ReliefWording:
    """Return what a relief says."""
    return ReliefWording(
        relief.kind,
        relief.provision,
        relief.scope,
        relief.conditions,
        relief.neutrality,
        relief.starts_on,
        relief.ends_on,
    )


def get_extendable(
    session: Session, actor: Actor, trial: Trial, number: int, *, now: datetime
) -> Relief:
    """Return a relief of the actor's authority that can be extended: granted and not over.

    Raises: NotFound, NotPossible(RELIEF_OVER, ALREADY_DONE).
    """
    relief, _ = get_granted(session, actor, trial, number)
    term = queries.term_of(relief)
    if term is None or relief.ended_on is not None or _today(trial, now) > term.last_day:
        raise NotPossible(Why.RELIEF_OVER)
    if queries.is_extended(session, relief.id):
        raise NotPossible(Why.ALREADY_DONE)
    return relief


def get_granted(
    session: Session, actor: Actor, trial: Trial, number: int
) -> tuple[Relief, Supervisor]:
    """Return a relief that the actor's authority granted, or whom it follows. Raises: NotFound."""
    relief, authority = get_own(session, actor, trial, number)
    if not queries.is_granted(relief):
        raise NotFound(trial_id=trial.id, number=number)
    return relief, authority


def get_own(session: Session, actor: Actor, trial: Trial, number: int) -> tuple[Relief, Supervisor]:
    """Return a relief for which the actor's authority answers, and that authority.

    Raises: NotFound.
    """
    relief = queries.find_relief(session, trial.id, number)
    if relief is not None:
        for each in _mine(session, actor, trial):
            if each.answers_for(relief.authority_id):
                return relief, each
    raise NotFound(trial_id=trial.id, number=number)


# --- parts ---------------------------------------------------------------------------------------


def _own_draft(
    session: Session, actor: Actor, trial: Trial, number: int, expected_version: int
) -> tuple[Relief, Supervisor]:
    relief, authority = get_own(session, actor, trial, number)
    session.refresh(relief)
    if relief.verdict is not None:
        raise NotPossible(Why.ALREADY_DONE)
    if relief.version != expected_version:
        raise Stale
    return relief, authority


def _mine(session: Session, actor: Actor, trial: Trial) -> list[Supervisor]:
    """List the authorities of the trial that the actor works for, the lead first."""
    supervisors = queries.list_supervisors(session, trial.application_id)
    return [each for each in supervisors if each.authority_id in actor.officer_of]


def _speaker(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    sought: int | None,
    former: Relief | None,
    now: datetime,
) -> Supervisor:
    """Return the authority in whose name the actor drafts. Raises: NotPossible(NOT_COMPETENT)."""
    mine = _mine(session, actor, trial)
    if former is not None:
        able = [each for each in mine if each.answers_for(former.authority_id)]
    elif sought is not None:
        row = get_sought(session, trial, sought, now=now)
        able = [each for each in mine if each.code in row.answerers]
    else:
        able = mine
    if not able:
        raise NotPossible(Why.NOT_COMPETENT)
    return able[0]


def get_sought(
    session: Session, trial: Trial, number: int, *, now: datetime
) -> queries.SoughtRelief:
    """Return a row in which the application asks for a relief. Raises: NotFound."""
    rows = queries.list_sought(
        session,
        trial.application_id,
        active.pack_of(trial),
        queries.list_supervisors(session, trial.application_id),
        _today(trial, now),
    )
    if not 1 <= number <= len(rows):
        raise NotFound(trial_id=trial.id, number=number)
    return rows[number - 1]


def _write(
    relief: Relief, actor: Actor, trial: Trial, wording: ReliefWording, now: datetime
) -> None:
    check_wording(wording, active.pack_of(trial))
    relief.kind = wording.kind
    relief.provision = wording.provision.strip()
    relief.scope = wording.scope.strip()
    relief.conditions = wording.conditions.strip()
    relief.neutrality = wording.neutrality.strip()
    relief.starts_on = wording.starts_on
    relief.ends_on = wording.ends_on
    relief.drafted_by_id = person_of(actor)
    relief.drafted_at = now


def _following(wording: ReliefWording, former: Relief | None) -> ReliefWording:
    """Let an extension begin on the day after the last one of what it extends."""
    if former is None or former.ends_on is None:
        return wording
    return replace(wording, starts_on=former.ends_on + timedelta(days=1))


def _today(trial: Trial, now: datetime) -> date:
    return local_day(now, active.pack_of(trial).calendar.timezone)
