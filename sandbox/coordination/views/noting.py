"""Serve the page on which authorities keep notes on a case."""

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, queries, services
from sandbox.coordination.actions import CoordinationAction, is_open
from sandbox.coordination.views.shared import Case, bp, case_of, page
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.language import current_language


@bp.route("/notes", methods=["GET", "POST"])
@needs(P.NOTE_KEEP)
def notes(application_id: UUID) -> ResponseReturnValue:
    """Show the notes that the reader's authority may read, and let it write another."""
    case = case_of(application_id, P.NOTE_KEEP)
    form = forms.NoteForm(_criteria(case), request.args.get("criterion", ""))
    if not form.validate_on_submit():
        found = queries.list_notes(case.session, case.actor.officer_of, application_id)
        may_write = is_open(case.application, CoordinationAction.WRITE_NOTE)
        return page("notes", case, form, notes=found, may_write=may_write)
    criterion, is_shared = form.criterion.data or None, form.readers.data == "shared"
    note = {"text": form.text.data, "criterion": criterion, "is_shared": is_shared}
    with unit_of_work(case.session):
        services.write_note(*case[:3], **note, now=utc_now())
    flash(_("The note is kept."), "success")
    return redirect(url_for(".notes", application_id=application_id), 303)


def _criteria(case: Case) -> list[tuple[str, str]]:
    language = current_language()
    return [
        ("", _("The case as a whole")),
        *((each.key, each.name.in_(language)) for each in case.pack.criteria),
    ]
