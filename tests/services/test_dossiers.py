"""A dossier holds what its reader may read, is the same each time, and is taken in elsewhere."""

import gc
import io
import json
import tracemalloc
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.applications import services as applications
from sandbox.coordination import services as coordination
from sandbox.domain.content import content_hash
from sandbox.domain.deliberation import Stance
from sandbox.domain.dossiers import DossierFault
from sandbox.domain.enquiries import EnquiryKind
from sandbox.dossiers import jobs, services
from sandbox.enquiries.services import write_enquiry
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.archives import check_archive
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, CaseDossier, ImportedDossier, Submission
from sandbox.models.dossiers import DossierState, ImportState
from sandbox.web.worker import load_handlers
from tests.authorisation.world import file_question
from tests.factories import (
    NOW,
    Team,
    actor_for,
    make_assigned,
    make_company,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.services.test_coordination import LATER
from tests.trial_factories import make_completed_trial, publish_report

WORKER = system_actor("dossiers.make")
CHECKER = system_actor("dossiers.check", "dossier:import")


@pytest.fixture
def files(app: Flask) -> FileStore:
    found: FileStore = app.extensions["file_store"]
    return found


@pytest.fixture
def case(session: Session, app: Flask) -> "Cast":
    return Cast(session)


class Cast:
    """A case under review by two authorities, each with something to hide from the others."""

    def __init__(self, session: Session) -> None:
        self.session = session
        organisation, self.company = make_company(session)
        self.caseworker = actor_for(session, make_staff(session))
        self.lead, self.other = make_team(session, "INAI"), make_team(session, "IFT")
        self.application = make_assigned(
            session,
            organisation,
            self.company,
            self.caseworker,
            lead=self.lead,
            associates=(self.other,),
        )
        start_review(session, self.application, self.lead, self.other)
        for team, name in ((self.lead, "lead"), (self.other, "other")):
            self.note(team, f"{name}-private", is_shared=False)
            self.note(team, f"{name}-shared", is_shared=True)

    def note(self, team: Team, text: str, *, is_shared: bool) -> None:
        with unit_of_work(self.session):
            coordination.write_note(
                self.session,
                team.officer,
                self.application,
                text=text,
                criterion=None,
                is_shared=is_shared,
                now=LATER,
            )

    def decide(self) -> None:
        for team in (self.lead, self.other):
            mark_criteria(self.session, self.application, team)
        take_position(self.session, self.application, self.lead)
        take_position(
            self.session,
            self.application,
            self.other,
            Stance.CONCUR_WITH_CONDITIONS,
            conditions=("Avisar antes.",),
        )
        with unit_of_work(self.session):
            coordination.decide(
                self.session, self.lead.officer, self.application, remarks="Así.", now=LATER
            )


def ask(session: Session, actor: Actor, application: Application) -> CaseDossier:
    with unit_of_work(session):
        return services.ask_dossier(session, actor, application, now=LATER)


def make(app: Flask, session: Session, dossier: CaseDossier) -> CaseDossier:
    with app.app_context():
        jobs.make(session, WORKER, dossier_id=str(dossier.id))
    session.expire_all()
    return dossier


def archive_for(
    app: Flask, session: Session, files: FileStore, actor: Actor, application: Application
) -> bytes:
    dossier = make(app, session, ask(session, actor, application))
    assert (dossier.state, dossier.fault) == (DossierState.READY.value, None)
    assert dossier.sha256 is not None
    content = files.open(dossier.sha256)
    session.rollback()
    checked = check_archive(io.BytesIO(content))
    assert (dossier.size, dossier.root) == (len(content), checked.index.root)
    assert dossier.done == dossier.total == len(checked.index.entries)
    session.rollback()
    return content


def entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def told(content: bytes, path: str) -> Any:
    return json.loads(entries(content)[path])


def holders(readers: Mapping[str, bytes], text: str) -> set[str]:
    """Name the readers in whose dossier a text stands anywhere."""
    return {
        name
        for name, content in readers.items()
        if any(text.encode() in each for each in entries(content).values())
    }


def read_by_all(app: Flask, session: Session, files: FileStore, case: Cast) -> dict[str, bytes]:
    people = {
        "company": case.company,
        "secretariat": case.caseworker,
        "lead": case.lead.officer,
        "other": case.other.officer,
    }
    return {
        name: archive_for(app, session, files, actor, case.application)
        for name, actor in people.items()
    }


# --- who gets what --------------------------------------------------------------------------------


def test_each_reader_gets_what_that_reader_may_read_and_nothing_else(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    take = {"reasons": "lead-position", "conditions": (), "expected_version": 0}
    mark_criteria(session, case.application, case.lead)
    with unit_of_work(session):
        coordination.take_position(
            session,
            case.lead.officer,
            case.application,
            stance=Stance.CONCUR,
            now=LATER,
            **take,
        )
    readers = read_by_all(app, session, files, case)
    authorities = {"lead", "other"}
    assert holders(readers, "lead-private") == {"lead"}
    assert holders(readers, "other-private") == {"other"}
    assert holders(readers, "lead-shared") == authorities
    assert holders(readers, "lead-position") == {*authorities, "secretariat"}
    assert holders(readers, "Consta en la solicitud.") == {"lead"}  # the marks, before the decision
    assert holders(readers, "Oficial INAI") == {*authorities, "secretariat"}
    assert holders(readers, "conflict:denied") == {*authorities, "secretariat"}
    assert "positions.json" not in entries(readers["company"])
    kinds = {name: told(content, "index.json")["reader"] for name, content in readers.items()}
    assert kinds == {
        "company": {"kind": "company", "authorities": []},
        "secretariat": {"kind": "secretariat", "authorities": []},
        "lead": {"kind": "authority", "authorities": ["INAI"]},
        "other": {"kind": "authority", "authorities": ["IFT"]},
    }


def test_decision_opens_the_positions_to_the_company_and_no_note(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    case.decide()
    readers = read_by_all(app, session, files, case)
    assert holders(readers, "Lo muestra la solicitud.") == set(readers)
    assert holders(readers, "Consta en la solicitud.") == set(readers)
    assert holders(readers, "lead-private") == {"lead"}
    assert holders(readers, "other-shared") == {"lead", "other"}
    for content in readers.values():
        assert entries(content)["letters/decision.pdf"].startswith(b"%PDF-")
        decision = told(content, "decision.json")
        assert decision["outcome"] == "admitted_with_conditions"
        assert decision["conditions"] == ["Avisar antes."]


def test_whole_test_stands_in_the_dossier_with_its_files(
    app: Flask, session: Session, files: FileStore
) -> None:
    cast = make_completed_trial(session, files, tier="limited")
    publish_report(session, cast)
    application = session.get_one(Application, cast.trial.application_id)
    session.rollback()
    content = archive_for(app, session, files, cast.company, application)
    found = entries(content)
    assert {path for path in found if path.startswith("trial/")} == {
        "trial/final-reports.json",
        "trial/gates.json",
        "trial/incidents.json",
        "trial/outcome-1.json",
        "trial/plan.json",
        "trial/reliefs.json",
        "trial/reports.json",
        "trial/suspensions.json",
        "trial/trial.json",
    }
    documents = [
        each for each in told(content, "trial/gates.json")["evidence"] if each["kind"] == "document"
    ]
    assert documents
    assert {found[each["path"]] for each in documents} == {b"%PDF-1.4 prueba"}
    page = found["index.html"].decode()
    assert cast.trial.reference in page
    assert "Lo que enseñó la prueba" in page
    assert "<script" not in page


def test_only_who_reads_a_case_gets_its_dossier(session: Session, case: Cast) -> None:
    outside = make_team(session, "COFECE")
    auditor = actor_for(session, make_staff(session, StaffRole.AUDITOR, "Aurora Paz"))
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, "Ada Gil"))
    _, foreign = make_company(session, "Mar Adentro")
    for stranger in (outside.officer, auditor, administrator, foreign, case.lead.second):
        with pytest.raises(Denied):
            ask(session, stranger, case.application)


def test_draft_has_no_dossier(session: Session, app: Flask) -> None:
    from tests.factories import make_draft

    organisation, company = make_company(session)
    draft = make_draft(session, organisation, company, now=NOW)
    with pytest.raises(Denied):
        ask(session, company, draft)


def test_rights_are_those_of_the_moment_at_which_it_is_made(
    app: Flask, session: Session, case: Cast
) -> None:
    dossier = ask(session, case.lead.officer, case.application)
    with unit_of_work(session):
        coordination.declare_conflict(
            session,
            case.lead.officer,
            case.application,
            has_conflict=True,
            explanation="Es mi prima.",
            now=LATER,
        )
    made = make(app, session, dossier)
    assert (made.state, made.fault, made.sha256) == (DossierState.FAILED.value, "rights", None)


# --- what it holds --------------------------------------------------------------------------------


def test_submission_stands_there_as_the_receipt_says(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    content = archive_for(app, session, files, case.company, case.application)
    sent = told(content, "submissions/1.json")
    assert content_hash(sent["content"]) == sent["content_hash"]
    assert entries(content)["letters/receipt-1.pdf"].startswith(b"%PDF-")
    assert sent["content_hash"] in entries(content)["index.html"].decode()


def test_enquiry_that_a_case_came_from_stands_in_the_dossier_of_whoever_read_it(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    with unit_of_work(session):
        enquiry = write_enquiry(
            session,
            case.company,
            case.application.organisation,
            kind=EnquiryKind.QUESTION,
            subject="Recordatorios",
            text="¿Podemos hacerlo?",
            activity="Enviamos recordatorios.",
            competences=[],
            start_key="0123456789abcdef",
            now=LATER,
        )
        enquiry.became = case.application
    for reader, reads in (
        (case.company, True),
        (case.caseworker, True),
        (case.other.officer, False),
    ):
        held = entries(archive_for(app, session, files, reader, case.application))
        page = held["index.html"].decode()
        assert ("correspondence/enquiry.json" in held) is reads
        assert ("¿Podemos hacerlo?" in page, enquiry.reference in page) == (reads, reads)


def test_certificate_of_silence_stands_there_once_the_term_has_passed(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    def held() -> Mapping[str, bytes]:
        return entries(archive_for(app, session, files, case.company, case.application))

    def begin(day: date) -> None:
        session.execute(update(Application).values(clock_started_on=day))
        session.commit()

    today = utc_now().date()
    begin(today)
    assert "letters/silence.pdf" not in held()
    begin(today - timedelta(days=400))
    later = held()
    assert later["letters/silence.pdf"].startswith(b"%PDF-")
    assert "El plazo de la decisión pasó sin ella" in later["index.html"].decode()
    assert held() == later


def test_same_case_gives_the_same_reader_the_same_bytes(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    case.decide()
    first = read_by_all(app, session, files, case)
    assert read_by_all(app, session, files, case) == first
    assert len({told(content, "index.json")["root"] for content in first.values()}) == len(first)


def test_what_happens_to_the_case_changes_its_dossier(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    before = archive_for(app, session, files, case.caseworker, case.application)
    case.decide()
    assert archive_for(app, session, files, case.caseworker, case.application) != before


def test_whoever_takes_what_is_confidential_along_is_on_record_as_a_reader_of_the_pages_is(
    app: Flask, session: Session, case: Cast
) -> None:
    def openers() -> set[UUID | None]:
        opened = select(AuditEntry.person_id).where(
            AuditEntry.deed == Deed.CONFIDENTIAL_OPENED.value
        )
        return set(session.scalars(opened))

    readers = (case.company, case.lead.officer, case.other.officer, case.caseworker)
    make(app, session, ask(session, case.lead.officer, case.application))
    assert openers() == set()  # There is nothing confidential.
    asked = [ask(session, reader, case.application) for reader in readers]
    sent = session.scalars(select(Submission)).one()
    with unit_of_work(session):
        # What a company sends never changes; here a mark comes after the dossiers were asked for.
        sent.content = {**sent.content, "confidential": ["summary"]}
        record(session, case.company, Deed.APPLICATION_SUBMITTED, case.application, now=LATER)
    assert openers() == set()
    for dossier in asked:
        assert make(app, session, dossier).state == DossierState.READY.value
    assert openers() == {reader.person_id for reader in readers[1:]}


def test_one_dossier_at_a_time_is_made_for_a_person(session: Session, case: Cast) -> None:
    first = ask(session, case.company, case.application)
    assert ask(session, case.company, case.application).id == first.id
    assert ask(session, case.caseworker, case.application).id != first.id
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.deed == Deed.DOSSIER_ASKED))
    assert len(deeds.all()) == 2
    session.rollback()


def test_dossier_is_made_once_however_often_its_job_is_started(
    app: Flask, session: Session, case: Cast
) -> None:
    dossier = make(app, session, ask(session, case.company, case.application))
    finished = dossier.finished_at
    assert make(app, session, dossier).finished_at == finished
    session.rollback()


# --- many files -----------------------------------------------------------------------------------

MEGABYTE = 1024 * 1024


def _sent(files: FileStore, number: int, content: bytes) -> dict[str, Any]:
    stored = files.put(content, "text/plain")
    return {
        "id": str(uuid4()),
        "question": file_question(),
        "name": f"{number}.txt",
        "content_type": stored.content_type,
        "size": stored.size,
        "sha256": stored.sha256,
    }


def case_with_files(
    session: Session, files: FileStore, contents: list[bytes]
) -> tuple[Actor, Application]:
    from tests.factories import make_draft

    organisation, company = make_company(session)
    application = make_draft(session, organisation, company, now=NOW)
    with unit_of_work(session):
        applications.submit(session, company, application, now=NOW)
    # More than one question takes: what was sent may have been asked for by other rules.
    with unit_of_work(session):
        first = session.scalars(
            select(Submission).where(Submission.application_id == application.id)
        ).one()
        content = {
            **first.content,
            "attachments": [_sent(files, *each) for each in enumerate(contents)],
        }
        session.add(
            Submission(
                application_id=application.id,
                number=2,
                content=content,
                content_hash=content_hash(content),
                submitted_by_id=first.submitted_by_id,
                submitted_at=NOW,
            )
        )
        record(session, company, Deed.APPLICATION_RESUBMITTED, application, now=NOW)
    return company, application


def test_fifty_megabytes_of_files_take_little_memory(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    archive_for(app, session, files, case.company, case.application)  # what is loaded once
    contents = [bytes([65 + number % 26]) * MEGABYTE + b"%d" % number for number in range(50)]
    company, application = case_with_files(session, files, contents)
    dossier = ask(session, company, application)
    del contents
    gc.collect()
    tracemalloc.start()
    try:
        made = make(app, session, dossier)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made.state == DossierState.READY.value
    assert made.size is not None
    assert made.size > 50 * MEGABYTE
    assert peak < made.size / 5, f"{peak / MEGABYTE:.1f} MiB"
    session.rollback()


def test_file_that_was_damaged_in_the_store_fails_the_dossier_by_name(
    app: Flask, session: Session, files: FileStore
) -> None:
    company, application = case_with_files(session, files, [b"Todo en orden.\n"])
    folder: Path = app.extensions["config"].files_folder
    stored = next(path for path in folder.rglob("*") if path.is_file())
    stored.write_bytes(b"Nada en orden.\n")
    made = make(app, session, ask(session, company, application))
    assert made.state == DossierState.FAILED.value
    assert made.fault == f"file {stored.name}"
    session.rollback()


# --- in another installation ----------------------------------------------------------------------


def take_in(
    app: Flask, session: Session, files: FileStore, actor: Actor, content: bytes
) -> ImportedDossier:
    stored = files.put_stream(io.BytesIO(content), "application/zip")
    with unit_of_work(session):
        dossier = services.receive_dossier(
            session, actor, filename="expediente.zip", stored=stored, now=LATER
        )
    assert dossier.state == ImportState.CHECKING.value
    session.rollback()
    with app.app_context():
        jobs.check(session, CHECKER, dossier_id=str(dossier.id))
    session.expire_all()
    return dossier


def test_dossier_is_taken_in_once_and_stays_apart_from_cases(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    content = archive_for(app, session, files, case.caseworker, case.application)
    index = check_archive(io.BytesIO(content)).index
    before = session.scalars(select(Application.id)).all()
    taken = take_in(app, session, files, case.caseworker, content)
    assert (taken.state, taken.fault) == (ImportState.KEPT.value, None)
    assert (taken.root, taken.reference) == (index.root, index.case["reference"])
    assert (taken.organisation, taken.reader) == ("Río Claro", "secretariat")
    assert taken.imported_by_id == case.caseworker.person_id
    assert session.scalars(select(Application.id)).all() == before
    again = take_in(app, session, files, case.caseworker, content)
    assert (again.state, again.fault, again.root) == (
        ImportState.REFUSED.value,
        services.ALREADY_HERE,
        None,
    )
    deeds = session.scalars(
        select(AuditEntry.deed)
        .where(AuditEntry.subject_type == "ImportedDossier")
        .order_by(AuditEntry.at, AuditEntry.tick)
    ).all()
    assert sorted(deeds) == sorted(
        [
            Deed.DOSSIER_RECEIVED,
            Deed.DOSSIER_RECEIVED,
            Deed.DOSSIER_IMPORTED,
            Deed.DOSSIER_REFUSED,
        ]
    )
    session.rollback()


def test_altered_dossier_is_refused_with_the_entry(
    app: Flask, session: Session, files: FileStore, case: Cast
) -> None:
    content = archive_for(app, session, files, case.caseworker, case.application)
    altered = content.replace(b'"organisation"', b'"organisatiom"', 2)
    at = content.index(b'"reference": ')
    altered = content[:at] + b'"referemce": ' + content[at + 13 :]
    refused = take_in(app, session, files, case.caseworker, altered)
    assert (refused.state, refused.fault, refused.entry, refused.root) == (
        ImportState.REFUSED.value,
        DossierFault.ALTERED.value,
        "case.json",
        None,
    )
    session.rollback()


def test_only_caseworkers_and_administrators_take_dossiers_in(
    session: Session, files: FileStore, case: Cast
) -> None:
    stored = files.put(b"PK", "application/zip")
    for stranger in (case.company, case.lead.head):
        with pytest.raises(Denied), unit_of_work(session):
            services.receive_dossier(session, stranger, filename="a", stored=stored, now=LATER)


def test_jobs_are_known_to_the_worker() -> None:
    from sandbox.kernel.jobs import HANDLERS

    load_handlers()
    assert {"dossiers.make", "dossiers.check"} <= set(HANDLERS)
