"""Amounts and reasons are said as the pack means them, whatever its currency and its weights."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.applications.forms.messages import problem_message
from sandbox.coordination.sentences import routing_sentence
from sandbox.domain.answers import Problem, ProblemKind
from sandbox.domain.packs import PolicyPack
from sandbox.domain.routing import propose
from sandbox.packs.loading import load_pack
from tests.packs.copies import DATA
from tests.web.small_app import small_app


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def with_least_budget(pack: PolicyPack, cents: int) -> PolicyPack:
    sections = tuple(
        replace(
            section,
            questions=tuple(
                replace(each, minimum=cents) if each.key == "budget" else each
                for each in section.questions
            ),
        )
        for section in pack.sections
    )
    return replace(pack, sections=sections)


@pytest.mark.parametrize(
    ("code", "amount"), [("mx", "$1,250.50 MXN"), ("eu-ai-act", "1,250.50 EUR")]
)
def test_bound_of_an_amount_is_said_with_its_cents_in_the_currency_of_the_pack(
    app: Flask, code: str, amount: str
) -> None:
    pack = with_least_budget(load_pack(DATA / code / "1.0.0"), 125_050)
    section = next(each for each in pack.sections if pack.questions["budget"] in each.questions)
    problem = Problem("budget", section.key, ProblemKind.OUT_OF_RANGE, limit=125_050)
    with app.test_request_context(), force_locale("en"):
        assert problem_message(pack, problem) == f"Write {amount} or more."


def test_relief_under_a_law_of_two_matters_is_counted_once_and_says_so(app: Flask) -> None:
    pack = load_pack(DATA / "mx" / "1.0.0")
    row = {"law": "lgtaip", "provision": "9", "kind": "waiver", "asked": "a", "why": "b"}
    routing = propose(pack, {"reliefs": [row]}, date(2024, 2, 5))
    assert dict(routing.weights) == {"INAI": pack.coordination.relief_weight}
    with app.test_request_context(), force_locale("en"):
        first, second = (str(routing_sentence(pack, each, "en")) for each in routing.reasons)
    assert first.endswith("which is a matter of Access to public information. Weight: 3.")
    assert second.endswith(
        "is a matter of Transparency of public bodies too; it has already been counted."
    )
