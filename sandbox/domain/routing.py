"""Propose which authority leads a case and which take part, with the reasons in the answers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sandbox.domain.answers import asked, relevant
from sandbox.domain.conditions import YES
from sandbox.domain.packs import (
    Answers,
    AnswerValue,
    AuthoritySpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    Text,
)
from sandbox.domain.risk import chosen
from sandbox.domain.succession import holds


@dataclass(frozen=True, slots=True)
class RoutingReason:
    """Name one answer that touches an authority's competence, and what it weighs.

    Shape: `answer` is the option chosen, None where answering the question at all is the reason;
    `weight` is 0 where the same row of the reliefs has already weighed for the authority; `leads`
    is True where it is the preponderant activity and makes this authority the lead; `is_closed`
    where the answer is left out for whoever has not opened it (`domain/veiling`).
    """

    authority: str
    competence: str
    question: str
    label: Text
    answer: Text | None
    weight: int
    from_relief: bool
    leads: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Routing:
    """Propose a lead and associates, weightiest first; no lead where no competence is touched.

    Shape: `by_activity` is True where the preponderant activity names the lead, which may then
    weigh less than its associates.
    """

    lead: str | None
    associates: tuple[str, ...]
    weights: Mapping[str, int]
    reasons: tuple[RoutingReason, ...]
    by_activity: bool = False


@dataclass(frozen=True, slots=True)
class _Touch:
    competence: str
    question: QuestionSpec
    answer: Text | None
    weight: int
    row: int | None = None  # which row of the reliefs it is; None: an answer of the form


def propose(pack: PolicyPack, answers: Answers, on: date, applied: Collection[str] = ()) -> Routing:
    """Weigh the competences that the answers touch, among the authorities in force on the day.

    Where the pack asks for the preponderant activity, an authority competent for it leads. Among
    several of those, or where the pack does not ask, the weightiest authority leads and the pack's
    order breaks a tie. All others with any weight are associates. One relief weighs once for an
    authority, as the weightiest of its matters that the row touches: its further reasons weigh
    nothing.
    Shape: `applied` are the codes of the authorities whose succession has been applied.
    """
    counting = relevant(pack, answers)
    reasons = tuple(
        reason
        for question in asked(pack, answers)
        if question.key in counting
        for reason in _reasons(pack, question, counting[question.key], on, applied)
    )
    weights = {
        authority.code: sum(each.weight for each in reasons if each.authority == authority.code)
        for authority in pack.authorities
    }
    # sorted() is stable, so authorities of equal weight stay in the pack's order.
    ranked = sorted((code for code in weights if weights[code] > 0), key=lambda c: -weights[c])
    preponderant = {
        authority.code
        for competence in activity_competences(pack, answers)
        for authority in competent(pack, competence, on, applied)
    }
    # max() keeps the first of equals, which is the pack's order.
    by_activity = max(
        (code for code in weights if code in preponderant), key=weights.__getitem__, default=None
    )
    lead = by_activity or (ranked[0] if ranked else None)
    return Routing(
        lead=lead,
        associates=tuple(code for code in ranked if code != lead),
        weights={code: weight for code, weight in weights.items() if weight > 0 or code == lead},
        reasons=tuple(
            replace(each, leads=True)
            if each.authority == by_activity
            and each.question == pack.coordination.activity_question
            else each
            for each in reasons
        ),
        by_activity=by_activity is not None,
    )


def activity_competences(pack: PolicyPack, answers: Answers) -> tuple[str, ...]:
    """List the matters of the preponderant activity; none where the pack does not ask for it."""
    key = pack.coordination.activity_question
    if key is None:
        return ()
    options = chosen(pack.questions[key], relevant(pack, answers).get(key))
    return tuple(dict.fromkeys(code for option in options for code in option.competences))


def competent(
    pack: PolicyPack, competence: str, on: date, applied: Collection[str] = ()
) -> tuple[AuthoritySpec, ...]:
    """List the authorities that hold the competence on the day, in the pack's order."""
    return tuple(
        authority
        for authority in pack.authorities
        if holds(pack, authority, competence, on, applied)
    )


def touched(pack: PolicyPack, answers: Answers) -> Mapping[str, int]:
    """Return what each competence weighs in the answers; one that none touches is left out."""
    counting = relevant(pack, answers)
    weights: dict[str, int] = {}
    for question in asked(pack, answers):
        if question.key in counting:
            for touch in _touches(pack, question, counting[question.key]):
                weights[touch.competence] = weights.get(touch.competence, 0) + touch.weight
    return {competence: weight for competence, weight in weights.items() if weight > 0}


def _reasons(
    pack: PolicyPack,
    question: QuestionSpec,
    answer: AnswerValue,
    on: date,
    applied: Collection[str],
) -> Iterator[RoutingReason]:
    counted: set[tuple[str, int]] = set()
    for touch in _touches(pack, question, answer):
        for authority in competent(pack, touch.competence, on, applied):
            is_counted = touch.row is not None and (authority.code, touch.row) in counted
            if touch.row is not None:
                counted.add((authority.code, touch.row))
            yield RoutingReason(
                authority=authority.code,
                competence=touch.competence,
                question=question.key,
                label=question.label,
                answer=touch.answer,
                weight=0 if is_counted else touch.weight,
                from_relief=touch.row is not None,
            )


def _touches(pack: PolicyPack, question: QuestionSpec, answer: AnswerValue) -> Iterator[_Touch]:
    weighs = _weights(pack)
    if question.kind is not QuestionKind.YES_NO or answer == YES:
        for competence in question.competences:
            yield _Touch(competence, question, None, weighs[competence].by_answer)
    for option in chosen(question, answer):
        for competence in option.competences:
            yield _Touch(competence, question, option.label, weighs[competence].by_answer)
    if question.key == pack.coordination.reliefs_question and isinstance(answer, list):
        for number, row in enumerate(answer):
            if isinstance(row, dict):
                # sorted() is stable: the weightiest counts, and others stay in their order.
                matters = sorted(
                    _relief_matters(question, row), key=lambda each: -weighs[each[0]].by_relief
                )
                for competence, label in matters:
                    yield _Touch(competence, question, label, weighs[competence].by_relief, number)


class _Weight(NamedTuple):
    by_answer: int
    by_relief: int


def _weights(pack: PolicyPack) -> Mapping[str, _Weight]:
    """Return what answers and reliefs weigh that touch each competence."""
    common = pack.coordination
    return {
        each.code: _Weight(
            common.answer_weight if each.answer_weight is None else each.answer_weight,
            common.relief_weight if each.relief_weight is None else each.relief_weight,
        )
        for each in pack.competences
    }


def _relief_matters(question: QuestionSpec, row: dict[str, str]) -> Iterator[tuple[str, Text]]:
    for column in question.columns:
        for option in chosen(column, row.get(column.key)):
            for competence in option.competences:
                yield competence, option.label
