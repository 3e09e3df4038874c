"""Say in the reader's words what stands in a policy pack, and what differs between two of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sandbox.domain.packs import (
    AllOf,
    AmendmentSpec,
    AnyOf,
    ClockStart,
    ClockUnit,
    Compare,
    Condition,
    DecisionRule,
    Direction,
    EligibilityVerdict,
    Ending,
    ExtensionSpec,
    Moment,
    Not,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    RequirementKind,
    RubricSpec,
    Silence,
    Suspender,
    Text,
    Who,
)
from sandbox.kernel.formats import day, money, number, quoted
from sandbox.kernel.language import current_language
from sandbox.kernel.records import RECORDS
from sandbox.packs.comparing import Change, ChangeKind, Part
from sandbox.packs.saying import Sentence, filled
from sandbox.trials.sentences import amendment_words, extension_words

# What one part of each list is called.
PART: dict[str, object] = {
    "amendment": _l("Amendment of a plan"),
    "authorities": _l("Authority"),
    "calendar": _l("Calendar"),
    "calls": _l("Call"),
    "clocks": _l("Term"),
    "columns": _l("Column"),
    "competences": _l("Competence"),
    "completion": _l("Requirement to complete"),
    "coordination": _l("Coordination"),
    "criteria": _l("Criterion"),
    "days_off": _l("Day off"),
    "eligibility": _l("Eligibility check"),
    "exit_kinds": _l("Kind of exit"),
    "extension": _l("Extension of a test"),
    "gate": _l("Requirement"),
    "glossary": _l("Word explained"),
    "hard_rules": _l("Hard rule"),
    "incident_classes": _l("Class of incident"),
    "metrics": _l("Metric"),
    "on": _l("day on which it begins"),
    "open_cases": _l("rule for open cases"),
    "options": _l("Option"),
    "plan_fields": _l("Part of the plan"),
    "posts": _l("Registered post"),
    "principles": _l("Principle"),
    "programme": _l("Programme"),
    "prohibited_uses": _l("Prohibited use"),
    "public_later": _l("Answer published later"),
    "questions": _l("Question"),
    "relief_kinds": _l("Kind of relief"),
    "report_sections": _l("Section of the outcome report"),
    "rubric": _l("Rubric"),
    "retention": _l("Retention"),
    "rules": _l("Rule"),
    "sections": _l("Section"),
    "stages": _l("Stage"),
    "stakeholders": _l("Stakeholder"),
    "start_conditions": _l("Start condition"),
    "successions": _l("Succession"),
    "successors": _l("Successor"),
    "suspension_windows": _l("Suspension window"),
    "suspension_grounds": _l("Ground of suspension"),
    "tiers": _l("Tier"),
    "verdicts": _l("Answer of the check"),
}

# What each value is called; a list by its name as a whole.
FIELD: dict[str, object] = {
    "acceptance_days": _l("business days to accept or decline"),
    "acceptance_silence": _l("effect of silence on the acceptance"),
    "activity_question": _l("question that asks for the preponderant activity"),
    "amount_per_person_cap": _l("most money for each participant"),
    "amount_total_cap": _l("most money in all"),
    "answer_days": _l("business days to approve"),
    "answer_weight": _l("weight of an answer when the lead is proposed"),
    "appeals": _l("text on remedies"),
    "ask_days_before": _l("days before the end by which it is asked for"),
    "ask_if": _l("condition under which it is asked"),
    "asks": _l("what it asks"),
    "at_least": _l("tier that it demands"),
    "agreed_by": _l("parties that must agree"),
    "approved_by": _l("parties that must approve"),
    "authority": _l("authority"),
    "breach": _l("value of a breach"),
    "breach_class": _l("class of incident that a breach opens"),
    "breach_suspends": _l("a breach suspends the test"),
    "business_days": _l("business days"),
    "by": _l("party that satisfies it or may name it"),
    "code": _l("code"),
    "competences": _l("competences"),
    "columns": _l("columns"),
    "complete_report_days": _l("days to complete the report"),
    "completion": _l("requirements to complete"),
    "conditions_are_public": _l("the conditions of a decision are public"),
    "country": _l("country of the holidays"),
    "criteria": _l("criteria for which it is evidence"),
    "currency": _l("currency"),
    "dates": _l("single days"),
    "days": _l("days"),
    "decision_rule": _l("rule of decision"),
    "direction": _l("direction in which it is good"),
    "ended": _l("competences that end"),
    "ends": _l("way of ending it belongs to"),
    "example": _l("example"),
    "final_report_days": _l("days to hand in the final report"),
    "first_day": _l("first day"),
    "for_whom": _l("for whom it is"),
    "gate": _l("requirements of the gate"),
    "ground": _l("legal ground"),
    "help": _l("help"),
    "hint": _l("hint"),
    "how_it_works": _l("how it works"),
    "information": _l("marked as information"),
    "intro": _l("introduction"),
    "is_title": _l("names the case"),
    "key_question": _l("key question"),
    "kind": _l("kind"),
    "label": _l("wording"),
    "languages": _l("languages"),
    "last_day": _l("last day"),
    "length": _l("length"),
    "live": _l("real participants are exposed"),
    "meaning": _l("meaning"),
    "max_days": _l("most days in the stage"),
    "max_points": _l("most points"),
    "max_rows": _l("most rows"),
    "max_words": _l("most words"),
    "maximum": _l("maximum"),
    "may_be_confidential": _l("may be marked as confidential"),
    "may_be_waived": _l("may be waived"),
    "metrics": _l("metrics that are measured"),
    "min_points": _l("least points"),
    "minimum": _l("minimum"),
    "met": _l("when it is met"),
    "months": _l("months that records are kept"),
    "most": _l("how often at most"),
    "must_be_met": _l("must be met, or the application is declined"),
    "name": _l("name"),
    "negative": _l("what speaks against it"),
    "no_endorsement": _l("text that it is no endorsement"),
    "not_met": _l("when it is not met"),
    "not_for": _l("for whom it is not"),
    "objection_opens_deliberation": _l("an objection opens a deliberation"),
    "operator": _l("who runs it"),
    "options": _l("options"),
    "owner": _l("party that brings it"),
    "parent": _l("body it belongs to"),
    "partly": _l("when it is partly met"),
    "participants_cap": _l("most participants"),
    "persons": _l("persons who must approve"),
    "places": _l("places"),
    "places_cap": _l("most places"),
    "points": _l("points"),
    "position_days": _l("business days to take a position"),
    "position_silence": _l("effect of silence on the position"),
    "positive": _l("what speaks for it"),
    "privacy": _l("privacy text"),
    "prohibited": _l("prohibited"),
    "provision": _l("provision of law"),
    "public_fields": _l("answers that the public register shows"),
    "published": _l("the register of meetings is public"),
    "purpose": _l("purpose"),
    "questions": _l("questions"),
    "reaction_days": _l("days to answer it"),
    "reason": _l("reason given"),
    "recorded": _l("meetings are recorded"),
    "reference_prefix": _l("letters before the reference"),
    "report_needs_consent": _l("the outcome report is public only if the company agrees"),
    "relief_weight": _l("weight of a relief when the lead is proposed"),
    "reliefs_question": _l("question that lists the reliefs"),
    "report_every_days": _l("days between reports"),
    "report_hours": _l("hours to report it"),
    "required": _l("required"),
    "return_answer_days": _l("business days to answer a return"),
    "returns_allowed": _l("returns allowed"),
    "serious": _l("serious"),
    "short_title": _l("short title"),
    "silence": _l("effect of silence"),
    "since": _l("from when on the register shows it"),
    "stages": _l("stages"),
    "start_conditions": _l("start conditions"),
    "starts": _l("act with which it begins"),
    "stops_in": _l("statuses in which it stands still"),
    "summary": _l("summary"),
    "term": _l("word"),
    "target": _l("target"),
    "text": _l("text"),
    "tax_number": _l("hint beside the tax number"),
    "timezone": _l("time zone"),
    "title": _l("title"),
    "unit": _l("unit"),
    "valid_from": _l("in force from"),
    "valid_until": _l("in force until"),
    "verdict": _l("answer it speaks for"),
    "warning": _l("value of a warning"),
    "when": _l("condition"),
}

WORDS: dict[StrEnum, object] = {
    **RECORDS,
    ClockUnit.BUSINESS_DAYS: _l("business days"),
    ClockUnit.CALENDAR_DAYS: _l("calendar days"),
    ClockUnit.MONTHS: _l("months"),
    ClockStart.SUBMITTED: _l("begins when the application is submitted"),
    ClockStart.COMPLETE: _l("begins when the application is found complete"),
    Silence.GRANTED: _l("silence grants"),
    Silence.DENIED: _l("silence denies"),
    Silence.NONE: _l("silence means nothing"),
    QuestionKind.TEXT: _l("short text"),
    QuestionKind.LONG_TEXT: _l("long text"),
    QuestionKind.NUMBER: _l("number"),
    QuestionKind.MONEY: _l("amount of money"),
    QuestionKind.DATE: _l("date"),
    QuestionKind.CHOICE: _l("one of several options"),
    QuestionKind.MANY: _l("any of several options"),
    QuestionKind.YES_NO: _l("yes or no"),
    QuestionKind.ROWS: _l("rows of a table"),
    QuestionKind.FILE: _l("files"),
    QuestionKind.ORGANISATION: _l("an organisation"),
    EligibilityVerdict.LIKELY: _l("likely"),
    EligibilityVerdict.GUIDANCE: _l("guidance serves better"),
    EligibilityVerdict.NOT_YET: _l("not yet"),
    EligibilityVerdict.NOT_POSSIBLE: _l("not possible"),
    RequirementKind.PLAN_AGREED: _l("plan agreed"),
    RequirementKind.START_CONDITIONS: _l("start conditions met"),
    RequirementKind.DOCUMENT: _l("document"),
    RequirementKind.APPROVAL: _l("approval"),
    RequirementKind.REPORT_ACCEPTED: _l("reports accepted"),
    RequirementKind.METRICS_WITHIN: _l("no metric in breach"),
    RequirementKind.NO_OPEN_INCIDENT: _l("no serious incident open"),
    RequirementKind.MINIMUM_DAYS: _l("least number of days"),
    Ending.COMPLETED: _l("it completed its plan"),
    Ending.EARLY: _l("it ended early"),
    Who.COMPANY: _l("the company"),
    Who.LEAD: _l("the lead authority"),
    Who.ASSOCIATES: _l("the associate authorities"),
    Who.EVERY_AUTHORITY: _l("every authority"),
    Who.SECRETARIAT: _l("the secretariat"),
    Who.PLATFORM: _l("the facts themselves"),
    Suspender.COMPANY: _l("the company"),
    Suspender.AUTHORITIES: _l("the authorities"),
    Suspender.RULES: _l("the rules of the programme"),
    Moment.STARTED: _l("once the test has started"),
    Moment.ENDED: _l("once the test has ended"),
    Direction.AT_MOST: _l("low is good"),
    Direction.AT_LEAST: _l("high is good"),
    DecisionRule.UNANIMITY: _l("unanimity"),
    DecisionRule.LEAD_DECIDES: _l("the lead decides"),
    DecisionRule.MAJORITY: _l("majority"),
}


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


def read(text: Text) -> str:
    """Return a text of the pack in the reader's language, as a single line."""
    return " ".join(text.in_(current_language()).split())


# --- conditions ----------------------------------------------------------------------------------


def condition_words(
    condition: Condition, questions: Mapping[str, QuestionSpec], currency: str
) -> str:
    """Say when a condition holds, with the wording of the questions it looks at."""
    match condition:
        case AllOf(parts):
            return _(" and ").join(_inner(part, questions, currency) for part in parts)
        case AnyOf(parts):
            return _(" or ").join(_inner(part, questions, currency) for part in parts)
        case Not(part):
            return _("not: %(what)s", what=_inner(part, questions, currency))
        case Compare():
            return _comparison_words(condition, questions, currency)


def _inner(condition: Condition, questions: Mapping[str, QuestionSpec], currency: str) -> str:
    words = condition_words(condition, questions, currency)
    several = isinstance(condition, Compare) and isinstance(condition.value, tuple)
    return words if isinstance(condition, Compare) and not several else f"({words})"


def _comparison_words(
    compare: Compare, questions: Mapping[str, QuestionSpec], currency: str
) -> str:
    spec = questions.get(compare.question)
    asked = compare.question if spec is None else read(spec.label)
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    answers = _(" or ").join(quoted(_answer(spec, value, currency)) for value in values)
    match compare.operator:
        case Operator.EQUALS | Operator.ONE_OF:
            return _("“%(question)s” is %(answers)s", question=asked, answers=answers)
        case Operator.NOT_EQUALS:
            return _(
                "“%(question)s” is answered, but not %(answers)s", question=asked, answers=answers
            )
        case Operator.INCLUDES:
            return _("“%(question)s” includes %(answers)s", question=asked, answers=answers)
        case Operator.AT_LEAST:
            return _("“%(question)s” is at least %(answers)s", question=asked, answers=answers)
        case Operator.AT_MOST:
            return _("“%(question)s” is at most %(answers)s", question=asked, answers=answers)
        case Operator.ANSWERED if compare.value is False:
            return _("“%(question)s” is not answered", question=asked)
        case Operator.ANSWERED:
            return _("“%(question)s” is answered", question=asked)


def _answer(spec: QuestionSpec | None, value: str | bool | int, currency: str) -> str:
    if isinstance(value, bool) or value in ("yes", "no"):
        return _("Yes") if value in (True, "yes") else _("No")
    if isinstance(value, int):
        is_money = spec is not None and spec.kind is QuestionKind.MONEY
        return money(value, currency) if is_money else number(value)
    option = None if spec is None else spec.option(value)
    return value if option is None else read(option.label)


# --- values --------------------------------------------------------------------------------------


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
        "at_least": pack.tiers,
        "breach_class": pack.incident_classes,
        "metrics": pack.metrics,
        "public_fields": tuple(pack.questions.values()),
        "activity_question": tuple(pack.questions.values()),
        "reliefs_question": tuple(pack.questions.values()),
    }
    parts = {_key(part): part for part in lists.get(change.field, ())}
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
        case RubricSpec() | ExtensionSpec() | AmendmentSpec():
            return _rule_words(value)
        case str() if value in known.parts:
            return part_words(known.parts[value])
        case _ if isinstance(value, bool | int | Decimal | date | str):
            return _plain_words(value)
        case _:
            return part_words(value)


def _rule_words(rule: RubricSpec | ExtensionSpec | AmendmentSpec) -> str:
    """Say a part without a name as a whole, where there was none before."""
    match rule:
        case ExtensionSpec():
            return "; ".join(extension_words(rule))
        case AmendmentSpec():
            return amendment_words(rule)
        case RubricSpec():
            return "; ".join(rubric_words(rule))


def rubric_words(rubric: RubricSpec) -> Iterator[str]:
    """Say of each mark when it is given."""
    for each in fields(rubric):
        yield f"{FIELD[each.name]}: {quoted(read(rubric.of(each.name)))}"


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
    found = _text_of(part)
    return _key(part) if found is None else quoted(read(found))


def _text_of(part: object) -> Text | None:
    """Return the text by which people know a part."""
    texts = (getattr(part, place, None) for place in ("name", "title", "label", "reason"))
    return next((each for each in texts if isinstance(each, Text)), None)


def _key(part: object) -> str:
    return str(getattr(part, "key", getattr(part, "code", "")))


# --- changes -------------------------------------------------------------------------------------


def change_sentence(pack: PolicyPack, change: Change) -> str:
    """Say one difference as a sentence; `pack` is the newer of the two."""
    where = ", ".join(_step_words(part) for part in change.trail) or _("The pack")
    if not change.field:
        return _part_sentence(pack, where, change)
    what = str(FIELD.get(change.field, PART.get(change.field, change.field)))
    if change.kind is ChangeKind.REORDERED:
        return _("%(where)s: the order of %(what)s is different.", where=where, what=what)
    known = vocabulary_of(pack, change)
    values = [change.before, change.after]
    if _is_money(change):
        values = [_amount(each, pack.currency) for each in values]
    before, after = (value_words(each, known) for each in values)
    if isinstance(change.before, tuple) or isinstance(change.after, tuple):
        if change.before is None:
            return _("%(where)s: %(what)s gain %(after)s.", where=where, what=what, after=after)
        if change.after is None:
            return _("%(where)s: %(what)s lose %(before)s.", where=where, what=what, before=before)
        return _(
            "%(where)s: %(what)s lose %(before)s and gain %(after)s.",
            where=where,
            what=what,
            before=before,
            after=after,
        )
    return _(
        "%(where)s: %(what)s was %(before)s and is now %(after)s.",
        where=where,
        what=what,
        before=before,
        after=after,
    )


def _is_money(change: Change) -> bool:
    """Tell whether the values are amounts in cents."""
    if change.field in ("amount_per_person_cap", "amount_total_cap"):
        return True
    part = change.trail[-1].part if change.trail else None
    is_bound = change.field in ("minimum", "maximum")
    return is_bound and isinstance(part, QuestionSpec) and part.kind is QuestionKind.MONEY


def _amount(value: object, currency: str) -> object:
    return money(value, currency) if isinstance(value, int) else value


def _part_sentence(pack: PolicyPack, where: str, change: Change) -> str:
    match change.kind:
        case ChangeKind.ADDED:
            return _("%(where)s: added.", where=where)
        case ChangeKind.REMOVED:
            return _("%(where)s: removed.", where=where)
        case _:
            return _(
                "%(where)s was %(before)s and is now %(after)s.",
                where=where,
                before=value_words(change.before, vocabulary_of(pack, change)),
                after=value_words(change.after, vocabulary_of(pack, change)),
            )


def _step_words(part: Part) -> str:
    kind = str(PART.get(part.field, part.field))
    if not part.name:
        return kind
    text = _text_of(part.part)
    return f"{kind} {quoted(part.name if text is None else read(text))}"
