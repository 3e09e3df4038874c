"""A browser that scans every page it sees, and the real server that it talks to."""

import base64
import contextlib
import contextvars
import email
import email.policy
import functools
import hashlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from babel.support import NullTranslations, Translations
from flask import Flask, session
from flask_security import login_user
from playwright.sync_api import ConsoleMessage, Locator, Page, Request
from sqlalchemy import func, select

from config import PROJECT, Config
from sandbox.kernel.db import Base, db
from sandbox.kernel.jobs import Job
from tests.databases import PostgresqlStore, connect, migrate

SCREENSHOTS = PROJECT / "var" / "screenshots"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOCALES = {"es": "es-MX", "en": "en-GB"}
IDENTIFIER = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.-]{40,}|[A-Z]{3}-\d+-\d+(-P)?"
    r"|(?<=/gates/)\w+/\w+|(?<=/start-conditions/)\w+"
)
"""What stands in an address for one of many pages of a kind."""

# --- the server ----------------------------------------------------------------------------------


@dataclass
class LiveServer:
    """The production server on a port of its own, with a database and mails of its own.

    `app` is the same application over the same data in this process: by it tests prepare what a
    story begins with, sign people in and carry out the jobs that a worker would. Without a `store`
    the data is in a file of the folder.
    """

    url: str
    folder: Path
    app: Flask = field(repr=False)
    store: PostgresqlStore | None = None

    @property
    def database(self) -> Path:
        return self.folder / "sandbox.sqlite3"

    def empty(self) -> None:
        """Forget every row, file and mail, so that a story begins with what it makes itself."""
        if self.store is None:
            self._empty_file()
        else:
            self.store.reset()
        for name in ("mail", "files"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def count_rows(self) -> int:
        """Return how much the platform remembers."""
        with self.app.app_context():
            counts = [
                select(func.count()).select_from(each) for each in Base.metadata.sorted_tables
            ]
            return sum(db.session.scalars(count).one() for count in counts)

    def _empty_file(self) -> None:
        # The server goes on with the same file, which therefore cannot be exchanged.
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as rows:
            rows.execute("BEGIN IMMEDIATE")
            tables = rows.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'alembic_version'"
            )
            for (name,) in tables.fetchall():
                rows.execute(f'DELETE FROM "{name}"')
            rows.execute("COMMIT")

    def run_jobs(self) -> None:
        """Carry out every job that is due: mails, the opening of trials."""
        # The kit of the domain's tests must not load what runs the platform.
        from sandbox.web.worker import run_worker

        run_worker(self.app, once=True)
        with self.app.app_context():
            failed = select(Job.name, Job.last_error).where(Job.last_error.is_not(None))
            assert db.session.execute(failed).all() == []

    def newest_mail(self, address: str, subject: str) -> EmailMessage:
        """Return the last mail to `address` whose subject contains `subject`."""
        self.run_jobs()
        paths = sorted((self.folder / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime)
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in paths
        ]
        own = [mail for mail in mails if address in str(mail["To"])]
        found = [mail for mail in own if subject in str(mail["Subject"])]
        assert found, f"No mail {subject!r} to {address}, but {[str(m['Subject']) for m in own]}"
        return found[-1]

    def session_cookie(self, address: str, language: str) -> dict[str, str]:
        """Sign somebody in without the pages for it, which have stories of their own."""
        app = self.app

        def sign_in_elsewhere() -> str:
            with app.test_request_context(base_url=self.url):
                account = app.extensions["security"].datastore.find_user(email=address)
                assert account is not None, f"Nobody has the address {address}."
                assert login_user(account, authn_via=["password"]), f"{address} may not sign in."
                session["language"] = language
                response = app.response_class()
                app.session_interface.save_session(app, session, response)  # type: ignore[arg-type]
                return response.headers["Set-Cookie"]

        cookie = contextvars.Context().run(sign_in_elsewhere)
        name, _, value = cookie.partition(";")[0].partition("=")
        return {"name": name, "value": value, "url": self.url}


def link_in(message: EmailMessage, part: str) -> str:
    """Return the address in a mail that contains `part`."""
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    found = [link for link in re.findall(r"https?://\S+", text) if part in link]
    assert len(found) == 1, f"The mail has {len(found)} such addresses:\n{text}"
    return found[0]


@contextlib.contextmanager
def serve(
    folder: Path, store: PostgresqlStore | None = None, **settings: str
) -> Iterator[LiveServer]:
    """Run the production server on a free port, over a store or an empty database in `folder`.

    `settings` are further variables of its environment.
    """
    if store is not None:
        settings["DATABASE_URL"] = store.url
    # The kit of the domain's tests must not load what runs the platform.
    from sandbox.web.app import create_app

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATA_FOLDER": str(folder),
        "CACHE_FOLDER": str(PROJECT / "var" / "cache"),
        "BASE_URL": url,
        **settings,
    }
    config = Config.from_env(environ)
    engine = connect(config.database_url)
    migrate(engine)
    engine.dispose()
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            server_command(port),
            cwd=PROJECT,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        app = create_app(config)
        wait_until_healthy(url, process, log)
        yield LiveServer(url, folder, app, store)
        with app.app_context():
            db.engine.dispose()
    finally:
        end_group(process)


def server_command(port: int) -> list[str]:
    """Return how the production server is started."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    return [*granian, "--host", "127.0.0.1", "--port", str(port), "wsgi:app"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, f"The server ended:\n{log.read_text()}"
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(f"{url}/health", timeout=5),
        ):
            return
        time.sleep(0.1)
    raise AssertionError(f"The server did not come up:\n{log.read_text()}")


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End the server with its workers; whoever does not go is killed."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            if sign is signal.SIGTERM:
                continue
        return


# --- the browser ---------------------------------------------------------------------------------

TRAITS = """() => {
    // What the scanner judges a page by: each element with what is told of it, in which others it
    // lies and what lies in it; how parts refer to each other; how headings follow on each other.
    const counted = (texts) => {
        const counts = new Map();
        texts.forEach((text) => counts.set(text, (counts.get(text) ?? 0) + 1));
        return (text) => text && Math.min(counts.get(text) ?? 0, 2);
    };
    const all = [...document.body.querySelectorAll("*")];
    const told = (name) => all.map((each) => each.getAttribute(name)).filter(Boolean);
    const bearers = counted(told("id"));
    const POINT = ["for", "aria-describedby", "aria-labelledby", "aria-controls"];
    const ids = (text) => text.split(/\\s+/);
    const points = (each, name) => ids(each.getAttribute(name) ?? "").map(bearers).join();
    const pointed = new Map(POINT.map((name) => [name, counted(told(name).flatMap(ids))]));
    const NAME = ["aria-label", "alt", "title"];
    const labels = new Map(NAME.map((name) => [name, counted(told(name))]));
    const leaves = all.filter((each) => !each.children.length);
    const words = counted(leaves.map((each) => each.textContent.trim()));
    const says = (each) => [...each.childNodes].some(
        (node) => node.nodeType === 3 && node.data.trim()
    );
    // Of other attributes it counts that they are there: most of their values are words and keys.
    const OWN = new Set(["value", "checked", "style", "data-csrf"]);
    const TOLD = new Set([
        "class", "role", "type", "name", "scope", "lang", "autocomplete", "tabindex", "colspan",
        "aria-hidden", "aria-expanded", "aria-current", "aria-live",
    ]);
    const build = (each) => [
        each.tagName,
        ...each.getAttributeNames().filter((name) => !OWN.has(name)).sort()
            .map((name) => TOLD.has(name) ? `${name}=${each.getAttribute(name)}` : name),
        bearers(each.id),
        ...POINT.map((name) => `${points(each, name)} ${pointed.get(name)(each.id)}`),
        ...[...labels].map(([name, count]) => {
            const text = each.getAttribute(name);
            return text && `${count(text)} ${words(text)}`;
        }),
        says(each),
    ].join(" ");
    // What decides on its colours.
    const dress = (each) => [
        each.tagName,
        ...["class", "style", "hidden", "open", "disabled", "checked", "aria-current"]
            .map((name) => each.getAttribute(name)),
        each.hasAttribute("href"),
        says(each),
    ].join(" ");
    const short = (text) => {
        let [one, other] = [0, 0];
        for (let place = 0; place < text.length; place += 1) {
            one = Math.imul(one ^ text.charCodeAt(place), 16777619);
            other = Math.imul(other, 31) + text.charCodeAt(place) | 0;
        }
        return `${one >>> 0}.${other >>> 0}`;
    };
    const built = new Set();
    const dressed = new Set();
    const visit = (each, around, beneath) => {
        const own = short(`${around} ${build(each)}`);
        const shown = short(`${beneath} ${dress(each)}`);
        const inside = [...each.children].map((child) => visit(child, own, shown)).sort();
        // Of children that are alike it counts whether there are several: a list of twenty rows is
        // built as one of two is. The cells of a row are told by their number.
        const alike = (part, place) => each.tagName === "TR" || part !== inside[place - 2];
        built.add(short([own, ...inside.filter(alike)].join(" ")));
        dressed.add(shown);
        return own;
    };
    visit(document.body, "", "");
    const levels = all.filter((each) => /^H[1-6]$/.test(each.tagName)).map((each) => each.tagName);
    levels.forEach((level, place) => built.add(`${levels[place - 1] ?? ""}${level}`));
    return {build: [...built], dress: [...dressed]};
}"""


@dataclass
class Marks:
    """Remember what was found good; once there is a folder, for all workers that share it."""

    folder: Path | None = None
    own: set[object] = field(default_factory=set)

    def hold(self, all_of: Iterable[object]) -> bool:
        """Tell whether each of these was found good."""
        return all(each in self.own or self._is_shared(each) for each in all_of)

    def add(self, all_of: Iterable[object]) -> None:
        new = set(all_of) - self.own
        self.own |= new
        if self.folder is not None:
            self.folder.mkdir(exist_ok=True)
            for each in new:
                self._path(each).touch()

    def _is_shared(self, what: object) -> bool:
        if self.folder is None or not self._path(what).exists():
            return False
        self.own.add(what)
        return True

    def _path(self, what: object) -> Path:
        assert self.folder is not None
        return self.folder / hashlib.sha256(repr(what).encode()).hexdigest()


SCANNED = Marks()
"""How the pages are built in which the scanner has found nothing: language, width, page, trait."""

COLOURED = Marks()
"""The widths and dresses whose contrasts were found good, which is half of what a scan costs."""

SCANNER = f"window.loadAxe = function () {{{Axe().axe_script}}};"
"""Every page is given the scanner asleep, which is read twice as fast as when it is sent later."""


@functools.cache
def catalog(language: str) -> NullTranslations:
    """Return the texts of a language as the site has them; English is what the code says."""
    return Translations.load(PROJECT / "sandbox" / "translations", [language], "messages")


def say(language: str, text: str, **values: object) -> str:
    """Return an English text of the site as it stands on the pages in `language`."""
    return catalog(language).gettext(text) % values if values else catalog(language).gettext(text)


@dataclass
class Album:
    """The pictures of one story in one language, in the order in which its pages were seen.

    Shape: `seen` has how all that was seen is built, by the names of the pages. Without a story
    nothing is kept.
    """

    story: str = ""
    language: str = ""
    taken: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for picture in (SCREENSHOTS / self.language).glob(f"{self.story}-*.png"):
            picture.unlink()

    def wants(self, traits: Iterable[str], name: str) -> bool:
        """Tell whether a page is to be kept, since it has what has not been seen on it yet."""
        new = {(name, trait) for trait in traits} - self.seen
        self.seen |= new
        return bool(new and self.story)

    def keep(self, page: Page, name: str) -> None:
        self.taken += 1
        folder = SCREENSHOTS / self.language
        folder.mkdir(parents=True, exist_ok=True)
        # The browser's own way to take a picture is asked for its fast packing, since hundreds are
        # taken.
        browser = page.context.new_cdp_session(page)
        size = browser.send("Page.getLayoutMetrics")["cssContentSize"]
        options = {"captureBeyondViewport": True, "optimizeForSpeed": True}
        # Half its size is enough to see a page by, and takes half the time.
        whole = {"x": 0, "y": 0, "scale": 0.5, "width": size["width"], "height": size["height"]}
        picture = browser.send("Page.captureScreenshot", {**options, "clip": whole})
        browser.detach()
        path = folder / f"{self.story}-{self.taken:02d}-{name}.png"
        path.write_bytes(base64.b64decode(picture["data"]))


STICKING_OUT = """
[...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((each) => `${each.tagName.toLowerCase()}.${each.className}`)
    .slice(0, 8)
"""
STRANGE_FACES = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  if (!document.querySelector("link[rel=stylesheet]")) return found;  // A page of the tests' own.
  while (words.nextNode()) {
    const text = words.currentNode.textContent.trim();
    const holder = words.currentNode.parentElement;
    if (text && !holder.closest("script, style, svg, noscript, .govuk-visually-hidden")) {
      const face = getComputedStyle(holder).fontFamily;
      if (!face.includes("Atkinson") && !face.includes("mono")) found.push(text.slice(0, 60));
    }
  }
  return found.slice(0, 5);
}"""
"""List words in sight that are written in the browser's own face: an element without a style."""


class Visitor:
    """A person at a private window, who sees every page and finds things as the code calls them.

    Buttons and links are named by their English text and looked for in the person's language;
    fields are named as the form sends them. Each step ends by looking at the page: axe must find
    nothing, the console must be silent, nothing may reach beyond the edge of the window.
    """

    def __init__(
        self, page: Page, url: str, language: str = "en", album: Album | None = None
    ) -> None:
        self.page = page
        self.url = url
        self.language = language
        self.album = album or Album()
        # The scanner runs on the page, and so needs the JavaScript that some people switch off.
        self.scans = True
        self.complaints: list[str] = []
        page.set_default_timeout(10_000)
        page.add_init_script(SCANNER)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", self._miss)
        page.on("request", self._stray)

    def say(self, text: str, **values: object) -> str:
        """Return a text of the site in the person's language."""
        return say(self.language, text, **values)

    # Going somewhere

    def goto(self, path: str, *, status: int = 200) -> "Visitor":
        """Open an address and look at the page."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        return self.look()

    def click(
        self,
        text: str,
        *,
        within: str = "body",
        status: int = 200,
        exact: bool = True,
        **values: Any,
    ) -> "Visitor":
        """Follow the link or press the button of that name, and look at what comes.

        `within` is a selector of the part of the page that holds it.
        """
        return self.press(self.control(text, within=within, exact=exact, **values), status=status)

    def press(self, control: Locator | str, *, status: int = 200) -> "Visitor":
        """Press what leads to another page, given itself or by a selector, and look at that."""
        target = self.page.locator(control) if isinstance(control, str) else control
        with self.page.expect_navigation() as navigation:
            target.click()
        response = navigation.value
        # Going to another part of the same page asks the server nothing.
        if response is not None and response.status != status:
            raise AssertionError(f"{self.page.url}: {response.status}\n{self.main[:600]}")
        return self.look()

    def control(
        self, text: str, *, within: str = "body", exact: bool = True, **values: Any
    ) -> Locator:
        """Return the link or button of that name."""
        name = self.say(text, **values)
        part = self.page.locator(within)
        link = part.get_by_role("link", name=name, exact=exact)
        return link.or_(part.get_by_role("button", name=name, exact=exact)).first

    def has(self, text: str, **values: Any) -> bool:
        """Tell whether the page offers a link or button of that name."""
        return self.control(text, **values).count() > 0

    def take_up(self, task: str) -> "Visitor":
        """Open My tasks and take up the first task of that name."""
        return self.goto("/my-tasks").click(task, within=".app-tasks")

    def has_task(self, task: str) -> bool:
        """Tell whether a task of that name stands on My tasks."""
        return self.goto("/my-tasks").control(task, within=".app-tasks").count() > 0

    def download(self, text: str, **values: Any) -> bytes:
        """Return the file that a link hands over."""
        href = self.control(text, **values).get_attribute("href")
        assert href is not None
        response = self.page.context.request.get(href)
        assert response.ok, f"{href}: {response.status}"
        return response.body()

    # Filling in

    def fill(self, name: str, text: str) -> "Visitor":
        """Type into the field of that name."""
        self.page.locator(f'[name="{name}"]').fill(text)
        return self

    def value(self, name: str) -> str:
        """Return what stands in the field of that name."""
        return self.page.locator(f'[name="{name}"]').input_value()

    def choose(self, name: str, *values: str) -> "Visitor":
        """Choose these options of a question."""
        for value in values:
            self.page.locator(f'input[name="{name}"][value="{value}"]').check()
        # What was hidden behind the option is in sight now.
        return self.look()

    def leave_out(self, name: str, value: str) -> "Visitor":
        """Take back the choice of an option."""
        self.page.locator(f'input[name="{name}"][value="{value}"]').uncheck()
        return self

    def select(self, name: str, value: str) -> "Visitor":
        """Choose from the list of that name."""
        self.page.locator(f'select[name="{name}"]').select_option(value=value)
        return self

    def attach(self, name: str, filename: str, content: bytes, mime: str) -> "Visitor":
        """Choose a file in the field of that name."""
        file = {"name": filename, "mimeType": mime, "buffer": content}
        self.page.locator(f'input[type="file"][name="{name}"]').set_input_files(file)
        return self

    # Seeing

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def main(self) -> str:
        """The text of the page without header, navigation and footer."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    def look(self) -> "Visitor":
        """Fail on anything that is wrong with the page as it stands; keep a picture of it."""
        traits = self.page.evaluate(TRAITS)
        plain = IDENTIFIER.sub("", self.path.partition("?")[0].partition("#")[0])
        name = re.sub(r"[^a-z]+", "-", plain.lower()).strip("-") or "start"
        if self.album.wants(traits["build"], name):
            self.album.keep(self.page, name)
        # A page in which there is nothing that the scanner has not judged on that page before is
        # no other page to it, whichever story comes by.
        size = self.page.viewport_size
        width = size["width"] if size else 0
        build = [(self.language, width, plain, trait) for trait in traits["build"]]
        if self.scans and not SCANNED.hold(build):
            dress = [(width, trait) for trait in traits["dress"]]
            axe(self.page, colours=not COLOURED.hold(dress))
            strange = self.page.evaluate(STRANGE_FACES)
            assert strange == [], f"{self.page.url}: not in the face of the pages: {strange}"
            SCANNED.add(build)
            COLOURED.add(dress)
        self.look_at_edges()
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"
        return self

    def look_at_edges(self) -> None:
        """Fail if the page must be scrolled sideways."""
        overhang = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overhang > 0:
            wide = self.page.evaluate(STICKING_OUT)
            raise AssertionError(f"{self.page.url} is {overhang} px wider than the window: {wide}")

    def look_narrow(self) -> "Visitor":
        """Look at the page as on the narrowest telephone, and go back to the desk."""
        usual = self.page.viewport_size
        self.page.set_viewport_size({"width": 320, "height": 640})
        self.look()
        if usual:
            self.page.set_viewport_size(usual)
        return self

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that was refused on purpose is reported by the browser as a failed resource.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _miss(self, request: Request) -> None:
        # A download ends the navigation that began it.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"not loaded: {request.url} ({request.failure})")

    def _stray(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"another site: {request.url}")


def axe(page: Page, *, colours: bool = True) -> None:
    """Fail with every accessibility violation on the page; `colours` looks at contrasts too."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": STANDARDS},
        "rules": {"color-contrast": {"enabled": colours}},
    }
    page.evaluate("() => { loadAxe.call(window); }")
    # Only what was found is sent over: the whole result is fifty kilobytes of what was not.
    violations = page.evaluate("async wish => (await axe.run(document, wish)).violations", options)
    report = AxeResults({"violations": violations}).generate_report() if violations else ""
    assert violations == [], f"{page.url}\n{report}"
