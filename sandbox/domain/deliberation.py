"""Turn the positions of the authorities into a proposed decision, with its grounds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import DecisionRule, PolicyPack, Who


class Stance(StrEnum):
    """Name what an authority can say to an application."""

    CONCUR = "concur"
    CONCUR_WITH_CONDITIONS = "concur_with_conditions"
    OBJECT = "object"
    ABSTAIN = "abstain"


class CriterionMark(StrEnum):
    """Name how far an authority finds a criterion met."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class PositionTaken:
    """Hold an authority's position; a tacit one was taken by letting the term pass."""

    authority: str
    stance: Stance
    reasons: str
    conditions: tuple[str, ...] = ()
    tacit: bool = False
    # What it answers about its conditions: pairs of a question's key and the words.
    proportionality: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """Hold an authority's mark for one criterion, with its note."""

    authority: str
    criterion: str
    mark: CriterionMark
    note: str = ""


class GroundKind(StrEnum):
    """Name the sentences of which a decision's grounds are made.

    Shape: the parameters each carries are
    RULE: rule; QUORUM: quorum, taken (numbers);
    POSITION, TACIT_POSITION: authority, stance, reasons; NO_POSITION: authority;
    CRITERION: authority, criterion, mark, note; CRITERION_NOT_MET: authority, criterion;
    OBJECTION: authority; ALL_ABSTAINED, TIE: none; LEAD_STANCE, LEAD_ABSTAINED: authority, and
    for the former stance; VOTES: concurring, objecting (numbers); DELIBERATION_OPENS: none.
    """

    RULE = "rule"
    QUORUM = "quorum"
    POSITION = "position"
    TACIT_POSITION = "tacit_position"
    NO_POSITION = "no_position"
    CRITERION = "criterion"
    CRITERION_NOT_MET = "criterion_not_met"
    OBJECTION = "objection"
    DELIBERATION_OPENS = "deliberation_opens"
    ALL_ABSTAINED = "all_abstained"
    LEAD_STANCE = "lead_stance"
    LEAD_ABSTAINED = "lead_abstained"
    VOTES = "votes"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Ground:
    """State one ground of a decision in a form that every language can put into words."""

    kind: GroundKind
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProposedDecision:
    """Propose an outcome, or say why there is none yet.

    Shape: without an outcome either `waiting_for` names authorities, or `needs_deliberation`
    holds, or the last ground says who abstained. `dissent` names the authorities whose position
    the outcome goes against.
    """

    outcome: DecisionOutcome | None
    grounds: tuple[Ground, ...]
    conditions: tuple[str, ...]
    dissent: tuple[str, ...]
    waiting_for: tuple[str, ...]
    needs_deliberation: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Hold whether a rule admits (None: it can't tell) and the grounds that it adds."""

    admits: bool | None
    grounds: tuple[Ground, ...]
    deliberate: bool = False


def propose_decision(
    pack: PolicyPack,
    lead: str,
    assigned: Sequence[str],
    positions: Sequence[PositionTaken],
    marks: Sequence[Mark],
    *,
    deliberated: bool,
) -> ProposedDecision:
    """Apply the pack's decision rule to what the assigned authorities have said.

    Nothing is proposed before every assigned authority has a position, or as many of them as the
    pack's quorum asks for and the lead among them. A criterion that must be
    met and is not declines the application whatever the positions; then the rule is applied.
    Of several positions or marks of one authority the last counts, and those of authorities that
    are not assigned do not count at all.
    """
    authorities = tuple(dict.fromkeys(assigned if lead in assigned else (lead, *assigned)))
    taken = {each.authority: each for each in positions}
    marked = {(each.criterion, each.authority): each for each in marks}
    in_order = tuple(taken[code] for code in authorities if code in taken)
    waiting_for = tuple(code for code in authorities if code not in taken)
    rule = pack.coordination.decision_rule
    quorum = pack.coordination.quorum
    grounds = (
        _ground(GroundKind.RULE, rule=rule),
        *(
            (_ground(GroundKind.QUORUM, quorum=str(quorum), taken=str(len(in_order))),)
            if quorum is not None
            else ()
        ),
        *(_position_ground(code, taken.get(code)) for code in authorities),
        *(
            _mark_ground(marked[criterion.key, code])
            for criterion in pack.criteria
            for code in authorities
            if (criterion.key, code) in marked
        ),
    )
    if waiting_for and not has_quorum(pack, authorities, lead, taken):
        return ProposedDecision(None, grounds, (), (), waiting_for, needs_deliberation=False)

    judges = authorities if rule is DecisionRule.UNANIMITY else (lead,)
    failed = tuple(
        marked[criterion.key, code]
        for criterion in pack.criteria
        for code in judges
        if criterion.must_be_met
        and (criterion.key, code) in marked
        and marked[criterion.key, code].mark is CriterionMark.NOT_MET
    )
    if failed:
        verdict = _declined_by_criteria(failed)
    else:
        may_open = pack.coordination.objection_opens_deliberation and not deliberated
        verdict = _apply(rule, taken[lead], in_order, may_open)
    conditions = _conditions(in_order) if verdict.admits else ()
    return ProposedDecision(
        outcome=_outcome(verdict.admits, conditions),
        grounds=grounds + verdict.grounds,
        conditions=conditions,
        dissent=_dissent(verdict.admits, in_order, {mark.authority for mark in failed}),
        waiting_for=(),
        needs_deliberation=verdict.deliberate,
    )


def has_quorum(
    pack: PolicyPack, authorities: Sequence[str], lead: str, taken: Collection[str]
) -> bool:
    """Tell whether so many authorities have spoken that the case may be decided.

    Shape: `authorities` are those on the case, and `taken` those that have a position.
    """
    quorum = pack.coordination.quorum
    spoken = sum(code in taken for code in authorities)
    wanted = len(authorities) if quorum is None else min(quorum, len(authorities))
    return lead in taken and spoken >= wanted


_CONCURRING = frozenset({Stance.CONCUR, Stance.CONCUR_WITH_CONDITIONS})


def _apply(
    rule: DecisionRule, lead: PositionTaken, positions: tuple[PositionTaken, ...], may_open: bool
) -> _Verdict:
    if all(position.stance is Stance.ABSTAIN for position in positions):
        return _Verdict(None, (_ground(GroundKind.ALL_ABSTAINED),))
    match rule:
        case DecisionRule.UNANIMITY:
            return _unanimity(positions, may_open)
        case DecisionRule.LEAD_DECIDES:
            return _lead_decides(lead)
        case DecisionRule.MAJORITY:
            return _majority(lead, positions)


def _unanimity(positions: tuple[PositionTaken, ...], may_open: bool) -> _Verdict:
    objections = tuple(
        _ground(GroundKind.OBJECTION, authority=position.authority)
        for position in positions
        if position.stance is Stance.OBJECT
    )
    if not objections:
        return _Verdict(True, ())
    if may_open:
        opens = _ground(GroundKind.DELIBERATION_OPENS)
        return _Verdict(None, (*objections, opens), deliberate=True)
    return _Verdict(False, objections)


def _lead_decides(lead: PositionTaken) -> _Verdict:
    if lead.stance is Stance.ABSTAIN:
        return _Verdict(None, (_ground(GroundKind.LEAD_ABSTAINED, authority=lead.authority),))
    ground = _ground(GroundKind.LEAD_STANCE, authority=lead.authority, stance=lead.stance)
    return _Verdict(lead.stance in _CONCURRING, (ground,))


def _majority(lead: PositionTaken, positions: tuple[PositionTaken, ...]) -> _Verdict:
    concurring = sum(position.stance in _CONCURRING for position in positions)
    objecting = sum(position.stance is Stance.OBJECT for position in positions)
    votes = _ground(GroundKind.VOTES, concurring=str(concurring), objecting=str(objecting))
    if concurring != objecting:
        return _Verdict(concurring > objecting, (votes,))
    by_lead = _lead_decides(lead)
    return _Verdict(by_lead.admits, (votes, _ground(GroundKind.TIE), *by_lead.grounds))


def _declined_by_criteria(failed: Iterable[Mark]) -> _Verdict:
    grounds = (
        _ground(GroundKind.CRITERION_NOT_MET, authority=mark.authority, criterion=mark.criterion)
        for mark in failed
    )
    return _Verdict(False, tuple(grounds))


def _outcome(admits: bool | None, conditions: tuple[str, ...]) -> DecisionOutcome | None:
    if admits is None:
        return None
    if not admits:
        return DecisionOutcome.DECLINED
    return DecisionOutcome.ADMITTED_WITH_CONDITIONS if conditions else DecisionOutcome.ADMITTED


def _conditions(positions: Iterable[PositionTaken]) -> tuple[str, ...]:
    stated = (
        condition.strip()
        for position in positions
        if position.stance is Stance.CONCUR_WITH_CONDITIONS
        for condition in position.conditions
    )
    return tuple(dict.fromkeys(condition for condition in stated if condition))


def _dissent(
    admits: bool | None, positions: Iterable[PositionTaken], failed_by: set[str]
) -> tuple[str, ...]:
    # An authority that found a necessary criterion not met can't be said to be against the
    # decision that follows from it, even if it declared to concur.
    if admits is None:
        return ()
    against = frozenset({Stance.OBJECT}) if admits else _CONCURRING
    return tuple(
        position.authority
        for position in positions
        if position.stance in against and position.authority not in failed_by
    )


def _position_ground(authority: str, position: PositionTaken | None) -> Ground:
    if position is None:
        return _ground(GroundKind.NO_POSITION, authority=authority)
    kind = GroundKind.TACIT_POSITION if position.tacit else GroundKind.POSITION
    return _ground(kind, authority=authority, stance=position.stance, reasons=position.reasons)


def _mark_ground(mark: Mark) -> Ground:
    return _ground(
        GroundKind.CRITERION,
        authority=mark.authority,
        criterion=mark.criterion,
        mark=mark.mark,
        note=mark.note,
    )


def _ground(kind: GroundKind, **params: str) -> Ground:
    # Enumerations are written as plain text, so that a ground can be stored and read back as JSON.
    return Ground(kind, {name: str(value) for name, value in params.items()})


def issuer_of(positions: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the code of the authority that led when it was decided; None: the secretariat did.

    Shape: the positions as they were frozen with what was decided or announced.
    """
    return next((each["authority"] for each in positions if each["role"] == Who.LEAD), None)
