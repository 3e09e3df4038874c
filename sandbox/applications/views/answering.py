"""Serve the pages on which a company withdraws or answers."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import forms, queries, services
from sandbox.applications.views.blueprint import bp, form_page
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work


@bp.route("/<uuid:application_id>/withdraw", methods=["GET", "POST"])
@needs(P.APPLICATION_WITHDRAW)
def withdraw(application_id: UUID) -> ResponseReturnValue:
    """Ask once more before an application is taken back."""
    session, actor, form = db.session(), current_actor(), forms.WithdrawForm()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_WITHDRAW)
    LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.WITHDRAW)
    if not form.validate_on_submit():
        return form_page("withdraw", application, form)
    with unit_of_work(session):
        services.withdraw(session, actor, application, reason=form.reason.data or "", now=utc_now())
    flash(_("The application is withdrawn."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)


@bp.route("/<uuid:application_id>/information", methods=["GET", "POST"])
@needs(P.APPLICATION_ANSWER_INFORMATION)
def information(application_id: UUID) -> ResponseReturnValue:
    """Show the open request for information and take the answer."""
    session, actor, form = db.session(), current_actor(), forms.AnswerForm()
    application = queries.get_application(
        session, actor, application_id, P.APPLICATION_ANSWER_INFORMATION
    )
    if not form.validate_on_submit():
        asked = queries.list_requests(session, application_id)
        return form_page("information", application, form, requests=asked)
    with unit_of_work(session):
        services.answer_information(
            session, actor, application, answer=form.answer.data, now=utc_now()
        )
    flash(_("Your answer is sent. The review goes on."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)
