"""Let a pack promise a fast answer: how it is told, and what a new version changes."""

from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.domain.packs import ClockUnit, FastAnswerSpec, FastSilence
from sandbox.packs.comparing import compare
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.domain.tiny_pack import text, tiny_pack
from tests.web.small_app import small_app

NONE = tiny_pack()
WITH = tiny_pack(
    fast_answer=FastAnswerSpec(1, ClockUnit.MONTHS, text("Binds nobody."), FastSilence.NO_RULE)
)


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.mark.parametrize(
    ("language", "told", "untold", "gained", "longer"),
    [
        (
            "en",
            (
                "Fast answer: each competent authority says within 1 month whether any rule "
                "applies; silence counts as if no rule applied."
            ),
            "The authorities are not asked whether any rule applies.",
            (
                "The pack: Fast answer was nothing and is now 1 month; silence counts as if no "
                "rule applied; “Binds nobody.”."
            ),
            "Fast answer: length was 1 and is now 2.",
        ),
        (
            "es",
            (
                "Respuesta rápida: cada autoridad competente dice en 1 mes si aplica alguna regla; "
                "el silencio cuenta como si ninguna regla aplicara."
            ),
            "No se pregunta a las autoridades si aplica alguna regla.",
            (
                "El paquete: Respuesta rápida pasa de nada a 1 mes; el silencio cuenta como si "
                "ninguna regla aplicara; «Binds nobody.»."
            ),
            "Respuesta rápida: duración pasa de 1 a 2.",
        ),
    ],
)
def test_fast_answer_is_told_in_words(
    app: Flask, language: str, told: str, untold: str, gained: str, longer: str
) -> None:
    assert WITH.fast_answer is not None
    later = replace(WITH, fast_answer=replace(WITH.fast_answer, length=2))
    with app.app_context(), force_locale(language):
        lines = [words for _, words in summary(WITH)]
        assert lines[lines.index(told) + 1] == "Binds nobody."
        assert untold not in lines
        assert untold in [words for _, words in summary(NONE)]
        assert [change_sentence(NONE, WITH, each) for each in compare(NONE, WITH)] == [gained]
        assert [change_sentence(WITH, later, each) for each in compare(WITH, later)] == [longer]
