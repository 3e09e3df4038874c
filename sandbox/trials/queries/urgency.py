"""Choose in the database which trials can wait for somebody, the gravest first."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, exists, false, func, or_, select, tuple_
from sqlalchemy.sql import ColumnElement

from sandbox.access.checks import scope
from sandbox.access.permissions import P
from sandbox.domain.packs import RequirementKind, RequirementSpec, StageSpec, TierSpec, Who
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus, next_stage
from sandbox.kernel.actors import Actor, StaffRole
from sandbox.models import (
    AuthorityAssignment,
    AuthorityMembership,
    ConflictDeclaration,
    FinalReport,
    GateEvidence,
    Incident,
    MonitoringReport,
    StartCondition,
    Trial,
    TrialStage,
)
from sandbox.models.coordination import AssignmentState
from sandbox.packs import active
from sandbox.trials.queries.facts import COMPLETION
from sandbox.trials.queries.reading import is_by_recused

Condition = ColumnElement[bool]


def select_urgent(actor: Actor, now: datetime) -> Select[Trial]:
    """Select the trials that can wait for the actor: suspended ones first, then by their ground.

    Grounds stand above days: a day that is still to come and a day that has passed cannot be
    compared, and whoever reads only the first trials must find the gravest among them.
    """
    is_suspended = Trial.status == TrialStatus.SUSPENDED.value
    has_incident = _incidents().exists()
    has_report = or_(_reports("submitted", "returned").exists(), _owes_report(now))
    outlasts = may_outlast(now)
    rank = case((is_suspended, 0), (has_incident, 1), (has_report, 2), (outlasts, 3), else_=4)
    since = case(
        (is_suspended, Trial.changed_at),
        (has_incident, _first(_incidents(), _next_term())),
        (
            has_report,
            func.coalesce(
                _first(_reports("submitted", "returned"), MonitoringReport.submitted_at),
                entered_at(),
            ),
        ),
        (outlasts, entered_at()),
        else_=Trial.changed_at,
    )
    return (
        select(Trial)
        .where(scope(actor, P.TRIAL_READ), _can_wait(actor))
        .order_by(rank, since, Trial.id)
    )


def select_closed(actor: Actor) -> Select[tuple[Trial, int]]:
    """Select the trials that a declaration opens to the actor, and that may need it.

    Shape: each with how many of the actor's colleagues have declared to have no conflict in it,
    which are fewer than the persons that its next gate asks for.
    """
    declared = _declared(actor)
    several = [
        and_(place, declared < spec.persons)
        for place, tier, stage in _places()
        for _, spec in _gate_behind(tier, stage)
        # Where one person is enough it is the officer for the case, who is asked anyway.
        if spec.kind is RequirementKind.APPROVAL and spec.persons > 1
    ]
    at_work = [TrialStatus.PREPARING.value, TrialStatus.RUNNING.value]
    return (
        select(Trial, declared.label("declared"))
        .where(
            Trial.status.in_(at_work),
            _supervised_by(actor),
            scope(actor, P.TRIAL_LIST),
            ~scope(actor, P.TRIAL_READ),
            or_(false(), *several),
        )
        .order_by(Trial.changed_at, Trial.id)
    )


def _declared(actor: Actor) -> Any:
    """Count the people of the actor's authorities who may read the trial."""
    return (
        select(func.count(ConflictDeclaration.person_id.distinct()))
        .join(AuthorityMembership, AuthorityMembership.person_id == ConflictDeclaration.person_id)
        .where(
            AuthorityMembership.authority_id.in_(actor.officer_of),
            ConflictDeclaration.application_id == Trial.application_id,
            ConflictDeclaration.has_conflict.is_(False),
        )
        .correlate(Trial)
        .scalar_subquery()
    )


def _can_wait(actor: Actor) -> Condition:
    """Tell where something can wait for this actor: most trials ask the secretariat nothing."""
    is_open = Trial.status.in_([each.value for each in OPEN_STATUSES])
    grounds: list[Condition] = []
    if actor.member_of:
        # After the end the company owes nothing but the rest of an incident and its final report.
        owes = or_(is_open, _incidents(*_is_incomplete()).exists(), ~is_open & _owes_final())
        grounds.append(owes & Trial.organisation_id.in_(actor.member_of))
    if actor.officer_of:
        grounds.append(is_open & _supervised_by(actor))
        left_over = (
            (_incidents(), P.INCIDENT_CLOSE),
            (_reports("submitted"), P.MONITORING_REPORT_JUDGE),
        )
        grounds += [~is_open & rows.exists() & scope(actor, deed) for rows, deed in left_over]
    if StaffRole.CASEWORKER in actor.staff:
        grounds.append(_owed_by_secretariat())
    return or_(false(), *grounds)


def _supervised_by(actor: Actor) -> Condition:
    return exists().where(
        AuthorityAssignment.application_id == Trial.application_id,
        AuthorityAssignment.authority_id.in_(actor.officer_of),
        AuthorityAssignment.state == AssignmentState.ACCEPTED.value,
    )


# --- facts of a trial ----------------------------------------------------------------------------


def _incidents(*extra: Condition) -> Select[Any]:
    """Select the incidents of the trial that are open."""
    return (
        select(Incident.id)
        .where(Incident.trial_id == Trial.id, Incident.closed_at.is_(None), *extra)
        .correlate(Trial)
    )


def _next_term() -> Any:
    """Return when the next term of an incident ends: that of the answer, or of the report."""
    complete = func.coalesce(Incident.complete_due_at, Incident.due_at)
    is_unanswered = and_(Incident.reacted_at.is_(None), Incident.reaction_due_at.is_not(None))
    return case(
        (and_(is_unanswered, Incident.reaction_due_at < complete), Incident.reaction_due_at),
        else_=complete,
    )


def _is_incomplete() -> tuple[Condition, ...]:
    return (Incident.complete_due_at.is_not(None), Incident.completed_at.is_(None))


def _reports(*states: str) -> Select[Any]:
    return (
        select(MonitoringReport.id)
        .where(MonitoringReport.trial_id == Trial.id, MonitoringReport.state.in_(states))
        .correlate(Trial)
    )


def _first(rows: Select[Any], column: Any) -> Any:
    return rows.with_only_columns(func.min(column)).scalar_subquery()


def _of_current_stage(what: Any) -> Select[Any]:
    return (
        select(what)
        .where(TrialStage.trial_id == Trial.id, TrialStage.sequence == Trial.stage_sequence)
        .correlate(Trial)
    )


def entered_at() -> Any:
    """Return when the current stage of a trial was entered."""
    return _of_current_stage(TrialStage.entered_at).scalar_subquery()


def _owes_final() -> Condition:
    """Tell whether a trial that has run still owes the final report that its rules ask for."""
    rules = sorted(
        (pack.code, pack.version)
        for pack in active.registry()
        if pack.final_report_days is not None
    )
    here = tuple_(Trial.pack_code, Trial.pack_version).in_(rules)
    is_in = exists().where(FinalReport.trial_id == Trial.id)
    return here & (Trial.stage_sequence > 1) & ~is_in


def _owes_report(now: datetime) -> Condition:
    """Tell whether fewer reports on the stage were handed in than its cadence asks for by now.

    Days of suspension are left out of account: this settles an order, not what is owed.
    """
    stages: dict[int, list[Condition]] = defaultdict(list)
    longest: dict[int, int] = defaultdict(int)
    for place, _, stage in _places():
        if stage.report_every_days:
            stages[stage.report_every_days].append(place)
            most = stage.max_days // stage.report_every_days + 1
            longest[stage.report_every_days] = max(longest[stage.report_every_days], most)
    handed_in = (
        _of_current_stage(func.count(MonitoringReport.id))
        .where(MonitoringReport.stage_id == TrialStage.id)
        .scalar_subquery()
    )
    owing = []
    for every_days, places in stages.items():
        steps = range(longest[every_days], 0, -1)
        due = case(
            *((entered_at() <= now - timedelta(days=n * every_days), n) for n in steps), else_=0
        )
        owing.append(and_(or_(*places), handed_in < due))
    return (Trial.status == TrialStatus.RUNNING.value) & or_(false(), *owing)


def may_outlast(on: datetime) -> Condition:
    """Tell whether an open trial has been in its stage for its longest time by then, or longer.

    Days of suspension are left out of account: with them the stage ends later, never sooner.
    """
    stages: dict[int, list[Condition]] = defaultdict(list)
    for place, _, stage in _places():
        stages[stage.max_days].append(place)
    is_open = Trial.status.in_([each.value for each in OPEN_STATUSES])
    return is_open & or_(
        false(),
        *(
            and_(or_(*places), entered_at() <= on - timedelta(days=longest))
            for longest, places in stages.items()
        ),
    )


# --- what the secretariat brings -----------------------------------------------------------------


def _owed_by_secretariat() -> Condition:
    """Tell whether the next gate waits for something that the secretariat alone can bring."""
    works_on = [TrialStatus.PREPARING.value, TrialStatus.RUNNING.value]
    owed = [
        and_(place, _is_missing(missing, gate, spec), ~_is_waived(gate, spec))
        for place, tier, stage in _places()
        for gate, spec in _gate_behind(tier, stage)
        if (missing := _brought_by_secretariat(tier, spec))
    ]
    return Trial.status.in_(works_on) & or_(false(), *owed)


def _places() -> Iterator[tuple[Condition, TierSpec, StageSpec]]:
    """Return the condition for each stage of each tier of each installed pack."""
    for pack in active.registry():
        for tier in pack.tiers:
            for stage in tier.stages:
                here = and_(
                    Trial.pack_code == pack.code,
                    Trial.pack_version == pack.version,
                    Trial.tier == tier.key,
                    Trial.stage == stage.key,
                )
                yield here, tier, stage


def _gate_behind(tier: TierSpec, stage: StageSpec) -> list[tuple[str, RequirementSpec]]:
    after = next_stage(tier, stage.key)
    if after is None:
        return [(COMPLETION, spec) for spec in tier.completion]
    return [(after.key, spec) for spec in after.gate]


def _brought_by_secretariat(tier: TierSpec, spec: RequirementSpec) -> tuple[str, ...]:
    """Return the keys of what the secretariat brings for a requirement; none if nothing."""
    if spec.kind is RequirementKind.START_CONDITIONS:
        return tuple(each.key for each in tier.start_conditions if each.owner is Who.SECRETARIAT)
    brings = spec.kind in (RequirementKind.DOCUMENT, RequirementKind.APPROVAL)
    return (spec.key,) if brings and spec.by is Who.SECRETARIAT else ()


def _is_missing(keys: tuple[str, ...], gate: str, spec: RequirementSpec) -> Condition:
    if spec.kind is RequirementKind.START_CONDITIONS:
        return exists().where(
            StartCondition.trial_id == Trial.id,
            StartCondition.key.in_(keys),
            StartCondition.state != "met",
        )
    if spec.kind is RequirementKind.DOCUMENT:
        return ~exists().where(*_evidence(gate, spec, "document"))
    approvals = (
        select(func.count(GateEvidence.id))
        .where(
            *_evidence(gate, spec, "approval"),
            GateEvidence.authority_id.is_(None),
            ~is_by_recused(),
        )
        .correlate(Trial)
        .scalar_subquery()
    )
    return approvals < spec.persons


def _is_waived(gate: str, spec: RequirementSpec) -> Condition:
    return exists().where(*_evidence(gate, spec, "waiver"), ~is_by_recused())


def _evidence(gate: str, spec: RequirementSpec, kind: str) -> tuple[Condition, ...]:
    return (
        GateEvidence.trial_id == Trial.id,
        GateEvidence.stage == gate,
        GateEvidence.requirement == spec.key,
        GateEvidence.kind == kind,
    )
