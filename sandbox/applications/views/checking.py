"""Serve the pages on which the secretariat checks an application."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import grants
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import answers, forms, queries, receipts, services
from sandbox.applications.views.blueprint import bp, form_page, known_here
from sandbox.applications.wording import KIN, length_words
from sandbox.domain.answers import prohibited
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import tiering
from sandbox.domain.veiling import veil_tier
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.models import Application
from sandbox.packs import active


@bp.get("/<uuid:application_id>/triage")
@needs(P.APPLICATION_TRIAGE)
def triage(application_id: UUID) -> ResponseReturnValue:
    """Show an application to be checked for completeness."""
    application = queries.get_application(
        db.session(), current_actor(), application_id, P.APPLICATION_TRIAGE
    )
    return _triage_page(application, forms.return_form(active.pack_of(application)))


@bp.post("/<uuid:application_id>/triage/start")
@needs(P.APPLICATION_TRIAGE)
def start_triage(application_id: UUID) -> ResponseReturnValue:
    """Begin the check."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_TRIAGE)
    with unit_of_work(session):
        services.start_triage(session, actor, application, now=utc_now())
    return redirect(url_for(".triage", application_id=application_id), 303)


@bp.post("/<uuid:application_id>/return")
@needs(P.APPLICATION_TRIAGE)
def return_(application_id: UUID) -> ResponseReturnValue:
    """Give an application back to its company, with reasons."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_TRIAGE)
    form = forms.return_form(active.pack_of(application))
    if not form.validate_on_submit():
        return _triage_page(application, form, 422)
    general = form.general.data or ""
    with unit_of_work(session):
        services.return_to_company(
            session, actor, application, reasons=form.reasons, general=general, now=utc_now()
        )
    flash(_("The application is back with the company, which has been told."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)


def _triage_page(
    application: Application, form: forms.ReturnForm, status: int = 200
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    pack = active.pack_of(application)
    submission = queries.get_submission(session, actor, application.id)
    closed = queries.list_closed(session, actor, application)
    found = tiering(pack, submission.answers)
    may_assign = P.APPLICATION_ASSIGN in grants(
        session, actor, (P.APPLICATION_ASSIGN,), application
    )
    return render_template(
        "applications/triage.html",
        application=application,
        pack=pack,
        form=form,
        submission=submission,
        sections=answers.read_submission(pack, submission, closed=closed),
        closed=closed,
        known_organisations=known_here(pack, submission),
        prohibited=prohibited(pack, submission.answers),
        tiering=found,
        tier_reasons=veil_tier(pack, found.reasons, closed),
        return_until=queries.returned_until_of(application, pack),
        today=local_day(utc_now(), pack.calendar.timezone),
        returned=queries.find_return(session, application.id),
        length_words=length_words,
        may_assign=may_assign,
        kin=queries.list_kin(session, actor, application),
        kin_words=KIN,
        size_in_words=receipts.size_in_words,
    ), status


@bp.route("/<uuid:application_id>/redirect", methods=["GET", "POST"])
@needs(P.APPLICATION_TRIAGE)
def redirect_(application_id: UUID) -> ResponseReturnValue:
    """Tell a company that another way serves it better."""
    session, actor, form = db.session(), current_actor(), forms.ReasonForm()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_TRIAGE)
    LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.REDIRECT)
    if not form.validate_on_submit():
        return form_page("redirect", application, form)
    with unit_of_work(session):
        services.redirect_elsewhere(
            session, actor, application, reason=form.reason.data, now=utc_now()
        )
    flash(_("The case is closed and the company has been told where to go."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)


@bp.route("/<uuid:application_id>/decline", methods=["GET", "POST"])
@needs(P.APPLICATION_TRIAGE)
def decline(application_id: UUID) -> ResponseReturnValue:
    """Decline an application that describes a prohibited use."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_TRIAGE)
    LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.DECLINE_PROHIBITED)
    if not queries.describes_prohibited_use(session, application):
        raise NotPossible(Why.NOT_PROHIBITED)
    pack = active.pack_of(application)
    form = forms.decline_form(pack)
    if not form.validate_on_submit():
        submission = queries.get_submission(session, actor, application_id)
        uses = prohibited(pack, submission.answers)
        return form_page("decline", application, form, uses=uses)
    with unit_of_work(session):
        services.decline_prohibited(session, actor, application, **form.given, now=utc_now())
    flash(_("The application is declined and the company has been told."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)
