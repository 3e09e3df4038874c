"""Serve the pages of what a company reports once its test has ended, and of its versions."""

from uuid import UUID

from flask import Response, current_app, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.trials import TrialWork
from sandbox.kernel.db import db
from sandbox.kernel.files import accept, content_disposition
from sandbox.kernel.forms import takes_files
from sandbox.models import FinalReport
from sandbox.trials import forms, queries, services
from sandbox.trials.forms import FinalReportForm
from sandbox.trials.pages import page_of
from sandbox.trials.queries import TrialFile
from sandbox.trials.views.shared import bp, do, file_of, form_page, to


@bp.route("/<uuid:trial_id>/final-report/new", methods=["GET", "POST"])
@needs(P.FINAL_REPORT_SUBMIT)
@takes_files
def new_final_report(trial_id: UUID) -> ResponseReturnValue:
    """Report on the test that has ended."""
    file = file_of(trial_id, P.FINAL_REPORT_SUBMIT, TrialWork.FINAL_REPORT)
    services.require_final_report_due(file)
    form = forms.FinalReportForm()
    if not form.validate_on_submit():
        return form_page("trials/new_final_report.html", file, form)
    do(services.hand_in_final_report, file, **_typed(form))
    flash(_("The final report has been handed in."), "success")
    return to(trial_id, "final-report")


@bp.route("/<uuid:trial_id>/final-report/correct", methods=["GET", "POST"])
@needs(P.FINAL_REPORT_SUBMIT)
@takes_files
def correct_final_report(trial_id: UUID) -> ResponseReturnValue:
    """Correct what was reported, as a further version."""
    file = file_of(trial_id, P.FINAL_REPORT_SUBMIT, TrialWork.FINAL_REPORT)
    last = services.require_correctable(file)
    form = forms.correct_final_report_form(last)
    if not form.validate_on_submit():
        return form_page("trials/correct_final_report.html", file, form, report=last)
    version = form.version.data or 0
    do(services.correct_final_report, file, expected_version=version, **_typed(form))
    flash(_("The corrected final report has been handed in."), "success")
    return to(trial_id, "final-report")


@bp.get("/<uuid:trial_id>/final-report")
@needs(P.TRIAL_READ)
def final_report(trial_id: UUID) -> ResponseReturnValue:
    """Read what the company reported after the end."""
    file = file_of(trial_id)
    return _final_report_page(file, queries.get_final_report(file))


@bp.get("/<uuid:trial_id>/final-report/versions/<int(max=999999):number>")
@needs(P.TRIAL_READ)
def final_report_version(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Read a version of it, whatever came after."""
    file = file_of(trial_id)
    return _final_report_page(file, queries.get_final_report(file, number))


@bp.get("/<uuid:trial_id>/final-report/document")
@needs(P.TRIAL_READ)
def final_report_document(trial_id: UUID) -> ResponseReturnValue:
    """Give the document that was handed in with the final report."""
    return _document(queries.get_final_report(file_of(trial_id)))


@bp.get("/<uuid:trial_id>/final-report/versions/<int(max=999999):number>/document")
@needs(P.TRIAL_READ)
def final_report_version_document(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Give the document of a version."""
    return _document(queries.get_final_report(file_of(trial_id), number))


# --- parts of views ------------------------------------------------------------------------------


def _typed(form: FinalReportForm) -> dict[str, object]:
    upload = form.document.data
    return {
        "text": form.text.data or "",
        "file": accept(upload.filename, upload.stream) if upload else None,
        "store": current_app.extensions["file_store"],
    }


def _final_report_page(file: TrialFile, report: FinalReport) -> ResponseReturnValue:
    page = page_of(db.session(), current_actor(), file)
    return render_template(
        "trials/final_report.html", file=file, trial=file.trial, report=report, page=page
    )


def _document(report: FinalReport) -> ResponseReturnValue:
    if report.sha256 is None:
        raise NotFound
    content = current_app.extensions["file_store"].open(report.sha256)
    response = Response(content, mimetype=report.content_type)
    response.headers["Content-Disposition"] = content_disposition(report.filename or "")
    return response
