"""A relief holds within its days, while its test runs, until somebody ends it; nowhere else."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from sandbox.domain.packs import PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.reliefs import (
    ReliefState,
    ReliefTerm,
    ReliefWording,
    Verdict,
    answerers,
    check_end,
    check_grant,
    check_wording,
    provision_of,
    relief_state,
    sought_reliefs,
)
from sandbox.domain.trials import TrialStatus
from tests.factories import complete_answers, pack

DAYS = [date(2026, 5, 1) + timedelta(days=n) for n in range(6)]
WORDING = ReliefWording(
    "waiver", "Artículo 9", "Consentir por mensaje.", "", "Otros pueden pedirla.", DAYS[1], DAYS[3]
)


def expected(
    verdict: Verdict | None, term: ReliefTerm, status: TrialStatus, today: date
) -> ReliefState:
    """Say it again, day by day: on which days it holds, and why it does not on the others."""
    if verdict is not Verdict.GRANTED:
        return ReliefState.REFUSED if verdict else ReliefState.DRAFT
    days = {day for day in DAYS if term.starts_on <= day <= term.ends_on}
    days -= {day for day in DAYS if term.ended_on is not None and day >= term.ended_on}
    has_ended = status in (TrialStatus.COMPLETED, TrialStatus.ENDED_EARLY)
    if has_ended or today > term.ends_on or (term.ended_on is not None and today >= term.ended_on):
        return ReliefState.ENDED
    if today not in days:
        return ReliefState.AHEAD
    return ReliefState.STOPPED if status is TrialStatus.SUSPENDED else ReliefState.IN_FORCE


def test_relief_state_over_every_combination() -> None:
    seen = set()
    for verdict, status, today, starts, ends, ended in product(
        (None, *Verdict), TrialStatus, DAYS, DAYS, DAYS, (None, *DAYS)
    ):
        if ends < starts or (ended is not None and ended > ends):
            continue
        term = ReliefTerm(starts, ends, ended)
        found = relief_state(verdict, term, status, today)
        assert found is expected(verdict, term, status, today), (verdict, status, today, term)
        seen.add(found)
    assert seen == set(ReliefState)
    assert relief_state(None, None, TrialStatus.RUNNING, DAYS[0]) is ReliefState.DRAFT
    assert relief_state(Verdict.REFUSED, None, TrialStatus.RUNNING, DAYS[0]) is ReliefState.REFUSED


@pytest.mark.parametrize(
    ("wording", "why"),
    [
        (replace(WORDING, kind="favour"), Why.RELIEF_INCOMPLETE),
        (replace(WORDING, provision=" "), Why.RELIEF_INCOMPLETE),
        (replace(WORDING, scope=""), Why.RELIEF_INCOMPLETE),
        (replace(WORDING, ends_on=DAYS[0]), Why.RELIEF_BACKWARDS),
        (replace(WORDING, neutrality=" "), Why.RELIEF_NOT_NEUTRAL),
        (replace(WORDING, starts_on=None), Why.RELIEF_INCOMPLETE),
        (replace(WORDING, ends_on=None), Why.RELIEF_INCOMPLETE),
        (replace(WORDING, starts_on=DAYS[0]), Why.RELIEF_PAST),
        (replace(WORDING, ends_on=DAYS[5]), Why.RELIEF_TOO_LONG),
    ],
)
def test_grant_is_refused_with_its_reason(wording: ReliefWording, why: Why) -> None:
    with pytest.raises(NotPossible) as refused:
        check_grant(wording, pack(), DAYS[1], DAYS[4])
    assert refused.value.reason is why


def test_grant_takes_the_whole_time_of_the_test_and_a_draft_may_lack_its_days() -> None:
    check_grant(replace(WORDING, ends_on=DAYS[4]), pack(), DAYS[1], DAYS[4])
    check_wording(ReliefWording("waiver", "Artículo 9", "Consentir por mensaje."), pack())


@pytest.mark.parametrize(
    ("ended_on", "today", "why"),
    [
        (DAYS[1], DAYS[2], Why.RELIEF_PAST),
        (DAYS[4], DAYS[2], Why.RELIEF_OVER),  # it ends by itself the day before
        (DAYS[4], DAYS[4], Why.RELIEF_OVER),
    ],
)
def test_early_end_lies_before_the_own_end_and_not_in_the_past(
    ended_on: date, today: date, why: Why
) -> None:
    term = ReliefTerm(DAYS[1], DAYS[3])
    with pytest.raises(NotPossible) as refused:
        check_end(term, ended_on, today)
    assert refused.value.reason is why
    check_end(term, DAYS[2], DAYS[2])
    check_end(term, DAYS[0], DAYS[0])  # before it has begun


def _row(rules: PolicyPack, law: str) -> dict[str, str]:
    question = rules.coordination.reliefs_question
    rows = sought_reliefs(rules, {**complete_answers(rules), question: [{"law": law}]})
    return dict(rows[0])


def test_row_is_answered_by_those_competent_for_it_and_otherwise_by_the_lead() -> None:
    rules, on = pack(), date(2024, 5, 1)
    cases = ["IFT", "INAI", "COFECE"]
    assert answerers(rules, _row(rules, "lfpdppp"), cases, on) == {"INAI"}
    assert answerers(rules, _row(rules, "lfce"), cases, on) == {"COFECE"}
    assert answerers(rules, _row(rules, "other"), cases, on) == {"IFT"}
    assert answerers(rules, _row(rules, "lfce"), cases[:2], on) == {"IFT"}
    assert answerers(rules, _row(rules, "lfce"), [], on) == frozenset()


def test_provision_is_named_with_its_law_where_the_row_has_one() -> None:
    rules = pack()
    named = provision_of(rules, {"law": "lfpc", "provision": "Artículo 76 Bis"}, "es")
    assert named == "Ley Federal de Protección al Consumidor, Artículo 76 Bis"
    assert provision_of(rules, {"law": "other", "provision": "NOM-024"}, "es") == "NOM-024"
