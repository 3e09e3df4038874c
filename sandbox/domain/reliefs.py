"""Say what a relief consists of, who may answer for it, and whether it is in force on a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sandbox.domain.answers import relevant
from sandbox.domain.packs import Answers, PolicyPack
from sandbox.domain.refusals import NotPossible, Why
from sandbox.domain.risk import chosen
from sandbox.domain.routing import competent
from sandbox.domain.trials import OPEN_STATUSES, TrialStatus

REMINDED_DAYS = 30
"""So many days before the last one it stands under My tasks that a relief ends."""


class Verdict(StrEnum):
    """Name how an authority answered; a relief without a verdict is a draft."""

    GRANTED = "granted"
    REFUSED = "refused"


class ReliefState(StrEnum):
    """Name where a relief stands on a day; it is computed and never kept."""

    DRAFT = "draft"
    REFUSED = "refused"
    AHEAD = "ahead"
    IN_FORCE = "in_force"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ReliefTerm:
    """Hold from when to when a relief was granted.

    Shape: `ends_on` is its last day; `ended_on` is the first day on which it no longer holds, where
    the authority ended it before.
    """

    starts_on: date
    ends_on: date
    ended_on: date | None = None

    @property
    def last_day(self) -> date:
        """Return the last day on which it may hold."""
        if self.ended_on is None:
            return self.ends_on
        return min(self.ends_on, self.ended_on - timedelta(days=1))


def relief_state(
    verdict: Verdict | None, term: ReliefTerm | None, status: TrialStatus, today: date
) -> ReliefState:
    """Say where a relief stands: whatever ends it counts before what only stops it.

    Shape: `term` is known of whatever is granted, and means nothing before.
    """
    if verdict is None or term is None:
        return ReliefState.DRAFT if verdict is None else ReliefState.REFUSED
    if verdict is Verdict.REFUSED:
        return ReliefState.REFUSED
    if status not in OPEN_STATUSES or today > term.last_day:
        return ReliefState.ENDED
    if today < term.starts_on:
        return ReliefState.AHEAD
    return ReliefState.STOPPED if status is TrialStatus.SUSPENDED else ReliefState.IN_FORCE


@dataclass(frozen=True, slots=True)
class ReliefWording:
    """Hold what a relief says; a draft may lack what only a granted one needs."""

    kind: str
    provision: str
    scope: str
    conditions: str = ""
    neutrality: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def check_wording(wording: ReliefWording, pack: PolicyPack) -> None:
    """Make sure that a draft says of what kind it is, from which rule and what it allows.

    Raises: NotPossible(RELIEF_INCOMPLETE, RELIEF_BACKWARDS).
    """
    is_known = wording.kind in {each.key for each in pack.relief_kinds}
    if not (is_known and wording.provision.strip() and wording.scope.strip()):
        raise NotPossible(Why.RELIEF_INCOMPLETE)
    starts_on, ends_on = wording.starts_on, wording.ends_on
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise NotPossible(Why.RELIEF_BACKWARDS)


def check_grant(wording: ReliefWording, pack: PolicyPack, today: date, latest_end: date) -> None:
    """Make sure that a relief can be granted today, for no longer than the trial may run.

    Raises: NotPossible(RELIEF_INCOMPLETE, RELIEF_BACKWARDS, RELIEF_NOT_NEUTRAL, RELIEF_PAST,
    RELIEF_TOO_LONG).
    """
    check_wording(wording, pack)
    if not wording.neutrality.strip():
        raise NotPossible(Why.RELIEF_NOT_NEUTRAL)
    if wording.starts_on is None or wording.ends_on is None:
        raise NotPossible(Why.RELIEF_INCOMPLETE)
    if wording.starts_on < today:
        raise NotPossible(Why.RELIEF_PAST)
    if wording.ends_on > latest_end:
        raise NotPossible(Why.RELIEF_TOO_LONG, latest=latest_end)


def check_end(term: ReliefTerm, ended_on: date, today: date) -> None:
    """Make sure that a relief can be ended on a day: not in the past, and before it ends by itself.

    Raises: NotPossible(RELIEF_PAST, RELIEF_OVER).
    """
    if today > term.last_day or ended_on > term.last_day:
        raise NotPossible(Why.RELIEF_OVER)
    if ended_on < today:
        raise NotPossible(Why.RELIEF_PAST)


def sought_reliefs(pack: PolicyPack, answers: Answers) -> tuple[Mapping[str, str], ...]:
    """List the rows in which an application asks for reliefs; they are numbered from 1."""
    rows = relevant(pack, answers).get(pack.coordination.reliefs_question)
    if not isinstance(rows, list):
        return ()
    return tuple(row for row in rows if isinstance(row, dict))


def provision_of(pack: PolicyPack, row: Mapping[str, str], language: str) -> str:
    """Return the provision of a row with the law before it, where the row names one of the form's.

    An option that touches no competence, such as “another”, is no law's name.
    """
    columns = pack.questions[pack.coordination.reliefs_question].columns
    laws = [
        option.label.in_(language)
        for column in columns
        for option in chosen(column, row.get(column.key))
        if option.competences
    ]
    return ", ".join((*laws, row.get("provision", "")))


def answerers(
    pack: PolicyPack,
    row: Mapping[str, str],
    on_case: Sequence[str],
    on: date,
    applied: Collection[str] = (),
) -> frozenset[str]:
    """Say which authorities of a case may answer for a row: those competent for its matters.

    What is a matter of none of them is the lead's to answer, so that no row stays without anybody.
    Shape: `on_case` are the codes of the authorities, the lead first.
    """
    matters = {
        competence
        for column in pack.questions[pack.coordination.reliefs_question].columns
        for option in chosen(column, row.get(column.key))
        for competence in option.competences
    }
    able = {spec.code for each in matters for spec in competent(pack, each, on, applied)}
    return frozenset(able.intersection(on_case)) or frozenset(on_case[:1])
