"""Hold the addresses of the slice and what its pages have in common."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from sandbox.models import Application
from sandbox.packs import active

bp = Blueprint("applications", __name__, url_prefix="/applications")


def form_page(name: str, application: Application, form: Any, **values: Any) -> ResponseReturnValue:
    """Show the page of a short form about an application, again if it was refused."""
    status = 422 if form.is_submitted() else 200
    pack = active.pack_of(application)
    page = f"applications/{name}.html"
    return render_template(page, application=application, pack=pack, form=form, **values), status
