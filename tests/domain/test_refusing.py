"""Of the reasons in the rules, some fit a refusal, and some suggest themselves."""

import pytest

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.deliberation import CriterionMark, Mark
from sandbox.domain.packs import RefusalReasonSpec
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.refusing import offered_reasons, settle_reasons, suggested_reasons
from tests.domain.tiny_pack import text, tiny_pack

REASONS = (
    RefusalReasonSpec("need", text("Need"), criterion="need"),
    RefusalReasonSpec("people", text("People"), criterion="people"),
    RefusalReasonSpec("law", text("Law"), text("Ask for another law.")),
)
PACK = tiny_pack(refusal_reasons=REASONS)
DECLINED = DecisionOutcome.DECLINED


@pytest.mark.parametrize("outcome", [None, *(set(DecisionOutcome) - {DECLINED})])
def test_only_a_refusal_has_reasons(outcome: DecisionOutcome | None) -> None:
    assert offered_reasons(PACK, outcome) == ()
    assert offered_reasons(PACK, DECLINED) == REASONS
    assert offered_reasons(tiny_pack(), DECLINED) == ()


def test_decision_gives_the_reasons_that_were_announced() -> None:
    assert offered_reasons(PACK, DECLINED, ["law", "people"]) == REASONS[1:]
    # Rules that changed meanwhile may know none of them; a refusal still has its reason.
    assert offered_reasons(PACK, DECLINED, ["of_old"]) == REASONS


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), []),
        ((("A", "need", CriterionMark.PARTLY), ("B", "need", CriterionMark.MET)), []),
        ((("A", "need", CriterionMark.MET), ("B", "need", CriterionMark.NOT_MET)), ["need"]),
        (
            (("A", "people", CriterionMark.NOT_MET), ("A", "need", CriterionMark.NOT_MET)),
            ["need", "people"],
        ),
        ((("A", "other", CriterionMark.NOT_MET),), []),
    ],
)
def test_reason_of_a_criterion_that_anybody_found_unmet_is_proposed(
    marks: tuple[tuple[str, str, CriterionMark], ...], expected: list[str]
) -> None:
    assert suggested_reasons(REASONS, [Mark(*each, "Why.") for each in marks]) == expected


def test_chosen_reasons_stand_in_the_order_of_the_rules_once_each() -> None:
    assert settle_reasons(REASONS, ["law", "need", "law"]) == ["need", "law"]
    assert settle_reasons((), ()) == []


@pytest.mark.parametrize(
    ("chosen", "why"),
    [((), Why.REFUSAL_REASON_MISSING), (("need", "mood"), Why.REFUSAL_REASON_UNKNOWN)],
)
def test_refusal_without_a_reason_of_the_rules_is_no_refusal(
    chosen: tuple[str, ...], why: Why
) -> None:
    with pytest.raises(NotPossible) as refused:
        settle_reasons(REASONS, chosen)
    assert refused.value.reason is why


def test_rules_without_reasons_take_none() -> None:
    with pytest.raises(NotPossible) as refused:
        settle_reasons((), ["need"])
    assert refused.value.reason is Why.REFUSAL_REASON_UNKNOWN
