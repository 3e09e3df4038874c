"""Tell the sixteen use cases of the exercise, each at another point of the journey.

Those of the sixteen that are no test yet cover every status of an application. So that tests also
stand in every stage of every tier, most organisations have a second case. Which case comes how far
stands in `data/cases.json`; here is how each of the ways is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import Stance
from sandbox.domain.monitoring import Level
from sandbox.web.demo.courses import Course
from sandbox.web.demo.facts import read
from sandbox.web.demo.reporting import draft_report, publish_report, send_report
from sandbox.web.demo.story import Story
from sandbox.web.demo.trialling import Trialling


@dataclass(frozen=True)
class Case:
    """Name an organisation, what it applies for, its tier by place, and how far it comes.

    Shape: `tier` counts the tiers of the pack from the mildest; -1 is the prohibited one.
    """

    word: str
    project: str
    tier: int
    tell: Callable[[Story], None]


# --- applications under way ----------------------------------------------------------------------


def tell_draft(story: Story) -> None:
    """Leave the application unfinished."""
    story.on(4).draft(sections=len(story.pack.sections) // 2)


def tell_submitted(story: Story) -> None:
    """Leave the application on the secretariat's desk."""
    story.on(9).draft()
    story.attach("Ficha del modelo")
    story.on(2).submit()


def tell_triage(story: Story) -> None:
    """Leave the application in the check of completeness."""
    story.to_triage(3)


def tell_returned(story: Story) -> None:
    """Leave the application with the company, which has some days left."""
    story.to_triage(8)
    story.on(6).give_back()


def tell_assigned(story: Story) -> None:
    """Leave all authorities but one to answer whether they take the case."""
    story.to_triage(6)
    story.on(3).assign()
    story.on(1).accept(story.codes[1:2])


def tell_under_review(story: Story) -> None:
    """Leave the lead to take its position, and an associate with its marks half made.

    One officer of the associate is recused and another one named.
    """
    story.to_triage(22)
    story.on(18).assign()
    story.on(14).accept()
    story.on(13).name_officers()
    story.on(12).recuse(story.codes[-1])
    story.declare_all()
    story.on(8).advise()
    story.on(6).review(story.lead, partly=1)
    story.on(4).review(story.codes[-1], partly=1, criteria=3)


def tell_information_requested(story: Story) -> None:
    """Leave the company with a question of the lead to answer."""
    story.to_review(17)
    story.on(6).review(story.lead, partly=2)
    story.on(5).request_information()


def tell_deliberation(story: Story) -> None:
    """Leave the authorities deliberating over an objection."""
    story.to_review(16)
    story.on(9)
    for code in story.codes:
        story.review(code, partly=1)
    story.on(6)
    for code in story.codes:
        stance = Stance.OBJECT if code == story.codes[-1] else Stance.CONCUR
        story.take_position(code, stance)
    story.on(2).open_deliberation()


# --- applications that came to an end ------------------------------------------------------------


def tell_declined(story: Story) -> None:
    """Let the authorities decline after deliberating."""
    story.to_decision(25, DecisionOutcome.DECLINED)


def tell_redirected(story: Story) -> None:
    """Send the company elsewhere."""
    story.to_triage(34)
    story.on(31).redirect()


def tell_withdrawn(story: Story) -> None:
    """Let the company take its application back during the review."""
    story.to_review(40)
    story.on(33).withdraw()


def tell_lapsed(story: Story) -> None:
    """Let the company's term for a correction pass."""
    story.to_triage(64)
    story.on(60).give_back()
    story.on(41).lapse()


# --- tests ---------------------------------------------------------------------------------------


def tell_test(story: Story, course: Course, outcome: DecisionOutcome) -> Trialling:
    """Tell an application that is admitted, and its test."""
    trialling = Trialling(story, course)
    days_ago = trialling.opened_days_ago
    if course.returned_once:
        story.to_triage(days_ago + 52)
        story.on(days_ago + 49).give_back()
        story.on(days_ago + 42).submit()
        story.on(days_ago + 40).start_triage()
        story.after_triage(days_ago + 30)
        story.on(days_ago + 22).review(story.lead, partly=1)
        story.request_information()
        story.on(days_ago + 15).answer_information()
        story.from_review(days_ago + 1, outcome, reviewed=(story.lead,))
    else:
        story.to_decision(days_ago + 1, outcome)
    trialling.run()
    return trialling


def tell_published(story: Story, course: Course, outcome: DecisionOutcome) -> None:
    """Tell a test to its end, with a report that the public reads."""
    trialling = tell_test(story, course, outcome)
    story.on(course.days - 12)
    report = draft_report(story, trialling.trial)
    send_report(story, report)
    story.on(course.days - 20)
    publish_report(story, report)


def tell_waiting_report(story: Story, course: Course, outcome: DecisionOutcome) -> None:
    """Tell a test to its end, with a report that waits for a publisher."""
    trialling = tell_test(story, course, outcome)
    story.on(course.days - 6)
    send_report(story, draft_report(story, trialling.trial))


APPLICATIONS: Mapping[str, Callable[[Story], None]] = {
    "draft": tell_draft,
    "submitted": tell_submitted,
    "triage": tell_triage,
    "returned": tell_returned,
    "assigned": tell_assigned,
    "under_review": tell_under_review,
    "information_requested": tell_information_requested,
    "deliberation": tell_deliberation,
    "declined": tell_declined,
    "redirected": tell_redirected,
    "withdrawn": tell_withdrawn,
    "lapsed": tell_lapsed,
}
TESTS: Mapping[str, Callable[[Story, Course, DecisionOutcome], object]] = {
    "test": tell_test,
    "report_for_publication": tell_waiting_report,
    "published_report": tell_published,
}


def cases() -> tuple[Case, ...]:
    """Return the cases in the order in which they are told.

    The older a case, the earlier it is told: references count up as they were given.
    """
    return tuple(_case(each) for each in read("cases")["cases"])


def _case(told: Mapping[str, Any]) -> Case:
    return Case(told["organisation"], told["project"], told["tier"], _way(told))


def _way(told: Mapping[str, Any]) -> Callable[[Story], None]:
    if told["comes_to"] in APPLICATIONS:
        return APPLICATIONS[told["comes_to"]]
    to_its_end = TESTS[told["comes_to"]]
    course = _course(told["course"])
    outcome = DecisionOutcome(told.get("outcome", DecisionOutcome.ADMITTED))

    def tell(story: Story) -> None:
        to_its_end(story, course, outcome)

    return tell


def _course(told: Mapping[str, Any]) -> Course:
    reports = {int(number): Level(level) for number, level in told.get("reports", {}).items()}
    incidents = frozenset(told.get("incidents", ()))
    return Course(**{**told, "reports": reports, "incidents": incidents})
