"""A thousand generated cases: that each can be told, and how long all of them take."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from sandbox.domain.reliefs import Verdict
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus
from sandbox.kernel.audit import AuditEntry
from sandbox.kernel.clock import utc_now
from sandbox.kernel.db import db
from sandbox.models import (
    Application,
    AuthorityAssignment,
    Incident,
    MonitoringReport,
    Relief,
    Submission,
    Trial,
    TrialStage,
)
from sandbox.web.demo import generating, loading
from sandbox.web.demo.facts import read
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


def assert_proportions(session: Session) -> None:
    """Hold the rows to what sandboxes really are like. Source: "scale" of the facts."""
    scale = read("mexico")["scale"]
    # Nobody reports before a test begins, and what runs has not come to its last report yet.
    ended = Trial.status == TrialStatus.COMPLETED.value
    for name, numbers in {
        "authorities_per_case": counted(session, AuthorityAssignment.application_id),
        "reliefs_per_case": counted(session, Relief.trial_id),
        "reports_per_trial": counted(session, MonitoringReport.trial_id, ended),
        "incidents_per_trial": [0, *counted(session, Incident.trial_id)],
    }.items():
        least, most = scale[name]
        assert least <= min(numbers) <= max(numbers) <= most, (name, Counter(numbers))
        assert len(set(numbers)) > 1, f"{name}: one case is like another."


def counted(session: Session, column: Any, *among: Any) -> Sequence[int]:
    """Count the rows of each case or test that has any."""
    statement = select(func.count(column)).group_by(column)
    if among:
        statement = statement.join(Trial, Trial.id == column).where(*among)
    return session.scalars(statement).all()


def test_cases_have_the_proportions_of_real_ones(demo: Session) -> None:
    load(120, seed=3)
    assert_proportions(demo)


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
    assert_proportions(demo)
    scale = read("mexico")["scale"]
    sent = demo.scalars(
        select(Application.submitted_at).where(Application.submitted_at.is_not(None))
    )
    years = Counter(at.year for at in sent)
    # The first year and this one have only begun.
    assert max(years.values()) <= scale["applications_per_year"][1] * (THOUSAND + FEW) / THOUSAND
    assert min(sorted(years.values())[2:]) >= scale["applications_per_year"][0]
    trials = count(demo, Trial)
    least, most = scale["accepted_fraction"]
    assert least <= trials / (THOUSAND + FEW) <= most
    open_ones = [status.value for status in OPEN_STATUSES]
    live = demo.scalars(select(Trial.status).where(Trial.status.in_(open_ones))).all()
    least, most = scale["live_trials"]
    assert least <= len(live) <= most
    assert TrialStatus.SUSPENDED.value in live
    never = select(func.count()).where(
        Trial.ended_at.is_not(None),
        ~exists().where(TrialStage.trial_id == Trial.id, TrialStage.sequence > 1),
    )
    least, most = scale["not_started_or_lapsed_fraction"]
    assert least <= demo.scalars(never).one() / trials <= most
    # Most cases are told again from others, so ten times as many take much less than ten times.
    assert taken < few * (THOUSAND / FEW) * MOST_TIMES
