"""Try in a fresh clone what the README promises of `make demo`: it serves soon and keeps its data.

The clone holds what is committed, so that a file which was never added is missed here too.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FIRST_SECONDS, LATER_SECONDS = 180, 10
USE_CASES = 16
ELSEWHERE = {"DATABASE_URL", "DATA_FOLDER", "CACHE_FOLDER", "PACK_CODE", "PACK_FOLDER", "MAKEFLAGS"}
"""What would lead to another database, other rules, or back to the `make` around this."""


def main() -> None:
    """Clone, start, stop, start again, start over; fail with one sentence."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        with demonstration(clone, "demo", FIRST_SECONDS) as url:
            require(b"SBX-" in read(f"{url}/register"), "The register shows no test.")
        before = rows(clone)
        require(before["application"] >= USE_CASES, "The demonstration lacks applications.")
        mark(clone)
        with demonstration(clone, "demo", LATER_SECONDS):
            require(rows(clone) == before, "A second run does not keep the data.")
        require(is_marked(clone), "A second run has made the data anew.")
        with demonstration(clone, "demo-reset", FIRST_SECONDS):
            require(not is_marked(clone), "demo-reset does not start over.")
            require(rows(clone)["application"] == before["application"], "It is not the same.")


@contextmanager
def demonstration(clone: Path, target: str, most: int) -> Iterator[str]:
    """Run a target on a free port and wait until it answers; say how long that took."""
    url, began = f"http://127.0.0.1:{(port := free_port())}", time.monotonic()
    environ = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    environ["PORT"] = str(port)
    command = ["make", "--no-print-directory", target]
    with (clone / "demo.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=clone, env=environ, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while not answers(url):
            said = (clone / "demo.log").read_text()
            require(process.poll() is None, f"make {target} has ended:\n{said}")
            require(time.monotonic() - began < most, f"make {target} took {most} seconds:\n{said}")
            time.sleep(0.1)
        print(f"make {target}: {time.monotonic() - began:.1f} s until it answers", flush=True)
        yield url
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
    for _ in range(100):
        if not (left := running_in(clone)):
            return
        time.sleep(0.1)
    sys.exit(f"These were left behind: {left}")


def running_in(folder: Path) -> list[str]:
    """Return the commands that run in a folder, where the system can tell."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, UnicodeDecodeError):
            if (process / "cwd").resolve() == folder:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def answers(url: str) -> bool:
    """Tell whether the site is healthy."""
    with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
        return bool(json.loads(read(f"{url}/health")))
    return False


def read(url: str) -> bytes:
    """Read a page of the site."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - always our own http
        content: bytes = answer.read()
    return content


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database(clone: Path) -> sqlite3.Connection:
    """Open the demonstration's database."""
    (path,) = (clone / "var").glob("*.sqlite3")
    return sqlite3.connect(path, isolation_level=None)


def rows(clone: Path) -> dict[str, int]:
    """Count what a worker that runs beside does not change."""
    with closing(database(clone)) as found:
        counts = "SELECT count(*) FROM "
        return {
            name: found.execute(counts + name).fetchone()[0]
            for name in ("person", "organisation", "application", "trial")
        }


def mark(clone: Path) -> None:
    """Leave a mark in the data that only this run can have left."""
    with closing(database(clone)) as found:
        found.execute("CREATE TABLE left_by_the_trial_of_a_clone (word TEXT)")


def is_marked(clone: Path) -> bool:
    """Tell whether the mark is still there."""
    with closing(database(clone)) as found:
        names = [row[0] for row in found.execute("SELECT name FROM sqlite_schema")]
        return "left_by_the_trial_of_a_clone" in names


def require(holds: bool, sentence: str) -> None:
    """Stop with one sentence unless something holds."""
    if not holds:
        sys.exit(sentence)


if __name__ == "__main__":
    main()
