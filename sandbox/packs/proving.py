"""Prove of a pack what no single value of it shows, and warn of what is lawful but odd.

Each proof looks at all answers, days or paths there can be, never at samples. What cannot be
proved is a fault of the pack: a regime must not hang on a combination that nobody has thought of.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.conditions import questions_of
from sandbox.domain.lifecycle import Lifecycle
from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    AuthoritySpec,
    Condition,
    Ending,
    HardRule,
    Not,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    RequirementKind,
    StageSpec,
    TierSpec,
    Who,
)
from sandbox.domain.reach import Budget, TooIntricate, find_answers
from sandbox.domain.trials import LIFECYCLE, OPEN_STATUSES, next_stage
from sandbox.packs.checking import (
    Finding,
    check_questions,
    each_text,
    form_questions,
    most_points,
)
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path

MOST_POINTS = 1_000
"""The most points that all answers together may give, so that every sum can be looked at."""

SHARE = 200_000
"""The most comparisons that the proof of one condition may cost."""
WHOLE = 2_000_000
"""The most that all proofs of a pack may cost together; about two seconds."""

# A term may stand still only in a status that a term of its own brings to an end; where the pack
# has none for a request, that of a return ends it.
ENDED_BY: Mapping[str, tuple[str, ...]] = {
    ApplicationStatus.RETURNED.value: ("return_answer",),
    ApplicationStatus.INFORMATION_REQUESTED.value: ("information_answer", "return_answer"),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """State what holds of a pack, and how that is known."""

    claim: str
    how: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Say what is lawful but odd."""

    finding: Finding


Shown = Finding | Warned | Proof
Prover = Callable[[PolicyPack, Budget], Iterator[Shown]]


def prove(pack: PolicyPack) -> Iterator[Shown]:
    """Prove everything of a pack whose values fit together, one claim after the other.

    A claim is stated only where none of its findings stands against it.
    """
    budget = Budget(WHOLE)
    for prover in PROVERS:
        failed = False
        for shown in prover(pack, budget):
            failed = failed or isinstance(shown, Finding)
            if not (failed and isinstance(shown, Proof)):
                yield shown


# --- what answers can do -------------------------------------------------------------------------


def _can_hold(
    condition: Condition | None, asked_before: Mapping[str, QuestionSpec], budget: Budget
) -> bool | None:
    """Tell whether any answers make the condition hold; None if that is too intricate to tell.

    Each condition has a share of its own, so that one that is costly refuses no other.
    """
    share = Budget(min(budget.steps, SHARE))
    given = share.steps
    try:
        return find_answers(condition, asked_before, share) is not None
    except TooIntricate:
        return None
    finally:
        budget.steps -= given - max(share.steps, 0)


def _intricate(path: Path) -> Finding:
    return Finding(
        path,
        Fault.TOO_LARGE,
        "hangs on so many answers that nobody could say when it holds",
        "fewer questions, options or comparisons",
    )


def _questions_are_reached(pack: PolicyPack, budget: Budget) -> Iterator[Shown]:
    count = 0
    for questions in (form_questions(pack), check_questions(pack)):
        before: dict[str, QuestionSpec] = {}
        for path, question in questions:
            yield from _reached(path, question, before, budget)
            row = dict(before) | {question.key: question}
            for index, column in enumerate(question.columns):
                yield from _reached((*path, "columns", index), column, row, budget)
                row[column.key] = column
            before[question.key] = question
            count += sum(each.ask_if is not None for each in (question, *question.columns))
    yield Proof(
        "Every question can be reached.",
        f"For each of the {count} questions and columns that are asked under a condition, "
        "answers were found that meet it.",
    )


def _reached(
    path: Path, question: QuestionSpec, before: Mapping[str, QuestionSpec], budget: Budget
) -> Iterator[Shown]:
    if question.ask_if is None:
        return
    path = (*path, "ask_if")
    can = _can_hold(question.ask_if, before, budget)
    if can is None:
        yield _intricate(path)
    elif not can:
        yield Finding(
            path, Fault.UNREACHABLE, f'no answers ever lead to the question "{question.key}"'
        )
    elif _can_hold(Not(question.ask_if), before, budget) is False:
        yield Warned(
            Finding(path, Fault.ODD, "always holds, so the question is asked of everybody")
        )


def _answers_matter(pack: PolicyPack, _budget: Budget) -> Iterator[Shown]:
    used = frozenset[str]().union(
        *(questions_of(question.ask_if) for _, question in form_questions(pack)),
        *(
            questions_of(column.ask_if)
            for _, each in form_questions(pack)
            for column in each.columns
        ),
        *(questions_of(rule.when) for rule in pack.hard_rules),
        *(questions_of(use.when) for use in pack.prohibited_uses),
    )
    used |= {*pack.public_fields, pack.coordination.reliefs_question}
    marked = 0
    for path, question in form_questions(pack):
        counts = (
            question.key in used
            or question.is_title
            or bool(question.criteria)
            or _weighs(question)
        )
        if question.information:
            marked += 1
            if question.criteria or _weighs(question):
                yield Finding(
                    (*path, "information"),
                    Fault.INCONSISTENT,
                    "is marked as information, yet its answer counts",
                )
        elif not counts:
            yield Finding(
                path,
                Fault.USELESS,
                f'nothing hangs on the answer to "{question.key}"',
                "criteria = […], points, competences, a condition, or information = true",
            )
    check = frozenset[str]().union(
        *(questions_of(rule.when) for rule in pack.eligibility.rules),
        *(questions_of(question.ask_if) for _, question in check_questions(pack)),
    )
    for path, question in check_questions(pack):
        if question.key not in check:
            yield Finding(
                path, Fault.USELESS, f'no rule of the check looks at the answer to "{question.key}"'
            )
    total = sum(1 for _ in form_questions(pack))
    yield Proof(
        "Every answer matters to something, or is marked as information.",
        f"Of {total} questions {marked} are marked as information; each of the others gives "
        "points or competences, is looked at by a condition, is evidence for a criterion, names "
        "the case, lists the reliefs or stands in the public register.",
    )


def _weighs(question: QuestionSpec) -> bool:
    options = any(option.points or option.competences for option in question.options)
    return options or bool(question.points or question.competences)


# --- tiers ---------------------------------------------------------------------------------------


def _one_tier(pack: PolicyPack, budget: Budget) -> Iterator[Shown]:
    asked = dict(pack.questions)
    for index, rule in enumerate(pack.hard_rules):
        yield from _fires(("hard_rules", index, "when"), rule.when, asked, budget, "rule")
    for index, use in enumerate(pack.prohibited_uses):
        yield from _fires(("prohibited_uses", index, "when"), use.when, asked, budget, "use")
    most = most_points(pack)
    if most > MOST_POINTS:
        yield Finding(
            ("sections",),
            Fault.TOO_LARGE,
            f"the answers can give {most} points",
            f"at most {MOST_POINTS} points in all",
        )
        return
    sums = _sums(pack)
    for index, tier in enumerate(pack.tiers):
        if not _is_reached(pack, tier, sums, budget):
            yield Warned(Finding(("tiers", index), Fault.ODD, "no answers lead to this tier"))
    ranges = ", ".join(
        f"{tier.key} {tier.min_points} to {tier.max_points if tier.max_points is not None else '…'}"
        for tier in pack.tiers
        if not tier.prohibited
    )
    yield Proof(
        "Every combination of answers leads to exactly one tier.",
        f"All answers together give between 0 and {most} points, whatever is asked; the ranges "
        f"({ranges}) follow one another without gap or overlap over all of them, so the points "
        f"name one tier. The {len(pack.hard_rules)} hard rules only raise it, and of the tiers "
        "they name the severest stands.",
    )


def _fires(
    path: Path, when: Condition, asked: Mapping[str, QuestionSpec], budget: Budget, what: str
) -> Iterator[Shown]:
    can = _can_hold(when, asked, budget)
    if can is None:
        yield _intricate(path)
    elif not can:
        yield Finding(path, Fault.UNREACHABLE, f"no answers ever meet this {what}")


def _sums(pack: PolicyPack) -> int:
    """Return the sums of points that answers can give, as the bits of one number.

    Conditions are left out of the account, so a sum that is missing can certainly not be reached.
    """
    sums = 1
    for _, question in form_questions(pack):
        if question.kind is QuestionKind.YES_NO:
            sums |= sums << question.points
        elif question.kind is QuestionKind.CHOICE:
            chosen = sums
            for option in question.options:
                chosen |= sums << option.points
            sums = chosen
        elif question.kind is QuestionKind.MANY:
            for option in question.options:
                sums |= sums << option.points
    return sums


def _is_reached(pack: PolicyPack, tier: TierSpec, sums: int, budget: Budget) -> bool:
    """Tell whether answers may lead to a tier; only a certain no is a no."""
    order = [each.key for each in pack.tiers]
    place = order.index(tier.key)
    above = [rule.when for rule in pack.hard_rules if order.index(rule.at_least) > place]
    spared: tuple[Condition, ...] = (Not(AnyOf(tuple(above))),) if above else ()
    asked = dict(pack.questions)
    if _lies_in(sums, tier) and _can_hold(AllOf(spared), asked, budget) is not False:
        return True
    raising: list[HardRule] = [rule for rule in pack.hard_rules if rule.at_least == tier.key]
    return any(
        _can_hold(AllOf((rule.when, *spared)), asked, budget) is not False for rule in raising
    )


def _lies_in(sums: int, tier: TierSpec) -> bool:
    if tier.min_points is None:
        return False
    inside = sums >> tier.min_points
    if tier.max_points is not None:
        inside &= (1 << (tier.max_points - tier.min_points + 1)) - 1
    return inside != 0


# --- the eligibility check -----------------------------------------------------------------------


def _check_is_honest(pack: PolicyPack, budget: Budget) -> Iterator[Shown]:
    asked = {question.key: question for question in pack.eligibility.questions}
    for index, rule in enumerate(pack.eligibility.rules):
        path: Path = ("eligibility", "rules", index, "when")
        yield from _fires(path, rule.when, asked, budget, "rule")
    yield Proof(
        "Every rule of the eligibility check can come into play.",
        f"For each of the {len(pack.eligibility.rules)} rules answers were found that meet it; "
        "where none does, the check says that an application is likely to be admitted.",
    )


# --- stages --------------------------------------------------------------------------------------


def _stages_are_left(pack: PolicyPack, _budget: Budget) -> Iterator[Shown]:
    stages = gates = 0
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        passed = _passed(tier)
        for place, stage in enumerate(tier.stages):
            if stage.key not in passed:
                yield Finding(
                    (*path, "stages", place), Fault.UNREACHABLE, "no stage leads to this one"
                )
        for place, condition in enumerate(tier.start_conditions):
            if condition.owner in (Who.PLATFORM, Who.EVERY_AUTHORITY):
                yield Finding(
                    (*path, "start_conditions", place, "owner"),
                    Fault.UNREACHABLE,
                    f'nobody could say that it is met: "{condition.owner}" is no single party',
                    "company, lead, associates, secretariat",
                )
        yield from _odd_gates(path, tier)
        stages += len(tier.stages)
        gates += sum(len(stage.gate) for stage in tier.stages) + len(tier.completion)
    for ends in Ending:
        if not pack.exits(ends):
            yield Finding(
                ("exit_kinds",), Fault.MISSING, f'no kind of exit is for a test that ends "{ends}"'
            )
    stuck = _stuck(LIFECYCLE, OPEN_STATUSES)
    if stuck:
        yield Finding(("tiers",), Fault.UNREACHABLE, f"nothing ends a test that is {stuck[0]}")
    yield Proof(
        "Every stage of every tier can be reached and left, and no gate is unsatisfiable.",
        f"Of {stages} stages those of each tier follow one another, so a test passes each once and "
        f"no cycle exists. Each of the {gates} requirements is one that its party can satisfy in "
        "the stage before its gate: days fit into the stage, reports fall due in it, metrics and "
        "start conditions are there. From every status of a test, suspended included, a way "
        "leads to its end.",
    )


def _passed(tier: TierSpec) -> set[str]:
    passed: set[str] = set()
    stage: StageSpec | None = next_stage(tier, None)
    while stage is not None and stage.key not in passed:
        passed.add(stage.key)
        stage = next_stage(tier, stage.key)
    return passed


def _odd_gates(path: Path, tier: TierSpec) -> Iterator[Warned]:
    agreed = False
    for place, stage in enumerate(tier.stages):
        kinds = {requirement.kind for requirement in stage.gate}
        agreed = agreed or RequirementKind.PLAN_AGREED in kinds
        here: Path = (*path, "stages", place)
        if stage.live and not agreed:
            yield Warned(
                Finding(here, Fault.ODD, "people are exposed before any gate asks for the plan")
            )
        if place and not stage.gate:
            yield Warned(
                Finding(here, Fault.ODD, "anybody who may can enter it: its gate is empty")
            )
    if tier.stages and not any(stage.live for stage in tier.stages):
        yield Warned(Finding(path, Fault.ODD, "none of its stages is live: nothing is tested"))


def _stuck(lifecycle: Lifecycle[StrEnum, StrEnum] | object, open_: frozenset[StrEnum]) -> list[str]:
    """List the open statuses from which no way leads to an end."""
    assert isinstance(lifecycle, Lifecycle)
    free = {status for status in lifecycle.statuses if status not in open_}
    while True:
        more = {
            each.source
            for each in lifecycle.transitions
            if each.target in free and each.source not in free
        }
        if not more:
            return sorted(status.value for status in lifecycle.statuses if status not in free)
        free |= more


# --- authorities and terms -----------------------------------------------------------------------


def _competences_are_covered(pack: PolicyPack, _budget: Budget) -> Iterator[Shown]:
    for index, competence in enumerate(pack.competences):
        holders = [each for each in pack.authorities if competence.code in each.competences]
        gap = _gap(holders)
        if gap is not None:
            yield Finding(
                ("competences", index, "code"),
                Fault.INCONSISTENT,
                f'from {gap.isoformat()} on no authority has the competence "{competence.code}"',
                "an authority in force on every day",
            )
    yield Proof(
        "Every competence has an authority on every date.",
        f"The periods of the authorities with each of the {len(pack.competences)} competences "
        "were laid end to end: from the first day to the last there is no day between them.",
    )


def _gap(holders: Sequence[AuthoritySpec]) -> date | None:
    """Return the first day without a holder after the first one began, or None."""
    periods = sorted(
        (each.valid_from or date.min, each.valid_until or date.max) for each in holders
    )
    if not periods:
        return None  # Said already, of the competence as a whole.
    covered = periods[0][1]
    for first, last in periods[1:]:
        if covered == date.max or first <= covered + timedelta(days=1):
            covered = max(covered, last)
        else:
            break
    return None if covered == date.max else covered + timedelta(days=1)


def _terms_end(pack: PolicyPack, _budget: Budget) -> Iterator[Shown]:
    keys = {clock.key for clock in pack.clocks}
    for index, clock in enumerate(pack.clocks):
        for place, status in enumerate(clock.stops_in):
            path: Path = ("clocks", index, "stops_in", place)
            ends = [key for key in ENDED_BY.get(status, ()) if key in keys]
            if not ends:
                yield Finding(
                    path,
                    Fault.UNREACHABLE,
                    f'could stand still for ever: no term ends the status "{status}"',
                    ", ".join(ENDED_BY),
                )
            elif ends[0] == clock.key:
                yield Finding(
                    path,
                    Fault.UNREACHABLE,
                    f'would never run: it is the term that ends the status "{status}"',
                )
    yield Proof(
        "Every term ends.",
        f"Each of the {len(pack.clocks)} terms has a length and stands still only while "
        "an answer of the company is awaited, which has a term of its own that never stands "
        "still.",
    )


def _texts_are_whole(pack: PolicyPack, _budget: Budget) -> Iterator[Shown]:
    count = sum(1 for _ in each_text(pack))
    yield Proof(
        "Every text exists in every language, and every reference resolves.",
        f"{count} texts were read in {', '.join(pack.languages)}; each key that names another "
        "part of the pack was looked up.",
    )


PROVERS: tuple[Prover, ...] = (
    _texts_are_whole,
    _questions_are_reached,
    _answers_matter,
    _one_tier,
    _check_is_honest,
    _stages_are_left,
    _competences_are_covered,
    _terms_end,
)
