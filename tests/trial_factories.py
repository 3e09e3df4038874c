"""Build trials for tests, through the services, as the people of a case would."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sandbox.access.permissions import P
from sandbox.coordination import services as coordination
from sandbox.domain.monitoring import Reach, caps_of
from sandbox.domain.packs import Direction, Ending, RequirementKind, Suspender, Who
from sandbox.kernel.actors import Actor, StaffRole, system_actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import unit_of_work
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import (
    Application,
    ConflictDeclaration,
    Incident,
    MonitoringReport,
    OutcomeReport,
    StartCondition,
    Trial,
)
from sandbox.outcomes import services as outcomes
from sandbox.packs import active
from sandbox.trials import queries, services
from sandbox.trials.queries import COMPLETION, TrialFile
from tests.factories import (
    NOW,
    Team,
    actor_for,
    make_admitted,
    make_company,
    make_staff,
    make_team,
    pack,
)
from tests.snapshots import here, remembered

OPENER = system_actor("trials.open", P.TRIAL_OPEN.value)
OPENED = NOW + timedelta(days=30)
DOCUMENT = b"%PDF-1.4 prueba"
BEGINS = OPENED + timedelta(hours=1)


@dataclass
class Cast:
    """The people of a trial, with a clock that they move on."""

    company: Actor
    caseworker: Actor
    lead: Team
    associate: Team
    trial: Trial
    store: FileStore
    now: datetime

    @property
    def teams(self) -> tuple[Team, ...]:
        """The authorities of the case; one that is alone stands in both places of the cast."""
        return (self.lead,) if self.associate is self.lead else (self.lead, self.associate)

    def parties(self, who: Who) -> list[Actor]:
        """One person of each party that the pack calls so."""
        match who:
            case Who.COMPANY:
                return [self.company]
            case Who.SECRETARIAT:
                return [self.caseworker]
            case Who.LEAD:
                return [self.lead.officer]
            case Who.ASSOCIATES:
                return [team.officer for team in self.teams[1:]]
            case _:
                return [team.officer for team in self.teams]


GROUND = next(
    ground.key for ground in pack().suspension_grounds if {*Suspender} - {*ground.by} == {"rules"}
)
"""A ground on which the company and every authority may stop a test."""


def make_trial(session: Session, store: FileStore, *, tier: str | None = None) -> Cast:
    """Open a trial supervised by INAI and IFT; `tier` is set as if the answers had led there."""
    return _remembered(session, store, ("opened", tier), lambda: _open_trial(session, store, tier))


def make_running_trial(session: Session, store: FileStore, *, tier: str | None = None) -> Cast:
    """Bring a trial past its first gate."""

    return pass_first_gate(session, make_trial(session, store, tier=tier))


def pass_first_gate(session: Session, cast: Cast) -> Cast:
    """Bring a fresh trial past its first gate."""

    def build() -> datetime:
        work_the_gate(session, cast)
        enter_next(session, cast)
        return cast.now

    what = ("past the first gate", cast.trial.id, cast.now)
    cast.now = remembered(session, what, build, lambda now: now)
    cast.store.put(DOCUMENT, "application/pdf")
    return cast


def make_completed_trial(session: Session, store: FileStore, *, tier: str) -> Cast:
    """Bring a trial through all of its gates."""

    def build() -> Cast:
        cast = make_trial(session, store, tier=tier)
        run_to_completion(session, cast)
        return cast

    return _remembered(session, store, ("completed", tier), build)


def _remembered(
    session: Session, store: FileStore, what: tuple[str, str | None], build: Callable[[], Cast]
) -> Cast:
    def again(made: Cast) -> Cast:
        store.put(DOCUMENT, "application/pdf")
        lead, associate = (
            replace(team, authority=here(session, team.authority)) for team in made.teams
        )
        trial = here(session, made.trial)
        return replace(made, lead=lead, associate=associate, trial=trial, store=store)

    return remembered(session, what, build, again)


def _open_trial(session: Session, store: FileStore, tier: str | None) -> Cast:
    organisation, company = make_company(session)
    caseworker = actor_for(session, make_staff(session))
    lead, associate = make_team(session, "INAI"), make_team(session, "IFT")
    application = make_admitted(
        session, organisation, company, caseworker, lead=lead, associates=(associate,)
    )
    with unit_of_work(session):
        trial = services.open_trial(session, OPENER, application, now=OPENED)
    if tier is not None and tier != trial.tier:
        trial = set_tier(session, trial, tier)
    return Cast(company, caseworker, lead, associate, trial, store, BEGINS)


def set_tier(session: Session, trial: Trial, tier: str) -> Trial:
    """Put a fresh trial into another tier: its first stage is the plan in all of them."""

    spec = active.pack_of(trial).tier(tier)
    with unit_of_work(session):
        trial.tier = tier
        for row in session.scalars(
            select(StartCondition).where(StartCondition.trial_id == trial.id)
        ):
            session.delete(row)
        session.flush()
        for condition in spec.start_conditions:
            session.add(StartCondition(trial_id=trial.id, key=condition.key))
        record(session, OPENER, Deed.TRIAL_OPENED, trial, now=OPENED, tier=tier)
    return trial


def read(session: Session, cast: Cast) -> TrialFile:
    return queries.read_file(session, cast.trial, active.pack_of(cast.trial), cast.now)


def agree_on_plan(session: Session, cast: Cast) -> None:
    """Write every part of the plan and let all sides agree."""
    file = read(session, cast)
    fields = {spec.key: f"Texto de {spec.key}." for spec in file.pack.plan_fields}
    with unit_of_work(session):
        services.save_plan(
            session,
            cast.company,
            cast.trial,
            fields=fields,
            expected_version=file.plan.version,
            now=cast.now,
        )
    version = read(session, cast).plan.version
    for actor in (cast.company, *(team.officer for team in cast.teams)):
        with unit_of_work(session):
            services.agree_plan(session, actor, cast.trial, expected_version=version, now=cast.now)


def meet_conditions(session: Session, cast: Cast) -> None:
    file = read(session, cast)
    for spec in file.tier.start_conditions:
        # Where an authority is alone on a case, its lead speaks for the associates.
        actor = (cast.parties(spec.owner) or [cast.lead.officer])[0]
        with unit_of_work(session):
            services.set_start_condition(
                session,
                actor,
                cast.trial,
                key=spec.key,
                state="met",
                note="",
                now=cast.now,
            )


def good_readings(file: TrialFile) -> dict[str, Decimal]:
    """Return a value for each metric that meets its target."""
    return {key: file.pack.metric(key).target for key in file.tier.metrics}


def breaching_readings(file: TrialFile) -> dict[str, Decimal]:
    """Return values of which the first metric's is past its breach."""
    readings = good_readings(file)
    metric = file.pack.metric(file.tier.metrics[0])
    step = 1 if metric.direction is Direction.AT_MOST else -1
    return {**readings, metric.key: metric.breach + step}


def reach(file: TrialFile, participants: int = 12) -> Reach:
    """Return how far a test reaches that keeps within every limit of its stage."""
    told = {cap.value: 1 for cap in caps_of(file.current_spec)}
    return Reach(**{**told, "participants": participants})


def hand_in_report(
    session: Session, cast: Cast, readings: dict[str, Decimal] | None = None
) -> MonitoringReport:
    file = read(session, cast)
    with unit_of_work(session):
        return services.submit_report(
            session,
            cast.company,
            cast.trial,
            narrative="Sin novedad.",
            reach=reach(file),
            readings=good_readings(file) if readings is None else readings,
            measured_on=file.today,
            now=cast.now,
        )


def accept_report(session: Session, cast: Cast, report: MonitoringReport, remark: str = "") -> None:
    _judge(session, cast, report, accept=True, remark=remark)


def send_back(session: Session, cast: Cast, report: MonitoringReport) -> None:
    _judge(session, cast, report, accept=False, remark="Falta explicar una queja.")


def _judge(
    session: Session, cast: Cast, report: MonitoringReport, *, accept: bool, remark: str
) -> None:
    with unit_of_work(session):
        services.judge_report(
            session,
            cast.lead.officer,
            cast.trial,
            report=report,
            accept=accept,
            remark=remark,
            now=cast.now,
        )


def work_the_gate(session: Session, cast: Cast, *, but: Collection[str] = ()) -> None:
    """Satisfy every requirement of the next gate, each by those whom it names.

    `but` are the keys of those that are left.
    """
    stage = read(session, cast).next_gate
    for spec in read(session, cast).requirements_of(stage):
        if spec.key in but:
            continue
        match spec.kind:
            case RequirementKind.PLAN_AGREED:
                agree_on_plan(session, cast)
            case RequirementKind.START_CONDITIONS:
                meet_conditions(session, cast)
            case RequirementKind.MINIMUM_DAYS:
                cast.now += timedelta(days=spec.days)
            case RequirementKind.REPORT_ACCEPTED:
                pass  # Handed in below, once time has passed.
            case RequirementKind.DOCUMENT:
                hand_in_document(session, cast, stage, spec.key, by=spec.by)
            case RequirementKind.APPROVAL:
                approve(session, cast, stage, spec.key, spec.by, spec.persons)
            case RequirementKind.METRICS_WITHIN | RequirementKind.NO_OPEN_INCIDENT:
                pass  # Good readings and no incident: the facts themselves.
    kinds = {spec.kind for spec in read(session, cast).requirements_of(stage)}
    if kinds & {RequirementKind.REPORT_ACCEPTED, RequirementKind.METRICS_WITHIN}:
        # While older reports are written, newer ones fall due.
        while len((file := read(session, cast)).current_reports) < max(1, len(file.reports_due)):
            accept_report(session, cast, hand_in_report(session, cast))
            cast.now += timedelta(days=1)


def hand_in_document(
    session: Session,
    cast: Cast,
    stage: str,
    requirement: str,
    *,
    by: Who = Who.COMPANY,
    content: bytes = DOCUMENT,
) -> None:
    file = Accepted("prueba.pdf", content, "application/pdf")
    with unit_of_work(session):
        services.document_requirement(
            session,
            (cast.parties(by) or [cast.lead.officer])[0],
            cast.trial,
            stage=stage,
            requirement=requirement,
            file=file,
            store=cast.store,
            now=cast.now,
        )


def approve(
    session: Session, cast: Cast, stage: str, requirement: str, by: Who, persons: int
) -> None:
    for actor in approvers(session, cast, by, persons):
        with unit_of_work(session):
            services.approve_requirement(
                session,
                actor,
                cast.trial,
                stage=stage,
                requirement=requirement,
                note="",
                now=cast.now,
            )


def approvers(session: Session, cast: Cast, by: Who, persons: int) -> list[Actor]:
    """Return so many people of each party, who have declared to have no conflict of interest."""
    if by is Who.SECRETARIAT:
        others = [actor_for(session, make_staff(session)) for _ in range(persons - 1)]
        return [cast.caseworker, *others]
    teams = {Who.LEAD: (cast.lead,), Who.ASSOCIATES: cast.teams[1:]}.get(by, cast.teams)
    found = [actor for team in teams for actor in (team.officer, team.second, team.head)[:persons]]
    for actor in found:
        declare(session, cast, actor)
    return found


def declare(session: Session, cast: Cast, actor: Actor) -> None:
    """Let somebody declare that they have no conflict of interest, unless they already did."""

    known = session.scalar(
        select(ConflictDeclaration.id).where(
            ConflictDeclaration.application_id == cast.trial.application_id,
            ConflictDeclaration.person_id == actor.person_id,
        )
    )
    if known is None:
        application = session.get_one(Application, cast.trial.application_id)
        with unit_of_work(session):
            coordination.declare_conflict(
                session, actor, application, has_conflict=False, now=cast.now
            )


def recuse(session: Session, cast: Cast, actor: Actor) -> None:
    """Let somebody declare a conflict of interest in the case."""
    application = session.get_one(Application, cast.trial.application_id)
    with unit_of_work(session):
        coordination.declare_conflict(
            session,
            actor,
            application,
            has_conflict=True,
            explanation="Parientes.",
            now=cast.now,
        )


def end_early(session: Session, cast: Cast) -> None:
    kind = active.pack_of(cast.trial).exits(Ending.EARLY)[0].code
    with unit_of_work(session):
        services.end_early(
            session, cast.lead.officer, cast.trial, exit_kind=kind, reason="Ya.", now=cast.now
        )


def trouble(session: Session, cast: Cast, trial: Trial, days: int = 0) -> Incident:
    """Open an incident so many days from now; its class asks for no answer and no second report."""
    with unit_of_work(session):
        return services.open_incident(
            session,
            cast.company,
            trial,
            class_key=active.pack_of(trial).incident_classes[-1].key,
            what_happened="Se cayó.",
            persons_affected=1,
            now=cast.now + timedelta(days=days),
        )


def assert_open(session: Session, cast: Cast) -> None:
    """Fail with what keeps the next gate closed."""
    file = read(session, cast)
    requirements = file.gate(file.next_gate).requirements
    closed = [(each.spec.key, each.missing) for each in requirements if not each.holds]
    assert closed == [], closed


def enter_next(session: Session, cast: Cast) -> None:
    stage = read(session, cast).next_gate
    assert stage != COMPLETION
    with unit_of_work(session):
        services.enter_stage(session, cast.lead.officer, cast.trial, stage=stage, now=cast.now)


def run_to_completion(session: Session, cast: Cast) -> None:
    """Work every gate of the tier in turn and complete the trial."""
    while read(session, cast).next_gate != COMPLETION:
        work_the_gate(session, cast)
        assert_open(session, cast)
        enter_next(session, cast)
        cast.now += timedelta(hours=1)
    work_the_gate(session, cast)
    assert_open(session, cast)
    kind = active.pack_of(cast.trial).exits(Ending.COMPLETED)[0].code
    with unit_of_work(session):
        services.complete(session, cast.lead.officer, cast.trial, exit_kind=kind, now=cast.now)


def publish_report(session: Session, cast: Cast) -> OutcomeReport:
    """Write the outcome report of an ended test, with all whose word its publication needs."""
    publisher = actor_for(session, make_staff(session, StaffRole.PUBLISHER, "Elena Prado"))
    pack = active.pack_of(cast.trial)
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
