"""Warn of parts of a pack that nobody asks for, touches or needs, and of answers left to chance."""

from collections.abc import Iterator, Mapping

from sandbox.domain.conditions import questions_of
from sandbox.domain.packs import (
    DECISION_CLOCK,
    ClockUnit,
    PolicyPack,
    QuestionSpec,
    RequirementKind,
)
from sandbox.packs.checking import Finding, all_questions, form_questions
from sandbox.packs.checking.questions import NUMBERS
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l

_ABOUT: Mapping[ClockUnit, int] = {
    ClockUnit.CALENDAR_DAYS: 10,
    ClockUnit.BUSINESS_DAYS: 14,
    ClockUnit.MONTHS: 304,
}
"""About how long a unit is, in tenths of a calendar day; enough to tell terms apart."""


def warn_of_unused_parts(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Warn of what was written and comes into play nowhere, or only if somebody cares to answer."""
    yield from _unmeasured(pack)
    yield from _untouched(pack)
    yield from _unasked_conditions(pack)
    yield from _late_positions(pack)
    yield from _left_to_chance(pack)
    for path, question in all_questions(pack):
        yield from _equal_labels(path, question)
        if question.kind in NUMBERS and question.maximum is not None and question.maximum < 0:
            message = _l("is below 0, so that only a negative number is an answer")
            yield _odd((*path, "maximum"), message, _l("at least %(least)s", least=0))


def _unmeasured(pack: PolicyPack) -> Iterator[Shown]:
    measured = {key for tier in pack.tiers for key in tier.metrics}
    for index, metric in enumerate(pack.metrics):
        if metric.key not in measured:
            message = _l('no tier measures "%(metric)s"', metric=metric.key)
            allowed = _l("a metric among the metrics of a tier, so name it there or remove it here")
            yield _odd(("metrics", index, "key"), message, allowed)


def _untouched(pack: PolicyPack) -> Iterator[Shown]:
    touched = {
        code
        for _, question in all_questions(pack)
        for codes in (question.competences, *(option.competences for option in question.options))
        for code in codes
    }
    for index, competence in enumerate(pack.competences):
        if competence.code not in touched:
            message = _l('no answer touches "%(competence)s"', competence=competence.code)
            allowed = _l("a competence among those of a question or an option of the form")
            yield _odd(("competences", index, "code"), message, allowed)


def _unasked_conditions(pack: PolicyPack) -> Iterator[Shown]:
    for index, tier in enumerate(pack.tiers):
        gates = (*(stage.gate for stage in tier.stages), tier.completion)
        kinds = {requirement.kind for gate in gates for requirement in gate}
        if tier.start_conditions and RequirementKind.START_CONDITIONS not in kinds:
            message = _l("are conditions that no gate of the tier asks for")
            kind = RequirementKind.START_CONDITIONS
            allowed = _l('a requirement of kind "%(kind)s" in a gate of the tier', kind=kind)
            yield _odd(("tiers", index, "start_conditions"), message, allowed)


def _late_positions(pack: PolicyPack) -> Iterator[Shown]:
    """Warn of positions that may come when the case should have been decided."""
    by_key = {clock.key: (index, clock) for index, clock in enumerate(pack.clocks)}
    index, position = by_key["position"]
    _, decision = by_key[DECISION_CLOCK]
    if position.length * _ABOUT[position.unit] > decision.length * _ABOUT[decision.unit]:
        message = _l("is longer than the term of the decision, which waits for the positions")
        yield _odd(("clocks", index, "length"), message, _l("a term shorter than that one"))


def _left_to_chance(pack: PolicyPack) -> Iterator[Shown]:
    """Warn of questions of risk that whoever has something to hide could leave empty."""
    bars = frozenset[str]().union(*(questions_of(use.when) for use in pack.prohibited_uses))
    for path, question in form_questions(pack):
        weighs = question.points or any(option.points for option in question.options)
        if question.is_optional and (weighs or question.key in bars):
            message = _l("may stay empty, although the answer counts towards the risk")
            yield _odd((*path, "required"), message, _l("true, or a required_if"))


def _equal_labels(path: Path, question: QuestionSpec) -> Iterator[Shown]:
    first: dict[tuple[str, str], str] = {}
    for index, option in enumerate(question.options):
        for language, words in option.label.by_language.items():
            other = first.setdefault((language, words.strip().casefold()), option.value)
            if other != option.value:
                message = _l('reads like the option "%(other)s"', other=other)
                allowed = _l("other words, or one option for both")
                yield _odd((*path, "options", index, "label", language), message, allowed)


def _odd(path: Path, message: Sentence, allowed: Sentence) -> Warned:
    return Warned(Finding(path, Fault.ODD, message, allowed))
