"""Begin an application with what an organisation has answered before."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.applications import queries
from sandbox.applications.services.preparing import save_section, wrong_answers
from sandbox.applications.services.shared import person_of, require_editable
from sandbox.domain.packs import MOST_FILES, AnswerValue, PolicyPack, QuestionKind, QuestionSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import Application, Attachment
from sandbox.packs import active


def copy_answers(
    session: Session, actor: Actor, application: Application, *, source: Application, now: datetime
) -> int:
    """Take over the answers and files of an earlier application; return how many questions.

    Only into an application without any answer, and within one organisation: what one company
    wrote is no business of another, though the same person may act for both. What the rules of
    the new application do not ask, or would refuse, stays behind.
    Raises: Denied, TransitionRefused, NotPossible.
    """
    require(session, actor, P.APPLICATION_EDIT, application)
    require(session, actor, P.APPLICATION_READ_ANSWERS, source)
    application = queries.lock_application(session, application.id)
    require_editable(application, now)
    if source.organisation_id != application.organisation_id or source.id == application.id:
        raise NotPossible(Why.NOTHING_TO_COPY)
    own = queries.get_draft(session, application.id)
    if own.sections or own.files:
        raise NotPossible(Why.ALREADY_ANSWERED)
    pack, before = active.pack_of(application), queries.get_draft(session, source.id)
    old = active.find_pack_of(source)
    asked = old.questions if old is not None else {}
    count = 0
    for section in pack.sections:
        found = _fitting(pack, section.key, asked, before.answers)
        if found:
            save_section(
                session,
                actor,
                application,
                section=section.key,
                answers=found,
                confidential=before.confidential,
                expected_version=0,
                now=now,
            )
        count += len(found)
    count += _copy_files(session, actor, application, before, now)
    if not count:
        raise NotPossible(Why.NOTHING_TO_COPY)
    record(
        session,
        actor,
        Deed.APPLICATION_ANSWERS_COPIED,
        application,
        now=now,
        source_id=source.id,
        questions=count,
    )
    return count


def _fitting(
    pack: PolicyPack,
    section: str,
    asked: Mapping[str, QuestionSpec],
    answers: Mapping[str, AnswerValue],
) -> dict[str, AnswerValue]:
    """Return the answers that a section still takes: same key, same kind, and not refused.

    Shape: `asked` are the questions of the earlier rules; where these can no longer be read there
    are none, since an answer of another kind would break what reads it.
    """
    spec = pack.section(section)
    found = {
        question.key: answers[question.key]
        for question in spec.questions
        if question.kind is not QuestionKind.FILE
        and question.key in answers
        and question.key in asked
        and asked[question.key].kind is question.kind
    }
    own = {question.key for question in spec.questions}
    others = {key: value for key, value in answers.items() if key not in own}
    # One answer may be wrong only beside another, so what is left is judged again.
    while wrong := {each.question for each in wrong_answers(pack, spec, {**others, **found})}:
        found = {key: value for key, value in found.items() if key not in wrong}
    return found


def _copy_files(
    session: Session,
    actor: Actor,
    application: Application,
    before: queries.Draft,
    now: datetime,
) -> int:
    """Attach the same files; their bytes are stored once, by their hash, whoever names them."""
    copied = 0
    for question in active.pack_of(application).questions.values():
        if question.kind is not QuestionKind.FILE:
            continue
        files = before.files_of(question.key)[: question.maximum or MOST_FILES]
        copied += bool(files)
        for file in files:
            session.add(
                Attachment(
                    application_id=application.id,
                    question=question.key,
                    filename=file.filename,
                    content_type=file.content_type,
                    size=file.size,
                    sha256=file.sha256,
                    confidential=question.key in before.confidential,
                    uploaded_by_id=person_of(actor),
                    uploaded_at=now,
                )
            )
    return copied
