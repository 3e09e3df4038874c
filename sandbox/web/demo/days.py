"""Put what happened on days before today, in the hours in which people work."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.clock import local_day

OPENS, CLOSES = 9, 18


@dataclass(frozen=True)
class Days:
    """Count days back from now; every instant is on a business day and never in the future."""

    now: datetime
    pack: PolicyPack

    @property
    def today(self) -> date:
        """Return the local day."""
        return local_day(self.now, self.pack.calendar.timezone)

    def moment(self, rng: Random, days_ago: int) -> datetime:
        """Return an instant on that day, or on the last business day before it."""
        calendar = BusinessCalendar.from_spec(self.pack.calendar)
        zone = ZoneInfo(self.pack.calendar.timezone)
        day = self.today - timedelta(days=days_ago)
        clock = time(rng.randint(OPENS, CLOSES - 3), rng.randint(0, 59), rng.randint(0, 59))
        while True:
            found = datetime.combine(day, clock, zone)
            if calendar.is_business_day(day) and found <= self.now - timedelta(hours=3):
                return found
            day -= timedelta(days=1)
