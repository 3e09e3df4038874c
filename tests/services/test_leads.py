"""The lead of a case passes from one authority to another, and who led when is kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, grants
from sandbox.access.permissions import P
from sandbox.applications import services as applications
from sandbox.applications.queries import clock_of, exchanges, find_open_request
from sandbox.coordination import queries, services
from sandbox.coordination.queries import WaitingKind
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import BusinessCalendar, Stop
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, Authority, LeadOffer, LeadTerm
from sandbox.packs import active
from sandbox.trials import queries as trial_queries
from tests.factories import REFUSED, actor_for, make_staff, mark_criteria, pack, take_position
from tests.racing import overtake, race
from tests.services import test_coordination as shared
from tests.services.test_coordination import (
    LATER,
    NOW,
    World,
    assigned_case,
    case_under_review,
    deeds,
    kinds,
    mailed,
    states,
)
from tests.trial_factories import make_running_trial

world = shared.world


def offer(
    session: Session, actor: Actor, application: Application, to: str, now: datetime = NOW
) -> None:
    with unit_of_work(session):
        services.offer_lead(
            session, actor, application, to=to, reason="Lo que falta es de la red.", now=now
        )


def accept(session: Session, actor: Actor, application: Application, now: datetime = LATER) -> None:
    with unit_of_work(session):
        services.accept_lead(session, actor, application, now=now)


def terms(session: Session, application: Application) -> list[tuple[str, bool]]:
    """Return who led, one after the other, and whether it leads no more."""
    rows = session.execute(
        select(Authority.code, LeadTerm.ended_at)
        .join(Authority, Authority.id == LeadTerm.authority_id)
        .where(LeadTerm.application_id == application.id)
        .order_by(LeadTerm.began_at, LeadTerm.ended_at.is_(None))
    )
    return [(code, ended_at is not None) for code, ended_at in rows]


def test_lead_passes_with_its_open_request_and_the_former_lead_stays(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift, world.cofece)
    with unit_of_work(session):
        applications.request_information(
            session, world.inai.officer, application, questions=[("¿Dónde?", None)], now=NOW
        )
    asked = find_open_request(session, application.id)
    assert asked is not None
    due_on = asked.due_on
    offer(session, world.inai.head, application, "IFT")
    assert mailed(session, "lead_offered") == ["Jefa IFT"]
    assert kinds(session, world.ift.head) == ["coordination.take_lead"]
    assert "coordination.take_lead" not in kinds(session, world.cofece.head)
    panel = queries.case_panel(session, world.cofece.officer, application, pack(), NOW)
    assert panel is not None
    assert panel.waiting[-1].kind is WaitingKind.LEAD
    seen = queries.case_panel(session, world.company, application, pack(), NOW)
    assert seen is not None
    assert (seen.offer, seen.waiting) == (None, ())

    accept(session, world.ift.head, application)
    assert {code: role for code, (role, _) in states(session, application).items()} == {
        "IFT": "lead",
        "INAI": "associate",
        "COFECE": "associate",
    }
    assert terms(session, application) == [("INAI", True), ("IFT", False)]
    assert kinds(session, world.ift.head) == []
    everybody = ["Ana López", "Carmen Ruiz"]
    assert mailed(session, "lead_passed") == sorted(
        ["Carmen Ruiz"]
        + [f"{who} {code}" for who in ("Jefa", "Oficial") for code in ("INAI", "IFT", "COFECE")]
    )
    assert mailed(session, "lead_passed_for_company") == everybody[:1]
    # The request is still open, for as long as it was.
    asked = find_open_request(session, application.id)
    assert asked is not None
    assert (asked.due_on, application.answer_due_on) == (due_on, due_on)
    with unit_of_work(session):
        applications.answer_information(
            session, world.company, application, answers={1: "Aquí."}, now=LATER
        )
    wanted = (P.APPLICATION_REQUEST_INFORMATION, P.APPLICATION_DECIDE)
    assert grants(session, world.ift.officer, wanted, application) == set(wanted)
    assert grants(session, world.inai.officer, wanted, application) == set()
    entry = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.LEAD_PASSED)
    ).one()
    assert entry == {"before": "INAI", "after": "IFT", "reason": "Lo que falta es de la red."}
    assert application.status == ApplicationStatus.UNDER_REVIEW
    # The decision is that of the lead now.
    for team in world.teams:
        mark_criteria(session, application, team)
        take_position(session, application, team)
    with pytest.raises(Denied), unit_of_work(session):
        services.decide(session, world.inai.officer, application, now=LATER)
    with unit_of_work(session):
        decision = services.decide(session, world.ift.officer, application, now=LATER)
    assert [each["role"] for each in decision.positions if each["authority"] == "IFT"] == ["lead"]


def test_only_heads_pass_the_lead_and_only_where_it_makes_sense(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for actor in (world.inai.officer, world.ift.head, world.caseworker, world.company):
        with pytest.raises(Denied), unit_of_work(session):
            services.offer_lead(session, actor, application, to="IFT", reason="x", now=NOW)
    for to, reason, why in (
        ("INAI", "x", Why.NOT_ASSIGNED),
        ("COFECE", "x", Why.NOT_ASSIGNED),
        ("IFT", " ", Why.REASON_MISSING),
    ):
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            services.offer_lead(
                session, world.inai.head, application, to=to, reason=reason, now=NOW
            )
        assert refused.value.reason is why
    offer(session, world.inai.head, application, "IFT")
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.offer_lead(session, world.inai.head, application, to="IFT", reason="x", now=NOW)
    assert refused.value.reason is Why.OFFER_OPEN
    for actor in (world.ift.officer, world.cofece.head, world.caseworker):
        with pytest.raises(Denied), unit_of_work(session):
            services.accept_lead(session, actor, application, now=NOW)
    # The head who offers cannot accept.
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.accept_lead(session, world.inai.head, application, now=NOW)
    assert refused.value.reason is Why.ALREADY_DONE
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.decline_lead(session, world.ift.head, application, reason=" ", now=NOW)
    assert refused.value.reason is Why.REASON_MISSING
    with unit_of_work(session):
        services.decline_lead(session, world.ift.head, application, reason="No cabe.", now=NOW)
    assert mailed(session, "lead_declined") == ["Jefa INAI"]
    assert states(session, application)["INAI"][0] == "lead"
    offer(session, world.inai.head, application, "IFT")
    with unit_of_work(session):
        services.withdraw_offer(session, world.inai.head, application, now=NOW)
    assert kinds(session, world.ift.head) == []
    assert terms(session, application) == [("INAI", False)]
    assert [deed for deed in deeds(session, application) if deed.startswith("lead")] == [
        Deed.LEAD_OFFERED,
        Deed.LEAD_OFFER_DECLINED,
        Deed.LEAD_OFFERED,
        Deed.LEAD_OFFER_WITHDRAWN,
    ]


def test_lead_is_not_passed_before_the_review_nor_after_the_end(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world, world.ift)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.offer_lead(session, world.inai.head, application, to="IFT", reason="x", now=NOW)
    declined = case_under_review(session, world, world.ift)
    mark_criteria(session, declined, world.inai, **{pack().criteria[0].key: CriterionMark.NOT_MET})
    mark_criteria(session, declined, world.ift)
    for team in (world.inai, world.ift):
        take_position(session, declined, team, Stance.OBJECT)
    with unit_of_work(session):
        if queries.proposal_of(
            pack(), queries.get_bench(session, declined.id), declined.status
        ).needs_deliberation:
            services.open_deliberation(session, world.inai.officer, declined, now=NOW)
    with unit_of_work(session):
        services.decide(session, world.inai.officer, declined, codes=REFUSED, now=NOW)
    assert declined.outcome == DecisionOutcome.DECLINED
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.offer_lead(session, world.inai.head, declined, to="IFT", reason="x", now=NOW)
    assert refused.value.reason is Why.NOTHING_LEFT


def test_of_two_heads_at_once_one_is_heard(session: Session, engine: Engine, world: World) -> None:
    application = case_under_review(session, world, world.ift)
    offer(session, world.inai.head, application, "IFT")
    case_id = application.id
    session.rollback()

    def accepts(own: Session) -> None:
        with unit_of_work(own):
            services.accept_lead(own, world.ift.head, own.get_one(Application, case_id), now=LATER)

    def withdraws(own: Session) -> None:
        with unit_of_work(own):
            services.withdraw_offer(
                own, world.inai.head, own.get_one(Application, case_id), now=LATER
            )

    results = race(engine, case_id, accepts, withdraws)
    assert results.count("done") == 1
    assert set(results) - {"done"} <= {"NotPossible", "Denied"}
    session.expire_all()
    states_of = session.scalars(select(LeadOffer.state)).all()
    has_passed = states(session, application)["IFT"][0] == "lead"
    assert states_of == ["accepted" if has_passed else "withdrawn"]


def test_question_asked_while_the_lead_passes_is_refused(
    session: Session, engine: Engine, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    offer(session, world.inai.head, application, "IFT")
    case_id = application.id
    session.rollback()

    def accepts(own: Session) -> None:
        services.accept_lead(own, world.ift.head, own.get_one(Application, case_id), now=LATER)

    def asks(own: Session) -> None:
        with unit_of_work(own):
            applications.request_information(
                own,
                world.inai.officer,
                own.get_one(Application, case_id),
                questions=[("¿Dónde?", None)],
                now=LATER,
            )

    assert overtake(session, engine, accepts, asks) == "Denied"


def test_recused_people_pass_no_lead_and_leave_an_officer_to_name(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    offer(session, world.inai.head, application, "IFT")
    shared.recuse(session, application, world.ift.officer)
    accept(session, world.ift.head, application)
    # The new lead has nobody who works on the case, and its head is asked at once.
    assert kinds(session, world.ift.head, LATER) == ["coordination.name_officer"]
    shared.recuse(session, application, world.ift.head)
    with pytest.raises(Denied), unit_of_work(session):
        services.offer_lead(session, world.ift.head, application, to="INAI", reason="x", now=NOW)
    other = case_under_review(session, world, world.ift)
    offer(session, world.inai.head, other, "IFT")
    shared.recuse(session, other, world.ift.head)
    assert kinds(session, world.ift.head) == []
    with pytest.raises(Denied), unit_of_work(session):
        services.accept_lead(session, world.ift.head, other, now=NOW)


@pytest.mark.parametrize(("ends", "leads"), [("ift_2025", "INAI"), ("inai_2025", "SABG")])
def test_succession_in_between_ends_the_offer(
    session: Session, world: World, ends: str, leads: str
) -> None:
    application = case_under_review(session, world, world.ift, world.cofece)
    case_id = application.id
    offer(session, world.inai.head, application, "IFT")
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    with unit_of_work(session):
        services.apply_succession(session, administrator, key=ends, now=LATER)
    assert session.scalars(select(LeadOffer.state)).all() == ["lapsed"]
    application = session.get_one(Application, case_id)
    refusal = Denied if ends == "ift_2025" else NotPossible
    with pytest.raises(refusal), unit_of_work(session):
        services.accept_lead(session, world.ift.head, application, now=LATER)
    now_leads = [
        code
        for code, (role, state) in states(session, application).items()
        if role == "lead" and state == "accepted"
    ]
    assert now_leads == [leads]
    expected = [("INAI", False)] if leads == "INAI" else [("INAI", True), ("SABG", False)]
    assert terms(session, application) == expected
    # Whoever leads now may offer anew, and the one that ended is no choice.
    if leads == "INAI":
        offer(session, world.inai.head, application, "COFECE", LATER)
        accept(session, world.cofece.head, application)
        assert terms(session, application) == [("INAI", True), ("COFECE", False)]


def windows_of(**spans: tuple[date, date]) -> object:
    """Let the terms of authorities stand still from a day to another."""
    late = (Stop(date(2030, 1, 1), date(2030, 1, 2), ""),)

    def suspensions(_pack: PolicyPack, authority: str) -> tuple[Stop, ...]:
        return (Stop(*spans[authority], ""),) if authority in spans else late

    return suspensions


def moved_by(
    session: Session,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    **spans: tuple[date, date],
) -> int:
    """Return by how many business days windows move the day of the decision."""
    today = date(2026, 4, 1)
    days = []
    for given in ({}, spans):
        monkeypatch.setattr(exchanges, "suspensions_of", windows_of(**given))
        clock = clock_of(session, application, pack(), today)
        assert clock is not None
        days.append(clock.due_on)
    return BusinessCalendar.from_spec(pack().calendar).business_days_between(*days)


def test_windows_count_for_whoever_led_then(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = case_under_review(session, world, world.ift)
    passed = datetime(2026, 3, 12, 18, tzinfo=UTC)
    offer(session, world.inai.head, application, "IFT")
    accept(session, world.ift.head, application, passed)
    # Two days of each lie in the time of the lead, and one in that of the other.
    span = (date(2026, 3, 10), date(2026, 3, 14))
    assert moved_by(session, application, monkeypatch, INAI=span) == 2
    assert moved_by(session, application, monkeypatch, IFT=span) == 2
    assert moved_by(session, application, monkeypatch, INAI=span, IFT=span) == 4
    assert moved_by(session, application, monkeypatch, COFECE=span) == 0


def test_lead_that_declined_and_is_asked_again_keeps_the_windows_of_its_first_time(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = assigned_case(session, world)

    def decline(head: Actor, day: int) -> None:
        with unit_of_work(session):
            services.decline_assignment(
                session, head, application, reason="No.", now=datetime(2026, 3, day, 18, tzinfo=UTC)
            )

    def ask(code: str, instead_of: str, day: int) -> None:
        with unit_of_work(session):
            services.replace_authority(
                session,
                world.caseworker,
                application,
                declined=instead_of,
                replacement=code,
                reason="Le toca.",
                now=datetime(2026, 3, day, 18, tzinfo=UTC),
            )

    decline(world.inai.head, 5)
    ask("IFT", "INAI", 9)
    decline(world.ift.head, 10)
    ask("INAI", "IFT", 12)
    assert terms(session, application) == [("INAI", True), ("IFT", True), ("INAI", False)]
    first = (date(2026, 3, 3), date(2026, 3, 5))
    again = (date(2026, 3, 12), date(2026, 3, 14))
    between = (date(2026, 3, 5), date(2026, 3, 12))
    assert moved_by(session, application, monkeypatch, INAI=first) == 2
    assert moved_by(session, application, monkeypatch, INAI=again) == 2
    assert moved_by(session, application, monkeypatch, INAI=between) == 0
    assert moved_by(session, application, monkeypatch, IFT=between) == 1


def test_lead_passes_during_a_trial_and_is_asked_as_lead_from_then_on(
    session: Session, tmp_path: Path
) -> None:
    cast = make_running_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))
    application = session.get_one(Application, cast.trial.application_id)
    offer(session, cast.lead.head, application, "IFT", cast.now)
    accept(session, cast.associate.head, application, cast.now + timedelta(minutes=1))
    trial = cast.trial
    file = trial_queries.read_file(session, trial, active.pack_of(trial), cast.now)
    assert [(each.code, each.is_lead) for each in file.supervisors] == [
        ("IFT", True),
        ("INAI", False),
    ]
    wanted = (P.STAGE_ENTER, P.REQUIREMENT_WAIVE, P.MONITORING_REPORT_JUDGE, P.TRIAL_COMPLETE)
    assert grants(session, cast.associate.officer, wanted, trial) == set(wanted)
    assert grants(session, cast.lead.officer, wanted, trial) == set()
    # What both had agreed on holds.
    assert {"INAI", "IFT"} <= set(file.agreed_by)


def test_associates_suggest_questions_that_the_lead_takes_or_leaves(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift, world.cofece)
    about = pack().title_question
    for actor in (world.inai.officer, world.caseworker, world.company, world.ift.second):
        with pytest.raises(Denied), unit_of_work(session):
            services.suggest_question(
                session, actor, application, text="¿Quién?", about=None, now=NOW
            )
    made = []
    for team, text in ((world.ift, "¿Quién?"), (world.cofece, "¿Cuánto?"), (world.ift, "¿Ya?")):
        with unit_of_work(session):
            suggestion = services.suggest_question(
                session, team.officer, application, text=text, about=about, now=NOW
            )
        made.append(suggestion.id)
    panel = queries.case_panel(session, world.inai.officer, application, pack(), NOW)
    assert panel is not None
    assert panel.suggested == 3

    def leave(actor: Actor, reason: str) -> None:
        with unit_of_work(session):
            services.leave_suggestion(
                session, actor, application, suggestion_id=made[1], reason=reason, now=NOW
            )

    with pytest.raises(Denied):
        leave(world.ift.officer, "No.")
    with pytest.raises(NotPossible, match="reason_missing"):
        leave(world.inai.officer, " ")
    leave(world.inai.officer, "Consta en la solicitud.")

    def ask(*taken: int) -> None:
        with unit_of_work(session):
            services.ask_company(
                session,
                world.inai.officer,
                application,
                questions=[("¿Dónde?", None)],
                taken={made[index]: ("¿Quién lo hace?", about) for index in taken},
                now=LATER,
            )

    with pytest.raises(NotPossible, match="already_done"):
        ask(0, 1)  # one of them is left already
    ask(0)
    asked = find_open_request(session, application.id)
    assert asked is not None
    assert [(each.text, each.about) for each in asked.questions] == [
        ("¿Dónde?", None),
        ("¿Quién lo hace?", about),
    ]
    own = queries.list_own_suggestions(session, [world.ift.authority.id], application.id)
    assert {each.text: (each.state, each.question and each.question.text) for each in own} == {
        "¿Quién?": ("taken", "¿Quién lo hace?"),
        "¿Ya?": ("open", None),
    }
    [left] = queries.list_own_suggestions(session, [world.cofece.authority.id], application.id)
    assert (left.state, left.reason) == ("left", "Consta en la solicitud.")
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.deed.in_(["question:suggested", "suggestion:left"]))
    ).all()
    assert [set(entry.details) for entry in entries] == [{"suggestion"}] * 4
