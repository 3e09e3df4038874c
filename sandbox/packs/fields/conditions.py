"""Read conditions on answers."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from marshmallow import ValidationError

from sandbox.domain.packs import AllOf, AnyOf, Compare, Condition, Not, Operator
from sandbox.packs.errors import Fault
from sandbox.packs.fields.base import Kind, Said, Value, not_allowed, wrong_type
from sandbox.packs.fields.nested import Each
from sandbox.packs.fields.values import LARGEST_NUMBER, key_of
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l


class When(Value[Condition]):
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
        raise wrong_type(_l("a condition: %(condition)s", condition=_CONDITION))
    names = set(value)
    if names == {"not"}:
        return Not(_inside("not", value["not"]))
    if names == {"all"}:
        return AllOf(_parts("all", value["all"]))
    if names == {"any"}:
        return AnyOf(_parts("any", value["any"]))
    others = names - {"question"}
    if "question" not in names or len(others) != 1:
        raise not_allowed(
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
