"""Stand before every route: what declares no permission and is not public is not served."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import Flask, abort, g, redirect, request, url_for
from werkzeug.wrappers import Response

from sandbox.access.checks import Denied, conceivable
from sandbox.access.permissions import P
from sandbox.kernel.actors import VISITOR, Actor

View = TypeVar("View", bound=Callable[..., Any])
log = structlog.get_logger(__name__)


def needs(permission: P) -> Callable[[View], View]:
    """Declare the permission without which a route is not even tried."""

    def mark(view: View) -> View:
        view._needs = permission  # type: ignore[attr-defined]  # noqa: SLF001
        return view

    return mark


def public(view: View) -> View:
    """Declare that a route is open to everybody."""
    view._public = True  # type: ignore[attr-defined]  # noqa: SLF001
    return view


def current_actor() -> Actor:
    """Return who acts in this request; a visitor outside the guarded routes."""
    actor: Actor = g.get("actor", VISITOR)
    return actor


def install_guard(
    app: Flask, load_actor: Callable[[], Actor], public_endpoints: frozenset[str]
) -> None:
    """Check every request before its view; `public_endpoints` are those of libraries."""

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint is None:
            g.actor = VISITOR if request.path == "/health" else load_actor()
            return None  # The router has found nothing; it answers 404 or 405 by itself.
        if request.endpoint in ("static", "health"):
            g.actor = VISITOR
            return None
        g.actor = load_actor()
        view = app.view_functions[request.endpoint]
        if getattr(view, "_public", False) or request.endpoint in public_endpoints:
            return None
        permission: P | None = getattr(view, "_needs", None)
        if permission is None:
            log.error("route_without_permission", endpoint=request.endpoint)
            abort(404)
        if conceivable(g.actor, permission):
            return None
        if g.actor.is_visitor:
            # A form's own address often takes nothing but the form: lead back to the start instead.
            here = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("security.login", next=here))
        raise Denied(permission=permission.value)
