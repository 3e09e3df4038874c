"""Stand in for what could not be read, so that a check tells by itself whether it needs that."""

from typing import NoReturn


class Touched(Exception):
    """Say that a check has looked at what could not be read, and can say no more."""


class Unread:
    """Refuse every question but whether it is there: whoever wrote a faulty value meant something.

    What a check has found before it looks at one holds therefore whatever is meant. Only identity
    cannot be refused, so that no word of a closed list may be one: the part that holds it is.
    """

    __slots__ = ()

    def _touch(self, *_args: object, **_named: object) -> NoReturn:
        raise Touched

    # `isinstance` and the patterns of `match` ask for the class where the type itself differs.
    __class__ = property(_touch)
    __getattr__ = __call__ = __iter__ = __len__ = __contains__ = __getitem__ = _touch
    __bool__ = __hash__ = __index__ = __int__ = __float__ = __str__ = __format__ = _touch
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _touch
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _touch
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _touch
    __neg__ = __abs__ = __round__ = _touch


UNREAD = Unread()


def is_unread(value: object) -> bool:
    """Tell whether this stands for what could not be read; `isinstance` would touch it."""
    return value is UNREAD
