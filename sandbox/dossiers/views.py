"""Serve the pages on which dossiers are asked for, given out, taken in and read."""

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import conceivable
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications.queries import get_application
from sandbox.domain.dossiers import Entry
from sandbox.dossiers import labels, queries, reading, services
from sandbox.dossiers.forms import AskForm, ImportForm
from sandbox.dossiers.gathering import is_made_for
from sandbox.dossiers.making import ARCHIVE
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import FileStore, content_disposition
from sandbox.kernel.forms import takes_files
from sandbox.models import ImportedDossier

bp = Blueprint("dossiers", __name__)
PAGE_SIZE = 100


@bp.get("/cases/<uuid:application_id>/dossier")
@needs(P.DOSSIER_ASK)
def show(application_id: UUID) -> ResponseReturnValue:
    """Show the dossiers of a case that the reader asked for, and how far each is."""
    session, actor = db.session(), current_actor()
    application = get_application(session, actor, application_id, P.DOSSIER_ASK)
    reader = reading.reader_of(session, actor, application, utc_now())
    found = queries.list_dossiers(session, actor, application_id)
    return render_template(
        "dossiers/show.html",
        application=application,
        reader=reader,
        dossiers=[each for each in found if is_made_for(each, reader)],
        form=AskForm(),
        labels=labels,
    )


@bp.post("/cases/<uuid:application_id>/dossier")
@needs(P.DOSSIER_ASK)
def ask(application_id: UUID) -> ResponseReturnValue:
    """Let the dossier of a case be made; the page can be left meanwhile."""
    session, actor = db.session(), current_actor()
    application = get_application(session, actor, application_id, P.DOSSIER_ASK)
    with unit_of_work(session):
        services.ask_dossier(session, actor, application, now=utc_now())
    flash(_("The dossier is being made. You can leave this page and find it here again."))
    return redirect(url_for(".show", application_id=application_id), 303)


@bp.get("/cases/<uuid:application_id>/dossier/<uuid:dossier_id>")
@needs(P.DOSSIER_ASK)
def archive(application_id: UUID, dossier_id: UUID) -> ResponseReturnValue:
    """Give out a dossier that is ready, to whoever asked for it."""
    session, actor = db.session(), current_actor()
    application = get_application(session, actor, application_id, P.DOSSIER_ASK)
    dossier = reading.get_own(session, actor, application, dossier_id, utc_now())
    name = "-".join((str(application.reference), _("dossier"))) + ".zip"
    return _archive(dossier.sha256 or "", dossier.size or 0, name)


@bp.get("/imported-dossiers")
@needs(P.DOSSIER_IMPORT)
def imported() -> ResponseReturnValue:
    """List the dossiers that came from other installations, the latest first."""
    text = request.args.get("q", "")
    return render_template(
        "dossiers/imported.html",
        page=queries.list_imported(db.session(), request.args.get("after"), text),
        text=text,
        may_read=conceivable(current_actor(), P.DOSSIER_READ_IMPORTED),
        labels=labels,
    )


@bp.route("/imported-dossiers/upload", methods=["GET", "POST"])
@needs(P.DOSSIER_IMPORT)
@takes_files
def upload() -> ResponseReturnValue:
    """Take in an archive; whether it is a dossier is said on the list, once it was checked."""
    form = ImportForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("dossiers/upload.html", form=form), status
    sent, session = form.archive.data, db.session()
    stored = _store().put_stream(sent.stream, ARCHIVE)
    name, actor = sent.filename or "", current_actor()
    with unit_of_work(session):
        services.receive_dossier(session, actor, filename=name, stored=stored, now=utc_now())
    flash(_("The file has arrived and is being checked. The list says what came of it."))
    return redirect(url_for(".imported"), 303)


@bp.get("/imported-dossiers/<uuid:dossier_id>")
@needs(P.DOSSIER_READ_IMPORTED)
def contents(dossier_id: UUID) -> ResponseReturnValue:
    """Show what is in a dossier of another installation, some entries at a time."""
    dossier = queries.get_imported(db.session(), dossier_id)
    index = reading.read_imported(_store(), dossier)
    start = max(request.args.get("start", 1, type=int), 1)
    numbered = list(enumerate(index.entries, start=1))[start - 1 : start - 1 + PAGE_SIZE]
    more = start + PAGE_SIZE
    return render_template(
        "dossiers/contents.html",
        dossier=dossier,
        index=index,
        entries=numbered,
        next_start=more if more <= len(index.entries) else None,
        longest=reading.LONGEST_TEXT,
        labels=labels,
    )


@bp.get("/imported-dossiers/<uuid:dossier_id>/archive")
@needs(P.DOSSIER_READ_IMPORTED)
def imported_archive(dossier_id: UUID) -> ResponseReturnValue:
    """Give out the archive of another installation, as it came."""
    dossier = queries.get_imported(db.session(), dossier_id)
    return _archive(dossier.sha256, dossier.size, dossier.filename)


@bp.get("/imported-dossiers/<uuid:dossier_id>/entries/<int(max=999999):number>")
@needs(P.DOSSIER_READ_IMPORTED)
def entry(dossier_id: UUID, number: int) -> ResponseReturnValue:
    """Give out one entry of a dossier of another installation, as a file to be saved."""
    dossier, found, start = _entry(dossier_id, number)
    name = found.name or found.path.rpartition("/")[2]
    content = reading.pieces(_store(), dossier.sha256, found, start)
    return Response(
        content, mimetype="application/octet-stream", headers=_headers(name, found.size)
    )


@bp.get("/imported-dossiers/<uuid:dossier_id>/entries/<int(max=999999):number>/text")
@needs(P.DOSSIER_READ_IMPORTED)
def entry_text(dossier_id: UUID, number: int) -> ResponseReturnValue:
    """Show one entry that is text."""
    dossier, found, start = _entry(dossier_id, number)
    text = reading.text_of(_store(), dossier, found, start)
    return render_template(
        "dossiers/entry.html", dossier=dossier, entry=found, number=number, text=text
    )


def _entry(dossier_id: UUID, number: int) -> tuple[ImportedDossier, Entry, int]:
    dossier = queries.get_imported(db.session(), dossier_id)
    index = reading.read_imported(_store(), dossier)
    return (dossier, *reading.find_entry(index, number))


def _archive(sha256: str, size: int, name: str) -> Response:
    """Send an archive piece by piece, as it is read."""
    content = _store().stream(sha256)
    return Response(content, mimetype=ARCHIVE, headers=_headers(name, size))


def _headers(name: str, size: int) -> dict[str, str]:
    return {"Content-Disposition": content_disposition(name), "Content-Length": str(size)}


def _store() -> FileStore:
    store: FileStore = current_app.extensions["file_store"]
    return store
