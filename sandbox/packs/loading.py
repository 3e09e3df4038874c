"""Load policy packs from their folders, and keep every version at hand.

A pack stands in `<folder>/<code>/<version>/`, so that a new version is put beside the old ones, to
which running cases stay pinned.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from sandbox.domain.packs import PolicyPack
from sandbox.packs.checking import check, report
from sandbox.packs.errors import Fault, PackInvalid, PackProblem
from sandbox.packs.files import FIRST_FILE, MOST_BYTES_A_FILE, Folder, Held, Unreadable
from sandbox.packs.proving import Proof, Warned, prove
from sandbox.packs.reading import read
from sandbox.packs.saying import ABSENT, legible, listed
from sandbox.packs.saying import sentence as _l
from sandbox.packs.schemas import CODE, VERSION
from sandbox.packs.shaping import shape
from sandbox.packs.source import Source

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class _Home:
    """Name the place of a pack's files, and what they hold: two copies of one pack are the same."""

    name: str
    content: bytes
    files: Folder = field(compare=False)


@dataclass(frozen=True, slots=True)
class Validation:
    """Hold what was found in a pack's folder: a pack only where nothing stands against it.

    Shape: `is_partial` where faults kept something from being judged, so that there may be more.
    """

    pack: PolicyPack | None
    problems: tuple[PackProblem, ...]
    warnings: tuple[PackProblem, ...]
    proofs: tuple[Proof, ...]
    is_partial: bool = False


class PackUnknown(LookupError):
    """Say that no pack of this code, or not this version of it, is installed."""


class PackRegistry:
    """Hold every version of every installed pack."""

    def __init__(self, packs: Iterable[PolicyPack]) -> None:
        self._packs = {(pack.code, pack.version): pack for pack in packs}

    def __iter__(self) -> Iterator[PolicyPack]:
        """Return the packs by code, the oldest version of each first."""
        ordered = sorted(self._packs, key=lambda key: (key[0], order_of(key[1])))
        return (self._packs[key] for key in ordered)

    def get(self, code: str, version: str) -> PolicyPack:
        """Return the version to which a case is pinned. Raises: PackUnknown."""
        try:
            return self._packs[code, version]
        except KeyError:
            raise PackUnknown(code, version) from None

    def versions(self, code: str) -> tuple[str, ...]:
        """Return the versions of a pack, oldest first; none for an unknown code."""
        return tuple(pack.version for pack in self if pack.code == code)

    def current(self, code: str) -> PolicyPack:
        """Return the newest version, under which new cases begin. Raises: PackUnknown."""
        versions = self.versions(code)
        if not versions:
            raise PackUnknown(code)
        return self._packs[code, versions[-1]]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the installed packs, sorted."""
        return tuple(sorted({code for code, _ in self._packs}))


def load_pack(folder: Path) -> PolicyPack:
    """Read and check the pack in `folder`; unchanged files are not read twice.

    Raises: PackInvalid with every fault of the shape of its files, and those of how they fit
    together that do not hang on these; what is proved, only where there is none.
    """
    validation = validate(folder)
    if validation.pack is None:
        raise PackInvalid(validation.problems)
    return validation.pack


def validate(folder: Path) -> Validation:
    """Read, check and prove the pack in `folder`, and keep everything that was found.

    A folder whose names are a code and a version must be those of the pack: no server would start
    on another pack there.
    """
    folder = folder.resolve()
    files = Folder(folder)
    found = _load(_Home(files.name, _fingerprint(files), files))
    pack = found.pack
    if pack is None or not _is_home(folder) or _is_at_home(pack, folder):
        return found
    return Validation(None, (_misplaced(pack, folder),), found.warnings, ())


def validate_files(name: str, files: Mapping[str, bytes]) -> Validation:
    """Read, check and prove a pack that stands in no folder, as `validate` does.

    Shape: `name` is what problems call the place of the files, such as `mx/1.1.0`.
    """
    return _judge(read(Held(name, files)))


def load_packs(folder: Path = DATA) -> PackRegistry:
    """Read every version of every pack below `folder`.

    Raises: PackInvalid with the problems of all of them: a server must not start on half its rules.
    """
    packs: list[PolicyPack] = []
    problems: list[PackProblem] = []
    for place in sorted(folder.glob(f"*/*/{FIRST_FILE}")):
        home = place.parent
        try:
            pack = load_pack(home)
        except PackInvalid as fault:
            problems.extend(fault.problems)
            continue
        if not _is_at_home(pack, home):
            problems.append(_misplaced(pack, home))
        packs.append(pack)
    if not packs and not problems:
        message = _l(
            "there is no pack: no folder <code>/<version>/ holds a %(file)s", file=FIRST_FILE
        )
        allowed = _l("a folder <code>/<version>/ with a %(file)s", file=FIRST_FILE)
        problems.append(PackProblem(folder.name, 1, "", ABSENT, allowed, message, Fault.MISSING))
    if problems:
        raise PackInvalid(problems)
    return PackRegistry(packs)


@lru_cache(maxsize=64)
def _load(home: _Home) -> Validation:
    return _judge(read(home.files))


def _judge(source: Source) -> Validation:
    # A missing file would look like a hundred missing keys, so the shape is judged only of a pack
    # that could be read. How parts fit together is judged also where some have not their shape, as
    # far as it does not hang on those; what is proved hangs on everything.
    pack = None if source.problems else shape(source)
    if pack is not None:
        check(source, pack)
    is_partial = bool(source.problems)
    proofs = () if is_partial or pack is None else _proved(source, pack)
    problems, warnings = _in_order(source.problems), _in_order(source.warnings)
    return Validation(None if problems else pack, problems, warnings, proofs, is_partial)


def _proved(source: Source, pack: PolicyPack) -> tuple[Proof, ...]:
    """Prove the pack; what stands against it joins the problems and warnings of its source."""
    proofs = []
    for shown in prove(pack):
        match shown:
            case Proof():
                proofs.append(shown)
            case Warned(finding):
                source.warn(finding.path, finding.fault, finding.message, finding.allowed)
            case finding:
                report(source, finding)
    return tuple(proofs)


def _in_order(problems: Iterable[PackProblem]) -> tuple[PackProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.key)))


def _fingerprint(files: Folder) -> bytes:
    """Return what differs as soon as a byte does: an edit may keep a file's size and age."""
    whole = blake2b()
    for name in files.names():
        parts = [name.encode(errors="surrogateescape")]
        with suppress(Unreadable):
            parts.append(files.content(name, MOST_BYTES_A_FILE))
        for part in (bytes([len(parts)]), *parts):
            whole.update(len(part).to_bytes(8))
            whole.update(part)
    return whole.digest()


def _is_home(folder: Path) -> bool:
    """Tell whether the names of a folder are those under which a server would install a pack."""
    return bool(CODE.fullmatch(folder.parent.name) and VERSION.fullmatch(folder.name))


def _is_at_home(pack: PolicyPack, folder: Path) -> bool:
    return (pack.code, pack.version) == (folder.parent.name, folder.name)


def _misplaced(pack: PolicyPack, home: Path) -> PackProblem:
    return PackProblem(
        file=legible(f"{home.parent.name}/{home.name}/{FIRST_FILE}"),
        line=1,
        key="version" if pack.code == home.parent.name else "code",
        found=listed(f"{pack.code} {pack.version}"),
        allowed=listed(f"{home.parent.name} {home.name}"),
        message=_l("does not agree with the folder <code>/<version>/ it stands in"),
        fault=Fault.INCONSISTENT,
    )


def order_of(version: str) -> tuple[int, ...]:
    """Return what versions of a pack are sorted by: the newest is the greatest."""
    return tuple(int(part) for part in version.split("."))
