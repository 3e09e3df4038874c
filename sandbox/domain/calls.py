"""Say when applications may be sent, and for how many there is room."""

from dataclasses import dataclass
from datetime import date

from sandbox.domain.packs import CallSpec, PolicyPack

OUTSIDE = "-"
"""Stand where the key of a call would for what was sent outside the calls; no call has this key."""


@dataclass(frozen=True, slots=True)
class Calling:
    """Hold the call that is open on a day and the one after it; None where there is none.

    Shape: `outside` tells whether applications may be sent outside the calls too, on any day.
    """

    open: CallSpec | None
    following: CallSpec | None
    outside: bool = False

    @property
    def takes(self) -> bool:
        """Tell whether an application may be sent today, in a call or outside."""
        return self.open is not None or self.outside


def calling(pack: PolicyPack, on: date) -> Calling | None:
    """Say how the calls stand on a day; None where the programme is open without any call."""
    if not pack.calls:
        return None
    ordered = sorted(pack.calls, key=lambda call: call.first_day)
    return Calling(
        open=next((call for call in ordered if is_open(call, on)), None),
        following=next((call for call in ordered if call.first_day > on), None),
        outside=pack.outside_calls,
    )


def is_open(call: CallSpec, on: date) -> bool:
    """Tell whether applications to a call may be sent on a day."""
    return call.first_day <= on and (call.last_day is None or on <= call.last_day)


def find_call(key: str | None, *packs: PolicyPack) -> CallSpec | None:
    """Return the call with this key from the first of the packs that knows it."""
    return next((call for pack in packs for call in pack.calls if call.key == key), None)
