"""Read the cases of a list: what it is narrowed to, and how many there are of each status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.domain.applications import OPEN_STATUSES
from sandbox.kernel.actors import Actor
from sandbox.kernel.paging import PAGE_SIZE, Page, paged
from sandbox.kernel.search import lists, says
from sandbox.models import (
    Application,
    Authority,
    AuthorityAssignment,
    Decision,
    Organisation,
    Person,
    SavedView,
)
from sandbox.models.coordination import STANDING, AssignmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Say what a list is narrowed to; an empty field narrows nothing.

    Shape: `text` is part of a reference, of a title or of an organisation's name; `call` a key, or
    OUTSIDE for what was sent outside the calls; `authority`, `priority` and `refused_for` are codes
    of the rules; `late_since` the day before which an answer was due that is still missing.
    """

    text: str = ""
    status: str = ""
    call: str = ""
    tier: str = ""
    authority: str = ""
    priority: str = ""
    refused_for: str = ""
    late_since: date | None = None

    @property
    def narrows(self) -> bool:
        """Tell whether anything is left out."""
        return self != EVERYTHING

    @property
    def words(self) -> dict[str, Any]:
        """Return the filter as words of an address: whatever narrows, by its name."""
        late = "" if self.late_since is None else "yes"
        given = {
            "text": self.text,
            "status": self.status,
            "call": self.call,
            "tier": self.tier,
            "authority": self.authority,
            "priority": self.priority,
            "refused_for": self.refused_for,
            "late": late,
        }
        return {name: word for name, word in given.items() if word}


EVERYTHING = CaseFilter()


def list_applications(
    session: Session,
    actor: Actor,
    wanted: CaseFilter = EVERYTHING,
    *,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row[*tuple[Any, ...]]]:
    """Page through the applications that the actor may read, the latest changed first."""
    statement = (
        select(
            Application.reference,
            Application.title,
            Application.status,
            Application.outcome,
            Application.tier,
            Application.priority_codes,
            Application.pack_code,
            Application.pack_version,
            Application.organisation_id,
            Organisation.name.label("organisation"),
            Application.submitted_at,
            Application.answer_due_on,
            Application.changed_at,
            Application.id,
        )
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(scope(actor, P.APPLICATION_READ), *_conditions(actor, wanted))
    )
    return paged(
        session,
        statement,
        (Application.changed_at, Application.id),
        (datetime, UUID),
        after,
        size=size,
    )


def _conditions(actor: Actor, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        searched = (Application.reference, Application.title, Organisation.name)
        found.append(says(wanted.text, *searched))
    if wanted.status:
        found.append(Application.status == wanted.status)
    if wanted.call:
        found.append(Application.call_key == wanted.call)
    if wanted.tier:
        found.append(Application.tier == wanted.tier)
    if wanted.authority:
        found.append(
            _places(AuthorityAssignment.state.in_(STANDING))
            .join(Authority, Authority.id == AuthorityAssignment.authority_id)
            .where(Authority.code == wanted.authority)
            .exists()
        )
    if wanted.priority:
        # It is computed from answers, so it is found by whoever may read these.
        found += [
            scope(actor, P.APPLICATION_READ_ANSWERS),
            lists(wanted.priority, Application.priority_codes),
        ]
    if wanted.refused_for:
        # For which reasons a case was refused is for whoever may read its decision.
        found += [scope(actor, P.APPLICATION_READ_ANSWERS), _refused_for(wanted.refused_for)]
    if wanted.late_since is not None:
        unanswered = _places(
            AuthorityAssignment.state == AssignmentState.PROPOSED.value,
            AuthorityAssignment.respond_by < wanted.late_since,
        )
        owes = or_(Application.answer_due_on < wanted.late_since, unanswered.exists())
        # Who was asked on a case that has ended meanwhile answers no more.
        found += [Application.status.in_(sorted(OPEN_STATUSES)), owes]
    return found


def _refused_for(code: str) -> ColumnElement[bool]:
    of_case = Decision.application_id == Application.id
    gave = lists(code, Decision.refusal_codes)
    return select(Decision.id).where(of_case, gave).correlate(Application).exists()


def _places(*conditions: ColumnElement[bool]) -> Select[Any]:
    of_case = AuthorityAssignment.application_id == Application.id
    return select(AuthorityAssignment.id).where(of_case, *conditions).correlate(Application)


def count_applications(session: Session, actor: Actor) -> Mapping[str, int]:
    """Count the applications that the actor may read, by status."""
    rows = session.execute(
        select(Application.status, func.count().label("number"))
        .where(scope(actor, P.APPLICATION_READ))
        .group_by(Application.status)
    )
    return {row.status: row.number for row in rows}


def list_views(session: Session, actor: Actor) -> Sequence[SavedView]:
    """List what a person has saved, by name; there are few of them."""
    return session.scalars(
        select(SavedView).where(SavedView.person_id == actor.person_id).order_by(SavedView.name)
    ).all()


def get_view(session: Session, actor: Actor, view_id: UUID) -> SavedView:
    """Return one of a person's own views. Raises: NotFound."""
    found = session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.person_id == actor.person_id)
    )
    if found is None:
        raise NotFound
    return found


def lock_person(session: Session, person_id: UUID) -> None:
    """Let nobody else change what this person has saved before this transaction ends."""
    session.scalar(select(Person.id).where(Person.id == person_id).with_for_update())
