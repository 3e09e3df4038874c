"""Serve the pages on which a company withdraws or answers."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
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
from sandbox.models import Application, InformationRequest
from sandbox.packs import active


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
    """Show the questions of the open request, and keep or send the answers."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(
        session, actor, application_id, P.APPLICATION_ANSWER_INFORMATION
    )
    asked = queries.find_open_request(session, application_id)
    version = queries.request_version(asked) if asked else 0
    form = forms.answers_form(asked, version)
    if form.is_submitted():
        # Whoever comes too late reads why, and what they typed, before any field is judged.
        LIFECYCLE.advance(
            ApplicationStatus(application.status), ApplicationAction.ANSWER_INFORMATION
        )
    if not form.validate_on_submit() or form.version.data != version:
        return _information_page(application, form, asked, version)
    return _keep(application, form) if form.save.data else _send(application, form)


def _information_page(
    application: Application,
    form: forms.AnswersForm,
    asked: InformationRequest | None,
    version: int,
) -> ResponseReturnValue:
    is_conflict = form.is_submitted() and not form.errors and form.version.data != version
    if is_conflict:
        form.version.raw_data, form.version.data = None, version
    pack = active.pack_of(application)
    typed = form.answers
    page = render_template(
        "applications/information.html",
        application=application,
        form=form,
        pack=pack,
        asked=asked,
        until=queries.taken_until(application, pack),
        is_open=application.status == ApplicationStatus.INFORMATION_REQUESTED,
        is_in_time=queries.is_in_time(application, pack, utc_now()),
        theirs=[each for each in asked.questions if each.typed != typed[each.number]]
        if asked and is_conflict
        else [],
        requests=queries.read_requests(db.session(), application, pack),
    )
    otherwise = 422 if form.is_submitted() else 200
    return page, 409 if is_conflict else otherwise


def _keep(application: Application, form: forms.AnswersForm) -> ResponseReturnValue:
    session, actor, version = db.session(), current_actor(), form.version.data
    with unit_of_work(session):
        services.keep_answers(
            session,
            actor,
            application,
            answers=form.answers,
            expected_version=version,
            now=utc_now(),
        )
    flash(_("Saved. Nothing is sent until you send all answers."), "success")
    return redirect(url_for("applications.information", application_id=application.id), 303)


def _send(application: Application, form: forms.AnswersForm) -> ResponseReturnValue:
    session, actor, version = db.session(), current_actor(), form.version.data
    with unit_of_work(session):
        services.answer_information(
            session,
            actor,
            application,
            answers=form.answers,
            expected_version=version,
            now=utc_now(),
        )
    flash(_("Your answers are sent. The review goes on."), "success")
    return redirect(url_for("home.case", application_id=application.id), 303)
