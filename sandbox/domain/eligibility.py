"""Give the anonymous check an honest answer, with the reasons for it."""

from dataclasses import dataclass

from sandbox.domain.answers import walk
from sandbox.domain.conditions import holds
from sandbox.domain.packs import (
    Answers,
    EligibilitySpec,
    EligibilityVerdict,
    QuestionSpec,
    Text,
)

# A product that needs no sandbox will not need one later either, so "guidance" outweighs "not yet".
WORST_FIRST = (
    EligibilityVerdict.NOT_POSSIBLE,
    EligibilityVerdict.GUIDANCE,
    EligibilityVerdict.NOT_YET,
    EligibilityVerdict.LIKELY,
)


@dataclass(frozen=True, slots=True)
class EligibilityResult:
    """Hold the verdict, the pack's words for it, and the reasons, the weightiest first."""

    verdict: EligibilityVerdict
    headline: Text
    reasons: tuple[Text, ...]


def asked(spec: EligibilitySpec, answers: Answers) -> tuple[QuestionSpec, ...]:
    """List the questions of the check that these answers leave open to the visitor."""
    return walk(spec.questions, answers)


def check(spec: EligibilitySpec, answers: Answers) -> EligibilityResult:
    """Judge the answers by the pack's rules; the least favourable verdict stands.

    Nothing that speaks against an application is kept back: reasons of milder verdicts follow
    those of the one that stands. What speaks in favour is said only where nothing speaks against.
    """
    counting = {
        question.key: answers[question.key]
        for question in asked(spec, answers)
        if question.key in answers
    }
    found = [rule for rule in spec.rules if holds(rule.when, counting)]
    verdict = min(
        (rule.verdict for rule in found),
        key=WORST_FIRST.index,
        default=EligibilityVerdict.LIKELY,
    )
    against = [rule for rule in found if rule.verdict is not EligibilityVerdict.LIKELY]
    telling = sorted(against or found, key=lambda rule: WORST_FIRST.index(rule.verdict))
    return EligibilityResult(
        verdict, spec.verdicts[verdict], tuple(rule.reason for rule in telling)
    )
