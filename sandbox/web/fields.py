"""Describe bound form fields to the component kit.

The kit's macros take plain dictionaries; `adapt` makes one from a WTForms field, so that a template
says `field(form.name)` whatever the field's type is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

from flask_babel import gettext
from wtforms import Field, FieldList, Form, FormField, HiddenField
from wtforms.validators import Length

from sandbox.kernel.forms import DateField3, HiddenVersionField, WordLimit, kind_of


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
        "prefix": {"text": field.symbol} if field.symbol else None,
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
