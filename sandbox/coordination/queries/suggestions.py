"""Read what authorities tell each other on a case: suggested questions, and notes."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql import ColumnElement

from sandbox.models import CaseNote, InheritedPlace, QuestionSuggestion
from sandbox.models.coordination import SuggestionState


def list_open_suggestions(session: Session, application_id: UUID) -> Sequence[QuestionSuggestion]:
    """List the suggested questions that the lead has neither taken nor left, oldest first."""
    return session.scalars(
        select(QuestionSuggestion)
        .options(joinedload(QuestionSuggestion.authority))
        .where(
            QuestionSuggestion.application_id == application_id,
            QuestionSuggestion.state == SuggestionState.OPEN,
        )
        .order_by(QuestionSuggestion.suggested_at, QuestionSuggestion.id)
    ).all()


def list_own_suggestions(
    session: Session, authorities: Iterable[UUID], application_id: UUID
) -> Sequence[QuestionSuggestion]:
    """List what these authorities, or those whose place they have taken, suggested; newest first.

    Shape: each with the question that was made of it.
    """
    return session.scalars(
        select(QuestionSuggestion)
        .options(joinedload(QuestionSuggestion.question))
        .where(
            QuestionSuggestion.application_id == application_id,
            said_by(QuestionSuggestion, authorities),
        )
        .order_by(QuestionSuggestion.suggested_at.desc(), QuestionSuggestion.id)
    ).all()


def list_notes(
    session: Session, authorities: Iterable[UUID], application_id: UUID
) -> Sequence[CaseNote]:
    """List the shared notes on a case and the private ones of these authorities, newest first.

    Private notes are also those of the authorities whose place these have taken on the case.
    """
    return session.scalars(
        select(CaseNote)
        .options(joinedload(CaseNote.authority), joinedload(CaseNote.written_by))
        .where(
            CaseNote.application_id == application_id,
            or_(CaseNote.is_shared, said_by(CaseNote, authorities)),
        )
        .order_by(CaseNote.written_at.desc(), CaseNote.id)
    ).all()


def said_by(
    table: type[QuestionSuggestion] | type[CaseNote], authorities: Iterable[UUID]
) -> ColumnElement[bool]:
    """Match the rows of these authorities on a case, and of those whose place they took there."""
    own = list(authorities)
    return or_(
        table.authority_id.in_(own),
        exists().where(
            InheritedPlace.application_id == table.application_id,
            InheritedPlace.predecessor_id == table.authority_id,
            InheritedPlace.authority_id.in_(own),
        ),
    )
