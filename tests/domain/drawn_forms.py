"""Draw small forms, and try every way to answer them: what proofs are held to."""

from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import strategies as st

from sandbox.domain.answers import walk
from sandbox.domain.conditions import is_required
from sandbox.domain.packs import (
    AllOf,
    Answers,
    AnswerValue,
    AnyOf,
    Compare,
    Condition,
    Not,
    Operator,
    QuestionKind,
    QuestionSpec,
)
from tests.domain.tiny_pack import option, question

OPTIONS = (option("a"), option("b", 1), option("c", 5))
# Every kind whose answers conditions can tell apart, with every answer that a person could give.
SHAPES: Mapping[str, tuple[QuestionSpec, tuple[AnswerValue, ...]]] = {
    "sure": (question("sure", QuestionKind.YES_NO, points=3), ("yes", "no")),
    "kind": (
        question("kind", QuestionKind.CHOICE, options=OPTIONS, required=False),
        ("a", "b", "c"),
    ),
    "uses": (
        question("uses", QuestionKind.MANY, options=OPTIONS, minimum=1, maximum=2),
        (["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["b", "c"]),
    ),
    "people": (
        question("people", QuestionKind.NUMBER, minimum=0, maximum=2, required=False),
        ("0", "0.5", "1", "1.5", "2"),
    ),
    "budget": (question("budget", QuestionKind.MONEY, minimum=0, maximum=2), (0, 1, 2)),
}
ORDER = tuple(SHAPES)


def comparisons(known: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    made: list[st.SearchStrategy[Condition]] = [
        st.builds(Compare, st.sampled_from(known), st.just(Operator.ANSWERED), st.booleans())
    ]
    both = st.sampled_from([Operator.EQUALS, Operator.NOT_EQUALS])
    some = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(tuple)
    for key, operators, values in (
        ("sure", both, st.sampled_from(["yes", "no"])),
        ("kind", both, st.sampled_from("abc")),
        ("kind", st.just(Operator.ONE_OF), some),
        ("uses", st.just(Operator.INCLUDES), some),
        ("people", st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST]), st.integers(-1, 3)),
        ("budget", st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST]), st.integers(-1, 3)),
    ):
        if key in known:
            made.append(st.builds(Compare, st.just(key), operators, values))  # type: ignore[arg-type]
    return st.one_of(made)


def conditions(known: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        comparisons(known),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


@st.composite
def forms(draw: st.DrawFn) -> tuple[dict[str, QuestionSpec], Condition]:
    """Draw a form in which later questions may hang on earlier ones, and a condition on it."""
    made: dict[str, QuestionSpec] = {}
    for key, (spec, _) in SHAPES.items():
        asked_if = draw(st.none() | conditions(tuple(made))) if made else None
        required_if = draw(st.none() | conditions(tuple(made))) if made else None
        made[key] = question(
            key,
            spec.kind,
            points=spec.points,
            options=spec.options,
            minimum=spec.minimum,
            maximum=spec.maximum,
            required=spec.required and required_if is None,
            required_if=required_if,
            ask_if=asked_if,
        )
    return made, draw(conditions(ORDER))


def every_way_to_answer(form: Mapping[str, QuestionSpec]) -> Iterator[Answers]:
    """Try everything: slow and obvious."""
    for values in product(*((None, *SHAPES[key][1]) for key in ORDER)):
        given_answers = {
            key: value for key, value in zip(ORDER, values, strict=True) if value is not None
        }
        asked = {each.key for each in walk(form.values(), given_answers)}
        is_whole = all(
            key in given_answers or not is_required(spec, given_answers)
            for key, spec in form.items()
            if key in asked
        )
        if is_whole and asked >= given_answers.keys():
            yield given_answers
