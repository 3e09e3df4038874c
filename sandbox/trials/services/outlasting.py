"""Tell of stages that are about to last, or last, longer than the rules allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.domain.calendar import BusinessCalendar
from sandbox.kernel.jobs import KEEP_DONE
from sandbox.models import Trial
from sandbox.trials import notices, queries
from sandbox.trials.queries import TrialFile

TOLD_BEFORE = 5
"""So many business days before the last day of a stage the company and the lead are told."""

LATEST = KEEP_DONE - timedelta(days=1)
"""What passed longer ago is told no more: who was told of it is forgotten by then."""

_FARTHEST = 60
"""So many calendar days hold those business days even where a recess falls among them."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class StageWarning:
    """Say of which test a stage ends or has outlasted its limit, and the last day of the stage."""

    trial_id: UUID
    stage: str
    due_on: date
    has_passed: bool

    @property
    def key(self) -> str:
        """Name the warning, so that each is given once; another last day makes it another."""
        when = "passed" if self.has_passed else "ends"
        return f"stage:{when}:{self.trial_id}:{self.stage}:{self.due_on}"


def list_stage_warnings(session: Session, now: datetime) -> Iterator[StageWarning]:
    """List the tests of which somebody is to be told today that their stage ends, or is over."""
    near = now + timedelta(days=_FARTHEST)
    trials = queries.list_near_limit(session, near)
    for first in range(0, len(trials), _AT_ONCE):
        for file in queries.read_files(session, trials[first : first + _AT_ONCE], now):
            found = _warning(file)
            if found is not None:
                yield found


def _warning(file: TrialFile) -> StageWarning | None:
    """Say what there is to tell; while a test is suspended its stage lasts no longer."""
    if not file.is_open or file.open_suspension is not None:
        return None
    due_on, today = file.stage_due_on, file.today
    calendar = BusinessCalendar.from_spec(file.pack.calendar)
    if today - due_on > LATEST or calendar.business_days_between(today, due_on) > TOLD_BEFORE:
        return None
    return StageWarning(file.trial.id, file.current.key, due_on, file.outlasts)


def warn_of_stage(session: Session, trial: Trial, *, now: datetime) -> None:
    """Tell the company and the lead that a stage ends or is over its limit, if it still is so."""
    for file in queries.read_files(session, [trial], now):
        found = _warning(file)
        if found is None:
            return
        template = "trials/stage_over" if found.has_passed else "trials/stage_ends"
        told = {"due_on": found.due_on, "stage": file.current_spec.name}
        notices.tell_company(session, trial, template, now, **told)
        if file.lead is not None:
            lead = [file.lead.authority_id]
            notices.tell_authorities(session, trial, template, now, among=lead, **told)
