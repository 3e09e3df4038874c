"""An authority ends: its open cases go to those that follow it, with everything it has said."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.checks import Denied, NotFound, grants
from sandbox.access.permissions import P
from sandbox.accounts.services import join_authority
from sandbox.applications.queries import clock_of
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import queries, services
from sandbox.coordination.letters import letter_pdf
from sandbox.coordination.services import apply_succession, succession
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.mail import OutboxMail
from sandbox.models import (
    Application,
    AppliedSuccession,
    Authority,
    InheritedPlace,
    OfficerAssignment,
    Person,
    Position,
    Trial,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.models.people import AuthorityRole
from sandbox.packs import active
from sandbox.trials import queries as trial_queries
from sandbox.trials import services as trial_services
from sandbox.trials.queries.facts import TrialFile
from tests.factories import NOW as SUBMITTED
from tests.factories import (
    Team,
    actor_for,
    make_admitted,
    make_assigned,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
    mark_criteria,
    pack,
    start_review,
    take_position,
)
from tests.packs.copies import ask_for_activity, copy_of_mx
from tests.racing import overtake, race
from tests.trial_factories import GROUND, OPENER, make_running_trial

NOW = SUBMITTED + timedelta(hours=4)
LATER = NOW + timedelta(days=40)


@pytest.fixture
def administrator(session: Session) -> Actor:
    pack()  # installs the rules
    return actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, name="Administra"))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore.from_url(f"file://{tmp_path / 'files'}")


@pytest.fixture
def caseworker(session: Session) -> Actor:
    return actor_for(session, make_staff(session))


def end(session: Session, actor: Actor, *keys: str, now: datetime = LATER) -> list[int]:
    moved = []
    for key in keys:
        with unit_of_work(session):
            moved.append(apply_succession(session, actor, key=key, now=now))
    return moved


def deed(runner: Callable[[Session], None]) -> Callable[[Session], None]:
    """Run it in a unit of work of its own."""

    def run(own: Session) -> None:
        with unit_of_work(own):
            runner(own)

    return run


def places(session: Session, case_id: UUID) -> dict[str, tuple[str, str]]:
    rows = queries.list_assignments(session, case_id)
    return {row.authority.code: (row.role, row.state) for row in rows}


def standing(session: Session, case_id: UUID) -> dict[str, tuple[str, str]]:
    return {
        code: found for code, found in places(session, case_id).items() if found[1] != "succeeded"
    }


@pytest.fixture
def shared(session: Session, caseworker: Actor) -> tuple[UUID, Team, Team, Team, Actor]:
    """A case under review that IFT leads, with INAI and COFECE as associates."""
    organisation, company = make_company(session)
    lead, inai, cofece = (make_team(session, code) for code in ("IFT", "INAI", "COFECE"))
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(inai, cofece)
    )
    start_review(session, application, lead, inai, cofece)
    return application.id, lead, inai, cofece, company


def _file(session: Session, trial_id: UUID) -> TrialFile:
    trial = session.get_one(Trial, trial_id)
    return trial_queries.read_file(session, trial, active.pack_of(trial), LATER)


def _declare(session: Session, officer: Actor, case_id: UUID) -> None:
    with unit_of_work(session):
        services.declare_conflict(
            session, officer, session.get_one(Application, case_id), has_conflict=False, now=LATER
        )


def test_only_an_administrator_applies_a_succession(session: Session, caseworker: Actor) -> None:
    for actor in (caseworker, actor_for(session, make_staff(session, StaffRole.PUBLISHER))):
        with pytest.raises(Denied), unit_of_work(session):
            apply_succession(session, actor, key="inai_2025", now=LATER)


def test_succession_waits_for_its_day_and_happens_once(
    session: Session, administrator: Actor
) -> None:
    # 05:59 in UTC is still the day before in Mexico City.
    early = datetime(2025, 3, 21, 5, 59, tzinfo=UTC)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        apply_succession(session, administrator, key="inai_2025", now=early)
    assert refused.value.reason is Why.TOO_EARLY
    assert end(session, administrator, "inai_2025", now=early + timedelta(minutes=1)) == [0]
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        apply_succession(session, administrator, key="inai_2025", now=LATER)
    assert refused.value.reason is Why.ALREADY_DONE
    with pytest.raises(NotFound), unit_of_work(session):
        apply_succession(session, administrator, key="nobody_2025", now=LATER)
    assert applied_codes(session) == {"INAI"}
    assert applied_codes(session, before=early) == frozenset()


def test_case_goes_with_its_matters_and_has_one_lead(
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, *_ = shared
    assert end(session, administrator, "inai_2025", "ift_2025", "cofece_2025") == [1, 1, 1]
    found = places(session, case_id)
    assert {code: state for code, (_, state) in found.items() if state == "succeeded"} == {
        "INAI": "succeeded",
        "IFT": "succeeded",
        "COFECE": "succeeded",
    }
    now = standing(session, case_id)
    assert [code for code, (role, _) in now.items() if role == AssignmentRole.LEAD] == ["CRT"]
    assert {"SABG", "CNA"} < set(now)
    assert {state for _, state in now.values()} == {AssignmentState.ACCEPTED}
    entries = session.scalars(
        select(AuditEntry.details)
        .where(
            AuditEntry.application_id == case_id,
            AuditEntry.deed == Deed.AUTHORITY_SUCCEEDED.value,
        )
        .order_by(AuditEntry.tick)
    ).all()
    assert [(each["before"], each["lead"]) for each in entries] == [
        ("INAI", None),
        ("IFT", "CRT"),
        ("COFECE", None),
    ]


def test_lead_passes_with_the_preponderant_activity(
    session: Session, tmp_path: Path, caseworker: Actor
) -> None:
    folder = tmp_path / "packs"
    ask_for_activity(copy_of_mx(folder))
    active.install(folder, "mx")
    try:
        administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
        organisation, company = make_company(session)
        lead, associate = (make_team(session, code) for code in ("IFT", "COFECE"))
        application = make_assigned(
            session, organisation, company, caseworker, lead=lead, associates=(associate,)
        )
        start_review(session, application, lead, associate)
        proposal = queries.routing_of(
            session, application, active.pack_of(application), SUBMITTED.date()
        )
        assert (proposal.lead, proposal.by_activity) == ("IFT", True)
        case_id = application.id
        end(session, administrator, "ift_2025")
        now = standing(session, case_id)
        # CRT takes the networks, CNA the competition on them, which is the activity.
        assert [code for code, (role, _) in now.items() if role == AssignmentRole.LEAD] == ["CNA"]
        assert "CRT" in now
    finally:
        active.install(PACKS, "mx")


def test_people_of_the_authority_lose_the_case_at_once_and_nobody_is_left_without_a_task(
    session: Session,
    administrator: Actor,
    caseworker: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, lead, inai, cofece, company = shared
    crt = make_team(session, "CRT")
    end(session, administrator, "ift_2025")
    application = session.get_one(Application, case_id)
    every = (P.APPLICATION_READ, P.APPLICATION_REVIEW, P.POSITION_TAKE, P.OFFICER_NAME)
    for person in (lead.head, lead.officer):
        assert grants(session, person, every, application) == frozenset()
    assert grants(session, crt.head, every, application) >= {P.APPLICATION_READ, P.OFFICER_NAME}
    assert P.APPLICATION_REVIEW in grants(session, inai.officer, every, application)
    assert P.APPLICATION_READ in grants(session, company, every, application)
    assert not session.scalars(
        select(OfficerAssignment).where(
            OfficerAssignment.application_id == case_id,
            OfficerAssignment.authority_id == lead.authority.id,
            OfficerAssignment.ended_at.is_(None),
        )
    ).all()
    kinds = {each.kind for each in queries.list_tasks(session, crt.head, LATER)}
    assert "coordination.name_officer" in kinds
    # The commission where nobody works yet comes with COFECE's matters, not with IFT's.
    assert set(standing(session, case_id)) == {"CRT", "INAI", "COFECE"}
    assert queries.list_stranded(session, case_id) == []
    end(session, administrator, "cofece_2025")
    assert queries.list_stranded(session, case_id) == ["CNA"]
    kinds = {each.kind for each in queries.list_tasks(session, caseworker, LATER)}
    assert "coordination.nobody" in kinds
    assert queries.list_tasks(session, cofece.officer, LATER) == []


def test_officer_who_works_for_the_successor_keeps_the_case(
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, lead, *_ = shared
    crt = make_team(session, "CRT")
    person_id = lead.officer.person_id
    assert person_id is not None
    with unit_of_work(session):
        join_authority(
            session,
            administrator,
            session.get_one(Person, person_id),
            authority=session.get_one(Authority, crt.authority.id),
            role=AuthorityRole.OFFICER,
            now=NOW,
        )
    end(session, administrator, "ift_2025")
    application = session.get_one(Application, case_id)
    moved = actor_for(session, session.get_one(Person, person_id))
    assert P.APPLICATION_REVIEW in grants(session, moved, (P.APPLICATION_REVIEW,), application)
    crt_id = session.scalar(select(Authority.id).where(Authority.code == "CRT"))
    named = queries.find_named(session, case_id, crt_id)
    assert named is not None
    assert named.person_id == person_id


def test_what_was_said_binds_whoever_follows(
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, lead, inai, cofece, _ = shared
    application = session.get_one(Application, case_id)
    for team in (lead, inai, cofece):
        mark_criteria(session, application, team, now=NOW)
    take_position(
        session, application, inai, Stance.CONCUR_WITH_CONDITIONS, conditions=("Un aviso",), now=NOW
    )
    take_position(session, application, cofece, Stance.OBJECT, now=NOW)
    end(session, administrator, "inai_2025", "cofece_2025")
    bench = queries.get_bench(session, case_id)
    positions = {each.authority: (each.stance, each.conditions) for each in bench.positions}
    assert positions["SABG"] == (Stance.CONCUR_WITH_CONDITIONS, ("Un aviso",))
    assert positions["CNA"] == (Stance.OBJECT, ())
    assert not {"INAI", "COFECE"} & {*positions, *bench.assigned}
    rows = session.scalars(select(Position).where(Position.application_id == case_id)).all()
    assert {each.inherited_from for each in rows} == {"INAI", "COFECE"}
    marked = {mark.authority for mark in bench.marks}
    assert {"SABG", "CNA", "IFT"} <= marked
    assert "INAI" not in marked


def test_private_notes_pass_to_whoever_takes_the_place(
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, lead, inai, cofece, _ = shared
    case = session.get_one(Application, case_id)
    for team, text, is_shared in (
        (inai, "de INAI", False),
        (cofece, "de COFECE", False),
        (inai, "para todas", True),
    ):
        with unit_of_work(session):
            services.write_note(
                session,
                team.officer,
                case,
                text=text,
                criterion=None,
                is_shared=is_shared,
                now=NOW,
            )
    with pytest.raises(NotPossible, match="note_missing"), unit_of_work(session):
        services.write_note(
            session, lead.officer, case, text=" ", criterion=None, is_shared=True, now=NOW
        )

    def read(authority_id: UUID) -> set[str]:
        return {each.text for each in queries.list_notes(session, [authority_id], case_id)}

    assert read(inai.authority.id) == {"de INAI", "para todas"}
    assert read(lead.authority.id) == {"para todas"}
    end(session, administrator, "inai_2025")
    [(heir, predecessor)] = session.execute(
        select(InheritedPlace.authority_id, InheritedPlace.predecessor_id).where(
            InheritedPlace.application_id == case_id
        )
    ).all()
    assert predecessor == inai.authority.id
    assert read(heir) == {"de INAI", "para todas"}
    assert read(lead.authority.id) == {"para todas"}
    details = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.NOTE_WRITTEN)
    ).all()
    assert [set(each) for each in details] == [{"is_shared"}] * 3


@pytest.mark.parametrize("order", [("ift_2025", "cofece_2025"), ("cofece_2025", "ift_2025")])
@pytest.mark.parametrize("stricter", ["IFT", "COFECE"])
def test_two_predecessors_of_one_authority_speak_with_the_stricter_word(
    session: Session,
    administrator: Actor,
    caseworker: Actor,
    order: tuple[str, str],
    stricter: str,
) -> None:
    organisation, company = make_company(session)
    teams = {code: make_team(session, code) for code in ("COFECE", "IFT")}
    # A matter of competition among networks: IFT's goes to CNA, as does all that COFECE has.
    application = make_in_triage(
        session,
        organisation,
        company,
        caseworker,
        network_uses=["public_network"],
        market_effects=["ranks_offers", "telecom_market"],
    )
    case_id = application.id
    with unit_of_work(session):
        services.assign(
            session,
            caseworker,
            application,
            lead="COFECE",
            associates=("IFT",),
            reason="Así se acordó.",
            now=SUBMITTED + timedelta(hours=2),
        )
    start_review(session, application, *teams.values())
    criterion = pack().criteria[0].key
    for code, team in teams.items():
        is_strict = code == stricter
        marks = {criterion: CriterionMark.PARTLY} if is_strict else {}
        mark_criteria(session, application, team, now=NOW, **marks)
        stance = Stance.OBJECT if is_strict else Stance.CONCUR
        take_position(session, application, team, stance, now=NOW)
    end(session, administrator, *order)
    now = standing(session, case_id)
    assert {code: role for code, (role, _) in now.items()} == {"CNA": "lead", "CRT": "associate"}
    bench = queries.get_bench(session, case_id)
    assert {each.authority: each.stance for each in bench.positions} == {
        "CNA": Stance.OBJECT,
        "CRT": Stance.OBJECT if stricter == "IFT" else Stance.CONCUR,
    }
    marked = {each.authority: each.mark for each in bench.marks if each.criterion == criterion}
    assert marked["CNA"] is CriterionMark.PARTLY
    takers = session.scalars(
        select(Position.taken_by_id)
        .join(Authority, Authority.id == Position.authority_id)
        .where(Authority.code == "CNA")
    ).all()
    assert takers == [teams[stricter].officer.person_id]
    assert session.scalar(select(func.count()).select_from(InheritedPlace)) == 3


def test_answer_that_is_missing_is_asked_of_the_successor_anew(
    session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    inai = make_team(session, "INAI")
    sabg = make_team(session, "SABG")
    application = make_assigned(session, organisation, company, caseworker, lead=inai)
    case_id = application.id
    end(session, administrator, "inai_2025")
    now = standing(session, case_id)
    assert "proposed" in {state for _, state in now.values()}
    place = queries.find_own_assignment(session, [sabg.authority.id], case_id)
    assert place is not None
    assert place.respond_by > LATER.date()
    application = session.get_one(Application, case_id)
    with unit_of_work(session):
        services.accept_assignment(session, sabg.head, application, now=LATER)


def test_closed_cases_stay_with_the_authority(
    session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    lead = make_team(session, "IFT")
    application = make_in_triage(session, organisation, company, caseworker)
    assert application.status != ApplicationStatus.DECIDED
    decided = make_admitted(session, organisation, company, caseworker, lead=lead)
    with unit_of_work(session):
        trial = trial_services.open_trial(session, OPENER, decided, now=LATER)
    case_id = decided.id
    with unit_of_work(session):
        trial_services.end_early(
            session,
            lead.officer,
            session.get_one(Trial, trial.id),
            exit_kind=next(k.code for k in pack().exit_kinds if k.ends == "early"),
            reason="No sigue.",
            now=LATER,
        )
    assert end(session, administrator, "ift_2025") == [0]
    assert places(session, case_id)["IFT"][1] == "accepted"


def test_letter_of_a_decision_stays_the_same_to_the_byte(
    app: Flask, session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    lead, inai = make_team(session, "IFT"), make_team(session, "INAI")
    application = make_admitted(
        session, organisation, company, caseworker, lead=lead, associates=(inai,)
    )
    case_id = application.id

    def letter() -> bytes:
        found = session.get_one(Application, case_id)
        decision = queries.find_decision(session, case_id)
        assert decision is not None
        head = queries.get_letterhead(session, case_id)
        with app.test_request_context():
            return letter_pdf(active.pack_of(found), found, decision, head)

    before = letter()
    end(session, administrator, "inai_2025", "ift_2025")
    assert standing(session, case_id)
    assert letter() == before


def test_what_was_agreed_and_approved_counts_for_the_successors(
    session: Session, files: FileStore, administrator: Actor
) -> None:
    cast = make_running_trial(session, files)
    trial_id = cast.trial.id
    before = _file(session, trial_id)
    assert before.agreed_by == {"company", "INAI", "IFT"}
    gate = before.trial.stage
    passed = {each.spec.key for each in before.gate(gate).requirements if each.holds}
    end(session, administrator, "inai_2025", "ift_2025")
    after = _file(session, trial_id)
    codes = {each.code for each in after.supervisors}
    assert not {"INAI", "IFT"} & codes
    assert after.agreed_by == {"company", *codes}
    assert {each.spec.key for each in after.gate(gate).requirements if each.holds} >= passed


def test_successor_lets_a_test_go_on_that_its_predecessor_suspended(
    session: Session, files: FileStore, administrator: Actor
) -> None:
    cast = make_running_trial(session, files)
    trial_id = cast.trial.id
    with unit_of_work(session):
        trial_services.suspend(
            session,
            cast.associate.officer,
            cast.trial,
            reason="Una falla",
            ground=GROUND,
            now=cast.now,
        )
    teams = {code: make_team(session, code) for code in ("SABG", "TPP", "CRT", "CNA")}
    end(session, administrator, "inai_2025", "ift_2025")
    file = _file(session, trial_id)
    suspender = next(
        each for each in file.supervisors if each.answers_for(file.open_suspension.authority_id)
    )
    assert suspender.predecessors
    assert suspender.code in {"CRT", "CNA"}
    assert {each.code for each in file.supervisors} <= set(teams)
    with pytest.raises(Denied), unit_of_work(session):
        trial_services.agree_to_resume(
            session, cast.associate.officer, session.get_one(Trial, trial_id), now=LATER
        )
    for each in dict.fromkeys((suspender.code, file.lead.code)):
        officer = teams[each].officer
        _declare(session, officer, file.trial.application_id)
        with unit_of_work(session):
            trial_services.agree_to_resume(
                session, officer, session.get_one(Trial, trial_id), now=LATER
            )
    assert session.get_one(Trial, trial_id).status == "running"


def test_new_cases_are_proposed_to_whoever_follows(
    session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    application = make_in_triage(session, organisation, company, caseworker)
    case_id = application.id
    on = LATER.date()

    def proposed() -> set[str]:
        found = session.get_one(Application, case_id)
        routing = queries.routing_of(session, found, active.pack_of(found), on)
        return {routing.lead or "", *routing.associates}

    assert proposed() <= {"INAI", "IFT", "COFECE"}
    end(session, administrator, "inai_2025", "ift_2025", "cofece_2025")
    assert proposed() <= {"SABG", "TPP", "CRT", "CNA"}
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.assign(
            session,
            caseworker,
            session.get_one(Application, case_id),
            lead="IFT",
            associates=(),
            reason="Como antes",
            now=LATER,
        )
    assert refused.value.reason is Why.NOT_COMPETENT


def test_everybody_concerned_is_told_once(
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    _, lead, _inai, _cofece, company = shared
    crt = make_team(session, "CRT")
    end(session, administrator, "ift_2025")
    told = session.execute(
        select(OutboxMail.template, OutboxMail.person_id).where(
            OutboxMail.template.in_(["coordination/succeeded", "coordination/authority_ended"])
        )
    ).all()
    company_mails = [row.person_id for row in told if row.template == "coordination/succeeded"]
    assert company_mails == [company.person_id]
    others = [row.person_id for row in told if row.template == "coordination/authority_ended"]
    assert len(others) == len(set(others))
    assert {lead.head.person_id, lead.officer.person_id, crt.head.person_id} <= set(others)


def test_two_administrators_at_once_end_an_authority_once(
    engine: Engine,
    session: Session,
    administrator: Actor,
    shared: tuple[UUID, Team, Team, Team, Actor],
) -> None:
    case_id, *_ = shared

    def run(own: Session) -> None:
        with unit_of_work(own):
            apply_succession(own, administrator, key="ift_2025", now=LATER)

    assert race(engine, case_id, run, run) == ["NotPossible", "done"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(AppliedSuccession)) == 1
    assert standing(session, case_id)


@pytest.mark.parametrize("ends_first", [True, False])
def test_authority_that_ends_meanwhile_is_asked_for_nothing(
    engine: Engine,
    session: Session,
    administrator: Actor,
    caseworker: Actor,
    *,
    ends_first: bool,
) -> None:
    organisation, company = make_company(session)
    make_team(session, "IFT")
    fresh = make_in_triage(
        session, organisation, company, caseworker, network_uses=["public_network"]
    ).id

    def ends(own: Session) -> None:
        apply_succession(own, administrator, key="ift_2025", now=LATER)

    def asks(own: Session) -> None:
        services.assign(
            own,
            caseworker,
            own.get_one(Application, fresh),
            lead="IFT",
            associates=(),
            reason="Así se acordó.",
            now=LATER,
        )

    if ends_first:
        assert overtake(session, engine, ends, deed(asks)) == "NotPossible"
        assert standing(session, fresh) == {}
    else:
        assert overtake(session, engine, asks, deed(ends)) == "done"
        assert standing(session, fresh) == {"CRT": ("lead", "proposed")}


def test_decision_that_waited_for_a_succession_is_not_its_predecessors_any_more(
    engine: Engine, session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    lead = make_team(session, "IFT")
    application = make_assigned(session, organisation, company, caseworker, lead=lead)
    start_review(session, application, lead)
    mark_criteria(session, application, lead, now=NOW)
    take_position(session, application, lead, now=NOW)
    case_id = application.id

    def ends(own: Session) -> None:
        apply_succession(own, administrator, key="ift_2025", now=LATER)

    def decides(own: Session) -> None:
        services.decide(own, lead.officer, own.get_one(Application, case_id), now=LATER)

    assert overtake(session, engine, ends, deed(decides)) == "Denied"
    assert queries.find_decision(session, case_id) is None
    assert session.get_one(Application, case_id).status == ApplicationStatus.UNDER_REVIEW


@pytest.mark.parametrize(("leads", "business_days"), [("IFT", 21), ("INAI", 0)])
def test_suspension_windows_of_the_lead_move_the_day_of_the_decision(
    session: Session, administrator: Actor, caseworker: Actor, leads: str, business_days: int
) -> None:
    began = datetime(2025, 10, 6, 15, 0, tzinfo=UTC)
    organisation, company = make_company(session)
    teams = {code: make_team(session, code) for code in ("IFT", "INAI")}
    others = tuple(team for code, team in teams.items() if code != leads)
    application = make_assigned(
        session,
        organisation,
        company,
        caseworker,
        lead=teams[leads],
        associates=others,
        now=began,
    )
    case_id = application.id
    on_the_day = datetime(2025, 10, 17, 18, 0, tzinfo=UTC)

    def due_on() -> date:
        found = session.get_one(Application, case_id)
        clock = clock_of(session, found, active.pack_of(found), on_the_day.date())
        assert clock is not None
        return clock.due_on

    before = due_on()
    end(session, administrator, "ift_2025", now=on_the_day)
    # CRT's terms stand still from the 17th of October to the 14th of November; where it is only
    # an associate the decision does not wait for it.
    assert standing(session, case_id)["CRT"][0] == ("lead" if leads == "IFT" else "associate")
    calendar = BusinessCalendar.from_spec(pack().calendar)
    moved = sum(
        calendar.is_business_day(before + timedelta(days=n + 1))
        for n in range((due_on() - before).days)
    )
    assert moved == business_days


def test_windows_of_an_associate_stop_nothing_once_it_leads(
    session: Session, administrator: Actor, caseworker: Actor
) -> None:
    began = datetime(2025, 10, 6, 15, 0, tzinfo=UTC)
    organisation, company = make_company(session)
    lead, other = make_team(session, "COFECE"), make_team(session, "IFT")
    application = make_in_triage(
        session, organisation, company, caseworker, now=began, market_effects=["telecom_market"]
    )
    with unit_of_work(session):
        services.assign(
            session,
            caseworker,
            application,
            lead=lead.authority.code,
            associates=[other.authority.code],
            reason="Así se acordó.",
            now=began + timedelta(hours=2),
        )
    end(session, administrator, "ift_2025", now=datetime(2025, 10, 17, 15, 0, tzinfo=UTC))
    assert standing(session, application.id)["CNA"][0] == "associate"
    # CNA's terms stood still on the 17th, 20th and 21st, while COFECE led.
    later = datetime(2025, 10, 23, 18, 0, tzinfo=UTC)
    before = clock_of(session, application, active.pack_of(application), later.date())
    end(session, administrator, "cofece_2025", now=later)
    assert standing(session, application.id)["CNA"][0] == "lead"
    after = clock_of(session, application, active.pack_of(application), later.date())
    assert before is not None
    assert after is not None
    assert (after.due_on, after.day) == (before.due_on, before.day)


# --- what a succession must not do ---------------------------------------------------------------


def test_succession_replaces_nobody_who_declined(
    session: Session, administrator: Actor, caseworker: Actor
) -> None:
    organisation, company = make_company(session)
    lead, inai = make_team(session, "IFT"), make_team(session, "INAI")
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(inai,)
    )
    with unit_of_work(session):
        services.decline_assignment(
            session, lead.head, application, reason="No es nuestro.", now=NOW + timedelta(hours=1)
        )
    before = [each.authority.code for each in queries.list_declined(session, application.id)]
    end(session, administrator, "inai_2025")
    after = [each.authority.code for each in queries.list_declined(session, application.id)]
    assert before == after == ["IFT"]
    kinds = [task.kind for task in queries.list_tasks(session, caseworker, LATER)]
    assert "coordination.replace" in kinds


def test_review_that_begins_by_a_merge_has_its_whole_term(
    session: Session,
    administrator: Actor,
    caseworker: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No answer of the Mexican form touches this competence alone, by which both become CNA.
    weights = {"telecom_competition": 2, "competition": 1}
    monkeypatch.setattr(succession, "touched", lambda _pack, _answers: weights)
    organisation, company = make_company(session)
    lead, cofece = make_team(session, "IFT"), make_team(session, "COFECE")
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(cofece,)
    )
    case_id = application.id
    with unit_of_work(session):
        services.accept_assignment(session, lead.head, application, now=NOW)
    end(session, administrator, "cofece_2025", "ift_2025")
    assert standing(session, case_id) == {"CNA": ("lead", "accepted")}
    assert session.get_one(Application, case_id).status == ApplicationStatus.UNDER_REVIEW
    assert session.get_one(Application, case_id).review_started_at == LATER
