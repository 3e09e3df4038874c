"""Stream the register as CSV in constant memory."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

COLUMNS = (
    "reference",
    "title",
    "organisation",
    "tier",
    "status",
    "stage",
    "opened_at",
    "ended_at",
    "exit_kind",
    "report",
)
RELIEF_COLUMNS = (
    "reference",
    "organisation",
    "number",
    "authority",
    "kind",
    "provision",
    "scope",
    "neutrality",
    "starts_on",
    "ends_on",
    "ended_on",
    "extends",
    "state",
)
# A cell that begins so would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Any], columns: tuple[str, ...] = COLUMNS) -> Iterator[str]:
    """Give a register line by line; no cell can act as a formula."""
    yield _line(columns)
    for row in rows:
        yield _line(tuple(safe_cell(getattr(row, column)) for column in columns))


def safe_cell(value: Any) -> str:
    """Return a value as text that a spreadsheet only shows."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _line(cells: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
