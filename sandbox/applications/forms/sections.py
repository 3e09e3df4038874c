"""Read the answers to one section of an application."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    HiddenField,
)

from sandbox.applications.answers import ReadAnswer
from sandbox.applications.forms.fields import answer_in, data_of, field_for, input_name, mark_name
from sandbox.applications.forms.layout import Group, arranged, keys_on_page
from sandbox.applications.forms.messages import file_message, problem_message
from sandbox.applications.queries import Sheet
from sandbox.applications.services import wrong_answers
from sandbox.domain.answers import Problem
from sandbox.domain.conditions import is_answered
from sandbox.domain.packs import (
    MOST_FILES,
    AnswerValue,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
)
from sandbox.domain.refusals import Refusal
from sandbox.kernel.files import (
    Accepted,
    accept,
)
from sandbox.kernel.forms import (
    VersionedForm,
    tidy,
)

_OTHER_ROWS = ("add_row", "remove_row", "remove_file", "upload")


@dataclass(frozen=True, slots=True)
class Difference:
    """Set what this person typed beside what a colleague has saved meanwhile."""

    spec: QuestionSpec
    mine: ReadAnswer
    theirs: ReadAnswer
    suggested: str  # "mine" or "theirs": whichever was changed, where only one was

    @property
    def name(self) -> str:
        """Name the input in which the person chooses."""
        return f"keep_{self.spec.key}"


class SectionForm(VersionedForm):
    """Read the answers to one section, whichever of its questions stood on the page."""

    on_page = HiddenField()
    opened = HiddenField()
    sheet: Sheet

    @property
    def specs(self) -> tuple[QuestionSpec, ...]:
        """List the questions that stand on the page."""
        keys = set((self.on_page.data or "").split())
        return tuple(q for q in self.sheet.spec.questions if q.key in keys)

    def answer_field(self, question: QuestionSpec) -> Field:
        """Return the field of a question."""
        return self[input_name(question.key)]

    def mark_field(self, question: QuestionSpec) -> Field | None:
        """Return the box that marks a question as confidential, where the pack allows it."""
        return self._fields.get(mark_name(question.key))

    def is_marked(self, question: QuestionSpec) -> bool:
        """Tell whether the question is marked as confidential on the page."""
        mark = self.mark_field(question)
        return bool(mark is not None and mark.data)

    # What was typed

    @property
    def typed(self) -> dict[str, AnswerValue]:
        """Return the section's answers: those on the page as typed, the others as saved."""
        answers = dict(self.sheet.saved.answers)
        for question in self.specs:
            if question.kind is QuestionKind.FILE:
                continue
            answer = answer_in(question, self.answer_field(question))
            answers.pop(question.key, None)
            if answer is not None and is_answered(answer):
                answers[question.key] = answer
        return answers

    @property
    def answers(self) -> dict[str, AnswerValue]:
        """Return what is to be saved: as typed, without the rows that were left blank."""
        return {key: _without_blank_rows(answer) for key, answer in self.typed.items()}

    @property
    def confidential(self) -> frozenset[str]:
        """Name the questions to be kept confidential."""
        shown = {question.key for question in self.specs}
        kept = {key for key in self.sheet.saved.confidential if key not in shown}
        return frozenset(kept | {q.key for q in self.specs if self.is_marked(q)})

    @property
    def newly_asked(self) -> tuple[QuestionSpec, ...]:
        """List the questions that the typed answers ask for and that did not stand on the page."""
        shown = {question.key for question in self.specs}
        typed = self.typed
        return tuple(
            question
            for question in self.sheet.asked(typed)
            if question.key not in shown
            and question.key not in typed
            and not self.sheet.draft.files_of(question.key)
        )

    # Judging it

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse what is wrong; what is missing may be saved and finished later."""
        super().validate(extra_validators)
        typed = self.typed
        asked = {question.key for question in self.sheet.asked(typed)}
        for question in self.specs:
            if question.key not in asked:
                _forgive(self.answer_field(question))
        answers = {**self.sheet.draft.answers, **_blank(self.sheet.spec), **typed}
        for problem in wrong_answers(self.sheet.pack, self.sheet.spec, answers):
            self._blame(problem)
        return not self.errors

    def _blame(self, problem: Problem) -> None:
        field = self.answer_field(self.sheet.pack.questions[problem.question])
        if problem.row is not None and problem.column is not None:
            entry = field.entries[problem.row - 1]
            field, listed = entry.form[input_name(problem.column)], field
            listed.errors = ["row"]
        if not field.errors:
            field.errors = [problem_message(self.sheet.pack, problem)]

    # Rows and files

    def rearrange(self) -> bool:
        """Add or take away the row or file whose button was pressed; tell whether one was."""
        pressed = request.form
        grown = self._rows_of(pressed.get("add_row", ""))
        if grown is not None:
            grown.append_entry()
        key, _, index = pressed.get("remove_row", "").rpartition(":")
        rows = self._rows_of(key)
        if rows is not None:
            rows.entries = [row for row in rows.entries if row.name.rpartition("-")[2] != index]
            if not rows.entries:
                rows.append_entry()
        return any(pressed.get(name) for name in _OTHER_ROWS)

    def _rows_of(self, key: str) -> FieldList | None:
        """Return the rows of a question; None where there are none, or always one."""
        field = self._fields.get(input_name(key))
        return field if isinstance(field, FieldList) and field.max_entries is None else None

    @property
    def removed_file(self) -> UUID | None:
        """Return the file whose button was pressed."""
        try:
            return UUID(request.form.get("remove_file", ""))
        except ValueError:
            return None

    @cached_property
    def accepted(self) -> tuple[tuple[str, Accepted], ...]:
        """Return the uploaded files that may be attached; the others leave a message."""
        found = []
        for question in self.specs:
            if question.kind is QuestionKind.FILE:
                field = self.answer_field(question)
                found += [(question.key, file) for file in self._accept(question, field)]
        return tuple(found)

    def _accept(self, question: QuestionSpec, field: Field) -> Iterator[Accepted]:
        room = (question.maximum or MOST_FILES) - len(self.sheet.draft.files_of(question.key))
        for upload in field.data or ():
            if not isinstance(upload, FileStorage) or not upload.filename:
                continue
            try:
                file = accept(upload.filename, upload.stream)  # type: ignore[arg-type]
            except Refusal as refusal:
                _complain(field, file_message(refusal))
                continue
            if room <= 0:
                _complain(
                    field, gettext("Remove a file before you add “%(name)s”.", name=file.name)
                )
                continue
            room -= 1
            yield file

    # What a colleague did meanwhile

    def take_choices(self) -> None:
        """Put the colleague's answer wherever the person chose to keep it."""
        for question in self.specs:
            if request.form.get(f"keep_{question.key}") == "theirs":
                saved = self.sheet.saved
                field = self.answer_field(question)
                field.process(None, data_of(question, saved.answers.get(question.key)))
                field.raw_data = None
                mark = self.mark_field(question)
                if mark is not None:
                    mark.data = question.key in saved.confidential

    @property
    def differences(self) -> tuple[Difference, ...]:
        """List what a colleague changed since the page was opened and this page has otherwise.

        What this person alone changed is no question: the colleague never touched it.
        """
        if self.version.data == self.sheet.saved.version:
            return ()
        opened = _read_digests(self.opened.data)
        answers, saved = self.answers, self.sheet.saved
        found = []
        for question in self.specs:
            key = question.key
            if question.kind is QuestionKind.FILE:
                continue
            mine = ReadAnswer(question, answers.get(key), self.is_marked(question))
            theirs = ReadAnswer(question, saved.answers.get(key), key in saved.confidential)
            if digest(theirs) not in (digest(mine), opened.get(key)):
                is_mine_old = opened.get(key) == digest(mine)
                suggested = "theirs" if is_mine_old else "mine"
                found.append(Difference(question, mine, theirs, suggested))
        return tuple(found)

    @property
    def typed_inputs(self) -> list[tuple[str, str]]:
        """Return every input of the page as it was sent, to be carried through a question."""
        return _answers_of(request.form)

    def open_again(self) -> None:
        """Let the page start from what is saved now."""
        self.version.data, self.version.raw_data = self.sheet.saved.version, None
        self.opened.data = _digests(self.sheet)

    @property
    def layout(self) -> tuple[Group, ...]:
        """Arrange the questions on the page, each revealed one behind the option that asks it."""
        return arranged(self.sheet.spec, self.specs)


def section_form(sheet: Sheet, typed: Iterable[Sequence[str]] = ()) -> SectionForm:
    """Make the form of a section, filled in with what was sent or else with what is saved.

    Shape: `typed` are the inputs that were kept for a person before they saved; they stand in the
    form as if they had just been typed, over the version that the page was opened with.
    """
    fields: dict[str, Any] = {"sheet": sheet}
    for question in sheet.spec.questions:
        fields[input_name(question.key)] = field_for(question, sheet.pack)
        if question.may_be_confidential:
            fields[mark_name(question.key)] = _mark(sheet.pack, question)
    kind = type("SectionForm", (SectionForm,), fields)
    if request.method == "POST":
        form: SectionForm = kind()
        form.take_choices()
        return form
    inputs = MultiDict((str(name), str(value)) for name, value in typed)
    if inputs:
        kept: SectionForm = kind(formdata=inputs)
        return kept
    saved = sheet.saved
    data = {
        input_name(q.key): data_of(q, saved.answers.get(q.key))
        for q in sheet.spec.questions
        if q.kind is not QuestionKind.FILE
    }
    data |= {mark_name(key): True for key in saved.confidential}
    form = kind(formdata=None, data=data)
    form.on_page.data = " ".join(keys_on_page(sheet))
    form.open_again()
    return form


def inputs_of(sent: MultiDict[str, str]) -> list[tuple[str, str]]:
    """Return what of a sent form is kept: answers, marks, and what the page was opened with."""
    opened_with = [(name, sent[name]) for name in ("version", "on_page", "opened") if name in sent]
    return opened_with + _answers_of(sent)


def _answers_of(sent: MultiDict[str, str]) -> list[tuple[str, str]]:
    names = ("q_", "c_")
    return [
        (name, str(tidy(value))) for name, value in sent.items(multi=True) if name.startswith(names)
    ]


def refreshed(form: SectionForm, sheet: Sheet) -> SectionForm:
    """Show the same typed answers over what is stored now."""
    type(form).sheet = sheet
    return form


def _without_blank_rows(answer: AnswerValue) -> AnswerValue:
    if not isinstance(answer, list):
        return answer
    return [row for row in answer if not isinstance(row, dict) or is_answered([row])]  # type: ignore[return-value]


def _blank(section: SectionSpec) -> dict[str, AnswerValue]:
    return {q.key: [] for q in section.questions if q.kind is not QuestionKind.FILE}


def _forgive(field: Field) -> None:
    field.errors = []
    for entry in getattr(field, "entries", ()):
        for cell in entry.form:
            cell.errors = []


def _complain(field: Field, message: str) -> None:
    # Validation starts from the errors of processing, so that the message outlives it.
    field.process_errors = [*field.process_errors, message]
    field.errors = [*field.errors, message]


def digest(answer: ReadAnswer) -> str:
    """Return a short mark of an answer, by which a page knows what it was opened with."""
    content = [answer.value if answer.is_answered else None, answer.is_confidential]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _digests(sheet: Sheet) -> str:
    saved = sheet.saved
    marks = {
        q.key: digest(ReadAnswer(q, saved.answers.get(q.key), q.key in saved.confidential))
        for q in sheet.spec.questions
    }
    return " ".join(f"{key}:{mark}" for key, mark in marks.items())


def _read_digests(text: str | None) -> Mapping[str, str]:
    pairs = (pair.partition(":") for pair in (text or "").split())
    return {key: mark for key, _, mark in pairs}


def _mark(pack: PolicyPack, question: QuestionSpec) -> BooleanField:
    """Return the box of the mark; it says what an empty one means where the answer is published."""
    is_public = question.key in pack.disclosed_fields
    hint = _l("If you leave this empty, the answer of an admitted application is published.")
    return BooleanField(_l("This answer is confidential"), description=hint if is_public else "")
