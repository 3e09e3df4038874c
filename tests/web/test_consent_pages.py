"""Where the rules ask for it, an outcome report is public only if its company agrees to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.domain.outcomes import Consent, ReportStatus
from sandbox.domain.refusals import NotPossible, Why
from sandbox.home import tasks
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.models import Incident, OutcomeReport, Person
from sandbox.outcomes import services
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from tests.factories import actor_for, make_company, make_staff, pack
from tests.pages import JudgingClient
from tests.trial_factories import Cast, make_completed_trial

OpenWindow = Callable[[str], JudgingClient]
SECTIONS = {spec.key: f"Texto de {spec.key}." for spec in pack().report_sections}


@pytest.fixture
def cast(session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Cast:
    found = make_completed_trial(session, app.extensions["file_store"], tier=pack().tiers[0].key)
    found.now += timedelta(days=1)
    rules = replace(pack(), report_needs_consent=True)
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    return found


@pytest.fixture
def publisher(session: Session) -> Actor:
    return actor_for(session, make_staff(session, StaffRole.PUBLISHER))


def write(session: Session, cast: Cast, report: OutcomeReport, title: str) -> None:
    with unit_of_work(session):
        services.save_report(
            session,
            cast.caseworker,
            report,
            title=title,
            sections=SECTIONS,
            lessons={},
            recommendations={},
            expected_version=report.version,
            now=cast.now,
        )
    with unit_of_work(session):
        services.send_for_publication(session, cast.caseworker, report, now=cast.now)


@pytest.fixture
def report(session: Session, cast: Cast) -> OutcomeReport:
    with unit_of_work(session):
        report = services.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
    write(session, cast, report, "Lo que enseñó la prueba")
    return report


def agree(session: Session, cast: Cast, report: OutcomeReport) -> None:
    with unit_of_work(session):
        services.agree_to_publication(
            session, cast.company, report, expected_version=report.version, now=cast.now
        )


def refuse(session: Session, cast: Cast, report: OutcomeReport) -> None:
    with unit_of_work(session):
        services.refuse_publication(
            session, cast.company, report, reason="Revela un secreto.", now=cast.now
        )


def publish(session: Session, cast: Cast, publisher: Actor, report: OutcomeReport) -> None:
    with unit_of_work(session):
        services.publish(session, publisher, report, now=cast.now)


def fail(session: Session, cast: Cast) -> None:
    with unit_of_work(session):
        session.add(
            Incident(
                trial_id=cast.trial.id,
                class_key=pack().incident_classes[0].key,
                serious=True,
                what_happened="Algo falló.",
                persons_affected=0,
                known_at=cast.now,
                opened_at=cast.now,
                due_at=cast.now,
            )
        )
        record(session, cast.company, Deed.INCIDENT_OPENED, cast.trial, now=cast.now)


def email_of(session: Session, actor: Actor) -> str:
    found = session.scalars(select(Person.email).where(Person.id == actor.person_id)).one()
    session.rollback()
    return found


def kinds(session: Session, actor: Actor, cast: Cast) -> set[str]:
    found = {task.kind for task in tasks.list_tasks(session, actor, cast.now).tasks}
    session.rollback()
    return found


def test_report_is_published_only_once_the_company_has_agreed(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport
) -> None:
    for act, why in (
        (lambda: None, Why.CONSENT_MISSING),
        (lambda: refuse(session, cast, report), Why.CONSENT_REFUSED),
    ):
        act()
        with pytest.raises(NotPossible) as refused:
            publish(session, cast, publisher, report)
        assert refused.value.reason is why
    # Whoever refused may think again.
    agree(session, cast, report)
    publish(session, cast, publisher, report)
    assert report.status == ReportStatus.PUBLISHED
    assert report.content_hash == report.consent_hash


def test_nothing_is_published_but_what_the_company_read(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport
) -> None:
    version = report.version
    with pytest.raises(Stale), unit_of_work(session):
        services.agree_to_publication(
            session, cast.company, report, expected_version=version - 1, now=cast.now
        )
    agree(session, cast, report)
    # What the case says later is not in the report to which the company agreed.
    fail(session, cast)
    with unit_of_work(session):
        report.title = "Otro título"
        record(session, cast.caseworker, Deed.OUTCOME_SAVED, report, now=cast.now)
    with pytest.raises(NotPossible) as refused:
        publish(session, cast, publisher, report)
    assert refused.value.reason is Why.CONSENT_MISSING
    with unit_of_work(session):
        report.title = "Lo que enseñó la prueba"
        record(session, cast.caseworker, Deed.OUTCOME_SAVED, report, now=cast.now)
    publish(session, cast, publisher, report)
    assert report.facts is not None
    assert report.facts["incidents"] == []


def test_report_that_was_changed_is_asked_about_anew(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport
) -> None:
    agree(session, cast, report)
    with unit_of_work(session):
        services.return_to_drafter(session, publisher, report, reason="Falta.", now=cast.now)
    assert report.facts is None
    assert "outcomes.consent" not in kinds(session, cast.company, cast)
    with pytest.raises(Denied):
        agree(session, cast, report)
    write(session, cast, report, "Otra redacción")
    assert report.consent == Consent.ASKED
    assert "outcomes.consent" in kinds(session, cast.company, cast)
    with pytest.raises(NotPossible) as refused:
        publish(session, cast, publisher, report)
    assert refused.value.reason is Why.CONSENT_MISSING


def test_task_goes_from_the_company_to_the_publisher_who_meets_no_term_any_more(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport
) -> None:
    assert "outcomes.consent" in kinds(session, cast.company, cast)
    assert "outcomes.publish" not in kinds(session, publisher, cast)
    agree(session, cast, report)
    assert "outcomes.consent" not in kinds(session, cast.company, cast)
    [task] = [
        each
        for each in tasks.list_tasks(session, publisher, cast.now).tasks
        if each.kind == "outcomes.publish"
    ]
    session.rollback()
    # The company has had the report since it was asked, so the term to report is met.
    assert task.due_on is None


def test_refusal_closes_the_publication_and_leaves_nobody_late(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport, client_for: OpenWindow
) -> None:
    refuse(session, cast, report)
    address = f"/cases/{cast.trial.application_id}"
    long_after = cast.now + timedelta(days=400)
    for actor in (cast.company, cast.caseworker, publisher):
        found = tasks.list_tasks(session, actor, long_after).tasks
        session.rollback()
        assert [each.kind for each in found if each.kind.startswith("outcomes.")] == []
    page = client_for(email_of(session, publisher)).get(f"/outcomes/{report.id}")
    assert "Informe a más tardar el" not in page.main
    case = client_for(email_of(session, cast.caseworker)).get(address)
    assert "por eso no se publica" in case.main
    assert "Informe de resultados, a más tardar:" not in case.main
    session.rollback()
    # Given back for another wording, it is a draft again, with its term.
    with unit_of_work(session):
        services.return_to_drafter(
            session, publisher, report, reason="Otra redacción.", now=cast.now
        )
    found = tasks.list_tasks(session, cast.caseworker, cast.now).tasks
    session.rollback()
    assert [each.due_on is None for each in found if each.kind == "outcomes.finish"] == [False]


def test_only_the_company_of_the_test_answers(
    session: Session, cast: Cast, publisher: Actor, report: OutcomeReport
) -> None:
    _, other = make_company(session, "Otra Empresa")
    for stranger in (other, publisher, cast.lead.officer):
        with pytest.raises(Denied), unit_of_work(session):
            services.agree_to_publication(
                session, stranger, report, expected_version=report.version, now=cast.now
            )
    agree(session, cast, report)
    with pytest.raises(NotPossible) as refused:
        agree(session, cast, report)
    assert refused.value.reason is Why.ALREADY_DONE


@pytest.mark.parametrize("needed", [True, False])
def test_without_the_rule_nobody_asks_the_company(
    session: Session,
    cast: Cast,
    publisher: Actor,
    monkeypatch: pytest.MonkeyPatch,
    needed: bool,
) -> None:
    rules = replace(pack(), report_needs_consent=needed)
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    with unit_of_work(session):
        draft = services.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
    write(session, cast, draft, "Lo que enseñó la prueba")
    assert ("outcomes.consent" in kinds(session, cast.company, cast)) is needed
    assert ("outcomes.publish" in kinds(session, publisher, cast)) is not needed


def test_company_reads_the_report_and_answers(
    session: Session,
    cast: Cast,
    publisher: Actor,
    report: OutcomeReport,
    client_for: OpenWindow,
) -> None:
    emails = [
        session.scalars(select(Person.email).where(Person.id == actor.person_id)).one()
        for actor in (cast.company, publisher)
    ]
    session.rollback()
    company, editor = map(client_for, emails)
    place = f"/outcomes/{report.id}"

    page = company.get(f"{place}/consent")
    assert "Lo que enseñó la prueba" in page.main
    assert all(text in page.main for text in SECTIONS.values())
    assert company.submit(page, form="/refuse").status_code == 422
    company.submit(page, {"reason": "Revela un secreto."}, form="/refuse")
    seen = editor.get(place)
    assert "Revela un secreto." in seen.main
    assert "/publish" not in seen.get_data(as_text=True)

    # The way back to it is on the page of the case, for the company alone.
    case = f"/cases/{report.trial.application_id}"
    assert f"{place}/consent" in company.get(case).links.values()
    assert f"{place}/consent" not in editor.get(case).get_data(as_text=True)
    session.rollback()

    company.submit(company.get(f"{place}/consent"), form="/consent")
    editor.submit(editor.get(place), form="/publish")
    page = company.get(f"{place}/consent")
    assert f"/reports/{report.slug}" in page.links.values()


def test_company_agrees_to_nothing_that_the_case_says_since_it_read_the_report(
    session: Session, cast: Cast, report: OutcomeReport, client_for: OpenWindow
) -> None:
    email = session.scalars(select(Person.email).where(Person.id == cast.company.person_id)).one()
    session.rollback()
    company, place = client_for(email), f"/outcomes/{report.id}/consent"
    read = company.get(place)
    fail(session, cast)
    assert company.submit(read, form="/consent").status_code == 409
    session.refresh(report)
    assert report.consent == Consent.ASKED
    session.rollback()
    company.submit(company.get(place), form="/consent")
    session.refresh(report)
    assert report.consent == Consent.AGREED
    assert report.facts is not None
    assert len(report.facts["incidents"]) == 1
    session.rollback()
