"""Check that conditions compare what can be compared, with values that can be answers."""

from collections.abc import Iterator, Mapping, Sequence

from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    EligibilityVerdict,
    Not,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.packs.checking.findings import Finding
from sandbox.packs.checking.questions import NUMBERS, check_questions, form_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path

_YES_NO = ("yes", "no")


def judge_conditions(pack: PolicyPack) -> Iterator[Finding]:
    """Find comparisons with questions, operators and values that do not go together."""
    for questions in (form_questions(pack), check_questions(pack)):
        before: dict[str, QuestionSpec] = {}
        for path, question in questions:
            if question.ask_if is not None:
                yield from _condition((*path, "ask_if"), question.ask_if, before, "asked before it")
            row = dict(before)
            for index, column in enumerate(question.columns):
                here: Path = (*path, "columns", index, "ask_if")
                if column.ask_if is not None:
                    yield from _condition(here, column.ask_if, row, "asked before it")
                row[column.key] = column
            before[question.key] = question
    asked = {question.key: question for _, question in form_questions(pack)}
    for index, use in enumerate(pack.prohibited_uses):
        yield from _condition(("prohibited_uses", index, "when"), use.when, asked, "in the form")
    for index, rule in enumerate(pack.hard_rules):
        yield from _condition(("hard_rules", index, "when"), rule.when, asked, "in the form")
    asked = {question.key: question for _, question in check_questions(pack)}
    for index, reason in enumerate(pack.eligibility.rules):
        yield from _condition(
            ("eligibility", "rules", index, "when"), reason.when, asked, "in the eligibility check"
        )


def _condition(
    path: Path, condition: Condition, known: Mapping[str, QuestionSpec], where: str
) -> Iterator[Finding]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            name = "all" if isinstance(condition, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from _condition((*path, name, index), part, known, where)
        case Not(part):
            yield from _condition((*path, "not"), part, known, where)
        case Compare():
            yield from _comparison(path, condition, known, where)


def _comparison(
    path: Path, compare: Compare, known: Mapping[str, QuestionSpec], where: str
) -> Iterator[Finding]:
    question = known.get(compare.question)
    if question is None:
        yield Finding(
            (*path, "question"),
            Fault.UNKNOWN_REFERENCE,
            f'there is no question "{compare.question}" {where}',
        )
        return
    path = (*path, compare.operator.value)
    kinds = COMPARABLE[compare.operator]
    if question.kind not in kinds:
        yield Finding(
            path,
            Fault.NOT_ALLOWED,
            f'a "{question.kind}" answer cannot be compared with {compare.operator}',
            "only with kind " + ", ".join(kinds),
        )
        return
    if compare.operator is Operator.ANSWERED:
        return
    if compare.operator in (Operator.AT_LEAST, Operator.AT_MOST):
        if isinstance(compare.value, str) is not (question.kind is QuestionKind.DATE):
            needed = "a day without quotes" if question.kind is QuestionKind.DATE else "a number"
            yield Finding(
                path, Fault.WRONG_TYPE, f'"{question.key}" is compared with {needed}', needed
            )
        return
    if question.kind is QuestionKind.YES_NO:
        allowed: Sequence[str] = _YES_NO
    else:
        allowed = [option.value for option in question.options]
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    for value in values:
        if value not in allowed:
            yield Finding(
                path,
                Fault.UNKNOWN_REFERENCE,
                f'"{value}" is not an answer to "{question.key}"',
                ", ".join(allowed),
            )


COMPARABLE: Mapping[Operator, Sequence[QuestionKind]] = {
    Operator.EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.NOT_EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.ONE_OF: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.INCLUDES: (QuestionKind.MANY,),
    Operator.AT_LEAST: (*NUMBERS, QuestionKind.DATE),
    Operator.AT_MOST: (*NUMBERS, QuestionKind.DATE),
    Operator.ANSWERED: tuple(QuestionKind),
}


def judge_verdicts(pack: PolicyPack) -> Iterator[Finding]:
    """Find answers of the eligibility check that have no text."""
    for verdict in EligibilityVerdict:
        if verdict not in pack.eligibility.verdicts:
            yield Finding(
                ("eligibility", "verdicts"), Fault.MISSING, f'the text of "{verdict}" is missing'
            )
