"""Gather what the page of a case says about the authorities, for each kind of reader."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from sandbox.applications.queries import holds_place, list_stops
from sandbox.coordination.actions import CoordinationAction, is_open
from sandbox.coordination.clocks import position_began, position_clock
from sandbox.coordination.queries.bench import find_decision
from sandbox.coordination.queries.cases import OPEN, declined_authorities, has_trial_work
from sandbox.coordination.queries.hearing import is_answerable, list_preliminary_results
from sandbox.coordination.queries.panel_lines import (
    AnnouncementLine,
    AuthorityLine,
    DecisionLine,
    OfferLine,
    Panel,
    PositionLine,
    Viewer,
)
from sandbox.coordination.queries.pending import (
    REVIEWING,
    Line,
    Waiting,
    acting_parties,
    waiting,
    waiting_for_lead,
)
from sandbox.coordination.queries.people import has_head, is_by_recused
from sandbox.coordination.queries.proposals import Made, proposal_of_then, read_made
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import ClockReading, Stop
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.packs import PolicyPack, Who
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    AppliedSuccession,
    Authority,
    AuthorityAssignment,
    ConflictDeclaration,
    CriterionReview,
    Decision,
    LeadOffer,
    OfficerAssignment,
    Person,
    Position,
    PreliminaryResult,
    QuestionSuggestion,
)
from sandbox.models.coordination import (
    STANDING,
    AssignmentRole,
    AssignmentState,
    OfferState,
    SuggestionState,
)

_GONE = (AssignmentState.DECLINED.value, AssignmentState.RELEASED.value)


def case_panel(
    session: Session,
    actor: Actor,
    application: Application,
    pack: PolicyPack,
    now: datetime,
    *,
    stops: Sequence[Stop] | None = None,
    decision: Decision | None = None,
    made: Made | None = None,
) -> Panel | None:
    """Gather the panel in five statements at most; None where there is nothing to show yet.

    Shape: `stops` are those of the case's clock, `decision` is the one on it and `made` the choice
    of its authorities, where they have been read already.
    """
    rows = _authorities(session, actor, application)
    viewer = _viewer(actor, rows)
    is_routed_by_reader = (
        viewer is Viewer.SECRETARIAT and application.status == ApplicationStatus.TRIAGE
    )
    is_decided = application.status == ApplicationStatus.DECIDED
    if not rows and not is_routed_by_reader and not is_decided:
        return None
    has_declared = bool(rows and rows[0].declared)
    shows_positions = viewer is Viewer.SECRETARIAT or (viewer is Viewer.AUTHORITY and has_declared)
    officers = {} if viewer is Viewer.COMPANY else _officers(rows)
    positions = _positions(session, application.id) if shows_positions else {}
    lines = tuple(
        _line(row, actor, viewer, officers.get(row.authority_id), positions.get(row.authority_id))
        for row in rows
        if viewer is not Viewer.COMPANY or row.state not in _GONE
    )
    clock: ClockReading | None = None
    clocks: dict[str, ClockReading] = {}
    if viewer is not Viewer.COMPANY and application.status in REVIEWING:
        found = list_stops(session, application.id) if stops is None else stops
        clocks = _clocks(application, pack, rows, found, now)
        shown = next((row for row in rows if row.authority_id in actor.officer_of), None)
        clock = clocks.get((shown or rows[0]).code) if clocks else None
    needs_replacement = bool(
        application.status == ApplicationStatus.ASSIGNED and declined_authorities(rows)
    )
    awaited: tuple[Waiting, ...] = ()
    if viewer is not Viewer.COMPANY:
        awaited = (
            *waiting(application, pack, rows, officers, clocks),
            *waiting_for_lead(application, rows),
        )
    return Panel(
        viewer=viewer,
        lines=lines,
        waiting=awaited,
        acting=_acting(lines, awaited, needs_replacement=needs_replacement),
        decision=_decision(session, application.id, decision) if is_decided else None,
        position_clock=clock,
        criteria=len(pack.criteria),
        has_declared=has_declared,
        shows_positions=shows_positions,
        needs_replacement=needs_replacement,
        suggested=rows[0].suggested if rows and shows_positions else 0,
        ended=tuple(rows[0].ended.split(",")) if rows and rows[0].ended else (),
        announcements=_announcements(session, application)
        if rows and rows[0].announced and (viewer is Viewer.COMPANY or shows_positions)
        else (),
        offer=None
        if viewer is Viewer.COMPANY or not is_open(application, CoordinationAction.HAND_OVER_LEAD)
        else _offer(rows, actor),
        proposal=None
        if viewer is Viewer.COMPANY
        else proposal_of_then(
            application,
            pack,
            made or read_made(session, actor, application),
            is_knowing=shows_positions,
        ),
        is_open=application.status in OPEN
        or any(row.has_trial_work and row.authority_id in actor.officer_of for row in rows),
    )


def _acting(
    lines: Sequence[AuthorityLine], awaited: Sequence[Waiting], *, needs_replacement: bool
) -> tuple[str, ...]:
    """Name who must act. A company does not read who of the authorities is behind: it reads all."""
    named = acting_parties(awaited) or tuple(
        line.code for line in lines if line.state.value in STANDING
    )
    return tuple(dict.fromkeys((*named, Who.SECRETARIAT.value))) if needs_replacement else named


def _announcements(session: Session, application: Application) -> tuple[AnnouncementLine, ...]:
    results = list_preliminary_results(session, application.id)
    return tuple(
        AnnouncementLine(
            number=each.number,
            outcome=DecisionOutcome(each.outcome),
            announced_at=each.announced_at,
            due_on=each.due_on,
            answer=None if each.answer is None else CompanyAnswer(each.answer),
            answered_at=each.answered_at,
            late=each.late,
            is_silent=each.silent_at is not None,
            is_answerable=each is results[-1] and is_answerable(each, application),
        )
        for each in results
    )


def _offer(rows: Sequence[Line], actor: Actor) -> OfferLine | None:
    return next(
        (
            OfferLine(row.code, row.offer_reason, row.offered_at, row.authority_id in actor.head_of)
            for row in rows
            if row.offered_at is not None
        ),
        None,
    )


def _authorities(session: Session, actor: Actor, application: Application) -> Sequence[Line]:
    marked = (
        select(func.count())
        .where(
            CriterionReview.application_id == AuthorityAssignment.application_id,
            CriterionReview.authority_id == AuthorityAssignment.authority_id,
        )
        .scalar_subquery()
    )
    has_position = (
        select(func.count())
        .where(
            Position.application_id == AuthorityAssignment.application_id,
            Position.authority_id == AuthorityAssignment.authority_id,
        )
        .scalar_subquery()
    )
    # Under its own name the subquery would find the declarations of the officers.
    own = aliased(ConflictDeclaration)
    declared = (
        select(func.count())
        .where(
            own.application_id == AuthorityAssignment.application_id,
            own.person_id == actor.person_id,
            own.has_conflict.is_(False),
        )
        .scalar_subquery()
    )
    # All that have ended, so that old names on the page can say who follows.
    former = aliased(Authority)
    ended = (
        select(func.aggregate_strings(former.code, ","))
        .join(AppliedSuccession, AppliedSuccession.authority_id == former.id)
        .scalar_subquery()
    )
    suggested = (
        select(func.count())
        .where(
            QuestionSuggestion.application_id == AuthorityAssignment.application_id,
            QuestionSuggestion.state == SuggestionState.OPEN,
        )
        .scalar_subquery()
    )
    announced = (
        select(func.count())
        .where(PreliminaryResult.application_id == AuthorityAssignment.application_id)
        .scalar_subquery()
    )
    receiver = aliased(Person)
    return session.execute(
        select(
            AuthorityAssignment.authority_id,
            Authority.code,
            AuthorityAssignment.role,
            AuthorityAssignment.state,
            AuthorityAssignment.assigned_at,
            AuthorityAssignment.respond_by,
            AuthorityAssignment.received_at,
            receiver.name.label("received_by"),
            AuthorityAssignment.responded_at,
            AuthorityAssignment.reason,
            AuthorityAssignment.tacit,
            marked.label("marked"),
            has_position.label("has_position"),
            declared.label("declared"),
            has_head(AuthorityAssignment).label("has_head"),
            has_trial_work(AuthorityAssignment).label("has_trial_work"),
            ended.label("ended"),
            suggested.label("suggested"),
            announced.label("announced"),
            Person.name,
            ConflictDeclaration.id.label("declaration"),
            LeadOffer.reason.label("offer_reason"),
            LeadOffer.offered_at,
        )
        .join(Application, Application.id == AuthorityAssignment.application_id)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .outerjoin(
            OfficerAssignment,
            (OfficerAssignment.application_id == AuthorityAssignment.application_id)
            & (OfficerAssignment.authority_id == AuthorityAssignment.authority_id)
            & holds_place(),
        )
        .outerjoin(receiver, receiver.id == AuthorityAssignment.received_by_id)
        .outerjoin(Person, Person.id == OfficerAssignment.person_id)
        .outerjoin(
            ConflictDeclaration,
            (ConflictDeclaration.person_id == OfficerAssignment.person_id)
            & (ConflictDeclaration.application_id == OfficerAssignment.application_id),
        )
        .outerjoin(
            LeadOffer,
            (LeadOffer.application_id == AuthorityAssignment.application_id)
            & (LeadOffer.to_authority_id == AuthorityAssignment.authority_id)
            & (LeadOffer.state == OfferState.OPEN),
        )
        .where(AuthorityAssignment.application_id == application.id)
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    ).all()


def _viewer(actor: Actor, rows: Sequence[Line]) -> Viewer:
    if any(row.authority_id in actor.officer_of and row.state in STANDING for row in rows):
        return Viewer.AUTHORITY
    return Viewer.SECRETARIAT if StaffRole.CASEWORKER in actor.staff else Viewer.COMPANY


def _officers(rows: Sequence[Line]) -> dict[UUID, Line]:
    """Keep the rows of authorities that have named an officer."""
    return {row.authority_id: row for row in rows if row.name is not None}


def _positions(session: Session, application_id: UUID) -> dict[UUID, PositionLine]:
    rows = session.execute(
        select(
            Position.authority_id,
            Position.stance,
            Position.reasons,
            Position.conditions,
            Position.tacit,
            Position.taken_at,
            is_by_recused().label("by_recused"),
            Position.inherited_from,
            Position.proportionality,
        ).where(Position.application_id == application_id)
    )
    return {
        authority_id: PositionLine(Stance(stance), reasons, tuple(conditions), *others)
        for authority_id, stance, reasons, conditions, *others in rows
    }


def _line(
    row: Line,
    actor: Actor,
    viewer: Viewer,
    officer: Line | None,
    position: PositionLine | None,
) -> AuthorityLine:
    is_inside = viewer is not Viewer.COMPANY
    is_own = row.authority_id in actor.officer_of
    return AuthorityLine(
        code=row.code,
        role=AssignmentRole(row.role),
        state=AssignmentState(row.state),
        respond_by=row.respond_by if is_inside else None,
        asked_at=row.assigned_at if is_inside else None,
        received_at=row.received_at if is_inside else None,
        received_by=(row.received_by or "") if is_own or viewer is Viewer.SECRETARIAT else "",
        responded_at=row.responded_at if is_inside else None,
        reason=row.reason if is_inside else "",
        tacit=row.tacit and is_inside,
        is_own=is_own,
        officer=officer.name if officer else "",
        officer_has_declared=bool(officer and officer.declaration),
        marked=row.marked if is_inside else 0,
        position=position,
    )


def _clocks(
    application: Application,
    pack: PolicyPack,
    rows: Sequence[Line],
    stops: Sequence[Stop],
    now: datetime,
) -> dict[str, ClockReading]:
    """Read the term for its position of each authority on the case; none before the review."""
    zone = pack.calendar.timezone
    today = local_day(now, zone)
    began = {
        row.code: position_began(application.review_started_at, row.responded_at)
        for row in rows
        if row.state == AssignmentState.ACCEPTED.value
    }
    return {
        code: position_clock(pack, local_day(at, zone), stops, today, code)
        for code, at in began.items()
        if at is not None
    }


def _decision(
    session: Session, application_id: UUID, known: Decision | None
) -> DecisionLine | None:
    found = known or find_decision(session, application_id)
    if found is None:
        return None
    return DecisionLine(
        DecisionOutcome(found.outcome), tuple(found.conditions), found.remarks, found.decided_at
    )
