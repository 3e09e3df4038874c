"""Tell a planned case from its beginning to where it ends."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import Stance
from sandbox.domain.monitoring import Level
from sandbox.web.demo.courses import Course
from sandbox.web.demo.planning import Kind, Plan
from sandbox.web.demo.reporting import draft_report, publish_report, send_report
from sandbox.web.demo.story import Story
from sandbox.web.demo.trialling import Trialling

ADMITTING = (
    DecisionOutcome.ADMITTED,
    DecisionOutcome.ADMITTED,
    DecisionOutcome.ADMITTED_WITH_CONDITIONS,
)
EXTRA_REPORTS_EVERY = (30, 16)  # days, by the variety of the test
HALF = 0.5
SHARE_AMISS = 0.3


def tell(story: Story, plan: Plan) -> None:
    """Tell the case."""
    _PLOTS[plan.kind](story, plan)


def _draft(story: Story, plan: Plan) -> None:
    count = len(story.pack.sections)
    story.on(plan.ends).draft(sections=story.rng.randint(1, count))


def _submitted(story: Story, plan: Plan) -> None:
    story.on(plan.ends + story.rng.randint(3, 20)).draft()
    story.on(plan.ends).submit()


def _triage(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends)


def _returned(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + 2)
    story.on(plan.ends).give_back()


def _assigned(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + 4)
    story.on(plan.ends).assign()


def _under_review(story: Story, plan: Plan) -> None:
    story.to_review(plan.ends)
    for code in story.codes:
        if story.rng.random() < HALF:
            story.review(code, partly=1)


def _information_requested(story: Story, plan: Plan) -> None:
    story.to_review(plan.ends + 8)
    story.on(plan.ends).request_information()


def _deliberation(story: Story, plan: Plan) -> None:
    story.to_review(plan.ends + 15)
    story.on(plan.ends + 9)
    for code in story.codes:
        story.review(code, partly=1)
    story.on(plan.ends + 5)
    for code in story.codes:
        story.take_position(code, Stance.OBJECT if code == story.codes[-1] else Stance.CONCUR)
    story.on(plan.ends).open_deliberation()


def _redirected(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + story.rng.randint(2, 6))
    story.on(plan.ends).redirect()


def _prohibited(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + story.rng.randint(1, 5))
    story.on(plan.ends).decline_prohibited()


def _withdrawn_early(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + story.rng.randint(2, 9))
    story.on(plan.ends).withdraw()


def _withdrawn_late(story: Story, plan: Plan) -> None:
    story.to_review(plan.ends + story.rng.randint(4, 9))
    story.on(plan.ends).withdraw()


def _lapsed(story: Story, plan: Plan) -> None:
    story.to_triage(plan.ends + 26)
    story.on(plan.ends + 24).give_back()
    story.on(plan.ends).lapse()


def _declined(story: Story, plan: Plan) -> None:
    story.to_decision(plan.ends, DecisionOutcome.DECLINED)


def _trial(story: Story, plan: Plan, *, ends: str) -> None:
    """Tell the application and its test; of those that ended, the published report as well."""
    is_grave = story.pack.tier(plan.tier).stages[-1].report_every_days is not None
    course = Course(
        plan.stage,
        plan.ends,
        reports=_levels(story.rng, is_grave=is_grave),
        incidents=frozenset(story.rng.sample(range(1, 5), story.rng.choice((0, 0, 1, 2)))),
        prepared=0.0 if plan.kind is Kind.NOT_STARTED else story.rng.choice((0.0, 0.4, 0.8)),
        waiting_report=story.rng.random() < SHARE_AMISS,
        ends=ends,
        pace=0.5 if is_grave else 0.7,
        extra_every=EXTRA_REPORTS_EVERY[0 if is_grave else plan.variety],
        suspended_days=story.rng.randint(2, 6) if plan.is_stopped else 0,
    )
    trialling = Trialling(story, course)
    story.to_decision(trialling.opened_days_ago + 1, story.rng.choice(ADMITTING))
    trialling.run()
    if ends:
        is_idle = plan.kind is Kind.NOT_STARTED
        report = draft_report(story, trialling.trial, texts="not_started" if is_idle else "general")
        send_report(story, report)
        publish_report(story, report)


def _levels(rng: Random, *, is_grave: bool) -> dict[int, Level]:
    """Choose the reports in which something is amiss."""
    numbers = [3, 4, 7] if is_grave else [1, 2, 3]
    levels = {number: Level.WARNING for number in numbers if rng.random() < SHARE_AMISS}
    if rng.random() < SHARE_AMISS:
        levels[rng.choice(numbers)] = Level.BREACH
    return levels


_PLOTS: Mapping[Kind, Callable[[Story, Plan], None]] = {
    Kind.DRAFT: _draft,
    Kind.SUBMITTED: _submitted,
    Kind.TRIAGE: _triage,
    Kind.RETURNED: _returned,
    Kind.ASSIGNED: _assigned,
    Kind.UNDER_REVIEW: _under_review,
    Kind.INFORMATION_REQUESTED: _information_requested,
    Kind.DELIBERATION: _deliberation,
    Kind.REDIRECTED: _redirected,
    Kind.PROHIBITED: _prohibited,
    Kind.WITHDRAWN_EARLY: _withdrawn_early,
    Kind.WITHDRAWN_LATE: _withdrawn_late,
    Kind.LAPSED: _lapsed,
    Kind.DECLINED: _declined,
    Kind.NOT_STARTED: partial(_trial, ends="early"),
    Kind.LIVE: partial(_trial, ends=""),
    Kind.ENDED_EARLY: partial(_trial, ends="early"),
    Kind.COMPLETED: partial(_trial, ends="completed"),
}
