"""Read one value of TOML, with a complaint in plain words where it is not what it must be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from marshmallow import Schema, ValidationError, fields

from sandbox.packs.errors import Fault
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l
from sandbox.packs.unread import is_unread

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Said:
    """Carry a complaint through marshmallow together with its kind and what would be allowed."""

    message: Sentence
    fault: Fault
    allowed: Sentence


def wrong_type(allowed: Sentence) -> ValidationError:
    """Return the complaint about a value of another kind than what is allowed."""
    return ValidationError(
        [Said(_l("must be %(allowed)s", allowed=allowed), Fault.WRONG_TYPE, allowed)]
    )


def not_allowed(message: Sentence, allowed: Sentence) -> ValidationError:
    """Return the complaint about a value of the right kind that may not stand there."""
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


class Value(fields.Field[_T]):
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
        return cast(_T, value) if is_unread(value) else self._read(value)

    def _read(self, value: object) -> _T:
        raise TypeError(f"{type(self).__name__} cannot read {value!r}")

    # The signature is marshmallow's; no value of a pack depends on its neighbours.
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> _T:  # noqa: ARG002
        return self.read(value)
