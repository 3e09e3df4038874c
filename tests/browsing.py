"""A browser that scans every page it sees, and the real server that it talks to."""

import contextlib
import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from config import PROJECT

SCREENSHOTS = PROJECT / "var" / "screenshots"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BIN = Path(sys.executable).parent

# --- the server ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LiveServer:
    """The production server on a port of its own, with a database and mails of its own."""

    url: str
    folder: Path

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Return the mails that the demonstration wrote instead of sending, oldest first."""
        found = []
        for path in sorted((self.folder / "mail").glob("*.eml"), key=lambda p: p.stat().st_mtime):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address in str(message["To"]):
                found.append(message)
        return found

    def wait_for_mail(self, address: str, subject: str, *, seconds: float = 15) -> EmailMessage:
        """Wait until the worker has sent a mail whose subject contains `subject`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in reversed(self.mails_to(address)):
                if subject in str(message["Subject"]):
                    return message
            time.sleep(0.1)
        subjects = [str(message["Subject"]) for message in self.mails_to(address)]
        raise AssertionError(f"No mail {subject!r} reached {address}; there are: {subjects}")


def links_in(message: EmailMessage) -> list[str]:
    """Return the addresses in the text of a mail."""
    body = message.get_body(("plain", "html"))
    assert body is not None
    return re.findall(r"https?://[^\s\"'<>]+", body.get_content())


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[LiveServer]:
    """Run the demonstration as `make demo` does, on a free port and in `folder`."""
    port = free_port()
    server = LiveServer(f"http://127.0.0.1:{port}", folder)
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATA_FOLDER": str(folder),
        "BASE_URL": server.url,
        "DEMO": "1",
    }
    flask = [str(BIN / "flask"), "--app", "wsgi"]
    for command in ([str(BIN / "alembic"), "upgrade", "head"], [*flask, "demo", "load"]):
        finished = subprocess.run(
            command, check=False, cwd=PROJECT, env=environ, capture_output=True, text=True
        )
        assert finished.returncode == 0, f"{command}:\n{finished.stdout}\n{finished.stderr}"
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*flask, "demo", "run", "--port", str(port)],
            cwd=PROJECT,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_healthy(server.url, process, log)
        yield server
    finally:
        end_group(process)


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


class Visitor:
    """A person at a private window: finds things by what they are called, and sees every page.

    Each step ends by looking at the page: axe must find nothing, the console must be silent, and
    nothing may reach beyond the edge of the window.
    """

    def __init__(self, page: Page, server: LiveServer) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("requestfailed", self._miss)
        page.on("request", self._stray)

    def goto(self, path: str, *, status: int = 200) -> "Visitor":
        """Open an address and look at the page."""
        response = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        return self.look()

    def click(self, name: str, *, exact: bool = True) -> "Visitor":
        """Follow the link or press the button of that name, and look at what comes."""
        link = self.page.get_by_role("link", name=name, exact=exact)
        button = self.page.get_by_role("button", name=name, exact=exact)
        link.or_(button).first.click()
        self.page.wait_for_load_state("load")
        return self.look()

    def fill(self, label: str, text: str) -> "Visitor":
        """Type into the field of that label."""
        self.page.get_by_label(label, exact=True).fill(text)
        return self

    def choose(self, label: str, *, group: str | None = None) -> "Visitor":
        """Tick the box or radio button of that label, in the group of that legend."""
        self._within(group).get_by_label(label, exact=True).check()
        return self

    def select(self, label: str, option: str) -> "Visitor":
        """Choose from the list of that label."""
        self.page.get_by_label(label, exact=True).select_option(label=option)
        return self

    def attach(self, label: str, path: Path) -> "Visitor":
        """Choose a file in the field of that label."""
        self.page.get_by_label(label, exact=True).set_input_files(path)
        return self

    def _within(self, group: str | None) -> Page | Locator:
        return self.page if group is None else self.page.get_by_role("group", name=group)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def main(self) -> str:
        """The text of the page without header, navigation and footer."""
        return " ".join(self.page.locator("main").inner_text().split())

    def shot(self, name: str) -> "Visitor":
        """Keep a picture of the whole page under var/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        return self

    def look(self) -> "Visitor":
        """Fail on anything that is wrong with the page as it stands."""
        axe(self.page)
        overhang = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overhang <= 0, f"{self.page.url} is {overhang} px wider than the window."
        assert self.complaints == [], f"{self.page.url}: {self.complaints}"
        return self

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
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.complaints.append(f"another site: {request.url}")


def axe(page: Page) -> None:
    """Fail with every accessibility violation on the page."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": STANDARDS},
    }
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"
