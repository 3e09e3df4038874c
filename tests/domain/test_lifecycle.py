from enum import StrEnum

import pytest

from sandbox.domain.lifecycle import Lifecycle, Transition
from sandbox.domain.refusals import TransitionRefused


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"


class Move(StrEnum):
    PULL = "pull"
    PUSH = "push"
    TURN_KEY = "turn_key"


DOOR = Lifecycle(
    (
        Transition(Door.OPEN, Move.PULL, Door.SHUT),
        Transition(Door.SHUT, Move.TURN_KEY, Door.LOCKED),
        Transition(Door.SHUT, Move.PUSH, Door.OPEN),
    )
)


def test_advance_follows_the_table() -> None:
    assert DOOR.advance(Door.OPEN, Move.PULL) is Door.SHUT
    assert DOOR.advance(Door.SHUT, Move.PUSH) is Door.OPEN


def test_advance_refuses_with_what_is_possible() -> None:
    with pytest.raises(TransitionRefused) as refused:
        DOOR.advance(Door.SHUT, Move.PULL)
    assert refused.value.status is Door.SHUT
    assert refused.value.action is Move.PULL
    assert refused.value.possible == (Move.TURN_KEY, Move.PUSH)


def test_advance_refuses_everything_where_nothing_is_possible() -> None:
    with pytest.raises(TransitionRefused) as refused:
        DOOR.advance(Door.LOCKED, Move.TURN_KEY)
    assert refused.value.possible == ()


def test_allows_agrees_with_possible_everywhere() -> None:
    for status in Door:
        allowed = {move for move in Move if DOOR.allows(status, move)}
        assert allowed == set(DOOR.possible(status))


def test_statuses_lists_each_once_in_order_of_mention() -> None:
    assert DOOR.statuses == (Door.OPEN, Door.SHUT, Door.LOCKED)


def test_table_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="pull leads from open twice"):
        Lifecycle(
            (
                Transition(Door.OPEN, Move.PULL, Door.SHUT),
                Transition(Door.OPEN, Move.PULL, Door.LOCKED),
            )
        )
