"""Prove that tests, terms and competences never come to a place from which nothing leads on."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from sandbox.domain.calendar import BusinessCalendar
from sandbox.domain.packs import (
    Ending,
    PolicyPack,
    RequirementKind,
    Silence,
    StageSpec,
    TierSpec,
    Who,
)
from sandbox.domain.succession import passes_to
from sandbox.domain.trials import LIFECYCLE, OPEN_STATUSES, TrialStatus, next_stage
from sandbox.packs.checking import Finding, each_text, form_questions
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.claims import Proof, Shown, Warned
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l

CAPS = ("participants_cap", "places_cap", "amount_per_person_cap", "amount_total_cap")


_LONG_SHUT = 365
_FROM_THE_FIRST = _l("an authority without valid_from, or one that follows such by a succession")
_SINGLE = tuple(each for each in Who if each not in (Who.PLATFORM, Who.EVERY_AUTHORITY))


def prove_stages_left(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Prove that every stage is reached and left, and that a test can always end."""
    stages = gates = 0
    week = 7 - len(BusinessCalendar.from_spec(pack.calendar).weekend)
    for index, tier in enumerate(pack.tiers):
        path: Path = ("tiers", index)
        passed = _passed(tier)
        for place, stage in enumerate(tier.stages):
            if stage.key not in passed:
                yield Finding(
                    (*path, "stages", place),
                    Fault.UNREACHABLE,
                    _l("no stage leads to this one"),
                    _l("a stage after another one, with a key of its own"),
                )
        for place, condition in enumerate(tier.start_conditions):
            if condition.owner not in _SINGLE:
                yield Finding(
                    (*path, "start_conditions", place, "owner"),
                    Fault.UNREACHABLE,
                    _l(
                        'nobody could say that it is met: "%(owner)s" is no single party',
                        owner=condition.owner,
                    ),
                    listed(*_SINGLE),
                )
        yield from _odd_gates(path, tier)
        yield from _odd_approvals(path, tier, week)
        yield from _falling_caps(path, tier)
        stages += len(tier.stages)
        gates += sum(len(stage.gate) for stage in tier.stages) + len(tier.completion)
    for ends in Ending:
        if not pack.exits(ends):
            yield Finding(
                ("exit_kinds",),
                Fault.MISSING,
                _l('no kind of exit is for a test that ends "%(ends)s"', ends=ends),
                _l('at least one kind of exit with ends = "%(ends)s"', ends=ends),
            )
    stuck = _stuck()
    if stuck:
        yield Finding(
            ("tiers",),
            Fault.UNREACHABLE,
            _l("nothing ends a test that is %(status)s", status=stuck[0]),
            _l("nothing that a pack could say, so tell whoever runs the platform"),
        )
    yield Proof(
        _l("Every stage of every tier can be reached and left, and no gate is unsatisfiable."),
        _l(
            "Of %(stages)s stages those of each tier follow one another, so a test passes"
            " each once and no cycle exists. Each of the %(gates)s requirements is one "
            "that its party can satisfy in the stage before its gate: days fit into the "
            "stage, reports fall due in it, metrics and start conditions are there. From "
            "every status of a test, suspended included, a way leads to its end.",
            stages=stages,
            gates=gates,
        ),
    )


def _passed(tier: TierSpec) -> set[str]:
    passed: set[str] = set()
    stage: StageSpec | None = next_stage(tier, None)
    while stage is not None and stage.key not in passed:
        passed.add(stage.key)
        stage = next_stage(tier, stage.key)
    return passed


def _odd_gates(path: Path, tier: TierSpec) -> Iterator[Warned]:
    agreed = False
    for place, stage in enumerate(tier.stages):
        kinds = {requirement.kind for requirement in stage.gate}
        agreed = agreed or RequirementKind.PLAN_AGREED in kinds
        here: Path = (*path, "stages", place)
        if stage.live and not agreed:
            yield Warned(
                Finding(
                    here,
                    Fault.ODD,
                    _l("people are exposed before any gate asks for the plan"),
                    _l(
                        'a requirement of kind "%(kind)s" in the gate of the second stage',
                        kind=RequirementKind.PLAN_AGREED,
                    ),
                )
            )
        if place and not stage.gate:
            yield Warned(
                Finding(
                    here,
                    Fault.ODD,
                    _l("its gate is empty, so that nothing must be shown before it is entered"),
                    _l("at least one requirement in its gate"),
                )
            )
    if tier.stages and not any(stage.live for stage in tier.stages):
        yield Warned(
            Finding(
                path,
                Fault.ODD,
                _l("none of its stages is live: nothing is tested"),
                _l("live = true on at least one stage"),
            )
        )


def _odd_approvals(path: Path, tier: TierSpec, week: int) -> Iterator[Warned]:
    """Find approvals that silence gives before people are exposed, or that may come too late.

    Those of the completion may take longer than the last stage, which is over by then.
    """
    for place, (before, stage) in enumerate(pairwise(tier.stages), start=1):
        for index, requirement in enumerate(stage.gate):
            here: Path = (*path, "stages", place, "gate", index)
            if requirement.silence is Silence.GRANTED and stage.live:
                message = _l("lets people be exposed although nobody has approved of it")
                other = listed(Silence.DENIED, Silence.NONE)
                yield Warned(Finding((*here, "silence"), Fault.ODD, message, other))
            days = requirement.answer_days
            if days is not None and _lasts(days, week) > before.max_days:
                message = _l(
                    'cannot pass in the stage "%(stage)s", which lasts %(days)s days at most',
                    stage=before.key,
                    days=before.max_days,
                )
                fewer = _l("business days that fit into the stage before the gate")
                yield Warned(Finding((*here, "answer_days"), Fault.ODD, message, fewer))


def _lasts(business_days: int, week: int) -> int:
    """Return the fewest calendar days in which so many business days can pass.

    Shape: `week` is the number of days of a week on which people work.
    """
    weeks, rest = divmod(business_days - 1, week)
    return 7 * weeks + rest + 1


def _falling_caps(path: Path, tier: TierSpec) -> Iterator[Warned]:
    """Find live stages that allow less than a live one before: who takes part would have to go."""
    largest: dict[str, int] = {}
    for place, stage in enumerate(tier.stages):
        for name in CAPS if stage.live else ():
            cap = getattr(stage, name)
            if cap is None:
                continue
            if cap < largest.get(name, 0):
                what = _l(
                    "is smaller than that of an earlier live stage (%(cap)s)", cap=largest[name]
                )
                least = _l("at least %(least)s", least=largest[name])
                yield Warned(Finding((*path, "stages", place, name), Fault.ODD, what, least))
            largest[name] = max(cap, largest.get(name, 0))


def _stuck() -> list[TrialStatus]:
    """List the open statuses of a test from which no way leads to an end."""
    free = {status for status in TrialStatus if status not in OPEN_STATUSES}
    while True:
        more = {
            each.source
            for each in LIFECYCLE.transitions
            if each.target in free and each.source not in free
        }
        if not more:
            return [status for status in TrialStatus if status not in free]
        free |= more


def prove_competences_covered(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Prove that no competence is without an authority on any day."""
    for index, competence in enumerate(pack.competences):
        gap = _gap(_periods(pack, competence.code))
        # A competence that a succession names as ended is meant to be nobody's from that day on.
        ends = {each.on for each in pack.successions if competence.code in each.ended}
        begins = _begins(_periods(pack, competence.code))
        if begins > date.min:
            yield Finding(
                ("competences", index, "code"),
                Fault.INCONSISTENT,
                _l(
                    'before %(day)s no authority has the competence "%(competence)s"',
                    day=begins.isoformat(),
                    competence=competence.code,
                ),
                _FROM_THE_FIRST,
            )
        elif gap is not None and gap not in ends:
            yield Finding(
                ("competences", index, "code"),
                Fault.INCONSISTENT,
                _l(
                    'from %(day)s on no authority has the competence "%(competence)s"',
                    day=gap.isoformat(),
                    competence=competence.code,
                ),
                _l("an authority for it in force on every day"),
            )
    yield Proof(
        _l("Every competence has an authority on every date."),
        _l(
            "The periods of the authorities with each of the %(competences)s competences "
            "were laid end to end, counting what passes by succession: from the first day"
            " to the last there is no day between them, and a competence ends only where "
            "a succession says so. Until a succession is applied the authority that it "
            "ends keeps its competences.",
            competences=len(pack.competences),
        ),
    )


def prove_activity_leads(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Prove that every preponderant activity has one authority that leads, on any day."""
    key = pack.coordination.activity_question
    if key is None:
        return
    path, question = next(found for found in form_questions(pack) if found[1].key == key)
    for index, option in enumerate(question.options):
        periods = [each for code in option.competences for each in _periods(pack, code)]
        gap = _gap(periods)
        begins = _begins(periods)
        if begins > date.min:
            yield Finding(
                (*path, "options", index, "competences"),
                Fault.INCONSISTENT,
                _l(
                    'before %(day)s no authority could lead for "%(option)s"',
                    day=begins.isoformat(),
                    option=option.value,
                ),
                _FROM_THE_FIRST,
            )
        elif gap is not None:
            yield Finding(
                (*path, "options", index, "competences"),
                Fault.INCONSISTENT,
                _l(
                    'from %(day)s on no authority could lead for "%(option)s"',
                    day=gap.isoformat(),
                    option=option.value,
                ),
                _l("an authority for it in force on every day"),
            )
    yield Proof(
        _l("Every preponderant activity leads to exactly one authority on every date."),
        _l(
            "Everybody must choose one of the %(options)s options. Each touches "
            "competences whose authorities follow one another without a day between them,"
            " counting what passes by succession. Where an option has several authorities"
            " on a day, one has more weight than the others or stands first in the list.",
            options=len(question.options),
        ),
    )


def _periods(pack: PolicyPack, competence: str) -> Iterator[tuple[date, date]]:
    """List the first and last day of each time for which an authority has the competence."""
    for authority in pack.authorities:
        if competence not in authority.competences:
            continue
        first, last = authority.valid_from or date.min, authority.valid_until or date.max
        received = [
            each.on for each in pack.successions if passes_to(each, competence) == authority.code
        ]
        yield max(first, min(received, default=first)), last


def _begins(found: Iterable[tuple[date, date]]) -> date:
    """Return the first day with a holder; the first of all days where nobody ever is one."""
    return min((first for first, _ in found), default=date.min)


def _gap(found: Iterable[tuple[date, date]]) -> date | None:
    """Return the first day without a holder after the first one began, or None."""
    periods = sorted(found)
    if not periods:
        return None  # Said already, of the competence as a whole.
    covered = periods[0][1]
    for first, last in periods[1:]:
        if covered == date.max or first <= covered + timedelta(days=1):
            covered = max(covered, last)
        else:
            break
    return None if covered == date.max else covered + timedelta(days=1)


def prove_calls_apart(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """Prove that an application belongs to one call; warn where none is open for long."""
    if not pack.calls:
        return
    ordered = sorted(enumerate(pack.calls), key=lambda found: found[1].first_day)
    for (_, call), (index, following) in pairwise(ordered):
        shut = (following.first_day - (call.last_day or date.max)).days - 1
        if shut > _LONG_SHUT and not pack.outside_calls:
            message = _l("no call is open for %(days)s days before this one", days=shut)
            sooner = _l("a first day at most %(days)s days after the call before", days=_LONG_SHUT)
            yield Warned(Finding(("calls", index, "first_day"), Fault.ODD, message, sooner))
    yield Proof(
        _l("At most one call is open on any day."),
        _laid_out(pack),
    )


def _laid_out(pack: PolicyPack) -> Sentence:
    """Say how the calls were compared, and to which of them an application belongs."""
    if pack.outside_calls:
        return _l(
            "The %(calls)s calls were laid end to end: each begins after the last day of "
            "the one before, so an application that is sent belongs to exactly one of "
            "them, or was sent outside the calls.",
            calls=len(pack.calls),
        )
    return _l(
        "The %(calls)s calls were laid end to end: each begins after the last day of "
        "the one before, so an application that is sent belongs to exactly one of "
        "them.",
        calls=len(pack.calls),
    )


def prove_texts_whole(pack: PolicyPack, _judged: Judgements) -> Iterator[Shown]:
    """State what the checks of texts and references have found to be whole."""
    count = sum(1 for _ in each_text(pack))
    yield Proof(
        _l("Every text exists in every language, and every reference resolves."),
        _l(
            "%(count)s texts were read in %(languages)s; each key that names another part of "
            "the pack was looked up.",
            count=count,
            languages=pack.languages,
        ),
    )
