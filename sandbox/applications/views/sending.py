"""Serve the check before sending, the receipt, and what was sent."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import answers, forms, queries, receipts, services, silence
from sandbox.applications.views.blueprint import bp, known_here
from sandbox.authorities.queries import applied_codes
from sandbox.domain.answers import problems, relevant
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calls import Calling, calling
from sandbox.domain.content import content_hash
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.models import Application
from sandbox.packs import active


@bp.get("/<uuid:application_id>/check")
@needs(P.APPLICATION_SUBMIT)
def check(application_id: UUID) -> ResponseReturnValue:
    """Show all answers before they are sent."""
    application = queries.get_editable(db.session(), current_actor(), application_id, utc_now())
    form = forms.SubmitForm.asking(_calling(application), formdata=None)
    return _check_page(application, form, 200)


@bp.post("/<uuid:application_id>/submit")
@needs(P.APPLICATION_SUBMIT)
def submit(application_id: UUID) -> ResponseReturnValue:
    """Send the application; sent twice, it is there once and the receipt is the same."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_SUBMIT)
    form = forms.SubmitForm.asking(_calling(application))
    if _is_unfinished(application) or not form.has_way():
        return _check_page(application, form, 422)
    with unit_of_work(session):
        number = services.submit(
            session, actor, application, **form.confirmed, now=utc_now()
        ).number
    return redirect(url_for(".receipt", application_id=application_id, number=number), 303)


def _is_unfinished(application: Application) -> bool:
    if ApplicationStatus(application.status) not in queries.EDITABLE:
        return False
    queries.require_in_time(application, utc_now())
    draft = queries.get_draft(db.session(), application.id)
    return bool(problems(active.pack_of(application), draft.answers))


def _check_page(
    application: Application, form: forms.SubmitForm, status: int
) -> ResponseReturnValue:
    session = db.session()
    pack = active.pack_of(application)
    draft = queries.get_draft(session, application.id)
    found = problems(pack, draft.answers)
    form.number.data = len(queries.list_submissions(session, application.id)) + 1
    form.content_hash.data = content_hash(services.content_of(pack, draft))
    counting = relevant(pack, draft.answers)
    return render_template(
        "applications/check.html",
        application=application,
        pack=pack,
        form=form,
        sections=answers.read(pack, counting, draft.confidential, draft.files, closed=()),
        problems=[(problem, forms.problem_message(pack, problem)) for problem in found],
        reasons=queries.get_reasons(session, application),
        calling=_calling(application),
        size_in_words=receipts.size_in_words,
    ), status


def _calling(application: Application) -> Calling | None:
    """Say how the calls stand for whoever sends an application for the first time."""
    if application.status != ApplicationStatus.DRAFT:
        return None
    rules = active.programme_of(application)
    return calling(rules, local_day(utc_now(), rules.calendar.timezone))


@bp.get("/<uuid:application_id>/submissions/<int(max=999999):number>/receipt")
@needs(P.APPLICATION_READ_ANSWERS)
def receipt(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show the receipt of a submission."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    return render_template(
        "applications/receipt.html",
        application=application,
        submission=queries.get_submission(session, actor, application_id, number),
        size_in_words=receipts.size_in_words,
    )


@bp.get("/<uuid:application_id>/submissions/<int(max=999999):number>/receipt.pdf")
@needs(P.APPLICATION_READ_ANSWERS)
def receipt_pdf(application_id: UUID, number: int) -> ResponseReturnValue:
    """Hand over the receipt as a document to keep."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    submission = queries.get_submission(session, actor, application_id, number)
    ended = applied_codes(session, before=submission.submitted_at)
    pack = active.pack_then(application, submission.pack_version)
    closed = queries.list_closed(session, actor, application)
    document = receipts.receipt_pdf(application, pack, submission, ended, closed=closed)
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition(f"{application.reference}-{number}.pdf"),
    }
    return document, 200, headers


@bp.get("/<uuid:application_id>/silence.pdf")
@needs(P.APPLICATION_READ_ANSWERS)
def silence_pdf(application_id: UUID) -> ResponseReturnValue:
    """Hand over the certificate that the term of the decision passed without one."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(
        session, actor, application_id, P.APPLICATION_READ_ANSWERS
    )
    pack = active.pack_of(application)
    reading, digest = queries.get_silence(session, application, pack, utc_now())
    document = silence.silence_pdf(application, pack, reading, digest)
    name = content_disposition(f"{application.reference}-silence.pdf")
    return document, 200, {"Content-Type": "application/pdf", "Content-Disposition": name}


@bp.get("/<uuid:application_id>/submissions/<int(max=999999):number>")
@needs(P.APPLICATION_READ_ANSWERS)
def submission(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show what was submitted, exactly as it was."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    found = queries.get_submission(session, actor, application_id, number)
    pack = active.pack_then(application, found.pack_version)
    closed = queries.list_closed(session, actor, application)
    return _sent_page(
        "submission",
        application,
        pack,
        found,
        submissions=queries.list_submissions(session, application_id),
        sections=answers.read_submission(pack, found, closed=closed),
        closed=closed,
    )


def _sent_page(
    name: str,
    application: Application,
    pack: PolicyPack,
    *sent: queries.SubmissionRow,
    **values: Any,
) -> ResponseReturnValue:
    return render_template(
        f"applications/{name}.html",
        application=application,
        pack=pack,
        before=sent[0],
        after=sent[-1],
        submission=sent[-1],
        known_organisations=known_here(pack, *sent),
        size_in_words=receipts.size_in_words,
        **values,
    )


@bp.post("/<uuid:application_id>/confidential")
@needs(P.APPLICATION_READ_ANSWERS)
def open_confidential(application_id: UUID) -> ResponseReturnValue:
    """Open what the company marked as confidential, and go back to where it was asked for."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(
        session, actor, application_id, P.APPLICATION_READ_ANSWERS
    )
    with unit_of_work(session):
        services.open_confidential(session, actor, application, now=utc_now())
    flash(_("The confidential parts are open to you. The history of the case says so."))
    case = url_for("home.case", application_id=application_id)
    back = request.form.get("back", "")
    pages = (f"/applications/{application_id}/", f"{case}/")
    return redirect(back if back.startswith(pages) else case, 303)


@bp.get("/<uuid:application_id>/submissions/<int(max=999999):number>/changes")
@needs(P.APPLICATION_READ_ANSWERS)
def changes(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show how a submission differs from the one before it."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    after = queries.get_submission(session, actor, application_id, number)
    before = queries.get_submission(session, actor, application_id, number - 1)
    pack = active.pack_then(application, after.pack_version)
    closed = queries.list_closed(session, actor, application)
    return _sent_page(
        "changes",
        application,
        pack,
        before,
        after,
        changes=answers.changes(pack, before, after, closed=closed),
        closed=closed,
    )
