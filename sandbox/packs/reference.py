"""Write the reference of the packs' format from the schema by which packs are read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import missing

from sandbox.domain.packs import Operator, QuestionKind, RequirementKind
from sandbox.packs import schemas
from sandbox.packs.checking import COMPARABLE, ONLY_WITH, WHO
from sandbox.packs.fields import (
    LARGEST_NUMBER,
    LONGEST_LIST,
    LONGEST_TEXT,
    MOST_DECIMALS,
    Kind,
    comparable_values,
)
from sandbox.packs.files import MOST_BYTES, MOST_BYTES_A_FILE, MOST_FILES
from sandbox.packs.proving import MOST_POINTS
from sandbox.packs.proving.judging import SHARE, WHOLE
from sandbox.packs.reading import MOST_LEVELS, MOST_VALUES
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences import PARTS, SAYS, WORDS
from sandbox.packs.source import MOST_PROBLEMS


@dataclass(frozen=True, slots=True)
class Table:
    """Hold one table of the schema with the places in the file where it may stand."""

    schema: PartSchema
    places: tuple[str, ...]


_INTRO = """\
# Reference of a policy pack

This page is written by `flask --app wsgi packs reference -o docs/packs/reference.md` from the rules
by which packs are read. Do not edit it by hand. To learn how a pack is built, begin with the
[tutorial](tutorial.md); for short answers see the [recipes](recipes.md).

A table is named with its place in the file. `[programme]` stands once. `[[tiers]]` is one entry of
a list, and `[[tiers.stages]]` one entry of a list inside the entry above it. A key that is not
named here is refused, so that a misspelt key cannot be a rule that silently does not apply.
"""


_CONDITIONS = """\
A condition stands behind `ask_if`, `required_if` and `when`. It compares the answer to one question
with a value, `{question = …, operator = value}`, or combines conditions. It is never code.

- `{all = [ … ]}` holds when every condition in the list holds.
- `{any = [ … ]}` holds when at least one holds.
- `{not = { … }}` holds when the condition inside does not.

```toml
# Cameras that see people, and the boat sails among others or at night.
when = {all = [
  {question = "cameras", equals = "people"},
  {any = [
    {question = "area", equals = "harbour"},
    {question = "at_night", equals = "yes"},
  ]},
]}
```

A question that is not asked, or not answered, stands in no relation to any value: every comparison
with it fails, `not_equals` included. To say “not answered”, write
`{not = {question = …, answered = true}}`.

Which questions a condition may look at:

| condition | questions |
|---|---|
| `ask_if` or `required_if` of a question | those before it, in the form or in the check |
| `ask_if` or `required_if` of a column | those before the question, and the columns before it |
| `when` of a prohibited use, a hard rule or a priority | those of the whole form |
| `when` of a rule of the check | those of the check |

The operators, and the kinds of question with which each may be used:"""


def tables() -> tuple[Table, ...]:
    """List every table of a pack once, in the order of the schema."""
    found: dict[type[PartSchema], tuple[PartSchema, list[str]]] = {}
    for schema, place in _walk(schemas.PackSchema(), "", ()):
        found.setdefault(type(schema), (schema, []))[1].append(place)
    return tuple(Table(schema, tuple(places)) for schema, places in found.values())


def kinds(schema: PartSchema) -> Mapping[str, Kind]:
    """Describe the values of a table's keys."""
    return {name: _kind(each) for name, each in schema.fields.items()}


def as_markdown() -> str:
    """Write the whole reference. Raises: KeyError for a key of the schema that has no sentence."""
    parts = [_INTRO, _contents()]
    parts += [_table(table) for table in tables()]
    parts += [_question_kinds(), _requirement_kinds(), _conditions(), _words(), _limits()]
    return "\n".join(parts)


def _walk(
    schema: PartSchema, place: str, above: tuple[type[PartSchema], ...]
) -> Iterator[tuple[PartSchema, str]]:
    yield schema, place
    for name, kind in kinds(schema).items():
        # The columns of a question are questions, but have no columns themselves.
        if isinstance(kind.inner, PartSchema) and type(kind.inner) not in above:
            path = f"{place.strip('[]')}.{name}".lstrip(".")
            here = f"[[{path}]]" if kind.is_list else f"[{path}]"
            yield from _walk(kind.inner, here, (*above, type(schema)))


def _kind(field: Any) -> Kind:
    kind: Kind = field.kind
    return kind


# --- the tables ----------------------------------------------------------------------------------


def _contents() -> str:
    titles = [SAYS[type(table.schema)].title for table in tables()]
    titles += ["Kinds of question", "Kinds of requirement", "Conditions", "Words", "Limits"]
    return "\n".join(f"- [{title}](#{_anchor(title)})" for title in titles) + "\n"


def _table(table: Table) -> str:
    says = SAYS[type(table.schema)]
    rows = [
        (
            f"`{name}`",
            _linked(kind),
            _needed(table.schema, name),
            kind.allowed,
            says.keys[name],
        )
        for name, kind in kinds(table.schema).items()
    ]
    if type(table.schema) is schemas.PackSchema:
        rows.insert(4, ("`parts`", "list, each a file name", "`[]`", "", PARTS))
    places = ", ".join(f"`{place}`" for place in table.places if place)
    return _section(
        says.title,
        [*([places] if places else []), says.about],
        ("key", "value", "required or default", "allowed", "what it does"),
        rows,
    )


def _linked(kind: Kind) -> str:
    if not isinstance(kind.inner, PartSchema):
        return kind.words
    title = SAYS[type(kind.inner)].title
    return f"{kind.words}: [{title}](#{_anchor(title)})"


def _needed(schema: PartSchema, name: str) -> str:
    field = schema.fields[name]
    if field.required:
        return "required"
    default: object = field.load_default
    if default is missing:
        [default] = (
            each.default if each.default is not MISSING else _made(each.default_factory)
            for each in fields(schema.part)
            if each.name == name
        )
    return _shown(_made(default))


def _made(default: Any) -> object:
    return default() if callable(default) else default


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "`true`" if value else "`false`"
        case StrEnum():
            return f'`"{value.value}"`'
        case int() | date():
            return f"`{value}`"
        case _:
            return "empty"


# --- what goes across tables ---------------------------------------------------------------------


def _question_kinds() -> str:
    rows = [
        (
            f"`{kind.value}`",
            WORDS[QuestionKind][kind],
            _listed(key for key, able in ONLY_WITH.items() if kind in able),
            _listed(operator.value for operator, able in COMPARABLE.items() if kind in able),
        )
        for kind in QuestionKind
    ]
    about = (
        "Some keys of a question go only with some kinds, and each kind can be compared in its own "
        "ways."
    )
    return _section(
        "Kinds of question", [about], ("kind", "the answer", "keys of its own", "compared by"), rows
    )


def _requirement_kinds() -> str:
    rows = [
        (f"`{kind.value}`", WORDS[RequirementKind][kind], _listed(who.value for who in WHO[kind]))
        for kind in RequirementKind
    ]
    about = (
        "A requirement is judged on the stage that is left through its gate. The first stage "
        "reports nothing, so the gate after it cannot ask for `report_accepted` or "
        "`metrics_within`. Where `plan_agreed` is left to the `platform`, the company and "
        "every authority must agree."
    )
    return _section("Kinds of requirement", [about], ("kind", "it holds when", "by one of"), rows)


def _conditions() -> str:
    rows = [
        (
            f"`{operator.value}`",
            WORDS[Operator][operator],
            comparable_values(operator),
            "every kind"
            if len(COMPARABLE[operator]) == len(QuestionKind)
            else _listed(kind.value for kind in COMPARABLE[operator]),
        )
        for operator in Operator
    ]
    return _section(
        "Conditions", [_CONDITIONS], ("operator", "holds when", "value", "kinds of question"), rows
    )


def _words() -> str:
    shown = (QuestionKind, RequirementKind, Operator)
    lists: dict[type[StrEnum], list[str]] = {}
    for table in tables():
        for name, kind in kinds(table.schema).items():
            if kind.choices is not None and kind.choices not in shown:
                lists.setdefault(kind.choices, []).append(name)
    rows = [
        (_listed(dict.fromkeys(names)), f"`{word.value}`", WORDS[words][word])
        for words, names in lists.items()
        for word in words
    ]
    return _section(
        "Words", ["What the words of closed lists mean."], ("key", "word", "meaning"), rows
    )


def _limits() -> str:
    bounds = (
        ("files", MOST_FILES),
        ("bytes of a file", MOST_BYTES_A_FILE),
        ("bytes of a pack", MOST_BYTES),
        ("levels of tables in tables", MOST_LEVELS),
        ("values of a pack", MOST_VALUES),
        ("entries of a list", LONGEST_LIST),
        ("characters of a text", LONGEST_TEXT),
        ("a number, and an amount in cents", LARGEST_NUMBER),
        ("digits after the point of a number", MOST_DECIMALS),
        ("points that all answers together may give", MOST_POINTS),
        ("comparisons to prove one condition", SHARE),
        ("comparisons for all proofs of a pack", WHOLE),
    )
    about = [
        "A pack beyond these limits is refused.",
        (
            "The last two bound what validation may cost, so that no pack makes it slow. Each "
            "condition has its fair share of both, so one that is costly refuses no other. Where "
            "a condition hangs on so many answers that its share does not suffice, nobody has "
            "proved whether it can ever hold: the pack is refused at that condition, and "
            "splitting it helps."
        ),
        f"At most {MOST_PROBLEMS} faults are shown at a time.",
    ]
    return _section("Limits", about, ("of", "at most"), [(of, f"{most:,}") for of, most in bounds])


def _section(
    title: str, about: list[str], head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> str:
    lines = [f"## {title}", ""]
    for paragraph in about:
        lines += [paragraph, ""]
    lines += [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, ""])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
