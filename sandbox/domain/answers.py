"""Say which questions answers leave open, and what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeGuard

from sandbox.domain.conditions import (
    NO,
    YES,
    as_day,
    as_number,
    holds,
    is_answered,
    is_required,
)
from sandbox.domain.packs import (
    ORGANISATION_NAME,
    ORGANISATION_NUMBER,
    ORGANISATION_PARTS,
    Answers,
    AnswerValue,
    PolicyPack,
    PrioritySpec,
    ProhibitedUse,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
    TextFormat,
)
from sandbox.domain.tax_numbers import tax_number

MOST_WORDS_OF_NAME = 30


def asked(form: SectionSpec | PolicyPack, answers: Answers) -> tuple[QuestionSpec, ...]:
    """List the questions that these answers leave open to the person, in the order of the form.

    A question that is not asked counts as unanswered for those after it, so that an answer left
    behind by a change of mind asks nothing. For a single section this sees only the section's own
    questions; give it `relevant(pack, answers)` where conditions reach across sections.
    """
    return walk(
        form.questions if isinstance(form, SectionSpec) else form.questions.values(), answers
    )


def walk(questions: Iterable[QuestionSpec], answers: Answers) -> tuple[QuestionSpec, ...]:
    """List those of the questions that are asked, each judged on the answers before it."""
    remaining = dict(answers)
    found = []
    for question in questions:
        if holds(question.ask_if, remaining):
            found.append(question)
        else:
            remaining.pop(question.key, None)
    return tuple(found)


def relevant(pack: PolicyPack, answers: Answers) -> dict[str, AnswerValue]:
    """Keep the answers that say something and whose question is asked: those that count."""
    keys = (question.key for question in asked(pack, answers))
    return {key: answers[key] for key in keys if is_answered(answers.get(key))}


# Whether somebody reads mails there only a mail can tell; this much any address has.
_EMAIL = re.compile(r"(?=.{3,254}$)[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_TELEPHONE = re.compile(r"\+?[0-9][0-9 ()./-]{0,38}[0-9]( ?(ext\.?|x) ?[0-9]{1,6})?", re.ASCII)
# From the numbers of small networks to E.164, with an extension behind it.
_DIGITS_OF_TELEPHONE = range(6, 22)


class ProblemKind(StrEnum):
    """Name what can be wrong with an answer."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_DATE = "not_a_date"
    NOT_AN_OPTION = "not_an_option"
    TOO_MANY_ROWS = "too_many_rows"
    ROW_INCOMPLETE = "row_incomplete"
    NOT_A_TAX_NUMBER = "not_a_tax_number"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_TELEPHONE = "not_a_telephone"


@dataclass(frozen=True, slots=True)
class Problem:
    """Point at one answer that must be mended.

    Shape: `limit` is the bound that was passed; `row` counts from 1 and, with `column`, points
    into an answer made of rows.
    """

    question: str
    section: str
    kind: ProblemKind
    limit: int | None = None
    row: int | None = None
    column: str | None = None


def problems(
    pack: PolicyPack, answers: Answers, sections: Iterable[str] | None = None
) -> tuple[Problem, ...]:
    """Name everything that stands between these answers and a submission, in the form's order.

    `sections` narrows the result to some sections; all answers still count in the conditions.
    """
    counting = relevant(pack, answers)
    wanted = None if sections is None else frozenset(sections)
    return tuple(
        problem
        for section in pack.sections
        if wanted is None or section.key in wanted
        for problem in _section_problems(section, counting)
    )


class SectionState(StrEnum):
    """Name how far a section of the form has come."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"


def section_state(section: SectionSpec, answers: Answers) -> SectionState:
    """Say how far a section has come.

    A section of optional questions is not started until one is answered; a section that asks
    nothing is done.
    """
    questions = asked(section, answers)
    if questions and not any(is_answered(answers.get(question.key)) for question in questions):
        return SectionState.NOT_STARTED
    if any(_section_problems(section, answers)):
        return SectionState.IN_PROGRESS
    return SectionState.DONE


def prohibited(pack: PolicyPack, answers: Answers) -> tuple[ProhibitedUse, ...]:
    """List the prohibited uses that the answers describe."""
    counting = relevant(pack, answers)
    return tuple(use for use in pack.prohibited_uses if holds(use.when, counting))


def priorities(pack: PolicyPack, answers: Answers) -> tuple[PrioritySpec, ...]:
    """List the reasons of the rules for which these answers come before others."""
    counting = relevant(pack, answers)
    return tuple(each for each in pack.priorities if holds(each.when, counting))


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: ProblemKind
    limit: int | None = None
    row: int | None = None
    column: str | None = None


def _section_problems(section: SectionSpec, answers: Answers) -> Iterator[Problem]:
    for question in asked(section, answers):
        for fault in _faults(question, answers.get(question.key), answers):
            yield Problem(
                question.key, section.key, fault.kind, fault.limit, fault.row, fault.column
            )


def _faults(
    question: QuestionSpec, answer: AnswerValue | None, answers: Answers
) -> Iterator[_Fault]:
    if answer is None or not is_answered(answer):
        if is_required(question, answers):
            yield _Fault(ProblemKind.MISSING)
    elif question.kind is QuestionKind.ROWS:
        yield from _row_faults(question, answer, answers)
    else:
        yield from _FAULTS[question.kind](question, answer)


def _text_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if not isinstance(answer, str):
        yield _Fault(ProblemKind.MISSING)
    elif question.max_words is not None and len(answer.split()) > question.max_words:
        yield _Fault(ProblemKind.TOO_LONG, question.max_words)
    elif question.format is TextFormat.EMAIL and not _EMAIL.fullmatch(answer.strip()):
        yield _Fault(ProblemKind.NOT_AN_EMAIL)
    elif question.format is TextFormat.TELEPHONE and not _is_telephone(answer.strip()):
        yield _Fault(ProblemKind.NOT_A_TELEPHONE)


def _is_telephone(text: str) -> bool:
    digits = sum(each.isdigit() for each in text)
    return digits in _DIGITS_OF_TELEPHONE and _TELEPHONE.fullmatch(text) is not None


def _number_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    number = as_number(answer)
    if number is None:
        yield _Fault(ProblemKind.NOT_A_NUMBER)
    else:
        yield from _range_faults(question, number)


def _money_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    number = as_number(answer)
    if number is None or number != number.to_integral_value():
        yield _Fault(ProblemKind.NOT_A_NUMBER)
    else:
        yield from _range_faults(question, number)


def _date_faults(_question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if as_day(answer) is None:
        yield _Fault(ProblemKind.NOT_A_DATE)


def _choice_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if not isinstance(answer, str) or question.option(answer) is None:
        yield _Fault(ProblemKind.NOT_AN_OPTION)


def _yes_no_faults(_question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if answer not in (YES, NO):
        yield _Fault(ProblemKind.NOT_AN_OPTION)


def _many_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if not _is_texts(answer) or any(question.option(value) is None for value in answer):
        yield _Fault(ProblemKind.NOT_AN_OPTION)
    else:
        yield from _range_faults(question, Decimal(len(set(answer))))


def _file_faults(question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if not _is_texts(answer):
        yield _Fault(ProblemKind.MISSING)
    else:
        yield from _range_faults(question, Decimal(len(answer)))


def _organisation_faults(_question: QuestionSpec, answer: AnswerValue) -> Iterator[_Fault]:
    if not _is_rows(answer) or len(answer) != 1 or answer[0].keys() - set(ORGANISATION_PARTS):
        yield _Fault(ProblemKind.MISSING)
        return
    [row] = answer
    name, number = row.get(ORGANISATION_NAME, ""), row.get(ORGANISATION_NUMBER, "")
    if not name.strip():
        yield _Fault(ProblemKind.ROW_INCOMPLETE, row=1, column=ORGANISATION_NAME)
    elif len(name.split()) > MOST_WORDS_OF_NAME:
        yield _Fault(ProblemKind.TOO_LONG, MOST_WORDS_OF_NAME, 1, ORGANISATION_NAME)
    # An organisation of another country may have no such number, so it may be left out.
    if number.strip() and tax_number(number) is None:
        yield _Fault(ProblemKind.NOT_A_TAX_NUMBER, row=1, column=ORGANISATION_NUMBER)


def _range_faults(question: QuestionSpec, number: Decimal) -> Iterator[_Fault]:
    if question.minimum is not None and number < question.minimum:
        yield _Fault(ProblemKind.OUT_OF_RANGE, question.minimum)
    elif question.maximum is not None and number > question.maximum:
        yield _Fault(ProblemKind.OUT_OF_RANGE, question.maximum)


def _row_faults(question: QuestionSpec, answer: AnswerValue, answers: Answers) -> Iterator[_Fault]:
    if not _is_rows(answer):
        yield _Fault(ProblemKind.MISSING)
        return
    # A blank row is a row that the person did not use: it is neither counted nor complained about,
    # but the others keep the number under which the page shows them.
    rows = [(number, row) for number, row in enumerate(answer, start=1) if is_answered([row])]
    if len(rows) > question.max_rows:
        yield _Fault(ProblemKind.TOO_MANY_ROWS, question.max_rows)
    for number, row in rows:
        asked_columns = walk(question.columns, {**answers, **row})
        unasked = {column.key for column in question.columns if column not in asked_columns}
        beside = {key: each for key, each in {**answers, **row}.items() if key not in unasked}
        for column in asked_columns:
            for fault in _faults(column, row.get(column.key), beside):
                is_empty = fault.kind is ProblemKind.MISSING
                kind = ProblemKind.ROW_INCOMPLETE if is_empty else fault.kind
                yield _Fault(kind, fault.limit, number, column.key)


def _is_texts(answer: AnswerValue) -> TypeGuard[list[str]]:
    return isinstance(answer, list) and all(isinstance(item, str) for item in answer)


def _is_rows(answer: AnswerValue) -> TypeGuard[list[dict[str, str]]]:
    return isinstance(answer, list) and all(isinstance(item, dict) for item in answer)


_FAULTS: Mapping[QuestionKind, Callable[[QuestionSpec, AnswerValue], Iterator[_Fault]]] = {
    QuestionKind.TEXT: _text_faults,
    QuestionKind.LONG_TEXT: _text_faults,
    QuestionKind.NUMBER: _number_faults,
    QuestionKind.MONEY: _money_faults,
    QuestionKind.DATE: _date_faults,
    QuestionKind.CHOICE: _choice_faults,
    QuestionKind.YES_NO: _yes_no_faults,
    QuestionKind.MANY: _many_faults,
    QuestionKind.FILE: _file_faults,
    QuestionKind.ORGANISATION: _organisation_faults,
}
