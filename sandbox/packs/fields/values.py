"""Read keys, numbers, days and words of closed lists."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sandbox.packs.fields.base import Kind, Value, not_allowed, wrong_type
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

_E = TypeVar("_E", bound=StrEnum)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LARGEST_NUMBER = 10**15
MOST_DECIMALS = 6
# Terms are counted from days, and beyond the calendar's last one no count would end.
_YEARS = range(1800, 2200)
_OF_YEARS = _l("of the years %(first)s to %(last)s", first=_YEARS[0], last=_YEARS[-1])


class Key(Value[str]):
    """Hold a name by which other things refer to this one."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("key", "letters, digits and `_`, at most 64, the first a letter")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _A_KEY

    def _read(self, value: object) -> str:
        return key_of(value)


_A_KEY = _l("a key of letters, digits and _, at most 64, the first a letter")


def key_of(value: object) -> str:
    """Return `value` if it can be a key. Raises: ValidationError."""
    if not isinstance(value, str):
        raise wrong_type(_A_KEY)
    if not _KEY.fullmatch(value):
        raise not_allowed(_l("must be %(allowed)s", allowed=_A_KEY), _A_KEY)
    return value


class Pattern(Value[str]):
    """Hold a string of one given form."""

    def __init__(self, pattern: str, allowed: Sentence, **kwargs: Any) -> None:
        self._pattern = re.compile(pattern)
        self._allowed = allowed
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("text in quotes", self._allowed)

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return self._allowed

    def _read(self, value: object) -> str:
        if not isinstance(value, str):
            raise wrong_type(self._allowed)
        if not self._pattern.fullmatch(value):
            raise not_allowed(_l("must be %(allowed)s", allowed=self._allowed), self._allowed)
        return value


class Whole(Value[int]):
    """Hold a whole number within bounds; `true` is not one, whatever Python thinks."""

    def __init__(self, least: int = 0, most: int = LARGEST_NUMBER, **kwargs: Any) -> None:
        self._least = least
        self._most = most
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        if self._most == LARGEST_NUMBER:
            return Kind("whole number", f"{self._least} or more")
        return Kind("whole number", f"{self._least} to {self._most}")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        if self._most == LARGEST_NUMBER:
            return _l("a whole number of %(least)s or more", least=self._least)
        return _l("a whole number from %(least)s to %(most)s", least=self._least, most=self._most)

    def _read(self, value: object) -> int:
        allowed = self.allowed
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(allowed)
        if not self._least <= value <= self._most:
            raise not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
        return value


class Amount(Value[Decimal]):
    """Hold a decimal number exactly as it was written."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("number", f"at most {MOST_DECIMALS} decimals")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l(
            "a number up to %(most)s with at most %(decimals)s decimals",
            most=LARGEST_NUMBER,
            decimals=MOST_DECIMALS,
        )

    def _read(self, value: object) -> Decimal:
        allowed = self.allowed
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise wrong_type(allowed)
        number = Decimal(value)
        # The bounds come first, and without `abs`, which rounds and so could overflow itself.
        is_small = number.is_finite() and number.copy_abs() <= LARGEST_NUMBER
        if not is_small or number != round(number, MOST_DECIMALS):
            raise not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
        return number


class Flag(Value[bool]):
    """Hold true or false; "yes", 1 and the like are refused because they hide mistakes."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("`true` or `false`")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("true or false")

    def _read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise wrong_type(self.allowed)
        return value


def _countable(day: date) -> date:
    if day.year not in _YEARS:
        allowed = _l("a day %(years)s", years=_OF_YEARS)
        raise not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
    return day


class Day(Value[date]):
    """Hold a day written as TOML writes it, without quotes."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("day", f"without quotes, such as `2024-02-05`, {_OF_YEARS}")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a day without quotes, such as 2024-02-05")

    def _read(self, value: object) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise wrong_type(self.allowed)
        return _countable(value)


class Word(Value[_E], Generic[_E]):
    """Hold one of a closed list of words."""

    def __init__(self, words: type[_E], **kwargs: Any) -> None:
        self._words = words
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        allowed = ", ".join(f"`{word.value}`" for word in self._words)
        return Kind("word in quotes", allowed, choices=self._words)

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return listed(*(word.value for word in self._words))

    def _read(self, value: object) -> _E:
        allowed = self.allowed
        if not isinstance(value, str) or value not in set(self._words):
            raise not_allowed(_l("must be one of: %(allowed)s", allowed=allowed), allowed)
        return self._words(value)


class DayName(Value[date]):
    """Hold a day that is the key of a table, where TOML knows only strings."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("day", f"such as `2024-02-05`, {_OF_YEARS}")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a day such as 2024-02-05")

    def _read(self, value: object) -> date:
        try:
            day = date.fromisoformat(str(value))
            # One way to write a day, or it could stand in the table twice.
            if day.isoformat() != value:
                raise ValueError
        except ValueError:
            raise wrong_type(self.allowed) from None
        return _countable(day)
