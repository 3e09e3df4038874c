"""Apply a succession: an authority ends, and its open cases go to those that follow it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, update
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.authorities.queries import applied_codes
from sandbox.authorities.services import register_authorities
from sandbox.coordination import queries
from sandbox.coordination.clocks import answer_by
from sandbox.coordination.notices import succession as notices
from sandbox.coordination.queries.succession import Moving, Plain
from sandbox.coordination.services.assigning import start_review_if_complete
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.deliberation import CriterionMark, Mark, PositionTaken, Stance
from sandbox.domain.packs import PolicyPack, SuccessionSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.routing import activity_competences, touched
from sandbox.domain.succession import (
    Passage,
    Seat,
    inherit_mark,
    inherit_position,
    is_first,
    pass_on,
)
from sandbox.enquiries.services import follow_succession
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import (
    Application,
    AppliedSuccession,
    AuthorityAssignment,
    CriterionReview,
    InheritedPlace,
    LeadOffer,
    LeadTerm,
    OfficerAssignment,
    Position,
)
from sandbox.models.coordination import STANDING, AssignmentRole, AssignmentState, OfferState
from sandbox.packs import active

Ids = Mapping[str, UUID]


def apply_succession(session: Session, actor: Actor, *, key: str, now: datetime) -> int:
    """End an authority as the pack in force has prepared it, and move its open cases.

    All cases move in one transaction, some at a time; what the session held before is detached.
    Closed cases stay with the authority, and so does everything that it has signed.
    Returns how many cases moved.
    Raises: Denied, NotFound, NotPossible(TOO_EARLY, ALREADY_DONE, ANOTHER_FIRST); Stale where
    other rules came into force meanwhile.
    """
    require(session, actor, P.SUCCESSION_APPLY)
    pack = active.current()
    succession = next((each for each in pack.successions if each.key == key), None)
    if succession is None:
        raise NotFound(succession=key)
    if local_day(now, pack.calendar.timezone) < succession.on:
        raise NotPossible(Why.TOO_EARLY, on=succession.on)
    queries.lock_authority(session, succession.authority)
    if queries.is_overtaken(session, pack):
        raise Stale
    applied = applied_codes(session)
    if succession.authority in applied:
        raise NotPossible(Why.ALREADY_DONE, authority=succession.authority)
    if not is_first(pack, succession, applied):
        raise NotPossible(Why.ANOTHER_FIRST, authority=succession.authority)
    authorities = register_authorities(session, actor, pack, now=now)
    ids = {code: authority.id for code, authority in authorities.items()}
    session.flush()

    members = queries.list_memberships(session, [ids[each.code] for each in succession.successors])
    moved = _move_all(_Act(session, actor, succession, ids, members, now))
    applied_row = AppliedSuccession(
        authority_id=ids[succession.authority],
        key=key,
        pack_code=pack.code,
        pack_version=pack.version,
        moved=moved,
        applied_by_id=actor.person_id,
        applied_at=now,
    )
    session.add(applied_row)
    record(
        session,
        actor,
        Deed.AUTHORITY_ENDED,
        applied_row,
        now=now,
        authority_id=applied_row.authority_id,
        authority=succession.authority,
        successors=_listed(each.code for each in succession.successors),
        moved=moved,
    )
    session.flush()
    follow_succession(session, actor, authorities[succession.authority], now=now)
    notices.authority_ended(session, succession, ids, moved, now)
    return moved


@dataclass(frozen=True, slots=True)
class _Act:
    """Hold what every step of one succession needs.

    Shape: `ids` are those of the pack's authorities by code; `members` the people of successors.
    """

    session: Session
    actor: Actor
    succession: SuccessionSpec
    ids: Ids
    members: Mapping[UUID, frozenset[UUID]]
    now: datetime

    @property
    def former(self) -> UUID:
        return self.ids[self.succession.authority]


@dataclass(frozen=True, slots=True)
class _New:
    """Gather the rows that some cases need, to be written in one statement a table."""

    inherited: list[dict[str, Any]] = field(default_factory=list)
    positions: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    leads: list[dict[str, Any]] = field(default_factory=list)


def _move_all(act: _Act) -> int:
    session = act.session
    moved, after = 0, None
    heirs = [act.ids[each.code] for each in act.succession.successors]
    while (moving := queries.read_moving(session, act.former, heirs, after)) is not None:
        companies = queries.list_companies(
            session, [each.organisation_id for each in moving.applications]
        )
        new = _New()
        for application in moving.applications:
            passages = _move(act, application, moving, new)
            _record(act, application, passages)
            people = companies.get(application.organisation_id, ())
            notices.case_succeeded(
                session,
                application,
                people,
                succession=act.succession,
                passages=passages,
                now=act.now,
            )
        moved += len(moving.applications)
        after = moving.applications[-1].id
        session.flush()
        _write(act, moving, new)
        session.expunge_all()
        # Where two predecessors become one, nobody's answer may be missing any more.
        for application in queries.list_answered(
            session, [each.id for each in moving.applications]
        ):
            start_review_if_complete(session, act.actor, application, now=act.now)
        session.flush()
        session.expunge_all()
    return moved


def _write(act: _Act, moving: Moving, new: _New) -> None:
    """Change in a few statements what a case after another would change in thousands.

    The cases are locked, each has its record, and no row of these is held in memory to go stale.
    """
    every = [each.id for each in moving.applications]
    undecided = [
        each.id for each in moving.applications if each.status != ApplicationStatus.DECIDED
    ]
    left = update(AuthorityAssignment).where(
        AuthorityAssignment.authority_id == act.former,
        AuthorityAssignment.application_id.in_(every),
    )
    changed = update(Application).where(Application.id.in_(undecided))
    said = [
        delete(table).where(table.authority_id == act.former, table.application_id.in_(undecided))
        for table in (Position, CriterionReview)
    ]
    for statement in (
        left.values(
            state=AssignmentState.SUCCEEDED.value,
            succeeded_at=act.now,
            version=AuthorityAssignment.version + 1,
        ),
        changed.values(changed_at=act.now, version=Application.version + 1),
        *said,
        update(LeadTerm)
        .where(
            LeadTerm.authority_id == act.former,
            LeadTerm.application_id.in_(every),
            LeadTerm.ended_at.is_(None),
        )
        .values(ended_at=act.now),
        # Nobody is left to be offered the lead, or to offer it.
        update(LeadOffer)
        .where(
            LeadOffer.application_id.in_(every),
            LeadOffer.state == OfferState.OPEN,
            or_(
                LeadOffer.from_authority_id == act.former,
                LeadOffer.to_authority_id == act.former,
            ),
        )
        .values(state=OfferState.LAPSED.value, answered_at=act.now),
    ):
        act.session.execute(statement.execution_options(synchronize_session=False))
    for table, rows in (
        (InheritedPlace, new.inherited),
        (Position, new.positions),
        (CriterionReview, new.marks),
        (LeadTerm, new.leads),
    ):
        if rows:
            act.session.execute(insert(table), rows)


def _move(act: _Act, application: Application, moving: Moving, new: _New) -> Sequence[Passage]:
    """Open, or change, the places of the successors; that of the authority that ends closes last.

    What every case needs alike is only gathered in `new`.
    """
    pack = active.pack_of(application)
    codes = {authority_id: code for code, authority_id in act.ids.items()}
    seated = {each.authority_id: each for each in moving.seated[application.id]}
    places = {each.authority_id: each for each in moving.places.get(application.id, [])}
    # An authority of another pack's making has no code here, and its seat changes nothing.
    seats = [
        Seat(codes.get(each.authority_id, ""), each.role == AssignmentRole.LEAD)
        for each in seated.values()
        if each.state in STANDING
    ]
    answers = moving.answers.get(application.id, {})
    passages = pass_on(
        act.succession, seats, touched(pack, answers), activity_competences(pack, answers)
    )
    left = seated[act.former]
    for passage in passages:
        place = places.get(act.ids[passage.authority])
        if place is None:
            place = AuthorityAssignment(
                application_id=application.id, authority_id=act.ids[passage.authority]
            )
            act.session.add(place)
        _take_over(place, left, passage, pack, act.now)
        if passage.is_lead and left.role == AssignmentRole.LEAD:
            new.leads.append(
                {
                    "id": uuid.uuid4(),
                    "application_id": application.id,
                    "authority_id": act.ids[passage.authority],
                    "began_at": act.now,
                }
            )
    _inherit(act, application, moving, passages, new)
    _reseat(act, application, moving, passages)
    if application.status != ApplicationStatus.DECIDED:
        _bind_position(act, application, moving, passages, new)
        _bind_marks(act, application, moving, passages, new)
    return passages


def _take_over(
    place: AuthorityAssignment,
    left: Plain,
    passage: Passage,
    pack: PolicyPack,
    now: datetime,
) -> None:
    """Put a successor in the place of its predecessor, bound by the answer that was given.

    Whoever has not been asked before gets a whole term to answer. The place itself is as old as it
    was: a succession replaces nobody who declined.
    """
    was_standing = place.state in STANDING
    if not was_standing:
        place.assigned_at = left.assigned_at
    place.role = AssignmentRole.LEAD if passage.is_lead else AssignmentRole.ASSOCIATE
    if was_standing and place.state == AssignmentState.ACCEPTED:
        return
    if left.state == AssignmentState.ACCEPTED:
        place.state = AssignmentState.ACCEPTED
        # Where the answer of this authority was awaited, it is there from now on: the review that
        # begins with it has its whole term.
        answered_at = now if was_standing else left.responded_at
        place.respond_by, place.responded_at = left.respond_by, answered_at
        place.tacit = left.tacit
    elif not was_standing:
        place.state = AssignmentState.PROPOSED
        today = local_day(now, pack.calendar.timezone)
        place.respond_by = answer_by(pack, today, passage.authority)
        place.responded_at = None
        place.tacit = False
    place.reason = ""


def _inherit(
    act: _Act, application: Application, moving: Moving, passages: Sequence[Passage], new: _New
) -> None:
    """Note for whom the successors stand on the case, the predecessor's predecessors included."""
    rows = moving.inherited.get(application.id, [])
    before = {each.predecessor_id for each in rows if each.authority_id == act.former}
    known = {(each.authority_id, each.predecessor_id) for each in rows}
    new.inherited.extend(
        {
            "id": uuid.uuid4(),
            "application_id": application.id,
            "authority_id": act.ids[passage.authority],
            "predecessor_id": predecessor,
        }
        for passage in passages
        for predecessor in (act.former, *sorted(before))
        if (act.ids[passage.authority], predecessor) not in known
    )


def _bind_position(
    act: _Act, application: Application, moving: Moving, passages: Sequence[Passage], new: _New
) -> None:
    """Let what the authority has said of an undecided case count as said by its successors.

    The row goes over, so that everything that asks for an authority's word finds it in one place;
    who said it is kept beside it, and the history has it as it was.
    """
    own = {each.authority_id: each for each in moving.positions.get(application.id, [])}
    for left in moving.left_positions.get(application.id, []):
        said = _position(left, act.succession.authority)
        inherited_from = left.inherited_from or act.succession.authority
        for passage in passages:
            heir = act.ids[passage.authority]
            row = own.get(heir)
            if row is None:
                values = {**left._asdict(), "id": uuid.uuid4(), "authority_id": heir}
                new.positions.append({**values, "inherited_from": inherited_from})
                continue
            bound = inherit_position(_position(row, passage.authority), said)
            # Whoever took the position that stands answers for it, for instance once recused.
            if row.stance != bound.stance:
                row.taken_by_id, row.taken_at = left.taken_by_id, left.taken_at
            row.stance, row.reasons = bound.stance, bound.reasons
            row.conditions, row.tacit = list(bound.conditions), bound.tacit
            row.proportionality = dict(bound.proportionality)
            row.inherited_from = inherited_from


def _position(row: Position | Plain, code: str) -> PositionTaken:
    return PositionTaken(
        code,
        Stance(row.stance),
        row.reasons,
        tuple(row.conditions),
        row.tacit,
        tuple(row.proportionality.items()),
    )


def _bind_marks(
    act: _Act, application: Application, moving: Moving, passages: Sequence[Passage], new: _New
) -> None:
    own = {
        (each.authority_id, each.criterion): each for each in moving.reviews.get(application.id, [])
    }
    for left in moving.left_reviews.get(application.id, []):
        said = _mark(left, act.succession.authority)
        for passage in passages:
            heir = act.ids[passage.authority]
            row = own.get((heir, left.criterion))
            if row is None:
                values = {**left._asdict(), "id": uuid.uuid4(), "authority_id": heir}
                new.marks.append(values)
                continue
            bound = inherit_mark(_mark(row, passage.authority), said)
            row.mark, row.note = bound.mark, bound.note


def _mark(row: CriterionReview | Plain, code: str) -> Mark:
    return Mark(code, row.criterion, CriterionMark(row.mark), row.note)


def _reseat(
    act: _Act, application: Application, moving: Moving, passages: Sequence[Passage]
) -> None:
    """End the places of officers, and name again those who work for a successor now."""
    open_places = [each for each in moving.officers.get(application.id, []) if not each.ended_at]
    taken = {each.authority_id for each in open_places}
    heirs = [act.ids[each.authority] for each in passages]
    for place in (each for each in open_places if each.authority_id == act.former):
        place.ended_at = act.now
        heir = next(
            (
                heir
                for heir in heirs
                if heir not in taken and place.person_id in act.members.get(heir, ())
            ),
            None,
        )
        if heir is not None:
            taken.add(heir)
            act.session.add(
                OfficerAssignment(
                    application_id=application.id,
                    authority_id=heir,
                    person_id=place.person_id,
                    named_by_id=place.named_by_id,
                    named_at=act.now,
                )
            )


def _record(act: _Act, application: Application, passages: Sequence[Passage]) -> None:
    record(
        act.session,
        act.actor,
        Deed.AUTHORITY_SUCCEEDED,
        application,
        now=act.now,
        before=act.succession.authority,
        after=_listed(each.authority for each in passages),
        lead=next((each.authority for each in passages if each.is_lead), None),
        competences=_listed(code for each in passages for code in each.competences),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
