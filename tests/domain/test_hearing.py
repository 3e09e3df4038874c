from itertools import chain, combinations, product

import pytest

from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.hearing import (
    Announced,
    CompanyAnswer,
    is_announced_first,
    needs_reply,
    needs_text,
)
from sandbox.domain.packs import Announceable, PreliminaryResultSpec
from tests.domain.tiny_pack import tiny_pack

ADMITTED, WITH, DECLINED = (
    DecisionOutcome.ADMITTED,
    DecisionOutcome.ADMITTED_WITH_CONDITIONS,
    DecisionOutcome.DECLINED,
)
RULED = (ADMITTED, WITH, DECLINED)
CONDITIONS = ((), ("insure",), ("report",), ("insure", "report"))
RULES = tuple(chain.from_iterable(combinations(tuple(Announceable), size) for size in (0, 1, 2, 3)))


def test_what_can_be_announced_is_what_authorities_can_decide() -> None:
    assert {each.value for each in Announceable} == {each.value for each in RULED}


@pytest.mark.parametrize("named", RULES, ids=str)
def test_a_company_is_heard_on_what_the_rules_name_until_it_was(
    named: tuple[Announceable, ...],
) -> None:
    pack = tiny_pack(preliminary_result=PreliminaryResultSpec(named) if named else None)
    told = [Announced(outcome, stated) for outcome, stated in product(RULED, CONDITIONS)]
    before = [(), *((one,) for one in told), *product(told, told)]
    for outcome, stated, announced in product(RULED, CONDITIONS, before):
        was_told = any(
            one.outcome is outcome and all(each in one.conditions for each in stated)
            for one in announced
        )
        expected = outcome.value in [each.value for each in named] and not was_told
        assert is_announced_first(pack, outcome, stated, announced) is expected


@pytest.mark.parametrize(
    ("answer", "text", "reply"),
    [
        (CompanyAnswer.COMMENTS, True, False),
        (CompanyAnswer.CONTESTS, True, True),
        (CompanyAnswer.NOTHING, False, False),
    ],
)
def test_an_answer_asks_for_words_and_for_a_reply(
    answer: CompanyAnswer, text: bool, reply: bool
) -> None:
    assert (needs_text(answer), needs_reply(answer)) == (text, reply)


def test_silence_asks_for_no_reply() -> None:
    assert not needs_reply(None)
