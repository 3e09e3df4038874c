"""Set up what the project needs inside its own folder; a second run finds everything in place.

Only the standard library is used, because nothing else is installed yet.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOTSTRAP = PROJECT / "requirements-bootstrap.txt"
RUNTIME = PROJECT / "requirements.txt"
DEVELOPMENT = PROJECT / "requirements-dev.txt"
TRANSLATIONS = PROJECT / "sandbox" / "translations"
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def main() -> None:
    """Do the steps that are asked for and not yet done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what checks and tests need")
    parser.add_argument("--browser", action="store_true", help="also a browser for the journeys")
    wanted = parser.parse_args()
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        found = ".".join(map(str, sys.version_info[:2]))
        fail(f"Python 3.11, 3.12 or 3.13 is needed, but this is {found}: make PYTHON=python3.11 …")
    (PROJECT / "var").mkdir(exist_ok=True)
    with (PROJECT / "var" / "bootstrap.lock").open("w") as lock:
        # Two commands started together must not install into one environment at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        install([RUNTIME, DEVELOPMENT] if wanted.dev else [RUNTIME])
        compile_translations()
        if wanted.browser:
            ensure_browser()


def install(requirements: list[Path]) -> None:
    """Bring the environment to the hashed lists, unless a stamp says that it is there already."""
    stamps = {VENV / ".runtime": [RUNTIME], VENV / ".development": [RUNTIME, DEVELOPMENT]}
    done = [lists for stamp, lists in stamps.items() if is_stamped(stamp, lists)]
    if any(set(requirements) <= set(lists) for lists in done):
        return
    if not works(PYTHON):
        say("Creating .venv")
        try:
            run(sys.executable, "-m", "venv", "--clear", str(VENV))
        except subprocess.CalledProcessError:
            fail("This Python cannot make environments: install the package python3-venv first.")
    if not works(VENV / "bin" / "uv"):
        say("Installing the installer")
        pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        run(*pip, "--require-hashes", "--requirement", str(BOOTSTRAP))
    # A runtime set only adds, so that `make demo` after `make test` removes nothing.
    action = ["sync"] if DEVELOPMENT in requirements else ["install"]
    lists = [str(path) for path in requirements]
    if action == ["install"]:
        lists = [word for path in lists for word in ("--requirement", path)]
    say(f"Installing {' and '.join(path.name for path in requirements)}")
    uv = [str(VENV / "bin" / "uv"), "pip", *action, "--quiet", "--require-hashes"]
    run(*uv, "--python", str(PYTHON), *lists)
    for stamp, listed in stamps.items():
        stamp.unlink(missing_ok=True)
        if listed == requirements:
            stamp.write_text(fingerprint(listed))


def is_stamped(stamp: Path, requirements: list[Path]) -> bool:
    """Tell whether exactly these lists were installed for exactly this Python."""
    return (
        stamp.exists()
        and works(PYTHON, run_it=False)
        and stamp.read_text() == fingerprint(requirements)
    )


def fingerprint(requirements: list[Path]) -> str:
    """Hash what decides the contents of the environment."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {VENV}".encode())
    for path in requirements:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def compile_translations() -> None:
    """Compile each catalog that changed since it was last compiled."""
    for catalog in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"):
        compiled = catalog.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalog.stat().st_mtime:
            continue
        say(f"Compiling the translation {catalog.parent.parent.name}")
        pybabel = [str(VENV / "bin" / "pybabel"), "--quiet", "compile"]
        locale = catalog.parent.parent.name
        run(*pybabel, "-i", str(catalog), "-o", str(compiled), "-l", locale)


def find_browser() -> str | None:
    """Return the first Chromium on the path."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def ensure_browser() -> None:
    """Install Debian's Chromium where there is none; the journeys are run in it."""
    if find_browser():
        return
    apt = shutil.which("apt-get")
    become_root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if not apt or (become_root and not shutil.which("sudo")):
        fail("The journeys need Chromium on the path: install it, then run this again.")
    say("Installing Chromium")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["chromium-headless-shell", "fonts-liberation"]
    try:
        run(*become_root, apt, "update", "-qq", env=quietly)
        install = ["install", "-y", "-qq", "--no-install-recommends", *packages]
        run(*become_root, apt, *install, env=quietly)
    except subprocess.CalledProcessError:
        fail("Chromium could not be installed with apt-get: install it, then run this again.")
    if not find_browser():
        fail("Chromium was installed, but it is not on the path.")


def works(program: Path, *, run_it: bool = True) -> bool:
    """Tell whether a program of the environment is there and, if asked, still starts."""
    if not program.exists():
        return False
    if not run_it:
        return True
    answer = subprocess.run([str(program), "--version"], check=False, capture_output=True)
    return answer.returncode == 0


def run(*command: str, env: dict[str, str] | None = None) -> None:
    """Run a command from the project's folder. Raises: CalledProcessError."""
    subprocess.run(command, check=True, cwd=PROJECT, env=env, stdout=sys.stderr)


def say(sentence: str) -> None:
    """Tell what is being done, since a first run takes a minute."""
    print(f"{sentence} …", file=sys.stderr, flush=True)


def fail(sentence: str) -> None:
    """Stop with one sentence instead of a traceback."""
    raise SystemExit(sentence)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        fail(f"This step failed: {' '.join(map(str, error.cmd))}")
