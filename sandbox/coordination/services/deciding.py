"""Bring the authorities' positions to one decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import notices, queries
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
)
from sandbox.domain.calls import OUTSIDE
from sandbox.domain.deliberation import ProposedDecision
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.kernel.jobs import enqueue
from sandbox.models import Application, Decision
from sandbox.models.coordination import STANDING
from sandbox.packs import active

ADMITTING = frozenset({DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS})


def open_deliberation(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Call the authorities together after an objection; afterwards positions may be changed.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    # Whoever waits for a succession here is asked for the right that is left afterwards.
    queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_DECIDE, application)
    status = LIFECYCLE.advance(
        ApplicationStatus(application.status), ApplicationAction.OPEN_DELIBERATION
    )
    pack = active.pack_of(application)
    proposal = _proposal(pack, queries.get_bench(session, application.id), application)
    if not proposal.needs_deliberation:
        raise NotPossible(Why.DELIBERATION_NOT_NEEDED)
    application.status = status
    application.changed_at = now
    record(session, actor, Deed.APPLICATION_DELIBERATION_OPENED, application, now=now)
    authorities = _authorities(session, application)
    notices.deliberation_opened(session, application, authorities, now)


def decide(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime,
    remarks: str = "",
    expected_version: int | None = None,
) -> Decision:
    """Issue the decision that the pack's rule draws from the positions, and freeze all of it.

    Shape: `expected_version` is the version of the bench that the lead has read; None decides on
    whatever stands.
    Raises: Denied, TransitionRefused, Stale; NotPossible, also where the call has no place left.
    """
    # Whoever waits for a succession here is asked for the right that is left afterwards.
    queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_DECIDE, application)
    status = LIFECYCLE.advance(ApplicationStatus(application.status), ApplicationAction.DECIDE)
    pack = active.pack_of(application)
    bench = queries.get_bench(session, application.id)
    if expected_version is not None and bench.version != expected_version:
        raise Stale
    proposal = _proposal(pack, bench, application)
    outcome = _outcome(proposal)
    if outcome in ADMITTING:
        _make_sure_of_a_place(session, application)

    decision = Decision(
        application_id=application.id,
        outcome=outcome,
        rule=pack.coordination.decision_rule.value,
        pack_version=pack.version,
        remarks=remarks.strip(),
        decided_by_id=actor.person_id,
        decided_at=now,
        **_frozen(bench, proposal),
    )
    session.add(decision)
    application.status = status
    application.outcome = outcome
    application.decided_at = now
    application.changed_at = now
    own = queries.find_own_assignment(session, actor.officer_of, application.id)
    record(
        session,
        actor,
        Deed.APPLICATION_DECIDED,
        application,
        now=now,
        authority_id=None if own is None else own.authority_id,
        outcome=outcome,
        rule=decision.rule,
        conditions=len(decision.conditions),
        dissent=", ".join(decision.dissent),
    )
    notices.decided(session, application, _authorities(session, application), pack, now)
    if outcome in ADMITTING:
        enqueue(session, "trials.open", application_id=application.id)
    return decision


def _proposal(pack: PolicyPack, bench: queries.Bench, application: Application) -> ProposedDecision:
    proposal = queries.proposal_of(pack, bench, application.status)
    if proposal is None:
        raise NotPossible(Why.LEAD_MISSING)
    if proposal.waiting_for:
        raise NotPossible(Why.POSITION_MISSING, authorities=proposal.waiting_for)
    return proposal


def _outcome(proposal: ProposedDecision) -> DecisionOutcome:
    if proposal.needs_deliberation:
        raise NotPossible(Why.DELIBERATION_NEEDED)
    if proposal.outcome is None:
        # Everybody whose word counts has abstained: the rule gives no answer.
        raise NotPossible(Why.NO_OUTCOME)
    return proposal.outcome


def _make_sure_of_a_place(session: Session, application: Application) -> None:
    """Refuse to admit one more than the call has places; others who decide wait meanwhile.

    Raises: NotPossible(CALL_FULL) with the `places` that are all `taken`.
    """
    if application.call_key in (None, OUTSIDE):
        return
    queries.lock_call(session, application)
    places = queries.read_places(session, application)
    if places is not None and places.taken >= places.total:
        raise NotPossible(Why.CALL_FULL, places=places.total, taken=places.taken)


def _frozen(bench: queries.Bench, proposal: ProposedDecision) -> dict[str, list[Any]]:
    """Write down what the decision rests on, so that no later change can touch it."""
    return {
        "grounds": [
            {"kind": ground.kind.value, "params": dict(ground.params)}
            for ground in proposal.grounds
        ],
        "conditions": list(proposal.conditions),
        "dissent": list(proposal.dissent),
        "positions": [
            {
                "authority": each.authority,
                "role": "lead" if each.authority == bench.lead else "associate",
                "stance": each.stance.value,
                "reasons": each.reasons,
                "conditions": list(each.conditions),
                "tacit": each.tacit,
            }
            for each in sorted(bench.positions, key=lambda each: each.authority != bench.lead)
        ],
        "marks": [
            {
                "authority": mark.authority,
                "criterion": mark.criterion,
                "mark": mark.mark.value,
                "note": mark.note,
            }
            for mark in bench.marks
        ],
    }


def _authorities(session: Session, application: Application) -> list[UUID]:
    return [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING
    ]
