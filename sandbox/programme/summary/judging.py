"""Tell how a programme judges and watches."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from sandbox.applications.wording import read
from sandbox.domain.packs import (
    MetricSpec,
    PolicyPack,
    RequirementSpec,
    TierSpec,
)
from sandbox.kernel.formats import number
from sandbox.programme.diagram import requirement_words, stage_facts
from sandbox.programme.names import WORDS
from sandbox.programme.summary.basics import labelled
from sandbox.programme.summary.lines import Line, when_words
from sandbox.programme.words import part_words, party_words, rubric_words


def criteria_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say what an application is judged by."""
    yield 1, _("Criteria")
    for criterion in pack.criteria:
        words = f"{read(criterion.name)}: {read(criterion.key_question)}"
        needed = _("must be met, or the application is declined")
        yield 2, f"{words} [{needed}]" if criterion.must_be_met else words
        for sign in criterion.positive:
            yield 3, _("Speaks for it: %(sign)s", sign=read(sign))
        for sign in criterion.negative:
            yield 3, _("Speaks against it: %(sign)s", sign=read(sign))
        if criterion.rubric is not None:
            for line in rubric_words(criterion.rubric):
                yield 3, line


def priority_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say which applications come before others, and why."""
    if pack.priorities:
        yield 1, _("Priority")
    for priority in pack.priorities:
        yield 2, f"{read(priority.name)}: {when_words(pack, priority.when)}"
        yield 3, read(priority.reason)


def risk_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say what raises the tier, and what is never tested."""
    yield 1, _("Prohibited uses")
    for use in pack.prohibited_uses:
        yield 2, f"{read(use.name)}: {when_words(pack, use.when)}"
    yield 1, _("Hard rules")
    for rule in pack.hard_rules:
        tier, when = part_words(pack.tier(rule.at_least)), when_words(pack, rule.when)
        yield 2, _("At least %(tier)s if %(condition)s", tier=tier, condition=when)
        yield 3, read(rule.reason)


def tier_lines(pack: PolicyPack, tier: TierSpec) -> Iterator[Line]:
    """Say how a test of this tier runs."""
    if tier.prohibited:
        yield 1, _("Tier: %(tier)s, which is never tested", tier=read(tier.name))
        yield 2, read(tier.summary)
        return
    yield 1, _("Tier: %(tier)s, %(points)s", tier=read(tier.name), points=_points(tier))
    yield 2, read(tier.summary)
    if tier.metrics:
        names = ", ".join(part_words(pack.metric(key)) for key in tier.metrics)
        yield 2, _("Measured: %(metrics)s", metrics=names)
    if tier.start_conditions:
        yield 2, _("Start conditions")
        for condition in tier.start_conditions:
            yield 3, f"{read(condition.label)} [{WORDS[condition.owner]}]"
    for stage in tier.stages:
        facts = (f"{fact[:1].lower()}{fact[1:]}" for fact in stage_facts(stage, pack.currency))
        yield 2, f"{read(stage.name)}: {'; '.join(facts)}"
        yield 3, labelled("purpose", read(stage.purpose))
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
        marks = [
            str(WORDS[requirement.kind]),
            party_words(requirement.kind, requirement.by),
        ]
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


def monitoring_lines(pack: PolicyPack) -> Iterator[Line]:
    """Say what is measured, and what counts as an incident."""
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
