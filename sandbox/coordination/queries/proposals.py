"""Read what the platform proposed when the authorities of a case were chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from sandbox.applications.queries import closed_marks, read_marks
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.routing import Routing, RoutingReason, propose
from sandbox.domain.veiling import veil_routing
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.clock import local_day
from sandbox.models import Application, AppliedSuccession, Authority, Submission
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class Proposed:
    """Hold one authority that was proposed, with what in the answers spoke for it.

    Shape: `reasons` only for whoever may read the answers; `competences` are the codes of the
    matters alone, which everybody reads who is asked.
    """

    code: str
    is_lead: bool
    weight: int | None
    reasons: tuple[RoutingReason, ...]
    competences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold what was proposed and what was done instead, as it stood on the day.

    Shape: `pack` is the version of the rules of that day; `lead` and `associates` are those asked;
    `is_explained` is False where the rules of then can no longer be read.
    """

    made_at: datetime
    pack: PolicyPack
    proposed: tuple[Proposed, ...]
    lead: str
    associates: tuple[str, ...]
    is_changed: bool
    is_explained: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """Hold what is on record of the day on which the authorities of a case were chosen.

    Shape: everything is None before that day; `version` is that of the rules where the case moved
    to others since; `applied` are the codes of the authorities that had ended by then; `marks`
    names the questions whose answers are closed to the reader.
    """

    at: datetime | None
    details: Mapping[str, Any] | None
    content: Mapping[str, Any] | None
    version: str | None
    applied: str | None
    marks: str | None


def with_made(statement: Any, actor: Actor) -> Any:
    """Add to a statement on applications the columns of `Made`; authorities are assigned once."""
    made, moved = aliased(AuditEntry), aliased(AuditEntry)
    sent, other = aliased(Submission), aliased(Submission)
    version = (
        select(moved.details["before"].as_string())
        .where(
            moved.application_id == made.application_id,
            moved.deed == Deed.APPLICATION_MOVED.value,
            moved.at > made.at,
        )
        .order_by(moved.at, moved.tick)
        .limit(1)
        .scalar_subquery()
    )
    last = (
        select(func.max(other.number))
        .where(other.application_id == made.application_id, other.submitted_at <= made.at)
        .scalar_subquery()
    )
    applied = (
        select(func.aggregate_strings(Authority.code, ","))
        .join(AppliedSuccession, AppliedSuccession.authority_id == Authority.id)
        .where(AppliedSuccession.applied_at <= made.at)
        .scalar_subquery()
    )
    return (
        statement.add_columns(
            made.at,
            made.details,
            sent.content,
            version,
            applied,
            closed_marks(actor, Application.id),
        )
        .outerjoin(
            made,
            and_(
                made.application_id == Application.id,
                made.deed == Deed.APPLICATION_ASSIGNED.value,
            ),
        )
        .outerjoin(sent, and_(sent.application_id == made.application_id, sent.number == last))
    )


def read_made(session: Session, actor: Actor, application: Application) -> Made:
    """Read what is on record of the choice of a case's authorities."""
    statement = with_made(select(Application.id).where(Application.id == application.id), actor)
    return Made(*session.execute(statement).one()[1:])


def proposal_of_then(
    application: Application,
    pack: PolicyPack,
    made: Made,
    *,
    is_knowing: bool,
) -> Proposal | None:
    """Compute again what was proposed when the case was assigned; None before that.

    What was proposed and chosen stands on record. Its reasons follow from the answers that had
    been sent by then, the rules of then and the authorities in force then; none of these changes.
    Shape: `is_knowing` tells whether the reader may read the answers; of those that are closed to
    them all the same the question alone is told.
    """
    if made.at is None or made.details is None:
        return None
    then: PolicyPack | None = pack
    if made.version is not None and made.version != pack.version:
        then = active.find_pack_then(application, made.version)
    said = made.details
    leads, others = _listed(said["proposed_lead"]), _listed(said["proposed_associates"])
    routing = None if then is None else _again(then, made.at, made)
    if routing is not None and (_listed(routing.lead), routing.associates) != (leads, others):
        routing = None
    asked = _listed(said["associates"])
    return Proposal(
        made_at=made.at,
        pack=then or pack,
        proposed=tuple(
            Proposed(
                code=code,
                is_lead=code in leads,
                weight=None if routing is None else routing.weights[code],
                reasons=veil_routing(_reasons(routing, code), read_marks(made.marks))
                if is_knowing
                else (),
                competences=tuple(
                    dict.fromkeys(each.competence for each in _reasons(routing, code))
                ),
            )
            for code in (*leads, *others)
        ),
        lead=said["lead"],
        associates=asked,
        is_changed=((said["lead"],), set(asked)) != (leads, set(others)),
        is_explained=routing is not None,
        reason=said["reason"],
    )


def _again(pack: PolicyPack, at: datetime, made: Made) -> Routing:
    answers: Answers = {} if made.content is None else made.content["answers"]
    applied = (made.applied or "").split(",")
    return propose(pack, answers, local_day(at, pack.calendar.timezone), applied)


def _listed(codes: str | None) -> tuple[str, ...]:
    return tuple(code for code in (codes or "").split(", ") if code)


def _reasons(routing: Routing | None, code: str) -> tuple[RoutingReason, ...]:
    if routing is None:
        return ()
    return tuple(reason for reason in routing.reasons if reason.authority == code)
