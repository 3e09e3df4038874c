"""Serve the pages on which a trial is stopped, goes on or ends."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.packs import Ending, Suspender
from sandbox.domain.trials import TrialAction
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models import Trial
from sandbox.packs import active
from sandbox.trials import forms, queries, services
from sandbox.trials.views.shared import bp, do, file_of, form_page, to


@bp.route("/<uuid:trial_id>/suspend", methods=["GET", "POST"])
@needs(P.TRIAL_SUSPEND)
def suspend(trial_id: UUID) -> ResponseReturnValue:
    """Stop the test at once: one page, a reason and, where the rules name any, a ground."""
    session, actor = db.session(), current_actor()
    trial = queries.get_trial(session, actor, trial_id, P.TRIAL_SUSPEND)
    services.require_stoppable(trial)
    form, way = _suspend_form(trial), _way_on(trial)
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("trials/suspend.html", trial=trial, form=form, way=way), status
    with unit_of_work(session):
        reason, ground = form.reason.data or "", form.named
        services.suspend(session, actor, trial, reason=reason, ground=ground, now=utc_now())
    flash(_("The test is suspended. Everybody on the case is being told."), "success")
    return redirect(way, 303)


def _way_on(trial: Trial) -> str:
    """Return where to go from here: the page of a case needs rules that can be read."""
    if active.find_pack_of(trial) is None:
        return url_for("trials.show", trial_id=trial.id)
    return url_for("home.case", application_id=trial.application_id)


def _suspend_form(trial: Trial) -> forms.SuspendForm:
    is_own = trial.organisation_id in current_actor().member_of
    by = Suspender.COMPANY if is_own else Suspender.AUTHORITIES
    return forms.suspend_form(active.find_pack_of(trial), by, current_language())


@bp.post("/<uuid:trial_id>/resume")
@needs(P.TRIAL_RESUME)
def resume(trial_id: UUID) -> ResponseReturnValue:
    """Agree that the test goes on."""
    if do(services.agree_to_resume, file_of(trial_id, P.TRIAL_RESUME)):
        flash(_("The test goes on."), "success")
    else:
        flash(_("You have agreed. The test goes on when the other side agrees too."), "success")
    return to(trial_id)


@bp.route("/<uuid:trial_id>/complete", methods=["GET", "POST"])
@needs(P.TRIAL_COMPLETE)
def complete(trial_id: UUID) -> ResponseReturnValue:
    """Complete the test."""
    file = file_of(trial_id, P.TRIAL_COMPLETE, TrialAction.COMPLETE)
    services.require_completable(file)
    form = forms.with_exit_kinds(
        forms.CompleteForm(), file.pack, Ending.COMPLETED, current_language()
    )
    if not form.validate_on_submit():
        return form_page("trials/complete.html", file, form)
    do(services.complete, file, exit_kind=form.exit_kind.data)
    flash(_("The test is completed."), "success")
    return to(trial_id)


@bp.route("/<uuid:trial_id>/end-early", methods=["GET", "POST"])
@needs(P.TRIAL_COMPLETE)
def end_early(trial_id: UUID) -> ResponseReturnValue:
    """End the test before its plan is carried out."""
    file = file_of(trial_id, P.TRIAL_COMPLETE, TrialAction.END)
    form = forms.EndEarlyForm()
    forms.with_exit_kinds(form, file.pack, Ending.EARLY, current_language())
    if not form.validate_on_submit():
        return form_page("trials/end_early.html", file, form)
    reason = form.reason.data or ""
    do(services.end_early, file, exit_kind=form.exit_kind.data, reason=reason)
    flash(_("The test has ended."), "success")
    return to(trial_id)
