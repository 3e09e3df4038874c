"""Make the application from its configuration: the only place where all rooms meet."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import structlog
from flask import Flask, Response, abort, current_app, g, jsonify, request, session
from flask.json.provider import JSONProvider
from flask_compress import Compress
from flask_wtf import CSRFProtect
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config import FORM_OVERHEAD_BYTES, MAX_FILE_BYTES, SEVERAL_FILES, Config
from sandbox.access.guard import install_guard, public
from sandbox.accounts.setup import (
    PUBLIC_ENDPOINTS,
    current_person_actor,
    init_accounts,
    limit_people,
)
from sandbox.home import reminding
from sandbox.kernel.db import configure_engine, db, engine_options
from sandbox.kernel.files import FileStore
from sandbox.kernel.mail import init_mail
from sandbox.packs import active
from sandbox.programme.store import DatabaseStore
from sandbox.web.cli import register_commands
from sandbox.web.demo.accounts import for_the_sign_in_page
from sandbox.web.errors import register_errors
from sandbox.web.logs import configure_logs, log_requests
from sandbox.web.rooms import BLUEPRINTS
from sandbox.web.templating import init_templating
from sandbox.web.words import register_words

PROJECT = Path(__file__).resolve().parents[2]
csrf = CSRFProtect()
SIGNED_IN = "_user_id"  # where the library keeps in the signed cookie who has signed in
FULL = 2  # how SQLite writes `synchronous=FULL`


class MsgspecProvider(JSONProvider):
    """Read and write JSON with msgspec, which is fast and knows instants, days and keys."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """Write a value as JSON text."""
        return msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Read a value from JSON text."""
        return msgspec.json.decode(s)


def create_app(config: Config) -> Flask:
    """Build the application. Raises: PackInvalid when a policy pack is not sound."""
    app = Flask(
        "sandbox",
        template_folder=str(PROJECT / "templates"),
        static_folder=str(PROJECT / "static"),
    )
    app.config.from_mapping(config.flask_settings())
    app.config["DEMO"] = config.demo
    app.config["DEMO_ACCOUNTS"] = for_the_sign_in_page() if config.demo else []
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database_url)
    app.json = MsgspecProvider(app)
    app.extensions["config"] = config
    configure_logs(as_json=config.log_json)
    app.extensions["packs"] = active.install(config.pack_folder, config.pack_code)
    active.connect(DatabaseStore())
    init_database(app, config)
    init_templating(app, active.installed().current(config.pack_code), config.cache_folder)
    register_words(app)
    app.before_request(name_request)
    app.before_request(make_room_for_files)
    csrf.init_app(app)
    Compress(app)
    init_accounts(app)
    app.extensions["file_store"] = FileStore.from_url(f"file://{config.files_folder}")
    init_mail(
        app,
        smtp_url=config.smtp_url,
        from_address=config.from_address,
        folder=config.mail_folder,
        base_url=config.base_url,
        holds=reminding.holds,
    )
    install_guard(app, current_person_actor, PUBLIC_ENDPOINTS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    limit_people(app)
    add_health(app)
    add_headers(app, https=config.base_url.startswith("https://"))
    log_requests(app)
    register_errors(app)
    register_commands(app)
    return app


def init_database(app: Flask, config: Config) -> None:
    """Connect the tables to their database; the folder of an embedded one is made if need be."""
    config.data_folder.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)


def make_room_for_files() -> None:
    """Let the forms that ask for files bring several at once, larger than allowed included.

    Each file is measured by the form, which keeps what was typed; a request that is too large as
    a whole is cut off before any form has seen it. Only these forms may send so much, and only
    from somebody who has signed in, since all of it is read before the form's token is judged.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False) and SIGNED_IN in session:
        request.max_content_length = SEVERAL_FILES * MAX_FILE_BYTES + FORM_OVERHEAD_BYTES


def name_request() -> None:
    """Give every request a number that a person can quote when something went wrong.

    An address with a NUL is refused here: PostgreSQL cannot even compare one with a text.
    """
    g.request_id = uuid4().hex[:12]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        abort(400)


def add_health(app: Flask) -> None:
    """Tell machines at `/health` whether this process can serve."""

    @app.get("/health")
    @public
    def health() -> tuple[Response, int]:
        parts: dict[str, object] = {}
        session = db.session()
        try:
            session.execute(text("SELECT 1"))
        except SQLAlchemyError:
            session.rollback()
            return jsonify({"status": "unavailable", "database": "out of reach"}), 503
        parts["database"] = session.get_bind().dialect.name
        if parts["database"] == "sqlite":
            parts["journal_mode"] = session.execute(text("PRAGMA journal_mode")).scalar()
            parts["foreign_keys"] = session.execute(text("PRAGMA foreign_keys")).scalar() == 1
            parts["durable"] = session.execute(text("PRAGMA synchronous")).scalar() == FULL
        pack = active.current()
        parts["pack"] = {"code": pack.code, "version": pack.version}
        return jsonify({"status": "ok", **parts}), 200


def add_headers(app: Flask, *, https: bool) -> None:
    """Send the headers that keep pages from running or framing anything that is not ours."""
    policy = (
        ContentSecurityPolicy()
        .default_src("'self'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src("'self'", "data:")
        .object_src("'none'")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'none'")
    )
    headers = Secure(
        csp=policy,
        coop=CrossOriginOpenerPolicy().same_origin(),
        permissions=PermissionsPolicy().geolocation().microphone().camera(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
        hsts=StrictTransportSecurity().max_age(31536000).include_subdomains() if https else None,
    )

    @app.after_request
    def protect(response: Response) -> Response:
        headers.set_headers(response)
        # What somebody sees when signed in must not be shown to the next person at the machine.
        if "actor" in g and not g.actor.is_visitor:
            response.headers["Cache-Control"] = "no-store"
        response.headers["X-Request-Id"] = g.get("request_id", "")
        return response
