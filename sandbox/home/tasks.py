"""Gather what waits for a person from every slice, and the words for each kind of task."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from sandbox.applications import queries as applications
from sandbox.applications.tasks import TASK_SENTENCES as APPLICATION_TASKS
from sandbox.coordination import queries as coordination
from sandbox.coordination.tasks import TASK_SENTENCES as COORDINATION_TASKS
from sandbox.kernel.actors import Actor
from sandbox.kernel.tasks import Task
from sandbox.outcomes import queries as outcomes
from sandbox.outcomes.tasks import TASK_SENTENCES as OUTCOME_TASKS
from sandbox.trials import queries as trials
from sandbox.trials.tasks import TASK_SENTENCES as TRIAL_TASKS

TASK_SENTENCES: Mapping[str, object] = {
    **APPLICATION_TASKS,
    **COORDINATION_TASKS,
    **TRIAL_TASKS,
    **OUTCOME_TASKS,
}


def list_tasks(session: Session, actor: Actor, now: datetime) -> list[Task]:
    """Return what waits for the actor, the most urgent first and undated tasks by age."""
    found = [
        *applications.list_tasks(session, actor, now),
        *coordination.list_tasks(session, actor, now),
        *trials.list_tasks(session, actor, now),
        *outcomes.list_tasks(session, actor, now),
    ]
    return sorted(found, key=lambda task: (task.due_on or date.max, task.since))
