"""Serve the pages on which people bring what a gate asks for, and pass it."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, current_app, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementSpec
from sandbox.domain.trials import TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import db
from sandbox.kernel.files import accept, content_disposition
from sandbox.kernel.forms import takes_files
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
    spec = _open_to_actor(services.get_documentable, file, stage, requirement)
    if not form.validate_on_submit():
        return form_page("trials/document.html", file, form, spec=spec)
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
    spec = _open_to_actor(services.get_approvable, file, stage, requirement)
    form = forms.ApproveForm(data={"seen": file.documents_mark(stage_named(stage))})
    if not form.validate_on_submit():
        documents = queries.list_documents(file, stage_named(stage))
        return form_page("trials/approve.html", file, form, spec=spec, documents=documents)
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
    spec = _open_to_actor(services.get_refusable, file, stage, requirement)
    form = forms.RefuseForm(data={"seen": file.documents_mark(stage_named(stage))})
    if not form.validate_on_submit():
        return form_page("trials/refuse.html", file, form, spec=spec)
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
    spec = _open_to_actor(services.get_waivable, file, stage, requirement)
    if not form.validate_on_submit():
        return form_page("trials/waive.html", file, form, spec=spec)
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


def _open_to_actor(
    find: Callable[[TrialFile, Actor, str, str], RequirementSpec],
    file: TrialFile,
    stage: str,
    requirement: str,
) -> RequirementSpec:
    """Return the requirement that an address names, for a deed that is open to the actor.

    Nobody fills in a form that asks somebody else, or has been answered. Raises: NotFound for what
    the rules do not know, NotPossible.
    """
    here = stage_named(stage), requirement
    queries.get_requirement(file, *here)
    return find(file, current_actor(), *here)


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
