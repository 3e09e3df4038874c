"""Read what the authorities on a case have said, in the form in which the rules judge it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.deliberation import (
    CriterionMark,
    Mark,
    PositionTaken,
    ProposedDecision,
    Stance,
    propose_decision,
)
from sandbox.domain.packs import PolicyPack
from sandbox.models import (
    Authority,
    AuthorityAssignment,
    CriterionReview,
    Decision,
    Person,
    Position,
    PreliminaryResult,
)
from sandbox.models.coordination import STANDING, AssignmentRole


@dataclass(frozen=True, slots=True)
class Bench:
    """Hold the authorities that judge a case, with their positions and marks.

    Shape: `version` grows with every change of a position or a mark, and with every answer of the
    company to a preliminary result, so that a decision can be refused when its maker has read
    something older.
    """

    lead: str | None
    assigned: tuple[str, ...]
    positions: tuple[PositionTaken, ...]
    marks: tuple[Mark, ...]
    version: int


def get_bench(session: Session, application_id: UUID) -> Bench:
    """Gather everything that the pack's decision rule looks at."""
    answered = (
        select(func.count())
        .where(
            PreliminaryResult.application_id == application_id,
            PreliminaryResult.answered_at.is_not(None),
        )
        .scalar_subquery()
    )
    assigned = session.execute(
        select(Authority.code, AuthorityAssignment.role, answered.label("answered"))
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.state.in_(STANDING),
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    ).all()
    positions = session.execute(
        select(
            Authority.code,
            Position.stance,
            Position.reasons,
            Position.conditions,
            Position.tacit,
            Position.proportionality,
            Position.version,
        )
        .join(Authority, Authority.id == Position.authority_id)
        .where(Position.application_id == application_id)
        .order_by(Authority.code)
    ).all()
    marks = session.execute(
        select(
            Authority.code,
            CriterionReview.criterion,
            CriterionReview.mark,
            CriterionReview.note,
            CriterionReview.version,
        )
        .join(Authority, Authority.id == CriterionReview.authority_id)
        .where(CriterionReview.application_id == application_id)
        .order_by(Authority.code, CriterionReview.criterion)
    ).all()
    return Bench(
        lead=next((row.code for row in assigned if row.role == AssignmentRole.LEAD.value), None),
        assigned=tuple(row.code for row in assigned),
        positions=tuple(
            PositionTaken(
                row.code,
                Stance(row.stance),
                row.reasons,
                tuple(row.conditions),
                row.tacit,
                tuple(row.proportionality.items()),
            )
            for row in positions
        ),
        # What an authority marked before it left the case counts for nothing.
        marks=tuple(
            Mark(row.code, row.criterion, CriterionMark(row.mark), row.note)
            for row in marks
            if any(row.code == each.code for each in assigned)
        ),
        version=sum(row.version for row in (*positions, *marks))
        + (assigned[0].answered if assigned else 0),
    )


def proposal_of(pack: PolicyPack, bench: Bench, status: str) -> ProposedDecision | None:
    """Apply the pack's rule to what has been said; None while no authority leads the case."""
    if bench.lead is None:
        return None
    return propose_decision(
        pack,
        bench.lead,
        bench.assigned,
        bench.positions,
        bench.marks,
        deliberated=status == ApplicationStatus.DELIBERATION.value,
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """Hold an authority's mark on one criterion as its people read and edit it."""

    criterion: str
    mark: CriterionMark
    note: str
    version: int
    by: str
    at: datetime


def list_judgements(
    session: Session, application_id: UUID, authority_id: UUID
) -> Sequence[Judgement]:
    """List the marks that one authority has given so far."""
    rows = session.execute(
        select(
            CriterionReview.criterion,
            CriterionReview.mark,
            CriterionReview.note,
            CriterionReview.version,
            Person.name,
            CriterionReview.reviewed_at,
        )
        .join(Person, Person.id == CriterionReview.reviewed_by_id)
        .where(
            CriterionReview.application_id == application_id,
            CriterionReview.authority_id == authority_id,
        )
        .order_by(CriterionReview.criterion)
    )
    return [
        Judgement(criterion, CriterionMark(mark), note, version, by, at)
        for criterion, mark, note, version, by, at in rows
    ]


def review_version(session: Session, application_id: UUID, authority_id: UUID) -> int:
    """Return a number that grows with every change of an authority's marks; 0 before the first."""
    total = session.scalar(
        select(func.sum(CriterionReview.version)).where(
            CriterionReview.application_id == application_id,
            CriterionReview.authority_id == authority_id,
        )
    )
    return int(total or 0)


def list_reviews(
    session: Session, application_id: UUID, authority_id: UUID
) -> Sequence[CriterionReview]:
    """Return the rows of an authority's marks, to be changed."""
    return session.scalars(
        select(CriterionReview).where(
            CriterionReview.application_id == application_id,
            CriterionReview.authority_id == authority_id,
        )
    ).all()


def find_position(session: Session, application_id: UUID, authority_id: UUID) -> Position | None:
    """Return where an authority stands on a case, if it has said so."""
    return session.scalar(
        select(Position).where(
            Position.application_id == application_id, Position.authority_id == authority_id
        )
    )


def find_decision(session: Session, application_id: UUID) -> Decision | None:
    """Return the decision on a case once there is one."""
    return session.scalar(select(Decision).where(Decision.application_id == application_id))
