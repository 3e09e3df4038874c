"""Give every status its words and its colour; each has two names, for staff and for the company."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sandbox.domain.applications import (
    PUBLIC_STATUS,
    ApplicationStatus,
    DecisionOutcome,
    Party,
    PublicStatus,
)
from sandbox.domain.enquiries import EnquiryKind, EnquiryStatus
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.reliefs import ReliefState
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Label:
    """Hold what a status tag says; `colour` is one of the kit's: grey blue green gold wine red."""

    label: LazyString
    colour: str


APPLICATION_STATUS: dict[ApplicationStatus, Label] = {
    ApplicationStatus.DRAFT: Label(_l("Draft"), "grey"),
    ApplicationStatus.SUBMITTED: Label(_l("Submitted"), "blue"),
    ApplicationStatus.TRIAGE: Label(_l("Completeness check"), "blue"),
    ApplicationStatus.RETURNED: Label(_l("Returned to the company"), "gold"),
    ApplicationStatus.ASSIGNED: Label(_l("Waiting for the authorities"), "gold"),
    ApplicationStatus.UNDER_REVIEW: Label(_l("Under review"), "blue"),
    ApplicationStatus.INFORMATION_REQUESTED: Label(_l("Information requested"), "gold"),
    ApplicationStatus.DELIBERATION: Label(_l("Deliberation"), "gold"),
    ApplicationStatus.PRELIMINARY: Label(_l("Preliminary result announced"), "gold"),
    ApplicationStatus.DECIDED: Label(_l("Decided"), "green"),
    ApplicationStatus.WITHDRAWN: Label(_l("Withdrawn"), "grey"),
    ApplicationStatus.LAPSED: Label(_l("Lapsed"), "grey"),
}
PUBLIC_STATUS_LABEL: dict[PublicStatus, Label] = {
    PublicStatus.PREPARING: Label(_l("You are preparing it"), "grey"),
    PublicStatus.RECEIVED: Label(_l("Received"), "blue"),
    PublicStatus.BEING_CHECKED: Label(_l("Being checked"), "blue"),
    PublicStatus.NEEDS_YOUR_ANSWER: Label(_l("Needs your answer"), "gold"),
    PublicStatus.BEING_REVIEWED: Label(_l("Being reviewed"), "blue"),
    PublicStatus.DECIDED: Label(_l("Decided"), "green"),
    PublicStatus.CLOSED: Label(_l("Closed"), "grey"),
}
OUTCOME: dict[DecisionOutcome, Label] = {
    DecisionOutcome.ADMITTED: Label(_l("Admitted"), "green"),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: Label(_l("Admitted with conditions"), "green"),
    DecisionOutcome.DECLINED: Label(_l("Declined"), "red"),
    DecisionOutcome.REDIRECTED: Label(_l("Sent elsewhere"), "grey"),
}
ENQUIRY_STATUS: dict[EnquiryStatus, Label] = {
    EnquiryStatus.OPEN: Label(_l("Waits for the secretariat"), "gold"),
    EnquiryStatus.ASKED: Label(_l("The authorities are asked"), "blue"),
    EnquiryStatus.ANSWERED: Label(_l("Answered"), "green"),
    EnquiryStatus.CLOSED: Label(_l("Closed"), "grey"),
}
ENQUIRY_KIND: dict[EnquiryKind, LazyString] = {
    EnquiryKind.QUESTION: _l("Question"),
    EnquiryKind.INTEREST: _l("Expression of interest"),
    EnquiryKind.FAST_ANSWER: _l("Does any rule apply?"),
}
TRIAL_STATUS: dict[TrialStatus, Label] = {
    TrialStatus.PREPARING: Label(_l("Preparing"), "grey"),
    TrialStatus.RUNNING: Label(_l("Running"), "blue"),
    TrialStatus.SUSPENDED: Label(_l("Suspended"), "red"),
    TrialStatus.COMPLETED: Label(_l("Completed"), "green"),
    TrialStatus.ENDED_EARLY: Label(_l("Ended early"), "grey"),
}
REPORT_STATUS: dict[ReportStatus, Label] = {
    ReportStatus.DRAFT: Label(_l("Draft"), "grey"),
    ReportStatus.AWAITING_PUBLICATION: Label(_l("Waiting for publication"), "gold"),
    ReportStatus.PUBLISHED: Label(_l("Published"), "green"),
}
RELIEF_STATE: dict[ReliefState, Label] = {
    ReliefState.DRAFT: Label(_l("Draft"), "grey"),
    ReliefState.REFUSED: Label(_l("Refused"), "red"),
    ReliefState.AHEAD: Label(_l("Not in force yet"), "grey"),
    ReliefState.IN_FORCE: Label(_l("In force"), "green"),
    ReliefState.STOPPED: Label(_l("Stopped while the test is suspended"), "red"),
    ReliefState.ENDED: Label(_l("No longer in force"), "grey"),
}
PARTY: dict[Party, object] = {
    Party.COMPANY: _l("The company"),
    Party.SECRETARIAT: _l("The secretariat"),
    Party.AUTHORITIES: _l("The authorities"),
    Party.NOBODY: _l("Nobody"),
}


def application_label(status: str, outcome: str | None, actor: Actor) -> Label:
    """Return the status as this actor reads it: companies read the plainer names."""
    if outcome is not None:
        return OUTCOME[DecisionOutcome(outcome)]
    known = ApplicationStatus(status)
    if actor.member_of and not actor.officer_of and not actor.staff:
        return PUBLIC_STATUS_LABEL[PUBLIC_STATUS[known]]
    return APPLICATION_STATUS[known]


def trial_label(status: str) -> Label:
    """Return the status of a trial in words."""
    return TRIAL_STATUS[TrialStatus(status)]


def relief_label(state: str) -> Label:
    """Return where a relief stands in words."""
    return RELIEF_STATE[ReliefState(state)]
