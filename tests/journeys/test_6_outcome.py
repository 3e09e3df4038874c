"""What a trial taught is drafted by one person, published by another, and open to everybody."""

import json

import pytest

from tests.journeys.story import Story
from tests.trial_factories import run_to_completion

pytestmark = pytest.mark.journey
STORY = 6

FINDINGS = "Nueve de cada diez pacientes entendieron qué aceptaban; uno no leyó el mensaje."


def test_outcome_report_is_drafted_published_and_read(story: Story) -> None:
    cast = story.trial(days_ago=120)
    run_to_completion(story.session, cast)
    reference, publisher = cast.trial.reference, story.publisher()
    story.session.rollback()
    drafter = story.window_of(cast.caseworker)

    drafter.take_up("Draft the outcome report").click("Begin the draft")
    drafter.fill("title", "Citas médicas por mensaje").fill("section-findings", FINDINGS)
    drafter.click("Save the draft")
    # The facts stand there by themselves; a report with empty parts comes back and names them.
    assert reference in drafter.main
    drafter.click("Send for publication", status=422)
    empty = [spec for spec in story.pack.report_sections if spec.required]
    for section in empty:
        link = drafter.page.locator(f'.govuk-error-summary a[href="#section-{section.key}"]')
        assert link.count() == (section.key != "findings")
    assert drafter.value("section-findings") == FINDINGS
    for section in story.pack.report_sections:
        if section.key != "findings":
            drafter.fill(f"section-{section.key}", f"{story.word(section.title)}: lo aprendido.")
    drafter.fill(f"lesson-{story.pack.principles[0].code}", "Una sola frase basta para avisar.")
    stakeholder = story.pack.stakeholders[0]
    drafter.fill(f"recommendation-{stakeholder.code}", "Aceptar el consentimiento por mensaje.")
    drafter.click("Save the draft").click("Send for publication")
    assert not drafter.has("Publish"), "Nobody publishes what they drafted themselves."

    editor = story.window_of(publisher)
    editor.take_up("Check and publish the outcome report")
    editor.page.locator("details", has=editor.page.locator('[name="reason"]')).locator(
        "summary"
    ).click()
    editor.fill("reason", "Diga cuántas personas participaron.").click("Return with this reason")
    drafter.take_up("Finish the outcome report")
    assert "Diga cuántas personas participaron." in drafter.main
    drafter.fill("section-summary", "Participaron sesenta pacientes de dos clínicas.")
    drafter.click("Save the draft").click("Send for publication")
    editor.take_up("Check and publish the outcome report").click("Publish")
    address = editor.path

    reader = story.visitor().goto(address)
    assert FINDINGS in reader.main
    assert reader.download("Download as PDF").startswith(b"%PDF-1.7")
    report = json.loads(reader.download("Download as JSON"))
    assert (report["title"], report["sections"]["findings"]) == (
        "Citas médicas por mensaje",
        FINDINGS,
    )
    reader.goto(f"/register/{reference}").press(f'main a[href="{address}"]')
    assert reader.heading == "Citas médicas por mensaje"
