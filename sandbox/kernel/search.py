"""Find words however they are written: in capitals or not, with their accents or without."""

from typing import Any

from sqlalchemy import Integer, String, and_, cast, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

MOST_WORDS = 8

_BASE = {
    "a": "áàâäãå",
    "e": "éèêë",
    "i": "íìîï",
    "o": "óòôöõ",
    "u": "úùûü",
    "n": "ñ",
    "c": "ç",
}
# Both cases, since what the databases call a small letter depends on their locale.
_ACCENTED = "".join(accented + accented.upper() for accented in _BASE.values())
_PLAIN = "".join(base * 2 * len(accented) for base, accented in _BASE.items())
_TABLE = str.maketrans(_ACCENTED, _PLAIN)


def fold(text: str | None) -> str | None:
    """Write a text in small letters without accents; the databases do the same."""
    return None if text is None else text.translate(_TABLE).lower()


class folded(GenericFunction[str]):  # noqa: N801 - SQLAlchemy's functions are called so
    """A column as `fold` writes it."""

    type = String()
    inherit_cache = True


@compiles(folded)
def _in_sql(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    # SQLite has no such function: each connection brings ours (`kernel/db`).
    return f"folded({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _in_postgresql(element: folded, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"translate(lower({column}), '{_ACCENTED}', '{_PLAIN}')"


class place_of(GenericFunction[int]):  # noqa: N801 - SQLAlchemy's functions are called so
    """Where one text stands in another, letter by letter; 0 where it does not."""

    type = Integer()
    inherit_cache = True


# LIKE would take capitals for small letters on SQLite, and on PostgreSQL not.
@compiles(place_of)
def _place_in_sql(element: place_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(place_of, "postgresql")
def _place_in_postgresql(element: place_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


def lists(code: str, codes: ColumnElement[Any] | Any) -> ColumnElement[bool]:
    """Choose the rows whose list holds a code as it is written, capitals and all.

    Shape: `codes` is a column of JSON, each code of it a plain word.
    """
    return place_of(cast(codes, String), f'"{code}"') > 0


def says(text: str, *columns: ColumnElement[str] | Any) -> ColumnElement[bool]:
    """Choose the rows that hold each word of a text; no sign in it means anything else.

    Words may stand in any order and in several columns. Of a long text the first words count, so
    that nobody can make a search slow.
    """
    words = (fold(word) for word in text.split()[:MOST_WORDS])
    return and_(
        true(),
        *(
            or_(*(folded(column).contains(word, autoescape=True) for column in columns))
            for word in words
        ),
    )
