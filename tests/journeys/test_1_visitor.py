"""A visitor learns what the sandbox is, whether it is for them, and what tests have shown."""

import json
from datetime import date

import pytest

from sandbox.access.permissions import P
from sandbox.kernel.actors import system_actor
from sandbox.kernel.db import unit_of_work
from sandbox.round_tables.services import register_round_table
from tests.journeys.story import Story

pytestmark = pytest.mark.journey
STORY = 1

PROMISING = {
    "uses_ai": "yes",
    "in_mexico": "yes",
    "harmful_practice": "no",
    "stage_reached": "prototype",
    "obstacle": "forbidden",
    "whose_rule": "programme",
    "can_be_limited": "yes",
    "can_compensate": "yes",
}


def test_visitor_gets_an_honest_answer(story: Story) -> None:
    visitor = story.visitor().goto("/")
    assert visitor.page.title().startswith(story.word(story.pack.programme.title))
    visitor.click("Check whether it is for you")
    rules = {rule.key: story.word(rule.reason) for rule in story.pack.eligibility.rules}

    # Nothing is answered: every question is named, and each line leads to its question.
    visitor.click("See the answer", status=422)
    links = visitor.page.locator(".govuk-error-summary a")
    asked = [q for q in story.pack.eligibility.questions if q.ask_if is None]
    assert links.count() == len(asked)
    links.first.click()
    assert visitor.page.locator(':focus[name="q_uses_ai"]').count() == 1

    # A promising project, of which one answer is still missing: what was chosen stays.
    for name, value in PROMISING.items():
        if name not in ("can_compensate", "whose_rule"):
            visitor.choose(f"q_{name}", value)
    visitor.click("See the answer", status=422)
    assert visitor.page.locator('[name="q_obstacle"][value="forbidden"]').is_checked()
    visitor.choose("q_whose_rule", "programme").choose("q_can_compensate", "yes")
    visitor.click("See the answer")
    assert visitor.heading == story.word(story.pack.eligibility.verdicts["likely"])
    assert rules["rule_forbids"] in visitor.main
    assert visitor.has("Create an account and apply")

    # The same project without a rule in its way is told that it needs no sandbox, and why.
    visitor.click("Answer the questions again")
    for name, value in (PROMISING | {"obstacle": "nothing"}).items():
        if name != "whose_rule":
            visitor.choose(f"q_{name}", value)
    visitor.click("See the answer")
    assert visitor.heading == story.word(story.pack.eligibility.verdicts["guidance"])
    assert rules["no_obstacle"] in visitor.main
    assert not visitor.has("Create an account and apply")
    assert story.server.count_rows() == 0, "The check is anonymous: nothing may be stored."


def test_visitor_reads_the_register_and_a_report(story: Story) -> None:
    report = story.published_report()
    table = register_a_round_table(story)
    visitor = story.visitor().goto("/")

    visitor.page.locator(f'main a[href="/register/{report.reference}"]').wait_for()
    visitor.press('main a[href="/register"]')
    visitor.press(f'a[href="/register/{report.reference}"]')
    assert visitor.heading == report.title
    names = [story.word(stage.name) for stage in story.pack.tier("minimal").stages]
    assert all(name in visitor.main for name in names)

    visitor.press('header a[href="/reports"]')
    visitor.press(f'a[href="/reports/{report.slug}"]')
    assert visitor.heading == report.title
    assert report.findings in visitor.main
    assert visitor.download("Download as PDF").startswith(b"%PDF-")
    assert json.loads(visitor.download("Download as JSON"))["title"] == report.title

    visitor.press('header a[href="/round-tables"]')
    visitor.press(f'a[href="/round-tables/{table}"]')
    for page in ("about", "questions", "glossary", "accessibility", "privacy", "open-data"):
        visitor.press(f'footer a[href="/{page}"]')


def register_a_round_table(story: Story) -> str:
    registrar = system_actor("tests", P.ROUND_TABLE_REGISTER.value)
    texts = {"es": "Mesa con autoridades y empresas", "en": "Table of authorities and companies"}
    with unit_of_work(story.session):
        table = register_round_table(
            story.session,
            registrar,
            held_on=date(2024, 3, 14),
            host="INAI",
            regime=None,
            title=texts,
            purpose={"es": "Hablar de pruebas vigiladas.", "en": "To talk of supervised tests."},
            audience={"es": "Empresas y autoridades", "en": "Companies and authorities"},
            note={"es": "", "en": ""},
            now=story.now,
        )
    slug = table.slug
    story.session.rollback()
    return slug
