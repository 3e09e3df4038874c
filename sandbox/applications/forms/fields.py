"""Make a field for each kind of question, and read answers out of fields."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    FieldList,
    FormField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)

from sandbox.applications.wording import condition_words
from sandbox.domain.conditions import NO, YES, as_day
from sandbox.domain.packs import (
    MOST_FILES,
    ORGANISATION_NAME,
    ORGANISATION_NUMBER,
    ORGANISATION_PARTS,
    AnswerValue,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    Text,
    TextFormat,
)
from sandbox.domain.tax_numbers import tax_number
from sandbox.kernel.files import (
    CONTENT_TYPES,
)
from sandbox.kernel.forms import (
    DateField3,
    MoneyField,
    MultiCheckboxField,
    PlatformForm,
    WordLimit,
)

MOST_RADIOS = 10  # beyond these a list to choose from is easier to use than radio buttons


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


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


def field_for(question: QuestionSpec, pack: PolicyPack, beside: Sequence[QuestionSpec] = ()) -> Any:
    """Make the field in which a question is answered; a column has the others `beside` it."""
    hint = " ".join(part for part in _hints(question, pack, beside) if part)
    return _FIELDS[question.kind](question, pack, in_language(question.label), hint)


def _text_field(question: QuestionSpec, _pack: PolicyPack, label: str, hint: str) -> Any:
    # The browser fills in what it knows of the person who writes.
    match question.format:
        case TextFormat.EMAIL:
            return EmailField(label, description=hint, render_kw={"autocomplete": "email"})
        case TextFormat.TELEPHONE:
            return TelField(label, description=hint, render_kw={"autocomplete": "tel"})
        case _:
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


def _organisation_field(_question: QuestionSpec, pack: PolicyPack, label: str, hint: str) -> Any:
    # Nothing is suggested while somebody types: who has an account here is nobody else's matter.
    kind = _organisation_form(pack)
    return FieldList(FormField(kind), label, description=hint, min_entries=1, max_entries=1)


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
    QuestionKind.ORGANISATION: _organisation_field,
}


def _word_limit(question: QuestionSpec) -> list[WordLimit]:
    return [WordLimit(question.max_words)] if question.max_words else []


def _hints(
    question: QuestionSpec, pack: PolicyPack, beside: Sequence[QuestionSpec]
) -> Iterator[str]:
    yield in_language(question.hint)
    if question.required_if is not None:
        known = {**pack.questions, **{each.key: each for each in beside}}
        when = condition_words(question.required_if, known, pack.currency)
        yield gettext(
            "Required if %(condition)s; otherwise you may leave it empty.", condition=when
        )
    if question.unit is not None:
        yield gettext("Unit: %(unit)s.", unit=in_language(question.unit))
    if question.kind is QuestionKind.FILE:
        endings = ", ".join(ending.upper() for ending in CONTENT_TYPES)
        most = question.maximum or MOST_FILES
        yield ngettext(
            "At most %(num)s file (%(endings)s).",
            "At most %(num)s files (%(endings)s).",
            most,
            endings=endings,
        )


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
        """Leave out the token: there is one for the whole page."""

        csrf = False


def _row_form(question: QuestionSpec, pack: PolicyPack) -> type[RowForm]:
    columns = question.columns
    fields = {input_name(column.key): field_for(column, pack, columns) for column in columns}
    return type("RowForm", (RowForm,), fields)


def _organisation_form(pack: PolicyPack) -> type[RowForm]:
    fields = {
        input_name(ORGANISATION_NAME): StringField(_l("Name of the organisation")),
        input_name(ORGANISATION_NUMBER): StringField(
            _l("Tax number"), description=in_language(pack.programme.tax_number)
        ),
    }
    return type("OrganisationForm", (RowForm,), fields)


def answer_in(question: QuestionSpec, field: Field) -> AnswerValue | None:
    """Return what stands in a field as an answer; None where nothing does."""
    match question.kind:
        case QuestionKind.ROWS:
            return [_row_in(question, entry) for entry in field.entries]
        case QuestionKind.ORGANISATION:
            return [_organisation_in(entry) for entry in field.entries]
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


def _organisation_in(entry: FormField) -> dict[str, str]:
    typed = {part: entry.form[input_name(part)].data or "" for part in ORGANISATION_PARTS}
    # What is no number stays as it was typed, so that its writer can mend it.
    number = typed[ORGANISATION_NUMBER]
    typed[ORGANISATION_NUMBER] = tax_number(number) or number
    return {part: said for part, said in typed.items() if said}


def data_of(question: QuestionSpec, answer: AnswerValue | None) -> Any:
    """Return what a field must hold to show an answer."""
    match question.kind:
        case QuestionKind.DATE:
            return as_day(answer)
        case QuestionKind.ROWS:
            rows: Sequence[Any] = answer if isinstance(answer, list) and answer else [{}]
            return [_row_data(question, row) for row in rows if isinstance(row, dict)]
        case QuestionKind.ORGANISATION:
            return [_organisation_data(answer)]
        case QuestionKind.MONEY:
            return int(answer) if isinstance(answer, str | int) and answer != "" else None
        case _:
            return answer


def _organisation_data(answer: AnswerValue | None) -> dict[str, Any]:
    said = answer[0] if isinstance(answer, list) and answer else {}
    return {
        input_name(part): said.get(part) if isinstance(said, dict) else None
        for part in ORGANISATION_PARTS
    }


def _row_data(question: QuestionSpec, row: Mapping[str, str]) -> dict[str, Any]:
    return {
        input_name(column.key): data_of(column, row.get(column.key)) for column in question.columns
    }
