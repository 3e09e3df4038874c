"""Carry a case of another regime from its application to its published report, on both engines.

Nothing here names a rule of that regime but its pack does: the platform runs the European sandbox
as it runs the Mexican programme, and shows nobody a word of the other one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PACKS, Config
from sandbox.coordination import services as coordination
from sandbox.domain.answers import asked
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import AnswerValue, RequirementKind
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.routing import propose
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import (
    Application,
    AuthorityAssignment,
    Decision,
    Incident,
    Person,
    StartCondition,
    Trial,
)
from sandbox.packs import active
from sandbox.trials import services as trials
from sandbox.trials.queries import COMPLETION
from sandbox.web.app import create_app
from tests.factories import (
    NOW,
    actor_for,
    complete_answers,
    make_company,
    make_draft,
    make_in_triage,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.pages import JudgingClient, remember_faults
from tests.snapshots import here, remembered
from tests.trial_factories import (
    OPENED,
    OPENER,
    Cast,
    accept_report,
    agree_on_plan,
    approve,
    enter_next,
    hand_in_document,
    hand_in_report,
    publish_report,
    read,
    run_to_completion,
    set_tier,
    work_the_gate,
)

REGIME = "eu-ai-act"
# A high-risk system with personal data and a test in real-world conditions.
ANSWERS: dict[str, AnswerValue] = {
    "system_name": "Ordenación de candidaturas",
    "area": "employment",
    "participant_role": "provider",
    "practices": ["none"],
    "regulated_product": "none",
    "high_risk_areas": ["employment"],
    "narrow_task": "none",
    "transparency_uses": ["interacts"],
    "personal_data": "yes",
    "real_world": "yes",
    "vulnerable_groups": ["none"],
    "places": ["MD"],
}
ELSEWHERE = re.compile(r"m[ée]xic|\b(INAI|IFT|COFECE|ANIA|RFC|MXN|SBX)\b", re.IGNORECASE)
LANGUAGES = ("es", "en")
ASSIGNMENTS = select(AuthorityAssignment)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """An application of this regime; afterwards the Mexican pack is in force again."""
    app = create_app(replace(config, pack_code=REGIME))
    remember_faults(app)
    yield app
    with app.app_context():
        db.engine.dispose()
    active.install(PACKS, "mx")


def apply(session: Session) -> tuple[Application, Actor, Actor]:
    organisation, company = make_company(session, "Aurora Clínica")
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker, **ANSWERS)
    return application, company, caseworker


@pytest.fixture
def cast(session: Session, app: Flask) -> Cast:
    """Apply, be admitted by the competent authority and open the test."""

    def build() -> Cast:
        return open_trial(session, app.extensions["file_store"])

    def again(made: Cast) -> Cast:
        teams = [replace(team, authority=here(session, team.authority)) for team in made.teams]
        store = app.extensions["file_store"]
        trial = here(session, made.trial)
        return replace(made, lead=teams[0], associate=teams[1], trial=trial, store=store)

    return remembered(session, "of the second regime", build, again)


def open_trial(session: Session, store: FileStore) -> Cast:
    application, company, caseworker = apply(session)
    lead, associate = make_team(session, "AESIA"), make_team(session, "AEPD")
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead="AESIA",
            associates=["AEPD"],
            reason="",
            now=NOW + timedelta(hours=2),
        )
    start_review(session, application, lead, associate)
    for team in (lead, associate):
        mark_criteria(session, application, team, now=NOW + timedelta(hours=4))
        take_position(session, application, team, now=NOW + timedelta(hours=5))
    with unit_of_work(session):
        coordination.decide(session, lead.officer, application, now=NOW + timedelta(hours=6))
    assert application.status == ApplicationStatus.DECIDED
    with unit_of_work(session):
        trial = trials.open_trial(session, OPENER, application, now=OPENED)
    return Cast(company, caseworker, lead, associate, trial, store, OPENED + timedelta(hours=1))


# --- the case ------------------------------------------------------------------------------------


def test_case_is_carried_from_application_to_published_report(session: Session, cast: Cast) -> None:
    trial = cast.trial
    assert (trial.pack_code, trial.tier) == (REGIME, "high")
    assert trial.reference.startswith("AIS-")
    visited = [trial.stage]
    while read(session, cast).next_gate != COMPLETION:
        work_the_gate(session, cast)
        enter_next(session, cast)
        visited.append(trial.stage)
        cast.now += timedelta(hours=1)
    run_to_completion(session, cast)
    assert visited == [stage.key for stage in active.pack_of(trial).tier("high").stages]
    assert (trial.status, trial.exit_kind) == (TrialStatus.COMPLETED, "ready_for_conformity")
    report = publish_report(session, cast)
    assert report.status == ReportStatus.PUBLISHED
    assert report.content_hash


def test_authorities_are_proposed_and_decide_by_the_rules_of_the_regime(
    session: Session, cast: Cast
) -> None:
    pack = active.current()
    proposed = propose(pack, complete_answers(pack, **ANSWERS), date(2026, 3, 2))
    assert (proposed.lead, proposed.associates) == ("AESIA", ("AEPD",))
    decision = session.scalars(select(Decision)).one()
    assert decision.outcome == "admitted"
    assigned = {each.authority.code: each.role for each in session.scalars(ASSIGNMENTS)}
    assert assigned == {"AESIA": "lead", "AEPD": "associate"}


def test_decision_is_due_three_months_after_the_application(
    session: Session, app: Flask, client: JudgingClient
) -> None:
    application, company, _ = apply(session)
    window = sign_in(session, client, company)
    case_id = application.id
    session.rollback()
    assert application.clock_started_on == date(2026, 3, 2)
    session.rollback()
    for language, words in (("es", "2 de junio de 2026"), ("en", "2 June 2026")):
        window.get(f"/language/{language}")
        assert words in window.get(f"/cases/{case_id}").main


def test_gate_before_people_stays_closed_without_their_consent(
    session: Session, cast: Cast
) -> None:
    work_the_gate(session, cast)
    enter_next(session, cast)
    file = read(session, cast)
    needed = {spec.key for spec in file.requirements_of(file.next_gate)}
    assert {"consent_of_participants", "real_world_plan", "start_conditions"} <= needed
    with pytest.raises(NotPossible) as refused:
        enter_next(session, cast)
    session.rollback()
    assert refused.value.reason is Why.GATE_CLOSED


def test_test_that_needs_no_extension_passes_on_to_its_exit_the_same_day(
    session: Session, cast: Cast
) -> None:
    while cast.trial.stage != "real_world_testing":
        work_the_gate(session, cast)
        enter_next(session, cast)
    cast.now += timedelta(days=60)
    for stage, waived in (
        ("real_world_extension", {"extension_notice", "extension_consent"}),
        ("exit", {"extension_days", "extension_reports", "extension_metrics"}),
    ):
        gate = read(session, cast).requirements_of(stage)
        assert waived <= {spec.key for spec in gate if spec.may_be_waived}
        for key in sorted(waived):
            with unit_of_work(session):
                trials.waive_requirement(
                    session,
                    cast.lead.officer,
                    cast.trial,
                    stage=stage,
                    requirement=key,
                    reason="No se pide prórroga.",
                    now=cast.now,
                )
        if stage == "real_world_extension":
            for _ in read(session, cast).reports_due:
                accept_report(session, cast, hand_in_report(session, cast))
                cast.now += timedelta(days=1)
        approval = next(spec for spec in gate if spec.kind is RequirementKind.APPROVAL)
        approve(session, cast, stage, approval.key, approval.by, approval.persons)
        enter_next(session, cast)
    assert cast.trial.stage == "exit"


@pytest.mark.parametrize("tier", ["minimal", "limited", "high"])
def test_case_without_a_test_in_real_world_conditions_is_completed_by_waivers(
    session: Session, cast: Cast, tier: str
) -> None:
    set_tier(session, cast.trial, tier)
    stages = active.pack_of(cast.trial).tier(tier).stages
    live = {stage.key for stage in stages if stage.live}
    after = {stages[place + 1].key for place, stage in enumerate(stages) if stage.live}
    while read(session, cast).next_gate != COMPLETION:
        gate = read(session, cast).next_gate
        if gate in live | after:
            pass_over(session, cast, gate)
        else:
            work_the_gate(session, cast)
        enter_next(session, cast)
        cast.now += timedelta(hours=1)
    run_to_completion(session, cast)
    assert cast.trial.status == TrialStatus.COMPLETED
    met = session.scalars(
        select(StartCondition.state).where(StartCondition.trial_id == cast.trial.id)
    )
    assert "met" not in set(met)


def pass_over(session: Session, cast: Cast, gate: str) -> None:
    """Waive what the pack allows; documents and approvals that are left have nothing of a test."""
    for spec in read(session, cast).requirements_of(gate):
        if spec.may_be_waived:
            with unit_of_work(session):
                trials.waive_requirement(
                    session,
                    cast.lead.officer,
                    cast.trial,
                    stage=gate,
                    requirement=spec.key,
                    reason="No se pidió probar en condiciones reales.",
                    now=cast.now,
                )
        elif spec.kind is RequirementKind.APPROVAL:
            approve(session, cast, gate, spec.key, spec.by, spec.persons)
        elif spec.kind is RequirementKind.DOCUMENT:
            hand_in_document(session, cast, gate, spec.key, by=spec.by)
        elif spec.kind is RequirementKind.PLAN_AGREED:
            agree_on_plan(session, cast)
        elif spec.kind is RequirementKind.REPORT_ACCEPTED:
            accept_report(session, cast, hand_in_report(session, cast))


@pytest.mark.parametrize(("kind", "days"), [("widespread", 2), ("death", 10), ("serious", 15)])
def test_serious_incident_is_due_when_the_act_says(
    session: Session, cast: Cast, kind: str, days: int
) -> None:
    with unit_of_work(session):
        trials.open_incident(
            session,
            cast.company,
            cast.trial,
            class_key=kind,
            what_happened="Ocurrió durante la prueba.",
            persons_affected=1,
            now=cast.now,
        )
    incident = session.scalars(select(Incident)).one()
    assert incident.due_at - incident.opened_at == timedelta(days=days)
    assert incident.serious
    session.rollback()


# --- its pages -----------------------------------------------------------------------------------


def sign_in(session: Session, client: JudgingClient, actor: Actor) -> JudgingClient:
    assert actor.person_id is not None
    email = session.get_one(Person, actor.person_id).email
    session.rollback()
    client.sign_in(email)
    return client


def assert_only_this_regime(client: JudgingClient, *addresses: str) -> None:
    """Open each page in both languages and look for the other programme's words."""
    for language in LANGUAGES:
        client.get(f"/language/{language}")
        for address in addresses:
            page = client.get(address)
            assert page.status_code == 200, (address, page.status)
            if page.mimetype == "text/html":
                assert page.language.startswith(language), address
                found = ELSEWHERE.findall(page.get_data(as_text=True))
                assert found == [], (address, language, found)


def test_public_pages_speak_of_this_regime_only(
    session: Session, cast: Cast, client: JudgingClient
) -> None:
    run_to_completion(session, cast)
    cast.now += timedelta(days=1)
    report = publish_report(session, cast)
    slug, reference = report.slug, cast.trial.reference
    session.rollback()
    assert_only_this_regime(
        client,
        "/",
        "/about",
        "/accessibility",
        "/privacy",
        "/open-data",
        "/eligibility",
        "/register",
        f"/register/{reference}",
        "/register.json",
        "/reports",
        f"/reports/{slug}",
        f"/reports/{slug}.json",
        f"/reports/{slug}.pdf",
        "/sign-in",
        "/register-account",
    )
    client.get("/language/es")
    pack = active.current()
    start = client.get("/")
    assert pack.programme.title.in_("es") in start.words
    assert all(step.in_("es") in start.words for step in pack.programme.how_it_works)
    shown = client.get(f"/register/{reference}").words
    assert pack.questions["system_name"].label.in_("es") not in shown
    assert "Ordenación de candidaturas" in shown


def test_pages_of_those_who_work_on_the_case_speak_of_this_regime_only(
    session: Session, cast: Cast, app: Flask
) -> None:
    run_to_completion(session, cast)
    case_id, trial_id = cast.trial.application_id, cast.trial.id
    people = (cast.company, cast.caseworker, cast.lead.officer)
    session.rollback()
    pages = [
        "/my-tasks",
        "/trials",
        f"/cases/{case_id}",
        f"/cases/{case_id}/decision",
        f"/cases/{case_id}/decision.pdf",
        f"/trials/{trial_id}",
        f"/trials/{trial_id}/plan",
        f"/applications/{case_id}/submissions/1",
    ]
    for person in people:
        window = sign_in(session, JudgingClient(app), person)
        assert_only_this_regime(window, *pages)
    window = sign_in(session, JudgingClient(app), cast.company)
    assert_only_this_regime(
        window,
        "/applications/new",
        f"/applications/{case_id}/submissions/1/receipt",
        f"/applications/{case_id}/submissions/1/receipt.pdf",
    )


def test_every_section_of_the_form_opens_in_both_languages(
    session: Session, app: Flask, client: JudgingClient
) -> None:
    organisation, company = make_company(session, "Aurora Clínica")
    application = make_draft(session, organisation, company, **ANSWERS)
    case_id = application.id
    pack = active.current()
    applying = {question.key for question in asked(pack, complete_answers(pack, **ANSWERS))}
    assert len(applying) > 45
    window = sign_in(session, client, company)
    for section in pack.sections:
        address = f"/applications/{case_id}/sections/{section.key}"
        assert_only_this_regime(window, address)
        for language in LANGUAGES:
            window.get(f"/language/{language}")
            shown = window.get(address).main
            for question in (each for each in section.questions if each.key in applying):
                assert question.label.in_(language) in shown, question.key
    assert_only_this_regime(window, f"/applications/{case_id}", f"/applications/{case_id}/check")


def test_other_cases_keep_the_pack_that_they_began_under(session: Session, cast: Cast) -> None:
    active.install(PACKS, "mx")
    assert active.current().code == "mx"
    assert active.pack_of(session.get_one(Trial, cast.trial.id)).code == REGIME
    session.rollback()
