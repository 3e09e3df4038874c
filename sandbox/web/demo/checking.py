"""Tell what the secretariat does with an application at its desk."""

from random import Random

from sandbox.applications import services as applications
from sandbox.authorities.queries import applied_codes
from sandbox.coordination import services as coordination
from sandbox.coordination.queries import get_bench, list_in_force
from sandbox.domain.refusing import suggested_reasons
from sandbox.domain.routing import propose
from sandbox.kernel.actors import Actor, system_actor
from sandbox.web.demo.applying import Applying
from sandbox.web.demo.facts import read

LAPSER = system_actor("applications.lapse_overdue", "application:lapse")
FEWEST_AUTHORITIES = 2
LONG_ANSWER_WORDS = 50


class Checking(Applying):
    """Let the secretariat check, return or decline the application, or ask the authorities."""

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
            codes=self.refusal_codes(at_triage=True),
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

    def refusal_codes(self, *, at_triage: bool = False) -> list[str]:
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
