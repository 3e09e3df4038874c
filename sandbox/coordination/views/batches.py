"""Serve the pages on which the secretariat does one deed on several cases."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from sandbox.access.checks import NotFound
from sandbox.access.guard import current_actor, needs
from sandbox.access.permissions import P
from sandbox.applications.queries import CaseFilter
from sandbox.applications.wording import AT_ONCE
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import forms, queries, services
from sandbox.domain.applications import ApplicationAction, DecisionOutcome
from sandbox.domain.refusing import offered_reasons
from sandbox.domain.succession import in_force
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.language import current_language
from sandbox.packs import active

batches = Blueprint("batches", __name__, url_prefix="/cases/at-once")
FILTERS = (*(each.name for each in fields(CaseFilter) if each.name != "late_since"), "late")
"""What the list was narrowed to, so that the way back leads to the same list."""


@batches.get("")
@needs(P.APPLICATION_TRIAGE)
def choose() -> ResponseReturnValue:
    """Show the chosen cases, on which of them the deed can be done, and ask for the reason."""
    if request.args.get("deed") not in set(AT_ONCE):
        return redirect(url_for("applications.index"), 303)
    form, applied = _form(request.args)
    form.case.process(request.args)
    return _page(form, applied, 200 if form.case.validate(form) else 422)


@batches.post("")
@needs(P.APPLICATION_TRIAGE)
def send() -> ResponseReturnValue:
    """Do the deed on each case in a transaction of its own; a form sent twice does it once."""
    session, actor, (form, applied) = db.session(), current_actor(), _form(request.form)
    if not form.validate_on_submit():
        return _page(form, applied, 422)
    deed, key = ApplicationAction(form.deed.data), form.key.data
    with unit_of_work(session):
        batch_id = services.begin_batch(
            session, actor, deed, cases=form.case.data, words=form.words, key=key, now=utc_now()
        )
    return _carry_out(batch_id)


@batches.get("/<uuid:batch_id>")
@needs(P.APPLICATION_TRIAGE)
def show(batch_id: UUID) -> ResponseReturnValue:
    """Name each case on which the deed was done, and each on which it was refused and why."""
    session, actor = db.session(), current_actor()
    batch = queries.get_batch(session, actor, batch_id)
    rows = queries.list_batch(session, actor, batch)
    return render_template(
        "coordination/batch_result.html",
        batch=batch,
        deed=AT_ONCE[ApplicationAction(batch.deed)],
        done=[each for each in rows if each.is_done],
        refused=[each for each in rows if each.refusal is not None],
        waiting=[each for each in rows if not each.is_done and each.refusal is None],
        hidden=len(batch.cases) - len(rows),
    )


@batches.post("/<uuid:batch_id>")
@needs(P.APPLICATION_TRIAGE)
def go_on(batch_id: UUID) -> ResponseReturnValue:
    """Go on with the cases that were not reached when something broke off."""
    return _carry_out(batch_id)


def _carry_out(batch_id: UUID) -> ResponseReturnValue:
    session, actor, is_going_on = db.session(), current_actor(), True
    while is_going_on:
        with unit_of_work(session):
            is_going_on = services.go_on_with_batch(session, actor, batch_id, now=utc_now())
    return redirect(url_for(".show", batch_id=batch_id), 303)


def _form(sent: Mapping[str, str]) -> tuple[forms.BatchForm, Collection[str]]:
    """Make the form of a deed, with the authorities whose succession was applied, read once."""
    deed = next((each for each in AT_ONCE if each == sent.get("deed")), None)
    if deed is None:
        raise NotFound
    if deed is ApplicationAction.DECLINE_PROHIBITED:
        # A case under other rules takes none of these, and is named among those refused.
        offered = offered_reasons(active.current(), DecisionOutcome.DECLINED)
        return forms.BatchForm(deed, reasons=offered), ()
    if deed is not ApplicationAction.ASSIGN:
        return forms.BatchForm(deed), ()
    applied = applied_codes(db.session())
    return forms.BatchForm(deed, _choices(applied)), applied


def _choices(applied: Collection[str]) -> list[forms.Choice]:
    session, pack, now = db.session(), active.current(), utc_now()
    today = local_day(now, pack.calendar.timezone)
    existing = [each for each in pack.authorities if in_force(pack, each, today, applied)]
    loads = queries.map_loads(session, [each.code for each in existing], now)
    return forms.authority_choices(existing, current_language(), loads)


def _page(form: forms.BatchForm, applied: Collection[str], status: int) -> ResponseReturnValue:
    deed, chosen = ApplicationAction(form.deed.data), {} if form.case.errors else form.case.data
    rows = services.judge_batch(
        db.session(), current_actor(), deed, chosen=chosen, applied=applied, now=utc_now()
    )
    return render_template(
        "coordination/batch.html", **_words(form, rows), deed=deed, name=AT_ONCE[deed]
    ), status


def _words(form: forms.BatchForm, rows: Any) -> dict[str, Any]:
    """Count what the page names, and what it must not name."""
    return {
        "form": form,
        "rows": rows,
        "possible": [each for each in rows if each.refusal is None],
        "missing": len(form.case.data or ()) + form.case.senseless - len(rows),
        "back": {name: request.values[name] for name in FILTERS if request.values.get(name)},
    }
