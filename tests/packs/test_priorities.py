"""Let a pack put applications before others: how it is told, faults, and what a version changes."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from config import PACKS
from sandbox.domain.answers import priorities
from sandbox.domain.packs import Answers, Compare, Operator, PrioritySpec, QuestionKind
from sandbox.packs.comparing import compare
from sandbox.packs.errors import Fault
from sandbox.packs.loading import load_pack
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.domain.tiny_pack import text, tiny_pack
from tests.packs.copies import copy_of_mx, problems_of
from tests.web.small_app import small_app

NONE = tiny_pack()
ASKED = next(each for each in NONE.questions.values() if each.kind is QuestionKind.YES_NO)
FIRST = PrioritySpec(
    "small", text("Small"), text("Article 62."), Compare(ASKED.key, Operator.EQUALS, "yes")
)
WITH = replace(NONE, priorities=(FIRST,))


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.mark.parametrize(
    ("language", "heading", "yes", "gained", "lost"),
    [
        ("en", "Priority", "“Yes”", "Priority “Small”: added with ", "Priority “Small”: removed."),
        ("es", "Prioridad", "«Sí»", "Prioridad «Small»: se agrega", "Prioridad «Small»: se quita."),
    ],
)
def test_priority_is_told_in_words(
    app: Flask, language: str, heading: str, yes: str, gained: str, lost: str
) -> None:
    with app.app_context(), force_locale(language):
        lines = [words for _, words in summary(WITH)]
        place = lines.index(heading)
        assert lines[place + 1].startswith("Small: ")
        assert lines[place + 1].endswith(yes)
        assert lines[place + 2] == "Article 62."
        assert heading not in [words for _, words in summary(NONE)]
        [added] = [change_sentence(NONE, WITH, each) for each in compare(NONE, WITH)]
        assert added.startswith(gained)
        assert "Article 62." in added
        [removed] = [change_sentence(WITH, NONE, each) for each in compare(WITH, NONE)]
        assert removed == lost


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({"participant_kind": "sme", "sme_in_union": "yes"}, ["small_company"]),
        ({"participant_kind": "startup", "sme_in_union": "yes"}, ["small_company"]),
        ({"participant_kind": "startup", "sme_in_union": "no"}, []),
        # Left behind by a change of mind, and asked of nobody who is large.
        ({"participant_kind": "large", "sme_in_union": "yes"}, []),
        ({}, []),
    ],
)
def test_small_companies_of_the_union_come_first(
    version: str, answers: Answers, codes: list[str]
) -> None:
    pack = load_pack(PACKS / "eu-ai-act" / version)
    assert [each.code for each in priorities(pack, answers)] == codes


def written(code: str, when: str) -> str:
    return (
        f'\n[[priorities]]\ncode = "{code}"\nname = {{es = "Antes", en = "First"}}\n'
        f'reason = {{es = "Así se acordó.", en = "So it was agreed."}}\nwhen = {when}\n'
    )


CLOSED = '{question = "ethics_opinion", answered = true}'  # may be marked as confidential
USE = '{question = "prohibited_practices", includes = "social_scoring"}'


@pytest.mark.parametrize(
    ("whens", "faults"),
    [
        ([USE], []),
        ([USE, USE], [("priorities[1].code", Fault.DUPLICATE)]),
        (
            ['{question = "nobody", equals = "yes"}'],
            [("priorities[0].when.question", Fault.UNKNOWN_REFERENCE)],
        ),
        (
            ["{all = [" + USE + ", {not = " + USE + "}]}"],
            [("priorities[0].when", Fault.UNREACHABLE)],
        ),
        ([CLOSED], [("priorities[0].when.question", Fault.INCONSISTENT)]),
        (
            ["{any = [" + USE + ", {not = " + CLOSED + "}]}"],
            [("priorities[0].when.any[1].not.question", Fault.INCONSISTENT)],
        ),
    ],
)
def test_faults_of_priorities_are_named(
    tmp_path: Path, whens: list[str], faults: list[tuple[str, Fault]]
) -> None:
    pack = copy_of_mx(tmp_path)
    file = pack / "coordination.toml"
    own = "".join(written("first", when) for when in whens)
    file.write_text(file.read_text(encoding="utf-8") + own, encoding="utf-8")
    assert [(each.key, each.fault) for each in problems_of(pack)] == faults
