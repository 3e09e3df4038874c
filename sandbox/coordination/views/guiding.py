"""Serve the log of what a company was advised on its case."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import forms, queries, services
from sandbox.coordination.views.shared import Case, bp, case_of, page, today_of
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.language import current_language


@bp.get("/guidance")
@needs(P.GUIDANCE_READ)
def guidance(application_id: UUID) -> ResponseReturnValue:
    """List what the company was advised on a case, the latest first."""
    case = case_of(application_id, P.GUIDANCE_READ)
    after = request.args.get("after")
    return render_template(
        "coordination/guidance.html",
        application=case.application,
        pack=case.pack,
        log=queries.list_guidance(case.session, case.actor, application_id, after=after),
        rights=queries.read_guidance_rights(case.session, case.actor, case.application),
        ended=applied_codes(case.session),
    )


@bp.route("/guidance/new", methods=["GET", "POST"])
@needs(P.GUIDANCE_GIVE)
def new_guidance(application_id: UUID) -> ResponseReturnValue:
    """Ask for advice that was given, to put it on record."""
    case = case_of(application_id, P.GUIDANCE_GIVE)
    _make_sure_open(case)
    form = _form(case, {"given_on": today_of(case)})
    if not form.validate_on_submit():
        return page("guidance_form", case, form, corrected=None)
    with unit_of_work(case.session):
        services.give_guidance(*case[:3], given=form.given, now=utc_now())
    return _back(case, _("The advice is on record. The company has been told."))


@bp.route("/guidance/<int(max=999999):number>/correct", methods=["GET", "POST"])
@needs(P.GUIDANCE_GIVE)
def correct_guidance(application_id: UUID, number: int) -> ResponseReturnValue:
    """Ask for the entry that takes the place of an earlier one."""
    case = case_of(application_id, P.GUIDANCE_GIVE)
    corrected = services.get_correctable(*case[:3], number)
    _make_sure_open(case)
    form = _form(case, forms.data_of(corrected))
    if not form.validate_on_submit():
        return page("guidance_form", case, form, corrected=corrected)
    with unit_of_work(case.session):
        services.give_guidance(*case[:3], given=form.given, corrects=number, now=utc_now())
    return _back(case, _("The correction is on record. The company has been told."))


@bp.route("/guidance/<int(max=999999):number>/answer", methods=["GET", "POST"])
@needs(P.GUIDANCE_ANSWER)
def answer_guidance(application_id: UUID, number: int) -> ResponseReturnValue:
    """Ask the company how it understood an entry."""
    case, form = case_of(application_id, P.GUIDANCE_ANSWER), forms.GuidanceAnswerForm()
    entry = services.get_answerable(case.session, case.application, number)
    if not form.validate_on_submit():
        return page("guidance_answer", case, form, entry=entry)
    with unit_of_work(case.session):
        services.answer_guidance(*case[:3], number=number, text=form.text.data, now=utc_now())
    return _back(case, _("Your answer stands beside the advice. It cannot be changed."))


def _make_sure_open(case: Case) -> None:
    if not queries.takes_guidance(case.session, case.application):
        raise NotPossible(Why.GUIDANCE_CLOSED)


def _form(case: Case, data: dict[str, Any]) -> forms.GuidanceForm:
    form = forms.GuidanceForm(data=data)
    today: date = today_of(case)
    form.offer(case.pack, current_language(), today)
    return form


def _back(case: Case, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for(".guidance", application_id=case.application.id), 303)
