"""Try every deed in every status of an enquiry, and reckon who is asked and until when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sandbox.domain.calendar import BusinessCalendar, Stop
from sandbox.domain.enquiries import (
    LIFECYCLE,
    Addressed,
    EnquiryAction,
    EnquiryStatus,
    follow,
    is_over,
    propose_addressed,
    read_term,
)
from sandbox.domain.packs import (
    AuthoritySpec,
    ClockUnit,
    CompetenceSpec,
    FastAnswerSpec,
    SuccessionSpec,
    SuccessorSpec,
)
from sandbox.domain.refusals import TransitionRefused
from tests.domain.tiny_pack import text, tiny_pack

MEXICO = BusinessCalendar("MX", frozenset())
FRIDAY = date(2026, 3, 6)
THIRTY = FastAnswerSpec(30, ClockUnit.CALENDAR_DAYS, text("It binds nobody."))

S, A = EnquiryStatus, EnquiryAction
EXPECTED = {
    S.OPEN: {A.WRITE: S.OPEN, A.ANSWER: S.ANSWERED, A.ASK: S.ASKED, A.CLOSE: S.CLOSED},
    S.ASKED: {A.WRITE: S.ASKED, A.ANSWER: S.ASKED, A.ASK: S.ASKED, A.COMPLETE: S.ANSWERED},
    S.ANSWERED: {A.WRITE: S.OPEN, A.ANSWER: S.ANSWERED, A.ASK: S.ASKED, A.CLOSE: S.CLOSED},
    S.CLOSED: {},
}


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("action", list(A))
def test_every_deed_leads_where_it_should_or_is_refused(status: S, action: A) -> None:
    target = EXPECTED[status].get(action)
    if target is not None:
        assert LIFECYCLE.advance(status, action) is target
        return
    with pytest.raises(TransitionRefused) as refused:
        LIFECYCLE.advance(status, action)
    assert set(refused.value.possible) == set(EXPECTED[status])


# --- who is asked --------------------------------------------------------------------------------

PACK = tiny_pack(
    competences=tuple(CompetenceSpec(code, text(code)) for code in ("data", "nets", "market")),
    authorities=(
        AuthoritySpec("ONE", text("One"), ("nets", "data")),
        AuthoritySpec("TWO", text("Two"), ("market",)),
        AuthoritySpec("NEW", text("New"), ("data",), valid_from=date(2026, 1, 1)),
        AuthoritySpec("OLD", text("Old"), ("market",), valid_until=date(2025, 12, 31)),
        AuthoritySpec("HEIR", text("Heir"), ("nets",)),
    ),
    successions=(
        SuccessionSpec(
            "one_ends",
            "ONE",
            date(2026, 6, 1),
            (SuccessorSpec("HEIR", ("nets",)), SuccessorSpec("NEW", ("data",))),
            text("They go on."),
            text("Law"),
        ),
    ),
)


def test_whoever_is_competent_that_day_is_asked_for_the_matters_that_it_has() -> None:
    asked = propose_addressed(PACK, ("market", "data", "nets"), FRIDAY)
    assert asked == (Addressed("ONE", ("data", "nets")), Addressed("TWO", ("market",)))
    before = propose_addressed(PACK, ("market",), date(2025, 5, 1))
    assert [each.authority for each in before] == ["TWO", "OLD"]
    assert propose_addressed(PACK, (), FRIDAY) == ()
    assert propose_addressed(PACK, ("of another pack",), FRIDAY) == ()


def test_those_who_took_over_are_asked_once_the_succession_was_applied() -> None:
    asked = propose_addressed(PACK, ("data", "nets"), FRIDAY, applied=("ONE",))
    assert asked == (Addressed("NEW", ("data",)), Addressed("HEIR", ("nets",)))


def test_the_heirs_of_who_was_asked_follow_for_what_passed_to_each() -> None:
    assert follow(PACK, Addressed("ONE", ("nets",)), ("ONE",)) == (Addressed("HEIR", ("nets",)),)
    everybody = follow(PACK, Addressed("ONE", ()), ("ONE",))
    assert [each.authority for each in everybody] == ["HEIR", "NEW"]
    assert follow(PACK, Addressed("ONE", ("nets",)), ()) == ()
    assert follow(PACK, Addressed("TWO", ("market",)), ("ONE",)) == ()


# --- until when ----------------------------------------------------------------------------------


def answer_by(spec: FastAnswerSpec, stops: tuple[Stop, ...] = ()) -> date:
    return read_term(spec, MEXICO, FRIDAY, FRIDAY, stops).due_on


def test_term_counts_in_the_unit_of_the_pack() -> None:
    assert answer_by(THIRTY) == date(2026, 4, 5)
    # Monday the 16th is a holiday in Mexico.
    six = replace(THIRTY, length=6, unit=ClockUnit.BUSINESS_DAYS)
    assert answer_by(six) == date(2026, 3, 17)
    one_month = replace(THIRTY, length=1, unit=ClockUnit.MONTHS)
    assert answer_by(one_month) == date(2026, 4, 6)


def test_term_stands_still_in_the_windows_of_the_authority() -> None:
    window = (Stop(date(2026, 3, 10), date(2026, 3, 20), ""),)
    assert answer_by(THIRTY, window) == date(2026, 4, 15)


def test_last_day_belongs_to_the_term() -> None:
    assert not is_over(FRIDAY, FRIDAY)
    assert is_over(FRIDAY, FRIDAY + timedelta(days=1))
