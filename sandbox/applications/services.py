"""Do what can be done to an application, from its first draft to the end of its triage."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.applications import notices, queries
from sandbox.domain.applications import (
    LIFECYCLE,
    ApplicationAction,
    ApplicationStatus,
    DecisionOutcome,
    Problem,
    ProblemKind,
    content_hash,
    problems,
    prohibited,
    reference,
    relevant,
)
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.conditions import is_answered
from sandbox.domain.packs import Answers, PolicyPack, QuestionKind, SectionSpec
from sandbox.domain.refusals import Incomplete, NotPossible, TransitionRefused, Why
from sandbox.domain.risk import tiering
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day
from sandbox.kernel.db import Stale
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    ApplicationReturn,
    ApplicationSection,
    Attachment,
    ClockStop,
    Decision,
    InformationRequest,
    Organisation,
    ReferenceCounter,
    Submission,
)
from sandbox.packs import active

# A file question without a maximum of its own still cannot be used as a store of files.
MOST_FILES = 10
_UNFINISHED = frozenset({ProblemKind.MISSING, ProblemKind.ROW_INCOMPLETE})


# --- the company prepares ------------------------------------------------------------------------


def start_application(
    session: Session,
    actor: Actor,
    organisation: Organisation,
    *,
    pack: PolicyPack,
    start_key: str,
    language: str,
    now: datetime,
) -> Application:
    """Begin an application under a pack; the same key begins it once, however often it is sent.

    Raises: Denied.
    """
    require(session, actor, P.APPLICATION_START, organisation)
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ACCEPTED)
    # Somebody else's key must never lead to their application.
    key = f"{actor.person_id}:{start_key}"
    queries.lock_organisation(session, organisation.id)
    started = queries.find_started(session, key)
    if started is not None:
        return started
    application = Application(
        organisation_id=organisation.id,
        pack_code=pack.code,
        pack_version=pack.version,
        language=language,
        status=ApplicationStatus.DRAFT.value,
        start_key=key,
        started_by_id=actor.person_id,
        started_at=now,
        changed_at=now,
    )
    session.add(application)
    # The mapper knows of no relation to what is recorded, so the row goes first by hand.
    session.flush()
    record(session, actor, Deed.APPLICATION_STARTED, application, now=now, pack=pack.version)
    return application


def save_section(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    section: str,
    answers: Answers,
    confidential: Collection[str] = (),
    expected_version: int,
    now: datetime,
) -> int:
    """Keep the answers to one section, unfinished ones included, and return its new version.

    Shape: `answers` replaces all answers of the section except its files; version 0 is that of a
    section never saved.
    Raises: Denied, TransitionRefused, Stale; Incomplete for answers that are wrong, not missing.
    """
    require(session, actor, P.APPLICATION_EDIT, application)
    application = queries.lock_application(session, application.id)
    _require_editable(application)
    pack = active.pack_of(application)
    spec = pack.section(section)
    row = queries.find_section(session, application.id, section)
    if (row.version if row else 0) != expected_version:
        raise Stale(section=section)
    kept = {
        question.key: answers[question.key]
        for question in spec.questions
        if question.kind is not QuestionKind.FILE and is_answered(answers.get(question.key))
    }
    marks = [q.key for q in spec.questions if q.may_be_confidential and q.key in confidential]
    draft = queries.get_draft(session, application.id)
    wrong = wrong_answers(pack, spec, {**draft.answers, **_cleared(spec), **kept})
    if wrong:
        raise Incomplete(wrong)
    if row is not None and row.answers == kept and row.confidential == marks:
        return row.version
    if row is None:
        row = ApplicationSection(application_id=application.id, section=section)
        session.add(row)
    row.answers, row.confidential = kept, marks
    row.saved_by_id, row.saved_at = _person(actor), now
    if pack.title_question in kept:
        application.title = str(kept[pack.title_question])
    application.changed_at = now
    session.flush()
    record(
        session,
        actor,
        Deed.APPLICATION_SECTION_SAVED,
        application,
        now=now,
        section=section,
        version=row.version,
    )
    return row.version


def wrong_answers(pack: PolicyPack, section: SectionSpec, answers: Answers) -> tuple[Problem, ...]:
    """List what is wrong, rather than still missing, in one section of these answers."""
    found = problems(pack, {k: v for k, v in answers.items() if is_answered(v)}, (section.key,))
    return tuple(
        problem
        for problem in found
        # Files are attached one by one, so that too few of them is no mistake yet.
        if problem.kind not in _UNFINISHED
        and pack.questions[problem.question].kind is not QuestionKind.FILE
    )


def _cleared(spec: SectionSpec) -> dict[str, Any]:
    return {q.key: [] for q in spec.questions if q.kind is not QuestionKind.FILE}


def attach_file(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    store: FileStore,
    question: str,
    file: Accepted,
    now: datetime,
) -> Attachment:
    """Attach a file to a question; the same content under the same name is attached once.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_EDIT, application)
    application = queries.lock_application(session, application.id)
    _require_editable(application)
    spec = active.pack_of(application).questions.get(question)
    if spec is None or spec.kind is not QuestionKind.FILE:
        raise NotPossible(Why.FILE_NOT_ACCEPTED)
    # The bytes go first: a file that no row knows is swept away, a row without its file is a loss.
    stored = store.put(file.content, file.content_type)
    present = queries.list_files(session, application.id)
    of_question = [each for each in present if each.question == question]
    for each in of_question:
        if each.sha256 == stored.sha256 and each.filename == file.name:
            known = queries.find_attachment(session, application.id, each.id)
            if known is not None:
                return known
    if len(of_question) >= (spec.maximum or MOST_FILES):
        raise NotPossible(Why.FILE_NOT_ACCEPTED, limit=spec.maximum or MOST_FILES)
    attachment = Attachment(
        application_id=application.id,
        question=question,
        filename=file.name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        uploaded_by_id=_person(actor),
        uploaded_at=now,
    )
    session.add(attachment)
    application.changed_at = now
    record(
        session,
        actor,
        Deed.APPLICATION_FILE_ATTACHED,
        application,
        now=now,
        question=question,
        sha256=stored.sha256,
    )
    return attachment


def remove_file(
    session: Session, actor: Actor, application: Application, *, file_id: UUID, now: datetime
) -> None:
    """Take a file out of a draft; what was submitted with it keeps it.

    Raises: Denied, NotFound, TransitionRefused.
    """
    require(session, actor, P.APPLICATION_EDIT, application)
    application = queries.lock_application(session, application.id)
    _require_editable(application)
    file = queries.find_attachment(session, application.id, file_id)
    if file is None:
        raise NotFound(file_id=file_id)
    if file.removed_at is not None:
        return
    file.removed_at = now
    application.changed_at = now
    record(
        session,
        actor,
        Deed.APPLICATION_FILE_REMOVED,
        application,
        now=now,
        question=file.question,
        sha256=file.sha256,
    )


# --- submission ----------------------------------------------------------------------------------


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
) -> Submission:
    """Send the application, or its correction, to the secretariat and freeze what was sent.

    Shape: `number` is that of the submission the person confirmed; sent again, it gives the same
    submission. `expected_hash` is the hash of what the person checked.
    Raises: Denied, TransitionRefused, Incomplete; Stale when a colleague changed an answer since.
    """
    require(session, actor, P.APPLICATION_SUBMIT, application)
    application = queries.lock_application(session, application.id)
    before = queries.find_submission(session, application.id)
    if before is not None and _is_repeated(application, before, number):
        return before
    is_first = before is None
    action = ApplicationAction.SUBMIT if is_first else ApplicationAction.RESUBMIT
    status = _advance(application, action)
    pack = active.pack_of(application)
    draft = queries.get_draft(session, application.id)
    found = problems(pack, draft.answers)
    if found:
        raise Incomplete(found)
    content = content_of(pack, draft)
    digest = content_hash(content)
    if expected_hash is not None and expected_hash != digest:
        raise Stale(application_id=application.id)
    today = local_day(now, pack.calendar.timezone)
    submission = Submission(
        application_id=application.id,
        number=1 if before is None else before.number + 1,
        content=content,
        content_hash=digest,
        submitted_by_id=_person(actor),
        submitted_at=now,
    )
    session.add(submission)
    application.status = status
    application.tier = tiering(pack, draft.answers).tier
    application.changed_at = now
    if application.reference is None:
        application.reference = reference(
            pack.programme.reference_prefix, today.year, next_number(session, today.year)
        )
    if application.submitted_at is None:
        application.submitted_at, application.clock_started_on = now, today
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


def _is_repeated(application: Application, before: Submission, number: int | None) -> bool:
    if number is not None:
        return number <= before.number
    return application.status == ApplicationStatus.SUBMITTED


def next_number(session: Session, year: int) -> int:
    """Count one more reference in a year; the counter's row is locked until the commit."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(ReferenceCounter).values(id=uuid4(), year=year, last=1)
    counted = statement.on_conflict_do_update(
        index_elements=["year"], set_={"last": ReferenceCounter.last + 1}
    ).returning(ReferenceCounter.last)
    return int(session.execute(counted).scalar_one())


def _close_answer(
    session: Session, application: Application, *, now: datetime, today: date
) -> None:
    """Let the clocks run again and note that what was asked has been answered."""
    _restart_clocks(session, application, today)
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
    application.status = _advance(application, ApplicationAction.WITHDRAW)
    _close(session, application, now=now)
    record(
        session, actor, Deed.APPLICATION_WITHDRAWN, application, now=now, before=was, reason=reason
    )
    if was != ApplicationStatus.DRAFT:
        notices.withdrawn(session, application, reason=reason, now=now)


# --- the secretariat checks ----------------------------------------------------------------------


def start_triage(
    session: Session, actor: Actor, application: Application, *, now: datetime
) -> None:
    """Begin the check of completeness. Raises: Denied, TransitionRefused."""
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    application.status = _advance(application, ApplicationAction.START_TRIAGE)
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
    status = _advance(application, ApplicationAction.RETURN)
    pack = active.pack_of(application)
    given = {key: text for key, text in reasons.items() if key in pack.questions and text.strip()}
    if not given and not general.strip():
        raise NotPossible(Why.REASON_MISSING)
    if application.returns_used >= pack.coordination.returns_allowed:
        raise NotPossible(Why.RETURNS_USED_UP, limit=pack.coordination.returns_allowed)
    application.status = status
    application.returns_used += 1
    due_on = _ask_company(session, application, pack, pack.coordination.return_answer_days, now)
    returned = ApplicationReturn(
        application_id=application.id,
        number=application.returns_used,
        reasons=given,
        general=general.strip(),
        returned_by_id=_person(actor),
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
    notices.returned(session, application, due_on=due_on, now=now)
    return returned


def redirect_elsewhere(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> Decision:
    """Decide at triage that ordinary guidance or another office serves this company better.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    status = _advance(application, ApplicationAction.REDIRECT)
    return _decide_at_triage(
        session, actor, application, status, DecisionOutcome.REDIRECTED, reason=reason, now=now
    )


def decline_prohibited(
    session: Session, actor: Actor, application: Application, *, reason: str, now: datetime
) -> Decision:
    """Decline at triage an application whose answers describe a prohibited use.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_TRIAGE, application)
    application = queries.lock_application(session, application.id)
    status = _advance(application, ApplicationAction.DECLINE_PROHIBITED)
    pack = active.pack_of(application)
    submission = queries.find_submission(session, application.id)
    is_prohibited = application.tier is not None and pack.tier(application.tier).prohibited
    if submission is None or not (is_prohibited or prohibited(pack, submission.content["answers"])):
        raise NotPossible(Why.NOT_PROHIBITED)
    return _decide_at_triage(
        session, actor, application, status, DecisionOutcome.DECLINED, reason=reason, now=now
    )


def _decide_at_triage(
    session: Session,
    actor: Actor,
    application: Application,
    status: ApplicationStatus,
    outcome: DecisionOutcome,
    *,
    reason: str,
    now: datetime,
) -> Decision:
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    application.status, application.outcome = status, outcome.value
    application.decided_at = now
    _close(session, application, now=now)
    decision = Decision(
        application_id=application.id,
        outcome=outcome.value,
        # No rule of coordination was applied: no authority was on the case yet.
        rule="",
        grounds=[],
        conditions=[],
        dissent=[],
        positions=[],
        marks=[],
        remarks=reason.strip(),
        decided_by_id=_person(actor),
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
    )
    notices.decided_at_triage(session, application, reason=reason.strip(), now=now)
    return decision


# --- the lead asks, the company answers ----------------------------------------------------------


def request_information(
    session: Session, actor: Actor, application: Application, *, question: str, now: datetime
) -> InformationRequest:
    """Ask the company something in the name of the lead; the clock stands until it answers.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_REQUEST_INFORMATION, application)
    application = queries.lock_application(session, application.id)
    status = _advance(application, ApplicationAction.REQUEST_INFORMATION)
    if not question.strip():
        raise NotPossible(Why.REASON_MISSING)
    authority_id = queries.find_lead(session, application.id)
    if authority_id is None:
        raise NotPossible(Why.LEAD_MISSING)
    pack = active.pack_of(application)
    before = queries.list_requests(session, application.id)
    application.status = status
    due_on = _ask_company(session, application, pack, _answer_days(pack), now)
    asked = InformationRequest(
        application_id=application.id,
        number=len(before) + 1,
        authority_id=authority_id,
        asked_by_id=_person(actor),
        asked_at=now,
        question=question.strip(),
        due_on=due_on,
    )
    session.add(asked)
    record(
        session,
        actor,
        Deed.APPLICATION_INFORMATION_REQUESTED,
        application,
        now=now,
        authority_id=authority_id,
        number=asked.number,
        due_on=due_on,
    )
    notices.information_requested(session, application, due_on=due_on, now=now)
    return asked


def answer_information(
    session: Session, actor: Actor, application: Application, *, answer: str, now: datetime
) -> None:
    """Answer the open request for information, so that the review goes on.

    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_ANSWER_INFORMATION, application)
    application = queries.lock_application(session, application.id)
    status = _advance(application, ApplicationAction.ANSWER_INFORMATION)
    if not answer.strip():
        raise NotPossible(Why.REASON_MISSING)
    asked = queries.find_open_request(session, application.id)
    if asked is None:
        raise NotPossible(Why.ALREADY_DONE)
    asked.answer, asked.answered_at, asked.answered_by_id = answer.strip(), now, _person(actor)
    application.status = status
    application.answer_due_on = None
    application.changed_at = now
    pack = active.pack_of(application)
    _restart_clocks(session, application, local_day(now, pack.calendar.timezone))
    record(
        session,
        actor,
        Deed.APPLICATION_INFORMATION_ANSWERED,
        application,
        now=now,
        number=asked.number,
    )
    notices.information_answered(session, application, now=now)


def lapse_overdue(session: Session, actor: Actor, *, now: datetime) -> int:
    """Close every application whose company let its term for an answer pass; return how many.

    Raises: Denied.
    """
    lapsed = 0
    for found in queries.list_overdue(session, actor, now.date()):
        application = queries.lock_application(session, found.id)
        pack = active.pack_of(application)
        today = local_day(now, pack.calendar.timezone)
        # The list was cut by the day in UTC, which may be one ahead of the programme's own.
        if application.answer_due_on is None or application.answer_due_on >= today:
            continue
        was, due_on = application.status, application.answer_due_on
        application.status = _advance(application, ApplicationAction.LAPSE)
        _close(session, application, now=now)
        record(
            session,
            actor,
            Deed.APPLICATION_LAPSED,
            application,
            now=now,
            before=was,
            due_on=due_on,
        )
        notices.lapsed(session, application, now=now)
        lapsed += 1
    return lapsed


# --- what several deeds share --------------------------------------------------------------------


def _advance(application: Application, action: ApplicationAction) -> ApplicationStatus:
    return LIFECYCLE.advance(ApplicationStatus(application.status), action)


def _require_editable(application: Application) -> None:
    status = ApplicationStatus(application.status)
    if status not in queries.EDITABLE:
        raise TransitionRefused(status, ApplicationAction.SUBMIT, LIFECYCLE.possible(status))


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotPossible(Why.NOT_ACCEPTED)
    return actor.person_id


def _answer_days(pack: PolicyPack) -> int:
    return next(
        (clock.length for clock in pack.clocks if clock.key == "information_answer"),
        pack.coordination.return_answer_days,
    )


def _ask_company(
    session: Session, application: Application, pack: PolicyPack, days: int, now: datetime
) -> date:
    """Stop the clocks, give the company a term and return its last day. Units: business days."""
    today = local_day(now, pack.calendar.timezone)
    due_on = BusinessCalendar.from_spec(pack.calendar).add_business_days(today, days)
    session.add(
        ClockStop(application_id=application.id, started_on=today, reason=application.status)
    )
    application.answer_due_on = due_on
    application.changed_at = now
    return due_on


def _restart_clocks(session: Session, application: Application, today: date) -> None:
    for stop in queries.list_open_stops(session, application.id):
        stop.ended_on = today


def _close(session: Session, application: Application, *, now: datetime) -> None:
    """End what an open application leaves running."""
    pack = active.pack_of(application)
    _restart_clocks(session, application, local_day(now, pack.calendar.timezone))
    application.answer_due_on = None
    application.changed_at = now
