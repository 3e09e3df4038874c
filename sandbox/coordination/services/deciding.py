"""Bring the authorities' positions to one decision."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.coordination import queries
from sandbox.coordination.notices import deciding as notices
from sandbox.coordination.services.hearing import (
    announced_codes,
    hearings_of,
    must_announce,
    reply_to,
)
from sandbox.coordination.services.proposing import (
    ADMITTING,
    draw,
    frozen,
    make_sure_of_a_place,
    proposal_for,
    standing_authorities,
)
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
)
from sandbox.domain.deliberation import issuer_of
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.refusing import offered_reasons, settle_reasons
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.jobs import enqueue
from sandbox.models import Application, Decision
from sandbox.packs import active


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
    proposal = proposal_for(pack, queries.get_bench(session, application.id), application)
    if not proposal.needs_deliberation:
        raise NotPossible(Why.DELIBERATION_NOT_NEEDED)
    application.status = status
    application.changed_at = now
    record(session, actor, Deed.APPLICATION_DELIBERATION_OPENED, application, now=now)
    authorities = standing_authorities(session, application)
    notices.deliberation_opened(session, application, authorities, now)


def decide(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime,
    remarks: str = "",
    reply: str = "",
    codes: Collection[str] = (),
    expected_version: int | None = None,
) -> Decision:
    """Issue the decision that the pack's rule draws from the positions, and freeze all of it.

    Shape: `expected_version` is the version of the bench that the lead has read; None decides on
    whatever stands. `reply` answers what the company said to the preliminary result. `codes`
    are the reasons for a refusal; of another outcome they are left out.
    Raises: Denied, TransitionRefused, Stale; NotPossible, also where the call has no place left,
    where the company is first to be heard or to be answered, and where a refusal has no reason of
    those that the rules name.
    """
    # Whoever waits for a succession here is asked for the right that is left afterwards.
    queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_DECIDE, application)
    drawn = draw(session, application, ApplicationAction.DECIDE, expected_version=expected_version)
    pack, outcome = drawn.pack, drawn.outcome
    heard = queries.list_preliminary_results(session, application.id)
    if must_announce(pack, drawn.proposal, heard):
        raise NotPossible(Why.PRELIMINARY_NEEDED)
    if outcome in ADMITTING:
        make_sure_of_a_place(session, application)
    offered = offered_reasons(pack, outcome, announced_codes(heard))
    refusal_codes = settle_reasons(offered, codes if offered else ())
    reply_to(heard, reply)

    decision = Decision(
        application_id=application.id,
        outcome=outcome,
        rule=pack.coordination.decision_rule.value,
        pack_version=pack.version,
        remarks=remarks.strip(),
        hearings=hearings_of(heard),
        refusal_codes=refusal_codes,
        decided_by_id=actor.person_id,
        decided_at=now,
        **frozen(drawn.bench, drawn.proposal),
    )
    session.add(decision)
    application.status = drawn.status
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
        refusal_codes=", ".join(refusal_codes),
    )
    authorities = standing_authorities(session, application)
    issuer = issuer_of(decision.positions)
    notices.decided(session, application, authorities, pack, issuer=issuer, now=now)
    if outcome in ADMITTING:
        enqueue(session, "trials.open", application_id=application.id)
    return decision
