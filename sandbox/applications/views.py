"""Serve the pages on which companies apply and the secretariat checks."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from sandbox.access.checks import conceivable, grants
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import answers, forms, queries, receipts, services
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    SectionState,
    content_hash,
    problems,
    prohibited,
    relevant,
)
from sandbox.domain.risk import tiering
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import content_disposition
from sandbox.models import Application
from sandbox.packs import active

bp = Blueprint("applications", __name__, url_prefix="/applications")


# --- lists ---------------------------------------------------------------------------------------


@bp.get("")
@needs(P.APPLICATION_READ)
def index() -> ResponseReturnValue:
    """List one's own applications, or those that one works on."""
    session, actor = db.session(), current_actor()
    chosen = request.args.get("status", "")
    status = chosen if chosen in set(ApplicationStatus) else None
    page = queries.list_applications(session, actor, status=status, after=request.args.get("after"))
    return render_template(
        "applications/index.html",
        page=page,
        status=status,
        counts=queries.count_applications(session, actor),
        statuses=list(ApplicationStatus),
        registry=active.registry(),
        may_start=conceivable(actor, P.APPLICATION_START),
    )


# --- starting ------------------------------------------------------------------------------------


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
            pack=active.current(),
            start_key=form.start_key.data,
            language=str(locale.language) if locale else "es",
            now=utc_now(),
        )
        return application.id


# --- filling in ----------------------------------------------------------------------------------


@bp.get("/<uuid:application_id>")
@needs(P.APPLICATION_EDIT)
def show(application_id: UUID) -> ResponseReturnValue:
    """Show the sections of an application as a list of tasks."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_EDIT)
    if ApplicationStatus(application.status) not in queries.EDITABLE:
        return redirect(url_for("home.case", application_id=application_id), 303)
    pack = active.pack_of(application)
    draft = queries.get_draft(session, application_id)
    returned = queries.find_return(session, application_id) if application.returns_used else None
    sections = queries.progress(pack, draft, returned.reasons if returned else {})
    return render_template(
        "applications/show.html",
        application=application,
        pack=pack,
        sections=sections,
        done=sum(section.state is SectionState.DONE for section in sections),
        returned=returned,
    )


@bp.get("/<uuid:application_id>/sections/<section>")
@needs(P.APPLICATION_EDIT)
def section(application_id: UUID, section: str) -> ResponseReturnValue:
    """Show one section to be filled in."""
    sheet = queries.get_sheet(db.session(), current_actor(), application_id, section)
    return _section_page(sheet, forms.section_form(sheet))


@bp.post("/<uuid:application_id>/sections/<section>")
@needs(P.APPLICATION_EDIT)
def save_section(application_id: UUID, section: str) -> ResponseReturnValue:
    """Save one section; whatever cannot be saved comes back as it was typed."""
    session, actor = db.session(), current_actor()
    sheet = queries.get_sheet(session, actor, application_id, section)
    form = forms.section_form(sheet)
    if form.accepted or form.removed_file:
        sheet = _changed_files(sheet, form)
        form = forms.refreshed(form, sheet)
    if form.rearrange():
        return _section_page(sheet, form)
    if form.differences:
        return _conflict_page(sheet, form)
    if not form.validate():
        return _section_page(sheet, form, 422)
    _save(sheet, form)
    return redirect(_after_saving(sheet, form), 303)


def _section_page(
    sheet: queries.Sheet, form: forms.SectionForm, status: int = 200
) -> ResponseReturnValue:
    return render_template(
        "applications/section.html",
        sheet=sheet,
        form=form,
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
    return queries.get_sheet(session, actor, application_id, section)


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


# --- checking and sending ------------------------------------------------------------------------


@bp.get("/<uuid:application_id>/check")
@needs(P.APPLICATION_SUBMIT)
def check(application_id: UUID) -> ResponseReturnValue:
    """Show all answers before they are sent."""
    application = queries.get_editable(db.session(), current_actor(), application_id)
    return _check_page(application, forms.SubmitForm(formdata=None), 200)


@bp.post("/<uuid:application_id>/submit")
@needs(P.APPLICATION_SUBMIT)
def submit(application_id: UUID) -> ResponseReturnValue:
    """Send the application; sent twice, it is there once and the receipt is the same."""
    session, actor, form = db.session(), current_actor(), forms.SubmitForm()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_SUBMIT)
    if _is_unfinished(application):
        return _check_page(application, form, 422)
    with unit_of_work(session):
        submission = services.submit(
            session,
            actor,
            application,
            number=form.number.data,
            expected_hash=form.content_hash.data or None,
            now=utc_now(),
        )
        number = submission.number
    return redirect(url_for(".receipt", application_id=application_id, number=number), 303)


def _is_unfinished(application: Application) -> bool:
    if ApplicationStatus(application.status) not in queries.EDITABLE:
        return False
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
        sections=answers.read(pack, counting, draft.confidential, draft.files),
        problems=[(problem, forms.problem_message(pack, problem)) for problem in found],
        reasons=queries.get_reasons(session, application),
        size_in_words=receipts.size_in_words,
    ), status


@bp.get("/<uuid:application_id>/submissions/<int:number>/receipt")
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


@bp.get("/<uuid:application_id>/submissions/<int:number>/receipt.pdf")
@needs(P.APPLICATION_READ_ANSWERS)
def receipt_pdf(application_id: UUID, number: int) -> ResponseReturnValue:
    """Hand over the receipt as a document to keep."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    submission = queries.get_submission(session, actor, application_id, number)
    document = receipts.receipt_pdf(application, active.pack_of(application), submission)
    headers = {
        "Content-Type": "application/pdf",
        "Content-Disposition": content_disposition(f"{application.reference}-{number}.pdf"),
    }
    return document, 200, headers


# --- reading what was sent -----------------------------------------------------------------------


@bp.get("/<uuid:application_id>/submissions/<int:number>")
@needs(P.APPLICATION_READ_ANSWERS)
def submission(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show what was submitted, exactly as it was."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    found = queries.get_submission(session, actor, application_id, number)
    pack = active.pack_of(application)
    return render_template(
        "applications/submission.html",
        application=application,
        pack=pack,
        submission=found,
        submissions=queries.list_submissions(session, application_id),
        sections=answers.read_submission(pack, found),
        size_in_words=receipts.size_in_words,
    )


@bp.get("/<uuid:application_id>/submissions/<int:number>/changes")
@needs(P.APPLICATION_READ_ANSWERS)
def changes(application_id: UUID, number: int) -> ResponseReturnValue:
    """Show how a submission differs from the one before it."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id)
    after = queries.get_submission(session, actor, application_id, number)
    before = queries.get_submission(session, actor, application_id, number - 1)
    pack = active.pack_of(application)
    return render_template(
        "applications/changes.html",
        application=application,
        pack=pack,
        before=before,
        after=after,
        changes=answers.changes(pack, before, after),
        size_in_words=receipts.size_in_words,
    )


# --- leaving and answering -----------------------------------------------------------------------


@bp.route("/<uuid:application_id>/withdraw", methods=["GET", "POST"])
@needs(P.APPLICATION_WITHDRAW)
def withdraw(application_id: UUID) -> ResponseReturnValue:
    """Ask once more before an application is taken back."""
    session, actor, form = db.session(), current_actor(), forms.WithdrawForm()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_WITHDRAW)
    LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.WITHDRAW)
    if not form.validate_on_submit():
        return _form_page("withdraw", application, form)
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
        return _form_page("information", application, form, requests=asked)
    with unit_of_work(session):
        services.answer_information(
            session, actor, application, answer=form.answer.data, now=utc_now()
        )
    flash(_("Your answer is sent. The review goes on."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)


def _form_page(
    name: str, application: Application, form: Any, **values: Any
) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    pack = active.pack_of(application)
    page = f"applications/{name}.html"
    return render_template(page, application=application, pack=pack, form=form, **values), status


# --- the secretariat -----------------------------------------------------------------------------


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
    may_assign = P.APPLICATION_ASSIGN in grants(
        session, actor, (P.APPLICATION_ASSIGN,), application
    )
    return render_template(
        "applications/triage.html",
        application=application,
        pack=pack,
        form=form,
        submission=submission,
        sections=answers.read_submission(pack, submission),
        prohibited=prohibited(pack, submission.answers),
        tiering=tiering(pack, submission.answers),
        returned=queries.find_return(session, application.id),
        may_assign=may_assign,
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
        return _form_page("redirect", application, form)
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
    session, actor, form = db.session(), current_actor(), forms.ReasonForm()
    application = queries.get_application(session, actor, application_id, P.APPLICATION_TRIAGE)
    LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.DECLINE_PROHIBITED)
    if not form.validate_on_submit():
        submission = queries.get_submission(session, actor, application_id)
        uses = prohibited(active.pack_of(application), submission.answers)
        return _form_page("decline", application, form, uses=uses)
    with unit_of_work(session):
        services.decline_prohibited(
            session, actor, application, reason=form.reason.data, now=utc_now()
        )
    flash(_("The application is declined and the company has been told."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)
