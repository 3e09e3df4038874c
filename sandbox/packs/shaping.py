"""Read a pack from the values of its files, or say of each fault of their shape where it is."""

from collections.abc import Mapping
from difflib import get_close_matches

from marshmallow import ValidationError

from sandbox.domain import packs
from sandbox.packs.errors import Fault
from sandbox.packs.fields import Said
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas import PackSchema
from sandbox.packs.showing import shown
from sandbox.packs.source import Source

_LONGEST_SUGGESTED = 60


def shape(source: Source) -> packs.PolicyPack | None:
    """Read the source's values into a pack, or add every fault of their shape to its problems."""
    try:
        pack: packs.PolicyPack = PackSchema().load(source.values)
    except ValidationError as fault:
        _refuse_each(source, (), fault.messages)
        return None
    return pack


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
