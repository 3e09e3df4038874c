"""Of a pack with a value that cannot be read nothing is said that hangs on that value."""

from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from sandbox.packs.checking import check
from sandbox.packs.files import Folder
from sandbox.packs.positions import Path
from sandbox.packs.reading import read
from sandbox.packs.reference import Table as Described
from sandbox.packs.reference import kinds, tables
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences import SAYS
from sandbox.packs.shaping import shape, unread_around
from sandbox.packs.source import Source
from sandbox.packs.unread import UNREAD, Touched, is_unread
from tests.packs.copies import MX
from tests.packs.sowing import NOBODY, places

# Of no kind that TOML has, so that it is wrong wherever it stands.
NOTHING = object()
SOUND = read(Folder(MX))
HOMES: dict[type, list[Path]] = {}
for place, _, schema in places(SOUND.values):
    HOMES.setdefault(type(schema), []).append(place)


def spoilt(path: Path, name: str, way: str) -> Source:
    values = deepcopy(SOUND.values)
    table: Any = values
    for step in path:
        table = table[step]
    if way == "wrong":
        table[name] = NOTHING
    else:
        kept = table.pop(name)
        if way == "misspelt":
            table[NOBODY] = kept
    return Source(SOUND.name, values, SOUND.places)


def ways(schema: PartSchema, name: str) -> tuple[str, ...]:
    return ("wrong", "missing", "misspelt") if schema.fields[name].required else ("wrong",)


@pytest.mark.parametrize("table", tables(), ids=lambda table: SAYS[type(table.schema)].title)
def test_value_that_cannot_be_read_brings_no_other_fault(table: Described) -> None:
    chance = Random(SAYS[type(table.schema)].title)
    homes = HOMES.get(type(table.schema), [])
    found = kinds(table.schema) if homes else {}
    # Each place takes its time; a word of a closed list is where a check could be misled.
    words = [name for name, kind in found.items() if kind.choices]
    others = [name for name in found if name not in words]
    for name in (*words, *chance.sample(others, min(3, len(others)))):
        path, way = chance.choice(homes), chance.choice(ways(table.schema, name))
        source = spoilt(path, name, way)
        pack = shape(source)
        own = list(source.problems)
        assert own, (path, name, way)
        if pack is not None:
            check(source, pack)
        # A window whose days are said in a second way is wrong whatever that says.
        more = [str(each) for each in source.problems if each not in own]
        assert [each for each in more if "in one way" not in each] == [], (path, name, way)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("clocks", 0, "length"), ("clocks", 0, "length")),
        (("clocks", 0, "unit"), ("clocks", 0)),
        (("clocks", 0, "lenght"), ("clocks", 0)),
        (("clocks", 0), ("clocks", 0)),
        (("clocks",), ("clocks",)),
        (("clocks", 0, "name", "en"), ("clocks", 0, "name")),
        (("calendar", "days_off", "2024-03-28", "es"), ("calendar", "days_off")),
        (("hard_rules", 0, "when", "all", 1, "question"), ("hard_rules", 0, "when")),
        (("coordination", "decision_rule"), ("coordination",)),
        (("nobody_knows",), ()),
    ],
)
def test_as_little_as_possible_is_left_unread(path: Path, place: Path) -> None:
    assert unread_around(path) == place


def test_what_was_not_read_answers_no_question() -> None:
    questions: tuple[Callable[[Any], object], ...] = (
        bool,
        lambda it: it == 1,
        lambda it: it != 1,
        lambda it: it == 1,
        lambda it: it < 1,
        lambda it: it + 1,
        lambda it: 1 - it,
        lambda it: it in {1, 2},
        lambda it: 1 in it,
        list,
        len,
        lambda it: it.key,
        lambda it: getattr(it, "key", None),
        lambda it: isinstance(it, str),
        lambda it: f"{it}",
        lambda it: "%s" % it,  # noqa: UP031  # sentences are filled so
        lambda it: {it: 1},
        range,
        lambda it: it[0],
    )
    for ask in questions:
        with pytest.raises(Touched):
            ask(UNREAD)
    assert is_unread(UNREAD)
    assert not is_unread(None)
