"""One deed on several cases does on each what it does alone, and no case undoes another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound
from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.coordination.refused import read, written
from sandbox.domain.applications import ApplicationAction, ApplicationStatus, DecisionOutcome
from sandbox.domain.refusals import NotPossible, Refusal, TransitionRefused, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import Stale, begin_write, unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Application, Batch, Organisation
from sandbox.packs.errors import PackUnusable
from tests.factories import (
    NOW,
    SHARED_ANSWERS,
    actor_for,
    make_company,
    make_in_triage,
    make_staff,
    make_submitted,
    make_team,
    pack,
)
from tests.packs.copies import copy_of_mx, put_in_force, rules_in, ship
from tests.racing import overtake, race

A = ApplicationAction
# A relief under a law of which no authority of the pack has charge.
NOBODYS = {"law": "other", "provision": "1", "kind": "guidance", "asked": "Algo", "why": "Así"}
STATUS, RULES = TransitionRefused.code, PackUnusable.code
REASON = "Falta el convenio con la entidad que custodia los datos."


@dataclass
class Office:
    """A caseworker and a company that sends applications."""

    session: Session
    organisation: Organisation
    company: Actor
    caseworker: Actor

    def submitted(self) -> Application:
        return make_submitted(self.session, self.organisation, self.company)

    def in_triage(self, **answers: Any) -> Application:
        return make_in_triage(
            self.session, self.organisation, self.company, self.caseworker, **answers
        )

    def begin(
        self,
        deed: A,
        cases: Mapping[UUID, int],
        words: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> UUID:
        given = {"reason": REASON} if words is None else words
        with unit_of_work(self.session):
            return services.begin_batch(
                self.session,
                self.caseworker,
                deed,
                cases=cases,
                words=given,
                key=key or uuid4().hex,
                now=NOW,
            )

    def go_on(self, batch_id: UUID, actor: Actor | None = None) -> bool:
        with unit_of_work(self.session):
            return services.go_on_with_batch(
                self.session, actor or self.caseworker, batch_id, now=NOW
            )

    def carry_out(
        self, deed: A, cases: Sequence[Application], words: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Do it on all of them and say what came of each, in the order in which they were given."""
        batch_id = self.begin(deed, {each.id: each.version for each in cases}, words)
        while self.go_on(batch_id):
            pass
        return self.results(batch_id)

    def results(self, batch_id: UUID) -> list[str]:
        batch = self.session.get_one(Batch, batch_id)
        found = [named(each.get("result")) for each in batch.cases]
        self.session.rollback()
        return found

    def deeds(self, application: Application) -> list[str]:
        entries = self.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.application_id == application.id)
            .order_by(AuditEntry.at, AuditEntry.tick)
        ).all()
        self.session.rollback()
        return [each.deed for each in entries if each.person_id == self.caseworker.person_id]

    def mails(self, application: Application) -> int:
        count = self.session.scalar(
            select(func.count()).where(OutboxMail.application_id == application.id)
        )
        self.session.rollback()
        return count or 0


def named(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "waiting"
    return str(result.get("reason") or result["code"]) if result else "done"


@pytest.fixture
def office(session: Session) -> Office:
    organisation, company = make_company(session)
    return Office(session, organisation, company, actor_for(session, make_staff(session)))


def test_each_case_changes_as_if_it_were_alone(session: Session, office: Office) -> None:
    alone, first, second = office.in_triage(), office.in_triage(), office.in_triage()
    with unit_of_work(session):
        applications.return_to_company(
            session, office.caseworker, alone, reasons={}, general=REASON, now=NOW
        )
    assert office.carry_out(A.RETURN, [first, second]) == ["done", "done"]
    for each in (first, second):
        session.refresh(each)
        session.refresh(alone)
        assert (each.status, each.answer_due_on, each.returns_used) == (
            alone.status,
            alone.answer_due_on,
            alone.returns_used,
        )
        assert office.deeds(each) == office.deeds(alone)
        assert office.mails(each) == office.mails(alone) > 0
        assert each.status == ApplicationStatus.RETURNED


def test_refused_case_undoes_no_other(session: Session, office: Office) -> None:
    before, sent, after = office.in_triage(), office.submitted(), office.in_triage()
    mails = office.mails(sent)
    found = office.carry_out(A.REDIRECT, [before, sent, after])
    assert found == ["done", "transition-refused", "done"]
    assert [each.outcome for each in (before, sent, after)] == [
        DecisionOutcome.REDIRECTED,
        None,
        DecisionOutcome.REDIRECTED,
    ]
    assert sent.status == ApplicationStatus.SUBMITTED
    session.rollback()
    assert office.deeds(sent) == []
    assert office.mails(sent) == mails


def test_refusal_after_a_change_takes_that_change_back(
    session: Session, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled, sound = office.in_triage(), office.in_triage()
    whole = applications.return_to_company

    def late(*args: Any, **named: Any) -> None:
        whole(*args, **named)
        session.flush()
        if args[2].id == spoiled.id:
            raise NotPossible(Why.NOTHING_LEFT)

    monkeypatch.setattr(applications, "return_to_company", late)
    mails = office.mails(spoiled)
    assert office.carry_out(A.RETURN, [spoiled, sound]) == ["nothing_left", "done"]
    assert (spoiled.status, spoiled.returns_used) == (ApplicationStatus.TRIAGE, 0)
    assert sound.status == ApplicationStatus.RETURNED
    session.rollback()
    assert office.deeds(spoiled) == [Deed.APPLICATION_TRIAGE_STARTED]
    assert office.mails(spoiled) == mails


def test_case_that_changed_meanwhile_is_refused(session: Session, office: Office) -> None:
    changed, kept = office.in_triage(), office.in_triage()
    seen = {each.id: each.version for each in (changed, kept)}
    session.rollback()
    with unit_of_work(session):
        applications.withdraw(session, office.company, changed, reason="", now=NOW)
    batch_id = office.begin(A.REDIRECT, seen)
    while office.go_on(batch_id):
        pass
    assert office.results(batch_id) == ["stale", "done"]
    assert changed.status == ApplicationStatus.WITHDRAWN
    session.rollback()


def test_version_that_was_not_seen_is_refused(session: Session, office: Office) -> None:
    case = office.in_triage()
    batch_id = office.begin(A.REDIRECT, {case.id: 0})
    assert office.go_on(batch_id)
    assert office.results(batch_id) == ["stale"]
    assert case.status == ApplicationStatus.TRIAGE
    session.rollback()


def test_case_that_is_unknown_or_a_draft_is_not_found(office: Office) -> None:
    case = office.in_triage()
    batch_id = office.begin(A.REDIRECT, {uuid4(): 1, case.id: case.version})
    while office.go_on(batch_id):
        pass
    assert office.results(batch_id) == ["not-found", "done"]


def test_form_sent_twice_begins_nothing_new(session: Session, office: Office) -> None:
    case = office.in_triage()
    seen = {case.id: case.version}
    first = office.begin(A.RETURN, seen, key="the-same-key")
    assert office.begin(A.RETURN, seen, key="the-same-key") == first
    others = {office.in_triage().id: 1}
    for deed, cases, words in (
        (A.REDIRECT, seen, None),
        (A.RETURN, others, None),
        (A.RETURN, seen, {"reason": "Otro motivo."}),
    ):
        with pytest.raises(NotPossible) as refusal:
            office.begin(deed, cases, words, key="the-same-key")
        assert refusal.value.reason is Why.FORM_SENT
    assert [office.go_on(first), office.go_on(first), office.go_on(first)] == [True, False, False]
    assert case.status == ApplicationStatus.RETURNED
    assert len(session.scalars(select(Batch)).all()) == 1
    session.rollback()


def test_nobody_begins_what_they_may_do_on_no_case(office: Office) -> None:
    seen = {office.in_triage().id: 1}
    with pytest.raises(Denied):
        replace(office, caseworker=office.company).begin(A.RETURN, seen)


def test_reasons_that_no_rules_of_a_case_know_are_foretold(
    session: Session, office: Office, tmp_path: Path
) -> None:
    case = office.in_triage(prohibited_practices=["social_scoring"])
    assert judged(office, A.DECLINE_PROHIBITED, case) == ["done"]
    text = (copy_of_mx(tmp_path) / "criteria.toml").read_text(encoding="utf-8")
    reasons = text[text.index("[[refusal_reasons]]") :]
    with rules_in(tmp_path):
        ship(tmp_path, "1.1.0", ("criteria.toml", reasons, ""))
        put_in_force(session, "1.1.0")
        assert judged(office, A.DECLINE_PROHIBITED, case) == ["refusal_reason_missing"]
        found = office.carry_out(A.DECLINE_PROHIBITED, [case], {"reason": REASON})
        assert found == ["refusal_reason_missing"]


def test_form_sent_twice_at_the_same_moment_does_nothing_twice(
    session: Session, engine: Engine, office: Office
) -> None:
    cases = [office.in_triage(), office.in_triage()]
    seen = {each.id: each.version for each in cases}
    first = cases[0].id
    session.rollback()

    def send(own: Session) -> None:
        beside = replace(office, session=own)
        batch_id = beside.begin(A.RETURN, seen, key="the-same-key")
        while beside.go_on(batch_id):
            pass

    assert race(engine, first, send, send) == ["done", "done"]
    [batch] = session.scalars(select(Batch))
    assert [each["result"] for each in batch.cases] == [{}, {}]
    session.rollback()
    for each in cases:
        assert sorted(office.deeds(each)) == [
            Deed.APPLICATION_RETURNED,
            Deed.APPLICATION_TRIAGE_STARTED,
        ]


def test_case_that_changes_at_the_same_moment_is_refused(
    session: Session, engine: Engine, office: Office
) -> None:
    case = office.in_triage()
    batch_id = office.begin(A.REDIRECT, {case.id: case.version})

    def withdraw(own: Session) -> None:
        applications.withdraw(own, office.company, case, reason="", now=NOW)

    def go_on(own: Session) -> None:
        replace(office, session=own).go_on(batch_id)

    assert overtake(session, engine, withdraw, go_on) == "done"
    assert office.results(batch_id) == ["stale"]
    assert case.status == ApplicationStatus.WITHDRAWN
    session.rollback()


def test_key_of_somebody_else_is_another_batch(session: Session, office: Office) -> None:
    case = office.in_triage()
    seen = {case.id: case.version}
    first = office.begin(A.RETURN, seen, key="the-same-key")
    colleague = replace(office, caseworker=actor_for(session, make_staff(session, name="Otra")))
    assert colleague.begin(A.RETURN, seen, key="the-same-key") != first


def test_batch_is_carried_out_by_nobody_else(session: Session, office: Office) -> None:
    case = office.in_triage()
    batch_id = office.begin(A.RETURN, {case.id: case.version})
    colleague = actor_for(session, make_staff(session, name="Otra"))
    for other in (colleague, office.company):
        with pytest.raises(NotFound):
            office.go_on(batch_id, other)
        with pytest.raises(NotFound):
            queries.get_batch(session, other, batch_id)
        session.rollback()
    assert office.results(batch_id) == ["waiting"]


def test_right_that_was_lost_is_asked_for_each_case(session: Session, office: Office) -> None:
    case = office.in_triage()
    batch_id = office.begin(A.RETURN, {case.id: case.version})
    demoted = replace(office.caseworker, staff=frozenset())
    assert office.go_on(batch_id, demoted)
    assert office.results(batch_id) == ["not-found"]
    assert case.status == ApplicationStatus.TRIAGE
    session.rollback()


def test_authorities_are_asked_as_proposed_for_each_case(session: Session, office: Office) -> None:
    for code in ("INAI", "IFT", "COFECE"):
        make_team(session, code)
    shared, bare = office.in_triage(**SHARED_ANSWERS), office.in_triage(reliefs=[NOBODYS])
    with unit_of_work(session):
        proposal = queries.routing_of(session, bare, pack(), NOW.date())
    assert proposal.lead is None
    assert office.carry_out(A.ASSIGN, [shared, bare], {"reason": ""}) == [
        "done",
        "nothing_proposed",
    ]
    places = queries.list_assignments(session, shared.id)
    assert {each.authority.code: each.role for each in places} == {
        "INAI": "lead",
        "IFT": "associate",
        "COFECE": "associate",
    }
    assert bare.status == ApplicationStatus.TRIAGE
    session.rollback()


def test_chosen_authorities_are_asked_for_all_cases(session: Session, office: Office) -> None:
    for code in ("INAI", "IFT"):
        make_team(session, code)
    cases = [office.in_triage(), office.in_triage(**SHARED_ANSWERS)]
    words = {"lead": "IFT", "associates": ["INAI"], "reason": "Toca ante todo a la red."}
    assert office.carry_out(A.ASSIGN, cases, words) == ["done", "done"]
    for case in cases:
        places = queries.list_assignments(session, case.id)
        assert [(each.authority.code, each.role) for each in places] == [
            ("IFT", "lead"),
            ("INAI", "associate"),
        ]
    session.rollback()


def test_other_authorities_without_a_reason_are_refused(session: Session, office: Office) -> None:
    make_team(session, "IFT")
    words = {"lead": "IFT", "associates": [], "reason": " "}
    assert office.carry_out(A.ASSIGN, [office.in_triage()], words) == ["reason_missing"]


def judged(office: Office, deed: A, *cases: Application) -> list[str]:
    ids = [each.id for each in cases]
    rows = services.judge_batch(office.session, office.caseworker, deed, chosen=ids, now=NOW)
    verdicts = {each.application.id: each.refusal for each in rows}
    found = [
        "done" if refusal is None else named(written(refusal))
        for refusal in (verdicts[each] for each in ids)
    ]
    office.session.rollback()
    return found


# Of a case that was sent, then of four whose check goes on: one as it came, one that was returned
# before, one with a prohibited use, and one under rules that nobody can read.
VERDICTS: dict[A, list[str]] = {
    A.START_TRIAGE: ["done", STATUS, STATUS, STATUS, STATUS],
    A.RETURN: [STATUS, "done", "returns_used_up", "done", RULES],
    A.REDIRECT: [STATUS, "done", "done", "done", RULES],
    A.DECLINE_PROHIBITED: [STATUS, "not_prohibited", "not_prohibited", "done", RULES],
    A.ASSIGN: [STATUS, "done", "done", "prohibited", RULES],
}


@pytest.mark.parametrize("deed", VERDICTS)
def test_what_is_foretold_is_what_comes_of_it(session: Session, office: Office, deed: A) -> None:
    for code in ("INAI", "IFT", "COFECE"):
        make_team(session, code)
    prohibited = next(each.key for each in pack().tiers if each.prohibited)
    cases = [office.submitted()]
    cases += [office.in_triage(**SHARED_ANSWERS) for _ in range(4)]
    kinds = [
        {},
        {},
        {"returns_used": pack().coordination.returns_allowed},
        {"tier": prohibited},
        {"pack_version": "0.0.1"},
    ]
    begin_write(session)
    for each, values in zip(cases, kinds, strict=True):
        if values:
            session.execute(update(Application).where(Application.id == each.id).values(**values))
    session.commit()
    assert judged(office, deed, *cases) == VERDICTS[deed]
    codes = [pack().refusal_reasons[0].code] if deed is A.DECLINE_PROHIBITED else []
    words = {"reason": REASON, "codes": codes}
    assert office.carry_out(deed, cases, words) == VERDICTS[deed]


REFUSALS: list[Refusal] = [
    Stale(),
    NotFound(),
    PackUnusable(code="mx", version="9.0.0"),
    NotPossible(Why.RETURNS_USED_UP, limit=1),
    TransitionRefused(ApplicationStatus.DECIDED, A.ASSIGN),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.code)
def test_refusal_is_read_as_it_was_written(refusal: Refusal) -> None:
    found = read(written(refusal))
    assert type(found) is type(refusal)
    assert found.details == refusal.details


@pytest.mark.parametrize(
    "record",
    [
        {"code": "not-possible", "reason": "gone", "details": {}},
        {"code": "transition-refused", "details": {"status": "gone", "action": "assign"}},
        {"code": "gone", "details": {}},
    ],
    ids=lambda each: str(each["code"]),
)
def test_refusal_of_another_release_is_still_one(record: Mapping[str, Any]) -> None:
    assert type(read(record)) is Refusal
