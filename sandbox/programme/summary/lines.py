"""Hold what every chapter of a summary is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from sandbox.applications.wording import condition_words
from sandbox.domain.packs import (
    Condition,
    PolicyPack,
    QuestionSpec,
)
from sandbox.programme.words import part_words

Line = tuple[int, str]
"""A line with its depth, the title of the whole being 0."""


@dataclass(frozen=True, slots=True)
class Said:
    """Hold one line with the lines that stand below it."""

    words: str
    below: "list[Said]"


def nested(lines: Iterable[Line]) -> list[Said]:
    """Put each line below the nearest one before it that is less deep."""
    top: list[Said] = []
    open_lists: list[tuple[int, list[Said]]] = [(0, top)]
    for depth, words in lines:
        while open_lists[-1][0] >= depth:
            open_lists.pop()
        said = Said(words, [])
        open_lists[-1][1].append(said)
        open_lists.append((depth, said.below))
    return top


def names_of(pack: PolicyPack, competences: Iterable[str]) -> str:
    """Return the names of competences, in a row."""
    return ", ".join(part_words(pack.competence(code)) for code in competences)


def when_words(pack: PolicyPack, condition: Condition, beside: Sequence[QuestionSpec] = ()) -> str:
    """Say when a condition on the form's answers holds; a column has the others `beside` it."""
    known = {**pack.questions, **{each.key: each for each in beside}}
    return condition_words(condition, known, pack.currency)


def need_words(pack: PolicyPack, spec: QuestionSpec, beside: Sequence[QuestionSpec] = ()) -> str:
    """Say whether a question must be answered, or when."""
    if spec.required_if is not None:
        when = when_words(pack, spec.required_if, beside)
        return _("required if %(condition)s", condition=when)
    return _("required") if spec.required else _("optional")
