"""Read the five fields of a crontab, and say when they were met last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_LOOK_BACK = timedelta(hours=25)
"""A schedule that was missed for a day while no worker ran is caught up; an older one is not."""


@dataclass(frozen=True, slots=True)
class Cron:
    """Hold a schedule as sets of minutes, hours, days, months, weekdays; all must match."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> "Cron":
        """Read five crontab fields of `*`, numbers, ranges, steps and lists. Raises: ValueError."""
        fields = expression.split()
        ranges = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
        if len(fields) != len(ranges):
            raise ValueError(f"A schedule has five fields, but this is {expression!r}.")
        return cls(*(_field(text, *limits) for text, limits in zip(fields, ranges, strict=True)))

    def matches(self, local: datetime) -> bool:
        """Tell whether the schedule falls on this minute."""
        return (
            local.minute in self.minutes
            and local.hour in self.hours
            and local.day in self.days
            and local.month in self.months
            and local.isoweekday() % 7 in self.weekdays
        )

    def last_before(self, local: datetime) -> datetime | None:
        """Return the last matching minute up to now, if it is not too long ago."""
        minute = local
        while minute > local - LONGEST_LOOK_BACK:
            if self.matches(minute):
                return minute
            minute -= timedelta(minutes=1)
        return None


def _field(text: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else int(first)
        open_ended = first == "*" or (step and not last)
        end = high if open_ended else int(last or first)
        if not low <= start <= end <= high or int(step or 1) < 1:
            raise ValueError(f"{text!r} is not a part of a schedule between {low} and {high}.")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)
