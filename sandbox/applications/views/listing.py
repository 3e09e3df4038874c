"""List applications, narrowed as somebody wants, and keep what they are narrowed to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sandbox.access.checks import NotFound, conceivable
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications import forms, queries, services
from sandbox.applications.views.blueprint import bp
from sandbox.applications.wording import AT_ONCE
from sandbox.authorities.queries import list_authorities
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calls import OUTSIDE
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.models import SavedView
from sandbox.packs import active

LONGEST_SEARCH = 100


@bp.get("")
@needs(P.APPLICATION_READ)
def index() -> ResponseReturnValue:
    """List one's own applications, or those that one works on."""
    return _page(forms.ViewForm())


@bp.post("/views")
@needs(P.APPLICATION_READ)
def save_view() -> ResponseReturnValue:
    """Keep under a name what the list is narrowed to in this address."""
    session, actor, form = db.session(), current_actor(), forms.ViewForm()
    if not _works_for_many(actor):
        raise NotFound
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = _wanted(actor, list_authorities(session))
    with unit_of_work(session):
        services.save_view(session, actor, wanted, name=form.name.data, now=utc_now())
    flash(_("The view is saved. You find it above the list."), "success")
    return redirect(url_for(".index", **wanted.words), 303)


@bp.post("/views/<uuid:view_id>/remove")
@needs(P.APPLICATION_READ)
def remove_view(view_id: UUID) -> ResponseReturnValue:
    """Forget one of one's own views."""
    session = db.session()
    with unit_of_work(session):
        services.remove_view(session, current_actor(), view_id)
    flash(_("The view is removed."), "success")
    return redirect(url_for(".index"), 303)


@bp.get("/refusals")
@needs(P.REFUSAL_COUNT)
def refusals() -> ResponseReturnValue:
    """Tell for which reasons applications were refused, this year and in all."""
    return render_template(
        "applications/refusals.html",
        counted=queries.count_refusals(db.session(), current_actor(), active.current(), utc_now()),
    )


def _page(form: forms.ViewForm) -> str:
    session, actor = db.session(), current_actor()
    works = _works_for_many(actor)
    authorities = list_authorities(session) if works else ()
    wanted = _wanted(actor, authorities)
    views = queries.list_views(session, actor) if works else ()
    return render_template(
        "applications/index.html",
        page=queries.list_applications(session, actor, wanted, after=request.args.get("after")),
        wanted=wanted,
        form=form,
        views=views,
        # Other rules may know other tiers and calls: what no longer fits must not seem to.
        fitting={each.id for each in views if _fits(actor, authorities, each)},
        pack=active.current(),
        outside_calls=OUTSIDE,
        authorities=authorities,
        counts=queries.count_applications(session, actor),
        statuses=list(ApplicationStatus),
        pack_of=active.find_pack_of,
        may_start=conceivable(actor, P.APPLICATION_START),
        may_count=conceivable(actor, P.REFUSAL_COUNT),
        deeds=AT_ONCE if conceivable(actor, P.APPLICATION_TRIAGE) else {},
        may_import=conceivable(actor, P.DOSSIER_IMPORT),
    )


def _works_for_many(actor: Actor) -> bool:
    """Tell whether somebody reads the cases of many companies, and so has to search."""
    return bool(actor.staff or actor.officer_of)


def _fits(actor: Actor, authorities: Iterable[Any], view: SavedView) -> bool:
    return _wanted(actor, authorities, view.filters).words == view.filters


def _wanted(
    actor: Actor, authorities: Iterable[Any], given: Mapping[str, str] | None = None
) -> queries.CaseFilter:
    """Return what the list is narrowed to; a word that stands for nothing narrows nothing.

    Shape: `given` are the words of the address, or of a view that was saved.
    """
    given, pack = request.args if given is None else given, active.current()
    calls = [each.key for each in pack.calls] + [OUTSIDE] * pack.outside_calls
    status = given.get("status", "")
    narrowed = queries.CaseFilter(
        status=_known(status, ApplicationStatus),
        call=_known(given.get("call", ""), calls),
    )
    if not _works_for_many(actor):
        return narrowed
    today, reasons = local_day(utc_now(), pack.calendar.timezone), pack.refusal_reasons
    return replace(
        narrowed,
        text=" ".join(given.get("text", "").split())[:LONGEST_SEARCH],
        tier=_known(given.get("tier", ""), (each.key for each in pack.tiers)),
        authority=_known(given.get("authority", ""), (each.code for each in authorities)),
        priority=_known(given.get("priority", ""), (each.code for each in pack.priorities)),
        refused_for=_known(given.get("refused_for", ""), (each.code for each in reasons)),
        late_since=today if given.get("late") == "yes" else None,
    )


def _known(word: str, words: Iterable[str]) -> str:
    return word if word in set(words) else ""
