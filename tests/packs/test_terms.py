"""Let the authorities and the company have terms of every unit, and be told them in words."""

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale

from sandbox.coordination.clocks import answer_by, position_clock
from sandbox.domain.calendar import Stop
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.terms import days_of_term
from sandbox.packs.comparing import compare
from sandbox.packs.loading import load_pack
from sandbox.programme.changes import change_sentence
from sandbox.programme.summary import summary
from tests.packs.copies import MX, copy_of_mx, problems_of, replace
from tests.web.small_app import small_app

RULES = "coordination.toml"
THURSDAY = date(2026, 3, 12)  # the Monday after it is a holiday in Mexico


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Give a copy an acceptance in calendar days and a position in months."""
    home = copy_of_mx(tmp_path)
    replace(
        home / RULES, 'unit = "business_days"\nlength = 5', 'unit = "calendar_days"\nlength = 5'
    )
    replace(home / RULES, "position_days = 15\n", "")
    replace(home / RULES, 'unit = "business_days"\nlength = 15', 'unit = "months"\nlength = 1')
    return home


def test_terms_of_authorities_run_in_the_unit_of_their_clock(changed: Path) -> None:
    mx, other = load_pack(MX), load_pack(changed)
    assert (answer_by(mx, THURSDAY, "CRT"), answer_by(other, THURSDAY, "CRT")) == (
        date(2026, 3, 20),
        date(2026, 3, 17),
    )
    before = position_clock(mx, THURSDAY, (), THURSDAY, "CRT")
    after = position_clock(other, THURSDAY, (), THURSDAY, "CRT")
    # The month ends on a Sunday, and so on the Monday after it.
    assert (before.due_on, after.due_on) == (date(2026, 4, 7), date(2026, 4, 13))
    with small_app().app_context(), force_locale("es"):
        rows = [(row.days, row.what) for row in days_of_term(after, other)]
    assert rows[0] == ("13 mar – 12 abr 2026", "Días del plazo")
    assert rows[1][0] == "13 abr 2026"
    assert len(rows) == 2


def test_position_stands_still_in_the_statuses_that_the_pack_names() -> None:
    mx = load_pack(MX)
    asked = Stop(date(2026, 3, 17), date(2026, 3, 24), "information_requested")
    never = replace_clock(mx, "position", stops_in=())
    usual = position_clock(mx, THURSDAY, (), THURSDAY, "CRT").due_on
    assert position_clock(mx, THURSDAY, (asked,), THURSDAY, "CRT").due_on > usual
    assert position_clock(never, THURSDAY, (asked,), THURSDAY, "CRT").due_on == usual


def replace_clock(pack: PolicyPack, key: str, **changes: Any) -> PolicyPack:
    clocks = [dataclasses.replace(c, **changes) if c.key == key else c for c in pack.clocks]
    return dataclasses.replace(pack, clocks=tuple(clocks))


def test_units_of_terms_are_told_and_compared(changed: Path) -> None:
    mx, other = load_pack(MX), load_pack(changed)
    with small_app().app_context(), force_locale("es"):
        lines = [words for _, words in summary(other)]
        changes = [change_sentence(mx, other, each) for each in compare(mx, other)]
    assert any("Aceptación del caso por la autoridad: 5 días naturales" in line for line in lines)
    assert any("Postura de la autoridad: 1 mes" in line for line in lines)
    assert "Plazo «Postura de la autoridad»: unidad pasa de días hábiles a meses." in changes
    assert "Coordinación: días para tomar una postura pasa de 15 a nada." in changes


def test_days_that_the_rules_repeat_are_not_those_of_a_term_in_months(changed: Path) -> None:
    replace(changed / RULES, "acceptance_days = 5", "acceptance_days = 5\nposition_days = 1")
    [problem] = problems_of(changed)
    assert problem.key == "clocks[2].unit"
    assert "position_days" in problem.message
