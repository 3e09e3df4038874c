"""Count what authorities and their people have to do now, to be read beside a choice."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.applications.queries import holds_place
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.coordination.queries.cases import OPEN, has_trial_work
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import Stop
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    ClockStop,
    OfficerAssignment,
    Position,
)
from sandbox.models.coordination import STANDING, AssignmentState
from sandbox.packs import active

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Load:
    """Hold how many open cases somebody has, and on how many an answer or position is overdue."""

    cases: int = 0
    overdue: int = 0


def map_loads(session: Session, codes: Iterable[str], now: datetime) -> Mapping[str, Load]:
    """Map authorities by their codes to what they have to do, in two statements.

    A case is open until its decision, and its trial until the authority has nothing left to do.
    """
    wanted = list(codes)
    places = _places(session, Authority.code.in_(wanted))
    found = _counted(session, places, [row.code for row in places], now)
    return {code: found.get(code, Load()) for code in wanted}


def map_officer_loads(
    session: Session, authority_id: UUID, people: Iterable[UUID], now: datetime
) -> Mapping[UUID, Load]:
    """Map people to what they have to do as the officers named by an authority."""
    wanted = list(people)
    own = AuthorityAssignment.authority_id == authority_id
    places = _places(session, own & OfficerAssignment.person_id.in_(wanted))
    found = _counted(session, places, [row.officer_id for row in places], now)
    return {person_id: found.get(person_id, Load()) for person_id in wanted}


def _places(session: Session, chosen: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    has_spoken = exists().where(
        Position.application_id == AuthorityAssignment.application_id,
        Position.authority_id == AuthorityAssignment.authority_id,
    )
    return session.execute(
        select(
            Application.id,
            Application.status,
            Application.pack_code,
            Application.pack_version,
            Application.review_started_at,
            Authority.code,
            AuthorityAssignment.state,
            AuthorityAssignment.respond_by,
            AuthorityAssignment.responded_at,
            OfficerAssignment.person_id.label("officer_id"),
            has_spoken.label("has_spoken"),
        )
        .join(AuthorityAssignment, AuthorityAssignment.application_id == Application.id)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .outerjoin(
            OfficerAssignment,
            (OfficerAssignment.application_id == AuthorityAssignment.application_id)
            & (OfficerAssignment.authority_id == AuthorityAssignment.authority_id)
            & holds_place(),
        )
        .where(
            AuthorityAssignment.state.in_(STANDING),
            or_(Application.status.in_(OPEN), has_trial_work(AuthorityAssignment)),
            chosen,
        )
    ).all()


def _counted(
    session: Session,
    places: Sequence[Row[*tuple[Any, ...]]],
    keys: Sequence[Key],
    now: datetime,
) -> dict[Key, Load]:
    reviewed = {row.id for row in places if row.status == ApplicationStatus.UNDER_REVIEW.value}
    rows = session.execute(
        select(ClockStop.application_id, ClockStop.started_on, ClockStop.ended_on, ClockStop.reason)
        .where(ClockStop.application_id.in_(reviewed))
        .order_by(ClockStop.started_on)
    )
    stops: dict[UUID, tuple[Stop, ...]] = {}
    for case_id, started_on, ended_on, reason in rows:
        stops[case_id] = (*stops.get(case_id, ()), Stop(started_on, ended_on, reason))
    is_late = _Reader(now)
    late: dict[Key, set[UUID]] = {}
    cases: dict[Key, set[UUID]] = {}
    for row, key in zip(places, keys, strict=True):
        cases.setdefault(key, set()).add(row.id)
        if is_late(row, stops.get(row.id, ())):
            late.setdefault(key, set()).add(row.id)
    return {key: Load(len(own), len(late.get(key, ()))) for key, own in cases.items()}


class _Reader:
    """Tell whose term has passed; terms that began on one day are read once for all of them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.read: dict[Hashable, bool] = {}

    def __call__(self, row: Row[*tuple[Any, ...]], stops: tuple[Stop, ...]) -> bool:
        pack = active.find_pack_of(row)
        if pack is None or row.status == ApplicationStatus.DECIDED.value:
            return False
        zone = pack.calendar.timezone
        today = local_day(self.now, zone)
        if row.state == AssignmentState.PROPOSED.value:
            return bool(today > row.respond_by)
        began = position_began(row.review_started_at, row.responded_at)
        is_reviewed = row.status == ApplicationStatus.UNDER_REVIEW.value
        if began is None or row.has_spoken or not is_reviewed:
            return False
        began_on = local_day(began, zone)
        term = (row.pack_code, row.pack_version, began_on, stops, row.code)
        if term not in self.read:
            self.read[term] = position_clock(pack, began_on, stops, today, row.code).is_overdue
        return self.read[term]
