"""Parse what people type into forms: the base form, validators and the fields that WTForms lacks.

Everything here runs in a request, but knows neither the database nor the person who asks. How a
field looks is settled in `sandbox.web.fields`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from babel import Locale
from babel.numbers import (
    get_currency_name,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)
from flask_babel import get_locale, gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.core import UnboundField
from wtforms.utils import unset_value
from wtforms.validators import InputRequired, StopValidation
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, TextInput

from sandbox.kernel.formats import decimals_of
from sandbox.kernel.language import FIRST_LANGUAGE, locale_of

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LARGEST_AMOUNT_CENTS = 10**15  # ten trillion, far inside what a BIGINT can hold
_ENGLISH = Locale("en")


def tidy(value: object) -> object:
    """Return typed text as it is stored: NFC, Unix line ends, no control characters, no margins.

    Browsers send CRLF, while the counter below a field counts a line end as one character; and
    PostgreSQL refuses NUL. Both must be settled before any length is judged.
    """
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL_CHARACTERS.sub("", text).strip()


def as_choice(given: object) -> object:
    """Turn `(value, label)` or `(value, label, {"hint": …, "exclusive": …})` into a choice.

    The form library is about to refuse tuples, and pairs are what dictionaries and enums yield.
    """
    return SelectChoice(*given) if isinstance(given, tuple) else given


class PlatformForm(FlaskForm):  # type: ignore[misc]
    """Parse a form of the platform: CSRF token, tidy text, messages in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def bind_field(
            self, form: Any, unbound_field: UnboundField, options: Mapping[str, Any]
        ) -> Field:
            """Bind a field; every text field but a password passes through `tidy`."""
            extra = dict(options)
            kind, given = unbound_field.field_class, unbound_field.kwargs
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                extra["filters"] = [*given.get("filters", ()), tidy]
            choices = given.get("choices")
            if isinstance(choices, Iterable) and not isinstance(choices, Mapping):
                extra["choices"] = [as_choice(each) for each in choices]
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


def mark_missing(form: FlaskForm, names: Iterable[str]) -> None:
    """Say of these fields that they are empty, on a page that shows what was saved."""
    for name in names:
        form[name].errors = [_missing_message(form[name])]


# A text without spaces is a single word, however long: so its letters are limited as well.
LONGEST_WORDS = 20
LONGEST_ALONE = 254
"""The letters that even a single word may have, since mail addresses can be as long."""


class WordLimit:
    """Refuse a text of more than `max_words` words; the page shows a counter below the field."""

    def __init__(self, max_words: int) -> None:
        self.max_words = max_words

    def __call__(self, _form: Any, field: Field) -> None:
        """Count runs of characters between spaces, as the counter in the browser does."""
        if len(field.data or "") > max(self.max_words * LONGEST_WORDS, LONGEST_ALONE):
            raise ValidationError(gettext("This text is far too long. Shorten it."))
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
    for locale in (Locale("es"), _ENGLISH):
        for width in ("wide", "abbreviated"):
            for number, name in locale.months["format"][width].items():
                if wanted == name.casefold().rstrip("."):
                    return int(number)
    raise ValueError(typed)


View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Mark a view whose form asks for files, so that its requests may be large."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class MoneyField(Field):  # type: ignore[misc]
    """Read an amount such as `1,250.50` into whole cents.

    Amounts are typed with the separators of the reader's language as it is written where the
    programme is, so `1.250,50` in Spain; what could mean another amount elsewhere is refused. In a
    currency without cents, as the yen, decimals are refused; thousandths are in every currency.

    Units: `data` is in hundredths of `currency`, whatever it is divided into: 5,000 yen are 500000.
    """

    widget = TextInput()

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    @property
    def has_cents(self) -> bool:
        """Tell whether amounts of the currency are written with decimals."""
        return decimals_of(self.currency) > 0

    @property
    def symbol(self) -> str:
        """Return the sign to stand before the amount, or nothing for a currency without one."""
        here = get_currency_symbol(self.currency, locale_of(FIRST_LANGUAGE))
        if here != self.currency:
            return here
        # Elsewhere the country stands before the sign, as in "MX$".
        sign = get_currency_symbol(self.currency, _ENGLISH)[-1:]
        return "" if sign.isalpha() else sign

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse the amount; keep what was typed for the page when it cannot be read."""
        typed = valuelist[0].strip() if valuelist else ""
        if not typed:
            self.data = None
            return
        match = self._pattern().match(typed)
        cents = _cents(match) if match else None
        example = _written(125050 if self.has_cents else 125000, with_cents=self.has_cents)
        if match and match["cents"] and not self.has_cents:
            self.data = None
            raise ValueError(
                gettext(
                    "Amounts in %(currency)s have no cents. Write a whole amount, "
                    "for example %(example)s.",
                    currency=self.currency,
                    example=example,
                )
            )
        if cents is None or cents > _LARGEST_AMOUNT_CENTS:
            self.data = None
            raise ValueError(
                gettext("Write an amount in numbers, for example %(example)s.", example=example)
            )
        self.data = cents

    def _pattern(self) -> re.Pattern[str]:
        group, point = (re.escape(each) for each in _separators())
        sign, words = re.escape(self.symbol), "|".join(map(re.escape, self._words()))
        return re.compile(
            rf"^(?:{sign})?\s*(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
            rf"(?:{point}(?P<cents>\d{{1,2}}))?\s*(?:{words}|{sign})?$",
            re.IGNORECASE,
        )

    def _words(self) -> tuple[str, ...]:
        """List what may stand behind an amount: the code, the name, and the noun in the name."""
        words = [self.currency]
        for count in (1, 2):
            name = get_currency_name(self.currency, count=count, locale=_locale())
            # Spanish has the noun first, "pesos mexicanos", and English has it last.
            words += [name, name.split()[0], name.split()[-1]]
        return tuple(dict.fromkeys(words))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return _written(self.data, with_cents=self.has_cents or self.data % 100 != 0)


def _locale() -> Locale:
    return get_locale() or _ENGLISH


def _separators() -> tuple[str, str]:
    """Return what stands between thousands and before cents in the reader's language."""
    return get_group_symbol(_locale()), get_decimal_symbol(_locale())


def _written(cents: int, *, with_cents: bool) -> str:
    group, point = _separators()
    whole = f"{cents // 100:,}".replace(",", group)
    return f"{whole}{point}{cents % 100:02d}" if with_cents else whole


def _cents(match: re.Match[str]) -> int:
    whole = int("".join(each for each in match["whole"] if each.isdecimal()))
    return whole * 100 + int((match["cents"] or "0").ljust(2, "0"))


class MultiCheckboxField(SelectMultipleField):  # type: ignore[misc]
    """Offer several options as checkboxes, any number of which may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


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
