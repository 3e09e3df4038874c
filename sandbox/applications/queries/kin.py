"""Look for other cases that may belong to one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import scope
from sandbox.access.permissions import P
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.kinship import Kin, kinship, telling_words
from sandbox.kernel.actors import Actor
from sandbox.kernel.search import says
from sandbox.models import Application, Attachment, Organisation

MOST_LOOKED_AT = 200  # the latest of those that have a word, a file or the organisation in common
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Relative:
    """Hold a case that may belong to another, and what they have in common."""

    id: UUID
    reference: str
    title: str
    organisation: str
    status: str
    outcome: str | None
    submitted_at: datetime
    kin: tuple[Kin, ...]


def list_kin(session: Session, actor: Actor, application: Application) -> list[Relative]:
    """List the sent cases that the actor may read and that may belong to one, the closest first."""
    rows = session.execute(
        _candidates(application)
        .where(scope(actor, P.APPLICATION_READ))
        .order_by(Application.submitted_at.desc(), Application.id)
        .limit(MOST_LOOKED_AT)
    )
    found = [_relative(application, row) for row in rows]
    related = [each for each in found if each.kin]
    # Equally close ones keep the order in which they were read: the latest first.
    return sorted(related, key=_closeness)[:MOST_SHOWN]


def _relative(application: Application, row: Any) -> Relative:
    kin = kinship(
        application.title,
        row.title,
        share_a_file=row.shared_files > 0,
        share_organisation=row.organisation_id == application.organisation_id,
    )
    return Relative(
        row.id,
        row.reference,
        row.title,
        row.organisation,
        row.status,
        row.outcome,
        row.submitted_at,
        kin,
    )


def _closeness(relative: Relative) -> tuple[int, ...]:
    order = list(Kin)
    return (*(order.index(each) for each in relative.kin), len(order))


def _candidates(application: Application) -> Any:
    shared = _shared_files(application.id)
    words = [says(word, Application.title) for word in telling_words(application.title)]
    same = Application.organisation_id == application.organisation_id
    return (
        select(
            Application.id,
            Application.reference,
            Application.title,
            Application.organisation_id,
            Organisation.name.label("organisation"),
            Application.status,
            Application.outcome,
            Application.submitted_at,
            shared.label("shared_files"),
        )
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(
            Application.id != application.id,
            Application.status != ApplicationStatus.DRAFT.value,
            or_(same, shared > 0, *words),
        )
    )


def _shared_files(application_id: UUID) -> ColumnElement[int]:
    """Count the files of another case that are attached to this one too, whatever their names."""
    own, theirs = aliased(Attachment), aliased(Attachment)
    mine = select(own.sha256).where(own.application_id == application_id, own.removed_at.is_(None))
    return (
        select(func.count())
        .where(
            theirs.application_id == Application.id,
            theirs.removed_at.is_(None),
            theirs.sha256.in_(mine),
        )
        .correlate(Application)
        .scalar_subquery()
    )
