"""Serve the pages of monitoring reports."""

from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.trials import TrialWork
from sandbox.kernel.db import db
from sandbox.kernel.language import current_language
from sandbox.models import MonitoringReport
from sandbox.trials import forms, queries, services
from sandbox.trials.pages import page_of
from sandbox.trials.queries import TrialFile
from sandbox.trials.sentences import above_cap_words, reach_words
from sandbox.trials.views.shared import bp, do, file_of, form_page, to


@bp.route("/<uuid:trial_id>/reports/new", methods=["GET", "POST"])
@needs(P.MONITORING_REPORT_SUBMIT)
def new_report(trial_id: UUID) -> ResponseReturnValue:
    """Report on the current stage, or correct the report that came back."""
    file = file_of(trial_id, P.MONITORING_REPORT_SUBMIT, TrialWork.REPORT)
    correcting = next((row for row in file.reports if row.state == "returned"), None)
    form = forms.report_form(file, current_language(), correcting)
    if not form.validate_on_submit():
        return form_page("trials/new_report.html", file, form, correcting=correcting)
    _submit(file, form, correcting)
    flash(_("The report has been handed in."), "success")
    return to(trial_id, "reports")


@bp.route("/<uuid:trial_id>/reports/<uuid:report_id>", methods=["GET", "POST"])
@needs(P.TRIAL_READ)
def report(trial_id: UUID, report_id: UUID) -> ResponseReturnValue:
    """Read a report; the lead accepts or returns it here."""
    file = file_of(trial_id)
    form = forms.judge_form(file)
    found = queries.get_report(file, report_id)
    if not form.validate_on_submit():
        page = page_of(db.session(), current_actor(), file)
        return form_page(
            "trials/report.html", file, form, report=found, page=page, P=P, **_reach_of(file, found)
        )
    verdict, remark = form.verdict.data, form.remark.data or ""
    do(services.judge_report, file, report=found, accept=verdict == "accept", remark=remark)
    return to(trial_id, "reports")


# --- parts of views ------------------------------------------------------------------------------


def _reach_of(file: TrialFile, report: MonitoringReport) -> dict[str, object]:
    """Return what the page says of how far the test reaches, and beyond which limits."""
    return {
        "reached": reach_words(queries.reach_of(report), file.pack.currency),
        "above": {cap: above_cap_words(cap) for cap in file.caps_exceeded(report)},
    }


def _submit(
    file: TrialFile, form: forms.MonitoringReportForm, correcting: MonitoringReport | None
) -> None:
    do(
        services.submit_report,
        file,
        narrative=form.narrative.data,
        reach=form.reach(),
        readings=form.readings(),
        measured_on=form.measured_on.data,
        correcting=correcting,
        form_key=form.form_key.data,
    )
