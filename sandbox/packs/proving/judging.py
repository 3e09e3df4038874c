"""Judge each condition of a pack once, so that one that is costly takes nothing from the others."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    Condition,
    EligibilityVerdict,
    Not,
    PolicyPack,
    ProhibitedUse,
    QuestionSpec,
)
from sandbox.domain.reach import Budget, TooIntricate, find_answers
from sandbox.packs.checking import check_questions, form_questions
from sandbox.packs.positions import Path

WHOLE = 2_000_000
"""The most that all proofs of a pack may cost together; about two seconds."""
FOR_CONDITIONS = 1_500_000
"""The most of it for the conditions by themselves; the rest is for what looks at several."""
SHARE = 200_000
"""The most comparisons that the proof of one condition may cost."""

Asked = Mapping[str, QuestionSpec]

RULES: Path = ("eligibility", "rules")
"""Where the rules of the check stand; a verdict behind it is that of all rules together."""


@dataclass(frozen=True, slots=True)
class Posed:
    """Hold a condition, the questions it may look at, and what must hold before it is."""

    condition: Condition
    asked: Asked
    given: Condition | None = None


@dataclass(slots=True)
class _Claim:
    """Ask whether any answers meet a condition; `tried` is what was spent on it in vain."""

    condition: Condition | None
    asked: Asked
    tried: int = 0
    verdict: bool | None = None


@dataclass(frozen=True, slots=True)
class Judgements:
    """Hold what is known of the conditions of a pack, by their paths; None: too intricate to tell.

    `budget` is what the proofs may spend that look at several conditions together.
    """

    budget: Budget
    conditions: Mapping[Path, Posed]
    met: Mapping[Path, bool | None]
    failed: Mapping[Path, bool | None]
    escaped: Mapping[Path, bool | None]

    def can_hold(self, path: Path) -> bool | None:
        """Tell whether any answers meet the condition."""
        return self.met[path]

    def can_fail(self, path: Path) -> bool | None:
        """Tell whether any answers, by which it is looked at, do not meet the condition."""
        return self.failed[path]

    def can_escape(self, path: Path) -> bool | None:
        """Tell whether any answers describe the prohibited use and are not barred by a rule."""
        return self.escaped[path]


def judge(pack: PolicyPack) -> Judgements:
    """Judge all conditions of a pack; each has its fair share of what that may cost."""
    posed = dict(_conditions(pack))
    met: dict[Path, _Claim] = {}
    failed: dict[Path, _Claim] = {}
    for path, each in posed.items():
        met[path] = _Claim(_both(each.given, each.condition), each.asked)
        failed[path] = _Claim(_both(each.given, Not(each.condition)), each.asked)
    form = dict(pack.questions)
    escaped: dict[Path, _Claim] = {
        ("prohibited_uses", index, "when"): _Claim(_escape(pack, use), form)
        for index, use in enumerate(pack.prohibited_uses)
    }
    budget = Budget(FOR_CONDITIONS)
    _decide([*met.values(), *failed.values(), *escaped.values()], budget)
    left = Budget(WHOLE - FOR_CONDITIONS + budget.steps)
    return Judgements(left, posed, *map(_verdicts, (met, failed, escaped)))


def _verdicts(claims: Mapping[Path, _Claim]) -> Mapping[Path, bool | None]:
    return {path: claim.verdict for path, claim in claims.items()}


def _decide(claims: list[_Claim], budget: Budget) -> None:
    """Decide all claims in turn: what one leaves of its share is for those that need more.

    Each round gives those that are left at least twice what was tried in vain, so it ends.
    """
    while claims:
        undecided = []
        for place, claim in enumerate(claims):
            share = min(budget.steps // (len(claims) - place), SHARE)
            if share >= max(2 * claim.tried, 1):
                claim.verdict = can_hold(claim.condition, claim.asked, budget, share)
                claim.tried = share
                undecided += [claim] if claim.verdict is None else []
        claims = undecided


def can_hold(condition: Condition | None, asked: Asked, budget: Budget, share: int) -> bool | None:
    """Tell whether any answers make the condition hold; None if a share is too little to tell.

    What was needed of the share is taken from the budget.
    """
    own = Budget(min(budget.steps, share))
    given = own.steps
    try:
        return find_answers(condition, asked, own) is not None
    except TooIntricate:
        return None
    finally:
        budget.steps -= given - max(own.steps, 0)


def _conditions(pack: PolicyPack) -> Iterator[tuple[Path, Posed]]:
    """List the conditions of a pack, and those that several of its rules make together."""
    form, check = dict(pack.questions), {each.key: each for each in pack.eligibility.questions}
    for questions, asked in ((form_questions(pack), form), (check_questions(pack), check)):
        for path, question in questions:
            yield from _own(path, question, asked)
            row: dict[str, QuestionSpec] = {}
            for index, column in enumerate(question.columns):
                if not (column.ask_if is None and column.required_if is None):
                    yield from _own((*path, "columns", index), column, _beside(row, asked))
                row[column.key] = column
    for index, rule in enumerate(pack.hard_rules):
        yield ("hard_rules", index, "when"), Posed(rule.when, form)
    for index, use in enumerate(pack.prohibited_uses):
        yield ("prohibited_uses", index, "when"), Posed(use.when, form)
    for index, priority in enumerate(pack.priorities):
        yield ("priorities", index, "when"), Posed(priority.when, form)
    for index, reason in enumerate(pack.eligibility.rules):
        yield (*RULES, index, "when"), Posed(reason.when, check)
    spoken = EligibilityVerdict
    for verdict, against in (
        (spoken.NOT_POSSIBLE, {spoken.NOT_POSSIBLE}),
        (spoken.LIKELY, {*spoken} - {spoken.LIKELY}),
    ):
        some = tuple(rule.when for rule in pack.eligibility.rules if rule.verdict in against)
        yield (*RULES, verdict), Posed(AnyOf(some), check)


def _own(path: Path, question: QuestionSpec, asked: Asked) -> Iterator[tuple[Path, Posed]]:
    if question.ask_if is not None:
        yield (*path, "ask_if"), Posed(question.ask_if, asked)
    if question.required_if is not None:
        yield (*path, "required_if"), Posed(question.required_if, asked, question.ask_if)


def _beside(row: dict[str, QuestionSpec], asked: dict[str, QuestionSpec]) -> Asked:
    """Lay the columns before over the questions of the form; they are asked after those."""
    if row.keys().isdisjoint(asked):
        return ChainMap(dict(row), asked)
    return {key: each for key, each in asked.items() if key not in row} | row


def _both(first: Condition | None, second: Condition) -> Condition:
    return second if first is None else AllOf((first, second))


def _escape(pack: PolicyPack, use: ProhibitedUse) -> Condition:
    """Return when a use is described that no rule bars; never, where a rule says the same."""
    barred = {each.key for each in pack.tiers if each.prohibited}
    raising = tuple(rule.when for rule in pack.hard_rules if rule.at_least in barred)
    return AnyOf(()) if use.when in raising else AllOf((use.when, Not(AnyOf(raising))))
