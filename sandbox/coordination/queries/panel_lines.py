"""Hold what the page of a case says about the authorities, as each kind of reader reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sandbox.coordination.queries.pending import (
    Waiting,
    WaitingKind,
)
from sandbox.coordination.queries.proposals import Proposal
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.calendar import ClockReading
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.models.coordination import (
    AssignmentRole,
    AssignmentState,
)

_ANNOUNCING = (WaitingKind.DECIDE_OR_ANNOUNCE, WaitingKind.CONCLUDE_OR_ANNOUNCE)
_RIPE = (WaitingKind.DECIDE, WaitingKind.CONCLUDE, *_ANNOUNCING)


class Viewer(StrEnum):
    """Name the kinds of readers, each of whom sees less or more of what authorities do."""

    COMPANY = "company"
    AUTHORITY = "authority"
    SECRETARIAT = "secretariat"


@dataclass(frozen=True, slots=True)
class PositionLine:
    """Hold an authority's position as its colleagues read it.

    Shape: `by_recused` tells whether whoever took it has declared a conflict of interest since;
    `inherited_from` is the authority that took it, where that has ended.
    """

    stance: Stance
    reasons: str
    conditions: tuple[str, ...]
    tacit: bool
    taken_at: datetime
    by_recused: bool
    inherited_from: str | None
    proportionality: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuthorityLine:
    """Hold one authority on the case; what a company may not see is empty."""

    code: str
    role: AssignmentRole
    state: AssignmentState
    respond_by: date | None
    asked_at: datetime | None
    received_at: datetime | None
    received_by: str  # known to the authority itself and the secretariat alone
    responded_at: datetime | None
    reason: str
    tacit: bool
    is_own: bool
    officer: str
    officer_has_declared: bool
    marked: int
    position: PositionLine | None


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """Hold what everybody on the case reads of its decision."""

    outcome: DecisionOutcome
    conditions: tuple[str, ...]
    remarks: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncementLine:
    """Hold what the company was told before the decision, and whether it has answered.

    Shape: `is_answerable` until it has answered or the case is decided.
    """

    number: int
    outcome: DecisionOutcome
    announced_at: datetime
    due_on: date
    answer: CompanyAnswer | None
    answered_at: datetime | None
    late: bool
    is_silent: bool
    is_answerable: bool


@dataclass(frozen=True, slots=True)
class OfferLine:
    """Hold the offer of the lead that waits for its answer.

    Shape: `is_for_reader` tells whether the reader speaks for the authority that is asked.
    """

    authority: str
    reason: str
    offered_at: datetime
    is_for_reader: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Hold the authorities' part of a case page.

    Shape: `shows_positions` is False for companies, and for officers until they have declared;
    `is_open` until the reader's authority has nothing left to do: the decision, or the trial and
    what it left over; `acting` names who must act before the decision, as `acting_parties` does;
    `suggested` counts the questions that the lead has not settled; `ended` are the codes of all
    authorities that have ended by succession; `proposal` is what the platform had proposed, which
    the company does not read.
    """

    viewer: Viewer
    lines: tuple[AuthorityLine, ...]
    waiting: tuple[Waiting, ...]
    decision: DecisionLine | None
    position_clock: ClockReading | None
    criteria: int
    has_declared: bool
    shows_positions: bool
    needs_replacement: bool
    is_open: bool
    acting: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    offer: OfferLine | None = None
    suggested: int = 0
    announcements: tuple[AnnouncementLine, ...] = ()
    proposal: Proposal | None = None

    @property
    def may_pass_lead(self) -> bool:
        """Tell whether the reader's authority leads the case and another could do so instead."""
        others = [line for line in self.lines if line.role is not AssignmentRole.LEAD]
        return (
            self.is_open
            and self.offer is None
            and self.own is not None
            and self.own.role is AssignmentRole.LEAD
            and any(line.state is AssignmentState.ACCEPTED for line in others)
        )

    @property
    def is_ripe(self) -> bool:
        """Tell whether the case waits for nothing but its decision."""
        return any(each.kind in _RIPE for each in self.waiting)

    @property
    def may_announce(self) -> bool:
        """Tell whether the company may have to be heard before the decision that is waited for."""
        return any(each.kind in _ANNOUNCING for each in self.waiting)

    @property
    def own(self) -> AuthorityLine | None:
        """Return the place of the reader's own authority."""
        return next((line for line in self.lines if line.is_own), None)
