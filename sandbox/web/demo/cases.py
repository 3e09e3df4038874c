"""Tell the sixteen use cases of the exercise, each at another point of the journey.

Those of the sixteen that are no test yet cover every status of an application. So that tests also
stand in every stage of every tier, most organisations have a second case.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import Stance
from sandbox.domain.monitoring import Level
from sandbox.web.demo.reporting import draft_report, publish_report, send_report
from sandbox.web.demo.story import Story
from sandbox.web.demo.trialling import Course, Trialling

ADMITTED = DecisionOutcome.ADMITTED
CONDITIONAL = DecisionOutcome.ADMITTED_WITH_CONDITIONS


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


def tell_test(story: Story, course: Course, outcome: DecisionOutcome = ADMITTED) -> Trialling:
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


def standing_in(
    stage: str, days: int, *, outcome: DecisionOutcome = ADMITTED, **course: object
) -> Callable[[Story], None]:
    """Return how to tell a test that stands in a stage."""
    whole = Course(stage, days, **course)  # type: ignore[arg-type]

    def tell(story: Story) -> None:
        tell_test(story, whole, outcome)

    return tell


def tell_published(story: Story, course: Course) -> None:
    """Tell a test to its end, with a report that the public reads."""
    trialling = tell_test(story, course)
    story.on(course.days - 12)
    report = draft_report(story, trialling.trial)
    send_report(story, report)
    story.on(course.days - 20)
    publish_report(story, report)


def tell_waiting_report(story: Story, course: Course) -> None:
    """Tell a test to its end, with a report that waits for a publisher."""
    trialling = tell_test(story, course)
    story.on(course.days - 6)
    send_report(story, draft_report(story, trialling.trial))


CASES: tuple[Case, ...] = (
    # The older a case, the earlier it is told: references count up as they were given.
    Case("tec", "triaje", 2, standing_in("follow_up", 40, reports={3: Level.BREACH})),
    Case("guanajuato", "solar", 2, standing_in("exit", 14, outcome=CONDITIONAL, prepared=1.0)),
    Case(
        "yucatan",
        "becas",
        2,
        standing_in("staged_expansion", 66, reports={4: Level.WARNING}, overdue_report=True),
    ),
    Case(
        "wecare",
        "citas",
        1,
        partial(
            tell_published,
            course=Course(
                "exit",
                45,
                reports={2: Level.BREACH, 3: Level.WARNING},
                amiss="error_rate",
                incidents=frozenset({3}),
                ends="completed",
                exit_kind="compliance",
                returned_once=True,
            ),
        ),
    ),
    Case(
        "yucatan",
        "maya",
        2,
        standing_in(
            "closed_pilot",
            64,
            reports={7: Level.BREACH},
            amiss="disparity",
            suspended_days=3,
            waiting_report=True,
            open_incident=True,
            prepared=0.4,
            outcome=CONDITIONAL,
            returned_once=True,
        ),
    ),
    Case(
        "intevolution",
        "facturas",
        0,
        partial(
            tell_waiting_report,
            course=Course("exit", 20, ends="completed", exit_kind="compliance", extra_every=30),
        ),
    ),
    Case("bcs", "agua", 1, standing_in("exit", 16, prepared=0.4, outcome=CONDITIONAL)),
    Case("auba", "farmacia", 0, standing_in("exit", 12, prepared=0.5)),
    Case(
        "tec",
        "energia",
        1,
        standing_in(
            "limited_pilot",
            67,
            reports={2: Level.WARNING},
            prepared=0.5,
            waiting_report=True,
            outcome=CONDITIONAL,
        ),
    ),
    Case("ipn", "carga", 0, standing_in("controlled_test", 71, returned_report=True)),
    Case(
        "comtrade",
        "fletes",
        1,
        standing_in("laboratory", 30, ends="early", exit_kind="discontinued"),
    ),
    Case(
        "wecare",
        "retina",
        2,
        standing_in("laboratory", 38, prepared=0.7, reports={1: Level.WARNING}),
    ),
    Case("planeabot", "lectura", 1, standing_in("laboratory", 22, prepared=0.6)),
    Case("auba", "tiendas", 0, tell_lapsed),
    Case("jalisco", "movilidad", 2, standing_in("plan", 31, prepared=0.8, outcome=CONDITIONAL)),
    Case("wai", "mentoras", 1, standing_in("plan", 25, prepared=0.4)),
    Case("comtrade", "aduanas", 1, tell_declined),
    Case("wai", "accesible", 1, tell_withdrawn),
    Case("planeabot", "clases", 0, standing_in("plan", 12)),
    Case("intevolution", "inspeccion", 0, tell_redirected),
    Case("jalisco", "reportes", 1, tell_information_requested),
    Case("viako", "rutas", 2, tell_deliberation),
    Case("wupplier", "proveedores", 1, tell_under_review),
    Case("guanajuato", "incendios", 2, tell_assigned),
    Case("bcs", "ventanilla", 1, tell_returned),
    Case("involve", "clima", -1, tell_triage),
    Case("mcg", "cumplimiento", 0, tell_submitted),
    Case("ipn", "planos", 0, tell_draft),
)
