"""Say what happens next with a case, for each of its statuses."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from sandbox.domain.applications import (
    NEXT_ACTOR,
    ApplicationStatus,
    DecisionOutcome,
    Party,
)
from sandbox.domain.trials import TrialStatus

NEXT_STEP: Mapping[ApplicationStatus, object] = {
    ApplicationStatus.DRAFT: _l("The company completes the application and submits it."),
    ApplicationStatus.SUBMITTED: _l("The secretariat checks whether the application is complete."),
    ApplicationStatus.TRIAGE: _l(
        "The secretariat returns it with reasons, or proposes the authorities that will review it."
    ),
    ApplicationStatus.RETURNED: _l("The company answers what was missing and submits it again."),
    ApplicationStatus.ASSIGNED: _l("Each authority accepts the case and names an officer."),
    ApplicationStatus.UNDER_REVIEW: _l(
        "Each authority reviews the criteria and takes its position. Then the lead decides."
    ),
    ApplicationStatus.INFORMATION_REQUESTED: _l(
        "The company answers the request. The clock waits."
    ),
    ApplicationStatus.DELIBERATION: _l("The authorities deliberate. Then the lead decides."),
    ApplicationStatus.WITHDRAWN: _l("Nothing more happens: the company withdrew the application."),
    ApplicationStatus.LAPSED: _l("Nothing more happens: the answer was overdue."),
}
AFTER_DECISION: Mapping[DecisionOutcome, object] = {
    DecisionOutcome.ADMITTED: _l("The company and the lead agree on the plan of the test."),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "The company and the lead agree on the plan of the test, with the conditions."
    ),
    DecisionOutcome.DECLINED: _l("The company may use the means of appeal that the letter names."),
    DecisionOutcome.REDIRECTED: _l("The company turns to the place that the answer names."),
}


OF_TRIAL: Mapping[TrialStatus, tuple[object, Party]] = {
    TrialStatus.PREPARING: (AFTER_DECISION[DecisionOutcome.ADMITTED], Party.COMPANY),
    TrialStatus.RUNNING: (
        _l("The test runs. Its page shows what the next gate asks for and who brings it."),
        Party.COMPANY,
    ),
    TrialStatus.SUSPENDED: (
        _l(
            "The test stands still until the lead agrees to go on, and so does whoever suspended"
            " it, unless the rules did."
        ),
        Party.AUTHORITIES,
    ),
    TrialStatus.COMPLETED: (
        _l("The secretariat drafts the outcome report and another person publishes it."),
        Party.SECRETARIAT,
    ),
    TrialStatus.ENDED_EARLY: (
        _l("The secretariat drafts the outcome report and another person publishes it."),
        Party.SECRETARIAT,
    ),
}


def next_step(status: str, outcome: str | None) -> tuple[object, Party]:
    """Return the sentence for what comes next with an application, and who must act."""
    party = NEXT_ACTOR[ApplicationStatus(status)]
    if outcome is not None:
        return AFTER_DECISION[DecisionOutcome(outcome)], party
    return NEXT_STEP[ApplicationStatus(status)], party


def next_step_of_trial(status: str) -> tuple[object, Party]:
    """Return the sentence for what comes next with a test, and who must act."""
    return OF_TRIAL[TrialStatus(status)]
