"""Read what waits for somebody, and what the page of a case shows of an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import conceivable, scope
from sandbox.access.permissions import P
from sandbox.applications.queries.cases import EDITABLE
from sandbox.applications.queries.exchanges import is_in_time, list_requests, list_returns
from sandbox.applications.queries.priorities import priorities_of
from sandbox.applications.queries.submissions import (
    SubmissionLine,
    find_submission,
    list_submissions,
)
from sandbox.domain.answers import prohibited
from sandbox.domain.applications import OPEN_STATUSES, ApplicationStatus
from sandbox.domain.packs import (
    PolicyPack,
    ProhibitedUse,
    QuestionSpec,
)
from sandbox.kernel.actors import Actor
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.models import (
    Application,
    ApplicationReturn,
)

_COMPANY_TASKS: Mapping[str, tuple[str, str]] = {
    ApplicationStatus.DRAFT: ("applications.finish", "applications.show"),
    ApplicationStatus.RETURNED: ("applications.correct", "applications.show"),
    ApplicationStatus.INFORMATION_REQUESTED: ("applications.answer", "applications.information"),
    ApplicationStatus.PRELIMINARY: ("applications.hear", "coordination.preliminary_answer"),
}


_STAFF_TASKS: Mapping[str, tuple[str, str]] = {
    ApplicationStatus.SUBMITTED: ("applications.check", "applications.triage"),
    ApplicationStatus.TRIAGE: ("applications.decide_completeness", "applications.triage"),
}


def list_tasks(
    session: Session,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every slice's list takes it
) -> list[Task]:
    """List what waits for the actor among the applications, of each kind the most urgent."""
    tasks: list[Task] = []
    if actor.member_of:
        tasks += _tasks(session, P.APPLICATION_EDIT, actor, _COMPANY_TASKS)
    if conceivable(actor, P.APPLICATION_TRIAGE):
        tasks += _tasks(session, P.APPLICATION_TRIAGE, actor, _STAFF_TASKS)
    return tasks


def _tasks(
    session: Session, permission: P, actor: Actor, kinds: Mapping[str, tuple[str, str]]
) -> list[Task]:
    urgency = (Application.answer_due_on.asc().nulls_last(), Application.changed_at, Application.id)
    ranked = (
        select(
            Application.id,
            Application.reference,
            Application.title,
            Application.status,
            Application.changed_at,
            Application.answer_due_on,
            Application.pack_code,
            Application.pack_version,
            Application.priority_codes,
            func.row_number().over(partition_by=Application.status, order_by=urgency).label("rank"),
        )
        .where(scope(actor, permission), Application.status.in_(kinds))
        .subquery()
    )
    rows = session.execute(
        select(ranked)
        .where(ranked.c.rank <= MOST_OF_A_KIND + 1)
        .order_by(ranked.c.changed_at, ranked.c.id)
    )
    return [
        Task(
            kind=kinds[row.status][0],
            reference=row.reference or "",
            title=row.title,
            since=row.changed_at,
            due_on=row.answer_due_on,
            endpoint=kinds[row.status][1],
            values={"application_id": str(row.id)},
            # The company knows who it is.
            priorities=priorities_of(row) if kinds is _STAFF_TASKS else (),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """Hold a question of a request, the question of the form that it is about, and its answer."""

    text: str
    about: QuestionSpec | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Hold a request for information with its answers; what is not sent yet is not among them."""

    number: int
    questions: tuple[QuestionLine, ...]
    asked_at: datetime
    due_on: date
    answered_at: datetime | None
    is_late: bool


def read_requests(
    session: Session, application: Application, pack: PolicyPack
) -> tuple[RequestLine, ...]:
    """Lay out the requests for information on a case, oldest first.

    A question of the form that the case's present rules no longer have is left out.
    """
    return tuple(
        RequestLine(
            row.number,
            tuple(
                QuestionLine(each.text, pack.questions.get(each.about or ""), each.answer)
                for each in row.questions
            ),
            row.asked_at,
            row.due_on,
            row.answered_at,
            row.is_late(pack.calendar.timezone),
        )
        for row in list_requests(session, application.id)
    )


@dataclass(frozen=True, slots=True)
class CasePanel:
    """Hold the part of a case page that speaks of the application itself."""

    is_own: bool
    is_editable: bool
    is_open: bool
    is_in_time: bool  # what the company owes, if anything, would be taken now
    submissions: tuple[SubmissionLine, ...]
    returns: Sequence[ApplicationReturn]  # oldest first
    requests: tuple[RequestLine, ...]
    prohibited: tuple[ProhibitedUse, ...]
    may_read_answers: bool


def case_panel(
    session: Session,
    actor: Actor,
    application: Application,
    pack: PolicyPack,
    now: datetime,
    *,
    granted: frozenset[P],
) -> CasePanel:
    """Gather the application's part of the case page, in three statements at most.

    Shape: `granted` holds what the page has found the actor to have on this case.
    """
    if P.APPLICATION_READ_ANSWERS not in granted:
        return CasePanel(False, False, False, False, (), (), (), (), may_read_answers=False)
    is_own = application.organisation_id in actor.member_of
    flags: tuple[ProhibitedUse, ...] = ()
    submissions = list_submissions(session, application.id)
    if conceivable(actor, P.APPLICATION_TRIAGE) and application.status == ApplicationStatus.TRIAGE:
        latest = find_submission(session, application.id)
        flags = prohibited(pack, latest.content["answers"]) if latest else ()
    returns = list_returns(session, application.id) if application.returns_used else ()
    requests: tuple[RequestLine, ...] = ()
    if application.decided_at or application.status not in (
        ApplicationStatus.DRAFT,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.TRIAGE,
        ApplicationStatus.ASSIGNED,
    ):
        requests = read_requests(session, application, pack)
    in_time = is_in_time(application, pack, now)
    return CasePanel(
        is_own=is_own,
        is_editable=is_own and in_time and application.status in EDITABLE,
        is_open=application.status in OPEN_STATUSES,
        is_in_time=in_time,
        submissions=submissions,
        returns=returns,
        requests=requests,
        prohibited=flags,
        may_read_answers=True,
    )
