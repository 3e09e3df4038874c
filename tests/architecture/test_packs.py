"""No rule of a programme stands in the code: what a pack names, only packs name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from sandbox.domain import packs
from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking import NEEDED_CLOCKS, NEEDED_RELIEF_COLUMNS, each_text
from sandbox.packs.loading import load_packs
from tests.architecture.reading import modules, place, templates, tree_of

PACKS = {pack.code: pack for pack in load_packs()}
CODE = list(modules())
FORMAT = frozenset(
    {
        *NEEDED_CLOCKS,
        *NEEDED_RELIEF_COLUMNS,
        "exit_report",  # the term for the report on an ended test, where a pack has one
        "information_answer",  # the term of an information request, where a pack has one
        *(
            word
            for part in vars(packs).values()
            if isinstance(part, type)
            for word in (
                *(field.name for field in (fields(part) if is_dataclass(part) else ())),
                *((member.value for member in part) if issubclass(part, StrEnum) else ()),
            )
        ),
    }
)
"""What the format itself names, and every pack must therefore call so."""
COINCIDENCES = {
    "sandbox/accounts/labels.py": {"public_body", "civil_society"},  # kinds of organisation
    "sandbox/accounts/views.py": {"tax_id"},  # a field of the form for an organisation
    "sandbox/coordination/letters/typesetting.py": {"next_steps"},  # a heading of the letter
    "sandbox/coordination/preliminary.py": {"next_steps"},  # the same heading, in other words
    # Fields and kinds of organisations, and the words of its texts that depend on the story.
    "sandbox/web/demo/applying.py": {"start_date"},
    "sandbox/web/demo/answers.py": {"start_date"},
    "sandbox/web/demo/generating.py": {"start_date", "tax_id"},
    "sandbox/web/demo/planning.py": {"public_body", "civil_society"},
    "sandbox/web/demo/retelling.py": {"tax_id"},
    "sandbox/web/demo/world.py": {"tax_id"},
}
"""Words of the platform's own that a pack happens to use for a thing of its own."""
SHORTEST_SENTENCE = 35
QUOTED = re.compile(r"""['"]([\w/.-]+)['"]""")


def names_of(pack: PolicyPack) -> set[str]:
    """List the keys and codes that are this pack's own and no words that anybody might use."""
    found = {authority.code for authority in pack.authorities}
    found |= {competence.code for competence in pack.competences}
    found |= {pack.programme.reference_prefix, pack.currency, pack.calendar.timezone, pack.code}
    found |= {each.code for each in (*pack.exit_kinds, *pack.principles, *pack.stakeholders)}
    for part in (
        pack.clocks,
        pack.criteria,
        pack.prohibited_uses,
        pack.hard_rules,
        pack.metrics,
        pack.plan_fields,
        pack.incident_classes,
        pack.relief_kinds,
        pack.report_sections,
        pack.sections,
        pack.eligibility.rules,
        pack.suspension_windows,
        pack.successions,
    ):
        found |= {each.key for each in part}
    for question in (*pack.questions.values(), *pack.eligibility.questions):
        for each in (question, *question.columns):
            found |= {each.key, *(option.value for option in each.options)}
    for tier in pack.tiers:
        found |= {tier.key, *(condition.key for condition in tier.start_conditions)}
        for gate in (*(stage.gate for stage in tier.stages), tier.completion):
            found |= {requirement.key for requirement in gate}
        found |= {stage.key for stage in tier.stages}
    return {name for name in found if is_distinctive(name)} - FORMAT


def is_distinctive(name: str) -> bool:
    """Tell a name from a plain word, which code may use without meaning the pack."""
    return "_" in name or "-" in name or "/" in name or (name.isupper() and len(name) > 2)


def constants(path: Path) -> Iterator[tuple[int, str]]:
    """Walk over the texts in a module that it works with: docstrings only explain."""
    tree = tree_of(path)
    explaining = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in explaining:
            yield node.lineno, node.value


@pytest.mark.parametrize("code", PACKS)
def test_no_name_of_a_pack_stands_in_the_code(code: str) -> None:
    names = names_of(PACKS[code])
    assert len(names) > 100
    found = {
        place(path, line): text
        for path in CODE
        for line, text in constants(path)
        if text in names - COINCIDENCES.get(place(path), set())
    }
    assert found == {}


@pytest.mark.parametrize("code", PACKS)
def test_no_authority_of_a_pack_is_named_in_code_or_templates(code: str) -> None:
    codes = "|".join(re.escape(authority.code) for authority in PACKS[code].authorities)
    word = re.compile(rf"\b({codes})\b")
    found = {
        place(path, line): text
        for path in CODE
        for line, text in constants(path)
        if word.search(text)
    }
    found |= {place(path): "" for path in templates() if word.search(path.read_text())}
    assert found == {}


@pytest.mark.parametrize("code", PACKS)
def test_no_name_of_a_pack_stands_in_a_template(code: str) -> None:
    names = names_of(PACKS[code])
    found = {
        place(path): name
        for path in templates()
        for name in QUOTED.findall(path.read_text())
        if name in names
    }
    assert found == {}


@pytest.mark.parametrize("code", PACKS)
def test_no_sentence_of_a_pack_stands_in_code_or_templates(code: str) -> None:
    sentences = {
        words
        for _, text in each_text(PACKS[code])
        for words in text.by_language.values()
        if len(words) >= SHORTEST_SENTENCE
    }
    assert len(sentences) > 300
    texts = [(place(path, line), text) for path in CODE for line, text in constants(path)]
    texts += [(place(path), path.read_text()) for path in templates()]
    everything = "\n".join(text for _, text in texts)
    known = {words for words in sentences if words in everything}
    assert [where for where, text in texts if any(words in text for words in known)] == []
