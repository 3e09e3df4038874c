from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import pytest

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import (
    CriterionMark,
    Ground,
    GroundKind,
    Mark,
    PositionTaken,
    ProposedDecision,
    Stance,
    issuer_of,
    propose_decision,
)
from sandbox.domain.packs import DecisionRule
from tests.domain.tiny_pack import COORDINATION, tiny_pack

CODES = ("ONE", "TWO", "THREE")
LEAD = "TWO"  # not the first, so that taking the first for the lead would show
CONCUR, CONDITIONS, OBJECT, ABSTAIN = Stance


def position(authority: str, stance: Stance) -> PositionTaken:
    has_conditions = stance is Stance.CONCUR_WITH_CONDITIONS
    conditions = ("Tell the users", f"Report to {authority}") if has_conditions else ()
    return PositionTaken(authority, stance, f"Because of {authority}", conditions)


def decide(
    rule: DecisionRule,
    positions: Sequence[PositionTaken],
    marks: Sequence[Mark] = (),
    *,
    deliberated: bool = False,
    opens: bool = True,
    assigned: Sequence[str] = CODES,
) -> ProposedDecision:
    coordination = replace(COORDINATION, decision_rule=rule, objection_opens_deliberation=opens)
    pack = tiny_pack(coordination=coordination)
    return propose_decision(pack, LEAD, assigned, positions, marks, deliberated=deliberated)


def expected_result(
    rule: DecisionRule, stances: dict[str, Stance], deliberated: bool, opens: bool
) -> str:
    """Say in the plainest way what the rule should give: a word per result."""
    concurring = [code for code in CODES if stances[code] in (CONCUR, CONDITIONS)]
    objecting = [code for code in CODES if stances[code] is OBJECT]
    by_lead = {CONCUR: "admit", CONDITIONS: "admit", OBJECT: "decline", ABSTAIN: "nothing"}
    if not concurring and not objecting:
        return "nothing"
    if rule is DecisionRule.UNANIMITY:
        if not objecting:
            return "admit"
        return "deliberate" if opens and not deliberated else "decline"
    if rule is DecisionRule.LEAD_DECIDES:
        return by_lead[stances[LEAD]]
    if len(concurring) > len(objecting):
        return "admit"
    if len(objecting) > len(concurring):
        return "decline"
    return by_lead[stances[LEAD]]


@pytest.mark.parametrize("rule", DecisionRule)
@pytest.mark.parametrize("deliberated", [False, True])
@pytest.mark.parametrize("opens", [False, True])
@pytest.mark.parametrize("of_lead", Stance)
def test_rule_gives_the_expected_result_for_every_combination_of_stances(
    rule: DecisionRule, deliberated: bool, opens: bool, of_lead: Stance
) -> None:
    for of_one, of_three in product(Stance, repeat=2):
        stances = {"ONE": of_one, "TWO": of_lead, "THREE": of_three}
        result = decide(
            rule,
            [position(code, stance) for code, stance in stances.items()],
            deliberated=deliberated,
            opens=opens,
        )
        word = expected_result(rule, stances, deliberated, opens)
        # Both share the first condition, so it must come once, followed by each one's own.
        own = tuple(f"Report to {code}" for code in CODES if stances[code] is CONDITIONS)
        conditions = ("Tell the users", *own) if own else ()
        admitted = (
            DecisionOutcome.ADMITTED_WITH_CONDITIONS if conditions else DecisionOutcome.ADMITTED
        )
        outcome = {"admit": admitted, "decline": DecisionOutcome.DECLINED}.get(word)
        against = {"admit": {OBJECT}, "decline": {CONCUR, CONDITIONS}}.get(word, set())
        assert result.outcome == outcome, stances
        assert result.needs_deliberation is (word == "deliberate"), stances
        assert result.conditions == (conditions if word == "admit" else ()), stances
        assert result.dissent == tuple(c for c in CODES if stances[c] in against), stances
        assert result.waiting_for == (), stances


@pytest.mark.parametrize("rule", DecisionRule)
def test_nothing_is_proposed_before_everybody_has_a_position(rule: DecisionRule) -> None:
    for count in range(3):
        for present in combinations(CODES, count):
            for stance in Stance:
                result = decide(rule, [position(code, stance) for code in present])
                assert result.outcome is None
                assert result.needs_deliberation is False
                assert (result.conditions, result.dissent) == ((), ())
                assert result.waiting_for == tuple(code for code in CODES if code not in present)


@pytest.mark.parametrize("rule", DecisionRule)
@pytest.mark.parametrize("authority", CODES)
@pytest.mark.parametrize("mark", CriterionMark)
@pytest.mark.parametrize("criterion", ["novel", "safe"])
def test_necessary_criterion_declines_only_if_not_met_by_who_may_judge(
    rule: DecisionRule, authority: str, mark: CriterionMark, criterion: str
) -> None:
    result = decide(
        rule,
        [position(code, CONCUR) for code in CODES],
        [Mark(authority, criterion, mark, "a note")],
    )
    may_judge = authority == LEAD or rule is DecisionRule.UNANIMITY
    declines = criterion == "safe" and mark is CriterionMark.NOT_MET and may_judge
    expected = DecisionOutcome.DECLINED if declines else DecisionOutcome.ADMITTED
    assert result.outcome is expected
    ground = Ground(GroundKind.CRITERION_NOT_MET, {"authority": authority, "criterion": criterion})
    assert (ground in result.grounds) is declines
    assert result.dissent == (tuple(c for c in CODES if c != authority) if declines else ())


def test_criterion_not_met_declines_even_where_an_objection_would_open_a_deliberation() -> None:
    positions = [position("ONE", OBJECT), position("TWO", CONCUR), position("THREE", CONCUR)]
    marks = [Mark("ONE", "safe", CriterionMark.NOT_MET)]
    result = decide(DecisionRule.UNANIMITY, positions, marks)
    assert (result.outcome, result.needs_deliberation) == (DecisionOutcome.DECLINED, False)


def test_criterion_not_met_waits_for_missing_positions() -> None:
    marks = [Mark(LEAD, "safe", CriterionMark.NOT_MET)]
    assert decide(DecisionRule.UNANIMITY, [position(LEAD, OBJECT)], marks).outcome is None


def test_grounds_name_the_rule_each_position_and_each_criterion() -> None:
    result = decide(
        DecisionRule.MAJORITY,
        [
            position("THREE", OBJECT),
            position("TWO", CONCUR),
            PositionTaken("ONE", CONCUR, "", tacit=True),
        ],
        [
            Mark("TWO", "safe", CriterionMark.PARTLY, "soon"),
            Mark("ONE", "safe", CriterionMark.MET),
            Mark("TWO", "novel", CriterionMark.MET, "new"),
        ],
    )
    assert result.grounds == (
        Ground(GroundKind.RULE, {"rule": "majority"}),
        Ground(GroundKind.TACIT_POSITION, {"authority": "ONE", "stance": "concur", "reasons": ""}),
        Ground(
            GroundKind.POSITION,
            {"authority": "TWO", "stance": "concur", "reasons": "Because of TWO"},
        ),
        Ground(
            GroundKind.POSITION,
            {"authority": "THREE", "stance": "object", "reasons": "Because of THREE"},
        ),
        Ground(
            GroundKind.CRITERION,
            {"authority": "TWO", "criterion": "novel", "mark": "met", "note": "new"},
        ),
        Ground(
            GroundKind.CRITERION,
            {"authority": "ONE", "criterion": "safe", "mark": "met", "note": ""},
        ),
        Ground(
            GroundKind.CRITERION,
            {"authority": "TWO", "criterion": "safe", "mark": "partly", "note": "soon"},
        ),
        Ground(GroundKind.VOTES, {"concurring": "2", "objecting": "1"}),
    )


@pytest.mark.parametrize(
    ("rule", "stances", "kinds"),
    [
        (DecisionRule.UNANIMITY, (CONCUR, CONCUR, CONCUR), []),
        (DecisionRule.UNANIMITY, (OBJECT, CONCUR, CONCUR), ["objection", "deliberation_opens"]),
        (DecisionRule.UNANIMITY, (ABSTAIN, ABSTAIN, ABSTAIN), ["all_abstained"]),
        (DecisionRule.LEAD_DECIDES, (CONCUR, OBJECT, CONCUR), ["lead_stance"]),
        (DecisionRule.LEAD_DECIDES, (CONCUR, ABSTAIN, CONCUR), ["lead_abstained"]),
        (DecisionRule.LEAD_DECIDES, (ABSTAIN, ABSTAIN, ABSTAIN), ["all_abstained"]),
        (DecisionRule.MAJORITY, (ABSTAIN, CONCUR, OBJECT), ["votes", "tie", "lead_stance"]),
        (DecisionRule.MAJORITY, (CONCUR, ABSTAIN, OBJECT), ["votes", "tie", "lead_abstained"]),
    ],
)
def test_last_grounds_say_what_settled_it(
    rule: DecisionRule, stances: tuple[Stance, ...], kinds: list[str]
) -> None:
    result = decide(rule, [position(c, s) for c, s in zip(CODES, stances, strict=True)])
    assert [ground.kind for ground in result.grounds[4:]] == kinds


def test_grounds_name_who_has_no_position() -> None:
    result = decide(DecisionRule.UNANIMITY, [position("ONE", CONCUR), position("TWO", CONCUR)])
    assert result.grounds[-1] == Ground(GroundKind.NO_POSITION, {"authority": "THREE"})


def test_later_position_and_mark_replace_the_earlier_ones() -> None:
    positions = [position(code, OBJECT) for code in CODES]
    positions += [position(code, CONCUR) for code in CODES]
    marks = [Mark(LEAD, "safe", CriterionMark.NOT_MET), Mark(LEAD, "safe", CriterionMark.MET)]
    assert decide(DecisionRule.UNANIMITY, positions, marks).outcome is DecisionOutcome.ADMITTED


def test_authority_that_is_not_assigned_has_no_say() -> None:
    positions = [position("ONE", OBJECT), position("TWO", CONCUR), position("THREE", CONCUR)]
    marks = [Mark("ONE", "safe", CriterionMark.NOT_MET)]
    result = decide(DecisionRule.UNANIMITY, positions, marks, assigned=("TWO", "THREE"))
    assert result.outcome is DecisionOutcome.ADMITTED
    assert all(ground.params.get("authority") != "ONE" for ground in result.grounds)


def test_lead_takes_part_even_if_the_list_of_associates_alone_is_given() -> None:
    positions = [position("ONE", CONCUR), position("THREE", CONCUR)]
    result = decide(DecisionRule.UNANIMITY, positions, assigned=("ONE", "THREE"))
    assert result.waiting_for == (LEAD,)


def test_single_authority_decides_alone_under_every_rule() -> None:
    for rule in DecisionRule:
        result = decide(rule, [position(LEAD, CONCUR)], assigned=(LEAD,))
        assert result.outcome is DecisionOutcome.ADMITTED


def test_blank_conditions_are_none() -> None:
    blank = PositionTaken(LEAD, CONDITIONS, "", ("  ", ""))
    result = decide(DecisionRule.UNANIMITY, [blank], assigned=(LEAD,))
    assert (result.outcome, result.conditions) == (DecisionOutcome.ADMITTED, ())


@pytest.mark.parametrize("stance", [CONCUR, OBJECT, ABSTAIN])
def test_conditions_count_only_with_a_concurrence_that_makes_them(stance: Stance) -> None:
    aside = PositionTaken("ONE", stance, "", ("An aside",))
    result = decide(
        DecisionRule.LEAD_DECIDES, [aside, position(LEAD, CONCUR)], assigned=("ONE", LEAD)
    )
    assert (result.outcome, result.conditions) == (DecisionOutcome.ADMITTED, ())


@pytest.mark.parametrize("rule", DecisionRule)
@pytest.mark.parametrize("quorum", [None, 1, 2, 3, 9])
def test_quorum_is_met_by_the_lead_and_as_many_as_it_asks_for(
    rule: DecisionRule, quorum: int | None
) -> None:
    coordination = replace(COORDINATION, decision_rule=rule, quorum=quorum)
    pack = tiny_pack(coordination=coordination)
    for number in range(len(CODES) + 1):
        for speaking in combinations(CODES, number):
            taken = [position(code, CONCUR) for code in speaking]
            result = propose_decision(pack, LEAD, CODES, taken, (), deliberated=False)
            needed = len(CODES) if quorum is None else min(quorum, len(CODES))
            if LEAD in speaking and number >= needed:
                assert result.outcome is DecisionOutcome.ADMITTED
                assert result.waiting_for == ()
            else:
                assert result.outcome is None
                assert set(result.waiting_for) == set(CODES) - set(speaking)
            kinds = [ground.kind for ground in result.grounds]
            assert (GroundKind.QUORUM in kinds) is (quorum is not None)
            assert kinds.count(GroundKind.NO_POSITION) == len(CODES) - number


@pytest.mark.parametrize(
    ("roles", "code"),
    [({"ONE": "associate", "TWO": "lead"}, "TWO"), ({"ONE": "associate"}, None), ({}, None)],
)
def test_issuer_of_a_decision_is_whoever_led_then(roles: dict[str, str], code: str | None) -> None:
    frozen = [{"authority": authority, "role": role} for authority, role in roles.items()]
    assert issuer_of(frozen) == code
