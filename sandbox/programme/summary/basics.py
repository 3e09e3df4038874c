"""Tell what a programme says about itself, and where and in which languages it runs."""

from collections.abc import Iterator

from sandbox.applications.wording import read
from sandbox.domain.packs import PolicyPack, Text
from sandbox.programme.names import FIELD, PART
from sandbox.programme.summary.lines import Line

# The title stands above the whole.
_TEXTS = (
    "short_title",
    "operator",
    "summary",
    "purpose",
    "for_whom",
    "not_for",
    "how_it_works",
    "tax_number",
    "appeals",
    "no_endorsement",
    "privacy",
)


def labelled(field: str, words: str) -> str:
    """Say what a key holds behind the name by which people know the key."""
    name = str(FIELD[field])
    return f"{name[:1].upper()}{name[1:]}: {words}"


def programme_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say the programme's own texts, its languages, its money and its place."""
    yield 1, str(PART["programme"])
    for field in _TEXTS:
        value = getattr(pack.programme, field)
        for text in (value,) if isinstance(value, Text) else value:
            yield 2, labelled(field, read(text))
    yield 2, labelled("reference_prefix", pack.programme.reference_prefix)
    yield 2, labelled("languages", ", ".join(pack.languages))
    yield 2, labelled("currency", pack.currency)
    yield 2, labelled("country", pack.calendar.country)
    yield 2, labelled("timezone", pack.calendar.timezone)
