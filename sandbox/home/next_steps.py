"""Say what happens next with a case, and who must act."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from sandbox.domain.applications import (
    NEXT_ACTOR,
    ApplicationStatus,
    DecisionOutcome,
    Party,
)
from sandbox.kernel.statuses import PARTY
from sandbox.trials.sentences import parties_line

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
    ApplicationStatus.PRELIMINARY: _l(
        "The company may comment on the preliminary result. Then the lead decides."
    ),
    ApplicationStatus.WITHDRAWN: _l("Nothing more happens: the company withdrew the application."),
    ApplicationStatus.LAPSED: _l("Nothing more happens: the answer was overdue."),
}
RIPE = _l("The lead authority decides, or opens a deliberation.")
RIPE_TO_ANNOUNCE = _l(
    "The lead authority decides, opens a deliberation or announces to the company what is to be "
    "decided."
)
PROHIBITED = _l(
    "The secretariat declines it, or returns it: the answers describe a prohibited use."
)
OPENING = _l("The test is being opened. It appears here within a minute.")
AFTER_DECISION: Mapping[DecisionOutcome, object] = {
    DecisionOutcome.ADMITTED: OPENING,
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: OPENING,
    DecisionOutcome.DECLINED: _l("The company may use the means of appeal that the letter names."),
    DecisionOutcome.REDIRECTED: _l("The company turns to the place that the answer names."),
}


def next_steps(
    status: str,
    outcome: str | None,
    acting: Sequence[str] = (),
    *,
    is_ripe: bool = False,
    may_announce: bool = False,
    is_prohibited: bool = False,
) -> list[tuple[object, object]]:
    """Return the sentence for what comes next with an application, and who must act.

    Shape: `acting` names, as `acting_parties` does, those among the authorities whose turn it is;
    `is_ripe` tells whether nothing but the decision is waited for, and `may_announce` whether the
    company may have to be heard before it; `is_prohibited` whether the reader is to know that no
    authority will be asked.
    """
    party = NEXT_ACTOR[ApplicationStatus(status)]
    if outcome is not None:
        return [(AFTER_DECISION[DecisionOutcome(outcome)], PARTY[party])]
    if is_prohibited and status == ApplicationStatus.TRIAGE:
        return [(PROHIBITED, PARTY[party])]
    names = parties_line(acting) if party is Party.AUTHORITIES and acting else PARTY[party]
    # While they deliberate, what is next says already that the lead decides.
    says_so = is_ripe and status == ApplicationStatus.UNDER_REVIEW
    ripe = RIPE_TO_ANNOUNCE if may_announce else RIPE
    return [(ripe if says_so else NEXT_STEP[ApplicationStatus(status)], names)]
