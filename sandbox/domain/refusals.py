"""Name every "no" that a person can meet, as types that the edge turns into sentences."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    # Only the type is needed here, and applications stands on lifecycle, which stands on this file.
    from sandbox.domain.answers import Problem


class Why(StrEnum):
    """Name the reasons for which a deed is not possible although its status would allow it."""

    ALREADY_ASSIGNED = "already_assigned"
    ALREADY_DECLARED = "already_declared"
    ALREADY_DONE = "already_done"
    ALREADY_ANSWERED = "already_answered"
    NOTHING_TO_COPY = "nothing_to_copy"
    ALREADY_ASKED = "already_asked"
    ALREADY_MEMBER = "already_member"
    AUTHORITY_MISSING = "authority_missing"
    CALL_FULL = "call_full"
    CALLS_CLOSED = "calls_closed"
    CALLS_ONLY = "calls_only"
    CASE_CANNOT_MOVE = "case_cannot_move"
    ANOTHER_FIRST = "another_first"
    ANSWER_MISSING = "answer_missing"
    ANSWER_TOO_LATE = "answer_too_late"
    COMMENT_MISSING = "comment_missing"
    CONFIDENTIAL_CLOSED = "confidential_closed"
    CONFLICT_NOT_DECLARED = "conflict_not_declared"
    CONDITIONS_MISSING = "conditions_missing"
    CONSENT_MISSING = "consent_missing"
    CONSENT_REFUSED = "consent_refused"
    DEADLINE_NOT_PASSED = "deadline_not_passed"
    DEADLINE_PASSED = "deadline_passed"
    DECISION_WAITING = "decision_waiting"
    DELIBERATION_NEEDED = "deliberation_needed"
    DELIBERATION_NOT_NEEDED = "deliberation_not_needed"
    DOCUMENT_MISSING = "document_missing"
    DOCUMENTS_CHANGED = "documents_changed"
    EXIT_UNKNOWN = "exit_unknown"
    FILE_NOT_ACCEPTED = "file_not_accepted"
    FILE_TOO_LARGE = "file_too_large"
    FORM_SENT = "form_sent"
    FOUR_EYES = "four_eyes"
    GATE_CLOSED = "gate_closed"
    GROUND_UNKNOWN = "ground_unknown"
    GUIDANCE_CLOSED = "guidance_closed"
    GUIDANCE_INCOMPLETE = "guidance_incomplete"
    GUIDANCE_NOT_YET = "guidance_not_yet"
    INCIDENT_OPEN = "incident_open"
    INCIDENT_NOT_COMPLETE = "incident_not_complete"
    INCIDENT_NOT_YET = "incident_not_yet"
    INCIDENT_REPORTED_AT_ONCE = "incident_reported_at_once"
    INVITATION_EXPIRED = "invitation_expired"
    INVITATION_USED = "invitation_used"
    LAST_OWNER = "last_owner"
    TOO_MANY_VIEWS = "too_many_views"
    LEAD_STAYS = "lead_stays"
    LEAD_MISSING = "lead_missing"
    MARKS_MISSING = "marks_missing"
    NOT_ACCEPTED = "not_accepted"
    NOT_ASSIGNED = "not_assigned"
    NOT_COMPETENT = "not_competent"
    NOT_LEAD = "not_lead"
    NOT_PROHIBITED = "not_prohibited"
    NOT_THE_SUSPENDER = "not_the_suspender"
    NOT_WAIVABLE = "not_waivable"
    NOT_INVITED = "not_invited"
    NO_FAST_ANSWER = "no_fast_answer"
    NO_OUTCOME = "no_outcome"
    NOTHING_LEFT = "nothing_left"
    NOTHING_PROPOSED = "nothing_proposed"
    OFFER_OPEN = "offer_open"
    OFFICER_MISSING = "officer_missing"
    OWN_ROLES = "own_roles"
    PACK_NOT_ACTIVE = "pack_not_active"
    PACK_NOT_NEWER = "pack_not_newer"
    PACK_NOT_WAITING = "pack_not_waiting"
    PACK_OTHER_PAST = "pack_other_past"
    PACK_OTHER_PLACE = "pack_other_place"
    PACK_OTHER_PROGRAMME = "pack_other_programme"
    PACK_TAKEN = "pack_taken"
    PACK_WITHDRAWN = "pack_withdrawn"
    PLAN_CHANGED = "plan_changed"
    PLAN_INCOMPLETE = "plan_incomplete"
    POSITION_ON_RECORD = "position_on_record"
    POSITION_MISSING = "position_missing"
    PRELIMINARY_NEEDED = "preliminary_needed"
    PRELIMINARY_NOT_NEEDED = "preliminary_not_needed"
    PROHIBITED = "prohibited"
    PROVISION_MISSING = "provision_missing"
    NOTE_MISSING = "note_missing"
    QUESTION_MISSING = "question_missing"
    READING_NOT_YET = "reading_not_yet"
    REACH_MISSING = "reach_missing"
    READINGS_MISSING = "readings_missing"
    REASON_MISSING = "reason_missing"
    RECUSED = "recused"
    RELIEF_BACKWARDS = "relief_backwards"
    RELIEF_INCOMPLETE = "relief_incomplete"
    RELIEF_NOT_NEUTRAL = "relief_not_neutral"
    RELIEF_OVER = "relief_over"
    RELIEF_PAST = "relief_past"
    RELIEF_TOO_LONG = "relief_too_long"
    PROPORTIONALITY_MISSING = "proportionality_missing"
    REFUSAL_REASON_MISSING = "refusal_reason_missing"
    REFUSAL_REASON_UNKNOWN = "refusal_reason_unknown"
    REPLY_MISSING = "reply_missing"
    RULES_UNFIT = "rules_unfit"
    REPORT_CLOSED = "report_closed"
    REPORT_INCOMPLETE = "report_incomplete"
    REPORT_NOT_DUE = "report_not_due"
    REPORT_WAITING = "report_waiting"
    REQUEST_OPEN = "request_open"
    RETURNS_USED_UP = "returns_used_up"
    RETURN_TOO_LATE = "return_too_late"
    SAME_AUTHORITY = "same_authority"
    STAGE_MISSING = "stage_missing"
    STILL_RUNNING = "still_running"
    STILL_SUSPENDED = "still_suspended"
    TOO_EARLY = "too_early"
    TRIAL_EXISTS = "trial_exists"
    WORKS_FOR_APPLICANT = "works_for_applicant"
    WORKS_FOR_PROGRAMME = "works_for_programme"
    WRONG_AUTHORITY = "wrong_authority"
    WRONG_REQUIREMENT = "wrong_requirement"


class Refusal(Exception):
    """Refuse a deed for a reason that the person can read and act on.

    Shape: `code` names the kind of refusal in addresses and in the API; `details` are the values
    that the sentence needs.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **details: object) -> None:
        super().__init__(self.code, details)
        self.details: dict[str, object] = details


class TransitionRefused(Refusal):
    """Refuse an action that the present status does not allow, and say which it does."""

    code = "transition-refused"

    def __init__(self, status: StrEnum, action: StrEnum, possible: Iterable[StrEnum] = ()) -> None:
        self.status = status
        self.action = action
        self.possible = tuple(possible)
        super().__init__(status=status, action=action, possible=self.possible)


class Incomplete(Refusal):
    """Refuse a form whose answers are missing or wrong, and name each of them."""

    code = "incomplete"

    def __init__(self, problems: Iterable["Problem"]) -> None:
        self.problems = tuple(problems)
        super().__init__(problems=self.problems)


class NotPossible(Refusal):
    """Refuse a deed that the status allows and the facts of the case do not."""

    code = "not-possible"

    def __init__(self, reason: Why, **details: object) -> None:
        self.reason = reason
        super().__init__(reason=reason, **details)


class ChangedMeanwhile(Refusal):
    """Refuse to overwrite what somebody else has saved since the person began to edit."""

    code = "changed-meanwhile"
