"""A refusal gives reasons of the rules: with the decision, announced before it, and at triage."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.applications import queries as applications
from sandbox.applications.queries import CaseFilter, RefusalLine
from sandbox.applications.services import decline_prohibited
from sandbox.coordination import letters, preliminary, queries
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.refusals import Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail, render_mail
from sandbox.models import Application, Decision
from sandbox.packs import active
from tests.factories import (
    NOW,
    REFUSED,
    actor_for,
    make_company,
    make_in_triage,
    make_staff,
    pack,
)
from tests.packs.copies import copy_of_mx, rules_in
from tests.services.test_hearing import PASSED, Hear, hear, judged, refusal

__all__ = ["hear"]  # a fixture of that module, used here by its name

BACKWARDS = tuple(reversed(REFUSED))
NAMES = ["Las personas no quedarían protegidas", "La ley no permite la facilidad que se pide"]


@pytest.fixture(autouse=True)
def rules() -> None:
    active.install(PACKS, "mx")


def test_decision_that_refuses_needs_a_reason_of_the_rules(session: Session) -> None:
    case = judged(session, Stance.OBJECT)
    assert refusal(lambda: case.decide(codes=())) is Why.REFUSAL_REASON_MISSING
    assert refusal(lambda: case.decide(codes=["mood"])) is Why.REFUSAL_REASON_UNKNOWN
    assert session.scalars(select(Decision)).all() == []
    decision = case.decide(codes=[*BACKWARDS, REFUSED[0]])
    assert decision.refusal_codes == list(REFUSED)
    details = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.APPLICATION_DECIDED)
    ).one()
    assert details["refusal_codes"] == ", ".join(REFUSED)


def test_decision_that_admits_keeps_none(session: Session) -> None:
    decision = judged(session, Stance.CONCUR).decide()
    assert (decision.outcome, decision.refusal_codes) == (DecisionOutcome.ADMITTED, [])


def test_rules_without_reasons_are_satisfied_with_words(session: Session, tmp_path: Path) -> None:
    file = copy_of_mx(tmp_path) / "criteria.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[[refusal_reasons]]")], encoding="utf-8")
    with rules_in(tmp_path):
        case = judged(session, Stance.OBJECT)
        assert case.decide(codes=()).refusal_codes == []


def test_announced_reasons_are_those_of_the_decision(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    assert refusal(lambda: case.announce(codes=())) is Why.REFUSAL_REASON_MISSING
    result = case.announce(codes=BACKWARDS)
    assert result.refusal_codes == list(REFUSED)
    case.answer(CompanyAnswer.NOTHING, "")
    # The company was heard on two reasons: of these the decision may leave one, and add none.
    assert refusal(lambda: case.decide(codes=["no_need"])) is Why.REFUSAL_REASON_UNKNOWN
    assert case.decide(codes=REFUSED[:1]).refusal_codes == [REFUSED[0]]
    assert result.refusal_codes == list(REFUSED)


def test_silence_of_the_company_changes_nothing_of_it(session: Session, hear: Hear) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    case.announce()
    case.note_silence()
    assert refusal(lambda: case.decide(PASSED, codes=["not_ready"])) is Why.REFUSAL_REASON_UNKNOWN
    assert case.decide(PASSED).refusal_codes == list(REFUSED)


def test_prohibited_use_is_declined_for_reasons_of_the_rules(session: Session) -> None:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    harmful = make_in_triage(
        session, organisation, company, caseworker, prohibited_practices=["social_scoring"]
    )

    def decline(*codes: str) -> Decision:
        with unit_of_work(session):
            return decline_prohibited(
                session, caseworker, harmful, reason="No.", codes=codes, now=NOW
            )

    assert refusal(decline) is Why.REFUSAL_REASON_MISSING
    assert refusal(lambda: decline("mood")) is Why.REFUSAL_REASON_UNKNOWN
    assert decline("prohibited_use").refusal_codes == ["prohibited_use"]
    assert (harmful.status, harmful.outcome) == ("decided", "declined")


def bodies_of_declining(app: Flask, session: Session) -> list[str]:
    """Decline a prohibited use, and return what the company is told in Spanish and in English."""
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    harmful = make_in_triage(
        session, organisation, company, caseworker, prohibited_practices=["social_scoring"]
    )
    codes = [each.code for each in active.current().refusal_reasons][-1:]
    with unit_of_work(session):
        decline_prohibited(
            session, caseworker, harmful, reason="Vea el anexo.", codes=codes, now=NOW
        )
    mail = session.scalars(
        select(OutboxMail).where(OutboxMail.template == "applications/declined")
    ).one()
    with app.app_context():
        return [render_mail(mail, language).body for language in ("es", "en")]


def test_mail_about_a_prohibited_use_names_the_reasons_of_the_rules(
    app: Flask, session: Session
) -> None:
    named = ("Describe un uso prohibido: El programa no", "It describes a prohibited use: The")
    for body, reason in zip(bodies_of_declining(app, session), named, strict=True):
        assert body.count(reason) == body.count("Vea el anexo.") == 1


def test_mail_gives_the_words_alone_where_the_rules_name_no_reasons(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = copy_of_mx(tmp_path) / "criteria.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[[refusal_reasons]]")], encoding="utf-8")
    with rules_in(tmp_path):
        body = bodies_of_declining(app, session)[0]
        assert "Fue rechazada por esta razón:\n\nVea el anexo." in body


def test_letters_name_the_reasons_and_what_can_be_done(
    app: Flask, session: Session, hear: Hear
) -> None:
    hear("declined")
    case = judged(session, Stance.OBJECT)
    result = case.announce()
    case.answer(CompanyAnswer.NOTHING, "")
    decision = case.decide()
    head = queries.get_letterhead(session, case.application.id)
    with app.app_context():
        told = letters.letter_data(active.current(), case.application, decision, head)
        before = preliminary.preliminary_data(active.current(), case.application, result, head)
        document = letters.letter_pdf(active.current(), case.application, decision, head)
    assert [each["name"] for each in told["refused_for"]] == NAMES
    assert told["refused_for"] == before["refused_for"]
    assert told["refused_for"][0]["text"].startswith("Queda un riesgo importante")
    assert told["labels"]["refused_for"] == "Motivos de la negativa"
    assert document.startswith(b"%PDF-1.7")


def test_fingerprint_covers_the_reasons_and_is_as_it_was_without(session: Session) -> None:
    case = judged(session, Stance.OBJECT)
    decision = case.decide()
    full = letters.decision_hash(case.application, decision)
    decision.refusal_codes = list(REFUSED[:1])
    assert letters.decision_hash(case.application, decision) != full
    assert letters.coded(decision) == {"refusal_codes": list(REFUSED[:1])}
    decision.refusal_codes = []
    assert letters.coded(decision) == {}
    session.rollback()


# --- lists and counts ----------------------------------------------------------------------------


def found(session: Session, actor: Actor, code: str) -> list[Application]:
    page = applications.list_applications(session, actor, CaseFilter(refused_for=code))
    return [session.get_one(Application, row.id) for row in page.rows]


def test_inbox_is_narrowed_to_a_reason_for_those_who_read_the_decision(session: Session) -> None:
    case = judged(session, Stance.OBJECT)
    case.decide()
    for code in REFUSED:
        assert found(session, case.caseworker, code) == [case.application]
        assert found(session, case.lead.officer, code) == [case.application]
    # A code is whole or it is another, and no letter of it stands for any letter.
    for code in ("no_powe", "o_power", "no-power", "noXpower", "%", "people_unprotected, no_power"):
        assert found(session, case.caseworker, code) == []
    # Whoever has not declared sees the case in the list, and not why it was refused.
    head = case.lead.head
    assert [row.id for row in applications.list_applications(session, head).rows] == [
        case.application.id
    ]
    assert found(session, head, REFUSED[0]) == []
    _, stranger = make_company(session, "Otra")
    assert found(session, stranger, REFUSED[0]) == []


def counted(session: Session, actor: Actor, now: datetime) -> dict[str, tuple[int, int]]:
    told = applications.count_refusals(session, actor, active.current(), now)
    lines = {line.code: (line.this_year, line.in_all) for line in told.lines if line.in_all}
    return {**lines, "uncoded": told.uncoded, "total": told.total}


def test_refusals_are_counted_by_reason_and_year(session: Session) -> None:
    first = judged(session, Stance.OBJECT)
    first.decide()
    nobody = {"uncoded": (0, 0), "total": (0, 0)}
    assert counted(session, first.caseworker, NOW) == {
        REFUSED[0]: (1, 1),
        REFUSED[1]: (1, 1),
        "uncoded": (0, 0),
        "total": (1, 1),
    }
    # The year ends where the programme is, six hours after it has ended in UTC.
    last_hour = datetime(NOW.year + 1, 1, 1, 5, 59, tzinfo=UTC)
    assert counted(session, first.caseworker, last_hour)["total"] == (1, 1)
    later = counted(session, first.caseworker, last_hour + timedelta(minutes=1))
    assert (later[REFUSED[0]], later["total"]) == ((0, 1), (0, 1))
    _, stranger = make_company(session, "Otra")
    assert counted(session, stranger, NOW) == nobody


def test_every_reason_of_the_rules_has_its_line_and_older_ones_follow(session: Session) -> None:
    case = judged(session, Stance.OBJECT)
    decision = case.decide()
    with unit_of_work(session):
        decision.refusal_codes = ["of_old"]
        # Only a row that stands already is changed: nobody does such a deed.
        session.info.setdefault("explained", set()).add(case.application.id)
    told = applications.count_refusals(session, case.caseworker, active.current(), NOW)
    assert [line.code for line in told.lines] == [
        *(each.code for each in pack().refusal_reasons),
        "of_old",
    ]
    assert told.lines[-1] == RefusalLine("of_old", None, False, 1, 1)
    assert told.uncoded == (0, 0)


def test_refusal_from_before_there_were_reasons_is_counted_apart(session: Session) -> None:
    case = judged(session, Stance.OBJECT)
    decision = case.decide()
    with unit_of_work(session):
        decision.refusal_codes = []
        session.info.setdefault("explained", set()).add(case.application.id)
    assert counted(session, case.caseworker, NOW) == {"uncoded": (1, 1), "total": (1, 1)}
