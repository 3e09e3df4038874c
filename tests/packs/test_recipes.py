"""Every recipe gives what its heading promises, begun from the pack of the tutorial."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.domain.answers import (
    asked,
    priorities,
    problems,
    prohibited,
)
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.calendar import BusinessCalendar, suspensions_of
from sandbox.domain.calls import Calling, calling
from sandbox.domain.deliberation import CriterionMark, Mark, Stance
from sandbox.domain.enquiries import read_term
from sandbox.domain.gates import GateFacts, gate_state
from sandbox.domain.hearing import is_announced_first
from sandbox.domain.packs import (
    AnswerValue,
    ExtensionSpec,
    FastSilence,
    PolicyPack,
    Regime,
    Silence,
    Suspender,
    Who,
)
from sandbox.domain.proportionality import offered_conditions, settle_proportionality
from sandbox.domain.refusals import NotPossible
from sandbox.domain.refusing import offered_reasons, suggested_reasons
from sandbox.domain.risk import tiering
from sandbox.domain.routing import propose
from sandbox.packs.checking import check, each_text
from sandbox.packs.errors import Fault, PackProblem
from sandbox.packs.files import Folder
from sandbox.packs.proving import Proof, Warned, prove
from sandbox.packs.reading import read
from sandbox.packs.shaping import shape
from tests.packs.handbook import RECIPES, Block, blocks, tutorial_pack
from tests.packs.test_tutorial import Reader

NAMES = ("key", "code", "value")


@dataclass(frozen=True)
class Recipe:
    """One heading of the page with the blocks below it."""

    title: str
    text: str

    @property
    def blocks(self) -> list[Block]:
        found = re.finditer(r"^```(\w+)\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        return [Block(*match.groups()) for match in found]

    def written_in(self, language: str) -> list[Block]:
        return [block for block in self.blocks if block.language == language]


def recipes() -> list[Recipe]:
    parts = RECIPES.read_text(encoding="utf-8").split("\n## ")[1:]
    return [Recipe(*part.split("\n", 1)) for part in parts]


def titled(title: str) -> Recipe:
    [found] = [recipe for recipe in recipes() if recipe.title == title]
    return found


# --- putting a table in the place of another


def name_of(entry: Mapping[str, Any]) -> object:
    return next((entry[name] for name in NAMES if name in entry), None)


def put(values: dict[str, Any], added: Mapping[str, Any]) -> None:
    """Put the tables of a block in the place of those with the same key, or add them."""
    for key, value in added.items():
        here = values.get(key)
        if isinstance(value, list) and is_tables(value) and isinstance(here, list):
            for entry in value:
                places = [
                    index for index, each in enumerate(here) if name_of(each) == name_of(entry)
                ]
                if places:
                    here[places[0]] = entry
                else:
                    here.append(entry)
        elif isinstance(value, Mapping) and isinstance(here, list):
            # `[[sections.questions]]` without its section: the one that has the question, or the
            # last, at whose end it is pasted.
            put(next((each for each in here if holds(each, value)), here[-1]), value)
        else:
            values[key] = value


def holds(entry: Mapping[str, Any], added: Mapping[str, Any]) -> bool:
    names = {name_of(each) for value in added.values() if is_tables(value) for each in value}
    return any(
        name_of(each) in names for key in added if is_tables(entry.get(key)) for each in entry[key]
    )


def is_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


@dataclass(frozen=True)
class Judged:
    """What became of the tutorial's pack with a recipe in it."""

    pack: PolicyPack
    problems: list[PackProblem]
    warnings: list[str]
    proofs: int


def judged(home: Path, recipe: Recipe | None = None) -> Judged:
    source = read(Folder(tutorial_pack(home)))
    for block in recipe.written_in("toml") if recipe else ():
        put(source.values, tomllib.loads(block.text, parse_float=Decimal))
    pack = shape(source)
    assert not source.problems, source.problems
    assert pack is not None
    check(source, pack)
    shown = [] if source.problems else list(prove(pack))
    return Judged(
        pack,
        source.problems,
        [str(each) for each in shown if isinstance(each, Warned)],
        sum(isinstance(each, Proof) for each in shown),
    )


# --- the page


def test_page_lists_its_recipes() -> None:
    listed = re.findall(r"^- \[(.+)\]\(#(.+)\)$", RECIPES.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [(each.title, each.title.lower().replace(" ", "-")) for each in recipes()]
    assert sum(len(each.blocks) for each in recipes()) == len(blocks(RECIPES))


def with_tables() -> Iterator[Recipe]:
    for recipe in recipes():
        if recipe.written_in("toml"):
            yield recipe


@pytest.mark.parametrize("recipe", list(with_tables()), ids=lambda recipe: recipe.title)
def test_recipe_is_sound_in_the_pack_of_the_tutorial(tmp_path: Path, recipe: Recipe) -> None:
    for block in recipe.written_in("toml"):
        assert re.match(r"# (\w+)\.toml(, .+)?\n", block.text), block.text
    found = judged(tmp_path, recipe)
    if recipe.title == "Add a language":
        assert {problem.fault for problem in found.problems} == {Fault.LANGUAGE}
        assert len(found.problems) == sum(1 for _ in each_text(found.pack))
    else:
        assert found.problems == []
        # Where the main activity names the lead, and where there are calls, there is more to prove.
        by_activity = found.pack.coordination.activity_question is not None
        assert found.proofs == 8 + by_activity + bool(found.pack.calls)
    assert found.warnings == []
    assert found.pack != judged(tmp_path / "plain").pack or recipe.title in UNCHANGED


# The tutorial's pack has it already: the recipe shows where.
UNCHANGED = {"Stop a term while an answer is awaited"}


def test_fault_that_the_page_quotes_is_what_is_told(tmp_path: Path) -> None:
    home = tutorial_pack(tmp_path)
    first = home / "pack.toml"
    text = first.read_text(encoding="utf-8")
    [block] = titled("Add a language").written_in("toml")
    line = block.lines[1]
    first.write_text(text.replace('languages = ["en", "es"]', line), encoding="utf-8")
    assert line in first.read_text(encoding="utf-8")
    [quoted] = titled("Add a language").written_in("text")
    reader = Reader(tmp_path)
    reader.type(f"flask --app wsgi packs validate {home}")
    assert quoted.lines == [reader.printed[0], "…"]


def test_commands_of_the_page_run(tmp_path: Path) -> None:
    tutorial_pack(tmp_path / "packs")
    reader = Reader(tmp_path)
    for recipe in recipes():
        for block in recipe.written_in("sh"):
            for line in block.lines:
                reader.type(line)
                if "1.1.0" in line and line.startswith("cp "):
                    new = reader.pack / "1.1.0" / "pack.toml"
                    old = new.read_text(encoding="utf-8")
                    new.write_text(old.replace('"1.0.0"', '"1.1.0"'), encoding="utf-8")
    assert len(reader.typed) == 4
    assert reader.ended_with == [0, 0, 0, 0]


def test_messages_that_the_page_explains_are_those_of_the_platform() -> None:
    _, _, text = titled("Find why a pack is refused").text.rpartition("```")
    quoted = [words.removesuffix(" …") for words in re.findall(r"`([a-z][^`]+)`", text)]
    told = "".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[2] / "sandbox" / "packs").rglob("*.py")
    )
    spoken = [words for words in quoted if " " in words and "=" not in words]
    assert len(spoken) == 6
    for words in spoken:
        for part in re.split(r"; |the tier before", words):
            assert part.strip() in told, part


# --- what each does


def pack_with(home: Path, title: str) -> PolicyPack:
    return judged(home, titled(title)).pack


def asks_only_some(pack: PolicyPack) -> None:
    def keys(**answers: AnswerValue) -> set[str]:
        return {question.key for question in asked(pack, answers)}

    assert "night" not in keys(area="basin", cameras="none")
    assert "night" in keys(area="harbour")
    assert "night" in keys(area="basin", cameras="people")


def pilots_are_named_in_the_harbour(pack: PolicyPack) -> None:
    for area, is_missing in (("harbour", True), ("basin", False)):
        assert "pilot" in {each.key for each in asked(pack, {"area": area})}
        missing = {each.question for each in problems(pack, {"area": area})}
        assert ("pilot" in missing) is is_missing


def fisheries_take_part(pack: PolicyPack) -> None:
    day = date(2027, 3, 1)
    assert propose(pack, {"nets": "yes"}, day).lead == "FISH"
    assert propose(pack, {"nets": "no"}, day).lead is None


def port_says_its_own_remedy(pack: PolicyPack) -> None:
    assert (
        pack.remedy_against("PORT").in_("en")
        == "Ask the harbour master for a review within 15 days."
    )
    assert [pack.remedy_against(code) for code in ("DATA", None)] == [pack.programme.appeals] * 2


def one_relief_outweighs_four_answers(pack: PolicyPack) -> None:
    row = {"rule": "data", "kind": "waiver"}
    answers: dict[str, AnswerValue] = {"area": "harbour", "passengers": "yes", "reliefs": [row]}
    routing = propose(pack, answers, date(2027, 3, 1))
    assert routing.lead == "DATA"
    assert routing.weights == {"DATA": 5, "PORT": 2}


def spring_is_followed_by_the_open_call(pack: PolicyPack) -> None:
    spring = calling(pack, date(2027, 5, 31))
    assert spring is not None
    assert (spring.open, spring.following) == pack.calls
    summer = calling(pack, date(2027, 6, 1))
    assert summer is not None
    assert (summer.open, summer.following) == (None, pack.calls[1])
    assert [call.places for call in pack.calls] == [10, None]


def spring_is_chosen_or_passed_by(pack: PolicyPack) -> None:
    [spring] = pack.calls
    assert spring.places == 10
    assert calling(pack, date(2027, 5, 31)) == Calling(spring, None, outside=True)
    assert calling(pack, date(2027, 6, 1)) == Calling(None, None, outside=True)


def pictures_lead_to_data(pack: PolicyPack) -> None:
    row = {"rule": "harbour", "kind": "waiver"}
    answers: dict[str, AnswerValue] = {"activity": "watching", "reliefs": [row]}
    routing = propose(pack, answers, date(2027, 3, 1))
    assert (routing.lead, routing.associates) == ("DATA", ("PORT",))
    assert routing.weights == {"DATA": 1, "PORT": 3}


def tracking_is_prohibited(pack: PolicyPack) -> None:
    assert [use.key for use in prohibited(pack, {"tracking": "yes"})] == ["tracking"]
    assert tiering(pack, {"tracking": "yes"}).tier == "prohibited"


def cameras_raise_the_tier(pack: PolicyPack) -> None:
    found = tiering(pack, {"area": "harbour", "cameras": "water"})
    assert (found.points, found.tier) == (3, "careful")
    assert tiering(pack, {"area": "harbour", "cameras": "none"}).tier == "calm"
    assert tiering(pack, {"area": "harbour"}).tier == "calm"


def two_of_the_lead_approve(pack: PolicyPack) -> None:
    stage = pack.tier("careful").stage("pilot")

    def is_open(*people: str) -> bool:
        approvals = {
            "lead_approves": {"PORT": frozenset(people)},
            "others_approve": {"DATA": frozenset({"eva"})},
        }
        facts = GateFacts(lead="PORT", associates=("DATA",), approvals=approvals)
        return gate_state(stage.gate, facts, stage).is_open

    assert not is_open("ana")
    assert is_open("ana", "beto")


def silence_agrees(pack: PolicyPack) -> None:
    rules = pack.coordination
    assert (pack.clock("position").length, rules.position_silence) == (15, Silence.GRANTED)


def decision_waits(pack: PolicyPack) -> None:
    assert pack.clock("decision").stops_in == ("returned", "information_requested")


def company_is_heard(pack: PolicyPack) -> None:
    for outcome, is_heard in (
        (DecisionOutcome.DECLINED, True),
        (DecisionOutcome.ADMITTED_WITH_CONDITIONS, True),
        (DecisionOutcome.ADMITTED, False),
    ):
        assert is_announced_first(pack, outcome, (), ()) is is_heard
    assert pack.clock("comment").length == 10


def refusals_have_reasons(pack: PolicyPack) -> None:
    offered = offered_reasons(pack, DecisionOutcome.DECLINED)
    assert [each.code for each in offered] == ["unsafe", "elsewhere"]
    unmet = Mark("PORT", "safety", CriterionMark.NOT_MET, "Nobody is on board.")
    assert suggested_reasons(offered, [unmet]) == ["unsafe"]


def cameras_come_first(pack: PolicyPack) -> None:
    assert [each.code for each in priorities(pack, {"cameras": "people"})] == ["cameras"]
    assert priorities(pack, {"cameras": "water"}) == ()


def conditions_are_offered(pack: PolicyPack) -> None:
    offered = offered_conditions(pack, {"safety": CriterionMark.PARTLY})
    assert [(each.code, called_for) for each, called_for in offered] == [("daylight", True)]
    with pytest.raises(NotPossible):
        settle_proportionality(pack, Stance.CONCUR_WITH_CONDITIONS, {"milder": " "})
    assert settle_proportionality(pack, Stance.CONCUR, {}) == {}


def cameras_are_public(pack: PolicyPack) -> None:
    assert "cameras" in pack.public_fields


def stops_and_ends(pack: PolicyPack) -> None:
    assert [each.key for each in pack.grounds_of(Suspender.COMPANY)] == ["danger"]
    assert pack.grounds_of(Suspender.COMPANY) == pack.grounds_of(Suspender.AUTHORITIES)
    assert (pack.final_report_days, pack.report_needs_consent) == (30, True)
    assert pack.extension == ExtensionSpec(15, (Who.LEAD,), most=1, days=60)


def tables_are_held(pack: PolicyPack) -> None:
    assert pack.round_tables is not None
    assert pack.consultations is not None
    assert Regime.CHATHAM_HOUSE in pack.round_tables.regimes
    assert pack.round_tables.attendance_months is None
    assert pack.consultations.least_days == 30


def plan_is_evidence_for_both(pack: PolicyPack) -> None:
    assert pack.questions["test_plan"].criteria == ("need", "safety")


def safety_has_a_rubric(pack: PolicyPack) -> None:
    need, safety = pack.criteria
    assert need.rubric is None
    assert safety.rubric is not None
    assert "longer" in safety.rubric.of("partly").in_("en")
    assert safety.must_be_met


def agency_follows(pack: PolicyPack) -> None:
    answers = {"passengers": "yes"}
    assert propose(pack, answers, date(2027, 6, 30)).lead == "PORT"
    assert propose(pack, answers, date(2027, 7, 1)).lead == "SEA"


def agency_takes_over_once_applied(pack: PolicyPack) -> None:
    answers = {"passengers": "yes"}
    assert propose(pack, answers, date(2027, 8, 1)).lead == "PORT"
    assert propose(pack, answers, date(2027, 8, 1), {"PORT"}).lead == "SEA"


def port_stands_still(pack: PolicyPack) -> None:
    [stop] = suspensions_of(pack, "PORT")
    assert (stop.started_on, stop.ended_on) == (date(2027, 3, 1), date(2027, 3, 4))


def office_is_closed(pack: PolicyPack) -> None:
    assert date(2027, 12, 24) in pack.calendar.days_off


def authorities_answer_within_a_month(pack: PolicyPack) -> None:
    spec, friday = pack.fast_answer, date(2027, 2, 5)
    assert spec is not None
    calendar = BusinessCalendar.from_spec(pack.calendar)
    assert read_term(spec, calendar, friday, friday).due_on >= date(2027, 3, 5)
    assert spec.silence is FastSilence.NO_RULE


def version_is_new(pack: PolicyPack) -> None:
    assert pack.version == "1.1.0"


def speaks_portuguese(pack: PolicyPack) -> None:
    assert pack.languages == ("en", "es", "pt")


PROMISES: dict[str, Callable[[PolicyPack], None]] = {
    "Take applications in calls": spring_is_followed_by_the_open_call,
    "Take applications in calls and at any time": spring_is_chosen_or_passed_by,
    "Promise a fast answer": authorities_answer_within_a_month,
    "Ask a question only of some": asks_only_some,
    "Demand an answer only of some": pilots_are_named_in_the_harbour,
    "Make an authority take part": fisheries_take_part,
    "Say how a decision is challenged": port_says_its_own_remedy,
    "Count reliefs more than answers": one_relief_outweighs_four_answers,
    "Let the main activity name the lead": pictures_lead_to_data,
    "Prohibit a use": tracking_is_prohibited,
    "Raise a tier whatever the points": cameras_raise_the_tier,
    "Demand two approvals": two_of_the_lead_approve,
    "Let silence grant": silence_agrees,
    "Hear the company before it is decided": company_is_heard,
    "Offer conditions and ask whether they go too far": conditions_are_offered,
    "Count refusals by their reasons": refusals_have_reasons,
    "Put some applications first": cameras_come_first,
    "Stop a term while an answer is awaited": decision_waits,
    "Publish an answer": cameras_are_public,
    "Say how a test stops and ends": stops_and_ends,
    "Hold round tables and consultations": tables_are_held,
    "Mark evidence for a criterion": plan_is_evidence_for_both,
    "Say when to give each mark": safety_has_a_rubric,
    "Replace an authority by another": agency_follows,
    "Let others take over the open cases of an authority that ends": agency_takes_over_once_applied,
    "Stop the terms of an authority by law for some days": port_stands_still,
    "Add a day on which terms do not run": office_is_closed,
    "Add a language": speaks_portuguese,
    "Change rules without touching running cases": version_is_new,
}


@pytest.mark.parametrize("title", PROMISES)
def test_recipe_does_what_its_heading_promises(tmp_path: Path, title: str) -> None:
    PROMISES[title](pack_with(tmp_path, title))


def test_every_recipe_with_a_table_has_its_promise_tested() -> None:
    assert list(PROMISES) == [recipe.title for recipe in with_tables()]
