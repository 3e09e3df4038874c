"""Find the words of a programme that a text uses in a sense of their own."""

import re
from collections.abc import Iterable, Iterator

from sandbox.domain.packs import PolicyPack, QuestionSpec, SectionSpec, TermSpec, Text


def terms_of(pack: PolicyPack, section: SectionSpec, language: str) -> tuple[TermSpec, ...]:
    """List the words explained by the pack that occur in a section of the form, in its order."""
    words = "\n".join(text.in_(language) for text in _texts(section))
    return tuple(
        each for each in pack.glossary if re.search(_pattern(each, language), words, re.IGNORECASE)
    )


def _pattern(term: TermSpec, language: str) -> str:
    # Spanish and English form the plural of most words by an ending, in Spanish of each word of
    # several; the rest of a word is another word.
    words = (rf"{re.escape(word)}(e?s)?" for word in term.term.in_(language).split())
    return r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)"


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
