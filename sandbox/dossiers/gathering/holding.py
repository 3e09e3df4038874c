"""Hold what is gathered for a dossier: for whom, from which case, and the entries so far."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.domain.dossiers import Entry, ReaderKind, entry_of
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.actors import Actor
from sandbox.kernel.files import CONTENT_TYPES
from sandbox.models import Application

_ENDINGS = frozenset(CONTENT_TYPES)


@dataclass(frozen=True, slots=True)
class Reader:
    """Say as what somebody reads a case. Shape: `authorities` are the codes of their own on it."""

    kind: ReaderKind
    authorities: tuple[str, ...]

    @property
    def is_inside(self) -> bool:
        """Tell whether the reader belongs to the secretariat or to an authority on the case."""
        return self.kind is not ReaderKind.COMPANY


@dataclass
class Gathered:
    """Hold the entries of a dossier: texts at hand, and files by the hash they are stored under."""

    reader: Reader
    told: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)

    def tell(self, path: str, content: Any) -> None:
        """Add what is known as an entry in JSON."""
        self.told[path] = content = plain(content)
        text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
        self.texts[path] = f"{text}\n".encode()

    def place(self, sha256: str, size: int, name: str) -> str:
        """Add a stored file, the same content once, and return where it stands."""
        ending = PurePosixPath(name).suffix.lower().removeprefix(".")
        path = f"files/{sha256}.{ending if ending in _ENDINGS else 'bin'}"
        self.files.setdefault(path, Entry(path, size, sha256, name))
        return path

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries but the index, in the order of the archive."""
        found = [entry_of(path, content) for path, content in self.texts.items()]
        return tuple(sorted((*found, *self.files.values()), key=lambda entry: entry.path))


def plain(value: Any) -> Any:
    """Return a value as JSON can say it, the same each time."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case Decimal():
            return format(value.normalize(), "f")
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case _ if isinstance(value, float):
            return value
        case _ if isinstance(value, Sequence):
            return [plain(item) for item in value]
    raise TypeError(value)


def fields_of(row: Any, *names: str) -> dict[str, Any]:
    """Return the named parts of a row."""
    return {name: getattr(row, name) for name in names}


@dataclass(frozen=True, slots=True)
class Case:
    """Hold what every part of a dossier is gathered with."""

    session: Session
    actor: Actor
    application: Application
    pack: PolicyPack
    now: datetime
