"""Read the numbers that a company reports: counts, measured values and amounts of money."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import get_group_symbol
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, StringField
from wtforms.validators import ValidationError

from sandbox.kernel.formats import decimals_of, number
from sandbox.kernel.forms import PlatformForm

_SPACED = re.compile(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+", re.ASCII)


class CountField(IntegerField):  # type: ignore[misc]
    """Read how many there are, such as 120 or 1,200, and say one thing about what is no count.

    Thousands may be set apart by spaces, or as in the language of the page; what could as well be
    a fraction is refused. Shape: `data` is from `least` to `most`, or None where nothing sensible
    was typed.
    """

    def __init__(self, *args: Any, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Parse the number and hold it against the limits, so that only one of both complains."""
        self.data = None
        typed = " ".join(valuelist[0].split()) if valuelist else ""
        if not typed:
            return
        count = _read_count(typed)
        if count is None and _DECIMAL.fullmatch(typed.replace(" ", "")):
            raise ValueError(gettext("Write a whole number, for example 120."))
        if count is None:
            raise ValueError(gettext("Write a number, for example 120."))
        if count < self.least:
            raise ValueError(gettext("Write %(amount)s or more.", amount=number(self.least)))
        if count > self.most:
            raise ValueError(gettext("Write %(amount)s or less.", amount=number(self.most)))
        self.data = int(count)


def _read_count(typed: str) -> Decimal | None:
    symbol = get_group_symbol(get_locale())
    for group in dict.fromkeys((" ", " " if symbol.isspace() else symbol)):
        apart = re.escape(group)
        if re.fullmatch(rf"[+-]?(\d{{1,3}}({apart}\d{{3}})+|\d+)", typed, re.ASCII):
            # Python refuses to read an integer of thousands of digits; a decimal number does not.
            return Decimal(typed.replace(group, ""))
    return None


class MeasuredField(StringField):  # type: ignore[misc]
    """Read a decimal number in either style: 1,234.5 or 1.234,5; nothing is guessed."""

    def decimal(self) -> Decimal | None:
        """Return the value, or None where nothing sensible was typed."""
        return read_decimal(self.data or "")


def read_decimal(text: str) -> Decimal | None:
    """Return the number that was typed, or None.

    A single comma or point is the decimal sign; of two kinds the last one is. What the page itself
    would show as thousands is read as thousands: 1,250 where numbers are written 1,250.50. Spaces
    may set thousands apart, and nothing else: two numbers are not one.
    """
    typed = " ".join(text.strip().removesuffix("%").split())
    symbol = re.escape(get_group_symbol(get_locale()))
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}({symbol}\d{{3}})+", typed, re.ASCII):
        typed = re.sub(symbol, "", typed)
    if " " in typed and not _SPACED.fullmatch(typed):
        return None
    compact = typed.replace(" ", "")
    last = max(compact.rfind(","), compact.rfind("."))
    if last >= 0:
        whole = compact[:last].replace(",", "").replace(".", "")
        compact = f"{whole}.{compact[last + 1 :]}"
    try:
        value = Decimal(compact)
    except ArithmeticError:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10**12) else None


class AmountField(StringField):  # type: ignore[misc]
    """Read an amount of money in either style, as cents.

    Units: hundredths of `currency`, whatever it is divided into. Shape: the form says which
    currency it is, by which decimals are taken or refused.
    """

    currency = ""

    @property
    def has_cents(self) -> bool:
        """Tell whether amounts of the currency are written with decimals."""
        return decimals_of(self.currency) > 0

    def cents(self) -> int | None:
        """Return the amount, or None where nothing sensible was typed."""
        value = read_decimal(self.data or "")
        return None if value is None or value < 0 else int((value * 100).to_integral_value())


class IsAmount:
    """Refuse what is no amount of money."""

    def __call__(self, _form: PlatformForm, field: Field) -> None:
        """Raises: ValidationError."""
        value = read_decimal(field.data or "")
        is_whole = value is not None and _is_whole(value)
        if not field.has_cents and field.cents() is not None and not is_whole:
            raise ValidationError(
                gettext(
                    "Amounts in %(currency)s have no cents. Write a whole amount, "
                    "for example %(example)s.",
                    currency=field.currency,
                    example="1250",
                )
            )
        if field.cents() is None and not field.has_cents:
            raise ValidationError(_l("Write an amount, for example 1250."))
        if field.cents() is None:
            raise ValidationError(_l("Write an amount, for example 1250.50."))


def _is_whole(value: Decimal) -> bool:
    """Tell whether no decimals were typed; "5.000" has three, and could as well be thousands."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= 0


class IsNumber:
    """Refuse what is no number."""

    def __call__(self, _form: PlatformForm, field: Field) -> None:
        """Raises: ValidationError."""
        if read_decimal(field.data or "") is None:
            raise ValidationError(_l("Write a number, for example 2.5."))
