"""Serve the list and the page of trials, their plans and their start conditions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.domain.awaiting import without_incidents
from sandbox.domain.packs import COMPLETION_NAME, Who
from sandbox.domain.risk import TierReason
from sandbox.domain.trials import TrialStatus, TrialWork
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.kernel.language import current_language
from sandbox.models import Suspension, Trial
from sandbox.packs import active
from sandbox.trials import forms, queries, services
from sandbox.trials.pages import TrialPage, page_of, page_without_rules
from sandbox.trials.queries import Supervisor, TrialFile
from sandbox.trials.sentences import (
    above_cap_words,
    amendment_words,
    cap_words,
    extension_words,
    in_words,
    missing_sentence,
    term_words,
    who,
)
from sandbox.trials.views.shared import bp, do, file_of, form_page, read, to


@bp.get("")
@needs(P.TRIAL_LIST)
def index() -> ResponseReturnValue:
    """List the trials that the reader may know of."""
    wanted = {"tier": request.args.get("tier"), "status": request.args.get("status")}
    after = request.args.get("after")
    session, actor = db.session(), current_actor()
    page = queries.list_trials(session, actor, after=after, **wanted)
    return render_template(
        "trials/index.html",
        page=page,
        over_limit=queries.map_over_limit(session, [row.id for row in page.rows], utc_now()),
        wanted=wanted,
        pack=active.current(),
        pack_of=active.find_pack_of,
        statuses=tuple(TrialStatus),
    )


@bp.get("/<uuid:trial_id>")
@needs(P.TRIAL_LIST)
def show(trial_id: UUID) -> ResponseReturnValue:
    """Show where a trial stands; what it needs and holds to those who may read that."""
    session, actor = db.session(), current_actor()
    trial, reliefs, marks = queries.get_trial_with_reliefs(session, actor, trial_id, P.TRIAL_LIST)
    if active.find_pack_of(trial) is None:
        return _without_rules(trial)
    file = read(trial)
    page = page_of(session, actor, file)
    if P.TRIAL_READ not in page.granted:
        return _undeclared(file, page)
    return _show(file, page, reliefs, queries.list_tier_reasons(actor, file, marks))


@bp.route("/<uuid:trial_id>/plan", methods=["GET", "POST"])
@needs(P.TRIAL_READ)
def plan(trial_id: UUID) -> ResponseReturnValue:
    """Read the plan, or write it; a save that comes second is shown beside the first."""
    file = file_of(trial_id)
    form = forms.plan_form(file.pack, current_language(), file.plan)
    if not form.validate_on_submit():
        return _plan_page(file, form, 422 if form.is_submitted() else 200)
    if form.version.data != file.plan.version:
        return _plan_conflict(file, form)
    do(services.save_plan, file, fields=forms.typed_plan(form), expected_version=form.version.data)
    flash(_("The plan is saved."), "success")
    return redirect(url_for("trials.plan", trial_id=trial_id), 303)


@bp.post("/<uuid:trial_id>/plan/agree")
@needs(P.TRIAL_PLAN_AGREE)
def agree_plan(trial_id: UUID) -> ResponseReturnValue:
    """Agree to exactly the wording that was read; one with empty parts goes back to its form."""
    file, form = file_of(trial_id, P.TRIAL_PLAN_AGREE), forms.AgreeForm()
    if unwritten := services.fields_to_write(file, current_actor()):
        language = current_language()
        filled = forms.plan_form(file.pack, language, file.plan, unwritten=unwritten)
        return _plan_page(file, filled, 422)
    do(services.agree_plan, file, expected_version=form.version.data or 0)
    flash(_("You have agreed to the plan."), "success")
    return to(trial_id)


@bp.route("/<uuid:trial_id>/start-conditions/<key>", methods=["GET", "POST"])
@needs(P.START_CONDITION_SET)
def start_condition(trial_id: UUID, key: str) -> ResponseReturnValue:
    """Say how a start condition stands."""
    file = file_of(trial_id, P.START_CONDITION_SET, TrialWork.SET_START_CONDITION)
    queries.get_start_condition(file, key)
    spec = services.get_own_condition(file, current_actor(), key)
    form = forms.StartConditionForm(obj=file.conditions[key])
    if not form.validate_on_submit():
        return form_page("trials/start_condition.html", file, form, spec=spec)
    do(
        services.set_start_condition,
        file,
        key=key,
        state=form.state.data,
        note=form.note.data or "",
    )
    return to(trial_id, "conditions")


# --- parts of views ------------------------------------------------------------------------------


def _show(
    file: TrialFile, page: TrialPage, reliefs: Sequence[Any], tier_reasons: Sequence[TierReason]
) -> ResponseReturnValue:
    return render_template(
        "trials/show.html",
        page=page,
        file=file,
        trial=file.trial,
        pack=file.pack,
        P=P,
        who=who,
        missing_sentence=missing_sentence,
        extension_words=extension_words,
        cap_words=cap_words,
        above_cap_words=above_cap_words,
        gate_name=page.next_gate or COMPLETION_NAME,
        tier_reasons=tier_reasons,
        reliefs=queries.lines_of(reliefs, file.trial, file.pack, file.today),
        suspended_by=_suspended_by(file.open_suspension, file.supervisors),
        awaited=in_words(queries.awaited_in(file)),
        term_words=term_words,
        end_reason=queries.find_end_reason(db.session(), file.trial),
        incident_names={spec.key: spec.name for spec in file.pack.incident_classes},
    )


def _undeclared(file: TrialFile, page: TrialPage) -> ResponseReturnValue:
    """Show where a trial stands to whoever has still to declare before reading it."""
    steps = in_words(without_incidents(queries.awaited_in(file)))
    return render_template(
        "trials/undeclared.html", page=page, file=file, trial=file.trial, awaited=steps
    )


def _without_rules(trial: Trial) -> ResponseReturnValue:
    """Show what can be said of a trial without its rules, and what must always be possible."""
    page = page_without_rules(db.session(), current_actor(), trial)
    who_suspended = _suspended_by(page.suspension, page.supervisors)
    return render_template(
        "trials/without_rules.html", page=page, trial=trial, suspended_by=who_suspended
    )


def _suspended_by(suspension: Suspension | None, supervisors: Sequence[Supervisor]) -> str:
    if suspension is None or suspension.by_company:
        return who(Who.COMPANY)
    if suspension.authority_id is None:
        return _("the rules of the programme")
    heirs = [each.code for each in supervisors if each.answers_for(suspension.authority_id)]
    return ", ".join(heirs) or who(Who.ASSOCIATES)


def _plan_page(file: TrialFile, form: forms.PlanForm, status: int) -> ResponseReturnValue:
    page = page_of(db.session(), current_actor(), file)
    template = render_template(
        "trials/plan.html",
        page=page,
        file=file,
        trial=file.trial,
        pack=file.pack,
        form=form,
        cap_words=cap_words,
        amendment_words=amendment_words,
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
