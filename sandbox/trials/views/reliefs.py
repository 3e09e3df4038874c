"""Serve the reliefs of a trial, and the register of all."""

import re
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import grants
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.authorities.queries import applied_codes
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.reliefs import provision_of
from sandbox.domain.trials import WORK, TrialStatus, TrialWork, is_published
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.models import Relief
from sandbox.packs import active
from sandbox.trials import forms, queries, services
from sandbox.trials.queries import TrialFile
from sandbox.trials.views.shared import bp, do, file_of, form_page

_NUMBER = re.compile(r"[0-9]{1,6}")

register = Blueprint("reliefs", __name__, url_prefix="/reliefs")


@register.get("")
@needs(P.RELIEF_LIST)
def index() -> ResponseReturnValue:
    """List the reliefs that were granted, for those who work for the programme."""
    pack = active.current()
    names = ("state", "authority", "after")
    wanted = {name: request.args.get(name) or None for name in names}
    today = local_day(utc_now(), pack.calendar.timezone)
    return render_template(
        "reliefs/index.html",
        page=queries.list_register(db.session(), today, **wanted),
        wanted=wanted,
        states=queries.LISTED,
        pack=pack,
        kind_words=_kind_words,
        ended=applied_codes(db.session()),
    )


def _kind_words(row: Any) -> str:
    """Return the kind of a relief in the words of its case's rules."""
    pack = active.find_pack_of(row)
    names = {kind.key: kind.name for kind in pack.relief_kinds} if pack else {}
    return names[row.kind].in_(current_language()) if row.kind in names else row.kind


@bp.get("/<uuid:trial_id>/reliefs")
@needs(P.TRIAL_READ)
def reliefs(trial_id: UUID) -> ResponseReturnValue:
    """Show what was asked for and what was granted or refused, in full."""
    session, actor = db.session(), current_actor()
    trial, rows, _marks = queries.get_trial_with_reliefs(session, actor, trial_id)
    pack, work = active.pack_of(trial), WORK[TrialStatus(trial.status)]
    today = local_day(utc_now(), pack.calendar.timezone)
    granted = grants(session, actor, (P.RELIEF_DRAFT, P.RELIEF_GRANT), trial)
    return render_template(
        "trials/reliefs.html",
        trial=trial,
        pack=pack,
        reliefs=queries.read_reliefs(session, actor, trial, rows, pack=pack, today=today),
        may_draft=TrialWork.GRANT_RELIEF in work and P.RELIEF_DRAFT in granted,
        may_discard=P.RELIEF_DRAFT in granted,
        may_grant=TrialWork.GRANT_RELIEF in work and P.RELIEF_GRANT in granted,
        may_end=TrialWork.END_RELIEF in work and P.RELIEF_GRANT in granted,
    )


@bp.route("/<uuid:trial_id>/reliefs/new", methods=["GET", "POST"])
@needs(P.RELIEF_DRAFT)
def new_relief(trial_id: UUID) -> ResponseReturnValue:
    """Draft a relief: the answer to a row of the application, an extension, or neither."""
    file = file_of(trial_id, P.RELIEF_DRAFT, TrialWork.GRANT_RELIEF)
    sought, extends = (_number(request.args.get(name, "")) for name in ("sought", "extends"))
    form = _form(file, _beginning(file, sought, extends), is_extension=extends is not None)
    if not form.validate_on_submit():
        values = {"relief": None, "sought": sought, "extends": extends}
        return form_page("trials/relief_form.html", file, form, **values, asked=_row(file, sought))
    do(services.draft_relief, file, wording=form.wording, sought=sought, extends=extends)
    flash(_("The draft is saved. The company does not see it before it is decided."), "success")
    return _back(trial_id)


def _number(word: str) -> int | None:
    """Read a number of an address as its other numbers are read; anything else names nothing."""
    return int(word) if _NUMBER.fullmatch(word) else None


@bp.route("/<uuid:trial_id>/reliefs/<int(max=999999):number>/edit", methods=["GET", "POST"])
@needs(P.RELIEF_DRAFT)
def edit_relief(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Change a draft; what was granted or refused stays as it is."""
    file = file_of(trial_id, P.RELIEF_DRAFT, TrialWork.GRANT_RELIEF)
    relief = _draft(file, number)
    data = asdict(services.wording_of(relief)) | {"version": relief.version}
    form = _form(file, data, is_extension=relief.extends_id is not None)
    if not form.validate_on_submit():
        values = {"relief": relief, "sought": relief.sought, "extends": None}
        asked = _row(file, relief.sought)
        return form_page("trials/relief_form.html", file, form, **values, asked=asked)
    version = form.version.data or 0
    do(services.redraft_relief, file, number=number, wording=form.wording, expected_version=version)
    flash(_("The draft is saved. The company does not see it before it is decided."), "success")
    return _back(trial_id)


@bp.post("/<uuid:trial_id>/reliefs/<int(max=999999):number>/discard")
@needs(P.RELIEF_DRAFT)
def discard_relief(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Throw a draft away, exactly as it was read."""
    session, actor = db.session(), current_actor()
    trial = queries.get_trial(session, actor, trial_id, P.RELIEF_DRAFT)
    version = forms.GrantReliefForm().version.data or 0
    with unit_of_work(session):
        services.discard_relief(
            session, actor, trial, number=number, expected_version=version, now=utc_now()
        )
    flash(_("The draft is thrown away."), "success")
    return _back(trial_id)


@bp.route("/<uuid:trial_id>/reliefs/<int(max=999999):number>/grant", methods=["GET", "POST"])
@needs(P.RELIEF_GRANT)
def grant_relief(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Grant exactly the draft that is shown."""
    file = file_of(trial_id, P.RELIEF_GRANT, TrialWork.GRANT_RELIEF)
    relief = _draft(file, number)
    form = forms.GrantReliefForm(data={"version": relief.version})
    if not form.validate_on_submit():
        return form_page("trials/grant_relief.html", file, form, relief=relief, kind=_kind(file))
    do(services.grant_relief, file, number=number, expected_version=form.version.data or 0)
    flash(_("The relief is granted. The company and the authorities are being told."), "success")
    return _back(trial_id)


@bp.route("/<uuid:trial_id>/reliefs/<int(max=999999):number>/refuse", methods=["GET", "POST"])
@needs(P.RELIEF_GRANT)
def refuse_relief(trial_id: UUID, number: int) -> ResponseReturnValue:
    """Refuse what a draft is about."""
    file = file_of(trial_id, P.RELIEF_GRANT, TrialWork.GRANT_RELIEF)
    relief = _draft(file, number)
    form = forms.RefuseReliefForm(data={"version": relief.version})
    if not form.validate_on_submit():
        return form_page("trials/refuse_relief.html", file, form, relief=relief, kind=_kind(file))
    values = {"expected_version": form.version.data or 0, "reason": form.reason.data or ""}
    do(services.refuse_relief, file, number=number, **values)
    flash(_("The refusal is on record. The company and the authorities are being told."), "success")
    return _back(trial_id)


@bp.route("/<uuid:trial_id>/reliefs/<int(max=999999):number>/end", methods=["GET", "POST"])
@needs(P.RELIEF_GRANT)
def end_relief(trial_id: UUID, number: int) -> ResponseReturnValue:
    """End a relief before its last day."""
    file = file_of(trial_id, P.RELIEF_GRANT, TrialWork.END_RELIEF)
    relief, _authority = services.get_granted(db.session(), current_actor(), file.trial, number)
    form = forms.EndReliefForm(data={"ended_on": file.today})
    if not form.validate_on_submit():
        return form_page("trials/end_relief.html", file, form, relief=relief, kind=_kind(file))
    values = {"ended_on": form.ended_on.data, "reason": form.reason.data or ""}
    do(services.end_relief, file, number=number, **values)
    flash(_("The end is on record. The company and the authorities are being told."), "success")
    return _back(trial_id)


# --- parts of views ------------------------------------------------------------------------------


def _back(trial_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("trials.reliefs", trial_id=trial_id), 303)


def _draft(file: TrialFile, number: int) -> Relief:
    """Return a draft of the reader's authority. Raises: NotFound, NotPossible(ALREADY_DONE)."""
    relief, _authority = services.get_own(db.session(), current_actor(), file.trial, number)
    if relief.verdict is not None:
        raise NotPossible(Why.ALREADY_DONE)
    return relief


def _row(file: TrialFile, number: int | None) -> queries.SoughtRelief | None:
    """Return the row of the application that a draft answers, to be read beside it."""
    if number is None:
        return None
    return services.get_sought(db.session(), file.trial, number, now=utc_now())


def _kind(file: TrialFile) -> dict[str, Any]:
    return {kind.key: kind.name for kind in file.pack.relief_kinds}


def _form(file: TrialFile, data: dict[str, Any], *, is_extension: bool) -> forms.ReliefForm:
    form = forms.ReliefForm(data=data)
    form.offer(file.pack, current_language(), file.latest_end)
    if is_extension:
        del form.starts_on
    return form


def _beginning(file: TrialFile, sought: int | None, extends: int | None) -> dict[str, Any]:
    """Return what a new draft begins with: what was asked for, or what it extends.

    Everybody will read it, so that the company's own words begin it only where the rules publish
    them and the company has not marked them as confidential.
    """
    session, now = db.session(), utc_now()
    term = {"starts_on": file.today, "ends_on": file.latest_end, "version": 0}
    if extends is not None:
        former = services.get_extendable(session, current_actor(), file.trial, extends, now=now)
        return asdict(services.wording_of(former)) | {
            "ends_on": file.latest_end,
            "version": 0,
        }
    if sought is None:
        return term
    asked = services.get_sought(session, file.trial, sought, now=now)
    begun = term | {"kind": asked.row.get("kind")}
    if asked.is_confidential:
        return begun
    begun["provision"] = provision_of(file.pack, asked.row, file.trial.application.language)
    question = file.pack.coordination.reliefs_question
    if question in file.pack.disclosed_fields and is_published(
        file.pack, question, TrialStatus(file.trial.status)
    ):
        begun["scope"] = asked.row.get("asked")
    return begun
