"""Read what a company was advised on its case, and who may correct what of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from sandbox.access.checks import grants
from sandbox.access.permissions import P
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.guidance import Guidance, is_recorded_in
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.paging import PAGE_SIZE, Page, paged
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    GuidanceEntry,
    GuidanceReply,
    InheritedPlace,
    Person,
    Trial,
)
from sandbox.models.coordination import STANDING

LATEST = 3
Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class GuidancePanel:
    """Hold the latest advice on a case. Shape: `may_give` needs the right and the time for it."""

    latest: tuple[Line, ...]
    has_more: bool
    may_give: bool


def guidance_panel(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    may_give: bool,
    has_ended: bool,
) -> GuidancePanel | None:
    """Gather the panel of a case page, in one statement; None where there is nothing to show."""
    if application.status == ApplicationStatus.DRAFT:
        return None
    newest = _entries(actor, application.id).order_by(GuidanceEntry.number.desc())
    rows = session.execute(newest.limit(LATEST + 1)).all()
    gives = may_give and _is_recorded(application, has_ended=has_ended)
    if not rows and not gives:
        return None
    return GuidancePanel(tuple(rows[:LATEST]), len(rows) > LATEST, gives)


def list_guidance(
    session: Session,
    actor: Actor,
    application_id: UUID,
    *,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Line]:
    """Page through what a company was advised on a case, the latest first."""
    key = (GuidanceEntry.number,)
    return paged(session, _entries(actor, application_id), key, (int,), after, size=size)


def _entries(actor: Actor, application_id: UUID) -> Select[*tuple[Any, ...]]:
    """Select the entries; a company reads no name of the people of an authority or the staff."""
    corrected, correction = aliased(GuidanceEntry), aliased(GuidanceEntry)
    is_inside = bool(actor.staff or actor.officer_of)
    return (
        select(
            GuidanceEntry.given_on,
            GuidanceEntry.channel,
            GuidanceEntry.question,
            GuidanceEntry.question_key,
            GuidanceEntry.provision,
            GuidanceEntry.advice,
            GuidanceEntry.is_binding,
            GuidanceEntry.basis,
            GuidanceEntry.recorded_at,
            GuidanceEntry.authority_id,
            Authority.code.label("authority"),
            (Person.name if is_inside else literal("")).label("person"),
            corrected.number.label("corrects"),
            correction.number.label("corrected_by"),
            GuidanceReply.text.label("reply"),
            GuidanceReply.replied_at,
            GuidanceEntry.number,
        )
        .join(Person, Person.id == GuidanceEntry.recorded_by_id)
        .outerjoin(Authority, Authority.id == GuidanceEntry.authority_id)
        .outerjoin(corrected, corrected.id == GuidanceEntry.corrects_id)
        .outerjoin(correction, correction.corrects_id == GuidanceEntry.id)
        .outerjoin(GuidanceReply, GuidanceReply.entry_id == GuidanceEntry.id)
        .where(GuidanceEntry.application_id == application_id)
    )


def find_entry(session: Session, application_id: UUID, number: int) -> GuidanceEntry | None:
    """Return an entry of a case by its number."""
    return session.scalar(
        select(GuidanceEntry).where(
            GuidanceEntry.application_id == application_id, GuidanceEntry.number == number
        )
    )


def count_guidance(session: Session, application_id: UUID) -> int:
    """Count what is on record of a case; the number of its last entry."""
    own = GuidanceEntry.application_id == application_id
    return session.scalar(select(func.count()).select_from(GuidanceEntry).where(own)) or 0


def has_same_guidance(
    session: Session, actor: Actor, application_id: UUID, given: Guidance
) -> bool:
    """Tell whether the actor has put the very same on record: a form sent twice."""
    found = exists().where(
        GuidanceEntry.application_id == application_id,
        GuidanceEntry.recorded_by_id == actor.person_id,
        GuidanceEntry.given_on == given.given_on,
        GuidanceEntry.question == given.question.strip(),
        GuidanceEntry.advice == given.advice.strip(),
        GuidanceEntry.is_binding.is_(given.is_binding),
    )
    return bool(session.scalar(select(found)))


def is_corrected(session: Session, entry_id: UUID) -> bool:
    """Tell whether a later entry corrects this one."""
    return bool(session.scalar(select(exists().where(GuidanceEntry.corrects_id == entry_id))))


def has_reply(session: Session, entry_id: UUID) -> bool:
    """Tell whether the company has said how it understood an entry."""
    return bool(session.scalar(select(exists().where(GuidanceReply.entry_id == entry_id))))


def takes_guidance(session: Session, application: Application) -> bool:
    """Tell whether advice on a case is put on record now."""
    has_ended = application.status == ApplicationStatus.DECIDED and bool(
        session.scalar(
            select(
                exists().where(Trial.application_id == application.id, Trial.ended_at.is_not(None))
            )
        )
    )
    return _is_recorded(application, has_ended=has_ended)


def _is_recorded(application: Application, *, has_ended: bool) -> bool:
    return is_recorded_in(
        ApplicationStatus(application.status),
        DecisionOutcome(application.outcome) if application.outcome else None,
        has_ended=has_ended,
    )


@dataclass(frozen=True, slots=True)
class GuidanceRights:
    """Hold what a reader of the log may do with it now. Shape: `owners` as `list_correctable`."""

    may_give: bool
    may_answer: bool
    owners: frozenset[UUID | None]


def read_guidance_rights(
    session: Session, actor: Actor, application: Application
) -> GuidanceRights:
    """Read what a reader of the log may do with it, by right and by time."""
    granted = grants(session, actor, (P.GUIDANCE_GIVE, P.GUIDANCE_ANSWER), application)
    gives = P.GUIDANCE_GIVE in granted and takes_guidance(session, application)
    owners = list_correctable(session, actor, application.id) if gives else frozenset()
    return GuidanceRights(gives, P.GUIDANCE_ANSWER in granted, owners)


def list_correctable(
    session: Session, actor: Actor, application_id: UUID
) -> frozenset[UUID | None]:
    """List whose advice on a case the actor may correct; None stands for the secretariat's.

    An authority corrects its own and that of the authorities whose place it took.
    """
    if not actor.officer_of:
        return frozenset({None}) if StaffRole.CASEWORKER in actor.staff else frozenset()
    rows = session.execute(
        select(AuthorityAssignment.authority_id, InheritedPlace.predecessor_id)
        .outerjoin(
            InheritedPlace,
            (InheritedPlace.application_id == AuthorityAssignment.application_id)
            & (InheritedPlace.authority_id == AuthorityAssignment.authority_id),
        )
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.authority_id.in_(actor.officer_of),
            AuthorityAssignment.state.in_(STANDING),
        )
    )
    return frozenset(each for row in rows for each in row if each is not None)


def list_answering(session: Session, application_id: UUID, authority_id: UUID) -> list[UUID]:
    """List the authorities on a case that stand by the advice of one: itself, or its heirs."""
    heirs = select(InheritedPlace.authority_id).where(
        InheritedPlace.application_id == application_id,
        InheritedPlace.predecessor_id == authority_id,
    )
    return list(
        session.scalars(
            select(AuthorityAssignment.authority_id).where(
                AuthorityAssignment.application_id == application_id,
                AuthorityAssignment.state.in_(STANDING),
                (AuthorityAssignment.authority_id == authority_id)
                | AuthorityAssignment.authority_id.in_(heirs),
            )
        )
    )
