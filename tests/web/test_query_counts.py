"""A page asks the database as often for three rows as for one, never twice the same, and not much.

Everything is built once per engine, by one worker for all: one row of each kind, every page is
opened, two more rows of each kind are added, every page is opened again. The tests read what was
counted.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from sandbox.accounts.services import add_member, grant_staff_role, invite, join_authority
from sandbox.applications import services as applications
from sandbox.applications.queries import CaseFilter
from sandbox.coordination import services as coordination
from sandbox.domain.applications import ApplicationAction
from sandbox.domain.dossiers import ReaderKind
from sandbox.domain.enquiries import EnquiryKind
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import TrialStatus
from sandbox.dossiers import services as dossiers
from sandbox.enquiries import services as enquiries
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.jobs import Job, JobState
from sandbox.kernel.mail import MailState, OutboxMail
from sandbox.kernel.paging import PAGE_SIZE
from sandbox.models import (
    Application,
    CaseDossier,
    Enquiry,
    Organisation,
    OutcomeReport,
    Person,
    RoundTable,
    Trial,
    TrialStage,
)
from sandbox.models.dossiers import DossierState, Failure
from sandbox.models.people import AuthorityRole
from sandbox.outcomes import services as outcomes
from sandbox.packs.loading import validate_files
from sandbox.programme import services as programme
from sandbox.trials import services as trials
from tests.factories import (
    NOW,
    SYSTEM,
    Team,
    actor_for,
    make_admitted,
    make_assigned,
    make_draft,
    make_in_triage,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    pack,
    start_review,
)
from tests.handing import once
from tests.packs.copies import files_of
from tests.pages import JudgingClient
from tests.trial_factories import OPENER

KEYS = re.compile(r"IN \([^()]*(?:\)s[^()]*|%\([^()]*\)s[^()]*)*\)")
LOADER = system_actor("tests", "organisation:invite")
LIST_BUDGET = 8
CASE_BUDGET = 12
IN_FORCE = "FROM pack_version"
"""Which rules are in force is asked once, beside the budget, for whoever could move the case."""

LISTS: dict[str, tuple[str, str]] = {
    "register": ("visitor", "/register"),
    "register, filtered": ("visitor", "/register?status=preparing"),
    "register as data": ("visitor", "/register.json"),
    "reports": ("visitor", "/reports"),
    "register as a table": ("visitor", "/register.csv"),
    "reliefs as a table": ("visitor", "/register/reliefs.csv"),
    "round tables": ("visitor", "/round-tables"),
    "round tables as data": ("visitor", "/round-tables.json"),
    "start page": ("visitor", "/"),
    "applications of a company": ("owner", "/applications"),
    "applications of a caseworker": ("caseworker", "/applications"),
    "applications of an officer": ("officer", "/applications"),
    "applications refused for a reason": ("caseworker", "/applications?refused_for=no_power"),
    "reasons for refusal": ("caseworker", "/applications/refusals"),
    "applications chosen to be returned": ("caseworker", "/cases/at-once?deed=return{chosen}"),
    "applications chosen to be assigned": ("caseworker", "/cases/at-once?deed=assign{chosen}"),
    "applications chosen to be declined": (
        "caseworker",
        "/cases/at-once?deed=decline_prohibited{chosen}",
    ),
    "what came of those chosen": ("caseworker", "/cases/at-once/{batch}"),
    "enquiries of a company": ("owner", "/enquiries"),
    "enquiries of a caseworker": ("caseworker", "/enquiries"),
    "enquiries of an officer": ("officer", "/enquiries"),
    "trials of a company": ("owner", "/trials"),
    "trials of an officer": ("officer", "/trials"),
    "trials of a caseworker": ("caseworker", "/trials"),
    "outcome reports of a caseworker": ("caseworker", "/outcomes"),
    "outcome reports of a publisher": ("publisher", "/outcomes"),
    "organisations of a person": ("member", "/organisation"),
    "people": ("administrator", "/people"),
    "rules": ("administrator", "/rules"),
    "cases under other rules": ("caseworker", "/rules/{rules}/simulation"),
    "successions": ("administrator", "/successions"),
    "imported dossiers of a caseworker": ("caseworker", "/imported-dossiers"),
    "imported dossiers, sought": ("administrator", "/imported-dossiers?q=otra"),
    "cases of an authority that ends": ("administrator", "/successions/{succession}"),
    "deeds": ("auditor", "/audit"),
    "failures": ("administrator", "/operations"),
    "reliefs of an officer": ("officer", "/reliefs"),
    "reliefs of an auditor": ("auditor", "/reliefs?state=in_force&authority=INAI"),
    "inbox of a company": ("owner", "/inbox"),
    "inbox of a head": ("head", "/inbox"),
    "colleagues": ("head", "/authority"),
    "tasks of a publisher": ("publisher", "/my-tasks"),
}
UNCHANGED: dict[str, tuple[bytes, int]] = {
    # One row of everything is more deeds than a page shows: it is full each time. That it asks
    # nothing for each of its rows is seen by its asking nothing twice.
    "deeds": (b"<td", 3 * PAGE_SIZE),
    # The rows are those of the pack, with the number of cases of each.
    "reasons for refusal": (b"<td", 2 * len(pack().refusal_reasons)),
    "successions": (b"</dl>", len(pack().successions)),
}
"""Pages that show as many rows whatever is added: of what, and how many."""
# A page of tasks gathers what every slice knows, and reads the facts of all open trials at once.
TASKS: dict[str, tuple[str, str]] = {
    "tasks of a company": ("owner", "/my-tasks"),
    "tasks of a caseworker": ("caseworker", "/my-tasks"),
    "tasks of an officer": ("officer", "/my-tasks"),
    "tasks of a head": ("head", "/my-tasks"),
}
TASKS_BUDGET = 15
PAGES: dict[str, tuple[str, str]] = {
    f"{what} for {who}": (who, path)
    for what, path in {
        "case in review": "/cases/{review}",
        "case with a trial": "/cases/{trial_case}",
        "trial": "/trials/{trial}",
        "plan": "/trials/{trial}/plan",
        "reliefs of a trial": "/trials/{trial}/reliefs",
        "enquiry": "/enquiries/{enquiry}",
        "advice on a case": "/cases/{review}/guidance",
        "dossiers of a case": "/cases/{review}/dossier",
    }.items()
    for who in ("owner", "officer", "caseworker")
} | {
    "public page of a trial": ("visitor", "/register/{reference}"),
    "organisation": ("owner", "/organisations/{organisation}"),
    "person": ("administrator", "/people/{person}"),
    "notes on a case": ("officer", "/cases/{review}/notes"),
    "suggested questions": ("associate", "/cases/{review}/suggestions"),
    "what to ask the company": ("officer", "/cases/{review}/information-request"),
    "whom to name": ("head", "/cases/{review}/officer"),
    "final report": ("owner", "/trials/{ended}/final-report"),
}
WITHOUT_ROWS = {
    # A plan has as many parts as the rules say.
    *(f"plan for {who}" for who in ("owner", "officer", "caseworker")),
}
UNCOUNTED: dict[str, str] = {
    "a form, which shows what it is about": """
        accounts.grant_role accounts.invitation accounts.invite accounts.join_authority
        accounts.new_organisation accounts.new_person accounts.profile
        applications.check applications.copy applications.decline applications.information
        applications.new applications.redirect_ applications.section applications.withdraw
        coordination.answer_guidance coordination.conflict coordination.correct_guidance
        coordination.leave_suggestion coordination.new_guidance coordination.preliminary_answer
        dossiers.upload enquiries.answer enquiries.fast_answer enquiries.new
        home.check_eligibility
        outcomes.begin outcomes.consent outcomes.edit
        programme.activate programme.move programme.upload
        security.change_password security.confirm_email security.forgot_password security.login
        security.register security.reset_password security.send_confirmation
        trials.approve trials.close_incident trials.complete trials.complete_incident
        trials.correct_final_report trials.document trials.edit_relief trials.end_early
        trials.end_relief trials.grant_relief trials.new_final_report trials.new_incident
        trials.new_relief trials.new_report trials.react_to_incident trials.refuse
        trials.refuse_relief trials.start_condition trials.suspend trials.waive
        """,
    "as many rows as the pack has authorities or criteria": """
        coordination.announce coordination.assignment coordination.associate
        coordination.change_routing coordination.decision coordination.issue
        coordination.lead_answer coordination.lead_offer coordination.position
        coordination.preliminary_result coordination.release coordination.replacement
        coordination.review coordination.routing enquiries.authorities
        """,
    "one thing, as it was when it was sent or published": """
        applications.changes applications.receipt applications.show applications.submission
        applications.triage dossiers.contents dossiers.entry_text
        outcomes.published outcomes.published_json outcomes.show
        register.round_table trials.final_report_version trials.report
        """,
    "a document": """
        applications.file applications.receipt_pdf applications.silence_pdf coordination.letter
        coordination.preliminary_letter
        dossiers.archive dossiers.entry dossiers.imported_archive
        outcomes.published_pdf trials.download trials.final_report_document
        trials.final_report_version_document
        """,
    "texts of the rules": """
        home.text programme.difference programme.drawing programme.plan programme.show
        programme.words
        """,
    "no page": "health home.choose_language static",
}
"""What is not opened here, by the names of the views, and what it shows instead of a list."""


class Crowd:
    """The people of a programme, and more of everything each time it grows."""

    def __init__(self, session: Session, store: FileStore) -> None:
        self.session = session
        people = {name: make_person(session, name) for name in ("owner", "member")}
        self.organisation: Organisation = make_organisation(session, *people.values())
        self.owner = actor_for(session, people["owner"])
        staff = {
            "caseworker": make_staff(session, name="caseworker"),
            "drafter": make_staff(session, name="drafter"),
            "publisher": make_staff(session, StaffRole.PUBLISHER, "publisher"),
            "administrator": make_staff(session, StaffRole.ADMINISTRATOR, "administrator"),
            "auditor": make_staff(session, StaffRole.AUDITOR, "auditor"),
        }
        self.caseworker = actor_for(session, staff["caseworker"])
        self.drafter = actor_for(session, staff["drafter"])
        self.publisher = actor_for(session, staff["publisher"])
        self.lead: Team = make_team(session, "INAI")
        self.associate: Team = make_team(session, "IFT")
        people |= staff
        self.emails = {name: person.email for name, person in people.items()}
        self.emails |= {
            "officer": self.email_of(self.lead.officer),
            "head": self.email_of(self.lead.head),
        }
        self.emails["associate"] = self.email_of(self.associate.officer)
        self.administrator = actor_for(session, staff["administrator"])
        self.member = people["member"]
        self.newcomer = make_person(session, "newcomer")
        self.store = store
        self.ids: dict[str, str] = {
            "organisation": str(self.organisation.id),
            "person": str(self.newcomer.id),
            "succession": next(each.key for each in pack().successions if each.authority == "IFT"),
            "rules": "1.1.0",
        }
        self.rows = 0
        self.chosen: dict[UUID, int] = {}

    def email_of(self, actor: Actor) -> str:
        found = self.session.get_one(Person, actor.person_id).email
        self.session.rollback()
        return found

    def grow(self) -> None:
        """Add one of everything, and one row to everything that was first."""
        self.rows += 1
        session = self.session
        make_draft(session, self.organisation, self.owner)
        self.choose(
            make_submitted(session, self.organisation, self.owner),
            make_in_triage(session, self.organisation, self.owner, self.caseworker),
        )
        self.assigned()
        review = self.assigned()
        start_review(session, review, self.lead, self.associate)
        running = self.trial()
        for ended in (self.ended(), self.ended()):
            report = self.report(ended)
        with unit_of_work(session):
            outcomes.publish(session, self.publisher, report, now=NOW)
        make_person(session)
        self.round_table()
        self.enquiry(EnquiryKind.INTEREST)
        enquiry = self.enquiry(EnquiryKind.FAST_ANSWER)
        if self.rows == 1:
            ended = self.ended(has_run=True)
            self.first = review, running, ended, enquiry
            self.ids |= {
                "review": str(review.id),
                "trial": str(running.id),
                "reference": str(running.reference),
                "trial_case": str(running.application_id),
                "ended": str(ended.id),
                "enquiry": str(enquiry.id),
            }
        self.fill(*self.first)
        self.run_programme()

    def choose(self, sent: Application, checked: Application) -> None:
        """Choose two more cases with the others, and return them, one of them in vain."""
        session = self.session
        self.chosen |= {each.id: each.version for each in (sent, checked)}
        self.ids["chosen"] = "".join(f"&case={each}" for each in self.chosen)
        session.rollback()
        words = {"reason": "Falta algo."}
        with unit_of_work(session):
            batch_id = coordination.begin_batch(
                session,
                self.caseworker,
                ApplicationAction.RETURN,
                cases=self.chosen,
                words=words,
                key=f"form-{self.rows}",
                now=NOW,
            )
        with unit_of_work(session):
            coordination.go_on_with_batch(session, self.caseworker, batch_id, now=NOW)
        self.ids["batch"] = str(batch_id)

    def fill(self, review: Application, running: Trial, ended: Trial, enquiry: Enquiry) -> None:
        """Add one of everything that one case, test or enquiry has several of."""
        session, number = self.session, self.rows
        with unit_of_work(session):
            applications.request_information(
                session, self.lead.officer, review, questions=[("¿Cuántos?", None)], now=NOW
            )
        with unit_of_work(session):
            applications.answer_information(
                session, self.owner, review, answers={1: "Tres."}, now=NOW
            )
        note = {"text": f"Nota {number}", "criterion": None, "is_shared": True}
        with unit_of_work(session):
            coordination.write_note(session, self.lead.officer, review, **note, now=NOW)
        with unit_of_work(session):
            coordination.suggest_question(
                session, self.associate.officer, review, text=f"¿{number}?", about=None, now=NOW
            )
        self.advise(review)
        self.advise(session.get_one(Application, running.application_id))
        self.relieve(running)
        with unit_of_work(session):
            trials.open_incident(
                session,
                self.owner,
                running,
                class_key=pack().incident_classes[0].key,
                what_happened=f"Se cayó {number} veces.",
                persons_affected=1,
                now=NOW,
            )
        self.keep_dossiers(review)
        told = {"text": f"Terminó {number}.", "file": None, "store": self.store, "now": NOW}
        with unit_of_work(session):
            if number == 1:
                trials.hand_in_final_report(session, self.owner, ended, **told)
            else:
                trials.correct_final_report(
                    session, self.owner, ended, expected_version=number - 1, **told
                )
        if number > 1:
            with unit_of_work(session):
                enquiries.answer_enquiry(session, self.caseworker, enquiry, text="Ya.", now=NOW)
            with unit_of_work(session):
                enquiries.continue_enquiry(session, self.owner, enquiry, text="Sí.", now=NOW)

    def keep_dossiers(self, review: Application) -> None:
        """Let a dossier of a case fail for everybody, and another of elsewhere be refused."""
        readers = (
            (self.owner, ReaderKind.COMPANY, []),
            (self.caseworker, ReaderKind.SECRETARIAT, []),
            (self.lead.officer, ReaderKind.AUTHORITY, [self.lead.authority.code]),
        )
        with unit_of_work(self.session):
            self.session.add_all(
                CaseDossier(
                    application_id=review.id,
                    asked_by_id=actor.person_id,
                    asked_at=NOW,
                    reader=kind.value,
                    authorities=codes,
                    state=DossierState.FAILED.value,
                    fault=Failure.RULES.value,
                )
                for actor, kind, codes in readers
            )
        stored = self.store.put(f"Otra {self.rows}".encode(), "application/zip")
        with unit_of_work(self.session):
            dossier = dossiers.receive_dossier(
                self.session, self.caseworker, filename="otra.zip", stored=stored, now=NOW
            )
            dossier.title = "otra"

    def run_programme(self) -> None:
        """Add a member, a guest, a colleague, a role, a view and a failure of each kind."""
        session, number = self.session, self.rows
        make_organisation(session, self.member)
        member, colleague = make_person(session), make_person(session, "colleague")
        with unit_of_work(session):
            add_member(session, LOADER, self.organisation, person=member, now=NOW)
        with unit_of_work(session):
            invite(
                session,
                self.owner,
                self.organisation,
                email=f"guest.{number}@example.org",
                now=utc_now(),
            )
        with unit_of_work(session):
            join_authority(
                session,
                self.administrator,
                colleague,
                authority=self.lead.authority,
                role=AuthorityRole.OFFICER,
                now=NOW,
            )
        with unit_of_work(session):
            role = list(StaffRole)[number - 1]
            grant_staff_role(session, self.administrator, self.newcomer, role=role, now=NOW)
        wanted = CaseFilter(tier=pack().tiers[0].key)
        with unit_of_work(session):
            applications.save_view(
                session, self.caseworker, wanted, name=f"Vista {number}", now=NOW
            )
        files = files_of(f"1.{number}.0")
        rules = validate_files(pack().code, files).pack
        assert rules is not None
        with unit_of_work(session):
            programme.upload(
                session, self.administrator, files=files, pack=rules, note="Otra.", now=NOW
            )
        lost = select(OutboxMail.id).where(OutboxMail.state == MailState.QUEUED).limit(1)
        with unit_of_work(session):
            session.execute(
                update(OutboxMail)
                .where(OutboxMail.id.in_(lost))
                .values(state=MailState.DEAD.value, last_error="Nadie vive ahí.")
            )
            session.add(
                Job(
                    name="jobs.tidy",
                    arguments={},
                    state=JobState.DEAD.value,
                    run_after=NOW,
                    last_error="No hay lugar.",
                    created_at=NOW,
                    finished_at=NOW,
                )
            )

    def advise(self, application: Application) -> None:
        """Let the lead and the secretariat advise the company, and the company answer one."""
        session = self.session
        for actor in (self.caseworker, self.lead.officer):
            given = Guidance(NOW.date(), Channel.CALL, f"¿{self.rows}?", "Sí.")
            with unit_of_work(session):
                entry = coordination.give_guidance(
                    session, actor, application, given=given, now=NOW
                )
        with unit_of_work(session):
            coordination.answer_guidance(
                session, self.owner, application, number=entry.number, text="Bien.", now=NOW
            )

    def relieve(self, trial: Trial) -> None:
        """Let the lead grant a relief that ends soon, and draft another."""
        session, today = self.session, local_day(utc_now(), pack().calendar.timezone)
        # Its end is near today, so the stage must have begun not long ago while it is granted.
        stages = update(TrialStage).where(TrialStage.trial_id == trial.id)
        session.execute(stages.values(entered_at=utc_now()))
        session.commit()
        for days in (9, 5):
            wording = ReliefWording(
                "waiver", f"Artículo {self.rows}-{days}", "Algo.", "", "Es igual para todos.", today
            )
            wording = replace(wording, ends_on=today + timedelta(days=days))
            with unit_of_work(session):
                relief = trials.draft_relief(
                    session, self.lead.officer, trial, wording=wording, now=NOW
                )
        with unit_of_work(session):
            trials.grant_relief(
                session,
                self.lead.officer,
                trial,
                number=relief.number,
                expected_version=1,
                now=NOW,
            )
        session.execute(stages.values(entered_at=NOW))
        session.commit()

    def enquiry(self, kind: EnquiryKind) -> Enquiry:
        """Ask the secretariat, and through it both authorities whether any rule applies."""
        session = self.session
        with unit_of_work(session):
            enquiry = enquiries.write_enquiry(
                session,
                self.owner,
                self.organisation,
                kind=kind,
                subject="Recordatorios",
                text="¿Aplica alguna regla?",
                activity="Enviamos recordatorios.",
                start_key=uuid4().hex,
                now=NOW,
            )
        if kind is EnquiryKind.FAST_ANSWER:
            codes = [team.authority.code for team in (self.lead, self.associate)]
            with unit_of_work(session):
                enquiries.answer_enquiry(
                    session, self.caseworker, enquiry, text="Ya.", invites=True, now=NOW
                )
                enquiries.ask_authorities(
                    session, self.caseworker, enquiry, authorities=codes, now=NOW
                )
            with unit_of_work(session):
                enquiries.continue_enquiry(session, self.owner, enquiry, text="Sí.", now=NOW)
        return enquiry

    def assigned(self) -> Application:
        return make_assigned(
            self.session,
            self.organisation,
            self.owner,
            self.caseworker,
            lead=self.lead,
            associates=(self.associate,),
        )

    def trial(self) -> Trial:
        application = make_admitted(
            self.session,
            self.organisation,
            self.owner,
            self.caseworker,
            lead=self.lead,
            associates=(self.associate,),
        )
        with unit_of_work(self.session):
            return trials.open_trial(self.session, OPENER, application, now=NOW)

    def ended(self, *, has_run: bool = False) -> Trial:
        trial = self.trial()
        with unit_of_work(self.session):
            if has_run:
                stage = pack().tier(trial.tier).stages[1].key
                entered = TrialStage(trial_id=trial.id, sequence=2, key=stage, entered_at=NOW)
                self.session.add(entered)
            trial.status = TrialStatus.COMPLETED.value
            trial.ended_at = NOW
            trial.exit_kind = pack().exit_kinds[0].code
            record(self.session, SYSTEM, Deed.TRIAL_COMPLETED, trial, now=NOW)
        return trial

    def report(self, trial: Trial) -> OutcomeReport:
        with unit_of_work(self.session):
            report = outcomes.draft_report(
                self.session, self.drafter, trial, language="es", now=NOW
            )
        with unit_of_work(self.session):
            outcomes.save_report(
                self.session,
                self.drafter,
                report,
                title="Informe",
                sections={part.key: "Texto." for part in pack().report_sections},
                lessons={},
                recommendations={},
                expected_version=report.version,
                now=NOW,
            )
        with unit_of_work(self.session):
            outcomes.send_for_publication(self.session, self.drafter, report, now=NOW)
        return report

    def round_table(self) -> None:
        day = date(2024, 1, 1) + timedelta(days=self.rows)
        texts = {"es": "Mesa", "en": "Table"}
        table = RoundTable(
            held_on=day,
            slug=f"{day.isoformat()}-mesa",
            host="INAI",
            title=texts,
            purpose=texts,
            audience=texts,
            note=texts,
            registered_at=NOW,
        )
        with unit_of_work(self.session):
            self.session.add(table)
            record(self.session, SYSTEM, Deed.ROUND_TABLE_REGISTERED, table, now=NOW)


@dataclass(frozen=True)
class Count:
    """Hold the statements of one page with one row of everything, and with three.

    Shape: `marks` is how many rows a page shows that always shows as many.
    """

    one: list[str]
    three: list[str]
    size: tuple[int, int]
    marks: int


def open_all(
    app: Flask, crowd: Crowd, windows: dict[str, JudgingClient]
) -> dict[str, tuple[list[str], bytes]]:
    """Open every page; the first time twice, since that may fill a cache of the application."""
    is_first = not windows
    windows.setdefault("visitor", JudgingClient(app))
    found = {}
    for name, (who, address) in {**LISTS, **TASKS, **PAGES}.items():
        if who not in windows:
            windows[who] = JudgingClient(app)
            windows[who].sign_in(crowd.emails[who])
        path = address.format(**crowd.ids)
        if is_first:
            windows[who].get(path)
        answer = windows[who].get(path)
        assert answer.status_code == 200, f"{path} for {who}: {answer.status}"
        found[name] = (queries_of(windows[who]), answer.get_data())
    return found


def queries_of(client: JudgingClient) -> list[str]:
    """Leave out what begins transactions, which is no question, and how long a list of keys is."""
    return [
        KEYS.sub("IN (...)", each)
        for each in client.statements
        if not each.startswith(("BEGIN", "PRAGMA"))
    ]


def count_all(app: Flask, session: Session) -> dict[str, Count]:
    crowd = Crowd(session, app.extensions["file_store"])
    crowd.grow()
    windows: dict[str, JudgingClient] = {}
    one = open_all(app, crowd, windows)
    crowd.grow()
    crowd.grow()
    three = open_all(app, crowd, windows)
    return {
        name: Count(
            one[name][0],
            three[name][0],
            (len(one[name][1]), len(three[name][1])),
            three[name][1].count(UNCHANGED[name][0]) if name in UNCHANGED else 0,
        )
        for name in one
    }


@pytest.fixture(scope="session")
def counted() -> dict[str, dict[str, Count]]:
    return {}


@pytest.fixture
def counts(
    engine_name: str, request: pytest.FixtureRequest, shared: Path, counted: dict[str, Any]
) -> dict[str, Count]:
    if engine_name not in counted:

        def count() -> dict[str, Count]:
            return count_all(request.getfixturevalue("app"), request.getfixturevalue("session"))

        counted[engine_name], _ = once(shared / f"counts-{engine_name}", count)
    found: dict[str, Count] = counted[engine_name]
    return found


@pytest.mark.parametrize("name", [*LISTS, *TASKS])
def test_list_asks_as_often_for_three_rows_as_for_one(counts: dict[str, Count], name: str) -> None:
    count = counts[name]
    assert len(count.three) == len(count.one), extra(count)
    assert Counter(count.three) == Counter(count.one)


@pytest.mark.parametrize("name", sorted({*LISTS, *TASKS, *PAGES} - {*UNCHANGED, *WITHOUT_ROWS}))
def test_list_grows_with_its_rows(counts: dict[str, Count], name: str) -> None:
    one, three = counts[name].size
    assert three > one, "The page shows nothing of what was added: its count says nothing."


@pytest.mark.parametrize("name", UNCHANGED)
def test_list_that_does_not_grow_has_several_rows(counts: dict[str, Count], name: str) -> None:
    assert counts[name].marks == UNCHANGED[name][1] > 1


def test_every_page_is_counted_or_says_why_not(app: Flask) -> None:
    places = app.url_map.bind("localhost")
    opened = [*LISTS.values(), *TASKS.values(), *PAGES.values()]
    some = dict.fromkeys(re.findall(r"{(\w+)}", str(opened)), str(uuid4()))
    counted = {places.match(address.partition("?")[0].format(**some))[0] for _, address in opened}
    uncounted = [view for views in UNCOUNTED.values() for view in views.split()]
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert counted & {*uncounted} == set()
    assert sorted({*counted, *uncounted}) == sorted(pages)
    assert len({*uncounted}) == len(uncounted)


@pytest.mark.parametrize("name", LISTS)
def test_list_stays_within_its_budget(counts: dict[str, Count], name: str) -> None:
    assert len(counts[name].three) <= LIST_BUDGET, listed(counts[name].three)


@pytest.mark.parametrize("name", TASKS)
def test_page_of_tasks_stays_within_its_budget(counts: dict[str, Count], name: str) -> None:
    assert len(counts[name].three) <= TASKS_BUDGET, listed(counts[name].three)


@pytest.mark.parametrize("name", PAGES)
def test_page_of_one_thing_stays_within_its_budget(counts: dict[str, Count], name: str) -> None:
    assert len(counts[name].one) == len(counts[name].three), extra(counts[name])
    asks_for_rules = [each for each in counts[name].three if IN_FORCE in each]
    # Whoever could move the case is told whether there are others, and the public who follows an
    # authority that has ended.
    may_ask = "for caseworker" in name or name == "public page of a trial"
    assert len(asks_for_rules) <= (1 if may_ask else 0)
    own = len(counts[name].three) - len(asks_for_rules)
    assert own <= CASE_BUDGET, listed(counts[name].three)


@pytest.mark.parametrize("name", [*LISTS, *TASKS, *PAGES])
def test_page_asks_nothing_twice(counts: dict[str, Count], name: str) -> None:
    repeated = {text: n for text, n in Counter(counts[name].three).items() if n > 1}
    assert repeated == {}


def listed(statements: list[str]) -> str:
    return "\n".join(" ".join(each.split())[:120] for each in statements)


def extra(count: Count) -> str:
    more = Counter(count.three) - Counter(count.one)
    return listed([f"{n} more: {text}" for text, n in more.items()])
