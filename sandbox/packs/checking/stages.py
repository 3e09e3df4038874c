"""Check the stages of each tier and the gates between them."""

from collections.abc import Iterator, Mapping, Sequence

from sandbox.domain.packs import (
    COMPLETION_NAME,
    PolicyPack,
    RequirementKind,
    RequirementSpec,
    Silence,
    StageSpec,
    Suspender,
    TierSpec,
    Who,
)
from sandbox.packs.checking.findings import ONCE, REMOVED, Finding, repeated
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import listed
from sandbox.packs.saying import sentence as _l


def judge_stages(pack: PolicyPack) -> Iterator[Finding]:
    """Find tiers, stages and gates that could not be lived through."""
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        if tier.prohibited:
            for name in ("stages", "completion", "start_conditions", "metrics"):
                if getattr(tier, name):
                    yield Finding(
                        (*path, name),
                        Fault.NOT_ALLOWED,
                        _l("a prohibited tier has no %(name)s", name=name),
                        REMOVED,
                    )
            continue
        if not tier.stages:
            yield Finding(
                (*path, "stages"),
                Fault.MISSING,
                _l("the tier has no stages"),
                _l("two stages or more, or prohibited = true"),
            )
            continue
        if len(tier.stages) == 1:
            yield Finding(
                (*path, "stages"),
                Fault.MISSING,
                _l("the first stage prepares the test, so another one must follow"),
                _l("two stages or more"),
            )
        if tier.stages[0].gate:
            yield Finding(
                (*path, "stages", 0, "gate"),
                Fault.NOT_ALLOWED,
                _l("the first stage has no gate: admission leads to it"),
                _l("nothing here, so remove the gate or move it to the next stage"),
            )
        for inner, stage in enumerate(tier.stages):
            yield from _name((*path, "stages", inner), stage)
            yield from _cadence((*path, "stages", inner), stage)
            yield from _amounts((*path, "stages", inner), stage)
        yield from _gates(path, tier)


def _name(path: Path, stage: StageSpec) -> Iterator[Finding]:
    """Find a stage whose gate could not be told from that of the completion."""
    if stage.key == COMPLETION_NAME:
        yield Finding(
            (*path, "key"),
            Fault.NOT_ALLOWED,
            _l('"%(key)s" is the name of the gate behind the last stage', key=stage.key),
            _l('a key other than "%(key)s"', key=COMPLETION_NAME),
        )


def _cadence(path: Path, stage: StageSpec) -> Iterator[Finding]:
    if stage.live and stage.report_every_days is None:
        yield Finding(
            (*path, "report_every_days"),
            Fault.MISSING,
            _l("a live stage must say how often the company reports"),
            _l("days from 1 to %(most)s, or live = false", most=stage.max_days),
        )
    if stage.report_every_days is not None and stage.report_every_days > stage.max_days:
        yield Finding(
            (*path, "report_every_days"),
            Fault.INCONSISTENT,
            _l(
                "is longer than the stage (%(days)s days): no report would ever fall due",
                days=stage.max_days,
            ),
            _l("at most %(most)s", most=stage.max_days),
        )


def _amounts(path: Path, stage: StageSpec) -> Iterator[Finding]:
    each, total = stage.amount_per_person_cap, stage.amount_total_cap
    if each is not None and total is not None and each > total:
        yield Finding(
            (*path, "amount_per_person_cap"),
            Fault.INCONSISTENT,
            _l("is more than all participants together may reach (%(total)s)", total=total),
            _l("at most %(most)s", most=total),
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
                    _l(
                        'the tier has another requirement "%(requirement)s"',
                        requirement=requirement.key,
                    ),
                    ONCE,
                )
            seen.add(requirement.key)
            yield from _requirement(here, requirement, left, tier)


def judge_extension(pack: PolicyPack) -> Iterator[Finding]:
    """Find extensions and amendments that nobody could ask for or agree to."""
    if pack.amendment is not None:
        yield from _parties(("amendment", "agreed_by"), pack.amendment.agreed_by)
    if pack.extension is None:
        return
    yield from _parties(("extension", "approved_by"), pack.extension.approved_by)
    # A tier of one stage is a fault of its own.
    whole = [tier.stages for tier in pack.tiers if len(tier.stages) > 1]
    # The end is reckoned from the stage that is entered, and the first one only prepares the test.
    lengths = [sum(stage.max_days for stage in stages[1:]) for stages in whole]
    if lengths and pack.extension.ask_days_before >= min(lengths):
        yield Finding(
            ("extension", "ask_days_before"),
            Fault.INCONSISTENT,
            _l(
                "is as long as a whole test (%(shortest)s days): its day would have passed before",
                shortest=min(lengths),
            ),
            _l("less than %(shortest)s", shortest=min(lengths)),
        )


def _parties(path: Path, parties: Sequence[Who]) -> Iterator[Finding]:
    yield from repeated(path, parties)
    for index, party in enumerate(parties):
        if party is Who.PLATFORM:
            yield Finding(
                (*path, index),
                Fault.NOT_ALLOWED,
                _l('"%(party)s" is nobody who could agree', party=party),
                listed(*(each for each in Who if each is not Who.PLATFORM)),
            )


def judge_grounds(pack: PolicyPack) -> Iterator[Finding]:
    """Find grounds of suspension that would keep somebody from the emergency stop."""
    if not pack.suspension_grounds:
        return
    path: Path = ("suspension_grounds",)
    for index, ground in enumerate(pack.suspension_grounds):
        yield from repeated((*path, index, "by"), ground.by)
    for party in (Suspender.COMPANY, Suspender.AUTHORITIES):
        if not pack.grounds_of(party):
            yield Finding(
                path,
                Fault.MISSING,
                _l('none is by "%(party)s", so that it could not stop a test', party=party),
                _l('"%(party)s" among the `by` of at least one ground', party=party),
            )
    others = [each for each in pack.suspension_grounds if Suspender.RULES in each.by]
    for ground in others[1:]:
        yield Finding(
            (*path, pack.suspension_grounds.index(ground), "by"),
            Fault.DUPLICATE,
            _l('"%(ground)s" is the ground of the rules already', ground=others[0].key),
            _l('"%(party)s" among the `by` of one ground alone', party=Suspender.RULES),
        )
    if others and not any(metric.breach_suspends for metric in pack.metrics):
        yield Finding(
            (*path, pack.suspension_grounds.index(others[0]), "by"),
            Fault.INCONSISTENT,
            _l("no breach of a metric suspends, so that the rules stop no test"),
            _l('a metric with breach_suspends = true, or no "%(party)s"', party=Suspender.RULES),
        )


WHO: Mapping[RequirementKind, Sequence[Who]] = {
    # The secretariat runs the programme and agrees to no plan: its word would never come.
    RequirementKind.PLAN_AGREED: (
        Who.COMPANY,
        Who.LEAD,
        Who.ASSOCIATES,
        Who.EVERY_AUTHORITY,
        Who.PLATFORM,
    ),
    RequirementKind.START_CONDITIONS: (Who.COMPANY, Who.SECRETARIAT, Who.PLATFORM),
    # One document satisfies it, so that nobody can ask for one from each.
    RequirementKind.DOCUMENT: (Who.COMPANY, Who.LEAD, Who.ASSOCIATES, Who.SECRETARIAT),
    RequirementKind.APPROVAL: (Who.LEAD, Who.ASSOCIATES, Who.EVERY_AUTHORITY, Who.SECRETARIAT),
    RequirementKind.REPORT_ACCEPTED: (Who.LEAD,),
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
            _l(
                '"%(by)s" cannot satisfy a requirement of kind "%(kind)s"',
                by=requirement.by,
                kind=kind,
            ),
            listed(*WHO[kind]),
        )
    if requirement.persons > 1 and kind is not RequirementKind.APPROVAL:
        yield Finding(
            (*path, "persons"),
            Fault.NOT_ALLOWED,
            _l("only an approval counts persons"),
            _l('1, or kind = "%(kind)s"', kind=RequirementKind.APPROVAL),
        )
    yield from _term(path, requirement)
    if kind is RequirementKind.MINIMUM_DAYS:
        if not 1 <= requirement.days <= left.max_days:
            yield Finding(
                (*path, "days"),
                Fault.INCONSISTENT,
                _l(
                    'must fit into the stage "%(stage)s", which lasts %(days)s days at most',
                    stage=left.key,
                    days=left.max_days,
                ),
                _l("1 to %(most)s", most=left.max_days),
            )
    elif requirement.days:
        yield Finding(
            (*path, "days"),
            Fault.NOT_ALLOWED,
            _l("only minimum_days counts days"),
            _l('0, or kind = "%(kind)s"', kind=RequirementKind.MINIMUM_DAYS),
        )
    yield from _place(path, kind, left, tier)


def _place(path: Path, kind: RequirementKind, left: StageSpec, tier: TierSpec) -> Iterator[Finding]:
    """Find what cannot be brought in the stage before the gate."""
    first = tier.stages[0]
    prepares = left is first
    if kind is RequirementKind.PLAN_AGREED and not prepares:
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            _l(
                'the plan is written and agreed in the first stage "%(stage)s" alone, so '
                "only the gate that leads out of it can ask for it",
                stage=first.key,
            ),
            _l(
                'another kind here; this one in the gate of the stage after "%(stage)s"',
                stage=first.key,
            ),
        )
    if prepares and kind in (RequirementKind.REPORT_ACCEPTED, RequirementKind.METRICS_WITHIN):
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            _l(
                'nothing is reported in the first stage "%(stage)s", which prepares the test',
                stage=left.key,
            ),
            _l("another kind here; this one in a later gate"),
        )
    if kind is RequirementKind.METRICS_WITHIN and not tier.metrics:
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            _l("the tier has no metrics that could be within"),
            _l("another kind, or metrics = […] on the tier"),
        )
    if kind is RequirementKind.START_CONDITIONS and not tier.start_conditions:
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            _l("the tier has no start conditions"),
            _l("another kind, or start_conditions = […] on the tier"),
        )
    if kind is RequirementKind.REPORT_ACCEPTED and left.report_every_days is None and not prepares:
        yield Finding(
            (*path, "kind"),
            Fault.INCONSISTENT,
            _l(
                'no report falls due in the stage "%(stage)s", so none can be accepted',
                stage=left.key,
            ),
            _l('another kind, or report_every_days in the stage "%(stage)s"', stage=left.key),
        )


def _term(path: Path, requirement: RequirementSpec) -> Iterator[Finding]:
    """Check the term of an approval."""
    if requirement.answer_days is not None and requirement.kind is not RequirementKind.APPROVAL:
        yield Finding(
            (*path, "answer_days"),
            Fault.NOT_ALLOWED,
            _l("only an approval is asked for within a term"),
            _l(
                'nothing here, so remove the key, or kind = "%(kind)s"',
                kind=RequirementKind.APPROVAL,
            ),
        )
    if requirement.silence is not Silence.NONE and requirement.answer_days is None:
        yield Finding(
            (*path, "silence"),
            Fault.INCONSISTENT,
            _l("means something only once a term has passed, and there is none"),
            _l("answer_days beside it, or none"),
        )
