"""Read what a company has answered so far: sections, files, progress."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import NotFound, scope
from sandbox.access.permissions import P
from sandbox.applications.queries.cases import get_editable
from sandbox.applications.queries.confidential import list_closed
from sandbox.applications.queries.exchanges import find_return
from sandbox.domain.answers import (
    SectionState,
    relevant,
    section_state,
    walk,
)
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.conditions import is_answered
from sandbox.domain.glossary import terms_of
from sandbox.domain.packs import (
    AnswerValue,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
    TermSpec,
)
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.models import (
    Application,
    ApplicationSection,
    Attachment,
    Person,
    Submission,
    UnsavedSection,
)
from sandbox.packs import active


@dataclass(frozen=True, slots=True)
class SavedSection:
    """Hold one section as it was last saved, with who saved it."""

    key: str
    answers: Mapping[str, AnswerValue]
    confidential: frozenset[str]
    version: int
    saved_at: datetime | None = None
    saved_by: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """Describe an attached file. Units: `size` in bytes."""

    id: UUID
    question: str
    filename: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold everything that a company has answered so far."""

    sections: Mapping[str, SavedSection]
    files: tuple[FileRow, ...]

    @property
    def answers(self) -> dict[str, AnswerValue]:
        """Join the answers of all sections; a file question's answer is its files' ids."""
        joined: dict[str, AnswerValue] = {}
        for section in self.sections.values():
            joined.update(section.answers)
        for file in self.files:
            ids = joined.setdefault(file.question, [])
            if isinstance(ids, list):
                ids.append(str(file.id))  # type: ignore[arg-type]
        return joined

    @property
    def confidential(self) -> frozenset[str]:
        """Name the questions that the company has marked as confidential."""
        return frozenset().union(*(section.confidential for section in self.sections.values()))

    def section(self, key: str) -> SavedSection:
        """Return a section as it stands; version 0 says that nobody has saved it yet."""
        return self.sections.get(key) or SavedSection(key, {}, frozenset(), 0)

    def files_of(self, question: str) -> tuple[FileRow, ...]:
        """List the files attached to a question."""
        return tuple(file for file in self.files if file.question == question)


def get_draft(session: Session, application_id: UUID) -> Draft:
    """Read all answers and files of an application, in two statements."""
    saved = session.execute(
        select(
            ApplicationSection.section,
            ApplicationSection.answers,
            ApplicationSection.confidential,
            ApplicationSection.version,
            ApplicationSection.saved_at,
            Person.name,
        )
        .join(Person, Person.id == ApplicationSection.saved_by_id)
        .where(ApplicationSection.application_id == application_id)
    )
    sections = {
        key: SavedSection(key, answers, frozenset(marks), version, at, name)
        for key, answers, marks, version, at, name in saved
    }
    return Draft(sections, list_files(session, application_id))


def list_files(session: Session, application_id: UUID) -> tuple[FileRow, ...]:
    """List the files of an application that were not removed, in the order they came."""
    rows = session.execute(
        select(
            Attachment.id,
            Attachment.question,
            Attachment.filename,
            Attachment.content_type,
            Attachment.size,
            Attachment.sha256,
        )
        .where(Attachment.application_id == application_id, Attachment.removed_at.is_(None))
        .order_by(Attachment.uploaded_at, Attachment.id)
    )
    return tuple(FileRow(*row) for row in rows)


def find_section(session: Session, application_id: UUID, section: str) -> ApplicationSection | None:
    """Return the row of a section, to be changed."""
    return session.scalars(
        select(ApplicationSection).where(
            ApplicationSection.application_id == application_id,
            ApplicationSection.section == section,
        )
    ).one_or_none()


def find_unsaved(
    session: Session, person_id: UUID, application_id: UUID, section: str
) -> UnsavedSection | None:
    """Return what a person has typed into a section without saving it."""
    return session.scalars(
        select(UnsavedSection).where(
            UnsavedSection.application_id == application_id,
            UnsavedSection.person_id == person_id,
            UnsavedSection.section == section,
        )
    ).one_or_none()


def get_unsaved(
    session: Session, actor: Actor, application_id: UUID, section: str
) -> UnsavedSection | None:
    """Return what the actor has typed into a section without saving it."""
    if actor.person_id is None:
        return None
    return find_unsaved(session, actor.person_id, application_id, section)


def list_unsaved(session: Session, actor: Actor, application_id: UUID) -> frozenset[str]:
    """Name the sections into which the actor has typed without saving."""
    statement = select(UnsavedSection.section).where(
        UnsavedSection.application_id == application_id,
        UnsavedSection.person_id == actor.person_id,
    )
    return frozenset(session.scalars(statement))


def find_attachment(session: Session, application_id: UUID, file_id: UUID) -> Attachment | None:
    """Return the row of a file of this application, removed or not."""
    return session.scalars(
        select(Attachment).where(
            Attachment.application_id == application_id, Attachment.id == file_id
        )
    ).one_or_none()


def list_attachments(
    session: Session, application_id: UUID, questions: Collection[str]
) -> Sequence[Attachment]:
    """Return the rows of the files attached to some questions, removed ones left out."""
    return session.scalars(
        select(Attachment).where(
            Attachment.application_id == application_id,
            Attachment.question.in_(questions),
            Attachment.removed_at.is_(None),
        )
    ).all()


def get_file(session: Session, actor: Actor, application_id: UUID, file_id: UUID) -> FileRow:
    """Return a file that the actor may open; a removed one only if it was submitted.

    Raises: NotFound; NotPossible where it is confidential and the actor has not opened that.
    """
    row = session.execute(
        select(Attachment, Application)
        .join(Application, Application.id == Attachment.application_id)
        .where(
            Attachment.id == file_id,
            Attachment.application_id == application_id,
            scope(actor, P.APPLICATION_READ_ANSWERS),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(file_id=file_id)
    file, application = row
    if application.organisation_id in actor.member_of and file.removed_at is None:
        return _file_row(file)
    if not _was_submitted(session, application_id, file_id):
        raise NotFound(file_id=file_id)
    if file.question in list_closed(session, actor, application):
        raise NotPossible(Why.CONFIDENTIAL_CLOSED)
    return _file_row(file)


def _file_row(file: Attachment) -> FileRow:
    return FileRow(file.id, file.question, file.filename, file.content_type, file.size, file.sha256)


def _was_submitted(session: Session, application_id: UUID, file_id: UUID) -> bool:
    contents = session.scalars(
        select(Submission.content["attachments"]).where(Submission.application_id == application_id)
    )
    wanted = str(file_id)
    return any(file["id"] == wanted for files in contents for file in files)


@dataclass(frozen=True, slots=True)
class SectionProgress:
    """Say how far a section of the form has come, and whether the secretariat asks about it."""

    spec: SectionSpec
    state: SectionState
    saved_at: datetime | None
    saved_by: str
    has_reasons: bool


def progress(
    pack: PolicyPack, draft: Draft, reasons: Mapping[str, str]
) -> tuple[SectionProgress, ...]:
    """Say of each section how far it has come."""
    answers = relevant(pack, draft.answers)
    return tuple(
        SectionProgress(
            spec=section,
            state=section_state(section, answers),
            saved_at=draft.section(section.key).saved_at,
            saved_by=draft.section(section.key).saved_by,
            has_reasons=any(question.key in reasons for question in section.questions),
        )
        for section in pack.sections
    )


def asked_in(
    pack: PolicyPack, section: SectionSpec, answers: Mapping[str, AnswerValue]
) -> tuple[QuestionSpec, ...]:
    """List the questions of a section that are asked, with conditions on other sections judged."""
    return walk(section.questions, {**relevant(pack, answers), **_own(section, answers)})


def _own(section: SectionSpec, answers: Mapping[str, AnswerValue]) -> dict[str, AnswerValue]:
    return {q.key: answers[q.key] for q in section.questions if is_answered(answers.get(q.key))}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one section of an application as a person fills it in."""

    application: Application
    pack: PolicyPack
    spec: SectionSpec
    draft: Draft
    reasons: Mapping[str, str]

    @property
    def saved(self) -> SavedSection:
        """Return the section as it was last saved."""
        return self.draft.section(self.spec.key)

    @property
    def position(self) -> int:
        """Count the section's place in the form from 1."""
        return self.pack.sections.index(self.spec) + 1

    def terms(self, language: str) -> tuple[TermSpec, ...]:
        """List the words explained by the pack that occur in the section."""
        return terms_of(self.pack, self.spec, language)

    def asked(self, own: Mapping[str, AnswerValue]) -> tuple[QuestionSpec, ...]:
        """List the section's questions that are asked, given its own answers."""
        others = {
            key: value
            for key, value in self.draft.answers.items()
            if key not in {q.key for q in self.spec.questions if q.kind is not QuestionKind.FILE}
        }
        return asked_in(self.pack, self.spec, {**others, **own})


def get_sheet(
    session: Session, actor: Actor, application_id: UUID, section: str, now: datetime
) -> Sheet:
    """Return a section of an application to be filled in.

    Raises: NotFound, TransitionRefused, NotPossible.
    """
    application = get_editable(session, actor, application_id, now)
    pack = active.pack_of(application)
    spec = next((each for each in pack.sections if each.key == section), None)
    if spec is None:
        raise NotFound(section=section)
    return Sheet(
        application,
        pack,
        spec,
        get_draft(session, application.id),
        get_reasons(session, application),
    )


def get_reasons(session: Session, application: Application) -> Mapping[str, str]:
    """Return what the secretariat asks to be mended, by question, while it is being mended."""
    if application.status != ApplicationStatus.RETURNED:
        return {}
    returned = find_return(session, application.id)
    return returned.reasons if returned is not None else {}
