"""Begin an application."""

from uuid import UUID, uuid4

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import forms, queries, services
from sandbox.applications.views.blueprint import bp, form_page
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.packs import active


@bp.route("/new", methods=["GET", "POST"])
@needs(P.ORGANISATION_CREATE)
def new() -> ResponseReturnValue:
    """Begin an application for one of one's organisations."""
    session, actor = db.session(), current_actor()
    organisations = queries.list_organisations(session, actor)
    if not organisations:
        return redirect(url_for("accounts.new_organisation"), 303)
    form = forms.StartForm()
    form.organisation_id.choices = [(str(row.id), row.name) for row in organisations]
    if not form.validate_on_submit():
        form.start_key.data = form.start_key.data or uuid4().hex
        if len(organisations) == 1:
            form.organisation_id.data = str(organisations[0].id)
        status = 422 if form.is_submitted() else 200
        return render_template("applications/new.html", form=form, pack=active.current()), status
    return redirect(url_for(".show", application_id=_started(form)), 303)


def _started(form: forms.StartForm) -> UUID:
    session, actor = db.session(), current_actor()
    organisation = queries.get_organisation(session, actor, UUID(form.organisation_id.data))
    locale = get_locale()
    with unit_of_work(session):
        application = services.start_application(
            session,
            actor,
            organisation,
            pack=active.in_force(),
            start_key=form.start_key.data,
            language=str(locale.language) if locale else "es",
            now=utc_now(),
        )
        return application.id


@bp.route("/<uuid:application_id>/copy", methods=["GET", "POST"])
@needs(P.APPLICATION_EDIT)
def copy(application_id: UUID) -> ResponseReturnValue:
    """Begin a blank application with the answers of an earlier one."""
    session, actor, form = db.session(), current_actor(), forms.CopyForm()
    application = queries.get_editable(session, actor, application_id, utc_now())
    form.offer(queries.list_sources(session, actor, application))
    if not form.validate_on_submit():
        return form_page("copy", application, form)
    source_id, permission = UUID(form.source.data), P.APPLICATION_READ_ANSWERS
    source = queries.get_application(session, actor, source_id, permission)
    with unit_of_work(session):
        count = services.copy_answers(session, actor, application, source=source, now=utc_now())
    flash(_taken_over(count))
    return redirect(url_for(".show", application_id=application_id), 303)


def _taken_over(count: int) -> str:
    return ngettext(
        "%(num)s answer was taken over. Check it before you send it.",
        "%(num)s answers were taken over. Check each before you send them.",
        count,
    )
