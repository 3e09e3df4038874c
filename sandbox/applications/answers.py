"""Lay out answers for reading: section by section, and as the difference between two versions."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from sandbox.applications.queries import FileRow, SubmissionRow
from sandbox.domain.answers import walk
from sandbox.domain.conditions import YES, as_day, as_number, is_answered
from sandbox.domain.packs import (
    ORGANISATION_NUMBER,
    Answers,
    AnswerValue,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
    Text,
)
from sandbox.domain.tax_numbers import tax_number

_WORDS = re.compile(r"\S+\s*|\s+")
_TEXTS = frozenset({QuestionKind.TEXT, QuestionKind.LONG_TEXT})


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Hold one question with its answer, ready for a page; each kind has its own property."""

    spec: QuestionSpec
    value: AnswerValue | None
    is_confidential: bool = False
    files: tuple[FileRow, ...] = ()
    is_veiled: bool = False  # confidential, and not opened by whoever reads

    @property
    def is_answered(self) -> bool:
        """Tell whether there is anything to show."""
        return is_answered(self.value)

    @property
    def text(self) -> str:
        """Return the answer as it was typed."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def day(self) -> date | None:
        """Return the answer to a question for a day."""
        return as_day(self.value)

    @property
    def cents(self) -> int | None:
        """Return the answer to a question for an amount; in a row it was kept as text."""
        number = as_number(self.value)
        return None if number is None else int(number)

    @property
    def is_yes(self) -> bool:
        """Tell whether a yes-or-no question was answered with yes."""
        return self.value == YES

    @property
    def options(self) -> tuple[Text, ...]:
        """Return the labels of the options that were chosen, in the order of the question."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return tuple(option.label for option in self.spec.options if option.value in chosen)

    @property
    def rows(self) -> tuple[tuple["ReadAnswer", ...], ...]:
        """Return the rows of the answer, each as the answers to its columns."""
        value = self.value if isinstance(self.value, list) else []
        return tuple(_row(self.spec, row) for row in value if isinstance(row, dict))

    @property
    def organisation(self) -> Mapping[str, str]:
        """Return the name and, where it was given, the tax number of an organisation."""
        value = self.value if isinstance(self.value, list) else []
        named = next((row for row in value if isinstance(row, dict)), {})
        number = tax_number(named.get(ORGANISATION_NUMBER, ""))
        return named if number is None else {**named, ORGANISATION_NUMBER: number}


def _row(spec: QuestionSpec, row: Mapping[str, str]) -> tuple[ReadAnswer, ...]:
    return tuple(ReadAnswer(column, row.get(column.key)) for column in spec.columns)


@dataclass(frozen=True, slots=True)
class ReadSection:
    """Hold the questions of a section that were asked, with their answers."""

    spec: SectionSpec
    answers: tuple[ReadAnswer, ...]


def read(
    pack: PolicyPack,
    answers: Answers,
    confidential: Collection[str] = (),
    files: Sequence[FileRow] = (),
    *,
    closed: Collection[str],
) -> tuple[ReadSection, ...]:
    """Lay out every question that these answers ask, in the order of the form.

    Shape: `closed` are the questions whose answers the reader has not opened (`list_closed`); they
    are laid out without them.
    """
    by_question: dict[str, list[FileRow]] = {}
    for file in files:
        by_question.setdefault(file.question, []).append(file)
    asked = {question.key for question in walk(pack.questions.values(), answers)}
    return tuple(
        ReadSection(
            section,
            tuple(
                veiled(question)
                if question.key in closed
                else ReadAnswer(
                    question,
                    answers.get(question.key),
                    question.key in confidential,
                    tuple(by_question.get(question.key, ())),
                )
                for question in section.questions
                if question.key in asked
            ),
        )
        for section in pack.sections
    )


def veiled(question: QuestionSpec) -> ReadAnswer:
    """Return the place of a confidential answer for whoever has not opened it."""
    return ReadAnswer(question, None, is_confidential=True, is_veiled=True)


def read_submission(
    pack: PolicyPack, submission: SubmissionRow, *, closed: Collection[str]
) -> tuple[ReadSection, ...]:
    """Lay out what was submitted; `closed` as in `read`."""
    return read(pack, submission.answers, submission.confidential, submission.files, closed=closed)


def tax_numbers(sections: Iterable[ReadSection]) -> frozenset[str]:
    """Return the tax numbers of the organisations that answers name."""
    found = (
        answer.organisation.get(ORGANISATION_NUMBER)
        for section in sections
        for answer in section.answers
        if answer.spec.kind is QuestionKind.ORGANISATION
    )
    return frozenset(number for number in found if number)


# --- the difference between two versions ---------------------------------------------------------


class Op(StrEnum):
    """Say what became of a piece of an answer."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold a run of words, or a whole answer, that stayed, went or came."""

    op: Op
    text: str = ""
    answer: ReadAnswer | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Say how the answer to one question differs between two versions."""

    section: SectionSpec
    spec: QuestionSpec
    pieces: tuple[Piece, ...]
    became_confidential: bool | None = None  # None: the mark stayed as it was


def changes(
    pack: PolicyPack, before: SubmissionRow, after: SubmissionRow, *, closed: Collection[str]
) -> tuple[Change, ...]:
    """List every question whose answer or mark differs, in the order of the form.

    Shape: of the questions that are `closed`, as in `read`, it is only said that they differ.
    """
    old = _by_question(read_submission(pack, before, closed=()))
    new = _by_question(read_submission(pack, after, closed=()))
    found = []
    for section in pack.sections:
        for question in section.questions:
            was = old.get(question.key, ReadAnswer(question, None))
            now = new.get(question.key, ReadAnswer(question, None))
            marked = None if was.is_confidential == now.is_confidential else now.is_confidential
            if _content(was) != _content(now) or marked is not None:
                shown = pieces(was, now)
                if question.key in closed:
                    shown = (Piece(Op.SAME, answer=veiled(question)),)
                found.append(Change(section, question, shown, marked))
    return tuple(found)


def pieces(was: ReadAnswer, now: ReadAnswer) -> tuple[Piece, ...]:
    """Cut two answers to one question into what stayed, what went and what came."""
    if was.spec.kind in _TEXTS and was.is_answered and now.is_answered:
        return tuple(_words(was.text, now.text))
    if was.spec.kind is QuestionKind.ROWS:
        return tuple(_rows(was, now))
    if _content(was) == _content(now):
        return (Piece(Op.SAME, answer=now),)
    removed = (Piece(Op.REMOVED, answer=was),) if was.is_answered else ()
    added = (Piece(Op.ADDED, answer=now),) if now.is_answered else ()
    return removed + added


def _words(was: str, now: str) -> Iterable[Piece]:
    old, new = _WORDS.findall(was), _WORDS.findall(now)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(Op.SAME, "".join(new[j1:j2]))
            continue
        if i2 > i1:
            yield Piece(Op.REMOVED, "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece(Op.ADDED, "".join(new[j1:j2]))


def _rows(was: ReadAnswer, now: ReadAnswer) -> Iterable[Piece]:
    old, new = _row_values(was), _row_values(now)
    matcher = SequenceMatcher(None, [repr(row) for row in old], [repr(row) for row in new])
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(Op.SAME, answer=ReadAnswer(now.spec, new[j1:j2]))
            continue
        if i2 > i1:
            yield Piece(Op.REMOVED, answer=ReadAnswer(was.spec, old[i1:i2]))
        if j2 > j1:
            yield Piece(Op.ADDED, answer=ReadAnswer(now.spec, new[j1:j2]))


def _row_values(answer: ReadAnswer) -> list[dict[str, str]]:
    value = answer.value if isinstance(answer.value, list) else []
    return [{key: row[key] for key in sorted(row)} for row in value if isinstance(row, dict)]


def _content(answer: ReadAnswer) -> object:
    # An attachment is the same when its bytes are, whatever row it was uploaded into.
    if answer.spec.kind is QuestionKind.FILE:
        return [(file.filename, file.sha256) for file in answer.files]
    return answer.value if answer.is_answered else None


def _by_question(sections: Iterable[ReadSection]) -> dict[str, ReadAnswer]:
    return {answer.spec.key: answer for section in sections for answer in section.answers}
