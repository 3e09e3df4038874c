"""Mark the criteria for an authority and say where it stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.actions import CoordinationAction, make_sure_open
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.proportionality import settle_proportionality
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.models import Application, AuthorityAssignment, CriterionReview, Position
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active


def save_review(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    marks: Mapping[str, tuple[CriterionMark, str]],
    expected_version: int,
    now: datetime,
    authority_id: UUID | None = None,
) -> None:
    """Keep an authority's marks with their notes; criteria that are left out stay as they are.

    Shape: `expected_version` is `queries.review_version` as the reviewer saw it.
    Raises: Denied, TransitionRefused, NotPossible, Stale.
    """
    require(session, actor, P.APPLICATION_REVIEW, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.REVIEW)
    pack = active.pack_of(application)
    place = _own_place(session, actor, application, authority_id)
    if queries.review_version(session, application.id, place.authority_id) != expected_version:
        raise Stale
    for criterion, (mark, note) in marks.items():
        # A mark that helps to refuse a company must say why; the letter prints it.
        if mark is not CriterionMark.MET and not note.strip():
            raise NotPossible(Why.REASON_MISSING, criterion=criterion)
    rows = {
        row.criterion: row
        for row in queries.list_reviews(session, application.id, place.authority_id)
    }

    changed = 0
    for key, (mark, note) in marks.items():
        row = rows.get(pack.criterion(key).key)
        if row is not None and (row.mark, row.note) == (mark, note.strip()):
            continue
        if row is None:
            row = CriterionReview(
                application_id=application.id, authority_id=place.authority_id, criterion=key
            )
            session.add(row)
            rows[key] = row
        row.mark = mark
        row.note = note.strip()
        row.reviewed_by_id = _person(actor)
        row.reviewed_at = now
        changed += 1
    if changed:
        record(
            session,
            actor,
            Deed.REVIEW_SAVED,
            application,
            now=now,
            authority_id=place.authority_id,
            changed=changed,
            marked=len(rows),
            criteria=len(pack.criteria),
        )


def take_position(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    stance: Stance,
    reasons: str,
    now: datetime,
    conditions: Sequence[str] = (),
    proportionality: Mapping[str, str] | None = None,
    expected_version: int = 0,
    authority_id: UUID | None = None,
) -> None:
    """Say where an authority stands, once it has marked every criterion; open until the decision.

    Shape: `proportionality` maps the questions of the rules about conditions to the answers;
    `expected_version` is the version of the position as it was read, 0 for none.
    Raises: Denied, TransitionRefused, NotPossible, Stale.
    """
    require(session, actor, P.POSITION_TAKE, application)
    queries.lock_application(session, application.id)
    make_sure_open(application, CoordinationAction.TAKE_POSITION)
    pack = active.pack_of(application)
    place = _own_place(session, actor, application, authority_id)
    marked = {
        row.criterion for row in queries.list_reviews(session, application.id, place.authority_id)
    }
    if any(criterion.key not in marked for criterion in pack.criteria):
        raise NotPossible(Why.MARKS_MISSING)
    if not reasons.strip():
        raise NotPossible(Why.REASON_MISSING)
    stated = _tidied(conditions) if stance is Stance.CONCUR_WITH_CONDITIONS else []
    if stance is Stance.CONCUR_WITH_CONDITIONS and not stated:
        raise NotPossible(Why.CONDITIONS_MISSING)
    answered = settle_proportionality(pack, stance, proportionality or {})
    position = queries.find_position(session, application.id, place.authority_id)
    if (0 if position is None else position.version) != expected_version:
        raise Stale

    before = None if position is None else position.stance
    if position is None:
        position = Position(application_id=application.id, authority_id=place.authority_id)
        session.add(position)
    position.stance = stance
    position.reasons = reasons.strip()
    position.conditions, position.proportionality = stated, answered
    position.tacit = False
    position.taken_by_id = _person(actor)
    position.taken_at = now
    application.changed_at = now
    record(
        session,
        actor,
        Deed.POSITION_TAKEN,
        application,
        now=now,
        authority_id=place.authority_id,
        before=before,
        after=stance,
        conditions=len(stated),
    )


def _own_place(
    session: Session, actor: Actor, application: Application, authority_id: UUID | None
) -> AuthorityAssignment:
    mine = actor.officer_of if authority_id is None else actor.officer_of & {authority_id}
    place = queries.find_own_assignment(session, mine, application.id)
    if place is None:
        raise NotPossible(Why.NOT_ASSIGNED)
    if place.state != AssignmentState.ACCEPTED:
        raise NotPossible(Why.NOT_ACCEPTED)
    return place


def _tidied(conditions: Sequence[str]) -> list[str]:
    stated = (condition.strip() for condition in conditions)
    return list(dict.fromkeys(condition for condition in stated if condition))


def _person(actor: Actor) -> UUID:
    assert actor.person_id is not None, "An authority speaks through a person."
    return actor.person_id
