"""Say by when an incident is reported, completed and answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.domain.packs import IncidentClassSpec


@dataclass(frozen=True, slots=True)
class IncidentTerms:
    """Hold the ends of an incident's terms; None where its class has no such term."""

    first_report: datetime
    complete_report: datetime | None
    reaction: datetime | None


def incident_terms(
    spec: IncidentClassSpec, known_at: datetime, reported_at: datetime
) -> IncidentTerms:
    """Return the ends of the terms.

    The reports are owed from when the company learned of the incident, so that reporting late
    gains no time; the reaction is owed from the first report, before which nobody could react.
    """
    complete, reaction = spec.complete_report_days, spec.reaction_days
    return IncidentTerms(
        first_report=known_at + timedelta(hours=spec.report_hours),
        complete_report=None if complete is None else known_at + timedelta(days=complete),
        reaction=None if reaction is None else reported_at + timedelta(days=reaction),
    )
