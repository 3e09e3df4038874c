"""Say which standard conditions an authority is offered, and what it answers about those it sets.

The rules word both; where they word none, an authority writes its conditions and its reasons alone.
"""

from collections.abc import Iterable, Mapping

from sandbox.domain.deliberation import CriterionMark, Stance
from sandbox.domain.packs import PolicyPack, ProportionalitySpec, StandardConditionSpec
from sandbox.domain.refusals import NotPossible, Why


def offered_conditions(
    pack: PolicyPack, marks: Mapping[str, CriterionMark]
) -> tuple[tuple[StandardConditionSpec, bool], ...]:
    """List the standard conditions, first those whose criterion was not found fully met.

    Shape: `marks` maps criteria to the marks of the authority that chooses; the flag says whether
    its own marks call for the condition.
    """
    short = {key for key, mark in marks.items() if mark is not CriterionMark.MET}
    offered = [(each, each.criterion in short) for each in pack.standard_conditions]
    return tuple(sorted(offered, key=lambda each: not each[1]))


def settle_proportionality(
    pack: PolicyPack, stance: Stance, answers: Mapping[str, str]
) -> dict[str, str]:
    """Return what was answered about the conditions, in the order of the rules.

    Without conditions there is nothing to answer, and nothing is kept.
    Raises: NotPossible(PROPORTIONALITY_MISSING) where a question of the rules has no answer.
    """
    if stance is not Stance.CONCUR_WITH_CONDITIONS:
        return {}
    said = {each.key: answers.get(each.key, "").strip() for each in pack.proportionality}
    if not all(said.values()):
        raise NotPossible(Why.PROPORTIONALITY_MISSING)
    return said


def answers_in_order(
    pack: PolicyPack, answers: Mapping[str, str]
) -> tuple[tuple[str, ProportionalitySpec | None, str], ...]:
    """List the answers as the rules ask, each with its question; last those that rules dropped."""
    asked = {each.key: each for each in pack.proportionality}
    keys = [*(key for key in asked if key in answers), *sorted(set(answers) - set(asked))]
    return tuple((key, asked.get(key), answers[key]) for key in keys)


def join_answers(said: Iterable[tuple[str, Mapping[str, str]]]) -> tuple[tuple[str, str], ...]:
    """Join what several authorities answered to the same questions, each under its code."""
    voices = [(code, answers) for code, answers in said if answers]
    if len(voices) == 1:
        return tuple(voices[0][1].items())
    keys = dict.fromkeys(key for _, answers in voices for key in answers)
    return tuple(
        (key, "\n".join(f"{code}: {words[key]}" for code, words in voices if key in words))
        for key in keys
    )
