"""Once a test has ended its company reports on the whole of it, within a term of its own."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import Ending
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import AuditEntry, Deed
from sandbox.kernel.db import Stale, unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.tasks import Task
from sandbox.models import FinalReport, MonitoringReport, Person
from sandbox.outcomes import services as outcomes
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.trials import queries, services
from tests.factories import pack
from tests.pages import JudgingClient
from tests.trial_factories import (
    Cast,
    hand_in_report,
    make_completed_trial,
    make_running_trial,
    make_trial,
    read,
    send_back,
)

OpenWindow = Callable[[str], JudgingClient]
MINIMAL = pack().tiers[0].key
TEXT = "Qué resultó y qué aprendimos."


@pytest.fixture
def cast(session: Session, app: Flask) -> Cast:
    return make_completed_trial(session, app.extensions["file_store"], tier=MINIMAL)


def owed(session: Session, actor: Actor, cast: Cast) -> list[Task]:
    found = queries.list_tasks(session, actor, cast.now)
    return [task for task in found if task.kind == "trials.final_report"]


def hand_in(session: Session, actor: Actor, cast: Cast, text: str = TEXT) -> FinalReport:
    with unit_of_work(session):
        return services.hand_in_final_report(
            session, actor, cast.trial, text=text, file=None, store=cast.store, now=cast.now
        )


def end_early(session: Session, cast: Cast) -> None:
    with unit_of_work(session):
        services.end_early(
            session,
            cast.lead.officer,
            cast.trial,
            exit_kind=pack().exits(Ending.EARLY)[0].code,
            reason="No siguió.",
            now=cast.now,
        )


def test_company_owes_a_report_from_the_end_until_it_hands_it_in(
    session: Session, cast: Cast
) -> None:
    ended_on = read(session, cast).day_of(cast.now)
    due_on = ended_on + timedelta(days=pack().final_report_days or 0)
    [task] = owed(session, cast.company, cast)
    assert (task.due_on, task.endpoint) == (due_on, "trials.new_final_report")
    for other in (cast.lead.officer, cast.caseworker):
        assert owed(session, other, cast) == []
    cast.now += timedelta(days=pack().final_report_days or 0)
    assert not read(session, cast).is_final_report_late
    cast.now += timedelta(days=1)
    assert read(session, cast).is_final_report_late
    hand_in(session, cast.company, cast)
    assert owed(session, cast.company, cast) == []
    cast.now += timedelta(days=90)
    # That it came late stays visible.
    assert read(session, cast).is_final_report_late


def test_final_report_is_handed_in_once_by_the_company_after_the_end(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(Denied):
        hand_in(session, cast.lead.officer, cast)
    with pytest.raises(NotPossible) as empty:
        hand_in(session, cast.company, cast, " ")
    assert empty.value.reason is Why.REPORT_INCOMPLETE
    hand_in(session, cast.company, cast)
    with pytest.raises(NotPossible) as again:
        hand_in(session, cast.company, cast, "Otra cosa.")
    assert again.value.reason is Why.ALREADY_DONE
    assert session.scalars(select(FinalReport.text)).all() == [TEXT]


def test_running_test_has_no_final_report(session: Session, app: Flask) -> None:
    cast = make_running_trial(session, app.extensions["file_store"], tier=MINIMAL)
    assert owed(session, cast.company, cast) == []
    with pytest.raises(TransitionRefused):
        hand_in(session, cast.company, cast)
    end_early(session, cast)
    assert len(owed(session, cast.company, cast)) == 1


def test_test_that_never_ran_owes_no_report(session: Session, app: Flask) -> None:
    cast = make_trial(session, app.extensions["file_store"], tier=MINIMAL)
    end_early(session, cast)
    assert owed(session, cast.company, cast) == []
    with pytest.raises(NotPossible) as refused:
        hand_in(session, cast.company, cast)
    assert refused.value.reason is Why.REPORT_NOT_DUE


def test_rules_without_a_term_ask_for_no_report(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = replace(pack(), final_report_days=None)
    monkeypatch.setattr(active._Active, "registry", PackRegistry([rules]))
    assert owed(session, cast.company, cast) == []


def test_report_is_handed_in_and_read_by_all_sides(
    session: Session, cast: Cast, client_for: OpenWindow
) -> None:
    def window(actor: Actor) -> JudgingClient:
        email = session.scalars(select(Person.email).where(Person.id == actor.person_id)).one()
        session.rollback()
        return client_for(email)

    place = f"/trials/{cast.trial.id}"
    company, officer = window(cast.company), window(cast.lead.officer)
    staff = window(cast.caseworker)
    assert officer.get(f"{place}/final-report").status_code == 404
    form = f"{place}/final-report/new"
    assert company.submit(form, {"text": ""}).status_code == 422
    content = b"%PDF-1.4\n%%EOF"
    company.submit(form, {"text": TEXT, "document": (io.BytesIO(content), "final.pdf")})
    for reader in (company, officer, staff):
        page = reader.get(f"{place}/final-report")
        assert TEXT in page.main
        assert f"{place}/final-report/document" in page.links.values()
        assert f"{place}/final-report" in reader.get(place).links.values()
    given = officer.get(f"{place}/final-report/document")
    assert given.data == content
    assert given.headers["Content-Disposition"].startswith("attachment")
    begun = staff.submit(f"/outcomes/begin/{cast.trial.id}")
    assert TEXT in begun.main
    told = session.scalar(
        select(func.count(OutboxMail.id)).where(OutboxMail.template == "trials/final_report")
    )
    assert told


def correct(
    session: Session, actor: Actor, cast: Cast, text: str, expected_version: int = 1
) -> FinalReport:
    with unit_of_work(session):
        return services.correct_final_report(
            session,
            actor,
            cast.trial,
            text=text,
            file=None,
            store=cast.store,
            expected_version=expected_version,
            now=cast.now,
        )


def publish(session: Session, cast: Cast) -> None:
    """Let the outcome report on the trial be published, whoever wrote it."""
    with unit_of_work(session):
        report = outcomes.draft_report(
            session, cast.caseworker, cast.trial, language="es", now=cast.now
        )
        report.status = ReportStatus.PUBLISHED.value


def test_final_report_is_corrected_as_a_further_version_until_the_outcome_is_published(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(NotPossible) as early:
        correct(session, cast.company, cast, "Antes de tiempo.")
    assert early.value.reason is Why.REPORT_CLOSED
    hand_in(session, cast.company, cast)
    cast.now += timedelta(days=(pack().final_report_days or 0) + 9)
    with pytest.raises(Denied):
        correct(session, cast.lead.officer, cast, "Otra cosa.")
    for text, why in ((" ", Why.REPORT_INCOMPLETE), (TEXT, Why.ALREADY_DONE)):
        with pytest.raises(NotPossible) as refused:
            correct(session, cast.company, cast, text)
        assert refused.value.reason is why
    correct(session, cast.company, cast, "Con la cifra correcta.")
    with pytest.raises(Stale):
        correct(session, cast.company, cast, "Lo que escribió un colega.")
    file = read(session, cast)
    assert [(each.number, each.text) for each in file.final_reports] == [
        (1, TEXT),
        (2, "Con la cifra correcta."),
    ]
    # What came in time was not made late by its correction; and nobody agreed twice to the plan.
    assert not file.is_final_report_late
    parties = [row.party for row in file.agreements]
    assert len(parties) == len(set(parties)) > 1
    last = queries.find_final_report(session, cast.trial.id)
    assert last is not None
    assert last.number == 2
    deeds = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.FINAL_REPORT_CORRECTED.value)
    ).all()
    assert [details["number"] for details in deeds] == [2]
    session.rollback()
    publish(session, cast)
    with pytest.raises(NotPossible) as closed:
        correct(session, cast.company, cast, "Demasiado tarde.", 2)
    assert closed.value.reason is Why.REPORT_CLOSED


def test_versions_of_a_final_report_stay_readable_with_their_documents(
    session: Session, cast: Cast, client_for: OpenWindow
) -> None:
    def window(actor: Actor) -> JudgingClient:
        email = session.scalars(select(Person.email).where(Person.id == actor.person_id)).one()
        session.rollback()
        return client_for(email)

    place = f"/trials/{cast.trial.id}/final-report"
    company, officer = window(cast.company), window(cast.lead.officer)
    first, second = b"%PDF-1.4\n1 %%EOF", b"%PDF-1.4\n2 %%EOF"
    company.submit(f"{place}/new", {"text": TEXT, "document": (io.BytesIO(first), "a.pdf")})
    assert f"{place}/correct" in company.get(place).links.values()
    assert f"{place}/correct" not in officer.get(place).links.values()
    form = company.get(f"{place}/correct")
    assert "a.pdf" in form.main
    company.submit(form, {"text": "Con la cifra.", "document": (io.BytesIO(second), "b.pdf")})
    page = officer.get(place)
    assert "Con la cifra." in page.main
    assert TEXT not in page.main
    former = f"{place}/versions/1"
    assert former in page.links.values()
    assert TEXT in officer.get(former).main
    assert "se corrigió después" in officer.get(former).main
    assert officer.get(f"{former}/document").data == first
    assert officer.get(f"{place}/document").data == second
    assert officer.get(f"{place}/versions/3").status_code == 404
    # A form that was opened before is not taken for a correction of what it did not show.
    late = company.submit(form, {"text": "Tarde."})
    assert late.status_code == 409
    company.submit(f"{place}/correct", {"text": "Sin otro documento."})
    assert officer.get(f"{place}/document").data == second


def test_a_returned_report_lapses_when_the_test_ends(session: Session, app: Flask) -> None:
    cast = make_running_trial(session, app.extensions["file_store"], tier=MINIMAL)
    report = hand_in_report(session, cast)
    send_back(session, cast, report)
    session.rollback()
    end_early(session, cast)
    assert session.scalars(select(MonitoringReport.state)).all() == ["lapsed"]
    ended = session.scalars(
        select(AuditEntry.details).where(AuditEntry.deed == Deed.TRIAL_ENDED_EARLY.value)
    ).one()
    assert ended["reports_lapsed"] == 1
    found = [task.kind for task in queries.list_tasks(session, cast.company, cast.now)]
    assert found == ["trials.final_report"]
