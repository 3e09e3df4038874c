"""Hold what a proof states, and say of a condition that no answers meet it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking import Finding
from sandbox.packs.errors import Fault
from sandbox.packs.positions import Path
from sandbox.packs.proving.judging import Judgements
from sandbox.packs.saying import Sentence
from sandbox.packs.saying import sentence as _l


@dataclass(frozen=True, slots=True)
class Proof:
    """State what holds of a pack, and how that is known."""

    claim: Sentence
    how: Sentence


@dataclass(frozen=True, slots=True)
class Warned:
    """Say what is lawful but odd."""

    finding: Finding


Shown = Finding | Warned | Proof
Prover = Callable[[PolicyPack, Judgements], Iterator[Shown]]


NO_RULE = _l("no answers ever meet this rule")
NO_USE = _l("no answers ever meet this use")
NO_PRIORITY = _l("no answers ever have this priority")


def intricate(path: Path) -> Finding:
    """Say that nobody could tell when a condition holds."""
    return Finding(
        path,
        Fault.TOO_LARGE,
        _l("hangs on so many answers that nobody could say when it holds"),
        _l("fewer questions, options or comparisons"),
    )


def fires(path: Path, judged: Judgements, never: Sentence) -> Iterator[Shown]:
    """Find whether any answers meet a condition; `never` says of what it is, if none do."""
    can = judged.can_hold(path)
    if can is None:
        yield intricate(path)
    elif not can:
        yield Finding(
            path,
            Fault.UNREACHABLE,
            never,
            _l("a condition that some answers meet, or no such entry"),
        )


def always(path: Path, judged: Judgements, odd: Sentence, allowed: Sentence) -> Iterator[Warned]:
    """Warn of a condition that all answers meet, or of which nobody could tell."""
    can = judged.can_fail(path)
    if can is None:
        odd = _l("hangs on so many answers that nobody could say whether it always holds")
        allowed = _l("fewer questions, options or comparisons")
    if not can:
        yield Warned(Finding(path, Fault.ODD, odd, allowed))
