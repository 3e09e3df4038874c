"""Tell the time at the edge; below the edge, time is always an argument."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime, timezone: str) -> date:
    """Return the calendar day of an instant where the programme runs."""
    return instant.astimezone(ZoneInfo(timezone)).date()
