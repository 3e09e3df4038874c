"""Read enquiries: every SELECT of the slice, filtered by what the actor may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, exists, func, literal, select
from sqlalchemy.orm import Session, contains_eager, joinedload
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import NotFound, conceivable, scope
from sandbox.access.permissions import P
from sandbox.applications.queries import Reader, list_members
from sandbox.domain.enquiries import EnquiryKind, EnquiryStatus
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.paging import PAGE_SIZE, Page, paged
from sandbox.kernel.tasks import MOST_OF_A_KIND, Task
from sandbox.models import (
    Application,
    Authority,
    AuthorityMembership,
    Enquiry,
    EnquiryMessage,
    FastAnswer,
    Organisation,
    Person,
    StaffGrant,
)

__all__ = [
    "find_case",
    "find_origin",
    "find_written",
    "get_enquiry",
    "is_awaited",
    "list_answers",
    "list_enquiries",
    "list_history",
    "list_members",
    "list_messages",
    "list_people_of",
    "list_secretariat",
    "list_tasks",
    "list_with_terms",
    "lock_enquiry",
]

# --- one enquiry ---------------------------------------------------------------------------------


def get_enquiry(
    session: Session, actor: Actor, enquiry_id: UUID, permission: P = P.ENQUIRY_READ
) -> Enquiry:
    """Return an enquiry with its organisation. Raises: NotFound."""
    found = session.scalars(
        select(Enquiry)
        .join(Enquiry.organisation)
        .options(contains_eager(Enquiry.organisation))
        .where(Enquiry.id == enquiry_id, scope(actor, permission))
    ).one_or_none()
    if found is None:
        raise NotFound(enquiry_id=enquiry_id)
    return found


def find_origin(session: Session, actor: Actor, application_id: UUID) -> Enquiry | None:
    """Return the enquiry that a case came from, for whoever may read it."""
    return session.scalars(
        select(Enquiry).where(Enquiry.became_id == application_id, scope(actor, P.ENQUIRY_READ))
    ).one_or_none()


def lock_enquiry(session: Session, enquiry_id: UUID) -> Enquiry:
    """Read an enquiry again and hold it until the transaction ends.

    On SQLite the unit of work already holds the only place to write; PostgreSQL locks the row.
    """
    statement = (
        select(Enquiry)
        .where(Enquiry.id == enquiry_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def find_written(session: Session, start_key: str) -> Enquiry | None:
    """Return the enquiry that this form has already made."""
    return session.scalars(select(Enquiry).where(Enquiry.start_key == start_key)).one_or_none()


def list_messages(session: Session, enquiry_id: UUID) -> Sequence[EnquiryMessage]:
    """List the messages about an enquiry with their writers, in the order they were sent."""
    return session.scalars(
        select(EnquiryMessage)
        .where(EnquiryMessage.enquiry_id == enquiry_id)
        .options(joinedload(EnquiryMessage.sent_by))
        .order_by(EnquiryMessage.number)
    ).all()


def list_answers(session: Session, enquiry_id: UUID) -> Sequence[FastAnswer]:
    """List who was asked whether any rule applies, with what came of it, as they stand now."""
    return session.scalars(
        select(FastAnswer)
        .join(FastAnswer.authority)
        .options(contains_eager(FastAnswer.authority))
        .where(FastAnswer.enquiry_id == enquiry_id)
        .order_by(FastAnswer.asked_at, Authority.code)
        .execution_options(populate_existing=True)
    ).all()


def find_case(
    session: Session, actor: Actor, application_id: UUID | None
) -> Row[*tuple[Any, ...]] | None:
    """Return id, reference and title of the application that an enquiry led to, if it is shown.

    The secretariat hears of a draft once it is sent, as of any other.
    """
    if application_id is None:
        return None
    return session.execute(
        select(Application.id, Application.reference, Application.title).where(
            Application.id == application_id, scope(actor, P.APPLICATION_READ)
        )
    ).one_or_none()


def list_history(session: Session, enquiry_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """List what was done with an enquiry, newest first. Shape: rows of at, deed, authority."""
    return session.execute(
        select(AuditEntry.at, AuditEntry.deed, Authority.code.label("authority"))
        .outerjoin(Authority, Authority.id == AuditEntry.authority_id)
        .where(AuditEntry.subject_id == enquiry_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.tick.desc())
    ).all()


# --- lists ---------------------------------------------------------------------------------------


def list_enquiries(
    session: Session,
    actor: Actor,
    *,
    status: str | None = None,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row[*tuple[Any, ...]]]:
    """Page through the enquiries that the actor may read, the latest changed first."""
    statement = (
        select(
            Enquiry.reference,
            Enquiry.subject,
            Enquiry.kind,
            Enquiry.status,
            Organisation.name.label("organisation"),
            Enquiry.written_at,
            Enquiry.changed_at,
            Enquiry.id,
        )
        .join(Organisation, Organisation.id == Enquiry.organisation_id)
        .where(scope(actor, P.ENQUIRY_READ))
    )
    if status:
        statement = statement.where(Enquiry.status == status)
    key = (Enquiry.changed_at, Enquiry.id)
    return paged(session, statement, key, (datetime, UUID), after, size=size)


def is_awaited() -> ColumnElement[bool]:
    """Tell of an authority that was asked whether its answer is still awaited."""
    return (
        FastAnswer.answered_at.is_(None)
        & FastAnswer.silent_at.is_(None)
        & FastAnswer.ended_at.is_(None)
    )


def list_with_terms(session: Session) -> Sequence[UUID]:
    """List the enquiries on which a term for a fast answer runs."""
    statement = select(FastAnswer.enquiry_id).where(is_awaited()).distinct()
    return session.scalars(statement.order_by(FastAnswer.enquiry_id)).all()


def list_unanswered(session: Session, authority_id: UUID) -> Sequence[UUID]:
    """List the enquiries that one authority could still answer, after its term too."""
    return session.scalars(
        select(FastAnswer.enquiry_id)
        .where(
            FastAnswer.authority_id == authority_id,
            FastAnswer.answered_at.is_(None),
            FastAnswer.ended_at.is_(None),
        )
        .distinct()
        .order_by(FastAnswer.enquiry_id)
    ).all()


# --- people --------------------------------------------------------------------------------------


def list_secretariat(session: Session) -> tuple[Reader, ...]:
    """List the caseworkers who can be written to."""
    return _readers(
        session,
        _people().join(StaffGrant).where(StaffGrant.role == StaffRole.CASEWORKER.value),
    )


def list_people_of(session: Session, authority_id: UUID) -> tuple[Reader, ...]:
    """List the head and the officers of an authority: any of them may answer for it."""
    return _readers(
        session,
        _people().join(AuthorityMembership).where(AuthorityMembership.authority_id == authority_id),
    )


def _people() -> Select[UUID, str, str]:
    return select(Person.id, Person.email, Person.language).where(
        Person.active, Person.confirmed_at.is_not(None)
    )


def _readers(session: Session, statement: Select[UUID, str, str]) -> tuple[Reader, ...]:
    rows = session.execute(statement.order_by(Person.email))
    return tuple(Reader(*row) for row in rows)


# --- what waits ----------------------------------------------------------------------------------


def list_tasks(
    session: Session,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every slice's list takes it
) -> list[Task]:
    """List what waits for the actor among the enquiries, of each kind the most urgent."""
    tasks: list[Task] = []
    if actor.member_of:
        tasks += _tasks(session, _invitations(actor))
    if conceivable(actor, P.ENQUIRY_HANDLE):
        tasks += _tasks(session, _unanswered(actor))
    if actor.officer_of:
        tasks += _tasks(session, _asked(actor))
    return tasks


def _invitations(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select the enquiries from which the actor's organisation is invited to apply."""
    return select(
        Enquiry.id,
        Enquiry.reference,
        Enquiry.subject,
        Enquiry.invited_at.label("since"),
        literal(None).label("due_on"),
        literal("enquiries.apply").label("kind"),
    ).where(
        scope(actor, P.ENQUIRY_CONTINUE),
        Enquiry.invited_at.is_not(None),
        Enquiry.became_id.is_(None),
        Enquiry.status != EnquiryStatus.CLOSED,
    )


def _unanswered(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select the enquiries that wait for a word of the secretariat, or for it to ask."""
    is_asked = exists().where(FastAnswer.enquiry_id == Enquiry.id)
    to_ask = (Enquiry.kind == EnquiryKind.FAST_ANSWER) & ~is_asked
    return select(
        Enquiry.id,
        Enquiry.reference,
        Enquiry.subject,
        Enquiry.waits_since.label("since"),
        literal(None).label("due_on"),
        case((to_ask, "enquiries.ask"), else_="enquiries.answer").label("kind"),
    ).where(
        scope(actor, P.ENQUIRY_HANDLE),
        Enquiry.waits_since.is_not(None),
        Enquiry.status != EnquiryStatus.CLOSED,
    )


def _asked(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select the enquiries on which an answer of the actor's authority is awaited."""
    return (
        select(
            Enquiry.id,
            Enquiry.reference,
            Enquiry.subject,
            FastAnswer.asked_at.label("since"),
            FastAnswer.due_on.label("due_on"),
            literal("enquiries.fast_answer").label("kind"),
        )
        .join(FastAnswer, FastAnswer.enquiry_id == Enquiry.id)
        .where(
            scope(actor, P.FAST_ANSWER_GIVE),
            FastAnswer.authority_id.in_(actor.officer_of),
            is_awaited(),
        )
    )


_DONE_ON: Mapping[str, str] = {
    "enquiries.apply": "enquiries.show",
    "enquiries.ask": "enquiries.authorities",
    "enquiries.answer": "enquiries.answer",
    "enquiries.fast_answer": "enquiries.fast_answer",
}


def _tasks(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Task]:
    found = statement.subquery()
    urgency = (found.c.due_on.asc().nulls_last(), found.c.since, found.c.id)
    rank = func.row_number().over(partition_by=found.c.kind, order_by=urgency).label("rank")
    ranked = select(found, rank).subquery()
    rows = session.execute(
        select(ranked)
        .where(ranked.c.rank <= MOST_OF_A_KIND + 1)
        .order_by(ranked.c.since, ranked.c.id)
    )
    return [
        Task(
            kind=row.kind,
            reference=row.reference,
            title=row.subject,
            since=row.since,
            due_on=row.due_on,
            endpoint=_DONE_ON[row.kind],
            values={"enquiry_id": str(row.id)},
        )
        for row in rows
    ]
