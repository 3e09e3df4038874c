"""Describe how an outcome report moves from draft to publication, and what it must contain."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.lifecycle import Lifecycle, Transition
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import Why


class ReportStatus(StrEnum):
    """Name where an outcome report stands."""

    DRAFT = "draft"
    AWAITING_PUBLICATION = "awaiting_publication"
    PUBLISHED = "published"


class Consent(StrEnum):
    """Name what the company has said of the publication of its outcome report."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"


class ReportAction(StrEnum):
    """Name what moves an outcome report."""

    SEND = "send"
    RETURN = "return"
    PUBLISH = "publish"


LIFECYCLE: Lifecycle[ReportStatus, ReportAction] = Lifecycle(
    (
        Transition(ReportStatus.DRAFT, ReportAction.SEND, ReportStatus.AWAITING_PUBLICATION),
        Transition(ReportStatus.AWAITING_PUBLICATION, ReportAction.RETURN, ReportStatus.DRAFT),
        Transition(ReportStatus.AWAITING_PUBLICATION, ReportAction.PUBLISH, ReportStatus.PUBLISHED),
    )
)


def lacking_consent(consent: Consent, *, is_needed: bool) -> Why | None:
    """Return why the company's word still stands against publication; None where nothing does."""
    if not is_needed or consent is Consent.AGREED:
        return None
    return Why.CONSENT_REFUSED if consent is Consent.REFUSED else Why.CONSENT_MISSING


def is_issued(status: ReportStatus, consent: Consent) -> bool:
    """Tell whether the authorities have reported, so that their term is met.

    They have once the report is published, and before that once it is in the hands of the company,
    which is asked about it: a refusal to publish is its right, and makes nobody late.
    """
    match status:
        case ReportStatus.PUBLISHED:
            return True
        case ReportStatus.AWAITING_PUBLICATION:
            return consent is not Consent.NOT_ASKED
        case ReportStatus.DRAFT:
            return False


def empty_sections(pack: PolicyPack, sections: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the required sections that nobody has written yet, in the pack's order."""
    return tuple(
        spec.key
        for spec in pack.report_sections
        if spec.required and not sections.get(spec.key, "").strip()
    )


def report_clock(
    pack: PolicyPack, ended_on: date, stops: Sequence[Stop], today: date
) -> ClockReading | None:
    """Read the term in which the authorities report on a test that ended, if the pack has one.

    Shape: `stops` are the suspension windows of whoever led the test.
    Source: the clock `exit_report` of the pack.
    """
    spec = next((clock for clock in pack.clocks if clock.key == "exit_report"), None)
    if spec is None:
        return None
    return read_clock(spec, BusinessCalendar.from_spec(pack.calendar), ended_on, stops, today)


def report_due_on(pack: PolicyPack, ended_on: date, stops: Sequence[Stop] = ()) -> date | None:
    """Return the last day of that term."""
    reading = report_clock(pack, ended_on, stops, ended_on)
    return None if reading is None else reading.due_on


def final_report_due_on(pack: PolicyPack, ended_on: date | None, *, has_run: bool) -> date | None:
    """Return the day by which the company reports on its test; None where none is asked for.

    Shape: `ended_on` is None while the test goes on; `has_run` tells whether it ever left its first
    stage, which only prepares it: of a test that never ran there is nothing to report.
    """
    if pack.final_report_days is None or ended_on is None or not has_run:
        return None
    return ended_on + timedelta(days=pack.final_report_days)
