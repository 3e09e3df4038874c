"""The demonstration: what it tells, that it is told soundly, and that nobody is written to."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Config
from sandbox.accounts.passwords import hash_password
from sandbox.accounts.queries import actor_of, find_person
from sandbox.coordination.queries import get_bench, routing_of
from sandbox.domain.answers import problems
from sandbox.domain.applications import ApplicationStatus, DecisionOutcome
from sandbox.domain.content import content_hash
from sandbox.domain.enquiries import EnquiryKind
from sandbox.domain.monitoring import Level, judge
from sandbox.domain.packs import PolicyPack
from sandbox.domain.reliefs import ReliefState
from sandbox.domain.risk import tiering
from sandbox.domain.trials import TrialStatus
from sandbox.home.tasks import list_tasks
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import local_day, utc_now
from sandbox.kernel.db import db, unit_of_work
from sandbox.kernel.jobs import Job, enqueue, set_aside
from sandbox.kernel.mail import OutboxMail, only_to_inboxes, post
from sandbox.models import (
    Application,
    AuthorityAssignment,
    ConflictDeclaration,
    Enquiry,
    FastAnswer,
    Incident,
    Membership,
    MonitoringReport,
    Organisation,
    OutcomeReport,
    Person,
    Reading,
    Relief,
    RoundTable,
    Submission,
    Suspension,
    Trial,
)
from sandbox.outcomes.services import content_of
from sandbox.packs import active
from sandbox.trials.queries import list_register
from sandbox.web.demo import accounts, generating, loading
from sandbox.web.demo.answers import Composer
from sandbox.web.demo.cases import cases
from sandbox.web.demo.days import Days
from sandbox.web.demo.facts import fill, projects, read
from sandbox.web.demo.planning import Kind, make_plans
from sandbox.web.demo.readings import reading
from sandbox.web.demo.world import company_slots
from tests.databases import Store
from tests.demonstration import tell
from tests.domain.tiny_pack import tiny_pack
from tests.factories import NOW, make_person, pack
from tests.handing import once

SIXTEEN = 16
# In Mexico City; elsewhere it is Sunday already.
LATE_ON_A_SATURDAY = datetime(2026, 11, 22, 5, 59, 58, tzinfo=UTC)


@pytest.fixture
def demo(app: Flask) -> Iterator[Session]:
    """The session of the command, within the application that runs it."""
    with app.app_context():
        yield db.session()
        db.session().rollback()


def load(**options: Any) -> list[str]:
    usual = {"if_empty": False, "applications": None, "seed": 1, "now": utc_now()}
    return list(loading.load(**{**usual, **options}))


def count(session: Session, model: Any, *conditions: Any) -> int:
    return session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()


def values(session: Session, column: Any) -> set[Any]:
    return set(session.scalars(select(column)))


# --- the programme --------------------------------------------------------------------------------


def test_programme_tells_every_status_tier_and_stage_and_leaves_everybody_something_to_do(
    demo: Session, shared: Path
) -> None:
    tell(demo, shared)

    # The rules of the demonstration hear nobody before a decision.
    assert pack().preliminary_result is None
    statuses = {status.value for status in ApplicationStatus}
    assert values(demo, Application.status) == statuses - {ApplicationStatus.PRELIMINARY.value}
    assert values(demo, Application.outcome) == {None, *(each.value for each in DecisionOutcome)}
    assert values(demo, Application.tier) == {None, *(tier.key for tier in pack().tiers)}
    assert values(demo, Trial.status) == {status.value for status in TrialStatus}
    live = demo.execute(
        select(Trial.tier, Trial.stage).where(
            Trial.status.in_(("preparing", "running", "suspended"))
        )
    )
    assert {tuple(row) for row in live} == {
        (tier.key, stage.key) for tier in pack().tiers for stage in tier.stages
    }

    applicants = demo.scalars(
        select(Organisation.name).join(Application, Application.organisation_id == Organisation.id)
    )
    implementers = {each["implementer"] for each in read("mexico")["use_cases"]}
    assert len(implementers) == SIXTEEN
    assert set(applicants) == implementers

    prohibited = demo.scalars(select(Application).where(Application.tier == "prohibited")).one()
    assert prohibited.status == ApplicationStatus.TRIAGE
    assert count(demo, Suspension, Suspension.resumed_at.is_(None)) == 1
    assert count(demo, ConflictDeclaration, ConflictDeclaration.has_conflict.is_(True)) == 1
    assert values(demo, Reading.level) == {level.value for level in Level}
    assert count(demo, Incident, Incident.serious.is_(True)) >= 1
    assert values(demo, MonitoringReport.state) == {"submitted", "accepted", "returned"}

    published = demo.scalars(select(OutcomeReport).where(OutcomeReport.status == "published")).one()
    assert published.drafted_by_id != published.published_by_id
    assert {spec.key for spec in pack().report_sections} == set(published.sections)
    assert {"P01", "P04"} <= set(published.lessons)
    assert published.trial.status == TrialStatus.COMPLETED

    assert values(demo, Enquiry.kind) == {kind.value for kind in EnquiryKind}
    assert values(demo, Enquiry.status) == {"answered", "asked"}
    answers = demo.scalars(select(FastAnswer)).all()
    assert sorted(each.answer or "" for each in answers) == ["", "applies"]
    assert min(each.due_on for each in answers) > utc_now().date()

    tables = demo.scalars(select(RoundTable).order_by(RoundTable.held_on)).all()
    facts = read("mexico")["round_tables"]
    assert [(each.held_on.isoformat(), each.regime) for each in tables] == [
        (each["date"], each["mode"]) for each in facts
    ]
    assert all(set(each.purpose) == {"es", "en"} for each in tables)

    assert_sound(demo)
    assert count(demo, Job) == 0
    assert count(demo, OutboxMail, OutboxMail.state != "sent") == 0
    each_inbox = demo.scalars(select(func.count(OutboxMail.id)).group_by(OutboxMail.person_id))
    assert max(each_inbox) == loading.NEWEST_MAILS

    idle = [account.email for account in tried() if not tasks_of(demo, account.email)]
    assert idle == []
    demo.rollback()

    assert load(if_empty=True) == ["There is data already; nothing was loaded."]
    with pytest.raises(click.ClickException, match="loaded already"):
        load()
    assert count(demo, Application) == len(cases())


def tried() -> list[accounts.DemoAccount]:
    """Give the accounts whose role has a list of tasks; the others look after the whole."""
    found = (*accounts.companies(), *accounts.staff(), *accounts.authorities())
    return [each for each in found if each.role not in ("administrator", "auditor")]


def tasks_of(session: Session, email: str) -> list[Any]:
    person = find_person(session, email)
    assert person is not None, email
    return list_tasks(session, actor_of(session, person), utc_now()).tasks


def assert_sound(session: Session) -> None:
    """Judge what every case must satisfy, however it came about."""
    rules = pack()
    now = utc_now()
    assert session.execute(select(func.max(AuditEntry.at))).scalar_one() <= now
    for submission in session.scalars(select(Submission)):
        answers = submission.content["answers"]
        assert submission.content_hash == content_hash(submission.content)
        assert problems(rules, answers) == ()
        application = session.get_one(Application, submission.application_id)
        assert application.tier == tiering(rules, answers).tier
        assert application.title == answers[rules.title_question]
        member = session.scalars(
            select(Membership.person_id).where(
                Membership.organisation_id == application.organisation_id
            )
        )
        assert submission.submitted_by_id in set(member)
    references = [each for each in session.scalars(select(Application.reference)) if each]
    assert len(references) == len(set(references))
    for trial, application in session.execute(
        select(Trial, Application).join(Application, Application.id == Trial.application_id)
    ):
        assert trial.reference == f"{application.reference}-P"
        assert trial.title == application.title
        assert trial.tier == application.tier
        assert trial.organisation_id == application.organisation_id
    for row in session.scalars(select(Reading)):
        assert judge(rules.metric(row.metric), row.value).value == row.level
    for report in session.scalars(select(OutcomeReport).where(OutcomeReport.facts.is_not(None))):
        assert report.facts is not None
        assert report.content_hash == content_hash(content_of(report))
        assert report.facts["reference"] == report.trial.reference
        assert report.facts["organisation"] == report.trial.organisation.name
    assert_routed(session, rules)


def assert_routed(session: Session, rules: PolicyPack) -> None:
    """Compare who leads with whom the answers point to."""
    cases = select(Application).where(
        Application.id.in_(select(AuthorityAssignment.application_id))
    )
    for application in session.scalars(cases):
        proposal = routing_of(session, application, rules, utc_now().date())
        bench = get_bench(session, application.id)
        assert proposal.lead in (None, bench.lead)
        assert set(proposal.associates) <= set(bench.assigned)
        assert len(bench.assigned) >= 2


def test_reliefs_stand_in_every_state_and_one_ends_soon(demo: Session, shared: Path) -> None:
    tell(demo, shared)
    today = local_day(utc_now(), active.current().calendar.timezone)
    states = {
        state: len(list_register(demo, today, state=state.value).rows)
        for state in (ReliefState.IN_FORCE, ReliefState.STOPPED, ReliefState.ENDED)
    }
    assert min(states.values()) > 0, states
    verdicts = Counter(demo.scalars(select(Relief.verdict)))
    drafts = demo.scalars(select(Relief.starts_on).where(Relief.verdict.is_(None))).all()
    assert drafts
    assert all(begins is not None and begins > today for begins in drafts)
    assert verdicts["refused"] > 0
    assert demo.scalars(
        select(Relief.id).where(Relief.ends_on.between(today, today + timedelta(days=14)))
    ).all()


def test_a_load_cut_short_leaves_nothing(demo: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading, "_tell", cut)
    with pytest.raises(KeyboardInterrupt):
        load()

    assert count(demo, Person) == 0
    assert count(demo, OutboxMail) == 0


def test_a_public_platform_refuses_known_passwords(
    demo: Session, config: Config, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    public = Config(
        secret_key=config.secret_key,
        database_url=config.database_url,
        data_folder=config.data_folder,
        base_url="https://sandbox.example.org",
    )
    monkeypatch.setitem(app.extensions, "config", public)

    with pytest.raises(click.ClickException, match="public"):
        load()

    assert count(demo, Person) == 0


def test_sheet_names_every_role_with_the_password_and_the_address() -> None:
    sheet = accounts.sheet(18080)

    assert "http://127.0.0.1:18080" in sheet
    assert accounts.PASSWORD in sheet
    for role in ("company", "caseworker", "publisher", "administrator", "auditor"):
        assert f"  {role} " in sheet
    for code in ("INAI", "IFT", "COFECE"):
        assert f"head of {code}" in sheet
        assert f"officer3.{code.lower()}@example.org" in sheet


# --- generated cases ------------------------------------------------------------------------------


@pytest.fixture
def one_telling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retell from the second case of a plot on, so that few cases show what many would."""
    monkeypatch.setattr(generating, "TELLINGS", {})
    monkeypatch.setattr(generating, "USUAL_TELLINGS", 1)


def test_generated_cases_are_as_sound_as_those_that_were_told(
    demo: Session, one_telling: None
) -> None:
    lines = load(applications=70, seed=7)

    assert lines[-2] == "70 of 70 applications."
    assert count(demo, Application) == 70
    assert_sound(demo)
    assert_apart(demo)
    assert count(demo, Job) == 0
    ended = count(demo, Trial, Trial.status.in_(("completed", "ended_early")))
    assert count(demo, OutcomeReport, OutcomeReport.status == "published") == ended
    with pytest.raises(click.ClickException, match="seed 7"):
        load(applications=5, seed=7)


def assert_apart(demo: Session) -> None:
    """Look for a person of one organisation in the history of another one's case."""
    history = demo.execute(
        select(AuditEntry.person_id, Application.organisation_id)
        .join(Application, Application.id == AuditEntry.application_id)
        .where(AuditEntry.person_id.in_(select(Membership.person_id)))
    )
    members = {
        tuple(row) for row in demo.execute(select(Membership.person_id, Membership.organisation_id))
    }
    assert {tuple(row) for row in history} <= members
    receipts = demo.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == "application:submitted")
    )
    hashes = values(demo, Submission.content_hash)
    assert {details["content_hash"] for details in receipts} <= hashes
    assert len(hashes) == count(demo, Submission)


def test_same_seed_tells_the_same_on_either_engine(
    demo: Session, store: Store, shared: Path, one_telling: None
) -> None:
    def told() -> list[Any]:
        load(applications=24, seed=11, now=LATE_ON_A_SATURDAY)
        rows = demo.execute(
            select(
                Application.title,
                Application.status,
                Application.outcome,
                Application.tier,
                Application.submitted_at,
                Submission.content_hash,
            ).outerjoin(Submission, Submission.application_id == Application.id)
        )
        found = [
            (*row[:4], row.submitted_at.date() if row.submitted_at else None, row.content_hash)
            for row in rows
        ]
        demo.rollback()
        # Each engine has an order of its own for capitals and accents.
        return sorted(found, key=str)

    first, is_own = once(shared / "telling", told)
    if is_own:
        db.session.remove()
        db.engine.dispose()
        store.reset()

    assert told() == first
    assert {row[1] for row in first} > {"decided", "lapsed"}


def test_plans_keep_the_proportions_of_real_regimes() -> None:
    plans = make_plans(pack(), 1000, 5)
    kinds = Counter(plan.kind for plan in plans)
    admitted = sum(
        kinds[kind] for kind in (Kind.LIVE, Kind.NOT_STARTED, Kind.ENDED_EARLY, Kind.COMPLETED)
    )
    scale = read("mexico")["scale"]

    assert len(plans) == 1000
    assert scale["accepted_fraction"][0] <= admitted / 1000 <= scale["accepted_fraction"][1]
    assert scale["live_trials"][0] <= kinds[Kind.LIVE] <= scale["live_trials"][1]
    low, high = scale["not_started_or_lapsed_fraction"]
    assert low <= kinds[Kind.NOT_STARTED] / admitted <= high
    begins = [plan.begins for plan in plans]
    assert begins == sorted(begins, reverse=True)
    assert plans == make_plans(pack(), 1000, 5)
    assert plans != make_plans(pack(), 1000, 6)


@pytest.mark.parametrize("number", [0, 1, 2, 7, 30])
def test_few_plans_are_exactly_as_many_as_asked_for(number: int) -> None:
    assert len(make_plans(pack(), number, 1)) == number


# --- answers --------------------------------------------------------------------------------------

SLOTS = {
    **company_slots(
        {
            "implementer": "Río Claro",
            "kind": "company",
            "size": "small",
            "tax_id": "RIO200101AB1",
            "owner": "Ana López",
            "word": "rio",
            "place": "JAL",
        }
    ),
    "start_date": "2026-09-01",
    "participants": "80",
    "places": "JAL,SON",
    "people": "personas",
}


@pytest.mark.parametrize("project", projects(), ids=lambda project: project["key"])
def test_answers_lead_to_the_tier_that_was_wanted(project: Any) -> None:
    composer = Composer(pack())
    for tier in pack().tiers:
        answers = composer.compose(Random(tier.key), tier.key, project, SLOTS)

        assert tiering(pack(), answers).tier == tier.key
        assert problems(pack(), answers) == ()
        assert not any("{" in str(answer) for answer in answers.values() if isinstance(answer, str))


def test_answers_of_a_pack_without_texts_are_complete() -> None:
    rules = tiny_pack()
    composer = Composer(rules)
    for tier in rules.tiers:
        answers = composer.compose(Random(tier.key), tier.key, projects()[0], SLOTS)

        assert tiering(rules, answers).tier == tier.key
        assert problems(rules, answers) == ()


def test_every_question_with_a_text_has_words_of_its_own() -> None:
    known = read("answers")["questions"]
    own = {key for project in projects() for key in project["answers"]}
    texts = {
        question.key
        for question in pack().questions.values()
        if question.kind in ("text", "long_text", "rows")
    }

    assert texts - set(known) - own == {pack().title_question}


def test_words_of_the_data_files_belong_to_questions_of_the_pack() -> None:
    keys = set(pack().questions)

    assert set(read("answers")["questions"]) <= keys
    assert {key for project in projects() for key in project["answers"]} <= keys


@pytest.mark.parametrize("level", list(Level))
def test_readings_are_judged_as_they_were_meant(level: Level) -> None:
    for metric in pack().metrics:
        for share in (0.0, 0.37, 0.999):
            assert judge(metric, reading(metric, level, share)) is level


def test_sentences_begin_with_a_capital() -> None:
    slots = {"overseers": "dos enfermeras", "email": "ana@example.org"}

    assert fill("{overseers} revisan. {overseers} deciden.", slots) == (
        "Dos enfermeras revisan. Dos enfermeras deciden."
    )
    assert fill("{email}", slots) == "ana@example.org"


def test_moments_are_working_hours_before_now() -> None:
    sunday = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    days = Days(sunday, pack())
    rng = Random(1)

    found = [days.moment(rng, days_ago) for days_ago in range(40)]

    assert all(each < sunday for each in found)
    assert {each.weekday() for each in found} <= set(range(5))
    # The sixteenth is a holiday: what would fall on it happens on the Friday before.
    assert days.moment(rng, 6).date().isoformat() == "2026-11-13"


# --- jobs and mails that stay here ----------------------------------------------------------------


def test_jobs_set_aside_are_handed_to_the_caller(session: Session) -> None:
    with unit_of_work(session), set_aside(session) as aside:
        enqueue(session, "trials.open", application_id="1")
    with unit_of_work(session):
        enqueue(session, "trials.open", application_id="2")

    assert [(each.name, each.ids) for each in aside] == [("trials.open", {"application_id": "1"})]
    assert [job.arguments for job in session.scalars(select(Job))] == [{"application_id": "2"}]
    session.rollback()


def test_only_the_newest_mails_reach_the_inbox_and_none_leaves(session: Session) -> None:
    person = make_person(session)
    letter = {
        "to": person.id,
        "address": person.email,
        "language": "es",
        "template": "test/any",
    }
    with unit_of_work(session):
        post(session, **letter, now=NOW.replace(year=2020), number=0)
        other = post(session, **{**letter, "to": None}, now=NOW.replace(year=2020), number=0)
    for start in (1, 10):
        with unit_of_work(session), only_to_inboxes(session, newest=3):
            for number in range(start + 4, start, -1):
                post(session, **letter, now=NOW.replace(day=number), number=number)

    kept = session.scalars(
        select(OutboxMail).where(OutboxMail.person_id == person.id).order_by(OutboxMail.created_at)
    ).all()
    assert [mail.params["number"] for mail in kept] == [12, 13, 14]
    assert {mail.state for mail in kept} == {"sent"}
    assert session.get(OutboxMail, other.id) is not None
    assert count(session, Job) == 2
    session.rollback()


def test_password_of_the_demonstration_is_hashed_like_any_other() -> None:
    assert hash_password(accounts.PASSWORD).startswith("$argon2id$")
    assert active.current().code == "mx"
