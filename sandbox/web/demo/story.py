"""Tell what happened to one application, deed by deed, each by whoever may do it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sandbox.applications import services as applications
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import services as coordination
from sandbox.coordination.queries import get_bench, list_in_force
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.guidance import Channel, Guidance
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.refusing import suggested_reasons
from sandbox.domain.routing import propose
from sandbox.kernel.actors import Actor, system_actor
from sandbox.kernel.clock import local_day
from sandbox.kernel.files import Accepted
from sandbox.models import Application, Organisation
from sandbox.web.demo.facts import Words, fill, read
from sandbox.web.demo.world import Bench, Company, World

LAPSER = system_actor("applications.lapse_overdue", "application:lapse")
START_KEY = "demonstration-"
FEWEST_AUTHORITIES = 2
HALF = 0.5
LONG_ANSWER_WORDS = 50


class Story:
    """Move one case on, from its draft to its decision.

    Units: days are counted back from today. Time only moves on: a deed on the day of the one
    before follows it by minutes.
    """

    def __init__(
        self,
        world: World,
        company: Company,
        project: Mapping[str, Any],
        tier: str,
        *,
        key: str,
        places: str = "",
    ) -> None:
        self.world = world
        self.company = company
        self.project = project
        self.tier = tier
        self.key = key
        self.rng = Random(key)  # noqa: S311 - a story, not a secret
        self.at: datetime | None = None
        self.started = 0
        self.application: Application = None  # type: ignore[assignment]
        self.answers: Answers = {}
        self.lead = ""
        self.associates: tuple[str, ...] = ()
        self.named: dict[str, Actor] = {}
        self.declared: set[UUID] = set()
        self.recused: set[UUID] = set()
        self.slots = self._slots(places or company.slots["place"])
        self.words = Words(self.rng, self.slots)

    def _slots(self, places: str) -> dict[str, str]:
        areas = read("answers")["areas"]
        area = areas.get(self.project["area"]) or next(iter(areas.values()))
        least, most = {0: (40, 400), 1: (120, 900)}.get(self._rank, (40, 260))
        return {
            **area,
            "people": self.project.get("people", area["people"]),
            "participants": str(10 * self.rng.randint(least // 10, most // 10)),
            "places": places,
            **self.company.slots,
        }

    @property
    def _rank(self) -> int:
        return [each.key for each in self.world.pack.tiers].index(self.tier)

    @property
    def start_key(self) -> str:
        """Return the key that makes sure that the application is started once."""
        return f"{START_KEY}{self.key}"

    @property
    def pack(self) -> PolicyPack:
        """Return the rules under which the case goes."""
        return self.world.pack

    # --- time ------------------------------------------------------------------------------------

    def on(self, days_ago: int) -> "Story":
        """Move on to a day, at an hour of work."""
        moment = self.world.days.moment(self.rng, days_ago)
        self.at = moment if self.at is None or moment > self.at else self._soon(self.at)
        return self

    def _soon(self, at: datetime) -> datetime:
        return min(at + timedelta(minutes=self.rng.randint(3, 25)), self.world.now)

    def tick(self) -> datetime:
        """Return the next moment, minutes after the deed before."""
        if self.at is None:
            raise AssertionError("A story begins on a day.")
        self.at = self._soon(self.at)
        return self.at

    # --- the company applies ---------------------------------------------------------------------

    def draft(self, *, sections: int | None = None) -> None:
        """Start the application and answer it, or only its first sections."""
        begun = self.tick()
        start = begun.date() + timedelta(days=self.rng.randint(90, 150))
        self.slots["start_date"] = start.isoformat()
        self.answers = self.world.composer.compose(self.rng, self.tier, self.project, self.slots)
        hidden = self.world.composer.confidential(self.rng, self.answers)
        self.application = applications.start_application(
            self.world.session,
            self.company.owner,
            self.world.session.get_one(Organisation, self.company.id),
            pack=self.pack,
            start_key=self.start_key,
            language=self.company.owner.language,
            now=begun,
        )
        people = (self.company.owner, self.company.member)
        for number, section in enumerate(self.pack.sections[:sections]):
            own = {
                question.key: self.answers[question.key]
                for question in section.questions
                if question.key in self.answers
            }
            applications.save_section(
                self.world.session,
                people[number % 2],
                self.application,
                section=section.key,
                answers=own,
                confidential=hidden,
                expected_version=0,
                now=self.tick(),
            )

    def attach(self, label: str) -> None:
        """Attach a document to the first question that takes one and is asked."""
        question = next(q for q in self.pack.questions.values() if q.kind == "file")
        applications.attach_file(
            self.world.session,
            self.company.member,
            self.application,
            store=self.world.store,
            question=question.key,
            file=self.document(label),
            now=self.tick(),
        )

    def document(self, label: str) -> Accepted:
        """Write a document that says what it is."""
        reference = self.application.reference or ""
        text = fill(
            read("deeds")["document"],
            {"label": label, "organisation": self.company.name, "reference": reference},
        )
        plain = "".join(each if each.isalnum() else "-" for each in label.lower()).strip("-")
        return Accepted(f"{plain[:60]}.txt", text.encode(), "text/plain")

    def submit(self) -> None:
        """Send the application, or its correction, to the secretariat."""
        applications.submit(
            self.world.session, self.company.owner, self.application, now=self.tick()
        )

    def withdraw(self) -> None:
        """Take the application back."""
        applications.withdraw(
            self.world.session,
            self.company.owner,
            self.application,
            reason=self.words.deed("withdrawn"),
            now=self.tick(),
        )

    def answer_information(self) -> None:
        """Answer what the lead authority has asked."""
        applications.answer_information(
            self.world.session,
            self.company.owner,
            self.application,
            answers={1: self.words.deed("information", "answers")},
            now=self.tick(),
        )

    # --- the secretariat checks ------------------------------------------------------------------

    @property
    def caseworker(self) -> Actor:
        """Return who of the secretariat looks after the case: always the same person."""
        return self.world.caseworkers[len(self.key) % len(self.world.caseworkers)]

    def start_triage(self) -> None:
        """Begin the check of completeness."""
        applications.start_triage(
            self.world.session, self.caseworker, self.application, now=self.tick()
        )

    def give_back(self) -> None:
        """Return the application with reasons for two of its questions."""
        asked = [
            question.key
            for question in self.pack.questions.values()
            if question.key in self.answers and (question.max_words or 0) > LONG_ANSWER_WORDS
        ]
        texts = read("deeds")["returned"]["reasons"]
        asked = [key for key in asked if key in texts] or asked
        keys = self.rng.sample(asked, min(2, len(asked)))
        usual = read("deeds")["returned"]["reason"]
        applications.return_to_company(
            self.world.session,
            self.caseworker,
            self.application,
            reasons={key: texts.get(key, usual) for key in keys},
            general=self.words.deed("returned", "general"),
            now=self.tick(),
        )

    def lapse(self) -> None:
        """Let the company's term pass."""
        applications.lapse_overdue(self.world.session, LAPSER, now=self.tick())

    def redirect(self) -> None:
        """Decide at triage that another office serves the company better."""
        applications.redirect_elsewhere(
            self.world.session,
            self.caseworker,
            self.application,
            reason=self.words.deed("redirected"),
            now=self.tick(),
        )

    def decline_prohibited(self) -> None:
        """Decline at triage what describes a prohibited use."""
        applications.decline_prohibited(
            self.world.session,
            self.caseworker,
            self.application,
            reason=read("deeds")["declined_prohibited"][1],
            codes=self._refusal_codes(at_triage=True),
            now=self.tick(),
        )

    def assign(self) -> None:
        """Ask the authorities that the answers point to, and a second one where there is one."""
        session, today = self.world.session, self.world.days.today
        found = propose(self.pack, self.answers, today, applied_codes(session))
        order = [each for each in (found.lead, *found.associates) if each]
        in_force = list_in_force(session, self.pack, today)
        others = [each.code for each in in_force if each.code not in order]
        self.rng.shuffle(others)
        missing = max(0, FEWEST_AUTHORITIES - len(order))
        self.lead, *rest = (*order, *others[:missing])
        self.associates = tuple(rest)
        coordination.assign(
            self.world.session,
            self.caseworker,
            self.application,
            lead=self.lead,
            associates=self.associates,
            reason=self.words.deed("reassigned") if missing else "",
            now=self.tick(),
        )

    # --- the authorities -------------------------------------------------------------------------

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the authorities on the case, the lead first."""
        return (self.lead, *self.associates)

    def bench(self, code: str) -> Bench:
        """Return an authority with its people."""
        return self.world.benches[code]

    def accept(self, codes: Sequence[str] | None = None) -> None:
        """Let heads take the case for their authorities."""
        for code in self.codes if codes is None else codes:
            coordination.accept_assignment(
                self.world.session, self.bench(code).head, self.application, now=self.tick()
            )

    def name_officer(self, code: str) -> Actor:
        """Let a head name an officer who is not recused."""
        officer = self.world.next_officer(code, self.recused)
        if officer.person_id is None:
            raise AssertionError("An officer is a person.")
        coordination.name_officer(
            self.world.session,
            self.bench(code).head,
            self.application,
            person_id=officer.person_id,
            now=self.tick(),
        )
        self.named[code] = officer
        return officer

    def name_officers(self) -> None:
        """Let every head name an officer."""
        for code in self.codes:
            self.name_officer(code)

    def declare(self, actor: Actor, *, has_conflict: bool = False) -> None:
        """Let somebody say whether they have a conflict of interest, once."""
        if actor.person_id is None or actor.person_id in self.declared | self.recused:
            return
        coordination.declare_conflict(
            self.world.session,
            actor,
            self.application,
            has_conflict=has_conflict,
            explanation=read("deeds")["conflict"] if has_conflict else "",
            now=self.tick(),
        )
        (self.recused if has_conflict else self.declared).add(actor.person_id)

    def declare_all(self) -> None:
        """Let every named officer declare that they have none."""
        for officer in self.named.values():
            self.declare(officer)

    def recuse(self, code: str) -> None:
        """Let the officer of an authority be recused and another one be named."""
        self.declare(self.named.pop(code), has_conflict=True)
        self.declare(self.name_officer(code))

    def review(
        self, code: str, *, partly: int = 0, failing: bool = False, criteria: int | None = None
    ) -> None:
        """Mark the criteria: some only partly met, or one that must be met not at all."""
        specs = self.pack.criteria[:criteria]
        found = dict.fromkeys((spec.key for spec in specs), CriterionMark.MET)
        for spec in self.rng.sample(specs, min(partly, len(specs))):
            found[spec.key] = CriterionMark.PARTLY
        if failing:
            failed = self.rng.choice([spec.key for spec in specs if spec.must_be_met])
            found[failed] = CriterionMark.NOT_MET
        marks = {key: (mark, self._note(key, mark)) for key, mark in found.items()}
        coordination.save_review(
            self.world.session,
            self.named[code],
            self.application,
            marks=marks,
            expected_version=0,
            now=self.tick(),
        )

    def _note(self, criterion: str, mark: CriterionMark) -> str:
        notes = read("deeds")["notes"][mark.value]
        return self.words(notes.get(criterion, notes["common"]))

    def take_position(self, code: str, stance: Stance, *, expected_version: int = 0) -> None:
        """Say where an authority stands."""
        conditions: list[str] = []
        if stance is Stance.CONCUR_WITH_CONDITIONS:
            conditions = self.rng.sample(read("deeds")["conditions"], self.rng.choice((1, 2, 2)))
        coordination.take_position(
            self.world.session,
            self.named[code],
            self.application,
            stance=stance,
            reasons=self.words.deed("positions", stance.value),
            conditions=conditions,
            expected_version=expected_version,
            now=self.tick(),
        )

    def request_information(self) -> None:
        """Ask the company in the name of the lead."""
        applications.request_information(
            self.world.session,
            self.named[self.lead],
            self.application,
            questions=[(self.words.deed("information", "questions"), None)],
            now=self.tick(),
        )

    def advise(self) -> None:
        """Let the lead advise the company, which answers, and the secretariat advise it too."""
        session, texts = self.world.session, read("deeds")["guidance"]
        for actor, each in zip((self.named[self.lead], self.caseworker), texts, strict=True):
            at = self.tick()
            given = Guidance(
                local_day(at, self.pack.calendar.timezone),
                Channel(each["channel"]),
                each["question"],
                each["advice"],
                provision=each["provision"],
            )
            coordination.give_guidance(session, actor, self.application, given=given, now=at)
        coordination.answer_guidance(
            session,
            self.company.owner,
            self.application,
            number=1,
            text=texts[0]["answer"],
            now=self.tick(),
        )

    def open_deliberation(self) -> None:
        """Call the authorities together."""
        coordination.open_deliberation(
            self.world.session, self.named[self.lead], self.application, now=self.tick()
        )

    def decide(self) -> None:
        """Issue the decision that follows from the positions."""
        coordination.decide(
            self.world.session,
            self.named[self.lead],
            self.application,
            remarks=self.words.deed("remarks"),
            codes=self._refusal_codes(),
            now=self.tick(),
        )

    def _refusal_codes(self, *, at_triage: bool = False) -> list[str]:
        """Choose the rules' reasons for a refusal; whatever is decided else has no use for them."""
        reasons = self.pack.refusal_reasons
        bench = get_bench(self.world.session, self.application.id)
        found = suggested_reasons(reasons, bench.marks)
        if found or not reasons:
            return found
        # A prohibited use fails no criterion, and an objection fails one more often than not.
        fitting = [each for each in reasons if (each.criterion is None) is at_triage] or reasons
        if at_triage:
            return [fitting[-1].code]
        # Chance of its own: the rest of the story goes on as it would have.
        return [Random(self.key).choice(fitting).code]  # noqa: S311 - a story, not a secret

    # --- whole passages --------------------------------------------------------------------------

    def to_triage(self, days_ago: int) -> None:
        """Apply, and come to the desk of the secretariat on that day."""
        wait = self.rng.randint(2, 5)
        self.on(days_ago + wait + self.rng.randint(3, 14)).draft()
        self.on(days_ago + wait).submit()
        self.on(days_ago).start_triage()

    def after_triage(self, days_ago: int) -> None:
        """Come from the secretariat's desk so far that on that day the officers can begin."""
        self.on(days_ago + 7).assign()
        self.on(days_ago + 3).accept()
        self.on(days_ago + 2).name_officers()
        self.on(days_ago).declare_all()

    def to_review(self, days_ago: int) -> None:
        """Come so far that on that day the officers can begin."""
        self.to_triage(days_ago + 10)
        self.after_triage(days_ago)

    def from_review(
        self, days_ago: int, outcome: DecisionOutcome, *, reviewed: Sequence[str] = ()
    ) -> None:
        """Come from the review to a decision of the authorities on that day."""
        self.on(days_ago + 9)
        declines = outcome is DecisionOutcome.DECLINED
        fails = declines and self.rng.random() < HALF
        for code in self.codes:
            if code not in reviewed:
                partly = self.rng.choice((0, 1, 2))
                self.review(code, partly=partly, failing=fails and code == self.lead)
        self.on(days_ago + 5)
        objects = self.rng.choice(self.codes) if declines else ""
        for code, stance in self._stances(outcome).items():
            self.take_position(code, Stance.OBJECT if code == objects else stance)
        if declines and not fails:
            self.on(days_ago + 3).open_deliberation()
        self.on(days_ago).decide()

    def to_decision(self, days_ago: int, outcome: DecisionOutcome) -> None:
        """Come to a decision of the authorities on that day."""
        self.to_review(days_ago + 16)
        self.from_review(days_ago, outcome)

    def _stances(self, outcome: DecisionOutcome) -> dict[str, Stance]:
        stances = dict.fromkeys(self.codes, Stance.CONCUR)
        if outcome is DecisionOutcome.ADMITTED_WITH_CONDITIONS:
            stances[self.rng.choice(self.codes)] = Stance.CONCUR_WITH_CONDITIONS
        return stances
