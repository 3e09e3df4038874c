"""Set up the pages: language, filters, globals and the environment that templates run in.

Our own templates run under `StrictUndefined`, so that a misspelt name fails loudly. The component
kit's macros test parameters that were not given and cannot run so; they live in an environment of
their own, reached through the prefix `govuk_frontend_jinja/`.
"""

import contextlib
import hashlib
from collections.abc import Callable, MutableMapping
from functools import cache
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote

from flask import Flask, current_app, g, has_request_context, request, session, url_for
from flask.templating import Environment
from flask_babel import Babel
from jinja2 import (
    ChainableUndefined,
    FileSystemBytecodeCache,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from jinja2 import Environment as PlainEnvironment
from jinja2.bccache import Bucket
from markupsafe import Markup

from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import VISITOR
from sandbox.kernel.formats import day, instant, moment, money, number, short_day, span
from sandbox.kernel.language import (
    FIRST_LANGUAGE,
    LANGUAGES,
    current_language,
    language_name,
    language_tag,
    locale_of,
    locales,
)
from sandbox.kernel.terms import days_of_term
from sandbox.packs import active
from sandbox.web import fields
from sandbox.web.navigation import footer_menu, menu
from sandbox.web.refusals import explain

ROOT = Path(__file__).resolve().parents[2]
_KIT = "govuk_frontend_jinja/"


@runtime_checkable
class Localisable(Protocol):
    """Describe a text of the policy pack, which exists in several languages."""

    def in_(self, language: str) -> str:
        """Return the text in a language."""
        ...


class PageEnvironment(Environment):
    """Load our templates strictly and the component kit's leniently."""

    def __init__(self, app: Flask, **options: Any) -> None:
        options["undefined"] = StrictUndefined
        super().__init__(app, **options)
        self.kit = PlainEnvironment(
            loader=PrefixLoader({_KIT.rstrip("/"): PackageLoader("govuk_frontend_jinja")}),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=options.get("bytecode_cache"),
        )

    def _load_template(self, name: str, names: MutableMapping[str, Any] | None) -> Template:
        if name.startswith(_KIT):
            return self.kit.get_template(name)
        return super()._load_template(name, names)


class CompiledTemplates(FileSystemBytecodeCache):
    """Keep compiled templates for every worker and restart; without them pages are only slower.

    Compiling a page takes ten times as long as rendering it, and whoever comes first would wait.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read a template, if it is there and can be read."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template; a folder that is full, or was cleared away, keeps nothing."""
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def compiled_templates(cache_folder: Path) -> CompiledTemplates:
    """Return where compiled templates are kept."""
    # What a template compiles to hangs on its text, which is looked at each time, on the settings
    # in this file, and on the library.
    settings = Path(__file__).read_bytes() + version_of("jinja2").encode()
    mark = hashlib.sha256(settings).hexdigest()[:12]
    return CompiledTemplates(str(cache_folder / "templates"), f"{mark}-%s.cache")


# --- language ------------------------------------------------------------------------------------


def select_locale() -> str:
    """Choose the language: the person's choice, then the browser's wish, then Spanish."""
    if not has_request_context():
        return locale_of(FIRST_LANGUAGE)
    chosen = session.get("language")
    if chosen not in LANGUAGES:
        chosen = request.accept_languages.best_match(LANGUAGES, default=FIRST_LANGUAGE)
    return locale_of(chosen or FIRST_LANGUAGE)


# --- filters -------------------------------------------------------------------------------------


def localised(text: object) -> str:
    """Return a text of the pack in the reader's language; a plain string stays as it is."""
    return text.in_(current_language()) if isinstance(text, Localisable) else str(text)


# --- globals -------------------------------------------------------------------------------------


@cache
def _fingerprint(path: Path, _changed_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(filename: str) -> str:
    """Return the address of a static file, which changes when its content does."""
    folder = current_app.static_folder
    if folder is None:
        raise RuntimeError("the application serves no static files")
    path = Path(folder) / filename
    version = _fingerprint(path, path.stat().st_mtime_ns)
    # Every page names the same few files, and building an address costs more than a look here.
    known: dict[tuple[str, str, str], str] = current_app.extensions.setdefault("assets", {})
    key = (request.script_root if has_request_context() else "", filename, version)
    if key not in known:
        known[key] = url_for("static", filename=filename, v=version)
    return known[key]


_ICONS = {
    "check": '<path d="M4 12.5l5 5L20 6.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "document": '<path d="M6 3h8l4 4v14H6z"/><path d="M14 3v4h4M9 12h6M9 16h6"/>',
    "shield": '<path d="M12 3l8 3v6c0 4.5-3.4 7.9-8 9-4.6-1.1-8-4.5-8-9V6z"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6"/>'
    '<path d="M15.5 5a3.5 3.5 0 010 6.5M18 14.5c2 .8 3.2 2.700 3.5 5.500"/>',
    "scales": '<path d="M12 4v16M7 20h10M5 7h14M5 7l-3 7h6zM19 7l-3 7h6z"/>',
    "pause": '<path d="M8 5v14M16 5v14"/>',
    "flag": '<path d="M5 21V4h13l-3 4.5 3 4.5H5"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>',
    "download": '<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>',
    "lock": '<rect x="5" y="11" width="14" height="9" rx="1"/><path d="M8 11V8a4 4 0 018 0v3"/>',
    "chart": '<path d="M4 20h16M7 16v-5M12 16V6M17 16v-8"/>',
    "dialogue": '<path d="M4 5h16v11h-9l-5 4v-4H4z"/>',
}


def icon(name: str) -> Markup:
    """Draw one of the kit's icons; it carries no meaning of its own, so readers aloud skip it."""
    return Markup(  # noqa: S704 - every part is a constant of this file
        '<svg class="app-icon" viewBox="0 0 24 24" width="24" height="24" fill="none" '
        'stroke="currentColor" stroke-width="2" aria-hidden="true" focusable="false">'
        f"{_ICONS[name]}</svg>"
    )


def language_links() -> list[dict[str, str | bool]]:
    """Offer the page that is shown in each language; the choice is remembered by its route."""
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    names = {"es": "Español", "en": "English"}
    return [
        {
            "code": code,
            "name": names[code],
            "current": code == current_language(),
            "href": f"/language/{code}?next={quote(here, safe='/')}",
        }
        for code in LANGUAGES
    ]


class ProgrammeTitle:
    """Call the programme as the rules in force do, as far as this process knows them.

    It stands in the frame of every page, that of a failure included, and so it asks nobody.
    """

    def in_(self, language: str) -> str:
        """Return the short title in a language."""
        return active.last_known().programme.short_title.in_(language)


def init_templating(app: Flask, pack: PolicyPack, cache_folder: Path | None) -> None:
    """Prepare an application for our templates; call it before anything renders.

    Days, hours and amounts are written as they are where the programme of the pack is.
    """
    if "jinja_env" in vars(app):
        raise RuntimeError("init_templating must run before the first use of app.jinja_env")
    app.jinja_environment = PageEnvironment  # type: ignore[assignment]
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    if cache_folder is not None:
        app.jinja_options["bytecode_cache"] = compiled_templates(cache_folder)
    app.config["LOCALES"] = locales(pack.calendar.country)
    app.config["TIMEZONE"] = pack.calendar.timezone
    app.config["CURRENCY"] = pack.currency
    environment = app.jinja_env
    environment.add_extension("jinja2.ext.do")
    Babel(
        app,
        default_locale=app.config["LOCALES"][FIRST_LANGUAGE],
        default_timezone=pack.calendar.timezone,
        default_translation_directories=str(ROOT / "sandbox" / "translations"),
        locale_selector=select_locale,
    )
    filters: dict[str, Callable[..., str]] = {
        "localised": localised,
        "day": day,
        "instant": instant,
        "moment": moment,
        "short_day": short_day,
        "span": span,
        "money": money,
        "number": number,
    }
    environment.filters.update(filters)
    environment.globals.update(
        adapt=fields.adapt,
        explain=explain,
        error_links=fields.error_links,
        asset=asset,
        icon=icon,
        current_language=current_language,
        days_of_term=days_of_term,
        language_links=language_links,
        language_name=language_name,
        language_tag=language_tag,
        menu=menu,
        footer_menu=footer_menu,
        programme=ProgrammeTitle(),
    )
    app.context_processor(lambda: {"actor": g.get("actor", VISITOR)})
