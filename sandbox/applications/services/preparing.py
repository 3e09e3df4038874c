"""Let a company prepare its application."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, require
from sandbox.access.permissions import P
from sandbox.applications import queries
from sandbox.applications.services.pinning import note_rules
from sandbox.applications.services.shared import forget_typed, person_of, require_editable
from sandbox.domain.answers import (
    Problem,
    ProblemKind,
    problems,
)
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.conditions import is_answered
from sandbox.domain.packs import MOST_FILES, Answers, PolicyPack, QuestionKind, SectionSpec
from sandbox.domain.refusals import Incomplete, NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    ApplicationSection,
    Attachment,
    Organisation,
)
from sandbox.packs import active

_UNFINISHED = frozenset({ProblemKind.MISSING, ProblemKind.ROW_INCOMPLETE})


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
    note_rules(session, organisation, pack, now=now)
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
    require_editable(application, now)
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
    forget_typed(session, application.id, person_id=person_of(actor), section=section)
    if row is not None and row.answers == kept and row.confidential == marks:
        return row.version
    if row is None:
        row = ApplicationSection(application_id=application.id, section=section)
        session.add(row)
    row.answers, row.confidential = kept, marks
    row.saved_by_id, row.saved_at = person_of(actor), now
    files = [question.key for question in spec.questions if question.kind is QuestionKind.FILE]
    for file in queries.list_attachments(session, application.id, files) if files else ():
        file.confidential = file.question in marks
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
    require_editable(application, now)
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
        confidential=question in queries.get_draft(session, application.id).confidential,
        uploaded_by_id=person_of(actor),
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
    require_editable(application, now)
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
