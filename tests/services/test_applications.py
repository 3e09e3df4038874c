"""What can be done to an application, on both engines."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.checks import Denied, NotFound
from sandbox.access.permissions import P
from sandbox.applications import queries, services
from sandbox.applications.answers import Op, ReadAnswer, changes, pieces
from sandbox.domain.answers import ProblemKind
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.content import content_hash
from sandbox.domain.packs import MOST_FILES, PolicyPack, QuestionKind, QuestionSpec
from sandbox.domain.refusals import Incomplete, NotPossible, TransitionRefused, Why
from sandbox.kernel.actors import Actor, system_actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.formats import day
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import (
    Application,
    ApplicationSection,
    ClockStop,
    ConflictDeclaration,
    Decision,
    Organisation,
    Submission,
)
from sandbox.packs import active
from tests.factories import (
    NOW,
    REFUSED,
    actor_for,
    attach,
    make_company,
    make_draft,
    make_in_triage,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_under_review,
    pack,
)
from tests.packs.copies import copy_of_mx, install_over

LATER = NOW + timedelta(days=1)


@pytest.fixture
def company(session: Session) -> tuple[Organisation, Actor]:
    return make_company(session)


@pytest.fixture
def caseworker(session: Session) -> Actor:
    return actor_for(session, make_staff(session))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore.from_url(f"file://{tmp_path}")


def deeds(session: Session, application: Application) -> list[str]:
    return list(
        session.scalars(
            select(AuditEntry.deed)
            .where(AuditEntry.application_id == application.id)
            .order_by(AuditEntry.at, AuditEntry.tick)
        )
    )


def mails(session: Session, template: str) -> list[str]:
    return list(
        session.scalars(
            select(OutboxMail.address)
            .where(OutboxMail.template == f"applications/{template}")
            .order_by(OutboxMail.address)
        )
    )


def question_of(kind: QuestionKind) -> str:
    return next(key for key, spec in pack().questions.items() if spec.kind is kind)


def section_with(kind: QuestionKind) -> tuple[str, str]:
    """Return the first question of a kind, behind the key of its section."""
    return next(
        (section.key, question.key)
        for section in pack().sections
        for question in section.questions
        if question.kind is kind
    )


# --- preparing -----------------------------------------------------------------------------------


def test_answers_that_tests_write_again_are_those_that_the_service_wrote(session: Session) -> None:
    organisation, actor = make_company(session)
    title = f"De una sola vez {uuid4()}"  # so that no test has written these answers before
    first, second = (
        make_draft(session, organisation, actor, innovation_name=title) for _ in range(2)
    )

    def rows(case: Application) -> tuple[Any, ...]:
        sections = session.scalars(
            select(ApplicationSection).where(ApplicationSection.application_id == case.id)
        )
        deeds = session.scalars(select(AuditEntry).where(AuditEntry.application_id == case.id))
        return (
            (case.title, case.changed_at, case.version),
            sorted(
                (row.section, str(row.answers), str(row.confidential), row.version, row.saved_at)
                for row in sections
            ),
            sorted((deed.deed, str(deed.details), deed.at, deed.person_id) for deed in deeds),
        )

    assert rows(first) == rows(second)


def test_start_with_the_same_key_begins_one_application(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    key = uuid4().hex
    started = []
    for _ in range(2):
        with unit_of_work(session):
            application = services.start_application(
                session,
                actor,
                organisation,
                pack=pack(),
                start_key=key,
                language="es",
                now=NOW,
            )
        started.append(application.id)
    assert started[0] == started[1]
    assert session.scalar(select(func.count()).select_from(Application)) == 1
    assert deeds(session, application) == [Deed.APPLICATION_STARTED]


def test_start_key_of_somebody_else_leads_to_an_application_of_ones_own(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    other, stranger = make_company(session, "Otra")
    found = []
    for who, where in ((actor, organisation), (stranger, other)):
        with unit_of_work(session):
            application = services.start_application(
                session, who, where, pack=pack(), start_key="k", language="es", now=NOW
            )
        found.append(application.organisation_id)
    assert found == [organisation.id, other.id]


def test_start_is_denied_to_strangers(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, _ = company
    _, stranger = make_company(session, "Otra")
    for who in (stranger, caseworker):
        with pytest.raises(Denied), unit_of_work(session):
            services.start_application(
                session, who, organisation, pack=pack(), start_key="k", language="es", now=NOW
            )


def blank(session: Session, organisation: Organisation, actor: Actor) -> Application:
    with unit_of_work(session):
        return services.start_application(
            session,
            actor,
            organisation,
            pack=pack(),
            start_key=uuid4().hex,
            language="es",
            now=NOW,
        )


def test_answers_taken_over_are_those_that_the_new_rules_still_take(
    session: Session,
    company: tuple[Organisation, Actor],
    files: FileStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organisation, actor = company
    rules = pack()
    file = next(q for q in rules.questions.values() if q.kind is QuestionKind.FILE)
    number = next(q for q in rules.questions.values() if q.kind is QuestionKind.NUMBER)
    text = next(q for q in rules.questions.values() if q.kind is QuestionKind.LONG_TEXT)
    earlier = make_draft(session, organisation, actor, **{number.key: "40"})
    attach(session, earlier, actor, files, file.key)
    before = queries.get_draft(session, earlier.id)
    session.rollback()
    changed: dict[str, dict[str, Any]] = {
        number.key: {"maximum": 39},
        text.key: {"kind": QuestionKind.TEXT},
    }
    newer = replace(
        rules,
        sections=tuple(
            replace(
                section,
                questions=tuple(
                    replace(question, **changed.get(question.key, {}))
                    for question in section.questions
                ),
            )
            for section in rules.sections
        ),
    )
    application = blank(session, organisation, actor)
    monkeypatch.setattr(active, "pack_of", lambda case: newer if case is application else rules)
    with unit_of_work(session):
        count = services.copy_answers(session, actor, application, source=earlier, now=NOW)
    after = queries.get_draft(session, application.id)
    own = {key for key in before.answers if key != file.key}
    assert own - after.answers.keys() == {number.key, *({text.key} & own)}
    assert {key: after.answers[key] for key in after.answers if key != file.key} == {
        key: before.answers[key] for key in own & after.answers.keys()
    }
    assert [each.sha256 for each in after.files_of(file.key)] == [
        each.sha256 for each in before.files_of(file.key)
    ]
    assert count == len(after.answers)
    assert Deed.APPLICATION_ANSWERS_COPIED in deeds(session, application)


def test_answers_are_not_carried_from_one_organisation_to_another(session: Session) -> None:
    lawyer = make_person(session)
    first, second = (make_organisation(session, lawyer, name=name) for name in ("Uno", "Dos"))
    actor = actor_for(session, lawyer)
    earlier = make_draft(session, first, actor)
    application = blank(session, second, actor)
    with pytest.raises(NotPossible), unit_of_work(session):
        services.copy_answers(session, actor, application, source=earlier, now=NOW)
    assert queries.list_sources(session, actor, application) == []
    assert queries.get_draft(session, application.id).answers == {}


def test_answers_of_others_cannot_be_taken_over(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    other, stranger = make_company(session, "Otra")
    theirs = make_draft(session, other, stranger)
    application = blank(session, organisation, actor)
    with pytest.raises(Denied), unit_of_work(session):
        services.copy_answers(session, actor, application, source=theirs, now=NOW)


def test_save_section_keeps_unfinished_answers_and_names_the_case(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    rules = pack()
    title = rules.title_question
    section = next(s for s in rules.sections if title in {q.key for q in s.questions})
    application = make_draft(session, organisation, actor)
    with unit_of_work(session):
        version = services.save_section(
            session,
            actor,
            application,
            section=section.key,
            answers={title: "Semáforos que aprenden"},
            expected_version=1,
            now=LATER,
        )
    draft = queries.get_draft(session, application.id)
    assert version == 2
    assert draft.section(section.key).answers == {title: "Semáforos que aprenden"}
    assert application.title == "Semáforos que aprenden"
    assert application.changed_at == LATER


def test_save_section_refuses_what_a_colleague_has_overtaken(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    section = pack().sections[0]
    before = queries.get_draft(session, application.id).section(section.key)
    for expected_version in (0, 2):
        with pytest.raises(Stale), unit_of_work(session):
            services.save_section(
                session,
                actor,
                application,
                section=section.key,
                answers={},
                expected_version=expected_version,
                now=LATER,
            )
    assert queries.get_draft(session, application.id).section(section.key) == before


def test_save_section_refuses_wrong_answers_but_not_missing_ones(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    section, number = section_with(QuestionKind.NUMBER)
    with pytest.raises(Incomplete) as refused, unit_of_work(session):
        services.save_section(
            session,
            actor,
            application,
            section=section,
            answers={number: "many"},
            expected_version=1,
            now=LATER,
        )
    assert [(p.question, p.kind) for p in refused.value.problems] == [
        (number, ProblemKind.NOT_A_NUMBER)
    ]


def test_save_section_drops_marks_that_the_pack_does_not_allow(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    section = next(s for s in pack().sections if any(q.may_be_confidential for q in s.questions))
    draft = queries.get_draft(session, application.id)
    marks = [question.key for question in section.questions]
    with unit_of_work(session):
        services.save_section(
            session,
            actor,
            application,
            section=section.key,
            answers=draft.section(section.key).answers,
            confidential=marks,
            expected_version=1,
            now=LATER,
        )
    saved = queries.get_draft(session, application.id).section(section.key)
    assert saved.confidential == {q.key for q in section.questions if q.may_be_confidential}


def test_saving_the_same_again_changes_nothing(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    section = pack().sections[0].key
    before = deeds(session, application)
    with unit_of_work(session):
        version = services.save_section(
            session,
            actor,
            application,
            section=section,
            answers=queries.get_draft(session, application.id).section(section).answers,
            expected_version=1,
            now=LATER,
        )
    assert version == 1
    assert deeds(session, application) == before


def test_attached_files_are_answers_until_they_are_removed(
    session: Session, company: tuple[Organisation, Actor], files: FileStore
) -> None:
    organisation, actor = company
    question = question_of(QuestionKind.FILE)
    application = make_draft(session, organisation, actor)
    first = attach(session, application, actor, files, question)
    again = attach(session, application, actor, files, question)
    assert again.id == first.id
    assert queries.get_draft(session, application.id).answers[question] == [str(first.id)]
    assert files.open(first.sha256) == b"Everything is in order.\n"
    with unit_of_work(session):
        services.remove_file(session, actor, application, file_id=first.id, now=LATER)
    assert question not in queries.get_draft(session, application.id).answers
    with pytest.raises(NotFound):
        queries.get_file(session, actor, application.id, first.id)


def test_files_share_the_mark_of_their_question(
    session: Session, company: tuple[Organisation, Actor], files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    section, question = section_with(QuestionKind.FILE)
    assert pack().questions[question].may_be_confidential
    first = attach(session, application, actor, files, question)
    with unit_of_work(session):
        services.save_section(
            session,
            actor,
            application,
            section=section,
            answers=queries.get_draft(session, application.id).section(section).answers,
            confidential=[question],
            expected_version=1,
            now=LATER,
        )
    second = attach(session, application, actor, files, question, name="later.txt")
    assert (first.confidential, second.confidential) == (True, True)


def test_files_beyond_the_limit_and_for_other_questions_are_refused(
    session: Session, company: tuple[Organisation, Actor], files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    question = min(
        (q for q in pack().questions.values() if q.kind is QuestionKind.FILE),
        key=lambda q: q.maximum or MOST_FILES,
    )
    limit = question.maximum or MOST_FILES
    for number in range(limit):
        attach(session, application, actor, files, question.key, name=f"{number}.txt")
    for key in (question.key, question_of(QuestionKind.TEXT), "unknown"):
        with pytest.raises(NotPossible) as refused:
            attach(session, application, actor, files, key, name="more.txt")
        assert refused.value.reason is Why.FILE_NOT_ACCEPTED
    assert len(queries.get_draft(session, application.id).files) == limit


# --- submitting ----------------------------------------------------------------------------------


def test_submit_freezes_what_was_answered_and_tells_both_sides(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor, files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    file = attach(session, application, actor, files, question_of(QuestionKind.FILE))
    with unit_of_work(session):
        submission = services.submit(session, actor, application, now=NOW)
    assert application.status == ApplicationStatus.SUBMITTED
    assert application.reference == "SBX-2026-00001"
    assert application.tier == "minimal"
    assert application.clock_started_on == date(2026, 3, 2)
    assert submission.content["attachments"][0]["sha256"] == file.sha256
    assert submission.content["pack"] == {"code": pack().code, "version": pack().version}
    assert submission.content_hash == content_hash(submission.content)
    assert len(mails(session, "submitted")) == 1
    assert len(mails(session, "arrived")) == 1


def test_submit_counts_the_year_where_the_programme_runs(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    new_year_in_london = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
    application = make_submitted(session, *company, now=new_year_in_london)
    assert application.reference == "SBX-2026-00001"
    assert application.clock_started_on == date(2026, 12, 31)


def test_submit_names_everything_that_is_missing(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    with unit_of_work(session):
        application = services.start_application(
            session, actor, organisation, pack=pack(), start_key="k", language="es", now=NOW
        )
    with pytest.raises(Incomplete) as refused, unit_of_work(session):
        services.submit(session, actor, application, now=NOW)
    required = {q.key for q in pack().questions.values() if q.required and q.ask_if is None}
    assert {problem.question for problem in refused.value.problems} == required
    assert application.status == ApplicationStatus.DRAFT


def test_submitting_twice_gives_one_submission(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    given = []
    for _ in range(2):
        with unit_of_work(session):
            submission = services.submit(session, actor, application, number=1, now=NOW)
        given.append((submission.id, submission.content_hash))
    assert given[0] == given[1]
    assert session.scalar(select(func.count()).select_from(Submission)) == 1
    assert deeds(session, application).count(Deed.APPLICATION_SUBMITTED) == 1
    assert len(mails(session, "submitted")) == 1


def test_submit_refuses_answers_that_changed_since_they_were_checked(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    with pytest.raises(Stale), unit_of_work(session):
        services.submit(session, actor, application, now=NOW, expected_hash="0" * 64)
    draft = queries.get_draft(session, application.id)
    checked = content_hash(services.content_of(pack(), draft))
    with unit_of_work(session):
        submission = services.submit(session, actor, application, now=NOW, expected_hash=checked)
    assert submission.content_hash == checked


def copies(session: Session, draft: Application, actor: Actor, number: int) -> list[UUID]:
    """Copy a draft with its answers; filling in each of fifty through the services takes long."""
    sections = queries.get_draft(session, draft.id).sections.values()
    columns = ("organisation_id", "pack_code", "pack_version", "status", "started_by_id")
    same = {name: getattr(draft, name) for name in columns}
    made = []
    with unit_of_work(session):
        for _ in range(number):
            key = uuid4().hex
            copy = Application(**same, start_key=key, started_at=NOW, changed_at=NOW)
            session.add(copy)
            session.flush()
            for section in sections:
                row = ApplicationSection(
                    application_id=copy.id,
                    section=section.key,
                    answers=dict(section.answers),
                    confidential=[],
                    saved_by_id=actor.person_id,
                    saved_at=NOW,
                )
                session.add(row)
            record(session, actor, Deed.APPLICATION_STARTED, copy, now=NOW)
            made.append(copy.id)
    return made


def test_fifty_submissions_at_once_get_fifty_references(
    session: Session, engine: Engine, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    ids = copies(session, make_draft(session, organisation, actor), actor, 50)
    failures: list[BaseException] = []
    start = threading.Barrier(10)

    def submit_some(mine: list[object]) -> None:
        try:
            start.wait()
            for application_id in mine:
                with Session(engine) as own, unit_of_work(own):
                    application = own.get_one(Application, application_id)
                    services.submit(own, actor, application, now=NOW)
        except BaseException as failure:  # noqa: BLE001 - the test reports it
            failures.append(failure)

    threads = [threading.Thread(target=submit_some, args=(ids[n::10],)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    references = session.scalars(
        select(Application.reference).where(Application.reference.is_not(None))
    ).all()
    assert sorted(references) == [f"SBX-2026-{n:05d}" for n in range(1, 51)]


def test_two_colleagues_pressing_submit_at_once_send_it_once(
    session: Session, engine: Engine, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    application_id = application.id
    session.rollback()
    hashes: list[str] = []
    start = threading.Barrier(4)

    def press() -> None:
        start.wait()
        with Session(engine) as own, unit_of_work(own):
            mine = own.get_one(Application, application_id)
            hashes.append(services.submit(own, actor, mine, number=1, now=NOW).content_hash)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hashes) == 4
    assert len(set(hashes)) == 1
    assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_submitted_answers_cannot_be_edited(
    session: Session, company: tuple[Organisation, Actor], files: FileStore
) -> None:
    organisation, actor = company
    application = make_submitted(session, organisation, actor)
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.save_section(
            session,
            actor,
            application,
            section=pack().sections[0].key,
            answers={},
            expected_version=1,
            now=NOW,
        )
    with pytest.raises(TransitionRefused):
        attach(session, application, actor, files, question_of(QuestionKind.FILE))


# --- triage --------------------------------------------------------------------------------------


def test_return_stops_the_clock_until_the_correction_arrives(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_in_triage(session, organisation, actor, caseworker)
    question = question_of(QuestionKind.LONG_TEXT)
    with unit_of_work(session):
        services.return_to_company(
            session,
            caseworker,
            application,
            reasons={question: "Say how.", "unknown": "x"},
            general="",
            now=LATER,
        )
    assert application.status == ApplicationStatus.RETURNED
    assert application.answer_due_on == date(2026, 3, 18)  # ten business days, one a holiday
    returned = queries.find_return(session, application.id)
    assert returned is not None
    assert returned.reasons == {question: "Say how."}
    assert len(mails(session, "returned")) == 1
    corrected = LATER + timedelta(days=6)
    with unit_of_work(session):
        again = services.submit(session, actor, application, number=2, now=corrected)
    assert (again.number, application.status) == (2, ApplicationStatus.SUBMITTED)
    assert application.reference == "SBX-2026-00001"
    assert application.answer_due_on is None
    assert returned.answered_at == corrected
    stop = session.scalars(select(ClockStop)).one()
    assert (stop.started_on, stop.ended_on) == (date(2026, 3, 3), date(2026, 3, 9))
    reading = queries.clock_of(session, application, pack(), date(2026, 3, 10))
    assert reading is not None
    assert (reading.day, reading.stopped_days, reading.is_stopped) == (2, 4, False)


def test_a_stale_page_does_not_submit_the_correction(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_in_triage(session, organisation, actor, caseworker)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, application, reasons={}, general="More.", now=LATER
        )
    with unit_of_work(session):
        repeated = services.submit(session, actor, application, number=1, now=LATER)
    assert repeated.number == 1
    assert application.status == ApplicationStatus.RETURNED


def test_return_needs_a_reason_and_is_allowed_as_often_as_the_pack_says(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_in_triage(session, organisation, actor, caseworker)

    def give_back(general: str) -> None:
        with unit_of_work(session):
            services.return_to_company(
                session, caseworker, application, reasons={}, general=general, now=LATER
            )

    with pytest.raises(NotPossible) as refused:
        give_back("  ")
    assert refused.value.reason is Why.REASON_MISSING
    for number in range(pack().coordination.returns_allowed):
        give_back("More.")
        with unit_of_work(session):
            services.submit(session, actor, application, number=number + 2, now=LATER)
        with unit_of_work(session):
            services.start_triage(session, caseworker, application, now=LATER)
    with pytest.raises(NotPossible) as refused:
        give_back("Still more.")
    assert refused.value.reason is Why.RETURNS_USED_UP
    assert application.status == ApplicationStatus.TRIAGE


@pytest.mark.parametrize(
    ("day", "is_taken"), [(date(2026, 3, 31), True), (date(2026, 4, 1), False)]
)
def test_an_application_is_returned_within_the_days_of_the_rules(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    day: date,
    *,
    is_taken: bool,
) -> None:
    # Sent on Monday 2 March; 16 March is a holiday, so that twenty business days end on the 31st.
    application = make_in_triage(session, *company, caseworker)
    assert pack().coordination.returns_within_days == 20
    given = {
        "reasons": {},
        "general": "More.",
        "now": datetime(day.year, day.month, day.day, 18, tzinfo=UTC),
    }
    if is_taken:
        with unit_of_work(session):
            services.return_to_company(session, caseworker, application, **given)
        return
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.return_to_company(session, caseworker, application, **given)
    assert refused.value.details == {"reason": Why.RETURN_TOO_LATE, "until": date(2026, 3, 31)}
    assert application.status == ApplicationStatus.TRIAGE


def test_rules_without_a_limit_let_an_application_be_returned_on_any_day(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    application = make_in_triage(session, *company, caseworker)
    rules = replace(pack(), coordination=replace(pack().coordination, returns_within_days=None))
    monkeypatch.setattr(active, "pack_of", lambda _: rules)
    with unit_of_work(session):
        services.return_to_company(
            session,
            caseworker,
            application,
            reasons={},
            general="More.",
            now=NOW + timedelta(days=300),
        )
    assert application.status == ApplicationStatus.RETURNED


def test_triage_is_denied_to_the_company_and_to_the_recused(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_submitted(session, organisation, actor)
    with unit_of_work(session):
        session.add(
            ConflictDeclaration(
                application_id=application.id,
                person_id=caseworker.person_id,
                has_conflict=True,
                declared_at=NOW,
            )
        )
        record(session, actor, Deed.CONFLICT_DECLARED, application, now=NOW)
    for who in (actor, caseworker):
        with pytest.raises(Denied), unit_of_work(session):
            services.start_triage(session, who, application, now=NOW)


def test_redirect_decides_and_keeps_the_reason(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_in_triage(session, organisation, actor, caseworker)
    with unit_of_work(session):
        services.redirect_elsewhere(
            session, caseworker, application, reason="Ask for guidance.", now=LATER
        )
    decision = session.scalars(select(Decision)).one()
    assert (application.status, application.outcome) == ("decided", DecisionOutcome.REDIRECTED)
    assert (decision.outcome, decision.remarks) == ("redirected", "Ask for guidance.")
    assert deeds(session, application)[-1] == Deed.APPLICATION_REDIRECTED
    reading = queries.clock_of(session, application, pack(), date(2026, 6, 1))
    assert reading is not None
    assert (reading.day, reading.is_overdue) == (1, False)


def test_decline_prohibited_needs_a_prohibited_use(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    harmless = make_in_triage(session, organisation, actor, caseworker)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decline_prohibited(
            session, caseworker, harmless, reason="No.", codes=REFUSED, now=LATER
        )
    assert refused.value.reason is Why.NOT_PROHIBITED
    harmful = make_in_triage(
        session, organisation, actor, caseworker, prohibited_practices=["social_scoring"]
    )
    with unit_of_work(session):
        services.decline_prohibited(
            session, caseworker, harmful, reason="Banned.", codes=REFUSED, now=LATER
        )
    assert (harmful.status, harmful.outcome) == ("decided", DecisionOutcome.DECLINED)


# --- leaving, asking, lapsing --------------------------------------------------------------------


def test_withdraw_closes_the_case_and_tells_the_secretariat(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_submitted(session, organisation, actor)
    with unit_of_work(session):
        services.withdraw(session, actor, application, reason="No money.", now=LATER)
    assert application.status == ApplicationStatus.WITHDRAWN
    assert len(mails(session, "withdrawn")) == 1
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.withdraw(session, actor, application, reason="", now=LATER)


def test_information_request_stops_the_clock_until_it_is_answered(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    _, actor = company
    with unit_of_work(session):
        asked = services.request_information(
            session, lead, application, questions=[("Where are the data?", None)], now=LATER
        )
    assert application.status == ApplicationStatus.INFORMATION_REQUESTED
    assert application.answer_due_on == asked.due_on
    assert len(mails(session, "information_requested")) == 1
    with unit_of_work(session):
        services.answer_information(
            session, actor, application, answers={1: "In Querétaro."}, now=LATER + timedelta(days=2)
        )
    assert application.status == ApplicationStatus.UNDER_REVIEW
    [answered] = queries.list_requests(session, application.id)
    assert [each.answer for each in answered.questions] == ["In Querétaro."]
    assert application.answer_due_on is None
    assert [stop.ended_on for stop in session.scalars(select(ClockStop))] == [date(2026, 3, 5)]
    assert len(mails(session, "information_answered")) == 1


@pytest.fixture
def other_rules() -> Iterator[None]:
    """Let a test install other packs; afterwards those of the platform are in force again."""
    yield
    active.install(PACKS, "mx")


@pytest.mark.usefixtures("other_rules")
@pytest.mark.parametrize(
    ("key", "unit", "length", "last"),
    [
        ('"information_answer"', "months", 1, date(2026, 4, 6)),  # 3 April is Good Friday
        ('"information_answer"', "calendar_days", 10, date(2026, 3, 13)),
        ('"information_answer"', "business_days", 10, date(2026, 3, 18)),  # the 16th is a holiday
        # Without a term of its own, a request has that of a return.
        ('"another"', "months", 1, date(2026, 3, 18)),
    ],
)
def test_term_for_information_is_counted_in_its_own_unit(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    tmp_path: Path,
    key: str,
    unit: str,
    length: int,
    last: date,
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    file = copy_of_mx(tmp_path) / "coordination.toml"
    before, own, after = file.read_text(encoding="utf-8").partition('key = "information_answer"')
    counted = 'unit = "business_days"\nlength = 10'
    assert own
    assert counted in after
    after = after.replace(counted, f'unit = "{unit}"\nlength = {length}', 1)
    file.write_text(f"{before}key = {key}{after}", encoding="utf-8")
    install_over(session, tmp_path)
    with unit_of_work(session):
        asked = services.request_information(
            session, lead, application, questions=[("?", None)], now=LATER
        )
    assert (asked.due_on, application.answer_due_on) == (last, last)


def test_only_the_lead_asks_and_only_the_company_answers(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    _, actor = company
    for who in (actor, caseworker):
        with pytest.raises(Denied), unit_of_work(session):
            services.request_information(
                session, who, application, questions=[("?", None)], now=LATER
            )
    with unit_of_work(session):
        services.request_information(session, lead, application, questions=[("?", None)], now=LATER)
    with pytest.raises(Denied), unit_of_work(session):
        services.answer_information(session, lead, application, answers={1: "!"}, now=LATER)


def test_every_question_of_a_request_has_its_own_answer(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    _, actor = company
    about = pack().title_question
    for questions in ((), (("Where?", None), (" ", None))):
        with pytest.raises(NotPossible, match="question_missing"), unit_of_work(session):
            services.request_information(session, lead, application, questions=questions, now=LATER)
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("Where?", None), ("Who?", about)], now=LATER
        )

    first = queries.find_open_request(session, application.id)
    assert first is not None
    opened = queries.request_version(first)
    session.rollback()

    def keep(version: int, **answers: str) -> None:
        with unit_of_work(session):
            services.keep_answers(
                session,
                actor,
                application,
                answers={int(key[1:]): text for key, text in answers.items()},
                expected_version=version,
                now=LATER,
            )

    def lines(who: Actor) -> list[tuple[str, str | None]]:
        panel = queries.case_panel(
            session,
            who,
            application,
            pack(),
            LATER,
            granted=frozenset({P.APPLICATION_READ_ANSWERS}),
        )
        [found] = panel.requests
        return [(each.text, each.answer) for each in found.questions]

    keep(opened, _1="Here.")
    asked = queries.find_open_request(session, application.id)
    assert asked is not None
    assert [(each.about, each.typed) for each in asked.questions] == [(None, "Here."), (about, "")]
    # What is kept is not sent, and whoever saves over it is told.
    assert lines(lead) == [("Where?", None), ("Who?", None)]
    with pytest.raises(Stale):
        keep(opened, _1="There.")
    for answers in ({1: "Here."}, {1: "Here.", 2: " "}):
        with pytest.raises(NotPossible, match="answer_missing"), unit_of_work(session):
            services.answer_information(session, actor, application, answers=answers, now=LATER)
    both = {1: "Here.", 2: "We."}
    with pytest.raises(Stale), unit_of_work(session):
        services.answer_information(
            session, actor, application, answers=both, expected_version=opened, now=LATER
        )
    with unit_of_work(session):
        services.answer_information(
            session, actor, application, answers=both, expected_version=opened + 1, now=LATER
        )
    assert lines(lead) == [("Where?", "Here."), ("Who?", "We.")]
    with pytest.raises(TransitionRefused):
        keep(opened + 1, _1="Elsewhere.")
    # A page of the request before never answers the next one, though it has as many questions.
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("When?", None), ("Why?", None)], now=LATER
        )
    for version in (opened, opened + 1):
        with pytest.raises(Stale), unit_of_work(session):
            services.answer_information(
                session, actor, application, answers=both, expected_version=version, now=LATER
            )


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> PolicyPack:
    """Rules that take what is late for three business days more."""
    rules = active.current()
    clocks = tuple(
        replace(each, late_days=3 if each.key in ("return_answer", "information_answer") else 0)
        for each in rules.clocks
    )
    changed = replace(rules, clocks=clocks)
    for name in ("pack_of", "find_pack_of"):
        monkeypatch.setattr(active, name, lambda _: changed)
    return changed


def midday(day: date) -> datetime:
    return datetime.combine(day, time(18), UTC)


def test_answer_after_the_last_day_is_refused_whether_the_case_has_lapsed_or_not(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("Where?", None)], now=LATER
        )
    last = application.answer_due_on
    assert last is not None

    def answer(now: datetime) -> None:
        with unit_of_work(session):
            services.answer_information(
                session, company[1], application, answers={1: "Here."}, now=now
            )

    with pytest.raises(NotPossible) as refusal:
        answer(midday(last + timedelta(days=1)))
    assert refusal.value.reason is Why.ANSWER_TOO_LATE
    answer(midday(last))
    assert application.status == ApplicationStatus.UNDER_REVIEW
    (asked,) = queries.list_requests(session, application.id)
    assert not asked.is_late("America/Mexico_City")


@pytest.mark.parametrize("late", [0, 3])
def test_mail_says_until_when_an_answer_is_taken(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    late: int,
) -> None:
    rules = active.current()
    clocks = tuple(replace(each, late_days=late) for each in rules.clocks)
    monkeypatch.setattr(active, "pack_of", lambda _: replace(rules, clocks=clocks))
    returned = make_in_triage(session, *company, caseworker, now=NOW)
    asked, lead = make_under_review(session, *company, caseworker)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, returned, reasons={}, general="More.", now=LATER
        )
        services.request_information(session, lead, asked, questions=[("Why?", None)], now=LATER)
    for case, template in ((returned, "returned"), (asked, "information_requested")):
        until = queries.taken_until(case, active.pack_of(case))
        assert until is not None
        assert case.answer_due_on is not None
        assert (until > case.answer_due_on) is bool(late)
        [mail] = session.scalars(
            select(OutboxMail).where(OutboxMail.template == f"applications/{template}")
        )
        for language, taken, closes in (
            ("en", "is taken until {}", "After that day the application closes by itself."),
            ("es", "se recibe hasta el {}", "Después de ese día la solicitud se cierra por sí"),
        ):
            with app.app_context():
                body = render_mail(mail, language).body
                with force_locale(language):
                    assert day(case.answer_due_on) in body
                    assert (taken.format(day(until)) in body) is bool(late)
            assert body.count(closes) == 1


def test_late_answer_is_taken_for_the_days_of_the_rules_and_marked(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    lenient: PolicyPack,
) -> None:
    application, lead = make_under_review(session, *company, caseworker)
    clockwork = system_actor("jobs", "application:lapse")
    with unit_of_work(session):
        services.request_information(
            session, lead, application, questions=[("Where?", None)], now=LATER
        )
    last, until = application.answer_due_on, queries.taken_until(application, lenient)
    assert last is not None
    assert until is not None
    calendar = BusinessCalendar.from_spec(lenient.calendar)
    assert calendar.business_days_between(last, until) == 3
    with unit_of_work(session):
        assert services.lapse_overdue(session, clockwork, now=midday(until)) == 0
        services.answer_information(
            session, company[1], application, answers={1: "Here."}, now=midday(until)
        )
    (asked,) = queries.list_requests(session, application.id)
    assert asked.is_late("America/Mexico_City")


def test_late_correction_is_taken_for_the_days_of_the_rules_and_marked(
    session: Session,
    company: tuple[Organisation, Actor],
    caseworker: Actor,
    lenient: PolicyPack,
) -> None:
    organisation, actor = company
    clockwork = system_actor("jobs", "application:lapse")
    cases = [make_in_triage(session, organisation, actor, caseworker, now=NOW) for _ in range(2)]
    with unit_of_work(session):
        for each in cases:
            services.return_to_company(
                session, caseworker, each, reasons={}, general="More.", now=LATER
            )
    until = queries.taken_until(cases[0], lenient)
    assert until is not None
    with unit_of_work(session):
        services.submit(session, actor, cases[0], now=midday(until))
    (returned,) = queries.list_returns(session, cases[0].id)
    assert returned.is_late("America/Mexico_City")
    after = midday(until + timedelta(days=1))
    with pytest.raises(NotPossible) as refusal, unit_of_work(session):
        services.submit(session, actor, cases[1], now=after)
    assert refusal.value.details == {"reason": Why.ANSWER_TOO_LATE, "until": until}
    with unit_of_work(session):
        assert services.lapse_overdue(session, clockwork, now=after) == 1
    assert cases[1].status == ApplicationStatus.LAPSED


def test_lapse_overdue_closes_what_nobody_answered_the_day_after(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    application = make_in_triage(session, organisation, actor, caseworker)
    waiting = make_in_triage(session, organisation, actor, caseworker)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, application, reasons={}, general="More.", now=LATER
        )
    clockwork = system_actor("applications.lapse_overdue", "application:lapse")
    # Still the last day in Mexico City, although the next one has begun in UTC.
    last_evening = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
    with unit_of_work(session):
        assert services.lapse_overdue(session, clockwork, now=last_evening) == 0
    next_morning = last_evening + timedelta(hours=4)
    with unit_of_work(session):
        assert services.lapse_overdue(session, clockwork, now=next_morning) == 1
    assert application.status == ApplicationStatus.LAPSED
    assert waiting.status == ApplicationStatus.TRIAGE
    assert len(mails(session, "lapsed")) == 1
    with unit_of_work(session):
        assert services.lapse_overdue(session, clockwork, now=next_morning + timedelta(days=9)) == 0


# --- reading -------------------------------------------------------------------------------------


def test_other_companies_find_nothing(
    session: Session, company: tuple[Organisation, Actor], files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    file = attach(session, application, actor, files, question_of(QuestionKind.FILE))
    with unit_of_work(session):
        services.submit(session, actor, application, now=NOW)
    _, stranger = make_company(session, "Otra")
    with pytest.raises(NotFound):
        queries.get_application(session, stranger, application.id)
    with pytest.raises(NotFound):
        queries.get_submission(session, stranger, application.id)
    with pytest.raises(NotFound):
        queries.get_file(session, stranger, application.id, file.id)
    assert queries.list_applications(session, stranger).rows == []
    assert queries.count_applications(session, stranger) == {}
    assert queries.list_tasks(session, stranger, NOW) == []
    assert queries.get_file(session, actor, application.id, file.id).filename == "opinion.txt"


def test_caseworkers_see_no_drafts_and_open_only_submitted_files(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor, files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    question = question_of(QuestionKind.FILE)
    sent = attach(session, application, actor, files, question)
    with pytest.raises(NotFound):
        queries.get_application(session, caseworker, application.id)
    with unit_of_work(session):
        services.submit(session, actor, application, now=NOW)
        services.start_triage(session, caseworker, application, now=NOW)
        services.return_to_company(
            session, caseworker, application, reasons={}, general="More.", now=LATER
        )
    unsent = attach(session, application, actor, files, question, name="new.txt")
    with unit_of_work(session):
        services.remove_file(session, actor, application, file_id=sent.id, now=LATER)
    assert queries.get_file(session, caseworker, application.id, sent.id).filename == "opinion.txt"
    with pytest.raises(NotFound):
        queries.get_file(session, caseworker, application.id, unsent.id)


def test_tasks_name_what_waits_for_whom(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor
) -> None:
    organisation, actor = company
    make_draft(session, organisation, actor)
    make_submitted(session, organisation, actor, now=LATER)
    returned = make_in_triage(session, organisation, actor, caseworker)
    with unit_of_work(session):
        services.return_to_company(
            session, caseworker, returned, reasons={}, general="More.", now=LATER
        )
    mine = [(task.kind, task.due_on) for task in queries.list_tasks(session, actor, LATER)]
    theirs = [task.kind for task in queries.list_tasks(session, caseworker, LATER)]
    assert sorted(mine) == [
        ("applications.correct", date(2026, 3, 18)),
        ("applications.finish", None),
    ]
    assert theirs == ["applications.check"]


def test_list_pages_hold_every_application_once(
    session: Session, company: tuple[Organisation, Actor]
) -> None:
    organisation, actor = company
    made = {make_draft(session, organisation, actor).id for _ in range(5)}
    seen, after = [], None
    while True:
        page = queries.list_applications(session, actor, after=after, size=2)
        seen += [row.id for row in page.rows]
        after = page.next_key
        if after is None:
            break
    assert len(seen) == 5
    assert set(seen) == made


# --- the difference between two versions ---------------------------------------------------------


def spec_of(kind: QuestionKind) -> QuestionSpec:
    return next(question for question in pack().questions.values() if question.kind is kind)


def test_texts_differ_word_by_word() -> None:
    spec = spec_of(QuestionKind.LONG_TEXT)
    found = pieces(ReadAnswer(spec, "the old model learns"), ReadAnswer(spec, "the model unlearns"))
    assert [(piece.op, piece.text.strip()) for piece in found] == [
        (Op.SAME, "the"),
        (Op.REMOVED, "old"),
        (Op.SAME, "model"),
        (Op.REMOVED, "learns"),
        (Op.ADDED, "unlearns"),
    ]


def test_rows_differ_row_by_row() -> None:
    spec = spec_of(QuestionKind.ROWS)
    column = spec.columns[0].key
    first, second, third = ({column: value} for value in "abc")
    found = pieces(ReadAnswer(spec, [first, second]), ReadAnswer(spec, [second, third]))
    assert [(piece.op, piece.answer and piece.answer.value) for piece in found] == [
        (Op.REMOVED, [first]),
        (Op.SAME, [second]),
        (Op.ADDED, [third]),
    ]


def test_the_same_file_uploaded_again_is_no_change(
    session: Session, company: tuple[Organisation, Actor], caseworker: Actor, files: FileStore
) -> None:
    organisation, actor = company
    application = make_draft(session, organisation, actor)
    question = question_of(QuestionKind.FILE)
    first = attach(session, application, actor, files, question)
    with unit_of_work(session):
        services.submit(session, actor, application, now=NOW)
        services.start_triage(session, caseworker, application, now=NOW)
        services.return_to_company(
            session, caseworker, application, reasons={}, general="More.", now=NOW
        )
        services.remove_file(session, actor, application, file_id=first.id, now=NOW)
    attach(session, application, actor, files, question)
    with unit_of_work(session):
        services.submit(session, actor, application, now=LATER)
    before, after = (
        queries.get_submission(session, actor, application.id, number) for number in (1, 2)
    )
    assert before.content_hash != after.content_hash
    assert changes(pack(), before, after, closed=()) == ()
