"""Hold the pieces of which the page is made, and write days and facts as all of them do."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from sandbox.kernel.formats import day, instant

Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a piece of a chapter: facts under a heading, and where to read more."""

    title: str
    facts: tuple[Fact, ...]
    links: tuple[tuple[str, str], ...] = ()


def facts_of(*pairs: tuple[object, object]) -> tuple[Fact, ...]:
    """Keep the facts that say something."""
    return tuple((str(name), str(text)) for name, text in pairs if text not in (None, ""))


def day_of(text: str | None) -> str:
    """Write a day that was told as data; nothing for none."""
    return day(date.fromisoformat(text)) if text else ""


def instant_of(text: str | None) -> str:
    """Write an instant that was told as data; nothing for none."""
    return instant(datetime.fromisoformat(text)) if text else ""


def came(when: str, *, is_late: bool) -> str:
    """Say when an answer came, and that it was after its term where it was."""
    return _("%(instant)s, after the term", instant=when) if is_late else when
