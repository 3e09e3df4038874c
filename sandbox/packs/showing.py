"""Show a value of a pack, and where it stands, in the few characters of a line."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from itertools import islice

from sandbox.packs.fields import LANGUAGE
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence, legible, listed
from sandbox.packs.saying import sentence as _l

_LONGEST_SHOWN = 60
_MOST_KEYS_SHOWN = 8


def shown_path(path: Path) -> str:
    """Return a path as a policy officer would say it: `tiers[1].stages[0].max_days`."""
    said = ""
    for step in path:
        if isinstance(step, int):
            said += f"[{step}]"
        else:
            said += f".{shortened(step)}" if said else shortened(step)
    return legible(said)


def shown(value: object) -> Sentence:
    """Return a value in a few characters, in the words of TOML."""
    if isinstance(value, bool):
        return listed("true" if value else "false")
    if isinstance(value, str):
        return listed(f'"{shortened(value)}"')
    if isinstance(value, int):
        # A number of a million digits would take minutes to print.
        return listed(str(value)) if abs(value) < 10**30 else _l("a very large number")
    if isinstance(value, Decimal):
        return listed(str(value)[:40])
    if isinstance(value, date | time):
        return listed(value.isoformat())
    if isinstance(value, Mapping):
        return _shown_table(value)
    if isinstance(value, list | tuple):
        return _shown_list(value)
    return listed(type(value).__name__)


def _shown_table(value: Mapping[str, object]) -> Sentence:
    """Return a table by its name, or by the languages of its texts, as far as it has such."""
    name = value.get("key", value.get("code"))
    if isinstance(name, str):
        return _l('the table "%(name)s"', name=shortened(name))
    if not value:
        return _l("an empty table")
    if all(LANGUAGE.fullmatch(key) and isinstance(text, str) for key, text in value.items()):
        return _l("a text in: %(languages)s", languages=tuple(value))
    if "question" in value and not any(isinstance(each, Mapping) for each in value.values()):
        said = ", ".join(f"{shortened(key)} = {shown(each)}" for key, each in value.items())
        return listed(shortened("{" + said + "}", 2 * _LONGEST_SHOWN))
    keys = (shortened(key) for key in islice(value, _MOST_KEYS_SHOWN))
    return _l("a table with: %(keys)s", keys=tuple(keys))


def _shown_list(value: Sequence[object]) -> Sentence:
    """Return a short list of words as it stands there, and of any other list how long it is."""
    if len(value) <= _LONGEST_SHOWN and all(isinstance(each, str) for each in value):
        written = "[" + ", ".join(f'"{each}"' for each in value) + "]"
        if len(written) <= 2 * _LONGEST_SHOWN:
            return listed(written)
    return _l("a list of %(count)s", count=len(value))


def shortened(text: str, longest: int = _LONGEST_SHOWN) -> str:
    """Return a text cut off where nobody reads on in a line."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
