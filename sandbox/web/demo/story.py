"""Tell whole passages of what happened to one application."""

from collections.abc import Sequence

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import Stance
from sandbox.web.demo.judging import Judging

HALF = 0.5


class Story(Judging):
    """Move one case on, from its draft to its decision."""

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
