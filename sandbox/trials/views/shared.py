"""Hold what the pages of trials share: their blueprint, the file of a trial, the unit of work."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from sandbox.access.guard import current_actor
from sandbox.access.permissions import P
from sandbox.domain.packs import COMPLETION_NAME
from sandbox.domain.trials import TrialAction, TrialStatus, TrialWork, require_open
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.forms import PlatformForm
from sandbox.models import Trial
from sandbox.packs import active
from sandbox.trials import queries
from sandbox.trials.queries import COMPLETION, TrialFile

bp = Blueprint("trials", __name__, url_prefix="/trials")


def stage_named(name: str) -> str:
    """Return the key of the stage behind a gate from its name in addresses."""
    return COMPLETION if name == COMPLETION_NAME else name


def file_of(
    trial_id: UUID,
    permission: P = P.TRIAL_READ,
    deed: TrialAction | TrialWork | None = None,
) -> TrialFile:
    """Read the file of a trial for somebody who may do what the page is for.

    Nobody fills in a form for a deed that the trial's status or stage refuses.
    """
    trial = queries.get_trial(db.session(), current_actor(), trial_id, permission)
    file = read(trial)
    if deed is not None:
        require_open(TrialStatus(trial.status), file.tier, file.current.key, deed)
    return file


def read(trial: Trial) -> TrialFile:
    """Read the file of a trial that was found. Raises: PackUnusable."""
    return queries.read_file(db.session(), trial, active.pack_of(trial), utc_now())


def do(service: Callable[..., Any], file: TrialFile, /, **values: object) -> Any:
    """Run a service of this trial as one unit of work."""
    session = db.session()
    with unit_of_work(session):
        return service(session, current_actor(), file.trial, now=utc_now(), **values)


def to(trial_id: UUID, anchor: str | None = None) -> ResponseReturnValue:
    """Lead to a place on the page of a trial."""
    return redirect(url_for("trials.show", trial_id=trial_id, _anchor=anchor), 303)


def form_page(
    template: str, file: TrialFile, form: PlatformForm, **values: object
) -> ResponseReturnValue:
    """Show a form, with its errors where it was sent."""
    status = 422 if form.is_submitted() else 200
    page = render_template(
        template, file=file, trial=file.trial, pack=file.pack, form=form, **values
    )
    return page, status
