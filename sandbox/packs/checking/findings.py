"""Hold what a check finds, and the small checks that many of them share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.domain.packs import PolicyPack
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.saying import Sentence, listed
from sandbox.packs.saying import sentence as _l
from sandbox.packs.source import Source


@dataclass(frozen=True, slots=True)
class Finding:
    """Say what is wrong at which path of the pack, and what would be right there."""

    path: Path
    fault: Fault
    message: Sentence
    allowed: Sentence


ONCE = _l("each name once, so rename or remove this one")
REMOVED = _l("nothing here, so remove the key")

Check = Callable[[PolicyPack], Iterator[Finding]]


def report(source: Source, finding: Finding) -> None:
    """Add a finding to the source's problems, with what stands at its place."""
    source.refuse(
        finding.path,
        finding.fault,
        finding.message,
        found=source.found(finding.path),
        allowed=finding.allowed,
    )


def duplicates(path: Path, items: Sequence[object], attribute: str) -> Iterator[Finding]:
    """Find items whose key or code stood before in their list."""
    seen: set[object] = set()
    for index, item in enumerate(items):
        name = getattr(item, attribute)
        if name in seen:
            yield Finding(
                (*path, index, attribute),
                Fault.DUPLICATE,
                _l('"%(name)s" is there more than once', name=name),
                ONCE,
            )
        seen.add(name)


def repeated(path: Path, names: Sequence[str]) -> Iterator[Finding]:
    """Find names that stood before in their list."""
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Finding(
                (*path, index),
                Fault.DUPLICATE,
                _l('"%(name)s" is there more than once', name=name),
                _l("each once, so remove this one"),
            )


def unknown_names(
    path: Path, names: Sequence[str], known: set[str], *, allowed: Sequence[str] = ()
) -> Iterator[Finding]:
    """Find names that are not among those known; `allowed` are those that make sense there."""
    for index, name in enumerate(names):
        if name not in known:
            yield Finding(
                (*path, index),
                Fault.UNKNOWN_REFERENCE,
                _l('the pack has no "%(name)s"', name=name),
                among(allowed or sorted(known)),
            )


def among(names: Iterable[str]) -> Sentence:
    """List the names of which one is allowed, or say that there is none to choose from."""
    return listed(*names) or _l(
        "a name from a list that is still empty, so add it there or remove it here"
    )
