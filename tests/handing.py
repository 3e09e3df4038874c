"""Let one worker of a run make what all of them need, and hand it on to the others."""

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


def once(path: Path, make: Callable[[], Made]) -> tuple[Made, bool]:
    """Return what `make` makes, and whether it was made here and now; `path` belongs to it alone.

    The folder of `path` is shared by the workers (the fixture `shared`); whoever comes while it is
    being made waits.
    """
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return pickle.loads(path.read_bytes()), False
        made = make()
        # Whoever is stopped while writing leaves nothing that others would read.
        torn = path.with_suffix(".part")
        torn.write_bytes(pickle.dumps(made))
        torn.replace(path)
        return made, True
