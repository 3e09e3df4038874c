"""Hear a company on a result before it is decided."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications.services import ask_company, restart_clocks
from sandbox.coordination import queries
from sandbox.coordination.notices import hearing as notices
from sandbox.coordination.services.proposing import (
    ADMITTING,
    draw,
    frozen,
    make_sure_of_a_place,
    standing_authorities,
)
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
)
from sandbox.domain.calendar import came_late
from sandbox.domain.deliberation import ProposedDecision
from sandbox.domain.hearing import (
    Announced,
    CompanyAnswer,
    is_announced_first,
    needs_reply,
    needs_text,
)
from sandbox.domain.packs import COMMENT_CLOCK, PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.refusing import offered_reasons, settle_reasons
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.models import Application, PreliminaryResult
from sandbox.packs import active


def announce(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime,
    remarks: str = "",
    reply: str = "",
    codes: Collection[str] = (),
    expected_version: int | None = None,
) -> PreliminaryResult:
    """Tell the company what is to be decided, with its reasons, and give it a term to answer.

    Shape: as in `decide`; `reply` answers what the company said to an earlier announcement.
    Raises: Denied, TransitionRefused, Stale, NotPossible.
    """
    queries.lock_application(session, application.id)
    require(session, actor, P.APPLICATION_DECIDE, application)
    drawn = draw(
        session, application, ApplicationAction.ANNOUNCE, expected_version=expected_version
    )
    pack, outcome = drawn.pack, drawn.outcome
    before = queries.list_preliminary_results(session, application.id)
    if not must_announce(pack, drawn.proposal, before):
        raise NotPossible(Why.PRELIMINARY_NOT_NEEDED)
    if outcome in ADMITTING:
        make_sure_of_a_place(session, application)
    offered = offered_reasons(pack, outcome)
    refusal_codes = settle_reasons(offered, codes if offered else ())
    reply_to(before, reply)

    application.status = drawn.status
    result = PreliminaryResult(
        application_id=application.id,
        number=len(before) + 1,
        outcome=outcome,
        rule=pack.coordination.decision_rule.value,
        pack_version=pack.version,
        remarks=remarks.strip(),
        refusal_codes=refusal_codes,
        announced_by_id=actor.person_id,
        announced_at=now,
        due_on=ask_company(session, application, pack, pack.clock(COMMENT_CLOCK), now),
        **frozen(drawn.bench, drawn.proposal),
    )
    session.add(result)
    own = queries.find_own_assignment(session, actor.officer_of, application.id)
    record(
        session,
        actor,
        Deed.PRELIMINARY_ANNOUNCED,
        application,
        now=now,
        authority_id=None if own is None else own.authority_id,
        number=result.number,
        outcome=outcome,
        due_on=result.due_on,
        refusal_codes=", ".join(refusal_codes),
    )
    authorities = standing_authorities(session, application)
    notices.preliminary_announced(session, application, result, authorities, now)
    return result


def answer_preliminary(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    answer: CompanyAnswer,
    now: datetime,
    text: str = "",
) -> None:
    """Put on record what the company says to what was announced, once, until it is decided.

    Its term may have passed in silence: what comes afterwards is marked as late and moves nothing.
    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.PRELIMINARY_ANSWER, application)
    queries.lock_application(session, application.id)
    result = queries.find_answerable(session, application)
    if result is None:
        LIFECYCLE.advance(
            ApplicationStatus(application.status), ApplicationAction.ANSWER_PRELIMINARY
        )
        raise NotPossible(Why.ALREADY_ANSWERED)
    if needs_text(answer) and not text.strip():
        raise NotPossible(Why.COMMENT_MISSING)
    zone = active.pack_of(application).calendar.timezone
    today = local_day(now, zone)
    result.answer, result.text = answer, text.strip()
    result.answered_by_id, result.answered_at = actor.person_id, now
    result.late = came_late(now, result.due_on, zone)
    application.changed_at = now
    if application.status == ApplicationStatus.PRELIMINARY:
        _go_on(application, ApplicationAction.ANSWER_PRELIMINARY)
        restart_clocks(session, application, min(today, result.due_on + timedelta(days=1)))
    record(
        session,
        actor,
        Deed.PRELIMINARY_ANSWERED,
        application,
        now=now,
        number=result.number,
        answer=answer,
        late=result.late,
    )
    authorities = standing_authorities(session, application)
    notices.preliminary_answered(session, application, result, authorities, now)


def note_silence(session: Session, actor: Actor, *, now: datetime) -> int:
    """Put on record which companies let their term pass, so that the lead may decide.

    Silence says neither yes nor no, whatever it would suit anybody to read into it.
    Returns the number of cases. Raises: Denied.
    """
    noted = 0
    for found in queries.list_unanswered(session, now.date()):
        application = queries.lock_application(session, found.id)
        pack = active.find_pack_of(application)
        result = queries.find_answerable(session, application)
        if pack is None or result is None or result.silent_at is not None:
            # Whoever mends the rules of this case must find it as it was; the others go on.
            continue
        # The list was cut by the day in UTC, which may be one ahead of the programme's own.
        if local_day(now, pack.calendar.timezone) <= result.due_on:
            continue
        require(session, actor, P.PRELIMINARY_CLOSE, application)
        result.silent_at = now
        application.changed_at = now
        _go_on(application, ApplicationAction.NOTE_SILENCE)
        # The term for the decision ran on from the day after, whenever the job came to it.
        restart_clocks(session, application, result.due_on + timedelta(days=1))
        record(
            session,
            actor,
            Deed.PRELIMINARY_SILENT,
            application,
            now=now,
            number=result.number,
            due_on=result.due_on,
        )
        authorities = standing_authorities(session, application)
        notices.preliminary_silent(session, application, result, authorities, now)
        noted += 1
    return noted


def _go_on(application: Application, action: ApplicationAction) -> None:
    application.status = LIFECYCLE.advance(ApplicationStatus(application.status), action)
    application.answer_due_on = None


def must_announce(
    pack: PolicyPack, proposal: ProposedDecision | None, results: Sequence[PreliminaryResult]
) -> bool:
    """Tell whether the company is to be heard before what is proposed is decided."""
    if proposal is None or proposal.outcome is None:
        return False
    announced = (
        Announced(DecisionOutcome(each.outcome), tuple(each.conditions)) for each in results
    )
    return is_announced_first(pack, proposal.outcome, proposal.conditions, announced)


def announced_codes(results: Sequence[PreliminaryResult]) -> list[str]:
    """Return the reasons for a refusal on which the company was heard, those it was told last."""
    refusals = [each for each in results if each.outcome == DecisionOutcome.DECLINED]
    return list(refusals[-1].refusal_codes) if refusals else []


def reply_to(results: Sequence[PreliminaryResult], reply: str) -> None:
    """Write beside the company's last answer what the lead makes of it.

    Raises: NotPossible(REPLY_MISSING) where the company contested and is left without a reply.
    """
    last = results[-1] if results else None
    if last is None or last.answer is None:
        return
    if needs_reply(CompanyAnswer(last.answer)) and not reply.strip():
        raise NotPossible(Why.REPLY_MISSING)
    last.reply = reply.strip()


def hearings_of(results: Sequence[PreliminaryResult]) -> list[dict[str, Any]]:
    """Write down on what a company was heard before the decision, and what came of it."""
    return [
        {
            "outcome": each.outcome,
            "announced_at": each.announced_at.isoformat(),
            "due_on": each.due_on.isoformat(),
            "answer": each.answer,
            "text": each.text,
            "answered_at": None if each.answered_at is None else each.answered_at.isoformat(),
            "late": each.late,
            "reply": each.reply,
        }
        for each in results
    ]
