"""Build the forms of an application from its policy pack, and read what people type into them."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import format_decimal, get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from sandbox.applications.answers import ReadAnswer
from sandbox.applications.queries import Sheet
from sandbox.applications.services import MOST_FILES, wrong_answers
from sandbox.domain.applications import Problem, ProblemKind
from sandbox.domain.conditions import NO, YES, as_day, is_answered
from sandbox.domain.packs import (
    AnswerValue,
    Compare,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
    Text,
)
from sandbox.domain.refusals import Refusal
from sandbox.kernel.files import (
    CONTENT_TYPES,
    Accepted,
    FileSuspicious,
    FileTooLarge,
    accept,
)
from sandbox.kernel.forms import (
    DateField3,
    HiddenVersionField,
    MoneyField,
    MultiCheckboxField,
    PlatformForm,
    Required,
    VersionedForm,
    WordLimit,
)

MOST_RADIOS = 10  # beyond these a list to choose from is easier to use than radio buttons
LONGEST_REASON = 2000
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_TEXTS = frozenset({QuestionKind.TEXT, QuestionKind.LONG_TEXT})
_OTHER_ROWS = ("add_row", "remove_row", "remove_file", "upload")


def in_language(text: Text | None) -> str:
    """Return a text of the pack in the reader's language; none is an empty text."""
    locale = get_locale()
    return "" if text is None else text.in_(str(locale.language) if locale else "es")


def input_name(question: str) -> str:
    """Name the input of a question; the prefix keeps it apart from the form's own fields."""
    return f"q_{question}"


def mark_name(question: str) -> str:
    """Name the box that marks a question as confidential."""
    return f"c_{question}"


# --- one field for each kind of question ---------------------------------------------------------


def field_for(question: QuestionSpec, pack: PolicyPack) -> Any:
    """Make the field in which a question is answered."""
    return _FIELDS[question.kind](question, pack, in_language(question.label), _hint(question))


def _text_field(question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    return StringField(label, _word_limit(question), description=hint)


def _long_text_field(question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    return TextAreaField(label, _word_limit(question), description=hint, render_kw={"rows": 6})


def _number_field(_question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    return StringField(label, description=hint, render_kw={"inputmode": "decimal"})


def _money_field(_question: QuestionSpec, pack: PolicyPack, label: str, hint: str) -> Any:
    return MoneyField(label, description=hint, currency=pack.currency)


def _date_field(_question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    return DateField3(label, description=hint)


def _yes_no_field(_question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    choices = [(YES, _l("Yes")), (NO, _l("No"))]
    return RadioField(label, description=hint, choices=choices, validate_choice=False)


def _many_field(question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    choices = _choices(question)
    return MultiCheckboxField(label, description=hint, choices=choices, validate_choice=False)


def _choice_field(question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    choices = _choices(question)
    if len(choices) <= MOST_RADIOS:
        return RadioField(label, description=hint, choices=choices, validate_choice=False)
    choices = [("", gettext("Choose one")), *choices]
    return SelectField(label, description=hint, choices=choices, validate_choice=False)


def _file_field(_question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    endings = ",".join(f".{ending}" for ending in CONTENT_TYPES)
    return MultipleFileField(label, description=hint, render_kw={"accept": endings})


def _rows_field(question: QuestionSpec, pack: PolicyPack, label: str, hint: str) -> Any:
    return FieldList(FormField(_row_form(question, pack)), label, description=hint)


_FIELDS: Mapping[QuestionKind, Callable[[QuestionSpec, PolicyPack, str, str], Any]] = {
    QuestionKind.TEXT: _text_field,
    QuestionKind.LONG_TEXT: _long_text_field,
    QuestionKind.NUMBER: _number_field,
    QuestionKind.MONEY: _money_field,
    QuestionKind.DATE: _date_field,
    QuestionKind.YES_NO: _yes_no_field,
    QuestionKind.MANY: _many_field,
    QuestionKind.CHOICE: _choice_field,
    QuestionKind.FILE: _file_field,
    QuestionKind.ROWS: _rows_field,
}


def _word_limit(question: QuestionSpec) -> list[WordLimit]:
    return [WordLimit(question.max_words)] if question.max_words else []


def _hint(question: QuestionSpec) -> str:
    parts = [in_language(question.hint)]
    if question.unit is not None:
        parts.append(gettext("Unit: %(unit)s.", unit=in_language(question.unit)))
    if question.kind is QuestionKind.FILE:
        endings = ", ".join(ending.upper() for ending in CONTENT_TYPES)
        most = question.maximum or MOST_FILES
        parts.append(
            ngettext(
                "At most %(num)s file (%(endings)s).",
                "At most %(num)s files (%(endings)s).",
                most,
                endings=endings,
            )
        )
    return " ".join(part for part in parts if part)


def _choices(question: QuestionSpec) -> list[Any]:
    return [
        (option.value, in_language(option.label), {"hint": in_language(option.hint)})
        if option.hint is not None
        else (option.value, in_language(option.label))
        for option in question.options
    ]


class RowForm(PlatformForm):
    """Read one row of an answer made of rows; the page's own form carries the token."""

    class Meta(PlatformForm.Meta):
        csrf = False


def _row_form(question: QuestionSpec, pack: PolicyPack) -> type[RowForm]:
    fields = {input_name(column.key): field_for(column, pack) for column in question.columns}
    return type("RowForm", (RowForm,), fields)


# --- between a field and an answer ---------------------------------------------------------------


def answer_in(question: QuestionSpec, field: Field) -> AnswerValue | None:
    """Return what stands in a field as an answer; None where nothing does."""
    match question.kind:
        case QuestionKind.ROWS:
            return [_row_in(question, entry) for entry in field.entries]
        case QuestionKind.DATE:
            return field.data.isoformat() if isinstance(field.data, date) else None
        case QuestionKind.NUMBER:
            typed = (field.data or "").replace(" ", "")
            return typed.replace(",", "") if _THOUSANDS.fullmatch(typed) else typed
        case _:
            data: AnswerValue | None = field.data
            return data


def _row_in(question: QuestionSpec, entry: FormField) -> dict[str, str]:
    cells = {
        column.key: answer_in(column, entry.form[input_name(column.key)])
        for column in question.columns
    }
    return {key: str(cell) for key, cell in cells.items() if cell is not None and cell != ""}


def data_of(question: QuestionSpec, answer: AnswerValue | None) -> Any:
    """Return what a field must hold to show an answer."""
    match question.kind:
        case QuestionKind.DATE:
            return as_day(answer)
        case QuestionKind.ROWS:
            rows: Sequence[Any] = answer if isinstance(answer, list) and answer else [{}]
            return [_row_data(question, row) for row in rows if isinstance(row, dict)]
        case QuestionKind.MONEY:
            return int(answer) if isinstance(answer, str | int) and answer != "" else None
        case _:
            return answer


def _row_data(question: QuestionSpec, row: Mapping[str, str]) -> dict[str, Any]:
    return {
        input_name(column.key): data_of(column, row.get(column.key)) for column in question.columns
    }


# --- the form of a section -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """Place a question on the page, with those that one of its options reveals."""

    spec: QuestionSpec
    revealed: Mapping[str, tuple["Group", ...]]


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
        if pressed.get("add_row"):
            self._rows_of(pressed["add_row"]).append_entry()
        elif pressed.get("remove_row"):
            key, _, index = pressed["remove_row"].rpartition(":")
            rows = self._rows_of(key)
            rows.entries = [row for row in rows.entries if row.name.rpartition("-")[2] != index]
            if not rows.entries:
                rows.append_entry()
        return any(pressed.get(name) for name in _OTHER_ROWS)

    def _rows_of(self, key: str) -> FieldList:
        field = self._fields.get(input_name(key))
        return field if isinstance(field, FieldList) else FieldList(StringField()).bind(self, "_")

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
        """List the questions on which this page and what a colleague saved do not agree."""
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
            if digest(mine) != digest(theirs):
                is_mine_old = opened.get(key) == digest(mine)
                suggested = "theirs" if is_mine_old else "mine"
                found.append(Difference(question, mine, theirs, suggested))
        return tuple(found)

    @property
    def typed_inputs(self) -> list[tuple[str, str]]:
        """Return every input of the page as it was sent, to be carried through a question."""
        names = ("q_", "c_")
        return [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name.startswith(names)
        ]

    def open_again(self) -> None:
        """Let the page start from what is saved now."""
        self.version.data, self.version.raw_data = self.sheet.saved.version, None
        self.opened.data = _digests(self.sheet)

    @property
    def layout(self) -> tuple[Group, ...]:
        """Arrange the questions on the page, each revealed one behind the option that asks it."""
        return _layout(self.sheet.spec, self.specs)


def section_form(sheet: Sheet) -> SectionForm:
    """Make the form of a section, filled in with what was sent or else with what is saved."""
    fields: dict[str, Any] = {"sheet": sheet}
    for question in sheet.spec.questions:
        fields[input_name(question.key)] = field_for(question, sheet.pack)
        if question.may_be_confidential:
            fields[mark_name(question.key)] = BooleanField(_l("This answer is confidential"))
    kind = type("SectionForm", (SectionForm,), fields)
    if request.method == "POST":
        form: SectionForm = kind()
        form.take_choices()
        return form
    saved = sheet.saved
    data = {
        input_name(q.key): data_of(q, saved.answers.get(q.key))
        for q in sheet.spec.questions
        if q.kind is not QuestionKind.FILE
    }
    data |= {mark_name(key): True for key in saved.confidential}
    form = kind(formdata=None, data=data)
    form.on_page.data = " ".join(_keys_on_page(sheet))
    form.open_again()
    return form


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


# --- which questions stand on the page -----------------------------------------------------------


def _keys_on_page(sheet: Sheet) -> list[str]:
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


def _layout(section: SectionSpec, specs: Sequence[QuestionSpec]) -> tuple[Group, ...]:
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


# --- what is wrong, in words ---------------------------------------------------------------------


def problem_message(pack: PolicyPack, problem: Problem) -> str:
    """Say what is wrong with an answer and how to mend it."""
    question = pack.questions[problem.question]
    if problem.column is not None:
        question = next(each for each in question.columns if each.key == problem.column)
    limit = problem.limit or 0
    match problem.kind:
        case ProblemKind.TOO_LONG:
            return ngettext("Use %(num)s word at most.", "Use %(num)s words at most.", limit)
        case ProblemKind.NOT_A_NUMBER:
            return gettext("Write a number, for example 120.")
        case ProblemKind.OUT_OF_RANGE:
            return _range_message(pack, question, limit)
        case ProblemKind.NOT_A_DATE:
            return gettext("Write a date that exists, for example 27 3 2026.")
        case ProblemKind.NOT_AN_OPTION:
            return gettext("Choose one of the options.")
        case ProblemKind.TOO_MANY_ROWS:
            return ngettext("List %(num)s at most.", "List %(num)s at most.", limit)
        case ProblemKind.ROW_INCOMPLETE:
            return gettext(
                "Row %(row)s: complete “%(column)s”.",
                row=problem.row,
                column=in_language(question.label),
            )
        case ProblemKind.MISSING:
            return gettext("This question is not answered yet.")


def _range_message(pack: PolicyPack, question: QuestionSpec, limit: int) -> str:
    is_low = limit == question.minimum
    match question.kind:
        case QuestionKind.MANY | QuestionKind.FILE:
            if is_low:
                return ngettext("Choose at least %(num)s.", "Choose at least %(num)s.", limit)
            return ngettext("Choose %(num)s at most.", "Choose %(num)s at most.", limit)
        case QuestionKind.MONEY:
            amount = f"${format_decimal(limit // 100)} {pack.currency}"
        case _:
            amount = str(format_decimal(limit))
    if is_low:
        return gettext("Write %(amount)s or more.", amount=amount)
    return gettext("Write %(amount)s or less.", amount=amount)


def file_message(refusal: Refusal) -> str:
    """Say why a file cannot be attached."""
    name = refusal.details.get("name", "")
    if isinstance(refusal, FileTooLarge):
        limit = refusal.details.get("limit_bytes")
        size = limit // (1024 * 1024) if isinstance(limit, int) else ""
        return gettext("“%(name)s” is too large: the limit is %(size)s MB.", name=name, size=size)
    if isinstance(refusal, FileSuspicious):
        return gettext(
            "“%(name)s” contains parts that could act by themselves, such as macros. Save it "
            "without them and try again.",
            name=name,
        )
    endings = ", ".join(ending.upper() for ending in CONTENT_TYPES)
    return gettext(
        "“%(name)s” is not of a kind that we accept: %(endings)s.", name=name, endings=endings
    )


# --- the other forms -----------------------------------------------------------------------------


class StartForm(PlatformForm):
    """Ask for which organisation an application is made."""

    start_key = HiddenField(validators=[Length(min=8, max=64)])
    organisation_id = RadioField(_l("Which organisation applies?"), [Required()])


class SubmitForm(PlatformForm):
    """Carry what the person has checked, so that nothing else is sent in its place."""

    number = HiddenVersionField()
    content_hash = HiddenField()


class WithdrawForm(PlatformForm):
    """Confirm that an application is taken back for good."""

    reason = TextAreaField(
        _l("Why do you withdraw it?"),
        [Length(max=LONGEST_REASON)],
        description=_l("You need not say. It helps us to improve the programme."),
    )


class AnswerForm(PlatformForm):
    """Read the answer to a request for information."""

    answer = TextAreaField(_l("Your answer"), [Required(), WordLimit(1000)], render_kw={"rows": 10})


class ReasonForm(PlatformForm):
    """Ask the secretariat for the reason of a decision that it takes alone."""

    reason = TextAreaField(
        _l("Reason"),
        [Required(), Length(max=LONGEST_REASON)],
        description=_l("The company reads this text as you write it."),
        render_kw={"rows": 8},
    )


class ReturnForm(PlatformForm):
    """Read what a company must mend, question by question and in general."""

    general = TextAreaField(
        _l("What else is missing"),
        [Length(max=LONGEST_REASON)],
        description=_l("For what belongs to no single question."),
    )

    @property
    def reasons(self) -> dict[str, str]:
        """Return what was written, by question."""
        return {
            name.removeprefix("r_"): field.data
            for name, field in self._fields.items()
            if name.startswith("r_") and field.data
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse to return an application without a word."""
        valid = bool(super().validate(extra_validators))
        if valid and not self.reasons and not self.general.data:
            self.general.errors = [
                gettext("Write beside at least one question, or here, what is missing.")
            ]
            return False
        return valid


def return_form(pack: PolicyPack) -> ReturnForm:
    """Make a form with a place for a reason beside every question that was asked."""
    fields = {
        f"r_{question.key}": TextAreaField(
            gettext("What is missing in “%(question)s”?", question=in_language(question.label)),
            [Length(max=LONGEST_REASON)],
            render_kw={"rows": 3},
        )
        for question in pack.questions.values()
    }
    form: ReturnForm = type("ReturnForm", (ReturnForm,), fields)()
    return form
