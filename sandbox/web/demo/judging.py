"""Tell what the authorities do on a case, up to its decision."""

from collections.abc import Sequence

from sandbox.applications import services as applications
from sandbox.coordination import services as coordination
from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.guidance import Channel, Guidance
from sandbox.kernel.actors import Actor
from sandbox.kernel.clock import local_day
from sandbox.web.demo.checking import Checking
from sandbox.web.demo.facts import read
from sandbox.web.demo.world import Bench


class Judging(Checking):
    """Let authorities take the case, review it, take their positions and decide."""

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

    def _about_conditions(self, key: str) -> str:
        told = read("deeds")["about_conditions"]
        return self.words(told.get(key, told["common"]))

    def take_position(self, code: str, stance: Stance, *, expected_version: int = 0) -> None:
        """Say where an authority stands."""
        conditions: list[str] = []
        answered: dict[str, str] = {}
        if stance is Stance.CONCUR_WITH_CONDITIONS:
            known = self.pack.standard_conditions
            standard = [
                " ".join(each.text.in_(self.application.language).split()) for each in known
            ]
            conditions = self.rng.sample(
                [*standard, *read("deeds")["conditions"]], self.rng.choice((1, 2, 2))
            )
            asked = [each.key for each in self.pack.proportionality]
            answered = {key: self._about_conditions(key) for key in asked}
        coordination.take_position(
            self.world.session,
            self.named[code],
            self.application,
            stance=stance,
            reasons=self.words.deed("positions", stance.value),
            conditions=conditions,
            proportionality=answered,
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
            codes=self.refusal_codes(),
            now=self.tick(),
        )
