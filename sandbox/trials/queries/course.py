"""Say by when what is due in a trial, and where it stands in time."""

from datetime import date, datetime, timedelta

from sandbox.domain.calendar import ClockReading, suspensions_of
from sandbox.domain.incidents import reaction_clock
from sandbox.domain.monitoring import (
    next_report_due,
    reports_due,
)
from sandbox.domain.outcomes import (
    Consent,
    ReportStatus,
    final_report_due_on,
    is_issued,
    report_clock,
)
from sandbox.domain.packs import (
    StageSpec,
)
from sandbox.domain.trials import (
    WORK,
    StageProgress,
    StageVisit,
    TrialStatus,
    TrialWork,
    days_suspended,
    latest_end,
    stage_due_on,
    stage_plan,
)
from sandbox.kernel.clock import local_day
from sandbox.models import (
    Incident,
)
from sandbox.trials.queries.records import TrialRecords


class TrialCourse(TrialRecords):
    """Read the rows of a trial against the calendar."""

    def day_of(self, instant: datetime) -> date:
        """Return the local day of an instant."""
        return local_day(instant, self.pack.calendar.timezone)

    @property
    def entered_on(self) -> date:
        """Return the day on which the current stage was entered."""
        return self.day_of(self.current.entered_at)

    @property
    def suspended_days(self) -> int:
        """Count the days of suspension within the current stage. Units: calendar days."""
        stops = (
            (
                self.day_of(each.suspended_at),
                self.day_of(each.resumed_at) if each.resumed_at else None,
            )
            for each in self.suspensions
        )
        return days_suspended(stops, self.entered_on, self.today)

    @property
    def stage_due_on(self) -> date:
        """Return the last day of the current stage; while the test is suspended it moves on."""
        return stage_due_on(self.current_spec, self.entered_on, self.suspended_days)

    @property
    def outlasts(self) -> bool:
        """Tell whether the test is in its stage for longer than the rules allow."""
        return self.is_open and self.today > self.stage_due_on

    @property
    def is_reporting(self) -> bool:
        """Tell whether a report could be handed in now; where it could not, none is due."""
        return TrialWork.REPORT in WORK[TrialStatus(self.trial.status)]

    @property
    def reports_due(self) -> tuple[date, ...]:
        """List the days on which reports on the current stage have fallen due."""
        if not self.is_reporting:
            return ()
        return reports_due(self.current_spec, self.entered_on, self.today, self.suspended_days)

    @property
    def next_report_due(self) -> date | None:
        """Return the day of the first report that was not handed in yet, overdue ones first."""
        return self.report_due_in(self.current_spec)

    def report_due_in(self, spec: StageSpec) -> date | None:
        """Return that day as it would be if the current stage had this cadence."""
        if not self.is_reporting:
            return None
        handed_in = len(self.current_reports)
        since = (self.entered_on, self.today, self.suspended_days)
        due = reports_due(spec, *since)
        return due[handed_in] if handed_in < len(due) else next_report_due(spec, *since)

    @property
    def latest_end(self) -> date:
        """Return the last day of the test if each stage that is left takes its longest time."""
        key = self.current.key
        return latest_end(self.tier, key, self.entered_on, self.suspended_days)

    @property
    def extension_asked_until(self) -> date | None:
        """Return the last day for asking for an extension; None where the rules know none."""
        spec = self.pack.extension
        if spec is None or self.trial.status == TrialStatus.PREPARING or not self.is_open:
            return None
        return self.latest_end - timedelta(days=spec.ask_days_before)

    @property
    def final_report_due_on(self) -> date | None:
        """Return the day by which the final report is due, or was; None where none is asked for."""
        ended_at = self.trial.ended_at
        ended_on = None if ended_at is None else self.day_of(ended_at)
        return final_report_due_on(self.pack, ended_on, has_run=len(self.stages) > 1)

    @property
    def outcome_clock(self) -> ClockReading | None:
        """Read the term of the outcome report of a test that has ended, where the pack has one."""
        ended_at = self.trial.ended_at
        if ended_at is None:
            return None
        return report_clock(self.pack, self.day_of(ended_at), self.lead_stops, self.today)

    @property
    def outcome_due_on(self) -> date | None:
        """Return the day by which the outcome report is due."""
        reading = self.outcome_clock
        return None if reading is None else reading.due_on

    @property
    def is_outcome_issued(self) -> bool:
        """Tell whether the term of the outcome report is met."""
        if self.is_outcome_published or self.outcome is None:
            return self.is_outcome_published
        consent = Consent.NOT_ASKED if self.consent is None else Consent(self.consent)
        return is_issued(ReportStatus(self.outcome), consent)

    def reaction_clock(self, incident: Incident) -> ClockReading | None:
        """Read the term of the lead's answer; None where its day came about in another way.

        The day was set when the incident was reported: by the rules of then, and for the lead of
        then.
        """
        if incident.reaction_due_at is None or self.lead is None:
            return None
        spec = next((x for x in self.pack.incident_classes if x.key == incident.class_key), None)
        stops = suspensions_of(self.pack, self.lead.code)
        reported_on = self.day_of(incident.opened_at)
        reading = spec and reaction_clock(self.pack, spec, reported_on, stops, self.today)
        due_on = self.day_of(incident.reaction_due_at)
        return reading if reading and reading.due_on == due_on else None

    @property
    def is_final_report_open(self) -> bool:
        """Tell whether a final report that was handed in may still be corrected.

        Nobody accepts it; what the programme makes of it is the outcome report. Once that is
        published, the report on which it stands no longer changes.
        """
        return self.final_report is not None and not self.is_outcome_published

    @property
    def is_final_report_late(self) -> bool:
        """Tell whether the final report came after its day, or has not come by now."""
        due_on, reports = self.final_report_due_on, self.final_reports
        # A correction does not make late what came in time.
        come_on = self.day_of(reports[0].submitted_at) if reports else self.today
        return due_on is not None and come_on > due_on

    @property
    def progress(self) -> tuple[StageProgress, ...]:
        """Lay out the plan of stages with today's place in it."""
        visits = [
            StageVisit(
                stage.key,
                self.day_of(stage.entered_at),
                self.day_of(stage.left_at) if stage.left_at else None,
            )
            for stage in self.stages
        ]
        suspended = self.trial.status == TrialStatus.SUSPENDED
        return stage_plan(
            self.tier,
            visits,
            self.today,
            suspended,
            not self.is_open,
            suspended_days=self.suspended_days,
        )
