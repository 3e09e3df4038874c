"""Let a company send its application, and take it back."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import notices, queries
from sandbox.applications.services.shared import (
    advance,
    close,
    forget_typed,
    person_of,
    restart_clocks,
)
from sandbox.domain.answers import priorities, problems, relevant
from sandbox.domain.applications import (
    ApplicationAction,
    ApplicationStatus,
    reference,
)
from sandbox.domain.calls import OUTSIDE, calling
from sandbox.domain.content import content_hash
from sandbox.domain.packs import ClockStart, PolicyPack
from sandbox.domain.refusals import Incomplete, NotPossible, Why
from sandbox.domain.risk import tiering
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.models import (
    Application,
    EnquiryCounter,
    ReferenceCounter,
    Submission,
)
from sandbox.packs import active


def content_of(pack: PolicyPack, draft: queries.Draft) -> dict[str, Any]:
    """Gather what a submission freezes: exactly this is kept and exactly this is hashed."""
    counting = relevant(pack, draft.answers)
    return {
        "pack": {"code": pack.code, "version": pack.version},
        "answers": counting,
        "confidential": sorted(draft.confidential & counting.keys()),
        "attachments": [
            {
                "id": str(file.id),
                "question": file.question,
                "name": file.filename,
                "content_type": file.content_type,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in draft.files
            if file.question in counting
        ],
    }


def submit(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    now: datetime,
    number: int | None = None,
    expected_hash: str | None = None,
    outside: bool = False,
) -> Submission:
    """Send the application, or its correction, to the secretariat and freeze what was sent.

    Shape: `number` is that of the submission the person confirmed; sent again, it gives the same
    submission. `expected_hash` is the hash of what the person checked; `outside` tells that they
    chose to send it outside the calls.
    Raises: Denied, TransitionRefused, Incomplete; Stale when a colleague changed an answer since;
    NotPossible(ANSWER_TOO_LATE) where these rules take no correction any more;
    NotPossible(CALLS_CLOSED) with the day on which the next call `opens`, None where none does;
    NotPossible(CALLS_ONLY) where the rules in force let nothing be sent outside the calls.
    """
    require(session, actor, P.APPLICATION_SUBMIT, application)
    application = queries.lock_application(session, application.id)
    before = queries.find_submission(session, application.id)
    if before is not None and _is_repeated(application, before, number):
        return before
    is_first = before is None
    action = ApplicationAction.SUBMIT if is_first else ApplicationAction.RESUBMIT
    status = advance(application, action)
    pack = active.pack_of(application)
    if not is_first:
        queries.require_in_time(application, now)
    draft = queries.get_draft(session, application.id)
    found = problems(pack, draft.answers)
    if found:
        raise Incomplete(found)
    content = content_of(pack, draft)
    digest = content_hash(content)
    if expected_hash is not None and expected_hash != digest:
        raise Stale(application_id=application.id)
    if is_first:
        application.call_key = _call_of(application, outside=outside, now=now)
    today = local_day(now, pack.calendar.timezone)
    submission = Submission(
        application_id=application.id,
        number=1 if before is None else before.number + 1,
        content=content,
        content_hash=digest,
        submitted_by_id=person_of(actor),
        submitted_at=now,
    )
    session.add(submission)
    forget_typed(session, application.id)
    application.status = status
    application.tier = tiering(pack, draft.answers).tier
    application.priority_codes = [each.code for each in priorities(pack, draft.answers)]
    application.changed_at = now
    if application.reference is None:
        application.reference = reference(
            pack.programme.reference_prefix, today.year, next_number(session, today.year)
        )
    if application.submitted_at is None:
        application.submitted_at = now
        if pack.decision_clock.starts is ClockStart.SUBMITTED:
            application.clock_started_on = today
    if not is_first:
        _close_answer(session, application, now=now, today=today)
    record(
        session,
        actor,
        Deed.APPLICATION_SUBMITTED if is_first else Deed.APPLICATION_RESUBMITTED,
        application,
        now=now,
        reference=application.reference,
        number=submission.number,
        content_hash=digest,
        tier=application.tier,
    )
    session.flush()
    notices.submitted(session, application, submission, now=now)
    return submission


def _call_of(application: Application, *, outside: bool, now: datetime) -> str | None:
    """Return the call to which an application is sent now, or OUTSIDE; None where there are none.

    Whoever chose the call is never taken to have sent it outside because the call is over.
    """
    rules = active.programme_of(application)
    found = calling(rules, local_day(now, rules.calendar.timezone))
    if found is None:
        return None
    if outside and not found.outside:
        raise NotPossible(Why.CALLS_ONLY)
    if outside:
        return OUTSIDE
    if found.open is None:
        opens = None if found.following is None else found.following.first_day
        raise NotPossible(Why.CALLS_CLOSED, opens=opens)
    return found.open.key


def _is_repeated(application: Application, before: Submission, number: int | None) -> bool:
    if number is not None:
        return number <= before.number
    return application.status == ApplicationStatus.SUBMITTED


def next_number(
    session: Session, year: int, counter: type[ReferenceCounter | EnquiryCounter] = ReferenceCounter
) -> int:
    """Count one more reference in a year; the counter's row is locked until the commit."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(counter).values(id=uuid4(), year=year, last=1)
    counted = statement.on_conflict_do_update(
        index_elements=["year"], set_={"last": counter.last + 1}
    ).returning(counter.last)
    return int(session.execute(counted).scalar_one())


def _close_answer(
    session: Session, application: Application, *, now: datetime, today: date
) -> None:
    """Let the clocks run again and note that what was asked has been answered."""
    restart_clocks(session, application, today)
    application.answer_due_on = None
    returned = queries.find_return(session, application.id)
    if returned is not None and returned.answered_at is None:
        returned.answered_at = now


def withdraw(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> None:
    """Take an application back for good. Raises: Denied, TransitionRefused."""
    require(session, actor, P.APPLICATION_WITHDRAW, application)
    application = queries.lock_application(session, application.id)
    was = application.status
    application.status = advance(application, ApplicationAction.WITHDRAW)
    close(session, application, now=now)
    record(
        session, actor, Deed.APPLICATION_WITHDRAWN, application, now=now, before=was, reason=reason
    )
    if was != ApplicationStatus.DRAFT:
        notices.withdrawn(session, application, reason=reason, now=now)
