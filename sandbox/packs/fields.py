"""Turn the values of TOML into the values of a pack, each with a complaint in plain words."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from marshmallow import Schema, ValidationError, fields

from sandbox.domain.packs import AllOf, AnyOf, Compare, Condition, Not, Operator, Text
from sandbox.packs.errors import Fault
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
# What no page can show and no drawing may hold; tabs and line ends are white space.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
# Letters and one symbol that are drawn as nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
LONGEST_TEXT = 10_000
LONGEST_LIST = 500
LARGEST_NUMBER = 10**15
MOST_DECIMALS = 6
# Terms are counted from days, and beyond the calendar's last one no count would end.
_YEARS = range(1800, 2200)
_OF_YEARS = _l("of the years %(first)s to %(last)s", first=_YEARS[0], last=_YEARS[-1])


@dataclass(frozen=True, slots=True)
class Said:
    """Carry a complaint through marshmallow together with its kind and what would be allowed."""

    message: Sentence
    fault: Fault
    allowed: Sentence


def _wrong_type(allowed: Sentence) -> ValidationError:
    return ValidationError(
        [Said(_l("must be %(allowed)s", allowed=allowed), Fault.WRONG_TYPE, allowed)]
    )


def _not_allowed(message: Sentence, allowed: Sentence) -> ValidationError:
    return ValidationError([Said(message, Fault.NOT_ALLOWED, allowed)])


@dataclass(frozen=True, slots=True)
class Kind:
    """Say to whoever writes a pack what a value is: its kind, its bounds, the table it is made of.

    Shape: `allowed` is empty where the kind says it all; `inner` is the schema of a table, or of
    each table of a list; `choices` are the words of a closed list.
    """

    words: str
    allowed: str = ""
    inner: Schema | None = None
    is_list: bool = False
    choices: type[StrEnum] | None = None


class _Value(fields.Field[_T]):
    """Let a field read a value alone, and give all of them the same words for an absent one."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        raise TypeError(f"{type(self).__name__} describes nothing")

    @property
    def allowed(self) -> Sentence:
        """Say to whoever wrote something else, or nothing, what may stand there."""
        raise TypeError(f"{type(self).__name__} allows nothing")

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:  # noqa: ARG002
        """Complain of an absent value: marshmallow complains of nothing else by itself."""
        return ValidationError([Said(_l("is missing"), Fault.MISSING, self.allowed)])

    def read(self, value: object) -> _T:
        """Return what the value of the file means. Raises: ValidationError."""
        return self._read(value)

    def _read(self, value: object) -> _T:
        raise TypeError(f"{type(self).__name__} cannot read {value!r}")

    # The signature is marshmallow's; no value of a pack depends on its neighbours.
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> _T:  # noqa: ARG002
        return self._read(value)


class Key(_Value[str]):
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
        raise _wrong_type(_A_KEY)
    if not _KEY.fullmatch(value):
        raise _not_allowed(_l("must be %(allowed)s", allowed=_A_KEY), _A_KEY)
    return value


class Pattern(_Value[str]):
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
            raise _wrong_type(self._allowed)
        if not self._pattern.fullmatch(value):
            raise _not_allowed(_l("must be %(allowed)s", allowed=self._allowed), self._allowed)
        return value


class Whole(_Value[int]):
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
            raise _wrong_type(allowed)
        if not self._least <= value <= self._most:
            raise _not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
        return value


class Amount(_Value[Decimal]):
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
            raise _wrong_type(allowed)
        number = Decimal(value)
        # The bounds come first, and without `abs`, which rounds and so could overflow itself.
        is_small = number.is_finite() and number.copy_abs() <= LARGEST_NUMBER
        if not is_small or number != round(number, MOST_DECIMALS):
            raise _not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
        return number


class Flag(_Value[bool]):
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
            raise _wrong_type(self.allowed)
        return value


def _countable(day: date) -> date:
    if day.year not in _YEARS:
        allowed = _l("a day %(years)s", years=_OF_YEARS)
        raise _not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
    return day


class Day(_Value[date]):
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
            raise _wrong_type(self.allowed)
        return _countable(value)


class Word(_Value[_E], Generic[_E]):
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
            raise _not_allowed(_l("must be one of: %(allowed)s", allowed=allowed), allowed)
        return self._words(value)


class Each(_Value[tuple[_T, ...]], Generic[_T]):
    """Hold a list of values of one kind, and complain of each element on its own."""

    def __init__(self, inner: _Value[_T], *, at_least: int = 0, **kwargs: Any) -> None:
        self._inner = inner
        self._at_least = at_least
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        each = self._inner.kind
        counted = f"{self._at_least} or more" if self._at_least else ""
        allowed = "; ".join(words for words in (counted, each.allowed) if words)
        return Kind(f"list, each a {each.words}", allowed, each.inner, True, each.choices)

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a list of: %(each)s", each=self._inner.allowed)

    def _read(self, value: object) -> tuple[_T, ...]:
        if not isinstance(value, list):
            raise _wrong_type(self.allowed)
        if not self._at_least <= len(value) <= LONGEST_LIST:
            allowed = _l(
                "a list of %(least)s to %(most)s entries", least=self._at_least, most=LONGEST_LIST
            )
            raise _not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
        results: list[_T] = []
        complaints: dict[int, Any] = {}
        for index, item in enumerate(value):
            try:
                results.append(self._inner.read(item))
            except ValidationError as fault:
                complaints[index] = fault.messages
        if complaints:
            raise ValidationError(complaints)
        return tuple(results)


class Part(_Value[Any]):
    """Hold a table that a schema of its own describes."""

    def __init__(self, schema: Callable[[], Schema], **kwargs: Any) -> None:
        self._make = schema
        self._schema: Schema | None = None
        super().__init__(**kwargs)

    @property
    def schema(self) -> Schema:
        """Return the schema of the table."""
        # Made on first use, because a question's columns are questions again.
        self._schema = self._schema or self._make()
        return self._schema

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("table", inner=self.schema)

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        needed = (name for name, each in self.schema.fields.items() if each.required)
        return _l("a table with: %(keys)s", keys=tuple(needed))

    def _read(self, value: object) -> Any:
        if not isinstance(value, Mapping):
            raise _wrong_type(self.allowed)
        return self.schema.load(value)


class Words(_Value[Text]):
    """Hold a text in several languages: `{es = "…", en = "…"}`."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("text by language")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l('a text by language, such as {es = "…", en = "…"}')

    def _read(self, value: object) -> Text:
        if not isinstance(value, Mapping):
            raise _wrong_type(self.allowed)
        complaints: dict[str, Any] = {}
        for language, text in value.items():
            if not LANGUAGE.fullmatch(language):
                allowed = _l("a language such as es, en or pt-BR")
                complaints[language] = [
                    Said(_l("must be %(allowed)s", allowed=allowed), Fault.UNKNOWN_KEY, allowed)
                ]
            elif not isinstance(text, str):
                complaints[language] = [Said(_l("must be a text"), Fault.WRONG_TYPE, _l("a text"))]
            elif control := _CONTROL.search(text):
                complaints[language] = [
                    Said(
                        _l(
                            'holds the character "%(character)s", which cannot be shown',
                            character=control.group(),
                        ),
                        Fault.NOT_ALLOWED,
                        _l("a text without control characters"),
                    )
                ]
            elif _is_blank(text):
                complaints[language] = [Said(_l("is empty"), Fault.MISSING, _l("a text"))]
            elif len(text) > LONGEST_TEXT:
                allowed = _l("at most %(most)s characters", most=LONGEST_TEXT)
                complaints[language] = [
                    Said(_l("must have %(allowed)s", allowed=allowed), Fault.TOO_LARGE, allowed)
                ]
        if complaints:
            raise ValidationError(complaints)
        return Text({language: text.strip() for language, text in value.items()})


def _is_blank(text: str) -> bool:
    return all(letter in _FILLERS or unicodedata.category(letter) in _BLANK for letter in text)


class TextBy(_Value[Mapping[Any, Text]]):
    """Hold a table whose keys stand for something and whose values are texts."""

    def __init__(self, key: _Value[Any], **kwargs: Any) -> None:
        self._key = key
        self._words = Words()
        super().__init__(**kwargs)

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        key = self._key.kind
        return Kind("table of texts", f"each key is a {key.words}: {key.allowed}")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a table of texts, each under %(key)s", key=self._key.allowed)

    def _read(self, value: object) -> Mapping[Any, Text]:
        if not isinstance(value, Mapping):
            raise _wrong_type(self.allowed)
        results: dict[Any, Text] = {}
        complaints: dict[str, Any] = {}
        for name, text in value.items():
            try:
                key = self._key.read(name)
                results[key] = self._words.read(text)
            except ValidationError as fault:
                complaints[name] = fault.messages
        if complaints:
            raise ValidationError(complaints)
        return results


class DayName(_Value[date]):
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
            raise _wrong_type(self.allowed) from None
        return _countable(day)


class When(_Value[Condition]):
    """Hold a comparison of one answer with a value, or `all`, `any`, `not` of such."""

    @property
    def kind(self) -> Kind:
        """Describe the values that are read."""
        return Kind("condition", "see [Conditions](#conditions)")

    @property
    def allowed(self) -> Sentence:
        """Say what may stand there."""
        return _l("a condition: %(condition)s", condition=_CONDITION)

    def _read(self, value: object) -> Condition:
        return _condition(value)


_OPERATORS = listed(*(operator.value for operator in Operator))
_CONDITION = _l(
    '{question = "…", equals = "…"}, or with one of %(operators)s; or {all = […]}, {any = […]}, '
    "{not = {…}}",
    operators=_OPERATORS,
)


def _condition(value: object) -> Condition:
    if not isinstance(value, Mapping):
        raise _wrong_type(_l("a condition: %(condition)s", condition=_CONDITION))
    names = set(value)
    if names == {"not"}:
        return Not(_inside("not", value["not"]))
    if names == {"all"}:
        return AllOf(_parts("all", value["all"]))
    if names == {"any"}:
        return AnyOf(_parts("any", value["any"]))
    others = names - {"question"}
    if "question" not in names or len(others) != 1:
        raise _not_allowed(
            _l("must be a condition: %(condition)s", condition=_CONDITION), _CONDITION
        )
    [name] = others
    if name not in set(Operator):
        unknown = Said(_l('"%(name)s" is no comparison', name=name), Fault.UNKNOWN_KEY, _OPERATORS)
        raise ValidationError({name: [unknown]})
    try:
        question = key_of(value["question"])
    except ValidationError as fault:
        raise ValidationError({"question": fault.messages}) from None
    return Compare(question, Operator(name), _compared(Operator(name), value[name]))


def _inside(name: str, value: object) -> Condition:
    try:
        return _condition(value)
    except ValidationError as fault:
        raise ValidationError({name: fault.messages}) from None


def _parts(name: str, value: object) -> tuple[Condition, ...]:
    try:
        return Each(When(), at_least=1).read(value)
    except ValidationError as fault:
        raise ValidationError({name: fault.messages}) from None


def _compared(operator: Operator, value: object) -> str | bool | int | tuple[str, ...]:
    """Return what an answer is compared with. Raises: ValidationError."""
    read, allowed = _VALUES[operator]
    found = read(value)
    if found is None:
        complaint = Said(_l("must be %(allowed)s", allowed=allowed), Fault.WRONG_TYPE, allowed)
        raise ValidationError({operator.value: [complaint]})
    return found


def comparable_values(operator: Operator) -> Sentence:
    """Say what an answer may be compared with by this operator."""
    return _VALUES[operator][1]


def _only_true(value: object) -> bool | None:
    # "Not answered" is said with `not`, so that there is one way to say it.
    return True if value is True else None


def _one(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _several(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _one_or_several(value: object) -> str | tuple[str, ...] | None:
    return _one(value) if isinstance(value, str) else _several(value)


def _bound(value: object) -> int | str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return None


_IN_QUOTES = (_one, _l('a value in quotes, such as "yes"'))
_BOUND = (_bound, _l("a whole number, or a day without quotes"))
_VALUES: Mapping[
    Operator, tuple[Callable[[object], str | bool | int | tuple[str, ...] | None], Sentence]
] = {
    Operator.EQUALS: _IN_QUOTES,
    Operator.NOT_EQUALS: _IN_QUOTES,
    Operator.ONE_OF: (_several, _l("a list of values")),
    Operator.INCLUDES: (
        _one_or_several,
        _l("a value in quotes, or a list of values of which one is enough"),
    ),
    Operator.AT_LEAST: _BOUND,
    Operator.AT_MOST: _BOUND,
    Operator.ANSWERED: (_only_true, listed("true")),
}
