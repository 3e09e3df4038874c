from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.domain.monitoring import (
    Cap,
    Level,
    Reach,
    breach_words,
    caps_of,
    exceeded_caps,
    judge,
    next_report_due,
    read_breach,
    reports_due,
    untold_caps,
    worst,
)
from sandbox.domain.packs import Direction, Text
from tests.domain.tiny_pack import stage, tiny_pack

ERRORS = tiny_pack().metric("errors")  # target 1, warning 3, breach 5, the less the better
PASSED = replace(
    ERRORS,
    direction=Direction.AT_LEAST,
    target=Decimal(99),
    warning=Decimal(95),
    breach=Decimal(90),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("-1", "within"),
        ("1", "within"),
        ("2.999", "within"),
        ("3", "warning"),
        ("4.999", "warning"),
        ("5", "breach"),
        ("500", "breach"),
    ],
)
def test_metric_that_should_be_low_is_judged_upwards(value: str, expected: str) -> None:
    assert judge(ERRORS, Decimal(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("100", "within"),
        ("99", "within"),
        ("95.001", "within"),
        ("95", "warning"),
        ("90.001", "warning"),
        ("90", "breach"),
        ("0", "breach"),
    ],
)
def test_metric_that_should_be_high_is_judged_downwards(value: str, expected: str) -> None:
    assert judge(PASSED, Decimal(value)) == expected


def test_meeting_the_target_is_within_even_where_the_warning_lies_on_it() -> None:
    none_allowed = replace(ERRORS, target=Decimal(0), warning=Decimal(0), breach=Decimal(1))
    assert judge(none_allowed, Decimal(0)) is Level.WITHIN
    assert judge(none_allowed, Decimal("0.5")) is Level.WARNING
    assert judge(none_allowed, Decimal(1)) is Level.BREACH


def test_worst_is_the_worst_of_any_three() -> None:
    for levels in product(Level, repeat=3):
        expected = next(each for each in ("breach", "warning", "within") if each in levels)
        assert worst(levels) == expected
    assert worst([]) is Level.WITHIN


START = date(2024, 1, 31)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(-2, 200), st.integers(0, 60))
def test_reports_fall_due_as_the_running_days_go_by(
    every: int, elapsed: int, suspended: int
) -> None:
    reporting = stage("pilot", report_every_days=every)
    today = START + timedelta(days=elapsed)
    # The suspension is put first, which is what putting every due day off by it amounts to.
    expected = []
    running = 0
    day = START + timedelta(days=suspended)
    while day < today:
        day += timedelta(days=1)
        running += 1
        if running % every == 0:
            expected.append(day)
    assert reports_due(reporting, START, today, suspended) == tuple(expected)
    following = next_report_due(reporting, START, today, suspended)
    assert following is not None
    assert following > today
    assert (following - START).days == (len(expected) + 1) * every + suspended


def test_report_is_due_on_its_day_and_not_before() -> None:
    monthly = stage("pilot", report_every_days=30)
    due = date(2024, 3, 1)
    assert reports_due(monthly, START, due - timedelta(days=1), 0) == ()
    assert reports_due(monthly, START, due, 0) == (due,)
    assert reports_due(monthly, START, due, 1) == ()


def test_stage_without_cadence_asks_for_no_report() -> None:
    assert reports_due(stage("plan"), START, date(2030, 1, 1), 0) == ()
    assert next_report_due(stage("plan"), START, START, 0) is None


@pytest.mark.parametrize(
    ("cap", "participants", "expected"), [(12, 12, False), (12, 13, True), (None, 10**6, False)]
)
def test_cap_on_participants_is_exceeded_beyond_it(
    cap: int | None, participants: int, expected: bool
) -> None:
    stage = replace(tiny_pack().tiers[0].stages[1], participants_cap=cap)
    assert (Cap.PARTICIPANTS in exceeded_caps(stage, Reach(participants))) is expected


@pytest.mark.parametrize("cap", list(Cap))
def test_everything_that_a_stage_limits_is_told_and_held_against_its_limit(cap: Cap) -> None:
    plain = replace(tiny_pack().tiers[0].stages[1], participants_cap=None, places_cap=None)
    names = {Cap.AMOUNT_EACH: "amount_per_person_cap"}
    stage = replace(plain, **{names.get(cap, f"{cap.value}_cap"): 5})
    assert caps_of(stage) == {cap: 5}
    for told, exceeded in ((5, ()), (6, (cap,))):
        reach = replace(Reach(0), **{cap.value: told})
        assert exceeded_caps(stage, reach) == exceeded
        assert untold_caps(stage, reach) == ()
        # What is not limited may be whatever it is.
        assert exceeded_caps(plain, reach) == ()
    assert untold_caps(stage, Reach(0)) == (() if cap is Cap.PARTICIPANTS else (cap,))


NAMED = replace(
    ERRORS,
    name=Text({"es": "Errores (%)", "en": "Errors (%)"}),
    unit=Text({"es": "por ciento", "en": "per cent"}),
)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-999, max_value=999))
def test_what_the_rules_said_of_a_breach_is_recognised_in_their_language(value: Decimal) -> None:
    said = breach_words(NAMED, value)
    assert said.in_("en").startswith("Errors (%): ")
    assert said.in_("en").endswith(" per cent (≥ 5)")
    assert read_breach([replace(PASSED, key="other"), NAMED], said.in_("es"), "es") == said


@pytest.mark.parametrize(
    "said",
    [
        "Se cayó el servidor.",
        "Errores (%): muchos por ciento (≥ 5)",
        "Errores (%): 8 por ciento (≥ 6)",
        "Errors (%): 8 per cent (≥ 5)",
        "Errores (%):  por ciento (≥ 5)",
    ],
)
def test_what_somebody_wrote_is_not_taken_for_a_breach(said: str) -> None:
    assert read_breach([NAMED], said, "es") is None
