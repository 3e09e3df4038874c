"""One case after the other runs from its form to its published report, in a browser alone.

Two regimes, from the mildest tier to the strictest: what differs between them are the answers and
what is expected of them, for the way through the pages is the same. One of them runs without any
script, which no page needs. The longest, whose stages the stories of the first programme show one
by one, and the shortest, whose way the longer one of its regime takes too, are left to
`make test-long`.
"""

import json
import re
from dataclasses import dataclass

import pytest

from sandbox.domain.packs import AnswerValue
from tests.browsing import Album, Visitor
from tests.journeys.filling import believable_answers
from tests.journeys.story import Story
from tests.journeys.whole_way import Way

pytestmark = pytest.mark.journey
STORY = 9

NAME = ".app-plan__name"
TITLE = "Lo que enseñó la prueba"
MEXICAN = re.compile(r"m[ée]xic|\b(INAI|IFT|COFECE|ANIA|RFC|MXN|SBX)\b", re.IGNORECASE)
EUROPEAN = re.compile(r"españ|\b(Spain|Spanish|AESIA|AEPD|AEMPS|AI Act|EUR|AIS)\b")


@dataclass(frozen=True)
class Case:
    """What a company answers, and what the rules are expected to make of it.

    Shape: `counted` are the questions whose answers give points, `raised_by` the rules that set the
    tier whatever the points; the first of `authorities` leads. `waived` are keys of requirements,
    and in the stage `stopped_in` an associate stops the test. Without `scripts` no browser runs
    any.
    """

    company: str
    reference: str
    answers: dict[str, AnswerValue]
    tier: str
    counted: tuple[str, ...]
    raised_by: tuple[str, ...]
    authorities: tuple[str, ...]
    foreign: re.Pattern[str]
    waived: frozenset[str] = frozenset()
    stopped_in: str = ""
    scripts: bool = True

    def reasons(self, story: Story) -> list[str]:
        """Return in the story's language what the page has to name as the reasons of the tier."""
        rules = {rule.key: rule for rule in story.pack.hard_rules}
        return [
            *(story.word(story.question(key).label) for key in self.counted),
            *(story.word(rules[key].reason) for key in self.raised_by),
        ]


def relief(law: str) -> list[dict[str, str]]:
    """Ask for one waiver under a law; the texts are the pack's own examples."""
    return [{"law": law, "provision": "", "kind": "waiver", "asked": "", "why": ""}]


CLINIC = Case(
    company="Río Claro",
    reference="SBX",
    answers={
        "innovation_name": "Asistente de citas médicas",
        "network_uses": ["public_network"],
        "market_effects": ["ranks_offers"],
        "sectors": ["health"],
        "health_use": "informs",
        "reliefs": relief("lfpdppp"),
        "personal_data": "yes",
        "sensitive_data": ["health"],
        "people_affected": "up_to_1000",
        "decision_areas": ["health"],
        "autonomy": "recommends",
    },
    tier="limited",
    counted=("health_use", "sensitive_data", "people_affected", "decision_areas", "autonomy"),
    raised_by=("recommends_on_rights",),
    authorities=("INAI", "IFT", "COFECE"),
    foreign=EUROPEAN,
    scripts=False,
)

FILTER = Case(
    company="Señal Segura",
    reference="SBX",
    answers={
        "innovation_name": "Filtro de mensajes fraudulentos",
        "network_uses": ["public_network"],
        "market_effects": ["exclusive_data"],
        "sectors": ["telecommunications"],
        "communications_read": "content",
        "reliefs": relief("lftr"),
        "personal_data": "yes",
        "sensitive_data": ["finances"],
        "people_affected": "up_to_10000",
        "vulnerable_groups": ["older_people"],
        "autonomy": "decides_reviewed",
        "reversibility": "with_effort",
        "learns_in_use": "yes",
    },
    tier="high",
    counted=(
        "communications_read",
        "sensitive_data",
        "people_affected",
        "vulnerable_groups",
        "autonomy",
        "reversibility",
        "learns_in_use",
    ),
    raised_by=("reads_communications",),
    authorities=("IFT", "INAI", "COFECE"),
    foreign=EUROPEAN,
    waived=frozenset({"ethics_opinion", "expansion_days"}),
    stopped_in="closed_pilot",
)

# A system for which the Act sets no requirements of its own: one authority is competent.
SCHEDULE = Case(
    company="Aurora Clínica",
    reference="AIS",
    answers={
        "system_name": "Reparto de turnos",
        "practices": ["none"],
        "regulated_product": "none",
        "high_risk_areas": ["none"],
        "transparency_uses": ["none"],
        "personal_data": "no",
        "real_world": "no",
    },
    tier="minimal",
    counted=(),
    raised_by=(),
    authorities=("AESIA",),
    foreign=MEXICAN,
    # Nobody is tested: the rules let the authority waive what concerns a test with people alone.
    waived=frozenset({"test_days", "test_reports", "test_metrics"}),
)

MAMMOGRAMS = Case(
    company="Aurora Imagen",
    reference="AIS",
    answers={
        "system_name": "Lectura de mamografías",
        "area": "health",
        "requests": [
            {"act": "medical_devices", "provision": "", "kind": "guidance", "asked": "", "why": ""}
        ],
        "practices": ["none"],
        "regulated_product": "medical",
        "high_risk_areas": ["none"],
        "transparency_uses": ["interacts"],
        "personal_data": "yes",
        "further_processing": "yes",
        "public_interest_area": "health",
        "real_world": "yes",
        "vulnerable_groups": ["older_people"],
        "places": ["MD", "CT"],
    },
    tier="high",
    counted=(),
    raised_by=("regulated_product", "transparency"),
    authorities=("AESIA", "AEMPS", "AEPD"),
    foreign=MEXICAN,
    # No further months are needed: the test passes through their stage on the same day.
    waived=frozenset(
        {
            "extension_notice",
            "extension_consent",
            "extension_days",
            "extension_reports",
            "extension_metrics",
        }
    ),
)


def in_(language: str, regime: str) -> pytest.MarkDecorator:
    """Tell a story once: in this language, and so on its engine, under the rules of a regime."""
    return pytest.mark.parametrize(("language", "regime"), [(language, regime)])


@in_("es", "mx")
def test_case_of_limited_risk_runs_from_its_form_to_its_report(story: Story) -> None:
    tell(story, CLINIC)


@pytest.mark.long
@in_("en", "mx")
def test_case_of_high_risk_runs_from_its_form_to_its_report(story: Story) -> None:
    tell(story, FILTER)


@pytest.mark.long
@in_("es", "eu-ai-act")
def test_case_of_another_regime_runs_from_its_form_to_its_report(story: Story) -> None:
    tell(story, SCHEDULE)


@in_("en", "eu-ai-act")
def test_case_of_high_risk_of_another_regime_runs_from_its_form_to_its_report(
    story: Story,
) -> None:
    tell(story, MAMMOGRAMS)


def tell(story: Story, case: Case) -> None:
    """Lead a case through the pages; each step is found among the tasks of whoever takes it."""
    story.album = Album()  # Other stories take pictures of these pages.
    story.has_scripts = case.scripts
    company, teams = story.company(case.company), story.teams
    way = Way(story, story.window_of(company.owner), story.window_of(story.caseworker))
    owner = way.owner

    # The company applies; the rules propose who is competent, and who of them leads.
    way.apply(believable_answers(story, case.answers))
    found = re.search(rf"\b{case.reference}-\d{{4}}-\d{{5}}\b", owner.main)
    assert found, owner.main
    way.ask_authorities()
    assert proposed(way.staff) == list(case.authorities)
    way.staff.look_narrow().click("Confirm and ask them")

    # Each of them takes the case, reviews it and takes its position; the lead decides.
    for code in case.authorities:
        way.takes_the_case(teams[code])
    for desk in way.desks:
        way.review(desk.officer)
    way.decide()
    owner.goto(f"/cases/{way.key}").click("Read the decision with its reasons").look_narrow()
    assert story.word(story.pack.remedy_against(case.authorities[0])) in owner.main
    for code in case.authorities:
        assert story.word(story.pack.authority(code).name) in owner.main
    assert owner.download("Download the letter (PDF)").startswith(b"%PDF-1.7")

    # The test opens in the tier of its answers.
    way.trial = owner.goto(f"/cases/{way.key}").click("Go to the test").path
    tier = story.pack.tier(case.tier)
    why = owner.page.locator("[aria-labelledby=tier-heading]")
    assert story.say("Risk tier: %(tier)s", tier=story.word(tier.name)) in why.inner_text()
    assert why.locator("tbody tr > :first-child").all_text_contents() == case.reasons(story)
    drawing = owner.page.locator("svg[aria-labelledby^='stage-plan']")
    assert drawing.locator(".app-plan__today-text").text_content() == story.say("Today")
    assert drawn(owner) == [closely(story.word(stage.name)) for stage in tier.stages]
    assert not case.foreign.search(owner.page.content())

    # It runs through the stages of its tier, one gate after the other.
    for here, following in zip(tier.stages, tier.stages[1:], strict=False):
        way.work_the_gate(here, following.gate, tier, case.waived)
        way.enter(following)
        assert story.word(following.purpose) in way.lead.main
        assert drawn(way.lead, "current") == [closely(story.word(following.name))]
        if following.key == case.stopped_in:
            way.is_stopped_and_goes_on(way.desks[1])
    way.work_the_gate(tier.stages[-1], tier.completion, tier, case.waived)
    ended = way.complete()

    # What was learned is published, and stands in the register with the test.
    address = way.publish(TITLE)
    reader = story.visitor().goto(address)
    assert reader.heading == TITLE
    assert not case.foreign.search(reader.page.content())
    assert reader.download("Download as PDF").startswith(b"%PDF-1.7")
    report = json.loads(reader.download("Download as JSON"))
    assert report["title"] == TITLE
    assert set(report["sections"]) == {section.key for section in story.pack.report_sections}
    reader.goto("/register").look_narrow()
    reader.press(f'main a[href^="/register/{found[0]}"]')
    for shown in (ended, story.word(tier.name), *case.authorities):
        assert shown in reader.main
    assert not case.foreign.search(reader.page.content())
    reader.click("Read the outcome report")
    assert reader.path == address


def drawn(person: Visitor, state: str = "") -> list[str]:
    """Return the names of the stages in the drawing, all or those in a state, without spaces."""
    kind = f".app-plan__stage--{state}" if state else ".app-plan__stage"
    stages = person.page.locator(f"svg[aria-labelledby^='stage-plan'] {kind}").all()
    return [closely("".join(each.locator(NAME).all_text_contents())) for each in stages]


def closely(name: str) -> str:
    """Write a name without spaces: the drawing breaks long ones into lines."""
    return "".join(name.split())


def proposed(staff: Visitor) -> list[str]:
    """Return the codes of the authorities on the page, in its order: the lead stands first."""
    headings = staff.page.locator("main h2").all_inner_texts()
    return [heading.partition(" – ")[0] for heading in headings]
