import re

from sandbox.domain.answers import Problem, ProblemKind
from sandbox.domain.applications import ApplicationAction, ApplicationStatus
from sandbox.domain.refusals import (
    ChangedMeanwhile,
    Incomplete,
    NotPossible,
    Refusal,
    TransitionRefused,
    Why,
)

KINDS = (Refusal, TransitionRefused, Incomplete, NotPossible, ChangedMeanwhile)


def test_codes_are_distinct_and_fit_an_address() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_not_possible_carries_its_reason_and_details() -> None:
    refusal = NotPossible(Why.RETURNS_USED_UP, allowed=2)
    assert refusal.code == "not-possible"
    assert refusal.reason is Why.RETURNS_USED_UP
    assert refusal.details == {"reason": Why.RETURNS_USED_UP, "allowed": 2}


def test_incomplete_carries_every_problem() -> None:
    found = [Problem("title", "about", ProblemKind.MISSING)]
    assert Incomplete(found).problems == tuple(found)
    assert Incomplete(found).details == {"problems": tuple(found)}


def test_transition_refused_carries_its_parts_as_details() -> None:
    refusal = TransitionRefused(
        ApplicationStatus.DRAFT, ApplicationAction.DECIDE, [ApplicationAction.SUBMIT]
    )
    assert refusal.details == {
        "status": ApplicationStatus.DRAFT,
        "action": ApplicationAction.DECIDE,
        "possible": (ApplicationAction.SUBMIT,),
    }


def test_refusal_says_its_code_and_details_in_a_traceback() -> None:
    assert "not-possible" in str(NotPossible(Why.GATE_CLOSED))
    assert "gate_closed" in str(NotPossible(Why.GATE_CLOSED))


def test_reasons_are_their_own_names_in_small_letters() -> None:
    assert [why.value for why in Why] == [why.name.lower() for why in Why]
