"""Lay out the authorities of a programme for everybody: in force, prepared and former ones."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sandbox.domain.packs import AuthoritySpec, PolicyPack, SuccessionSpec
from sandbox.domain.succession import in_force, succession_of, successors_of

Successors = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class AuthorityEntry:
    """Hold an authority with what becomes, or became, of it.

    Shape: `succession` is the one that is prepared or was applied; `now` is who has its
    competences since, as in `successors_of`.
    """

    spec: AuthoritySpec
    succession: SuccessionSpec | None
    now: Successors


@dataclass(frozen=True, slots=True)
class AuthorityListing:
    """Hold the authorities that are in force, those that wait to be, and those that were."""

    current: tuple[AuthorityEntry, ...]
    prepared: tuple[AuthorityEntry, ...]
    former: tuple[AuthorityEntry, ...]


def list_by_time(pack: PolicyPack, on: date, applied: Collection[str]) -> AuthorityListing:
    """Sort the authorities of a pack by whether they are in force on a day."""
    current, prepared, former = [], [], []
    for spec in pack.authorities:
        succession = succession_of(pack, spec.code)
        entry = AuthorityEntry(spec, succession, successors_of(pack, spec.code, applied))
        has_ended = succession is None and spec.valid_until is not None and spec.valid_until < on
        if in_force(pack, spec, on, applied):
            current.append(entry)
        elif spec.code in applied or has_ended:
            former.append(entry)
        else:
            prepared.append(entry)
    return AuthorityListing(tuple(current), tuple(prepared), tuple(former))
