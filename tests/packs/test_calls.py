"""Let a pack take applications in calls: what is proved of them, and how they are told."""

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.packs.comparing import compare
from sandbox.packs.errors import Fault
from sandbox.packs.loading import load_pack, validate
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.packs.copies import MX, add_calls, copy_of_mx, take_outside_calls
from tests.web.small_app import small_app

SPRING = 'key = "spring"\nfirst_day = 2026-03-01\nlast_day = 2026-05-31\nplaces = 1'
AUTUMN = 'key = "autumn"\nfirst_day = 2026-09-01'
LATE = 'key = "late"\nfirst_day = 2027-06-02\nplaces = 4'


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def test_calls_that_follow_one_another_are_proved_apart(tmp_path):
    pack = copy_of_mx(tmp_path)
    add_calls(pack, AUTUMN, SPRING)
    found = validate(pack)
    assert (found.problems, found.warnings) == ((), ())
    assert "At most one call is open on any day." in [proof.claim for proof in found.proofs]


def test_more_than_a_year_without_a_call_is_odd(tmp_path):
    pack = copy_of_mx(tmp_path)
    add_calls(pack, SPRING, LATE)
    [warning] = validate(pack).warnings
    assert (warning.key, warning.fault) == ("calls[1].first_day", Fault.ODD)
    assert warning.message == "no call is open for 366 days before this one"


def test_time_without_a_call_is_not_odd_where_applications_are_taken_outside(tmp_path):
    pack = copy_of_mx(tmp_path)
    add_calls(pack, SPRING, LATE)
    take_outside_calls(pack)
    found = validate(pack)
    assert (found.problems, found.warnings) == ((), ())
    [proof] = [each for each in found.proofs if each.claim.startswith("At most one call")]
    assert proof.how.endswith("or was sent outside the calls.")


@pytest.mark.parametrize(
    ("language", "told", "change"),
    [
        (
            "en",
            "Outside the calls, applications may be sent at any time; no places are counted.",
            "The pack: applications may be sent outside the calls was no and is now yes.",
        ),
        (
            "es",
            (
                "Fuera de las convocatorias, las solicitudes pueden enviarse en cualquier momento; "
                "no se cuentan lugares."
            ),
            (
                "El paquete: las solicitudes pueden enviarse fuera de las convocatorias "
                "pasa de no a sí."
            ),
        ),
    ],
)
def test_way_outside_the_calls_is_told_in_words(app, tmp_path, language, told, change):
    calls_alone, both = copy_of_mx(tmp_path / "alone"), copy_of_mx(tmp_path / "both")
    for folder in (calls_alone, both):
        add_calls(folder, SPRING)
    take_outside_calls(both)
    old, new = load_pack(calls_alone), load_pack(both)
    with app.app_context(), force_locale(language):
        assert told in [words for _, words in summary(new)]
        assert told not in [words for _, words in summary(old)]
        assert [change_sentence(old, new, each) for each in compare(old, new)] == [change]


@pytest.mark.parametrize(
    ("language", "first", "second", "always", "change"),
    [
        (
            "en",
            "Call spring: from 1 March 2026 to 31 May 2026; 1 place",
            "Call autumn: from 1 September 2026 on",
            "Applications may be sent at any time.",
            "Call “Call spring”: added with text: “Call spring”; first day: 1 March 2026;",
        ),
        (
            "es",
            "Convocatoria spring: del 1 de marzo de 2026 al 31 de mayo de 2026; 1 lugar",
            "Convocatoria autumn: desde el 1 de septiembre de 2026",
            "Las solicitudes pueden enviarse en cualquier momento.",
            "Convocatoria «Convocatoria spring»: se agrega con texto: «Convocatoria spring»;",
        ),
    ],
)
def test_calls_are_told_in_words(app, tmp_path, language, first, second, always, change):
    folder = copy_of_mx(tmp_path)
    add_calls(folder, AUTUMN, SPRING)
    old, new = load_pack(MX), load_pack(folder)
    with app.app_context(), force_locale(language):
        told = [words for _, words in summary(new)]
        assert told.index(first) < told.index(second)
        assert always not in told
        assert always in [words for _, words in summary(old)]
        changes = [change_sentence(old, new, each) for each in compare(old, new)]
    [added] = [words for words in changes if words.startswith(change)]
    assert added.endswith(": 1.")  # the number of places
