"""Bound what a proof may cost."""

from dataclasses import dataclass


class TooIntricate(Exception):
    """Say that a condition hangs on more answers than can be tried one by one."""


@dataclass(slots=True)
class Budget:
    """Bound the work of proofs, because a hostile pack could ask for more than there is time.

    Whatever is done once for each part of a pack is spent before it is done, so a budget that is
    used up costs the proofs that are left nothing either.
    Units: `steps` are values looked at.
    """

    steps: int = 500_000

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises: TooIntricate when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooIntricate
