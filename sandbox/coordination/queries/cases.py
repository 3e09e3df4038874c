"""Read the case itself, its answers, and the authorities that are on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import find_submission
from sandbox.authorities.queries import applied_codes
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.routing import Routing, propose
from sandbox.kernel.actors import Actor
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    ConflictDeclaration,
    Incident,
    LeadOffer,
    LeadTerm,
    MonitoringReport,
    Position,
    Trial,
)
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState, OfferState

OPEN = (
    ApplicationStatus.ASSIGNED,
    ApplicationStatus.UNDER_REVIEW,
    ApplicationStatus.INFORMATION_REQUESTED,
    ApplicationStatus.DELIBERATION,
    ApplicationStatus.PRELIMINARY,
)
"""In these statuses authorities work on a case towards its decision."""
_ADMITTED = (DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS)


def has_trial_work(place: Any) -> ColumnElement[bool]:
    """Tell whether the trial of an admitted case needs somebody of an authority.

    Until it has ended it needs officers as the review did; from then on it needs the lead's alone,
    until the last incident is closed and the last report accepted.
    Shape: `place` is the table of assignments or an alias of it, in a statement that also reads
    the application.
    """
    ended = (Trial.application_id == Application.id, Trial.ended_at.is_not(None))
    has_ended = exists().where(*ended).correlate(Application)
    left_over = or_(
        exists().where(*ended, Incident.trial_id == Trial.id, Incident.closed_at.is_(None)),
        exists().where(
            *ended, MonitoringReport.trial_id == Trial.id, MonitoringReport.state == "submitted"
        ),
    )
    is_lead = place.role == AssignmentRole.LEAD
    return and_(Application.outcome.in_(_ADMITTED), or_(~has_ended, and_(is_lead, left_over)))


def latest_answers(session: Session, application_id: UUID) -> Answers:
    """Return the answers as they were last submitted; none before the first submission."""
    submission = find_submission(session, application_id)
    answers: Answers = {} if submission is None else submission.content["answers"]
    return answers


def routing_of(
    session: Session, application: Application, pack: PolicyPack, today: date
) -> Routing:
    """Return the authorities that the pack proposes for the answers last submitted."""
    applied = applied_codes(session)
    return propose(pack, latest_answers(session, application.id), today, applied)


def list_assignments(session: Session, application_id: UUID) -> Sequence[AuthorityAssignment]:
    """List the authorities on a case, its lead first, those that declined included."""
    return session.scalars(
        select(AuthorityAssignment)
        .join(AuthorityAssignment.authority)
        .options(joinedload(AuthorityAssignment.authority))
        .where(AuthorityAssignment.application_id == application_id)
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    ).all()


def find_own_assignment(
    session: Session, authorities: Iterable[UUID], application_id: UUID
) -> AuthorityAssignment | None:
    """Return the place that one of these authorities has on a case, the lead's before others."""
    return session.scalar(
        select(AuthorityAssignment)
        .join(AuthorityAssignment.authority)
        .options(joinedload(AuthorityAssignment.authority))
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.authority_id.in_(list(authorities)),
            AuthorityAssignment.state.in_(STANDING),
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
        .limit(1)
    )


def declined_authorities(assignments: Sequence[Any]) -> tuple[Any, ...]:
    """Keep those that declined and for which nobody has been asked since.

    Shape: rows of assignments, or of a query with their `state`, `assigned_at`, `responded_at`.
    """
    asked = [each.assigned_at for each in assignments if each.state in STANDING]
    return tuple(
        each
        for each in assignments
        if each.state == AssignmentState.DECLINED.value
        and not any(instant >= each.responded_at for instant in asked)
    )


def list_declined(session: Session, application_id: UUID) -> tuple[AuthorityAssignment, ...]:
    """List the authorities that declined a case and have not been replaced."""
    return declined_authorities(list_assignments(session, application_id))


def list_releasable(session: Session, application_id: UUID) -> Sequence[AuthorityAssignment]:
    """List the associates on a case that have not taken a position."""
    has_spoken = exists().where(
        Position.application_id == application_id,
        Position.authority_id == AuthorityAssignment.authority_id,
    )
    return session.scalars(
        select(AuthorityAssignment)
        .join(AuthorityAssignment.authority)
        .options(joinedload(AuthorityAssignment.authority))
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.role == AssignmentRole.ASSOCIATE,
            AuthorityAssignment.state.in_(STANDING),
            ~has_spoken,
        )
        .order_by(Authority.code)
    ).all()


def list_open_leads(session: Session, application_id: UUID) -> Sequence[LeadTerm]:
    """List who leads a case now: one at most, as a row to be ended."""
    return session.scalars(
        select(LeadTerm).where(
            LeadTerm.application_id == application_id, LeadTerm.ended_at.is_(None)
        )
    ).all()


def find_open_offer(session: Session, application_id: UUID) -> LeadOffer | None:
    """Return the offer of the lead that waits for its answer."""
    return session.scalar(
        select(LeadOffer).where(
            LeadOffer.application_id == application_id, LeadOffer.state == OfferState.OPEN
        )
    )


def find_offer_to(
    session: Session, application_id: UUID, authorities: Iterable[UUID]
) -> Row[str, str, datetime] | None:
    """Return who offers the lead to one of these authorities: code, reason and instant."""
    return session.execute(
        select(Authority.code, LeadOffer.reason, LeadOffer.offered_at)
        .join(Authority, Authority.id == LeadOffer.from_authority_id)
        .where(
            LeadOffer.application_id == application_id,
            LeadOffer.state == OfferState.OPEN,
            LeadOffer.to_authority_id.in_(list(authorities)),
        )
    ).one_or_none()


def has_work_for_lead(session: Session, application_id: UUID) -> bool:
    """Tell whether the trial of a decided case needs its lead still."""
    statement = (
        select(AuthorityAssignment.id)
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .where(
            Application.id == application_id,
            AuthorityAssignment.role == AssignmentRole.LEAD,
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
            has_trial_work(AuthorityAssignment),
        )
    )
    return session.scalar(statement) is not None


def map_authorities(session: Session, codes: Iterable[str]) -> Mapping[str, UUID]:
    """Map the codes of authorities to their ids; a code that is not registered is left out."""
    rows = session.execute(
        select(Authority.code, Authority.id).where(Authority.code.in_(list(codes)))
    )
    return {row.code: row.id for row in rows}


def find_declaration(
    session: Session, actor: Actor, application_id: UUID
) -> ConflictDeclaration | None:
    """Return what the actor has declared about conflicts of interest in a case."""
    return session.scalar(
        select(ConflictDeclaration).where(
            ConflictDeclaration.application_id == application_id,
            ConflictDeclaration.person_id == actor.person_id,
        )
    )
