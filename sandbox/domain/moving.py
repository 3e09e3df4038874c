"""Say whether a case can go on under other rules, and what stands in its way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sandbox.domain.answers import (
    Problem,
    ProblemKind,
    asked,
    problems,
)
from sandbox.domain.conditions import is_answered
from sandbox.domain.packs import Answers, PolicyPack, Silence, TierSpec
from sandbox.domain.risk import tiering

# Whoever began under other rules was never asked; that alone makes no answer wrong.
_UNASKED = frozenset({ProblemKind.MISSING, ProblemKind.ROW_INCOMPLETE})


class Obstacle(StrEnum):
    """Name what a case has on record and other rules do not know."""

    QUESTION = "question"  # answered, and not asked under the other rules
    ANSWER = "answer"  # given, and not allowed under the other rules
    RETURNED = "returned"  # a question that the company is asked to correct
    SECTION = "section"  # of the form, saved
    AUTHORITY = "authority"
    CRITERION = "criterion"
    PROHIBITED = "prohibited"
    TIER = "tier"  # on record, where it is not found anew
    STAGE = "stage"
    REQUIREMENT = "requirement"
    START_CONDITION = "start_condition"
    PLAN_FIELD = "plan_field"
    METRIC = "metric"
    INCIDENT_CLASS = "incident_class"
    GROUND = "ground"  # on which the test was suspended
    RELIEF_KIND = "relief_kind"  # of a relief that was drafted, granted or refused
    TERM = "term"  # it runs, and would end sooner under the other rules
    CALL = "call"  # of an undecided case: its places would be nobody's limit
    SILENCE = "silence"  # past its term, and would come to mean something else


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold the keys of everything that is on record of a case.

    Shape: `calls` has the call of an undecided case, if it was sent in one; `evidence` pairs the
    stage behind a gate ("" for completion) with a requirement; everything from `stages` on is
    empty where there is no sandbox test.
    """

    answers: Answers
    returned: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    criteria: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    stages: tuple[str, ...] = ()
    evidence: frozenset[tuple[str, str]] = frozenset()
    start_conditions: frozenset[str] = frozenset()
    plan_fields: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    incident_classes: frozenset[str] = frozenset()
    grounds: frozenset[str] = frozenset()
    relief_kinds: frozenset[str] = frozenset()


def obstacles(
    pack: PolicyPack, standing: Standing, *, tier: str | None = None
) -> tuple[tuple[Obstacle, str], ...]:
    """List, with its key, all that a case has on record and the pack does not know.

    Shape: `tier` is the one on record of a case that keeps it; without it the answers say which.
    """
    key = tiering(pack, standing.answers).tier if tier is None else tier
    spec = next((each for each in pack.tiers if each.key == key), None)
    if spec is None:
        return (*_in_answers(pack, standing), (Obstacle.TIER, key))
    barred = [(Obstacle.PROHIBITED, key)] if tier is None and spec.prohibited else []
    return (*_in_answers(pack, standing), *barred, *_in_case(pack, spec, standing))


def _in_answers(pack: PolicyPack, standing: Standing) -> Iterator[tuple[Obstacle, str]]:
    still_asked = {question.key for question in asked(pack, standing.answers)}
    for key, answer in standing.answers.items():
        if key not in still_asked and is_answered(answer):
            yield Obstacle.QUESTION, key
    for key in sorted(standing.returned - pack.questions.keys()):
        yield Obstacle.RETURNED, key
    for key in sorted(standing.sections - {each.key for each in pack.sections}):
        yield Obstacle.SECTION, key
    wrong = (each for each in problems(pack, standing.answers) if _is_wrong(each, standing.answers))
    for key in dict.fromkeys(each.question for each in wrong):
        yield Obstacle.ANSWER, key


def _is_wrong(problem: Problem, answers: Answers) -> bool:
    """Tell whether an answer that was given does not fit; that there is none is no such fault."""
    # A whole answer of another kind, such as a text where rows are asked for now, counts as none.
    is_of_another_kind = problem.kind is ProblemKind.MISSING and is_answered(
        answers.get(problem.question)
    )
    return is_of_another_kind or problem.kind not in _UNASKED


def _in_case(
    pack: PolicyPack, tier: TierSpec, standing: Standing
) -> Iterator[tuple[Obstacle, str]]:
    on_record = (
        (Obstacle.AUTHORITY, standing.authorities, {each.code for each in pack.authorities}),
        (Obstacle.CRITERION, standing.criteria, {each.key for each in pack.criteria}),
        (Obstacle.CALL, standing.calls, {each.key for each in pack.calls}),
        (Obstacle.STAGE, standing.stages, {each.key for each in tier.stages}),
        (
            Obstacle.START_CONDITION,
            standing.start_conditions,
            {each.key for each in tier.start_conditions},
        ),
        (Obstacle.PLAN_FIELD, standing.plan_fields, {each.key for each in pack.plan_fields}),
        (Obstacle.METRIC, standing.metrics, {each.key for each in pack.metrics}),
        (
            Obstacle.INCIDENT_CLASS,
            standing.incident_classes,
            {each.key for each in pack.incident_classes},
        ),
        (Obstacle.GROUND, standing.grounds, {each.key for each in pack.suspension_grounds}),
        (Obstacle.RELIEF_KIND, standing.relief_kinds, {each.key for each in pack.relief_kinds}),
    )
    for obstacle, used, known in on_record:
        for key in sorted(set(used) - known):
            yield obstacle, key
    gates = {(stage.key, each.key) for stage in tier.stages for each in stage.gate}
    gates |= {("", each.key) for each in tier.completion}
    for _, key in sorted(standing.evidence - gates):
        yield Obstacle.REQUIREMENT, key


@dataclass(frozen=True, slots=True)
class Promise:
    """Hold the last day of a term that runs, and what silence means where that day is past."""

    due_on: date
    silence: Silence | None = None


def broken_promises(
    old: Mapping[str, Promise], new: Mapping[str, Promise]
) -> tuple[tuple[Obstacle, str], ...]:
    """List the terms, by key, that the new rules would cut short or let silence end.

    A term that only the new rules have counts as cut short: nobody was told of it while it ran.
    """
    found: list[tuple[Obstacle, str]] = []
    for key, promise in new.items():
        before = old.get(key)
        if before is None or promise.due_on < before.due_on:
            found.append((Obstacle.TERM, key))
        elif promise.silence not in (None, Silence.NONE, before.silence):
            found.append((Obstacle.SILENCE, key))
    return tuple(found)
