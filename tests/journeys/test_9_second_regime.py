"""The same platform carries a case of another regime, from its form to its published report."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.domain.packs import (
    AnswerValue,
    Ending,
    RequirementKind,
    RequirementSpec,
    TierSpec,
    Who,
)
from sandbox.domain.routing import propose
from sandbox.models import Application
from sandbox.packs import active
from tests.browsing import LiveServer, Visitor, serve
from tests.databases import Databases, PostgresqlStore, connect
from tests.factories import Team
from tests.journeys.filling import believable_answers, fill_section
from tests.journeys.story import Story
from tests.trial_factories import DOCUMENT

pytestmark = pytest.mark.journey
STORY = 9

REGIME = "eu-ai-act"
# A system for which the Act sets no requirements of its own: one authority is competent.
ANSWERS: dict[str, AnswerValue] = {
    "practices": ["none"],
    "regulated_product": "none",
    "high_risk_areas": ["none"],
    "transparency_uses": ["none"],
    "personal_data": "no",
    "real_world": "no",
}
WAIVED = (
    RequirementKind.MINIMUM_DAYS,
    RequirementKind.REPORT_ACCEPTED,
    RequirementKind.METRICS_WITHIN,
)
"""What takes weeks: the pack lets the authority waive it with a reason."""


@pytest.fixture(scope="module")
def european_server(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases
) -> Iterator[LiveServer]:
    """The production server of the other regime, on the database of production."""
    store = databases.store("postgresql")
    assert isinstance(store, PostgresqlStore)
    with serve(tmp_path_factory.mktemp("european"), store, PACK_CODE=REGIME) as server:
        yield server
    active.install(PACKS, "mx")


@pytest.fixture
def language() -> str:
    """One language will do: that every page speaks both is shown by the stories before."""
    return "en"


@pytest.fixture
def story(
    european_server: LiveServer, language: str, new_context: Callable[..., BrowserContext]
) -> Iterator[Story]:
    """An empty platform of the other regime; nothing else differs."""
    active.install(PACKS, REGIME)
    european_server.empty()
    engine = connect(european_server.app.config["SQLALCHEMY_DATABASE_URI"])
    with Session(engine) as session:
        yield Story(european_server, language, session, new_context, f"{STORY}a")
    engine.dispose()


def test_case_of_another_regime_runs_from_its_form_to_its_report(story: Story) -> None:
    company, caseworker = story.company("Aurora Clínica"), story.caseworker
    owner, staff = story.window_of(company.owner), story.window_of(caseworker)
    authorities = story.teams
    answers = believable_answers(story, ANSWERS)

    # The company applies.
    home = owner.goto("/applications").click("Start an application").click("Start now").path
    for section in story.pack.sections:
        owner.goto(f"{home}/sections/{section.key}")
        fill_section(owner, section, answers)
        owner.click("Save and continue")
        if owner.path.partition("#")[0] == f"{home}/sections/{section.key}":
            fill_section(owner, section, answers)
            owner.click("Save and continue")
    owner.goto(f"{home}/check").click("Send the application")
    assert "AIS-" in owner.main
    key = home.rpartition("/")[2]

    # The secretariat finds it complete and asks the authorities that the rules propose.
    staff.take_up("Check whether the application is complete").click("Start the check")
    staff.click("It is complete: go on to the authorities").click("See the proposed authorities")
    proposed = propose(story.pack, answers, story.now.date())
    assert proposed.lead is not None
    staff.click("Confirm and ask them")
    teams = [authorities[code] for code in (proposed.lead, *proposed.associates)]
    officers = [takes_the_case(story, team, key) for team in teams]
    for officer in officers:
        review(story, officer)
    lead = officers[0]
    lead.take_up("Decide the application").click("Issue the decision")
    owner.goto(f"/cases/{key}").click("Read the decision with its reasons")
    assert story.word(story.pack.programme.appeals) in owner.main

    # The test runs through the stages of its tier.
    story.server.run_jobs()
    owner.goto(f"/cases/{key}").click("Go to the test")
    trial, tier = owner.path, tier_of(story, key)
    plan(story, owner, officers, trial)
    windows = {Who.COMPANY: owner, Who.LEAD: lead, Who.SECRETARIAT: staff}
    for condition in tier.start_conditions:
        window = windows[condition.owner].goto(f"{trial}/start-conditions/{condition.key}")
        window.choose("state", "met").click("Save")
    for stage in tier.stages[1:]:
        for requirement in stage.gate:
            satisfy(windows, trial, requirement)
        lead.take_up("Enter the next stage: its gate is open")
        lead.click("Enter the stage “%(stage)s”", stage=story.word(stage.name))
    for requirement in tier.completion:
        satisfy(windows, trial, requirement)
    lead.take_up("Complete the test: everything is in place")
    kind = story.pack.exits(Ending.COMPLETED)[0]
    lead.choose("exit_kind", kind.code).click("Complete the test", within="main form")

    # What was learned is published by somebody else, and stands in the register.
    address = publish(story, staff, owner)
    visitor = story.visitor().goto(address)
    assert "Lo que enseñó la prueba" in visitor.main
    assert visitor.download("Download as PDF").startswith(b"%PDF-1.7")
    visitor.goto("/register").look_narrow()
    assert "AIS-" in visitor.main
    for word in ("INAI", "COFECE", "México", "Mexico"):
        assert word not in visitor.page.content()


def takes_the_case(story: Story, team: Team, key: str) -> Visitor:
    """Let a head take the case and name an officer, who has no conflict; return the officer."""
    head, officer = story.window_of(team.head), story.window_of(team.officer)
    head.take_up("Say whether your authority takes the case")
    head.choose("answer", "accept").click("Send the answer")
    head.take_up("Name the officer for the case")
    head.choose("person", str(team.officer.person_id)).click("Name this officer")
    officer.take_up("Declare whether you have a conflict of interest")
    officer.choose("answer", "none").click("Declare")
    return officer


def review(story: Story, officer: Visitor) -> None:
    """Find every criterion met and concur."""
    officer.take_up("Review the criteria")
    for criterion in story.pack.criteria:
        officer.choose(f"mark_{criterion.key}", "met")
    officer.click("Save the review")
    if not officer.path.endswith("/position"):
        officer.take_up("Take your authority's position")
    officer.choose("stance", "concur").fill("reasons", "Lo muestra la solicitud.")
    officer.click("Put the position on record")


def tier_of(story: Story, key: str) -> TierSpec:
    application = story.session.get_one(Application, UUID(key))
    tier = story.pack.tier(application.tier)
    story.session.rollback()
    return tier


def plan(story: Story, owner: Visitor, officers: list[Visitor], trial: str) -> None:
    """Write the plan; the company and every authority agree to it."""
    owner.goto(f"{trial}/plan")
    for spec in story.pack.plan_fields:
        owner.fill(f"plan-{spec.key}", "Como dice la solicitud.")
    owner.click("Save the plan").click("Agree to this plan")
    for officer in officers:
        officer.goto(f"{trial}/plan").click("Agree to this plan")


def satisfy(windows: dict[Who, Visitor], trial: str, requirement: RequirementSpec) -> None:
    """Bring what a requirement asks for, by the party that it names."""
    lead = windows[Who.LEAD]
    match requirement.kind:
        case RequirementKind.APPROVAL:
            lead.goto(trial).press(f'a[href$="/{requirement.key}/approve"]')
            lead.click("Approve", within="main")
        case RequirementKind.DOCUMENT:
            window = windows[requirement.by].goto(trial)
            window.press(f'a[href$="/{requirement.key}/document"]')
            window.attach("document", "prueba.pdf", DOCUMENT, "application/pdf")
            window.click("Hand in the document")
        case kind if kind in WAIVED:
            lead.goto(trial).press(f'a[href$="/{requirement.key}/waive"]')
            lead.fill("reason", "La prueba fue breve.").click("Waive the requirement")


def publish(story: Story, drafter: Visitor, company: Visitor) -> str:
    """Draft the report, let the company agree and another person publish it; return its address."""
    drafter.take_up("Draft the outcome report").click("Begin the draft")
    drafter.fill("title", "Lo que enseñó la prueba")
    for section in story.pack.report_sections:
        drafter.fill(f"section-{section.key}", f"{story.word(section.title)}: hecho.")
    drafter.fill(f"lesson-{story.pack.principles[0].code}", "Una lección.")
    drafter.fill(f"recommendation-{story.pack.stakeholders[0].code}", "Una recomendación.")
    drafter.click("Save the draft").click("Send for publication")
    company.take_up("Say whether the outcome report may be published")
    company.click("Agree to publish this report")
    editor = story.window_of(story.publisher())
    editor.take_up("Check and publish the outcome report").click("Publish")
    return editor.path
