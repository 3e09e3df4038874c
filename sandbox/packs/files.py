"""Say where the files of one pack stand: in a folder, or in memory."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Protocol

from sandbox.packs.saying import ABSENT, Sentence
from sandbox.packs.saying import sentence as _l

FIRST_FILE = "pack.toml"
MOST_BYTES_A_FILE = 1024 * 1024
MOST_BYTES = 4 * MOST_BYTES_A_FILE
MOST_FILES = 40


class Unreadable(Exception):
    """Say in the words of a problem why a file gives no content."""

    def __init__(self, why: Sentence, found: Sentence = ABSENT) -> None:
        self.why = why
        self.found = found
        super().__init__(why, found)


class Files(Protocol):
    """Describe where the files of one pack stand."""

    @property
    def name(self) -> str:
        """Return how problems call the place."""
        ...

    def names(self) -> Iterable[str]:
        """Name the TOML files that are there, at least as many as would be too many."""
        ...

    def content(self, name: str, most: int) -> bytes:
        """Return what a file holds, cut off one byte past `most`. Raises: Unreadable."""
        ...


class Folder:
    """Read the files of a pack from its folder on disk."""

    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self.name = f"{folder.parent.name}/{folder.name}"

    def names(self) -> Iterable[str]:
        """Name the TOML files in the folder."""
        return sorted(entry.name for entry in self.folder.glob("*.toml"))[: 2 * MOST_FILES]

    def content(self, name: str, most: int) -> bytes:
        """Return the bytes of a plain file; a link could point anywhere. Raises: Unreadable."""
        file = self.folder / name
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                raise Unreadable(_l("is not a plain file"), _l("a link, a folder or a device"))
            with file.open("rb") as stream:
                return stream.read(most + 1)
        except FileNotFoundError:
            raise Unreadable(_l("cannot be read")) from None
        except OSError:
            raise Unreadable(
                _l("cannot be read"), _l("a file that the platform may not open")
            ) from None


@dataclass(frozen=True, slots=True)
class Held:
    """Give the files of a pack that somebody holds in memory."""

    name: str
    files: Mapping[str, bytes]

    def names(self) -> Iterable[str]:
        """Name the files."""
        return sorted(self.files)[: 2 * MOST_FILES]

    def content(self, name: str, most: int) -> bytes:
        """Return what a file holds. Raises: Unreadable where there is none."""
        if name not in self.files:
            raise Unreadable(_l("cannot be read"))
        return self.files[name][: most + 1]
