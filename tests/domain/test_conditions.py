from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.conditions import as_day, as_number, holds, is_answered, questions_of
from sandbox.domain.packs import (
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
)
from sandbox.domain.packs import Operator as Op

COMPARISONS: list[tuple[AnswerValue | None, Op, str | bool | int | tuple[str, ...], bool]] = [
    ("a", Op.EQUALS, "a", True),
    ("a", Op.EQUALS, "b", False),
    ("yes", Op.EQUALS, True, True),
    ("no", Op.EQUALS, True, False),
    ("no", Op.EQUALS, False, True),
    ("yes", Op.EQUALS, False, False),
    ("12.0", Op.EQUALS, 12, True),
    ("12.5", Op.EQUALS, 12, False),
    (["b", "a"], Op.EQUALS, ("a", "b"), True),
    (["a"], Op.EQUALS, ("a", "b"), False),
    (None, Op.EQUALS, "a", False),
    (None, Op.EQUALS, False, False),
    ("a", Op.NOT_EQUALS, "b", True),
    ("a", Op.NOT_EQUALS, "a", False),
    (None, Op.NOT_EQUALS, "a", False),
    ("", Op.NOT_EQUALS, "a", False),
    ("a", Op.ONE_OF, ("a", "b"), True),
    ("b", Op.ONE_OF, ("a", "b"), True),
    ("c", Op.ONE_OF, ("a", "b"), False),
    ("a", Op.ONE_OF, "a", True),
    (None, Op.ONE_OF, ("a", "b"), False),
    (["a", "b"], Op.INCLUDES, "a", True),
    (["a", "b"], Op.INCLUDES, "c", False),
    (["a", "b"], Op.INCLUDES, ("c", "b"), True),
    ("abc", Op.INCLUDES, "a", False),
    (None, Op.INCLUDES, "a", False),
    ("5", Op.AT_LEAST, 5, True),
    ("4.999", Op.AT_LEAST, 5, False),
    (500, Op.AT_LEAST, 500, True),
    (499, Op.AT_LEAST, 500, False),
    ("many", Op.AT_LEAST, 5, False),
    (None, Op.AT_LEAST, -5, False),
    ("2024-02-29", Op.AT_LEAST, "2024-02-29", True),
    ("2024-02-28", Op.AT_LEAST, "2024-02-29", False),
    ("5", Op.AT_MOST, 5, True),
    ("5.001", Op.AT_MOST, 5, False),
    ("many", Op.AT_MOST, 5, False),
    (None, Op.AT_MOST, 5, False),
    ("2024-03-01", Op.AT_MOST, "2024-02-29", False),
    ("2024-02-29", Op.AT_MOST, "2024-02-29", True),
    ("a", Op.ANSWERED, True, True),
    (" ", Op.ANSWERED, True, False),
    (None, Op.ANSWERED, True, False),
    (0, Op.ANSWERED, True, True),
    (None, Op.ANSWERED, False, True),
    ("a", Op.ANSWERED, False, False),
]


@pytest.mark.parametrize(("answer", "operator", "value", "expected"), COMPARISONS)
def test_compare_holds_as_its_operator_says(
    answer: AnswerValue | None,
    operator: Op,
    value: str | bool | int | tuple[str, ...],
    expected: bool,
) -> None:
    answers: Answers = {} if answer is None else {"q": answer}
    assert holds(Compare("q", operator, value), answers) is expected


def test_compare_table_has_both_results_of_every_operator() -> None:
    seen = {(operator, expected) for _, operator, _, expected in COMPARISONS}
    assert seen == {(operator, expected) for operator in Op for expected in (True, False)}


def test_no_condition_always_holds() -> None:
    assert holds(None, {})
    assert questions_of(None) == frozenset()


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert holds(AllOf(()), {})
    assert not holds(AnyOf(()), {})


KEYS = ("a", "b", "c")
LEAVES = st.sampled_from(KEYS).map(lambda key: Compare(key, Op.EQUALS, "yes"))
TREES: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda found: AllOf(tuple(found))),
        st.lists(parts, max_size=3).map(lambda found: AnyOf(tuple(found))),
        parts.map(Not),
    ),
    max_leaves=6,
)
TRUTHS = st.fixed_dictionaries({key: st.sampled_from(["yes", "no"]) for key in KEYS})


def as_python(condition: Condition) -> str:
    """Write the condition as a Python expression, which Python itself can then judge."""
    match condition:
        case AllOf(parts):
            return "(" + " and ".join(["True", *map(as_python, parts)]) + ")"
        case AnyOf(parts):
            return "(" + " or ".join(["False", *map(as_python, parts)]) + ")"
        case Not(part):
            return f"(not {as_python(part)})"
        case Compare():
            return f"({condition.question} == 'yes')"


@settings(max_examples=60, deadline=None)
@given(TREES, TRUTHS)
def test_holds_agrees_with_python_on_any_tree(tree: Condition, answers: dict[str, str]) -> None:
    assert holds(tree, answers) is bool(eval(as_python(tree), {}, dict(answers)))


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_questions_of_names_every_question_that_the_tree_mentions(tree: Condition) -> None:
    written = as_python(tree)
    assert questions_of(tree) == {key for key in KEYS if f"({key} ==" in written}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, False),
        ("", False),
        ("  \n", False),
        ("x", True),
        (0, True),
        ([], False),
        ([""], False),
        (["", "x"], True),
        ([{}], False),
        ([{"a": "", "b": " "}], False),
        ([{"a": ""}, {"a": "x"}], True),
    ],
)
def test_blank_is_no_answer(value: AnswerValue | None, expected: bool) -> None:
    assert is_answered(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.5", Decimal("12.5")),
        (" -3 ", Decimal(-3)),
        (7, Decimal(7)),
        ("1e3", None),
        ("1_000", None),
        ("1,000", None),
        ("NaN", None),
        ("Infinity", None),
        ("٣", None),
        (".5", None),
        ("", None),
        (True, None),
        (None, None),
        (["1"], None),
    ],
)
def test_as_number_reads_plain_decimals_only(value: object, expected: Decimal | None) -> None:
    assert as_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("20240229", None),
        ("2024-W09-4", None),
        ("29/02/2024", None),
        (20240229, None),
    ],
)
def test_as_day_reads_iso_days_only(value: object, expected: date | None) -> None:
    assert as_day(value) == expected
