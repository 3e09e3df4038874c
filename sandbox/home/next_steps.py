"""Say what happens next with a case, for each of its statuses."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from sandbox.domain.applications import ApplicationStatus, DecisionOutcome

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


def next_step(status: str, outcome: str | None) -> object:
    """Return the sentence for what comes next."""
    if outcome is not None:
        return AFTER_DECISION[DecisionOutcome(outcome)]
    return NEXT_STEP[ApplicationStatus(status)]
