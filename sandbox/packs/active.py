"""Keep the installed packs at hand for code that has no application around it."""

from pathlib import Path
from typing import Protocol

from sandbox.domain.packs import PolicyPack
from sandbox.packs.loading import PackRegistry, load_packs


class Pinned(Protocol):
    """Describe a row that keeps the version of the pack it began under."""

    @property
    def pack_code(self) -> str:
        """Name the pack."""
        ...

    @property
    def pack_version(self) -> str:
        """Name its version."""
        ...


class _Active:
    registry: PackRegistry | None = None
    code: str = ""


def install(folder: Path, code: str) -> PackRegistry:
    """Read every pack below `folder` and make `code` the one under which new cases begin.

    Raises: PackInvalid, PackUnknown: a server must not start on rules that are not sound.
    """
    registry = load_packs(folder)
    registry.current(code)
    _Active.registry, _Active.code = registry, code
    return registry


def registry() -> PackRegistry:
    """Return all installed packs. Raises: LookupError before `install`."""
    if _Active.registry is None:
        raise LookupError("No policy pack has been installed.")
    return _Active.registry


def current() -> PolicyPack:
    """Return the pack under which new cases begin."""
    return registry().current(_Active.code)


def pack_of(row: Pinned) -> PolicyPack:
    """Return the version that a case is pinned to. Raises: PackUnknown."""
    return registry().get(row.pack_code, row.pack_version)
