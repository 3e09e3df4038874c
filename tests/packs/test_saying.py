"""What is wrong with a pack is said in sentences that keep their parts."""

import ast
import inspect
import re
import tomllib
from decimal import Decimal

import pytest

from config import PROJECT
from sandbox.packs.saying import Sentence, listed, sentence
from sandbox.packs.syntax import explained
from sandbox.programme.words import said
from tests.packs.speaking import in_spanish, inside

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def calls_of(name: str, source: str) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == name
    ]


def test_sentence_reads_as_english_and_is_said_with_all_its_parts():
    inner = sentence("a list of %(least)s to %(most)s entries", least=1, most=Decimal("2.5"))
    outer = sentence("must be %(allowed)s", allowed=inner)
    assert outer == "must be a list of 1 to 2.5 entries"
    assert in_spanish(outer) == "debe ser una lista de 1 a 2.5 elementos"
    assert in_spanish(listed("granted", "denied")) == "granted, denied"
    both = sentence("must be one of: %(allowed)s", allowed=(sentence("a text"), "100%"))
    assert in_spanish(both) == "debe ser una de estas palabras: un texto, 100%"
    assert said("") == in_spanish(listed()) == in_spanish(sentence("")) == ""


def test_templates_are_given_the_parts_that_they_name():
    calls = [
        call
        for file in (PROJECT / "sandbox" / "packs").rglob("*.py")
        # What the parser says is a template without parts: they are read from its own words.
        if file.name != "syntax.py"
        for call in calls_of("_l", file.read_text(encoding="utf-8"))
    ]
    wrong = []
    for call in calls:
        [template] = call.args
        assert isinstance(template, ast.Constant)
        named = set(PLACEHOLDER.findall(str(template.value)))
        if named != {part.arg for part in call.keywords}:
            wrong.append(template.value)
    assert len(calls) > 200
    assert wrong == []


def test_every_remark_of_the_parser_is_said_in_spanish():
    remarks = []
    for call in calls_of("suffixed_err", inspect.getsource(tomllib._parser)):
        words = call.args[2]
        parts = words.values if isinstance(words, ast.JoinedStr) else [words]
        remarks.append(
            "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
        )
    assert len(remarks) > 20
    for remark in remarks:
        for place, line in (("line 3, column 7", 3), ("end of document", None)):
            words, at = explained(ValueError(f"{remark} (at {place})"))
            assert (words, at) == (f"is not TOML: {remark} (at {place})", line)
            spoken = words.parts["remark"]
            assert isinstance(spoken, Sentence)
            assert spoken.template != listed().template, remark
            assert in_spanish(words).startswith("no es TOML: ")
            assert remark not in in_spanish(words)


@pytest.mark.parametrize("text", ["a = [1,", "a = 1\na = 2", 'a = "\x01"', "[a]\n[a]", "= 1"])
def test_fault_of_syntax_keeps_what_it_names(text):
    with pytest.raises(tomllib.TOMLDecodeError) as fault:
        tomllib.loads(text)
    words, _line = explained(fault.value)
    assert words == f"is not TOML: {fault.value}"
    for each in inside(words):
        for part in each.parts.values():
            assert isinstance(part, Sentence) or str(part) in in_spanish(words)


def test_what_nobody_knows_of_a_number_is_quoted():
    words, line = explained(ValueError("too many digits"))
    assert (words, line) == ("is not TOML: too many digits", None)
    assert "«too many digits»" in in_spanish(words)
