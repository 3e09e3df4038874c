"""What is looked for is found however it is written, alike on both engines."""

import pytest
from sqlalchemy import JSON, literal, select
from sqlalchemy.orm import Session

from sandbox.kernel.search import fold, folded, lists, says

WRITTEN = "México: pingüinos, niños y «CITAS MÉDICAS» al 100 %_ de Ávila, Çeşme"


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("MEXICO", True),
        ("méxico", True),
        ("pinguinos", True),
        ("NIÑOS", True),
        ("ninos", True),
        ("citas médicas", True),
        ("avila", True),
        ("100 %_", True),
        ("100%", False),
        ("m_xico", False),
        ("%", True),
        ("citas  médicas", True),
        ("médicas niños", True),
        ("avila mexico", True),
        ("mexico madrid", False),
        ("citas médicas de dentista", False),
        (" ".join(["citas"] * 8 + ["dentista"]), True),
        ("médica dental", False),
    ],
)
def test_text_is_found_without_regard_to_case_and_accents(
    session: Session, text: str, is_there: bool
) -> None:
    assert session.scalar(select(says(text, literal(WRITTEN)))) in ({True} if is_there else {False})


def test_words_are_found_in_several_columns(session: Session) -> None:
    def found(text: str) -> bool | None:
        return session.scalar(select(says(text, literal("Citas médicas"), literal("Río Claro"))))

    assert found("rio citas")
    assert not found("rio bravo")


@pytest.mark.parametrize("text", [WRITTEN, "", "ÁÉÍÓÚÜÑáéíóúüñÀÂÄÃÅÊËÎÏÔÖÕÙÛÇ", "абв ABC ½"])
def test_database_folds_as_we_do(session: Session, text: str) -> None:
    assert session.scalar(select(folded(literal(text)))) == fold(text)


def test_nothing_is_found_in_what_is_not_there(session: Session) -> None:
    assert fold(None) is None
    assert session.scalar(select(folded(literal(None)))) is None


@pytest.mark.parametrize(
    ("code", "is_there"),
    [("young", True), ("no_need", True), ("YOUNG", False), ("Young", False), ("youn", False)],
)
def test_code_is_found_in_a_list_as_it_is_written(
    session: Session, code: str, is_there: bool
) -> None:
    codes = literal(["young", "no_need"], JSON())
    assert session.scalar(select(lists(code, codes))) in ({True} if is_there else {False})
