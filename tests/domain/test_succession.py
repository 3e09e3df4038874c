"""One authority ends and others follow: who is in force, and where each matter of a case goes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.domain.deliberation import CriterionMark, Mark, PositionTaken, Stance
from sandbox.domain.packs import AuthoritySpec, CompetenceSpec, SuccessionSpec, SuccessorSpec
from sandbox.domain.routing import propose, touched
from sandbox.domain.succession import (
    Passage,
    Seat,
    holds,
    in_force,
    inherit_mark,
    inherit_position,
    is_first,
    pass_on,
    passes_to,
    successors_of,
)
from tests.domain.tiny_pack import text, tiny_pack

ON = date(2025, 10, 17)


def succession(
    authority: str, on: date = ON, ended: tuple[str, ...] = (), **heirs: tuple[str, ...]
) -> SuccessionSpec:
    return SuccessionSpec(
        key=f"{authority.lower()}_ends",
        authority=authority,
        on=on,
        successors=tuple(SuccessorSpec(code, competences) for code, competences in heirs.items()),
        open_cases=text("as they began"),
        provision=text("article 1"),
        ended=ended,
    )


def authority(code: str, *competences: str, **validity: date) -> AuthoritySpec:
    return AuthoritySpec(code, text(code), competences, **validity)


SPLIT = succession("OLD", NEW=("radio", "wires"), RIVAL=("prices",))
CHAIN = succession("NEW", date(2026, 5, 1), LAST=("radio",), ended=("wires",))
PACK = tiny_pack(
    competences=tuple(CompetenceSpec(each, text(each)) for each in ("radio", "wires", "prices")),
    authorities=(
        authority("OLD", "radio", "wires", "prices", valid_until=date(2025, 10, 16)),
        authority("NEW", "radio", "wires", valid_from=ON, valid_until=date(2026, 4, 30)),
        authority("RIVAL", "prices", "markets", valid_from=ON),
        authority("LAST", "radio", valid_from=date(2026, 5, 1)),
        authority("PLAIN", "other", valid_until=date(2025, 12, 31)),
    ),
    successions=(SPLIT, CHAIN),
)


def in_force_on(on: date, *applied: str) -> list[str]:
    return [each.code for each in PACK.authorities if in_force(PACK, each, on, applied)]


@pytest.mark.parametrize(
    ("on", "applied", "expected"),
    [
        (date(2025, 10, 16), (), ["OLD", "PLAIN"]),
        (date(2025, 10, 17), (), ["OLD", "RIVAL", "PLAIN"]),  # for its own matter alone
        (date(2030, 1, 1), (), ["OLD", "RIVAL"]),
        (date(2025, 10, 17), ("OLD",), ["NEW", "RIVAL", "PLAIN"]),
        (date(2030, 1, 1), ("OLD",), ["NEW", "RIVAL"]),
        (date(2030, 1, 1), ("OLD", "NEW"), ["RIVAL", "LAST"]),
    ],
)
def test_who_is_in_force_follows_what_was_applied(
    on: date, applied: tuple[str, ...], expected: list[str]
) -> None:
    assert in_force_on(on, *applied) == expected


@given(
    on=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    applied=st.sampled_from([(), ("OLD",), ("OLD", "NEW")]),
    competence=st.sampled_from(["radio", "wires", "prices"]),
)
def test_matter_never_has_two_authorities_nor_none_but_where_it_ended(
    on: date, applied: tuple[str, ...], competence: str
) -> None:
    # Nobody can apply a succession before its day.
    applied = tuple(
        each.authority for each in PACK.successions if each.authority in applied and each.on <= on
    )
    holders = [each.code for each in PACK.authorities if holds(PACK, each, competence, on, applied)]
    assert len(holders) == (0 if competence == "wires" and "NEW" in applied else 1), holders


def test_successions_that_follow_one_another_are_applied_in_their_order() -> None:
    assert is_first(PACK, SPLIT, ())
    assert not is_first(PACK, CHAIN, ())
    assert is_first(PACK, CHAIN, ("OLD",))


def test_successors_are_followed_to_whoever_has_the_matter_now() -> None:
    assert successors_of(PACK, "OLD", ()) == ()
    assert successors_of(PACK, "OLD", ("OLD",)) == (
        ("NEW", ("radio", "wires")),
        ("RIVAL", ("prices",)),
    )
    # "wires" ended with NEW, so nobody has it.
    assert successors_of(PACK, "OLD", ("OLD", "NEW")) == (
        ("LAST", ("radio",)),
        ("RIVAL", ("prices",)),
    )
    assert successors_of(PACK, "PLAIN", ("OLD",)) == ()


def test_successors_of_a_circle_are_nobody() -> None:
    circle = replace(PACK, successions=(SPLIT, succession("NEW", OLD=("radio", "wires"))))
    assert successors_of(circle, "OLD", ("OLD", "NEW")) == (("RIVAL", ("prices",)),)


# --- where a case goes ---------------------------------------------------------------------------


def test_lead_goes_to_whoever_takes_the_weightiest_matter() -> None:
    seats = [Seat("OLD", True), Seat("OTHER", False)]
    assert pass_on(SPLIT, seats, {"wires": 2, "radio": 2, "prices": 3}) == (
        Passage("NEW", False, ("radio", "wires"), True),
        Passage("RIVAL", True, ("prices",), True),
    )
    # Of matters of equal weight the first successor of the list takes the lead.
    assert [each.is_lead for each in pass_on(SPLIT, seats, {"radio": 3, "prices": 3})] == [
        True,
        False,
    ]


def test_lead_goes_with_the_preponderant_activity_whatever_weighs_more() -> None:
    weights = {"wires": 9, "prices": 1}
    found = pass_on(SPLIT, [Seat("OLD", True)], weights, activity=("prices",))
    assert [(each.authority, each.is_lead) for each in found] == [("NEW", False), ("RIVAL", True)]
    # An activity that weighs nothing passes all the same.
    alone = pass_on(SPLIT, [Seat("OLD", True)], {}, activity=("prices",))
    assert alone == (Passage("RIVAL", True, ("prices",), True),)


def test_associate_is_followed_by_associates() -> None:
    seats = [Seat("OTHER", True), Seat("OLD", False)]
    found = pass_on(SPLIT, seats, {"radio": 1, "prices": 9})
    assert [each.is_lead for each in found] == [False, False]


def test_successor_on_the_case_keeps_its_place_and_may_come_to_lead() -> None:
    weights = {"prices": 1}
    leads = pass_on(SPLIT, [Seat("OLD", True), Seat("RIVAL", False)], weights)
    assert leads == (Passage("RIVAL", True, ("prices",), False),)
    stays = pass_on(SPLIT, [Seat("OLD", False), Seat("RIVAL", True)], weights)
    assert stays == (Passage("RIVAL", True, ("prices",), False),)


def test_case_that_touches_nothing_that_passes_goes_to_the_first_successor() -> None:
    assert pass_on(SPLIT, [Seat("OLD", True)], {}) == (Passage("NEW", True, (), True),)
    ended = pass_on(CHAIN, [Seat("NEW", True)], {"wires": 4})
    assert ended == (Passage("LAST", True, (), True),)


def test_case_without_the_authority_does_not_move() -> None:
    assert pass_on(SPLIT, [Seat("OTHER", True)], {"radio": 1}) == ()


COMPETENCES = ("a", "b", "c", "d")


@st.composite
def successions(draw: st.DrawFn) -> SuccessionSpec:
    heirs: dict[str, list[str]] = {"X": []}
    ended = []
    for competence in COMPETENCES:
        to = draw(st.sampled_from(["X", "Y", "Z", None]))
        if to is None:
            ended.append(competence)
        else:
            heirs.setdefault(to, []).append(competence)
    return succession(
        "OLD", ended=tuple(ended), **{code: tuple(found) for code, found in heirs.items()}
    )


@given(
    spec=successions(),
    others=st.sets(st.sampled_from(["X", "Y", "Z", "W"])),
    lead=st.integers(0, 4),
    weights=st.dictionaries(st.sampled_from(COMPETENCES), st.integers(0, 9)),
)
def test_no_touched_matter_is_lost_and_exactly_one_authority_leads(
    spec: SuccessionSpec, others: set[str], lead: int, weights: dict[str, int]
) -> None:
    codes = ["OLD", *sorted(others)]
    leader = codes[lead % len(codes)]
    passages = pass_on(spec, [Seat(code, code == leader) for code in codes], weights)
    assert passages
    taken = [competence for each in passages for competence in each.competences]
    assert sorted(taken) == [
        each for each in COMPETENCES if weights.get(each, 0) > 0 and each not in spec.ended
    ]
    assert all(
        passes_to(spec, code) == each.authority for each in passages for code in each.competences
    )
    after = {code: code == leader for code in codes if code != "OLD"}
    after |= {each.authority: each.is_lead for each in passages}
    assert sum(after.values()) == 1
    assert {each.is_new for each in passages if each.authority in others} <= {False}


# --- what binds ----------------------------------------------------------------------------------


def said(code: str, stance: Stance, *conditions: str, tacit: bool = False) -> PositionTaken:
    return PositionTaken(code, stance, f"reasons of {code}", conditions, tacit)


def test_successor_without_a_word_of_its_own_has_that_of_its_predecessor() -> None:
    left = said("OLD", Stance.CONCUR_WITH_CONDITIONS, "a fence")
    assert inherit_position(None, left) == left
    mark = Mark("OLD", "need", CriterionMark.PARTLY, "thin")
    assert inherit_mark(None, mark) == mark


def test_of_two_words_the_stricter_binds_with_the_reasons_of_both() -> None:
    both = inherit_position(
        said("NEW", Stance.CONCUR, tacit=True), said("OLD", Stance.OBJECT, tacit=True)
    )
    assert both == PositionTaken(
        "NEW", Stance.OBJECT, "NEW: reasons of NEW\nOLD: reasons of OLD", (), True
    )
    conditions = inherit_position(
        said("NEW", Stance.CONCUR_WITH_CONDITIONS, "a fence", "a guard"),
        said("OLD", Stance.CONCUR_WITH_CONDITIONS, "a guard", "a sign", tacit=True),
    )
    assert conditions.conditions == ("a fence", "a guard", "a sign")
    assert not conditions.tacit
    mark = inherit_mark(
        Mark("NEW", "need", CriterionMark.MET, ""),
        Mark("OLD", "need", CriterionMark.NOT_MET, "none seen"),
    )
    assert mark == Mark("NEW", "need", CriterionMark.NOT_MET, "OLD: none seen")


@given(st.sampled_from(Stance), st.sampled_from(Stance))
def test_it_does_not_matter_which_of_two_words_came_first(one: Stance, other: Stance) -> None:
    first = inherit_position(said("A", one), said("B", other))
    second = inherit_position(said("A", other), said("B", one))
    assert first.stance is second.stance
    assert Stance.OBJECT not in {one, other} or first.stance is Stance.OBJECT


def test_touched_matters_weigh_what_the_proposal_weighs() -> None:
    pack = tiny_pack()
    rows = [{"provision": "art. 1", "kind": "licence", "field": "data"}]
    answers = {"uses_data": "yes", "reliefs": rows}
    found = touched(pack, answers)
    routing = propose(pack, answers, date(2026, 1, 1))
    assert sum(found.values()) == sum(
        {
            (each.competence, each.question, each.weight, str(each.answer)): each.weight
            for each in routing.reasons
        }.values()
    )
    assert set(found) == {each.competence for each in routing.reasons}
