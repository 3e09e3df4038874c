"""Tell the rules of round tables and consultations; the law check leaves every post a way."""

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.packs.loading import load_pack
from sandbox.programme.summary import consultation_words, round_table_words, summary
from tests.packs.copies import DATA, MX, copy_of_mx
from tests.web.small_app import small_app

EU = DATA / "eu-ai-act" / "1.0.0"

UNDER_THE_RULE = {
    "en": "Under the Chatham House rule at least 6 people from 4 organisations take part",
    "es": "Bajo la regla de Chatham House participan al menos 6 personas de 4 organizaciones",
}
HOLDS_NONE = {
    "en": ("The programme holds no round tables.", "The programme holds no consultations."),
    "es": ("El programa no celebra mesas de diálogo.", "El programa no celebra consultas."),
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.mark.parametrize("language", ["es", "en"])
def test_rules_of_the_dialogue_are_told_whole(app, language):
    pack = load_pack(MX)
    with app.app_context(), force_locale(language):
        told = list(round_table_words(pack))
        asked = list(consultation_words(pack))
        every_line = [words for _, words in summary(pack)]
    assert told[1].startswith(UNDER_THE_RULE[language])
    assert all(words in every_line for words in [*told, *asked])
    numbers = " ".join(told + asked)
    rules, consultations = pack.round_tables, pack.consultations
    for number in (rules.least_of_sector, rules.objection_days, consultations.least_days,
                   consultations.reply_days, consultations.smallest_count,
                   consultations.least_answers):  # fmt: skip
        assert f" {number} " in numbers


def test_list_of_those_who_took_part_is_told_only_where_it_is_kept(app):
    with app.app_context(), force_locale("en"):
        assert "No list of those who took part is kept." in round_table_words(load_pack(MX))
        kept = [words for words in round_table_words(load_pack(EU)) if "custodians" in words]
    assert len(kept) == 1
    assert kept[0].startswith("A sealed list of those who took part is kept for 24 months; ")


@pytest.mark.parametrize("language", ["es", "en"])
def test_programme_without_dialogue_says_so(app, tmp_path, language):
    folder = copy_of_mx(tmp_path)
    path = folder / "outcomes.toml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: whole.index("# How round tables are held")], encoding="utf-8")
    with app.app_context(), force_locale(language):
        pack = load_pack(folder)
        assert (*round_table_words(pack), *consultation_words(pack)) == HOLDS_NONE[language]
