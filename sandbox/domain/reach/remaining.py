"""Say what of a condition is still open once some answers are known."""

from collections.abc import Sequence

from sandbox.domain.conditions import holds
from sandbox.domain.packs import AllOf, AnswerValue, AnyOf, Compare, Condition, Not
from sandbox.domain.reach.budget import Budget
from sandbox.domain.reach.kinds import values_of


def remaining(
    condition: Condition | bool, key: str, value: AnswerValue | None, budget: Budget
) -> Condition | bool:
    """Return what of a condition is still open once the answer to a question is known."""
    budget.spend()
    match condition:
        case bool():
            return condition
        case AllOf(parts):
            return _joined(parts, key, value, budget, deciding=False)
        case AnyOf(parts):
            return _joined(parts, key, value, budget, deciding=True)
        case Not(part):
            left = remaining(part, key, value, budget)
            return not left if isinstance(left, bool) else Not(left)
        case Compare():
            if condition.question != key:
                return condition
            budget.spend(len(values_of(condition)) * (len(value) if isinstance(value, list) else 1))
            return holds(condition, {} if value is None else {key: value})


def _joined(
    parts: Sequence[Condition],
    key: str,
    value: AnswerValue | None,
    budget: Budget,
    *,
    deciding: bool,
) -> Condition | bool:
    """Join what is left of some parts, of which one that is as `deciding` decides for all."""
    left: dict[Condition, None] = {}
    for part in parts:
        each = remaining(part, key, value, budget)
        if isinstance(each, bool):
            if each is deciding:
                return deciding
        else:
            left[each] = None
    if not left:
        return not deciding
    if len(left) == 1:
        return next(iter(left))
    return AnyOf(tuple(left)) if deciding else AllOf(tuple(left))
