"""A client that judges every page it is given, so that no test can overlook a broken one."""

import contextlib
import contextvars
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

from flask import Flask, Response, session
from flask.testing import FlaskClient
from flask_security import login_user
from lxml import html
from sqlalchemy import Connection, Engine, event
from werkzeug.test import TestResponse

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|TRUNCATE)\b", re.IGNORECASE
)
VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "reset", "image"})
CHANCE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=name=\"csrf_token\" value=\")[^\"]+"
)
FAULTLESS: set[bytes] = set()
"""The pages in which nothing was found: reading them anew took a seventh of the tests of pages."""
UNRENDERED = ("{{", "}}", "{%", "%(", "<Markup", "lazy_gettext")

Field = str | list[str] | tuple[Any, str] | tuple[Any, str, str] | None
"""What a form field is filled with; a file is (stream, name); None leaves a field out."""


# --- what a request did to the database ----------------------------------------------------------


class Traffic(threading.local):
    """The statements of the request that this thread is serving."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.committed: list[str] = []
        self.counts: Counter[str | None] = Counter()


_traffic = Traffic()


@event.listens_for(Engine, "before_cursor_execute")
def _note_statement(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    _traffic.statements.append(statement)
    if WRITES.match(statement):
        connection.info.setdefault("writes", []).append(statement)


@event.listens_for(Engine, "commit")
def _note_commit(connection: Connection) -> None:
    written = connection.info.pop("writes", [])
    _traffic.committed.extend(written)
    _traffic.counts[connection.engine.url.database] += len(written)


@event.listens_for(Engine, "rollback")
def _note_rollback(connection: Connection) -> None:
    connection.info.pop("writes", None)


def committed_so_far(engine: Engine) -> int:
    """Count the statements that this thread has written to a database and committed."""
    return _traffic.counts[engine.url.database]


@contextlib.contextmanager
def traffic() -> Iterator[Traffic]:
    """Collect what this thread sends to the databases: `statements`, and what was `committed`."""
    before = _traffic.statements, _traffic.committed
    _traffic.statements, _traffic.committed = [], []
    seen = Traffic()
    seen.statements, seen.committed = _traffic.statements, _traffic.committed
    try:
        yield seen
    finally:
        _traffic.statements, _traffic.committed = before


# --- a page --------------------------------------------------------------------------------------


class PageResponse(Response):
    """A response that can be asked for what a reader sees."""

    @cached_property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.get_data(as_text=True))

    @property
    def heading(self) -> str:
        return words(self.tree.xpath("//h1")[0])

    @property
    def title(self) -> str:
        return words(self.tree.xpath("//title")[0])

    @property
    def language(self) -> str:
        return str(self.tree.get("lang"))

    @property
    def words(self) -> str:
        """All the text of the page's body, with single spaces."""
        return words(self.tree.xpath("//body")[0])

    @property
    def main(self) -> str:
        """The text of the page without its header, navigation and footer."""
        return words(self.tree.xpath("//main")[0])

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the page's links, by their text."""
        return {words(link): link.get("href") for link in self.tree.xpath("//a[@href]")}

    @property
    def error_summary(self) -> list[str]:
        """The refusals named at the head of a form that was sent back."""
        found = self.tree.xpath("//*[contains(@class, 'error-summary__list')]//li")
        return [words(item) for item in found]

    @property
    def error_links(self) -> list[str]:
        """The fields to which the refusals at the head of a form lead, in their order."""
        return self.tree.xpath("//*[contains(@class, 'govuk-error-summary')]//a/@href")

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the body rows of every table."""
        found = self.tree.xpath("//tbody/tr")
        return [[words(cell) for cell in row.xpath("./th|./td")] for row in found]


def words(element: html.HtmlElement) -> str:
    """Return the text of an element as it reads."""
    return " ".join(element.text_content().split())


# --- the judgement -------------------------------------------------------------------------------


def judge(response: PageResponse, where: str) -> None:
    """Fail with everything that is wrong with a page, whatever the test came for."""
    assert response.status_code < 500, f"{where}: {response.status}"
    if response.mimetype != "text/html" or response.status_code in range(300, 400):
        return
    source = response.get_data(as_text=True)
    shape = without_chance(source)
    faults = [*faults_of_headers(response)]
    if shape not in FAULTLESS:
        faults += [*faults_of_source(source), *faults_of_tree(response)]
    assert not faults, f"{where} ({response.status_code}):\n  " + "\n  ".join(faults)
    FAULTLESS.add(shape)


def without_chance(source: str) -> bytes:
    """Return what tells a page from another but for ids and tokens, which are drawn at random.

    Ids are numbered, so that one that stands twice is told from two; an empty token stays empty.
    """
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"#{len(numbers)}")

    return sha256(CHANCE.sub(number, source).encode()).digest()


def faults_of_headers(response: PageResponse) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src" not in policy:
        yield "it has no Content-Security-Policy"
    if "unsafe-" in policy:
        yield "its Content-Security-Policy allows unsafe sources"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "it lets browsers guess its type"


def faults_of_source(source: str) -> Iterator[str]:
    if not source.lstrip().lower().startswith("<!doctype html>"):
        yield "it has no doctype"
    nesting = Nesting()
    nesting.feed(source)
    nesting.close()
    yield from nesting.faults


def faults_of_tree(response: PageResponse) -> Iterator[str]:
    tree = response.tree
    if not tree.get("lang"):
        yield "it does not say its language"
    for tag, count in (("h1", 1), ("title", 1), ("main", 1)):
        found = tree.xpath(f"//{tag}[not(ancestor::svg)]")
        if len(found) != count:
            yield f"it has {len(found)} <{tag}> instead of {count}"
        elif not words(found[0]):
            yield f"its <{tag}> is empty"
    ids = [element.get("id") for element in tree.xpath("//*[@id]")]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"the id {name!r} is there {ids.count(name)} times"
    yield from faults_of_references(tree, set(ids))
    yield from faults_of_forms(tree)
    yield from faults_of_inline_code(tree)
    text = words(tree)
    for mark in UNRENDERED:
        if mark in text:
            around = text[max(0, text.index(mark) - 30) :][:80]
            yield f"it shows {mark!r}: …{around}…"


def faults_of_references(tree: html.HtmlElement, ids: set[str]) -> Iterator[str]:
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for element in tree.xpath(f"//*[@{attribute}]"):
            for name in element.get(attribute).split():
                if name not in ids:
                    yield f"{attribute}={name!r} refers to nothing"
    for link in tree.xpath("//a[starts-with(@href, '#')]"):
        if link.get("href")[1:] and link.get("href")[1:] not in ids:
            yield f"the link {link.get('href')!r} leads nowhere"
    for image in tree.xpath("//img[not(@alt)]"):
        yield f"the image {image.get('src')!r} has no text"


def faults_of_forms(tree: html.HtmlElement) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.xpath("//label[@for]")}
    for control in tree.xpath("//input|//select|//textarea"):
        if control.get("type", "text").lower() in UNLABELLED_TYPES:
            continue
        if control.get("id") in labelled or control.xpath("ancestor::label"):
            continue
        if not control.get("aria-label") and not control.get("aria-labelledby"):
            yield f"the field {control.get('name')!r} has no label"
    for form in tree.xpath("//form"):
        post = form.get("method", "get").lower() == "post"
        token = form.xpath(".//input[@name='csrf_token'][@value!='']")
        if post and len(token) != 1:
            yield f"the form to {form.get('action')!r} has {len(token)} CSRF tokens"
        if not post and token:
            yield f"the form to {form.get('action')!r} puts its CSRF token into the address"
    for button in tree.xpath("//button|//a[@href]"):
        if not words(button) and not button.get("aria-label"):
            yield f"a <{button.tag}> says nothing"


def faults_of_inline_code(tree: html.HtmlElement) -> Iterator[str]:
    for script in tree.xpath("//script[not(@src)]"):
        yield f"it has an inline script: {words(script)[:60]!r}"
    if tree.xpath("//style"):
        yield "it has an inline style sheet"
    for element in tree.xpath("//*[@style]"):
        yield f"a <{element.tag}> has an inline style: {element.get('style')!r}"
    for element in tree.xpath("//@*[starts-with(name(), 'on')]/.."):
        yield f"a <{element.tag}> has an inline handler"
    for link in tree.xpath("//@href[starts-with(., 'javascript:')]"):
        yield f"a link runs a script: {link!r}"


class Nesting(HTMLParser):
    """Check that every element that is opened is closed, in order; parsers repair it silently."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, int]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.faults += [
            f"line {self.getpos()[0]}: <{tag}> has {name!r} twice"
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Accept `<path/>` in drawings, and `<br/>`."""

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
            return
        last = f"<{self.open[-1][0]}> of line {self.open[-1][1]}" if self.open else "nothing"
        self.faults.append(f"line {self.getpos()[0]}: </{tag}> closes {last}")
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def close(self) -> None:
        super().close()
        self.faults += [f"line {line}: <{tag}> is never closed" for tag, line in self.open]


def remember_faults(app: Flask) -> None:
    """Keep the exceptions that the application turns into its fault page, for the test's report."""
    faults: list[Exception] = app.extensions.setdefault("faults", [])
    handlers = app.error_handler_spec[None][None]
    answer = handlers[Exception]

    def remember(error: Exception) -> Any:
        faults.append(error)
        return answer(error)

    handlers[Exception] = remember


# --- the client ----------------------------------------------------------------------------------


class JudgingClient(FlaskClient):
    """Use the site as a browser does, and judge every response on the way."""

    application: Flask

    def __init__(self, app: Flask) -> None:
        super().__init__(app, PageResponse, use_cookies=True)
        self.statements: list[str] = []
        """What the last request asked the database, for tests that hold the number."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        send = super().open

        def read() -> TestResponse:
            response = send(*args, **kwargs)
            # A page that is streamed asks the database while it is read, in the same context.
            response.get_data()
            return response

        # A test may stand inside an application context, whose `g` a request would share: the
        # person of one request would still be signed in during the next.
        with traffic() as seen:
            response = contextvars.Context().run(read)
            where = f"{response.request.method} {response.request.path}"
            if response.status_code >= 500 and self.application.extensions.get("faults"):
                raise AssertionError(where) from self.application.extensions["faults"].pop()
            judge(response, where)  # type: ignore[arg-type]
        self.statements = seen.statements
        # After redirects the response is that of another request than the one that was sent.
        sent = response.history[0] if response.history else response
        if sent.request.method in SAFE_METHODS:
            assert seen.committed == [], f"{where} wrote: {seen.committed}"
        return response

    def submit(
        self,
        page: str | TestResponse,
        fields: Mapping[str, Field] | None = None,
        *,
        form: str | None = None,
        button: str | None = None,
        follow: bool = True,
    ) -> Any:
        """Open a page, fill in its form as it stands there, and send it.

        `form` is the id, the address or a part of the address of the form, where the page has
        several; `button` is the text or the name of the button. A field that the form does not
        have is an error, since a misspelt name would otherwise test nothing.
        """
        if isinstance(page, str):
            page = self.get(page)
            assert page.status_code == 200, f"{page.request.path}: {page.status}"
        element = find_form(page.tree, form)  # type: ignore[attr-defined]
        data = filled_fields(element)
        known = {control.get("name") for control in element.xpath(".//*[@name]")}
        for name, value in (fields or {}).items():
            assert name in known, f"The form has no field {name!r}, but {sorted(known)}."
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        pressed = find_button(element, button)
        if pressed is not None and pressed.get("name"):
            data[pressed.get("name")] = pressed.get("value", "")
        action = (pressed.get("formaction") if pressed is not None else None) or element.get(
            "action"
        )
        path = action or page.request.path
        if element.get("method", "get").lower() == "get":
            return self.get(path, query_string=data)
        multipart = element.get("enctype") == "multipart/form-data"
        has_file = any(isinstance(value, tuple) for value in data.values())
        assert multipart or not has_file, "The form cannot carry a file: it has no enctype."
        return self.post(
            path,
            data=data,
            content_type="multipart/form-data" if multipart else None,
            follow_redirects=follow,
        )

    def sign_in(self, email: str) -> None:
        """Sign somebody in without the pages for it, which have tests of their own."""
        app = self.application

        def sign_in_elsewhere() -> list[str]:
            with app.test_request_context():
                account = app.extensions["security"].datastore.find_user(email=email)
                assert account is not None, f"Nobody has the address {email}."
                assert login_user(account, authn_via=["password"]), f"{email} may not sign in."
                response = app.response_class()
                app.session_interface.save_session(app, session, response)  # type: ignore[arg-type]
                return response.headers.getlist("Set-Cookie")

        for cookie in contextvars.Context().run(sign_in_elsewhere):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.set_cookie(name, value, domain="localhost")

    def sign_out(self) -> None:
        """Forget who was signed in, as a new private window does."""
        self.delete_cookie(self.application.config["SESSION_COOKIE_NAME"], domain="localhost")


def find_form(tree: html.HtmlElement, wanted: str | None) -> html.HtmlElement:
    forms = tree.xpath("//form")
    if wanted is None:
        inside = tree.xpath("//main//form[translate(@method, 'POST', 'post') = 'post']")
        forms = inside or tree.xpath("//main//form")
    else:
        forms = [f for f in forms if f.get("id") == wanted or wanted in (f.get("action") or "")]
    addresses = [form.get("action") for form in forms]
    assert len(forms) == 1, f"The page has {len(forms)} such forms: {addresses}"
    return forms[0]


def filled_fields(form: html.HtmlElement) -> dict[str, Field]:
    """Return what a browser would send if nobody touched the form."""
    data: dict[str, Field] = {}
    for control in form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]"):
        name, kind = control.get("name"), control.get("type", "text").lower()
        if control.get("disabled") is not None or kind in {"submit", "button", "image", "file"}:
            continue
        if control.tag == "select":
            chosen = control.xpath(".//option[@selected]") or (
                [] if control.get("multiple") is not None else control.xpath(".//option")[:1]
            )
            values = [option.get("value", words(option)) for option in chosen]
        elif control.tag == "textarea":
            values = [(control.text or "").removeprefix("\n")]
        elif kind in {"radio", "checkbox"}:
            values = [control.get("value", "on")] if control.get("checked") is not None else []
        else:
            values = [control.get("value", "")]
        if values:
            before = data.get(name, [])
            data[name] = [*before, *values] if isinstance(before, list) else values
    return data


def find_button(form: html.HtmlElement, wanted: str | None) -> html.HtmlElement | None:
    buttons = form.xpath(
        ".//button[not(@type) or @type='submit']|.//input[@type='submit' or @type='image']"
    )
    if wanted is None:
        return buttons[0] if buttons else None
    found = [b for b in buttons if wanted in (words(b), b.get("value"), b.get("name"))]
    texts = [words(button) or button.get("value") for button in buttons]
    assert len(found) == 1, f"The form has {len(found)} buttons {wanted!r} among {texts}."
    return found[0]
