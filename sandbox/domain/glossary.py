"""Find the words of a programme that a text uses in a sense of their own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sandbox.domain.packs import PolicyPack, QuestionSpec, SectionSpec, TermSpec, Text

LONGEST_TERM = 120
"""How many characters a term may have."""
MOST_WORDS = 12
"""Of how many words and marks a term may consist, so that looking for it takes few steps."""

_PIECE = re.compile(r"\w+|[^\w\s]+")
_ENDINGS = ("s", "es")


@dataclass(slots=True)
class _Node:
    """Hold what may follow after the words read so far, and which terms end with them."""

    following: dict[str, "_Node"] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)


def pieces(text: str) -> tuple[str, ...]:
    """List the words of a text and the marks between them, without regard to capitals."""
    return tuple(_PIECE.findall(text.casefold()))


def terms_of(pack: PolicyPack, section: SectionSpec, language: str) -> tuple[TermSpec, ...]:
    """List the words explained by the pack that occur in a section of the form, in its order.

    The texts are read once, whatever the number of terms; at each word as many steps are taken as
    a term has words at most.
    """
    terms = [pieces(each.term.in_(language)) for each in pack.glossary]
    known = {word for words in terms for word in words}
    root = _Node()
    for index, words in enumerate(terms):
        node = root
        for word in words:
            node = node.following.setdefault(_singular(word, known), _Node())
        if words:
            node.ends.add(index)
    found: set[int] = set()
    for text in _texts(section):
        read = [_singular(word, known) for word in pieces(text.in_(language))]
        for start in range(len(read)):
            found |= _ending_in(root, read, start)
    return tuple(each for index, each in enumerate(pack.glossary) if index in found)


def _ending_in(root: _Node, read: Sequence[str], start: int) -> set[int]:
    found: set[int] = set()
    node: _Node | None = root
    for place in range(start, len(read)):
        node = node.following.get(read[place]) if node is not None else None
        if node is None:
            break
        found |= node.ends
    return found


def _singular(word: str, known: set[str]) -> str:
    """Return the longest word of the terms of which this is a plural, or the word itself."""
    # Spanish and English form the plural of most words by an ending, in Spanish of each word of
    # several; the rest of a word is another word.
    stems = (word.removesuffix(each) for each in _ENDINGS)
    return next((stem for stem in stems if stem != word and stem in known), word)


def _texts(section: SectionSpec) -> Iterator[Text]:
    yield section.title
    yield section.intro
    yield from _of_questions(section.questions)


def _of_questions(questions: Iterable[QuestionSpec]) -> Iterator[Text]:
    for question in questions:
        yield from (each for each in (question.label, question.hint) if each is not None)
        for option in question.options:
            yield from (each for each in (option.label, option.hint) if each is not None)
        yield from _of_questions(question.columns)
