"""Serve the sections in which a company prepares its application."""

from typing import Any
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import forms, queries, receipts, services
from sandbox.applications.views.blueprint import bp
from sandbox.domain.answers import SectionState
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.kernel.forms import takes_files
from sandbox.packs import active


@bp.get("/<uuid:application_id>")
@needs(P.APPLICATION_EDIT)
def show(application_id: UUID) -> ResponseReturnValue:
    """Show the sections of an application as a list of tasks."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_EDIT)
    pack, is_editable = active.pack_of(application), application.status in queries.EDITABLE
    if not is_editable or not queries.is_in_time(application, pack, utc_now()):
        return redirect(url_for("home.case", application_id=application_id), 303)
    draft = queries.get_draft(session, application_id)
    returned = queries.find_return(session, application_id) if application.returns_used else None
    return render_template(
        "applications/show.html",
        application=application,
        pack=pack,
        sections=queries.progress(pack, draft, returned.reasons if returned else {}),
        unsaved=queries.list_unsaved(session, actor, application_id),
        returned=returned,
    )


@bp.get("/<uuid:application_id>/sections/<section>")
@needs(P.APPLICATION_EDIT)
def section(application_id: UUID, section: str) -> ResponseReturnValue:
    """Show one section to be filled in."""
    session, actor = db.session(), current_actor()
    sheet = queries.get_sheet(session, actor, application_id, section, utc_now())
    unsaved = queries.get_unsaved(session, actor, application_id, section)
    form = forms.section_form(sheet, unsaved.inputs if unsaved else ())
    return _section_page(sheet, form, unsaved=unsaved)


@bp.post("/<uuid:application_id>/sections/<section>/typed")
@needs(P.APPLICATION_EDIT)
def keep_typed(application_id: UUID, section: str) -> ResponseReturnValue:
    """Keep what is typed while it is typed, or throw it away where the person wants that."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_EDIT)
    if "discard" in request.form:
        with unit_of_work(session):
            services.drop_typed(session, actor, application, section=section)
        return redirect(url_for(".section", application_id=application_id, section=section), 303)
    inputs = forms.inputs_of(request.form)
    with unit_of_work(session):
        services.keep_typed(
            session, actor, application, section=section, inputs=inputs, now=utc_now()
        )
    return Response(status=204, mimetype="text/plain")


@bp.post("/<uuid:application_id>/sections/<section>")
@needs(P.APPLICATION_EDIT)
@takes_files
def save_section(application_id: UUID, section: str) -> ResponseReturnValue:
    """Save one section; whatever cannot be saved comes back as it was typed."""
    sheet = queries.get_sheet(db.session(), current_actor(), application_id, section, utc_now())
    form = forms.section_form(sheet)
    if form.accepted or form.removed_file:
        sheet = _changed_files(sheet, form)
        form = forms.refreshed(form, sheet)
    if form.rearrange():
        return _section_page(sheet, form, 422 if form.errors else 200)
    if form.differences:
        return _conflict_page(sheet, form)
    if not form.validate():
        return _section_page(sheet, form, 422)
    _save(sheet, form)
    return redirect(_after_saving(sheet, form), 303)


def _section_page(
    sheet: queries.Sheet, form: forms.SectionForm, status: int = 200, *, unsaved: Any = None
) -> ResponseReturnValue:
    return render_template(
        "applications/section.html",
        sheet=sheet,
        form=form,
        unsaved=unsaved,
        back=_back(sheet),
        size_in_words=receipts.size_in_words,
    ), status


def _conflict_page(sheet: queries.Sheet, form: forms.SectionForm) -> ResponseReturnValue:
    differences, typed = form.differences, form.typed_inputs
    form.open_again()
    return render_template(
        "applications/conflict.html",
        sheet=sheet,
        form=form,
        differences=differences,
        typed=typed,
    ), 409


def _changed_files(sheet: queries.Sheet, form: forms.SectionForm) -> queries.Sheet:
    session, actor, now = db.session(), current_actor(), utc_now()
    application_id, section = sheet.application.id, sheet.spec.key
    store = current_app.extensions["file_store"]
    with unit_of_work(session):
        for question, file in form.accepted:
            services.attach_file(
                session,
                actor,
                sheet.application,
                store=store,
                question=question,
                file=file,
                now=now,
            )
        if form.removed_file:
            services.remove_file(
                session, actor, sheet.application, file_id=form.removed_file, now=now
            )
    return queries.get_sheet(session, actor, application_id, section, utc_now())


def _save(sheet: queries.Sheet, form: forms.SectionForm) -> None:
    session = db.session()
    with unit_of_work(session):
        services.save_section(
            session,
            current_actor(),
            sheet.application,
            section=sheet.spec.key,
            answers=form.answers,
            confidential=form.confidential,
            expected_version=sheet.saved.version,
            now=utc_now(),
        )


def _back(sheet: queries.Sheet) -> str:
    endpoint = ".check" if _is_from_check() else ".show"
    return url_for(endpoint, application_id=sheet.application.id)


def _after_saving(sheet: queries.Sheet, form: forms.SectionForm) -> str:
    """Go on to the next unfinished section, or back to where the person came from."""
    asked = form.newly_asked
    if asked:
        flash(_("Saved. Your answers open more questions on this page."), "notice")
        anchor = forms.input_name(asked[0].key)
        query = "?from=check" if _is_from_check() else ""
        return f"{_section_address(sheet, sheet.spec.key)}{query}#{anchor}"
    if "later" in request.form or _is_from_check():
        return _back(sheet)
    saved = queries.SavedSection(sheet.spec.key, form.answers, form.confidential, 0)
    draft = queries.Draft({**sheet.draft.sections, sheet.spec.key: saved}, sheet.draft.files)
    after = queries.progress(sheet.pack, draft, {})[sheet.position :]
    unfinished = next((each for each in after if each.state is not SectionState.DONE), None)
    return _back(sheet) if unfinished is None else _section_address(sheet, unfinished.spec.key)


def _is_from_check() -> bool:
    return request.args.get("from") == "check"


def _section_address(sheet: queries.Sheet, section: str) -> str:
    return url_for(".section", application_id=sheet.application.id, section=section)


@bp.get("/<uuid:application_id>/files/<uuid:file_id>")
@needs(P.APPLICATION_READ_ANSWERS)
def file(application_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Hand over an attached file."""
    found = queries.get_file(db.session(), current_actor(), application_id, file_id)
    content = current_app.extensions["file_store"].open(found.sha256)
    headers = {
        "Content-Type": found.content_type,
        "Content-Disposition": content_disposition(found.filename),
    }
    return content, 200, headers
