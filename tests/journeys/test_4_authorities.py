"""Authorities take a case, watch over conflicts of interest, review, agree, and decide."""

from datetime import timedelta

import pytest

from sandbox.coordination import services as coordination
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application
from tests.browsing import Visitor
from tests.factories import Team, mark_criteria, take_position
from tests.journeys.story import Story

pytestmark = pytest.mark.journey
STORY = 4

ANSWERED = "No basta un aviso: nadie lo leería a tiempo."
CONDITION = "Guardar los datos de la prueba en México."
CONCERN = "Falta decir cuánto tiempo se guardan los mensajes."


def test_authorities_review_and_decide(story: Story) -> None:
    company, teams = story.company(), story.teams
    lead, associate = teams["INAI"], teams["IFT"]
    application = story.assigned(company, "INAI", "IFT")
    key, owner_email = application.id, company.owner.email
    accept_by_services(story, application, associate)
    head, first = story.window_of(lead.head), story.window_of(lead.officer)
    second = story.window_of(lead.second)

    # The head takes the case and names an officer, who has a conflict and loses the case at once.
    head.take_up("Say whether your authority takes the case")
    head.click("Send the answer", status=422)
    head.choose("answer", "accept").click("Send the answer")
    head.take_up("Name the officer for the case")
    head.choose("person", str(lead.officer.person_id)).click("Name this officer")
    first.take_up("Declare whether you have a conflict of interest")
    first.choose("answer", "conflict").fill("explanation", "Mi hermano trabaja en la empresa.")
    first.click("Declare")
    assert first.path == "/my-tasks"
    assert application_title(story, key) not in first.main
    first.goto(f"/cases/{key}", status=404)
    first.goto(f"/cases/{key}/review", status=404)
    first.goto("/applications")
    assert application_title(story, key) not in first.main

    # Another officer has none; what the company answered opens after declaring so, not before.
    head.take_up("Name the officer for the case")
    assert head.page.locator(f'[value="{lead.officer.person_id}"]').count() == 0
    head.choose("person", str(lead.second.person_id)).click("Name this officer")
    second.goto(f"/applications/{key}/submissions/1", status=404)
    second.take_up("Declare whether you have a conflict of interest")
    second.choose("answer", "none").click("Declare")
    second.goto(f"/applications/{key}/submissions/1")
    associate_takes_its_position(story, application, associate)

    second.take_up("Review the criteria")
    review(story, second)
    if second.path.endswith("/position"):
        second.choose("stance", "concur_with_conditions")
    second.click("Put the position on record", status=422)
    # A standard condition is ticked, another is written, and both are answered for.
    standard = second.page.locator("[name=standard]").first
    chosen = standard.get_attribute("value")
    standard.check()
    second.fill("conditions", CONDITION).fill("reasons", "El beneficio supera al riesgo.")
    second.click("Put the position on record", status=422)
    for asked in story.pack.proportionality:
        second.fill(f"asked_{asked.key}", ANSWERED)
    second.click("Put the position on record")

    # The rule of the programme yields the decision; the lead issues it.
    second.take_up("Decide the application")
    assert CONDITION in second.main
    assert chosen in second.main
    second.fill("remarks", "Gracias por una solicitud clara.").click("Issue the decision")
    assert second.path == f"/cases/{key}"

    owner = story.window_of(company.owner)
    story.server.newest_mail(owner_email, "SBX-")
    owner.goto(f"/cases/{key}").click("Read the decision with its reasons")
    assert CONDITION in owner.main
    assert chosen in owner.main
    assert ANSWERED in owner.main
    assert CONCERN in owner.main
    letter = owner.download("Download the letter (PDF)")
    assert letter.startswith(b"%PDF-1.7")
    owner.goto(f"/cases/{key}").click("Go to the test")


def application_title(story: Story, key: object) -> str:
    title = story.session.get_one(Application, key).title
    story.session.rollback()
    return title


def review(story: Story, officer: Visitor) -> None:
    """Mark every criterion; one is met in part, which needs a reason."""
    criteria = story.pack.criteria
    partly = next(criterion for criterion in criteria if not criterion.must_be_met)
    for criterion in criteria:
        officer.choose(f"mark_{criterion.key}", "partly" if criterion is partly else "met")
    officer.click("Save the review", status=422)
    officer.fill(f"note_{partly.key}", CONCERN).click("Save the review")


def accept_by_services(story: Story, application: Application, team: Team) -> None:
    at = story.now - timedelta(hours=12)
    with unit_of_work(story.session):
        coordination.accept_assignment(story.session, team.head, application, now=at)
    with unit_of_work(story.session):
        assert team.officer.person_id is not None
        coordination.name_officer(
            story.session, team.head, application, person_id=team.officer.person_id, now=at
        )
    with unit_of_work(story.session):
        coordination.declare_conflict(
            story.session, team.officer, application, has_conflict=False, now=at
        )


def associate_takes_its_position(story: Story, application: Application, team: Team) -> None:
    story.session.refresh(application)
    mark_criteria(story.session, application, team, now=story.now)
    take_position(story.session, application, team, now=story.now)
    story.session.rollback()
