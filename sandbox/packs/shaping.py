"""Read a pack from the values of its files, or say of each fault of their shape where it is."""

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from typing import Any

from marshmallow import Schema, ValidationError

from sandbox.domain import packs
from sandbox.packs.errors import Fault
from sandbox.packs.fields import Said, Value
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas import PackSchema
from sandbox.packs.showing import shown
from sandbox.packs.source import Source
from sandbox.packs.unread import UNREAD, is_unread

_LONGEST_SUGGESTED = 60


def shape(source: Source) -> packs.PolicyPack | None:
    """Read the source's values into a pack, and add every fault of their shape to its problems.

    Where there are such, the pack holds `UNREAD` in each faulty place; None where too little is
    left to be one.
    """
    try:
        pack: packs.PolicyPack = PackSchema().load(source.values)
    except ValidationError as fault:
        _refuse_each(source, (), fault.messages)
        # What would not be kept need not be found.
        if source.is_full:
            return None
        return _rest(source.values, set(_faulty((), fault.messages)))
    return pack


def _rest(values: Mapping[str, Any], faulty: Collection[Path]) -> packs.PolicyPack | None:
    """Read what is left around the faulty places; None where that is no pack."""
    if () in faulty:
        return None
    left = deepcopy(dict(values))
    # What stands around another place comes first, and takes that with it.
    for path in sorted(faulty, key=len):
        _leave_unread(left, path)
    try:
        pack: packs.PolicyPack = PackSchema().load(left)
    except ValidationError:
        return None
    return pack


def _leave_unread(values: dict[str, Any], path: Path) -> None:
    holder: Any = values
    for step in path[:-1]:
        holder = holder[step]
        if is_unread(holder):
            return
    holder[path[-1]] = UNREAD


def _faulty(path: Path, complaints: object) -> Iterator[Path]:
    if not isinstance(complaints, Mapping):
        yield unread_around(path)
        return
    for step, inner in complaints.items():
        yield from _faulty(path if step == "_schema" else (*path, step), inner)


def unread_around(path: Path) -> Path:
    """Return the smallest value around a fault of shape of which nothing is known.

    Shape: () is the whole pack. A key that nobody knows may be meant for any that its table lacks,
    so that nothing is known of the table; and so where a word of a closed list is faulty, for
    checks compare words by identity.
    """
    schema: Schema = PackSchema()
    part: Path = ()
    at = 0
    while at < len(path):
        field = schema.fields.get(str(path[at]))
        at += 1
        if not isinstance(field, Value) or field.kind.choices is not None:
            return part
        kind = field.kind
        if kind.inner is None or at == len(path):
            return path[:at]
        at += kind.is_list
        schema, part = kind.inner, path[:at]
    return part


def _refuse_each(source: Source, path: Path, complaints: object) -> None:
    if isinstance(complaints, Mapping):
        for step, inner in complaints.items():
            _refuse_each(source, path if step == "_schema" else (*path, step), inner)
        return
    # What would not be kept need not be worded: to look for similar keys takes its time.
    if source.is_full:
        return
    for words in complaints if isinstance(complaints, list) else [complaints]:
        # No schema has a complaint of another kind.
        assert isinstance(words, Said)
        if words.fault is Fault.UNKNOWN_KEY:
            message, found = _suggested(path, words), shown(path[-1])
        else:
            message, found = words.message, source.found(path)
        source.refuse(path, words.fault, message, found=found, allowed=words.allowed)


def _suggested(path: Path, complaint: Said) -> Sentence:
    """Return the complaint of an unknown key with the known one that looks like it, if any does."""
    written = str(path[-1]) if path else ""
    if len(written) > _LONGEST_SUGGESTED:
        return complaint.message
    close = get_close_matches(written, complaint.allowed.split(", "), n=1)
    if not close:
        return complaint.message
    return _l('%(complaint)s; did you mean "%(key)s"?', complaint=complaint.message, key=close[0])
