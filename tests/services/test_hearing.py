"""A company is heard on a result before it is decided, on both engines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.checks import Denied
from sandbox.applications import queries as application_queries
from sandbox.applications import services as applications
from sandbox.coordination import letters, preliminary, queries, services
from sandbox.coordination.queries import WaitingKind
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.calendar import BusinessCalendar, ClockReading
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.home import tasks as home
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Application, Decision, Organisation, Person, PreliminaryResult
from sandbox.packs import active
from sandbox.programme.queries import get_move
from sandbox.programme.services import move_case
from tests.factories import (
    NOW,
    REFUSED,
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
from tests.packs.copies import announce_first, copy_of_mx, put_in_force, ship
from tests.racing import overtake

HEAR = system_actor("coordination.note_silence", "preliminary:close")
# Everything happens on a Monday, and the company has ten business days: until 17 March, since the
# 16th is a holiday.
TOLD = NOW + timedelta(hours=5)
DUE = date(2026, 3, 17)
NEXT = NOW + timedelta(days=1)
PASSED = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
Hear = Callable[..., None]
REASONED = {"codes": REFUSED}


@pytest.fixture
def hear(tmp_path: Path) -> Iterator[Hear]:
    """Put rules in force under which companies are heard on these outcomes."""

    def put(*outcomes: str, stops: bool = True) -> None:
        announce_first(copy_of_mx(tmp_path), *outcomes, stops=stops)
        active.install(tmp_path, "mx")

    yield put
    active.install(PACKS, "mx")


@dataclass(frozen=True)
class Case:
    """A case on which two authorities have taken their positions."""

    session: Session
    application: Application
    organisation: Organisation
    company: Actor
    caseworker: Actor
    lead: Team
    associate: Team

    @property
    def status(self) -> str:
        return self.application.status

    def announce(self, now: datetime = TOLD, **given: object) -> PreliminaryResult:
        with unit_of_work(self.session):
            return services.announce(
                self.session, self.lead.officer, self.application, now=now, **REASONED | given
            )

    def answer(
        self, answer: CompanyAnswer, text: str = "Falta ver el anexo.", now: datetime = NEXT
    ) -> None:
        with unit_of_work(self.session):
            services.answer_preliminary(
                self.session, self.company, self.application, answer=answer, text=text, now=now
            )

    def decide(self, now: datetime = NEXT, **given: object) -> Decision:
        with unit_of_work(self.session):
            return services.decide(
                self.session, self.lead.officer, self.application, now=now, **REASONED | given
            )

    def change(self, stance: Stance, *conditions: str, version: int = 1) -> None:
        take_position(
            self.session,
            self.application,
            self.associate,
            stance,
            conditions=conditions,
            expected_version=version,
            now=NEXT,
        )

    def note_silence(self, now: datetime = PASSED) -> int:
        with unit_of_work(self.session):
            return services.note_silence(self.session, HEAR, now=now)

    def mailed(self, template: str) -> list[str]:
        return list(
            self.session.scalars(
                select(Person.name)
                .join(OutboxMail, OutboxMail.person_id == Person.id)
                .where(OutboxMail.template == f"coordination/{template}")
                .order_by(Person.name)
            )
        )

    def deeds(self) -> list[tuple[str, dict[str, object]]]:
        rows = self.session.execute(
            select(AuditEntry.deed, AuditEntry.details)
            .where(
                AuditEntry.application_id == self.application.id,
                AuditEntry.deed.like("preliminary:%"),
            )
            .order_by(AuditEntry.at, AuditEntry.tick)
        )
        return [(deed, details) for deed, details in rows]


def judged(session: Session, stance: Stance, *conditions: str) -> Case:
    """Let the lead agree and an associate take this position, after a deliberation if need be."""
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead, associate = make_team(session, "INAI"), make_team(session, "IFT")
    application = make_assigned(
        session, organisation, company, caseworker, lead=lead, associates=(associate,)
    )
    start_review(session, application, lead, associate)
    for team in (lead, associate):
        mark_criteria(session, application, team)
    take_position(session, application, lead)
    take_position(session, application, associate, stance, conditions=conditions)
    if stance is Stance.OBJECT:
        with unit_of_work(session):
            services.open_deliberation(session, lead.officer, application, now=NOW)
    return Case(session, application, organisation, company, caseworker, lead, associate)


def refusal(act: Callable[[], object]) -> Why:
    with pytest.raises(NotPossible) as refused:
        act()
    return refused.value.reason


def test_rules_that_hear_nobody_decide_at_once(session: Session) -> None:
    active.install(PACKS, "mx")
    case = judged(session, Stance.OBJECT)
    assert refusal(case.announce) is Why.PRELIMINARY_NOT_NEEDED
    decision = case.decide()
    assert (decision.outcome, decision.hearings) == (DecisionOutcome.DECLINED, [])


def test_result_is_announced_before_it_is_decided(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    assert refusal(case.decide) is Why.PRELIMINARY_NEEDED
    result = case.announce(remarks=" Con gusto le escuchamos. ")
    assert case.status == ApplicationStatus.PRELIMINARY
    assert (result.number, result.outcome, result.due_on) == (1, "declined", DUE)
    assert (result.remarks, result.dissent) == ("Con gusto le escuchamos.", ["INAI"])
    assert [each["authority"] for each in result.positions] == ["INAI", "IFT"]
    assert case.application.answer_due_on == DUE
    assert case.mailed("preliminary_announced") == ["Ana López"]
    told = ["Jefa IFT", "Jefa INAI", "Oficial IFT", "Oficial INAI"]
    assert case.mailed("preliminary_announced_for_authorities") == told
    assert case.deeds() == [
        (
            Deed.PRELIMINARY_ANNOUNCED,
            {
                "number": 1,
                "outcome": "declined",
                "due_on": "2026-03-17",
                "refusal_codes": ", ".join(REFUSED),
            },
        )
    ]
    # Nobody decides or changes a position before the company has spoken or its term has passed.
    for act in (case.decide, case.announce, lambda: case.change(Stance.CONCUR)):
        with pytest.raises(TransitionRefused):
            act()


def test_outcome_that_the_rules_do_not_name_is_decided_at_once(
    session: Session, hear: Hear
) -> None:
    hear("declined", "admitted_with_conditions")
    case = judged(session, Stance.CONCUR)
    assert refusal(case.announce) is Why.PRELIMINARY_NOT_NEEDED
    assert case.decide().outcome == DecisionOutcome.ADMITTED


def test_company_that_contests_is_answered_in_the_decision(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.answer(CompanyAnswer.CONTESTS, " El anexo lo demuestra. ")
    assert case.status == ApplicationStatus.DELIBERATION
    assert case.application.answer_due_on is None
    told = ["Jefa IFT", "Jefa INAI", "Oficial IFT", "Oficial INAI"]
    assert case.mailed("preliminary_answered") == told
    case.change(Stance.CONCUR)
    assert refusal(case.decide) is Why.REPLY_MISSING
    assert refusal(lambda: case.decide(reply="  ")) is Why.REPLY_MISSING
    decision = case.decide(reply=" El anexo resuelve la duda. ")
    assert decision.outcome == DecisionOutcome.ADMITTED
    assert decision.hearings == [
        {
            "outcome": "declined",
            "announced_at": TOLD.isoformat(),
            "due_on": "2026-03-17",
            "answer": "contests",
            "text": "El anexo lo demuestra.",
            "answered_at": NEXT.isoformat(),
            "late": False,
            "reply": "El anexo resuelve la duda.",
        }
    ]


@pytest.mark.parametrize("answer", [CompanyAnswer.COMMENTS, CompanyAnswer.NOTHING])
def test_company_that_does_not_contest_needs_no_reply(
    session: Session, hear: Hear, answer: CompanyAnswer
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.answer(answer)
    decision = case.decide()
    assert (decision.outcome, decision.hearings[0]["reply"]) == (DecisionOutcome.DECLINED, "")


@pytest.mark.parametrize("answer", [CompanyAnswer.COMMENTS, CompanyAnswer.CONTESTS])
def test_answer_without_words_is_refused(
    session: Session, hear: Hear, answer: CompanyAnswer
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    assert refusal(lambda: case.answer(answer, "  ")) is Why.COMMENT_MISSING
    assert case.status == ApplicationStatus.PRELIMINARY


def test_company_answers_once(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    with pytest.raises(TransitionRefused):
        case.answer(CompanyAnswer.COMMENTS)
    case.announce()
    case.answer(CompanyAnswer.COMMENTS)
    with pytest.raises(TransitionRefused):
        case.answer(CompanyAnswer.CONTESTS)


def test_nobody_else_answers_for_the_company(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    _, stranger = make_company(session, "Otra")
    for actor in (stranger, case.caseworker, case.lead.officer):
        with pytest.raises(Denied), unit_of_work(session):
            services.answer_preliminary(
                session, actor, case.application, answer=CompanyAnswer.NOTHING, now=NEXT
            )


@pytest.mark.parametrize("who", ["head", "second"])
def test_only_the_lead_announces(session: Session, hear: Hear, who: str) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    with pytest.raises(Denied), unit_of_work(session):
        services.announce(session, getattr(case.associate, who), case.application, now=TOLD)


# --- silence, and what comes late ----------------------------------------------------------------


def test_silence_lets_the_lead_decide_and_is_no_consent(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    assert case.note_silence(PASSED - timedelta(days=1)) == 0
    # A day begins later in Mexico than in UTC.
    assert case.note_silence(datetime(2026, 3, 18, 3, 0, tzinfo=UTC)) == 0
    assert case.status == ApplicationStatus.PRELIMINARY
    assert case.note_silence() == 1
    assert case.note_silence() == 0
    assert case.status == ApplicationStatus.DELIBERATION
    assert case.mailed("preliminary_passed") == ["Ana López"]
    told = ["Jefa IFT", "Jefa INAI", "Oficial IFT", "Oficial INAI"]
    assert case.mailed("preliminary_silent") == told
    decision = case.decide(PASSED)
    [heard] = decision.hearings
    assert (heard["answer"], heard["answered_at"], heard["late"]) == (None, None, False)
    assert [deed for deed, _ in case.deeds()] == [
        Deed.PRELIMINARY_ANNOUNCED,
        Deed.PRELIMINARY_SILENT,
    ]


def test_answer_after_the_term_is_taken_until_the_decision(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.note_silence()
    read = queries.get_bench(session, case.application.id).version
    case.answer(CompanyAnswer.CONTESTS, now=PASSED)
    assert case.status == ApplicationStatus.DELIBERATION
    # Who had read the case before this answer does not decide without it.
    with pytest.raises(Stale):
        case.decide(PASSED, expected_version=read, reply="Sí.")
    assert refusal(lambda: case.decide(PASSED)) is Why.REPLY_MISSING
    [heard] = case.decide(PASSED, reply="No cambia nada.").hearings
    assert (heard["answer"], heard["late"]) == ("contests", True)


def test_answer_after_the_decision_is_refused(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.note_silence()
    case.decide(PASSED)
    with pytest.raises(TransitionRefused):
        case.answer(CompanyAnswer.COMMENTS, now=PASSED)


def test_answer_between_the_last_day_and_the_job_is_late(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    result = case.announce()
    case.answer(CompanyAnswer.COMMENTS, now=PASSED)
    assert (result.late, result.silent_at) == (True, None)
    assert case.note_silence() == 0


# --- heard again ---------------------------------------------------------------------------------


def test_another_outcome_or_condition_is_announced_again(session: Session, hear: Hear) -> None:
    hear("declined", "admitted_with_conditions")
    case = judged(session, Stance.CONCUR_WITH_CONDITIONS, "Un seguro vigente")
    case.announce()
    case.answer(CompanyAnswer.CONTESTS)
    # Fewer conditions, or none, are no news.
    case.change(Stance.CONCUR_WITH_CONDITIONS, "Un seguro vigente", "Un informe al mes")
    assert refusal(lambda: case.decide(reply="Sí.")) is Why.PRELIMINARY_NEEDED
    assert refusal(case.announce) is Why.REPLY_MISSING
    second = case.announce(reply="El informe basta.")
    assert (second.number, second.conditions) == (2, ["Un seguro vigente", "Un informe al mes"])
    case.answer(CompanyAnswer.NOTHING)
    case.change(Stance.OBJECT, version=2)
    assert refusal(case.decide) is Why.PRELIMINARY_NEEDED
    case.change(Stance.CONCUR_WITH_CONDITIONS, "Un informe al mes", version=3)
    decision = case.decide()
    assert decision.outcome == DecisionOutcome.ADMITTED_WITH_CONDITIONS
    told = [(each["answer"], each["reply"]) for each in decision.hearings]
    assert told == [("contests", "El informe basta."), ("nothing", "")]


# --- terms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stops", "taken"), [(True, 2), (False, 0)])
def test_term_for_the_decision_waits_where_the_rules_say_so(
    session: Session, hear: Hear, stops: bool, taken: int
) -> None:
    hear("declined", stops=stops)
    case = judged(session, Stance.OBJECT)
    rules, answered = active.pack_of(case.application), NOW + timedelta(days=3)

    def clock() -> ClockReading:
        found = application_queries.clock_of(session, case.application, rules, answered.date())
        assert found is not None
        return found

    before = clock().due_on
    case.announce()
    assert clock().is_stopped is stops
    case.answer(CompanyAnswer.NOTHING, now=answered)
    assert not clock().is_stopped
    # It was announced on the day on which the term began: it took the Tuesday and the Wednesday.
    calendar = BusinessCalendar.from_spec(rules.calendar)
    assert calendar.business_days_between(before, clock().due_on) == taken


def test_silence_restarts_the_term_on_the_day_after_its_last(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.note_silence(PASSED + timedelta(days=5))
    [stop] = application_queries.list_stops(session, case.application.id)
    assert (stop.ended_on, stop.reason) == (DUE + timedelta(days=1), "preliminary")


def test_due_day_is_explained(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    rules = active.pack_of(case.application)
    stops = application_queries.list_stops(session, case.application.id)
    reading = application_queries.answer_clock(case.application, rules, stops, TOLD.date())
    assert reading is not None
    assert (reading.spec.key, reading.due_on) == ("comment", DUE)
    # Rules to which the case was moved may know no such term; then nobody explains the day.
    active.install(PACKS, "mx")
    rules = active.current()
    assert application_queries.answer_clock(case.application, rules, stops, TOLD.date()) is None


def test_case_waits_for_the_company_and_then_for_the_lead(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)

    def kinds(actor: Actor) -> list[tuple[str, date | None]]:
        found = home.list_tasks(session, actor, TOLD).tasks
        return [(task.kind, task.due_on) for task in found]

    def panel() -> queries.Panel:
        found = queries.case_panel(
            session, case.lead.officer, case.application, active.pack_of(case.application), TOLD
        )
        assert found is not None
        return found

    waits = panel()
    assert [each.kind for each in waits.waiting] == [WaitingKind.CONCLUDE_OR_ANNOUNCE]
    assert (waits.is_ripe, waits.may_announce, waits.announcements) == (True, True, ())
    case.announce()
    assert kinds(case.company) == [("applications.hear", DUE)]
    assert kinds(case.lead.officer) == []
    waits = panel()
    assert [(each.kind, each.due_on) for each in waits.waiting] == [(WaitingKind.HEARING, DUE)]
    assert waits.acting == ("company",)
    case.answer(CompanyAnswer.NOTHING)
    assert kinds(case.company) == []
    assert kinds(case.lead.officer) == [("coordination.decide", None)]
    [line] = panel().announcements
    assert (line.answer, line.is_answerable) == (CompanyAnswer.NOTHING, False)


def test_company_may_withdraw_while_it_is_heard(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    with unit_of_work(session):
        applications.withdraw(session, case.company, case.application, reason="", now=NEXT)
    assert case.status == ApplicationStatus.WITHDRAWN
    assert case.note_silence() == 0


@pytest.mark.parametrize("first", ["answer", "silence"])
def test_answer_and_silence_at_once_leave_the_answer(
    session: Session, engine: Engine, hear: Hear, first: str
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case_id = case.application.id
    session.rollback()

    def speak(own: Session) -> None:
        application = own.get_one(Application, case_id)
        services.answer_preliminary(
            own,
            case.company,
            application,
            answer=CompanyAnswer.COMMENTS,
            text="Aquí estamos.",
            now=PASSED,
        )

    def note(own: Session) -> None:
        services.note_silence(own, HEAR, now=PASSED)

    def afterwards(act: Callable[[Session], None]) -> Callable[[Session], None]:
        def run(own: Session) -> None:
            with unit_of_work(own):
                act(own)

        return run

    one, other = (speak, note) if first == "answer" else (note, speak)
    assert overtake(session, engine, one, afterwards(other)) == "done"
    session.expire_all()
    [result] = queries.list_preliminary_results(session, case_id)
    assert (result.answer, result.late) == ("comments", True)
    assert (result.silent_at is None) is (first == "answer")


# --- in words ------------------------------------------------------------------------------------


def test_letter_of_what_was_announced_never_changes(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    result = case.announce()
    before = preliminary.preliminary_hash(case.application, result)
    case.answer(CompanyAnswer.CONTESTS)
    case.decide(reply="No.")
    assert preliminary.preliminary_hash(case.application, result) == before


def test_fingerprint_of_a_decision_covers_what_the_company_said(
    session: Session, hear: Hear
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.answer(CompanyAnswer.CONTESTS)
    decision = case.decide(reply="No.")
    before = letters.decision_hash(case.application, decision)
    decision.hearings = [{**decision.hearings[0], "reply": "Sí."}]
    assert letters.decision_hash(case.application, decision) != before
    session.rollback()


# --- what changes meanwhile ----------------------------------------------------------------------


def test_authority_that_follows_the_lead_goes_on_with_the_hearing(
    session: Session, hear: Hear
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    heir = make_team(session, "SABG")
    case.announce()
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR))
    with unit_of_work(session):
        moved = services.apply_succession(session, administrator, key="inai_2025", now=NEXT)
    session.expire_all()
    assert (moved, case.status) == (1, ApplicationStatus.PRELIMINARY)
    with unit_of_work(session):
        assert heir.officer.person_id is not None
        services.name_officer(
            session, heir.head, case.application, person_id=heir.officer.person_id, now=NEXT
        )
    with unit_of_work(session):
        services.declare_conflict(
            session, heir.officer, case.application, has_conflict=False, now=NEXT
        )
    case.answer(CompanyAnswer.CONTESTS)
    with pytest.raises(Denied):
        case.decide(reply="Ya no es nuestro.")
    # The others are announced no more: what was announced stands, whoever leads.
    with unit_of_work(session):
        decision = services.decide(
            session, heir.officer, case.application, reply="No cambia nada.", now=NEXT, **REASONED
        )
    assert (decision.outcome, decision.hearings[0]["reply"]) == ("declined", "No cambia nada.")


def test_case_that_moves_to_rules_without_hearing_is_heard_to_the_end(
    session: Session, hear: Hear, tmp_path: Path
) -> None:
    hear("declined", stops=False)
    case = judged(session, Stance.OBJECT)
    case.announce()
    ship(tmp_path, "1.1.0")
    put_in_force(session, "1.1.0")
    found = get_move(session, case.application, NEXT)
    changed = {change.field or change.trail[-1].name for change in found.changes}
    assert (found.obstacles, changed) == ((), {"preliminary_result", "comment"})
    with unit_of_work(session):
        move_case(
            session, case.caseworker, case.application, to="1.1.0", reason="Se pidió.", now=NEXT
        )
    assert case.application.pack_version == "1.1.0"
    assert case.application.answer_due_on == DUE
    assert case.note_silence() == 1
    case.answer(CompanyAnswer.CONTESTS, now=PASSED)
    assert refusal(lambda: case.decide(PASSED)) is Why.REPLY_MISSING
    assert len(case.decide(PASSED, reply="No cambia nada.").hearings) == 1
