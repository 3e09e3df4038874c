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
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from sandbox.applications import services as applications
from sandbox.coordination import services as coordination
from sandbox.domain.enquiries import EnquiryKind
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import TrialStatus
from sandbox.enquiries import services as enquiries
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import unit_of_work
from sandbox.models import (
    Application,
    Enquiry,
    Organisation,
    OutcomeReport,
    Person,
    RoundTable,
    Trial,
    TrialStage,
)
from sandbox.outcomes import services as outcomes
from sandbox.trials import services as trials
from tests.factories import (
    NOW,
    SYSTEM,
    Team,
    actor_for,
    make_admitted,
    make_assigned,
    make_draft,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    pack,
    start_review,
)
from tests.handing import once
from tests.pages import JudgingClient
from tests.trial_factories import OPENER

KEYS = re.compile(r"IN \([^()]*(?:\)s[^()]*|%\([^()]*\)s[^()]*)*\)")
LIST_BUDGET = 8
CASE_BUDGET = 12
IN_FORCE = "FROM pack_version"
"""Which rules are in force is asked once, beside the budget, for whoever could move the case."""

LISTS: dict[str, tuple[str, str]] = {
    "register": ("visitor", "/register"),
    "register, filtered": ("visitor", "/register?status=preparing"),
    "register as data": ("visitor", "/register.json"),
    "reports": ("visitor", "/reports"),
    "round tables": ("visitor", "/round-tables"),
    "start page": ("visitor", "/"),
    "applications of a company": ("owner", "/applications"),
    "applications of a caseworker": ("caseworker", "/applications"),
    "applications of an officer": ("officer", "/applications"),
    "enquiries of a company": ("owner", "/enquiries"),
    "enquiries of a caseworker": ("caseworker", "/enquiries"),
    "enquiries of an officer": ("officer", "/enquiries"),
    "trials of a company": ("owner", "/trials"),
    "trials of an officer": ("officer", "/trials"),
    "trials of a caseworker": ("caseworker", "/trials"),
    "outcome reports of a caseworker": ("caseworker", "/outcomes"),
    "outcome reports of a publisher": ("publisher", "/outcomes"),
    "people": ("administrator", "/people"),
    "deeds": ("auditor", "/audit"),
    "failures": ("administrator", "/operations"),
    "reliefs of an officer": ("officer", "/reliefs"),
    "reliefs of an auditor": ("auditor", "/reliefs?state=in_force&authority=INAI"),
    "inbox of a company": ("owner", "/inbox"),
    "inbox of a head": ("head", "/inbox"),
    "colleagues": ("head", "/authority"),
    "tasks of a publisher": ("publisher", "/my-tasks"),
}
UNCHANGED = {"deeds", "failures", "colleagues"}
"""Pages that were full with one row of everything, or that show nothing of what is added."""
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
    }.items()
    for who in ("owner", "officer", "caseworker")
}


class Crowd:
    """The people of a programme, and more of everything each time it grows."""

    def __init__(self, session: Session) -> None:
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
        self.ids: dict[str, str] = {}
        self.days = 0

    def email_of(self, actor: Actor) -> str:
        found = self.session.get_one(Person, actor.person_id).email
        self.session.rollback()
        return found

    def grow(self) -> None:
        """Add one of everything."""
        session = self.session
        make_draft(session, self.organisation, self.owner)
        make_submitted(session, self.organisation, self.owner)
        self.assigned()
        review = self.assigned()
        start_review(session, review, self.lead, self.associate)
        with unit_of_work(session):
            applications.request_information(
                session, self.lead.officer, review, questions=[("¿Cuántos?", None)], now=NOW
            )
        with unit_of_work(session):
            applications.answer_information(
                session, self.owner, review, answers={1: "Tres."}, now=NOW
            )
        self.advise(review)
        running = self.trial()
        self.advise(session.get_one(Application, running.application_id))
        self.relieve(running)
        with unit_of_work(session):
            trials.open_incident(
                session,
                self.owner,
                running,
                class_key=pack().incident_classes[0].key,
                what_happened="Se cayó.",
                persons_affected=1,
                now=NOW,
            )
        self.ids |= {
            "review": str(review.id),
            "trial": str(running.id),
            "trial_case": str(running.application_id),
        }
        self.ended()
        self.report(self.ended())
        report = self.report(self.ended())
        with unit_of_work(session):
            outcomes.publish(session, self.publisher, report, now=NOW)
        make_person(session)
        self.round_table()
        self.enquiry(EnquiryKind.INTEREST)
        self.ids["enquiry"] = str(self.enquiry(EnquiryKind.FAST_ANSWER).id)

    def advise(self, application: Application) -> None:
        """Let the lead and the secretariat advise the company, and the company answer one."""
        session = self.session
        for number, actor in enumerate((self.lead.officer, self.caseworker), start=1):
            given = Guidance(NOW.date(), Channel.CALL, f"¿{number}?", "Sí.")
            with unit_of_work(session):
                coordination.give_guidance(session, actor, application, given=given, now=NOW)
        with unit_of_work(session):
            coordination.answer_guidance(
                session, self.owner, application, number=1, text="Bien.", now=NOW
            )

    def relieve(self, trial: Trial) -> None:
        """Let the lead grant a relief that ends soon, and draft another."""
        session, today = self.session, local_day(utc_now(), pack().calendar.timezone)
        # Its end is near today, so the stage must have begun not long ago while it is granted.
        stages = update(TrialStage).where(TrialStage.trial_id == trial.id)
        session.execute(stages.values(entered_at=utc_now()))
        session.commit()
        for number, days in enumerate((5, 9), start=1):
            wording = ReliefWording(
                "waiver", f"Artículo {number}", "Algo.", "", "Es igual para todos.", today
            )
            wording = replace(wording, ends_on=today + timedelta(days=days))
            with unit_of_work(session):
                trials.draft_relief(session, self.lead.officer, trial, wording=wording, now=NOW)
        with unit_of_work(session):
            trials.grant_relief(
                session, self.lead.officer, trial, number=1, expected_version=1, now=NOW
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

    def ended(self) -> Trial:
        trial = self.trial()
        with unit_of_work(self.session):
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
        self.days += 1
        day = date(2024, 1, 1) + timedelta(days=self.days)
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
    """Hold the statements of one page with one row of everything, and with three."""

    one: list[str]
    three: list[str]
    size: tuple[int, int]


def open_all(app: Flask, crowd: Crowd) -> dict[str, tuple[list[str], int]]:
    """Open every page; each twice, since the first may fill a cache of the application."""
    windows: dict[str, JudgingClient] = {"visitor": JudgingClient(app)}
    found = {}
    for name, (who, address) in {**LISTS, **TASKS, **PAGES}.items():
        if who not in windows:
            windows[who] = JudgingClient(app)
            windows[who].sign_in(crowd.emails[who])
        path = address.format(**crowd.ids)
        windows[who].get(path)
        answer = windows[who].get(path)
        assert answer.status_code == 200, f"{path} for {who}: {answer.status}"
        found[name] = (queries_of(windows[who]), len(answer.get_data()))
    return found


def queries_of(client: JudgingClient) -> list[str]:
    """Leave out what begins transactions, which is no question, and how long a list of keys is."""
    return [
        KEYS.sub("IN (...)", each)
        for each in client.statements
        if not each.startswith(("BEGIN", "PRAGMA"))
    ]


def count_all(app: Flask, session: Session) -> dict[str, Count]:
    crowd = Crowd(session)
    crowd.grow()
    one = open_all(app, crowd)
    ids = dict(crowd.ids)
    crowd.grow()
    crowd.grow()
    crowd.ids = ids
    three = open_all(app, crowd)
    return {
        name: Count(one[name][0], three[name][0], (one[name][1], three[name][1])) for name in one
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


@pytest.mark.parametrize("name", sorted({*LISTS, *TASKS} - UNCHANGED))
def test_list_grows_with_its_rows(counts: dict[str, Count], name: str) -> None:
    one, three = counts[name].size
    assert three > one, "The page shows nothing of what was added: its count says nothing."


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
    assert len(asks_for_rules) <= (1 if "for caseworker" in name else 0)
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
