"""Judge the terms of approvals, and what silence means after them."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from sandbox.domain.approvals import approve_by, meaning_of_silence
from sandbox.domain.calendar import BusinessCalendar, Stop
from sandbox.domain.gates import GateFacts, gate_state
from sandbox.domain.packs import RequirementKind, Silence, Who
from tests.domain.tiny_pack import requirement

MEXICO = BusinessCalendar("MX", frozenset())
FRIDAY = date(2026, 3, 6)
APPROVAL = requirement("r", RequirementKind.APPROVAL, Who.EVERY_AUTHORITY, persons=2)

SILENT = {"r": frozenset({"ONE", "TWO"})}


def test_approval_without_a_term_is_never_due() -> None:
    assert approve_by(APPROVAL, MEXICO, FRIDAY) is None


def test_term_counts_business_days_alone() -> None:
    # Monday the 16th is a holiday in Mexico.
    assert approve_by(replace(APPROVAL, answer_days=6), MEXICO, FRIDAY) == date(2026, 3, 17)


def test_term_stands_still_as_long_as_that_of_the_slowest_authority() -> None:
    spec = replace(APPROVAL, answer_days=2)
    one = (Stop(date(2026, 3, 9), date(2026, 3, 11), ""),)
    two = (Stop(date(2026, 3, 10), date(2026, 3, 11), ""),)
    assert approve_by(spec, MEXICO, FRIDAY, [(), ()]) == date(2026, 3, 10)
    assert approve_by(spec, MEXICO, FRIDAY, [(), two]) == date(2026, 3, 11)
    assert approve_by(spec, MEXICO, FRIDAY, [one, two]) == date(2026, 3, 12)


@pytest.mark.parametrize(("silence", "days"), list(product(Silence, (-1, 0, 1, 40))))
def test_silence_counts_from_the_day_after_the_term_and_never_where_it_means_nothing(
    silence: Silence, days: int
) -> None:
    spec = replace(APPROVAL, answer_days=6, silence=silence)
    found = meaning_of_silence(spec, FRIDAY, FRIDAY + timedelta(days=days))
    assert found is (silence if days > 0 else Silence.NONE)


@pytest.mark.parametrize("silence", list(Silence))
def test_gate_takes_silence_for_approval_only_where_the_pack_grants_it(silence: Silence) -> None:
    spec = replace(APPROVAL, answer_days=6, silence=silence)
    facts = GateFacts(lead="ONE", associates=("TWO",), granted_by_silence=SILENT)
    gate = gate_state((spec,), facts, None)
    assert gate.is_open == (silence is Silence.GRANTED)


def test_approvals_are_awaited_once_nothing_else_is_missing() -> None:
    document = requirement("d", RequirementKind.DOCUMENT)
    other = requirement("o", RequirementKind.APPROVAL, Who.LEAD)
    given = {"o": {"ONE": frozenset({"ana"})}}
    facts = GateFacts(lead="ONE", associates=("TWO",), approvals=given)
    specs = (document, APPROVAL, other)
    assert gate_state(specs, facts, None).awaited_approvals == ()
    complete = replace(facts, documents={"d": "d.pdf"})
    assert gate_state(specs, complete, None).awaited_approvals == (APPROVAL,)


@pytest.mark.parametrize("who", [Who.LEAD, Who.EVERY_AUTHORITY])
def test_silence_grants_nothing_for_a_lead_that_is_not_named(who: Who) -> None:
    spec = replace(APPROVAL, by=who, answer_days=6, silence=Silence.GRANTED)
    facts = GateFacts(lead=None, associates=("TWO",), granted_by_silence=SILENT)
    (state,) = gate_state((spec,), facts, None).awaited
    assert state.lacks_a_party
    named = gate_state((spec,), replace(facts, lead="ONE"), None)
    assert named.is_open


def test_an_approval_waits_only_for_those_who_have_not_given_it() -> None:
    given = {"r": {"ONE": frozenset({"ana", "luz"}), "TWO": frozenset({"eva"})}}
    facts = GateFacts(lead="ONE", associates=("TWO",), approvals=given)
    (state,) = gate_state((APPROVAL,), facts, None).awaited
    assert not state.lacks_a_party
    assert not state.waits_for("ONE")
    assert state.waits_for("TWO")
