"""Put a decision into words: for its page, and for the letter that the company gets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sandbox.coordination.queries import Letterhead
from sandbox.coordination.sentences import (
    MARK,
    ROLE,
    STANCE,
    authority_name,
    ground_sentence,
    proportionality_words,
)
from sandbox.domain.applications import DecisionOutcome
from sandbox.domain.content import content_hash
from sandbox.domain.deliberation import CriterionMark, Ground, GroundKind, Stance, issuer_of
from sandbox.domain.hearing import CompanyAnswer
from sandbox.domain.packs import PolicyPack
from sandbox.kernel.language import locale_of
from sandbox.kernel.pdf import render_pdf
from sandbox.kernel.statuses import OUTCOME, Label
from sandbox.models import Application, Decision, PreliminaryResult
from sandbox.models.coordination import AssignmentRole

_TONE: Mapping[DecisionOutcome, str] = {
    DecisionOutcome.ADMITTED: "positive",
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: "conditional",
    DecisionOutcome.DECLINED: "negative",
    DecisionOutcome.REDIRECTED: "neutral",
}
SUMMARY: Mapping[DecisionOutcome, LazyString] = {
    DecisionOutcome.ADMITTED: _l("The application is admitted to the sandbox."),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "The application is admitted to the sandbox under the conditions below."
    ),
    DecisionOutcome.DECLINED: _l("The application is not admitted to the sandbox."),
    DecisionOutcome.REDIRECTED: _l(
        "The sandbox is not the right place for this application. It should go elsewhere."
    ),
}
NEXT_STEPS: Mapping[DecisionOutcome, LazyString] = {
    DecisionOutcome.ADMITTED: _l(
        "A test is opened. Write its plan and agree it with the lead authority. "
        "Nobody may be exposed before the start conditions are met."
    ),
    DecisionOutcome.ADMITTED_WITH_CONDITIONS: _l(
        "A test is opened. Write its plan with the conditions and agree it with the lead "
        "authority. Nobody may be exposed before the start conditions are met."
    ),
    DecisionOutcome.DECLINED: _l(
        "You may apply again once what stands against the application has changed."
    ),
    DecisionOutcome.REDIRECTED: _l("Turn to the place that the reasons name."),
}
# What decided, as opposed to what merely stood on record: these grounds are said in the opening.
_DECISIVE = frozenset(GroundKind) - {
    GroundKind.POSITION,
    GroundKind.TACIT_POSITION,
    GroundKind.NO_POSITION,
    GroundKind.CRITERION,
    GroundKind.DELIBERATION_OPENS,
}


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """Hold what the authorities found on one criterion; without a common mark `tag` says so."""

    name: str
    tag: Label
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParticipantWords:
    """Hold where one authority stood when the case was decided."""

    code: str
    name: str
    role: LazyString
    tag: Label
    reasons: str
    conditions: tuple[str, ...]
    tacit: bool
    proportionality: tuple[tuple[str, str], ...] = ()  # questions on its conditions, and answers


@dataclass(frozen=True, slots=True)
class HeardWords:
    """Say on what the company was heard before the decision, and what came of it."""

    announced: str
    answered: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Hold one of the reasons in the rules for which an application is refused."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """Hold a decision in the words of one language."""

    outcome: Label
    summary: LazyString
    next_steps: LazyString
    decisive: tuple[LazyString, ...]
    criteria: tuple[CriterionWords, ...]
    conditions: tuple[str, ...]
    participants: tuple[ParticipantWords, ...]
    dissent: tuple[ParticipantWords, ...]
    remarks: str
    appeals: str
    refused_for: tuple[RefusalWords, ...] = ()
    heard: tuple[HeardWords, ...] = ()


def decision_words(
    pack: PolicyPack, decision: Decision | PreliminaryResult, language: str
) -> DecisionWords:
    """Say what was decided, on what grounds and by whom, from what was frozen with it.

    A preliminary result has the same grounds; whoever shows it says that it decides nothing.
    """
    outcome = DecisionOutcome(decision.outcome)
    participants = tuple(_participant(pack, each, language) for each in decision.positions)
    grounds = [Ground(GroundKind(each["kind"]), each["params"]) for each in decision.grounds]
    return DecisionWords(
        outcome=OUTCOME[outcome],
        summary=SUMMARY[outcome],
        next_steps=NEXT_STEPS[outcome],
        decisive=tuple(
            ground_sentence(pack, ground, language)
            for ground in grounds
            if ground.kind in _DECISIVE
        ),
        criteria=tuple(_criteria(pack, decision.marks, language)),
        conditions=tuple(decision.conditions),
        participants=participants,
        dissent=tuple(each for each in participants if each.code in decision.dissent),
        remarks=decision.remarks,
        appeals=pack.remedy_against(issuer_of(decision.positions)).in_(language),
        refused_for=tuple(_refusal(pack, code, language) for code in decision.refusal_codes),
        heard=tuple(_heard(each) for each in decision.hearings)
        if isinstance(decision, Decision)
        else (),
    )


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


def decision_hash(application: Application, decision: Decision) -> str:
    """Return the fingerprint of what was decided, so that a copy can be told from the original."""
    return content_hash(
        {
            "application": str(application.id),
            "reference": application.reference or "",
            "outcome": decision.outcome,
            "rule": decision.rule,
            "grounds": decision.grounds,
            "conditions": decision.conditions,
            "dissent": decision.dissent,
            "positions": decision.positions,
            "marks": decision.marks,
            "remarks": decision.remarks,
            "decided_at": decision.decided_at.isoformat(),
            # Decisions of before companies were heard keep their fingerprint.
            **({"hearings": decision.hearings} if decision.hearings else {}),
            **coded(decision),
        }
    )


def coded(result: Decision | PreliminaryResult) -> dict[str, list[str]]:
    """Return the reasons for a refusal as a fingerprint takes them in, if there are any.

    What was decided or announced before there were such reasons keeps its fingerprint.
    """
    return {"refusal_codes": result.refusal_codes} if result.refusal_codes else {}


_ANSWERED: Mapping[CompanyAnswer, LazyString] = {
    CompanyAnswer.COMMENTS: _l("The company commented on it."),
    CompanyAnswer.CONTESTS: _l("The company contested it."),
    CompanyAnswer.NOTHING: _l("The company said that it had nothing to say to it."),
}


def _heard(hearing: Mapping[str, Any]) -> HeardWords:
    """Say what was announced when, and what the company answered or that it was silent."""
    announced = _(
        "On %(day)s the company was told the preliminary result “%(outcome)s”. It could answer "
        "until %(last)s.",
        day=day_words(datetime.fromisoformat(hearing["announced_at"])),
        outcome=OUTCOME[DecisionOutcome(hearing["outcome"])].label,
        last=day_words(date.fromisoformat(hearing["due_on"])),
    )
    if hearing["answer"] is None:
        silence = _("It let this term pass in silence, which says neither yes nor no.")
        return HeardWords(announced, silence, "", "")
    day = day_words(datetime.fromisoformat(hearing["answered_at"]))
    answered = [
        str(_ANSWERED[CompanyAnswer(hearing["answer"])]),
        _("Its answer came on %(day)s, after the term, and was read all the same.", day=day)
        if hearing["late"]
        else _("Its answer came on %(day)s.", day=day),
    ]
    return HeardWords(announced, " ".join(answered), hearing["text"], hearing["reply"])


def day_words(value: date | datetime | None) -> str:
    """Say a day as the pages do."""
    return str(current_app.jinja_env.filters["day"](value))


def _lead() -> LazyString:
    return ROLE[AssignmentRole.LEAD]


def _refusal(pack: PolicyPack, code: str, language: str) -> RefusalWords:
    reason = pack.find_refusal_reason(code)
    if reason is None:
        return RefusalWords(code, "")
    text = "" if reason.text is None else reason.text.in_(language)
    return RefusalWords(reason.name.in_(language), text)


def _participant(pack: PolicyPack, position: Mapping[str, Any], language: str) -> ParticipantWords:
    return ParticipantWords(
        code=position["authority"],
        name=authority_name(pack, position["authority"], language),
        role=ROLE[AssignmentRole(position["role"])],
        tag=STANCE[Stance(position["stance"])],
        reasons=position["reasons"],
        conditions=tuple(position["conditions"]),
        tacit=position["tacit"],
        proportionality=proportionality_words(pack, position.get("proportionality", {}), language),
    )


def _criteria(
    pack: PolicyPack, marks: Sequence[Mapping[str, Any]], language: str
) -> list[CriterionWords]:
    found = []
    for criterion in pack.criteria:
        own = [mark for mark in marks if mark["criterion"] == criterion.key]
        if not own:
            continue
        values = {mark["mark"] for mark in own}
        is_common = len(values) == 1
        tag = MARK[CriterionMark(own[0]["mark"])] if is_common else _DIFFER
        lines = tuple(_mark_line(mark, with_mark=not is_common) for mark in own)
        name = criterion.name.in_(language)
        found.append(CriterionWords(name, tag, tuple(line for line in lines if line)))
    return found


_DIFFER = Label(_l("The authorities differ"), "gold")


def _mark_line(mark: Mapping[str, Any], *, with_mark: bool) -> str:
    parts = [str(MARK[CriterionMark(mark["mark"])].label) + "."] if with_mark else []
    parts += [mark["note"]] if mark["note"] else []
    return f"{mark['authority']}: {' '.join(parts)}" if parts else ""


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
