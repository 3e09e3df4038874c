"""Tell who judged a case, how the company was heard, and what was decided."""

from collections.abc import Iterator

from flask_babel import gettext as _

from sandbox.coordination.letters import DecisionWords, decision_words
from sandbox.coordination.preliminary import preliminary_words
from sandbox.coordination.sentences import (
    COMPANY_ANSWER,
    ROLE,
    STANCE,
    authority_name,
    proportionality_words,
)
from sandbox.domain.deliberation import Stance
from sandbox.domain.hearing import CompanyAnswer
from sandbox.dossiers.gathering import (
    Case,
    Gathered,
    decision_of,
    hearings_of,
)
from sandbox.dossiers.telling.parts import Part, came, facts_of
from sandbox.kernel.formats import day, instant
from sandbox.models.coordination import AssignmentRole


def tell_authorities(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    """Tell who was on the case, and where each stood as far as the reader may know."""
    positions = {each["authority"]: each for each in found.told.get("positions.json", ())}
    for each in found.told.get("authorities.json", ()):
        code = each["code"]
        taken = positions.get(code, {})
        yield Part(
            f"{code} – {authority_name(case.pack, code, language)}",
            facts_of(
                (_("Role"), ROLE[AssignmentRole(each["role"])]),
                (_("Officer"), each["officer"]),
                (_("Position"), STANCE[Stance(taken["stance"])].label if taken else ""),
                (_("Reasons"), taken.get("reasons", "")),
                (_("Conditions"), "\n".join(taken.get("conditions", ()))),
                *proportionality_words(case.pack, taken.get("proportionality", {}), language),
            ),
        )


def tell_hearings(case: Case, language: str) -> Iterator[Part]:
    """Tell what the company was told before the decision, and what it answered."""
    for pack, result in hearings_of(case):
        words = preliminary_words(pack, result, language)
        answer = None if result.answer is None else COMPANY_ANSWER[CompanyAnswer(result.answer)]
        silent = _("None came in the term. Silence says neither yes nor no.")
        yield Part(
            _("Preliminary result %(number)s", number=result.number),
            facts_of(
                (_("Announced on"), day(result.announced_at)),
                (_("Result"), words.outcome.label),
                (_("How it came about"), "\n".join(map(str, (*words.decisive, words.remarks)))),
                (_("Reasons for the refusal"), _refused_for(words)),
                (_("Conditions"), "\n".join(words.conditions)),
                (_("Answer by"), day(result.due_on)),
                (_("Answer"), answer.label if answer else silent if result.silent_at else ""),
                (
                    _("Answered on"),
                    came(instant(result.answered_at), is_late=result.late)
                    if result.answered_at
                    else "",
                ),
                (_("What the company says"), result.text),
                (_("What the lead authority answers"), result.reply),
            ),
            (
                (f"letters/preliminary-{result.number}.pdf", _("The letter")),
                ("hearings.json", _("As data")),
            ),
        )


def tell_decision(case: Case, found: Gathered, language: str) -> Iterator[Part]:
    """Tell the decision with its grounds, or that its term passed without one."""
    if "letters/silence.pdf" in found.texts:
        yield Part(
            _("The term of the decision passed without one"),
            (),
            (("letters/silence.pdf", _("Certificate of silence")),),
        )
    decided = decision_of(case)
    if decided is None:
        return
    pack, decision = decided
    words = decision_words(pack, decision, language)
    yield Part(
        str(words.outcome.label),
        facts_of(
            (_("Decided"), instant(decision.decided_at)),
            (_("Decision"), words.summary),
            (_("How it was decided"), "\n".join(map(str, words.decisive))),
            (_("Reasons for the refusal"), _refused_for(words)),
            (_("Remarks"), words.remarks),
            (_("Conditions"), "\n".join(words.conditions)),
            (_("Content fingerprint (SHA-256)"), found.told["decision.json"]["content_hash"]),
        ),
        (("letters/decision.pdf", _("The letter")), ("decision.json", _("As data"))),
    )
    for each in words.criteria:
        yield Part(each.name, facts_of((each.tag.label, "\n".join(each.lines) or "—")))
    for voice in words.participants:
        yield Part(
            f"{voice.code} – {voice.name}",
            facts_of(
                (_("Role"), voice.role),
                (_("Position"), voice.tag.label),
                (_("Reasons"), voice.reasons),
                (_("Conditions"), "\n".join(voice.conditions)),
                *voice.proportionality,
            ),
        )


def _refused_for(words: DecisionWords) -> str:
    lines = (f"{each.name}: {each.text}" if each.text else each.name for each in words.refused_for)
    return "\n".join(lines)
