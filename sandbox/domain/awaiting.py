"""Say of a sandbox test what is next and who must act, from facts that its pages read anyway."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sandbox.domain.gates import GateState, MissingKind
from sandbox.domain.outcomes import Consent, ReportStatus
from sandbox.domain.packs import RequirementKind, Who
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus

PUBLISHER = "publisher"
COMPANY = Who.COMPANY.value
SECRETARIAT = Who.SECRETARIAT.value


class Step(StrEnum):
    """Name what can be next for a sandbox test, during it and after its end."""

    RESUME = "resume"
    ANSWER_INCIDENT = "answer_incident"
    COMPLETE_INCIDENT = "complete_incident"
    CLOSE_INCIDENT = "close_incident"
    CORRECT_REPORT = "correct_report"
    REPORT = "report"
    JUDGE_REPORT = "judge_report"
    LEAVE_STAGE = "leave_stage"  # which lasts longer than the rules allow
    PLAN = "plan"
    AGREE = "agree"
    SETTLE = "settle"  # what a refusal names
    BRING = "bring"
    APPROVE = "approve"
    ENTER = "enter"
    COMPLETE = "complete"
    WAIT_FOR_REPORT = "wait_for_report"
    WAIT_FOR_DAYS = "wait_for_days"
    WAIT = "wait"
    FINAL_REPORT = "report_on_end"
    DRAFT_OUTCOME = "draft_outcome"
    FINISH_OUTCOME = "finish_outcome"
    CONSENT = "consent"
    PUBLISH = "publish"
    TAKE_BACK = "take_back"  # a report of which the company refuses the publication
    OVER = "over"
    SUPERVISE = "supervise"  # what whoever may not read the test yet is told of an incident


_READERS_ONLY = frozenset({Step.ANSWER_INCIDENT, Step.COMPLETE_INCIDENT, Step.CLOSE_INCIDENT})


@dataclass(frozen=True, slots=True)
class Awaited:
    """Say one thing that is next, and who must act.

    Shape: a party is "company", "secretariat", "publisher", an authority's code, or "lead" where
    no authority leads; none where nothing but time is waited for. `on` is the day that comes, or on
    which a stage had to be left, and `days` how many are left, where the step is to wait for them.
    """

    step: Step
    parties: tuple[str, ...] = ()
    on: date | None = None
    days: int = 0


@dataclass(frozen=True, slots=True)
class TrialNow:
    """Hold what decides what is next for a sandbox test.

    Shape: parties are named as in `Awaited`. `gate` is the next one, None after the end.
    `open_conditions` are the owners of the start conditions that are not met; `refused` names, by
    requirement, the parties whose refusal stands. `suspenders` are those who suspended the test, or
    answer for them now, and have not agreed to go on. `stage_overdue_since` is the last day of a
    stage that lasts longer. `outcome` is None until the outcome report is begun.
    """

    status: TrialStatus
    lead: str | None = None
    associates: tuple[str, ...] = ()
    agreed_by: frozenset[str] = frozenset()
    gate: GateState | None = None
    open_conditions: tuple[Who, ...] = ()
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    suspenders: tuple[str, ...] = ()
    is_lead_asked: bool = False
    incidents_to_answer: int = 0
    incidents_to_complete: int = 0
    incidents_to_close: int = 0
    is_report_returned: bool = False
    reports_owed: int = 0
    reports_to_judge: int = 0
    next_report_on: date | None = None
    stage_overdue_since: date | None = None
    is_final_report_owed: bool = False
    outcome: ReportStatus | None = None
    consent: Consent = Consent.NOT_ASKED

    @property
    def leading(self) -> str:
        """Name the lead; one that is not named yet still has to act."""
        return self.lead or Who.LEAD.value

    @property
    def refusers(self) -> frozenset[str]:
        """Name the parties that refused something which the next gate asks for."""
        return frozenset[str]().union(*self.refused.values())


def awaited(now: TrialNow) -> tuple[Awaited, ...]:
    """List what is next for a sandbox test and who must act, what cannot wait first; never empty.

    A party has an open task for the test, though not each of its people: the drafter alone finishes
    a report, and who has approved once does not approve again.
    """
    found = list(_urgent(now))
    if now.status is TrialStatus.SUSPENDED:
        return tuple(found)
    found += _at_the_gate(now) if now.status in OPEN_STATUSES else _after_the_end(now)
    return tuple(found)


def without_incidents(steps: Sequence[Awaited]) -> tuple[Awaited, ...]:
    """Say what is next to whoever has still to declare: who must act, and not that of an incident.

    Shape: `steps` as `awaited` lists them; what stands for incidents stands where the first stood.
    """
    hidden = [each for each in steps if each.step in _READERS_ONLY]
    if not hidden:
        return tuple(steps)
    parties = _each_once(*(party for each in hidden for party in each.parties))
    instead = Awaited(Step.SUPERVISE, parties)
    shown = (instead if each in hidden else each for each in steps)
    return tuple(dict.fromkeys(shown))


def _urgent(now: TrialNow) -> Iterator[Awaited]:
    """Yield what neither a suspension nor the end of the test puts off."""
    if now.status is TrialStatus.SUSPENDED:
        lead = (now.leading,) if now.is_lead_asked else ()
        yield Awaited(Step.RESUME, _each_once(*lead, *now.suspenders))
    if now.incidents_to_answer:
        yield Awaited(Step.ANSWER_INCIDENT, (now.leading,))
    if now.incidents_to_complete:
        yield Awaited(Step.COMPLETE_INCIDENT, (COMPANY,))
    if now.incidents_to_close:
        yield Awaited(Step.CLOSE_INCIDENT, (now.leading,))
    if now.is_report_returned:
        yield Awaited(Step.CORRECT_REPORT, (COMPANY,))
    elif now.reports_owed:
        yield Awaited(Step.REPORT, (COMPANY,))
    if now.reports_to_judge:
        yield Awaited(Step.JUDGE_REPORT, (now.leading,))
    # Nobody can lead a test out of its stage while it is stopped.
    if now.stage_overdue_since is not None and now.status is not TrialStatus.SUSPENDED:
        yield Awaited(Step.LEAVE_STAGE, (now.leading,), on=now.stage_overdue_since)


def _at_the_gate(now: TrialNow) -> list[Awaited]:
    """List what brings the test to its next stage, or to its end."""
    gate = now.gate
    found = list(_agreements(now))
    if gate is not None and gate.is_open:
        is_last = gate.stage is None
        found.append(Awaited(Step.COMPLETE if is_last else Step.ENTER, (now.leading,)))
        return found
    if now.refusers:
        found.append(Awaited(Step.SETTLE, _each_once(COMPANY, *_told_of_refusal(now))))
    if gate is not None:
        found += _missing(now, gate)
    # Where something else keeps the gate closed that is said already, nobody is told to wait.
    return found if found or any(_urgent(now)) else [_pause(now, gate)]


def _agreements(now: TrialNow) -> Iterator[Awaited]:
    if now.status is not TrialStatus.PREPARING:
        return
    if COMPANY not in now.agreed_by:
        yield Awaited(Step.PLAN, (COMPANY,))
    elif lacking := [code for code in _authorities(now) if code not in now.agreed_by]:
        yield Awaited(Step.AGREE, tuple(lacking))


def _told_of_refusal(now: TrialNow) -> tuple[str, ...]:
    """Name the lead, which speaks with the company; of its own refusal it knows."""
    return (now.leading,) if now.refusers - {now.leading} else ()


def _missing(now: TrialNow, gate: GateState) -> Iterator[Awaited]:
    if parties := _each_once(*_bringing(now, gate)):
        yield Awaited(Step.BRING, parties)
    if parties := _each_once(*_approving(now, gate)):
        yield Awaited(Step.APPROVE, parties)
    is_under_way = now.is_report_returned or now.reports_owed or now.reports_to_judge
    # Without a cadence no day comes on which the report falls due by itself.
    if lacks_report(gate) and now.next_report_on is None and not is_under_way:
        yield Awaited(Step.REPORT, (COMPANY,))


def _bringing(now: TrialNow, gate: GateState) -> Iterator[str]:
    """Name whoever has to hand in a document or to see to a start condition."""
    for state in gate.requirements:
        if state.holds:
            continue
        if state.spec.kind is RequirementKind.START_CONDITIONS:
            for owner in now.open_conditions:
                yield from _parties(owner, now)
        elif state.spec.kind is RequirementKind.DOCUMENT:
            yield from _parties(state.spec.by, now)


def _approving(now: TrialNow, gate: GateState) -> Iterator[str]:
    """Name whoever can approve now: authorities once there is something to approve."""
    awaited_now = {state.spec.key for state in gate.awaited}
    for state in gate.requirements:
        if state.holds or state.spec.kind is not RequirementKind.APPROVAL:
            continue
        for party in sorted(state.missing_parties - now.refused.get(state.spec.key, frozenset())):
            if party == SECRETARIAT or state.spec.key in awaited_now:
                yield party


def lacks_report(gate: GateState) -> bool:
    """Tell whether a gate stays closed until the company hands in another report."""
    wanted = {MissingKind.REPORT, MissingKind.READING, MissingKind.METRIC_IN_BREACH}
    return any(
        part.kind in wanted
        for state in gate.requirements
        if not state.holds
        for part in state.missing
    )


def _pause(now: TrialNow, gate: GateState | None) -> Awaited:
    """Say what is waited for while nobody has to act."""
    if gate is not None and lacks_report(gate):
        return Awaited(Step.WAIT_FOR_REPORT, on=now.next_report_on)
    parts = [] if gate is None else [part for state in gate.requirements for part in state.missing]
    days = max((part.count for part in parts if part.kind is MissingKind.DAYS), default=0)
    return Awaited(Step.WAIT_FOR_DAYS, days=days) if days else Awaited(Step.WAIT)


def _after_the_end(now: TrialNow) -> Iterator[Awaited]:
    if now.is_final_report_owed:
        yield Awaited(Step.FINAL_REPORT, (COMPANY,))
    match now.outcome, now.consent:
        case None, _:
            yield Awaited(Step.DRAFT_OUTCOME, (SECRETARIAT,))
        case ReportStatus.DRAFT, _:
            yield Awaited(Step.FINISH_OUTCOME, (SECRETARIAT,))
        case ReportStatus.AWAITING_PUBLICATION, Consent.ASKED:
            yield Awaited(Step.CONSENT, (COMPANY,))
        case ReportStatus.AWAITING_PUBLICATION, Consent.REFUSED:
            # Nobody has to: the refusal stands, and another wording is a matter of choice.
            yield Awaited(Step.TAKE_BACK)
        case ReportStatus.AWAITING_PUBLICATION, _:
            yield Awaited(Step.PUBLISH, (PUBLISHER,))
        case _ if not (any(_urgent(now)) or now.is_final_report_owed):
            yield Awaited(Step.OVER)


def _authorities(now: TrialNow) -> tuple[str, ...]:
    return (now.leading, *now.associates)


def _parties(who: Who, now: TrialNow) -> tuple[str, ...]:
    """Name those whom the pack calls so; who leads alone stands for the associates too."""
    match who:
        case Who.COMPANY | Who.SECRETARIAT:
            return (who.value,)
        case Who.LEAD:
            return (now.leading,)
        case Who.ASSOCIATES:
            return now.associates or (now.leading,)
        case Who.EVERY_AUTHORITY:
            return _authorities(now)
        case Who.PLATFORM:
            return ()


def _each_once(*parties: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parties))
