"""Say which other cases may belong to one: the same matter twice, or one that explains it."""

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import StrEnum

ALIKE_FRACTION = 0.8
"""Names of which so much agrees, letter by letter, are taken for one name written twice."""
SHARED_FRACTION = 0.5
"""So many of their telling words have names in common that speak of the same thing."""
LEAST_LETTERS = 5  # shorter words are mostly articles, prepositions and numbers
MOST_WORDS = 4


class Kin(StrEnum):
    """Name what two cases have in common, what binds them closest first."""

    FILE = "file"
    NAME = "name"
    ORGANISATION = "organisation"


def kinship(
    name: str, other: str, *, share_a_file: bool, share_organisation: bool
) -> tuple[Kin, ...]:
    """Return what two cases of these names have in common, nothing where they are strangers."""
    common = {
        Kin.FILE: share_a_file,
        Kin.NAME: is_alike(name, other),
        Kin.ORGANISATION: share_organisation,
    }
    return tuple(kin for kin, holds in common.items() if holds)


def is_alike(one: str, other: str) -> bool:
    """Tell whether two names may mean one thing, however they are accented or ordered."""
    first, second = _folded(one), _folded(other)
    if first == second:
        return bool(first)
    mine, theirs = set(_telling(first)), set(_telling(second))
    shared = len(mine & theirs)
    if shared > 1 and shared >= SHARED_FRACTION * len(mine | theirs):
        return True
    return SequenceMatcher(None, first, second).ratio() >= ALIKE_FRACTION


def telling_words(name: str) -> tuple[str, ...]:
    """Return the few words of a name, as they are written, by which others like it are looked for.

    The longest say most; the order of those equally long is that of the name.
    """
    words = dict.fromkeys(word for word in _words(name) if len(word) >= LEAST_LETTERS)
    return tuple(sorted(words, key=len, reverse=True)[:MOST_WORDS])


def _telling(folded: str) -> Iterable[str]:
    return (word for word in _words(folded) if len(word) >= LEAST_LETTERS)


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text).split()


def _folded(text: str) -> str:
    """Write a text without case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_words("".join(each for each in apart if not unicodedata.combining(each))))
