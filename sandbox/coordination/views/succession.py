"""Serve the pages on which an administrator ends an authority as the pack has prepared it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.coordination import forms, queries, services
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.packs import active

successions = Blueprint("successions", __name__, url_prefix="/successions")


@successions.get("")
@needs(P.SUCCESSION_APPLY)
def index() -> ResponseReturnValue:
    """List the successions of the pack: what each would move, or has moved."""
    pack = active.current()
    found = queries.list_successions(db.session(), pack, _today())
    return render_template("successions/index.html", pack=pack, successions=found)


@successions.get("/<key>")
@needs(P.SUCCESSION_APPLY)
def show(key: str) -> ResponseReturnValue:
    """Show what would move before anybody confirms it."""
    session, pack = db.session(), active.current()
    found = queries.get_succession(session, pack, key, _today())
    cases = queries.list_moving(session, found.authority_id, request.args.get("after"))
    return render_template(
        "successions/show.html", pack=pack, found=found, cases=cases, form=forms.ConfirmForm()
    )


@successions.post("/<key>")
@needs(P.SUCCESSION_APPLY)
def apply(key: str) -> ResponseReturnValue:
    """Apply a succession; a second time it is refused and nothing moves."""
    session, form = db.session(), forms.ConfirmForm()
    if not form.validate_on_submit():
        return show(key)
    with unit_of_work(session):
        services.apply_succession(session, current_actor(), key=key, now=utc_now())
    flash(_("The succession is applied. Everybody concerned has been told."), "success")
    return redirect(url_for(".index"), 303)


def _today() -> date:
    return local_day(utc_now(), active.current().calendar.timezone)
