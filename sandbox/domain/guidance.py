"""Say what advice to a company consists of, and until when it is put on record."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.applications import (
    OPEN_STATUSES,
    ApplicationStatus,
    DecisionOutcome,
)


class Channel(StrEnum):
    """Name how advice reached the company."""

    MEETING = "meeting"
    CALL = "call"
    MESSAGE = "message"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Guidance:
    """Hold advice as it is put on record.

    Shape: `question_key` names a question of the form and `provision` a rule, where the advice is
    about one; `basis` says what makes it binding, and is empty where it is orientation.
    """

    given_on: date
    channel: Channel
    question: str
    advice: str
    is_binding: bool = False
    basis: str = ""
    question_key: str | None = None
    provision: str = ""

    @property
    def is_complete(self) -> bool:
        """Tell whether it says what was asked, what was advised and, if it binds, why."""
        has_basis = bool(self.basis.strip())
        return bool(self.question.strip() and self.advice.strip()) and self.is_binding == has_basis


def is_recorded_in(
    status: ApplicationStatus, outcome: DecisionOutcome | None, *, has_ended: bool
) -> bool:
    """Tell whether advice on a case is put on record: from submission to the end of its trial.

    Shape: `has_ended` tells whether the trial of the case has.
    """
    if status is ApplicationStatus.DECIDED:
        admitted = (DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS)
        return outcome in admitted and not has_ended
    return status in OPEN_STATUSES and status is not ApplicationStatus.DRAFT
