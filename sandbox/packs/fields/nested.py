"""Read lists and tables."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from marshmallow import Schema, ValidationError

from sandbox.packs.fields.base import Kind, Value, not_allowed, wrong_type
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

_T = TypeVar("_T")
LONGEST_LIST = 500


class Each(Value[tuple[_T, ...]], Generic[_T]):
    """Hold a list of values of one kind, and complain of each element on its own."""

    def __init__(self, inner: Value[_T], *, at_least: int = 0, **kwargs: Any) -> None:
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
            raise wrong_type(self.allowed)
        if not self._at_least <= len(value) <= LONGEST_LIST:
            allowed = _l(
                "a list of %(least)s to %(most)s entries", least=self._at_least, most=LONGEST_LIST
            )
            raise not_allowed(_l("must be %(allowed)s", allowed=allowed), allowed)
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


class Part(Value[Any]):
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
            raise wrong_type(self.allowed)
        return self.schema.load(value)
