"""Read the handbook of policy officers as a reader does who types everything that it says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config import PROJECT

HANDBOOK = PROJECT / "docs" / "packs"
TUTORIAL = HANDBOOK / "tutorial.md"
RECIPES = HANDBOOK / "recipes.md"
REFERENCE = HANDBOOK / "reference.md"
FIRST_VERSION = "1.0.0"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ((?:\d+\.\d+\.\d+/)?[a-z]+\.toml)(?:, continued)?\n")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: what it is written in, and what it says."""

    language: str
    text: str

    @property
    def file(self) -> str:
        """The file that the block names in its first line, with the version of its folder."""
        named = _FILE.match(self.text)
        assert named, f"The block does not say which file it goes to:\n{self.text[:80]}"
        return named[1] if "/" in named[1] else f"{FIRST_VERSION}/{named[1]}"

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = [Block(*match.groups()) for match in _BLOCK.finditer(text)]
    assert text.count("```") == 2 * len(found), f"{page.name} has a block that is not read."
    return found


def write(pack: Path, block: Block) -> None:
    """Copy a block to the end of its file, below the folder of the pack's versions."""
    file = pack / block.file
    assert file.parent.is_dir(), f"{file.parent} is not there yet."
    with file.open("a", encoding="utf-8") as opened:
        opened.write(block.text)


def edit(pack: Path, block: Block) -> None:
    """Put each line with a plus sign in the place of the line with a minus sign before it."""
    file = pack / block.file
    text = file.read_text(encoding="utf-8")
    for old, new in _pairs(block.lines[1:]):
        assert text.count(f"{old}\n") == 1, f"{old!r} stands {text.count(old)} times in {file}."
        text = text.replace(f"{old}\n", f"{new}\n")
    file.write_text(text, encoding="utf-8")


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert (old[0], new[0]) == ("-", "+"), (old, new)
        yield old[1:], new[1:]


def tutorial_pack(home: Path) -> Path:
    """Write the pack that the tutorial builds, without its later mistakes and versions."""
    versions = home / "harbour"
    (versions / FIRST_VERSION).mkdir(parents=True)
    for block in blocks(TUTORIAL):
        if block.language == "toml":
            write(versions, block)
    return versions / FIRST_VERSION
