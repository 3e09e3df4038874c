"""The reference says everything that the schema knows, and nothing that it does not."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.domain.packs import Operator, QuestionKind, RequirementKind
from sandbox.packs.checking import COMPARABLE
from sandbox.packs.loading import load_pack
from sandbox.packs.reference import Table, as_markdown, kinds, tables
from sandbox.packs.schemas import PartSchema
from sandbox.packs.sentences import SAYS, WORDS
from sandbox.web.pack_commands import packs
from tests.packs.copies import problems_of, replace
from tests.packs.handbook import REFERENCE, tutorial_pack


def title(table: Table) -> str:
    return SAYS[type(table.schema)].title


def sections() -> dict[str, list[list[str]]]:
    """The rows of each section's last table, by the section's heading."""
    found = {}
    for part in as_markdown().split("\n## ")[1:]:
        heading, _, text = part.partition("\n")
        lines = [line for line in text.split("\n\n")[-1].splitlines() if line.startswith("|")]
        found[heading] = [line.strip("| ").split(" | ") for line in lines[2:]]
    return found


def test_every_schema_has_its_table_once() -> None:
    described = [type(table.schema) for table in tables()]
    assert len(described) == len(set(described))
    assert set(described) == set(SAYS) == schemas_below(PartSchema)


def schemas_below(schema: type[PartSchema]) -> set[type[PartSchema]]:
    room = schema.__module__.rpartition(".")[0]
    return {each for each in schema.__subclasses__() if each.__module__.startswith(f"{room}.")}


@pytest.mark.parametrize("table", tables(), ids=title)
def test_every_key_has_a_sentence_and_no_other_word_has_one(table: Table) -> None:
    said = SAYS[type(table.schema)].keys
    assert list(said) == list(table.schema.fields)
    assert [key for key, sentence in said.items() if not sentence.endswith(".")] == []


@pytest.mark.parametrize("table", tables(), ids=title)
def test_every_key_stands_in_the_table_of_the_page(table: Table) -> None:
    written = [row[0].strip("`") for row in sections()[title(table)]]
    assert [key for key in written if key != "parts"] == list(table.schema.fields)


def test_every_place_of_a_condition_says_which_questions_it_looks_at() -> None:
    places = {
        (key, title(table).lower())
        for table in tables()
        for key, kind in kinds(table.schema).items()
        if kind.words == "condition"
    }
    _, _, after = as_markdown().partition("Which questions a condition may look at:\n")
    rows = [line for line in after.strip().split("\n\n")[0].splitlines() if line[:3] == "| `"]
    told = [(key, name) for key, name in places if any(f"`{key}`" in r and name in r for r in rows)]
    assert places == set(told)


def test_every_word_of_a_closed_list_is_explained() -> None:
    lists = {
        kind.choices
        for table in tables()
        for kind in kinds(table.schema).values()
        if kind.choices is not None
    }
    assert {*lists, Operator} == set(WORDS)
    for words, meanings in WORDS.items():
        assert list(meanings) == list(words)
    assert {QuestionKind, RequirementKind} <= lists


def test_the_page_is_what_the_command_writes(tmp_path: Path) -> None:
    out = tmp_path / "reference.md"
    result = CliRunner().invoke(packs, ["reference", "-o", str(out)])
    assert result.exit_code == 0
    assert result.output == f"{out}: {len(SAYS)} tables\n"
    assert out.read_text(encoding="utf-8") == REFERENCE.read_text(encoding="utf-8"), (
        "The page is old: flask --app wsgi packs reference -o docs/packs/reference.md"
    )


def test_links_of_the_page_lead_to_its_headings() -> None:
    text = as_markdown()
    anchors = {heading.lower().replace(" ", "-") for heading in sections()}
    wanted = {part.partition(")")[0] for part in text.split("](#")[1:]}
    assert wanted == anchors


# --- what the page says is what happens ---------------------------------------------------------


VALUES = {
    Operator.EQUALS: '"yes"',
    Operator.NOT_EQUALS: '"yes"',
    Operator.ONE_OF: '["yes"]',
    Operator.INCLUDES: '"yes"',
    Operator.AT_LEAST: "1",
    Operator.AT_MOST: "1",
    Operator.ANSWERED: "true",
}
OPTIONS = """options = [
  {value = "yes", label = {en = "Yes", es = "Sí"}},
  {value = "other", label = {en = "Other", es = "Otro"}},
]
"""
COLUMNS = """columns = [
  {key = "one", kind = "text", information = true, label = {en = "One", es = "Uno"}},
]
"""


@pytest.mark.parametrize("operator", Operator)
@pytest.mark.parametrize("kind", QuestionKind)
def test_an_operator_is_taken_for_the_kinds_that_the_page_names(
    tmp_path: Path, operator: Operator, kind: QuestionKind
) -> None:
    rows = {row[0].strip("`"): row for row in sections()["Conditions"]}
    named = rows[operator.value][3].replace("`", "").split(", ")
    pack = tutorial_pack(tmp_path)
    parts = {"choice": OPTIONS, "many": OPTIONS, "rows": COLUMNS}.get(kind.value, "")
    value = "2026-01-01" if kind is QuestionKind.DATE and "at_" in operator else VALUES[operator]
    question = (
        f'[[sections.questions]]\nkey = "asked"\nkind = "{kind}"\n'
        f'label = {{en = "Asked", es = "Se pide"}}\n{parts}'
    )
    looks = (
        '[[sections.questions]]\nkey = "looks"\nkind = "text"\ninformation = true\n'
        'label = {en = "Looks", es = "Mira"}\n'
        f'ask_if = {{question = "asked", {operator} = {value}}}\n'
    )
    with (pack / "form.toml").open("a", encoding="utf-8") as form:
        form.write(question + looks)
    problems = problems_of(pack)
    is_named = kind.value in named or named == ["every kind"]
    assert is_named is (kind in COMPARABLE[operator])
    told = [problem for problem in problems if "cannot be compared" in problem.message]
    assert bool(told) is not is_named
    assert is_named is not bool(problems)


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_key_is_taken_for_the_kinds_that_the_page_names(
    tmp_path: Path, kind: QuestionKind
) -> None:
    rows = {row[0].strip("`"): row for row in sections()["Kinds of question"]}
    own = {key.strip("`") for key in rows[kind.value][2].split(", ")}
    keys = {
        "options": OPTIONS,
        "columns": COLUMNS,
        "points": "points = 1\n",
        "max_words": "max_words = 1\n",
        "minimum": "minimum = 0\n",
        "maximum": "maximum = 1\n",
        "unit": 'unit = {en = "metres", es = "metros"}\n',
    }
    pack = tutorial_pack(tmp_path)
    with (pack / "form.toml").open("a", encoding="utf-8") as form:
        form.write(
            f'[[sections.questions]]\nkey = "asked"\nkind = "{kind}"\n'
            'label = {en = "Asked", es = "Se pide"}\ninformation = true\n' + "".join(keys.values())
        )
    refused = {
        problem.key.rpartition(".")[2]
        for problem in problems_of(pack)
        if f'of kind "{kind}" has no' in problem.message
    }
    assert refused == set(keys) - own


def test_defaults_of_the_page_are_those_of_a_pack(tmp_path: Path) -> None:
    question = load_pack(tutorial_pack(tmp_path)).questions["test_plan"]
    rows = {row[0].strip("`"): row for row in sections()["Question"]}
    shown = {None: "none", (): "empty", True: "`true`", False: "`false`"}
    unwritten = [
        key for key in rows if key not in ("key", "kind", "label", "max_words", "criteria")
    ]
    for key in unwritten:
        value = getattr(question, key)
        number = isinstance(value, int) and not isinstance(value, bool)
        assert rows[key][2] == (f"`{value}`" if number else shown[value]), key


def test_a_key_that_the_page_does_not_name_is_refused(tmp_path: Path) -> None:
    pack = tutorial_pack(tmp_path)
    replace(pack / "tiers.toml", "participants_cap", "participants_limit")
    [problem] = problems_of(pack)
    assert "is not a key here" in problem.message


def test_limits_name_every_bound_of_the_code() -> None:
    limits = dict(sections()["Limits"])
    assert limits == {
        "files": "40",
        "bytes of a file": "1,048,576",
        "bytes of a pack": "4,194,304",
        "levels of tables in tables": "24",
        "values of a pack": "20,000",
        "entries of a list": "500",
        "characters of a text": "10,000",
        "a number, and an amount in cents": "1,000,000,000,000,000",
        "digits after the point of a number": "6",
        "points that all answers together may give": "1,000",
        "comparisons to prove one condition": "200,000",
        "comparisons for all proofs of a pack": "2,000,000",
    }
