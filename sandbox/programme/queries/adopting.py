"""Find the cases that changed files of their own version would leave without what they have."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.domain.moving import Obstacle, obstacles
from sandbox.domain.packs import PolicyPack
from sandbox.models import Application, Submission, Trial
from sandbox.programme.queries.moving import standing_of

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Unfit:
    """Hold a case and, with its key, all that it has on record and the changed files lack."""

    reference: str
    obstacles: tuple[tuple[Obstacle, str], ...]


def list_unfit(session: Session, pack: PolicyPack) -> list[Unfit]:
    """List the cases under this version that these files do not fit, ended ones too.

    Their pages and letters read the rules for ever. A case keeps the tier that is on record.
    """
    found: list[Unfit] = []
    after: UUID | None = None
    while chunk := _chunk(session, pack, after):
        for application, submission, trial in chunk:
            standing = standing_of(session, application, trial, submission)
            tier = application.tier if trial is None else trial.tier
            against = obstacles(pack, standing, tier=tier)
            if against:
                found.append(Unfit(application.reference or "", against))
        after = chunk[-1][0].id
    return found


def _chunk(
    session: Session, pack: PolicyPack, after: UUID | None
) -> list[tuple[Application, Submission, Trial | None]]:
    latest = (
        select(Submission.application_id, func.max(Submission.number).label("number"))
        .group_by(Submission.application_id)
        .subquery()
    )
    statement = (
        select(Application, Submission, Trial)
        .join(latest, latest.c.application_id == Application.id)
        .join(
            Submission,
            (Submission.application_id == Application.id) & (Submission.number == latest.c.number),
        )
        .outerjoin(Trial, Trial.application_id == Application.id)
        .where(Application.pack_code == pack.code, Application.pack_version == pack.version)
        .order_by(Application.id)
        .limit(CHUNK)
    )
    if after is not None:
        statement = statement.where(Application.id > after)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]
