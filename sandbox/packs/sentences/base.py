"""Say what is said alike of many keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.packs.checking import ONLY_IN_FORM


@dataclass(frozen=True, slots=True)
class TableWords:
    """Hold what is said of one table of the file, and of each of its keys."""

    title: str
    about: str
    keys: Mapping[str, str]


CODE = "The name by which other parts refer to it; each only once."
IN_FORM = ", ".join(f"`{key}`" for key in ONLY_IN_FORM)
NAME = "Its name on every page and in every letter."
REPEATS = (
    "The length of the [term](#term) `{}`, repeated for whoever reads the rules as one table; left "
    "out where that is counted in months."
)
