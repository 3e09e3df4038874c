"""Read what was submitted, as it was sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.applications.queries.drafts import FileRow
from sandbox.domain.answers import prohibited
from sandbox.domain.packs import (
    Answers,
    AnswerValue,
)
from sandbox.kernel.actors import Actor
from sandbox.models import (
    Application,
    Person,
    Submission,
)
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """Name one submission in a list of them."""

    number: int
    content_hash: str
    submitted_at: datetime
    submitted_by: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """Hold one submission, as it was sent."""

    number: int
    content: Mapping[str, Any]
    content_hash: str
    submitted_at: datetime
    submitted_by: str

    @property
    def answers(self) -> Mapping[str, AnswerValue]:
        """Return the answers that counted when it was sent."""
        answers: Mapping[str, AnswerValue] = self.content["answers"]
        return answers

    @property
    def pack_version(self) -> str:
        """Name the version of the rules under which it was sent."""
        version: str = self.content["pack"]["version"]
        return version

    @property
    def confidential(self) -> frozenset[str]:
        """Name the questions that the company marked as confidential."""
        return frozenset(self.content["confidential"])

    @property
    def files(self) -> tuple[FileRow, ...]:
        """List the files that were part of it."""
        return tuple(
            FileRow(
                UUID(each["id"]),
                each["question"],
                each["name"],
                each["content_type"],
                each["size"],
                each["sha256"],
            )
            for each in self.content["attachments"]
        )


def list_submissions(session: Session, application_id: UUID) -> tuple[SubmissionLine, ...]:
    """List what was submitted, oldest first."""
    rows = session.execute(
        select(Submission.number, Submission.content_hash, Submission.submitted_at, Person.name)
        .join(Person, Person.id == Submission.submitted_by_id)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number)
    )
    return tuple(SubmissionLine(*row) for row in rows)


def find_submission(session: Session, application_id: UUID) -> Submission | None:
    """Return the latest submission."""
    return session.scalars(
        select(Submission)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
    ).one_or_none()


def map_answers(session: Session, cases: Collection[UUID]) -> Mapping[UUID, Answers]:
    """Map cases to the answers that were last submitted."""
    latest = (
        select(Submission.application_id, func.max(Submission.number).label("number"))
        .where(Submission.application_id.in_(cases))
        .group_by(Submission.application_id)
        .subquery()
    )
    rows = session.execute(
        select(Submission.application_id, Submission.content).join(
            latest,
            (latest.c.application_id == Submission.application_id)
            & (latest.c.number == Submission.number),
        )
    )
    return {row.application_id: row.content["answers"] for row in rows}


def get_submission(
    session: Session, actor: Actor, application_id: UUID, number: int | None = None
) -> SubmissionRow:
    """Return a submission, the latest if no number is given. Raises: NotFound."""
    statement = (
        select(
            Submission.number,
            Submission.content,
            Submission.content_hash,
            Submission.submitted_at,
            Person.name,
        )
        .join(Person, Person.id == Submission.submitted_by_id)
        .join(Application, Application.id == Submission.application_id)
        .where(
            Submission.application_id == application_id, scope(actor, P.APPLICATION_READ_ANSWERS)
        )
        .order_by(Submission.number.desc())
        .limit(1)
    )
    if number is not None:
        statement = statement.where(Submission.number == number)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(application_id=application_id, number=number)
    return SubmissionRow(*row)


def describes_prohibited_use(session: Session, application: Application) -> bool:
    """Tell whether what was sent last can be declined as a use that the rules prohibit."""
    sent = find_submission(session, application.id)
    return is_prohibited_use(application, None if sent is None else sent.content["answers"])


def is_prohibited_use(application: Application, answers: Answers | None) -> bool:
    """Tell whether answers, the last that were sent, describe a use that the rules prohibit."""
    pack = active.pack_of(application)
    if answers is None:
        return False
    return pack.prohibits(application.tier) or bool(prohibited(pack, answers))
