"""The people of a story and what has happened before it begins, made through the services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from playwright.sync_api import BrowserContext
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from sandbox.coordination import services as coordination
from sandbox.domain.packs import PolicyPack, QuestionSpec, Text
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, Organisation, Person
from sandbox.outcomes import services as outcomes
from sandbox.trials import services as trials
from tests import factories
from tests.browsing import LOCALES, Album, Visitor, say
from tests.factories import Team, actor_for
from tests.serving import LiveServer
from tests.trial_factories import OPENER, Cast, enter_next, run_to_completion, work_the_gate
from tests.waiting import days_pass


@dataclass
class Company:
    """An organisation with two colleagues."""

    organisation: Organisation
    owner: Person
    member: Person


@dataclass(frozen=True)
class PublishedReport:
    """What a reader of a published report can find in it."""

    title: str
    reference: str
    slug: str
    findings: str
    cast: Cast


class Story:
    """One story in one language: it begins with nobody, and makes whom it needs."""

    def __init__(
        self,
        server: LiveServer,
        language: str,
        session: Session,
        new_context: Callable[..., BrowserContext],
        number: str,
    ) -> None:
        self.server = server
        self.language = language
        self.session = session
        self.album = Album(number, language)
        self.now = datetime.now(UTC)
        self.has_scripts = True  # whether browsers run those of the pages
        self._new_context = new_context

    # Windows

    def visitor(self, **options: Any) -> Visitor:
        """Open a private window in which nobody is signed in."""
        locale = LOCALES[self.language]
        options = {"java_script_enabled": self.has_scripts, **options}
        context = self._new_context(base_url=self.server.url, locale=locale, **options)
        visitor = Visitor(context.new_page(), self.server.url, self.language, self.album)
        visitor.scans = options.get("java_script_enabled", True)
        return visitor

    def window_of(self, person: Person | Actor, **options: Any) -> Visitor:
        """Open a private window in which somebody is signed in."""
        visitor = self.visitor(**options)
        self.sign_in(visitor, person)
        return visitor

    def sign_in(self, visitor: Visitor, person: Person | Actor) -> None:
        """Let somebody be signed in at a window, as if in another tab of it."""
        cookie = self.server.session_cookie(self.person(person).email, self.language)
        visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
        self.session.rollback()

    # Words

    def say(self, text: str, **values: object) -> str:
        """Return a text of the site in the story's language."""
        return say(self.language, text, **values)

    def word(self, text: Text) -> str:
        """Return a text of the programme in the story's language."""
        return text.in_(self.language)

    def question(self, key: str) -> QuestionSpec:
        return self.pack.questions[key]

    def section_of(self, question: str) -> str:
        """Name the section in which a question stands."""
        sections = self.pack.sections
        return next(s.key for s in sections if question in {q.key for q in s.questions})

    def days_pass(self, days: int) -> None:
        """Let so many days pass before the next step: whole weeks."""
        self.session.rollback()
        engine = self.session.get_bind()
        assert isinstance(engine, Engine)
        days_pass(engine, days)

    @property
    def pack(self) -> PolicyPack:
        return factories.pack()

    @property
    def store(self) -> FileStore:
        store: FileStore = self.server.app.extensions["file_store"]
        return store

    # People

    def person(self, who: Person | Actor) -> Person:
        return self.session.get_one(Person, who.person_id if isinstance(who, Actor) else who.id)

    def actor(self, person: Person) -> Actor:
        return actor_for(self.session, person)

    def company(self, name: str = "Río Claro") -> Company:
        owner = factories.make_person(self.session, "Ana López")
        member = factories.make_person(self.session, "Bruno Díaz")
        organisation = factories.make_organisation(self.session, owner, member, name=name)
        return Company(organisation, owner, member)

    @cached_property
    def caseworker(self) -> Person:
        return factories.make_staff(self.session)

    @cached_property
    def teams(self) -> dict[str, Team]:
        """Make the programme's authorities, each with a head and two officers."""
        codes = [authority.code for authority in self.pack.authorities]
        return {code: factories.make_team(self.session, code) for code in codes}

    def publisher(self) -> Person:
        return factories.make_staff(self.session, StaffRole.PUBLISHER, "Pablo Reyes")

    # What happened before

    def draft(self, company: Company) -> Application:
        owner = self.actor(company.owner)
        return factories.make_draft(
            self.session,
            company.organisation,
            owner,
            now=self.now - timedelta(hours=2),
            **ANSWERS,  # type: ignore[arg-type]
        )

    def submitted(self, company: Company, *, days_ago: int = 1) -> Application:
        """Let a company send a complete application."""
        return factories.make_submitted(
            self.session,
            company.organisation,
            self.actor(company.owner),
            now=self.now - timedelta(days=days_ago),
            **ANSWERS,  # type: ignore[arg-type]
        )

    def in_triage(self, company: Company) -> Application:
        """Let a caseworker begin the check of what a company has sent."""
        return factories.make_in_triage(
            self.session,
            company.organisation,
            self.actor(company.owner),
            self.actor(self.caseworker),
            now=self.now - timedelta(days=2),
            **ANSWERS,  # type: ignore[arg-type]
        )

    def assigned(self, company: Company, *codes: str) -> Application:
        """Let the secretariat ask authorities to take a case, the first of them as lead."""
        application = self.in_triage(company)
        with unit_of_work(self.session):
            coordination.assign(
                self.session,
                self.actor(self.caseworker),
                application,
                lead=codes[0],
                associates=codes[1:],
                reason="Así se acordó.",
                now=self.now - timedelta(days=1),
            )
        return application

    def trial(self, *, days_ago: int) -> Cast:
        """Let three authorities admit an application, whose trial opened so many days ago."""
        company, caseworker, teams = self.company(), self.caseworker, self.teams
        opened = self.now - timedelta(days=days_ago)
        application = factories.make_admitted(
            self.session,
            company.organisation,
            self.actor(company.owner),
            self.actor(caseworker),
            lead=teams["INAI"],
            associates=(teams["IFT"], teams["COFECE"]),
            now=opened - timedelta(days=30),
            autonomy="recommends",
            vulnerable_groups=["older_people"],
        )
        with unit_of_work(self.session):
            trial = trials.open_trial(self.session, OPENER, application, now=opened)
        # Else the platform's own job would open it too, and this is what the tests of it show.
        self.server.run_jobs()
        return Cast(
            company=self.actor(company.owner),
            caseworker=self.actor(caseworker),
            lead=teams["INAI"],
            associate=teams["IFT"],
            trial=trial,
            store=self.store,
            now=opened + timedelta(hours=1),
        )

    def running_trial(self, *, days_ago: int) -> Cast:
        """Let a trial have entered its live stage so many days ago."""
        cast = self.trial(days_ago=days_ago)
        work_the_gate(self.session, cast)
        enter_next(self.session, cast)
        return cast

    def published_report(self, title: str | None = None) -> PublishedReport:
        """Let a trial run to its end, and its report be drafted and published under a title."""
        cast = self.trial(days_ago=120)
        run_to_completion(self.session, cast)
        findings = "Nueve de cada diez pacientes entendieron qué aceptaban."
        drafter, publisher = cast.caseworker, self.actor(self.publisher())
        with unit_of_work(self.session):
            report = outcomes.draft_report(
                self.session, drafter, cast.trial, language=self.language, now=cast.now
            )
        with unit_of_work(self.session):
            outcomes.save_report(
                self.session,
                drafter,
                report,
                title=title or report.title,
                sections={section.key: findings for section in self.pack.report_sections},
                lessons={self.pack.principles[0].code: "Avisar en una sola frase."},
                recommendations={},
                expected_version=report.version,
                now=cast.now,
            )
        with unit_of_work(self.session):
            outcomes.send_for_publication(self.session, drafter, report, now=cast.now)
        with unit_of_work(self.session):
            outcomes.publish(self.session, publisher, report, now=cast.now)
        published = PublishedReport(report.title, cast.trial.reference, report.slug, findings, cast)
        self.session.rollback()
        return published


# A believable case, for whoever looks at the pictures; all other answers are the factories' own.
ANSWERS: dict[str, object] = {
    **factories.SHARED_ANSWERS,
    "innovation_name": "Asistente de citas médicas",
    "public_summary": "Atiende por mensaje a pacientes de clínicas pequeñas y agenda su cita.",
    "hypothesis": "Al menos nueve de cada diez pacientes entienden qué aceptan.",
}
