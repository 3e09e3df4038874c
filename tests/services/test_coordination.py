"""What authorities and the secretariat do together on a case, on both engines."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound, grants
from sandbox.access.permissions import P
from sandbox.access.policy import POLICY
from sandbox.accounts import services as accounts
from sandbox.applications import queries as application_queries
from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.coordination.queries import Viewer, WaitingKind, waiting
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import PolicyPack, Silence
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.home import tasks as home
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.jobs import Job
from sandbox.kernel.mail import OutboxMail
from sandbox.models import (
    Application,
    AuthorityAssignment,
    AuthorityMembership,
    ConflictDeclaration,
    CriterionReview,
    Decision,
    OfficerAssignment,
    Organisation,
    Person,
    Position,
    Trial,
)
from sandbox.packs import active
from tests.factories import NOW as SUBMITTED
from tests.factories import (
    REFUSED,
    SHARED_ANSWERS,
    Team,
    actor_for,
    answer_about_conditions,
    make_admitted,
    make_assigned,
    make_company,
    make_in_triage,
    make_person,
    make_staff,
    make_submitted,
    make_team,
    mark_criteria,
    pack,
    start_review,
    take_position,
)
from tests.racing import race
from tests.snapshots import here, remembered

# Everything happens after the authorities were asked, two hours after the submission.
NOW = SUBMITTED + timedelta(hours=4)
LATER = NOW + timedelta(days=1)
CLOCK = system_actor("coordination.apply_silence", "assignment:answer", "position:take")


@dataclass(frozen=True)
class World:
    """A company, a caseworker and the three authorities."""

    organisation: Organisation
    company: Actor
    caseworker: Actor
    inai: Team
    ift: Team
    cofece: Team

    @property
    def teams(self) -> tuple[Team, Team, Team]:
        return self.inai, self.ift, self.cofece


@pytest.fixture
def world(session: Session) -> World:
    pack()

    def build() -> World:
        organisation, company = make_company(session)
        caseworker = actor_for(session, make_staff(session))
        teams = [make_team(session, code) for code in ("INAI", "IFT", "COFECE")]
        return World(organisation, company, caseworker, *teams)

    def again(made: World) -> World:
        teams = [replace(team, authority=here(session, team.authority)) for team in made.teams]
        return World(here(session, made.organisation), made.company, made.caseworker, *teams)

    return remembered(session, "world of services", build, again)


def assigned_case(session: Session, world: World, *associates: Team) -> Application:
    def build() -> Application:
        return make_assigned(
            session,
            world.organisation,
            world.company,
            world.caseworker,
            lead=world.inai,
            associates=associates,
        )

    what = ("assigned", *(team.authority.code for team in associates))
    return remembered(session, what, build, lambda made: here(session, made))


def case_under_review(session: Session, world: World, *associates: Team) -> Application:
    def build() -> Application:
        application = assigned_case(session, world, *associates)
        start_review(session, application, world.inai, *associates)
        return application

    what = ("under review", *(team.authority.code for team in associates))
    return remembered(session, what, build, lambda made: here(session, made))


def deeds(session: Session, application: Application) -> list[str]:
    return list(
        session.scalars(
            select(AuditEntry.deed)
            .where(AuditEntry.application_id == application.id)
            .order_by(AuditEntry.at, AuditEntry.tick)
        )
    )


def mailed(session: Session, template: str) -> list[str]:
    """Return the names of those who got a mail, in alphabetical order."""
    return list(
        session.scalars(
            select(Person.name)
            .join(OutboxMail, OutboxMail.person_id == Person.id)
            .where(OutboxMail.template == f"coordination/{template}")
            .order_by(Person.name)
        )
    )


def states(session: Session, application: Application) -> dict[str, tuple[str, str]]:
    return {
        each.authority.code: (each.role, each.state)
        for each in queries.list_assignments(session, application.id)
    }


def kinds(session: Session, actor: Actor, now: datetime = NOW) -> list[str]:
    return [task.kind for task in queries.list_tasks(session, actor, now)]


# --- routing -------------------------------------------------------------------------------------


def case_in_triage(session: Session, world: World, **answers: Any) -> Application:
    given = {**SHARED_ANSWERS, **answers}

    def build() -> Application:
        return make_in_triage(session, world.organisation, world.company, world.caseworker, **given)

    return remembered(
        session, ("in triage", repr(answers)), build, lambda made: here(session, made)
    )


def test_assign_as_proposed_asks_the_heads_and_needs_no_reason(
    session: Session, world: World
) -> None:
    application = case_in_triage(session, world)
    proposal = queries.routing_of(session, application, pack(), date(2026, 3, 2))
    assert (proposal.lead, set(proposal.associates)) == ("INAI", {"IFT", "COFECE"})
    with unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=("COFECE", "IFT"),
            now=NOW,
        )
    assert application.status == ApplicationStatus.ASSIGNED
    assert states(session, application) == {
        "INAI": ("lead", "proposed"),
        "IFT": ("associate", "proposed"),
        "COFECE": ("associate", "proposed"),
    }
    # Five business days after Monday the 2nd of March.
    answer_by = session.scalars(select(AuthorityAssignment.respond_by)).all()
    assert answer_by == [date(2026, 3, 9)] * 3
    assert mailed(session, "assigned") == ["Jefa COFECE", "Jefa IFT", "Jefa INAI"]
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.deed == Deed.APPLICATION_ASSIGNED)
    ).one()
    assert entry.details == {
        "lead": "INAI",
        "associates": "COFECE, IFT",
        "proposed_lead": "INAI",
        "proposed_associates": ", ".join(proposal.associates),
        "reason": "",
    }


def test_assign_otherwise_than_proposed_needs_a_reason(session: Session, world: World) -> None:
    application = case_in_triage(session, world)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.assign(
            session, world.caseworker, application, lead="IFT", associates=("INAI",), now=NOW
        )
    assert refused.value.reason is Why.REASON_MISSING
    with unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="IFT",
            associates=("INAI",),
            reason="La red es lo principal.",
            now=NOW,
        )
    assert states(session, application) == {
        "IFT": ("lead", "proposed"),
        "INAI": ("associate", "proposed"),
    }


def test_assign_refuses_a_lead_that_is_also_an_associate(session: Session, world: World) -> None:
    application = case_in_triage(session, world)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=("INAI", "IFT"),
            reason="x",
            now=NOW,
        )
    assert refused.value.reason is Why.SAME_AUTHORITY


def test_assign_refuses_an_authority_that_the_pack_does_not_know(
    session: Session, world: World
) -> None:
    application = case_in_triage(session, world)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=("PROFECO",),
            reason="x",
            now=NOW,
        )
    assert refused.value.reason is Why.NOT_COMPETENT
    assert states(session, application) == {}


def test_assign_refuses_a_prohibited_tier(session: Session, world: World) -> None:
    application = case_in_triage(session, world)
    with unit_of_work(session):
        application.tier = "prohibited"
        record(session, CLOCK, Deed.APPLICATION_SUBMITTED, application, now=NOW)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.assign(
            session,
            world.caseworker,
            application,
            lead="INAI",
            associates=("IFT", "COFECE"),
            now=NOW,
        )
    assert refused.value.reason is Why.PROHIBITED


def test_assign_waits_for_the_completeness_check(session: Session, world: World) -> None:
    application = make_submitted(session, world.organisation, world.company)
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.assign(session, world.caseworker, application, lead="INAI", associates=(), now=NOW)


def test_assign_is_the_secretariats(session: Session, world: World) -> None:
    application = case_in_triage(session, world)
    for actor in (world.company, world.inai.head):
        with pytest.raises(Denied), unit_of_work(session):
            services.assign(session, actor, application, lead="INAI", associates=(), now=NOW)


# --- answers of authorities ----------------------------------------------------------------------


def test_review_starts_when_the_last_authority_accepts(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    assert application.status == ApplicationStatus.ASSIGNED
    assert mailed(session, "review_started") == []
    with unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=LATER)
    assert application.status == ApplicationStatus.UNDER_REVIEW
    assert mailed(session, "review_started") == ["Jefa IFT", "Jefa INAI"]
    assert deeds(session, application)[-3:] == [
        Deed.ASSIGNMENT_ACCEPTED,
        Deed.ASSIGNMENT_ACCEPTED,
        Deed.APPLICATION_REVIEW_STARTED,
    ]


def test_an_authority_answers_once_and_by_its_head(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    for actor in (world.inai.officer, world.cofece.head, world.caseworker, world.company):
        with pytest.raises(Denied), unit_of_work(session):
            services.accept_assignment(session, actor, application, now=NOW)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    assert refused.value.reason is Why.ALREADY_DONE


def test_declining_needs_a_reason_and_ends_the_authoritys_sight_of_the_case(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world, world.ift)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="  ", now=NOW)
    assert refused.value.reason is Why.REASON_MISSING
    with unit_of_work(session):
        services.decline_assignment(
            session, world.inai.head, application, reason="No es de nuestra competencia.", now=NOW
        )
    assert application.status == ApplicationStatus.ASSIGNED
    assert mailed(session, "declined") == ["Carmen Ruiz"]
    with pytest.raises(NotFound):
        queries.get_application(session, world.inai.head, application.id)


def test_without_a_lead_the_review_does_not_start(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="No.", now=NOW)
    with unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=NOW)
    assert application.status == ApplicationStatus.ASSIGNED


def test_an_associate_that_declines_last_lets_the_review_start(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    with unit_of_work(session):
        services.decline_assignment(session, world.ift.head, application, reason="No.", now=NOW)
    assert application.status == ApplicationStatus.UNDER_REVIEW
    # The secretariat learns that the review has begun without it.
    told = session.scalars(
        select(OutboxMail.params).where(OutboxMail.template == "coordination/declined")
    ).one()
    assert told["review_begins"] is True


def test_the_secretariat_asks_another_authority_instead(session: Session, world: World) -> None:
    application = assigned_case(session, world)
    with unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="No.", now=NOW)
    assert kinds(session, world.caseworker) == ["coordination.replace"]
    with unit_of_work(session):
        services.replace_authority(
            session,
            world.caseworker,
            application,
            declined="INAI",
            replacement="COFECE",
            reason="Le sigue en peso.",
            now=LATER,
        )
    assert states(session, application) == {
        "INAI": ("lead", "declined"),
        "COFECE": ("lead", "proposed"),
    }
    assert kinds(session, world.caseworker) == []
    with unit_of_work(session):
        services.accept_assignment(session, world.cofece.head, application, now=LATER)
    assert application.status == ApplicationStatus.UNDER_REVIEW
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.replace_authority(
            session,
            world.caseworker,
            application,
            declined="INAI",
            replacement="IFT",
            reason="x",
            now=LATER,
        )


def test_an_associate_that_is_asked_to_lead_answers_again(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=NOW)
    with unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="No.", now=NOW)
    with unit_of_work(session):
        services.replace_authority(
            session,
            world.caseworker,
            application,
            declined="INAI",
            replacement="IFT",
            reason="Conoce el caso.",
            now=LATER,
        )
    assert states(session, application)["IFT"] == ("lead", "proposed")
    with unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=LATER)
    assert application.status == ApplicationStatus.UNDER_REVIEW


@pytest.mark.parametrize(
    ("declined", "replacement", "why"),
    [
        ("COFECE", "INAI", Why.ALREADY_DONE),  # it has not declined
        ("IFT", "INAI", Why.ALREADY_ASSIGNED),  # it leads already
        ("IFT", "PROFECO", Why.NOT_COMPETENT),
    ],
)
def test_replacing_refuses_what_makes_no_sense(
    session: Session, world: World, declined: str, replacement: str, why: Why
) -> None:
    application = assigned_case(session, world, world.ift, world.cofece)
    with unit_of_work(session):
        services.decline_assignment(session, world.ift.head, application, reason="No.", now=NOW)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.replace_authority(
            session,
            world.caseworker,
            application,
            declined=declined,
            replacement=replacement,
            reason="x",
            now=LATER,
        )
    assert refused.value.reason is why


# --- officers and conflicts of interest ----------------------------------------------------------


def name(session: Session, team: Team, application: Application, officer: Actor) -> None:
    assert officer.person_id is not None
    with unit_of_work(session):
        services.name_officer(session, team.head, application, person_id=officer.person_id, now=NOW)


def test_a_head_names_and_renames_an_officer(session: Session, world: World) -> None:
    application = assigned_case(session, world)
    with pytest.raises(Denied):
        name(session, world.inai, application, world.inai.officer)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    name(session, world.inai, application, world.inai.officer)
    with pytest.raises(NotPossible) as refused:
        name(session, world.inai, application, world.inai.officer)
    assert refused.value.reason is Why.ALREADY_DONE
    name(session, world.inai, application, world.inai.second)
    current = session.execute(
        select(OfficerAssignment.person_id, OfficerAssignment.ended_at).order_by(
            OfficerAssignment.ended_at.is_(None)
        )
    ).all()
    assert current == [(world.inai.officer.person_id, NOW), (world.inai.second.person_id, None)]
    assert mailed(session, "officer_named") == ["Oficial INAI", "Segundo INAI"]


def test_only_the_authoritys_own_people_can_be_named(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    with pytest.raises(NotPossible) as refused:
        name(session, world.inai, application, world.ift.officer)
    assert refused.value.reason is Why.WRONG_AUTHORITY


def test_an_officer_reads_the_answers_only_after_declaring(session: Session, world: World) -> None:
    application = assigned_case(session, world)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    name(session, world.inai, application, world.inai.officer)
    wanted = (P.APPLICATION_READ, P.APPLICATION_READ_ANSWERS, P.APPLICATION_REVIEW)
    before = grants(session, world.inai.officer, wanted, application)
    assert before == {P.APPLICATION_READ}
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.officer, application, has_conflict=False, now=NOW
        )
    assert grants(session, world.inai.officer, wanted, application) == set(wanted)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.declare_conflict(
            session, world.inai.officer, application, has_conflict=False, now=NOW
        )
    assert refused.value.reason is Why.ALREADY_DECLARED


def test_a_conflict_needs_an_explanation(session: Session, world: World) -> None:
    application = assigned_case(session, world)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.declare_conflict(
            session, world.inai.officer, application, has_conflict=True, explanation=" ", now=NOW
        )
    assert refused.value.reason is Why.REASON_MISSING


def test_a_recused_officer_loses_the_case_everywhere_at_once(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world)
    other = assigned_case(session, world)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    name(session, world.inai, application, world.inai.officer)
    officer = world.inai.officer
    assert application_queries.list_applications(session, officer).rows != []
    assert kinds(session, officer) == ["coordination.declare"]
    with unit_of_work(session):
        services.declare_conflict(
            session,
            officer,
            application,
            has_conflict=True,
            explanation="Trabajé ahí hasta junio.",
            now=NOW,
        )
    with pytest.raises(NotFound):
        queries.get_application(session, officer, application.id)
    with pytest.raises(NotFound):
        application_queries.get_submission(session, officer, application.id)
    seen = [row.id for row in application_queries.list_applications(session, officer).rows]
    assert seen == [other.id]
    assert sum(application_queries.count_applications(session, officer).values()) == 1
    assert kinds(session, officer) == []
    on_cases = [permission for permission in P if POLICY[permission].subject is Application]
    assert grants(session, officer, on_cases, application) == frozenset()
    # The head is told that somebody else is needed, but not why.
    assert mailed(session, "officer_recused") == ["Jefa INAI"]
    params = session.scalars(
        select(OutboxMail.params).where(OutboxMail.template == "coordination/officer_recused")
    ).one()
    assert "Trabajé" not in str(params)
    assert sorted(kinds(session, world.inai.head)) == [
        "coordination.answer",  # of the other case
        "coordination.name_officer",
    ]
    with pytest.raises(NotPossible) as refused:
        name(session, world.inai, application, officer)
    assert refused.value.reason is Why.RECUSED
    offered = queries.list_candidates(session, application.id, world.inai.authority.id)
    assert [row.name for row in offered] == ["Segundo INAI", "Jefa INAI"]


def test_an_officer_without_a_conflict_may_have_one_later_and_never_back(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world)
    officer = world.inai.officer
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.declare_conflict(session, officer, application, has_conflict=True, now=LATER)
    assert refused.value.reason is Why.REASON_MISSING
    assert kinds(session, officer) == ["coordination.review"]
    with unit_of_work(session):
        services.declare_conflict(
            session,
            officer,
            application,
            has_conflict=True,
            explanation="Mi hermana entró a la empresa.",
            now=LATER,
        )
    row = session.scalars(select(ConflictDeclaration)).one()
    assert (row.has_conflict, row.explanation, row.declared_at) == (
        True,
        "Mi hermana entró a la empresa.",
        LATER,
    )
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.deed == Deed.CONFLICT_DECLARED)
    ).one()
    assert entry.details["before"] == "none"
    assert entry.details["after"] == "conflict"
    on_cases = [permission for permission in P if POLICY[permission].subject is Application]
    assert grants(session, officer, on_cases, application) == frozenset()
    assert application_queries.list_applications(session, officer).rows == []
    assert kinds(session, officer) == []
    assert kinds(session, world.inai.head) == ["coordination.name_officer"]
    assert mailed(session, "officer_recused") == ["Jefa INAI"]
    (told,) = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "coordination/officer_recused")
    )
    assert told.params["position_stands"] is False
    with pytest.raises(Denied), unit_of_work(session):
        services.declare_conflict(session, officer, application, has_conflict=False, now=LATER)


@pytest.mark.parametrize("has_conflict", [False, True])
def test_declaring_twice_at_once_is_refused_in_words(
    session: Session, engine: Engine, world: World, has_conflict: bool
) -> None:
    application = assigned_case(session, world)
    case_id, officer = application.id, world.inai.officer
    session.rollback()

    def declare(own: Session) -> None:
        found = own.get_one(Application, case_id)
        with unit_of_work(own):
            services.declare_conflict(
                own,
                officer,
                found,
                has_conflict=has_conflict,
                explanation="Es de mi hermana.",
                now=NOW,
            )

    results = race(engine, case_id, declare, declare)
    assert results in (["NotPossible", "done"], ["Denied", "done"])
    assert session.scalar(select(func.count()).select_from(ConflictDeclaration)) == 1


def test_the_explanation_of_a_conflict_stays_out_of_the_history(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world)
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.inai.officer,
            application,
            has_conflict=True,
            explanation="Es de mi hermana.",
            now=NOW,
        )
    kept = session.scalars(select(ConflictDeclaration.explanation)).all()
    assert kept == ["Es de mi hermana."]
    assert "hermana" not in str(session.scalars(select(AuditEntry.details)).all())


def test_a_recused_head_is_not_told_about_the_case(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.ift.head,
            application,
            has_conflict=True,
            explanation="Es de mi hermana.",
            now=NOW,
        )
    with pytest.raises(Denied), unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=NOW)
    with unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="No.", now=NOW)
    with unit_of_work(session):
        services.apply_silence(session, CLOCK, now=NOW + timedelta(days=30))
    assert "Jefa IFT" not in mailed(session, "review_started")


def leave(session: Session, team: Team, officer: Actor) -> None:
    """Let the administrator end that somebody works for an authority."""
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    person = session.get_one(Person, officer.person_id)
    membership = session.scalars(
        select(AuthorityMembership).where(
            AuthorityMembership.person_id == officer.person_id,
            AuthorityMembership.authority_id == team.authority.id,
        )
    ).one()
    with unit_of_work(session):
        accounts.leave_authority(session, administrator, person, membership=membership, now=LATER)


def deactivate(session: Session, _team: Team, officer: Actor) -> None:
    """Close somebody's account."""
    person = session.get_one(Person, officer.person_id)
    with unit_of_work(session):
        person.active = False
        record(session, CLOCK, Deed.PERSON_PROFILE_CHANGED, person, now=LATER)


@pytest.mark.parametrize("go", [leave, deactivate])
def test_an_officer_who_has_gone_is_replaced_and_no_longer_told(
    session: Session, world: World, go: Callable[[Session, Team, Actor], None]
) -> None:
    inai, officer = world.inai, world.inai.officer
    application = case_under_review(session, world)
    other = case_under_review(session, world)
    assert "Oficial INAI" in [
        session.get_one(Person, reader.id).name
        for reader in application_queries.list_case_officers(session, application.id)
    ]
    assert kinds(session, inai.head) == []
    go(session, inai, officer)
    assert kinds(session, inai.head) == ["coordination.name_officer"] * 2
    panel = queries.case_panel(session, inai.head, application, pack(), LATER)
    assert panel is not None
    assert [line.officer for line in panel.lines] == [""]
    assert [each.kind for each in panel.waiting] == [WaitingKind.NAME_OFFICER]
    assert queries.find_named(session, application.id, inai.authority.id) is None
    team = queries.list_team(session, application.id, [inai.authority.id])
    told = application_queries.list_case_officers(session, application.id)
    assert officer.person_id not in {reader.id for reader in (*team, *told)}
    # Whoever comes back after another was named does not take the place again.
    name(session, inai, application, inai.second)
    places = session.scalars(
        select(OfficerAssignment.person_id).where(
            OfficerAssignment.application_id == application.id,
            OfficerAssignment.ended_at.is_(None),
        )
    ).all()
    assert places == [inai.second.person_id]
    assert kinds(session, inai.head) == ["coordination.name_officer"]
    assert kinds(session, inai.second) == ["coordination.declare"]
    assert other.status == ApplicationStatus.UNDER_REVIEW


def recuse(session: Session, application: Application, actor: Actor) -> None:
    with unit_of_work(session):
        services.declare_conflict(
            session, actor, application, has_conflict=True, explanation="Es mía.", now=NOW
        )


def test_an_authority_without_anybody_to_answer_is_shown_to_the_secretariat(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world, world.ift)
    assigned_case(session, world, world.ift)  # of which nobody is recused
    assert kinds(session, world.caseworker) == []
    recuse(session, application, world.ift.head)
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    task = queries.list_tasks(session, world.caseworker, NOW)[0]
    assert task.endpoint == "home.case"
    assert task.values == {"application_id": str(application.id)}
    assert mailed(session, "nobody_left") == [
        session.get_one(Person, world.caseworker.person_id).name
    ]
    panel = queries.case_panel(session, world.caseworker, application, pack(), NOW)
    assert panel is not None
    assert [(each.kind, each.authority) for each in panel.waiting] == [
        (WaitingKind.ANSWER, "INAI"),
        (WaitingKind.NOBODY, "IFT"),
    ]
    # Somebody else who heads the authority can answer, and the task is gone.
    other = make_person(session, "Otra jefa")
    with unit_of_work(session):
        session.add(
            AuthorityMembership(
                person_id=other.id, authority_id=world.ift.authority.id, role="head", joined_at=NOW
            )
        )
        record(session, CLOCK, Deed.ROLE_GRANTED, world.ift.authority, now=NOW)
    assert kinds(session, world.caseworker) == []
    assert kinds(session, actor_for(session, other)) == ["coordination.answer"] * 2


def test_a_head_who_has_gone_leaves_nobody_to_name_an_officer(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world)
    leave(session, world.inai, world.inai.head)
    # The officer is at work: nothing waits for a head.
    assert kinds(session, world.caseworker) == []
    recuse(session, application, world.inai.officer)
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    assert mailed(session, "nobody_left") != []


def test_a_recused_officer_with_a_head_behind_troubles_nobody_else(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world)
    recuse(session, application, world.inai.officer)
    assert kinds(session, world.caseworker) == []
    assert mailed(session, "nobody_left") == []


def test_a_lead_that_must_decide_and_has_nobody_is_shown(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    leave(session, world.inai, world.inai.officer)
    # The head has not declared and cannot decide yet: somebody must be named.
    assert kinds(session, world.inai.head) == ["coordination.name_officer"]
    assert kinds(session, world.caseworker) == []
    leave(session, world.inai, world.inai.head)
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    panel = queries.case_panel(session, world.caseworker, application, pack(), LATER)
    assert panel is not None
    assert [(each.kind, each.authority) for each in panel.waiting] == [(WaitingKind.NOBODY, "INAI")]


def test_a_head_who_has_declared_decides_without_an_officer(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    leave(session, world.inai, world.inai.officer)
    assert kinds(session, world.inai.head) == ["coordination.decide"]


def test_a_position_of_somebody_recused_stands_and_is_confirmed_by_another(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    recuse(session, application, world.ift.officer)
    assert kinds(session, world.ift.head) == ["coordination.name_officer"]
    (told,) = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "coordination/officer_recused")
    )
    assert told.params["position_stands"] is True
    # It is the authority's position: the lead may decide on it.
    assert kinds(session, world.inai.officer) == ["coordination.decide"]
    for actor, is_shown in ((world.caseworker, True), (world.inai.officer, True)):
        panel = queries.case_panel(session, actor, application, pack(), LATER)
        assert panel is not None
        assert [line.position is not None and line.position.by_recused for line in panel.lines] == [
            False,
            is_shown,
        ]
    panel = queries.case_panel(session, world.company, application, pack(), LATER)
    assert panel is not None
    assert [line.position for line in panel.lines] == [None, None]
    name(session, world.ift, application, world.ift.second)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.ift.second, application, has_conflict=False, now=LATER
        )
    assert kinds(session, world.ift.second) == ["coordination.confirm"]
    with unit_of_work(session):
        services.take_position(
            session,
            world.ift.second,
            application,
            stance=Stance.CONCUR,
            reasons="Lo muestra la solicitud.",
            expected_version=1,
            now=LATER,
        )
    assert kinds(session, world.ift.second) == []
    panel = queries.case_panel(session, world.caseworker, application, pack(), LATER)
    assert panel is not None
    assert not any(line.position and line.position.by_recused for line in panel.lines)


@pytest.mark.parametrize("giver", ["former officer", "head"])
def test_whoever_gave_a_standing_position_need_not_be_the_officer_for_its_head_to_be_told(
    session: Session, world: World, giver: str
) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    name(session, world.inai, application, world.inai.second)
    reader = world.inai.head.person_id
    if giver == "head":
        other = make_person(session, "Otra jefa")
        with unit_of_work(session):
            session.add(
                AuthorityMembership(
                    person_id=other.id,
                    authority_id=world.inai.authority.id,
                    role="head",
                    joined_at=NOW,
                )
            )
            record(session, CLOCK, Deed.ROLE_GRANTED, world.inai.authority, now=NOW)
        with unit_of_work(session):
            services.declare_conflict(
                session, world.inai.head, application, has_conflict=False, now=NOW
            )
        with unit_of_work(session):
            services.take_position(
                session,
                world.inai.head,
                application,
                stance=Stance.CONCUR,
                reasons="Lo muestra la solicitud.",
                expected_version=1,
                now=LATER,
            )
        reader = other.id
    recuse(session, application, world.inai.officer if giver != "head" else world.inai.head)
    (told,) = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "coordination/officer_recused")
    )
    assert told.person_id == reader
    assert (told.params["officer_missing"], told.params["position_stands"]) == (False, True)


@pytest.mark.parametrize("stance", [Stance.CONCUR, Stance.OBJECT])
def test_heads_are_not_asked_for_an_officer_where_nothing_is_left_to_do(
    session: Session, world: World, stance: Stance
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team, stance)
    # An associate has spoken; its former officer is not the one who is recused.
    name(session, world.ift, application, world.ift.second)
    recuse(session, application, world.ift.second)
    assert mailed(session, "officer_recused") == []
    if stance is Stance.OBJECT:
        with unit_of_work(session):
            services.open_deliberation(session, world.inai.officer, application, now=NOW)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, codes=REFUSED, now=NOW)
    recuse(session, application, world.inai.officer)
    # An admitted case has its trial before it, one that was declined has nothing.
    is_admitted = stance is Stance.CONCUR
    assert mailed(session, "officer_recused") == (["Jefa INAI"] if is_admitted else [])


def test_the_lead_confirms_the_position_of_somebody_recused_before_it_decides(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    recuse(session, application, world.inai.officer)
    assert kinds(session, world.inai.head) == ["coordination.confirm"]
    with unit_of_work(session):
        services.take_position(
            session,
            world.inai.head,
            application,
            stance=Stance.CONCUR,
            reasons="Lo muestra la solicitud.",
            expected_version=1,
            now=LATER,
        )
    assert kinds(session, world.inai.head) == ["coordination.decide"]


def test_a_lead_left_without_anybody_while_others_speak_is_shown(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    leave(session, world.inai, world.inai.head)
    recuse(session, application, world.inai.officer)
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    assert mailed(session, "nobody_left") != []
    panel = queries.case_panel(session, world.caseworker, application, pack(), LATER)
    assert panel is not None
    assert [(each.kind, each.authority) for each in panel.waiting] == [
        (WaitingKind.NOBODY, "INAI"),
        (WaitingKind.REVIEW, "IFT"),
    ]


def test_an_associate_that_has_spoken_needs_nobody_until_the_trial(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    leave(session, world.ift, world.ift.officer)
    leave(session, world.ift, world.ift.head)
    assert kinds(session, world.caseworker) == []
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    # The trial needs somebody of every authority again.
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    panel = queries.case_panel(session, world.caseworker, application, pack(), LATER)
    assert panel is not None
    assert [(each.kind, each.authority) for each in panel.waiting] == [(WaitingKind.NOBODY, "IFT")]


# --- review and positions ------------------------------------------------------------------------


def test_marks_are_kept_with_their_notes(session: Session, world: World) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai, need=CriterionMark.PARTLY)
    marks = {
        each.criterion: each.mark
        for each in queries.list_judgements(session, application.id, world.inai.authority.id)
    }
    assert len(marks) == len(pack().criteria)
    assert marks["need"] is CriterionMark.PARTLY
    assert queries.list_judgements(session, application.id, world.ift.authority.id) == []


def test_the_second_to_save_a_review_is_refused(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    mark_criteria(session, application, world.inai)
    version = queries.review_version(session, application.id, world.inai.authority.id)
    changed = {"need": (CriterionMark.NOT_MET, "No cita la disposición.")}
    with unit_of_work(session):
        services.save_review(
            session,
            world.inai.head,
            application,
            marks=changed,
            expected_version=version,
            now=NOW,
        )
    with pytest.raises(Stale), unit_of_work(session):
        services.save_review(
            session,
            world.inai.officer,
            application,
            marks={"need": (CriterionMark.MET, "Sí la cita.")},
            expected_version=version,
            now=NOW,
        )
    kept = session.scalars(
        select(CriterionReview.note).where(CriterionReview.criterion == "need")
    ).all()
    assert kept == ["No cita la disposición."]


def test_saving_the_same_marks_again_changes_nothing(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    version = queries.review_version(session, application.id, world.inai.authority.id)
    before = len(deeds(session, application))
    with unit_of_work(session):
        services.save_review(
            session,
            world.inai.officer,
            application,
            marks={"need": (CriterionMark.MET, "Consta en la solicitud.")},
            expected_version=version,
            now=LATER,
        )
    after = queries.review_version(session, application.id, world.inai.authority.id)
    assert (after, len(deeds(session, application))) == (version, before)


@pytest.mark.parametrize("mark", [CriterionMark.PARTLY, CriterionMark.NOT_MET])
def test_a_mark_against_the_company_needs_a_note(
    session: Session, world: World, mark: CriterionMark
) -> None:
    application = case_under_review(session, world)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.save_review(
            session,
            world.inai.officer,
            application,
            marks={"need": (mark, "")},
            expected_version=0,
            now=NOW,
        )
    assert refused.value.reason is Why.REASON_MISSING


def test_only_who_works_on_the_case_reviews_it(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    others = (world.inai.second, world.inai.head, world.ift.officer, world.caseworker)
    for actor in (*others, world.company):
        with pytest.raises(Denied), unit_of_work(session):
            services.save_review(session, actor, application, marks={}, expected_version=0, now=NOW)


def test_a_position_waits_for_every_mark(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    with unit_of_work(session):
        services.save_review(
            session,
            world.inai.officer,
            application,
            marks={"need": (CriterionMark.MET, "")},
            expected_version=0,
            now=NOW,
        )
    with pytest.raises(NotPossible) as refused:
        take_position(session, application, world.inai)
    assert refused.value.reason is Why.MARKS_MISSING


@pytest.mark.parametrize(
    ("stance", "reasons", "conditions", "why"),
    [
        (Stance.OBJECT, "  ", (), Why.REASON_MISSING),
        (Stance.CONCUR_WITH_CONDITIONS, "Sí.", (" ", ""), Why.CONDITIONS_MISSING),
        (Stance.CONCUR_WITH_CONDITIONS, "Sí.", ("Seguro",), Why.PROPORTIONALITY_MISSING),
    ],
)
def test_a_position_needs_reasons_and_its_conditions(
    session: Session,
    world: World,
    *,
    stance: Stance,
    reasons: str,
    conditions: tuple[str, ...],
    why: Why,
) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.take_position(
            session,
            world.inai.officer,
            application,
            stance=stance,
            reasons=reasons,
            conditions=conditions,
            now=NOW,
        )
    assert refused.value.reason is why


def test_a_position_may_change_until_the_decision(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(
        session,
        application,
        world.inai,
        Stance.CONCUR_WITH_CONDITIONS,
        conditions=("Informe mensual", " ", "Informe mensual", "Seguro"),
    )
    position = queries.find_position(session, application.id, world.inai.authority.id)
    assert position is not None
    assert position.conditions == ["Informe mensual", "Seguro"]
    assert position.proportionality == answer_about_conditions(application)
    with pytest.raises(Stale):
        take_position(session, application, world.inai, Stance.OBJECT)
    take_position(session, application, world.inai, Stance.CONCUR, expected_version=1)
    assert (position.stance, position.conditions, position.version) == ("concur", [], 2)
    assert position.proportionality == {}
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    with pytest.raises(TransitionRefused):
        take_position(session, application, world.inai, Stance.OBJECT, expected_version=2)


def test_no_position_is_taken_while_the_company_is_asked(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    with unit_of_work(session):
        applications.request_information(
            session,
            world.inai.officer,
            application,
            questions=[("¿Dónde se guardan?", None)],
            now=NOW,
        )
    with pytest.raises(TransitionRefused):
        take_position(session, application, world.inai)
    panel = queries.case_panel(session, world.inai.officer, application, pack(), NOW)
    assert panel is not None
    assert [each.kind for each in panel.waiting] == [WaitingKind.COMPANY]


def test_task_of_a_position_is_due_when_its_term_is_which_stood_still(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world)
    officer, later = world.inai.officer, NOW + timedelta(days=9)
    before = queries.list_tasks(session, officer, NOW)[0].due_on
    with unit_of_work(session):
        applications.request_information(
            session, officer, application, questions=[("¿Dónde?", None)], now=NOW
        )
    with unit_of_work(session):
        applications.answer_information(
            session, world.company, application, answers={1: "Aquí."}, now=later
        )
    panel = queries.case_panel(session, officer, application, pack(), later)
    assert panel is not None
    assert panel.position_clock is not None
    due = queries.list_tasks(session, officer, later)[0].due_on
    assert due == panel.position_clock.due_on
    assert before is not None
    assert due is not None
    assert due > before


# --- the decision --------------------------------------------------------------------------------


def test_a_decision_waits_for_every_position(session: Session, world: World) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    assert refused.value.reason is Why.POSITION_MISSING
    assert refused.value.details["authorities"] == ("IFT",)


def with_quorum(monkeypatch: pytest.MonkeyPatch, quorum: int) -> None:
    """Give the Mexican pack a quorum, for the rules and for the query of tasks."""
    rules = pack()
    changed = replace(rules, coordination=replace(rules.coordination, quorum=quorum))
    monkeypatch.setattr(active, "pack_of", lambda _row: changed)
    monkeypatch.setattr(active, "registry", lambda: [changed])


def test_quorum_lets_the_lead_decide_without_the_others(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_quorum(monkeypatch, 2)
    application = case_under_review(session, world, world.ift, world.cofece)
    for team in (world.ift, world.cofece):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    # Two have spoken, and not the lead.
    assert "coordination.decide" not in kinds(session, world.inai.officer)
    with pytest.raises(NotPossible), unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    other = case_under_review(session, world, world.ift, world.cofece)
    for team in (world.inai, world.ift):
        mark_criteria(session, other, team)
        take_position(session, other, team)
    assert "coordination.decide" in kinds(session, world.inai.officer)
    panel = queries.case_panel(session, world.inai.officer, other, active.pack_of(other), NOW)
    assert panel is not None
    assert panel.is_ripe
    with unit_of_work(session):
        decision = services.decide(session, world.inai.officer, other, now=NOW)
    assert {each["kind"] for each in decision.grounds} >= {"quorum", "no_position"}


def test_the_lead_alone_decides(session: Session, world: World) -> None:
    application = case_under_review(session, world, world.ift)
    for actor in (world.ift.officer, world.ift.head, world.caseworker, world.company):
        with pytest.raises(Denied), unit_of_work(session):
            services.decide(session, actor, application, now=NOW)


def test_an_admission_is_frozen_told_and_opens_a_trial(session: Session, world: World) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
    take_position(session, application, world.inai)
    take_position(
        session,
        application,
        world.ift,
        Stance.CONCUR_WITH_CONDITIONS,
        conditions=("Un seguro vigente",),
    )
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, remarks="Buen caso.", now=LATER)
    assert application.status == ApplicationStatus.DECIDED
    assert application.outcome == DecisionOutcome.ADMITTED_WITH_CONDITIONS
    assert application.decided_at == LATER
    decision = queries.find_decision(session, application.id)
    assert decision is not None
    assert decision.conditions == ["Un seguro vigente"]
    assert decision.dissent == []
    assert decision.rule == "unanimity"
    assert decision.remarks == "Buen caso."
    assert [(each["authority"], each["role"], each["stance"]) for each in decision.positions] == [
        ("INAI", "lead", "concur"),
        ("IFT", "associate", "concur_with_conditions"),
    ]
    assert len(decision.marks) == 2 * len(pack().criteria)
    assert decision.grounds[0] == {"kind": "rule", "params": {"rule": "unanimity"}}
    assert mailed(session, "decided_for_company") == ["Ana López"]
    assert mailed(session, "decided_for_authorities") == [
        "Jefa IFT",
        "Jefa INAI",
        "Oficial IFT",
        "Oficial INAI",
    ]
    opened = session.scalars(select(Job.arguments).where(Job.name == "trials.open")).all()
    assert opened == [{"application_id": str(application.id)}]


def test_a_criterion_that_must_be_met_declines_and_opens_no_trial(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    mark_criteria(session, application, world.ift, need=CriterionMark.NOT_MET)
    for team in (world.inai, world.ift):
        take_position(session, application, team)
    with unit_of_work(session):
        decision = services.decide(session, world.inai.officer, application, codes=REFUSED, now=NOW)
    assert application.outcome == DecisionOutcome.DECLINED
    # The lead wanted to admit; the associate's own mark is what declined.
    assert decision.dissent == ["INAI"]
    assert session.scalar(select(func.count()).where(Job.name == "trials.open")) == 0


def test_an_objection_opens_a_deliberation_before_the_decision(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
    take_position(session, application, world.inai)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, application, now=NOW)
    assert refused.value.reason is Why.POSITION_MISSING
    take_position(session, application, world.ift, Stance.OBJECT)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    assert refused.value.reason is Why.DELIBERATION_NEEDED
    with unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, application, now=NOW)
    assert application.status == ApplicationStatus.DELIBERATION
    assert len(mailed(session, "deliberation_opened")) == 4
    take_position(session, application, world.ift, Stance.CONCUR, expected_version=1)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=LATER)
    assert application.outcome == DecisionOutcome.ADMITTED


def test_an_objection_that_outlives_the_deliberation_declines(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team, stance in ((world.inai, Stance.CONCUR), (world.ift, Stance.OBJECT)):
        mark_criteria(session, application, team)
        take_position(session, application, team, stance)
    with unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, application, now=NOW)
    with unit_of_work(session):
        decision = services.decide(session, world.inai.officer, application, codes=REFUSED, now=NOW)
    assert (application.outcome, decision.dissent) == (DecisionOutcome.DECLINED, ["INAI"])


def test_a_deliberation_needs_an_objection(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.open_deliberation(session, world.inai.officer, application, now=NOW)
    assert refused.value.reason is Why.DELIBERATION_NOT_NEEDED


def test_nothing_is_decided_when_everybody_abstains(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai, Stance.ABSTAIN)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    assert refused.value.reason is Why.NO_OUTCOME


def test_a_decision_on_positions_that_have_changed_is_refused(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for team in (world.inai, world.ift):
        mark_criteria(session, application, team)
        take_position(session, application, team)
    read = queries.get_bench(session, application.id).version
    take_position(session, application, world.ift, Stance.OBJECT, expected_version=1)
    with pytest.raises(Stale), unit_of_work(session):
        services.decide(session, world.inai.officer, application, expected_version=read, now=NOW)


def test_two_people_deciding_at_once_make_one_decision(
    session: Session, engine: Engine, world: World
) -> None:
    application = case_under_review(session, world)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.head, application, has_conflict=False, now=NOW
        )
    case_id = application.id
    session.rollback()
    start = threading.Barrier(2)
    results: list[object] = []

    def decide(actor: Actor) -> None:
        with Session(engine) as own:
            found = own.get_one(Application, case_id)
            start.wait()
            try:
                with unit_of_work(own):
                    services.decide(own, actor, found, now=LATER)
                results.append("decided")
            except TransitionRefused as refused:
                results.append(refused.status)

    people = (world.inai.officer, world.inai.head)
    threads = [threading.Thread(target=decide, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["decided", "decided"]
    assert results.count("decided") == 2
    assert {type(each) for each in results} == {str, ApplicationStatus}
    assert session.scalar(select(func.count()).select_from(Decision)) == 1
    assert session.scalar(select(func.count()).where(Job.name == "trials.open")) == 1


# --- silence -------------------------------------------------------------------------------------


def with_silence(monkeypatch: pytest.MonkeyPatch, **meanings: Silence) -> None:
    """Give the Mexican pack another meaning of silence."""
    rules = pack()
    changed: PolicyPack = replace(rules, coordination=replace(rules.coordination, **meanings))
    monkeypatch.setattr(active, "pack_of", lambda _row: changed)


def apply(session: Session, now: datetime) -> int:
    with unit_of_work(session):
        return services.apply_silence(session, CLOCK, now=now)


def test_silence_is_acceptance_after_the_last_day(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    assert apply(session, datetime(2026, 3, 9, 20, 0, tzinfo=UTC)) == 0
    assert application.status == ApplicationStatus.ASSIGNED
    assert apply(session, datetime(2026, 3, 10, 12, 0, tzinfo=UTC)) == 2
    assert application.status == ApplicationStatus.UNDER_REVIEW
    places = queries.list_assignments(session, application.id)
    assert [(place.state, place.tacit) for place in places] == [("accepted", True)] * 2
    assert apply(session, datetime(2026, 3, 10, 12, 0, tzinfo=UTC)) == 0


def test_silence_can_decline(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = assigned_case(session, world)
    with_silence(monkeypatch, acceptance_silence=Silence.DENIED)
    assert apply(session, datetime(2026, 3, 10, 12, 0, tzinfo=UTC)) == 1
    assert states(session, application) == {"INAI": ("lead", "declined")}
    assert mailed(session, "declined") == ["Carmen Ruiz"]


def test_silence_can_mean_nothing(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = assigned_case(session, world)
    with_silence(monkeypatch, acceptance_silence=Silence.NONE)
    assert apply(session, datetime(2027, 3, 10, 12, 0, tzinfo=UTC)) == 0
    assert states(session, application) == {"INAI": ("lead", "proposed")}


@pytest.mark.parametrize(
    ("meaning", "stance"), [(Silence.GRANTED, "concur"), (Silence.DENIED, "object")]
)
def test_silence_takes_a_position_after_its_term(
    session: Session,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    meaning: Silence,
    stance: str,
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    with_silence(monkeypatch, position_silence=meaning)
    # Fifteen business days after the 2nd, one of which (the 16th) is a holiday: the 24th.
    assert apply(session, datetime(2026, 3, 24, 20, 0, tzinfo=UTC)) == 0
    assert apply(session, datetime(2026, 3, 25, 12, 0, tzinfo=UTC)) == 1
    kept = session.execute(
        select(Position.stance, Position.tacit, Position.taken_by_id).where(
            Position.authority_id == world.ift.authority.id
        )
    ).all()
    assert kept == [(stance, True, None)]


def test_a_stop_of_the_clock_puts_silence_off(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    asked = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
    with unit_of_work(session):
        applications.request_information(
            session, world.inai.officer, application, questions=[("¿Dónde?", None)], now=asked
        )
    assert apply(session, datetime(2026, 3, 6, 12, 0, tzinfo=UTC)) == 0
    answered = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
    with unit_of_work(session):
        applications.answer_information(
            session, world.company, application, answers={1: "Aquí."}, now=answered
        )
    assert apply(session, datetime(2026, 3, 25, 12, 0, tzinfo=UTC)) == 0
    assert apply(session, datetime(2026, 3, 27, 12, 0, tzinfo=UTC)) == 1


def test_silence_needs_its_grants(session: Session, world: World) -> None:
    assigned_case(session, world)
    with pytest.raises(Denied), unit_of_work(session):
        services.apply_silence(session, system_actor("other"), now=NOW + timedelta(days=30))


# --- what each reader sees -----------------------------------------------------------------------


def test_the_company_sees_who_shares_its_case_and_nothing_else(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai, Stance.OBJECT)
    panel = queries.case_panel(session, world.company, application, pack(), NOW)
    assert panel is not None
    assert panel.viewer is Viewer.COMPANY
    assert [(line.code, line.role) for line in panel.lines] == [
        ("INAI", "lead"),
        ("IFT", "associate"),
    ]
    for line in panel.lines:
        assert (line.position, line.officer, line.marked) == (None, "", 0)
        assert (line.respond_by, line.responded_at, line.reason) == (None, None, "")
    assert (panel.waiting, panel.position_clock) == ((), None)


def test_a_company_does_not_see_which_authority_declined(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.decline_assignment(session, world.ift.head, application, reason="No.", now=NOW)
    panel = queries.case_panel(session, world.company, application, pack(), NOW)
    assert panel is not None
    assert [line.code for line in panel.lines] == ["INAI"]
    inside = queries.case_panel(session, world.caseworker, application, pack(), NOW)
    assert inside is not None
    assert [(line.code, line.reason) for line in inside.lines] == [("INAI", ""), ("IFT", "No.")]
    assert inside.needs_replacement


def test_authorities_and_secretariat_see_positions_once_they_have_declared(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    mark_criteria(session, application, world.inai)
    take_position(session, application, world.inai)
    for actor, shows in (
        (world.ift.officer, True),
        (world.caseworker, True),
        (world.ift.second, False),
    ):
        panel = queries.case_panel(session, actor, application, pack(), NOW)
        assert panel is not None
        assert panel.shows_positions is shows
        stances = [line.position.stance if line.position else None for line in panel.lines]
        assert stances == ([Stance.CONCUR, None] if shows else [None, None])


def test_the_panel_names_who_must_act_next(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)

    def waiting() -> list[tuple[WaitingKind, str]]:
        panel = queries.case_panel(session, world.caseworker, application, pack(), NOW)
        assert panel is not None
        return [(each.kind, each.authority) for each in panel.waiting]

    assert waiting() == [(WaitingKind.ANSWER, "INAI"), (WaitingKind.ANSWER, "IFT")]
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    assert waiting() == [(WaitingKind.NAME_OFFICER, "INAI"), (WaitingKind.ANSWER, "IFT")]
    name(session, world.inai, application, world.inai.officer)
    assert waiting() == [(WaitingKind.DECLARE, "INAI"), (WaitingKind.ANSWER, "IFT")]
    with unit_of_work(session):
        services.declare_conflict(
            session, world.inai.officer, application, has_conflict=False, now=NOW
        )
    assert waiting() == [(WaitingKind.ANSWER, "IFT")]
    with unit_of_work(session):
        services.accept_assignment(session, world.ift.head, application, now=NOW)
    assert waiting() == [(WaitingKind.REVIEW, "INAI"), (WaitingKind.NAME_OFFICER, "IFT")]
    mark_criteria(session, application, world.inai)
    assert waiting()[0] == (WaitingKind.POSITION, "INAI")
    take_position(session, application, world.inai)
    assert waiting() == [(WaitingKind.NAME_OFFICER, "IFT")]
    apply(session, datetime(2026, 5, 4, 12, 0, tzinfo=UTC))
    assert waiting() == [(WaitingKind.DECIDE, "INAI")]


def test_the_panel_shows_the_decision_to_the_company(session: Session, world: World) -> None:
    application = make_admitted(
        session,
        world.organisation,
        world.company,
        world.caseworker,
        lead=world.inai,
        associates=(world.ift,),
    )
    panel = queries.case_panel(session, world.company, application, pack(), LATER)
    assert panel is not None
    assert panel.decision is not None
    assert panel.decision.outcome is DecisionOutcome.ADMITTED
    assert panel.waiting == ()


def test_there_is_no_panel_before_the_check(session: Session, world: World) -> None:
    application = make_submitted(session, world.organisation, world.company)
    assert queries.case_panel(session, world.caseworker, application, pack(), NOW) is None


def test_tasks_follow_the_case_from_person_to_person(session: Session, world: World) -> None:
    application = assigned_case(session, world)
    inai = world.inai
    assert kinds(session, inai.head) == ["coordination.answer"]
    assert queries.list_tasks(session, inai.head, NOW)[0].due_on == date(2026, 3, 9)
    assert kinds(session, inai.officer) == []
    with unit_of_work(session):
        services.accept_assignment(session, inai.head, application, now=NOW)
    assert kinds(session, inai.head) == ["coordination.name_officer"]
    name(session, inai, application, inai.officer)
    assert kinds(session, inai.head) == []
    assert kinds(session, inai.officer) == ["coordination.declare"]
    with unit_of_work(session):
        services.declare_conflict(session, inai.officer, application, has_conflict=False, now=NOW)
    assert kinds(session, inai.officer) == ["coordination.review"]
    assert queries.list_tasks(session, inai.officer, NOW)[0].due_on == date(2026, 3, 24)
    mark_criteria(session, application, inai)
    assert kinds(session, inai.officer) == ["coordination.position"]
    take_position(session, application, inai)
    assert kinds(session, inai.officer) == ["coordination.decide"]
    assert kinds(session, inai.second) == []
    assert kinds(session, world.ift.head) == []
    with unit_of_work(session):
        services.decide(session, inai.officer, application, now=NOW)
    assert kinds(session, inai.officer) == []


def test_an_admitted_case_keeps_needing_its_officers_until_the_trial_has_ended(
    session: Session, world: World
) -> None:
    application = make_admitted(
        session, world.organisation, world.company, world.caseworker, lead=world.inai
    )
    assert kinds(session, world.inai.head) == []
    name(session, world.inai, application, world.inai.second)
    assert kinds(session, world.inai.second) == ["coordination.declare"]
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.inai.second,
            application,
            has_conflict=True,
            explanation="Trabajé ahí.",
            now=NOW,
        )
    assert kinds(session, world.inai.head) == ["coordination.name_officer"]
    recuse(session, application, world.inai.head)
    assert kinds(session, world.caseworker) == ["coordination.nobody"]
    assert mailed(session, "nobody_left") != []
    with unit_of_work(session):
        trial = Trial(
            application_id=application.id,
            organisation_id=application.organisation_id,
            reference="SBX-2026-00001",
            title=application.title,
            pack_code=application.pack_code,
            pack_version=application.pack_version,
            tier="minimal",
            tiering={},
            status="completed",
            opened_at=NOW,
            changed_at=NOW,
            ended_at=LATER,
            public_summary={},
        )
        session.add(trial)
        record(session, CLOCK, Deed.TRIAL_COMPLETED, trial, now=NOW)
    assert kinds(session, world.inai.head) == []
    assert kinds(session, world.caseworker) == []


def test_of_each_kind_of_task_the_most_urgent_are_read(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = []
    for days in (3, 1, 2):
        made = make_assigned(
            session,
            world.organisation,
            world.company,
            world.caseworker,
            lead=world.inai,
            now=SUBMITTED + timedelta(days=days),
        )
        cases.append(str(made.id))
    taken = case_under_review(session, world)
    leave(session, world.inai, world.inai.officer)
    monkeypatch.setattr(waiting, "MOST_OF_A_KIND", 1)
    found = [
        (task.kind, task.values["application_id"])
        for task in queries.list_tasks(session, world.inai.head, NOW)
    ]
    # One more than is shown tells that there are more.
    assert found == [
        ("coordination.name_officer", str(taken.id)),
        ("coordination.answer", cases[1]),
        ("coordination.answer", cases[2]),
    ]


def test_reviews_and_positions_are_counted_each_for_itself(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, made = world.inai.officer, []
    for days in range(8):
        application = make_assigned(
            session, world.organisation, world.company, world.caseworker, lead=world.inai
        )
        start_review(session, application, world.inai, now=SUBMITTED + timedelta(days=days))
        made.append(application)
    asked, to_position, to_review = made[:2], made[2:5], made[5:]
    for application in (*asked, *to_position):
        mark_criteria(session, application, world.inai)
    for application in asked:
        with unit_of_work(session):
            applications.request_information(
                session, officer, application, questions=[("¿Dónde?", None)], now=NOW
            )
    monkeypatch.setattr(waiting, "MOST_OF_A_KIND", 1)
    found = [
        (task.kind, task.values["application_id"])
        for task in queries.list_tasks(session, officer, NOW)
    ]
    # The oldest two are marked and wait for the company: they take no room from those that wait.
    assert found == [
        *(("coordination.position", str(each.id)) for each in to_position[:2]),
        *(("coordination.review", str(each.id)) for each in to_review[:2]),
    ]


def test_no_list_of_one_status_is_offered_for_what_is_open_in_several(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = world.inai.officer
    for number in range(4):
        application = case_under_review(session, world)
        if number >= 2:
            mark_criteria(session, application, world.inai)
        if number == 1:
            with unit_of_work(session):
                applications.request_information(
                    session, officer, application, questions=[("¿Dónde?", None)], now=NOW
                )
    # A case is reviewed while the company is asked as well, but no position is taken then.
    assert sorted(kinds(session, officer)) == [
        *["coordination.position"] * 2,
        *["coordination.review"] * 2,
    ]
    monkeypatch.setattr(home, "MOST_OF_A_KIND", 1)
    cuts = home.list_tasks(session, officer, NOW).cuts
    assert {cut.kind: (cut.endpoint, cut.values) for cut in cuts} == {
        "coordination.position": ("applications.index", {"status": "under_review"}),
        "coordination.review": (None, {}),
    }


def test_marks_are_prepared_while_the_company_is_asked(session: Session, world: World) -> None:
    application = case_under_review(session, world)
    with unit_of_work(session):
        applications.request_information(
            session, world.inai.officer, application, questions=[("¿Dónde?", None)], now=NOW
        )
    assert kinds(session, world.inai.officer) == ["coordination.review"]
    mark_criteria(session, application, world.inai)
    assert kinds(session, world.inai.officer) == []


# --- how many statements it takes ----------------------------------------------------------------


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_panel_takes_at_most_four_statements(
    session: Session, world: World, statements: list[str]
) -> None:
    application = case_under_review(session, world, world.ift, world.cofece)
    for team in world.teams:
        mark_criteria(session, application, team)
        take_position(session, application, team)
    application_queries.get_application(session, world.inai.officer, application.id)
    for actor in (world.inai.officer, world.caseworker, world.company):
        statements.clear()
        queries.case_panel(session, actor, application, pack(), NOW)
        assert len(statements) <= 4, statements
    with unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=NOW)
    application_queries.get_application(session, world.inai.officer, application.id)
    for actor in (world.inai.officer, world.caseworker, world.company):
        statements.clear()
        queries.case_panel(session, actor, application, pack(), NOW)
        assert len(statements) <= 4, statements


def test_tasks_take_the_same_statements_for_one_case_and_for_three(
    session: Session, world: World, statements: list[str]
) -> None:
    both = replace(world.inai.officer, staff=world.caseworker.staff)
    counts = []
    for _ in range(3):
        case_under_review(session, world, world.ift)
        session.rollback()
        statements.clear()
        tasks = queries.list_tasks(session, both, NOW)
        counts.append((len(tasks), len(statements)))
    assert counts == [(1, 3), (2, 3), (3, 3)]
