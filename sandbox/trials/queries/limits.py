"""Find the trials that are in their stage for as long as the rules allow, or longer."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.domain.trials import days_suspended, stage_due_on
from sandbox.kernel.clock import local_day
from sandbox.models import Suspension, Trial
from sandbox.packs import active
from sandbox.trials.queries.urgency import entered_at, may_outlast


def list_near_limit(session: Session, on: datetime) -> Sequence[Trial]:
    """List the open trials whose stage has lasted its longest time by then, were none suspended."""
    return session.scalars(select(Trial).where(may_outlast(on)).order_by(Trial.id)).all()


def map_over_limit(session: Session, trials: Collection[UUID], now: datetime) -> dict[UUID, date]:
    """Map those of some trials that outlast their stage to the last day that it had.

    Shape: `trials` are those of which the reader may know, who reads the same day on their pages.
    Units: one statement, however many there are.
    """
    rows = session.execute(
        select(Trial, entered_at(), Suspension.suspended_at, Suspension.resumed_at)
        .outerjoin(Suspension, Suspension.trial_id == Trial.id)
        .where(Trial.id.in_(trials), may_outlast(now))
    ).all()
    stops = defaultdict(list)
    for trial, _, begin, end in rows:
        if begin is not None:
            zone = active.pack_of(trial).calendar.timezone
            stops[trial.id].append((local_day(begin, zone), local_day(end, zone) if end else None))
    found = {}
    for trial, entered, _, _ in rows:
        pack = active.pack_of(trial)
        zone = pack.calendar.timezone
        entered_on, today = local_day(entered, zone), local_day(now, zone)
        stopped = days_suspended(stops[trial.id], entered_on, today)
        due_on = stage_due_on(pack.tier(trial.tier).stage(trial.stage), entered_on, stopped)
        if today > due_on:
            found[trial.id] = due_on
    return found
