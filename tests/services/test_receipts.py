"""Each authority's receipt of a case is noted once, with who of it did, on both engines."""

import pytest
from sqlalchemy.orm import Session

from sandbox.access.checks import Denied
from sandbox.coordination import queries, services
from sandbox.domain.packs import Silence
from sandbox.domain.refusals import NotPossible, Why
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed
from sandbox.kernel.db import unit_of_work
from sandbox.models import Application
from tests.factories import pack
from tests.services import test_coordination as shared
from tests.services.test_coordination import (
    CLOCK,
    LATER,
    NOW,
    World,
    assigned_case,
    deeds,
    with_silence,
)

world = shared.world


def confirm(session: Session, actor: Actor, application: Application) -> None:
    with unit_of_work(session):
        services.confirm_receipt(session, actor, application, now=NOW)


def receipts(session: Session, actor: Actor, application: Application) -> dict[str, object]:
    """Return of each authority when it received the case and who did, as a reader sees it."""
    panel = queries.case_panel(session, actor, application, pack(), LATER)
    assert panel is not None
    return {line.code: (line.received_at, line.received_by) for line in panel.lines}


def test_receipt_is_noted_once_and_names_nobody_to_others(session: Session, world: World) -> None:
    application = assigned_case(session, world, world.ift)
    confirm(session, world.inai.second, application)
    with pytest.raises(NotPossible) as refused:
        confirm(session, world.inai.head, application)
    assert refused.value.reason is Why.ALREADY_DONE
    for actor in (world.cofece.officer, world.caseworker, world.company):
        with pytest.raises(Denied):
            confirm(session, actor, application)
    assert deeds(session, application)[-1] == Deed.RECEIPT_CONFIRMED
    # What is done afterwards changes nothing of it.
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=LATER)
    assert receipts(session, world.inai.head, application) == {
        "INAI": (NOW, "Segundo INAI"),
        "IFT": (None, ""),
    }
    assert receipts(session, world.caseworker, application)["INAI"] == (NOW, "Segundo INAI")
    assert receipts(session, world.ift.head, application)["INAI"] == (NOW, "")
    assert receipts(session, world.company, application)["INAI"] == (None, "")


def test_first_act_of_an_authority_is_its_receipt_and_silence_is_none(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_silence(monkeypatch, acceptance_silence=Silence.GRANTED)
    application = assigned_case(session, world, world.ift, world.cofece)
    with unit_of_work(session):
        services.accept_assignment(session, world.inai.head, application, now=NOW)
    with unit_of_work(session):
        services.declare_conflict(
            session, world.ift.officer, application, has_conflict=False, now=NOW
        )
    with unit_of_work(session):
        services.apply_silence(session, CLOCK, now=NOW.replace(month=4))
    assert receipts(session, world.caseworker, application) == {
        "INAI": (NOW, "Jefa INAI"),
        "IFT": (NOW, "Oficial IFT"),
        "COFECE": (None, ""),
    }


def test_authority_that_is_asked_again_receives_the_case_again(
    session: Session, world: World
) -> None:
    application = assigned_case(session, world)
    with unit_of_work(session):
        services.decline_assignment(session, world.inai.head, application, reason="No.", now=NOW)
    assert receipts(session, world.caseworker, application)["INAI"] == (NOW, "Jefa INAI")
    for code, instead in (("IFT", "INAI"), ("INAI", "IFT")):
        with unit_of_work(session):
            services.replace_authority(
                session,
                world.caseworker,
                application,
                declined=instead,
                replacement=code,
                reason="Le toca.",
                now=LATER,
            )
        if code == "IFT":
            with unit_of_work(session):
                services.decline_assignment(
                    session, world.ift.head, application, reason="No.", now=LATER
                )
    assert receipts(session, world.caseworker, application)["INAI"] == (None, "")
