from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.packs import Answers, AuthoritySpec, QuestionKind
from sandbox.domain.routing import RoutingReason, competent, propose
from tests.domain.tiny_pack import COORDINATION, RELIEFS, form, is_yes, option, question, text
from tests.domain.tiny_pack import tiny_pack as pack_of

DAY = date(2024, 1, 15)
PACK = pack_of()


def test_yes_gives_the_answer_weight_to_the_competent_authority() -> None:
    result = propose(PACK, {"uses_data": "yes"}, DAY)
    assert (result.lead, result.associates, dict(result.weights)) == ("ONE", (), {"ONE": 2})
    assert result.reasons == (
        RoutingReason("ONE", "privacy", "uses_data", text("label of uses_data"), None, 2, False),
    )


@pytest.mark.parametrize("answers", [{}, {"uses_data": "no"}, {"title": "Anything"}])
def test_nothing_touched_proposes_nobody(answers: Answers) -> None:
    result = propose(PACK, answers, DAY)
    assert (result.lead, result.associates, result.weights, result.reasons) == (None, (), {}, ())


def test_any_answer_counts_where_the_question_is_not_yes_or_no() -> None:
    pack = form(
        question("t", QuestionKind.TEXT, competences=("spectrum",)),
        question("n", QuestionKind.NUMBER, competences=("privacy",)),
    )
    assert dict(propose(pack, {"t": "words", "n": "0"}, DAY).weights) == {"ONE": 2, "TWO": 2}
    assert dict(propose(pack, {"t": "  "}, DAY).weights) == {}


def test_each_option_chosen_counts_with_each_of_its_competences() -> None:
    pack = form(
        question(
            "m",
            QuestionKind.MANY,
            options=(
                option("a", competences=("privacy",)),
                option("b", competences=("competition", "consumers")),
                option("c", competences=("spectrum",)),
            ),
        )
    )
    result = propose(pack, {"m": ["b", "a"]}, DAY)
    assert (result.lead, result.associates) == ("THREE", ("ONE",))
    assert dict(result.weights) == {"ONE": 2, "THREE": 4}
    assert [(each.competence, each.answer) for each in result.reasons] == [
        ("privacy", text("option a")),
        ("competition", text("option b")),
        ("consumers", text("option b")),
    ]


def test_reliefs_weigh_by_row_and_column() -> None:
    rows = [
        {"provision": "art. 1", "kind": "licence", "field": "data"},
        {"provision": "art. 2", "kind": "waiver", "field": "data"},
        {"provision": "art. 3", "kind": "waiver", "field": ""},
    ]
    result = propose(PACK, {"reliefs": rows}, DAY)
    assert dict(result.weights) == {"ONE": 6, "TWO": 3}
    assert (result.lead, result.associates) == ("ONE", ("TWO",))
    assert all(each.from_relief and each.question == "reliefs" for each in result.reasons)
    assert [each.answer for each in result.reasons] == [
        text("option licence"),
        text("option data"),
        text("option data"),
    ]


def test_relief_weighs_once_for_an_authority_however_many_of_its_matters_it_touches() -> None:
    rows = [{"provision": "art. 1", "kind": "", "field": "prices"}]
    once = propose(PACK, {"reliefs": rows}, DAY)
    assert dict(once.weights) == {"THREE": 3}
    # Both matters are named, since the authority is asked for both; the row weighs once.
    assert [(each.competence, each.weight) for each in once.reasons] == [
        ("competition", 3),
        ("consumers", 0),
    ]
    assert dict(propose(PACK, {"reliefs": rows * 2}, DAY).weights) == {"THREE": 6}


def test_number_of_reliefs_decides_and_not_how_many_matters_one_of_them_touches() -> None:
    broad = {"provision": "art. 1", "kind": "", "field": "prices"}
    narrow = {"provision": "art. 2", "kind": "licence", "field": ""}
    result = propose(PACK, {"reliefs": [broad, narrow, narrow]}, DAY)
    assert (result.lead, dict(result.weights)) == ("TWO", {"TWO": 6, "THREE": 3})


def test_rows_of_other_questions_weigh_nothing() -> None:
    pack = form(replace(RELIEFS, key="other"))
    rows = [{"provision": "art. 1", "kind": "licence", "field": "data"}]
    assert propose(pack, {"other": rows}, DAY).lead is None


def test_reliefs_may_outweigh_answers() -> None:
    rows = [{"provision": "art. 1", "kind": "licence", "field": ""}]
    result = propose(PACK, {"uses_data": "yes", "reliefs": rows}, DAY)
    assert (result.lead, result.associates) == ("TWO", ("ONE",))


def test_tie_is_broken_by_the_order_of_the_pack() -> None:
    pack = form(
        *(
            question(key, QuestionKind.YES_NO, competences=(key,))
            for key in ("competition", "spectrum", "privacy")
        )
    )
    answers: Answers = {"competition": "yes", "spectrum": "yes", "privacy": "yes"}
    result = propose(pack, answers, DAY)
    assert (result.lead, result.associates) == ("ONE", ("TWO", "THREE"))
    turned = replace(pack, authorities=tuple(reversed(pack.authorities)))
    result = propose(turned, answers, DAY)
    assert (result.lead, result.associates) == ("THREE", ("TWO", "ONE"))


SUCCESSION = pack_of(
    authorities=(
        AuthoritySpec("OLD", text("Old"), ("privacy",), valid_until=date(2025, 3, 20)),
        AuthoritySpec("NEW", text("New"), ("privacy",), valid_from=date(2025, 3, 21)),
    )
)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 1, 1), "OLD"),
        (date(2025, 3, 20), "OLD"),
        (date(2025, 3, 21), "NEW"),
        (date(2030, 1, 1), "NEW"),
    ],
)
def test_only_authorities_that_exist_on_the_day_take_part(on: date, expected: str) -> None:
    result = propose(SUCCESSION, {"uses_data": "yes"}, on)
    assert (result.lead, result.associates) == (expected, ())
    assert [each.code for each in competent(SUCCESSION, "privacy", on)] == [expected]


def test_authorities_that_share_a_competence_both_take_part() -> None:
    shared = pack_of(
        authorities=(
            AuthoritySpec("A", text("A"), ("privacy",)),
            AuthoritySpec("B", text("B"), ("privacy",)),
        )
    )
    result = propose(shared, {"uses_data": "yes"}, DAY)
    assert (result.lead, result.associates) == ("A", ("B",))


def test_answer_that_is_not_asked_weighs_nothing() -> None:
    pack = form(
        question("a", QuestionKind.YES_NO),
        question("b", QuestionKind.YES_NO, ask_if=is_yes("a"), competences=("privacy",)),
    )
    assert propose(pack, {"a": "no", "b": "yes"}, DAY).lead is None
    assert propose(pack, {"a": "yes", "b": "yes"}, DAY).lead == "ONE"


def test_authority_without_weight_is_not_an_associate() -> None:
    free = pack_of(coordination=replace(COORDINATION, answer_weight=0))
    rows = [{"provision": "art. 1", "kind": "licence", "field": ""}]
    result = propose(free, {"uses_data": "yes", "reliefs": rows}, DAY)
    assert (result.lead, result.associates, dict(result.weights)) == ("TWO", (), {"TWO": 3})


ACTIVITY = question(
    "activity",
    QuestionKind.CHOICE,
    options=(
        option("data", competences=("privacy",)),
        option("trade", competences=("consumers", "privacy")),
    ),
)


def test_preponderant_activity_names_the_lead_whatever_weighs_more() -> None:
    rules = replace(COORDINATION, activity_question="activity")
    pack = form(ACTIVITY, RELIEFS, coordination=rules)
    rows = [
        {"provision": "art. 1", "kind": kind, "field": "prices"} for kind in ("licence", "waiver")
    ]
    answers: Answers = {"activity": "data", "reliefs": rows}
    result = propose(pack, answers, DAY)
    assert (result.lead, result.associates) == ("ONE", ("THREE", "TWO"))
    assert dict(result.weights) == {"ONE": 2, "TWO": 3, "THREE": 6}
    assert [(each.authority, each.question) for each in result.reasons if each.leads] == [
        ("ONE", "activity")
    ]
    # The same answers without the rule: weight alone decides.
    plain = propose(replace(pack, coordination=COORDINATION), answers, DAY)
    assert (plain.lead, plain.by_activity) == ("THREE", False)
    assert not any(each.leads for each in plain.reasons)


def test_weights_and_then_the_packs_order_choose_among_authorities_of_one_activity() -> None:
    rules = replace(COORDINATION, activity_question="activity")
    pack = form(ACTIVITY, RELIEFS, coordination=rules)
    assert propose(pack, {"activity": "trade"}, DAY).lead == "ONE"
    rows = [{"provision": "art. 1", "kind": "licence", "field": "prices"}]
    result = propose(pack, {"activity": "trade", "reliefs": rows}, DAY)
    assert (result.lead, result.associates) == ("THREE", ("TWO", "ONE"))
    assert {each.authority for each in result.reasons if each.leads} == {"THREE"}


def test_activity_leads_even_where_answers_weigh_nothing_and_without_it_weights_do() -> None:
    rules = replace(COORDINATION, answer_weight=0, activity_question="activity")
    pack = form(ACTIVITY, RELIEFS, coordination=rules)
    rows = [{"provision": "art. 1", "kind": "licence", "field": ""}]
    result = propose(pack, {"activity": "data", "reliefs": rows}, DAY)
    assert (result.lead, result.associates) == ("ONE", ("TWO",))
    assert dict(result.weights) == {"ONE": 0, "TWO": 3}
    unanswered = propose(pack, {"reliefs": rows}, DAY)
    assert (unanswered.lead, unanswered.by_activity) == ("TWO", False)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "provision": st.just("art. 1"),
            "kind": st.sampled_from(["waiver", "licence", ""]),
            "field": st.sampled_from(["data", "prices", ""]),
        }
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from(["yes", "no"]))
def test_weights_are_the_sums_of_their_reasons(rows: list[dict[str, str]], uses_data: str) -> None:
    result = propose(PACK, {"reliefs": rows, "uses_data": uses_data}, DAY)
    expected = {
        "ONE": 3 * sum(row["field"] == "data" for row in rows) + 2 * (uses_data == "yes"),
        "TWO": 3 * sum(row["kind"] == "licence" for row in rows),
        "THREE": 3 * sum(row["field"] == "prices" for row in rows),
    }
    assert dict(result.weights) == {code: weight for code, weight in expected.items() if weight}
    assert sum(reason.weight for reason in result.reasons) == sum(expected.values())
    ranked = [code for code in (result.lead, *result.associates) if code is not None]
    assert set(ranked) == set(result.weights)
    assert [expected[code] for code in ranked] == sorted(result.weights.values(), reverse=True)


def test_matter_with_weights_of_its_own_weighs_by_those() -> None:
    heavy = tuple(
        replace(each, answer_weight=7, relief_weight=9) if each.code == "privacy" else each
        for each in PACK.competences
    )
    pack = replace(PACK, competences=heavy)
    assert dict(propose(pack, {"uses_data": "yes"}, DAY).weights) == {"ONE": 7}
    # The same answers that bring in the other authority alone weigh as before.
    assert dict(propose(PACK, {"uses_data": "yes"}, DAY).weights) == {"ONE": 2}


def test_relief_of_several_matters_of_one_authority_weighs_as_the_weightiest() -> None:
    own = {"competition": 4, "consumers": 6}
    matters = tuple(replace(each, relief_weight=own.get(each.code)) for each in PACK.competences)
    result = propose(replace(PACK, competences=matters), {"reliefs": [{"field": "prices"}]}, DAY)
    weights = {each.competence: each.weight for each in result.reasons}
    assert weights == {"consumers": 6, "competition": 0}
    assert sum(result.weights.values()) == 6
