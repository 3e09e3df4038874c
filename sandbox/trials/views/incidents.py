"""Serve the pages of incidents: the first report, the complete one, the answer, the end."""

from uuid import UUID

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.domain.trials import TrialWork
from sandbox.kernel.language import current_language
from sandbox.trials import forms, queries, services
from sandbox.trials.views.shared import bp, do, file_of, form_page, to


@bp.route("/<uuid:trial_id>/incidents/new", methods=["GET", "POST"])
@needs(P.INCIDENT_OPEN)
def new_incident(trial_id: UUID) -> ResponseReturnValue:
    """Report that something went wrong."""
    file = file_of(trial_id, P.INCIDENT_OPEN, TrialWork.OPEN_INCIDENT)
    form = forms.incident_form(file, current_language())
    if not form.validate_on_submit():
        return form_page("trials/new_incident.html", file, form)
    incident = do(
        services.open_incident,
        file,
        class_key=form.class_key.data,
        what_happened=form.what_happened.data or "",
        persons_affected=form.persons_affected.data or 0,
        known_at=form.known_at(),
        is_complete=not form.is_first.data,
        form_key=form.form_key.data,
    )
    return to(trial_id, f"incident-{incident.id}")


@bp.route("/<uuid:trial_id>/incidents/<uuid:incident_id>/close", methods=["GET", "POST"])
@needs(P.INCIDENT_CLOSE)
def close_incident(trial_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Close an incident with what was corrected."""
    file = file_of(trial_id, P.INCIDENT_CLOSE, TrialWork.CLOSE_INCIDENT)
    form, incident = forms.CloseIncidentForm(), queries.get_incident(file, incident_id)
    services.require_closable_incident(file.trial, incident)
    if not form.validate_on_submit():
        return form_page("trials/close_incident.html", file, form, incident=incident)
    do(
        services.close_incident,
        file,
        incident=incident,
        correction=form.correction.data or "",
    )
    return to(trial_id, "incidents")


@bp.route("/<uuid:trial_id>/incidents/<uuid:incident_id>/complete", methods=["GET", "POST"])
@needs(P.INCIDENT_COMPLETE)
def complete_incident(trial_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Complete the report of an incident."""
    file = file_of(trial_id, P.INCIDENT_COMPLETE, TrialWork.COMPLETE_INCIDENT)
    incident = queries.get_incident(file, incident_id)
    services.require_completable_incident(file.trial, incident)
    form = forms.CompleteIncidentForm(data={"persons_affected": incident.persons_affected})
    if not form.validate_on_submit():
        return form_page("trials/complete_incident.html", file, form, incident=incident)
    do(
        services.complete_incident,
        file,
        incident=incident,
        report=form.report.data,
        persons_affected=form.persons_affected.data,
    )
    flash(_("The report of the incident is complete."), "success")
    return to(trial_id, f"incident-{incident.id}")


@bp.route("/<uuid:trial_id>/incidents/<uuid:incident_id>/answer", methods=["GET", "POST"])
@needs(P.INCIDENT_REACT)
def react_to_incident(trial_id: UUID, incident_id: UUID) -> ResponseReturnValue:
    """Answer the report of an incident."""
    file = file_of(trial_id, P.INCIDENT_REACT, TrialWork.REACT_INCIDENT)
    form, incident = forms.ReactForm(), queries.get_incident(file, incident_id)
    services.require_answerable_incident(file.trial, incident)
    if not form.validate_on_submit():
        return form_page("trials/answer_incident.html", file, form, incident=incident)
    do(services.react_to_incident, file, incident=incident, reaction=form.reaction.data)
    flash(_("The company is being told your answer."), "success")
    return to(trial_id, f"incident-{incident.id}")
