"""Enquiries and fast answers through the services, on both engines."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound, grants
from sandbox.access.permissions import P
from sandbox.coordination.services import apply_succession
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.calendar import Stop
from sandbox.domain.enquiries import EnquiryKind, EnquiryStatus, RuleAnswer
from sandbox.domain.packs import FastSilence, PolicyPack
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.enquiries import jobs, queries, services
from sandbox.enquiries.services import asking
from sandbox.home import reminding
from sandbox.home.queries import get_case, list_mails
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.jobs import Job
from sandbox.kernel.mail import OutboxMail
from sandbox.models import (
    Enquiry,
    EnquiryMessage,
    FastAnswer,
    Membership,
    Organisation,
    Person,
)
from sandbox.packs import active
from tests.factories import (
    NOW,
    Team,
    actor_for,
    make_company,
    make_person,
    make_staff,
    make_team,
    pack,
)
from tests.racing import overtake

WATCH = system_actor("enquiries.watch_terms", P.FAST_ANSWER_WATCH.value)
LATER = NOW + timedelta(hours=3)
DUE = date(2026, 4, 1)  # thirty days after NOW
NIGHT = timedelta(days=31)


@dataclass
class Cast:
    """The people around enquiries."""

    organisation: Organisation
    company: Actor
    caseworker: Actor
    inai: Team
    ift: Team


@pytest.fixture
def cast(session: Session) -> Cast:
    pack()
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    return Cast(
        organisation, company, caseworker, make_team(session, "INAI"), make_team(session, "IFT")
    )


def write(
    session: Session,
    cast: Cast,
    kind: EnquiryKind = EnquiryKind.QUESTION,
    *,
    key: str = "0123456789abcdef",
    now: datetime = NOW,
) -> Enquiry:
    with unit_of_work(session):
        return services.write_enquiry(
            session,
            cast.company,
            cast.organisation,
            kind=kind,
            subject="Recordatorios de  citas",
            text="¿Podemos hacerlo?",
            activity="Enviamos recordatorios.",
            competences=["personal_data", "telecommunications", "of no pack"],
            start_key=key,
            now=now,
        )


def asked(session: Session, cast: Cast, *codes: str, now: datetime = NOW) -> Enquiry:
    enquiry = write(session, cast, EnquiryKind.FAST_ANSWER, now=now)
    with unit_of_work(session):
        services.ask_authorities(
            session, cast.caseworker, enquiry, authorities=codes or ("INAI", "IFT"), now=now
        )
    return enquiry


def answer(
    session: Session,
    actor: Actor,
    enquiry: Enquiry,
    *,
    kind: RuleAnswer = RuleAnswer.NO_RULE,
    now: datetime = LATER,
    **values: str,
) -> None:
    with unit_of_work(session):
        services.give_fast_answer(
            session, actor, enquiry, answer=kind, text="Así es.", now=now, **values
        )


def watch(session: Session, enquiry: Enquiry, now: datetime) -> None:
    with unit_of_work(session):
        services.watch_terms(session, WATCH, enquiry, now=now)


def rows(session: Session, enquiry: Enquiry) -> dict[str, FastAnswer]:
    return {each.authority.code: each for each in queries.list_answers(session, enquiry.id)}


def deeds(session: Session, enquiry: Enquiry) -> list[str]:
    found = session.scalars(
        select(AuditEntry.deed)
        .where(AuditEntry.subject_id == enquiry.id)
        .order_by(AuditEntry.at, AuditEntry.tick)
    ).all()
    session.rollback()
    return list(found)


def told(session: Session, template: str) -> set[str]:
    """Return the addresses to which a mail of this kind was written, and forget the mails."""
    mails = session.scalars(
        select(OutboxMail).where(OutboxMail.template == f"enquiries/{template}")
    ).all()
    found = [mail.address.partition(".")[0] for mail in mails]
    session.rollback()
    assert len(found) == len(set(found)) or template == "asked"
    return set(found)


def kinds_of(session: Session, actor: Actor) -> list[tuple[str, date | None]]:
    found = [(each.kind, each.due_on) for each in queries.list_tasks(session, actor, NOW)]
    session.rollback()
    return found


# --- the organisation and the secretariat --------------------------------------------------------


def test_an_enquiry_has_a_number_of_its_own_row_and_is_sent_once(
    session: Session, cast: Cast
) -> None:
    first, again = write(session, cast), write(session, cast)
    second = write(session, cast, key="another-key-of-16")
    assert first.id == again.id
    assert (first.reference, second.reference) == ("ENQ-2026-00001", "ENQ-2026-00002")
    assert first.subject == "Recordatorios de citas"
    assert first.competences == ["personal_data", "telecommunications"]
    assert (first.status, first.waits_since) == (EnquiryStatus.OPEN, NOW)
    assert deeds(session, first) == [Deed.ENQUIRY_WRITTEN]
    mails = session.scalars(select(OutboxMail).where(OutboxMail.enquiry_id == first.id)).all()
    assert {mail.template for mail in mails} == {"enquiries/received", "enquiries/arrived"}


def test_only_members_write_for_an_organisation(session: Session, cast: Cast) -> None:
    organisation, _ = make_company(session, "Otra")
    with pytest.raises(Denied), unit_of_work(session):
        services.write_enquiry(
            session,
            cast.company,
            organisation,
            kind=EnquiryKind.QUESTION,
            subject="s",
            text="t",
            activity="a",
            start_key="0123456789",
            now=NOW,
        )


def test_messages_go_both_ways_and_move_what_waits(session: Session, cast: Cast) -> None:
    enquiry = write(session, cast)
    assert kinds_of(session, cast.caseworker) == [("enquiries.answer", None)]
    for _ in range(2):
        with unit_of_work(session):
            services.answer_enquiry(
                session, cast.caseworker, enquiry, text=" Sí pueden. ", now=LATER
            )
    assert (enquiry.status, kinds_of(session, cast.caseworker)) == (EnquiryStatus.ANSWERED, [])
    with unit_of_work(session):
        services.continue_enquiry(session, cast.company, enquiry, text="¿Desde cuándo?", now=LATER)
    assert enquiry.status == EnquiryStatus.OPEN
    assert kinds_of(session, cast.caseworker) == [("enquiries.answer", None)]
    sent = session.scalars(select(EnquiryMessage).order_by(EnquiryMessage.number)).all()
    assert [(each.side, each.text) for each in sent] == [
        ("secretariat", "Sí pueden."),
        ("company", "¿Desde cuándo?"),
    ]
    session.rollback()
    assert told(session, "answered") == {"ana"}
    assert told(session, "continued") == {"carmen"}
    with pytest.raises(NotPossible, match=Why.REASON_MISSING), unit_of_work(session):
        services.continue_enquiry(session, cast.company, enquiry, text="  ", now=LATER)
    for actor in (cast.company, cast.inai.head):
        with pytest.raises(Denied), unit_of_work(session):
            services.answer_enquiry(session, actor, enquiry, text="Yo no.", now=LATER)


def test_either_side_closes_and_nothing_follows(session: Session, cast: Cast) -> None:
    enquiry = write(session, cast)
    with unit_of_work(session):
        services.answer_enquiry(
            session,
            cast.caseworker,
            enquiry,
            text="No es para el programa.",
            closes=True,
            now=LATER,
        )
    assert (enquiry.status, enquiry.closed_at) == (EnquiryStatus.CLOSED, LATER)
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.continue_enquiry(session, cast.company, enquiry, text="¿Y si…?", now=LATER)
    other = write(session, cast, key="another-key-of-16")
    with unit_of_work(session):
        services.close_enquiry(session, cast.company, other, now=LATER)
    assert kinds_of(session, cast.caseworker) == []
    assert told(session, "closed") == {"carmen"}
    with pytest.raises(Denied), unit_of_work(session):
        services.close_enquiry(session, cast.inai.head, other, now=LATER)


def test_an_invitation_becomes_an_application_once(session: Session, cast: Cast) -> None:
    enquiry = write(session, cast, EnquiryKind.INTEREST)
    with pytest.raises(NotPossible, match=Why.NOT_INVITED), unit_of_work(session):
        services.start_application(session, cast.company, enquiry, language="es", now=NOW)
    with unit_of_work(session):
        services.answer_enquiry(
            session, cast.caseworker, enquiry, text="Adelante.", invites=True, now=LATER
        )
    assert kinds_of(session, cast.company) == [("enquiries.apply", None)]
    with unit_of_work(session):
        services.close_enquiry(session, cast.caseworker, enquiry, now=LATER)
    colleague = make_person(session, "Beto")
    with unit_of_work(session):
        session.add(
            Membership(
                person_id=colleague.id,
                organisation_id=cast.organisation.id,
                role="member",
                joined_at=NOW,
            )
        )
        record(session, cast.company, Deed.MEMBER_JOINED, cast.organisation, now=NOW)
    cases = set()
    for actor in (cast.company, actor_for(session, colleague)):
        with unit_of_work(session):
            application = services.start_application(
                session, actor, enquiry, language="en", now=LATER
            )
            cases.add(application.id)
    [application_id] = cases
    assert kinds_of(session, cast.company) == []
    page = get_case(session, cast.company, application_id, LATER)
    assert page.enquiry == [enquiry.id, enquiry.reference]
    assert (page.application.status, page.application.language) == (ApplicationStatus.DRAFT, "en")
    # What becomes of the enquiry is no part of the case's history.
    assert [row.deed for row in page.history] == [Deed.APPLICATION_STARTED]
    assert queries.find_case(session, cast.company, enquiry.became_id) is not None
    assert queries.find_case(session, cast.caseworker, enquiry.became_id) is None
    session.rollback()


# --- fast answers --------------------------------------------------------------------------------


def test_authorities_are_asked_for_their_matters_within_the_term(
    session: Session, cast: Cast
) -> None:
    enquiry = write(session, cast, EnquiryKind.FAST_ANSWER)
    assert kinds_of(session, cast.caseworker) == [("enquiries.ask", None)]
    with unit_of_work(session):
        services.ask_authorities(
            session, cast.caseworker, enquiry, authorities=["INAI", "IFT"], now=NOW
        )
    found = rows(session, enquiry)
    assert {code: row.competences for code, row in found.items()} == {
        "INAI": ["personal_data"],
        "IFT": ["telecommunications"],
    }
    assert {row.due_on for row in found.values()} == {DUE}
    assert (enquiry.status, kinds_of(session, cast.caseworker)) == (EnquiryStatus.ASKED, [])
    for actor in (cast.inai.head, cast.inai.second, cast.ift.officer):
        assert kinds_of(session, actor) == [("enquiries.fast_answer", DUE)]
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.close_enquiry(session, cast.company, enquiry, now=LATER)
    for code, why in (("INAI", Why.ALREADY_ASKED), ("CRT", Why.NOT_COMPETENT)):
        with pytest.raises(NotPossible, match=why), unit_of_work(session):
            services.ask_authorities(
                session, cast.caseworker, enquiry, authorities=[code], now=LATER
            )


def test_questions_of_another_kind_go_to_no_authority(session: Session, cast: Cast) -> None:
    enquiry = write(session, cast)
    with pytest.raises(NotPossible, match=Why.NO_FAST_ANSWER), unit_of_work(session):
        services.ask_authorities(session, cast.caseworker, enquiry, authorities=["INAI"], now=NOW)
    fast = write(session, cast, EnquiryKind.FAST_ANSWER, key="another-key-of-16")
    with pytest.raises(NotPossible, match=Why.AUTHORITY_MISSING), unit_of_work(session):
        services.ask_authorities(session, cast.caseworker, fast, authorities=[], now=NOW)


def test_rules_without_a_fast_answer_take_no_such_enquiry(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace(pack(), fast_answer=None)
    monkeypatch.setattr(active, "in_force", lambda: rules)
    with pytest.raises(NotPossible, match=Why.NO_FAST_ANSWER):
        write(session, cast, EnquiryKind.FAST_ANSWER)
    assert write(session, cast).kind == EnquiryKind.QUESTION


def test_an_authority_sees_only_what_it_is_asked(session: Session, cast: Cast) -> None:
    enquiry = asked(session, cast, "INAI")
    other = write(session, cast, EnquiryKind.FAST_ANSWER, key="another-key-of-16")
    page = queries.list_enquiries(session, cast.inai.officer)
    assert [row.id for row in page.rows] == [enquiry.id]
    for actor, hidden in ((cast.inai.head, other), (cast.ift.head, enquiry)):
        with pytest.raises(NotFound):
            queries.get_enquiry(session, actor, hidden.id)
        assert grants(session, actor, (P.ENQUIRY_READ, P.FAST_ANSWER_GIVE), hidden) == set()
    mails = {row.OutboxMail.template for row in list_mails(session, cast.inai.officer).rows}
    assert mails == {"enquiries/asked"}
    session.rollback()
    with pytest.raises(Denied):
        answer(session, cast.ift.officer, enquiry)


def test_an_officer_answers_once_and_the_last_answer_completes(
    session: Session, cast: Cast
) -> None:
    enquiry = asked(session, cast)
    with pytest.raises(NotPossible, match=Why.PROVISION_MISSING):
        answer(session, cast.inai.officer, enquiry, kind=RuleAnswer.APPLIES)
    answer(
        session, cast.inai.officer, enquiry, kind=RuleAnswer.APPLIES, provision="LFPDPPP, art. 8"
    )
    with pytest.raises(NotPossible, match=Why.ALREADY_DONE):
        answer(session, cast.inai.head, enquiry)
    assert (enquiry.status, told(session, "complete")) == (EnquiryStatus.ASKED, set())
    answer(session, cast.ift.head, enquiry, kind=RuleAnswer.NOT_COMPETENT, provision="sobra")
    assert enquiry.status == EnquiryStatus.ANSWERED
    assert told(session, "complete") == {"ana", "carmen"}
    found = rows(session, enquiry)
    assert [(row.answer, row.provision, row.silence) for row in found.values()] == [
        ("not_competent", "", None),
        ("applies", "LFPDPPP, art. 8", None),
    ]


def test_whoever_has_not_answered_is_reminded_before_the_end(session: Session, cast: Cast) -> None:
    enquiry = asked(session, cast)
    answer(session, cast.ift.officer, enquiry)
    # Friday 27 March is the third business day before Wednesday 1 April.
    mornings = [datetime(2026, 3, day, 13, tzinfo=NOW.tzinfo) for day in (26, 27)]
    found = {}
    for name, actor in (("asked", cast.inai.second), ("answered", cast.ift.head)):
        person = session.get_one(Person, actor.person_id)
        session.rollback()
        found[name] = []
        for now in mornings:
            with unit_of_work(session):
                found[name].append(reminding.remind(session, person, now=now))
    assert found == {"asked": [False, True], "answered": [False, False]}


@pytest.mark.parametrize("silence", list(FastSilence))
def test_silence_is_put_on_record_as_the_pack_says_and_is_no_answer(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, silence: FastSilence
) -> None:
    enquiry = asked(session, cast)
    say(monkeypatch, silence)
    answer(session, cast.inai.officer, enquiry)
    watch(session, enquiry, NOW + timedelta(days=30))
    assert rows(session, enquiry)["IFT"].silent_at is None
    for _ in range(2):
        watch(session, enquiry, NOW + NIGHT)
    row = rows(session, enquiry)["IFT"]
    assert (row.silence, row.silent_at, row.answer) == (silence, NOW + NIGHT, None)
    assert enquiry.status == EnquiryStatus.ANSWERED
    assert deeds(session, enquiry).count(Deed.FAST_ANSWER_WITHHELD) == 1
    assert told(session, "silent") == {"jefa", "oficial", "segundo", "carmen"}
    assert kinds_of(session, cast.ift.officer) == []


def say(monkeypatch: pytest.MonkeyPatch, silence: FastSilence) -> None:
    """Let the rules of every enquiry give silence this meaning."""
    rules = pack()
    assert rules.fast_answer is not None
    rules = replace(rules, fast_answer=replace(rules.fast_answer, silence=silence))

    def found(_row: object) -> PolicyPack:
        return rules

    monkeypatch.setattr(active, "find_pack_of", found)
    monkeypatch.setattr(active, "pack_of", found)


def test_a_late_answer_stands_beside_the_silence(session: Session, cast: Cast) -> None:
    enquiry = asked(session, cast)
    # The night has not come yet: the silence is noted with the answer itself.
    answer(session, cast.inai.officer, enquiry, now=NOW + NIGHT)
    watch(session, enquiry, NOW + NIGHT)
    answer(session, cast.ift.officer, enquiry, now=NOW + NIGHT + timedelta(days=2))
    for row in rows(session, enquiry).values():
        assert (row.answer, row.silence) == ("no_rule", "none")
        assert row.silent_at is not None
        assert row.answered_at is not None
        assert row.silent_at <= row.answered_at
    assert enquiry.status == EnquiryStatus.ANSWERED
    late = session.scalars(select(OutboxMail).where(OutboxMail.template == "enquiries/late")).all()
    assert {mail.params["authority"] for mail in late} == {"INAI", "IFT"}
    session.rollback()
    with unit_of_work(session):
        services.close_enquiry(session, cast.caseworker, enquiry, now=NOW + NIGHT)
    other = write(session, cast, EnquiryKind.FAST_ANSWER, key="another-key-of-16")
    assert other.status == EnquiryStatus.OPEN


def test_whoever_follows_an_ended_authority_is_asked_with_a_whole_term(
    session: Session, cast: Cast
) -> None:
    enquiry = asked(session, cast)
    then = NOW + timedelta(days=10)
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, "Teresa"))
    with unit_of_work(session):
        apply_succession(session, administrator, key="ift_2025", now=then)
    enquiry = session.get_one(Enquiry, enquiry.id)
    found = rows(session, enquiry)
    assert found["IFT"].ended_at == then
    assert found["CRT"].competences == ["telecommunications"]
    assert found["CRT"].due_on == date(2026, 4, 11)
    assert set(found) == {"INAI", "IFT", "CRT"}
    assert kinds_of(session, cast.ift.officer) == []
    with pytest.raises(Denied):
        answer(session, cast.ift.officer, enquiry, now=then)
    with pytest.raises(NotFound):
        queries.get_enquiry(session, cast.ift.officer, enquiry.id)
    shown = {row.OutboxMail.template for row in list_mails(session, cast.ift.officer).rows}
    assert shown == {"coordination/authority_ended"}
    session.rollback()
    watch(session, enquiry, NOW + timedelta(days=60))
    assert rows(session, enquiry)["IFT"].silent_at is None
    assert enquiry.status == EnquiryStatus.ANSWERED


@pytest.mark.parametrize("is_readable", [True, False])
def test_an_authority_that_was_silent_and_ended_answers_no_more(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, *, is_readable: bool
) -> None:
    enquiry = asked(session, cast)
    watch(session, enquiry, NOW + timedelta(days=60))
    if not is_readable:
        monkeypatch.setattr(active, "find_pack_of", lambda _row: None)
    then = NOW + timedelta(days=61)
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, "Teresa"))
    with unit_of_work(session):
        apply_succession(session, administrator, key="ift_2025", now=then)
    enquiry = session.get_one(Enquiry, enquiry.id)
    found = rows(session, enquiry)
    assert set(found) == {"INAI", "IFT"}  # the silence stands, and nobody is asked in its place
    assert found["IFT"].silent_at is not None
    assert found["IFT"].ended_at == then
    with pytest.raises(Denied):
        answer(session, cast.ift.officer, enquiry, now=then)
    answer(session, cast.inai.officer, enquiry, now=then)


def test_an_authority_that_ended_while_its_rules_could_not_be_read_is_followed_later(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    enquiry = asked(session, cast, "IFT")
    administrator = actor_for(session, make_staff(session, StaffRole.ADMINISTRATOR, "Teresa"))
    with monkeypatch.context() as patch:
        patch.setattr(active, "find_pack_of", lambda _row: None)
        with unit_of_work(session):
            apply_succession(session, administrator, key="ift_2025", now=LATER)
    enquiry = session.get_one(Enquiry, enquiry.id)
    assert set(rows(session, enquiry)) == {"IFT"}
    watch(session, enquiry, NOW + NIGHT)
    found = rows(session, enquiry)
    assert set(found) == {"IFT", "CRT"}
    assert (found["IFT"].silent_at, found["IFT"].ended_at) == (None, NOW + NIGHT)


def test_the_term_of_an_authority_stands_still_in_its_own_windows(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = (Stop(date(2026, 3, 9), date(2026, 3, 19), ""),)
    monkeypatch.setattr(
        asking, "suspensions_of", lambda _pack, code: window if code == "IFT" else ()
    )
    found = rows(session, asked(session, cast))
    assert (found["INAI"].due_on, found["IFT"].due_on) == (DUE, DUE + timedelta(days=10))


def test_nothing_is_taken_for_silence_under_rules_that_cannot_be_read(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    enquiry = asked(session, cast)
    monkeypatch.setattr(active, "find_pack_of", lambda _row: None)
    watch(session, enquiry, NOW + NIGHT)
    assert {row.silent_at for row in rows(session, enquiry).values()} == {None}


def test_each_enquiry_with_a_term_is_looked_after_in_a_job_of_its_own(
    session: Session, cast: Cast
) -> None:
    enquiry = asked(session, cast, "INAI")
    write(session, cast, key="another-key-of-16")
    with unit_of_work(session):
        jobs.watch(session, WATCH)
    found = session.scalars(select(Job).where(Job.name == "enquiries.watch_terms")).all()
    assert [job.arguments for job in found] == [{"enquiry_id": str(enquiry.id)}]
    session.rollback()
    with unit_of_work(session):
        jobs.watch_terms(session, WATCH, enquiry_id=str(enquiry.id))
    assert rows(session, enquiry)["INAI"].silent_at is not None
    with pytest.raises(Denied), unit_of_work(session):
        services.watch_terms(session, cast.caseworker, enquiry, now=NOW)


def test_two_officers_who_answer_at_once_leave_one_answer(
    session: Session, engine: Engine, cast: Cast
) -> None:
    enquiry = asked(session, cast, "INAI")
    enquiry_id = enquiry.id

    def by(actor: Actor) -> object:
        def run(own: Session) -> None:
            services.give_fast_answer(
                own,
                actor,
                own.get_one(Enquiry, enquiry_id),
                answer=RuleAnswer.NO_RULE,
                text=actor.name or "Así es.",
                now=LATER,
            )

        return run

    def second(own: Session) -> None:
        with unit_of_work(own):
            by(cast.inai.second)(own)  # type: ignore[operator]

    assert overtake(session, engine, by(cast.inai.officer), second) == "NotPossible"  # type: ignore[arg-type]
