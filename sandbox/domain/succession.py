"""Say which authorities are in force, and where a case goes when one of them ends.

An authority that a succession ends works until a person applies the succession, whatever the day:
a case is never without somebody because nobody has pressed a button. Its successors take over at
that moment, and nobody holds a competence twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sandbox.domain.deliberation import CriterionMark, Mark, PositionTaken, Stance
from sandbox.domain.packs import AuthoritySpec, PolicyPack, SuccessionSpec
from sandbox.domain.proportionality import join_answers

# An inherited objection may be withdrawn by whoever inherits it; inherited consent could let a
# case through that one of two predecessors was against.
_STRICTEST: Mapping[Stance, int] = {
    Stance.OBJECT: 3,
    Stance.CONCUR_WITH_CONDITIONS: 2,
    Stance.CONCUR: 1,
    Stance.ABSTAIN: 0,
}
_GRAVEST: Mapping[CriterionMark, int] = {
    CriterionMark.NOT_MET: 2,
    CriterionMark.PARTLY: 1,
    CriterionMark.MET: 0,
}

# --- who is in force -----------------------------------------------------------------------------


def succession_of(pack: PolicyPack, authority: str) -> SuccessionSpec | None:
    """Return the succession that ends an authority, if the pack prepares one."""
    return next((each for each in pack.successions if each.authority == authority), None)


def is_kept(old: PolicyPack, new: PolicyPack, authority: str) -> bool:
    """Tell whether a new version lets the matters of an ended authority pass as they passed."""
    before, after = succession_of(old, authority), succession_of(new, authority)
    if before is None or after is None:
        return before is after
    return _shares(before) == _shares(after)


def _shares(succession: SuccessionSpec) -> Mapping[str, frozenset[str]]:
    return {each.code: frozenset(each.competences) for each in succession.successors}


def passes_to(succession: SuccessionSpec, competence: str) -> str | None:
    """Return who takes over a competence; None where it ends, or was never passed on."""
    return next(
        (each.code for each in succession.successors if competence in each.competences), None
    )


def exists(authority: AuthoritySpec, on: date) -> bool:
    """Tell whether the authority exists on the day; its last day is `valid_until` itself."""
    has_begun = authority.valid_from is None or authority.valid_from <= on
    has_ended = authority.valid_until is not None and authority.valid_until < on
    return has_begun and not has_ended


def holds(
    pack: PolicyPack,
    authority: AuthoritySpec,
    competence: str,
    on: date,
    applied: Collection[str] = (),
) -> bool:
    """Tell whether an authority is competent for a matter on a day.

    Shape: `applied` are the codes of the authorities whose succession has been applied.
    """
    if competence not in authority.competences or authority.code in applied:
        return False
    received = [each for each in pack.successions if passes_to(each, competence) == authority.code]
    if received and not any(each.authority in applied for each in received):
        return False
    if succession_of(pack, authority.code) is None:
        return exists(authority, on)
    return exists(replace(authority, valid_until=None), on)


def in_force(
    pack: PolicyPack, authority: AuthoritySpec, on: date, applied: Collection[str] = ()
) -> bool:
    """Tell whether an authority is competent for anything on a day; `applied` as in `holds`."""
    return any(holds(pack, authority, each, on, applied) for each in authority.competences)


def is_first(pack: PolicyPack, succession: SuccessionSpec, applied: Collection[str]) -> bool:
    """Tell whether no other succession into the authority that ends has still to be applied."""
    return not any(
        each.authority not in applied
        and any(successor.code == succession.authority for successor in each.successors)
        for each in pack.successions
    )


def successors_of(
    pack: PolicyPack, authority: str, applied: Collection[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """List who has the competences of an ended authority now, each with those that it has.

    What passed on again is followed to its end. Shape: pairs of code and competences, none for an
    authority that has not ended.
    """
    succession = succession_of(pack, authority)
    if succession is None or authority not in applied:
        return ()
    found: dict[str, list[str]] = {}
    for successor in succession.successors:
        for competence in successor.competences:
            holder = _holder(pack, successor.code, competence, applied)
            if holder is not None:
                found.setdefault(holder, []).append(competence)
    return tuple((code, tuple(competences)) for code, competences in found.items())


def _holder(
    pack: PolicyPack, authority: str, competence: str, applied: Collection[str]
) -> str | None:
    # No chain is longer than the authorities are many, even in a pack that was never checked.
    for _ in pack.authorities:
        succession = succession_of(pack, authority)
        if succession is None or authority not in applied:
            return authority
        passed = passes_to(succession, competence)
        if passed is None:
            return None
        authority = passed
    return None


# --- where a case goes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seat:
    """Name an authority that is on a case, and whether it leads it."""

    authority: str
    is_lead: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """Say as what a successor is on a case from now on, and for which matters of it.

    Shape: `competences` are those passed on that the answers touch; `is_new` is False where the
    successor was on the case before.
    """

    authority: str
    is_lead: bool
    competences: tuple[str, ...]
    is_new: bool


def pass_on(
    succession: SuccessionSpec,
    seats: Sequence[Seat],
    weights: Mapping[str, int],
    activity: Collection[str] = (),
) -> tuple[Passage, ...]:
    """Say who takes the place of the authority that ends on a case; none if it has no place.

    Each matter that the answers touch goes with its competence. Whoever takes the preponderant
    activity, or else the weightiest of the lead's matters, leads; the others are associates. A
    successor that is on the case already keeps its place and leads if either would. Where nothing
    that passes is touched, the first successor of the list stands in, so that no case is ever
    without somebody.
    Shape: `weights` is what each competence weighs in the answers; `activity` are the competences
    of the preponderant activity, which count whatever they weigh.
    """
    left = next((each for each in seats if each.authority == succession.authority), None)
    if left is None:
        return ()
    taken = {
        successor.code: tuple(
            each for each in successor.competences if weights.get(each, 0) > 0 or each in activity
        )
        for successor in succession.successors
    }
    heirs = [code for code, touched in taken.items() if touched] or [next(iter(taken))]
    # max() keeps the first of equals, which is the pack's order.
    first = max(
        heirs,
        key=lambda code: max(
            ((each in activity, weights.get(each, 0)) for each in taken[code]), default=(False, 0)
        ),
    )
    before = {each.authority: each for each in seats}
    return tuple(
        Passage(
            authority=code,
            is_lead=(left.is_lead and code == first) or (code in before and before[code].is_lead),
            competences=taken[code],
            is_new=code not in before,
        )
        for code in heirs
    )


def inherit_position(own: PositionTaken | None, left: PositionTaken) -> PositionTaken:
    """Bind a successor to what its predecessor said, and to what it had said itself.

    Where the two differ the stricter stands, with the conditions and the reasons of both; the
    successor may change it until the decision, as any authority may.
    """
    if own is None:
        return left
    stance = max((own.stance, left.stance), key=_STRICTEST.__getitem__)
    said = [f"{each.authority}: {each.reasons}" for each in (own, left) if each.reasons]
    return PositionTaken(
        authority=own.authority,
        stance=stance,
        reasons="\n".join(said),
        conditions=tuple(dict.fromkeys((*own.conditions, *left.conditions)))
        if stance is Stance.CONCUR_WITH_CONDITIONS
        else (),
        tacit=own.tacit and left.tacit,
        proportionality=join_answers(
            (each.authority, dict(each.proportionality)) for each in (own, left)
        )
        if stance is Stance.CONCUR_WITH_CONDITIONS
        else (),
    )


def inherit_mark(own: Mark | None, left: Mark) -> Mark:
    """Bind a successor to a mark on a criterion, as `inherit_position` does to a position."""
    if own is None:
        return left
    mark = max((own.mark, left.mark), key=_GRAVEST.__getitem__)
    notes = [f"{each.authority}: {each.note}" for each in (own, left) if each.note]
    return Mark(own.authority, own.criterion, mark, "\n".join(notes))
