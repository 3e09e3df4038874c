"""Tell how a sandbox test is watched: its reports, what is amiss in them, and its incidents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sandbox.domain.monitoring import Cap, Level, Reach, caps_of
from sandbox.domain.packs import RequirementKind, RequirementSpec, StageSpec, TierSpec
from sandbox.kernel.clock import local_day
from sandbox.models import Incident, MonitoringReport, Trial
from sandbox.trials import queries, services
from sandbox.trials.queries import TrialFile
from sandbox.web.demo.courses import Course
from sandbox.web.demo.facts import Words, read
from sandbox.web.demo.readings import reading
from sandbox.web.demo.story import Story


@dataclass(frozen=True, order=True)
class Event:
    """Say what happens when in a test, and what goes first on the same day."""

    days_ago: int  # negated, so that the earliest sorts first
    place: int
    act: Callable[[], None] = field(compare=False)


class Watching:
    """Hand in the reports of a test and judge them, and work off what they bring to light."""

    def __init__(self, story: Story, course: Course, tier: TierSpec) -> None:
        self.story = story
        self.course = course
        self._tier = tier
        self.trial: Trial = None  # type: ignore[assignment]  # known once it is opened
        self.stage: StageSpec = tier.stages[0]
        self.measured: date | None = None
        self.participants = 0
        self.submitted = 0
        self.last_report: MonitoringReport = None  # type: ignore[assignment]
        self.last_level = Level.WITHIN
        self.troubles: list[Incident] = []

    def _file(self) -> TrialFile:
        moment = self.story.tick()
        return queries.read_file(self.story.world.session, self.trial, self.story.pack, moment)

    def events(self, begins: int, until: int) -> list[Event]:
        """Plan the reports on the present stage, from how many days ago until how many."""
        every = self.stage.report_every_days
        if every is None:
            return []
        if self.course.extra_every is not None:
            every = min(every, self.course.extra_every)
        end = max(until, 0)
        due = list(range(begins - every, end - 1, -every))
        if until < 0 and self.course.suspended_days:
            due = [each for each in due if each > self.course.suspended_days]
        events = []
        for each in due:
            is_latest = until < 0 and each == due[-1]
            if is_latest and self.course.overdue_report:
                continue
            handed_in = max(end, each - self.story.rng.randint(0, 2))
            waits = is_latest and (self.course.waiting_report or self.course.returned_report)
            judged = max(end, handed_in - self.story.rng.randint(1, 3))
            events.append(Event(-handed_in, 1, self._hand_in(judge_now=not waits, on=judged)))
            if is_latest and self.course.returned_report:
                events.append(Event(-judged, 2, self._give_back))
        return events

    def _hand_in(self, *, judge_now: bool, on: int) -> Callable[[], None]:
        def act() -> None:
            report = self._report()
            if judge_now:
                self.story.on(on)
                self._accept(report)

        return act

    def _give_back(self) -> None:
        services.judge_report(
            self.story.world.session,
            self.story.named[self.story.lead],
            self.trial,
            report=self.last_report,
            accept=False,
            remark=read("deeds")["report_returned"],
            now=self.story.tick(),
        )

    def _accept(self, report: MonitoringReport) -> None:
        lead = self.story.named[self.story.lead]
        session = self.story.world.session
        if self.troubles and not self.course.open_incident:
            for incident in self.troubles:
                self._work_off(incident)
                services.close_incident(
                    session,
                    lead,
                    self.trial,
                    incident=incident,
                    correction=self.story.words.deed("corrections"),
                    now=self.story.tick(),
                )
            self.troubles = []
        services.judge_report(
            session,
            lead,
            self.trial,
            report=report,
            accept=True,
            remark=self.story.words.deed("report_remarks"),
            now=self.story.tick(),
        )

    def _work_off(self, incident: Incident) -> None:
        """Let the company complete its report and the lead answer it, where the pack asks."""
        session = self.story.world.session
        if services.is_completable(incident):
            services.complete_incident(
                session,
                self.story.company.member,
                self.trial,
                incident=incident,
                report=self.story.words.deed("complete_reports"),
                persons_affected=incident.persons_affected,
                now=self.story.tick(),
            )
        if incident.reaction_due_at is not None and incident.reacted_at is None:
            services.react_to_incident(
                session,
                self.story.named[self.story.lead],
                self.trial,
                incident=incident,
                reaction=self.story.words.deed("reactions"),
                now=self.story.tick(),
            )

    def catch_up(self, file: TrialFile, gate: Sequence[RequirementSpec]) -> None:
        """Hand in what is still due when the gate is reached."""
        asked = any(
            spec.kind in (RequirementKind.REPORT_ACCEPTED, RequirementKind.METRICS_WITHIN)
            for spec in gate
        )
        due = max(1 if asked else 0, len(file.reports_due))
        for _ in range(due - len(file.current_reports)):
            self._accept(self._report())
        if asked and self.last_level is Level.BREACH:
            # A gate looks at the latest readings: that it was put right has to be shown.
            self._accept(self._report())

    def _report(self) -> MonitoringReport:
        self.submitted += 1
        self.last_level = level = self.course.reports.get(self.submitted, Level.WITHIN)
        most = self.stage.participants_cap or int(self.story.slots["participants"])
        share = min(1.0, 0.3 + 0.15 * self.submitted)
        planned = min(most, int(self.story.slots["participants"]))
        self.participants = max(self.participants, int(planned * share))
        self.participants = min(self.participants, most)
        words = Words(self.story.rng, {**self.story.slots, "participants": str(self.participants)})
        name = {Level.WITHIN: "reports"}.get(level, f"reports_{level.value}")
        today = local_day(self.story.tick(), self.story.pack.calendar.timezone)
        if self.measured is None or today > self.measured:
            self.measured = today
        else:
            self.measured += timedelta(days=1)
        self.last_report = services.submit_report(
            self.story.world.session,
            self.story.company.member,
            self.trial,
            narrative=words.deed(name),
            reach=self._reach(),
            readings=self._readings(level),
            measured_on=self.measured,
            now=self.story.tick(),
        )
        if level is Level.BREACH:
            # The platform has opened an incident by itself.
            self.troubles = [each for each in self._file().incidents if each.closed_at is None]
        if self.submitted in self.course.incidents:
            self.troubles.append(self._open_incident())
        return self.last_report

    def _reach(self) -> Reach:
        """Reach no further than the stage allows, in what it limits."""
        limits = caps_of(self.stage)
        places, each = limits.get(Cap.PLACES), limits.get(Cap.AMOUNT_EACH)
        total = limits.get(Cap.AMOUNT_TOTAL)
        return Reach(
            self.participants,
            None if places is None else min(places, self.submitted),
            None if each is None else each // 2,
            None if total is None else min(total, (each or total) // 2),
        )

    def _open_incident(self) -> Incident:
        mildest = max(self.story.pack.incident_classes, key=lambda each: each.report_hours)
        return services.open_incident(
            self.story.world.session,
            self.story.company.member,
            self.trial,
            class_key=mildest.key,
            what_happened=self.story.words.deed("incidents"),
            persons_affected=self.story.rng.randint(0, 6),
            now=self.story.tick(),
        )

    def _readings(self, level: Level) -> dict[str, Decimal]:
        metrics = [self.story.pack.metric(key) for key in self._tier.metrics]
        known = [metric for metric in metrics if metric.key == self.course.amiss]
        bad = self.story.rng.choice(known or metrics) if level is not Level.WITHIN else None
        return {
            metric.key: reading(
                metric, level if metric is bad else Level.WITHIN, self.story.rng.random()
            )
            for metric in metrics
        }
