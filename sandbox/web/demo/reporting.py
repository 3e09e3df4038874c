"""Write the outcome reports of tests that have ended."""

from collections.abc import Mapping
from typing import Any

from sandbox.models import OutcomeReport, Trial
from sandbox.outcomes import services
from sandbox.web.demo.facts import fill, read
from sandbox.web.demo.story import Story


def draft_report(story: Story, trial: Trial, *, texts: str = "") -> OutcomeReport:
    """Let the caseworker draft and write the report.

    Shape: `texts` names those of the data file; empty, they are the project's own.
    """
    session = story.world.session
    report = services.draft_report(
        session, story.caseworker, trial, language=story.company.owner.language, now=story.tick()
    )
    session.flush()
    written: Mapping[str, Any] = (
        read("outcomes")[texts] if texts else read("outcomes")["reports"][story.project["key"]]
    )
    slots = {**story.slots, "hypothesis": str(story.answers.get("hypothesis", ""))}
    general = read("outcomes")["general"]["sections"]["summary"]
    services.save_report(
        session,
        story.caseworker,
        report,
        title=trial.title,
        sections={
            spec.key: fill(
                written["sections"].get(spec.key, general if spec.required else ""), slots
            )
            for spec in story.pack.report_sections
        },
        lessons={
            spec.code: written["lessons"].get(spec.code, "") for spec in story.pack.principles
        },
        recommendations={
            spec.code: written["recommendations"].get(spec.code, "")
            for spec in story.pack.stakeholders
        },
        expected_version=report.version,
        now=story.tick(),
    )
    return report


def send_report(story: Story, report: OutcomeReport) -> None:
    """Hand the report to the publishers."""
    services.send_for_publication(story.world.session, story.caseworker, report, now=story.tick())


def publish_report(story: Story, report: OutcomeReport) -> None:
    """Let a publisher, who is never the drafter, publish the report."""
    publisher = story.world.publishers[len(story.key) % len(story.world.publishers)]
    services.publish(story.world.session, publisher, report, now=story.tick())
