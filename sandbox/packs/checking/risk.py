"""Check that points, tiers, hard rules and metrics fit together."""

from collections.abc import Iterator

from sandbox.domain.packs import (
    Direction,
    PolicyPack,
    QuestionKind,
    QuestionSpec,
    TierSpec,
)
from sandbox.packs.checking.findings import REMOVED, Finding, among, repeated, unknown_names
from sandbox.packs.checking.questions import form_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l

HOURS_A_DAY = 24


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


def judge_tier_ranges(pack: PolicyPack) -> Iterator[Finding]:
    """Find gaps and overlaps: every number of points belongs to exactly one tier."""
    expected: int | None = 0
    last: Path = ("tiers",)
    for index, tier in enumerate(pack.tiers):
        if tier.prohibited:
            continue
        last = ("tiers", index)
        if tier.min_points is None:
            yield Finding(
                (*last, "min_points"),
                Fault.MISSING,
                _l("is missing"),
                _l("0 for the first tier, else one more than max_points of the tier before"),
            )
            return
        yield from _range(last, tier, tier.min_points, expected)
        expected = None if tier.max_points is None else tier.max_points + 1
    most = most_points(pack)
    if expected is not None and expected <= most:
        yield Finding(
            (*last, "max_points"),
            Fault.INCONSISTENT,
            _l(
                "leaves a gap: the answers can give %(most)s points and no tier takes them",
                most=most,
            ),
            _l("at least %(most)s, or no max_points", most=most),
        )


def _range(path: Path, tier: TierSpec, least: int, expected: int | None) -> Iterator[Finding]:
    """Compare where a tier begins with where the one before ended."""
    if expected is None:
        yield Finding(
            (*path, "min_points"),
            Fault.INCONSISTENT,
            _l("overlaps the tier before, which has no max_points"),
            _l("a tier after one with max_points, so give the tier before its own"),
        )
    elif least != expected:
        yield Finding(
            (*path, "min_points"),
            Fault.INCONSISTENT,
            _l("leaves a gap after the tier before")
            if least > expected
            else _l("overlaps the tier before"),
            listed(str(expected)),
        )
    if tier.max_points is not None and tier.max_points < least:
        yield Finding(
            (*path, "max_points"),
            Fault.INCONSISTENT,
            _l("is below min_points"),
            _l("at least %(least)s, or no max_points", least=least),
        )


def judge_prohibited_tier(pack: PolicyPack) -> Iterator[Finding]:
    """Find prohibited uses that lead nowhere, and a prohibited tier that is out of place."""
    places = [index for index, tier in enumerate(pack.tiers) if tier.prohibited]
    if pack.prohibited_uses and not places:
        yield Finding(
            ("tiers",),
            Fault.MISSING,
            _l("there are prohibited uses, but no tier is prohibited"),
            _l("prohibited = true on the last tier, or prohibited_uses = []"),
        )
    barred = {pack.tiers[index].key for index in places}
    if pack.prohibited_uses and not any(rule.at_least in barred for rule in pack.hard_rules):
        yield Finding(
            ("hard_rules",),
            Fault.MISSING,
            _l("there are prohibited uses, but no hard rule leads to the prohibited tier"),
            _l("a hard rule for each prohibited use, with at_least naming the prohibited tier"),
        )
    if len(places) == len(pack.tiers):
        yield Finding(
            ("tiers",),
            Fault.MISSING,
            _l("every tier is prohibited"),
            _l("at least one tier that is not prohibited, before the prohibited one"),
        )
    for index in places:
        path: Path = ("tiers", index)
        if index != len(pack.tiers) - 1:
            yield Finding(
                (*path, "prohibited"),
                Fault.INCONSISTENT,
                _l("the prohibited tier must be the last"),
                _l("one prohibited tier, after all others"),
            )
        for name in ("min_points", "max_points"):
            if getattr(pack.tiers[index], name) is not None:
                yield Finding(
                    (*path, name),
                    Fault.NOT_ALLOWED,
                    _l("a prohibited tier has no %(name)s", name=name),
                    REMOVED,
                )


def judge_hard_rules(pack: PolicyPack) -> Iterator[Finding]:
    """Find hard rules that demand a tier that there is not."""
    known = {tier.key for tier in pack.tiers}
    for index, rule in enumerate(pack.hard_rules):
        if rule.at_least not in known:
            yield Finding(
                ("hard_rules", index, "at_least"),
                Fault.UNKNOWN_REFERENCE,
                _l('there is no tier "%(tier)s"', tier=rule.at_least),
                listed(*(tier.key for tier in pack.tiers)),
            )


def judge_metrics(pack: PolicyPack) -> Iterator[Finding]:
    """Find metrics that are not defined, and thresholds in the wrong order."""
    known = {metric.key for metric in pack.metrics}
    for index, tier in enumerate(pack.tiers):
        yield from unknown_names(("tiers", index, "metrics"), tier.metrics, known)
        yield from repeated(("tiers", index, "metrics"), tier.metrics)
    yield from _breaches(pack)
    for index, metric in enumerate(pack.metrics):
        steps = (metric.target, metric.warning, metric.breach)
        rising = metric.direction is Direction.AT_MOST
        if list(steps) != sorted(steps, reverse=not rising):
            yield Finding(
                ("metrics", index, "breach"),
                Fault.INCONSISTENT,
                _l(
                    'target, warning and breach must rise where the metric is "%(direction)s"',
                    direction=metric.direction,
                )
                if rising
                else _l(
                    'target, warning and breach must fall where the metric is "%(direction)s"',
                    direction=metric.direction,
                ),
                _l("a breach of at least the warning, and a warning of at least the target")
                if rising
                else _l("a breach of at most the warning, and a warning of at most the target"),
            )


def _breaches(pack: PolicyPack) -> Iterator[Finding]:
    """Find breaches that open incidents of no class, or suspend without saying why."""
    classes = [each.key for each in pack.incident_classes]
    for index, metric in enumerate(pack.metrics):
        if metric.breach_class is not None and metric.breach_class not in classes:
            yield Finding(
                ("metrics", index, "breach_class"),
                Fault.UNKNOWN_REFERENCE,
                _l(
                    'there is no class of incident "%(breach_class)s"',
                    breach_class=metric.breach_class,
                ),
                among(classes),
            )
        if metric.breach_suspends and metric.breach_class is None:
            yield Finding(
                ("metrics", index, "breach_suspends"),
                Fault.INCONSISTENT,
                _l("a breach that suspends the test must also open an incident"),
                _l("breach_class beside it, or false"),
            )


def judge_incident_classes(pack: PolicyPack) -> Iterator[Finding]:
    """Find complete reports that would be due before the first one."""
    for index, spec in enumerate(pack.incident_classes):
        days = spec.complete_report_days
        if days is not None and days * HOURS_A_DAY < spec.report_hours:
            least = -(-spec.report_hours // HOURS_A_DAY)
            yield Finding(
                ("incident_classes", index, "complete_report_days"),
                Fault.INCONSISTENT,
                _l(
                    "is over before the first report is due (%(hours)s hours)",
                    hours=spec.report_hours,
                ),
                _l("at least %(least)s", least=least),
            )
