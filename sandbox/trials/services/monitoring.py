"""Hand in and judge reports; what their readings breach is told where incidents are kept."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.monitoring import Level, Reach, judge, untold_caps
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.models import (
    MonitoringReport,
    Reading,
    Trial,
)
from sandbox.trials import notices, queries
from sandbox.trials.queries import TrialFile
from sandbox.trials.services.incidents import open_breach
from sandbox.trials.services.parts import (
    acting,
    key_of,
    lock,
    person_of,
    read,
    start_work,
    touch,
)


def submit_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    narrative: str,
    reach: Reach,
    readings: Mapping[str, Decimal],
    measured_on: date,
    now: datetime,
    correcting: MonitoringReport | None = None,
    form_key: str | None = None,
) -> MonitoringReport:
    """Hand in a report on the current stage with its readings, or correct a returned one.

    Every reading is judged on arrival; a breach opens an incident by itself and suspends the test,
    where the pack says so. What the stage limits has to be told; what goes beyond a limit is
    marked, and the authorities are told. The same form hands in one report, however often it is
    sent; with other content it is refused.
    Raises: Denied, TransitionRefused, NotPossible(READINGS_MISSING, REACH_MISSING,
    READING_NOT_YET, REPORT_WAITING, ALREADY_DONE, FORM_SENT).
    """
    require(session, actor, P.MONITORING_REPORT_SUBMIT, trial)
    lock(session, trial)
    key = key_of(actor, trial, form_key)
    done = queries.find_report_made(session, key)
    if done is not None:
        stored = session.scalars(select(Reading).where(Reading.report_id == done.id)).all()
        is_same = (narrative.strip(), reach) == (done.narrative, queries.reach_of(done))
        if not is_same or not queries.are_same_readings(stored, readings, measured_on):
            raise NotPossible(Why.FORM_SENT)
        return done
    start_work(session, trial, TrialWork.REPORT)
    file = read(session, trial, now)
    _require_whole(file, correcting, reach, readings, measured_on)
    report = correcting
    former: set[str] = set()
    if report is None:
        report = MonitoringReport(
            trial_id=trial.id,
            stage_id=file.current.id,
            number=len(file.reports) + 1,
            due_on=file.next_report_due,
            narrative="",
            participants=0,
            state="submitted",
            submitted_by_id=person_of(actor),
            submitted_at=now,
        )
        session.add(report)
    elif report.state != "returned" or report.trial_id != trial.id:
        raise NotPossible(Why.REPORT_WAITING)
    else:
        former = _metrics_in_breach(session, report)
        session.execute(delete(Reading).where(Reading.report_id == report.id))
    report.narrative = narrative.strip()
    report.participants = reach.participants
    report.places = reach.places
    report.amount_each = reach.amount_each
    report.amount_total = reach.amount_total
    report.state = "submitted"
    report.submitted_by_id = person_of(actor)
    report.submitted_at = now
    report.form_key = key
    session.flush()
    taken = session.scalars(
        select(Reading.metric).where(
            Reading.trial_id == trial.id, Reading.measured_on == measured_on
        )
    )
    if set(taken) & set(readings):
        raise NotPossible(Why.ALREADY_DONE)
    breaches = _add_readings(session, file, report, readings, measured_on)
    touch(trial, now)
    record(
        session,
        actor,
        Deed.MONITORING_REPORT_SUBMITTED,
        trial,
        now=now,
        number=report.number,
        breaches=len(breaches),
    )
    # A correction that is still in breach belongs to the incident that is open already.
    for metric in breaches:
        if metric not in former:
            open_breach(session, actor, file, metric=metric, value=readings[metric], now=now)
    notices.tell_authorities(
        session,
        trial,
        "trials/report_submitted",
        now,
        number=report.number,
        caps=" ".join(file.caps_exceeded(report)),
    )
    return report


def _require_whole(
    file: TrialFile,
    correcting: MonitoringReport | None,
    reach: Reach,
    readings: Mapping[str, Decimal],
    measured_on: date,
) -> None:
    """Make sure that a report says all that is asked for, of days that it can speak of."""
    if set(file.tier.metrics) - set(readings):
        raise NotPossible(Why.READINGS_MISSING)
    if untold_caps(file.spec_of(correcting), reach):
        raise NotPossible(Why.REACH_MISSING)
    # A reading from the future would stay the latest one and hide every breach until then.
    if not file.entered_on <= measured_on <= file.today:
        raise NotPossible(Why.READING_NOT_YET)


def judge_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    report: MonitoringReport,
    accept: bool,
    remark: str,
    now: datetime,
) -> None:
    """Accept a report, or return it with a remark; after the end it can only be accepted.

    Raises: Denied, TransitionRefused, NotPossible(ALREADY_DONE, REASON_MISSING).
    """
    require(session, actor, P.MONITORING_REPORT_JUDGE, trial)
    start_work(session, trial, TrialWork.ACCEPT_REPORT if accept else TrialWork.RETURN_REPORT)
    if report.state != "submitted" or report.trial_id != trial.id:
        raise NotPossible(Why.ALREADY_DONE)
    if not accept and not remark.strip():
        raise NotPossible(Why.REASON_MISSING)
    report.state = "accepted" if accept else "returned"
    report.remark = remark.strip()
    report.judged_at = now
    touch(trial, now)
    deed = Deed.MONITORING_REPORT_ACCEPTED if accept else Deed.MONITORING_REPORT_RETURNED
    authority = acting(session, trial, actor)
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        number=report.number,
    )
    template = "trials/report_accepted" if accept else "trials/report_returned"
    notices.tell_company(session, trial, template, now, number=report.number, remark=report.remark)


def _metrics_in_breach(session: Session, report: MonitoringReport) -> set[str]:
    """Return the metrics that this report showed in breach, each with an incident of its own."""
    in_breach = select(Reading.metric).where(
        Reading.report_id == report.id, Reading.level == Level.BREACH.value
    )
    return set(session.scalars(in_breach))


def _add_readings(
    session: Session,
    file: TrialFile,
    report: MonitoringReport,
    readings: Mapping[str, Decimal],
    measured_on: date,
) -> list[str]:
    """Store the readings, each with its level, and return the metrics in breach."""
    breaches = []
    for key in file.tier.metrics:
        level = judge(file.pack.metric(key), readings[key])
        session.add(
            Reading(
                trial_id=file.trial.id,
                report_id=report.id,
                metric=key,
                value=readings[key],
                measured_on=measured_on,
                level=level.value,
            )
        )
        if level is Level.BREACH:
            breaches.append(key)
    return breaches
