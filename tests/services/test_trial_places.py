"""Every deed is tried in every stage and status of every tier, on both engines.

A trial of each tier is walked through its stages. In each place everything is tried, each time in
a savepoint that is taken back, so that a place is made once. What is expected stands in a table
that is kept by hand.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from sandbox.domain.packs import Ending, RequirementKind, RequirementSpec, Who
from sandbox.domain.refusals import NotPossible, TransitionRefused
from sandbox.domain.reliefs import ReliefWording
from sandbox.domain.trials import TrialAction, TrialStatus, TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.db import begin_write
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import Incident, MonitoringReport, Relief
from sandbox.trials import services
from sandbox.trials.queries import COMPLETION, TrialFile
from tests.factories import pack
from tests.trial_factories import (
    GROUND,
    Cast,
    enter_next,
    good_readings,
    make_trial,
    reach,
    read,
    work_the_gate,
)
from tests.trial_table import EVERYTHING, EXPECTED, What, position_of, statuses_at

TIERS = [tier.key for tier in pack().tiers if not tier.prohibited]
FILE = Accepted("otra.pdf", b"%PDF-1.4 otra", "application/pdf")


@dataclass
class Scene:
    """A trial in one place, with everything in it that somebody could work on."""

    session: Session
    cast: Cast
    report: MonitoringReport
    incident: Incident
    unfinished: Incident

    @cached_property
    def file(self) -> TrialFile:
        """Read the place once: whatever is tried in it is taken back."""
        return read(self.session, self.cast)

    @cached_property
    def is_gate_open(self) -> bool:
        return self.file.gate(self.file.next_gate).is_open

    def requirement(
        self, *kinds: RequirementKind, waivable: bool = False
    ) -> RequirementSpec | None:
        """Return a requirement of the next gate, if it has one of these kinds."""
        for spec in self.file.requirements_of(self.file.next_gate):
            if (spec.kind in kinds or not kinds) and (spec.may_be_waived or not waivable):
                return spec
        return None

    def actor(self, who: Who) -> Actor:
        cast = self.cast
        people = {
            Who.COMPANY: cast.company,
            Who.SECRETARIAT: cast.caseworker,
            Who.ASSOCIATES: cast.associate.officer,
        }
        return people.get(who, cast.lead.officer)

    def do(self, service: Callable[..., Any], actor: Actor, **values: Any) -> None:
        service(self.session, actor, self.cast.trial, now=self.cast.now, **values)

    def fields(self) -> dict[str, str]:
        return {spec.key: f"Otro texto de {spec.key}." for spec in self.file.pack.plan_fields}

    def attempt(self, what: What) -> None:
        """Try what somebody with every right would try."""
        cast, lead = self.cast, self.cast.lead.officer
        match what:
            case TrialAction.ENTER_STAGE:
                stage = self.file.next_gate or "nowhere"
                self.do(services.enter_stage, lead, stage=stage)
            case TrialAction.SUSPEND:
                self.do(services.suspend, lead, reason="Falla.", ground=GROUND)
            case TrialAction.RESUME:
                self.do(services.agree_to_resume, lead)
            case TrialAction.COMPLETE:
                self.do(services.complete, lead, exit_kind=pack().exits(Ending.COMPLETED)[0].code)
            case TrialAction.END:
                kind = pack().exits(Ending.EARLY)[0].code
                self.do(services.end_early, lead, exit_kind=kind, reason="Ya no.")
            case TrialWork.SAVE_PLAN:
                version = self.file.plan.version
                fields = {key: f"{text} Más." for key, text in self.fields().items()}
                self.do(services.save_plan, cast.company, fields=fields, expected_version=version)
            case TrialWork.AGREE_PLAN:
                version = self.file.plan.version
                self.do(services.agree_plan, cast.company, expected_version=version)
            case TrialWork.SET_START_CONDITION:
                spec = self.file.tier.start_conditions[0]
                actor = self.actor(spec.owner)
                self.do(
                    services.set_start_condition, actor, key=spec.key, state="met", note="Listo."
                )
            case _:
                self.attempt_more(what)

    def attempt_more(self, what: What) -> None:
        cast, lead = self.cast, self.cast.lead.officer
        gate = self.file.next_gate
        document = self.requirement(RequirementKind.DOCUMENT)
        approval = self.requirement(RequirementKind.APPROVAL)
        waivable = self.requirement(waivable=True) or self.requirement()
        match what:
            case TrialWork.DOCUMENT:
                self.do(
                    services.document_requirement,
                    self.actor(document.by if document else Who.COMPANY),
                    stage=gate,
                    requirement=document.key if document else "nothing",
                    file=FILE,
                    store=cast.store,
                )
            case TrialWork.APPROVE:
                self.do(
                    services.approve_requirement,
                    self.actor(approval.by if approval else Who.LEAD),
                    stage=gate,
                    requirement=approval.key if approval else "nothing",
                    note="",
                )
            case TrialWork.REFUSE:
                self.do(
                    services.refuse_requirement,
                    self.actor(approval.by if approval else Who.LEAD),
                    stage=gate,
                    requirement=approval.key if approval else "nothing",
                    reason="Falta el seguro.",
                )
            case TrialWork.WAIVE:
                assert waivable is not None
                self.do(
                    services.waive_requirement,
                    lead,
                    stage=gate,
                    requirement=waivable.key,
                    reason="No hace falta.",
                )
            case TrialWork.REPORT:
                self.do(
                    services.submit_report,
                    cast.company,
                    narrative="Sin novedad.",
                    reach=reach(self.file),
                    readings=good_readings(self.file),
                    measured_on=self.file.today,
                )
            case TrialWork.ACCEPT_REPORT:
                self.do(services.judge_report, lead, report=self.report, accept=True, remark="")
            case TrialWork.RETURN_REPORT:
                self.do(services.judge_report, lead, report=self.report, accept=False, remark="No.")
            case TrialWork.OPEN_INCIDENT:
                kind = pack().incident_classes[0].key
                self.do(
                    services.open_incident,
                    cast.company,
                    class_key=kind,
                    what_happened="Se cayó.",
                    persons_affected=1,
                )
            case TrialWork.COMPLETE_INCIDENT:
                self.do(
                    services.complete_incident,
                    cast.company,
                    incident=self.unfinished,
                    report="Fue un cable.",
                    persons_affected=2,
                )
            case TrialWork.REACT_INCIDENT:
                self.do(
                    services.react_to_incident,
                    lead,
                    incident=self.unfinished,
                    reaction="Enterados.",
                )
            case TrialWork.CLOSE_INCIDENT:
                self.do(services.close_incident, lead, incident=self.incident, correction="Ya.")
            case TrialWork.FINAL_REPORT:
                self.do(
                    services.hand_in_final_report,
                    cast.company,
                    text="Hecho.",
                    file=None,
                    store=cast.store,
                )
            case TrialWork.GRANT_RELIEF:
                wording = ReliefWording(pack().relief_kinds[0].key, "Artículo 10", "Otra cosa.")
                self.do(services.draft_relief, lead, wording=wording)
            case TrialWork.END_RELIEF:
                day = self.file.today
                self.do(services.end_relief, lead, number=1, ended_on=day, reason="Ya no.")
            case _:
                raise AssertionError(f"Nobody knows how to try {what}.")

    def expected(self, what: What) -> str:
        """Return what the table says, or for which fact of this gate even that is refused."""
        place = (
            position_of(self.file.tier, self.file.current.key),
            TrialStatus(self.cast.trial.status),
        )
        found = EXPECTED[place, what]
        if found != "ok":
            return found
        match what:
            case TrialAction.ENTER_STAGE | TrialAction.COMPLETE if not self.is_gate_open:
                return "gate_closed"
            case TrialWork.DOCUMENT if self.requirement(RequirementKind.DOCUMENT) is None:
                return "wrong_requirement"
            case TrialWork.APPROVE | TrialWork.REFUSE if (
                self.requirement(RequirementKind.APPROVAL) is None
            ):
                return "wrong_requirement"
            case TrialWork.WAIVE if self.requirement(waivable=True) is None:
                return "not_waivable"
            case TrialWork.FINAL_REPORT if place[0] == "first":
                # A test that never left its first stage has nothing to report.
                return "report_not_due"
        return found


def furnish(session: Session, cast: Cast) -> Scene:
    """Give the place a complete plan, a report that waits to be judged and open incidents."""
    file = read(session, cast)
    scene = Scene(session, cast, MonitoringReport(), Incident(), Incident())
    if cast.trial.status == TrialStatus.PREPARING:
        version = file.plan.version
        scene.do(services.save_plan, cast.company, fields=scene.fields(), expected_version=version)
    incident, unfinished = (
        services.open_incident(
            session,
            cast.company,
            cast.trial,
            class_key=spec.key,
            what_happened="Se detuvo.",
            persons_affected=0,
            is_complete=spec.complete_report_days is None,
            now=cast.now,
        )
        for spec in (pack().incident_classes[-1], pack().incident_classes[0])
    )
    # Put there by hand: in the stage of the plan nobody could hand one in.
    report = MonitoringReport(
        trial_id=cast.trial.id,
        stage_id=file.current.id,
        number=len(file.reports) + 1,
        narrative="Sin novedad.",
        participants=1,
        state="submitted",
        submitted_by_id=cast.company.person_id,
        submitted_at=cast.now,
    )
    relief = Relief(
        trial_id=cast.trial.id,
        number=1,
        authority_id=cast.lead.authority.id,
        kind=pack().relief_kinds[0].key,
        provision="Artículo 9",
        scope="Consentir por mensaje.",
        neutrality="Otros pueden pedirla.",
        starts_on=file.today,
        ends_on=file.today,
        drafted_by_id=cast.lead.officer.person_id,
        drafted_at=cast.now,
        verdict="granted",
        decided_at=cast.now,
    )
    session.add_all((report, relief))
    session.flush()
    return Scene(session, cast, report, incident, unfinished)


def bring_about(scene: Scene, status: TrialStatus) -> None:
    """Lead the trial from where it runs, or is prepared, to another status."""
    session, cast = scene.session, scene.cast
    moves = {
        TrialStatus.SUSPENDED: TrialAction.SUSPEND,
        TrialStatus.ENDED_EARLY: TrialAction.END,
        TrialStatus.COMPLETED: TrialAction.COMPLETE,
    }
    if status in moves:
        replace(scene).attempt(moves[status])
        session.flush()
    assert cast.trial.status == status


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    """Let something happen within a writing transaction, and take it back."""
    begin_write(session)
    try:
        yield
    finally:
        session.rollback()


class Writes:
    """Count the statements that change something."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "before_cursor_execute", self.note)

    def note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.count += statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


def answer(scene: Scene, what: What, writes: Writes) -> str:
    """Try it, take it back, and name what came of it as the table does."""
    session = scene.session
    savepoint = session.begin_nested()
    before = writes.count
    try:
        scene.attempt(what)
        session.flush()
        found = "ok" if writes.count > before else "nothing was changed"
    except TransitionRefused as refused:
        is_true = (refused.status, refused.action) == (scene.cast.trial.status, what)
        found = "status" if is_true else f"status {refused.details}"
    except NotPossible as refused:
        found = refused.reason.value
    changed = [*session.new, *session.dirty, *session.deleted]
    if found != "ok" and (changed or writes.count > before):
        found += ", and yet something was changed"
    savepoint.rollback()
    return found


def faults_in(
    scene: Scene, status: TrialStatus, writes: Writes, everything: Iterable[What] = EVERYTHING
) -> dict[str, tuple[str, str]]:
    """Try everything in a place, and return what is not as expected with what it should be."""
    bring_about(scene, status)
    wrong = {}
    for what in everything:
        expected = scene.expected(what)
        found = answer(scene, what, writes)
        if found != expected:
            where = f"{scene.file.tier.key}, {scene.file.current.key}, {status}: {what}"
            wrong[where] = (found, f"not {expected}")
    return wrong


@pytest.mark.parametrize("tier", TIERS)
def test_every_deed_in_every_stage_and_status_is_answered_as_the_table_says(
    session: Session, engine: Engine, tmp_path: Path, tier: str
) -> None:
    store = FileStore.from_url(f"file://{tmp_path / 'files'}")
    cast = make_trial(session, store, tier=tier)
    writes = Writes(engine)
    wrong: dict[str, tuple[str, str]] = {}
    entered = []
    while True:
        file = read(session, cast)
        entered.append(file.current.key)
        statuses = statuses_at(position_of(file.tier, file.current.key))
        for status in (each for each in statuses if each is not TrialStatus.COMPLETED):
            with taken_back(session):
                wrong |= faults_in(furnish(session, cast), status, writes)
        work_the_gate(session, cast)
        # The same with an open gate, which is what tempts people to go on.
        for status in statuses:
            with taken_back(session):
                scene = Scene(session, cast, MonitoringReport(), Incident(), Incident())
                assert scene.is_gate_open
                wrong |= faults_in(scene, status, writes, TrialAction)
        if file.next_gate == COMPLETION:
            break
        enter_next(session, cast)
        cast.now += timedelta(hours=1)
    assert wrong == {}
    assert entered == [stage.key for stage in pack().tier(tier).stages]
    assert writes.count > 0
