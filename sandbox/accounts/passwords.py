"""Hash passwords with Argon2id and judge new ones; nothing here knows a request."""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from pathlib import Path

from anyascii import anyascii
from argon2 import PasswordHasher
from argon2.low_level import Type

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
# The OWASP minimum for Argon2id: 19 MiB, two passes, one lane; about 30 ms on a small server.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
FEWEST_CHARACTERS = 5  # different ones
SHORTEST_NAME = 3

_LIST = Path(__file__).with_name("common_words.txt")
_SUBSTITUTES = str.maketrans("013457@$!", "oieastasi")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1234567890", "0123456789")


class Weakness(StrEnum):
    """Name what is wrong with a new password."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_COMMON = "too_common"
    ABOUT_ONESELF = "about_oneself"


def normalised_password(password: str) -> str:
    """Return a password in the form in which it is hashed, the same from every keyboard."""
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt."""
    hasher = PasswordHasher(PASSES, MEMORY_KIB, LANES, type=Type.ID)
    return hasher.hash(normalised_password(password))


def weakness_of(password: str, *about: str) -> Weakness | None:
    """Return why a new password is refused, or None.

    Shape: `about` are texts that others know of the person: name, address.
    """
    length = len(normalised_password(password))
    if length < SHORTEST_PASSWORD:
        return Weakness.TOO_SHORT
    if length > LONGEST_PASSWORD:
        return Weakness.TOO_LONG
    if _is_common(password):
        return Weakness.TOO_COMMON
    if _is_about(password, about):
        return Weakness.ABOUT_ONESELF
    return None


def _is_common(password: str) -> bool:
    """Tell whether a guesser's first tries include the password: words, runs and repetitions."""
    plain = _plain(password)
    if len(set(plain)) < FEWEST_CHARACTERS:
        return True
    if _is_repetition(plain) or _is_run(plain):
        return True
    words = common_words()
    return any(_consists_of(letters, words, at_most=3) for letters in _letters(password))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", anyascii(text).casefold())


def _is_repetition(text: str) -> bool:
    return any(
        len(text) % size == 0 and text == text[:size] * (len(text) // size)
        for size in range(1, len(text) // 2 + 1)
    )


def _is_run(text: str) -> bool:
    """Tell whether the text follows the alphabet, the keyboard or the numbers, either way."""
    for run in _RUNS:
        endless = run * (len(text) // len(run) + 2)
        if text in endless or text[::-1] in endless:
            return True
    return False


def _letters(password: str) -> tuple[str, str]:
    """Return the letters of a password as they stand, and with signs read as letters."""
    plain = _plain(password)
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain).translate(_SUBSTITUTES)
    return re.sub(r"[^a-z]", "", plain), re.sub(r"[^a-z]", "", core)


def _consists_of(letters: str, words: frozenset[str], *, at_most: int) -> bool:
    """Tell whether the letters are no more than some of the words, one after the other."""
    reached = {0}
    for _ in range(at_most):
        reached |= {
            start + len(word)
            for start in reached
            for word in words
            if letters.startswith(word, start)
        }
    return len(letters) in reached


def _is_about(password: str, about: tuple[str, ...]) -> bool:
    parts = {part for text in about for part in re.split(r"[^a-z]+", anyascii(text).casefold())}
    known = frozenset(part for part in parts if len(part) >= SHORTEST_NAME)
    words = known | common_words()
    return bool(known) and any(
        _consists_of(letters, words, at_most=4) for letters in _letters(password)
    )


@cache
def common_words() -> frozenset[str]:
    """Return the words of which guessed passwords are made, in letters a to z alone."""
    lines = _LIST.read_text(encoding="utf-8").split()
    return frozenset(lines)
