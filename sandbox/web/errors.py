"""Turn refusals, absences and faults into pages, once for all views."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from sandbox.access.checks import Denied, NotFound
from sandbox.access.guard import current_actor
from sandbox.accounts.setup import current_person_actor
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.refusals import NotPossible, Refusal, TransitionRefused, Why
from sandbox.home.queries import get_case
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import Stale, db
from sandbox.kernel.files import FileEmpty, FileSuspicious, FileTooLarge, FileTypeRefused
from sandbox.packs.errors import PackUnusable
from sandbox.trials.queries import find_stoppable
from sandbox.web.refusals import explain, is_final, possible_actions

log = structlog.get_logger("fault")

WORTH_SHOWING = 20  # characters; what is shorter is a choice or quickly typed again

STATUS_OF: dict[type[Refusal], int] = {
    NotFound: 404,
    Denied: 403,
    FileTooLarge: 413,
    FileEmpty: 422,
    FileTypeRefused: 415,
    FileSuspicious: 422,
}


def wants_json() -> bool:
    """Tell whether the request is a machine's."""
    return request.path.endswith(".json") or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def register_errors(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, fault)


def refused(error: Refusal) -> ResponseReturnValue:
    """Answer a typed refusal: why, and what is possible; this is no error of the platform."""
    db.session.rollback()
    status = STATUS_OF.get(type(error), 409)
    if status in (403, 404):
        return page(status, str(status))
    reason, possible = explain(error), possible_actions(error)
    return page(
        status,
        "409",
        reason=reason,
        possible=possible,
        is_final=is_final(error),
        steps=steps_of_case(error),
        ways=ways_on(error),
        texts=typed_texts(),
    )


def steps_of_case(error: Refusal) -> Sequence[tuple[object, object]]:
    """Say what is next with the case and who must act, as its page does for this reader."""
    asked = request.view_args or {}
    if wants_json() or not isinstance(error, TransitionRefused) or "application_id" not in asked:
        return ()
    if not isinstance(error.status, ApplicationStatus):
        return ()
    try:
        case = get_case(db.session(), current_actor(), asked["application_id"], utc_now())
    except (NotFound, PackUnusable):
        return ()
    return case.next_steps


def ways_on(error: Refusal) -> list[tuple[str, str]]:
    """Lead to what somebody else has changed, back to the case, or to the stop of a test.

    From rules that nobody can read only the stop leads on, which needs none. Shape: (text,
    address); empty where the page's own ways are enough.
    """
    rule = request.url_rule
    if isinstance(error, Stale) and rule is not None and "GET" in (rule.methods or ()):
        return [
            (_("Open it again as it is now"), request.full_path.rstrip("?")),
            (_("See my tasks"), url_for("home.my_tasks")),
        ]
    asked = request.view_args or {}
    if wants_json():
        return []
    if isinstance(error, NotPossible) and error.reason is Why.PROHIBITED:
        decline = url_for("applications.decline", **asked)
        return [(_("Decline the application"), decline), *_ways_back(asked)]
    if not isinstance(error, PackUnusable):
        return _ways_back(asked)
    trial = find_stoppable(
        db.session(),
        current_actor(),
        trial_id=asked.get("trial_id"),
        application_id=asked.get("application_id"),
    )
    if trial is None:
        return []
    return [
        (_("Suspend the test of this case"), url_for("trials.show", trial_id=trial.id)),
        (_("See my tasks"), url_for("home.my_tasks")),
    ]


def _ways_back(asked: Mapping[str, object]) -> list[tuple[str, str]]:
    """Lead back to the test or the case that the address names; whoever got here may see it."""
    if "trial_id" in asked:
        back = _("Back to the test"), url_for("trials.show", trial_id=asked["trial_id"])
    elif "application_id" in asked:
        address = url_for("home.case", application_id=asked["application_id"])
        back = _("Back to the case"), address
    elif "report_id" in asked:
        back = _("Back to the report"), url_for("outcomes.show", report_id=asked["report_id"])
    else:
        return []
    return [back, (_("See my tasks"), url_for("home.my_tasks"))] if back[1] != request.path else []


def form_expired(error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose session has ended: nothing was done, and nothing typed is lost."""
    g.actor = current_person_actor()
    if wants_json() or not is_own_form():
        return page(400, "400", reason=str(error.description))
    typed = [(name, text) for name, text in request.form.items(multi=True) if name != "csrf_token"]
    return page(
        400,
        "expired",
        address=request.full_path.rstrip("?"),
        fields=typed,
        texts=typed_texts(),
        has_files=any(file.filename for file in request.files.values()),
    )


def typed_texts() -> list[str]:
    """Return what somebody wrote into one of our forms, so that a refusal gives it back."""
    if request.method != "POST" or any("password" in name for name in request.form):
        return []
    typed = request.form.items(multi=True)
    return [text for name, text in typed if name != "csrf_token" and len(text) >= WORTH_SHOWING]


def is_own_form() -> bool:
    """Tell whether one of our own pages sent the form and it may be shown again.

    What another site sends must never be offered with one of our buttons, and a password must
    never stand in a page.
    """
    comes_from_us = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return comes_from_us and not any("password" in name for name in request.form)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what the framework refuses."""
    if isinstance(error, SecurityError):
        # The request names a site that is not ours, so that a page could link to nothing.
        return "400 Bad Request\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return fault(error)
    known = {400, 403, 404, 405, 413, 429}
    name = str(status) if status in known else "400"
    body, code, headers = page(status, name)
    for header, value in error.get_headers():
        if header in ("Allow", "Retry-After"):
            headers[header] = value
    return body, code, headers


def fault(error: Exception) -> ResponseReturnValue:
    """Answer a defect with a page that needs neither database nor user, and log it."""
    request_id = g.get("request_id", "-")
    log.error("fault", request_id=request_id, endpoint=request.endpoint, exc_info=error)
    db.session.rollback()
    if wants_json():
        return problem(500, "fault", title="Internal Server Error", request_id=request_id)
    # Not `render_template`: its context processors would ask the database who is signed in.
    template = current_app.jinja_env.get_template("errors/500.html")
    return template.render(request_id=request_id), 500


def page(
    status: int, name: str, **values: object
) -> tuple[str | dict[str, object], int, dict[str, str]]:
    """Render an error page, or the same as problem+json for a machine."""
    if wants_json():
        detail = {"detail": str(values["reason"])} if "reason" in values else {}
        return problem(status, name, title=HTTPStatus(status).phrase, **detail)
    return render_template(f"errors/{name}.html", status=status, **values), status, {}


def problem(
    status: int, kind: str, **values: object
) -> tuple[str | dict[str, object], int, dict[str, str]]:
    """Return the body of RFC 9457."""
    body: dict[str, object] = {"type": f"about:blank#{kind}", "status": status, **values}
    return body, status, {"Content-Type": "application/problem+json"}
