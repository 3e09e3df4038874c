"""Describe conditions: a closed vocabulary, never code."""

from dataclasses import dataclass
from enum import StrEnum


class Operator(StrEnum):
    """Name the comparisons that a condition may make between an answer and a value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    ONE_OF = "one_of"
    INCLUDES = "includes"  # the answer is a list that contains the value
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Compare:
    """Hold when the answer to `question` stands in relation `operator` to `value`."""

    question: str
    operator: Operator
    value: str | bool | int | tuple[str, ...] = True


@dataclass(frozen=True, slots=True)
class AllOf:
    """Hold when every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Hold when at least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Hold when the part does not."""

    part: "Condition"


Condition = Compare | AllOf | AnyOf | Not
