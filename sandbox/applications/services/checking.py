"""Let the secretariat check an application and decide what needs no authority."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import notices, queries
from sandbox.applications.services.shared import advance, ask_company, close, person_of
from sandbox.domain.applications import (
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.refusing import offered_reasons, settle_reasons
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ApplicationReturn,
    Decision,
)
from sandbox.packs import active


def start_triage(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Begin the check of completeness. Raises: Denied, TransitionRefused."""
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    application.status = advance(application, ApplicationAction.START_TRIAGE)
    application.changed_at = now
    record(session, actor, Deed.APPLICATION_TRIAGE_STARTED, application, now=now)


def return_to_company(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    reasons: Mapping[str, str],
    general: str,
    now: datetime,
) -> ApplicationReturn:
    """Give an application back to its company with reasons, question by question.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    status = check_returning(application, now)
    pack = active.pack_of(application)
    given = {key: text for key, text in reasons.items() if key in pack.questions and text.strip()}
    if not given and not general.strip():
        raise NotPossible(Why.REASON_MISSING)
    application.status = status
    application.returns_used += 1
    due_on = ask_company(session, application, pack, pack.clock("return_answer"), now)
    returned = ApplicationReturn(
        application_id=application.id,
        number=application.returns_used,
        reasons=given,
        general=general.strip(),
        returned_by_id=person_of(actor),
        returned_at=now,
        due_on=due_on,
    )
    session.add(returned)
    record(
        session,
        actor,
        Deed.APPLICATION_RETURNED,
        application,
        now=now,
        number=returned.number,
        reasons=len(given),
        due_on=due_on,
    )
    until = queries.taken_until(application, pack) or due_on
    notices.returned(session, application, due_on=due_on, until=until, now=now)
    return returned


def check_returning(application: Application, now: datetime) -> ApplicationStatus:
    """Make sure that a case may be given back now, and return where that leads.

    Raises: TransitionRefused, NotPossible(RETURNS_USED_UP, RETURN_TOO_LATE).
    """
    status = advance(application, ApplicationAction.RETURN)
    pack = active.pack_of(application)
    allowed = pack.coordination.returns_allowed
    if application.returns_used >= allowed:
        raise NotPossible(Why.RETURNS_USED_UP, limit=allowed)
    until = queries.returned_until_of(application, pack)
    if until is not None and local_day(now, pack.calendar.timezone) > until:
        raise NotPossible(Why.RETURN_TOO_LATE, until=until)
    return status


def redirect_elsewhere(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> Decision:
    """Decide at triage that ordinary guidance or another office serves this company better.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    status = advance(application, ApplicationAction.REDIRECT)
    return _decide_at_triage(
        session, actor, application, status, DecisionOutcome.REDIRECTED, reason=reason, now=now
    )


def decline_prohibited(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    reason: str,
    codes: Collection[str] = (),
    now: datetime,
) -> Decision:
    """Decline at triage an application whose answers describe a prohibited use.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    status = advance(application, ApplicationAction.DECLINE_PROHIBITED)
    if not queries.describes_prohibited_use(session, application):
        raise NotPossible(Why.NOT_PROHIBITED)
    outcome = DecisionOutcome.DECLINED
    offered = offered_reasons(active.pack_of(application), outcome)
    return _decide_at_triage(
        session,
        actor,
        application,
        status,
        outcome,
        reason=reason,
        codes=settle_reasons(offered, codes),
        now=now,
    )


def _decide_at_triage(
    session: Session,
    actor: Actor,
    application: Application,
    status: ApplicationStatus,
    outcome: DecisionOutcome,
    *,
    reason: str,
    codes: Sequence[str] = (),
    now: datetime,
) -> Decision:
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    application.status, application.outcome = status, outcome.value
    application.decided_at = now
    close(session, application, now=now)
    decision = Decision(
        application_id=application.id,
        outcome=outcome.value,
        # No rule of coordination was applied: no authority was on the case yet.
        rule="",
        pack_version=application.pack_version,
        grounds=[],
        conditions=[],
        dissent=[],
        positions=[],
        marks=[],
        remarks=reason.strip(),
        refusal_codes=list(codes),
        decided_by_id=person_of(actor),
        decided_at=now,
    )
    session.add(decision)
    is_redirected = outcome is DecisionOutcome.REDIRECTED
    record(
        session,
        actor,
        Deed.APPLICATION_REDIRECTED if is_redirected else Deed.APPLICATION_DECIDED,
        application,
        now=now,
        outcome=outcome.value,
        refusal_codes=", ".join(codes),
    )
    notices.decided_at_triage(session, application, reason=reason.strip(), codes=codes, now=now)
    return decision
