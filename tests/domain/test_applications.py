import hashlib
import json
import unicodedata
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.answers import (
    Problem,
    ProblemKind,
    SectionState,
    asked,
    problems,
    prohibited,
    relevant,
    section_state,
)
from sandbox.domain.applications import (
    CLOSED_STATUSES,
    LIFECYCLE,
    NEXT_ACTOR,
    OPEN_STATUSES,
    PUBLIC_STATUS,
    ApplicationAction,
    ApplicationStatus,
    Party,
    PublicStatus,
    reference,
)
from sandbox.domain.content import content_hash
from sandbox.domain.packs import (
    Answers,
    AnswerValue,
    Compare,
    Operator,
    QuestionKind,
    QuestionSpec,
    TextFormat,
)
from sandbox.domain.refusals import TransitionRefused
from tests.domain.tiny_pack import form, is_yes, option, question, section, tiny_pack

# Written by hand, as a person would tell it, and on purpose in another form than the rule's table.
EXPECTED_MOVES: dict[str, dict[str, str]] = {
    "draft": {"submit": "submitted", "withdraw": "withdrawn"},
    "submitted": {"start_triage": "triage", "withdraw": "withdrawn"},
    "triage": {
        "return": "returned",
        "assign": "assigned",
        "decline_prohibited": "decided",
        "redirect": "decided",
        "withdraw": "withdrawn",
    },
    "returned": {"resubmit": "submitted", "withdraw": "withdrawn", "lapse": "lapsed"},
    "assigned": {"start_review": "under_review", "withdraw": "withdrawn"},
    "under_review": {
        "request_information": "information_requested",
        "open_deliberation": "deliberation",
        "announce": "preliminary",
        "decide": "decided",
        "withdraw": "withdrawn",
    },
    "information_requested": {
        "answer_information": "under_review",
        "withdraw": "withdrawn",
        "lapse": "lapsed",
    },
    "deliberation": {"announce": "preliminary", "decide": "decided", "withdraw": "withdrawn"},
    "preliminary": {
        "answer_preliminary": "deliberation",
        "note_silence": "deliberation",
        "withdraw": "withdrawn",
    },
    "decided": {},
    "withdrawn": {},
    "lapsed": {},
}


@pytest.mark.parametrize(
    ("status", "action"), list(product(ApplicationStatus, ApplicationAction)), ids=str
)
def test_application_moves_exactly_as_expected(
    status: ApplicationStatus, action: ApplicationAction
) -> None:
    expected = EXPECTED_MOVES[status].get(action)
    assert LIFECYCLE.allows(status, action) is (expected is not None)
    if expected is not None:
        assert LIFECYCLE.advance(status, action) == expected
    else:
        with pytest.raises(TransitionRefused) as refused:
            LIFECYCLE.advance(status, action)
        assert set(refused.value.possible) == set(EXPECTED_MOVES[status])


def test_every_status_and_action_is_used() -> None:
    assert set(LIFECYCLE.statuses) == set(ApplicationStatus) == set(EXPECTED_MOVES)
    assert {each.action for each in LIFECYCLE.transitions} == set(ApplicationAction)


def test_closed_statuses_are_those_without_a_way_out() -> None:
    ends = {status for status in ApplicationStatus if not LIFECYCLE.possible(status)}
    assert ends == CLOSED_STATUSES
    assert set(ApplicationStatus) - ends == OPEN_STATUSES


EXPECTED_NAMES = {
    "draft": ("preparing", "company"),
    "submitted": ("received", "secretariat"),
    "triage": ("being_checked", "secretariat"),
    "returned": ("needs_your_answer", "company"),
    "assigned": ("being_reviewed", "authorities"),
    "under_review": ("being_reviewed", "authorities"),
    "information_requested": ("needs_your_answer", "company"),
    "deliberation": ("being_reviewed", "authorities"),
    "preliminary": ("needs_your_answer", "company"),
    "decided": ("decided", "nobody"),
    "withdrawn": ("closed", "nobody"),
    "lapsed": ("closed", "nobody"),
}


@pytest.mark.parametrize("status", ApplicationStatus)
def test_status_has_a_public_name_and_a_next_actor(status: ApplicationStatus) -> None:
    public, party = EXPECTED_NAMES[status]
    assert PUBLIC_STATUS[status] is PublicStatus(public)
    assert NEXT_ACTOR[status] is Party(party)


CHAIN = form(
    question("a", QuestionKind.YES_NO),
    question("b", QuestionKind.YES_NO, ask_if=is_yes("a")),
    question("c", ask_if=is_yes("b")),
    question("d", required=False),
)


def keys(questions: tuple[QuestionSpec, ...]) -> list[str]:
    return [each.key for each in questions]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ["a", "d"]),
        ({"a": "yes"}, ["a", "b", "d"]),
        ({"a": "yes", "b": "yes"}, ["a", "b", "c", "d"]),
        ({"a": "yes", "b": "no"}, ["a", "b", "d"]),
        ({"a": "no", "b": "yes"}, ["a", "d"]),
        ({"b": "yes"}, ["a", "d"]),
    ],
)
def test_asked_follows_the_answers_that_still_count(answers: Answers, expected: list[str]) -> None:
    assert keys(asked(CHAIN, answers)) == expected
    assert keys(asked(CHAIN.sections[0], answers)) == expected


def test_relevant_drops_answers_to_what_is_not_asked_and_blanks() -> None:
    answers: Answers = {"a": "no", "b": "yes", "c": "left behind", "d": " ", "gone": "x"}
    assert relevant(CHAIN, answers) == {"a": "no"}


def test_relevant_reaches_across_sections() -> None:
    pack = tiny_pack(
        sections=(
            section("one", question("a", QuestionKind.YES_NO)),
            section("two", question("b", QuestionKind.YES_NO, ask_if=is_yes("a"))),
            section("three", question("c", ask_if=is_yes("b"))),
        )
    )
    answers: Answers = {"a": "no", "b": "yes", "c": "left behind"}
    assert relevant(pack, answers) == {"a": "no"}
    assert problems(pack, {"a": "no", "b": "yes"}) == ()


K = ProblemKind
OPTIONS = (option("x"), option("y"), option("z"))
ROWS = question(
    "q",
    QuestionKind.ROWS,
    max_rows=2,
    columns=(
        question("name", max_words=2),
        question("kind", QuestionKind.CHOICE, options=OPTIONS),
        question("cost", QuestionKind.MONEY, required=False, minimum=0),
    ),
)
GOOD_ROW = {"name": "n", "kind": "x", "cost": ""}
Found = tuple[ProblemKind, int | None, int | None, str | None]


def q(kind: QuestionKind, **changes: Any) -> QuestionSpec:
    return question("q", kind, **changes)


JUDGED: list[tuple[QuestionSpec, Any, list[Found]]] = [
    (q(QuestionKind.TEXT), "words", []),
    (q(QuestionKind.TEXT), None, [(K.MISSING, None, None, None)]),
    (q(QuestionKind.TEXT), "   ", [(K.MISSING, None, None, None)]),
    (q(QuestionKind.TEXT), ["words"], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.TEXT, required=False), None, []),
    (q(QuestionKind.TEXT, max_words=2), "two\n words", []),
    (q(QuestionKind.TEXT, max_words=2), "now three words", [(K.TOO_LONG, 2, None, None)]),
    (q(QuestionKind.LONG_TEXT, max_words=2), "two words", []),
    (q(QuestionKind.LONG_TEXT, max_words=2), "a b c", [(K.TOO_LONG, 2, None, None)]),
    (
        q(QuestionKind.LONG_TEXT, required=False, max_words=2),
        "a b c",
        [(K.TOO_LONG, 2, None, None)],
    ),
    (q(QuestionKind.NUMBER), "12.5", []),
    (q(QuestionKind.NUMBER), "twelve", [(K.NOT_A_NUMBER, None, None, None)]),
    (q(QuestionKind.NUMBER), "NaN", [(K.NOT_A_NUMBER, None, None, None)]),
    (q(QuestionKind.NUMBER, minimum=3), "3", []),
    (q(QuestionKind.NUMBER, minimum=3), "2.99", [(K.OUT_OF_RANGE, 3, None, None)]),
    (q(QuestionKind.NUMBER, minimum=0), "-1", [(K.OUT_OF_RANGE, 0, None, None)]),
    (q(QuestionKind.NUMBER, maximum=3), "3.0", []),
    (q(QuestionKind.NUMBER, maximum=3), "3.01", [(K.OUT_OF_RANGE, 3, None, None)]),
    (q(QuestionKind.NUMBER), None, [(K.MISSING, None, None, None)]),
    (q(QuestionKind.MONEY), 150050, []),
    (q(QuestionKind.MONEY), 0, []),
    (q(QuestionKind.MONEY), "1.5", [(K.NOT_A_NUMBER, None, None, None)]),
    (q(QuestionKind.MONEY), "a lot", [(K.NOT_A_NUMBER, None, None, None)]),
    (q(QuestionKind.MONEY, minimum=100), 99, [(K.OUT_OF_RANGE, 100, None, None)]),
    (q(QuestionKind.MONEY, maximum=100), 101, [(K.OUT_OF_RANGE, 100, None, None)]),
    (q(QuestionKind.MONEY), None, [(K.MISSING, None, None, None)]),
    (q(QuestionKind.DATE), "2024-02-29", []),
    (q(QuestionKind.DATE), "2023-02-29", [(K.NOT_A_DATE, None, None, None)]),
    (q(QuestionKind.DATE), "tomorrow", [(K.NOT_A_DATE, None, None, None)]),
    (q(QuestionKind.DATE), None, [(K.MISSING, None, None, None)]),
    (q(QuestionKind.CHOICE, options=OPTIONS), "x", []),
    (q(QuestionKind.CHOICE, options=OPTIONS), "w", [(K.NOT_AN_OPTION, None, None, None)]),
    (q(QuestionKind.CHOICE, options=OPTIONS), ["x"], [(K.NOT_AN_OPTION, None, None, None)]),
    (q(QuestionKind.CHOICE, options=OPTIONS), None, [(K.MISSING, None, None, None)]),
    (q(QuestionKind.MANY, options=OPTIONS), ["x", "z"], []),
    (q(QuestionKind.MANY, options=OPTIONS), ["x", "w"], [(K.NOT_AN_OPTION, None, None, None)]),
    (q(QuestionKind.MANY, options=OPTIONS), "x", [(K.NOT_AN_OPTION, None, None, None)]),
    (q(QuestionKind.MANY, options=OPTIONS), [], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.MANY, options=OPTIONS, maximum=1), ["x", "x"], []),
    (
        q(QuestionKind.MANY, options=OPTIONS, maximum=1),
        ["x", "y"],
        [(K.OUT_OF_RANGE, 1, None, None)],
    ),
    (q(QuestionKind.YES_NO), "yes", []),
    (q(QuestionKind.YES_NO), "no", []),
    (q(QuestionKind.YES_NO), "maybe", [(K.NOT_AN_OPTION, None, None, None)]),
    (q(QuestionKind.YES_NO), None, [(K.MISSING, None, None, None)]),
    *(
        (q(QuestionKind.TEXT, format=TextFormat.EMAIL), text, [])
        for text in ("ana@example.org", " ana.p+x@correo.example.org ", "año@ñandú.example")
    ),
    *(
        (q(QuestionKind.TEXT, format=TextFormat.EMAIL), text, [(K.NOT_AN_EMAIL, None, None, None)])
        for text in (
            "nonsense",
            "a@b",
            "a@.org",
            "a b@example.org",
            "a@example.org, b@x.org",
            "☃@☃",
        )
    ),
    (q(QuestionKind.TEXT, format=TextFormat.EMAIL), " ", [(K.MISSING, None, None, None)]),
    *(
        (q(QuestionKind.TEXT, format=TextFormat.TELEPHONE), text, [])
        for text in ("55 0000 0001", "+52 (55) 0000-0001 ext. 12", "912345")
    ),
    *(
        (
            q(QuestionKind.TEXT, format=TextFormat.TELEPHONE),
            text,
            [(K.NOT_A_TELEPHONE, None, None, None)],
        )
        for text in ("☃", "12345", "call me", "55 0000 0001 or 2", "5" * 30, "٥٥٠٠٠٠٠٠٠١")
    ),
    (q(QuestionKind.FILE), ["0b8f"], []),
    (q(QuestionKind.FILE), [], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.FILE), "0b8f", [(K.MISSING, None, None, None)]),
    (q(QuestionKind.FILE, maximum=1), ["a", "b"], [(K.OUT_OF_RANGE, 1, None, None)]),
    (ROWS, [GOOD_ROW], []),
    (ROWS, [], [(K.MISSING, None, None, None)]),
    (ROWS, [{"name": "", "kind": " "}], [(K.MISSING, None, None, None)]),
    (ROWS, "rows", [(K.MISSING, None, None, None)]),
    (ROWS, [GOOD_ROW, {}, GOOD_ROW], []),
    (ROWS, [GOOD_ROW] * 3, [(K.TOO_MANY_ROWS, 2, None, None)]),
    (ROWS, [GOOD_ROW, {"kind": "x"}], [(K.ROW_INCOMPLETE, None, 2, "name")]),
    (ROWS, [{}, {"kind": "x"}], [(K.ROW_INCOMPLETE, None, 2, "name")]),
    (ROWS, [{"name": "n"}], [(K.ROW_INCOMPLETE, None, 1, "kind")]),
    (ROWS, [{"name": "n", "kind": "w"}], [(K.NOT_AN_OPTION, None, 1, "kind")]),
    (ROWS, [GOOD_ROW | {"name": "a b c"}], [(K.TOO_LONG, 2, 1, "name")]),
    (ROWS, [GOOD_ROW | {"cost": "free"}], [(K.NOT_A_NUMBER, None, 1, "cost")]),
    (ROWS, [GOOD_ROW | {"cost": "-1"}], [(K.OUT_OF_RANGE, 0, 1, "cost")]),
    (q(QuestionKind.ORGANISATION), [{"name": "Río", "tax_number": "rcl-010203 xy1"}], []),
    (q(QuestionKind.ORGANISATION), [{"name": "Río"}], []),
    (q(QuestionKind.ORGANISATION), [], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.ORGANISATION), [{"name": " "}], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.ORGANISATION), "Río", [(K.MISSING, None, None, None)]),
    (q(QuestionKind.ORGANISATION), [{"name": "a"}, {"name": "b"}], [(K.MISSING, None, None, None)]),
    (q(QuestionKind.ORGANISATION), [{"name": "a", "id": "1"}], [(K.MISSING, None, None, None)]),
    (
        q(QuestionKind.ORGANISATION),
        [{"tax_number": "?"}],
        [(K.ROW_INCOMPLETE, None, 1, "name"), (K.NOT_A_TAX_NUMBER, None, 1, "tax_number")],
    ),
    (q(QuestionKind.ORGANISATION), [{"name": "a " * 31}], [(K.TOO_LONG, 30, 1, "name")]),
]


@pytest.mark.parametrize(("asked_question", "answer", "expected"), JUDGED)
def test_problems_are_found_in_every_kind_of_answer(
    asked_question: QuestionSpec, answer: AnswerValue | None, expected: list[Found]
) -> None:
    answers: Answers = {} if answer is None else {"q": answer}
    assert problems(form(asked_question), answers) == tuple(
        Problem("q", "only", kind, limit, row, column) for kind, limit, row, column in expected
    )


def test_problem_table_covers_every_kind_of_question_good_and_bad() -> None:
    seen = {(spec.kind, bool(expected)) for spec, _, expected in JUDGED}
    assert seen == set(product(QuestionKind, (True, False)))
    assert {kind for _, _, expected in JUDGED for kind, *_ in expected} == set(ProblemKind)


def test_problems_come_in_the_order_of_the_form_and_can_be_narrowed() -> None:
    pack = tiny_pack()
    answers: Answers = {"summary": "one two three four", "biometric": "perhaps"}
    found = (
        Problem("title", "about", ProblemKind.MISSING),
        Problem("summary", "about", ProblemKind.TOO_LONG, 3),
        Problem("uses_data", "about", ProblemKind.MISSING),
        Problem("biometric", "risk", ProblemKind.NOT_AN_OPTION),
    )
    assert problems(pack, answers) == found
    assert problems(pack, answers, ["risk"]) == found[3:]
    assert problems(pack, answers, iter(["about", "risk"])) == found
    assert problems(pack, answers, []) == ()


def test_question_not_asked_is_no_problem() -> None:
    pack = form(
        question("a", QuestionKind.YES_NO),
        question("b", QuestionKind.NUMBER, ask_if=is_yes("a")),
    )
    assert problems(pack, {"a": "no", "b": "nonsense"}) == ()
    assert problems(pack, {"a": "yes"}) == (Problem("b", "only", ProblemKind.MISSING),)


def test_question_is_required_only_where_its_condition_holds() -> None:
    owner = question("owner", required=False, required_if=is_yes("hired"))
    pack = form(
        question("a", QuestionKind.YES_NO),
        question("b", QuestionKind.YES_NO, ask_if=is_yes("a"), required=False),
        question("c", required=False, required_if=is_yes("b")),
        question(
            "boats",
            QuestionKind.ROWS,
            required=False,
            columns=(question("hired", QuestionKind.YES_NO, required=False), owner),
        ),
    )
    assert keys(asked(pack, {"a": "no"})) == ["a", "c", "boats"]
    assert problems(pack, {"a": "yes", "b": "no"}) == ()
    assert problems(pack, {"a": "yes", "b": "yes", "c": "why"}) == ()
    assert problems(pack, {"a": "yes", "b": "yes"}) == (Problem("c", "only", ProblemKind.MISSING),)
    # An answer left behind asks nothing, and so demands nothing.
    assert problems(pack, {"a": "no", "b": "yes"}) == ()
    assert section_state(pack.sections[0], {"a": "yes", "b": "yes"}) is SectionState.IN_PROGRESS
    rows: list[dict[str, str]] = [{"hired": "no"}, {"hired": "yes"}]
    assert problems(pack, {"a": "no", "boats": rows}) == (
        Problem("boats", "only", ProblemKind.ROW_INCOMPLETE, None, 2, "owner"),
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, SectionState.NOT_STARTED),
        ({"elsewhere": "x"}, SectionState.NOT_STARTED),
        ({"title": " "}, SectionState.NOT_STARTED),
        ({"summary": "short"}, SectionState.IN_PROGRESS),
        ({"title": "t"}, SectionState.IN_PROGRESS),
        ({"title": "t", "uses_data": "no"}, SectionState.DONE),
        ({"title": "one two three four five six", "uses_data": "no"}, SectionState.IN_PROGRESS),
    ],
)
def test_section_state_follows_the_answers(answers: Answers, expected: SectionState) -> None:
    assert section_state(tiny_pack().section("about"), answers) is expected


def test_section_of_optional_questions_is_done_once_one_is_answered() -> None:
    optional = section("s", question("a", required=False), question("b", required=False))
    assert section_state(optional, {}) is SectionState.NOT_STARTED
    assert section_state(optional, {"b": "x"}) is SectionState.DONE


def test_section_that_asks_nothing_is_done() -> None:
    hidden = section("s", question("a", ask_if=is_yes("elsewhere")))
    assert section_state(hidden, {}) is SectionState.DONE
    assert section_state(hidden, {"elsewhere": "yes"}) is SectionState.NOT_STARTED


def test_prohibited_names_the_uses_that_the_answers_describe() -> None:
    pack = tiny_pack()
    assert prohibited(pack, {"scores_people": "yes"}) == pack.prohibited_uses
    assert prohibited(pack, {"scores_people": "no"}) == ()
    assert prohibited(pack, {}) == ()


def test_prohibited_overlooks_answers_that_no_longer_count() -> None:
    pack = form(
        question("a", QuestionKind.YES_NO),
        question("scores_people", QuestionKind.YES_NO, ask_if=Compare("a", Operator.EQUALS, True)),
    )
    assert prohibited(pack, {"a": "no", "scores_people": "yes"}) == ()
    assert prohibited(pack, {"a": "yes", "scores_people": "yes"}) == pack.prohibited_uses


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text("abñé", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=6,
)
CONTENTS = st.dictionaries(st.text("abc", min_size=1), VALUES, max_size=4)


@settings(max_examples=30, deadline=None)
@given(CONTENTS)
def test_content_hash_is_that_of_sorted_json_without_spaces(content: Mapping[str, Any]) -> None:
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content_hash(content) == hashlib.sha256(written.encode()).hexdigest()


def test_content_hash_does_not_depend_on_how_letters_are_composed() -> None:
    composed = {"título": ["Análisis", {"más": "ñ"}]}
    decomposed = json.loads(unicodedata.normalize("NFD", json.dumps(composed, ensure_ascii=False)))
    assert decomposed != composed
    assert content_hash(decomposed) == content_hash(composed)


def test_content_hash_changes_with_the_content() -> None:
    contents: list[Mapping[str, Any]] = [
        {},
        {"a": "1"},
        {"a": 1},
        {"a": ["1"]},
        {"a": "1", "b": None},
        {"b": "1"},
        {"a": ["1", "2"]},
        {"a": ["2", "1"]},
    ]
    assert len({content_hash(content) for content in contents}) == len(contents)


def test_content_hash_refuses_what_would_be_ambiguous() -> None:
    with pytest.raises(ValueError, match="Unicode form"):
        content_hash({"\u00e9": 1, "e\u0301": 2})
    with pytest.raises(rfc8785.CanonicalizationError):
        content_hash({"a": object()})


def test_reference_is_padded_and_grows_beyond_its_padding() -> None:
    assert reference("SBX", 2026, 17) == "SBX-2026-00017"
    assert reference("SBX", 2026, 123456) == "SBX-2026-123456"
    with pytest.raises(ValueError, match="counts from 1"):
        reference("SBX", 2026, 0)
