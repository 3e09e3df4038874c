"""Whatever sound pack is written, a fault sown anywhere in it is named with file, line and key."""

from collections import Counter
from copy import deepcopy
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.packs.loading import validate_files
from sandbox.packs.positions import Path
from tests.packs.generating import Table, packs, written
from tests.packs.sowing import KINDS
from tests.packs.speaking import assert_said_in_full

IS_LONG = settings.get_current_profile_name() == "long"
PARTS = ("first.toml", "second.toml")
FIRST = ("code", "version", "languages", "currency")


def files_of(pack: Table, chance: Random) -> tuple[dict[str, bytes], dict[str, tuple[str, int]]]:
    """Write each key of a pack into one of three files; say of each in which, on which line."""
    lines: dict[str, list[str]] = {"pack.toml": [f"parts = {list(PARTS)}"]}
    lines |= {part: ["# A part"] for part in PARTS}
    where = {}
    for key, value in pack.items():
        file = "pack.toml" if key in FIRST else chance.choice(list(lines))
        lines[file].append(f"{key} = {written(value)}")
        where[key] = (file, len(lines[file]))
    return {name: "\n".join(each).encode() for name, each in lines.items()}, where


def shown(path: Path) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".")


def test_every_kind_of_fault_is_named_wherever_it_is_sown():
    sown: Counter[str] = Counter()

    @settings(
        max_examples=settings().max_examples if IS_LONG else 128,
        deadline=None,
        # A pack of a hundred tables shrinks for minutes; it is printed as it was drawn.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(tables=packs(), seed=st.integers(0, 2**32))
    def sow(tables: Table, seed: int) -> None:
        # Most of the time goes into proofs: in a short run each kind is sown once. The rarest
        # fits into one pack of fifteen, so that packs enough are drawn to find it a place.
        for name, kind in KINDS.items():
            if sown[name] and not IS_LONG:
                continue
            spoilt, chance = deepcopy(tables), Random(f"{seed} {name}")
            expected = kind(spoilt, chance)
            if expected is None:
                continue
            path, fault = expected
            files, where = files_of(spoilt, chance)
            file, line = where.get(str(path[0]), ("pack.toml", 1))
            found = validate_files("drawn/1.0.0", files)
            told = [(each.file, each.line, each.key, each.fault) for each in found.problems]
            assert_said_in_full(*found.problems, *found.warnings)
            assert (f"drawn/1.0.0/{file}", line, shown(path), fault) in told, (name, told)
            sown[name] += 1

    sow()
    assert not KINDS.keys() - sown.keys()
