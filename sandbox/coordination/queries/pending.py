"""Say for whom a case waits: which authority, which of its people, or the company."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from sandbox.coordination.actions import CoordinationAction, is_open
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import ClockReading
from sandbox.domain.deliberation import has_quorum
from sandbox.domain.packs import PolicyPack, Who
from sandbox.models import (
    Application,
)
from sandbox.models.coordination import (
    STANDING,
    AssignmentRole,
    AssignmentState,
)

# A row of a query whose columns are named in the query itself.
Line = Row[*tuple[Any, ...]]

REVIEWING = frozenset(
    {
        ApplicationStatus.UNDER_REVIEW,
        ApplicationStatus.INFORMATION_REQUESTED,
        ApplicationStatus.DELIBERATION,
    }
)


class WaitingKind(StrEnum):
    """Name what an authority, its officer or the company still has to do."""

    ANSWER = "answer"
    NAME_OFFICER = "name_officer"
    DECLARE = "declare"
    REVIEW = "review"
    POSITION = "position"
    COMPANY = "company"
    HEARING = "hearing"  # the company may answer to a preliminary result
    DECIDE = "decide"
    CONCLUDE = "conclude"  # the deliberation, by deciding
    # Both also where the rules let the company be heard first.
    DECIDE_OR_ANNOUNCE = "decide_or_announce"
    CONCLUDE_OR_ANNOUNCE = "conclude_or_announce"
    LEAD = "lead"  # whether it takes over the lead
    NOBODY = "nobody"  # nobody of the authority may do what is due


# By whether the authorities deliberate already, and whether the rules let the company be heard.
_RIPE = {
    (False, False): WaitingKind.DECIDE,
    (True, False): WaitingKind.CONCLUDE,
    (False, True): WaitingKind.DECIDE_OR_ANNOUNCE,
    (True, True): WaitingKind.CONCLUDE_OR_ANNOUNCE,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Say for whom the case waits. Shape: `person` is set where it waits for an officer."""

    kind: WaitingKind
    authority: str
    person: str = ""
    due_on: date | None = None


def acting_parties(awaited: Iterable[Waiting]) -> tuple[str, ...]:
    """Name those for whom a case waits, each once.

    Shape: "company", "secretariat", or an authority's code. Where nobody of an authority may act
    it is the secretariat that has to see to it.
    """
    parties = {
        WaitingKind.COMPANY: Who.COMPANY.value,
        WaitingKind.HEARING: Who.COMPANY.value,
        WaitingKind.NOBODY: Who.SECRETARIAT.value,
    }
    found = (parties.get(each.kind, each.authority) or Who.SECRETARIAT.value for each in awaited)
    return tuple(dict.fromkeys(found))


def waiting_for_lead(application: Application, rows: Sequence[Line]) -> tuple[Waiting, ...]:
    """Name the authorities that are offered the lead and have not answered."""
    if not is_open(application, CoordinationAction.HAND_OVER_LEAD):
        return ()
    # A place stands in several rows where several officers hold it.
    offered = {row.code: row for row in rows if row.offered_at is not None}
    return tuple(Waiting(WaitingKind.LEAD, code) for code in offered)


def waiting(
    application: Application,
    pack: PolicyPack,
    rows: Sequence[Line],
    officers: dict[UUID, Line],
    clocks: Mapping[str, ClockReading],
) -> tuple[Waiting, ...]:
    """Say what the case waits for before, during and after its review.

    Shape: `rows` are the places of the authorities, `officers` those rows that name one, by the
    authority; `clocks` the terms for positions, by the authority's code.
    """
    status = application.status
    if status == ApplicationStatus.INFORMATION_REQUESTED:
        return (Waiting(WaitingKind.COMPANY, ""),)
    if status == ApplicationStatus.PRELIMINARY:
        return (Waiting(WaitingKind.HEARING, "", due_on=application.answer_due_on),)
    standing = [row for row in rows if row.state in STANDING]
    if status == ApplicationStatus.DECIDED:
        return tuple(
            _waits_for_somebody(row)
            for row in standing
            if row.has_trial_work and row.authority_id not in officers
        )
    if status != ApplicationStatus.ASSIGNED and status not in REVIEWING:
        return ()
    lead = next((row for row in standing if row.role == AssignmentRole.LEAD.value), None)
    codes = tuple(dict.fromkeys(row.code for row in standing))
    spoken = {row.code for row in standing if row.has_position}
    may_decide = lead is not None and has_quorum(pack, codes, lead.code, spoken)
    if status in REVIEWING and (may_decide or len(spoken) == len(codes)):
        if lead is not None and not lead.has_head and lead.authority_id not in officers:
            return (_waits_for_somebody(lead),)
        kind = _RIPE[status == ApplicationStatus.DELIBERATION, pack.preliminary_result is not None]
        return (Waiting(kind, "" if lead is None else lead.code),)
    each = (
        _waits(
            row, officers.get(row.authority_id), status, len(pack.criteria), clocks.get(row.code)
        )
        for row in standing
    )
    return tuple(found for found in each if found is not None)


def _waits(
    row: Line, officer: Line | None, status: str, criteria: int, clock: ClockReading | None
) -> Waiting | None:
    """Say what one authority has to do next, or None while it has nothing to do."""
    if row.state == AssignmentState.PROPOSED.value:
        kind = WaitingKind.ANSWER if row.has_head else WaitingKind.NOBODY
        return Waiting(kind, row.code, due_on=row.respond_by)
    is_lead = row.role == AssignmentRole.LEAD.value
    # The lead still has to decide; a head can name an officer for it when the time comes.
    if row.has_position and (officer is not None or row.has_head or not is_lead):
        return None
    if officer is None:
        return _waits_for_somebody(row)
    if officer.declaration is None:
        return Waiting(WaitingKind.DECLARE, row.code, officer.name)
    if status == ApplicationStatus.ASSIGNED:
        return None
    kind = WaitingKind.REVIEW if row.marked < criteria else WaitingKind.POSITION
    due_on = clock.due_on if clock and status == ApplicationStatus.UNDER_REVIEW else None
    return Waiting(kind, row.code, officer.name, due_on)


def _waits_for_somebody(row: Line) -> Waiting:
    """Say that an authority has no officer: its head names one, if there is a head."""
    return Waiting(WaitingKind.NAME_OFFICER if row.has_head else WaitingKind.NOBODY, row.code)
