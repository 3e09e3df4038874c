"""Gather from the file of a trial what decides what is next and who must act."""

from sandbox.domain.awaiting import Awaited, TrialNow, awaited
from sandbox.domain.outcomes import Consent, ReportStatus
from sandbox.domain.packs import Who
from sandbox.domain.trials import TrialStatus
from sandbox.trials.queries.facts import TrialFile


def awaited_in(file: TrialFile) -> tuple[Awaited, ...]:
    """List what is next for a trial and who must act, what cannot wait first."""
    return awaited(now_of(file))


def now_of(file: TrialFile) -> TrialNow:
    """Say where a trial stands, with what decides who must act."""
    gate = file.gate(file.next_gate) if file.is_open else None
    requirements = () if gate is None else gate.requirements
    suspension = file.open_suspension if file.is_open else None
    lacking = len(file.reports_due) - len(file.current_reports)
    return TrialNow(
        status=TrialStatus(file.trial.status),
        lead=file.lead.code if file.lead else None,
        associates=tuple(each.code for each in file.supervisors if not each.is_lead),
        agreed_by=file.agreed_by,
        gate=gate,
        open_conditions=tuple(
            spec.owner
            for spec in file.tier.start_conditions
            if file.conditions[spec.key].state != "met"
        ),
        refused={
            state.spec.key: refused
            for state in requirements
            if (refused := file.refused_by(file.next_gate, state))
        },
        suspenders=_suspenders(file),
        is_lead_asked=suspension is not None and suspension.lead_agreed_at is None,
        incidents_to_answer=len(file.incidents_to_answer),
        incidents_to_complete=len(file.incidents_to_complete),
        incidents_to_close=len(file.incidents_to_close),
        is_report_returned=file.is_reporting
        and any(report.state == "returned" for report in file.reports),
        reports_owed=max(0, lacking),
        reports_to_judge=sum(report.state == "submitted" for report in file.reports),
        next_report_on=file.next_report_due,
        stage_overdue_since=file.stage_due_on if file.outlasts else None,
        is_final_report_owed=file.final_report_due_on is not None and file.final_report is None,
        outcome=ReportStatus(file.outcome) if file.outcome else None,
        consent=Consent(file.consent) if file.consent else Consent.NOT_ASKED,
    )


def _suspenders(file: TrialFile) -> tuple[str, ...]:
    """Name those who suspended the test, or answer for them now, and have not agreed to go on."""
    suspension = file.open_suspension if file.is_open else None
    if suspension is None or suspension.suspender_agreed_at is not None:
        return ()
    if suspension.by_company:
        return (Who.COMPANY.value,)
    found = (each for each in file.supervisors if each.answers_for(suspension.authority_id))
    return tuple(each.code for each in found)
