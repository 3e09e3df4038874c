"""Ask for the dossier of a case, and keep what was made of it; take in those of others."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.queries import lock_application
from sandbox.applications.services import open_confidential
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.dossiers import DossierIndex
from sandbox.domain.refusals import NotPossible, Why
from sandbox.dossiers import gathering, queries
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.files import StoredFile, clean_filename
from sandbox.kernel.jobs import enqueue
from sandbox.models import Application, CaseDossier, ImportedDossier
from sandbox.models.dossiers import DossierState, ImportState
from sandbox.packs import active

ALREADY_HERE = "already_here"


def ask_dossier(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> CaseDossier:
    """Let the dossier of a case be made for a person; one that is being made answers for it.

    Raises: Denied; NotPossible before a declaration about conflicts of interest.
    """
    require(session, actor, P.DOSSIER_ASK, application)
    lock_application(session, application.id)
    if application.status == ApplicationStatus.DRAFT or actor.person_id is None:
        raise NotPossible(Why.NOT_ACCEPTED)
    case = gathering.Case(session, actor, application, active.pack_of(application), now)
    reader, _panel = gathering.read_as(case)
    unfinished = queries.find_unfinished(session, actor, application.id)
    if unfinished is not None:
        return unfinished
    dossier = CaseDossier(
        application_id=application.id,
        asked_by_id=actor.person_id,
        asked_at=now,
        reader=reader.kind.value,
        authorities=list(reader.authorities),
        state=DossierState.WAITING.value,
    )
    session.add(dossier)
    record(session, actor, Deed.DOSSIER_ASKED, application, now=now, reader=reader.kind.value)
    enqueue(session, "dossiers.make", dossier_id=dossier.id)
    return dossier


def finish_dossier(
    session: Session,
    actor: Actor,
    dossier: CaseDossier,
    *,
    reader: Actor,
    stored: StoredFile,
    root: str,
    now: datetime,
) -> None:
    """Keep where a dossier that was made is stored.

    It holds what is confidential too, so that its `reader` is on record as one of the pages is.
    Raises: Denied where that person may not read the case any more.
    """
    open_confidential(
        session, reader, session.get_one(Application, dossier.application_id), now=now
    )
    dossier.state, dossier.done = DossierState.READY.value, dossier.total
    dossier.sha256, dossier.size, dossier.root = stored.sha256, stored.size, root
    dossier.finished_at = now
    record(session, actor, Deed.DOSSIER_MADE, dossier, now=now, root=root)


def fail_dossier(
    session: Session, actor: Actor, dossier: CaseDossier, *, fault: str, now: datetime
) -> None:
    """Keep why a dossier could not be made; it is no deed, since nothing came of it."""
    del session, actor
    dossier.state, dossier.fault, dossier.finished_at = DossierState.FAILED.value, fault, now


def receive_dossier(
    session: Session, actor: Actor, *, filename: str, stored: StoredFile, now: datetime
) -> ImportedDossier:
    """Take in an archive of another installation, to be checked by a job. Raises: Denied."""
    dossier = _received(session, actor, filename=filename, stored=stored, now=now)
    enqueue(session, "dossiers.check", dossier_id=dossier.id)
    return dossier


def _received(
    session: Session, actor: Actor, *, filename: str, stored: StoredFile, now: datetime
) -> ImportedDossier:
    require(session, actor, P.DOSSIER_IMPORT)
    dossier = ImportedDossier(
        filename=clean_filename(filename),
        sha256=stored.sha256,
        size=stored.size,
        state=ImportState.CHECKING.value,
        imported_by_id=actor.person_id,
        imported_at=now,
    )
    session.add(dossier)
    record(session, actor, Deed.DOSSIER_RECEIVED, dossier, now=now, sha256=stored.sha256)
    return dossier


def keep_dossier(
    session: Session,
    actor: Actor,
    dossier: ImportedDossier,
    *,
    index: DossierIndex,
    now: datetime,
) -> None:
    """Keep a dossier that is what it claims to be, once; the second of the same is refused."""
    require(session, actor, P.DOSSIER_IMPORT)
    root = index.root
    if queries.find_by_root(session, root) is not None:
        refuse_dossier(session, actor, dossier, fault=ALREADY_HERE, entry="", now=now)
        return
    dossier.state, dossier.root, dossier.checked_at = ImportState.KEPT.value, root, now
    dossier.reference, dossier.title = index.case["reference"], index.case["title"]
    dossier.organisation = index.case["organisation"]
    dossier.programme, dossier.operator = index.origin["programme"], index.origin["operator"]
    dossier.address, dossier.reader = index.origin["address"], index.reader
    dossier.as_of = index.as_of
    record(session, actor, Deed.DOSSIER_IMPORTED, dossier, now=now, root=root)


def refuse_dossier(
    session: Session,
    actor: Actor,
    dossier: ImportedDossier,
    *,
    fault: str,
    entry: str,
    now: datetime,
) -> None:
    """Keep why an archive was refused, and on which of its entries."""
    require(session, actor, P.DOSSIER_IMPORT)
    dossier.state, dossier.fault, dossier.checked_at = ImportState.REFUSED.value, fault, now
    dossier.entry = clean_filename(entry) if entry else ""
    record(session, actor, Deed.DOSSIER_REFUSED, dossier, now=now, fault=fault)


def import_dossier(
    session: Session,
    actor: Actor,
    *,
    filename: str,
    stored: StoredFile,
    index: DossierIndex,
    now: datetime,
) -> ImportedDossier:
    """Keep an archive that was checked before it was stored. Raises: Denied."""
    dossier = _received(session, actor, filename=filename, stored=stored, now=now)
    keep_dossier(session, actor, dossier, index=index, now=now)
    return dossier
