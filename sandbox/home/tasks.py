"""Gather what waits for a person from every slice, and the words for each kind of task."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from sandbox.applications import queries as applications
from sandbox.applications.tasks import TASK_SENTENCES as APPLICATION_TASKS
from sandbox.coordination import queries as coordination
from sandbox.coordination.tasks import TASK_SENTENCES as COORDINATION_TASKS
from sandbox.enquiries import queries as enquiries
from sandbox.enquiries.tasks import TASK_SENTENCES as ENQUIRY_TASKS
from sandbox.kernel.actors import Actor
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.outcomes import queries as outcomes
from sandbox.outcomes.tasks import TASK_SENTENCES as OUTCOME_TASKS
from sandbox.programme import queries as programme
from sandbox.programme.tasks import TASK_SENTENCES as PROGRAMME_TASKS
from sandbox.trials import queries as trials
from sandbox.trials.tasks import TASK_SENTENCES as TRIAL_TASKS

TASK_SENTENCES: Mapping[str, object] = {
    **ENQUIRY_TASKS,
    **APPLICATION_TASKS,
    **COORDINATION_TASKS,
    **TRIAL_TASKS,
    **OUTCOME_TASKS,
    **PROGRAMME_TASKS,
}


# The list in which the others stand when only the most urgent tasks of a kind are shown. Where it
# is None the others are scattered over lists in which nobody would find them.
_LISTS: Mapping[str, Mapping[str, str] | None] = {
    "enquiries.apply": {},
    "enquiries.answer": {},
    "enquiries.ask": {"status": "open"},
    "enquiries.fast_answer": {"status": "asked"},
    "applications.finish": {"status": "draft"},
    "applications.correct": {"status": "returned"},
    "applications.answer": {"status": "information_requested"},
    "applications.hear": {"status": "preliminary"},
    "applications.check": {"status": "submitted"},
    "applications.decide_completeness": {"status": "triage"},
    "coordination.answer": None,
    "coordination.take_lead": None,
    "coordination.name_officer": None,
    "coordination.declare": None,
    "coordination.review": None,
    # A deliberation begins when every authority has taken its position.
    "coordination.position": {"status": "under_review"},
    "coordination.confirm": None,
    "coordination.decide": None,
    "coordination.replace": {"status": "assigned"},
    "coordination.nobody": None,
    "coordination.batch": None,
    "trials.plan": {"status": "preparing"},
    "trials.agree": {"status": "preparing"},
    "trials.report": {},
    "trials.correct_report": {},
    "trials.final_report": {},
    "trials.judge": {},
    "trials.refused": {},
    "trials.gate": {},
    "trials.approve": {},
    "trials.declare": {},
    "trials.enter": {},
    "trials.complete": {"status": "running"},
    "trials.resume": {"status": "suspended"},
    "trials.decide_relief": {},
    "trials.relief_ends": {},
    "trials.relief_stops": {},
    "trials.incident": {},
    "trials.complete_incident": {},
    "trials.react_incident": {},
    "outcomes.draft": {},
    "outcomes.finish": {},
    "outcomes.consent": None,
    "outcomes.publish": {},
    "programme.activate": {},
}


@dataclass(frozen=True, slots=True)
class Cut:
    """Name a kind of which more waits than is shown; `values` filter the list of the others.

    Shape: `endpoint` is None where no list would help.
    """

    kind: str
    endpoint: str | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hold what waits for somebody, the most urgent first, and what of it is not shown."""

    tasks: Sequence[Task]
    cuts: Sequence[Cut]


def list_tasks(session: Session, actor: Actor, now: datetime) -> Waiting:
    """Return what waits for the actor, the most urgent first and undated tasks by age.

    Overdue matters of an incident stand before everything else, by their gravity.
    """
    found = [
        *enquiries.list_tasks(session, actor, now),
        *applications.list_tasks(session, actor, now),
        *coordination.list_tasks(session, actor, now),
        *trials.list_tasks(session, actor, now),
        *outcomes.list_tasks(session, actor, now),
        *programme.list_tasks(session, actor, now),
    ]
    shown: list[Task] = []
    numbers: Counter[str] = Counter()
    for task in sorted(found, key=_urgency):
        numbers[task.kind] += 1
        if task.kind not in _LISTS or numbers[task.kind] <= MOST_OF_A_KIND:
            shown.append(task)
    cuts = [_cut(kind) for kind in _LISTS if numbers[kind] > MOST_OF_A_KIND]
    return Waiting(shown, cuts)


def _urgency(task: Task) -> tuple[int, date, datetime]:
    return (-task.gravity, task.due_on or date.max, task.since)


def _cut(kind: str) -> Cut:
    values = _LISTS[kind]
    if values is None:
        return Cut(kind, None, {})
    if kind in TRIAL_TASKS:
        return Cut(kind, "trials.index", values)
    if kind in ENQUIRY_TASKS:
        return Cut(kind, "enquiries.index", values)
    if kind in PROGRAMME_TASKS:
        return Cut(kind, "programme.index", values)
    return Cut(kind, "outcomes.index" if kind in OUTCOME_TASKS else "applications.index", values)
