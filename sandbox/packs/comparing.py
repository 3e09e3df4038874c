"""Compare two versions of a policy pack, part by part, as a person would who must defend both.

Parts that have a key or code are the same part if it is the same, wherever they stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from sandbox.domain.packs import AllOf, AnyOf, Compare, Not, PolicyPack, Text

# The version is what is compared, so that it differs says nothing.
_NOT_COMPARED = frozenset({"version"})
_NAMES = ("key", "code", "value")
_CONDITIONS = (AllOf, AnyOf, Not, Compare)


class ChangeKind(StrEnum):
    """Name what became of a part, or of one of its values."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"
    REPEATED = "repeated"  # an entry of a list that stands in it another number of times


@dataclass(frozen=True, slots=True)
class Part:
    """Name one part on the way to what changed.

    Shape: `field` is the name of the list it stands in, `name` its key or code ("" where the part
    is the only one of its kind), `part` the part itself, the newer where both have it.
    """

    field: str
    name: str
    part: object


@dataclass(frozen=True, slots=True)
class Change:
    """Say what differs.

    Shape: `trail` leads from the pack to the part that changed; `field` is the value of it that
    differs, or "" where the whole part was added or removed; `before` and `after` are values of
    the pack (None where there is none), for a list only what it lost and what it gained; for an
    entry that stands in both another number of times, the entry as many times as in each.
    """

    kind: ChangeKind
    trail: tuple[Part, ...]
    field: str
    before: object
    after: object

    @property
    def path(self) -> str:
        """Return the place in the words of the file: `tiers.limited.stages.pilot.max_days`."""
        steps = [step for part in self.trail for step in (part.field, part.name) if step]
        return ".".join([*steps, self.field] if self.field else steps)


def compare(old: PolicyPack, new: PolicyPack) -> tuple[Change, ...]:
    """List what differs between two packs, in the order of the newer one's parts."""
    return tuple(_compare_parts((), old, new))


def _compare_parts(trail: tuple[Part, ...], old: Any, new: Any) -> Iterator[Change]:
    for part in fields(new):
        if not trail and part.name in _NOT_COMPARED:
            continue
        before, after = getattr(old, part.name), getattr(new, part.name)
        if before != after:
            yield from _compare_values(trail, part.name, before, after)


def _compare_values(
    trail: tuple[Part, ...], name: str, before: object, after: object
) -> Iterator[Change]:
    if _are_parts(before) and _are_parts(after):
        yield from _compare_lists(trail, name, _by_name(before), _by_name(after))
    elif isinstance(before, tuple) and isinstance(after, tuple):
        yield from _compare_entries(trail, name, before, after)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _compare_mappings(trail, name, before, after)
    elif _is_part(before) and _is_part(after):
        yield from _compare_parts((*trail, Part(name, "", after)), before, after)
    else:
        yield Change(ChangeKind.CHANGED, trail, name, before, after)


def _compare_entries(
    trail: tuple[Part, ...], name: str, before: tuple[object, ...], after: tuple[object, ...]
) -> Iterator[Change]:
    # Texts cannot be hashed, and to look for each of some thousand in a list takes seconds.
    old, new = _by_content(before), _by_content(after)
    lost = tuple(item for key, same in old.items() if key not in new for item in same)
    gained = tuple(item for key, same in new.items() if key not in old for item in same)
    repeated = [
        (tuple(same), tuple(new[key]))
        for key, same in old.items()
        if len(new.get(key, same)) != len(same)
    ]
    if lost or gained:
        yield Change(ChangeKind.CHANGED, trail, name, lost or None, gained or None)
    for each in repeated:
        yield Change(ChangeKind.REPEATED, trail, name, *each)
    if not (lost or gained or repeated):
        yield Change(ChangeKind.REORDERED, trail, name, None, None)


def _by_content(items: Sequence[object]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for item in items:
        found.setdefault(repr(item), []).append(item)
    return found


def _compare_lists(
    trail: tuple[Part, ...], name: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[Change]:
    for key, part in new.items():
        here = (*trail, Part(name, key, part))
        if key not in old:
            yield Change(ChangeKind.ADDED, here, "", None, part)
        elif old[key] != part:
            yield from _compare_parts(here, old[key], part)
    for key, part in old.items():
        if key not in new:
            here = (*trail, Part(name, key, part))
            yield Change(ChangeKind.REMOVED, here, "", part, None)
    before = tuple(key for key in old if key in new)
    after = tuple(key for key in new if key in old)
    if before != after:
        yield Change(ChangeKind.REORDERED, trail, name, before, after)


def _compare_mappings(
    trail: tuple[Part, ...], name: str, old: Mapping[Any, object], new: Mapping[Any, object]
) -> Iterator[Change]:
    for key in dict.fromkeys([*new, *old]):
        before, after = old.get(key), new.get(key)
        if before != after:
            kind = (
                ChangeKind.ADDED
                if before is None
                else ChangeKind.REMOVED
                if after is None
                else ChangeKind.CHANGED
            )
            here = (*trail, Part(name, str(key), after if before is None else before))
            yield Change(kind, here, "", before, after)


def _is_part(value: object) -> bool:
    """Tell a part of the pack from a value: texts and conditions are read as a whole."""
    return is_dataclass(value) and not isinstance(value, (Text, *_CONDITIONS))


def _are_parts(value: object) -> bool:
    return isinstance(value, tuple) and all(
        _is_part(item) and _name_of(item) is not None for item in value
    )


def _name_of(part: object) -> str | None:
    for name in _NAMES:
        found = getattr(part, name, None)
        if isinstance(found, str):
            return found
    return None


def _by_name(parts: Sequence[object] | object) -> dict[str, object]:
    assert isinstance(parts, tuple)
    return {str(_name_of(part)): part for part in parts}
