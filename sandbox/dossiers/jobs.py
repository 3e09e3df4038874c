"""Make dossiers and check those of others, apart from any request."""

from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.dossiers.making import make_dossier
from sandbox.dossiers.taking import check_dossier
from sandbox.kernel.actors import Actor
from sandbox.kernel.jobs import job
from sandbox.models import CaseDossier, ImportedDossier

HALF_AN_HOUR = 1800


@job("dossiers.make", own_transactions=True, lease_seconds=HALF_AN_HOUR)
def make(session: Session, actor: Actor, *, dossier_id: str) -> None:
    """Make a dossier that was asked for."""
    make_dossier(session, actor, session.get_one(CaseDossier, UUID(dossier_id)))


@job(
    "dossiers.check",
    grants=(P.DOSSIER_IMPORT.value,),
    own_transactions=True,
    lease_seconds=HALF_AN_HOUR,
)
def check(session: Session, actor: Actor, *, dossier_id: str) -> None:
    """Check an archive that came from elsewhere."""
    check_dossier(session, actor, session.get_one(ImportedDossier, UUID(dossier_id)))
