"""Judge an archive that came from elsewhere, in units of work that do not wait for one another."""

from flask import current_app
from sqlalchemy.orm import Session

from sandbox.domain.dossiers import DossierRefused
from sandbox.dossiers import services
from sandbox.kernel.actors import Actor
from sandbox.kernel.archives import check_archive
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.models import ImportedDossier
from sandbox.models.dossiers import ImportState


def check_dossier(session: Session, actor: Actor, dossier: ImportedDossier) -> None:
    """Check an archive and keep it or refuse it; nobody who writes meanwhile has to wait."""
    if dossier.state != ImportState.CHECKING.value:
        return
    sha256 = dossier.sha256
    session.rollback()
    try:
        with current_app.extensions["file_store"].opened(sha256) as archive:
            index = check_archive(archive).index
    except DossierRefused as refused:
        fault, entry = refused.fault.value, refused.entry
        with unit_of_work(session):
            services.refuse_dossier(
                session, actor, dossier, fault=fault, entry=entry, now=utc_now()
            )
    else:
        with unit_of_work(session):
            services.keep_dossier(session, actor, dossier, index=index, now=utc_now())
