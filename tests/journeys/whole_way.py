"""Lead one case through the pages, from its form to its published report, as its rules have it.

Nothing here knows a regime: sections, criteria, conditions, gates and parts of reports are those of
the rules in force, and whom a step needs finds it among the tasks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sandbox.domain.monitoring import Cap, caps_of
from sandbox.domain.packs import (
    AnswerValue,
    Ending,
    RequirementKind,
    RequirementSpec,
    StageSpec,
    Suspender,
    TierSpec,
    Who,
)
from tests.browsing import Visitor
from tests.factories import Team
from tests.journeys.filling import fill_section
from tests.journeys.story import Story
from tests.trial_factories import DOCUMENT
from tests.waiting import WEEK

DOES = {
    "approve": "Approve the next stage, or say what is missing",
    "bring": "Bring what the next gate asks for",
    "declare": "Declare whether you have a conflict of interest",
    "declare_too": (
        "Declare whether you have a conflict of interest: the next stage of the test needs the "
        "approval of several persons of your authority"
    ),
    "enter": "Enter the next stage: its gate is open",
    "judge": "Accept or return the monitoring report",
    "report": "Hand in the monitoring report",
    "resume": "Decide whether the suspended test may go on",
}
BROKE_DOWN = "Se cayó la red de mensajes."


@dataclass
class Desk:
    """An authority at its windows: the head, the officer for the case, and a second officer."""

    story: Story
    team: Team

    @property
    def code(self) -> str:
        return self.team.authority.code

    @cached_property
    def head(self) -> Visitor:
        return self.story.window_of(self.team.head)

    @cached_property
    def officer(self) -> Visitor:
        return self.story.window_of(self.team.officer)

    @cached_property
    def second(self) -> Visitor:
        return self.story.window_of(self.team.second)

    def persons(self, number: int) -> list[Visitor]:
        """Return so many people who may speak for the authority."""
        return [(self.officer, self.second, self.head)[place] for place in range(number)]


@dataclass
class Way:
    """One case on its way: who takes part, and where it stands."""

    story: Story
    owner: Visitor
    staff: Visitor
    desks: list[Desk] = field(default_factory=list)
    key: str = ""
    trial: str = ""
    declared: set[Visitor] = field(default_factory=set)

    @property
    def lead(self) -> Visitor:
        return self.desks[0].officer

    def parties(self, who: Who) -> list[Visitor]:
        """Return a person of each party that the rules call so."""
        match who:
            case Who.COMPANY:
                return [self.owner]
            case Who.SECRETARIAT:
                return [self.staff]
            case _:
                return [desk.officer for desk in self.speakers(who)]

    def speakers(self, who: Who) -> list[Desk]:
        """Return the authorities called so; one that is alone speaks for the associates too."""
        match who:
            case Who.LEAD:
                return self.desks[:1]
            case Who.ASSOCIATES:
                return self.desks[1:] or self.desks[:1]
            case _:
                return self.desks

    # --- from the form to the decision -----------------------------------------------------------

    def apply(self, answers: Mapping[str, AnswerValue]) -> None:
        """Fill in the form of the programme section by section, and send it."""
        owner = self.owner
        owner.goto("/applications").click("Start an application").click("Start now")
        home = owner.path
        for section in self.story.pack.sections:
            address = f"{home}/sections/{section.key}"
            owner.goto(address)
            fill_section(owner, section, answers)
            owner.click("Save and continue")
            while owner.path.partition("#")[0] == address:
                # Answers have opened further questions, which now stand on the page.
                fill_section(owner, section, answers)
                owner.click("Save and continue")
        owner.goto(f"{home}/check").click("Send the application")
        self.key = home.rpartition("/")[2]

    def ask_authorities(self) -> None:
        """Find the application complete, and see whom the rules propose."""
        self.staff.take_up("Check whether the application is complete").click("Start the check")
        self.staff.click("It is complete: go on to the authorities")
        self.staff.click("See the proposed authorities")

    def takes_the_case(self, team: Team) -> None:
        """Let a head take the case and name an officer, who has no conflict of interest."""
        desk = Desk(self.story, team)
        self.desks.append(desk)
        desk.head.take_up("Say whether your authority takes the case")
        desk.head.choose("answer", "accept").click("Send the answer")
        desk.head.take_up("Name the officer for the case")
        desk.head.choose("person", str(team.officer.person_id)).click("Name this officer")
        desk.officer.take_up(DOES["declare"]).choose("answer", "none").click("Declare")

    def review(self, officer: Visitor) -> None:
        """Find every criterion met and concur."""
        officer.take_up("Review the criteria")
        for criterion in self.story.pack.criteria:
            officer.page.locator(f'[name="mark_{criterion.key}"][value="met"]').check()
        officer.click("Save the review")
        if not officer.path.endswith("/position"):
            officer.take_up("Take your authority's position")
        officer.choose("stance", "concur").fill("reasons", "Lo muestra la solicitud.")
        officer.click("Put the position on record")

    def decide(self) -> None:
        """Let the lead issue the decision that follows from the positions."""
        self.lead.take_up("Decide the application").click("Issue the decision")
        # The test is opened by the platform itself.
        self.story.server.run_jobs()

    # --- the test --------------------------------------------------------------------------------

    def work_the_gate(
        self,
        stage: StageSpec,
        gate: tuple[RequirementSpec, ...],
        tier: TierSpec,
        waived: frozenset[str],
    ) -> None:
        """Bring what the gate behind a stage asks for: papers first, then time, then approvals."""
        asked = [each for each in gate if each.key not in waived]
        if any(each.kind is RequirementKind.PLAN_AGREED for each in asked):
            self.agree_on_plan()
        if any(each.kind is RequirementKind.START_CONDITIONS for each in asked):
            self.meet_conditions(tier)
        self.hand_in_documents(asked)
        for requirement in gate:
            if requirement.key in waived:
                self.waive(requirement)
        self.wait(stage, asked, tier)
        for requirement in asked:
            if requirement.kind is RequirementKind.APPROVAL:
                self.approve(requirement)

    def agree_on_plan(self) -> None:
        """Write the plan; the company and every authority agree to it."""
        self.owner.take_up("Write the plan of the test and agree to it")
        for spec in self.story.pack.plan_fields:
            self.owner.fill(f"plan-{spec.key}", "Como dice la solicitud.")
        self.owner.click("Save the plan").click("Agree to this plan")
        for desk in self.desks:
            desk.officer.take_up("Read the plan of the test and agree to it")
            desk.officer.click("Agree to this plan")

    def meet_conditions(self, tier: TierSpec) -> None:
        """Let each condition be met by whoever has it in hand."""
        owners = [self.parties(condition.owner)[0] for condition in tier.start_conditions]
        for window in dict.fromkeys(owners):
            window.take_up(DOES["bring"])
        for window, condition in zip(owners, tier.start_conditions, strict=True):
            window.goto(f"{self.trial}/start-conditions/{condition.key}")
            window.choose("state", "met").click("Save")

    def hand_in_documents(self, asked: list[RequirementSpec]) -> None:
        """Let each party hand in its documents, one after the other on the page of the test."""
        taken_up: set[Visitor] = set()
        for requirement in asked:
            if requirement.kind is not RequirementKind.DOCUMENT:
                continue
            window = self.parties(requirement.by)[0]
            if window not in taken_up:
                taken_up.add(window)
                window.take_up(DOES["bring"])
            window.press(f'a[href$="/{requirement.key}/document"]')
            window.attach("document", "prueba.pdf", DOCUMENT, "application/pdf")
            window.click("Hand in the document")

    def waive(self, requirement: RequirementSpec) -> None:
        """Let the lead waive what the rules allow it to waive, with a reason."""
        self.lead.goto(self.trial).press(f'a[href$="/{requirement.key}/waive"]')
        self.lead.fill("reason", "Aquí no hace falta.").click("Waive the requirement")

    def wait(self, stage: StageSpec, asked: list[RequirementSpec], tier: TierSpec) -> None:
        """Let the days pass that a gate asks for; account for what happened as reports fall due."""
        kinds = {each.kind for each in asked}
        reports = bool(kinds & {RequirementKind.REPORT_ACCEPTED, RequirementKind.METRICS_WITHIN})
        days = sum(each.days for each in asked if each.kind is RequirementKind.MINIMUM_DAYS)
        step = stage.report_every_days if reports else None
        days, step = max(days, step or 0), step or days
        passed = 0
        while passed < days:
            weeks = -(-step // WEEK)
            self.story.days_pass(weeks * WEEK)
            passed += weeks * WEEK
            ago = 0
            while reports and self.owner.has_task(DOES["report"]):
                self.report(stage, tier, ago)
                ago += 1

    def report(self, stage: StageSpec, tier: TierSpec, ago: int) -> None:
        """Report readings of so many days ago that meet every target; the lead accepts them."""
        pack, owner = self.story.pack, self.owner
        owner.click(DOES["report"], within=".app-tasks")
        day = datetime.now(ZoneInfo(pack.calendar.timezone)).date() - timedelta(days=ago)
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
            owner.fill(f"measured_on-{part}", str(value))
        for cap in {Cap.PARTICIPANTS, *caps_of(stage)}:
            owner.fill(cap.value, "1")
        for key in tier.metrics:
            owner.fill(f"metric-{key}", str(pack.metric(key).target))
        owner.fill("narrative", "Sin quejas ni demoras.").click("Hand in the report")
        self.lead.take_up(DOES["judge"])
        self.lead.choose("verdict", "accept").click("Save the decision")

    def approve(self, requirement: RequirementSpec) -> None:
        """Let as many persons of each party approve as the rules ask for."""
        if requirement.by is Who.SECRETARIAT:
            self._approve(self.staff, requirement)
            return
        for desk in self.speakers(requirement.by):
            for person in desk.persons(requirement.persons):
                if person is not desk.officer:
                    self._declare(person)
                self._approve(person, requirement)

    def _declare(self, person: Visitor) -> None:
        """Let somebody say once that they have no conflict of interest."""
        if person not in self.declared:
            self.declared.add(person)
            person.take_up(DOES["declare_too"]).choose("answer", "none").click("Declare")

    def _approve(self, person: Visitor, requirement: RequirementSpec) -> None:
        person.take_up(DOES["approve"])
        person.press(f'a[href$="/{requirement.key}/approve"]').click("Approve", within="main")

    def enter(self, stage: StageSpec) -> None:
        """Let the lead enter the stage whose gate is open."""
        self.lead.take_up(DOES["enter"])
        self.lead.click("Enter the stage “%(stage)s”", stage=self.story.word(stage.name))

    def is_stopped_and_goes_on(self, desk: Desk) -> None:
        """Let an authority stop the test; it goes on when it and the lead agree."""
        ground = self.story.pack.grounds_of(Suspender.AUTHORITIES)[0]
        desk.officer.goto(self.trial).click("Suspend the test").choose("ground", ground.key)
        desk.officer.fill("reason", BROKE_DOWN).click("Suspend the test now")
        assert BROKE_DOWN in self.owner.goto(self.trial).main
        for officer in (desk.officer, self.lead):
            assert BROKE_DOWN in officer.take_up(DOES["resume"]).main
            officer.click("Agree that the test goes on")
        assert self.lead.has("Suspend the test")

    def complete(self) -> str:
        """Complete the test; return how it ended."""
        self.lead.take_up("Complete the test: everything is in place")
        kind = self.story.pack.exits(Ending.COMPLETED)[0]
        self.lead.choose("exit_kind", kind.code).click("Complete the test", within="main form")
        if self.story.pack.final_report_days is not None:
            self.owner.take_up("Hand in the final report of the test")
            self.owner.fill("text", "Se hizo lo que decía el plan.").click(
                "Hand in the final report"
            )
        return self.story.word(kind.name)

    # --- what was learned ------------------------------------------------------------------------

    def publish(self, title: str) -> str:
        """Draft the report and let another person publish it; return its address."""
        pack, drafter = self.story.pack, self.staff
        drafter.take_up("Draft the outcome report").click("Begin the draft").fill("title", title)
        for section in pack.report_sections:
            drafter.fill(f"section-{section.key}", f"{self.story.word(section.title)}: hecho.")
        drafter.fill(f"lesson-{pack.principles[0].code}", "Una lección.")
        drafter.fill(f"recommendation-{pack.stakeholders[0].code}", "Una recomendación.")
        drafter.click("Save the draft").click("Send for publication")
        if pack.report_needs_consent:
            self.owner.take_up("Say whether the outcome report may be published")
            self.owner.click("Agree to publish this report")
        editor = self.story.window_of(self.story.publisher())
        editor.take_up("Check and publish the outcome report").click("Publish")
        return editor.path
