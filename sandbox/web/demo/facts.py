"""Read what the demonstration is told from: facts of the exercise, and invented words."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).with_name("data")
_SENTENCE_START = re.compile(r"(^|[.!?]\s+|\n)([a-záéíóúñ])")


@cache
def read(name: str) -> Mapping[str, Any]:
    """Return one of the data files, read once."""
    found: Mapping[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


class _Slots(dict[str, str]):
    """Leave a slot empty that nobody fills, rather than fail on a word of another pack."""

    def __missing__(self, key: str) -> str:
        return ""


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Put the words of a case into a text, and give each sentence its capital."""
    if "{" not in template:
        return template
    text = template.format_map(_Slots(slots))
    if " " not in template:
        return text
    return _SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)


class Words:
    """Choose among the ways of saying a thing, each time another, and always the same by seed."""

    def __init__(self, rng: Random, slots: Mapping[str, str]) -> None:
        self.rng = rng
        self.slots = slots

    def __call__(self, variants: Sequence[str]) -> str:
        """Choose one of the variants and fill it."""
        return fill(self.rng.choice(variants), self.slots)

    def deed(self, *path: str) -> str:
        """Choose one of the texts that people write while they work on a case."""
        found: Any = read("deeds")
        for step in path:
            found = found[step]
        return self(found) if isinstance(found, list) else fill(found, self.slots)


def projects() -> Sequence[Mapping[str, Any]]:
    """List what applications can be about."""
    found: Sequence[Mapping[str, Any]] = read("projects")["projects"]
    return found


def project(key: str) -> Mapping[str, Any]:
    """Return one of the projects. Raises: StopIteration."""
    return next(each for each in projects() if each["key"] == key)
