"""Let the facts of a report fill themselves in: everything in it that nobody has to write."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sandbox.domain.packs import PolicyPack, Text
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Authority,
    AuthorityAssignment,
    Decision,
    Incident,
    MonitoringReport,
    Organisation,
    Reading,
    Suspension,
    Trial,
    TrialStage,
)
from sandbox.packs import active

Facts = dict[str, Any]


def compute_facts(session: Session, trial: Trial, pack: PolicyPack) -> Facts:
    """Gather a trial's facts as plain JSON; names of the pack's things stand in every language.

    Units: days are calendar days; instants become local days of the programme.
    """
    zone = pack.calendar.timezone
    organisation = session.scalar(
        select(Organisation.name).where(Organisation.id == trial.organisation_id)
    )
    return {
        "reference": trial.reference,
        "title": trial.title,
        "organisation": organisation,
        "tier": {"key": trial.tier, "name": _names(pack.tier(trial.tier).name)},
        "authorities": _authorities(session, trial),
        "decision": _decision(session, trial, pack, zone),
        "opened_on": _day(trial.opened_at, zone),
        "ended_on": _day(trial.ended_at, zone),
        "exit_kind": _exit_kind(trial, pack),
        "stages": _stages(session, trial, pack, zone),
        "metrics": _metrics(session, trial, pack),
        "participants": session.scalar(
            select(func.max(MonitoringReport.participants)).where(
                MonitoringReport.trial_id == trial.id
            )
        )
        or 0,
        "incidents": _incidents(session, trial, pack, zone),
        "suspensions": _suspensions(session, trial, zone),
        "pack": {"code": trial.pack_code, "version": trial.pack_version},
    }


def _names(text: Text) -> dict[str, str]:
    return dict(text.by_language)


def _day(instant: datetime | None, zone: str) -> str | None:
    return None if instant is None else local_day(instant, zone).isoformat()


def _exit_kind(trial: Trial, pack: PolicyPack) -> dict[str, Any] | None:
    found = pack.find_exit(trial.exit_kind)
    return None if found is None else {"key": found.code, "name": _names(found.name)}


def _authorities(session: Session, trial: Trial) -> list[dict[str, str]]:
    rows = session.execute(
        select(Authority.code, AuthorityAssignment.role)
        .join(Authority, Authority.id == AuthorityAssignment.authority_id)
        .where(
            AuthorityAssignment.application_id == trial.application_id,
            AuthorityAssignment.state == "accepted",
        )
        .order_by(AuthorityAssignment.role.desc(), Authority.code)
    )
    return [{"code": row.code, "role": row.role} for row in rows]


def _decision(session: Session, trial: Trial, pack: PolicyPack, zone: str) -> dict[str, Any] | None:
    row = session.execute(
        select(
            Decision.outcome, Decision.conditions, Decision.decided_at, Decision.pack_version
        ).where(Decision.application_id == trial.application_id)
    ).one_or_none()
    if row is None:
        return None
    # A move to other rules publishes nothing that was not public where it was decided.
    then = active.find_pack_then(trial, row.pack_version)
    is_public = pack.conditions_are_public and then is not None and then.conditions_are_public
    return {
        "outcome": row.outcome,
        "conditions": list(row.conditions) if is_public else [],
        "decided_on": _day(row.decided_at, zone),
    }


def _stages(session: Session, trial: Trial, pack: PolicyPack, zone: str) -> list[dict[str, Any]]:
    tier = pack.tier(trial.tier)
    rows = session.execute(
        select(TrialStage.key, TrialStage.entered_at, TrialStage.left_at)
        .where(TrialStage.trial_id == trial.id)
        .order_by(TrialStage.sequence)
    )
    found = []
    for row in rows:
        left = row.left_at or trial.ended_at
        entered_on = local_day(row.entered_at, zone)
        left_on = None if left is None else local_day(left, zone)
        found.append(
            {
                "key": row.key,
                "name": _names(tier.stage(row.key).name),
                "entered_on": entered_on.isoformat(),
                "left_on": None if left_on is None else left_on.isoformat(),
                "days": None if left_on is None else (left_on - entered_on).days,
            }
        )
    return found


def _metrics(session: Session, trial: Trial, pack: PolicyPack) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Reading.metric, Reading.value, Reading.level, Reading.measured_on)
        .where(Reading.trial_id == trial.id)
        .order_by(Reading.measured_on, Reading.id)
    )
    series: dict[str, list[tuple[date, Decimal, str]]] = {}
    for row in rows:
        series.setdefault(row.metric, []).append((row.measured_on, row.value, row.level))
    found = []
    for key in pack.tier(trial.tier).metrics:
        metric = pack.metric(key)
        readings = series.get(key, [])
        found.append(
            {
                "key": key,
                "name": _names(metric.name),
                "unit": _names(metric.unit),
                "direction": metric.direction.value,
                "target": plain(metric.target),
                "last": plain(readings[-1][1]) if readings else None,
                "level": readings[-1][2] if readings else None,
                "readings": [
                    {"on": on.isoformat(), "value": plain(value), "level": level}
                    for on, value, level in readings
                ],
            }
        )
    return found


def _incidents(session: Session, trial: Trial, pack: PolicyPack, zone: str) -> list[dict[str, Any]]:
    names = {spec.key: _names(spec.name) for spec in pack.incident_classes}
    rows = session.execute(
        select(Incident.class_key, Incident.serious, Incident.opened_at, Incident.closed_at)
        .where(Incident.trial_id == trial.id)
        .order_by(Incident.opened_at, Incident.id)
    )
    return [
        {
            "key": row.class_key,
            "name": names.get(row.class_key, {}),
            "serious": row.serious,
            "opened_on": _day(row.opened_at, zone),
            "closed_on": _day(row.closed_at, zone),
        }
        for row in rows
    ]


def _suspensions(session: Session, trial: Trial, zone: str) -> list[dict[str, Any]]:
    rows = session.execute(
        select(
            Suspension.by_company,
            Suspension.suspended_at,
            Suspension.resumed_at,
            Authority.code,
        )
        .outerjoin(Authority, Authority.id == Suspension.authority_id)
        .where(Suspension.trial_id == trial.id)
        .order_by(Suspension.suspended_at, Suspension.id)
    )
    return [
        {
            "by_company": row.by_company,
            "authority": row.code,
            "suspended_on": _day(row.suspended_at, zone),
            "resumed_on": _day(row.resumed_at, zone),
        }
        for row in rows
    ]


def plain(value: Decimal) -> str:
    """Return a measured value as text without trailing zeros: no float ever stands in a report."""
    return format(value.normalize(), "f")
