"""Put into words what a company is told before it is decided: its page, and its letter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sandbox.coordination.letters import (
    DecisionWords,
    coded,
    day_words,
    decision_words,
    result_data,
)
from sandbox.coordination.queries import Letterhead
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.content import content_hash
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.language import locale_of
from sandbox.kernel.pdf import render_pdf
from sandbox.models import Application, PreliminaryResult

SUMMARY: Mapping[DecisionOutcome, LazyString] = {
    DecisionOutcome.ADMITTED: _l(
        "As things stand, the application would be admitted to the sandbox."
    ),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "As things stand, the application would be admitted to the sandbox under the conditions "
        "below."
    ),
    DecisionOutcome.DECLINED: _l(
        "As things stand, the application would not be admitted to the sandbox."
    ),
}


def preliminary_words(pack: PolicyPack, result: PreliminaryResult, language: str) -> DecisionWords:
    """Say what is to be decided and why, and what the company can do until then."""
    return replace(
        decision_words(pack, result, language),
        summary=SUMMARY[DecisionOutcome(result.outcome)],
        next_steps=_l(
            "Nothing is decided yet. Until %(day)s you can comment on this result, contest it, or "
            "say that you have nothing to say. The authorities read your answer and may change "
            "their positions before the lead authority decides. If you say nothing, it may decide "
            "after that day; your silence will count neither as consent nor as objection.",
            day=day_words(result.due_on),
        ),
        # Nothing is decided that one could appeal.
        appeals="",
    )


def preliminary_pdf(
    pack: PolicyPack, application: Application, result: PreliminaryResult, head: Letterhead
) -> bytes:
    """Typeset the letter in the language of the application; it stays the same for ever."""
    language = application.language
    with force_locale(locale_of(language)):
        data = preliminary_data(pack, application, result, head)
    return render_pdf("decision", data, language=language, timestamp=result.announced_at)


def preliminary_data(
    pack: PolicyPack, application: Application, result: PreliminaryResult, head: Letterhead
) -> dict[str, Any]:
    """Return everything that the letter says; each place where a decision stands says more."""
    language = application.language
    words = preliminary_words(pack, result, language)
    data = result_data(pack, application, result, head, words)
    label = _("Preliminary: %(outcome)s", outcome=words.outcome.label)
    return {
        **data,
        "content_hash": preliminary_hash(application, result),
        "date": day_words(result.announced_at),
        "opening": _(
            "On %(day)s %(organisation)s applied to test “%(title)s” in the programme "
            "“%(programme)s”. This letter says what the authorities would decide as things stand. "
            "It is no decision: you are heard first.",
            day=day_words(application.submitted_at),
            organisation=head.organisation,
            title=application.title,
            programme=pack.programme.title.in_(language),
        ),
        "outcome": {**data["outcome"], "label": label},
        "labels": {
            **data["labels"],
            "heading": _("Preliminary result, not a decision"),
            "outcome": _("Preliminary result"),
            "next_steps": _("What you can do"),
        },
    }


def preliminary_hash(application: Application, result: PreliminaryResult) -> str:
    """Return the fingerprint of what was announced; no answer to it changes that."""
    return content_hash(
        {
            "application": str(application.id),
            "reference": application.reference or "",
            "preliminary": result.number,
            "outcome": result.outcome,
            "rule": result.rule,
            "grounds": result.grounds,
            "conditions": result.conditions,
            "dissent": result.dissent,
            "positions": result.positions,
            "marks": result.marks,
            "remarks": result.remarks,
            "announced_at": result.announced_at.isoformat(),
            "due_on": result.due_on.isoformat(),
            **coded(result),
        }
    )
