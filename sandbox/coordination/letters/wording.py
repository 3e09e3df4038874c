"""Put what was decided into words, from what was frozen with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sandbox.coordination.sentences import (
    MARK,
    ROLE,
    STANCE,
    authority_name,
    ground_sentence,
    proportionality_words,
)
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Ground, GroundKind, Stance, issuer_of
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.statuses import OUTCOME, Label
from sandbox.models import Decision, PreliminaryResult
from sandbox.models.coordination import AssignmentRole

SUMMARY: Mapping[DecisionOutcome, LazyString] = {
    DecisionOutcome.ADMITTED: _l("The application is admitted to the sandbox."),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "The application is admitted to the sandbox under the conditions below."
    ),
    DecisionOutcome.DECLINED: _l("The application is not admitted to the sandbox."),
    DecisionOutcome.REDIRECTED: _l(
        "The sandbox is not the right place for this application. It should go elsewhere."
    ),
}


NEXT_STEPS: Mapping[DecisionOutcome, LazyString] = {
    DecisionOutcome.ADMITTED: _l(
        "A test is opened. Write its plan and agree it with the lead authority. "
        "Nobody may be exposed before the start conditions are met."
    ),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "A test is opened. Write its plan with the conditions and agree it with the lead "
        "authority. Nobody may be exposed before the start conditions are met."
    ),
    DecisionOutcome.DECLINED: _l(
        "You may apply again once what stands against the application has changed."
    ),
    DecisionOutcome.REDIRECTED: _l("Turn to the place that the reasons name."),
}


# What decided, as opposed to what merely stood on record: these grounds are said in the opening.
_DECISIVE = frozenset(GroundKind) - {
    GroundKind.POSITION,
    GroundKind.TACIT_POSITION,
    GroundKind.NO_POSITION,
    GroundKind.CRITERION,
    GroundKind.DELIBERATION_OPENS,
}


_ANSWERED: Mapping[CompanyAnswer, LazyString] = {
    CompanyAnswer.COMMENTS: _l("The company commented on it."),
    CompanyAnswer.CONTESTS: _l("The company contested it."),
    CompanyAnswer.NOTHING: _l("The company said that it had nothing to say to it."),
}


_DIFFER = Label(_l("The authorities differ"), "gold")


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """Hold what the authorities found on one criterion; without a common mark `tag` says so."""

    name: str
    tag: Label
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParticipantWords:
    """Hold where one authority stood when the case was decided."""

    code: str
    name: str
    role: LazyString
    tag: Label
    reasons: str
    conditions: tuple[str, ...]
    tacit: bool
    proportionality: tuple[tuple[str, str], ...] = ()  # questions on its conditions, and answers


@dataclass(frozen=True, slots=True)
class HeardWords:
    """Say on what the company was heard before the decision, and what came of it."""

    announced: str
    answered: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Hold one of the reasons in the rules for which an application is refused."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """Hold a decision in the words of one language."""

    outcome: Label
    summary: LazyString
    next_steps: LazyString
    decisive: tuple[LazyString, ...]
    criteria: tuple[CriterionWords, ...]
    conditions: tuple[str, ...]
    participants: tuple[ParticipantWords, ...]
    dissent: tuple[ParticipantWords, ...]
    remarks: str
    appeals: str
    refused_for: tuple[RefusalWords, ...] = ()
    heard: tuple[HeardWords, ...] = ()


def decision_words(
    pack: PolicyPack, decision: Decision | PreliminaryResult, language: str
) -> DecisionWords:
    """Say what was decided, on what grounds and by whom, from what was frozen with it.

    A preliminary result has the same grounds; whoever shows it says that it decides nothing.
    """
    outcome = DecisionOutcome(decision.outcome)
    participants = tuple(_participant(pack, each, language) for each in decision.positions)
    grounds = [Ground(GroundKind(each["kind"]), each["params"]) for each in decision.grounds]
    return DecisionWords(
        outcome=OUTCOME[outcome],
        summary=SUMMARY[outcome],
        next_steps=NEXT_STEPS[outcome],
        decisive=tuple(
            ground_sentence(pack, ground, language)
            for ground in grounds
            if ground.kind in _DECISIVE
        ),
        criteria=tuple(_criteria(pack, decision.marks, language)),
        conditions=tuple(decision.conditions),
        participants=participants,
        dissent=tuple(each for each in participants if each.code in decision.dissent),
        remarks=decision.remarks,
        appeals=pack.remedy_against(issuer_of(decision.positions)).in_(language),
        refused_for=tuple(_refusal(pack, code, language) for code in decision.refusal_codes),
        heard=tuple(_heard(each) for each in decision.hearings)
        if isinstance(decision, Decision)
        else (),
    )


def day_words(value: date | datetime | None) -> str:
    """Say a day as the pages do."""
    return str(current_app.jinja_env.filters["day"](value))


def _refusal(pack: PolicyPack, code: str, language: str) -> RefusalWords:
    reason = pack.find_refusal_reason(code)
    if reason is None:
        return RefusalWords(code, "")
    text = "" if reason.text is None else reason.text.in_(language)
    return RefusalWords(reason.name.in_(language), text)


def _participant(pack: PolicyPack, position: Mapping[str, Any], language: str) -> ParticipantWords:
    return ParticipantWords(
        code=position["authority"],
        name=authority_name(pack, position["authority"], language),
        role=ROLE[AssignmentRole(position["role"])],
        tag=STANCE[Stance(position["stance"])],
        reasons=position["reasons"],
        conditions=tuple(position["conditions"]),
        tacit=position["tacit"],
        proportionality=proportionality_words(pack, position.get("proportionality", {}), language),
    )


def _criteria(
    pack: PolicyPack, marks: Sequence[Mapping[str, Any]], language: str
) -> list[CriterionWords]:
    found = []
    for criterion in pack.criteria:
        own = [mark for mark in marks if mark["criterion"] == criterion.key]
        if not own:
            continue
        values = {mark["mark"] for mark in own}
        is_common = len(values) == 1
        tag = MARK[CriterionMark(own[0]["mark"])] if is_common else _DIFFER
        lines = tuple(_mark_line(mark, with_mark=not is_common) for mark in own)
        name = criterion.name.in_(language)
        found.append(CriterionWords(name, tag, tuple(line for line in lines if line)))
    return found


def _mark_line(mark: Mapping[str, Any], *, with_mark: bool) -> str:
    parts = [str(MARK[CriterionMark(mark["mark"])].label) + "."] if with_mark else []
    parts += [mark["note"]] if mark["note"] else []
    return f"{mark['authority']}: {' '.join(parts)}" if parts else ""


def _heard(hearing: Mapping[str, Any]) -> HeardWords:
    """Say what was announced when, and what the company answered or that it was silent."""
    announced = _(
        "On %(day)s the company was told the preliminary result “%(outcome)s”. It could answer "
        "until %(last)s.",
        day=day_words(datetime.fromisoformat(hearing["announced_at"])),
        outcome=OUTCOME[DecisionOutcome(hearing["outcome"])].label,
        last=day_words(date.fromisoformat(hearing["due_on"])),
    )
    if hearing["answer"] is None:
        silence = _("It let this term pass in silence, which says neither yes nor no.")
        return HeardWords(announced, silence, "", "")
    day = day_words(datetime.fromisoformat(hearing["answered_at"]))
    answered = [
        str(_ANSWERED[CompanyAnswer(hearing["answer"])]),
        _("Its answer came on %(day)s, after the term, and was read all the same.", day=day)
        if hearing["late"]
        else _("Its answer came on %(day)s.", day=day),
    ]
    return HeardWords(announced, " ".join(answered), hearing["text"], hearing["reply"])
