"""Set up accounts: every setting of Flask-Security, its views under our rules, limits, sessions."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, flash, g, redirect, render_template, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import user_logged_in
from flask_security import Security, password_changed, password_reset
from flask_security.utils import get_message, set_request_attr
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError

from sandbox.access.guard import current_actor, needs, public
from sandbox.access.permissions import P
from sandbox.accounts import forms, passwords, queries
from sandbox.accounts.messages import MESSAGES
from sandbox.accounts.security import (
    Account,
    JudgedPasswordUtil,
    OutboxMailUtil,
    PeopleDatastore,
    signed_in_person,
)
from sandbox.accounts.views import confirm_address
from sandbox.kernel.actors import VISITOR, Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db, unit_of_work

PUBLIC_ENDPOINTS: frozenset[str] = frozenset(
    f"security.{name}"
    for name in (
        "login",
        "logout",
        "register",
        "forgot_password",
        "reset_password",
        "send_confirmation",
        "confirm_email",
    )
)
"""The library's pages that the guard lets pass; changing a password needs somebody signed in."""

LONGEST_SESSION = timedelta(hours=12)
SIGN_IN_LIMITS = "20 per minute; 200 per hour"
SIGN_IN_LIMITS_BY_ADDRESS = "10 per 15 minutes"
MAIL_LIMITS = "10 per minute; 50 per hour"
# How often one person may send a form. That of an organisation must say when a number is taken, so
# it could tell who is here; not of many. Each enquiry is read by people.
PEOPLE_LIMITS = {
    "accounts.new_organisation": "20 per hour",
    "enquiries.new": "20 per hour",
    "enquiries.reply": "60 per hour",
}

View = Callable[..., Any]


def init_accounts(app: Flask) -> None:
    """Set up sign-in and everything around it; call it after the pages, CSRF and the database."""
    app.config.update(settings(app))
    json, json_class = app.json, app.json_provider_class
    security = Security(
        app,
        PeopleDatastore(),
        mail_util_cls=OutboxMailUtil,
        password_util_cls=JudgedPasswordUtil,
        render_template=render_page,
        login_form=forms.SignInForm,
        register_form=forms.RegistrationForm,
        forgot_password_form=forms.ForgottenPasswordForm,
        reset_password_form=forms.NewPasswordForm,
        change_password_form=forms.PasswordChangeForm,
        send_confirmation_form=forms.ResendConfirmationForm,
    )
    # The library replaces the JSON provider; ours stays.
    app.json, app.json_provider_class = json, json_class
    # Pages alone: nothing here answers machines, who would get tokens past our sessions.
    security.want_json(lambda _request: False)
    app.login_manager.user_loader(load_account)  # type: ignore[attr-defined]
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    # Rights come from our own tables. The library would read the person for every static file.
    hook = security.principal._on_before_request  # noqa: SLF001 - there is no public way
    app.before_request_funcs[None].remove(hook)
    listen(app)
    guard_views(app)


def settings(app: Flask) -> dict[str, Any]:
    """Return every setting of Flask-Security that differs from its own choice."""
    return {
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [app.config["BABEL_TRANSLATION_DIRECTORIES"]],
        "SECURITY_DATETIME_FACTORY": utc_now,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        # Nothing here asks for a fresh sign-in, so that the page for it is not served.
        "SECURITY_FRESHNESS": timedelta(minutes=-1),
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_REGISTER_URL": "/register-account",
        "SECURITY_CONFIRM_URL": "/confirm",
        "SECURITY_RESET_URL": "/reset-password",
        "SECURITY_CHANGE_URL": "/change-password",
        "SECURITY_POST_LOGIN_VIEW": "/my-tasks",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_REGISTER_VIEW": "/sign-in",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=1),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        # The hash stands for itself: a change of the site's secret must lock nobody out.
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__memory_cost": passwords.MEMORY_KIB,
            "argon2__rounds": passwords.PASSES,
            "argon2__parallelism": passwords.LANES,
        },
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.SHORTEST_PASSWORD,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFKC",
        # For the short fingerprints inside signed tokens; slow hashing is for passwords.
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        # The mails have templates of their own and are rendered when they are sent.
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
    }


# --- who is signed in -----------------------------------------------------------------------------


def load_account(key: str) -> Account | None:
    """Return the account that a session names, unless it may not be used or the session is old."""
    since = session.get("fs_paa", 0)
    if time.time() - since > LONGEST_SESSION.total_seconds():
        return None
    person = queries.find_person_by_session_key(db.session(), str(key))
    if person is None or not person.active or person.confirmed_at is None:
        return None
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", since)
    return Account(person)


def current_person_actor() -> Actor:
    """Return who acts in this request, with every right as it is now."""
    person = signed_in_person()
    return VISITOR if person is None else queries.actor_of(db.session(), person)


def begin_session(_app: Flask, user: Account) -> None:
    """Start a new session at every sign-in, so that one known before is worth nothing."""
    kept = {name: session[name] for name in ("_user_id", "_fresh", "_id") if name in session}
    session.clear()
    session.update(kept)
    session["language"] = user.person.language
    session.permanent = True  # It ends after the idle time of the configuration.
    g.pop("csrf_token", None)


def record_password(_app: Flask, user: Account, **_extra: object) -> None:
    """Record that a password was changed or reset, by whoever owns the account."""
    person = user.person
    actor = Actor(name=person.name, person_id=person.id, language=person.language)
    record(db.session(), actor, Deed.PERSON_PASSWORD_CHANGED, person, now=utc_now())


def listen(app: Flask) -> None:
    """Hear what the library does with sessions and passwords."""
    user_logged_in.connect(begin_session, app)
    password_changed.connect(record_password, app)
    password_reset.connect(record_password, app)


# --- the library's pages --------------------------------------------------------------------------


def render_page(template: str, **context: Any) -> Any:
    """Render one of the library's pages in our kit: 422 with errors, onwards after success."""
    form = next(value for value in context.values() if isinstance(value, FlaskForm))
    if request.method == "POST" and not form.errors:
        # The library would show the form once more; its message appears on the next page.
        return redirect(url_for("security.login"), 303)
    return render_template(template, form=form, **context), 422 if form.errors else 200


def guard_views(app: Flask) -> None:
    """Put the library's views under our rules: one transaction, limits, permissions."""
    views: dict[str, Any] = app.view_functions
    # The link in a mail opens a page with a button: programs that look at links must not write.
    views["security.confirm_email"] = public(confirm_address)
    for name in ("register", "forgot_password", "reset_password", "send_confirmation"):
        views[f"security.{name}"] = in_unit_of_work(views[f"security.{name}"])
    views["security.register"] = once(views["security.register"])
    views["security.change_password"] = needs(P.PROFILE_EDIT)(
        in_unit_of_work(views["security.change_password"])
    )
    limiter = Limiter(get_remote_address, app=app)
    # The wrapped views hold the limiter weakly, so the application has to keep it alive.
    app.extensions["sandbox_limiter"] = limiter
    by_address = limiter.limit(SIGN_IN_LIMITS_BY_ADDRESS, key_func=typed_address, methods=["POST"])
    by_machine = limiter.limit(SIGN_IN_LIMITS, methods=["POST"])
    views["security.login"] = by_machine(by_address(views["security.login"]))
    for name in ("register", "forgot_password", "send_confirmation", "reset_password"):
        limit = limiter.limit(MAIL_LIMITS, methods=["POST"])
        views[f"security.{name}"] = limit(views[f"security.{name}"])


def limit_people(app: Flask) -> None:
    """Let nobody try tax numbers by the hundred to learn who is here, nor flood the secretariat.

    To be called when the pages are there.
    """
    limiter: Limiter = app.extensions["sandbox_limiter"]
    views: dict[str, Any] = app.view_functions
    for endpoint, limits in PEOPLE_LIMITS.items():
        limit = limiter.limit(limits, key_func=signed_in_as, methods=["POST"])
        views[endpoint] = limit(views[endpoint])


def signed_in_as() -> str:
    """Return who tries, from whatever machine."""
    return f"person:{current_actor().person_id}"


def typed_address() -> str:
    """Return the address for which somebody tries passwords, from wherever they come."""
    return f"address:{request.form.get('email', '').strip().lower()[:254]}"


def in_unit_of_work(view: View) -> View:
    """Let a view of the library write as ours do: all of it in one transaction, or nothing."""

    @wraps(view)
    def writing(**values: Any) -> Any:
        if request.method != "POST":
            return view(**values)
        with unit_of_work(db.session()):
            return view(**values)

    return writing


def once(view: View) -> View:
    """Answer the second of two simultaneous registrations with one address like the first."""

    @wraps(view)
    def registering(**values: Any) -> Any:
        try:
            return view(**values)
        except IntegrityError:
            message = get_message("CONFIRM_REGISTRATION", email=request.form.get("email", ""))
            flash(*message)
            return redirect(url_for("security.login"), 303)

    return registering
