"""Hold a text of a pack in all of its languages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Hold one text in every language that its pack declares."""

    by_language: Mapping[str, str]

    def in_(self, language: str) -> str:
        """Return the text in `language`, or in the pack's first language if it has no such text."""
        found = self.by_language.get(language)
        return found if found is not None else next(iter(self.by_language.values()), "")
