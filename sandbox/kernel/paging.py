"""Page lists by keyset: the place in a list is the last row's sort key and id, never a number."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, tuple_
from sqlalchemy.orm import Session

PAGE_SIZE = 50
_LARGEST_INTEGER = 2**31 - 1  # what PostgreSQL's integers hold
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Page(Generic[_R]):
    """Hold the rows of one page and the key from which the next page starts, if there is one."""

    rows: Sequence[_R]
    next_key: str | None


def encode_key(values: Sequence[Any]) -> str:
    """Return a sort key as text that fits into an address."""
    parts = [_to_text(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_key(text: str, like: Sequence[type]) -> tuple[Any, ...] | None:
    """Return the values of a key, or None where somebody has changed the address by hand."""
    try:
        padded = text + "=" * (-len(text) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if not isinstance(parts, list) or len(parts) != len(like):
            return None
        return tuple(_from_text(part, kind) for part, kind in zip(parts, like, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def paged(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    key: Sequence[Any],
    kinds: Sequence[type],
    after: str | None,
    *,
    descending: bool = True,
    size: int = PAGE_SIZE,
) -> Page[Row[*tuple[Any, ...]]]:
    """Run `statement` for the page after `after`, ordered by `key`.

    Shape: the statement's last columns are those of `key`, in order; `kinds` are their types. No
    column of the key may be null.
    """
    start = decode_key(after, kinds) if after else None
    if start is not None:
        left = tuple_(*key)
        statement = statement.where(left < start if descending else left > start)
    statement = statement.order_by(*(c.desc() if descending else c.asc() for c in key))
    rows = session.execute(statement.limit(size + 1)).all()
    if len(rows) <= size:
        return Page(rows, None)
    return Page(rows[:size], encode_key(rows[size - 1][-len(key) :]))


def _to_text(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _from_text(value: Any, kind: type) -> Any:
    # Whatever the database would refuse must be refused here, where it is no fault.
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        return instant.astimezone(UTC)
    if kind is date:
        return date.fromisoformat(value)
    if kind is int:
        if abs(number := int(value)) > _LARGEST_INTEGER:
            raise ValueError(value)
        return number
    text = str(value)
    if "\x00" in text:
        raise ValueError(value)
    return kind(text)
