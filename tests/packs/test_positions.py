import time
import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.packs.positions import Path, TooComplex, scan
from tests.packs.copies import MX


def paths_of(value: Any, path: Path = ()) -> set[Path]:
    """List the path of everything that the standard library's parser found."""
    found = {path} if path else set()
    if isinstance(value, dict):
        return found.union(*(paths_of(item, (*path, key)) for key, item in value.items()))
    if isinstance(value, list):
        return found.union(*(paths_of(item, (*path, n)) for n, item in enumerate(value)))
    return found


@pytest.mark.parametrize("file", sorted(MX.glob("*.toml")), ids=lambda file: file.name)
def test_scan_finds_what_the_parser_finds(file):
    text = file.read_text(encoding="utf-8")
    assert set(scan(text).lines) == paths_of(tomllib.loads(text))


def test_scan_names_the_line_of_each_key():
    text = '''\
# a comment with [brackets]
title.es = "uno"
title."en" = "one"

[[stages]]
key = "plan" # first = 1
gate = [
  {key = "a", by = "lead"},
  {key = "b"},
]
[stages.caps]
people = 5
[[stages]]
text = """
[not.a.table]
key = 1
"""
until = 2024-01-01 10:00:00
'''
    assert scan(text).lines == {
        ("title",): 2,
        ("title", "es"): 2,
        ("title", "en"): 3,
        ("stages",): 5,
        ("stages", 0): 5,
        ("stages", 0, "key"): 6,
        ("stages", 0, "gate"): 7,
        ("stages", 0, "gate", 0): 8,
        ("stages", 0, "gate", 0, "key"): 8,
        ("stages", 0, "gate", 0, "by"): 8,
        ("stages", 0, "gate", 1): 9,
        ("stages", 0, "gate", 1, "key"): 9,
        ("stages", 0, "caps"): 11,
        ("stages", 0, "caps", "people"): 12,
        ("stages", 1): 13,
        ("stages", 1, "text"): 14,
        ("stages", 1, "until"): 18,
    }


# --- documents made up together with the lines of their keys -------------------------------------


@dataclass
class Document:
    """Write TOML line by line, and remember what was written where."""

    text: str = ""
    lines: dict[Path, int] = field(default_factory=dict)

    def write(self, text: str) -> None:
        self.text += text

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)


STRAYS = 'a = 1\n[x]\n# "'
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5",
        "true",
        "2024-02-05",
        "2024-02-05 10:30:00",
        '""',
        '"] } # , = [x]"',
        r'"\" ] \\"',
        "'] # \\'",
        f'"""{STRAYS}"""',
        '"""two "" inside, one at the end""""',
        f"'''\n{STRAYS}'''",
        '"""a \\\n   b"""',
    ]
)
KEYS = st.sampled_from(
    ["key", "a-b", "1", '"with space"', '"a.b"', "'c#d'", '"ñandú"', r'"\u00e9"']
)
BREAKS = st.sampled_from(["", " ", "\n", "\n  # a comment ] } = \n", "\n\n"])


def name_of(key: str) -> str:
    [name] = tomllib.loads(f"{key} = 1")
    return name


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = Document()
    write_pairs(draw, document, (), newline=True, depth=0)
    for number in range(draw(st.integers(0, 4))):
        document.write(draw(st.sampled_from(["", "\n", "# [comment]\n"])))
        top = f"table{number}"
        if draw(st.booleans()):
            document.note((top,))
            document.write(f"[{top}]\n")
            write_pairs(draw, document, (top,), newline=True, depth=0)
            continue
        for index in range(draw(st.integers(1, 3))):
            document.note((top,))
            document.note((top, index))
            document.write(f"[[ {top} ]]  # element\n")
            write_pairs(draw, document, (top, index), newline=True, depth=0)
            if draw(st.booleans()):
                document.note((top, index, "sub"))
                document.note((top, index, "sub", 0))
                document.write(f'[[{top}."sub"]]\n')
                write_pairs(draw, document, (top, index, "sub", 0), newline=True, depth=0)
    return document


def write_pairs(
    draw: st.DrawFn, document: Document, path: Path, *, newline: bool, depth: int
) -> None:
    keys = draw(st.lists(KEYS, max_size=3, unique_by=name_of))
    for place, key in enumerate(keys):
        if place and not newline:
            document.write(", ")
        inner: Path = (*path, name_of(key))
        document.note(inner)
        document.write(key)
        if draw(st.booleans()):
            inner = (*inner, "dotted")
            document.note(inner)
            document.write(" . dotted")
        document.write(" = ")
        write_value(draw, document, inner, newline=newline, depth=depth)
        if newline:
            document.write(draw(st.sampled_from(["\n", " # ] comment\n", "\n\n"])))


def write_value(
    draw: st.DrawFn, document: Document, path: Path, *, newline: bool, depth: int
) -> None:
    kind = draw(st.sampled_from(["scalar", "array", "table"])) if depth < 3 else "scalar"
    if kind == "scalar":
        document.write(draw(SCALARS))
    elif kind == "table":
        document.write("{ ")
        write_pairs(draw, document, path, newline=False, depth=depth + 1)
        document.write(" }")
    else:
        document.write("[")
        for index in range(draw(st.integers(0, 3))):
            document.write(draw(BREAKS))
            document.note((*path, index))
            write_value(draw, document, (*path, index), newline=newline, depth=depth + 1)
            document.write(draw(BREAKS) + ",")
        document.write(draw(BREAKS) + "]")


@given(documents())
@settings(max_examples=150, deadline=None)
def test_scan_agrees_with_whoever_wrote_the_document(document):
    assert scan(document.text).lines == document.lines
    assert set(document.lines) == paths_of(tomllib.loads(document.text))


@given(st.text(alphabet="[]{}=\"'#\n.,ab1 \\", max_size=40))
@settings(max_examples=400, deadline=None)
def test_scan_of_anything_ends_and_misses_nothing_that_is_toml(text):
    found = scan(text).lines
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(found) == paths_of(values)


# --- hostile documents ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 400_000,
        "a = " + "{a=" * 200_000,
        ".".join(["a"] * 400_000) + " = 1",
        "[" + ".".join(["a"] * 400_000) + "]",
        "\n".join(f"[{'.'.join(['a'] * 20)}.b{n}]\n" + "c.c.c.c.c=1" for n in range(9_000)),
        "a = [" + "1," * 400_000 + "]",
        "\n".join(f"k{n}=1" for n in range(100_000)),
        "[[a]]\n" * 150_000,
    ],
    ids=["arrays", "inline-tables", "key", "header", "tables", "elements", "keys", "array-tables"],
)
def test_scan_refuses_too_much_at_once(text):
    began = time.process_time()
    with pytest.raises(TooComplex):
        scan(text)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        'a = """' + '"' * 2 + "b" * 900_000,
        "'" * 900_000,
        '"' + "\\" * 900_000,
        "=" * 900_000,
        '["a"]\n' * 160_000,
        '["\\u0061"]\n' * 80_000,
        '"a"."b"."c"."d"."e"."f"."g"."h" = 1\n' * 28_000,
        '[["a"."b"]]\n["a"]\n' * 50_000,
    ],
    ids=[
        "open-string",
        "quotes",
        "escapes",
        "equals",
        "quoted-headers",
        "escaped-headers",
        "quoted-keys",
        "tables-of-tables",
    ],
)
def test_scan_of_rubbish_is_short(text):
    began = time.process_time()
    scan(text)
    assert time.process_time() - began < 0.4


def test_key_in_quotes_is_what_the_quotes_hold():
    text = """'a\\b' = 1\n"a b" = 1\n"c\\u0064" = 1\n["x"."c\\u0064".'']\n"" = 1\n"""
    assert set(scan(text).lines) == paths_of(tomllib.loads(text))
