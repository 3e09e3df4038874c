"""Find an application's risk tier, and name every answer that had a part in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.domain.answers import asked, relevant
from sandbox.domain.conditions import YES, holds, questions_of
from sandbox.domain.packs import (
    Answers,
    AnswerValue,
    HardRule,
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    Text,
)


@dataclass(frozen=True, slots=True)
class TierReason:
    """Name one answer that counted, or one hard rule that raised the tier.

    Shape: for an answer, `label` is the question, `answer` the option chosen (None for a yes) and
    `points` what it counted; for a hard rule, `label` is its reason and `raises_to` its tier, and
    `question` is set only if the rule looks at a single one. `is_closed` where only the question is
    told (`domain/veiling`): then `label` is the question, whatever the reason was.
    """

    question: str | None
    label: Text
    answer: Text | None
    points: int
    raises_to: str | None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Tiering:
    """Hold the tier with the points and reasons that led to it."""

    tier: str
    points: int
    reasons: tuple[TierReason, ...]


def tiering(pack: PolicyPack, answers: Answers) -> Tiering:
    """Find the tier by points, then raise it as far as the hard rules say; none lowers it."""
    counting = relevant(pack, answers)
    scored = tuple(
        reason
        for question in asked(pack, answers)
        for reason in _scores(question, counting.get(question.key))
    )
    points = sum(reason.points for reason in scored)
    fired = tuple(rule for rule in pack.hard_rules if holds(rule.when, counting))
    order = [tier.key for tier in pack.tiers]
    place = max([order.index(_by_points(pack, points)), *(order.index(r.at_least) for r in fired)])
    return Tiering(order[place], points, scored + tuple(_raise(rule) for rule in fired))


def chosen(question: QuestionSpec, answer: AnswerValue | None) -> tuple[OptionSpec, ...]:
    """List the options that the answer chooses, each once, in the order of the question."""
    match question.kind:
        case QuestionKind.CHOICE:
            return tuple(option for option in question.options if option.value == answer)
        case QuestionKind.MANY if isinstance(answer, list):
            return tuple(option for option in question.options if option.value in answer)
        case _:
            return ()


def _scores(question: QuestionSpec, answer: AnswerValue | None) -> Iterator[TierReason]:
    if question.kind is QuestionKind.YES_NO and answer == YES and question.points:
        yield TierReason(question.key, question.label, None, question.points, None)
    for option in chosen(question, answer):
        if option.points:
            yield TierReason(question.key, question.label, option.label, option.points, None)


def _raise(rule: HardRule) -> TierReason:
    keys = questions_of(rule.when)
    question = next(iter(keys)) if len(keys) == 1 else None
    return TierReason(question, rule.reason, None, 0, rule.at_least)


def _by_points(pack: PolicyPack, points: int) -> str:
    ranges = [(tier.key, tier.min_points) for tier in pack.tiers if tier.min_points is not None]
    reached = [key for key, least in ranges if points >= least]
    # Tiers are listed mildest first: the last whose minimum is reached is the one in whose range
    # the points lie, and a gap that a pack leaves between two ranges belongs to the milder.
    return reached[-1] if reached else ranges[0][0]
