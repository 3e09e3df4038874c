"""Tell a whole pack in words, for whoever must answer for it and reads no files."""

from collections.abc import Iterator

from sandbox.applications.wording import read
from sandbox.domain.packs import PolicyPack
from sandbox.programme.summary.basics import programme_lines
from sandbox.programme.summary.calls import calls_lines, enquiries_lines
from sandbox.programme.summary.deciding import coordination_lines, endings_lines
from sandbox.programme.summary.dialogue import (
    consultation_words,
    dialogue_lines,
    round_table_words,
)
from sandbox.programme.summary.form import eligibility_lines, form_lines
from sandbox.programme.summary.judging import (
    criteria_lines,
    monitoring_lines,
    priority_lines,
    risk_lines,
    tier_lines,
)
from sandbox.programme.summary.lines import Line, Said, nested
from sandbox.programme.summary.parties import authorities_lines

__all__ = ["Said", "consultation_words", "nested", "round_table_words", "summary"]


def summary(pack: PolicyPack) -> Iterator[Line]:
    """Say everything that stands in a pack, a line each, with the depth of the line."""
    yield 0, f"{read(pack.programme.title)} ({pack.code} {pack.version})"
    yield from programme_lines(pack)
    yield from authorities_lines(pack)
    yield from enquiries_lines(pack)
    yield from calls_lines(pack)
    yield from eligibility_lines(pack)
    yield from form_lines(pack)
    yield from criteria_lines(pack)
    yield from priority_lines(pack)
    yield from risk_lines(pack)
    for tier in pack.tiers:
        yield from tier_lines(pack, tier)
    yield from monitoring_lines(pack)
    yield from coordination_lines(pack)
    yield from endings_lines(pack)
    yield from dialogue_lines(pack)
