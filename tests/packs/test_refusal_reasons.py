"""Let a pack name its reasons for refusals: how they are told, and what a new version changes."""

from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import force_locale

from config import PACKS
from sandbox.domain.packs import RefusalReasonSpec
from sandbox.packs.comparing import compare
from sandbox.packs.loading import load_pack
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.domain.tiny_pack import text, tiny_pack
from tests.web.small_app import small_app

NONE = tiny_pack()
CRITERION = NONE.criteria[0]
UNFIT = RefusalReasonSpec("unfit", text("Unfit"), text("Mend it."), CRITERION.key)
ELSEWHERE = RefusalReasonSpec("elsewhere", text("Elsewhere"))
WITH = replace(NONE, refusal_reasons=(UNFIT, ELSEWHERE))
OTHER = replace(NONE, refusal_reasons=(replace(UNFIT, criterion=None), ELSEWHERE))


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.mark.parametrize(
    ("language", "heading", "gained", "lost", "freed"),
    [
        (
            "en",
            "Reasons for refusal, of which one at least is given:",
            (
                "Reason for refusal “{}”: added with text: “Mend it.”; "
                "criterion that it belongs to: {}."
            ),
            "Reason for refusal “{}”: removed.",
            "Reason for refusal “{}”: criterion that it belongs to was {} and is now nothing.",
        ),
        (
            "es",
            "Motivos de negativa, de los que se da al menos uno:",
            (
                "Motivo de negativa «{}»: se agrega con texto: «Mend it.»; "
                "criterio al que pertenece: {}."
            ),
            "Motivo de negativa «{}»: se quita.",
            "Motivo de negativa «{}»: criterio al que pertenece pasa de {} a nada.",
        ),
    ],
)
def test_reasons_are_told_in_words(
    app: Flask, language: str, heading: str, gained: str, lost: str, freed: str
) -> None:
    with app.app_context(), force_locale(language):
        lines = [words for _, words in summary(WITH)]
        place = lines.index(heading)
        name = CRITERION.name.in_(language)
        quoted = f"“{name}”" if language == "en" else f"«{name}»"
        assert lines[place + 1 : place + 3] == [f"Unfit: Mend it. [{quoted}]", "Elsewhere"]
        assert heading not in [words for _, words in summary(NONE)]
        added = [change_sentence(NONE, WITH, each) for each in compare(NONE, WITH)]
        assert added[0] == gained.format("Unfit", quoted)
        assert len(added) == 2
        removed = [change_sentence(WITH, NONE, each) for each in compare(WITH, NONE)]
        assert removed[1] == lost.format("Elsewhere")
        [changed] = [change_sentence(WITH, OTHER, each) for each in compare(WITH, OTHER)]
        assert changed == freed.format("Unfit", quoted)


@pytest.mark.parametrize(
    ("folder", "number"), [("mx/1.0.0", 8), ("eu-ai-act/1.0.0", 7), ("eu-ai-act/1.1.0", 7)]
)
def test_each_programme_has_a_reason_for_every_criterion_that_must_be_met(
    folder: str, number: int
) -> None:
    pack = load_pack(PACKS / folder)
    assert len(pack.refusal_reasons) == number
    covered = {each.criterion for each in pack.refusal_reasons}
    assert covered >= {each.key for each in pack.criteria if each.must_be_met}
    # And one at least for what fails no criterion, such as a prohibited use.
    assert None in covered
