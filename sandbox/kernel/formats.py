"""Write days, instants, amounts and numbers as the reader's language and the programme do."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, get_currency_symbol, get_decimal_symbol
from flask import current_app
from flask_babel import format_date, format_datetime, format_decimal, get_locale
from flask_babel import gettext as _

from sandbox.kernel.language import FIRST_LANGUAGE, current_language, locale_of

# English dates are written as the programme's English texts write them: day, month, year.
_DAY_FORMATS = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y"}


def day(value: date | datetime | None) -> str:
    """Write a day in full, "3 de marzo de 2026"; an instant's day is that of the programme."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = _in_place(value).date()
    return str(format_date(value, _DAY_FORMATS[current_language()]))


def short_day(value: date | datetime | None) -> str:
    """Write a day where there is little room: "3 mar 2026"."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = _in_place(value).date()
    return str(format_date(value, "d MMM y"))


def span(start: date, end: date) -> str:
    """Write two days as one span: "27 feb – 19 may 2026"; a single day stands alone."""
    if start == end:
        return short_day(end)
    same_year = start.year == end.year
    if same_year and start.month == end.month:
        return f"{start.day}–{short_day(end)}"
    first = str(format_date(start, "d MMM" if same_year else "d MMM y"))
    return f"{first} – {short_day(end)}"


def instant(value: datetime | None) -> str:
    """Write an instant as day and hour where the programme is: "3 de marzo de 2026, 14:05"."""
    if value is None:
        return "—"
    local = _in_place(value)
    clock = format_datetime(local, "HH:mm", rebase=False)
    return f"{day(local.date())}, {clock}"


def moment(value: date | datetime | str) -> str:
    """Write whatever says when: an instant, a day, or words that say it already."""
    if isinstance(value, datetime):
        return instant(value)
    return day(value) if isinstance(value, date) else str(value)


def _in_place(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(ZoneInfo(current_app.config["TIMEZONE"]))


def money(cents: int | None, currency: str | None = None) -> str:
    """Write an amount, of the programme's currency if no other: "$1,250.50 MXN", "1.250,50 EUR".

    The code stands behind every amount, for a bare "$" would read as dollars. Of a currency without
    cents, as the yen, whole amounts are written: "5,000 JPY". An amount that has cents all the
    same, as the bound of a pack may, is never rounded.

    Units: hundredths of the currency, whatever it is divided into.
    """
    if cents is None:
        return "—"
    code = currency or current_app.config["CURRENCY"]
    symbol = get_currency_symbol(code, locale_of(FIRST_LANGUAGE))
    decimals = max(decimals_of(code), 2 if cents % 100 else 0)
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    amount = format_decimal(Decimal(abs(cents)) / 100, pattern)
    sign = "−" if cents < 0 else ""
    return f"{sign}{'$' if symbol == '$' else ''}{amount} {code}"


def decimals_of(currency: str) -> int:
    """Return with how many decimals amounts of a currency are written: none for yen, mostly two."""
    return get_currency_precision(currency)


def number(value: float | int | None) -> str:
    """Write a number with the separators of the reader's language."""
    return "—" if value is None else str(format_decimal(value))


def quoted(text: object) -> str:
    """Put a text between the quotation marks of the reader's language."""
    return _("“%(text)s”", text=text)


def in_full(value: Decimal) -> str:
    """Write a value with all its decimals, after the sign that the page writes before them."""
    return format(value.normalize(), "f").replace(".", get_decimal_symbol(get_locale()))
