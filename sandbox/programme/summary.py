"""Tell a whole pack in words, for whoever must answer for it and reads no files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.domain.applications import ApplicationStatus
from sandbox.domain.eligibility import WORST_FIRST
from sandbox.domain.packs import (
    AuthoritySpec,
    ClockSpec,
    ClockUnit,
    Condition,
    DecisionRule,
    MetricSpec,
    OptionSpec,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    RegisteredPostSpec,
    RequirementSpec,
    Silence,
    SuspensionWindowSpec,
    TierSpec,
)
from sandbox.kernel.formats import day, money, number
from sandbox.kernel.statuses import APPLICATION_STATUS
from sandbox.programme.diagram import requirement_words, stage_facts
from sandbox.programme.words import WORDS, condition_words, part_words, read

Line = tuple[int, str]


def summary(pack: PolicyPack) -> Iterator[Line]:
    """Say everything of a pack that decides something, a line each, with the depth of the line."""
    yield 0, f"{read(pack.programme.title)} ({pack.code} {pack.version})"
    yield from _authorities(pack)
    yield from _eligibility(pack)
    yield from _form(pack)
    yield from _criteria(pack)
    yield from _risk(pack)
    for tier in pack.tiers:
        yield from _tier(pack, tier)
    yield from _monitoring(pack)
    yield from _coordination(pack)
    yield from _endings(pack)


@dataclass(frozen=True, slots=True)
class Said:
    """Hold one line with the lines that stand below it."""

    words: str
    below: "list[Said]"


def nested(lines: Iterable[Line]) -> list[Said]:
    """Put each line below the nearest one before it that is less deep."""
    top: list[Said] = []
    open_lists: list[tuple[int, list[Said]]] = [(0, top)]
    for depth, words in lines:
        while open_lists[-1][0] >= depth:
            open_lists.pop()
        said = Said(words, [])
        open_lists[-1][1].append(said)
        open_lists.append((depth, said.below))
    return top


# --- who takes part ------------------------------------------------------------------------------


def _authorities(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Authorities")
    for authority in pack.authorities:
        words = f"{authority.code}, {read(authority.name)}: {_names(pack, authority.competences)}"
        yield 2, "; ".join([words, *_validity(authority)])
        for post in authority.posts:
            yield 3, post_words(post)
    yield from _windows(pack)
    yield from _successions(pack)


def _validity(authority: AuthoritySpec) -> Iterator[str]:
    if authority.parent is not None:
        yield _("part of %(body)s", body=read(authority.parent))
    if authority.valid_from is not None:
        yield _("from %(day)s on", day=day(authority.valid_from))
    if authority.valid_until is not None:
        yield _("until %(day)s", day=day(authority.valid_until))


def post_words(post: RegisteredPostSpec) -> str:
    """Say of a post that its meetings are registered, and by which provision."""
    marks = [_("its meetings with companies are registered")]
    marks += [_("the register is public")] if post.published else []
    marks += [_("the meetings are recorded")] if post.recorded else []
    return f"{read(post.name)}: {', '.join(marks)} ({read(post.provision)})"


def _windows(pack: PolicyPack) -> Iterator[Line]:
    if pack.suspension_windows:
        yield 1, _("Days on which terms of an authority stand still; filings are received")
    for window in pack.suspension_windows:
        yield 2, f"{window.authority}: {_window_days(window)}: {read(window.ground)}"


def _window_days(window: SuspensionWindowSpec) -> str:
    if window.dates:
        return ", ".join(day(each) for each in window.dates)
    first = day(window.first_day)
    if window.last_day is not None:
        return _("from %(first)s to %(last)s", first=first, last=day(window.last_day))
    return ngettext(
        "%(num)d business day from %(first)s on",
        "%(num)d business days from %(first)s on",
        window.business_days or 0,
        first=first,
    )


def _successions(pack: PolicyPack) -> Iterator[Line]:
    if pack.successions:
        yield 1, _("Authorities that end, and who follows them")
    for each in pack.successions:
        yield (
            2,
            _(
                "%(authority)s, from %(day)s on, once an administrator applies it (%(provision)s)",
                authority=each.authority,
                day=day(each.on),
                provision=read(each.provision),
            ),
        )
        for successor in each.successors:
            yield 3, f"{successor.code}: {_names(pack, successor.competences)}"
        if each.ended:
            names = _names(pack, each.ended)
            yield 3, _("Pass to nobody: %(competences)s", competences=names)
        yield 3, _("Open cases: %(rule)s", rule=read(each.open_cases))


def _names(pack: PolicyPack, competences: Iterable[str]) -> str:
    return ", ".join(part_words(pack.competence(code)) for code in competences)


# --- what is asked -------------------------------------------------------------------------------


def _eligibility(pack: PolicyPack) -> Iterator[Line]:
    check = pack.eligibility
    questions = {question.key: question for question in check.questions}
    yield 1, _("Eligibility check")
    for question in check.questions:
        marks = [str(WORDS[question.kind])]
        if question.ask_if is not None:
            condition = condition_words(question.ask_if, questions, pack.currency)
            marks.append(_("asked if %(condition)s", condition=condition))
        yield 2, f"{read(question.label)} [{'; '.join(marks)}]"
    yield 2, _("Of several answers the first of these stands, and the last where no rule holds:")
    for verdict in WORST_FIRST:
        yield 2, _("Answer: %(answer)s", answer=f"“{read(check.verdicts[verdict])}”")
        for rule in check.rules:
            if rule.verdict is verdict:
                when = condition_words(rule.when, questions, pack.currency)
                yield (
                    3,
                    _("If %(condition)s: “%(reason)s”", condition=when, reason=read(rule.reason)),
                )


def _form(pack: PolicyPack) -> Iterator[Line]:
    for section in pack.sections:
        yield 1, _("Section: %(title)s", title=read(section.title))
        for question in section.questions:
            yield 2, f"{read(question.label)} [{'; '.join(_marks(pack, question))}]"
            yield from _options(pack, question.options, 3)
            for column in question.columns:
                yield (
                    3,
                    _(
                        "Column: %(column)s",
                        column=f"{read(column.label)} [{'; '.join(_marks(pack, column))}]",
                    ),
                )
                yield from _options(pack, column.options, 4)


def _marks(pack: PolicyPack, question: QuestionSpec) -> Iterator[str]:
    yield str(WORDS[question.kind])
    yield _("required") if question.required else _("optional")
    yield from _bounds(pack, question)
    if question.ask_if is not None:
        yield _("asked if %(condition)s", condition=_when(pack, question.ask_if))
    if question.points:
        yield ngettext("a yes gives %(num)d point", "a yes gives %(num)d points", question.points)
    elif most := max((option.points for option in question.options), default=0):
        yield ngettext(
            "an option gives up to %(num)d point", "an option gives up to %(num)d points", most
        )
    if question.competences:
        names = _names(pack, question.competences)
        yield (
            _("a yes brings in %(competences)s", competences=names)
            if question.kind is QuestionKind.YES_NO
            else _("an answer brings in %(competences)s", competences=names)
        )
    if question.criteria:
        criteria = ", ".join(part_words(pack.criterion(key)) for key in question.criteria)
        yield _("evidence for %(criteria)s", criteria=criteria)
    if question.key in pack.public_fields:
        yield _("public")
    if question.may_be_confidential:
        yield _("may be confidential")


def _bounds(pack: PolicyPack, question: QuestionSpec) -> Iterator[str]:
    def said(value: int) -> str:
        is_money = question.kind is QuestionKind.MONEY
        return money(value, pack.currency) if is_money else number(value)

    if question.minimum is not None:
        yield _("at least %(value)s", value=said(question.minimum))
    if question.maximum is not None:
        yield _("at most %(value)s", value=said(question.maximum))


def _options(pack: PolicyPack, options: Sequence[OptionSpec], depth: int) -> Iterator[Line]:
    """Say the options that give points or touch a competence; the others decide nothing alone."""
    for option in options:
        facts = []
        if option.points:
            facts.append(ngettext("%(num)d point", "%(num)d points", option.points))
        if option.competences:
            names = _names(pack, option.competences)
            facts.append(_("brings in %(competences)s", competences=names))
        if facts:
            yield depth, f"{part_words(option)}: {'; '.join(facts)}"


def _when(pack: PolicyPack, condition: Condition) -> str:
    return condition_words(condition, pack.questions, pack.currency)


# --- how it is judged ----------------------------------------------------------------------------


def _criteria(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Criteria")
    for criterion in pack.criteria:
        words = f"{read(criterion.name)}: {read(criterion.key_question)}"
        needed = _("must be met")
        yield 2, f"{words} [{needed}]" if criterion.must_be_met else words


def _risk(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Prohibited uses")
    for use in pack.prohibited_uses:
        yield 2, f"{read(use.name)}: {_when(pack, use.when)}"
    yield 1, _("Hard rules")
    for rule in pack.hard_rules:
        tier, when = part_words(pack.tier(rule.at_least)), _when(pack, rule.when)
        yield 2, _("At least %(tier)s if %(condition)s", tier=tier, condition=when)


def _tier(pack: PolicyPack, tier: TierSpec) -> Iterator[Line]:
    if tier.prohibited:
        yield 1, _("Tier: %(tier)s, which is never tested", tier=read(tier.name))
        return
    yield 1, _("Tier: %(tier)s, %(points)s", tier=read(tier.name), points=_points(tier))
    if tier.metrics:
        names = ", ".join(part_words(pack.metric(key)) for key in tier.metrics)
        yield 2, _("Measured: %(metrics)s", metrics=names)
    if tier.start_conditions:
        yield 2, _("Start conditions")
        for condition in tier.start_conditions:
            yield 3, f"{read(condition.label)} [{WORDS[condition.owner]}]"
    for stage in tier.stages:
        facts = (f"{fact[:1].lower()}{fact[1:]}" for fact in stage_facts(stage))
        yield 2, f"{read(stage.name)}: {'; '.join(facts)}"
        yield from _gate(stage.gate)
    yield 2, _("Completed")
    yield from _gate(tier.completion)


def _points(tier: TierSpec) -> str:
    least, most = tier.min_points or 0, tier.max_points
    if most is None:
        return ngettext("from %(num)d point on", "from %(num)d points on", least)
    if most == 0:
        return _("no points of its own")
    if least == most:
        return ngettext("%(num)d point", "%(num)d points", least)
    return _("%(least)d to %(most)d points", least=least, most=most)


def _gate(gate: Iterable[RequirementSpec]) -> Iterator[Line]:
    for requirement in gate:
        marks = [str(WORDS[requirement.by])]
        if requirement.days:
            marks.append(ngettext("%(num)d day", "%(num)d days", requirement.days))
        if requirement.answer_days is not None:
            marks.append(
                ngettext(
                    "within %(num)d business day",
                    "within %(num)d business days",
                    requirement.answer_days,
                )
            )
            marks.append(str(WORDS[requirement.silence]))
        yield 3, f"{requirement_words(requirement)} [{'; '.join(marks)}]"


def _monitoring(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Classes of incident")
    for incident in pack.incident_classes:
        hours = ngettext(
            "reported within %(num)d hour", "reported within %(num)d hours", incident.report_hours
        )
        facts = [hours, _("serious")] if incident.serious else [hours]
        if incident.complete_report_days is not None:
            facts.append(
                ngettext(
                    "completed within %(num)d day",
                    "completed within %(num)d days",
                    incident.complete_report_days,
                )
            )
        if incident.reaction_days is not None:
            facts.append(
                ngettext(
                    "answered by the lead within %(num)d day",
                    "answered by the lead within %(num)d days",
                    incident.reaction_days,
                )
            )
        yield 2, f"{read(incident.name)}: {'; '.join(facts)}"
    yield 1, _("Metrics")
    for metric in pack.metrics:
        yield 2, _metric(metric)
        yield from _breach(pack, metric)


def _breach(pack: PolicyPack, metric: MetricSpec) -> Iterator[Line]:
    if metric.breach_class is None:
        return
    name = part_words(pack.incident_class(metric.breach_class))
    yield (
        3,
        (
            _("A breach opens an incident of the class %(name)s and suspends the test.", name=name)
            if metric.breach_suspends
            else _("A breach opens an incident of the class %(name)s.", name=name)
        ),
    )


def _metric(metric: MetricSpec) -> str:
    values = (number(float(each)) for each in (metric.target, metric.warning, metric.breach))
    target, warning, breach = values
    return _(
        "%(name)s (%(unit)s), %(direction)s: target %(target)s, warning from %(warning)s, "
        "breach from %(breach)s",
        name=read(metric.name),
        unit=read(metric.unit),
        direction=WORDS[metric.direction],
        target=target,
        warning=warning,
        breach=breach,
    )


# --- how it is decided ---------------------------------------------------------------------------


def _coordination(pack: PolicyPack) -> Iterator[Line]:
    rules = pack.coordination
    yield 1, _("Terms")
    for clock in pack.clocks:
        yield 2, _term(clock)
    yield (
        2,
        (
            ngettext(
                "An application may be returned %(num)d time.",
                "An application may be returned %(num)d times.",
                rules.returns_allowed,
            )
            if rules.returns_allowed
            else _("An application is never returned.")
        ),
    )
    yield 1, _("Lead")
    yield (
        2,
        _(
            "An answer that touches a competence weighs %(answer)d, and a relief in %(question)s "
            "weighs %(relief)d. The authority with the most weight leads, the first of the list "
            "above where several have as much; the others that are touched are associates.",
            answer=rules.answer_weight,
            relief=rules.relief_weight,
            question=part_words(pack.questions[rules.reliefs_question]),
        ),
    )
    yield 1, _("Decision")
    yield 2, _("Rule: %(rule)s", rule=WORDS[rules.decision_rule])
    # Under the other rules an objection is one position among others.
    if rules.decision_rule is DecisionRule.UNANIMITY:
        yield (
            2,
            (
                _("An objection opens a deliberation.")
                if rules.objection_opens_deliberation
                else _("An objection opens no deliberation.")
            ),
        )
    yield (
        2,
        (
            _("The conditions of a decision are public.")
            if pack.conditions_are_public
            else _("The conditions of a decision are not public.")
        ),
    )


def _term(clock: ClockSpec) -> str:
    facts = [_length(clock)]
    if clock.silence is not Silence.NONE:
        facts.append(str(WORDS[clock.silence]))
    if clock.stops_in:
        labels = (APPLICATION_STATUS[ApplicationStatus(each)].label for each in clock.stops_in)
        statuses = ", ".join(f"“{label}”" for label in labels)
        facts.append(_("stands still in %(statuses)s", statuses=statuses))
    return f"{read(clock.name)}: {'; '.join(facts)}"


def _length(clock: ClockSpec) -> str:
    match clock.unit:
        case ClockUnit.BUSINESS_DAYS:
            return ngettext("%(num)d business day", "%(num)d business days", clock.length)
        case ClockUnit.CALENDAR_DAYS:
            return ngettext("%(num)d calendar day", "%(num)d calendar days", clock.length)
        case ClockUnit.MONTHS:
            return ngettext("%(num)d month", "%(num)d months", clock.length)


def _endings(pack: PolicyPack) -> Iterator[Line]:
    yield 1, _("Kinds of exit")
    for kind in pack.exit_kinds:
        yield 2, f"{read(kind.name)} [{WORDS[kind.ends]}]"
