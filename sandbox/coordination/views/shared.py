"""Hold what every page of shared cases begins and ends with."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound
from sandbox.access.guard import current_actor
from sandbox.access.permissions import P
from sandbox.coordination import queries, sentences
from sandbox.coordination.successors import known_as, successor_lines
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db
from sandbox.models import Application, AuthorityAssignment
from sandbox.packs import active

bp = Blueprint("coordination", __name__, url_prefix="/cases/<uuid:application_id>")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """Give templates the words of this slice; the page of a case shows its panel."""
    return {
        "coordination_words": sentences,
        "known_as": known_as,
        "successor_lines": successor_lines,
    }


class Case(NamedTuple):
    """Hold what every page of a case begins with."""

    session: Session
    actor: Actor
    application: Application
    pack: PolicyPack


def case_of(application_id: UUID, permission: P) -> Case:
    """Load a case on which this is granted. Raises: NotFound."""
    session, actor = db.session(), current_actor()
    application = queries.get_application(session, actor, application_id, permission)
    return Case(session, actor, application, active.pack_of(application))


def place_of(case: Case, authorities: frozenset[UUID]) -> AuthorityAssignment:
    """Return the place of one of these authorities on the case. Raises: NotFound."""
    found = queries.find_own_assignment(case.session, authorities, case.application.id)
    if found is None:
        raise NotFound(application_id=case.application.id)
    return found


def today_of(case: Case) -> date:
    """Return the day where the programme runs."""
    return local_day(utc_now(), case.pack.calendar.timezone)


def page(
    name: str, case: Case, form: Any, status: int | None = None, **values: Any
) -> ResponseReturnValue:
    """Render a page with its form; a form that was sent back answers 422."""
    otherwise = 422 if form.is_submitted() else 200
    body = render_template(
        f"coordination/{name}.html",
        application=case.application,
        pack=case.pack,
        form=form,
        **values,
    )
    return body, status or otherwise


def done(case: Case, message: str) -> ResponseReturnValue:
    """Say what was done and lead back to the case."""
    flash(message, "success")
    return redirect(url_for("home.case", application_id=case.application.id), 303)


def left(message: str) -> ResponseReturnValue:
    """Lead on from a case that the actor may no longer see."""
    flash(message, "success")
    return redirect(url_for("home.my_tasks"), 303)
