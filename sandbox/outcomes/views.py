"""Serve the pages on which outcome reports are written, published and read."""

from datetime import date
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import grants
from sandbox.access.guard import current_actor, needs, public
from sandbox.access.permissions import P
from sandbox.coordination.successors import known_as
from sandbox.domain.content import content_hash
from sandbox.domain.outcomes import Consent, ReportStatus, is_issued, lacking_consent
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.kernel.paging import PAGE_SIZE
from sandbox.models import OutcomeReport
from sandbox.outcomes import queries, services
from sandbox.outcomes.documents import print_report
from sandbox.outcomes.facts import Facts, compute_facts
from sandbox.outcomes.forms import (
    AgreeForm,
    PublishForm,
    RefuseForm,
    ReportForm,
    ReturnForm,
    differences,
    report_form,
)
from sandbox.outcomes.presentation import ReportView, view_of
from sandbox.outcomes.schemas import PublishedReportSchema
from sandbox.packs import active
from sandbox.trials.queries import find_final_report

bp = Blueprint("outcomes", __name__)


@bp.get("/outcomes")
@needs(P.OUTCOME_READ)
def index() -> ResponseReturnValue:
    """List reports in every state, and the trials that wait for one."""
    session, actor = db.session(), current_actor()
    page = queries.list_reports(session, actor, request.args.get("after"))
    waiting = queries.list_trials_without_report(session, actor, PAGE_SIZE + 1)
    return render_template(
        "outcomes/index.html",
        page=page,
        waiting=waiting[:PAGE_SIZE],
        is_cut=len(waiting) > PAGE_SIZE,
        due_days=queries.due_days(session, waiting),
    )


@bp.route("/outcomes/begin/<uuid:trial_id>", methods=["GET", "POST"])
@needs(P.OUTCOME_DRAFT)
def begin(trial_id: UUID) -> ResponseReturnValue:
    """Begin the report of an ended trial."""
    session, actor = db.session(), current_actor()
    trial = queries.get_trial_to_report(session, actor, trial_id)
    if request.method == "GET":
        services.require_reportable(session, trial)
        return render_template("outcomes/begin.html", trial=trial)
    language = current_language()
    with unit_of_work(session):
        report = services.draft_report(session, actor, trial, language=language, now=utc_now())
    return redirect(url_for("outcomes.edit", report_id=report.id), 303)


@bp.get("/outcomes/<uuid:report_id>")
@needs(P.OUTCOME_READ)
def show(report_id: UUID) -> ResponseReturnValue:
    """Show a report as it will stand in public, with what may be done with it."""
    return _show(report_id, ReturnForm(), 200)


@bp.route("/outcomes/<uuid:report_id>/edit", methods=["GET", "POST"])
@needs(P.OUTCOME_EDIT)
def edit(report_id: UUID) -> ResponseReturnValue:
    """Write a report; a save that comes second shows the other one's text beside one's own."""
    session, actor = db.session(), current_actor()
    report = queries.get_report(session, actor, report_id, P.OUTCOME_EDIT)
    services.require_editable(report)
    form = report_form(active.pack_of(report.trial), current_language(), report)
    if not form.validate_on_submit():
        return _edit(report, form, 422 if form.is_submitted() else 200)
    if form.version.data != report.version:
        return _conflict(report, form)
    with unit_of_work(session):
        _save(report, form)
    flash(_("The draft is saved."), "success")
    return redirect(url_for("outcomes.show", report_id=report_id), 303)


@bp.post("/outcomes/<uuid:report_id>/send")
@needs(P.OUTCOME_EDIT)
def send(report_id: UUID) -> ResponseReturnValue:
    """Hand the report to the publishers; one with empty parts goes back to its form."""
    session, actor = db.session(), current_actor()
    report = queries.get_report(session, actor, report_id, P.OUTCOME_EDIT)
    if unwritten := services.unwritten_sections(report):
        pack, language = active.pack_of(report.trial), current_language()
        return _edit(report, report_form(pack, language, report, unwritten=unwritten), 422)
    with unit_of_work(session):
        services.send_for_publication(session, actor, report, now=utc_now())
    flash(_("The report now waits for a publisher."), "success")
    return redirect(url_for("outcomes.show", report_id=report_id), 303)


@bp.post("/outcomes/<uuid:report_id>/return")
@needs(P.OUTCOME_PUBLISH)
def give_back(report_id: UUID) -> ResponseReturnValue:
    """Return the report to its drafter with a reason."""
    session, actor, form = db.session(), current_actor(), ReturnForm()
    if not form.validate_on_submit():
        return _show(report_id, form, 422)
    report = queries.get_report(session, actor, report_id)
    with unit_of_work(session):
        services.return_to_drafter(
            session, actor, report, reason=form.reason.data or "", now=utc_now()
        )
    flash(_("The report is back with its drafter."), "success")
    return redirect(url_for("outcomes.show", report_id=report_id), 303)


@bp.post("/outcomes/<uuid:report_id>/publish")
@needs(P.OUTCOME_PUBLISH)
def publish(report_id: UUID) -> ResponseReturnValue:
    """Publish the report."""
    session, actor = db.session(), current_actor()
    report = queries.get_report(session, actor, report_id)
    with unit_of_work(session):
        services.publish(
            session, actor, report, now=utc_now(), expected_version=PublishForm().version.data
        )
    flash(_("The report is public."), "success")
    return redirect(url_for("outcomes.published", slug=report.slug), 303)


@bp.get("/outcomes/<uuid:report_id>/consent")
@needs(P.OUTCOME_CONSENT)
def consent(report_id: UUID) -> ResponseReturnValue:
    """Show the company the report that it is asked about, as it will stand in public."""
    return _consent(report_id, RefuseForm(), 200)


@bp.post("/outcomes/<uuid:report_id>/consent")
@needs(P.OUTCOME_CONSENT)
def agree(report_id: UUID) -> ResponseReturnValue:
    """Agree, as the company, to publish exactly the report that was read."""
    session, actor, form = db.session(), current_actor(), AgreeForm()
    report = queries.get_report(session, actor, report_id, P.OUTCOME_CONSENT)
    version, seen = form.version.data or 0, form.seen.data or ""
    with unit_of_work(session):
        services.agree_to_publication(
            session, actor, report, expected_version=version, seen=seen, now=utc_now()
        )
    flash(_("You have agreed. The report can now be published."), "success")
    return redirect(url_for("outcomes.consent", report_id=report_id), 303)


@bp.post("/outcomes/<uuid:report_id>/refuse")
@needs(P.OUTCOME_CONSENT)
def refuse(report_id: UUID) -> ResponseReturnValue:
    """Refuse the publication, as the company, with a reason."""
    session, actor, form = db.session(), current_actor(), RefuseForm()
    if not form.validate_on_submit():
        return _consent(report_id, form, 422)
    report = queries.get_report(session, actor, report_id, P.OUTCOME_CONSENT)
    with unit_of_work(session):
        services.refuse_publication(
            session, actor, report, reason=form.reason.data or "", now=utc_now()
        )
    flash(_("Your refusal is recorded. The report is not published."), "success")
    return redirect(url_for("outcomes.consent", report_id=report_id), 303)


@bp.get("/reports/<slug>")
@public
def published(slug: str) -> ResponseReturnValue:
    """Show a published report to everybody."""
    row = queries.get_published(db.session(), slug)
    pack = active.pack_of(row)
    view = view_of(row, row.facts, pack, current_app.jinja_env.filters["day"])
    page = render_template("outcomes/published.html", report=row, view=view, pack=pack)
    # The report never changes; who has the competences of its authorities now, beside it, does.
    names = content_hash({"authorities": [known_as(code) for code in view.authorities]})
    return _cacheable(Response(page), f"{row.content_hash}-{names}-{current_language()}")


@bp.get("/reports/<slug>.json")
@public
def published_json(slug: str) -> ResponseReturnValue:
    """Give a published report as data."""
    row = queries.get_published(db.session(), slug)
    response: Response = jsonify(PublishedReportSchema().dump(row))
    return _cacheable(response, f"{row.content_hash}-json")


@bp.get("/reports/<slug>.pdf")
@public
def published_pdf(slug: str) -> ResponseReturnValue:
    """Give a published report as PDF."""
    row = queries.get_published(db.session(), slug)
    content = print_report(
        row,
        active.pack_of(row),
        address=url_for("outcomes.published", slug=slug, _external=True),
        day=current_app.jinja_env.filters["day"],
    )
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{row.slug}.pdf"'
    return _cacheable(response, f"{row.content_hash}-{current_language()}-pdf")


def _cacheable(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.make_conditional(request)
    return response


def _show(report_id: UUID, form: ReturnForm, status: int) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    report = queries.get_report(session, actor, report_id)
    granted = grants(session, actor, (P.OUTCOME_EDIT, P.OUTCOME_PUBLISH), report)
    page = render_template(
        "outcomes/show.html",
        report=report,
        view=_view(report, _facts(report)),
        granted=granted,
        form=form,
        P=P,
        lacking=lacking_consent(
            Consent(report.consent), is_needed=queries.needs_consent(session, report.trial)
        ),
        due_on=_due_on(report),
    )
    return page, status


def _due_on(report: OutcomeReport) -> date | None:
    if is_issued(ReportStatus(report.status), Consent(report.consent)):
        return None
    trial = report.trial
    return queries.due_days(db.session(), [trial])[trial.application_id]


def _consent(report_id: UUID, form: RefuseForm, status: int) -> ResponseReturnValue:
    report = queries.get_report(db.session(), current_actor(), report_id, P.OUTCOME_CONSENT)
    facts = _facts(report)
    page = render_template(
        "outcomes/consent.html",
        report=report,
        view=_view(report, facts),
        seen=services.fingerprint_of(report, facts),
        form=form,
    )
    return page, status


def _facts(report: OutcomeReport) -> Facts:
    """Return what stands already, or else what the case says today."""
    pack = active.pack_of(report.trial)
    return report.facts or compute_facts(db.session(), report.trial, pack)


def _view(report: OutcomeReport, facts: Facts) -> ReportView:
    pack = active.pack_of(report.trial)
    return view_of(report, facts, pack, current_app.jinja_env.filters["day"])


def _edit(report: OutcomeReport, form: ReportForm, status: int) -> ResponseReturnValue:
    final = find_final_report(db.session(), report.trial_id)
    return render_template("outcomes/edit.html", report=report, form=form, final=final), status


def _save(report: OutcomeReport, form: ReportForm) -> None:
    services.save_report(
        db.session(),
        current_actor(),
        report,
        title=form.title.data or "",
        sections=form.texts("section-"),
        lessons=form.texts("lesson-"),
        recommendations=form.texts("recommendation-"),
        expected_version=form.version.data or 0,
        now=utc_now(),
    )


def _conflict(report: OutcomeReport, form: ReportForm) -> ResponseReturnValue:
    changed = differences(form, report)
    form.version.data = report.version
    form.version.raw_data = [str(report.version)]
    page = render_template("outcomes/conflict.html", report=report, form=form, changed=changed)
    return page, 409
