"""Say by when an incident is reported, completed and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.packs import ClockSpec, ClockUnit, IncidentClassSpec, PolicyPack


@dataclass(frozen=True, slots=True)
class IncidentTerms:
    """Hold the ends of an incident's terms; None where its class has no such term."""

    first_report: datetime
    complete_report: datetime | None
    reaction: datetime | None


def reaction_clock(
    pack: PolicyPack,
    spec: IncidentClassSpec,
    reported_on: date,
    stops: Sequence[Stop],
    today: date,
) -> ClockReading | None:
    """Read the term in which the lead answers a report; None where its class asks for no answer.

    Shape: `stops` are the suspension windows of the lead, whose act it is.
    """
    if spec.reaction_days is None:
        return None
    clock = ClockSpec(spec.key, spec.name, ClockUnit.CALENDAR_DAYS, spec.reaction_days)
    calendar = BusinessCalendar.from_spec(pack.calendar)
    return read_clock(clock, calendar, reported_on, stops, today)


def incident_terms(
    spec: IncidentClassSpec,
    known_at: datetime,
    reported_at: datetime,
    reaction: ClockReading | None,
) -> IncidentTerms:
    """Return the ends of the terms.

    The reports are owed from when the company learned of the incident, so that reporting late
    gains no time; the reaction is owed from the first report, before which nobody could react. Its
    last day ends at the hour of the report.
    """
    complete = spec.complete_report_days
    return IncidentTerms(
        first_report=known_at + timedelta(hours=spec.report_hours),
        complete_report=None if complete is None else known_at + timedelta(days=complete),
        reaction=None
        if reaction is None
        else reported_at + (reaction.due_on - reaction.started_on),
    )
