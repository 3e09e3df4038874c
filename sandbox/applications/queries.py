"""Read applications: every SELECT of the slice, filtered by what the actor may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from sandbox.access.checks import NotFound, conceivable, scope
from sandbox.access.permissions import P
from sandbox.domain.applications import (
    LIFECYCLE,
    OPEN_STATUSES,
    ApplicationAction,
    ApplicationStatus,
    SectionState,
    prohibited,
    relevant,
    section_state,
    walk,
)
from sandbox.domain.calendar import BusinessCalendar, ClockReading, Stop, read_clock
from sandbox.domain.conditions import is_answered
from sandbox.domain.packs import (
    AnswerValue,
    PolicyPack,
    ProhibitedUse,
    QuestionKind,
    QuestionSpec,
    SectionSpec,
)
from sandbox.domain.refusals import TransitionRefused
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.paging import PAGE_SIZE, Page, paged
from sandbox.kernel.tasks import Task
from sandbox.models import (
    Application,
    ApplicationReturn,
    ApplicationSection,
    Attachment,
    AuthorityAssignment,
    AuthorityMembership,
    ClockStop,
    ConflictDeclaration,
    InformationRequest,
    Membership,
    OfficerAssignment,
    Organisation,
    Person,
    StaffGrant,
    Submission,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.models.people import AuthorityRole
from sandbox.packs import active

DECISION_CLOCK = "decision"
EDITABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.RETURNED})


# --- one application -----------------------------------------------------------------------------


def get_application(
    session: Session, actor: Actor, application_id: UUID, permission: P = P.APPLICATION_READ
) -> Application:
    """Return an application with its organisation. Raises: NotFound."""
    statement = (
        select(Application)
        .join(Application.organisation)
        .options(contains_eager(Application.organisation))
        .where(Application.id == application_id, scope(actor, permission))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(application_id=application_id)
    return found


def lock_application(session: Session, application_id: UUID) -> Application:
    """Read an application again and hold it until the transaction ends.

    On SQLite the unit of work already holds the only place to write; PostgreSQL locks the row.
    """
    statement = (
        select(Application)
        .where(Application.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def find_started(session: Session, start_key: str) -> Application | None:
    """Return the application that this start form has already made."""
    return session.scalars(
        select(Application).where(Application.start_key == start_key)
    ).one_or_none()


def lock_organisation(session: Session, organisation_id: UUID) -> None:
    """Hold an organisation, so that its applications are started one after the other."""
    session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    )


def list_organisations(session: Session, actor: Actor) -> Sequence[Row[UUID, str]]:
    """List the organisations for which the actor may start an application, as (id, name)."""
    if not actor.member_of:
        return ()
    return session.execute(
        select(Organisation.id, Organisation.name)
        .where(scope(actor, P.APPLICATION_START))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def get_organisation(session: Session, actor: Actor, organisation_id: UUID) -> Organisation:
    """Return an organisation for which the actor may apply. Raises: NotFound."""
    found = session.scalars(
        select(Organisation).where(
            Organisation.id == organisation_id, scope(actor, P.APPLICATION_START)
        )
    ).one_or_none()
    if found is None:
        raise NotFound(organisation_id=organisation_id)
    return found


# --- its answers ---------------------------------------------------------------------------------


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


def find_attachment(session: Session, application_id: UUID, file_id: UUID) -> Attachment | None:
    """Return the row of a file of this application, removed or not."""
    return session.scalars(
        select(Attachment).where(
            Attachment.application_id == application_id, Attachment.id == file_id
        )
    ).one_or_none()


def get_file(session: Session, actor: Actor, application_id: UUID, file_id: UUID) -> FileRow:
    """Return a file that the actor may open; a removed one only if it was submitted.

    Raises: NotFound.
    """
    row = session.execute(
        select(Attachment, Application.organisation_id)
        .join(Application, Application.id == Attachment.application_id)
        .where(
            Attachment.id == file_id,
            Attachment.application_id == application_id,
            scope(actor, P.APPLICATION_READ_ANSWERS),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(file_id=file_id)
    file, organisation_id = row
    is_own = organisation_id in actor.member_of and file.removed_at is None
    if not is_own and not _was_submitted(session, application_id, file_id):
        raise NotFound(file_id=file_id)
    return FileRow(file.id, file.question, file.filename, file.content_type, file.size, file.sha256)


def _was_submitted(session: Session, application_id: UUID, file_id: UUID) -> bool:
    contents = session.scalars(
        select(Submission.content["attachments"]).where(Submission.application_id == application_id)
    )
    wanted = str(file_id)
    return any(file["id"] == wanted for files in contents for file in files)


# --- the task list -------------------------------------------------------------------------------


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

    def asked(self, own: Mapping[str, AnswerValue]) -> tuple[QuestionSpec, ...]:
        """List the section's questions that are asked, given its own answers."""
        others = {
            key: value
            for key, value in self.draft.answers.items()
            if key not in {q.key for q in self.spec.questions if q.kind is not QuestionKind.FILE}
        }
        return asked_in(self.pack, self.spec, {**others, **own})


def get_sheet(session: Session, actor: Actor, application_id: UUID, section: str) -> Sheet:
    """Return a section of an application to be filled in. Raises: NotFound, TransitionRefused."""
    application = get_editable(session, actor, application_id)
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


def get_editable(session: Session, actor: Actor, application_id: UUID) -> Application:
    """Return an application whose answers may be changed now.

    Raises: NotFound, TransitionRefused.
    """
    application = get_application(session, actor, application_id, P.APPLICATION_EDIT)
    status = ApplicationStatus(application.status)
    if status not in EDITABLE:
        raise TransitionRefused(status, ApplicationAction.SUBMIT, LIFECYCLE.possible(status))
    return application


def get_reasons(session: Session, application: Application) -> Mapping[str, str]:
    """Return what the secretariat asks to be mended, by question, while it is being mended."""
    if application.status != ApplicationStatus.RETURNED:
        return {}
    returned = find_return(session, application.id)
    return returned.reasons if returned is not None else {}


# --- what was submitted --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubmissionLine:
    """Name one submission in a list of them."""

    number: int
    content_hash: str
    submitted_at: datetime
    submitted_by: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """Hold one submission, as it was sent."""

    number: int
    content: Mapping[str, Any]
    content_hash: str
    submitted_at: datetime
    submitted_by: str

    @property
    def answers(self) -> Mapping[str, AnswerValue]:
        """Return the answers that counted when it was sent."""
        answers: Mapping[str, AnswerValue] = self.content["answers"]
        return answers

    @property
    def confidential(self) -> frozenset[str]:
        """Name the questions that the company marked as confidential."""
        return frozenset(self.content["confidential"])

    @property
    def files(self) -> tuple[FileRow, ...]:
        """List the files that were part of it."""
        return tuple(
            FileRow(
                UUID(each["id"]),
                each["question"],
                each["name"],
                each["content_type"],
                each["size"],
                each["sha256"],
            )
            for each in self.content["attachments"]
        )


def list_submissions(session: Session, application_id: UUID) -> tuple[SubmissionLine, ...]:
    """List what was submitted, oldest first."""
    rows = session.execute(
        select(Submission.number, Submission.content_hash, Submission.submitted_at, Person.name)
        .join(Person, Person.id == Submission.submitted_by_id)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number)
    )
    return tuple(SubmissionLine(*row) for row in rows)


def find_submission(session: Session, application_id: UUID) -> Submission | None:
    """Return the latest submission."""
    return session.scalars(
        select(Submission)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
    ).one_or_none()


def get_submission(
    session: Session, actor: Actor, application_id: UUID, number: int | None = None
) -> SubmissionRow:
    """Return a submission, the latest if no number is given. Raises: NotFound."""
    statement = (
        select(
            Submission.number,
            Submission.content,
            Submission.content_hash,
            Submission.submitted_at,
            Person.name,
        )
        .join(Person, Person.id == Submission.submitted_by_id)
        .join(Application, Application.id == Submission.application_id)
        .where(
            Submission.application_id == application_id, scope(actor, P.APPLICATION_READ_ANSWERS)
        )
        .order_by(Submission.number.desc())
        .limit(1)
    )
    if number is not None:
        statement = statement.where(Submission.number == number)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound(application_id=application_id, number=number)
    return SubmissionRow(*row)


# --- returns, information requests, the clock ----------------------------------------------------


def find_return(session: Session, application_id: UUID) -> ApplicationReturn | None:
    """Return the latest return of an application to its company."""
    return session.scalars(
        select(ApplicationReturn)
        .where(ApplicationReturn.application_id == application_id)
        .order_by(ApplicationReturn.number.desc())
        .limit(1)
    ).one_or_none()


def list_requests(session: Session, application_id: UUID) -> Sequence[InformationRequest]:
    """List the requests for information on a case, oldest first."""
    return session.scalars(
        select(InformationRequest)
        .where(InformationRequest.application_id == application_id)
        .order_by(InformationRequest.number)
    ).all()


def find_open_request(session: Session, application_id: UUID) -> InformationRequest | None:
    """Return the request for information that the company has not answered yet."""
    return session.scalars(
        select(InformationRequest)
        .where(
            InformationRequest.application_id == application_id,
            InformationRequest.answered_at.is_(None),
        )
        .order_by(InformationRequest.number.desc())
        .limit(1)
    ).one_or_none()


def find_lead(session: Session, application_id: UUID) -> UUID | None:
    """Return the authority that leads the case, once it has accepted."""
    return session.scalars(
        select(AuthorityAssignment.authority_id).where(
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.role == AssignmentRole.LEAD,
            AuthorityAssignment.state == AssignmentState.ACCEPTED,
        )
    ).one_or_none()


def list_open_stops(session: Session, application_id: UUID) -> Sequence[ClockStop]:
    """List the stops of the clocks that have not ended."""
    return session.scalars(
        select(ClockStop).where(
            ClockStop.application_id == application_id, ClockStop.ended_on.is_(None)
        )
    ).all()


def list_stops(session: Session, application_id: UUID) -> tuple[Stop, ...]:
    """List all stops of a case; which of them stop a clock is said by the clock itself."""
    rows = session.execute(
        select(ClockStop.started_on, ClockStop.ended_on, ClockStop.reason)
        .where(ClockStop.application_id == application_id)
        .order_by(ClockStop.started_on)
    )
    return tuple(Stop(*row) for row in rows)


def clock_of(
    session: Session, application: Application, pack: PolicyPack, today: date
) -> ClockReading | None:
    """Read the decision clock of a case; None before its submission."""
    if application.clock_started_on is None:
        return None
    spec = pack.clock(DECISION_CLOCK)
    stops = list_stops(session, application.id)
    ended_at = application.decided_at
    if ended_at is None and application.status not in OPEN_STATUSES:
        ended_at = application.changed_at
    return read_clock(
        spec,
        BusinessCalendar.from_spec(pack.calendar),
        application.clock_started_on,
        [stop for stop in stops if stop.reason in spec.stops_in],
        today,
        ended_on=local_day(ended_at, pack.calendar.timezone) if ended_at else None,
    )


def list_overdue(session: Session, actor: Actor, before: date) -> Sequence[Application]:
    """List the applications whose company owed an answer before a day."""
    return session.scalars(
        select(Application)
        .where(
            Application.status.in_(
                (ApplicationStatus.RETURNED, ApplicationStatus.INFORMATION_REQUESTED)
            ),
            Application.answer_due_on < before,
            scope(actor, P.APPLICATION_LAPSE),
        )
        .order_by(Application.answer_due_on, Application.id)
    ).all()


# --- lists ---------------------------------------------------------------------------------------


def list_applications(
    session: Session,
    actor: Actor,
    *,
    status: str | None = None,
    after: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Row[*tuple[Any, ...]]]:
    """Page through the applications that the actor may read, the latest changed first."""
    statement = (
        select(
            Application.reference,
            Application.title,
            Application.status,
            Application.outcome,
            Application.tier,
            Application.pack_code,
            Application.pack_version,
            Application.organisation_id,
            Organisation.name.label("organisation"),
            Application.submitted_at,
            Application.answer_due_on,
            Application.changed_at,
            Application.id,
        )
        .join(Organisation, Organisation.id == Application.organisation_id)
        .where(scope(actor, P.APPLICATION_READ))
    )
    if status:
        statement = statement.where(Application.status == status)
    return paged(
        session,
        statement,
        (Application.changed_at, Application.id),
        (datetime, UUID),
        after,
        size=size,
    )


def count_applications(session: Session, actor: Actor) -> Mapping[str, int]:
    """Count the applications that the actor may read, by status."""
    rows = session.execute(
        select(Application.status, func.count().label("number"))
        .where(scope(actor, P.APPLICATION_READ))
        .group_by(Application.status)
    )
    return {row.status: row.number for row in rows}


# --- what waits, and what a case page shows ------------------------------------------------------

_COMPANY_TASKS: Mapping[str, tuple[str, str]] = {
    ApplicationStatus.DRAFT: ("applications.finish", "applications.show"),
    ApplicationStatus.RETURNED: ("applications.correct", "applications.show"),
    ApplicationStatus.INFORMATION_REQUESTED: ("applications.answer", "applications.information"),
}
_STAFF_TASKS: Mapping[str, tuple[str, str]] = {
    ApplicationStatus.SUBMITTED: ("applications.check", "applications.triage"),
    ApplicationStatus.TRIAGE: ("applications.decide_completeness", "applications.triage"),
}


def list_tasks(
    session: Session,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every slice's list takes it
) -> list[Task]:
    """List what waits for the actor among the applications."""
    tasks: list[Task] = []
    if actor.member_of:
        tasks += _tasks(session, P.APPLICATION_EDIT, actor, _COMPANY_TASKS)
    if conceivable(actor, P.APPLICATION_TRIAGE):
        tasks += _tasks(session, P.APPLICATION_TRIAGE, actor, _STAFF_TASKS)
    return tasks


def _tasks(
    session: Session, permission: P, actor: Actor, kinds: Mapping[str, tuple[str, str]]
) -> list[Task]:
    rows = session.execute(
        select(
            Application.id,
            Application.reference,
            Application.title,
            Application.status,
            Application.changed_at,
            Application.answer_due_on,
        )
        .where(scope(actor, permission), Application.status.in_(kinds))
        .order_by(Application.changed_at, Application.id)
    )
    return [
        Task(
            kind=kinds[row.status][0],
            reference=row.reference or "",
            title=row.title,
            since=row.changed_at,
            due_on=row.answer_due_on,
            endpoint=kinds[row.status][1],
            values={"application_id": str(row.id)},
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Hold a request for information and its answer."""

    number: int
    question: str
    asked_at: datetime
    due_on: date
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class CasePanel:
    """Hold the part of a case page that speaks of the application itself."""

    is_own: bool
    is_editable: bool
    is_open: bool
    submissions: tuple[SubmissionLine, ...]
    returned: ApplicationReturn | None
    requests: tuple[RequestLine, ...]
    prohibited: tuple[ProhibitedUse, ...]
    may_read_answers: bool


def case_panel(
    session: Session,
    actor: Actor,
    application: Application,
    pack: PolicyPack,
    now: datetime,  # noqa: ARG001 - every slice's panel takes it
) -> CasePanel:
    """Gather the application's part of the case page, in four statements at most."""
    may_read = session.execute(
        select(Application.id).where(
            Application.id == application.id, scope(actor, P.APPLICATION_READ_ANSWERS)
        )
    ).first()
    if may_read is None:
        return CasePanel(False, False, False, (), None, (), (), may_read_answers=False)
    is_own = application.organisation_id in actor.member_of
    flags: tuple[ProhibitedUse, ...] = ()
    submissions = list_submissions(session, application.id)
    if conceivable(actor, P.APPLICATION_TRIAGE) and application.status == ApplicationStatus.TRIAGE:
        latest = find_submission(session, application.id)
        flags = prohibited(pack, latest.content["answers"]) if latest else ()
    returned = None
    requests: tuple[RequestLine, ...] = ()
    if application.status in (ApplicationStatus.RETURNED, ApplicationStatus.LAPSED):
        returned = find_return(session, application.id)
    elif application.decided_at or application.status not in (
        ApplicationStatus.DRAFT,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.TRIAGE,
        ApplicationStatus.ASSIGNED,
    ):
        requests = tuple(
            RequestLine(
                row.number, row.question, row.asked_at, row.due_on, row.answer, row.answered_at
            )
            for row in list_requests(session, application.id)
        )
    return CasePanel(
        is_own=is_own,
        is_editable=is_own and application.status in EDITABLE,
        is_open=application.status in OPEN_STATUSES,
        submissions=submissions,
        returned=returned,
        requests=requests,
        prohibited=flags,
        may_read_answers=True,
    )


# --- whom to tell --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reader:
    """Name a person to write to."""

    id: UUID
    email: str
    language: str


def list_members(session: Session, organisation_id: UUID) -> tuple[Reader, ...]:
    """List the people of an organisation who can be written to."""
    return _readers(
        session,
        _people().join(Membership).where(Membership.organisation_id == organisation_id),
    )


def list_caseworkers(session: Session, application_id: UUID) -> tuple[Reader, ...]:
    """List the caseworkers who may hear of a case: those without a conflict of interest in it."""
    return _readers(
        session,
        _people()
        .join(StaffGrant)
        .where(StaffGrant.role == "caseworker", ~_has_conflict(application_id)),
    )


def list_case_officers(session: Session, application_id: UUID) -> tuple[Reader, ...]:
    """List who works on a case for an authority: the officers named for it, and the heads."""
    named = select(OfficerAssignment.person_id).where(
        OfficerAssignment.application_id == application_id, OfficerAssignment.ended_at.is_(None)
    )
    heads = (
        select(AuthorityMembership.person_id)
        .join(
            AuthorityAssignment,
            AuthorityAssignment.authority_id == AuthorityMembership.authority_id,
        )
        .where(
            AuthorityMembership.role == AuthorityRole.HEAD,
            AuthorityAssignment.application_id == application_id,
            AuthorityAssignment.state != AssignmentState.DECLINED,
        )
    )
    return _readers(
        session,
        _people().where(
            or_(Person.id.in_(named), Person.id.in_(heads)), ~_has_conflict(application_id)
        ),
    )


def _people() -> Select[UUID, str, str]:
    return select(Person.id, Person.email, Person.language).where(
        Person.active, Person.confirmed_at.is_not(None)
    )


def _has_conflict(application_id: UUID) -> Any:
    return (
        select(ConflictDeclaration.id)
        .where(
            ConflictDeclaration.application_id == application_id,
            ConflictDeclaration.person_id == Person.id,
            ConflictDeclaration.has_conflict,
        )
        .exists()
    )


def _readers(session: Session, statement: Select[UUID, str, str]) -> tuple[Reader, ...]:
    rows = session.execute(statement.order_by(Person.email))
    return tuple(Reader(*row) for row in rows)
