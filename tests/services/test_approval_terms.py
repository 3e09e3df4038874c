"""Approvals within a term, and what silence means for them, on both engines."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementKind, Silence, SuspensionWindowSpec, Text
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor, system_actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.kernel.jobs import Job
from sandbox.kernel.mail import OutboxMail
from sandbox.models import Application, ApprovalTerm, AuthorityAssignment, InheritedPlace
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.packs import active
from sandbox.trials import jobs, queries, services
from tests.factories import Team, make_team, pack
from tests.snapshots import remembered
from tests.trial_factories import (
    GROUND,
    Cast,
    accept_report,
    agree_on_plan,
    approve,
    declare,
    end_early,
    enter_next,
    hand_in_document,
    hand_in_report,
    make_running_trial,
    make_trial,
    meet_conditions,
    read,
    recuse,
    trouble,
    work_the_gate,
)

CLOCK = system_actor("trials.apply_silence", P.REQUIREMENT_APPROVE.value)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    pack()
    return FileStore.from_url(f"file://{tmp_path / 'files'}")


def ready(session: Session, cast: Cast) -> str:
    """Bring everything that the next gate asks for but its approvals."""
    stage = read(session, cast).next_gate
    for spec in read(session, cast).requirements_of(stage):
        match spec.kind:
            case RequirementKind.PLAN_AGREED:
                agree_on_plan(session, cast)
            case RequirementKind.START_CONDITIONS:
                meet_conditions(session, cast)
            case RequirementKind.MINIMUM_DAYS:
                cast.now += timedelta(days=spec.days)
            case RequirementKind.DOCUMENT:
                hand_in_document(session, cast, stage, spec.key, by=spec.by)
            case RequirementKind.REPORT_ACCEPTED:
                for _ in range(max(1, len(read(session, cast).reports_due))):
                    accept_report(session, cast, hand_in_report(session, cast))
                    cast.now += timedelta(days=1)
    session.rollback()
    return stage


def before_completion(session: Session, files: FileStore) -> Cast:
    """Bring a trial of the tier with tacit approvals to its last gate, all but approved."""
    cast = make_running_trial(session, files, tier="limited")

    def build() -> datetime:
        while read(session, cast).next_gate:
            work_the_gate(session, cast)
            enter_next(session, cast)
            cast.now += timedelta(hours=1)
        assert ready(session, cast) == ""
        return cast.now

    what = ("before completion", cast.trial.id, cast.now)
    cast.now = remembered(session, what, build, lambda now: now)
    return cast


def night(session: Session, cast: Cast, days: int = 0) -> int:
    cast.now += timedelta(days=days)
    with unit_of_work(session):
        return services.apply_silence(session, CLOCK, cast.trial, now=cast.now)


def terms(session: Session) -> dict[str, tuple[str, date]]:
    rows = session.scalars(select(ApprovalTerm)).all()
    found = {row.requirement: (row.silence, row.due_on) for row in rows}
    session.rollback()
    return found


def deeds(session: Session) -> list[str]:
    found = session.scalars(
        select(AuditEntry.deed)
        .where(AuditEntry.deed.startswith("approval:"))
        .order_by(AuditEntry.at, AuditEntry.tick)
    ).all()
    session.rollback()
    return [deed.removeprefix("approval:") for deed in found]


def test_silence_grants_denies_or_means_nothing_as_the_pack_says(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    assert night(session, cast) == 0
    begun = terms(session)
    assert {key: silence for key, (silence, _) in begun.items()} == {
        "completion_lead": "none",
        "completion_associates": "none",
    }
    assert begun["completion_associates"][1] < begun["completion_lead"][1]
    # The night of the last day settles nothing yet.
    cast.now += begun["completion_associates"][1] - read(session, cast).today
    assert night(session, cast) == 0
    assert night(session, cast, 1) == 1
    assert terms(session)["completion_associates"][0] == "granted"
    gate = read(session, cast).gate("")
    holding = {each.spec.key for each in gate.requirements if each.holds}
    assert "completion_associates" in holding
    assert "completion_lead" not in holding
    assert night(session, cast, 200) == 1
    assert terms(session)["completion_lead"][0] == "denied"
    assert not read(session, cast).gate("").is_open
    assert night(session, cast, 30) == 0
    assert deeds(session) == ["asked", "asked", "granted_by_silence", "denied_by_silence"]
    # What counts as denied may still be approved in words.
    spec = next(s for s in read(session, cast).requirements_of("") if s.key == "completion_lead")
    approve(session, cast, "", spec.key, spec.by, spec.persons)
    assert read(session, cast).gate("").is_open


def test_an_answer_is_only_overdue_where_silence_means_nothing(
    session: Session, files: FileStore
) -> None:
    cast = make_running_trial(session, files, tier="limited")
    stage = ready(session, cast)
    assert stage == "limited_pilot"
    night(session, cast)
    due_on = terms(session)["pilot_lead"][1]
    tasks = queries.list_tasks(session, cast.lead.officer, cast.now)
    assert [(task.kind, task.due_on) for task in tasks] == [("trials.approve", due_on)]
    session.rollback()
    assert night(session, cast, 300) == 0
    assert {silence for silence, _ in terms(session).values()} == {Silence.NONE.value}
    assert not read(session, cast).gate(stage).is_open


def test_a_term_begins_anew_when_something_else_is_missing(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    first = terms(session)["completion_associates"][1]
    hand_in_document(session, cast, "", "final_report", content=b"%PDF-1.4 otro")
    assert terms(session) == {}
    night(session, cast, 2)
    assert terms(session)["completion_associates"][1] > first
    with unit_of_work(session):
        services.suspend(
            session,
            cast.company,
            cast.trial,
            reason="Falla.",
            ground=GROUND,
            now=cast.now,
        )
    # The night may never see the suspension: it can be over before.
    assert terms(session) == {}
    assert deeds(session).count("term_ended") == 2
    assert night(session, cast, 90) == 0
    assert terms(session) == {}
    assert deeds(session).count("term_ended") == 2


def test_no_term_begins_before_the_gate_waits_for_approvals_alone(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier="limited")
    night(session, cast)
    assert terms(session) == {}
    work_the_gate(session, cast)
    enter_next(session, cast)
    night(session, cast)
    assert terms(session) == {}
    trouble(session, cast, cast.trial)
    ready(session, cast)
    night(session, cast)
    assert set(terms(session)) == {"pilot_lead", "pilot_associates"}


def test_a_new_document_withdraws_what_silence_granted_and_says_so(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    due_on = terms(session)["completion_associates"][1]
    cast.now += due_on - read(session, cast).today
    assert night(session, cast, 1) == 1

    def told() -> set[str]:
        rows = session.scalars(
            select(OutboxMail.address).where(OutboxMail.template == "trials/approvals_withdrawn")
        ).all()
        session.rollback()
        return set(rows)

    assert told() == set()
    hand_in_document(session, cast, "", "final_report", content=b"%PDF-1.4 otro")
    withdrawn = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.APPROVALS_WITHDRAWN.value)
    ).one()
    assert withdrawn["approvals"] == 1
    assert len(told()) >= 2
    assert terms(session) == {}


def stand_still(
    monkeypatch: pytest.MonkeyPatch, cast: Cast, authority: str, first: date, days: int
) -> None:
    """Let the rules stop the terms of an authority for some days."""
    window = SuspensionWindowSpec(
        "w",
        authority,
        Text({"es": "Acuerdo", "en": "Agreement"}),
        first_day=first,
        last_day=first + timedelta(days=days - 1),
    )
    changed = replace(active.pack_of(cast.trial), suspension_windows=(window,))
    monkeypatch.setattr(active, "pack_of", lambda _row: changed)


def test_an_authority_whose_terms_stand_still_by_law_never_approves_tacitly(
    session: Session, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = before_completion(session, files)
    today = read(session, cast).today
    stand_still(monkeypatch, cast, "IFT", today, 100)
    night(session, cast)
    begun = terms(session)
    assert begun["completion_associates"][1] > today + timedelta(days=100)
    # The window is the associate's alone.
    assert begun["completion_lead"][1] < today + timedelta(days=100)
    assert night(session, cast, 99) == 1
    assert terms(session)["completion_associates"][0] == "none"
    cast.now += begun["completion_associates"][1] - read(session, cast).today
    assert night(session, cast) == 0
    assert night(session, cast, 1) == 1
    assert terms(session)["completion_associates"][0] == "granted"


def test_a_window_that_begins_to_count_while_a_term_runs_makes_it_longer(
    session: Session, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    first = terms(session)["completion_associates"][1]
    stand_still(monkeypatch, cast, "IFT", first, 30)
    cast.now += first - read(session, cast).today
    assert night(session, cast, 1) == 0
    assert terms(session)["completion_associates"] > ("none", first + timedelta(days=29))
    assert deeds(session) == ["asked", "asked", "asked"]


def test_nobody_is_asked_while_the_lead_is_not_named(session: Session, files: FileStore) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    with unit_of_work(session):
        lead = session.scalars(
            select(AuthorityAssignment).where(
                AuthorityAssignment.application_id == cast.trial.application_id,
                AuthorityAssignment.authority_id == cast.lead.authority.id,
            )
        ).one()
        lead.role = AssignmentRole.ASSOCIATE.value
        application = session.get_one(Application, cast.trial.application_id)
        record(session, CLOCK, Deed.APPLICATION_ASSIGNED, application, now=cast.now)
    assert night(session, cast) == 0
    # What only the lead can approve is asked of nobody, and nobody's silence denies it.
    assert set(terms(session)) == {"completion_associates"}
    assert night(session, cast, 300) == 1
    assert set(terms(session)) == {"completion_associates"}


def test_the_task_of_an_authority_shows_the_day_of_its_own_approval(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    due = {key: due_on for key, (_, due_on) in terms(session).items()}
    for actor, key in (
        (cast.lead.officer, "completion_lead"),
        (cast.associate.officer, "completion_associates"),
    ):
        tasks = queries.list_tasks(session, actor, cast.now)
        assert [(task.kind, task.due_on) for task in tasks] == [("trials.approve", due[key])]


def test_only_the_clock_applies_silence(session: Session, files: FileStore) -> None:
    cast = make_running_trial(session, files, tier="limited")
    with pytest.raises(Denied), unit_of_work(session):
        services.apply_silence(session, system_actor("other"), cast.trial, now=cast.now)


def test_only_those_whose_approval_is_missing_are_asked_and_told_for_what(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    asked = session.execute(
        select(OutboxMail.person_id, OutboxMail.params).where(
            OutboxMail.template == "trials/approval_asked"
        )
    ).all()
    labels = {s.key: s.label for s in read(session, cast).requirements_of("")}
    teams = {
        "completion_lead": cast.lead,
        "completion_associates": cast.associate,
    }
    told = [(person_id, params["requirement"]) for person_id, params in asked]
    expected = [
        (person.person_id, dict(labels[key].by_language))
        for key, team in teams.items()
        for person in team_of(team)
    ]
    assert sorted(told, key=str) == sorted(expected, key=str)


def team_of(team: Team) -> tuple[Actor, Actor]:
    """Those of an authority who are written to: its head and the officer named for the case."""
    return team.head, team.officer


def test_every_trial_is_looked_after_in_a_job_of_its_own(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    with unit_of_work(session):
        jobs.watch_terms(session, CLOCK)
    found = session.scalars(select(Job).where(Job.name == "trials.apply_silence")).all()
    assert [job.arguments for job in found] == [{"trial_id": str(cast.trial.id)}]
    with unit_of_work(session):
        jobs.apply_silence(session, CLOCK, trial_id=str(cast.trial.id))
    assert set(terms(session)) == {"completion_lead", "completion_associates"}

    end_early(session, cast)
    with unit_of_work(session):
        session.execute(delete(Job))
        jobs.watch_terms(session, CLOCK)
    assert session.scalars(select(Job).where(Job.name == "trials.apply_silence")).all() == []


# --- refusals ------------------------------------------------------------------------------------


def refuse(
    session: Session, cast: Cast, actor: Actor, stage: str, key: str, reason: str = "Falta."
) -> None:
    with unit_of_work(session):
        services.refuse_requirement(
            session,
            actor,
            cast.trial,
            stage=stage,
            requirement=key,
            reason=reason,
            now=cast.now,
        )


def approve_as(session: Session, cast: Cast, actor: Actor, stage: str, key: str) -> None:
    with unit_of_work(session):
        services.approve_requirement(
            session, actor, cast.trial, stage=stage, requirement=key, note="", now=cast.now
        )


def holds(session: Session, cast: Cast, stage: str, key: str) -> bool:
    found = {each.spec.key: each.holds for each in read(session, cast).gate(stage).requirements}
    session.rollback()
    return found[key]


def kinds(session: Session, cast: Cast) -> set[str]:
    found = {task.kind for task in queries.list_tasks(session, cast.company, cast.now)}
    session.rollback()
    return found


ASSOCIATES = "completion_associates"


def test_a_refusal_stops_silence_until_the_authority_approves_after_all(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    officer = cast.associate.officer
    with pytest.raises(NotPossible) as refused:
        refuse(session, cast, officer, "", ASSOCIATES, " ")
    assert refused.value.reason is Why.REASON_MISSING
    with pytest.raises(NotPossible) as refused:
        refuse(session, cast, officer, "", "completion_lead")
    assert refused.value.reason is Why.WRONG_AUTHORITY
    refuse(session, cast, officer, "", ASSOCIATES, "Falta el seguro.")
    with pytest.raises(NotPossible) as refused:
        refuse(session, cast, officer, "", ASSOCIATES)
    assert refused.value.reason is Why.ALREADY_DONE

    told = session.execute(
        select(OutboxMail.person_id, OutboxMail.params).where(
            OutboxMail.template == "trials/approval_refused"
        )
    ).all()
    people = {cast.company.person_id, cast.lead.head.person_id, cast.lead.officer.person_id}
    assert {row.person_id for row in told} == people
    assert {(row.params["party"], row.params["reason"]) for row in told} == {
        ("IFT", "Falta el seguro.")
    }
    session.rollback()
    assert kinds(session, cast) == {"trials.refused"}
    # The authority has answered: nothing is asked of it, and its silence means nothing.
    assert queries.list_tasks(session, officer, cast.now) == []
    session.rollback()
    night(session, cast, 300)
    assert terms(session)[ASSOCIATES][0] == "none"
    assert not holds(session, cast, "", ASSOCIATES)

    approve_as(session, cast, officer, "", ASSOCIATES)
    assert holds(session, cast, "", ASSOCIATES)
    assert "trials.refused" not in kinds(session, cast)
    done = select(AuditEntry.deed).where(AuditEntry.deed.startswith("requirement:"))
    acts = session.scalars(done.order_by(AuditEntry.at, AuditEntry.tick)).all()
    assert [act for act in acts if act != "requirement:documented"][-2:] == [
        "requirement:refused",
        "requirement:approved",
    ]
    session.rollback()
    # What is complete is asked no more, and can be refused no more.
    declare(session, cast, cast.associate.head)
    with pytest.raises(NotPossible) as refused:
        refuse(session, cast, cast.associate.head, "", ASSOCIATES)
    assert refused.value.reason is Why.ALREADY_DONE


def test_one_of_two_persons_refuses_for_the_authority(session: Session, files: FileStore) -> None:
    cast = make_running_trial(session, files, tier="high")
    stage = read(session, cast).next_gate
    while not (
        twice := [
            spec
            for spec in read(session, cast).requirements_of(stage)
            if spec.persons == 2 and spec.kind is RequirementKind.APPROVAL
        ]
    ):
        work_the_gate(session, cast)
        enter_next(session, cast)
        stage = read(session, cast).next_gate
    key, team = twice[0].key, cast.lead
    for actor in (*team_of(team), team.second):
        declare(session, cast, actor)
    approve_as(session, cast, team.officer, stage, key)
    refuse(session, cast, team.head, stage, key)
    # The colleague's approval is overtaken: the authority speaks anew, with two persons.
    approve_as(session, cast, team.second, stage, key)
    assert team.authority.code in read(session, cast).refusers
    session.rollback()
    approve_as(session, cast, team.officer, stage, key)
    file = read(session, cast)
    state = next(each for each in file.gate(stage).requirements if each.spec.key == key)
    assert team.authority.code not in state.missing_parties | file.refusers
    traces = sorted(row.kind for row in file.evidence if row.requirement == key)
    assert traces == ["approval", "approval", "overtaken", "refusal"]


def test_another_document_withdraws_a_refusal_and_asks_anew(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    night(session, cast)
    refuse(session, cast, cast.associate.officer, "", ASSOCIATES)
    hand_in_document(session, cast, "", "final_report", content=b"%PDF-1.4 otro")
    assert read(session, cast).refusers == frozenset()
    told = session.scalars(
        select(OutboxMail.person_id).where(OutboxMail.template == "trials/refusal_withdrawn")
    ).all()
    assert told == [cast.associate.officer.person_id]
    session.rollback()
    night(session, cast, 2)
    begun = terms(session)[ASSOCIATES]
    cast.now += begun[1] - read(session, cast).today
    assert night(session, cast, 1) == 1
    assert holds(session, cast, "", ASSOCIATES)


def test_a_refusal_counts_no_longer_once_its_author_is_recused(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    declare(session, cast, cast.associate.head)
    refuse(session, cast, cast.associate.head, "", ASSOCIATES)
    assert read(session, cast).refusers == {"IFT"}
    session.rollback()
    recuse(session, cast, cast.associate.head)
    assert read(session, cast).refusers == frozenset()


# --- authorities that come later -----------------------------------------------------------------


def granted_by_silence(session: Session, files: FileStore) -> Cast:
    """Bring a trial to its last gate, where the associate's silence has granted its approval."""
    cast = before_completion(session, files)
    night(session, cast)
    cast.now += terms(session)[ASSOCIATES][1] - read(session, cast).today
    assert night(session, cast, 1) == 1
    assert holds(session, cast, "", ASSOCIATES)
    return cast


def join(session: Session, cast: Cast, code: str, *, instead_of: Team | None = None) -> Team:
    """Put another authority on the case, for one that ended or beside the others."""
    team = make_team(session, code)
    own = AuthorityAssignment.application_id == cast.trial.application_id
    with unit_of_work(session):
        session.add(
            AuthorityAssignment(
                application_id=cast.trial.application_id,
                authority_id=team.authority.id,
                role=AssignmentRole.ASSOCIATE.value,
                state=AssignmentState.ACCEPTED.value,
                assigned_at=cast.now,
                respond_by=cast.now.date(),
            )
        )
        if instead_of is not None:
            ended = AuthorityAssignment.authority_id == instead_of.authority.id
            former = session.scalars(select(AuthorityAssignment).where(own, ended)).one()
            former.state = AssignmentState.SUCCEEDED.value
            session.add(
                InheritedPlace(
                    application_id=cast.trial.application_id,
                    authority_id=team.authority.id,
                    predecessor_id=instead_of.authority.id,
                )
            )
        application = session.get_one(Application, cast.trial.application_id)
        record(session, CLOCK, Deed.APPLICATION_ASSIGNED, application, now=cast.now)
    return team


def test_an_authority_that_joins_after_a_tacit_grant_is_asked_within_a_full_term(
    session: Session, files: FileStore
) -> None:
    cast = granted_by_silence(session, files)
    joined = join(session, cast, "COFECE")
    # The silence of the one stands; nobody has heard the other yet.
    gate = read(session, cast).gate("")
    state = next(each for each in gate.requirements if each.spec.key == ASSOCIATES)
    assert state.missing_parties == {"COFECE"}
    session.rollback()
    asked_before = set(session.scalars(select(OutboxMail.id)))
    assert night(session, cast) == 0
    rows = session.scalars(
        select(ApprovalTerm)
        .where(ApprovalTerm.requirement == ASSOCIATES)
        .order_by(ApprovalTerm.asked_on)
    ).all()
    assert [(row.silence, row.parties) for row in rows] == [
        ("granted", ["IFT"]),
        ("none", ["COFECE"]),
    ]
    assert rows[1].due_on - rows[1].asked_on >= timedelta(days=15)
    due_on = rows[1].due_on
    asked = session.scalars(
        select(OutboxMail.person_id).where(
            OutboxMail.template == "trials/approval_asked", OutboxMail.id.not_in(asked_before)
        )
    ).all()
    assert asked == [joined.head.person_id]
    # The mail to the associates of before is not sent once more, and night changes nothing more.
    assert night(session, cast) == 0
    cast.now += due_on - read(session, cast).today
    assert night(session, cast) == 0
    assert not holds(session, cast, "", ASSOCIATES)
    assert night(session, cast, 1) == 1
    assert holds(session, cast, "", ASSOCIATES)


def test_a_lead_that_takes_over_is_not_bound_by_the_silence_of_another(
    session: Session, files: FileStore
) -> None:
    cast = granted_by_silence(session, files)
    with unit_of_work(session):
        for row in session.scalars(
            select(AuthorityAssignment).where(
                AuthorityAssignment.application_id == cast.trial.application_id
            )
        ):
            leads = row.authority_id == cast.associate.authority.id
            role = AssignmentRole.LEAD if leads else AssignmentRole.ASSOCIATE
            row.role = role.value
        application = session.get_one(Application, cast.trial.application_id)
        record(session, CLOCK, Deed.APPLICATION_ASSIGNED, application, now=cast.now)
    gate = read(session, cast).gate("")
    missing = {each.spec.key: each.missing_parties for each in gate.requirements}
    assert (missing[ASSOCIATES], missing["completion_lead"]) == ({"INAI"}, {"IFT"})


def test_a_successor_takes_over_what_silence_granted(session: Session, files: FileStore) -> None:
    cast = granted_by_silence(session, files)
    join(session, cast, "CRT", instead_of=cast.associate)
    assert holds(session, cast, "", ASSOCIATES)
    before = terms(session)
    assert night(session, cast) == 0
    assert terms(session) == before


def test_whoever_refused_was_not_silent_even_if_the_refusal_counts_no_longer(
    session: Session, files: FileStore
) -> None:
    cast = before_completion(session, files)
    joined = join(session, cast, "COFECE")
    night(session, cast)
    declare(session, cast, joined.head)
    refuse(session, cast, joined.head, "", ASSOCIATES)
    cast.now += terms(session)[ASSOCIATES][1] - read(session, cast).today
    assert night(session, cast, 1) == 1
    recuse(session, cast, joined.head)
    gate = read(session, cast).gate("")
    state = next(each for each in gate.requirements if each.spec.key == ASSOCIATES)
    assert state.missing_parties == {"COFECE"}
    session.rollback()
    assert night(session, cast) == 0
    found = session.scalars(
        select(ApprovalTerm.parties)
        .where(ApprovalTerm.requirement == ASSOCIATES)
        .order_by(ApprovalTerm.asked_on)
    ).all()
    assert found == [["IFT"], ["COFECE"]]
