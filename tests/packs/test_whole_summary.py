"""`packs show` tells the whole pack: whatever value of it is another, its words are others."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from sandbox.domain.packs import AllOf, AnyOf, Compare, Not, PolicyPack, Text
from sandbox.packs.loading import load_pack
from sandbox.programme.summary import summary
from tests.packs.copies import DATA
from tests.web.small_app import small_app

# Names by which one part finds another: people know the parts by their texts.
KEYS = frozenset({"key", "code", "value"})

# What makes no difference where it stands, and why.
_AS_TERM = "the checks hold it to the term of the same name, which is told"
_OF_FORM = "the check before an application neither keeps nor counts an answer"
UNTOLD = {
    "coordination.acceptance_days": _AS_TERM,
    "coordination.acceptance_silence": _AS_TERM,
    "coordination.position_days": _AS_TERM,
    "coordination.position_silence": _AS_TERM,
    "coordination.return_answer_days": _AS_TERM,
    "coordination.objection_opens_deliberation": "it belongs to unanimity alone",
    "clocks.starts": "it belongs to the term of the decision alone",
    "eligibility.questions.information": _OF_FORM,
    "eligibility.questions.is_title": _OF_FORM,
    "eligibility.questions.may_be_confidential": _OF_FORM,
    "eligibility.questions.points": _OF_FORM,
    "eligibility.questions.required": _OF_FORM,
    "eligibility.questions.max_rows": "it belongs to rows alone",
    "sections.questions.max_rows": "it belongs to rows alone",
    "sections.questions.columns.max_rows": "it belongs to rows alone",
    "tiers.completion.silence": "it belongs to an approval with days to answer alone",
    "tiers.stages.gate.silence": "it belongs to an approval with days to answer alone",
    "tiers.min_points": "a tier whose points begin and end at none has none of its own",
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return small_app()


def others(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the value with one leaf of it changed, for each of its leaves, with the leaf's path."""
    match value:
        case None:
            return
        case Text():
            texts = {language: f"{text} (changed)" for language, text in value.by_language.items()}
            yield path, Text(texts)
        case AllOf() | AnyOf() | Not() | Compare():
            yield path, Not(value)
        case bool():
            yield path, not value
        case StrEnum():
            words = list(type(value))
            yield path, words[(words.index(value) + 1) % len(words)]
        case int() | Decimal():
            yield path, value + 1
        case date():
            yield path, value + timedelta(days=1)
        case str():
            yield path, f"{value}X"
        case Mapping():
            for key, inner in value.items():
                for where, other in others(inner, path):
                    yield where, {**value, key: other}
        case tuple() if value and all(type(each) is str for each in value):
            # Names of other parts, or of statuses: one fewer is another rule.
            yield path, value[:-1]
        case tuple():
            for index, inner in enumerate(value):
                for where, other in others(inner, path):
                    yield where, (*value[:index], other, *value[index + 1 :])
        case _ if is_dataclass(value):
            for each in fields(value):
                if each.name not in KEYS:
                    for where, other in others(getattr(value, each.name), (*path, each.name)):
                        yield where, replace(value, **{each.name: other})


def is_told(other: PolicyPack, before: list[tuple[int, str]]) -> bool:
    """Tell whether the summary of another pack differs, without reading on from where it does."""
    return any(line != known for line, known in zip_longest(summary(other), before))


@pytest.mark.parametrize("code", ["mx", "eu-ai-act"])
def test_whatever_is_changed_is_told(app: Flask, code: str) -> None:
    pack = load_pack(DATA / code / "1.0.0")
    silent: dict[str, int] = {}
    seen: dict[str, int] = {}
    with app.app_context(), force_locale("en"):
        before = list(summary(pack))
        for path, other in others(pack, ()):
            where = ".".join(path)
            # The first three of each kind of leaf: thousands of them would take minutes.
            if seen.get(where, 0) >= 3:
                continue
            seen[where] = seen.get(where, 0) + 1
            try:
                if not is_told(other, before):
                    silent[where] = silent.get(where, 0) + 1
            except KeyError:
                continue  # the name of another part, which the summary looks up
    assert len(seen) > 100
    assert set(silent) <= set(UNTOLD)
