"""Parse what people type into forms, and describe each field to the component kit.

The kit's macros take plain dictionaries; `adapt` makes one from a bound WTForms field, so that a
template says `field(form.name)` whatever the field's type is. Everything here runs in a request,
but knows neither the database nor the person who asks.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any, cast

from babel import Locale
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, Length, StopValidation
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, TextInput

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_AMOUNT = re.compile(
    r"^\$?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d{1,2}))?\s*(?:[A-Z]{3}|pesos)?$"
)
_LARGEST_AMOUNT_CENTS = 10**15  # ten trillion pesos, far inside what a BIGINT column can hold
_FORM_IN_ENGLISH = Locale("en")


def tidy(value: object) -> object:
    """Return typed text as it is stored: NFC, Unix line ends, no control characters, no margins.

    Browsers send CRLF, while the counter below a field counts a line end as one character; and
    PostgreSQL refuses NUL. Both must be settled before any length is judged.
    """
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL_CHARACTERS.sub("", text).strip()


class PlatformForm(FlaskForm):  # type: ignore[misc]
    """Parse a form of the platform: CSRF token, tidy text, messages in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: Mapping[str, Any]
        ) -> Field:
            """Bind a field and let every text field but a password pass through `tidy`."""
            extra = dict(options)
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                extra["filters"] = [*unbound_field.kwargs.get("filters", ()), tidy]
            return cast(Field, unbound_field.bind(form=form, **extra))


class HiddenVersionField(IntegerField):  # type: ignore[misc]
    """Carry the version of the row that a person saw, so that a later save can be compared."""

    widget = HiddenInput()


class VersionedForm(PlatformForm):
    """Parse a form about something that two people can edit.

    Fill `version` from the row on GET; hand `form.version.data` to the service on POST.
    """

    version = HiddenVersionField()

    def keep_version(self, version: int) -> None:
        """Write the version that is shown now into the page, unless the person sent one."""
        if self.version.data is None:
            self.version.data = version


# --- validators ----------------------------------------------------------------------------------


class Required(InputRequired):  # type: ignore[misc]
    """Refuse an empty answer with a message that names the question."""

    def __call__(self, _form: Any, field: Field) -> None:
        """Judge what the person sent, after tidying, so that spaces alone are no answer."""
        if _is_answered(field):
            return
        field.errors = []
        raise StopValidation(str(self.message) if self.message else _missing_message(field))


def _is_answered(field: Field) -> bool:
    if isinstance(field, DateField3 | MoneyField | IntegerField):
        return bool(field.raw_data and any(str(part).strip() for part in field.raw_data))
    if field.data is False:
        return False
    return bool(field.data) or field.data == 0


def _missing_message(field: Field) -> str:
    label = str(field.label.text)
    by_kind = {
        "checkbox": gettext("Tick the box to go on: %(label)s", label=label),
        "checkboxes": gettext("Choose at least one: %(label)s", label=label),
        "file": gettext("Choose a file: %(label)s", label=label),
        "radios": gettext("Choose an answer: %(label)s", label=label),
        "select": gettext("Choose an answer: %(label)s", label=label),
    }
    otherwise = gettext("Complete this answer: %(label)s", label=label)
    return str(by_kind.get(kind_of(field), otherwise))


class WordLimit:
    """Refuse a text of more than `max_words` words; the page shows a counter below the field."""

    def __init__(self, max_words: int) -> None:
        self.max_words = max_words

    def __call__(self, _form: Any, field: Field) -> None:
        """Count runs of characters between spaces, as the counter in the browser does."""
        excess = len((field.data or "").split()) - self.max_words
        if excess > 0:
            raise ValidationError(
                ngettext(
                    "Shorten the text by %(num)d word: the limit is %(limit)d.",
                    "Shorten the text by %(num)d words: the limit is %(limit)d.",
                    excess,
                    limit=self.max_words,
                )
            )


# --- fields --------------------------------------------------------------------------------------


class DateField3(Field):  # type: ignore[misc]
    """Read a day from three inputs, named `<name>-day`, `<name>-month` and `<name>-year`.

    The month may be a number or its name in Spanish or English. `wrong_parts` tells the page which
    inputs to mark.
    """

    widget = TextInput()
    PARTS = ("day", "month", "year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.typed: dict[str, str] = {}
        self.wrong_parts: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the three inputs; a request that lacks them counts as three empty inputs."""
        super().process(None, data, extra_filters)
        self.typed = {}
        self.wrong_parts = ()
        if not formdata:
            return
        self.typed = {
            part: (formdata.get(f"{self.name}-{part}") or "").strip() for part in self.PARTS
        }
        self.raw_data = [value for value in self.typed.values() if value]
        try:
            self.data = self._parse()
        except ValueError as error:
            self.data = None
            self.process_errors = [str(error)]

    def _parse(self) -> date | None:
        missing = tuple(part for part in self.PARTS if not self.typed[part])
        if len(missing) == len(self.PARTS):
            return None
        if missing:
            self.wrong_parts = missing
            raise ValueError(_missing_part_message(missing[0]))
        if not re.fullmatch(r"\d{4}", self.typed["year"]):
            self.wrong_parts = ("year",)
            raise ValueError(gettext("Write the year with four digits, for example 2026."))
        try:
            return date(
                int(self.typed["year"]), _month_number(self.typed["month"]), int(self.typed["day"])
            )
        except ValueError:
            self.wrong_parts = self.PARTS
            raise ValueError(gettext("Write a date that exists, for example 27 3 2026.")) from None

    def part(self, name: str) -> str:
        """Return what stands in one of the three inputs."""
        if self.typed:
            return self.typed[name]
        return str(getattr(self.data, name)) if isinstance(self.data, date) else ""

    def _value(self) -> str:
        return " ".join(value for value in map(self.part, self.PARTS) if value)


def _missing_part_message(part: str) -> str:
    messages = {
        "day": gettext("The date needs a day."),
        "month": gettext("The date needs a month."),
        "year": gettext("The date needs a year."),
    }
    return str(messages[part])


def _month_number(typed: str) -> int:
    if typed.isdecimal():
        return int(typed)
    wanted = typed.casefold().rstrip(".")
    for locale in (Locale("es"), _FORM_IN_ENGLISH):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months["format"][width].items():
                if wanted == name.casefold().rstrip("."):
                    return int(number)
    raise ValueError(typed)


class MoneyField(Field):  # type: ignore[misc]
    """Read an amount such as `1,250.50` into whole cents.

    Units: `data` is in cents of `currency`.
    """

    widget = TextInput()

    def __init__(self, *args: Any, currency: str = "MXN", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse the amount; keep what was typed for the page when it cannot be read."""
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            self.data = None
            return
        match = _AMOUNT.match(typed)
        cents = _cents(match) if match else None
        if cents is None or cents > _LARGEST_AMOUNT_CENTS:
            self.data = None
            raise ValueError(gettext("Write an amount in numbers, for example 1,250.50."))
        self.data = cents

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data // 100:,}.{self.data % 100:02d}"


def _cents(match: re.Match[str]) -> int:
    whole = int(match["whole"].replace(",", ""))
    return whole * 100 + int((match["cents"] or "0").ljust(2, "0"))


class MultiCheckboxField(SelectMultipleField):  # type: ignore[misc]
    """Offer several options as checkboxes, any number of which may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


# --- the adapter: from a bound field to the kit's parameters -------------------------------------


def kind_of(field: Field) -> str:
    """Name the component that shows the field."""
    if isinstance(field, DateField3):
        return "date"
    if isinstance(field, MoneyField):
        return "money"
    if isinstance(field, TextAreaField):
        return "textarea"
    if isinstance(field, MultiCheckboxField):
        return "checkboxes"
    widget = type(field.widget).__name__
    by_widget = {
        "CheckboxInput": "checkbox",
        "FileInput": "file",
        "HiddenInput": "hidden",
        "PasswordInput": "password",
        "Select": "select",
        "SubmitInput": "submit",
        "TextArea": "textarea",
    }
    if widget == "ListWidget":
        return "checkboxes" if isinstance(field, SelectMultipleField) else "radios"
    return by_widget.get(widget, "input")


@dataclass(frozen=True, slots=True)
class FieldView:
    """Hold the name of a component and the parameters to show a field with it."""

    kind: str
    params: dict[str, Any] = default(default_factory=dict)


def adapt(
    field: Field,
    *,
    label: str | None = None,
    hint: str | None = None,
    size: str = "s",
    heading: bool = False,
    classes: str = "",
    width: str = "",
    optional: bool = False,
    inline: bool = False,
    conditional: Mapping[str, str] | None = None,
) -> FieldView:
    """Describe a bound field to the component kit.

    Shape: `size` is the label's size (s, m, l, xl); `width` one of the kit's widths, such as "10"
    or "one-half"; `conditional` maps a choice's value to the HTML that belongs to it.
    """
    text = str(label if label is not None else field.label.text)
    if optional:
        text = gettext("%(label)s (optional)", label=text)
    title = {
        "text": text,
        "classes": f"govuk-label--{size}",
        "isPageHeading": heading,
    }
    params: dict[str, Any] = {
        "id": field.id,
        "idPrefix": field.id,
        "name": field.name,
        "label": title,
        "classes": classes,
    }
    description = str(hint if hint is not None else field.description or "")
    if description:
        params["hint"] = {"text": description}
    if field.errors:
        params["errorMessage"] = {
            "text": str(field.errors[0]),
            "visuallyHiddenText": gettext("Error"),
        }
    kind = kind_of(field)
    _FILL.get(kind, _fill_input)(field, params)
    if kind in {"radios", "checkboxes", "date"}:
        del params["label"]
        params["fieldset"] = {
            "legend": {
                "text": text,
                "classes": f"govuk-fieldset__legend--{size}",
                "isPageHeading": heading,
            }
        }
    if kind in {"radios", "checkboxes"}:
        params["items"] = list(_choice_items(field, conditional or {}))
        if inline:
            params["classes"] = f"{classes} govuk-{kind}--inline".strip()
    if (
        kind == "textarea"
        and "maxwords" in params | {"maxwords": None}
        and (params.get("maxwords") or params.get("maxlength"))
    ):
        kind = "counted"
    if width:
        prefix = "govuk-input--width-" if width.isdecimal() else "govuk-!-width-"
        params["classes"] = f"{params['classes']} {prefix}{width}".strip()
    return FieldView(kind, params)


def _attributes(field: Field) -> dict[str, Any]:
    given = dict(field.render_kw or {})
    return {name: value for name, value in given.items() if name not in {"rows", "class"}}


def _value(field: Field) -> str:
    read = getattr(field, "_value", None)
    return "" if read is None else str(read())


def _fill_input(field: Field, params: dict[str, Any]) -> None:
    params["type"] = getattr(field.widget, "input_type", "text")
    params["value"] = _value(field)
    params["attributes"] = _attributes(field)
    if params["type"] == "number":
        # A number input loses what it cannot parse and changes under the mouse wheel.
        params["type"] = "text"
        params["inputmode"] = "numeric"
    elif params["type"] == "email":
        params["attributes"].setdefault("autocomplete", "email")
        params["spellcheck"] = False


def _fill_money(field: Field, params: dict[str, Any]) -> None:
    params |= {
        "value": _value(field),
        "inputmode": "decimal",
        "prefix": {"text": "$"},
        "suffix": {"text": field.currency},
        "attributes": _attributes(field),
        "classes": params["classes"] or "govuk-input--width-10",
    }


def _fill_textarea(field: Field, params: dict[str, Any]) -> None:
    params["value"] = _value(field)
    params["rows"] = (field.render_kw or {}).get("rows", 5)
    params["attributes"] = _attributes(field)
    params["spellcheck"] = True
    for validator in field.validators:
        if isinstance(validator, WordLimit):
            params["maxwords"] = validator.max_words
            params["textareaDescriptionText"] = gettext("You can write up to %{count} words")
        elif isinstance(validator, Length) and validator.max > 0:
            params["maxlength"] = validator.max
            params["textareaDescriptionText"] = gettext("You can write up to %{count} characters")
    params |= {
        "charactersUnderLimitText": {
            "one": gettext("You have %{count} character left"),
            "other": gettext("You have %{count} characters left"),
        },
        "charactersAtLimitText": gettext("You have no characters left"),
        "charactersOverLimitText": {
            "one": gettext("You have %{count} character too many"),
            "other": gettext("You have %{count} characters too many"),
        },
        "wordsUnderLimitText": {
            "one": gettext("You have %{count} word left"),
            "other": gettext("You have %{count} words left"),
        },
        "wordsAtLimitText": gettext("You have no words left"),
        "wordsOverLimitText": {
            "one": gettext("You have %{count} word too many"),
            "other": gettext("You have %{count} words too many"),
        },
    }


def _fill_password(field: Field, params: dict[str, Any]) -> None:
    params["attributes"] = _attributes(field)
    params["autocomplete"] = params["attributes"].pop("autocomplete", "current-password")
    params |= {
        "showPasswordText": gettext("Show"),
        "hidePasswordText": gettext("Hide"),
        "showPasswordAriaLabelText": gettext("Show password"),
        "hidePasswordAriaLabelText": gettext("Hide password"),
        "passwordShownAnnouncementText": gettext("Your password is visible"),
        "passwordHiddenAnnouncementText": gettext("Your password is hidden"),
    }


def _fill_file(field: Field, params: dict[str, Any]) -> None:
    params["attributes"] = _attributes(field)
    params["multiple"] = bool(getattr(field.widget, "multiple", False))
    params["javascript"] = True
    params |= {
        "chooseFilesButtonText": gettext("Choose a file"),
        "noFileChosenText": gettext("No file chosen"),
        "multipleFilesChosenText": {
            "one": gettext("%{count} file chosen"),
            "other": gettext("%{count} files chosen"),
        },
        "dropInstructionText": gettext("or drop it here"),
        "enteredDropZoneText": gettext("You are over the drop area"),
        "leftDropZoneText": gettext("You have left the drop area"),
    }


def _fill_select(field: Field, params: dict[str, Any]) -> None:
    params["attributes"] = _attributes(field)
    params["items"] = [
        {"value": str(value), "text": str(text), "selected": bool(selected)}
        for value, text, selected, *_rest in field.iter_choices()
    ]


def _fill_date(field: Field, params: dict[str, Any]) -> None:
    parts = (
        ("day", gettext("Day"), "2", "numeric"),
        ("month", gettext("Month"), "2", "text"),
        ("year", gettext("Year"), "4", "numeric"),
    )
    wrong = field.wrong_parts or (field.PARTS if field.errors else ())
    params["items"] = [
        {
            "id": f"{field.id}-{part}",
            "name": f"{field.name}-{part}",
            "label": label,
            "value": field.part(part),
            "inputmode": mode,
            "classes": f"govuk-input--width-{size}"
            + (" govuk-input--error" if part in wrong else ""),
        }
        for part, label, size, mode in parts
    ]


def _fill_nothing(_field: Field, params: dict[str, Any]) -> None:
    params["attributes"] = {}


def _fill_checkbox(field: Field, params: dict[str, Any]) -> None:
    params["items"] = [
        {
            "value": "y",
            "text": params.pop("label")["text"],
            "checked": bool(field.data),
            "attributes": _attributes(field),
        }
    ]


def _choice_items(field: Field, conditional: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for value, text, checked, *rest in field.iter_choices():
        details = dict(rest[0]) if rest else {}
        item: dict[str, Any] = {"value": str(value), "text": str(text), "checked": bool(checked)}
        if details.get("hint"):
            item["hint"] = {"text": str(details["hint"])}
        if details.get("exclusive"):
            item["behaviour"] = "exclusive"
        if str(value) in conditional:
            item["conditional"] = {"html": conditional[str(value)]}
        yield item


_FILL: Mapping[str, Callable[[Field, dict[str, Any]], None]] = {
    "checkbox": _fill_checkbox,
    "checkboxes": _fill_nothing,
    "date": _fill_date,
    "file": _fill_file,
    "money": _fill_money,
    "password": _fill_password,
    "radios": _fill_nothing,
    "select": _fill_select,
    "textarea": _fill_textarea,
}


def error_links(form: Form) -> list[dict[str, str]]:
    """List every message of a form with the address of the input that it is about."""
    links = [{"text": str(message)} for message in form.form_errors]
    for each in form:
        links += _field_errors(each)
    return links


def _field_errors(field: Field) -> Iterable[dict[str, str]]:
    if isinstance(field, FormField):
        yield from error_links(field.form)
        return
    if isinstance(field, FieldList):
        for entry in field.entries:
            yield from _field_errors(entry)
        nested = any(entry.errors for entry in field.entries)
        messages = [] if nested else field.errors
    else:
        messages = field.errors
    for message in messages:
        text = _named(str(message), str(field.label.text))
        if isinstance(field, HiddenField | HiddenVersionField):
            yield {"text": str(message)}
        else:
            yield {"text": text, "href": f"#{_target(field)}"}


def _target(field: Field) -> str:
    if isinstance(field, DateField3):
        return f"{field.id}-{(field.wrong_parts or field.PARTS)[0]}"
    return str(field.id)


def _named(message: str, label: str) -> str:
    """Put the question before a message that does not name it: a list of ten needs the names."""
    return message if label.casefold() in message.casefold() else f"{label}: {message}"
