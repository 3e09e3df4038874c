"""Let the preponderant activity name the lead: what such a pack must have, and how it is told."""

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.domain.packs import PolicyPack
from sandbox.domain.routing import propose
from sandbox.domain.simulation import effects, fate
from sandbox.packs.comparing import compare
from sandbox.packs.errors import Fault
from sandbox.packs.loading import load_pack, validate
from sandbox.programme.changes import change_sentence
from sandbox.programme.simulation import effect_sentence
from sandbox.programme.summary import summary
from tests.packs.copies import MX, ask_for_activity, copy_of_mx, problems_of, replace
from tests.web.small_app import small_app

QUESTION = "sections[1].questions[2]"
RULE = "coordination.activity_question"
EMPTY = '[{value = "nets", label = {es = "Redes", en = "Nets"}}]'
TRANSPARENCY = (
    '[{value = "open", label = {es = "Abierto", en = "Open"}, competences = ["transparency"]}]'
)


@pytest.mark.parametrize(
    ("changes", "key", "fault"),
    [
        ({"key": '"activities"'}, RULE, Fault.UNKNOWN_REFERENCE),
        ({"kind": '"many"'}, RULE, Fault.NOT_ALLOWED),
        ({"required": "false"}, f"{QUESTION}.required", Fault.INCONSISTENT),
        (
            {"ask_if": '{question = "organisation_kind", equals = "company"}'},
            f"{QUESTION}.ask_if",
            Fault.INCONSISTENT,
        ),
        ({"options": EMPTY, "information": "true"}, f"{QUESTION}.options[0]", Fault.INCONSISTENT),
    ],
)
def test_question_that_would_name_no_lead_is_refused(tmp_path, changes, key, fault):
    pack = copy_of_mx(tmp_path)
    ask_for_activity(pack, **changes)
    assert [(problem.key, problem.fault) for problem in problems_of(pack)] == [(key, fault)]


def test_every_activity_is_proved_to_lead_somewhere_on_every_date(tmp_path):
    pack = copy_of_mx(tmp_path)
    ask_for_activity(pack, options=TRANSPARENCY)
    told = [proof.claim for proof in validate(pack).proofs]
    assert "Every preponderant activity leads to exactly one authority on every date." in told
    # A matter may end by succession, but then it can no longer be what names the lead.
    file = pack / "authorities.toml"
    replace(file, '["access_to_information", "transparency"]},', '["access_to_information"]},')
    replace(
        file,
        '["access_to_information", "transparency"]\nvalid_from',
        '["access_to_information"]\nvalid_from',
    )
    replace(file, 'key = "inai_2025"', 'key = "inai_2025"\nended = ["transparency"]')
    [problem] = validate(pack).problems
    assert problem.key == f"{QUESTION}.options[0].competences"
    assert problem.message == 'from 2025-03-21 on no authority could lead for "open"'


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


@pytest.fixture
def asking(tmp_path) -> PolicyPack:
    pack = copy_of_mx(tmp_path)
    ask_for_activity(pack)
    return load_pack(pack)


@pytest.mark.parametrize(
    ("language", "leads"),
    [("en", "authority of the preponderant activity leads"), ("es", "actividad preponderante")],
)
def test_rule_is_told_in_words(app: Flask, asking: PolicyPack, language, leads):
    with app.app_context(), force_locale(language):
        lines = [words for _, words in summary(asking)]
        changes = [
            change_sentence(load_pack(MX), asking, each) for each in compare(load_pack(MX), asking)
        ]
    question = asking.questions["activity"].label.in_(language)
    assert any(leads in line and question in line for line in lines)
    assert any("preponderan" in said and question in said for said in changes)


def test_simulation_names_the_activity_that_changes_the_lead(app: Flask, asking: PolicyPack):
    answers = {
        "activity": "data",
        "reliefs": [
            {"law": "lftr", "kind": "waiver", "provision": "a. 1", "asked": "x", "why": "y"}
        ],
    }
    day = date(2024, 3, 1)
    before, after = (fate(rules, answers, day, None) for rules in (load_pack(MX), asking))
    assert (before.lead, after.lead) == ("IFT", "INAI")
    told = [each for each in effects(before, after) if each.aspect.value == "lead"]
    with app.app_context(), force_locale("en"):
        [words] = [effect_sentence(load_pack(MX), asking, each) for each in told]
    assert "(preponderant activity: INAI leads)" in words
    assert propose(asking, answers, day).weights["IFT"] > 1
