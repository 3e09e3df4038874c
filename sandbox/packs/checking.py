"""Check that the parts of a pack fit together: references, ranges, languages, requirements.

Each check takes a pack and yields what it finds wrong, with the path of the value in the file. A
check assumes nothing about the others, so that one fault does not hide the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from zoneinfo import available_timezones

from holidays.registry import COUNTRIES

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.packs import (
    AllOf,
    AnyOf,
    ClockUnit,
    Compare,
    Condition,
    Direction,
    EligibilityVerdict,
    Not,
    Operator,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    RequirementKind,
    RequirementSpec,
    StageSpec,
    Text,
    TierSpec,
    Who,
)
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.reading import Source


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong at which path of the pack."""

    path: Path
    fault: Fault
    message: str
    allowed: str = ""


Check = Callable[[PolicyPack], Iterator[Finding]]

# The services of the platform read these terms by name; a pack without one could not be run.
NEEDED_CLOCKS = ("decision", "acceptance", "position", "return_answer")
# Relief rows become entries of the relief register, which reads these columns by name.
NEEDED_RELIEF_COLUMNS = ("provision", "kind", "asked", "why")

_PICKS = (QuestionKind.CHOICE, QuestionKind.MANY)
_NUMBERS = (QuestionKind.NUMBER, QuestionKind.MONEY)
# Of a question with many answers, or of files, the bounds say how many there may be.
_BOUNDED = (*_NUMBERS, QuestionKind.MANY, QuestionKind.FILE)
_COLUMN_KINDS = (
    QuestionKind.TEXT,
    QuestionKind.LONG_TEXT,
    QuestionKind.NUMBER,
    QuestionKind.MONEY,
    QuestionKind.DATE,
    QuestionKind.CHOICE,
    QuestionKind.YES_NO,
)
_YES_NO = ("yes", "no")

ONLY_WITH: Mapping[str, Sequence[QuestionKind]] = {
    "options": _PICKS,
    "columns": (QuestionKind.ROWS,),
    "points": (QuestionKind.YES_NO,),
    "max_words": (QuestionKind.TEXT, QuestionKind.LONG_TEXT),
    "minimum": _BOUNDED,
    "maximum": _BOUNDED,
    "unit": (QuestionKind.NUMBER,),
}
"""The keys of a question that only some kinds of question can use."""

_UNSET = {each.name: each.default for each in fields(QuestionSpec) if each.name in ONLY_WITH}


def check(source: Source, pack: PolicyPack) -> None:
    """Add everything that does not fit together to the source's problems."""
    for one in CHECKS:
        for finding in one(pack):
            report(source, finding)


def report(source: Source, finding: Finding) -> None:
    """Add a finding to the source's problems, with what stands at its place."""
    source.refuse(
        finding.path,
        finding.fault,
        finding.message,
        found=source.found(finding.path),
        allowed=finding.allowed,
    )


# --- names that must be unique ------------------------------------------------------------------


def _duplicate_names(pack: PolicyPack) -> Iterator[Finding]:
    for name in ("competences", "authorities", "principles", "exit_kinds", "stakeholders"):
        items: Sequence[object] = getattr(pack, name)
        yield from _duplicates((name,), items, "code")
    for name in (
        "clocks",
        "sections",
        "criteria",
        "prohibited_uses",
        "hard_rules",
        "tiers",
        "metrics",
        "plan_fields",
        "incident_classes",
        "relief_kinds",
        "report_sections",
    ):
        items = getattr(pack, name)
        yield from _duplicates((name,), items, "key")
    yield from _duplicates(("eligibility", "rules"), pack.eligibility.rules, "key")
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        yield from _duplicates((*path, "stages"), tier.stages, "key")
        yield from _duplicates((*path, "start_conditions"), tier.start_conditions, "key")
    yield from _repeated(("languages",), pack.languages)
    yield from _repeated(("public_fields",), pack.public_fields)


def _duplicates(path: Path, items: Sequence[object], attribute: str) -> Iterator[Finding]:
    seen: set[object] = set()
    for index, item in enumerate(items):
        name = getattr(item, attribute)
        if name in seen:
            yield Finding(
                (*path, index, attribute), Fault.DUPLICATE, f'"{name}" is there more than once'
            )
        seen.add(name)


def _repeated(path: Path, names: Sequence[str]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Finding((*path, index), Fault.DUPLICATE, f'"{name}" is there more than once')


# --- texts ---------------------------------------------------------------------------------------


def _texts_in_every_language(pack: PolicyPack) -> Iterator[Finding]:
    allowed = ", ".join(pack.languages)
    for path, text in each_text(pack):
        for language in pack.languages:
            if language not in text.by_language:
                yield Finding(path, Fault.LANGUAGE, f'has no text in "{language}"', allowed)
        for language in text.by_language:
            if language not in pack.languages:
                yield Finding(
                    (*path, language),
                    Fault.LANGUAGE,
                    f'"{language}" is not a language of the pack',
                    allowed,
                )


def each_text(value: object, path: Path = ()) -> Iterator[tuple[Path, Text]]:
    """Walk over every text; the names of the dataclasses' fields are the keys of the file."""
    if isinstance(value, Text):
        yield path, value
    elif is_dataclass(value):
        for part in fields(value):
            yield from each_text(getattr(value, part.name), (*path, part.name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from each_text(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from each_text(item, (*path, str(key)))


# --- authorities, calendar, clocks ---------------------------------------------------------------


def _competences(pack: PolicyPack) -> Iterator[Finding]:
    known = {competence.code for competence in pack.competences}
    for index, authority in enumerate(pack.authorities):
        yield from _known(("authorities", index, "competences"), authority.competences, known)
    served = {code for authority in pack.authorities for code in authority.competences}
    for index, competence in enumerate(pack.competences):
        if competence.code not in served:
            yield Finding(
                ("competences", index, "code"),
                Fault.INCONSISTENT,
                f'no authority has the competence "{competence.code}"',
            )
    for path, question in all_questions(pack):
        yield from _known((*path, "competences"), question.competences, known)
        for index, option in enumerate(question.options):
            yield from _known((*path, "options", index, "competences"), option.competences, known)


def _known(path: Path, names: Sequence[str], known: set[str]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        if name not in known:
            yield Finding(
                (*path, index),
                Fault.UNKNOWN_REFERENCE,
                f'the pack has no "{name}"',
                ", ".join(sorted(known)),
            )


def _validity(pack: PolicyPack) -> Iterator[Finding]:
    for index, authority in enumerate(pack.authorities):
        first = authority.valid_from or date.min
        if authority.valid_until is not None and authority.valid_until < first:
            yield Finding(
                ("authorities", index, "valid_until"),
                Fault.INCONSISTENT,
                "is before valid_from",
            )


def _calendar(pack: PolicyPack) -> Iterator[Finding]:
    # The registry names the countries without loading the holidays of all of them.
    if not any(pack.calendar.country in names for names in COUNTRIES.values()):
        yield Finding(
            ("calendar", "country"),
            Fault.UNKNOWN_REFERENCE,
            "is a country whose holidays are not known",
        )
    if pack.calendar.timezone not in available_timezones():
        yield Finding(("calendar", "timezone"), Fault.UNKNOWN_REFERENCE, "is no time zone")


def _clocks(pack: PolicyPack) -> Iterator[Finding]:
    by_key = {clock.key: index for index, clock in reversed(list(enumerate(pack.clocks)))}
    for needed in NEEDED_CLOCKS:
        if needed not in by_key:
            yield Finding(
                ("clocks",),
                Fault.MISSING,
                f'the clock "{needed}" is missing',
                ", ".join(NEEDED_CLOCKS),
            )
    statuses = {status.value for status in ApplicationStatus}
    for index, clock in enumerate(pack.clocks):
        yield from _known(("clocks", index, "stops_in"), clock.stops_in, statuses)
    rules = pack.coordination
    for key, days, silence in (
        ("acceptance", rules.acceptance_days, rules.acceptance_silence),
        ("position", rules.position_days, rules.position_silence),
        ("return_answer", rules.return_answer_days, None),
    ):
        if key not in by_key:
            continue
        clock = pack.clocks[by_key[key]]
        path: Path = ("clocks", by_key[key])
        if clock.unit is not ClockUnit.BUSINESS_DAYS:
            yield Finding(
                (*path, "unit"),
                Fault.INCONSISTENT,
                "must be business_days, as in the coordination rules",
                ClockUnit.BUSINESS_DAYS.value,
            )
        if clock.length != days:
            yield Finding(
                (*path, "length"),
                Fault.INCONSISTENT,
                f"must be {days}, as {key}_days in the coordination rules",
                str(days),
            )
        if silence is not None and clock.silence is not silence:
            yield Finding(
                (*path, "silence"),
                Fault.INCONSISTENT,
                f'must be "{silence}", as {key}_silence in the coordination rules',
                silence.value,
            )


# --- questions -----------------------------------------------------------------------------------


def form_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over the questions of the application's form."""
    for index, section in enumerate(pack.sections):
        for inner, question in enumerate(section.questions):
            yield ("sections", index, "questions", inner), question


def check_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over the questions of the eligibility check."""
    for index, question in enumerate(pack.eligibility.questions):
        yield ("eligibility", "questions", index), question


def all_questions(pack: PolicyPack) -> Iterator[tuple[Path, QuestionSpec]]:
    """Walk over every question, columns of rows included."""
    for path, question in (*form_questions(pack), *check_questions(pack)):
        yield path, question
        for index, column in enumerate(question.columns):
            yield (*path, "columns", index), column


def _question_keys(pack: PolicyPack) -> Iterator[Finding]:
    for questions in (form_questions(pack), check_questions(pack)):
        seen: set[str] = set()
        for path, question in questions:
            if question.key in seen:
                yield Finding(
                    (*path, "key"),
                    Fault.DUPLICATE,
                    f'the question "{question.key}" is there more than once',
                )
            seen.add(question.key)
            yield from _duplicates((*path, "columns"), question.columns, "key")
    for path, question in all_questions(pack):
        yield from _duplicates((*path, "options"), question.options, "value")


def _question_parts(pack: PolicyPack) -> Iterator[Finding]:
    """Refuse what a kind of question cannot use, because it would be written and never apply."""
    criteria = {criterion.key for criterion in pack.criteria}
    for path, question in all_questions(pack):
        yield from _known((*path, "criteria"), question.criteria, criteria)
        kind = question.kind
        if kind in _PICKS and not question.options:
            yield Finding((*path, "options"), Fault.MISSING, f'a "{kind}" question needs options')
        if kind is QuestionKind.ROWS and not question.columns:
            yield Finding((*path, "columns"), Fault.MISSING, 'a "rows" question needs columns')
        for name, kinds in ONLY_WITH.items():
            if getattr(question, name) != _UNSET[name] and kind not in kinds:
                allowed = ", ".join(kinds)
                yield Finding(
                    (*path, name),
                    Fault.NOT_ALLOWED,
                    f'a "{kind}" question has no {name}',
                    f"only with kind {allowed}",
                )
        if (
            question.minimum is not None
            and question.maximum is not None
            and question.minimum > question.maximum
        ):
            yield Finding((*path, "minimum"), Fault.INCONSISTENT, "is above the maximum")


def _columns(pack: PolicyPack) -> Iterator[Finding]:
    for path, question in (*form_questions(pack), *check_questions(pack)):
        for index, column in enumerate(question.columns):
            here: Path = (*path, "columns", index)
            if column.kind not in _COLUMN_KINDS:
                yield Finding(
                    (*here, "kind"),
                    Fault.NOT_ALLOWED,
                    f'a column cannot be a "{column.kind}" question',
                    ", ".join(_COLUMN_KINDS),
                )
            for name, is_there in (
                ("is_title", column.is_title),
                ("criteria", bool(column.criteria)),
                ("information", column.information),
                ("points", column.points > 0),
            ):
                if is_there:
                    yield Finding((*here, name), Fault.NOT_ALLOWED, f"a column cannot have {name}")
            for place, option in enumerate(column.options):
                if option.points:
                    yield Finding(
                        (*here, "options", place, "points"),
                        Fault.NOT_ALLOWED,
                        "the options of a column give no points",
                    )


def _one_title(pack: PolicyPack) -> Iterator[Finding]:
    titles = [(path, question) for path, question in form_questions(pack) if question.is_title]
    if not titles:
        yield Finding(
            ("sections",), Fault.MISSING, "no question has is_title = true", "exactly one"
        )
    for path, _ in titles[1:]:
        yield Finding(
            (*path, "is_title"), Fault.DUPLICATE, "is the title a second time", "exactly one"
        )
    for path, question in titles[:1]:
        if question.kind is not QuestionKind.TEXT:
            yield Finding((*path, "kind"), Fault.NOT_ALLOWED, "the title must be a text", "text")
        if not question.required:
            yield Finding((*path, "required"), Fault.NOT_ALLOWED, "the title must be required")
        for name, is_there in (
            ("ask_if", question.ask_if is not None),
            ("may_be_confidential", question.may_be_confidential),
        ):
            if is_there:
                yield Finding((*path, name), Fault.NOT_ALLOWED, f"the title cannot have {name}")


def _public_fields(pack: PolicyPack) -> Iterator[Finding]:
    by_key = {question.key: question for _, question in form_questions(pack)}
    yield from _known(("public_fields",), pack.public_fields, set(by_key))
    for index, key in enumerate(pack.public_fields):
        question = by_key.get(key)
        if question is None:
            continue
        if question.may_be_confidential:
            yield Finding(
                ("public_fields", index),
                Fault.INCONSISTENT,
                f'"{key}" may be marked confidential, so it cannot be public',
            )
        if question.kind is QuestionKind.FILE:
            yield Finding(
                ("public_fields", index), Fault.INCONSISTENT, f'"{key}" is a file, not an answer'
            )


# --- conditions ----------------------------------------------------------------------------------


def _conditions(pack: PolicyPack) -> Iterator[Finding]:
    for questions in (form_questions(pack), check_questions(pack)):
        before: dict[str, QuestionSpec] = {}
        for path, question in questions:
            if question.ask_if is not None:
                yield from _condition((*path, "ask_if"), question.ask_if, before, "asked before it")
            row = dict(before)
            for index, column in enumerate(question.columns):
                here: Path = (*path, "columns", index, "ask_if")
                if column.ask_if is not None:
                    yield from _condition(here, column.ask_if, row, "asked before it")
                row[column.key] = column
            before[question.key] = question
    asked = {question.key: question for _, question in form_questions(pack)}
    for index, use in enumerate(pack.prohibited_uses):
        yield from _condition(("prohibited_uses", index, "when"), use.when, asked, "in the form")
    for index, rule in enumerate(pack.hard_rules):
        yield from _condition(("hard_rules", index, "when"), rule.when, asked, "in the form")
    asked = {question.key: question for _, question in check_questions(pack)}
    for index, reason in enumerate(pack.eligibility.rules):
        yield from _condition(
            ("eligibility", "rules", index, "when"), reason.when, asked, "in the eligibility check"
        )


def _condition(
    path: Path, condition: Condition, known: Mapping[str, QuestionSpec], where: str
) -> Iterator[Finding]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            name = "all" if isinstance(condition, AllOf) else "any"
            for index, part in enumerate(parts):
                yield from _condition((*path, name, index), part, known, where)
        case Not(part):
            yield from _condition((*path, "not"), part, known, where)
        case Compare():
            yield from _comparison(path, condition, known, where)


def _comparison(
    path: Path, compare: Compare, known: Mapping[str, QuestionSpec], where: str
) -> Iterator[Finding]:
    question = known.get(compare.question)
    if question is None:
        yield Finding(
            (*path, "question"),
            Fault.UNKNOWN_REFERENCE,
            f'there is no question "{compare.question}" {where}',
        )
        return
    path = (*path, compare.operator.value)
    kinds = COMPARABLE[compare.operator]
    if question.kind not in kinds:
        yield Finding(
            path,
            Fault.NOT_ALLOWED,
            f'a "{question.kind}" answer cannot be compared with {compare.operator}',
            "only with kind " + ", ".join(kinds),
        )
        return
    if compare.operator is Operator.ANSWERED:
        return
    if compare.operator in (Operator.AT_LEAST, Operator.AT_MOST):
        if isinstance(compare.value, str) is not (question.kind is QuestionKind.DATE):
            needed = "a day without quotes" if question.kind is QuestionKind.DATE else "a number"
            yield Finding(
                path, Fault.WRONG_TYPE, f'"{question.key}" is compared with {needed}', needed
            )
        return
    if question.kind is QuestionKind.YES_NO:
        allowed: Sequence[str] = _YES_NO
    else:
        allowed = [option.value for option in question.options]
    values = compare.value if isinstance(compare.value, tuple) else (compare.value,)
    for value in values:
        if value not in allowed:
            yield Finding(
                path,
                Fault.UNKNOWN_REFERENCE,
                f'"{value}" is not an answer to "{question.key}"',
                ", ".join(allowed),
            )


COMPARABLE: Mapping[Operator, Sequence[QuestionKind]] = {
    Operator.EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.NOT_EQUALS: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.ONE_OF: (QuestionKind.CHOICE, QuestionKind.YES_NO),
    Operator.INCLUDES: (QuestionKind.MANY,),
    Operator.AT_LEAST: (*_NUMBERS, QuestionKind.DATE),
    Operator.AT_MOST: (*_NUMBERS, QuestionKind.DATE),
    Operator.ANSWERED: tuple(QuestionKind),
}


def _verdicts(pack: PolicyPack) -> Iterator[Finding]:
    for verdict in EligibilityVerdict:
        if verdict not in pack.eligibility.verdicts:
            yield Finding(
                ("eligibility", "verdicts"), Fault.MISSING, f'the text of "{verdict}" is missing'
            )


# --- risk and tiers ------------------------------------------------------------------------------


def most_points(pack: PolicyPack) -> int:
    """Return the most points that the answers of one application can reach.

    Conditions are left out of the account: a question that is not asked gives fewer points, never
    more, so the result bounds every combination of answers.
    """
    return sum(_most_points(question) for _, question in form_questions(pack))


def _most_points(question: QuestionSpec) -> int:
    if question.kind is QuestionKind.YES_NO:
        return question.points
    if question.kind is QuestionKind.CHOICE:
        return max((option.points for option in question.options), default=0)
    if question.kind is QuestionKind.MANY:
        return sum(option.points for option in question.options)
    return 0


def _tier_ranges(pack: PolicyPack) -> Iterator[Finding]:
    """Find gaps and overlaps: every number of points belongs to exactly one tier."""
    expected: int | None = 0
    last: Path = ("tiers",)
    for index, tier in enumerate(pack.tiers):
        if tier.prohibited:
            continue
        last = ("tiers", index)
        if tier.min_points is None:
            yield Finding((*last, "min_points"), Fault.MISSING, "is missing", "a whole number")
            return
        yield from _range(last, tier, tier.min_points, expected)
        expected = None if tier.max_points is None else tier.max_points + 1
    most = most_points(pack)
    if expected is not None and expected <= most:
        yield Finding(
            (*last, "max_points"),
            Fault.INCONSISTENT,
            f"leaves a gap: the answers can give {most} points and no tier takes them",
            f"at least {most}, or no max_points",
        )


def _range(path: Path, tier: TierSpec, least: int, expected: int | None) -> Iterator[Finding]:
    """Compare where a tier begins with where the one before ended."""
    if expected is None:
        yield Finding(
            (*path, "min_points"),
            Fault.INCONSISTENT,
            "overlaps the tier before, which has no max_points",
        )
    elif least != expected:
        yield Finding(
            (*path, "min_points"),
            Fault.INCONSISTENT,
            f"{'leaves a gap after' if least > expected else 'overlaps'} the tier before",
            str(expected),
        )
    if tier.max_points is not None and tier.max_points < least:
        yield Finding((*path, "max_points"), Fault.INCONSISTENT, "is below min_points")


def _prohibited_tier(pack: PolicyPack) -> Iterator[Finding]:
    places = [index for index, tier in enumerate(pack.tiers) if tier.prohibited]
    if pack.prohibited_uses and not places:
        yield Finding(
            ("tiers",), Fault.MISSING, "there are prohibited uses, but no tier is prohibited"
        )
    barred = {pack.tiers[index].key for index in places}
    if pack.prohibited_uses and not any(rule.at_least in barred for rule in pack.hard_rules):
        yield Finding(
            ("hard_rules",),
            Fault.MISSING,
            "there are prohibited uses, but no hard rule leads to the prohibited tier",
        )
    if len(places) == len(pack.tiers):
        yield Finding(("tiers",), Fault.MISSING, "every tier is prohibited")
    for index in places:
        path: Path = ("tiers", index)
        if index != len(pack.tiers) - 1:
            yield Finding(
                (*path, "prohibited"), Fault.INCONSISTENT, "the prohibited tier must be the last"
            )
        for name in ("min_points", "max_points"):
            if getattr(pack.tiers[index], name) is not None:
                yield Finding((*path, name), Fault.NOT_ALLOWED, f"a prohibited tier has no {name}")


def _hard_rules(pack: PolicyPack) -> Iterator[Finding]:
    known = {tier.key for tier in pack.tiers}
    for index, rule in enumerate(pack.hard_rules):
        if rule.at_least not in known:
            yield Finding(
                ("hard_rules", index, "at_least"),
                Fault.UNKNOWN_REFERENCE,
                f'there is no tier "{rule.at_least}"',
                ", ".join(tier.key for tier in pack.tiers),
            )


def _metrics(pack: PolicyPack) -> Iterator[Finding]:
    known = {metric.key for metric in pack.metrics}
    for index, tier in enumerate(pack.tiers):
        yield from _known(("tiers", index, "metrics"), tier.metrics, known)
        yield from _repeated(("tiers", index, "metrics"), tier.metrics)
    for index, metric in enumerate(pack.metrics):
        steps = (metric.target, metric.warning, metric.breach)
        rising = metric.direction is Direction.AT_MOST
        if list(steps) != sorted(steps, reverse=not rising):
            order = "rise" if rising else "fall"
            yield Finding(
                ("metrics", index, "breach"),
                Fault.INCONSISTENT,
                f'target, warning and breach must {order} where the metric is "{metric.direction}"',
            )


# --- stages and gates ----------------------------------------------------------------------------


def _stages(pack: PolicyPack) -> Iterator[Finding]:
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        if tier.prohibited:
            for name in ("stages", "completion", "start_conditions", "metrics"):
                if getattr(tier, name):
                    yield Finding(
                        (*path, name), Fault.NOT_ALLOWED, f"a prohibited tier has no {name}"
                    )
            continue
        if not tier.stages:
            yield Finding((*path, "stages"), Fault.MISSING, "the tier has no stages")
            continue
        if len(tier.stages) == 1:
            yield Finding(
                (*path, "stages"),
                Fault.MISSING,
                "the first stage prepares the test, so another one must follow",
            )
        if tier.stages[0].gate:
            yield Finding(
                (*path, "stages", 0, "gate"),
                Fault.NOT_ALLOWED,
                "the first stage has no gate: admission leads to it",
            )
        for inner, stage in enumerate(tier.stages):
            yield from _cadence((*path, "stages", inner), stage)
        yield from _gates(path, tier)


def _cadence(path: Path, stage: StageSpec) -> Iterator[Finding]:
    if stage.live and stage.report_every_days is None:
        yield Finding(
            (*path, "report_every_days"),
            Fault.MISSING,
            "a live stage must say how often the company reports",
        )
    if stage.report_every_days is not None and stage.report_every_days > stage.max_days:
        yield Finding(
            (*path, "report_every_days"),
            Fault.INCONSISTENT,
            f"is longer than the stage ({stage.max_days} days): no report would ever fall due",
            f"at most {stage.max_days}",
        )


def _gates(path: Path, tier: TierSpec) -> Iterator[Finding]:
    """Check each requirement against the stage that is left through its gate."""
    seen: set[str] = set()
    for index, left in enumerate(tier.stages):
        if index + 1 < len(tier.stages):
            gate: Path = (*path, "stages", index + 1, "gate")
            requirements = tier.stages[index + 1].gate
        else:
            gate = (*path, "completion")
            requirements = tier.completion
        for place, requirement in enumerate(requirements):
            here: Path = (*gate, place)
            if requirement.key in seen:
                yield Finding(
                    (*here, "key"),
                    Fault.DUPLICATE,
                    f'the tier has another requirement "{requirement.key}"',
                )
            seen.add(requirement.key)
            yield from _requirement(here, requirement, left, tier)


WHO: Mapping[RequirementKind, Sequence[Who]] = {
    RequirementKind.PLAN_AGREED: (
        Who.COMPANY,
        Who.LEAD,
        Who.ASSOCIATES,
        Who.EVERY_AUTHORITY,
        Who.SECRETARIAT,
        Who.PLATFORM,
    ),
    RequirementKind.START_CONDITIONS: (Who.COMPANY, Who.SECRETARIAT, Who.PLATFORM),
    RequirementKind.DOCUMENT: (
        Who.COMPANY,
        Who.LEAD,
        Who.ASSOCIATES,
        Who.EVERY_AUTHORITY,
        Who.SECRETARIAT,
    ),
    RequirementKind.APPROVAL: (Who.LEAD, Who.ASSOCIATES, Who.EVERY_AUTHORITY, Who.SECRETARIAT),
    RequirementKind.REPORT_ACCEPTED: (Who.LEAD, Who.SECRETARIAT, Who.PLATFORM),
    RequirementKind.METRICS_WITHIN: (Who.PLATFORM,),
    RequirementKind.NO_OPEN_INCIDENT: (Who.PLATFORM,),
    RequirementKind.MINIMUM_DAYS: (Who.PLATFORM,),
}


def _requirement(
    path: Path, requirement: RequirementSpec, left: StageSpec, tier: TierSpec
) -> Iterator[Finding]:
    kind = requirement.kind
    if requirement.by not in WHO[kind]:
        yield Finding(
            (*path, "by"),
            Fault.NOT_ALLOWED,
            f'"{requirement.by}" cannot satisfy a "{kind}" requirement',
            ", ".join(WHO[kind]),
        )
    if requirement.persons > 1 and kind is not RequirementKind.APPROVAL:
        yield Finding((*path, "persons"), Fault.NOT_ALLOWED, "only an approval counts persons", "1")
    if kind is RequirementKind.MINIMUM_DAYS:
        if not 1 <= requirement.days <= left.max_days:
            yield Finding(
                (*path, "days"),
                Fault.INCONSISTENT,
                f'must fit into the stage "{left.key}", which lasts {left.max_days} days at most',
                f"1 to {left.max_days}",
            )
    elif requirement.days:
        yield Finding((*path, "days"), Fault.NOT_ALLOWED, "only minimum_days counts days")
    prepares = left is tier.stages[0]
    if prepares and kind in (RequirementKind.REPORT_ACCEPTED, RequirementKind.METRICS_WITHIN):
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            f'nothing is reported in the first stage "{left.key}", which prepares the test',
        )
    if kind is RequirementKind.METRICS_WITHIN and not tier.metrics:
        yield Finding(
            (*path, "kind"), Fault.INCONSISTENT, "the tier has no metrics that could be within"
        )
    if kind is RequirementKind.START_CONDITIONS and not tier.start_conditions:
        yield Finding((*path, "kind"), Fault.INCONSISTENT, "the tier has no start conditions")
    if kind is RequirementKind.REPORT_ACCEPTED and left.report_every_days is None and not prepares:
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            f'no report falls due in the stage "{left.key}", so none can be accepted',
        )


# --- coordination --------------------------------------------------------------------------------


def _reliefs(pack: PolicyPack) -> Iterator[Finding]:
    key = pack.coordination.reliefs_question
    found = [(path, question) for path, question in form_questions(pack) if question.key == key]
    here: Path = ("coordination", "reliefs_question")
    if not found:
        yield Finding(here, Fault.UNKNOWN_REFERENCE, f'there is no question "{key}" in the form')
        return
    path, question = found[0]
    if question.kind is not QuestionKind.ROWS:
        yield Finding(here, Fault.NOT_ALLOWED, f'"{key}" is not a question of kind rows', "rows")
        return
    columns = {column.key: index for index, column in enumerate(question.columns)}
    for name in NEEDED_RELIEF_COLUMNS:
        if name not in columns:
            yield Finding(
                (*path, "columns"),
                Fault.MISSING,
                f'the column "{name}" is missing',
                ", ".join(NEEDED_RELIEF_COLUMNS),
            )
    if "kind" in columns:
        known = {kind.key for kind in pack.relief_kinds}
        options = question.columns[columns["kind"]].options
        place: Path = (*path, "columns", columns["kind"], "options")
        for index, option in enumerate(options):
            if option.value not in known:
                yield Finding(
                    (*place, index, "value"),
                    Fault.UNKNOWN_REFERENCE,
                    f'there is no kind of relief "{option.value}"',
                    ", ".join(sorted(known)),
                )


CHECKS: tuple[Check, ...] = (
    _duplicate_names,
    _texts_in_every_language,
    _competences,
    _validity,
    _calendar,
    _clocks,
    _question_keys,
    _question_parts,
    _columns,
    _one_title,
    _public_fields,
    _conditions,
    _verdicts,
    _tier_ranges,
    _prohibited_tier,
    _hard_rules,
    _metrics,
    _stages,
    _reliefs,
)
