"""Draw a result from what the authorities have said, and freeze what it rests on."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.coordination import queries
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
from sandbox.kernel.db import Stale
from sandbox.models import Application
from sandbox.models.coordination import STANDING
from sandbox.packs import active

ADMITTING = frozenset({DecisionOutcome.ADMITTED, DecisionOutcome.ADMITTED_WITH_CONDITIONS})


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold what the positions amount to at this moment, and the status that a deed leads to."""

    status: ApplicationStatus
    pack: PolicyPack
    bench: queries.Bench
    proposal: ProposedDecision
    outcome: DecisionOutcome


def draw(
    session: Session,
    application: Application,
    action: ApplicationAction,
    *,
    expected_version: int | None,
) -> Drawn:
    """Draw the result from the positions on a case that the caller has locked.

    Shape: `expected_version` is the version of the bench that the lead has read; None takes
    whatever stands.
    Raises: TransitionRefused, Stale, NotPossible.
    """
    status = LIFECYCLE.advance(ApplicationStatus(application.status), action)
    pack = active.pack_of(application)
    bench = queries.get_bench(session, application.id)
    if expected_version is not None and bench.version != expected_version:
        raise Stale
    proposal = proposal_for(pack, bench, application)
    return Drawn(status, pack, bench, proposal, outcome_of(proposal))


def proposal_for(
    pack: PolicyPack, bench: queries.Bench, application: Application
) -> ProposedDecision:
    """Return what the rule draws from the positions. Raises: NotPossible while any is missing."""
    proposal = queries.proposal_of(pack, bench, application.status)
    if proposal is None:
        raise NotPossible(Why.LEAD_MISSING)
    if proposal.waiting_for:
        raise NotPossible(Why.POSITION_MISSING, authorities=proposal.waiting_for)
    return proposal


def outcome_of(proposal: ProposedDecision) -> DecisionOutcome:
    """Return the outcome that a proposal has. Raises: NotPossible."""
    if proposal.needs_deliberation:
        raise NotPossible(Why.DELIBERATION_NEEDED)
    if proposal.outcome is None:
        # Everybody whose word counts has abstained: the rule gives no answer.
        raise NotPossible(Why.NO_OUTCOME)
    return proposal.outcome


def make_sure_of_a_place(session: Session, application: Application) -> None:
    """Refuse to admit one more than the call has places; others who decide wait meanwhile.

    Raises: NotPossible(CALL_FULL) with the `places` that are all `taken`.
    """
    if application.call_key in (None, OUTSIDE):
        return
    queries.lock_call(session, application)
    places = queries.read_places(session, application)
    if places is not None and places.taken >= places.total:
        raise NotPossible(Why.CALL_FULL, places=places.total, taken=places.taken)


def frozen(bench: queries.Bench, proposal: ProposedDecision) -> dict[str, list[Any]]:
    """Write down what a result rests on, so that no later change can touch it."""
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
                # What was decided before such questions were asked keeps its fingerprint.
                **({"proportionality": dict(each.proportionality)} if each.proportionality else {}),
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


def standing_authorities(session: Session, application: Application) -> list[UUID]:
    """List the authorities that are on a case, for those who write to their people."""
    return [
        each.authority_id
        for each in queries.list_assignments(session, application.id)
        if each.state in STANDING
    ]
