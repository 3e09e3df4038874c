"""Serve the pages on which the rules are read, tried, uploaded and put in force."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound, conceivable, grants
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications.queries import get_application
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.forms import takes_files
from sandbox.kernel.paging import encode_key
from sandbox.packs import active
from sandbox.packs.comparing import compare
from sandbox.packs.errors import PackUnusable
from sandbox.packs.loading import Validation, validate_files
from sandbox.programme import labels, queries, services
from sandbox.programme.changes import change_sentence
from sandbox.programme.diagram import diagram
from sandbox.programme.forms import ActivateForm, MoveForm, UploadForm
from sandbox.programme.queries import Move, RulesVersion
from sandbox.programme.simulation import effect_sentence, simulated_sentences
from sandbox.programme.summary import nested, summary
from sandbox.programme.words import said

bp = Blueprint("programme", __name__)
bp.add_app_template_filter(said)


@bp.get("/rules")
@needs(P.PACK_READ)
def index() -> ResponseReturnValue:
    """List the versions of the rules, the one in force first."""
    session, actor = db.session(), current_actor()
    stored = queries.list_activated(session)
    unusable = queries.list_unusable(session, stored)
    return render_template(
        "programme/index.html",
        page=queries.list_versions(session, request.args.get("after")),
        in_force=active.version_in_force(stored),
        installed=active.installed().versions(active.code())[::-1],
        unusable={each.version for each in unusable if not each.is_installed},
        altered={each.version for each in unusable if each.is_installed},
        may_upload=conceivable(actor, P.PACK_UPLOAD),
        labels=labels,
    )


@bp.route("/rules/upload", methods=["GET", "POST"])
@needs(P.PACK_UPLOAD)
@takes_files
def upload() -> ResponseReturnValue:
    """Take a new version in, or say everything that is wrong with it and keep nothing."""
    session, form = db.session(), UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form, None, 422 if form.is_submitted() else 200)
    files, note = form.unpacked, form.note.data or ""
    judged = validate_files(active.code(), files)
    pack = judged.pack
    if pack is None:
        return _upload_page(form, judged, 422)
    with unit_of_work(session):
        services.upload(session, current_actor(), files=files, pack=pack, note=note, now=utc_now())
    flash(_("The version is kept. It changes nothing until a second person puts it in force."))
    return redirect(url_for(".show", version=pack.version), 303)


@bp.get("/rules/<version>")
@needs(P.PACK_READ)
def show(version: str) -> ResponseReturnValue:
    """Show what is known of a version, and what may be done with it."""
    session, actor = db.session(), current_actor()
    rules = queries.get_version(session, version)
    asked = (P.PACK_ACTIVATE, P.PACK_DISCARD)
    granted = grants(session, actor, asked, rules.row) if rules.waits else frozenset()
    return render_template(
        "programme/show.html",
        rules=rules,
        granted=granted,
        uploader=rules.row and queries.name_of(session, rules.row.uploaded_by_id),
        activator=rules.row and queries.name_of(session, rules.row.activated_by_id),
        may_simulate=conceivable(actor, P.PACK_SIMULATE),
        may_propose=rules.may_be_proposed and conceivable(actor, P.PACK_UPLOAD),
        labels=labels,
        P=P,
    )


@bp.get("/rules/<version>/words")
@needs(P.PACK_READ)
def words(version: str) -> ResponseReturnValue:
    """Tell a whole version in words."""
    rules = queries.get_version(db.session(), version)
    title, *lines = summary(_pack(rules))
    return render_template("programme/words.html", rules=rules, title=title[1], parts=nested(lines))


@bp.get("/rules/<version>/plan")
@needs(P.PACK_READ)
def plan(version: str) -> ResponseReturnValue:
    """Show the stages and gates of each tier as pictures."""
    rules = queries.get_version(db.session(), version)
    tiers = [tier for tier in _pack(rules).tiers if tier.stages]
    return render_template("programme/plan.html", rules=rules, tiers=tiers)


@bp.get("/rules/<version>/plan/<tier>")
@needs(P.PACK_READ)
def drawing(version: str, tier: str) -> ResponseReturnValue:
    """Give the drawing of one tier: a file of its own, since the page allows no styles inside."""
    pack = _pack(queries.get_version(db.session(), version))
    chosen = [each for each in pack.tiers if each.key == tier and each.stages]
    if not chosen:
        raise NotFound
    return Response(diagram(pack, chosen), mimetype="image/svg+xml")


@bp.get("/rules/<version>/difference")
@needs(P.PACK_READ)
def difference(version: str) -> ResponseReturnValue:
    """Say what differs between an older version and this one."""
    session = db.session()
    rules = queries.get_version(session, version)
    older = queries.older_versions(session, version)
    chosen = request.args.get("from", "")
    chosen = chosen if chosen in older else next(iter(older), "")
    return render_template(
        "programme/difference.html",
        rules=rules,
        older=older,
        chosen=chosen,
        changes=_changes(chosen, rules),
    )


@bp.get("/rules/<version>/simulation")
@needs(P.PACK_SIMULATE)
def simulation(version: str) -> ResponseReturnValue:
    """Say which cases would change under this version, some of them at a time."""
    rules = queries.get_version(db.session(), version)
    tried = _tried(rules, request.args.get("after"))
    return render_template("programme/simulation.html", rules=rules, tried=tried)


@bp.route("/rules/<version>/activate", methods=["GET", "POST"])
@needs(P.PACK_ACTIVATE)
def activate(version: str) -> ResponseReturnValue:
    """Put an uploaded version in force, on the page that shows all that it changes."""
    session, actor, form = db.session(), current_actor(), ActivateForm()
    row = queries.get_row(session, version)
    services.require_activation(session, actor, row)
    if not form.validate_on_submit():
        return _activate_page(version, form)
    with unit_of_work(session):
        seen, number = form.seen.data or "", form.version.data
        services.activate(session, actor, row, expected_version=number, seen=seen, now=utc_now())
    flash(_("The version is in force: new cases begin under it."), "success")
    return redirect(url_for(".show", version=version), 303)


@bp.post("/rules/<version>/propose")
@needs(P.PACK_UPLOAD)
def propose(version: str) -> ResponseReturnValue:
    """Propose a version that came with the platform, as if it had been uploaded."""
    session, actor, note = db.session(), current_actor(), _("It was installed with the platform.")
    pack, files = queries.get_installed(version)
    with unit_of_work(session):
        services.upload(session, actor, files=files, pack=pack, note=note, now=utc_now())
    flash(_("The version is kept. It changes nothing until a second person puts it in force."))
    return redirect(url_for(".show", version=version), 303)


@bp.post("/rules/<version>/discard")
@needs(P.PACK_DISCARD)
def discard(version: str) -> ResponseReturnValue:
    """Throw an uploaded version away."""
    session = db.session()
    row = queries.get_row(session, version)
    with unit_of_work(session):
        services.discard(session, current_actor(), row, now=utc_now())
    flash(_("The version is discarded. Its number is used up."))
    return redirect(url_for(".index"), 303)


@bp.route("/cases/<uuid:application_id>/rules", methods=["GET", "POST"])
@needs(P.CASE_MOVE)
def move(application_id: UUID) -> ResponseReturnValue:
    """Move a case to the rules in force, on the page that shows what that changes for it."""
    session, actor, form = db.session(), current_actor(), MoveForm()
    application = get_application(session, actor, application_id, P.CASE_MOVE)
    if not form.validate_on_submit():
        return _move_page(queries.get_move(session, application, utc_now()), form)
    to, reason = form.to.data or "", form.reason.data or ""
    with unit_of_work(session):
        services.move_case(session, actor, application, to=to, reason=reason, now=utc_now())
    flash(_("The case is under the rules in force now. Its people were told."), "success")
    return redirect(url_for("home.case", application_id=application_id), 303)


def _move_page(move: Move, form: MoveForm) -> ResponseReturnValue:
    form.to.data = move.new.version
    page = render_template(
        "programme/move.html",
        move=move,
        form=form,
        effects=[effect_sentence(move.old, move.new, effect) for effect in move.effects],
        changes=[change_sentence(move.old, move.new, change) for change in move.changes],
        labels=labels,
    )
    return page, 422 if form.is_submitted() else 200


def _upload_page(form: UploadForm, judged: Validation | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "programme/upload.html",
        form=form,
        judged=judged,
        in_force=active.version_in_force(),
        faults=labels.FAULT,
    )
    return page, status


def _activate_page(version: str, form: ActivateForm) -> ResponseReturnValue:
    rules = queries.get_version(db.session(), version)
    assert rules.row is not None
    before = active.version_in_force()
    form.keep_version(rules.row.version)
    form.seen.data = before
    page = render_template(
        "programme/activate.html",
        rules=rules,
        form=form,
        before=before,
        changes=_changes(before, rules),
        tried=_tried(rules, None),
        labels=labels,
    )
    return page, 422 if form.is_submitted() else 200


def _pack(rules: RulesVersion) -> PolicyPack:
    if rules.pack is None:
        raise PackUnusable(code=active.code(), version=rules.version)
    return rules.pack


def _changes(older: str, rules: RulesVersion) -> list[str]:
    if not older:
        return []
    new = _pack(rules)
    old = _pack(queries.get_version(db.session(), older))
    return [change_sentence(old, new, change) for change in compare(old, new)]


def _tried(rules: RulesVersion, after: str | None) -> dict[str, Any]:
    """Try a version on some cases, and say of each what this reader may know."""
    pack, actor = _pack(rules), current_actor()
    today = local_day(utc_now(), pack.calendar.timezone)
    found = queries.simulate(db.session(), actor, pack, today, after)
    reads = conceivable(actor, P.APPLICATION_READ)
    return {
        "examined": found.examined,
        "is_first": not after,
        "after": encode_key([found.after]) if found.after else None,
        "reads": reads,
        "cases": [
            (case, list(simulated_sentences(pack, case, reasons=reads))) for case in found.changed
        ],
    }
