"""Read where an authority has let a term pass; whether it has is judged by each case's pack."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from sandbox.coordination.actions import OPEN_IN, CoordinationAction
from sandbox.domain.applications import ApplicationStatus
from sandbox.models import Application, AuthorityAssignment, Position
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState


def list_silent_assignments(
    session: Session,
) -> Sequence[tuple[Application, AuthorityAssignment]]:
    """List every authority that has not answered yet whether it takes a case."""
    rows = session.execute(
        select(Application, AuthorityAssignment)
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .where(
            Application.status.in_(OPEN_IN[CoordinationAction.ANSWER_ASSIGNMENT]),
            AuthorityAssignment.state == AssignmentState.PROPOSED,
        )
        .order_by(Application.id, AuthorityAssignment.id)
    )
    return [(application, assignment) for application, assignment in rows]


def list_silent_reviews(
    session: Session,
) -> Sequence[tuple[Application, AuthorityAssignment]]:
    """List every authority without a position on a case under review."""
    rows = session.execute(
        select(Application, AuthorityAssignment)
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .where(
            Application.status == ApplicationStatus.UNDER_REVIEW,
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
            ~exists().where(
                Position.application_id == Application.id,
                Position.authority_id == AuthorityAssignment.authority_id,
            ),
        )
        .order_by(Application.id, AuthorityAssignment.id)
    )
    return [(application, assignment) for application, assignment in rows]


def list_undecided(session: Session) -> Sequence[tuple[Application, UUID]]:
    """List every case that its lead may decide, with the authority that leads."""
    rows = session.execute(
        select(Application, AuthorityAssignment.authority_id)
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .where(
            Application.status.in_(
                (
                    ApplicationStatus.UNDER_REVIEW,
                    ApplicationStatus.DELIBERATION,
                    ApplicationStatus.PRELIMINARY,
                )
            ),
            AuthorityAssignment.role == AssignmentRole.LEAD,
            AuthorityAssignment.state.in_(STANDING),
        )
        .order_by(Application.id)
    )
    return [(application, authority_id) for application, authority_id in rows]
