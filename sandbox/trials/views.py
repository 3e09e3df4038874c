"""Serve the pages of trials."""

from collections.abc import Callable
from typing import Any
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

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.packs import Ending, Who
from sandbox.domain.trials import TrialStatus, TrialWork, require_work
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import accept, content_disposition
from sandbox.kernel.forms import PlatformForm, takes_files
from sandbox.kernel.language import current_language
from sandbox.models import GateEvidence, MonitoringReport
from sandbox.packs import active
from sandbox.trials import forms, queries, services
from sandbox.trials.pages import TrialPage, page_of
from sandbox.trials.queries import COMPLETION, TrialFile
from sandbox.trials.sentences import missing_sentence, who

bp = Blueprint("trials", __name__, url_prefix="/trials")
COMPLETION_NAME = "completion"  # how the gate behind the last stage is called in addresses


@bp.get("")
@needs(P.TRIAL_LIST)
def index() -> ResponseReturnValue:
    """List the trials that the reader may know of."""
    wanted = {"tier": request.args.get("tier"), "status": request.args.get("status")}
    after = request.args.get("after")
    page = queries.list_trials(db.session(), current_actor(), after=after, **wanted)
    return render_template(
        "trials/index.html",
        page=page,
        wanted=wanted,
        pack=active.current(),
        pack_of=active.pack_of,
        statuses=tuple(TrialStatus),
    )


@bp.get("/<uuid:trial_id>")
@needs(P.TRIAL_LIST)
def show(trial_id: UUID) -> ResponseReturnValue:
    """Show where a trial stands; what it needs and holds to those who may read that."""
    file = _file(trial_id, P.TRIAL_LIST)
    page = page_of(db.session(), current_actor(), file)
    if P.TRIAL_READ not in page.granted:
        return render_template("trials/undeclared.html", page=page, file=file, trial=file.trial)
    return _show(file, page)


@bp.route("/<uuid:trial_id>/plan", methods=["GET", "POST"])
@needs(P.TRIAL_READ)
def plan(trial_id: UUID) -> ResponseReturnValue:
    """Read the plan, or write it; a save that comes second is shown beside the first."""
    file = _file(trial_id)
    form = forms.plan_form(file.pack, _language(), file.plan)
    if not form.validate_on_submit():
        return _plan_page(file, form, 422 if form.is_submitted() else 200)
    if form.version.data != file.plan.version:
        return _plan_conflict(file, form)
    _do(services.save_plan, file, fields=forms.typed_plan(form), expected_version=form.version.data)
    flash(_("The plan is saved."), "success")
    return redirect(url_for("trials.plan", trial_id=trial_id), 303)


@bp.post("/<uuid:trial_id>/plan/agree")
@needs(P.TRIAL_PLAN_AGREE)
def agree_plan(trial_id: UUID) -> ResponseReturnValue:
    """Agree to exactly the wording that was read."""
    file, form = _file(trial_id, P.TRIAL_PLAN_AGREE), forms.AgreeForm()
    _do(services.agree_plan, file, expected_version=form.version.data or 0)
    flash(_("You have agreed to the plan."), "success")
    return _to(trial_id)


@bp.route("/<uuid:trial_id>/start-conditions/<key>", methods=["GET", "POST"])
@needs(P.START_CONDITION_SET)
def start_condition(trial_id: UUID, key: str) -> ResponseReturnValue:
    """Say how a start condition stands."""
    file = _file(trial_id, P.START_CONDITION_SET, TrialWork.SET_START_CONDITION)
    spec = queries.get_start_condition(file, key)
    form = forms.StartConditionForm(obj=file.conditions[key])
    if not form.validate_on_submit():
        return _form_page("trials/start_condition.html", file, form, spec=spec)
    _do(
        services.set_start_condition,
        file,
        key=key,
        state=form.state.data,
        note=form.note.data or "",
    )
    return _to(trial_id, "conditions")


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/document", methods=["GET", "POST"])
@needs(P.REQUIREMENT_DOCUMENT)
@takes_files
def document(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Hand in the document that a gate asks for."""
    file, form = _file(trial_id, P.REQUIREMENT_DOCUMENT, TrialWork.DOCUMENT), forms.DocumentForm()
    if not form.validate_on_submit():
        values = {"approvals": len(file.approvals_at(_stage(stage)))}
        return _requirement_page("trials/document.html", file, form, stage, requirement, **values)
    upload = form.document.data
    evidence = _do(
        services.document_requirement,
        file,
        stage=_stage(stage),
        requirement=requirement,
        file=accept(upload.filename, upload.stream),
        store=current_app.extensions["file_store"],
    )
    flash(_handed_in(file, evidence), "success")
    return _to(trial_id, "gate")


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
    file = _file(trial_id, P.REQUIREMENT_APPROVE, TrialWork.APPROVE)
    form = forms.ApproveForm(data={"seen": file.documents_mark(_stage(stage))})
    if not form.validate_on_submit():
        values = {"documents": queries.list_documents(file, _stage(stage))}
        return _requirement_page("trials/approve.html", file, form, stage, requirement, **values)
    _do(
        services.approve_requirement,
        file,
        stage=_stage(stage),
        requirement=requirement,
        note=form.note.data or "",
        seen=form.seen.data or "",
    )
    return _to(trial_id, "gate")


@bp.route("/<uuid:trial_id>/gates/<stage>/<requirement>/waive", methods=["GET", "POST"])
@needs(P.REQUIREMENT_WAIVE)
def waive(trial_id: UUID, stage: str, requirement: str) -> ResponseReturnValue:
    """Waive a requirement with a reason."""
    file, form = _file(trial_id, P.REQUIREMENT_WAIVE, TrialWork.WAIVE), forms.WaiveForm()
    if not form.validate_on_submit():
        return _requirement_page("trials/waive.html", file, form, stage, requirement)
    _do(
        services.waive_requirement,
        file,
        stage=_stage(stage),
        requirement=requirement,
        reason=form.reason.data or "",
    )
    return _to(trial_id, "gate")


@bp.post("/<uuid:trial_id>/stages/<stage>/enter")
@needs(P.STAGE_ENTER)
def enter_stage(trial_id: UUID, stage: str) -> ResponseReturnValue:
    """Enter the next stage."""
    _do(services.enter_stage, _file(trial_id, P.STAGE_ENTER), stage=stage)
    flash(_("The stage has been entered."), "success")
    return _to(trial_id)


@bp.route("/<uuid:trial_id>/reports/new", methods=["GET", "POST"])
@needs(P.MONITORING_REPORT_SUBMIT)
def new_report(trial_id: UUID) -> ResponseReturnValue:
    """Report on the current stage, or correct the report that came back."""
    file = _file(trial_id, P.MONITORING_REPORT_SUBMIT, TrialWork.REPORT)
    correcting = next((row for row in file.reports if row.state == "returned"), None)
    form = forms.report_form(file, _language(), correcting)
    if not form.validate_on_submit():
        return _form_page("trials/new_report.html", file, form, correcting=correcting)
    _submit(file, form, correcting)
    flash(_("The report has been handed in."), "success")
    return _to(trial_id, "reports")


@bp.route("/<uuid:trial_id>/reports/<uuid:report_id>", methods=["GET", "POST"])
@needs(P.TRIAL_READ)
def report(trial_id: UUID, report_id: UUID) -> ResponseReturnValue:
    """Read a report; the lead accepts or returns it here."""
    file = _file(trial_id)
    form = forms.judge_form(file)
    found = queries.get_report(file, report_id)
    if not form.validate_on_submit():
        page = page_of(db.session(), current_actor(), file)
        return _form_page("trials/report.html", file, form, report=found, page=page, P=P)
    verdict, remark = form.verdict.data, form.remark.data or ""
    _do(services.judge_report, file, report=found, accept=verdict == "accept", remark=remark)
    return _to(trial_id, "reports")


@bp.route("/<uuid:trial_id>/incidents/new", methods=["GET", "POST"])
@needs(P.INCIDENT_OPEN)
def new_incident(trial_id: UUID) -> ResponseReturnValue:
    """Report that something went wrong."""
    file = _file(trial_id, P.INCIDENT_OPEN, TrialWork.OPEN_INCIDENT)
    form = forms.incident_form(file, _language())
    if not form.validate_on_submit():
        return _form_page("trials/new_incident.html", file, form)
    incident = _do(
        services.open_incident,
        file,
        class_key=form.class_key.data,
        what_happened=form.what_happened.data or "",
        persons_affected=form.persons_affected.data or 0,
        form_key=form.form_key.data,
    )
    return _to(trial_id, f"incident-{incident.id}")


@bp.route("/<uuid:trial_id>/incidents/<uuid:incident_id>/close", methods=["GET", "POST"])
@needs(P.INCIDENT_CLOSE)
def close_incident(trial_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Close an incident with what was corrected."""
    file, form = _file(trial_id, P.INCIDENT_CLOSE), forms.CloseIncidentForm()
    incident = queries.get_incident(file, incident_id)
    if not form.validate_on_submit():
        return _form_page("trials/close_incident.html", file, form, incident=incident)
    _do(
        services.close_incident,
        file,
        incident=incident,
        correction=form.correction.data or "",
    )
    return _to(trial_id, "incidents")


@bp.route("/<uuid:trial_id>/suspend", methods=["GET", "POST"])
@needs(P.TRIAL_SUSPEND)
def suspend(trial_id: UUID) -> ResponseReturnValue:
    """Stop the test at once: one page, one reason."""
    session, actor, form = db.session(), current_actor(), forms.SuspendForm()
    trial = queries.get_trial(session, actor, trial_id, P.TRIAL_SUSPEND)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("trials/suspend.html", trial=trial, form=form), status
    with unit_of_work(session):
        services.suspend(session, actor, trial, reason=form.reason.data or "", now=utc_now())
    flash(_("The test is suspended. Everybody on the case is being told."), "success")
    return redirect(url_for("home.case", application_id=trial.application_id), 303)


@bp.post("/<uuid:trial_id>/resume")
@needs(P.TRIAL_RESUME)
def resume(trial_id: UUID) -> ResponseReturnValue:
    """Agree that the test goes on."""
    if _do(services.agree_to_resume, _file(trial_id, P.TRIAL_RESUME)):
        flash(_("The test goes on."), "success")
    else:
        flash(_("You have agreed. The test goes on when the other side agrees too."), "success")
    return _to(trial_id)


@bp.route("/<uuid:trial_id>/complete", methods=["GET", "POST"])
@needs(P.TRIAL_COMPLETE)
def complete(trial_id: UUID) -> ResponseReturnValue:
    """Complete the test."""
    file = _file(trial_id, P.TRIAL_COMPLETE)
    form = forms.with_exit_kinds(forms.CompleteForm(), file.pack, Ending.COMPLETED, _language())
    if not form.validate_on_submit():
        return _form_page("trials/complete.html", file, form)
    _do(services.complete, file, exit_kind=form.exit_kind.data)
    flash(_("The test is completed."), "success")
    return _to(trial_id)


@bp.route("/<uuid:trial_id>/end-early", methods=["GET", "POST"])
@needs(P.TRIAL_COMPLETE)
def end_early(trial_id: UUID) -> ResponseReturnValue:
    """End the test before its plan is carried out."""
    file = _file(trial_id, P.TRIAL_COMPLETE)
    form = forms.EndEarlyForm()
    forms.with_exit_kinds(form, file.pack, Ending.EARLY, _language())
    if not form.validate_on_submit():
        return _form_page("trials/end_early.html", file, form)
    reason = form.reason.data or ""
    _do(services.end_early, file, exit_kind=form.exit_kind.data, reason=reason)
    flash(_("The test has ended."), "success")
    return _to(trial_id)


# --- parts of views ------------------------------------------------------------------------------


def _language() -> str:
    return current_language()


def _stage(name: str) -> str:
    return COMPLETION if name == COMPLETION_NAME else name


def _file(trial_id: UUID, permission: P = P.TRIAL_READ, work: TrialWork | None = None) -> TrialFile:
    """Read the file of a trial for somebody who may do what the page is for.

    Nobody fills in a form for work that the trial's status refuses.
    """
    session = db.session()
    trial = queries.get_trial(session, current_actor(), trial_id, permission)
    file = queries.read_file(session, trial, active.pack_of(trial), utc_now())
    if work is not None:
        require_work(TrialStatus(trial.status), file.tier, file.current.key, work)
    return file


def _do(service: Callable[..., Any], file: TrialFile, /, **values: object) -> Any:
    """Run a service of this trial as one unit of work."""
    session = db.session()
    with unit_of_work(session):
        return service(session, current_actor(), file.trial, now=utc_now(), **values)


def _submit(
    file: TrialFile, form: forms.MonitoringReportForm, correcting: MonitoringReport | None
) -> None:
    _do(
        services.submit_report,
        file,
        narrative=form.narrative.data,
        participants=form.participants.data,
        readings=form.readings(),
        measured_on=form.measured_on.data,
        correcting=correcting,
        form_key=form.form_key.data,
    )


def _to(trial_id: UUID, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("trials.show", trial_id=trial_id, _anchor=anchor), 303)


def _show(file: TrialFile, page: TrialPage) -> ResponseReturnValue:
    return render_template(
        "trials/show.html",
        page=page,
        file=file,
        trial=file.trial,
        pack=file.pack,
        P=P,
        who=who,
        missing_sentence=missing_sentence,
        gate_name=page.next_gate or COMPLETION_NAME,
        suspended_by=_suspended_by(file),
        awaited=_awaited(file),
        incident_names={spec.key: spec.name for spec in file.pack.incident_classes},
    )


def _suspended_by(file: TrialFile) -> str:
    suspension = file.open_suspension
    if suspension is None or suspension.by_company:
        return who(Who.COMPANY)
    codes: dict[UUID | None, str] = {each.authority_id: each.code for each in file.supervisors}
    return codes.get(suspension.authority_id, who(Who.ASSOCIATES))


def _awaited(file: TrialFile) -> list[str]:
    """Name who has still to agree before a suspended test goes on."""
    suspension = file.open_suspension
    if suspension is None:
        return []
    lead = file.lead.code if file.lead else who(Who.LEAD)
    sides = (
        (lead, suspension.lead_agreed_at),
        (_suspended_by(file), suspension.suspender_agreed_at),
    )
    return list(dict.fromkeys(name for name, agreed_at in sides if agreed_at is None))


def _form_page(
    template: str, file: TrialFile, form: PlatformForm, **values: object
) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    page = render_template(
        template, file=file, trial=file.trial, pack=file.pack, form=form, **values
    )
    return page, status


def _requirement_page(
    template: str,
    file: TrialFile,
    form: PlatformForm,
    stage: str,
    requirement: str,
    **values: object,
) -> ResponseReturnValue:
    spec = queries.get_requirement(file, _stage(stage), requirement)
    return _form_page(template, file, form, spec=spec, **values)


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


def _plan_page(file: TrialFile, form: forms.PlanForm, status: int) -> ResponseReturnValue:
    page = page_of(db.session(), current_actor(), file)
    template = render_template(
        "trials/plan.html",
        page=page,
        file=file,
        trial=file.trial,
        pack=file.pack,
        form=form,
        agree=forms.AgreeForm(data={"version": file.plan.version}, formdata=None),
    )
    return template, status


def _plan_conflict(file: TrialFile, form: forms.PlanForm) -> ResponseReturnValue:
    typed = forms.typed_plan(form)
    changed = [
        (spec.label, file.plan.fields.get(spec.key, ""), typed.get(spec.key, ""))
        for spec in file.pack.plan_fields
        if file.plan.fields.get(spec.key, "") != typed.get(spec.key, "")
    ]
    form.version.data = file.plan.version
    form.version.raw_data = [str(file.plan.version)]
    page = render_template(
        "trials/plan_conflict.html", file=file, trial=file.trial, form=form, changed=changed
    )
    return page, 409
