"""Check that whoever is told a preliminary result has a term in which to answer."""

from collections.abc import Iterator

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import COMMENT_CLOCK, DECISION_CLOCK, PolicyPack
from sandbox.packs.checking.findings import REMOVED, Finding, repeated
from sandbox.packs.errors import Fault
from sandbox.packs.saying import sentence as _l

_STATUS = ApplicationStatus.PRELIMINARY.value


def judge_preliminary_result(pack: PolicyPack) -> Iterator[Finding]:
    """Find a result announced without a term for comments, and such a term of no result."""
    rules = pack.preliminary_result
    if rules is not None:
        yield from repeated(("preliminary_result", "outcomes"), rules.outcomes)
        if pack.find_clock(COMMENT_CLOCK) is None:
            yield Finding(
                ("clocks",),
                Fault.MISSING,
                _l(
                    'the clock "%(clock)s" is missing, within which the company answers to a '
                    "preliminary result",
                    clock=COMMENT_CLOCK,
                ),
                _l('a clock "%(clock)s", or no preliminary_result', clock=COMMENT_CLOCK),
            )
    for index, clock in enumerate(pack.clocks):
        if clock.key == COMMENT_CLOCK and rules is None:
            yield Finding(
                ("clocks", index, "key"),
                Fault.INCONSISTENT,
                _l("nobody is told a preliminary result on which to comment"),
                _l('another clock, or preliminary_result beside "%(clock)s"', clock=COMMENT_CLOCK),
            )
        if _STATUS not in clock.stops_in:
            continue
        place = ("clocks", index, "stops_in", clock.stops_in.index(_STATUS))
        if clock.key != DECISION_CLOCK:
            yield Finding(
                place,
                Fault.NOT_ALLOWED,
                _l(
                    'the clock "%(clock)s" does not run in the status "%(status)s"',
                    clock=clock.key,
                    status=_STATUS,
                ),
                REMOVED,
            )
        elif rules is None:
            yield Finding(
                place,
                Fault.INCONSISTENT,
                _l(
                    'no case is ever in the status "%(status)s" without preliminary_result',
                    status=_STATUS,
                ),
                REMOVED,
            )
