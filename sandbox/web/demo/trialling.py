"""Tell what happened in one sandbox test, stage by stage, up to where it stands today."""

from collections.abc import Callable

from sandbox.access.permissions import P
from sandbox.domain.packs import (
    Ending,
    RequirementKind,
    RequirementSpec,
    StageSpec,
    Suspender,
    TierSpec,
    Who,
)
from sandbox.kernel.actors import Actor, system_actor
from sandbox.models import Trial
from sandbox.trials import queries, services
from sandbox.trials.queries import COMPLETION, TrialFile
from sandbox.web.demo.courses import Course
from sandbox.web.demo.facts import Words, read
from sandbox.web.demo.relieving import answer_reliefs
from sandbox.web.demo.story import Story
from sandbox.web.demo.watching import Event, Watching

OPENER = system_actor("trials.open", P.TRIAL_OPEN.value)
HALF = 0.5
LONGEST_USUAL_DAYS = 150
SLACK_DAYS = 7  # What business days and the minimum days of a stage need between them.


class Trialling:
    """Carry a test through its stages."""

    def __init__(self, story: Story, course: Course) -> None:
        self.story = story
        self.course = course
        self.rng = story.rng
        self.trial: Trial = None  # type: ignore[assignment]
        self.place = 0  # of the present stage in its tier
        self.watching = Watching(story, course, self.tier)
        self.schedule = self._schedule()

    # --- the plan of it --------------------------------------------------------------------------

    @property
    def tier(self) -> TierSpec:
        """Return the tier of the test."""
        return self.story.pack.tier(self.story.tier)

    def _schedule(self) -> list[tuple[StageSpec, int, int]]:
        """Lay the stages out. Shape: stage, days ago it is entered, days ago it is left."""
        stages = [*self.tier.stages]
        last = [stage.key for stage in stages].index(self.course.stage)
        stages = stages[: last + 1]
        ends = self.course.days if self.course.ends else -1
        laid: list[tuple[StageSpec, int, int]] = []
        until = ends
        for place in range(last, -1, -1):
            stage = stages[place]
            is_target = place == last and not self.course.ends
            length = self.course.days if is_target else self._length(stage, place)
            begins = (0 if is_target else until) + length
            laid.insert(0, (stage, begins, until))
            until = begins
        return laid

    def _length(self, stage: StageSpec, place: int) -> int:
        """Choose how long a stage takes: its minimum, and its reports with some days to spare."""
        gate = self._gate_after(place)
        least = max((spec.days for spec in gate), default=0) + SLACK_DAYS
        cadence = stage.report_every_days
        if cadence is None:
            return max(least, self.rng.randint(18, 32))
        wanted = min(stage.max_days, LONGEST_USUAL_DAYS) * self.course.pace
        rounds = max(1, least // cadence, round(wanted / cadence))
        return max(least, rounds * cadence + max(6, min(9, cadence - 6)))

    def _gate_after(self, place: int) -> tuple[RequirementSpec, ...]:
        stages = self.tier.stages
        return stages[place + 1].gate if place + 1 < len(stages) else self.tier.completion

    @property
    def opened_days_ago(self) -> int:
        """Return when the test is opened, so that the story before it can be told to fit."""
        return self.schedule[0][1]

    # --- telling it ------------------------------------------------------------------------------

    def run(self) -> Trial:
        """Open the test and carry it to where it stands."""
        self.story.on(self.opened_days_ago)
        self.trial = services.open_trial(
            self.story.world.session,
            OPENER,
            self.story.application,
            now=self.story.tick(),
        )
        self.watching.trial = self.trial
        # A test that ended before it began is not new: whatever it asked for was answered.
        is_new = len(self.schedule) == 1 and not (self.course.prepared or self.course.ends)
        runs = not self.course.ends and not is_new
        answer_reliefs(self.story, self.trial, is_new=is_new, runs=runs)
        for place, (stage, begins, until) in enumerate(self.schedule):
            self.place = place
            self.watching.stage = stage
            self._stage(begins, until)
        return self.trial

    @property
    def gate_key(self) -> str:
        """Return the key of the stage behind the next gate, or that of completion."""
        stages = self.tier.stages
        return stages[self.place + 1].key if self.place + 1 < len(stages) else COMPLETION

    @property
    def is_unfinished(self) -> bool:
        """Tell whether the present stage is the last that is told, and its gate stays closed."""
        is_target = self.tier.stages[self.place].key == self.course.stage
        return is_target and self.course.ends != "completed"

    def _stage(self, begins: int, until: int) -> None:
        events = [
            *self._plan_events(begins, until),
            *self.watching.events(begins, until),
            *self._gate_events(begins, until),
        ]
        if self.course.suspended_days and self.is_unfinished:
            events.append(Event(-self.course.suspended_days, 5, self._suspend))
        for event in sorted(events):
            self.story.on(max(0, -event.days_ago))
            event.act()
        if until >= 0:
            self.story.on(until)
        if not self.is_unfinished:
            file = self.file()
            self.watching.catch_up(file, self._gate_after(self.place))
            self._finish_gate(file)
            self._pass_gate()
        elif self.course.ends == "early":
            self._end_early()

    def file(self) -> TrialFile:
        """Read every fact of the test as of the story's moment."""
        moment = self.story.tick()
        return queries.read_file(self.story.world.session, self.trial, self.story.pack, moment)

    # --- the plan --------------------------------------------------------------------------------

    def _plan_events(self, begins: int, until: int) -> list[Event]:
        if self.place > 0 or (self.is_unfinished and self.course.prepared == 0):
            return []
        span = max(1, begins - max(until, 0))
        write = begins - span // 3
        agree = begins - span // 2
        events = [Event(-write, 1, self._write_plan)]
        if not self.is_unfinished or self.course.prepared > HALF:
            events.append(Event(-agree, 2, self._agree_plan))
        return events

    def _write_plan(self) -> None:
        words = Words(self.rng, self.story.slots)
        texts = read("answers")["plan"]
        fields = {}
        for spec in self.story.pack.plan_fields:
            known = self.story.answers.get(spec.key)
            # A number without its question says nothing.
            said = isinstance(known, str) and not known.isdigit() and spec.key not in texts
            fields[spec.key] = str(known) if said else words(texts.get(spec.key, texts["common"]))
        services.save_plan(
            self.story.world.session,
            self.story.company.member,
            self.trial,
            fields=fields,
            expected_version=1,
            now=self.story.tick(),
        )
        self._agree(self.story.company.owner)

    def _agree_plan(self) -> None:
        for code in self.story.codes:
            self._agree(self.story.named[code])

    def _agree(self, actor: Actor) -> None:
        version = 2
        services.agree_plan(
            self.story.world.session,
            actor,
            self.trial,
            expected_version=version,
            now=self.story.tick(),
        )

    # --- gates -----------------------------------------------------------------------------------

    def _gate_events(self, begins: int, until: int) -> list[Event]:
        """Work the gate off in the second half of the stage; of the present stage only a share."""
        end = max(until, 0)
        span = max(1, begins - end)
        works = [
            spec
            for spec in self._gate_after(self.place)
            if spec.kind in (RequirementKind.DOCUMENT, RequirementKind.START_CONDITIONS)
        ]
        if self.is_unfinished:
            works = works[: round(len(works) * self.course.prepared)]
        return [
            Event(-(end + span * (len(works) - place) // (2 * len(works) + 1)), 4, self._work(spec))
            for place, spec in enumerate(works)
        ]

    def _work(self, spec: RequirementSpec) -> Callable[[], None]:
        def act() -> None:
            if spec.kind is RequirementKind.DOCUMENT:
                self._document(spec)
            else:
                self._meet_conditions()

        return act

    def _document(self, spec: RequirementSpec) -> None:
        label = spec.label.in_(self.story.company.owner.language)
        services.document_requirement(
            self.story.world.session,
            self._actor_for(spec.by),
            self.trial,
            stage=self.gate_key,
            requirement=spec.key,
            file=self.story.document(label),
            store=self.story.world.store,
            now=self.story.tick(),
        )

    def _actor_for(self, who: Who) -> Actor:
        """Return somebody who brings what the pack asks of a party; the company by default."""
        if who is Who.LEAD:
            return self.story.named[self.story.lead]
        return self.story.caseworker if who is Who.SECRETARIAT else self.story.company.member

    def _meet_conditions(self) -> None:
        for spec in self.tier.start_conditions:
            services.set_start_condition(
                self.story.world.session,
                self._actor_for(spec.owner),
                self.trial,
                key=spec.key,
                state="met",
                note=self.story.words.deed("conditions_met"),
                now=self.story.tick(),
            )

    def _finish_gate(self, file: TrialFile) -> None:
        """Bring what is still missing: documents, conditions, at last the approvals."""
        missing = [each.spec for each in file.gate(self.gate_key).requirements if not each.holds]
        for spec in missing:
            if spec.kind in (RequirementKind.DOCUMENT, RequirementKind.START_CONDITIONS):
                self._work(spec)()
        for spec in missing:
            if spec.kind is RequirementKind.APPROVAL:
                self._approve(spec)

    def _approve(self, spec: RequirementSpec) -> None:
        for code in self._asked(spec.by):
            for actor in self._persons(code)[: spec.persons]:
                self.story.declare(actor)
                services.approve_requirement(
                    self.story.world.session,
                    actor,
                    self.trial,
                    stage=self.gate_key,
                    requirement=spec.key,
                    note=self.story.words.deed("approvals"),
                    now=self.story.tick(),
                )

    def _asked(self, who: Who) -> tuple[str, ...]:
        if who is Who.LEAD:
            return (self.story.lead,)
        return self.story.associates if who is Who.ASSOCIATES else self.story.codes

    def _persons(self, code: str) -> list[Actor]:
        named = self.story.named[code]
        bench = self.story.bench(code)
        others = [
            each
            for each in (*bench.officers, bench.head)
            if each != named and each.person_id not in self.story.recused
        ]
        return [named, *others]

    def _pass_gate(self) -> None:
        lead = self.story.named[self.story.lead]
        if self.gate_key == COMPLETION:
            services.complete(
                self.story.world.session,
                lead,
                self.trial,
                exit_kind=self._exit_kind(),
                now=self.story.tick(),
            )
            self._hand_in_final_report()
        else:
            services.enter_stage(
                self.story.world.session,
                lead,
                self.trial,
                stage=self.gate_key,
                now=self.story.tick(),
            )

    def _exit_kind(self) -> str:
        ends = Ending(self.course.ends)
        codes = [kind.code for kind in self.story.pack.exits(ends)]
        return self.course.exit_kind or self.rng.choice(codes)

    def _end_early(self) -> None:
        services.end_early(
            self.story.world.session,
            self.story.named[self.story.lead],
            self.trial,
            exit_kind=self._exit_kind(),
            reason=self.story.words.deed("ended_early"),
            now=self.story.tick(),
        )
        self._hand_in_final_report()

    def _hand_in_final_report(self) -> None:
        """Let the company report once more, where the pack asks for it."""
        now = self.story.tick()
        file = queries.read_file(self.story.world.session, self.trial, self.story.pack, now)
        if file.final_report_due_on is None:
            return
        services.hand_in_final_report(
            self.story.world.session,
            self.story.company.member,
            self.trial,
            text=self.story.words.deed("final_reports"),
            file=None,
            store=self.story.world.store,
            now=now,
        )

    def _suspend(self) -> None:
        code = (self.story.associates or (self.story.lead,))[0]
        grounds = self.story.pack.grounds_of(Suspender.AUTHORITIES)
        services.suspend(
            self.story.world.session,
            self.story.named[code],
            self.trial,
            reason=self.story.words.deed("suspended"),
            ground=next((each.key for each in grounds), None),
            now=self.story.tick(),
        )
