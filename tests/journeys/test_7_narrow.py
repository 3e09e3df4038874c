"""On the narrowest telephone nobody has to scroll sideways, whatever their role."""

from collections.abc import Iterable

import pytest

from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.models import Person
from sandbox.trials import services as trials
from tests.factories import start_review
from tests.journeys.story import Story

pytestmark = pytest.mark.journey
STORY = 7

NARROW = {"viewport": {"width": 320, "height": 640}}


def test_public_pages_fit_a_narrow_window(story: Story) -> None:
    # Words that are wider than the window, as they come and as nobody should write them.
    report = story.published_report(f"Electroencefalografía interinstitucional {'muy' * 30}larga")
    visitor = story.visitor(**NARROW)
    for page in ("", "eligibility", "register", "reports", "round-tables", "about", "open-data"):
        visitor.goto(f"/{page}")
    for page in ("sign-in", "register-account", "reset-password", "confirm"):
        visitor.goto(f"/{page}")
    visitor.goto(f"/register/{report.reference}").goto(f"/reports/{report.slug}")
    visitor.goto("/nowhere", status=404)


def test_pages_of_a_company_fit_a_narrow_window(story: Story) -> None:
    company = story.company()
    draft, sent = story.draft(company).id, story.submitted(company).id
    form, receipt = f"/applications/{draft}", f"/applications/{sent}/submissions/1"
    sections = [f"{form}/sections/{section.key}" for section in story.pack.sections]
    look_at_all(
        story,
        company.owner,
        ("/my-tasks", "/applications", "/inbox", "/account", "/organisation", "/applications/new"),
        (form, *sections, f"{form}/check", f"/cases/{sent}", receipt, f"{receipt}/receipt"),
    )


def test_pages_of_staff_fit_a_narrow_window(story: Story) -> None:
    cast = story.running_trial(days_ago=60)
    company, trial = story.company("Telemedicina del Norte"), f"/trials/{cast.trial.id}"
    decided, waiting = cast.trial.application_id, story.in_triage(company).id
    shared = story.assigned(company, "INAI", "IFT")
    start_review(story.session, shared, cast.lead, cast.associate, now=story.now)
    case = f"/cases/{shared.id}"
    look_at_all(
        story,
        story.caseworker,
        ("/my-tasks", "/applications", "/outcomes", f"/applications/{waiting}/triage"),
        (f"/cases/{waiting}/routing", f"/cases/{waiting}/routing/change", f"/cases/{decided}"),
    )
    look_at_all(
        story,
        cast.lead.officer,
        ("/my-tasks", "/authority", "/trials", trial, f"{trial}/plan", f"{trial}/suspend"),
        (case, f"{case}/review", f"{case}/position", f"{case}/information-request"),
        (f"{case}/decision/issue", f"/cases/{decided}/decision"),
    )
    with unit_of_work(story.session):
        incident = trials.open_incident(
            story.session,
            cast.company,
            cast.trial,
            class_key=story.pack.incident_classes[0].key,
            what_happened="Se cayó.",
            persons_affected=1,
            is_complete=False,
            now=story.now,
        )
    told = f"{trial}/incidents/{incident.id}"
    look_at_all(
        story,
        cast.company,
        (f"{trial}/reports/new", f"{trial}/incidents/new", f"{told}/complete", trial),
    )
    look_at_all(story, cast.lead.officer, (f"{told}/answer", trial))
    now = {"trial": cast.trial, "incident": incident, "now": story.now}
    with unit_of_work(story.session):
        trials.complete_incident(
            story.session, cast.company, report="Un cable.", persons_affected=1, **now
        )
    with unit_of_work(story.session):
        trials.react_to_incident(story.session, cast.lead.officer, reaction="Cámbienlo.", **now)
    look_at_all(story, cast.lead.officer, (f"{told}/close",))


def look_at_all(story: Story, person: Person | Actor, *addresses: Iterable[str]) -> None:
    """Open every address and look at the page."""
    window = story.window_of(person, **NARROW)
    for group in addresses:
        for address in group:
            window.goto(address)
