"""Let a pack hear companies before it decides: how it is told, and what a new version changes."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.domain.packs import Announceable, PreliminaryResultSpec
from sandbox.packs.comparing import compare
from sandbox.packs.errors import Fault
from sandbox.packs.loading import load_pack
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.domain.tiny_pack import tiny_pack
from tests.packs.copies import announce_first, copy_of_mx, problems_of
from tests.packs.copies import replace as spoil
from tests.web.small_app import small_app

NONE = tiny_pack()
WITH = tiny_pack(
    preliminary_result=PreliminaryResultSpec(
        (Announceable.DECLINED, Announceable.ADMITTED_WITH_CONDITIONS)
    )
)
LESS = replace(WITH, preliminary_result=PreliminaryResultSpec((Announceable.DECLINED,)))


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.mark.parametrize(
    ("language", "told", "gained", "lost"),
    [
        (
            "en",
            (
                "The company is told first, and may comment, before this is decided: "
                "“not admitted”, “admitted with conditions”."
            ),
            (
                "The pack: Preliminary result was nothing and is now “not admitted”, “admitted "
                "with conditions”."
            ),
            "Preliminary result: outcomes announced first lose admitted with conditions.",
        ),
        (
            "es",
            (
                "Antes de resolver esto se da a conocer a la empresa, que puede comentarlo: «no "
                "admitida», «admitida con condiciones»."
            ),
            (
                "El paquete: Resultado preliminar pasa de nada a «no admitida», «admitida con "
                "condiciones»."
            ),
            (
                "Resultado preliminar: en resultados que antes se dan a conocer se quita admitida "
                "con condiciones."
            ),
        ),
    ],
)
def test_hearing_is_told_in_words(
    app: Flask, language: str, told: str, gained: str, lost: str
) -> None:
    with app.app_context(), force_locale(language):
        assert told in [words for _, words in summary(WITH)]
        assert told not in [words for _, words in summary(NONE)]
        assert [change_sentence(NONE, WITH, each) for each in compare(NONE, WITH)] == [gained]
        assert [change_sentence(WITH, LESS, each) for each in compare(WITH, LESS)] == [lost]


# --- faults --------------------------------------------------------------------------------------

RULES = "coordination.toml"
PART = '[preliminary_result]\noutcomes = ["declined"]\n'
TERM = 'length = 10\nsilence = "none"\n'


def test_copy_that_hears_companies_is_sound(tmp_path: Path) -> None:
    pack = copy_of_mx(tmp_path)
    announce_first(pack, "declined")
    assert problems_of(pack) == ()
    assert load_pack(pack).preliminary_result == PreliminaryResultSpec((Announceable.DECLINED,))


@pytest.mark.parametrize(
    ("old", "new", "at", "key", "fault"),
    [
        ('["declined"]', "[]", "outcomes", "preliminary_result.outcomes", Fault.NOT_ALLOWED),
        (
            '["declined"]',
            '["redirected"]',
            '"redirected"]',
            "preliminary_result.outcomes[0]",
            Fault.NOT_ALLOWED,
        ),
        (
            '["declined"]',
            '["declined", "declined"]',
            'outcomes = ["declined", "declined"]',
            "preliminary_result.outcomes[1]",
            Fault.DUPLICATE,
        ),
        (
            'outcomes = ["declined"]\n',
            "",
            "[preliminary",
            "preliminary_result.outcomes",
            Fault.MISSING,
        ),
        (PART, "", 'key = "comment"', "clocks[6].key", Fault.INCONSISTENT),
        (
            TERM,
            TERM.replace("none", "granted"),
            'silence = "granted"',
            "clocks[6].silence",
            Fault.NOT_ALLOWED,
        ),
        (TERM, TERM.replace("10", "0"), "length = 0", "clocks[6].length", Fault.NOT_ALLOWED),
        (
            TERM,
            f'{TERM}stops_in = ["returned"]\n',
            'stops_in = ["returned"]\n',
            "clocks[6].stops_in",
            Fault.NOT_ALLOWED,
        ),
    ],
)
def test_fault_of_a_hearing_is_named(
    tmp_path: Path, old: str, new: str, at: str, key: str, fault: Fault
) -> None:
    pack = copy_of_mx(tmp_path)
    announce_first(pack, "declined", stops=False)
    file = pack / RULES
    text = file.read_text(encoding="utf-8")
    before, own = text.split("\n[preliminary_result]")
    assert old in f"[preliminary_result]{own}"
    file.write_text(
        f"{before}\n" + f"[preliminary_result]{own}".replace(old, new, 1), encoding="utf-8"
    )
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == (key, fault)
    tail = file.read_text(encoding="utf-8").removeprefix(before)
    line = before.count("\n") + 1 + tail.partition(at)[0].count("\n")
    assert problem.line == line


def test_result_without_a_term_to_answer_is_refused(tmp_path: Path) -> None:
    pack = copy_of_mx(tmp_path)
    spoil(pack / RULES, "[fast_answer]", f"{PART}\n[fast_answer]")
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("clocks", Fault.MISSING)


def test_term_stands_still_only_where_a_result_is_announced(tmp_path: Path) -> None:
    pack = copy_of_mx(tmp_path)
    spoil(pack / RULES, '"information_requested"]', '"information_requested", "preliminary"]')
    found = {(problem.key, problem.fault) for problem in problems_of(pack)}
    assert found == {("clocks[0].stops_in[2]", Fault.INCONSISTENT)}


def test_term_of_a_position_stands_still_for_no_hearing(tmp_path: Path) -> None:
    pack = copy_of_mx(tmp_path)
    announce_first(pack, "declined")
    spoil(pack / RULES, '= ["information_requested"]', '= ["information_requested", "preliminary"]')
    [problem] = problems_of(pack)
    assert (problem.key, problem.fault) == ("clocks[2].stops_in[1]", Fault.NOT_ALLOWED)
