"""A trial is planned, passes its gates, is watched, stopped, resumed and completed."""

from datetime import timedelta

import pytest

from sandbox.domain.packs import RequirementKind
from tests.browsing import Visitor
from tests.journeys.story import Story
from tests.trial_factories import GROUND, work_the_gate

pytestmark = pytest.mark.journey
STORY = 5

PLAN_TEXT = "Sesenta pacientes de dos clínicas, con consentimiento por mensaje."
PDF = b"%PDF-1.4\n% an invented document\n%%EOF\n"


def test_trial_is_planned_and_enters_its_first_live_stage(story: Story) -> None:
    cast = story.trial(days_ago=2)
    tier = story.pack.tier(cast.trial.tier)
    trial, upcoming = f"/trials/{cast.trial.id}", tier.stages[1]
    story.session.rollback()
    company, lead = story.window_of(cast.company), story.window_of(cast.lead.officer)

    company.take_up("Write the plan of the test and agree to it")
    for field in story.pack.plan_fields:
        company.fill(f"plan-{field.key}", PLAN_TEXT)
    company.click("Save the plan").click("Agree to this plan")
    lead.take_up("Read the plan of the test and agree to it")
    assert PLAN_TEXT in lead.main
    lead.click("Agree to this plan")

    # The tier names every answer that counted, and the plan of its stages is drawn.
    why = lead.page.locator("[aria-labelledby=tier-heading]").text_content() or ""
    assert cast.trial.tiering["reasons"]
    for reason in cast.trial.tiering["reasons"]:
        assert reason["label"][story.language] in why
        assert (reason["answer"] or {}).get(story.language, "") in why
    story.session.rollback()
    assert all(story.word(stage.name) in lead.main for stage in tier.stages)
    drawing = lead.page.locator("svg[aria-labelledby^='stage-plan']")
    assert drawing.is_visible()
    assert drawing.locator(".app-plan__today-text").text_content() == lead.say("Today")
    assert lead.control("Enter the stage “%(stage)s”", stage=story.word(upcoming.name)).count() == 0

    # Requirement by requirement the gate opens.
    windows = {"company": company, "lead": lead, "secretariat": story.window_of(cast.caseworker)}
    for condition in tier.start_conditions:
        windows[condition.owner].goto(f"{trial}/start-conditions/{condition.key}")
        windows[condition.owner].choose("state", "met").click("Save")
    for requirement in upcoming.gate:
        if requirement.kind is RequirementKind.APPROVAL:
            lead.goto(trial).press(f'a[href$="/{requirement.key}/approve"]')
            lead.fill("note", "Todo está listo.").click("Approve", within="main")
    lead.goto("/my-tasks")
    lead.take_up("Enter the next stage: its gate is open")
    lead.click("Enter the stage “%(stage)s”", stage=story.word(upcoming.name))
    assert story.word(upcoming.purpose) in lead.main


def test_trial_is_watched_stopped_and_resumed(story: Story) -> None:
    cast = story.running_trial(days_ago=60)
    trial = f"/trials/{cast.trial.id}"
    metrics = story.pack.tier(cast.trial.tier).metrics
    story.session.rollback()
    company, lead = story.window_of(cast.company), story.window_of(cast.lead.officer)
    associate = story.window_of(cast.associate.officer)

    # A report with readings: one is a warning. The lead returns it once, then accepts it.
    company.goto(trial).click("Hand in a report")
    company.click("Hand in the report", status=422)
    today = story.now - timedelta(days=1)
    for part, value in (("day", today.day), ("month", today.month), ("year", today.year)):
        company.fill(f"measured_on-{part}", str(value))
    company.fill("participants", "60").fill("places", "2")
    company.fill("narrative", "Sin quejas graves; dos demoras.")
    for key in metrics:
        metric = story.pack.metric(key)
        company.fill(f"metric-{key}", str(metric.warning if key == metrics[0] else metric.target))
    company.click("Hand in the report")
    lead.take_up("Accept or return the monitoring report")
    lead.choose("verdict", "return").click("Save the decision", status=422)
    lead.fill("remark", "Diga cuánto duraron las demoras.").click("Save the decision")
    company.take_up("Correct the monitoring report that came back")
    assert company.value("metric-" + metrics[0]) != ""
    company.fill("narrative", "Dos demoras, de una hora cada una.").click("Hand in the report")
    lead.take_up("Accept or return the monitoring report")
    lead.choose("verdict", "accept").click("Save the decision")

    # An associate stops the test with one reason; it goes on when it and the lead agree.
    associate.goto(trial).click("Suspend the test")
    associate.click("Suspend the test now", status=422)
    associate.choose("ground", GROUND)
    associate.fill("reason", "Se cayó la red de mensajes.").click("Suspend the test now")
    story.server.newest_mail(story.person(cast.company).email, "SBX-")
    company.goto(trial)
    assert "Se cayó la red de mensajes." in company.main
    assert not company.has("Agree that the test goes on")
    associate.goto(trial).click("Agree that the test goes on")
    lead.take_up("Decide whether the suspended test may go on")
    lead.click("Agree that the test goes on")
    assert not lead.has("Agree that the test goes on")
    assert lead.has("Suspend the test")


def test_trial_is_completed(story: Story) -> None:
    cast = story.running_trial(days_ago=100)
    work_the_gate(story.session, cast)
    exit_stage = story.pack.tier(cast.trial.tier).stages[-1]
    completion = story.pack.tier(cast.trial.tier).completion
    trial = f"/trials/{cast.trial.id}"
    story.session.rollback()
    company, lead = story.window_of(cast.company), story.window_of(cast.lead.officer)

    lead.take_up("Enter the next stage: its gate is open")
    lead.click("Enter the stage “%(stage)s”", stage=story.word(exit_stage.name))
    for requirement in completion:
        if requirement.kind is RequirementKind.DOCUMENT:
            hand_in(company, trial, requirement.key)
        else:
            lead.goto(trial).press(f'a[href$="/{requirement.key}/approve"]')
            lead.click("Approve", within="main")
    lead.take_up("Complete the test: everything is in place")
    lead.click("Complete the test", status=422)
    kind = story.pack.exit_kinds[1]
    lead.choose("exit_kind", kind.code).click("Complete the test", within="main form")
    assert not lead.has("Suspend the test")
    company.goto(trial)
    visitor = story.visitor().goto(f"/register/{cast.trial.reference}")
    assert story.word(kind.name) in visitor.main


def hand_in(company: Visitor, trial: str, requirement: str) -> None:
    company.goto(trial).press(f'a[href$="/{requirement}/document"]')
    company.click("Hand in the document", status=422)
    company.attach("document", "informe.pdf", PDF, "application/pdf")
    company.click("Hand in the document")
    assert "informe.pdf" in company.main
