"""Serve the pages on which people bring what a gate asks for, and pass it."""

from uuid import UUID

from flask import Response, current_app, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.trials import TrialWork
from sandbox.kernel.db import db
from sandbox.kernel.files import accept, content_disposition
from sandbox.kernel.forms import PlatformForm, takes_files
from sandbox.models import GateEvidence
from sandbox.trials import forms, queries, services
from sandbox.trials.queries import TrialFile
from sandbox.trials.views.shared import bp, do, file_of, form_page, stage_named, to


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/document", methods=["GET", "POST"])
@needs(P.REQUIREMENT_DOCUMENT)
@takes_files
def document(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Hand in the document that a gate asks for."""
    file, form = file_of(trial_id, P.REQUIREMENT_DOCUMENT, TrialWork.DOCUMENT), forms.DocumentForm()
    if not form.validate_on_submit():
        values = {"approvals": len(file.approvals_at(stage_named(stage)))}
        return _requirement_page("trials/document.html", file, form, stage, requirement, **values)
    upload = form.document.data
    evidence = do(
        services.document_requirement,
        file,
        stage=stage_named(stage),
        requirement=requirement,
        file=accept(upload.filename, upload.stream),
        store=current_app.extensions["file_store"],
    )
    flash(_handed_in(file, evidence), "success")
    return to(trial_id, "gate")


@bp.get("/<uuid:trial_id>/documents/<uuid:evidence_id>")
@needs(P.TRIAL_READ)
def download(trial_id: UUID, evidence_id: UUID) -> ResponseReturnValue:
    """Give a document that was handed in for a gate."""
    row = queries.get_document(db.session(), current_actor(), trial_id, evidence_id)
    content = current_app.extensions["file_store"].open(row.sha256)
    response = Response(content, mimetype=row.content_type)
    response.headers["Content-Disposition"] = content_disposition(row.filename)
    return response


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/approve", methods=["GET", "POST"])
@needs(P.REQUIREMENT_APPROVE)
def approve(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Approve a requirement for one's authority."""
    file = file_of(trial_id, P.REQUIREMENT_APPROVE, TrialWork.APPROVE)
    form = forms.ApproveForm(data={"seen": file.documents_mark(stage_named(stage))})
    if not form.validate_on_submit():
        values = {"documents": queries.list_documents(file, stage_named(stage))}
        return _requirement_page("trials/approve.html", file, form, stage, requirement, **values)
    do(
        services.approve_requirement,
        file,
        stage=stage_named(stage),
        requirement=requirement,
        note=form.note.data or "",
        seen=form.seen.data or "",
    )
    return to(trial_id, "gate")


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/refuse", methods=["GET", "POST"])
@needs(P.REQUIREMENT_APPROVE)
def refuse(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Refuse, for one's authority, what a requirement asks it to approve."""
    file = file_of(trial_id, P.REQUIREMENT_APPROVE, TrialWork.REFUSE)
    form = forms.RefuseForm(data={"seen": file.documents_mark(stage_named(stage))})
    if not form.validate_on_submit():
        return _requirement_page("trials/refuse.html", file, form, stage, requirement)
    do(
        services.refuse_requirement,
        file,
        stage=stage_named(stage),
        requirement=requirement,
        reason=form.reason.data or "",
        seen=form.seen.data or "",
    )
    flash(_("The approval is refused. The company and the lead are being told."), "success")
    return to(trial_id, "gate")


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/waive", methods=["GET", "POST"])
@needs(P.REQUIREMENT_WAIVE)
def waive(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Waive a requirement with a reason."""
    file, form = file_of(trial_id, P.REQUIREMENT_WAIVE, TrialWork.WAIVE), forms.WaiveForm()
    if not form.validate_on_submit():
        return _requirement_page("trials/waive.html", file, form, stage, requirement)
    do(
        services.waive_requirement,
        file,
        stage=stage_named(stage),
        requirement=requirement,
        reason=form.reason.data or "",
    )
    return to(trial_id, "gate")


@bp.post("/<uuid:trial_id>/stages/<stage>/enter")
@needs(P.STAGE_ENTER)
def enter_stage(trial_id: UUID, stage: str) -> ResponseReturnValue:
    """Enter the next stage."""
    do(services.enter_stage, file_of(trial_id, P.STAGE_ENTER), stage=stage)
    flash(_("The stage has been entered."), "success")
    return to(trial_id)


# --- parts of views ------------------------------------------------------------------------------


def _requirement_page(
    template: str,
    file: TrialFile,
    form: PlatformForm,
    stage: str,
    requirement: str,
    **values: object,
) -> ResponseReturnValue:
    spec = queries.get_requirement(file, stage_named(stage), requirement)
    return form_page(template, file, form, spec=spec, **values)


def _handed_in(file: TrialFile, evidence: GateEvidence) -> str:
    """Say what became of a document, and of the approvals that were given without it."""
    former = {
        row.sha256
        for row in file.documents_at(evidence.stage)
        if row.requirement == evidence.requirement
    }
    if evidence.sha256 in former or not file.approvals_at(evidence.stage):
        return _("The document is handed in.")
    return _(
        "The document is handed in. What had been approved at this gate was approved without it: "
        "those approvals are withdrawn and whoever gave them is told."
    )
