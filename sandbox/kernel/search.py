"""Find words however they are written: in capitals or not, with their accents or without."""

from typing import Any

from sqlalchemy import String, and_, or_, true
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
