from datetime import date

import pytest

from sandbox.domain.calls import Calling, calling, find_call
from sandbox.domain.packs import CallSpec
from tests.domain.tiny_pack import text, tiny_pack


def call(key: str, first: date, last: date | None = None, places: int | None = None) -> CallSpec:
    return CallSpec(key, text(key), text(key), first, last, places)


SPRING = call("spring", date(2026, 3, 1), date(2026, 5, 31))
AUTUMN = call("autumn", date(2026, 9, 1), places=5)
# In the file they may stand in any order.
PACK = tiny_pack(calls=(AUTUMN, SPRING))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 28), Calling(None, SPRING)),
        (date(2026, 3, 1), Calling(SPRING, AUTUMN)),
        (date(2026, 5, 31), Calling(SPRING, AUTUMN)),
        (date(2026, 6, 1), Calling(None, AUTUMN)),
        (date(2026, 9, 1), Calling(AUTUMN, None)),
        (date(2099, 1, 1), Calling(AUTUMN, None)),
    ],
)
def test_call_is_open_from_its_first_day_to_its_last(on: date, expected: Calling) -> None:
    assert calling(PACK, on) == expected


def test_last_call_is_followed_by_none_and_no_calls_are_open_always() -> None:
    assert calling(tiny_pack(calls=(SPRING,)), date(2026, 6, 1)) == Calling(None, None)
    assert calling(tiny_pack(), date(2026, 6, 1)) is None


def test_call_is_that_of_the_first_rules_that_know_it() -> None:
    newer = call("spring", date(2026, 3, 1), places=9)
    assert find_call("spring", tiny_pack(calls=(newer,)), PACK) is newer
    assert find_call("autumn", tiny_pack(calls=(newer,)), PACK) is AUTUMN
    assert find_call("winter", PACK) is None
    assert find_call(None, PACK) is None


def test_application_is_taken_outside_the_calls_on_every_day_only_where_the_rules_say_so() -> None:
    both = tiny_pack(calls=(SPRING,), outside_calls=True)
    in_spring, afterwards = date(2026, 5, 31), date(2026, 6, 1)
    assert calling(both, in_spring) == Calling(SPRING, None, outside=True)
    assert calling(both, afterwards) == Calling(None, None, outside=True)
    takes = [
        found.takes
        for rules in (both, tiny_pack(calls=(SPRING,)))
        for on in (in_spring, afterwards)
        if (found := calling(rules, on))
    ]
    assert takes == [True, True, True, False]
