"""The page about the programme names the authorities of yesterday, today and tomorrow."""

from datetime import date

from sandbox.authorities.listing import list_by_time
from tests.factories import pack
from tests.pages import JudgingClient

TODAY = date(2026, 3, 2)


def test_about_page_shows_who_takes_over_and_whose_meetings_are_registered(
    client: JudgingClient,
) -> None:
    page = client.get("/about").text
    for words in ("INAI", "SABG", "LMTR, artículo 20", "La sucederá CRT", "El registro es público"):
        assert words in page, words
    assert "Autoridades anteriores" not in page


def test_listing_follows_what_was_applied_and_not_the_day_alone() -> None:
    before = list_by_time(pack(), TODAY, frozenset())
    assert [each.spec.code for each in before.current] == ["INAI", "IFT", "COFECE"]
    assert [each.spec.code for each in before.prepared] == ["SABG", "TPP", "CRT", "CNA"]
    assert before.former == ()

    after = list_by_time(pack(), TODAY, frozenset({"INAI", "IFT"}))
    assert [each.spec.code for each in after.current] == ["COFECE", "SABG", "TPP", "CRT", "CNA"]
    assert after.prepared == ()
    assert [(each.spec.code, [code for code, _ in each.now]) for each in after.former] == [
        ("INAI", ["SABG", "TPP"]),
        ("IFT", ["CRT", "CNA"]),
    ]
