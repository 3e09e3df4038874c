"""A section explains the words that occur in it, and no others."""

from dataclasses import replace

import pytest

from sandbox.domain.glossary import terms_of
from sandbox.domain.packs import TermSpec, Text
from tests.domain.tiny_pack import form, option, question, text


def term(key: str, spanish: str, english: str) -> TermSpec:
    return TermSpec(key, Text({"es": spanish, "en": english}), text("What it means."))


GATE = term("gate", "Puerta", "Gate")
LEAD = term("lead", "Coordinadora", "Lead")
RELIEF = term("relief", "Facilidad", "Relief")
DAY = term("day", "Día hábil", "Business day (of the calendar)")


@pytest.mark.parametrize(
    ("spanish", "found"),
    [
        ("¿Qué puerta falta?", ["gate"]),
        ("Las PUERTAS y la coordinadora", ["gate", "lead"]),
        ("¿Qué facilidades pide?", ["relief"]),
        ("En diez días hábiles", ["day"]),
        ("El portal y las coordinadoras", ["lead"]),
        ("Un gate no es una palabra española", []),
    ],
)
def test_words_are_found_in_the_language_that_is_read(spanish: str, found: list[str]) -> None:
    asked = replace(question("a"), label=Text({"es": spanish, "en": "Nothing of it"}))
    pack = form(asked, glossary=(GATE, LEAD, RELIEF, DAY))

    assert [each.key for each in terms_of(pack, pack.sections[0], "es")] == found
    assert terms_of(pack, pack.sections[0], "en") == ()


def test_word_of_words_that_repeat_is_found_wherever_it_begins() -> None:
    pack = form(
        replace(question("a"), label=text("Gate " * 30 + "GATES  leads. Gate, lead")),
        glossary=(
            term("two", "x", "gate gate lead"),
            term("marked", "x", "gate (lead)"),
            term("listed", "x", "gate, lead"),
            term("part", "x", "gat"),
            term("nothing", "x", " "),
        ),
    )

    found = [each.key for each in terms_of(pack, pack.sections[0], "en")]
    assert found == ["two", "listed"]


def test_words_of_hints_options_and_columns_count_too() -> None:
    rows = question("rows", columns=(question("why", hint=text("The gate")),))
    choice = question("choice", options=(replace(option("a"), label=text("The relief")),))
    pack = form(question("a", hint=text("The lead")), rows, choice, glossary=(GATE, LEAD, RELIEF))

    found = [each.key for each in terms_of(pack, pack.sections[0], "en")]
    assert found == ["gate", "lead", "relief"]
