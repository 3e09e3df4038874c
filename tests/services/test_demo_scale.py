"""A thousand generated cases: that each can be told, and how long all of them take."""

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.domain.reliefs import Verdict
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.models import Application, Relief, Submission, Trial
from sandbox.web.demo import generating, loading
from sandbox.web.demo.planning import Kind, Plan, make_plans
from tests.factories import pack

THOUSAND = 1000
SECONDS = 30.0
FEW = 100
MOST_TIMES = 1.5


@pytest.fixture
def demo(app: Flask) -> Iterator[Session]:
    """The session of the command, within the application that runs it."""
    with app.app_context():
        yield db.session()
        db.session().rollback()


def count(session: Session, model: type) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def load(applications: int, seed: int) -> float:
    """Load that many cases. Units: returns seconds."""
    began = time.monotonic()
    lines = list(loading.load(if_empty=False, applications=applications, seed=seed, now=utc_now()))
    assert lines[-2] == f"{applications} of {applications} applications."
    return time.monotonic() - began


def test_test_that_ended_before_it_began_has_its_reliefs_answered(
    demo: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> list[Plan]:
        """The one that is longest ago, so that no relief of it could begin today."""
        plans = make_plans(pack(), THOUSAND, 1)
        return [plan for plan in plans if plan.kind is Kind.NOT_STARTED][:1]

    monkeypatch.setattr(generating, "make_plans", ended)
    load(1, seed=1)
    (trial,) = demo.scalars(select(Trial))
    reliefs = demo.scalars(select(Relief)).all()
    assert reliefs
    assert trial.ended_at is not None
    for relief in reliefs:
        assert relief.verdict in set(Verdict)
        assert relief.starts_on is not None
        assert relief.starts_on <= trial.ended_at.date()


@pytest.mark.long
def test_thousand_cases_take_less_than_half_a_minute(demo: Session, engine_name: str) -> None:
    few = load(FEW, seed=2)
    taken = load(THOUSAND, seed=1)
    assert count(demo, Application) == THOUSAND + FEW
    assert count(demo, Submission) > THOUSAND // 2
    assert count(demo, AuditEntry) > THOUSAND * 5
    # What is promised is promised of the embedded database, on two cores that do nothing else.
    if engine_name == "sqlite":
        assert taken < SECONDS
    # Most cases are told again from others, so ten times as many take much less than ten times.
    assert taken < few * (THOUSAND / FEW) * MOST_TIMES
