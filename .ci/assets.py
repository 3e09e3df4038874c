"""Build static/ from the component kit, the theme and the font: `make assets`.

npm works in a temporary folder, so that neither its modules nor its lock file (which holds the
addresses of a registry) ever stands in the tree. The results are committed; serving them needs no
Node.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / ".ci" / "assets"
STATIC = ROOT / "static"
FONT = "@fontsource-variable/atkinson-hyperlegible-next"
FACES = tuple(
    f"atkinson-hyperlegible-next-{script}-wght-{style}.woff2"
    for script in ("latin", "latin-ext")
    for style in ("normal", "italic")
)


def main() -> None:
    """Install the sources, compile the theme, copy what pages load and the licences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--modules", type=Path, help="an installed node_modules folder, to skip the installation"
    )
    given = parser.parse_args().modules
    if given is not None:
        build(given)
        return
    with tempfile.TemporaryDirectory(prefix="assets-") as folder:
        build(install(Path(folder)))


def install(folder: Path) -> Path:
    """Install the pinned packages into `folder` without running any script of theirs."""
    shutil.copy(SOURCES / "package.json", folder)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules"


def build(modules: Path) -> None:
    """Write css, js, fonts and licences into static/."""
    kit = modules / "govuk-frontend"
    font = modules / FONT
    for name in ("css", "js", "fonts", "licences"):
        (STATIC / name).mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            "node",
            str(modules / "sass" / "sass.js"),
            "--no-source-map",
            "--style=compressed",
            "--quiet-deps",
            f"--load-path={modules}",
            str(SOURCES / "app.scss"),
            str(STATIC / "css" / "app.css"),
        ],
        check=True,
    )
    copy_without_map(kit / "dist" / "govuk" / "govuk-frontend.min.js", STATIC / "js")
    for name in ("app.js", "enabled.js"):
        shutil.copyfile(SOURCES / name, STATIC / "js" / name)
    for face in FACES:
        shutil.copyfile(font / "files" / face, STATIC / "fonts" / face)
    # The package of the kit holds no licence file; its text stands beside this program's sources.
    shutil.copy(SOURCES / "licences" / "govuk-frontend.txt", STATIC / "licences")
    shutil.copyfile(font / "LICENSE", STATIC / "licences" / "atkinson-hyperlegible-next.txt")
    forbid_outside_sources(STATIC / "css" / "app.css")


def copy_without_map(source: Path, folder: Path) -> None:
    """Copy a script without its link to a source map, which is not served."""
    script, _, _ = source.read_text().partition("//# sourceMappingURL=")
    (folder / source.name).write_text(script.rstrip() + "\n")


def forbid_outside_sources(stylesheet: Path) -> None:
    """Refuse a stylesheet that our content policy would block or that holds what is not ours."""
    text = stylesheet.read_text()
    for word in ("url(data:", "url(http", "url(//", "GDS Transport", "crown"):
        if word in text:
            raise SystemExit(f"{stylesheet.name} contains {word!r}")


if __name__ == "__main__":
    main()
