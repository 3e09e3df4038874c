"""What a company was advised on its case stays on record, with how it understood it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied, NotFound
from sandbox.applications import services as applications
from sandbox.coordination import queries, services
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import Application, InheritedPlace
from tests.factories import make_draft
from tests.services import test_coordination as shared
from tests.services.test_coordination import (
    LATER,
    NOW,
    World,
    case_under_review,
    deeds,
    mailed,
)
from tests.trial_factories import make_running_trial

world = shared.world
GIVEN = Guidance(NOW.date(), Channel.CALL, "¿Basta el aviso corto?", "Sí, con liga al completo.")


def give(
    session: Session, actor: Actor, application: Application, given: Guidance = GIVEN, **more: Any
) -> None:
    with unit_of_work(session):
        services.give_guidance(session, actor, application, given=given, now=NOW, **more)


def answer(session: Session, actor: Actor, application: Application, number: int) -> None:
    with unit_of_work(session):
        services.answer_guidance(
            session, actor, application, number=number, text="Lo pondremos.", now=LATER
        )


def lines(session: Session, actor: Actor, application: Application, **page: Any) -> list[Any]:
    return list(queries.list_guidance(session, actor, application.id, **page).rows)


def refusal(session: Session, actor: Actor, application: Application, **more: Any) -> Why:
    with pytest.raises(NotPossible) as refused:
        give(session, actor, application, **more)
    return refused.value.reason


def test_advice_is_read_without_names_answered_once_and_corrected_by_a_further_entry(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    give(session, world.inai.officer, application)
    assert refusal(session, world.inai.officer, application) is Why.ALREADY_DONE
    assert mailed(session, "advice_recorded") == ["Ana López"]
    answer(session, world.company, application, 1)
    with pytest.raises(NotPossible):
        answer(session, world.company, application, 1)
    assert mailed(session, "advice_answered") == ["Jefa INAI", "Oficial INAI"]
    right = replace(GIVEN, advice="No basta.", is_binding=True, basis="Artículo 27.")
    for actor in (world.ift.officer, world.caseworker):
        with pytest.raises(NotFound):
            give(session, actor, application, right, corrects=1)
    give(session, world.inai.officer, application, right, corrects=1)
    assert mailed(session, "advice_corrected") == ["Ana López"]
    again = replace(right, advice="Basta a veces.")
    assert (
        refusal(session, world.inai.officer, application, given=again, corrects=1)
        is Why.ALREADY_DONE
    )
    give(session, world.caseworker, application)
    seen = lines(session, world.company, application)
    assert [
        (row.number, row.authority, row.person, row.corrects, row.corrected_by, row.reply)
        for row in seen
    ] == [
        (3, None, "", None, None, None),
        (2, "INAI", "", 1, None, None),
        (1, "INAI", "", None, 2, "Lo pondremos."),
    ]
    assert (seen[2].advice, seen[2].is_binding) == (GIVEN.advice, False)
    inside = lines(session, world.ift.officer, application)
    assert [row.person for row in inside] == ["Carmen Ruiz", "Oficial INAI", "Oficial INAI"]
    assert deeds(session, application)[-4:] == [
        Deed.GUIDANCE_GIVEN,
        Deed.GUIDANCE_CORRECTED,
        Deed.GUIDANCE_GIVEN,
        Deed.GUIDANCE_ANSWERED,
    ]
    first = queries.list_guidance(session, world.company, application.id, size=2)
    assert [
        row.number
        for row in lines(session, world.company, application, after=first.next_key, size=2)
    ] == [1]


def test_only_who_stands_on_the_case_advises_and_only_what_is_complete(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    for actor in (world.company, world.cofece.officer, world.inai.second):
        with pytest.raises(Denied):
            give(session, actor, application)
    for given, why in {
        replace(GIVEN, given_on=NOW.date() + timedelta(days=1)): Why.GUIDANCE_NOT_YET,
        replace(GIVEN, advice=" "): Why.GUIDANCE_INCOMPLETE,
        replace(GIVEN, is_binding=True): Why.GUIDANCE_INCOMPLETE,
        replace(GIVEN, basis="Artículo 27."): Why.GUIDANCE_INCOMPLETE,
        replace(GIVEN, question_key="nobody-asks-this"): Why.GUIDANCE_INCOMPLETE,
    }.items():
        assert refusal(session, world.inai.officer, application, given=given) is why
    give(session, world.inai.officer, application)
    with unit_of_work(session):
        services.declare_conflict(
            session,
            world.inai.officer,
            application,
            has_conflict=True,
            explanation="Soy socia.",
            now=NOW,
        )
    with pytest.raises(Denied):
        give(session, world.inai.officer, application, replace(GIVEN, advice="Otra cosa."))
    with unit_of_work(session):
        applications.withdraw(session, world.company, application, reason="", now=LATER)
    other = replace(GIVEN, advice="Otra cosa.")
    assert refusal(session, world.caseworker, application, given=other) is Why.GUIDANCE_CLOSED
    draft = make_draft(session, world.organisation, world.company)
    with pytest.raises(Denied):
        give(session, world.caseworker, draft)


def test_successor_sees_and_corrects_what_its_predecessor_advised(
    session: Session, world: World
) -> None:
    application = case_under_review(session, world, world.ift)
    give(session, world.inai.officer, application)
    place = InheritedPlace(
        application_id=application.id,
        authority_id=world.ift.authority.id,
        predecessor_id=world.inai.authority.id,
    )
    with unit_of_work(session):
        session.add(place)
        shared.record(session, world.caseworker, Deed.AUTHORITY_SUCCEEDED, application, now=NOW)
    right = replace(GIVEN, advice="No basta.")
    give(session, world.ift.officer, application, right, corrects=1)
    assert [
        (row.authority, row.corrected_by) for row in lines(session, world.ift.officer, application)
    ] == [("IFT", None), ("INAI", 2)]
    answer(session, world.company, application, 1)
    assert set(mailed(session, "advice_answered")) == {
        f"{who} {code}" for who in ("Jefa", "Oficial") for code in ("INAI", "IFT")
    }


def test_advice_is_recorded_until_the_trial_ends_and_answered_also_afterwards(
    session: Session, tmp_path: Path
) -> None:
    cast = make_running_trial(session, FileStore.from_url(f"file://{tmp_path / 'files'}"))
    application = session.get_one(Application, cast.trial.application_id)
    caseworker = cast.caseworker
    give(session, caseworker, application)
    with unit_of_work(session):
        cast.trial.ended_at = LATER
        shared.record(session, caseworker, Deed.TRIAL_COMPLETED, cast.trial, now=LATER)
    other = replace(GIVEN, advice="Otra cosa.")
    assert refusal(session, caseworker, application, given=other) is Why.GUIDANCE_CLOSED
    answer(session, cast.company, application, 1)
