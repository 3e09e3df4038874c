"""`packs show` and its page tell everything of a pack that decides something or is chosen from."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.domain.gates import GateFacts, gate_state
from sandbox.domain.packs import PolicyPack, RequirementKind, Text, Who
from sandbox.packs.checking import each_text
from sandbox.packs.comparing import compare
from sandbox.packs.loading import load_pack
from sandbox.programme.changes import change_sentence
from sandbox.programme.diagram import diagram
from sandbox.programme.summary import summary
from tests.packs.copies import DATA
from tests.web.small_app import small_app

PACKS = ("mx", "eu-ai-act")
# What is only read on the page that it belongs to, and decides nothing: the words around a form.
AROUND = ("programme", "sections", "eligibility", "calls", "fast_answer")
HINTS = ("hint", "help", "example", "intro", "purpose", "open_cases", "unit", "text")


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def texts_that_decide(pack: PolicyPack) -> Iterator[tuple[str, Text]]:
    for path, text in each_text(pack):
        named = [step for step in path if isinstance(step, str)]
        if named[0] not in AROUND and named[-1] not in HINTS:
            yield ".".join(map(str, path)), text


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", PACKS)
def test_every_text_that_decides_is_told(app: Flask, code: str, language: str) -> None:
    pack = load_pack(DATA / code / "1.0.0")
    with app.app_context(), force_locale(language):
        told = "\n".join(words for _, words in summary(pack))
    untold = [
        path
        for path, text in texts_that_decide(pack)
        if " ".join(text.in_(language).split()) not in told
    ]
    assert untold == []
    for question in pack.questions.values():
        assert " ".join(question.label.in_(language).split()) in told
        for option in question.options:
            assert " ".join(option.label.in_(language).split()) in told


@pytest.mark.parametrize("code", PACKS)
def test_plan_that_is_left_to_the_platform_is_agreed_by_people(app: Flask, code: str) -> None:
    pack = load_pack(DATA / code / "1.0.0")
    [spec] = [
        each
        for tier in pack.tiers
        for stage in tier.stages
        for each in stage.gate
        if (each.kind, each.by) == (RequirementKind.PLAN_AGREED, Who.PLATFORM)
    ]
    tier = next(tier for tier in pack.tiers if any(spec in each.gate for each in tier.stages))
    # Whom the gate asks is what the words say.
    asked = gate_state([spec], GateFacts(lead="A", associates=("B",)), None).requirements[0]
    assert asked.missing_parties == {"company", "A", "B"}
    with app.app_context(), force_locale("en"):
        told = [words for _, words in summary(pack)]
        drawn = diagram(pack, [tier])
    assert f"{spec.label.in_('en')} [plan agreed; the company and every authority]" in told
    assert "The company and every authority:" in " ".join(re.sub(r"<[^>]*>", " ", drawn).split())


@pytest.mark.parametrize("code", PACKS)
def test_remedies_never_refer_to_the_letter_in_which_they_stand(code: str) -> None:
    pack = load_pack(DATA / code / "1.0.0")
    remedies = [pack.remedy_against(each) for each in (None, *(a.code for a in pack.authorities))]
    said = [text for remedy in remedies for text in remedy.by_language.values()]
    assert len(said) == 2 * (1 + len(pack.authorities))
    assert [text for text in said if "letter" in text or "carta" in text] == []


def test_what_is_new_is_told_with_all_that_stands_in_it(app: Flask) -> None:
    pack = load_pack(DATA / "mx" / "1.0.0")
    bare = replace(
        pack,
        successions=(),
        suspension_windows=(),
        suspension_grounds=(),
        retention=(),
        round_tables=None,
    )
    with app.app_context(), force_locale("en"):
        told = {each.path: change_sentence(bare, pack, each) for each in compare(bare, pack)}
        gone = {each.path: change_sentence(pack, bare, each) for each in compare(pack, bare)}
    assert "day on which it begins: 17 October 2025" in told["successions.ift_2025"]
    assert "CNA (competences: “Competition in telecommunications" in told["successions.ift_2025"]
    assert "business days: 15" in told["suspension_windows.crt_beginning"]
    assert told["retention.accounts"].endswith("months that records are kept: 24.")
    assert "fewest people who take part: 6" in told["round_tables"]
    assert gone["round_tables"].endswith(" and is now nothing.")
    assert gone["retention.accounts"].endswith(": removed.")
