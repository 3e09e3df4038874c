"""What happens to a trial between its opening and its exit, on both engines."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.access.checks import Denied, NotFound
from sandbox.domain.monitoring import Reach
from sandbox.domain.packs import Ending, RequirementSpec, Who
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import AuditEntry, Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.files import Accepted, FileStore
from sandbox.kernel.mail import OutboxMail
from sandbox.models import (
    Application,
    AuthorityMembership,
    GateEvidence,
    Incident,
    MonitoringReport,
    Person,
    Reading,
    StaffGrant,
    Trial,
    TrialStage,
)
from sandbox.packs import active
from sandbox.trials import queries, services
from sandbox.trials.services.opening import public_part
from tests.factories import (
    actor_for,
    make_admitted,
    make_company,
    make_staff,
    make_team,
    pack,
)
from tests.packs.copies import copy_of_mx
from tests.packs.copies import replace as rewrite
from tests.racing import race
from tests.trial_factories import (
    BEGINS,
    GROUND,
    OPENED,
    OPENER,
    Cast,
    agree_on_plan,
    approve,
    breaching_readings,
    enter_next,
    good_readings,
    hand_in_document,
    hand_in_report,
    make_running_trial,
    make_trial,
    meet_conditions,
    reach,
    read,
    run_to_completion,
    set_tier,
    work_the_gate,
)

TIERS = [tier.key for tier in pack().tiers if not tier.prohibited]


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore.from_url(f"file://{tmp_path / 'files'}")


@pytest.fixture
def cast(session: Session, files: FileStore) -> Iterator[Cast]:
    return make_trial(session, files)


def running(session: Session, files: FileStore) -> Cast:
    """Return a trial past its first gate."""
    return make_running_trial(session, files)


# --- opening -------------------------------------------------------------------------------------


def test_opening_twice_gives_the_same_trial(session: Session, cast: Cast) -> None:
    application = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        again = services.open_trial(session, OPENER, application, now=OPENED)
    assert again.id == cast.trial.id
    assert session.scalar(select(func.count(Trial.id))) == 1


def test_a_trial_names_every_answer_that_led_to_its_tier(session: Session, cast: Cast) -> None:
    reasons = cast.trial.tiering["reasons"]
    assert sum(reason["points"] for reason in reasons) == cast.trial.tiering["points"]
    assert all(reason["label"].keys() == {"es", "en"} for reason in reasons)


def test_what_is_marked_confidential_stays_out_of_the_register() -> None:
    rules = pack()
    key = rules.public_fields[0]
    assert public_part(rules, {key: "x"}, []) == {key: "x"}
    assert public_part(rules, {key: "x"}, [key]) == {}


def test_the_plan_starts_from_answers_in_words_alone(session: Session, cast: Cast) -> None:
    rules = pack()
    content = queries.get_last_submission(session, cast.trial.application_id).content["answers"]
    asked = {spec.key for spec in rules.plan_fields} & set(content)
    in_words = {key for key in asked if rules.questions[key].kind in ("text", "long_text")}
    assert "participants" in asked - in_words, "A number is among the answers of the same name."
    assert in_words
    plan = read(session, cast).plan.fields
    assert plan == {key: content[key] for key in in_words}


def test_nobody_but_the_platform_opens_a_trial(session: Session, cast: Cast) -> None:
    application = session.get_one(Application, cast.trial.application_id)
    for actor in (cast.company, cast.lead.officer, cast.caseworker, system_actor("other")):
        with pytest.raises(Denied), unit_of_work(session):
            services.open_trial(session, actor, application, now=OPENED)


# --- the whole way -------------------------------------------------------------------------------


@pytest.mark.parametrize("tier", TIERS)
def test_every_tier_can_be_walked_from_plan_to_completion(
    session: Session, files: FileStore, tier: str
) -> None:
    cast = make_trial(session, files, tier=tier)
    run_to_completion(session, cast)
    assert cast.trial.status == TrialStatus.COMPLETED
    entered = session.scalars(
        select(TrialStage.key)
        .where(TrialStage.trial_id == cast.trial.id)
        .order_by(TrialStage.sequence)
    ).all()
    assert entered == [stage.key for stage in pack().tier(tier).stages]


@pytest.mark.parametrize("tier", TIERS)
def test_no_gate_opens_before_it_is_worked(session: Session, files: FileStore, tier: str) -> None:
    cast = make_trial(session, files, tier=tier)
    stage = read(session, cast).next_gate
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.enter_stage(session, cast.lead.officer, cast.trial, stage=stage, now=cast.now)
    assert refused.value.reason is Why.GATE_CLOSED
    assert cast.trial.stage_sequence == 1


def test_nobody_skips_a_stage(session: Session, files: FileStore) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    work_the_gate(session, cast)
    later = pack().tier(TIERS[-1]).stages[2].key
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.enter_stage(session, cast.lead.officer, cast.trial, stage=later, now=cast.now)
    assert refused.value.reason is Why.STAGE_MISSING


def test_only_the_lead_enters_a_stage(session: Session, cast: Cast) -> None:
    work_the_gate(session, cast)
    stage = read(session, cast).next_gate
    for actor in (cast.company, cast.associate.officer, cast.caseworker):
        with pytest.raises(Denied), unit_of_work(session):
            services.enter_stage(session, actor, cast.trial, stage=stage, now=cast.now)


def test_fifty_people_entering_a_stage_enter_it_once(
    session: Session, engine: Engine, cast: Cast
) -> None:
    work_the_gate(session, cast)
    stage = read(session, cast).next_gate
    before = session.scalar(select(func.count(OutboxMail.id)))
    trial_id = cast.trial.id
    session.rollback()
    outcomes: list[str] = []
    start = threading.Barrier(10)

    def enter() -> None:
        start.wait()
        for _ in range(5):
            with Session(engine) as own:
                trial = own.get_one(Trial, trial_id)
                try:
                    with unit_of_work(own):
                        services.enter_stage(
                            own, cast.lead.officer, trial, stage=stage, now=cast.now
                        )
                    outcomes.append("entered")
                except (NotPossible, Stale, TransitionRefused) as error:
                    outcomes.append(error.code)

    threads = [threading.Thread(target=enter) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()  # What the others have written is read anew.
    assert len(outcomes) == 50
    assert outcomes.count("entered") == 1
    rows = session.scalar(
        select(func.count(TrialStage.id)).where(TrialStage.trial_id == cast.trial.id)
    )
    assert rows == 2
    deeds = select(func.count(AuditEntry.id)).where(AuditEntry.deed == Deed.STAGE_ENTERED.value)
    assert session.scalar(deeds) == 1
    after = session.scalar(select(func.count(OutboxMail.id)))
    # One set of mails: the company's owner, two heads, two officers, the caseworker.
    assert after - before == 6


# --- plan and start conditions -------------------------------------------------------------------


def test_a_changed_plan_withdraws_the_agreements(session: Session, cast: Cast) -> None:
    agree_on_plan(session, cast)
    assert cast.trial.plan_agreed_at is not None
    file = read(session, cast)
    changed = {**file.plan.fields, next(iter(file.plan.fields)): "Otro texto."}
    with unit_of_work(session):
        services.save_plan(
            session,
            cast.company,
            cast.trial,
            fields=changed,
            expected_version=file.plan.version,
            now=cast.now,
        )
    assert read(session, cast).agreements == []
    assert cast.trial.plan_agreed_at is None


def test_the_second_to_save_a_plan_overwrites_nothing(session: Session, cast: Cast) -> None:
    version = read(session, cast).plan.version
    key = pack().plan_fields[0].key
    with unit_of_work(session):
        services.save_plan(
            session,
            cast.company,
            cast.trial,
            fields={key: "Primero"},
            expected_version=version,
            now=cast.now,
        )
    with pytest.raises(Stale), unit_of_work(session):
        services.save_plan(
            session,
            cast.company,
            cast.trial,
            fields={key: "Segundo"},
            expected_version=version,
            now=cast.now,
        )
    assert read(session, cast).plan.fields == {key: "Primero"}


def test_an_agreement_counts_only_for_the_wording_that_was_read(
    session: Session, cast: Cast
) -> None:
    agree_on_plan(session, cast)
    version = read(session, cast).plan.version
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.agree_plan(
            session, cast.lead.officer, cast.trial, expected_version=version - 1, now=cast.now
        )
    assert refused.value.reason is Why.PLAN_CHANGED


def test_a_start_condition_is_set_by_its_owner_alone(session: Session, files: FileStore) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    spec = next(
        each for each in pack().tier(TIERS[-1]).start_conditions if each.owner.value == "company"
    )
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.set_start_condition(
            session,
            cast.lead.officer,
            cast.trial,
            key=spec.key,
            state="met",
            note="",
            now=cast.now,
        )
    assert refused.value.reason is Why.WRONG_REQUIREMENT


# --- gates ---------------------------------------------------------------------------------------


def test_one_person_approves_once(session: Session, files: FileStore) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    stage = read(session, cast).next_gate
    spec = next(
        each for each in read(session, cast).requirements_of(stage) if each.kind == "approval"
    )
    approve(session, cast, stage, spec.key, spec.by, 1)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.approve_requirement(
            session,
            cast.lead.officer,
            cast.trial,
            stage=stage,
            requirement=spec.key,
            note="",
            now=cast.now,
        )
    assert refused.value.reason is Why.ALREADY_DONE


def test_a_requirement_is_waived_only_where_the_pack_allows_it_and_with_a_reason(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    stage = read(session, cast).next_gate
    specs = read(session, cast).requirements_of(stage)
    strict = next(each for each in specs if not each.may_be_waived)
    waivable = next(each for each in specs if each.may_be_waived)

    def waive(key: str, reason: str) -> None:
        with unit_of_work(session):
            services.waive_requirement(
                session,
                cast.lead.officer,
                cast.trial,
                stage=stage,
                requirement=key,
                reason=reason,
                now=cast.now,
            )

    with pytest.raises(NotPossible) as refused:
        waive(strict.key, "Porque sí.")
    assert refused.value.reason is Why.NOT_WAIVABLE
    with pytest.raises(NotPossible) as refused:
        waive(waivable.key, "  ")
    assert refused.value.reason is Why.REASON_MISSING
    waive(waivable.key, "El comité ya opinó sobre el mismo sistema.")
    state = next(
        each
        for each in read(session, cast).gate(stage).requirements
        if each.spec.key == waivable.key
    )
    assert (state.is_waived, state.is_satisfied) == (True, False)


def test_a_newer_document_replaces_the_former(session: Session, files: FileStore) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    stage = read(session, cast).next_gate
    spec = next(
        each for each in read(session, cast).requirements_of(stage) if each.kind == "document"
    )
    hand_in_document(session, cast, stage, spec.key)
    hand_in_document(session, cast, stage, spec.key)
    count = select(func.count(GateEvidence.id)).where(GateEvidence.requirement == spec.key)
    assert session.scalar(count) == 1


def first_of(session: Session, cast: Cast, kind: str) -> tuple[str, RequirementSpec]:
    """Return the next gate's key with its first requirement of a kind."""
    file = read(session, cast)
    specs = file.requirements_of(file.next_gate)
    return file.next_gate, next(spec for spec in specs if spec.kind == kind)


def approved(session: Session, cast: Cast) -> list[UUID]:
    """Hand in a document, let one person of each authority approve, and return their ids."""
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key)
    _, approval = first_of(session, cast, "approval")
    approve(session, cast, stage, approval.key, Who.EVERY_AUTHORITY, 1)
    return [actor.person_id for actor in (cast.lead.officer, cast.associate.officer)]


def told_of_withdrawal(session: Session) -> set[UUID]:
    template = "trials/approvals_withdrawn"
    found = session.scalars(select(OutboxMail.person_id).where(OutboxMail.template == template))
    return {person_id for person_id in found if person_id is not None}


def test_another_document_withdraws_the_approvals_of_its_gate(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    approvers = approved(session, cast)
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key, content=b"%PDF-1.4 otra")
    file = read(session, cast)
    assert file.facts(stage).approvals == {}
    assert file.approvals_at(stage) == []
    assert [row.kind for row in file.evidence].count("withdrawn") == 2
    assert told_of_withdrawal(session) == set(approvers)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.deed == Deed.APPROVALS_WITHDRAWN.value)
    ).one()
    assert entry.details == {"stage": stage, "requirement": document.key, "approvals": 2}


def test_the_same_document_again_withdraws_nothing(session: Session, files: FileStore) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    approved(session, cast)
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key)
    assert len(read(session, cast).approvals_at(stage)) == 2
    assert told_of_withdrawal(session) == set()


def test_a_document_that_came_after_the_approvals_withdraws_them_too(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    approved(session, cast)
    stage = read(session, cast).next_gate
    late = [spec for spec in read(session, cast).requirements_of(stage) if spec.kind == "document"]
    hand_in_document(session, cast, stage, late[1].key)
    assert read(session, cast).approvals_at(stage) == []


def test_who_approved_before_approves_the_new_document_again(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    for version in (b"%PDF-1.4 dos", b"%PDF-1.4 tres"):
        approved(session, cast)
        stage, document = first_of(session, cast, "document")
        hand_in_document(session, cast, stage, document.key, content=version)
    kinds = [row.kind for row in read(session, cast).evidence]
    assert sorted(kinds) == ["document", "withdrawn", "withdrawn"]


def test_withdrawn_approvals_are_not_told_to_those_who_have_left_the_case(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    approved(session, cast)
    leave(session, cast.lead.officer)
    deactivate(session, cast.associate.officer)
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key, content=b"%PDF-1.4 otra")
    assert told_of_withdrawal(session) == set()


@pytest.mark.parametrize(
    ("role", "is_told"), [(StaffRole.CASEWORKER, True), (StaffRole.AUDITOR, False)]
)
def test_of_the_secretariat_only_caseworkers_may_still_act_on_what_was_withdrawn(
    session: Session, files: FileStore, role: StaffRole, is_told: bool
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    approved(session, cast)
    leave(session, cast.lead.officer)
    assert cast.lead.officer.person_id is not None
    person = session.get_one(Person, cast.lead.officer.person_id)
    with unit_of_work(session):
        grant = StaffGrant(person_id=person.id, role=role.value, granted_at=OPENED)
        session.add(grant)
        session.flush()
        record(session, OPENER, Deed.ROLE_GRANTED, person, now=OPENED, also=(grant,))
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key, content=b"%PDF-1.4 otra")
    assert (person.id in told_of_withdrawal(session)) is is_told


def test_an_approval_speaks_only_of_the_documents_that_were_seen(
    session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key)
    seen = read(session, cast).documents_mark(stage)
    hand_in_document(session, cast, stage, document.key, content=b"%PDF-1.4 otra")
    _, approval = first_of(session, cast, "approval")

    def approve_as_seen(mark: str) -> None:
        with unit_of_work(session):
            services.approve_requirement(
                session,
                cast.lead.officer,
                cast.trial,
                stage=stage,
                requirement=approval.key,
                note="",
                now=cast.now,
                seen=mark,
            )

    with pytest.raises(NotPossible) as refused:
        approve_as_seen(seen)
    assert refused.value.reason is Why.DOCUMENTS_CHANGED
    approve_as_seen(read(session, cast).documents_mark(stage))
    assert len(read(session, cast).approvals_at(stage)) == 1


def test_no_approval_outlives_a_document_that_changes_at_the_same_moment(
    session: Session, engine: Engine, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[-1])
    stage, document = first_of(session, cast, "document")
    hand_in_document(session, cast, stage, document.key)
    _, approval = first_of(session, cast, "approval")
    seen = read(session, cast).documents_mark(stage)
    trial_id, case_id = cast.trial.id, cast.trial.application_id
    session.rollback()

    def replace(own: Session) -> None:
        with unit_of_work(own):
            services.document_requirement(
                own,
                cast.company,
                own.get_one(Trial, trial_id),
                stage=stage,
                requirement=document.key,
                file=Accepted("otra.pdf", b"%PDF-1.4 otra", "application/pdf"),
                store=files,
                now=cast.now,
            )

    def approve_as_seen(own: Session) -> None:
        with unit_of_work(own):
            services.approve_requirement(
                own,
                cast.lead.officer,
                own.get_one(Trial, trial_id),
                stage=stage,
                requirement=approval.key,
                note="",
                now=cast.now,
                seen=seen,
            )

    results = race(engine, case_id, replace, approve_as_seen)
    assert results in (["done", "done"], ["NotPossible", "done"])
    assert read(session, cast).approvals_at(stage) == []


# --- monitoring ----------------------------------------------------------------------------------


def test_a_breach_opens_an_incident_by_itself(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    file = read(session, cast)
    hand_in_report(session, cast, breaching_readings(file))
    incident = session.scalars(select(Incident)).one()
    metric = file.pack.metric(file.tier.metrics[0])
    assert metric.name.in_("es") in incident.what_happened
    assert metric.breach_class == "serious"
    assert incident.class_key == "serious"
    assert incident.due_at == cast.now + timedelta(hours=72)
    assert incident.complete_due_at == cast.now + timedelta(days=20)
    assert incident.completed_at is None
    assert cast.trial.status == TrialStatus.RUNNING


def test_good_readings_open_none(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    hand_in_report(session, cast)
    assert session.scalar(select(func.count(Incident.id))) == 0
    assert set(session.scalars(select(Reading.level))) == {"within"}


def test_a_form_that_is_sent_twice_reports_one_incident(session: Session, files: FileStore) -> None:
    cast = running(session, files)

    def send(actor: Actor, key: str | None) -> UUID:
        with unit_of_work(session):
            return services.open_incident(
                session,
                actor,
                cast.trial,
                class_key=pack().incident_classes[0].key,
                what_happened="Se cayó.",
                persons_affected=1,
                now=cast.now,
                form_key=key,
            ).id

    first = send(cast.company, "12345678")
    mails = session.scalar(select(func.count(OutboxMail.id)))
    assert send(cast.company, "12345678") == first
    assert session.scalar(select(func.count(OutboxMail.id))) == mails
    # Another form, or somebody else's with the same key, speaks of another incident.
    others = {send(cast.company, "87654321"), send(cast.lead.officer, "12345678")}
    without_key = {send(cast.company, None), send(cast.company, None)}
    assert len({first} | others | without_key) == 5


def test_a_form_that_comes_once_more_with_other_words_is_not_taken_for_done(
    session: Session, files: FileStore
) -> None:
    cast = running(session, files)

    def report_incident(what: str) -> None:
        with unit_of_work(session):
            services.open_incident(
                session,
                cast.company,
                cast.trial,
                class_key=pack().incident_classes[0].key,
                what_happened=what,
                persons_affected=1,
                now=cast.now,
                form_key="12345678",
            )

    def hand_in(values: dict[str, Decimal]) -> None:
        with unit_of_work(session):
            services.submit_report(
                session,
                cast.company,
                cast.trial,
                narrative="Sin novedad.",
                reach=reach(read(session, cast), 1),
                readings=values,
                measured_on=read(session, cast).today,
                now=cast.now,
                form_key="12345678",
            )

    good = good_readings(read(session, cast))
    report_incident("Se cayó.")
    hand_in(good)
    for send in (
        lambda: report_incident("Se cayó dos veces."),
        lambda: hand_in({key: value + 1 for key, value in good.items()}),
    ):
        with pytest.raises(NotPossible) as refused:
            send()
        assert refused.value.reason is Why.FORM_SENT
    hand_in(good)
    assert len(read(session, cast).reports) == len(read(session, cast).incidents) == 1


def test_a_form_that_is_sent_twice_at_the_same_moment_reports_one_incident(
    session: Session, engine: Engine, files: FileStore
) -> None:
    cast = running(session, files)
    trial_id, case_id = cast.trial.id, cast.trial.application_id
    session.rollback()

    def send(own: Session) -> None:
        with unit_of_work(own):
            services.open_incident(
                own,
                cast.company,
                own.get_one(Trial, trial_id),
                class_key=pack().incident_classes[0].key,
                what_happened="Se cayó.",
                persons_affected=1,
                now=cast.now,
                form_key="12345678",
            )

    assert race(engine, case_id, send, send, send) == ["done", "done", "done"]
    assert session.scalar(select(func.count(Incident.id))) == 1


def test_a_form_that_is_sent_twice_hands_in_one_report(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    file = read(session, cast)

    def send(correcting: MonitoringReport | None = None) -> UUID:
        with unit_of_work(session):
            return services.submit_report(
                session,
                cast.company,
                cast.trial,
                narrative="Sin novedad.",
                reach=reach(file, 1),
                readings=good_readings(file),
                measured_on=file.today,
                now=cast.now,
                correcting=correcting,
                form_key="12345678",
            ).id

    assert send() == send()
    assert len(read(session, cast).reports) == 1


def test_a_report_without_a_reading_that_the_tier_demands_is_refused(
    session: Session, files: FileStore
) -> None:
    cast = running(session, files)
    readings = good_readings(read(session, cast))
    readings.pop(next(iter(readings)))
    with pytest.raises(NotPossible) as refused:
        hand_in_report(session, cast, readings)
    assert refused.value.reason is Why.READINGS_MISSING


def test_a_report_that_does_not_tell_what_the_stage_limits_is_refused(
    session: Session, files: FileStore
) -> None:
    cast = make_running_trial(session, files, tier=TIERS[0])
    file = read(session, cast)
    assert file.current_spec.places_cap is not None
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.submit_report(
            session,
            cast.company,
            cast.trial,
            narrative="Sin novedad.",
            reach=Reach(1),
            readings=good_readings(file),
            measured_on=file.today,
            now=cast.now,
        )
    assert refused.value.reason is Why.REACH_MISSING


def test_a_returned_report_is_corrected_in_its_place(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    report = hand_in_report(session, cast)
    with unit_of_work(session):
        services.judge_report(
            session,
            cast.lead.officer,
            cast.trial,
            report=report,
            accept=False,
            remark="Falta explicar una queja.",
            now=cast.now,
        )
    file = read(session, cast)
    with unit_of_work(session):
        services.submit_report(
            session,
            cast.company,
            cast.trial,
            narrative="Con la queja explicada.",
            reach=reach(file, 13),
            readings=good_readings(file),
            measured_on=file.today,
            now=cast.now,
            correcting=report,
        )
    reports = read(session, cast).reports
    assert [(row.number, row.state, row.participants) for row in reports] == [(1, "submitted", 13)]


# --- suspension ----------------------------------------------------------------------------------


def test_an_associate_stops_a_test_and_both_sides_must_agree_to_go_on(
    session: Session, files: FileStore
) -> None:
    cast = running(session, files)
    with unit_of_work(session):
        services.suspend(
            session,
            cast.associate.officer,
            cast.trial,
            reason="Quejas.",
            ground=GROUND,
            now=cast.now,
        )
    assert cast.trial.status == TrialStatus.SUSPENDED
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.agree_to_resume(session, cast.company, cast.trial, now=cast.now)
    assert refused.value.reason is Why.NOT_THE_SUSPENDER
    with unit_of_work(session):
        assert not services.agree_to_resume(session, cast.lead.officer, cast.trial, now=cast.now)
    assert cast.trial.status == TrialStatus.SUSPENDED
    with unit_of_work(session):
        assert services.agree_to_resume(session, cast.associate.officer, cast.trial, now=cast.now)
    assert cast.trial.status == TrialStatus.RUNNING


def test_an_officer_of_an_assigned_authority_can_stop_a_test_without_any_declaration(
    session: Session, files: FileStore
) -> None:
    cast = running(session, files)
    with unit_of_work(session):
        services.suspend(
            session,
            cast.lead.second,
            cast.trial,
            reason="Riesgo.",
            ground=GROUND,
            now=cast.now,
        )
    assert cast.trial.status == TrialStatus.SUSPENDED


def test_a_suspended_test_enters_no_stage(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    with unit_of_work(session):
        services.suspend(
            session,
            cast.company,
            cast.trial,
            reason="Falla.",
            ground=GROUND,
            now=cast.now,
        )
    stage = read(session, cast).next_gate
    with pytest.raises(TransitionRefused), unit_of_work(session):
        services.enter_stage(session, cast.lead.officer, cast.trial, stage=stage, now=cast.now)


def test_what_came_of_it_belongs_to_how_it_ended(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    others = [kind.code for kind in read(session, cast).pack.exits(Ending.COMPLETED)]
    lead, now = cast.lead.officer, cast.now
    for kind in (*others, "unheard_of"):
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            services.end_early(session, lead, cast.trial, exit_kind=kind, reason="Ya.", now=now)
        assert refused.value.reason is Why.EXIT_UNKNOWN
    assert cast.trial.status == TrialStatus.RUNNING


def test_days_of_suspension_do_not_count(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    days = read(session, cast).facts(read(session, cast).next_gate).days_in_stage
    with unit_of_work(session):
        services.suspend(
            session,
            cast.company,
            cast.trial,
            reason="Falla.",
            ground=GROUND,
            now=cast.now,
        )
    cast.now += timedelta(days=9)
    file = read(session, cast)
    assert file.facts(file.next_gate).days_in_stage == days
    assert file.suspended_days == 9


# --- who is told ---------------------------------------------------------------------------------


def leave(session: Session, actor: Actor) -> None:
    """Let somebody leave their authority, and the case keep their name."""
    assert actor.person_id is not None
    person = session.get_one(Person, actor.person_id)
    with unit_of_work(session):
        for membership in session.scalars(
            select(AuthorityMembership).where(AuthorityMembership.person_id == person.id)
        ):
            session.delete(membership)
            record(session, OPENER, Deed.ROLE_ENDED, person, now=OPENED, also=(membership,))


def deactivate(session: Session, actor: Actor) -> None:
    assert actor.person_id is not None
    person = session.get_one(Person, actor.person_id)
    with unit_of_work(session):
        person.active = False
        record(session, OPENER, Deed.PERSON_PROFILE_CHANGED, person, now=OPENED)


@pytest.mark.parametrize("gone", [leave, deactivate])
def test_officers_who_are_gone_are_told_nothing(
    session: Session, files: FileStore, gone: Callable[[Session, Actor], None]
) -> None:
    cast = running(session, files)
    gone(session, cast.lead.officer)
    with unit_of_work(session):
        services.suspend(
            session,
            cast.company,
            cast.trial,
            reason="Falla.",
            ground=GROUND,
            now=cast.now,
        )
    told = set(
        session.scalars(
            select(OutboxMail.person_id).where(OutboxMail.template == "trials/suspended")
        )
    )
    assert cast.lead.officer.person_id not in told
    assert {cast.lead.head.person_id, cast.associate.officer.person_id} <= told


# --- who may see ---------------------------------------------------------------------------------


def test_another_company_finds_no_trial(session: Session, cast: Cast) -> None:
    _, stranger = make_company(session, "Otra empresa")
    with pytest.raises(NotFound):
        queries.get_trial(session, stranger, cast.trial.id)
    assert queries.list_trials(session, stranger).rows == []
    assert len(queries.list_trials(session, cast.company).rows) == 1


def test_the_company_is_told_of_a_suspension(session: Session, files: FileStore) -> None:
    cast = running(session, files)
    with unit_of_work(session):
        services.suspend(
            session,
            cast.associate.officer,
            cast.trial,
            reason="Quejas.",
            ground=GROUND,
            now=cast.now,
        )
    told = set(
        session.scalars(
            select(OutboxMail.person_id).where(OutboxMail.template == "trials/suspended")
        )
    )
    assert cast.company.person_id in told
    assert cast.lead.officer.person_id in told
    assert cast.caseworker.person_id in told


# --- what must not be possible -------------------------------------------------------------------


def test_a_document_comes_from_those_whom_the_pack_names(
    session: Session, files: FileStore
) -> None:
    tier, stage, spec = next(
        (tier.key, stage.key, spec)
        for tier in pack().tiers
        for stage in tier.stages
        for spec in stage.gate
        if spec.kind == "document" and spec.by is Who.LEAD
    )
    cast = make_trial(session, files, tier=tier)
    while read(session, cast).next_gate != stage:
        work_the_gate(session, cast)
        enter_next(session, cast)
    with pytest.raises(NotPossible) as refused:
        hand_in_document(session, cast, stage, spec.key, by=Who.COMPANY)
    assert refused.value.reason is Why.WRONG_REQUIREMENT
    hand_in_document(session, cast, stage, spec.key, by=Who.LEAD)


@pytest.mark.parametrize("days", [1, 365 * 7000, -400])
def test_no_reading_is_from_outside_the_stage(
    session: Session, files: FileStore, days: int
) -> None:
    cast = running(session, files)
    file = read(session, cast)
    with pytest.raises(NotPossible) as refused, unit_of_work(session):
        services.submit_report(
            session,
            cast.company,
            cast.trial,
            narrative="Sin novedad.",
            reach=reach(file, 1),
            readings=good_readings(file),
            measured_on=file.today + timedelta(days=days),
            now=cast.now,
        )
    assert refused.value.reason is Why.READING_NOT_YET


# --- whom a pack may name ------------------------------------------------------------------------


@pytest.fixture
def left_to_associates(tmp_path: Path) -> Iterator[None]:
    """Let the pack ask the associates for a document and for a start condition."""
    folder = tmp_path / "packs"
    tier = copy_of_mx(folder) / "tier-1-minimal.toml"
    rewrite(tier, 'insurance", owner = "company"', 'insurance", owner = "associates"')
    approval = '"test_lead", kind = "approval", by = "lead"'
    rewrite(tier, approval, '"test_lead", kind = "document", by = "associates"')
    active.install(folder, "mx")
    yield
    active.install(PACKS, "mx")


def test_associates_bring_what_the_pack_leaves_to_them(
    left_to_associates: None, session: Session, files: FileStore
) -> None:
    cast = make_trial(session, files, tier=TIERS[0])
    agree_on_plan(session, cast)
    assert waiting_for(session, cast, cast.associate.officer) == ["trials.gate"]
    for actor in (cast.company, cast.lead.officer):
        with pytest.raises(NotPossible) as refused, unit_of_work(session):
            set_insurance(session, cast, actor)
        assert refused.value.reason is Why.WRONG_REQUIREMENT
    meet_conditions(session, cast)
    hand_in_document(session, cast, read(session, cast).next_gate, "test_lead", by=Who.ASSOCIATES)
    assert waiting_for(session, cast, cast.associate.officer) == []
    enter_next(session, cast)
    assert cast.trial.status == TrialStatus.RUNNING


def test_who_leads_alone_stands_for_the_associates(
    left_to_associates: None, session: Session, files: FileStore
) -> None:
    organisation, company = make_company(session)
    caseworker, lead = actor_for(session, make_staff(session)), make_team(session, "INAI")
    application = make_admitted(session, organisation, company, caseworker, lead=lead)
    with unit_of_work(session):
        trial = services.open_trial(session, OPENER, application, now=OPENED)
    trial = set_tier(session, trial, TIERS[0])
    cast = Cast(company, caseworker, lead, lead, trial, files, BEGINS)
    agree_on_plan(session, cast)
    assert waiting_for(session, cast, cast.lead.officer) == ["trials.gate"]
    meet_conditions(session, cast)
    hand_in_document(session, cast, read(session, cast).next_gate, "test_lead", by=Who.ASSOCIATES)
    enter_next(session, cast)
    assert cast.trial.status == TrialStatus.RUNNING


def set_insurance(session: Session, cast: Cast, actor: Actor) -> None:
    services.set_start_condition(
        session, actor, cast.trial, key="insurance", state="met", note="", now=cast.now
    )


def waiting_for(session: Session, cast: Cast, actor: Actor) -> list[str]:
    return [task.kind for task in queries.list_tasks(session, actor, cast.now)]
