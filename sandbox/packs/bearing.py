"""Tell which differences between two versions bear on a case, and in which of its phases."""

from collections.abc import Collection

from sandbox.domain.packs import COUNTED_CLOCKS, Text
from sandbox.packs.comparing import Change

_JUDGED_BY = frozenset(
    {
        "clocks",
        "coordination",
        "criteria",
        "preliminary_result",
        "priorities",
        "proportionality",
        "refusal_reasons",
        "standard_conditions",
    }
)
"""By what an application is worked and decided, whatever its tier."""
_TRIED_BY = frozenset(
    {
        "amendment",
        "clocks",
        "extension",
        "final_report_days",
        "incident_classes",
        "report_needs_consent",
        "suspension_grounds",
    }
)
"""What is asked of a test that runs, and of its end."""
_REPEATED = frozenset({"acceptance_days", "position_days", "return_answer_days"})
"""What the coordination says once more of a term, for whoever reads the rules as one table."""
_PUBLIC = frozenset(
    {"public_fields", "public_later", "disclosure_is_presumed", "conditions_are_public"}
)


def bears_on_cases(change: Change, tiers: Collection[str]) -> bool:
    """Tell whether a difference bears on a case that runs, in one of these tiers."""
    if not change.trail:
        return change.field in _JUDGED_BY | _TRIED_BY | _PUBLIC
    first = change.trail[0]
    return first.field in _JUDGED_BY | _TRIED_BY | _PUBLIC or (
        first.field == "tiers" and first.name in tiers
    )


def bears_on_phase(change: Change, *, is_open: bool, is_tried: bool) -> bool:
    """Tell whether a difference changes what is done with an open application or a test that runs.

    What only says the same in other words does not; nor does what a trial run tells of each case by
    itself: tiers and their stages, and the day by which it is decided.
    """
    first = change.trail[0] if change.trail else None
    place = change.field if first is None else first.field
    if place == "coordination" and change.field in _REPEATED:
        return False
    if place == "priorities" or isinstance(change.before or change.after, Text):
        return False
    if first is not None and place == "clocks":
        # Of the terms that the platform counts, one runs once a test has ended.
        return is_tried if first.name == "exit_report" else is_open and first.name in COUNTED_CLOCKS
    return (is_open and place in _JUDGED_BY) or (is_tried and place in _TRIED_BY)
