"""A person at a browser, who finds things as the code calls them and looks at every page."""

import base64
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from babel.support import NullTranslations, Translations
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from config import PROJECT
from tests.scanning import (
    COLOURED,
    SCANNED,
    SCANNER,
    STICKING_OUT,
    STRANGE_FACES,
    TRAITS,
    axe,
)

SCREENSHOTS = PROJECT / "var" / "screenshots"
LOCALES = {"es": "es-MX", "en": "en-GB"}
IDENTIFIER = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w.-]{40,}|[A-Z]{3}-\d+-\d+(-P)?"
    r"|(?<=/gates/)\w+/\w+|(?<=/start-conditions/)\w+"
)
"""What stands in an address for one of many pages of a kind."""


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
