"""Answer an application's questions so that they read well and lead to the tier that is wanted.

Nothing here knows a question of a particular pack: texts are looked up by question in a data file,
and what has no text there is answered from its kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from sandbox.domain.answers import asked, problems
from sandbox.domain.conditions import holds, is_answered, is_required, questions_of
from sandbox.domain.packs import (
    ORGANISATION_NAME,
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
)
from sandbox.domain.risk import tiering
from sandbox.web.demo.facts import fill, read

MOST_TRIES = 400
FEW_TRIES = 60  # a project's own answers may never lead to the tier
ENOUGH_PROFILES = 3
SHARE_OF_OPTIONAL = 0.7
SHARE_CONFIDENTIAL = 0.3
MOST_WORDS = 60
Slots = Mapping[str, str]


class TierOutOfReach(LookupError):
    """Report that no answers were found that lead to a tier."""


class Chances:
    """Give each question a chance of its own; one number is drawn for all of them."""

    def __init__(self, rng: Random) -> None:
        self.seed = rng.getrandbits(64)

    def of(self, key: str) -> Random:
        """Return the chance of a question, the same whatever else is asked."""
        return Random(f"{self.seed} {key}")  # noqa: S311 - a story, not a secret


class Composer:
    """Compose the answers of one pack."""

    def __init__(self, pack: PolicyPack) -> None:
        self.pack = pack
        self.prohibiting = frozenset().union(
            *(questions_of(use.when) for use in pack.prohibited_uses)
        )
        self.risky = _risky(pack, self.prohibiting)
        self.named = frozenset(_named(pack))
        # The tier depends on nothing else, and a small form is judged many times faster.
        self.risk_pack = replace(
            pack,
            sections=tuple(
                replace(
                    section,
                    questions=tuple(q for q in section.questions if q.key in self.risky),
                )
                for section in pack.sections
            ),
        )
        self.found: dict[tuple[str, str], list[dict[str, AnswerValue]]] = {}

    def compose(
        self, rng: Random, tier: str, project: Mapping[str, Any], slots: Slots
    ) -> dict[str, AnswerValue]:
        """Answer everything that is asked. Raises: TierOutOfReach.

        Each question is answered by a chance of its own, so that a question more or less in the
        form changes neither the other answers nor what the story tells afterwards.
        """
        chances = Chances(rng)
        wanted = self._wanted(chances, project, slots)
        others = {key: value for key, value in wanted.items() if key not in self.risky}
        # Profiles are remembered for what was wanted: a public body is in a sector of its own.
        known_as = f"{project['key']}{slots.get('and_public', '')}"
        profile = self.known_profile(chances.of("profile"), tier, wanted, known_as)
        answers = {**profile, **others}
        left_out: set[str] = set()
        while True:
            missing = [
                question
                for question in asked(self.pack, answers)
                if not is_answered(answers.get(question.key)) and question.key not in left_out
            ]
            if not missing:
                break
            for question in missing:
                chance = chances.of(question.key)
                is_wanted = is_required(question, answers) or chance.random() < SHARE_OF_OPTIONAL
                if question.kind is QuestionKind.FILE or not is_wanted:
                    left_out.add(question.key)
                else:
                    answers[question.key] = self.answer(chance, question, project, slots)
        kept = {question.key for question in asked(self.pack, answers)}
        answers = {key: value for key, value in answers.items() if key in kept}
        if problems(self.pack, answers) or tiering(self.pack, answers).tier != tier:
            raise TierOutOfReach(tier)
        return answers

    def confidential(self, rng: Random, answers: Answers) -> frozenset[str]:
        """Choose what a company would rather keep to itself."""
        chances = Chances(rng)
        return frozenset(
            key
            for key in answers
            if self.pack.questions[key].may_be_confidential
            and chances.of(key).random() < SHARE_CONFIDENTIAL
        )

    # --- the answers that make the risk ----------------------------------------------------------

    def known_profile(
        self, rng: Random, tier: str, wanted: Mapping[str, AnswerValue], project: str
    ) -> dict[str, AnswerValue]:
        """Return risk answers found before, or search for some while there are few.

        Raises: TierOutOfReach.
        """
        found = self.found.setdefault((tier, project), [])
        if len(found) < ENOUGH_PROFILES:
            found.append(self.profile(rng, tier, wanted))
            return found[-1]
        return rng.choice(found)

    def profile(
        self, rng: Random, tier: str, wanted: Mapping[str, AnswerValue]
    ) -> dict[str, AnswerValue]:
        """Search for risk answers of a tier, as near to the project's own as it can be.

        Raises: TierOutOfReach.
        """
        own = {key: value for key, value in wanted.items() if key in self.risky}
        # What weighs nothing itself stays the project's own, whatever tier it is given.
        weightless = {key: value for key, value in own.items() if not self._weighs(key)}
        place = [each.key for each in self.pack.tiers].index(tier) / max(1, len(self.pack.tiers))
        for kept, tries in ((own, FEW_TRIES), (weightless, MOST_TRIES)):
            for tried in range(tries):
                # Bolder and bolder around the tier's place, so that mild tiers are found mildly.
                boldness = min(1.0, max(0.0, place + rng.uniform(-0.3, 0.3) * tried / tries))
                answers = self._draw_all(rng, tier, boldness, kept)
                if tiering(self.risk_pack, answers).tier == tier:
                    return answers
        raise TierOutOfReach(tier)

    def _weighs(self, key: str) -> bool:
        question = self.pack.questions[key]
        gives_points = question.points or any(option.points for option in question.options)
        is_named = any(question.key == named for named, _ in self.named)
        return bool(gives_points) or is_named or question.key in self.prohibiting

    def _draw_all(
        self, rng: Random, tier: str, boldness: float, own: Mapping[str, AnswerValue]
    ) -> dict[str, AnswerValue]:
        answers: dict[str, AnswerValue] = {}
        is_prohibited = self.pack.tier(tier).prohibited
        for question in self.pack.questions.values():
            if question.key not in self.risky or not holds(question.ask_if, answers):
                continue
            if question.key in own:
                answers[question.key] = own[question.key]
            elif question.key in self.prohibiting:
                answers[question.key] = self._draw(rng, question, 1.0 if is_prohibited else 0.0)
            elif question.kind in _DRAWN:
                answers[question.key] = self._draw(rng, question, boldness)
        return answers

    def _draw(self, rng: Random, question: QuestionSpec, boldness: float) -> AnswerValue:
        is_bold = rng.random() < boldness
        if question.kind is QuestionKind.YES_NO:
            return "yes" if is_bold else "no"
        mild, grave = self._split(question)
        if question.kind is QuestionKind.CHOICE:
            return rng.choice(grave if is_bold and grave else mild or grave).value
        if not grave:
            return [rng.choice(mild).value]
        if is_bold or not mild:
            count = min(len(grave), rng.choice((1, 1, 2)))
            return [option.value for option in _some(rng, grave, count)]
        return [mild[-1].value]

    def _split(self, question: QuestionSpec) -> tuple[list[OptionSpec], list[OptionSpec]]:
        """Tell the options that mean nothing for risk or routing from the others."""
        mild: list[OptionSpec] = []
        grave: list[OptionSpec] = []
        for option in question.options:
            weighs = option.points or option.competences
            is_grave = weighs or (question.key, option.value) in self.named
            (grave if is_grave else mild).append(option)
        return mild, grave

    # --- all other answers -----------------------------------------------------------------------

    def _wanted(
        self, chances: "Chances", project: Mapping[str, Any], slots: Slots
    ) -> dict[str, AnswerValue]:
        """Return what the project says of itself, as far as this pack asks for it."""
        own: dict[str, Any] = {self.pack.title_question: project["name"], **project["answers"]}
        own.setdefault("area", project["area"])
        found = {}
        for question in self.pack.questions.values():
            if question.key in own:
                value = _shaped(question, own[question.key], slots)
                if value is not None:
                    found[question.key] = value
            elif question.key in self.risky:
                # A data file may also have a habit for a question that counts towards the tier.
                variants = _variants(question, project)
                if variants and question.kind is not QuestionKind.CHOICE:
                    chance = chances.of(question.key)
                    value = _shaped(question, chance.choice(variants), slots)
                    is_kept = not self._weighs(question.key) or chance.random() < SHARE_OF_OPTIONAL
                    if value is not None and is_kept:
                        found[question.key] = value
        return found

    def answer(
        self, rng: Random, question: QuestionSpec, project: Mapping[str, Any], slots: Slots
    ) -> AnswerValue:
        """Answer one question in the words of the data file, or plainly."""
        variants = _variants(question, project)
        if variants:
            value = _shaped(question, rng.choice(variants), slots)
            if value is not None:
                return value
        return self.plain(rng, question, slots)

    def plain(self, rng: Random, question: QuestionSpec, slots: Slots) -> AnswerValue:
        """Answer a question of which nothing is known but its kind."""
        if question.kind in (QuestionKind.TEXT, QuestionKind.LONG_TEXT):
            generic = read("answers")["generic"]
            is_long = question.kind is QuestionKind.LONG_TEXT
            chosen = (
                rng.sample(generic["sentences"], 2) if is_long else [rng.choice(generic["words"])]
            )
            return _cut(question, " ".join(fill(each, slots) for each in chosen))
        low = question.minimum or 0
        high = question.maximum if question.maximum is not None else low + 24
        match question.kind:
            case QuestionKind.NUMBER:
                return str(rng.randint(low, min(high, low + 24)))
            case QuestionKind.MONEY:
                return max(low, 100_000 * rng.randint(200, 4000))
            case QuestionKind.DATE:
                return slots["start_date"]
            case QuestionKind.CHOICE:
                return rng.choice(question.options).value
            case QuestionKind.MANY:
                return self._plain_many(rng, question)
            case QuestionKind.ROWS | QuestionKind.ORGANISATION:
                return [self._plain_row(rng, question, slots)]
            case _:
                return "no"

    def _plain_many(self, rng: Random, question: QuestionSpec) -> list[str]:
        mild, grave = self._split(question)
        if mild and grave:
            return [mild[-1].value]
        least = max(1, question.minimum or 1)
        count = min(len(question.options), least + rng.choice((0, 0, 1, 2)))
        return [option.value for option in _some(rng, list(question.options), count)]

    def _plain_row(self, rng: Random, question: QuestionSpec, slots: Slots) -> dict[str, str]:
        if question.kind is QuestionKind.ORGANISATION:
            return {ORGANISATION_NAME: slots["partner"]}
        row: dict[str, AnswerValue] = {}
        for column in question.columns:
            if holds(column.ask_if, row):
                row[column.key] = self.plain(rng, column, slots)
        return {key: str(value) for key, value in row.items()}


_DRAWN = frozenset({QuestionKind.CHOICE, QuestionKind.MANY, QuestionKind.YES_NO})


def _risky(pack: PolicyPack, prohibiting: frozenset[str]) -> frozenset[str]:
    """List the questions on which the tier depends, and those on which asking them depends."""
    found = set(prohibiting)
    for rule in pack.hard_rules:
        found |= questions_of(rule.when)
    for question in pack.questions.values():
        if question.points or any(option.points for option in question.options):
            found.add(question.key)
    while (
        more := {key for each in found for key in questions_of(pack.questions[each].ask_if)} - found
    ):
        found |= more
    return frozenset(found)


def _named(pack: PolicyPack) -> Iterator[tuple[str, str]]:
    """Give every pair of question and option that a rule on risk looks for."""
    for when in (*(each.when for each in pack.hard_rules), *(u.when for u in pack.prohibited_uses)):
        for compare in _compares(when):
            values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
            for value in values:
                yield compare.question, str(value)


def _compares(condition: Condition) -> Iterator[Compare]:
    match condition:
        case Compare():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _compares(part)
        case Not(part):
            yield from _compares(part)


def _variants(question: QuestionSpec, project: Mapping[str, Any]) -> list[Any]:
    """Return the words of the data file for a question, those of the project's area first."""
    known = read("answers")["questions"].get(question.key, {})
    return [*known.get(project["area"], ()), *known.get("common", ())]


def _some(rng: Random, options: Sequence[OptionSpec], count: int) -> list[OptionSpec]:
    chosen = rng.sample(range(len(options)), count)
    return [options[place] for place in sorted(chosen)]


def _cut(question: QuestionSpec, text: str) -> str:
    return " ".join(text.split()[: question.max_words or MOST_WORDS])


def _shaped(question: QuestionSpec, value: Any, slots: Slots) -> AnswerValue | None:
    """Give a value of the data file the shape of the question; None where it does not fit it."""
    if question.kind is QuestionKind.ROWS:
        return _shaped_rows(question, value, slots)
    if question.kind is QuestionKind.ORGANISATION:
        return [value] if isinstance(value, dict) else None
    if question.kind is QuestionKind.MANY:
        values = value if isinstance(value, list) else fill(value, slots).split(",")
        return values if all(question.option(each) for each in values) else None
    if not isinstance(value, str):
        return None
    text = fill(value, slots)
    if question.kind is QuestionKind.MONEY:
        return int(text) if text.isdigit() else None
    if question.kind is QuestionKind.CHOICE:
        return text if question.option(text) else None
    if question.kind in (QuestionKind.TEXT, QuestionKind.LONG_TEXT):
        fits = text and (question.max_words is None or len(text.split()) <= question.max_words)
        return text if fits else None
    return text or None


def _shaped_rows(question: QuestionSpec, rows: Any, slots: Slots) -> list[dict[str, str]] | None:
    if not isinstance(rows, list) or len(rows) > question.max_rows:
        return None
    columns = {column.key: column for column in question.columns}
    shaped = []
    for row in rows:
        if set(row) != set(columns):
            return None
        values = {key: _shaped(columns[key], text, slots) for key, text in row.items()}
        if any(value is None for value in values.values()):
            return None
        shaped.append({key: str(value) for key, value in values.items()})
    return shaped
