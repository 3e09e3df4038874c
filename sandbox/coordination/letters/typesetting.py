"""Typeset the letter that the company gets."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _

from sandbox.coordination.letters.fingerprint import decision_hash
from sandbox.coordination.letters.wording import (
    DecisionWords,
    ParticipantWords,
    day_words,
    decision_words,
)
from sandbox.coordination.queries import Letterhead
from sandbox.coordination.sentences import (
    ROLE,
)
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.language import locale_of
from sandbox.kernel.pdf import render_pdf
from sandbox.models import Application, Decision, PreliminaryResult
from sandbox.models.coordination import AssignmentRole

_TONE: Mapping[DecisionOutcome, str] = {
    DecisionOutcome.ADMITTED: "positive",
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: "conditional",
    DecisionOutcome.DECLINED: "negative",
    DecisionOutcome.REDIRECTED: "neutral",
}


def letter_pdf(
    pack: PolicyPack, application: Application, decision: Decision, head: Letterhead
) -> bytes:
    """Typeset the letter in the language of the application; it stays the same for ever."""
    language = application.language
    with force_locale(locale_of(language)):
        data = letter_data(pack, application, decision, head)
    return render_pdf("decision", data, language=language, timestamp=decision.decided_at)


def letter_data(
    pack: PolicyPack, application: Application, decision: Decision, head: Letterhead
) -> dict[str, Any]:
    """Return everything that the letter says, in the language of the application."""
    language = application.language
    words = decision_words(pack, decision, language)
    opening = _(
        "On %(day)s %(organisation)s applied to test “%(title)s” in the programme "
        "“%(programme)s”. The application has now been decided.",
        day=day_words(application.submitted_at),
        organisation=head.organisation,
        title=application.title,
        programme=pack.programme.title.in_(language),
    )
    return {
        **result_data(pack, application, decision, head, words),
        "content_hash": decision_hash(application, decision),
        "date": day_words(decision.decided_at),
        "opening": opening,
        "heard": [asdict(each) for each in words.heard],
    }


def result_data(
    pack: PolicyPack,
    application: Application,
    result: Decision | PreliminaryResult,
    head: Letterhead,
    words: DecisionWords,
) -> dict[str, Any]:
    """Return what the letters of a decision and of a preliminary result have in common."""
    language = application.language
    lead = next((each for each in words.participants if each.role == _lead()), None)
    return {
        "programme": pack.programme.title.in_(language),
        "authority_line": " · ".join(each.code for each in words.participants)
        or pack.programme.operator.in_(language),
        "reference": application.reference or "",
        # No public page confirms a letter, so that the letter promises none.
        "verify_url": "",
        "addressee": {
            "name": head.applicant,
            "organisation": head.organisation,
            "lines": [head.state] if head.state else [],
        },
        "title": application.title,
        "outcome": {
            "label": str(words.outcome.label),
            "tone": _TONE[DecisionOutcome(result.outcome)],
            "summary": _paragraphs(words.summary, *words.decisive, words.remarks),
        },
        "refused_for": [asdict(each) for each in words.refused_for],
        "reasons": [
            {
                "criterion": each.name,
                "result": str(each.tag.label),
                "text": "\n\n".join(each.lines),
            }
            for each in words.criteria
        ],
        "conditions": list(words.conditions),
        "proportionality": [
            {
                "authority": each.name,
                "answers": [
                    {"question": question, "answer": answer}
                    for question, answer in each.proportionality
                ],
            }
            for each in words.participants
            if each.proportionality
        ],
        "heard": [],
        "participants": [_row(each) for each in words.participants],
        "dissent": [{"authority": each.name, "text": each.reasons} for each in words.dissent],
        "next_steps": str(words.next_steps),
        "appeals": words.appeals,
        # The authority answers for the result; the audit keeps who acted for it.
        "signatory": {
            "name": lead.name if lead else pack.programme.operator.in_(language),
            "position": str(lead.role) if lead else _("Secretariat of the programme"),
            "authority": "",
        },
        "labels": _labels(),
    }


def _lead() -> LazyString:
    return ROLE[AssignmentRole.LEAD]


def _row(participant: ParticipantWords) -> dict[str, str]:
    reasons = participant.reasons
    if participant.tacit:
        reasons = _("It let its term pass, which the rules count as this position.")
    return {
        "authority": participant.name,
        "role": str(participant.role),
        "position": str(participant.tag.label),
        "reasons": reasons,
    }


def _paragraphs(*texts: object) -> str:
    return "\n\n".join(text for text in map(str, texts) if text)


def _labels() -> dict[str, str]:
    return {
        "page": _("Page"),
        "of": _("of"),
        "reference": _("Reference"),
        "content_hash": _("Content fingerprint (SHA-256)"),
        "verify_at": _("Check this document at"),
        "heading": _("Decision on your application"),
        "application": _("Application"),
        "outcome": _("Decision"),
        "reasons": _("Reasons"),
        "criterion": _("Criterion"),
        "result": _("Result"),
        "reason": _("Reason"),
        "refused_for": _("Reasons for the refusal"),
        "conditions": _("Conditions"),
        "proportionality": _("Why these conditions and no others"),
        "heard": _("How the company was heard"),
        "reply": _("What the lead authority answers"),
        "participants": _("Who took part"),
        "authority": _("Authority"),
        "role": _("Role"),
        "position": _("Position"),
        "dissent": _("Differing opinion"),
        "next_steps": _("What happens next"),
        "appeals": _("If you disagree"),
    }
