"""Hold the addresses of the slice and what its pages have in common."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from sandbox.access.guard import current_actor
from sandbox.applications import answers, queries
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.db import db
from sandbox.models import Application
from sandbox.packs import active

bp = Blueprint("applications", __name__, url_prefix="/applications")


def form_page(name: str, application: Application, form: Any, **values: Any) -> ResponseReturnValue:
    """Show the page of a short form about an application, again if it was refused."""
    status = 422 if form.is_submitted() else 200
    pack = active.pack_of(application)
    page = f"applications/{name}.html"
    return render_template(page, application=application, pack=pack, form=form, **values), status


def known_here(pack: PolicyPack, *submissions: queries.SubmissionRow) -> Mapping[str, str] | None:
    """Return which organisations that were named are known here, for whoever may be told."""
    sections = [
        part for each in submissions for part in answers.read_submission(pack, each, closed=())
    ]
    numbers = answers.tax_numbers(sections)
    return queries.known_organisations(db.session(), current_actor(), numbers)
