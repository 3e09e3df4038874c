"""End a trial, at the end of its plan or before."""

from datetime import datetime

from sqlalchemy.orm import Session

from sandbox.access.checks import require
from sandbox.access.permissions import P
from sandbox.domain.outcomes import final_report_due_on
from sandbox.domain.packs import Ending
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.trials import TrialAction, TrialStatus, TrialWork
from sandbox.kernel.actors import Actor
from sandbox.kernel.audit import Deed, record
from sandbox.kernel.db import Stale
from sandbox.kernel.files import Accepted, FileStore
from sandbox.models import FinalReport, Trial
from sandbox.trials import notices
from sandbox.trials.queries import COMPLETION, TrialFile
from sandbox.trials.services.parts import (
    person_of,
    read,
    start_move,
    start_work,
    touch,
)


def complete(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, now: datetime
) -> None:
    """Complete the trial after its last stage, when the gate of completion is open.

    Raises: Denied, TransitionRefused, NotPossible(STILL_RUNNING, GATE_CLOSED, EXIT_UNKNOWN).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    status = start_move(session, trial, TrialAction.COMPLETE)
    file = read(session, trial, now)
    require_completable(file)
    _end(
        session,
        actor,
        file,
        status=status,
        exit_kind=exit_kind,
        ends=Ending.COMPLETED,
        deed=Deed.TRIAL_COMPLETED,
        now=now,
    )


def require_completable(file: TrialFile) -> None:
    """Make sure that the gate of completion is open. Raises: NotPossible(GATE_CLOSED)."""
    if not file.gate(COMPLETION).is_open:
        raise NotPossible(Why.GATE_CLOSED, stage=COMPLETION)


def end_early(
    session: Session, actor: Actor, trial: Trial, *, exit_kind: str, reason: str, now: datetime
) -> None:
    """End the trial before its plan is carried out, with a reason.

    Raises: Denied, TransitionRefused, NotPossible(REASON_MISSING, EXIT_UNKNOWN).
    """
    require(session, actor, P.TRIAL_COMPLETE, trial)
    status = start_move(session, trial, TrialAction.END)
    if not reason.strip():
        raise NotPossible(Why.REASON_MISSING)
    file = read(session, trial, now)
    if file.open_suspension is not None:
        file.open_suspension.resumed_at = now
    _end(
        session,
        actor,
        file,
        status=status,
        exit_kind=exit_kind,
        ends=Ending.EARLY,
        deed=Deed.TRIAL_ENDED_EARLY,
        now=now,
        reason=reason.strip(),
    )


def _end(
    session: Session,
    actor: Actor,
    file: TrialFile,
    *,
    status: TrialStatus,
    exit_kind: str,
    ends: Ending,
    deed: Deed,
    now: datetime,
    reason: str = "",
) -> None:
    kind = next((each for each in file.pack.exits(ends) if each.code == exit_kind), None)
    if kind is None:
        raise NotPossible(Why.EXIT_UNKNOWN)
    trial = file.trial
    file.current.left_at = now
    # Nobody can correct a report any more; what it lacks is said in the final report.
    lapsed = [report for report in file.reports if report.state == "returned"]
    for report in lapsed:
        report.state = "lapsed"
    trial.status = status.value
    trial.exit_kind = exit_kind
    trial.ended_at = now
    touch(trial, now)
    authority = file.acting(actor)
    record(
        session,
        actor,
        deed,
        trial,
        now=now,
        authority_id=authority.authority_id if authority else None,
        exit_kind=exit_kind,
        reason=reason,
        reports_lapsed=len(lapsed),
    )
    due_on = final_report_due_on(file.pack, file.day_of(now), has_run=len(file.stages) > 1)
    notices.tell_everybody(
        session, trial, "trials/ended", now, kind=kind.name, reason=reason, due_on=due_on
    )


def hand_in_final_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    text: str,
    file: Accepted | None,
    store: FileStore,
    now: datetime,
) -> FinalReport:
    """Report, as the company, on the trial that has ended; late is better than never.

    Raises: Denied, TransitionRefused, NotPossible(REPORT_NOT_DUE) where the rules ask for none,
    NotPossible(ALREADY_DONE, REPORT_INCOMPLETE).
    """
    require(session, actor, P.FINAL_REPORT_SUBMIT, trial)
    start_work(session, trial, TrialWork.FINAL_REPORT)
    facts = read(session, trial, now)
    require_final_report_due(facts)
    report = _write(actor, trial, None, text=text, file=file, store=store, now=now)
    session.add(report)
    touch(trial, now)
    record(session, actor, Deed.FINAL_REPORT_SUBMITTED, trial, now=now, sha256=report.sha256)
    for tell in (notices.tell_authorities, notices.tell_secretariat):
        tell(session, trial, "trials/final_report", now)
    return report


def require_final_report_due(file: TrialFile) -> None:
    """Make sure that a final report is still to come.

    Raises: NotPossible(REPORT_NOT_DUE) where the rules ask for none, NotPossible(ALREADY_DONE).
    """
    if file.final_report_due_on is None:
        raise NotPossible(Why.REPORT_NOT_DUE)
    if file.final_report is not None:
        raise NotPossible(Why.ALREADY_DONE)


def correct_final_report(
    session: Session,
    actor: Actor,
    trial: Trial,
    *,
    text: str,
    file: Accepted | None,
    store: FileStore,
    expected_version: int,
    now: datetime,
) -> FinalReport:
    """Correct, as the company, what was reported, as a further version; the former ones stay.

    It is open until the outcome report is published. A version without a document of its own
    keeps the one before.
    Raises: Denied, TransitionRefused, Stale where a colleague was quicker,
    NotPossible(REPORT_CLOSED, REPORT_INCOMPLETE), NotPossible(ALREADY_DONE) if nothing changed.
    """
    require(session, actor, P.FINAL_REPORT_SUBMIT, trial)
    start_work(session, trial, TrialWork.FINAL_REPORT)
    facts = read(session, trial, now)
    last = require_correctable(facts)
    if last.number != expected_version:
        raise Stale
    report = _write(actor, trial, last, text=text, file=file, store=store, now=now)
    if (report.text, report.sha256) == (last.text, last.sha256):
        raise NotPossible(Why.ALREADY_DONE)
    session.add(report)
    touch(trial, now)
    record(
        session,
        actor,
        Deed.FINAL_REPORT_CORRECTED,
        trial,
        now=now,
        number=report.number,
        sha256=report.sha256,
    )
    for tell in (notices.tell_authorities, notices.tell_secretariat):
        tell(session, trial, "trials/final_report_corrected", now)
    return report


def require_correctable(file: TrialFile) -> FinalReport:
    """Return the final report that may still be corrected. Raises: NotPossible(REPORT_CLOSED)."""
    last = file.final_report
    if last is None or not file.is_final_report_open:
        raise NotPossible(Why.REPORT_CLOSED)
    return last


def _write(
    actor: Actor,
    trial: Trial,
    former: FinalReport | None,
    *,
    text: str,
    file: Accepted | None,
    store: FileStore,
    now: datetime,
) -> FinalReport:
    """Make a version of a final report; what is not replaced is that of the former one."""
    if not text.strip():
        raise NotPossible(Why.REPORT_INCOMPLETE)
    report = FinalReport(
        trial_id=trial.id,
        number=1 if former is None else former.number + 1,
        text=text.strip(),
        submitted_by_id=person_of(actor),
        submitted_at=now,
    )
    if file is not None:
        stored = store.put(file.content, file.content_type)
        report.filename = file.name
        report.content_type = stored.content_type
        report.sha256 = stored.sha256
        report.size = stored.size
    elif former is not None:
        report.filename = former.filename
        report.content_type = former.content_type
        report.sha256 = former.sha256
        report.size = former.size
    return report
