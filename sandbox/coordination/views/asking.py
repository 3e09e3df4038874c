"""Serve the pages on which the lead asks the company, and associates suggest what to ask."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound
from sandbox.access.guard import needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, queries, services
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.coordination.views.shared import Case, bp, case_of, done, page
from sandbox.domain.answers import asked
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.language import current_language


@bp.route("/information-request", methods=["GET", "POST"])
@needs(P.APPLICATION_REQUEST_INFORMATION)
def information_request(application_id: UUID) -> ResponseReturnValue:
    """Let the lead ask the company; the clock stands still meanwhile."""
    case = case_of(application_id, P.APPLICATION_REQUEST_INFORMATION)
    status = ApplicationStatus(case.application.status)
    LIFECYCLE.advance(status, ApplicationAction.REQUEST_INFORMATION)
    suggestions = queries.list_open_suggestions(case.session, application_id)
    form = forms.information_form(suggestions, _choices(case), request.form)
    if form.more.data or not form.validate_on_submit():
        code = 200 if form.more.data else None
        return page("information_request", case, form, code, suggestions=suggestions)
    own, taken = list(form.own.values()), form.taken
    with unit_of_work(case.session):
        services.ask_company(*case[:3], questions=own, taken=taken, now=utc_now())
    return done(case, _("The company has been asked. The clock stands still until it answers."))


@bp.route("/suggestions", methods=["GET", "POST"])
@needs(P.QUESTION_SUGGEST)
def suggestions(application_id: UUID) -> ResponseReturnValue:
    """Let an associate suggest a question, and see what became of those before."""
    case = case_of(application_id, P.QUESTION_SUGGEST)
    make_sure_open(case.application, CoordinationAction.SUGGEST_QUESTION)
    form = forms.SuggestionForm(_choices(case))
    if not form.validate_on_submit():
        before = queries.list_own_suggestions(case.session, case.actor.officer_of, application_id)
        return page("suggestions", case, form, before=before)
    with unit_of_work(case.session):
        services.suggest_question(
            *case[:3], text=form.text.data, about=form.about.data or None, now=utc_now()
        )
    flash(_("The lead authority sees your question when it asks the company."), "success")
    return redirect(url_for(".suggestions", application_id=application_id), 303)


@bp.route("/suggestions/<uuid:suggestion_id>/leave", methods=["GET", "POST"])
@needs(P.APPLICATION_REQUEST_INFORMATION)
def leave_suggestion(application_id: UUID, suggestion_id: UUID) -> ResponseReturnValue:
    """Let the lead say why it does not ask what an associate suggested."""
    case = case_of(application_id, P.APPLICATION_REQUEST_INFORMATION)
    make_sure_open(case.application, CoordinationAction.SUGGEST_QUESTION)
    suggestion = _open_suggestion(case, suggestion_id)
    form = forms.LeaveForm()
    if not form.validate_on_submit():
        return page("leave_suggestion", case, form, suggestion=suggestion)
    with unit_of_work(case.session):
        services.leave_suggestion(
            *case[:3], suggestion_id=suggestion_id, reason=form.reason.data, now=utc_now()
        )
    return done(case, _("The authority that suggested the question reads why you leave it."))


def _open_suggestion(case: Case, suggestion_id: UUID) -> Any:
    found = queries.list_open_suggestions(case.session, case.application.id)
    for each in found:
        if each.id == suggestion_id:
            return each
    raise NotFound(suggestion_id=suggestion_id)


def _choices(case: Case) -> Sequence[tuple[str, str]]:
    """Offer every question of the form that the company was asked."""
    answers = queries.latest_answers(case.session, case.application.id)
    language = current_language()
    return [
        ("", _("No question of the form")),
        *((each.key, each.label.in_(language)) for each in asked(case.pack, answers)),
    ]
