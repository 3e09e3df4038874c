"""Hold what the files of a pack say, the place of each value, and what is wrong with them."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.packs.errors import Fault, PackProblem
from sandbox.packs.files import FIRST_FILE
from sandbox.packs.positions import Path
from sandbox.packs.saying import ABSENT, Sentence, legible
from sandbox.packs.showing import shown, shown_path

MOST_PROBLEMS = 200


@dataclass
class Source:
    """Hold what was read: the merged values, the place of each, and what was wrong on the way."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, tuple[str, int]] = field(default_factory=dict)
    problems: list[PackProblem] = field(default_factory=list)
    warnings: list[PackProblem] = field(default_factory=list)
    # On which line of its file each key of the whole pack stands, also where it is the second one.
    tops: dict[tuple[str, str], int] = field(default_factory=dict)

    def refuse(
        self,
        path: Path,
        fault: Fault,
        message: Sentence,
        *,
        found: Sentence,
        allowed: Sentence,
        place: tuple[str, int] | None = None,
    ) -> None:
        """Add a problem with the value at `path`, unless enough is known already.

        The number is bounded because a hostile pack could make the list itself the attack.
        """
        if self.is_full:
            return
        file, line = place or self.place(path)
        self.problems.append(
            PackProblem(
                legible(f"{self.name}/{file}"),
                line,
                shown_path(path),
                found,
                allowed,
                message,
                fault,
            )
        )

    @property
    def is_full(self) -> bool:
        """Return whether more problems were found than anybody would read on."""
        return len(self.problems) >= MOST_PROBLEMS

    def warn(self, path: Path, fault: Fault, message: Sentence, allowed: Sentence) -> None:
        """Add a warning about the value at `path`, as far as anybody would read on."""
        if len(self.warnings) < MOST_PROBLEMS:
            file, line = self.place(path)
            key, found = shown_path(path), self.found(path)
            self.warnings.append(
                PackProblem(
                    legible(f"{self.name}/{file}"), line, key, found, allowed, message, fault
                )
            )

    def place(self, path: Path) -> tuple[str, int]:
        """Return the file and line of `path`, or of the nearest thing around it that is there."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return (FIRST_FILE, 1)

    def found(self, path: Path) -> Sentence:
        """Return the value at `path` as short text, or that there is none."""
        value: Any = self.values
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return ABSENT
        return shown(value)
