"""Describe how authorities share a case and decide it."""

from dataclasses import dataclass
from enum import StrEnum

from sandbox.domain.packs.programme import Silence
from sandbox.domain.packs.texts import Text


class DecisionRule(StrEnum):
    """Name how positions become a decision."""

    UNANIMITY = "unanimity"
    LEAD_DECIDES = "lead_decides"
    MAJORITY = "majority"


@dataclass(frozen=True, slots=True)
class CoordinationSpec:
    """Say how the lead is found, how authorities answer, and how positions become a decision.

    How long authorities and company have is said by the clocks `acceptance`, `position` and
    `return_answer`; the days here only repeat it, for whoever reads the rules as one table.
    """

    answer_weight: int
    relief_weight: int
    reliefs_question: str  # key of the rows question that lists the reliefs sought
    acceptance_silence: Silence
    position_silence: Silence
    decision_rule: DecisionRule
    objection_opens_deliberation: bool
    returns_allowed: int
    acceptance_days: int | None = None
    position_days: int | None = None
    return_answer_days: int | None = None
    # Key of the choice whose option says who leads, whatever else weighs more.
    activity_question: str | None = None
    # Business days from the first sending on, after which nothing is returned; None: no limit.
    returns_within_days: int | None = None
    # So many authorities, the lead among them, suffice for a decision; None: all on the case.
    quorum: int | None = None


class Announceable(StrEnum):
    """Name the outcomes of a decision of the authorities, as `domain.applications` does."""

    ADMITTED = "admitted"
    ADMITTED_WITH_CONDITIONS = "admitted_with_conditions"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class PreliminaryResultSpec:
    """Say which outcomes a company is told before they are decided, so that it may comment.

    How long it has is said by the clock `comment`; whether the term for the decision stands still
    meanwhile is said by the clock `decision`.
    """

    outcomes: tuple[Announceable, ...]


@dataclass(frozen=True, slots=True)
class RefusalReasonSpec:
    """Name a reason for which applications are refused, so that refusals can be counted by it.

    Shape: `criterion` is the key of the criterion that such an application does not meet.
    """

    code: str
    name: Text
    text: Text | None = None  # what it means, and what may be done about it
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class StandardConditionSpec:
    """Word a condition that authorities set again and again.

    Shape: `criterion` is the key of the criterion whose shortcomings it makes up for.
    """

    code: str
    name: Text
    text: Text  # as it stands in the decision
    purpose: Text  # what it is for
    criterion: str | None = None


@dataclass(frozen=True, slots=True)
class ProportionalitySpec:
    """Ask an authority one thing about whether its conditions ask no more than they must."""

    key: str
    question: Text
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class ReliefKindSpec:
    """Name a kind of regulatory relief."""

    key: str
    name: Text
