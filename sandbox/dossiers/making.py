"""Make a dossier: read the case at one moment, then write its archive piece by piece."""

from collections.abc import Iterator

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import update
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.access.permissions import P
from sandbox.accounts.queries import actor_of
from sandbox.applications.queries import get_application
from sandbox.domain.dossiers import DossierIndex, DossierRefused, Entry
from sandbox.domain.refusals import Refusal
from sandbox.dossiers import gathering, services
from sandbox.dossiers.telling import tell_page
from sandbox.kernel.actors import Actor
from sandbox.kernel.archives import EntryDiffers, write_archive
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileDamaged, FileMissing, FileStore
from sandbox.kernel.language import locale_of
from sandbox.models import CaseDossier, Person
from sandbox.models.dossiers import DossierState, Failure
from sandbox.packs import active
from sandbox.packs.errors import PackUnusable

PAGE = "index.html"
STEP = 10
"""Every so many entries the page of the dossier hears how far it is."""
ARCHIVE = "application/zip"


def make_dossier(session: Session, actor: Actor, dossier: CaseDossier) -> None:
    """Make a dossier with the rights that whoever asked for it has now, in units of work.

    Shape: it bears being started twice; the same case gives the same archive.
    """
    if dossier.state not in (DossierState.WAITING.value, DossierState.WRITING.value):
        return
    store: FileStore = current_app.extensions["file_store"]
    try:
        found, index = read_case(session, dossier)
        _note(session, dossier, 0, len(index.entries))
        with store.draft() as target:
            write_archive(
                target,
                index,
                lambda entry: _pieces(entry, found, store),
                lambda done: _note_some(session, dossier, done, len(index.entries)),
            )
            stored = store.put_stream(target, ARCHIVE)
        with unit_of_work(session):
            reader = actor_of(session, session.get_one(Person, dossier.asked_by_id))
            services.finish_dossier(
                session,
                actor,
                dossier,
                reader=reader,
                stored=stored,
                root=index.root,
                now=utc_now(),
            )
    except PackUnusable:
        _fail(session, actor, dossier, Failure.RULES)
    except DossierRefused:
        _fail(session, actor, dossier, Failure.SIZE)
    except Refusal:
        _fail(session, actor, dossier, Failure.RIGHTS)
    except (EntryDiffers, FileDamaged, FileMissing) as damage:
        _fail(session, actor, dossier, Failure.FILE, str(damage))


def read_case(session: Session, dossier: CaseDossier) -> tuple[gathering.Gathered, DossierIndex]:
    """Read all that the dossier holds, in one transaction that sees one state of the case.

    Raises: Refusal where whoever asked may not read it, or no longer as the same reader.
    """
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    reader = actor_of(session, session.get_one(Person, dossier.asked_by_id))
    application = get_application(session, reader, dossier.application_id, P.DOSSIER_ASK)
    pack = active.pack_of(application)
    case = gathering.Case(session, reader, application, pack, utc_now())
    config = current_app.extensions["config"]
    # Receipts name their own address; a worker has no request to take it from.
    with (
        current_app.test_request_context(base_url=config.base_url),
        force_locale(locale_of(application.language)),
    ):
        found = gathering.gather(case)
        if not gathering.is_made_for(dossier, found.reader):
            raise NotFound(dossier_id=dossier.id)
        found.texts[PAGE] = tell_page(case, found)
        index = gathering.index_of(case, found, config.base_url)
    session.rollback()
    return found, index


def _pieces(entry: Entry, found: gathering.Gathered, store: FileStore) -> Iterator[bytes]:
    if entry.path in found.texts:
        return iter((found.texts[entry.path],))
    return store.stream(entry.sha256)


def _note_some(session: Session, dossier: CaseDossier, done: int, total: int) -> None:
    if done % STEP == 0:
        _note(session, dossier, done, total)


def _note(session: Session, dossier: CaseDossier, done: int, total: int) -> None:
    with unit_of_work(session):
        session.execute(
            update(CaseDossier)
            .where(CaseDossier.id == dossier.id)
            .values(state=DossierState.WRITING.value, done=done, total=total)
            .execution_options(synchronize_session=False)
        )


def _fail(
    session: Session, actor: Actor, dossier: CaseDossier, failure: Failure, what: str = ""
) -> None:
    fault = f"{failure.value} {what}".strip()
    with unit_of_work(session):
        services.fail_dossier(session, actor, dossier, fault=fault, now=utc_now())
