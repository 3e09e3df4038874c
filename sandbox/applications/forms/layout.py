"""Arrange the questions of a section on its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.applications.forms.fields import MOST_RADIOS
from sandbox.applications.queries import Sheet
from sandbox.domain.conditions import NO, YES
from sandbox.domain.packs import (
    Compare,
    Operator,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Place a question on the page, with those that one of its options reveals."""

    spec: QuestionSpec
    revealed: Mapping[str, tuple["Group", ...]]


def keys_on_page(sheet: Sheet) -> list[str]:
    """Name the questions that are asked, and those that an option on the page would reveal."""
    asked = {question.key for question in sheet.asked(sheet.saved.answers)}
    shown: list[str] = []
    for question in sheet.spec.questions:
        revealer = revealed_by(sheet.spec, question)
        if question.key in asked or (revealer is not None and revealer[0] in shown):
            shown.append(question.key)
    return shown


def revealed_by(section: SectionSpec, question: QuestionSpec) -> tuple[str, str] | None:
    """Return the question and option behind which a question can stand, if it is that simple."""
    condition = question.ask_if
    if not isinstance(condition, Compare):
        return None
    parent = next((q for q in section.questions if q.key == condition.question), None)
    if parent is None or not _is_revealer(parent, condition.operator):
        return None
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if len(values) != 1:
        return None
    value = values[0]
    return parent.key, (YES if value else NO) if isinstance(value, bool) else str(value)


def _is_revealer(parent: QuestionSpec, operator: Operator) -> bool:
    if parent.kind is QuestionKind.CHOICE and len(parent.options) > MOST_RADIOS:
        return False
    by_kind = {
        QuestionKind.CHOICE: (Operator.EQUALS, Operator.ONE_OF),
        QuestionKind.YES_NO: (Operator.EQUALS, Operator.ONE_OF),
        QuestionKind.MANY: (Operator.INCLUDES,),
    }
    return operator in by_kind.get(parent.kind, ())


def arranged(section: SectionSpec, specs: Sequence[QuestionSpec]) -> tuple[Group, ...]:
    """Put each question of a page on its own, or behind the option that asks it."""
    keys = {question.key for question in specs}
    behind: dict[str, dict[str, list[QuestionSpec]]] = {}
    top = []
    for question in specs:
        revealer = revealed_by(section, question)
        if revealer is None or revealer[0] not in keys:
            top.append(question)
        else:
            behind.setdefault(revealer[0], {}).setdefault(revealer[1], []).append(question)

    def group(question: QuestionSpec) -> Group:
        options = behind.get(question.key, {})
        return Group(question, {value: tuple(map(group, each)) for value, each in options.items()})

    return tuple(map(group, top))
