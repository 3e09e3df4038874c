"""Say in the reader's words what stands in a policy pack."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _

from sandbox.applications.wording import condition_words, length_words, read
from sandbox.domain.packs import (
    AllOf,
    AmendmentSpec,
    AnyOf,
    Compare,
    ConsultationSpec,
    ExtensionSpec,
    FastAnswerSpec,
    Not,
    PolicyPack,
    PreliminaryResultSpec,
    QuestionSpec,
    RequirementKind,
    RoundTableSpec,
    RubricSpec,
    Text,
    Who,
)
from sandbox.kernel.formats import day, number, quoted
from sandbox.packs.comparing import Change
from sandbox.packs.saying import Sentence, filled
from sandbox.programme.names import FIELD, WORDS
from sandbox.trials.sentences import amendment_words, extension_words

_RULES = (RubricSpec, ExtensionSpec, AmendmentSpec, FastAnswerSpec, PreliminaryResultSpec)
_Rule = (
    RubricSpec
    | ExtensionSpec
    | AmendmentSpec
    | FastAnswerSpec
    | PreliminaryResultSpec
    | RoundTableSpec
    | ConsultationSpec
)


def said(words: str) -> str:
    """Say a sentence of the check of a pack, and the sentences in it, in the reader's language."""
    # An empty text stands in a catalog for the catalog itself.
    if not isinstance(words, Sentence) or not words:
        return str(words)
    parts = {
        name: tuple(map(said, part))
        if isinstance(part, tuple)
        else said(part)
        if isinstance(part, str)
        else part
        for name, part in words.parts.items()
    }
    return filled(_(words.template), parts)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Hold what the values of a pack stand for: questions and parts by their keys, amounts."""

    currency: str
    questions: Mapping[str, QuestionSpec]
    parts: Mapping[str, object] = field(default_factory=dict)


def vocabulary_of(pack: PolicyPack, change: Change) -> Vocabulary:
    """Return what the keys mean at the place of a change."""
    first = change.trail[0].field if change.trail else ""
    if first == "eligibility":
        return Vocabulary(pack.currency, {each.key: each for each in pack.eligibility.questions})
    lists: Mapping[str, Sequence[object]] = {
        "authority": pack.authorities,
        "competences": pack.competences,
        "ended": pack.competences,
        "criteria": pack.criteria,
        "criterion": pack.criteria,
        "at_least": pack.tiers,
        "breach_class": pack.incident_classes,
        "metrics": pack.metrics,
        "public_fields": tuple(pack.questions.values()),
        "activity_question": tuple(pack.questions.values()),
        "reliefs_question": tuple(pack.questions.values()),
    }
    parts = {key_of(part): part for part in lists.get(change.field, ())}
    return Vocabulary(pack.currency, pack.questions, parts)


def value_words(value: object, known: Vocabulary) -> str:
    """Say one value of a pack."""
    match value:
        case None:
            return _("nothing")
        case Text():
            return quoted(read(value))
        case AllOf() | AnyOf() | Not() | Compare():
            return f"({condition_words(value, known.questions, known.currency)})"
        case tuple():
            return ", ".join(value_words(item, known) for item in value)
        case (
            RubricSpec()
            | ExtensionSpec()
            | AmendmentSpec()
            | FastAnswerSpec()
            | PreliminaryResultSpec()
            | RoundTableSpec()
            | ConsultationSpec()
        ):
            return _rule_words(value, known)
        case str() if value in known.parts:
            return part_words(known.parts[value])
        case _ if isinstance(value, bool | int | Decimal | date | str):
            return _plain_words(value)
        case _:
            return part_words(value)


def _rule_words(rule: _Rule, known: Vocabulary) -> str:
    """Say a part without a name as a whole, where there was none before."""
    match rule:
        case RoundTableSpec() | ConsultationSpec():
            return "; ".join(_values_of(rule, known))
        case ExtensionSpec():
            return "; ".join(extension_words(rule))
        case AmendmentSpec():
            return amendment_words(rule)
        case FastAnswerSpec():
            return "; ".join((*fast_answer_words(rule), quoted(read(rule.text))))
        case PreliminaryResultSpec():
            return preliminary_words(rule)
        case RubricSpec():
            return "; ".join(rubric_words(rule))


def _values_of(rule: RoundTableSpec | ConsultationSpec, known: Vocabulary) -> Iterator[str]:
    """Say every value of a table that has no name of its own."""
    for each in fields(rule):
        value = getattr(rule, each.name)
        if value is not None:
            yield f"{FIELD[each.name]}: {value_words(value, known)}"


def rubric_words(rubric: RubricSpec) -> Iterator[str]:
    """Say of each mark when it is given."""
    for each in fields(rubric):
        yield f"{FIELD[each.name]}: {quoted(read(rubric.of(each.name)))}"


def preliminary_words(rule: PreliminaryResultSpec) -> str:
    """Name the outcomes of which a company hears before they are decided."""
    return ", ".join(quoted(WORDS[outcome]) for outcome in rule.outcomes)


def fast_answer_words(rule: FastAnswerSpec) -> tuple[str, str]:
    """Say how long an authority has for a fast answer, and what its silence means."""
    return length_words(rule.unit, rule.length), str(WORDS[rule.silence])


def _plain_words(value: bool | int | Decimal | date | str) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case StrEnum():
            return str(WORDS.get(value, value.value))
        case date():
            return day(value)
        case int():
            return number(value)
        case Decimal():
            return number(float(value))
        case _:
            return value


def part_words(part: object) -> str:
    """Say which part it is: its name in the reader's language, or its key."""
    found = text_of(part)
    return key_of(part) if found is None else quoted(read(found))


def text_of(part: object) -> Text | None:
    """Return the text by which people know a part."""
    texts = (
        getattr(part, place, None) for place in ("name", "title", "label", "reason", "question")
    )
    return next((each for each in texts if isinstance(each, Text)), None)


def key_of(part: object) -> str:
    """Return the key or code of a part, "" where it has none."""
    return str(getattr(part, "key", getattr(part, "code", "")))


def party_words(kind: RequirementKind, by: Who) -> str:
    """Say whose acts satisfy a requirement, also where the pack leaves people's acts to nobody."""
    # `domain.gates` asks these, so that a gate never opens by itself where people must agree.
    if by is Who.PLATFORM and kind is RequirementKind.PLAN_AGREED:
        return _("the company and every authority")
    if by is Who.PLATFORM and kind is RequirementKind.REPORT_ACCEPTED:
        return str(WORDS[Who.LEAD])
    return str(WORDS[by])
