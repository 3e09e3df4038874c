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
    # So many authorities, the lead among them, suffice for a decision; None: all on the case.
    quorum: int | None = None


@dataclass(frozen=True, slots=True)
class ReliefKindSpec:
    """Name a kind of regulatory relief."""

    key: str
    name: Text
