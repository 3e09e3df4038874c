"""Copy the Mexican pack, so that a test may spoil the copy."""

import shutil
from pathlib import Path

from sandbox.packs.errors import PackProblem
from sandbox.packs.loading import DATA, PackInvalid, load_pack

MX = DATA / "mx" / "1.0.0"


def copy_of_mx(folder: Path) -> Path:
    return Path(shutil.copytree(MX, folder / "mx" / "1.0.0"))


def replace(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence; a text that is not there would make the test say nothing."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    """Return the line on which the text begins, counted without the scan under test."""
    before, found, _ = file.read_text(encoding="utf-8").partition(text)
    assert found, f"{text!r} is not in {file.name}"
    return before.count("\n") + 1


def problems_of(pack: Path) -> tuple[PackProblem, ...]:
    try:
        load_pack(pack)
    except PackInvalid as refused:
        return refused.problems
    return ()
