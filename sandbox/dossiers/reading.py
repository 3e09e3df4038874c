"""Read what is in dossiers that are kept, from their archives."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.domain.dossiers import DossierIndex, Entry
from sandbox.dossiers import gathering, queries
from sandbox.kernel.actors import Actor
from sandbox.kernel.archives import CHUNK, open_index, places_of
from sandbox.kernel.files import FileDamaged, FileStore
from sandbox.models import Application, CaseDossier, ImportedDossier
from sandbox.packs import active

LONGEST_TEXT = 512 * 1024
"""Longer texts are not shown on a page, and can be downloaded."""


def reader_of(
    session: Session, actor: Actor, application: Application, now: datetime
) -> gathering.Reader:
    """Say as what somebody reads a case. Raises: Denied; NotPossible before a declaration."""
    pack = active.pack_of(application)
    return gathering.read_as(gathering.Case(session, actor, application, pack, now))[0]


def get_own(
    session: Session, actor: Actor, application: Application, dossier_id: UUID, now: datetime
) -> CaseDossier:
    """Return a dossier to whoever asked for it and still reads the case as the same reader.

    Raises: NotFound.
    """
    dossier = queries.get_ready(session, actor, application.id, dossier_id)
    if not gathering.is_made_for(dossier, reader_of(session, actor, application, now)):
        raise NotFound(dossier_id=dossier_id)
    return dossier


def read_imported(store: FileStore, dossier: ImportedDossier) -> DossierIndex:
    """Read the index of a dossier that was checked when it came."""
    with store.opened(dossier.sha256) as archive:
        return open_index(archive)


def find_entry(index: DossierIndex, number: int) -> tuple[Entry, int]:
    """Return an entry by its number, from 1, and where it begins. Raises: NotFound."""
    for place, found in enumerate(places_of(index), start=1):
        if place == number:
            return found
    raise NotFound(number=number)


def pieces(store: FileStore, dossier_sha256: str, entry: Entry, start: int) -> Iterator[bytes]:
    """Give out an entry piece by piece. Raises: FileDamaged where it is no longer what it was."""
    digest, left = hashlib.sha256(), entry.size
    with store.opened(dossier_sha256) as archive:
        archive.seek(start)
        while left and (piece := archive.read(min(left, CHUNK))):
            digest.update(piece)
            left -= len(piece)
            yield piece
    if digest.hexdigest() != entry.sha256:
        raise FileDamaged(dossier_sha256)


def text_of(store: FileStore, dossier: ImportedDossier, entry: Entry, start: int) -> str:
    """Return an entry as text. Raises: NotFound for one that is none, or too long for a page."""
    if not entry.path.endswith(".json") or entry.size > LONGEST_TEXT:
        raise NotFound(path=entry.path)
    return b"".join(pieces(store, dossier.sha256, entry, start)).decode(errors="replace")
