"""Build what tests start from: people, organisations, authorities and applications, on real rows.

Every function commits in a unit of work of its own, as the platform does.
"""

import itertools
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.accounts.queries import load_actor
from sandbox.applications import services as applications
from sandbox.coordination import services as coordination
from sandbox.domain.answers import asked
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.conditions import is_required
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import AnswerValue, PolicyPack, QuestionKind, QuestionSpec, TextFormat
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.actors import system_actor as named_system_actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    ApplicationSection,
    Authority,
    AuthorityAssignment,
    AuthorityMembership,
    ConflictDeclaration,
    Membership,
    Organisation,
    Person,
    StaffGrant,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.models.people import AuthorityRole, OrganisationRole
from sandbox.packs import active

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday morning in Mexico City
SYSTEM = named_system_actor("tests")
_numbers = itertools.count(1)


REFUSED = ("people_unprotected", "no_power")
"""The reasons for which tests refuse an application, in the order of the rules."""


def pack() -> PolicyPack:
    """Return the Mexican pack, installed if no application has done so yet."""
    try:
        return active.current()
    except LookupError:
        active.install(PACKS, "mx")
        return active.current()


# --- people and what they act for ----------------------------------------------------------------


def make_person(session: Session, name: str = "Ana López", *, language: str = "es") -> Person:
    """Register a confirmed person with an address of their own."""
    number = next(_numbers)
    person = Person(
        email=f"{name.split(maxsplit=1)[0].lower()}.{number}@example.org",
        name=name,
        fs_uniquifier=uuid4().hex,
        confirmed_at=NOW,
        language=language,
        created_at=NOW,
    )
    with unit_of_work(session):
        session.add(person)
        record(session, SYSTEM, Deed.PERSON_REGISTERED, person, now=NOW)
    return person


def make_organisation(session: Session, *people: Person, name: str = "Río Claro") -> Organisation:
    """Create a company; the first of its people owns it."""
    organisation = Organisation(name=name, kind="company", created_at=NOW)
    with unit_of_work(session):
        session.add(organisation)
        session.flush()
        for place, person in enumerate(people):
            role = OrganisationRole.MEMBER if place else OrganisationRole.OWNER
            session.add(
                Membership(
                    person_id=person.id,
                    organisation_id=organisation.id,
                    role=role.value,
                    joined_at=NOW,
                )
            )
        record(session, SYSTEM, Deed.ORGANISATION_CREATED, organisation, now=NOW)
    return organisation


def make_staff(
    session: Session, role: StaffRole = StaffRole.CASEWORKER, name: str = "Carmen Ruiz"
) -> Person:
    """Register a person who works for the programme."""
    person = make_person(session, name)
    with unit_of_work(session):
        session.add(StaffGrant(person_id=person.id, role=role.value, granted_at=NOW))
        record(session, SYSTEM, Deed.ROLE_GRANTED, person, now=NOW, role=role.value)
    return person


def make_authority(
    session: Session, code: str, *, head: Person | None = None, officers: tuple[Person, ...] = ()
) -> Authority:
    """Create one of the pack's authorities with its people."""
    names = dict(pack().authority(code).name.by_language)
    authority = Authority(code=code, names=names, created_at=NOW)
    people = [(person, AuthorityRole.OFFICER) for person in officers]
    if head is not None:
        people.append((head, AuthorityRole.HEAD))
    with unit_of_work(session):
        session.add(authority)
        session.flush()
        for person, role in people:
            session.add(
                AuthorityMembership(
                    person_id=person.id,
                    authority_id=authority.id,
                    role=role.value,
                    joined_at=NOW,
                )
            )
        record(session, SYSTEM, Deed.AUTHORITY_CREATED, authority, now=NOW)
    return authority


def actor_for(session: Session, person: Person) -> Actor:
    """Return a person as the actor they are in a request that begins now."""
    actor = load_actor(session, person.id)
    session.rollback()
    return actor


# --- applications --------------------------------------------------------------------------------


def make_company(session: Session, name: str = "Río Claro") -> tuple[Organisation, Actor]:
    """Create a company with one owner."""
    owner = make_person(session)
    organisation = make_organisation(session, owner, name=name)
    return organisation, actor_for(session, owner)


def make_draft(
    session: Session,
    organisation: Organisation,
    actor: Actor,
    *,
    now: datetime = NOW,
    **answers: AnswerValue,
) -> Application:
    """Start an application and answer everything that is asked, with `answers` as given."""
    with unit_of_work(session):
        application = applications.start_application(
            session,
            actor,
            organisation,
            pack=pack(),
            start_key=uuid4().hex,
            language="es",
            now=now,
        )
    save_answers(session, application, actor, complete_answers(pack(), **answers), now=now)
    return application


_saved: dict[tuple[int, str], tuple[PolicyPack, list[dict[str, Any]]]] = {}


def save_answers(
    session: Session,
    application: Application,
    actor: Actor,
    answers: Mapping[str, AnswerValue],
    *,
    now: datetime = NOW,
) -> None:
    """Save all sections of a new application, as the service does.

    It judges the same answers once: a thousand tests begin with them, and the rows that it wrote
    are written again in a fifth of the time.
    """
    # The pack is kept with its rows, lest another takes its place in memory.
    key = (id(pack()), json.dumps(answers, sort_keys=True))
    with unit_of_work(session):
        if key in _saved:
            _save_again(session, application, actor, _saved[key][1], now)
            return
        for section in pack().sections:
            own = {q.key: answers[q.key] for q in section.questions if q.key in answers}
            applications.save_section(
                session,
                actor,
                application,
                section=section.key,
                answers=own,
                expected_version=0,
                now=now,
            )
        rows = {
            row.section: {"answers": row.answers, "confidential": row.confidential}
            for row in session.scalars(
                select(ApplicationSection).where(
                    ApplicationSection.application_id == application.id
                )
            )
        }
    _saved[key] = pack(), [{"section": each.key, **rows[each.key]} for each in pack().sections]


def _save_again(
    session: Session,
    application: Application,
    actor: Actor,
    saved: list[dict[str, Any]],
    now: datetime,
) -> None:
    assert actor.person_id is not None
    for values in saved:
        own = deepcopy(values)
        application.title = str(own["answers"].get(pack().title_question, application.title))
        session.add(
            ApplicationSection(
                application_id=application.id, saved_by_id=actor.person_id, saved_at=now, **own
            )
        )
        record(
            session,
            actor,
            Deed.APPLICATION_SECTION_SAVED,
            application,
            now=now,
            section=own["section"],
            version=1,
        )
    application.changed_at = now


def make_submitted(
    session: Session,
    organisation: Organisation,
    actor: Actor,
    *,
    now: datetime = NOW,
    outside: bool = False,
    **answers: AnswerValue,
) -> Application:
    """Send a complete application to the secretariat."""
    application = make_draft(session, organisation, actor, now=now, **answers)
    with unit_of_work(session):
        applications.submit(session, actor, application, outside=outside, now=now)
    return application


def make_in_triage(
    session: Session,
    organisation: Organisation,
    actor: Actor,
    caseworker: Actor,
    *,
    now: datetime = NOW,
    outside: bool = False,
    **answers: AnswerValue,
) -> Application:
    """Send a complete application and let the caseworker begin its check."""
    application = make_submitted(session, organisation, actor, now=now, outside=outside, **answers)
    with unit_of_work(session):
        applications.start_triage(session, caseworker, application, now=now + timedelta(hours=1))
    assert application.status == ApplicationStatus.TRIAGE
    return application


def make_under_review(
    session: Session, organisation: Organisation, actor: Actor, caseworker: Actor
) -> tuple[Application, Actor]:
    """Put a case before its lead alone, whose head has declared to have no conflict of interest."""
    application = make_in_triage(session, organisation, actor, caseworker)
    head = make_person(session, "Hugo Díaz")
    authority = make_authority(session, pack().authorities[0].code, head=head)
    with unit_of_work(session):
        session.add(
            AuthorityAssignment(
                application_id=application.id,
                authority_id=authority.id,
                role=AssignmentRole.LEAD.value,
                state=AssignmentState.ACCEPTED.value,
                assigned_at=NOW,
                respond_by=(NOW + timedelta(days=7)).date(),
            )
        )
        session.add(
            ConflictDeclaration(
                application_id=application.id,
                person_id=head.id,
                has_conflict=False,
                declared_at=NOW,
            )
        )
        application.status = ApplicationStatus.UNDER_REVIEW.value
        record(session, caseworker, Deed.APPLICATION_REVIEW_STARTED, application, now=NOW)
    return application, actor_for(session, head)


def attach(
    session: Session,
    application: Application,
    actor: Actor,
    store: FileStore,
    question: str,
    *,
    name: str = "opinion.txt",
    content: bytes = b"Everything is in order.\n",
) -> Any:
    """Attach a small text to a file question."""
    with unit_of_work(session):
        return applications.attach_file(
            session,
            actor,
            application,
            store=store,
            question=question,
            file=Accepted(name, content, "text/plain"),
            now=NOW,
        )


def complete_answers(rules: PolicyPack, **given: AnswerValue) -> dict[str, AnswerValue]:
    """Answer every required question of a pack, as mildly as its kinds allow.

    Later questions depend on earlier answers, so the form is walked until nothing more is asked.
    """
    answers: dict[str, AnswerValue] = dict(given)
    while True:
        missing = [
            question
            for question in asked(rules, answers)
            if question.key not in answers
            and is_required(question, answers)
            and question.kind is not QuestionKind.FILE
        ]
        if not missing:
            return answers
        for question in missing:
            answers[question.key] = mild_answer(question)


REACHED_BY = {TextFormat.EMAIL: "ana@example.org", TextFormat.TELEPHONE: "55 0000 0000"}


def mild_answer(question: QuestionSpec) -> AnswerValue:
    """Give the answer of a question that raises the fewest risk points."""
    match question.kind:
        case QuestionKind.ROWS:
            return [{each.key: str(mild_answer(each)) for each in question.columns}]
        case QuestionKind.CHOICE:
            return min(question.options, key=lambda option: option.points).value
        case QuestionKind.MANY:
            return [min(reversed(question.options), key=lambda option: option.points).value]
        case QuestionKind.YES_NO:
            return "no"
        case QuestionKind.NUMBER:
            return str(1 if question.minimum is None else question.minimum)
        case QuestionKind.MONEY:
            return 5_000_000
        case QuestionKind.DATE:
            return "2026-09-01"
        case QuestionKind.ORGANISATION:
            return [{"name": "Ejemplo, S. A.", "tax_number": "EJE010203XY1"}]
        case _:
            return REACHED_BY.get(question.format, "Ejemplo")


# --- authorities at work on a case ---------------------------------------------------------------

# With these answers the pack proposes INAI as the lead, and IFT and COFECE as associates.
SHARED_ANSWERS: dict[str, AnswerValue] = {
    "network_uses": ["public_network"],
    "market_effects": ["ranks_offers"],
}


@dataclass(frozen=True)
class Team:
    """An authority with its head and two officers, as actors."""

    authority: Authority
    head: Actor
    officer: Actor
    second: Actor


def make_team(session: Session, code: str) -> Team:
    head = make_person(session, f"Jefa {code}")
    officers = (make_person(session, f"Oficial {code}"), make_person(session, f"Segundo {code}"))
    authority = make_authority(session, code, head=head, officers=officers)
    first, second = (actor_for(session, officer) for officer in officers)
    return Team(authority, actor_for(session, head), first, second)


def make_assigned(
    session: Session,
    organisation: Organisation,
    company: Actor,
    caseworker: Actor,
    *,
    lead: Team,
    associates: tuple[Team, ...] = (),
    now: datetime = NOW,
    outside: bool = False,
    **answers: AnswerValue,
) -> Application:
    """Let the caseworker ask these authorities to take a new case."""
    answers = {**SHARED_ANSWERS, **answers}
    application = make_in_triage(
        session, organisation, company, caseworker, now=now, outside=outside, **answers
    )
    codes = [team.authority.code for team in associates]
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead=lead.authority.code,
            associates=codes,
            reason="Así se acordó.",
            now=now + timedelta(hours=2),
        )
    return application


def start_review(
    session: Session, application: Application, *teams: Team, now: datetime = NOW
) -> None:
    """Let every authority accept the case and name its officer, who has no conflict."""
    at = now + timedelta(hours=3)
    for team in teams:
        with unit_of_work(session):
            coordination.accept_assignment(session, team.head, application, now=at)
    for team in teams:
        with unit_of_work(session):
            assert team.officer.person_id is not None
            coordination.name_officer(
                session, team.head, application, person_id=team.officer.person_id, now=at
            )
        with unit_of_work(session):
            coordination.declare_conflict(
                session, team.officer, application, has_conflict=False, now=at
            )
    assert application.status == ApplicationStatus.UNDER_REVIEW


def mark_criteria(
    session: Session,
    application: Application,
    team: Team,
    *,
    now: datetime = NOW,
    **marks: CriterionMark,
) -> None:
    """Let an officer find every criterion met, but for `marks`."""
    given = {
        criterion.key: (marks.get(criterion.key, CriterionMark.MET), "Consta en la solicitud.")
        for criterion in pack().criteria
    }
    with unit_of_work(session):
        coordination.save_review(
            session, team.officer, application, marks=given, expected_version=0, now=now
        )


def take_position(
    session: Session,
    application: Application,
    team: Team,
    stance: Stance = Stance.CONCUR,
    *,
    conditions: tuple[str, ...] = (),
    expected_version: int = 0,
    now: datetime = NOW,
) -> None:
    with unit_of_work(session):
        coordination.take_position(
            session,
            team.officer,
            application,
            stance=stance,
            reasons="Lo muestra la solicitud.",
            conditions=conditions,
            proportionality=answer_about_conditions(application),
            expected_version=expected_version,
            now=now,
        )


def answer_about_conditions(application: Application) -> dict[str, str]:
    """Answer whatever the rules of a case ask about conditions."""
    asked = active.pack_of(application).proportionality
    return {each.key: f"Respuesta a {each.key}." for each in asked}


def make_admitted(
    session: Session,
    organisation: Organisation,
    company: Actor,
    caseworker: Actor,
    *,
    lead: Team,
    associates: tuple[Team, ...] = (),
    now: datetime = NOW,
    **answers: AnswerValue,
) -> Application:
    """Bring a case to its admission, on which all of its authorities agree."""
    teams = (lead, *associates)
    application = make_assigned(
        session,
        organisation,
        company,
        caseworker,
        lead=lead,
        associates=associates,
        now=now,
        **answers,
    )
    start_review(session, application, *teams, now=now)
    for team in teams:
        mark_criteria(session, application, team, now=now + timedelta(hours=4))
        take_position(session, application, team, now=now + timedelta(hours=5))
    with unit_of_work(session):
        coordination.decide(session, lead.officer, application, now=now + timedelta(hours=6))
    return application
