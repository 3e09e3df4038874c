"""Read the test of a case with its reliefs and every fact of it, in one statement.

The page of a case reads much else, so that its test may cost it no more than this.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, and_, bindparam, literal, select, true, union_all
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from sandbox.access.permissions import P
from sandbox.applications.queries import has_conflict
from sandbox.domain.packs import PolicyPack
from sandbox.domain.reliefs import Verdict
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Application,
    ApprovalTerm,
    Authority,
    AuthorityAssignment,
    FinalReport,
    GateEvidence,
    Incident,
    InheritedPlace,
    MonitoringReport,
    Person,
    PlanAgreement,
    Reading,
    Relief,
    StartCondition,
    Suspension,
    Trial,
    TrialPlan,
    TrialStage,
)
from sandbox.models.coordination import AssignmentRole, AssignmentState
from sandbox.trials.queries.facts import TrialFile
from sandbox.trials.queries.reading import outcome_columns, stops_after_end, supervisors_of
from sandbox.trials.queries.reliefs import knowing, within

PARTS = range(12)
"""What a test is made of. Each row holds a thing of one part, so that none multiplies another."""
(
    PLAN,
    FINAL,
    AGREEMENT,
    CONDITION,
    STAGE,
    TERM,
    EVIDENCE,
    REPORT,
    INCIDENT,
    STOP,
    PLACE,
    RELIEF,
) = PARTS


class ReliefRow(NamedTuple):
    """Hold a relief as `lines_of` takes it; `number` is that of the relief that it extends."""

    Relief: Relief
    code: str
    number: int | None


class Place(NamedTuple):
    """Hold an authority of a case as `supervisors_of` takes it."""

    application_id: UUID
    authority_id: UUID
    role: str
    code: str
    names: Mapping[str, str]
    former_id: UUID | None
    former_code: str | None


class Evidence(NamedTuple):
    """Hold what was brought to a gate, as the facts of a trial take it."""

    id: UUID
    stage: str
    requirement: str
    kind: str
    person_id: UUID
    note: str
    filename: str | None
    sha256: str | None
    given_at: datetime
    authority: str | None
    person: str
    is_recused: bool


def find_whole(
    session: Session, actor: Actor, application: Application, pack: PolicyPack, now: datetime
) -> tuple[TrialFile, Sequence[ReliefRow]] | None:
    """Return the test of a case with every fact, and the reliefs that a reader may know of."""
    trial, statement = _whole()
    statement = statement.add_columns(*knowing(actor, trial))
    statement = statement.where(within(actor, P.TRIAL_LIST, trial))
    rows = session.execute(statement, {"case": application.id}).mappings().all()
    if not rows:
        return None
    reliefs = [
        ReliefRow(row["Relief"], row["relief_authority"], row["extends"])
        for row in rows
        if row["Relief"] is not None and _is_visible(row)
    ]
    return _file(session, rows, pack, now), sorted(reliefs, key=lambda row: row.Relief.number)


def _file(
    session: Session, rows: Sequence[RowMapping], pack: PolicyPack, now: datetime
) -> TrialFile:
    plan = next(row for row in rows if row["TrialPlan"] is not None)
    trial: Trial = plan["Trial"]
    stops = stops_after_end(session, [trial], {trial.id: pack})
    return TrialFile(
        trial=trial,
        pack=pack,
        now=now,
        today=local_day(now, pack.calendar.timezone),
        supervisors=tuple(supervisors_of(_places_of(rows)).get(trial.application_id, ())),
        plan=plan["TrialPlan"],
        agreements=_each(rows, "PlanAgreement", "agreed_at"),
        conditions={each.key: each for each in _each(rows, "StartCondition", "key")},
        stages=_each(rows, "TrialStage", "sequence"),
        evidence=_evidence_of(rows),
        reports=_each(rows, "MonitoringReport", "number"),
        readings=_each(rows, "Reading", "measured_on", "metric"),
        incidents=_each(rows, "Incident", "opened_at"),
        suspensions=_each(rows, "Suspension", "suspended_at"),
        terms=_each(rows, "ApprovalTerm", "asked_on", "id"),
        final_reports=_each(rows, "FinalReport", "number"),
        is_outcome_published=plan["is_outcome_published"],
        outcome=plan["outcome"],
        consent=plan["consent"],
        lead_stops=stops.get(trial.application_id, ()),
    )


def _each(rows: Sequence[RowMapping], name: str, *order: str) -> list[Any]:
    found = {row[name].id: row[name] for row in rows if row[name] is not None}
    return sorted(found.values(), key=attrgetter(*order))


def _places_of(rows: Sequence[RowMapping]) -> list[Place]:
    """Return the authorities of the case, the lead first."""
    found = [Place(*(row[name] for name in Place._fields)) for row in rows if row["role"]]
    return sorted(found, key=lambda each: (each.role != AssignmentRole.LEAD, each.code))


def _evidence_of(rows: Sequence[RowMapping]) -> list[Evidence]:
    found = [
        Evidence._make(
            [
                *(getattr(row["GateEvidence"], name) for name in Evidence._fields[:-3]),
                row["evidence_authority"],
                row["evidence_person"],
                row["is_recused"],
            ]
        )
        for row in rows
        if row["GateEvidence"] is not None
    ]
    return sorted(found, key=attrgetter("given_at", "id"))


def _is_visible(row: RowMapping) -> bool:
    """Tell whether a reader may know of a relief, as `find_with_reliefs` does in SQL."""
    match row["Relief"].verdict:
        case Verdict.GRANTED.value:
            return True
        case Verdict.REFUSED.value:
            return bool(row["may_read"])
        case _:
            return bool(row["may_draft"])


@cache
def _whole() -> tuple[Any, Any]:
    """Build the statement and the trial of which it speaks, for whoever reads it.

    Everything has a name of its own here: the conditions of the policy speak of the same tables,
    and must not find these.
    Shape: it is run with the id of the `case`.
    """
    numbers = union_all(*(select(literal(part).label("part")) for part in PARTS)).subquery()
    part = numbers.c.part
    trial = aliased(Trial, name="Trial")
    plan = aliased(TrialPlan, name="TrialPlan")
    final = aliased(FinalReport, name="FinalReport")
    agreement = aliased(PlanAgreement, name="PlanAgreement")
    condition = aliased(StartCondition, name="StartCondition")
    stage = aliased(TrialStage, name="TrialStage")
    term = aliased(ApprovalTerm, name="ApprovalTerm")
    evidence = aliased(GateEvidence, name="GateEvidence")
    report = aliased(MonitoringReport, name="MonitoringReport")
    reading = aliased(Reading, name="Reading")
    incident = aliased(Incident, name="Incident")
    stop = aliased(Suspension, name="Suspension")
    relief = aliased(Relief, name="Relief")
    extended = aliased(Relief)
    person = aliased(Person)
    place = aliased(AuthorityAssignment)
    inherited = aliased(InheritedPlace)
    of_evidence, of_place, former, of_relief = (aliased(Authority) for _ in range(4))
    is_recused = has_conflict(trial.application_id, evidence.person_id)

    def own(number: int, row: Any) -> ColumnElement[bool]:
        return and_(part == number, row.trial_id == trial.id)

    statement = (
        select(
            *(trial, plan, final, agreement, condition, stage, term),
            *(evidence, report, reading, incident, stop, relief),
            *outcome_columns(plan.trial_id),
            of_evidence.code.label("evidence_authority"),
            person.name.label("evidence_person"),
            is_recused.label("is_recused"),
            place.application_id.label("application_id"),
            place.authority_id.label("authority_id"),
            place.role.label("role"),
            of_place.code.label("code"),
            of_place.names.label("names"),
            former.id.label("former_id"),
            former.code.label("former_code"),
            of_relief.code.label("relief_authority"),
            extended.number.label("extends"),
        )
        .select_from(trial)
        .join(numbers, true())
        .outerjoin(plan, own(PLAN, plan))
        .outerjoin(final, own(FINAL, final))
        .outerjoin(agreement, own(AGREEMENT, agreement))
        .outerjoin(condition, own(CONDITION, condition))
        .outerjoin(stage, own(STAGE, stage))
        .outerjoin(term, own(TERM, term))
        .outerjoin(evidence, own(EVIDENCE, evidence))
        .outerjoin(of_evidence, of_evidence.id == evidence.authority_id)
        .outerjoin(person, person.id == evidence.person_id)
        .outerjoin(report, own(REPORT, report))
        .outerjoin(reading, reading.report_id == report.id)
        .outerjoin(incident, own(INCIDENT, incident))
        .outerjoin(stop, own(STOP, stop))
        .outerjoin(
            place,
            and_(
                part == PLACE,
                place.application_id == trial.application_id,
                place.state == AssignmentState.ACCEPTED.value,
            ),
        )
        .outerjoin(of_place, of_place.id == place.authority_id)
        .outerjoin(
            inherited,
            and_(
                inherited.application_id == place.application_id,
                inherited.authority_id == place.authority_id,
            ),
        )
        .outerjoin(former, former.id == inherited.predecessor_id)
        .outerjoin(relief, own(RELIEF, relief))
        .outerjoin(of_relief, of_relief.id == relief.authority_id)
        .outerjoin(extended, extended.id == relief.extends_id)
        .where(trial.application_id == bindparam("case"))
    )
    return trial, statement
