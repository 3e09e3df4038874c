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
from sandbox.domain.packs import Ending
from sandbox.domain.refusals import NotPossible, TransitionRefused, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.mail import OutboxMail
from sandbox.kernel.tasks import Task
from sandbox.models import FinalReport, Person
from sandbox.packs import active
from sandbox.packs.loading import PackRegistry
from sandbox.trials import queries, services
from tests.factories import pack
from tests.pages import JudgingClient
from tests.trial_factories import Cast, make_completed_trial, make_running_trial, make_trial, read

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
