"""Judge the conditions of a policy pack on a person's answers."""

import re
from datetime import date
from decimal import Decimal

from sandbox.domain.packs import (
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    QuestionSpec,
)

YES = "yes"
NO = "no"

# Decimal() also reads "NaN", "1e9", "1_000" and digits of other scripts, none of which a person
# who fills in a form means; date.fromisoformat() also reads weeks and days without hyphens.
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Tell whether the condition holds; no condition always does.

    An unanswered question stands in no relation to any value, so every comparison with it fails,
    "not equals" included; only "answered: false" and `Not` hold for a question left empty.
    """
    match condition:
        case None:
            return True
        case AllOf(parts):
            return all(holds(part, answers) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers) for part in parts)
        case Not(part):
            return not holds(part, answers)
        case Compare():
            return _compare(condition, answers.get(condition.question))


def questions_of(condition: Condition | None) -> frozenset[str]:
    """List the keys of the questions whose answers the condition looks at."""
    match condition:
        case None:
            return frozenset()
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(questions_of(part) for part in parts))
        case Not(part):
            return questions_of(part)
        case Compare(question=question):
            return frozenset({question})


def is_required(question: QuestionSpec, answers: Answers) -> bool:
    """Tell whether the question, where it is asked, must be answered beside these answers."""
    if question.required_if is None:
        return question.required
    return question.required or holds(question.required_if, answers)


def is_answered(value: AnswerValue | None) -> bool:
    """Tell whether the value says anything: blanks and rows of blanks do not."""
    match value:
        case None:
            return False
        case str():
            return bool(value.strip())
        case list():
            return any(_is_filled(item) for item in value)
        case _:
            return True


def as_number(value: object) -> Decimal | None:
    """Read a plain decimal number, or return None.

    Shape: an int, or a text of digits with an optional sign and a point before the fraction.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def as_day(value: object) -> date | None:
    """Read a day of the form 2026-05-31, or return None."""
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _is_filled(item: str | dict[str, str]) -> bool:
    if isinstance(item, dict):
        return any(cell.strip() for cell in item.values())
    return bool(item.strip())


def _compare(compare: Compare, answer: AnswerValue | None) -> bool:
    value = compare.value
    if compare.operator is Operator.ANSWERED:
        return is_answered(answer) is (value is not False)
    if answer is None or not is_answered(answer):
        return False
    match compare.operator:
        case Operator.EQUALS:
            return _is_same(answer, value)
        case Operator.NOT_EQUALS:
            return not _is_same(answer, value)
        case Operator.ONE_OF:
            return any(_is_same(answer, each) for each in _each(value))
        case Operator.INCLUDES:
            return isinstance(answer, list) and any(each in answer for each in _each(value))
        case Operator.AT_LEAST:
            order = _order(answer, value)
            return order is not None and order >= 0
        case Operator.AT_MOST:
            order = _order(answer, value)
            return order is not None and order <= 0


def _each(value: str | bool | int | tuple[str, ...]) -> tuple[str | bool | int, ...]:
    return value if isinstance(value, tuple) else (value,)


def _is_same(answer: AnswerValue, value: str | bool | int | tuple[str, ...]) -> bool:
    if isinstance(value, bool):
        return answer == (YES if value else NO)
    if isinstance(value, int):
        return as_number(answer) == value
    if isinstance(value, tuple):
        # Many answers have no order of their own, so neither has the comparison.
        return isinstance(answer, list) and sorted(map(str, answer)) == sorted(value)
    return answer == value


def _order(answer: AnswerValue, value: str | bool | int | tuple[str, ...]) -> int | None:
    left, right = as_number(answer), as_number(value)
    if left is not None and right is not None:
        return (left > right) - (left < right)
    first, second = as_day(answer), as_day(value)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    return None
