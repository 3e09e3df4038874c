"""Whatever sound pack is written, it is accepted, and a whole case runs under it to its report."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy.orm import Session

from config import PACKS
from sandbox.coordination import services as coordination
from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.outcomes import ReportStatus
from sandbox.domain.packs import PolicyPack
from sandbox.domain.routing import propose
from sandbox.domain.trials import TrialStatus
from sandbox.kernel.actors import StaffRole
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import FileStore
from sandbox.models import OutcomeReport
from sandbox.outcomes import services as outcomes
from sandbox.packs import active
from sandbox.packs.loading import validate
from sandbox.trials import services as trials
from tests.databases import Store, connect
from tests.factories import (
    NOW,
    actor_for,
    complete_answers,
    make_company,
    make_in_triage,
    make_staff,
    make_team,
    mark_criteria,
    start_review,
    take_position,
)
from tests.packs.generating import Table, packs, write
from tests.trial_factories import OPENED, OPENER, Cast, run_to_completion, set_tier

HOW: dict[str, Any] = {
    "deadline": None,
    # A pack of a hundred tables shrinks for minutes; it is printed as it was drawn.
    "phases": (Phase.explicit, Phase.reuse, Phase.generate),
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
IS_LONG = settings.get_current_profile_name() == "long"
EXAMPLES = settings(max_examples=settings().max_examples if IS_LONG else 12, **HOW)


@pytest.fixture(autouse=True)
def mexican_pack_afterwards() -> Iterator[None]:
    yield
    active.install(PACKS, "mx")


@EXAMPLES
@given(tables=packs())
def test_whole_case_runs_under_any_sound_pack(store: Store, tables: Table) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        found = validate(write(tables, place / "packs"))
        assert found.problems == ()
        active.install(place / "packs", "drawn")
        files = FileStore.from_url(f"file://{place / 'files'}")
        for tier in active.current().tiers:
            if not tier.prohibited:
                store.reset()
                engine = connect(store.url)
                with Session(engine) as session:
                    carry_through(session, active.current(), files, tier.key)
                engine.dispose()


def carry_through(session: Session, pack: PolicyPack, files: FileStore, tier: str) -> None:
    """Carry a case from its application to its published report, in this tier."""
    cast = admit(session, pack, files)
    if cast.trial.tier != tier:
        cast.trial = set_tier(session, cast.trial, tier)
    run_to_completion(session, cast)
    assert cast.trial.status == TrialStatus.COMPLETED
    assert publish(session, pack, cast).status == ReportStatus.PUBLISHED


def admit(session: Session, pack: PolicyPack, files: FileStore) -> Cast:
    """Let the authorities that the pack proposes, or its first, admit a case, and open its test."""
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    application = make_in_triage(session, organisation, company, caseworker)
    proposed = propose(pack, complete_answers(pack), NOW.date())
    lead = proposed.lead or pack.authorities[0].code
    associates = [code for code in proposed.associates if code != lead][:1]
    teams = [make_team(session, code) for code in (lead, *associates)]
    with unit_of_work(session):
        coordination.assign(
            session,
            caseworker,
            application,
            lead=lead,
            associates=associates,
            reason="Así se acordó.",
            now=NOW + timedelta(hours=2),
        )
    start_review(session, application, *teams)
    for team in teams:
        mark_criteria(session, application, team, now=NOW + timedelta(hours=4))
        take_position(session, application, team, now=NOW + timedelta(hours=5))
    with unit_of_work(session):
        coordination.decide(session, teams[0].officer, application, now=NOW + timedelta(hours=6))
    assert application.status == ApplicationStatus.DECIDED
    with unit_of_work(session):
        trial = trials.open_trial(session, OPENER, application, now=OPENED)
    begins = OPENED + timedelta(hours=1)
    return Cast(company, caseworker, teams[0], teams[-1], trial, files, begins)


def publish(session: Session, pack: PolicyPack, cast: Cast) -> OutcomeReport:
    publisher = actor_for(session, make_staff(session, StaffRole.PUBLISHER, "Elena Prado"))
    with unit_of_work(session):
        report = outcomes.draft_report(
            session, cast.caseworker, cast.trial, language=pack.languages[0], now=cast.now
        )
    with unit_of_work(session):
        outcomes.save_report(
            session,
            cast.caseworker,
            report,
            title="Lo que enseñó la prueba",
            sections={spec.key: "Hecho." for spec in pack.report_sections},
            lessons={pack.principles[0].code: "Una lección."},
            recommendations={pack.stakeholders[0].code: "Una recomendación."},
            expected_version=report.version,
            now=cast.now,
        )
    with unit_of_work(session):
        outcomes.send_for_publication(session, cast.caseworker, report, now=cast.now)
    if pack.report_needs_consent:
        with unit_of_work(session):
            outcomes.agree_to_publication(
                session, cast.company, report, expected_version=report.version, now=cast.now
            )
    with unit_of_work(session):
        outcomes.publish(session, publisher, report, now=cast.now)
    return report
